"""Products, inverses, determinants and factorisations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from gradcli.pysource import arrays
from gradcli.pysource.arguments import Arguments
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import product
from gradcli.pysource.values import NONE, Array, Level, Number, Sequence, Value, Word

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


def _tensordot(given: Arguments) -> Value:
    """`np.tensordot(a, b, axes=([1, 2], [0, 1]))`: sums over pairs of axes; what is left of `a` comes first."""
    a, b = given.array(0), given.array(1, "b", "other")
    axes = given.get(2, "axes", "dims") or Number(Fraction(2), True)
    if isinstance(axes, Sequence):
        pairs = [
            [given.integer(one) for one in (side.items if isinstance(side, Sequence) else (side,))]
            for side in axes.items
        ]
    else:
        count = given.integer(axes)
        pairs = [list(range(len(a.dims) - count, len(a.dims))), list(range(count))]
    if len(pairs) != 2 or len(pairs[0]) != len(pairs[1]):
        raise Refused(given.node, "tensordot takes as many axes of the one array as of the other")
    letters = "abcdefghijklmnopqrstuvwxyz"
    first = list(letters[: len(a.dims)])
    second = list(letters[len(a.dims) : len(a.dims) + len(b.dims)])
    for one, other in zip(*pairs, strict=True):
        if not (-len(first) <= one < len(first) and -len(second) <= other < len(second)):
            raise Refused(given.node, f"tensordot: the axes {one} and {other} are not there")
        second[other] = first[one]
    out = [x for x in first if x not in second] + [x for x in second if x not in first]
    return arrays.einsum(f"{''.join(first)},{''.join(second)}->{''.join(out)}", [a, b], given.node)


def _triangular(given: Arguments) -> Value:
    """`solve_triangular(L, b, lower=True)`: the other triangle is not looked at."""
    a, b = given.array(0), given.array(1, "b", "B")
    torch = given.flavour == "torch"
    if len(a.dims) != 2 or a.dims[0] != b.dims[0] or given.flag(None, "unit_diagonal", "unitriangular"):
        raise Refused(given.node, "solve_triangular is read for one matrix with its own diagonal")
    if torch and (not given.flag(None, "left", default=True) or "upper" not in given.named):
        raise Refused(given.node, "solve_triangular is read as `solve_triangular(A, B, upper=...)`")
    lower = not given.flag(None, "upper") if torch else given.flag(3, "lower")
    turned = given.get(2, "trans")
    matrix = Array(f"{'tril' if lower else 'triu'}({a.code})", a.dims)
    if not torch and turned not in (None, NONE, Number(Fraction(0), True), Word("N")):
        if turned not in (Number(Fraction(1), True), Word("T")):
            raise Refused(given.node, "solve_triangular with this trans= is not read")
        matrix = arrays.transpose(matrix, None, given.node)
    return _solved(matrix, b, given)


def _cho_solve(given: Arguments) -> Value:
    """`cho_solve((L, True), b)`: with L Lᵀ, or Uᵀ U."""
    pair = given.at(0, "c_and_lower")
    if not isinstance(pair, Sequence) or len(pair.items) != 2:
        raise Refused(given.node, "cho_solve takes a factor and whether it is lower, `cho_solve((L, True), b)`")
    factor = arrays.as_array(pair.items[0], given.node)
    lower = given.integer(pair.items[1]) != 0
    return _solved(_of_factor(factor, lower, given), given.array(1, "b"), given)


def _of_factor(factor: Array, lower: bool, given: Arguments) -> Array:
    """The matrix whose Cholesky factor this is; the other triangle is not looked at."""
    half = Array(f"{'tril' if lower else 'triu'}({factor.code})", factor.dims)
    other = arrays.transpose(half, None, given.node)
    return arrays.matmul(half, other, given.node) if lower else arrays.matmul(other, half, given.node)


def _cholesky_inverse(given: Arguments) -> Value:
    """`torch.cholesky_inverse(L)`."""
    whole = _of_factor(given.array(0, "L", "input"), not given.flag(1, "upper"), given)
    return Array(f"inv({whole.code})", whole.dims)


def _cholesky_solve(given: Arguments) -> Value:
    """`torch.cholesky_solve(B, L)`."""
    whole = _of_factor(given.array(1, "L", "input2"), not given.flag(2, "upper"), given)
    return _solved(whole, given.array(0, "B", "input"), given)


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
    return _solved(a, b, given)


def _solved(a: Array, b: Array, given: Arguments) -> Array:
    if b.is_row:
        return arrays.matmul(Array(f"inv({a.code})", a.dims), b, given.node)
    return Array(f"solve({a.code}, {b.code})", b.dims)


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
    "tensordot": _tensordot, "linalg.solve_triangular": _triangular, "linalg.cho_solve": _cho_solve,
    "cholesky_inverse": _cholesky_inverse, "cholesky_solve": _cholesky_solve,
    "linalg.sqrtm": _square("sqrtm", False), "linalg.logm": _square("logm", False),
}  # fmt: skip
