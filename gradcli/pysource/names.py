"""Names of a program for the names of Python code."""

from __future__ import annotations

from collections.abc import Collection

from gradcli.program.functions import RESERVED

# words that mean something where a statement begins or a type stands
_WORDS = frozenset({
    "check", "refute", "grad", "jac", "hess", "jacobian", "hessian", "gradient", "derivative", "differential", "hvp",
    "loss", "layout", "implicit", "assume", "wrt", "numerator", "denominator", "mixed", "I", "pi", "e_",
    "inf", "None",
})  # fmt: skip

# functions of the language, whether or not they are reserved as names already
_FUNCTIONS = frozenset({
    "exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "sigmoid", "relu",
    "softplus", "abs", "sign", "erf", "log1p", "expm1", "log2", "log10", "asinh", "acosh", "atanh", "cbrt", "erfc",
    "erfinv", "lgamma", "digamma", "sinc", "silu", "gelu", "gelu_tanh", "elu", "softsign", "logsigmoid", "hardtanh",
    "floor", "ceil", "round", "frac", "leaky_relu", "clip", "max", "min", "atan2", "hypot", "logaddexp", "where", "sum",
    "mean", "prod", "var", "std", "norm", "norm1", "logsumexp", "softmax", "logsoftmax", "cumsum", "cumprod", "flip",
    "roll", "tr", "det", "logdet", "adj", "inv", "pinv", "solve", "kron", "vec", "tril", "triu", "sqrtm", "logm",
    "expm",
    "chol", "lu", "qr", "eigh", "svd", "eigvalsh", "svdvals", "diag", "dot", "outer", "cross", "skew", "ones", "zeros",
    "eye", "unit", "onehot", "concat", "stack", "block_diag", "reshape", "einsum", "stop", "trace", "Tr", "ln",
    "transpose", "inverse", "Det", "arcsin", "arccos", "arctan", "cholesky", "diagonal", "swish", "maximum", "minimum",
})  # fmt: skip


class Names:
    """Gives each value a name of its own, the Python one where it is free."""

    def __init__(self, taken: Collection[str] = ()) -> None:
        self._taken = {*taken}
        self._numbers: dict[str, int] = {}

    def fresh(self, wanted: str) -> str:
        """The name, or the first of `name_2`, `name_3` that is free; a word of the language gets a `_`."""
        base = wanted.lstrip("_") or "value"
        if base in RESERVED or base in _WORDS or base in _FUNCTIONS or not base.isidentifier():
            base = f"{base}_"
        name, number = base, self._numbers.get(base, 1)
        while name in self._taken:
            number += 1
            name = f"{base.rstrip('_')}_{number}"
        self._numbers[base] = number
        self._taken.add(name)
        return name
