"""The LaTeX of matrix calculus, read: formulas to the syntax of the language."""
