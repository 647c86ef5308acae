"""The functions of the language by what they are called in formulas."""

from __future__ import annotations

FUNCTIONS = {
    "exp": "exp", "log": "log", "ln": "log", "lg": "log", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "tan": "tan",
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "asin": "asin", "acos": "acos", "atan": "atan",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "sigmoid": "sigmoid", "sigm": "sigmoid", "logistic": "sigmoid",
    "expit": "sigmoid", "relu": "relu", "softplus": "softplus", "abs": "abs", "sign": "sign", "sgn": "sign",
    "erf": "erf",
    "log1p": "log1p", "expm1": "expm1", "gelu": "gelu", "silu": "silu", "swish": "silu", "elu": "elu",
    "softsign": "softsign", "logsigmoid": "logsigmoid", "hardtanh": "hardtanh", "lgamma": "lgamma",
    "digamma": "digamma",
    "softmax": "softmax", "logsoftmax": "logsoftmax", "log_softmax": "logsoftmax", "logsumexp": "logsumexp",
    "lse": "logsumexp",
    "tr": "tr", "trace": "tr", "spur": "tr", "det": "det", "logdet": "logdet", "diag": "diag", "vec": "vec",
    "inv": "inv",
    "adj": "adj", "adjugate": "adj", "kron": "kron", "dot": "dot", "cross": "cross", "outer": "outer", "norm": "norm",
    "max": "max", "min": "min", "sum": "sum", "mean": "mean", "std": "std", "expm": "expm", "logm": "logm",
    "sqrtm": "sqrtm", "pinv": "pinv", "tril": "tril", "triu": "triu", "chol": "chol", "cholesky": "chol",
    "transpose": "transpose", "skew": "skew", "prod": "prod", "where": "where",
}  # fmt: skip

RECIPROCAL = {"sec": "cos", "csc": "sin", "cot": "tan", "sech": "cosh", "csch": "sinh", "coth": "tanh"}
FUNCTIONS.update({name: name for name in RECIPROCAL})

ELEMENTWISE = frozenset(
    [
        "exp",
        "log",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "tanh",
        "sigmoid",
        "relu",
        "softplus",
        "abs",
        "sign",
        "erf",
        "log1p",
        "expm1",
        "gelu",
        "silu",
        "elu",
        "softsign",
        "logsigmoid",
        "hardtanh",
        "lgamma",
        "digamma",
    ]
)
WHOLE_PRODUCT = frozenset(["tr", "det", "logdet", "diag", "vec"])
"""Functions that, without brackets, take the whole product that follows."""

MATRIX_FUNCTIONS = {
    "exp": "expm",
    "log": "logm",
    "sqrt": "sqrtm",
    "sin": None,
    "cos": None,
    "tan": None,
    "sinh": None,
    "cosh": None,
}
"""Functions that are of a matrix too: of a square one it must be said which is meant."""

NO_FUNCTIONS = frozenset(
    [
        "argmax",
        "argmin",
        "rank",
        "sup",
        "inf",
        "Var",
        "Cov",
        "Pr",
        "E",
        "P",
        "p",
        "dim",
        "ker",
        "deg",
        "gcd",
        "arg",
        "hom",
        "lim",
        "softargmax",
        "cov",
        "var",
        "Corr",
        "KL",
    ]
)


def function_of(word: str) -> str | None:
    """The function of the language that a word names."""
    if word in FUNCTIONS:
        return FUNCTIONS[word]
    if word in NO_FUNCTIONS:
        return None
    lower = word.lower().replace("-", "").replace(" ", "")
    return FUNCTIONS.get(lower) if len(lower) > 1 else None
