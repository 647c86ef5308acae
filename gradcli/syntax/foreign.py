"""What people write out of habit from elsewhere, and how it is written here.

Tables only: characters that are no part of the language, LaTeX commands, attributes and
words of other languages.  A hint is a whole phrase.
"""

from __future__ import annotations

_PRODUCT = "write `*` for the elementwise product, `@` for the matrix product"
_COMPARISONS = "a comparison is an array of 0s and 1s: multiply two of them, (a < x) * (x < b)"
_ASCII = "write the ASCII character: "

CHARACTERS: dict[str, str] = {
    **dict.fromkeys("·⋅∙•⨯✕✖", _PRODUCT),
    **dict.fromkeys("○◦⚬∗⨀⊡◯", "write `*` (or ⊙) for the elementwise product"),
    "÷": "write `/`",
    "∕": "write `/`",
    "⁄": "write `/`",
    "√": "write sqrt(x)",
    "∛": "write x ** (1/3)",
    "∏": "there is no product over an index; write the factors out",
    "∫": "integrals are no part of the language",
    "∆": "write the Greek letter Δ, or delta",
    "≠": "write `refute a == b` for a statement that is false",
    "!=": "write `refute a == b` for a statement that is false",
    "≈": "write `==`; how exactly the two sides agree is decided by the check",
    "≡": "write `==`",
    "≅": "write `==`",
    "≔": "write `=`",
    "←": "write `=`",
    "⇒": "write each step as its own statement, or chain them: check a == b == c",
    "⟹": "write each step as its own statement, or chain them: check a == b == c",
    "⇔": "write `==`",
    "&": _COMPARISONS,
    "&&": _COMPARISONS,
    "∧": _COMPARISONS,
    "|": "write abs(x) for |x|, norm(x) for the norm, det(A) for a determinant",
    "||": "write norm(x) for ||x||, norm1(x) for the sum of absolute values",
    "‖": "write norm(x)",
    "∥": "write norm(x)",
    "⟨": "write dot(a, b)",
    "⟩": "write dot(a, b)",
    "%": "a comment starts with `#`",
    "$": "the formula stands without dollar signs: y = W @ x",
    "\\": "a line goes on after an operator or inside brackets; a backslash is not needed",
    "!": "write `refute a == b` for a statement that is false",
    "~": "a distribution or an equivalence is no part of the language; a declaration is x : R[n]",
    "`": "names stand without quotes",
    '"': "the string lacks its closing quote",
    ".": "a trailing dot is no part of a number: write 2 or 2.0",
    "–": "write `-`",
    "—": "write `-`",
    "‐": "write `-`",
    "⁻": "write ^-1 for the inverse, ** for a power",
    "†": "write A.T: all values are real",
    "∊": "write x : R[n], or x ∈ R[n]",
    **dict.fromkeys("“”„‟«»", 'write straight quotes: "ij,jk->ik"'),
    **dict.fromkeys("‘’´‵", "write a straight quote, g'(u)"),
    **{
        wide: _ASCII + f"`{plain}`"
        for wide, plain in zip("，（）；：＝＋－＊／［］．＠＜＞＾｛｝", ",();:=+-*/[].@<>^{}", strict=True)
    },
    "。": "statements end with a newline or `;`",
    "、": _ASCII + "`,`",
}

LATEX: dict[str, str] = {
    "frac": "write a / b; a derivative is jac(y, x) or ∂y/∂x",
    "partial": "write jac(y, x) or ∂y/∂x",
    "nabla": "write grad(f, x)",
    "cdot": _PRODUCT,
    "times": _PRODUCT,
    "odot": "write `*` for the elementwise product",
    "circ": "write `*` for the elementwise product",
    "otimes": "write kron(A, B), or A ⊗ B",
    "top": "write A.T",
    "intercal": "write A.T",
    "sum": "write sum[k](A[i, k] * B[k, j])",
    "sqrt": "write sqrt(x)",
    "in": "write x : R[n]",
    "mathbb": "write R[n]",
    "left": "write plain brackets",
    "right": "write plain brackets",
    "begin": "write a matrix as [[a, b], [c, d]]",
    "end": "write a matrix as [[a, b], [c, d]]",
    "operatorname": "write the function's name alone: tr(A)",
    "text": "write the function's name alone: tr(A)",
    "le": "write `<=`",
    "leq": "write `<=`",
    "ge": "write `>=`",
    "geq": "write `>=`",
    "infty": "write inf",
}
GREEK = frozenset(
    {
        *("alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta"),
        *("iota", "kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi"),
        *("varphi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma"),
        *("Phi", "Psi", "Omega"),
    }
)

ATTRIBUTES: dict[str, str] = {
    "t": "write A.T",
    "transpose": "write A.T",
    "H": "write A.T: all values are real",
    "I": "write inv(A), or A^-1",
    "inv": "write inv(A)",
    "dot": "write A @ B for a product, dot(a, b) for an inner product",
    "matmul": "write A @ B",
    "multiply": "write A * B",
    "sum": "write sum(A), sum(A, axis=0)",
    "mean": "write mean(A), mean(A, axis=0)",
    "trace": "write tr(A)",
    "linalg": "write inv(A), det(A), solve(A, b), norm(x)",
    "shape": "the name of a dimension is its size: sum(x) / n",
    "reshape": "shapes are fixed by their declarations; vec(A) stacks the columns",
    "power": "write x ** p",
    "eye": "write eye(n)",
}

WORDS: dict[str, str] = {
    "def": "a function is a definition: g(t) = t**2",
    "lambda": "a function is a definition: g(t) = t**2",
    "return": "a function is a definition: g(t) = t**2",
    "import": "the functions of the language need no import",
    "from": "the functions of the language need no import",
    "let": "a definition stands alone: y = W @ x",
    "const": "a declaration with an attribute: c : R constant",
    "assert": "write check a == b",
    "assume": "write an attribute behind the shape: S : R[n, n] symmetric",
    "prove": "write check a == b",
    "verify": "write check a == b",
    "show": "write check a == b",
    "where": "a name is defined by a statement of its own",
    "given": "a declaration is x : R[n]",
    "function": "a function is a definition: g(t) = t**2",
    "print": "write a question: grad f wrt x",
    "diff": "write derivative y wrt x, or grad f wrt x",
    "d": "write derivative y wrt x, or grad f wrt x",
    "in": "a declaration is x : R[n]",
    "and": _COMPARISONS,
    "or": _COMPARISONS,
    "not": "write refute a == b for a statement that is false",
    "if": "write where(c, a, b)",
    "else": "write where(c, a, b)",
    "for": "write sum[k](...) for a sum, Y[i, j] = ... for entries",
    "by": "write `wrt`: grad f wrt x",
    "over": "an indexed definition runs over the indices on its left: Y[i, j] = ...",
    "is": "write `=` to define, `==` in a check",
}
