"""What a pass cannot do with an operation, and why: the one table of gaps, which docs/operations.md prints."""

from __future__ import annotations

from gradcli.ops.operation import Kind
from gradcli.ops.operations import of_kind

_LEAVES = tuple(sorted(of_kind(Kind.LEAF)))
_OF_ITS_OWN = "an array of its own: two of them are equal where their arguments are"

_BLOCKS = "its derivative is a block of a power: a product of arrays only where it is in a trace or a determinant"

# pass: what it says of which operations
_REASONS: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "build": ((_LEAVES, "a leaf has no arguments to be built from anew"),),
    "rules": (
        (_LEAVES, "a leaf has no operands"),
        (("stop",), "what is held constant sends nothing back"),
        (("onehot",), "labels are data: no derivative is taken by them"),
    ),
    "evaluate": ((("var", "param"), "its value is given with the point"),),
    "emit": ((("var", "cotangent", "param"), "an argument of the function that is written"),),
    "index terms": ((("matrix_power",), _BLOCKS),),
    "second derivative": ((("matrix_power",), _BLOCKS),),
    "normal form": (
        (("elem",), "each function has a form of its own: normal/functions.py"),
        (("pinv", "norm2", "norm_nuc", "implicit", "largest", "smallest", "attains", "cumprod"), _OF_ITS_OWN),
        (("vrows", "inverses", "determinants", "logdets", "cholesky_factors"), _OF_ITS_OWN),
        (("sqrtm", "logm", "logm_frechet", "sylvester", "matrix_power", "atan2"), _OF_ITS_OWN),
    ),
}
REASONS: dict[str, dict[str, str]] = {
    name: {operation: reason for operations, reason in reasons for operation in operations}
    for name, reasons in _REASONS.items()
}
