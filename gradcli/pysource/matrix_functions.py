"""Products, inverses, determinants and factorisations."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gradcli.pysource import arrays
from gradcli.pysource.arguments import Arguments
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import product
from gradcli.pysource.values import NONE, Array, Level, Sequence, Value, Word

Handler = Callable[[Arguments], Value]


def dot(given: Arguments) -> Value:
    """`np.dot`: scalars scale, arrays of rank up to 2 are multiplied."""
    a, b = given.array(0), given.array(1, "b", "other", "x2")
    if not a.dims or not b.dims:
        return arrays.binary("*", a, b, given.node)
    if len(b.dims) > 2:
        raise Refused(given.node, "dot with an array of rank 3 is not read", "write np.einsum or @")
    if len(a.dims) > 2 and len(b.dims) == 2:
        return arrays.matmul(a, b, given.node)
    return arrays.matmul(a, b, given.node)


def _inner(given: Arguments) -> Value:
    a, b = given.array(0), given.array(1, "b", "other")
    if len(a.dims) == len(b.dims) == 1 or given.name == "vdot":
        flat = [arrays.reshape(x, (product(x.dims),), given.node) for x in (a, b)]
        return arrays.matmul(flat[0], flat[1], given.node)
    return arrays.matmul(a, arrays.transpose(b, None, given.node), given.node)


def _einsum(given: Arguments) -> Value:
    letters = given.at(0)
    if not isinstance(letters, Word) or not isinstance(letters.value, str):
        raise Refused(given.node, "einsum takes its letters as a string")
    rest = given.args[1:]
    if len(rest) == 1 and isinstance(rest[0], Sequence):
        rest = list(rest[0].items)
    return arrays.einsum(letters.value, [arrays.as_array(arg, given.node) for arg in rest], given.node)


def _square(name: str, scalar: bool) -> Handler:
    def apply(given: Arguments) -> Value:
        array = given.array(0)
        if len(array.dims) < 2:
            raise Refused(given.node, f"{given.name} takes a matrix")
        if len(array.dims) == 2 and not array.real:
            raise Refused(given.node, f"{given.name} of a 1 x 1 matrix is not read")
        return Array(f"{name}({array.code})", array.dims[:-2] if scalar else array.dims)

    return apply


def _pinv(given: Arguments) -> Value:
    array = given.array(0)
    return Array(f"pinv({array.code})", (array.dims[1], array.dims[0]))


def _slogdet(given: Arguments) -> Value:
    array = given.array(0)
    return Sequence((Array(f"sign(det({array.code}))", ()), Array(f"logdet({array.code})", ())))


def _solve(given: Arguments) -> Value:
    a, b = given.array(0), given.array(1, "b", "B")
    if len(a.dims) != 2 or a.dims[0] != b.dims[0]:
        raise Refused(given.node, "solve takes a square matrix and a right-hand side that fits")
    turned = b.is_row
    return (
        Array(f"solve({a.code}, {b.code})", b.dims)
        if not turned
        else arrays.matmul(Array(f"inv({a.code})", a.dims), b, given.node)
    )


def _outer(given: Arguments) -> Value:
    return arrays.outer(given.array(0), given.array(1, "b", "vec2", "other"), given.node)


def _trace(given: Arguments) -> Value:
    return Array(f"tr({given.array(0).code})", ())


def _diag(given: Arguments) -> Value:
    array = given.array(0)
    if given.get(1, "k", "offset") is not None:
        raise Refused(given.node, "diagonals beside the main one are not read")
    if len(array.dims) == 1:
        return Array(f"diag({array.code})", (array.dims[0], array.dims[0]))
    if len(array.dims) != 2:
        raise Refused(given.node, f"{given.name} takes a vector or a matrix")
    return Array(f"diag({array.code})", (array.dims[0],))


def _kron(given: Arguments) -> Value:
    a, b = given.array(0), given.array(1, "b", "other")
    if len(a.dims) != len(b.dims):
        raise Refused(given.node, "kron of arrays of different rank is not read")
    dims = tuple(x * y for x, y in zip(a.dims, b.dims, strict=True))
    return Array(f"kron({a.code}, {b.code})", dims)


def _cross(given: Arguments) -> Value:
    a, b = given.array(0), given.array(1, "b", "other")
    if len(a.dims) != 1 or len(b.dims) != 1:
        raise Refused(given.node, "cross of other than vectors is not read")
    return Array(f"cross({a.code}, {b.code})", a.dims)


def _addmm(given: Arguments) -> Value:
    """`torch.addmm(c, a, b)`."""
    a, b = given.array(1, "mat1"), given.array(2, "mat2")
    return arrays.binary("+", given.array(0), arrays.matmul(a, b, given.node), given.node)


def _matmul(given: Arguments) -> Value:
    return arrays.matmul(given.array(0), given.array(1, "b", "other", "x2", "mat2", "vec"), given.node)


def _linear(given: Arguments) -> Value:
    """`F.linear(x, W, b)`: x @ W.T + b."""
    x, weight = given.array(0), given.array(1, "weight")
    found = arrays.matmul(x, arrays.transpose(weight, None, given.node), given.node)
    bias = given.get(2, "bias")
    if bias is None or bias == NONE:
        return found
    return arrays.binary("+", found, arrays.as_array(bias, given.node), given.node)


def _norm_rows(given: Arguments) -> Value:
    """`F.normalize(x, dim=1)` has an eps in its denominator that is not differentiable."""
    raise Refused(given.node, "normalize is not read", "write x / np.linalg.norm(x, axis=1, keepdims=True)")


def _chol(given: Arguments) -> Value:
    array = given.array(0)
    return Array(f"chol({array.code})", array.dims)


def _vec(given: Arguments) -> Value:
    return Array(f"{given.array(0).at(Level.ATOM)}", given.array(0).dims)


MATRIX: Mapping[str, Handler] = {
    "dot": dot, "matmul": _matmul, "mm": _matmul, "bmm": _matmul, "mv": _matmul, "inner": _inner, "vdot": _inner,
    "outer": _outer, "ger": _outer, "einsum": _einsum, "linalg.inv": _square("inv", False),
    "inverse": _square("inv", False), "linalg.det": _square("det", True), "det": _square("det", True),
    "logdet": _square("logdet", True), "linalg.pinv": _pinv, "pinverse": _pinv, "linalg.slogdet": _slogdet,
    "slogdet": _slogdet, "linalg.solve": _solve, "trace": _trace, "diag": _diag, "diagonal": _diag, "kron": _kron,
    "cross": _cross, "linalg.cross": _cross, "addmm": _addmm, "linear": _linear, "normalize": _norm_rows,
    "linalg.cholesky": _chol, "cholesky": _chol, "linalg.matrix_exp": _square("expm", False),
    "linalg.expm": _square("expm", False), "matrix_exp": _square("expm", False),
    "linalg.sqrtm": _square("sqrtm", False), "linalg.logm": _square("logm", False),
}  # fmt: skip
