"""Operations on each entry, and sums over entries."""

from __future__ import annotations

from gradcli.ops.operation import ALL, EACH, Operation
from gradcli.ops.payload import Applied, Index

_AB = "A : R[m, n]\nB : R[m, n]\n"
_X = "x : R[n]\n"
_A = "A : R[m, n]\n"

ENTRYWISE = (
    Operation("add", "a, ...", "sum", f"{_AB}Y = A + B", rules=("sum",), linear=ALL, commutative=True),
    Operation("mul", "a, ...", "product", f"{_AB}Y = A * B", rules=("hadamard",), linear=EACH, commutative=True),
    Operation("pow", "base, exponent", "power", f"{_X}y = x ** 3", rules=("power",)),
    Operation(
        "elem", "x", "a function of each entry", f"{_X}y = tanh(x)", payload=Applied, rules=("elementwise",)
    ),
    Operation(
        "max", "a, b", "the larger", f"{_AB}Y = max(A, B)",
        rules=("maximum", "maximum_tied"), call="max", commutative=True,
    ),
    Operation(
        "min", "a, b", "the smaller", f"{_AB}Y = min(A, B)",
        rules=("minimum", "minimum_tied"), call="min", commutative=True,
    ),
    Operation("cmp", "a, b", "1 where a < b (a <= b), else 0", f"{_AB}Y = A < B", payload=str, rules=("comparison",)),
    Operation(
        "where", "c, a, b", "a where c is not 0, else b", f"{_AB}Y = where(A > 0, A, B)",
        rules=("where",), linear=(1, 2), call="where",
    ),
    Operation("stop", "x", "held constant", f"{_X}y = x * stop(x)", linear=(0,), call="stop"),
)  # fmt: skip

REDUCTIONS = (
    Operation("sum", "A", "the sum of all entries", f"{_A}y = sum(A)", rules=("total",), linear=(0,), call="sum"),
    Operation(
        "sum_axis", "A", "the sums along an axis", f"{_A}y = sum(A, axis=1)",
        payload=int, rules=("row_sums", "column_sums", "axis_sums"), linear=(0,), call="sum",
    ),
    Operation("norm", "A", "Frobenius norm, or 2-norm", f"{_A}y = norm(A)", rules=("norm",), call="norm"),
    Operation("norm1", "A", "sum of absolute values", f"{_A}y = norm1(A)", rules=("norm1",), call="norm1"),
    Operation(
        "softmax", "x", "softmax of a vector, or along an axis", f"{_A}Y = softmax(A, axis=1)",
        payload=int, rules=("softmax", "softmax_rows", "softmax_columns", "softmax_axis"), call="softmax",
    ),
    Operation(
        "logsoftmax", "x", "its logarithm", f"{_A}Y = logsoftmax(A, axis=1)",
        payload=int, call="logsoftmax",
        rules=("logsoftmax", "logsoftmax_rows", "logsoftmax_columns", "logsoftmax_axis"),
    ),
    Operation(
        "logsumexp", "x", "log of the sum of exponentials", f"{_A}y = logsumexp(A, axis=1)",
        payload=int, rules=("logsumexp", "logsumexp_rows", "logsumexp_columns", "logsumexp_axis"), call="logsumexp",
    ),
    Operation(
        "stack", "entries", "a literal vector or matrix, row by row", "a, b, c : R\ny = [a, b, a * c]",
        rules=("literal",), linear=ALL,
    ),
    Operation("entry", "A", "one entry", f"{_A}y = A[1, 2]", payload=Index, rules=("entry",), linear=(0,)),
)  # fmt: skip
