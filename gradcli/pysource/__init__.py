"""Python source, read as programs of matrix calculus and never run."""
