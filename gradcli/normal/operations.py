"""What each operation of expressions is in index form."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from gradcli.expr import running
from gradcli.expr.factor import KINDS
from gradcli.expr.node import Node, make, payload, value_of
from gradcli.expr.shapes import is_row
from gradcli.normal import arrays, functions, matrices, powers, units
from gradcli.normal.arrays import Array
from gradcli.normal.poly import (
    FIRST_DUMMY,
    ONE,
    ZERO,
    Poly,
    Unsupported,
    add,
    atom,
    combination,
    delta,
    number,
    rational,
)
from gradcli.normal.simplify import contract, multiply
from gradcli.ops.attributes import implied
from gradcli.ops.operation import Kind
from gradcli.ops.operations import of_kind
from gradcli.ops.passes import Pass
from gradcli.ops.payload import Applied, Component, Index, Named, Placement, Places, Subscripts

LARGEST_POWER = 16
_SPARSE = frozenset({"lower", "upper", "permutation", "unit", "binary", "simplex", "skew"})


def lowered(node: Node, args: list[Array]) -> Array:
    """The index form of an operation, from that of its arguments (`elem` is left to the caller).

    Raises TooLarge, Unsupported, ZeroDivisionError.
    """
    return LOWER.get(node.op, _opaque)(node, args)


# ------------------------------------------------------------------------ leaves


def _leaf(node: Node, name: object, attributes: tuple[str, ...], kind: str, args: tuple[Poly, ...] = ()) -> Array:
    axes = arrays.axes_of(node.shape)
    dims = tuple(dim for axis in axes for dim in axis)
    square = len(dims) == 2
    known = {*attributes}
    if square and "zero" in known:
        return Array(ZERO, axes)
    if square and "identity" in known:
        return Array(matrices.identity(dims[0]), axes)
    if square and "diagonal" in known:
        positive = "nonnegative" in known or "spd" in known
        entry = atom("sym", (name, attributes, "diagonal", node.shape), dims=dims[:1], positive=positive)
        vector = Poly({((entry, (0,), 1),): 1})
        return Array(multiply(vector, matrices.identity(dims[0])), axes)
    if square and "skew" in known and "orthogonal" not in known:
        half = atom("sym", (name, attributes, "skew", node.shape), dims=dims)
        return Array(combination([(1, units.raw([(half, (0, 1), 1)])), (-1, units.raw([(half, (1, 0), 1)]))]), axes)
    array = atom(
        "sym",
        (name, attributes, kind, node.shape),
        args,
        dims=dims,
        symmetries=((1, 0),) if square and known & {"symmetric", "spd"} else (),
        positive="nonnegative" in known,
        regular=kind == "var" and not known & _SPARSE,
    )
    return Array(units.single((array, tuple(range(len(dims))), 1)), axes)


def _var(node: Node, args: list[Array]) -> Array:
    name, attributes = payload(node, Named)
    return _leaf(node, name, attributes, "var")


def _cotangent(node: Node, args: list[Array]) -> Array:
    return _leaf(node, node.data, (), "cotangent")


def _factor(node: Node, args: list[Array]) -> Array:
    """A component of a factorisation: an array of its own, with the attributes of its kind."""
    kind, component = payload(node, Component)
    attributes = KINDS[kind].components[component]
    return _leaf(node, node.data, tuple(sorted(implied(attributes, False))), "factor", (args[0].poly,))


def _opaque(node: Node, args: list[Array]) -> Array:
    """An operation that is not known here: an array of its own, the same where its arguments are."""
    if node.op in _ASKED or not args:
        raise Unsupported(node.op)
    shapes = tuple(arg.shape for arg in node.args)
    if any(len(axis) > 1 for arg in args for axis in arg.axes):
        raise Unsupported(f"{node.op} of a product dimension")
    return _leaf(node, (node.op, node.data, shapes), (), "opaque", tuple(arg.poly for arg in args))


def _param(node: Node, args: list[Array]) -> Array:
    return _leaf(node, node.data, (), "param")


def _num(node: Node, args: list[Array]) -> Array:
    value = value_of(node)
    assert value is not None
    return Array(number(rational(value)), ())


def _const(node: Node, args: list[Array]) -> Array:
    if node.data == "pi":
        return Array(functions.pi(), ())
    if node.data == "e_":
        return Array(functions.exp(ONE), ())
    raise Unsupported(str(node.data))


def _dim(node: Node, args: list[Array]) -> Array:
    return Array(matrices.size(payload(node, str)), ())


def _zeros(node: Node, args: list[Array]) -> Array:
    return Array(ZERO, arrays.axes_of(node.shape))


def _ones(node: Node, args: list[Array]) -> Array:
    return Array(ONE, arrays.axes_of(node.shape))


def _permutation(node: Node, args: list[Array]) -> Array:
    """The identity flipped, or rolled on: a permutation of its own for each number of places."""
    shift = payload(node, Places).shift if node.op == "roll" else 0
    if not running.is_permutation(node):
        return _opaque(node, args)
    attributes = ("orthogonal", "permutation") if shift else ("orthogonal", "permutation", "symmetric")
    made = _leaf(node, (node.op, abs(shift)), attributes, "order")
    return arrays.turned(made) if shift < 0 else made


def _eye(node: Node, args: list[Array]) -> Array:
    return Array(matrices.identity(node.shape[0]), arrays.axes_of(node.shape))


def _unit(node: Node, args: list[Array]) -> Array:
    axes = arrays.axes_of(node.shape)
    places = payload(node, Index)[-len(axes) :]
    factors = [(delta(axis[0]), (-place, k), 1) for k, (axis, place) in enumerate(zip(axes, places, strict=True))]
    return Array(units.product_of(1, list(factors)), axes)


def _placed(node: Node, args: list[Array]) -> Array:
    axes = arrays.axes_of(node.shape)
    dims = tuple(dim for axis in axes for dim in axis)
    array = atom("place", tuple(payload(node, Placement)), dims=dims, positive=True, regular=False)
    return Array(units.single((array, tuple(range(len(dims))), 1)), axes)


def _onehot(node: Node, args: list[Array]) -> Array:
    return _leaf(
        node, ("onehot", node.shape), ("binary", "nonnegative", "onehot", "simplex"), "opaque", (args[0].poly,)
    )


# ------------------------------------------------------------------- elementwise


def _add(node: Node, args: list[Array]) -> Array:
    polys, axes = arrays.aligned(args)
    return Array(add(polys), axes)


def _mul(node: Node, args: list[Array]) -> Array:
    polys, axes = arrays.aligned(args)
    return Array(multiply(*polys), axes)


def _pow(node: Node, args: list[Array]) -> Array:
    (base, exponent), axes = arrays.aligned(args)
    return Array(powers.power(base, exponent), axes)


def _extreme(node: Node, args: list[Array]) -> Array:
    (a, b), axes = arrays.aligned(args)
    gap = functions.absolute(combination([(1, a), (-1, b)]))
    half = Fraction(1, 2)
    return Array(combination([(half, a), (half, b), (half if node.op == "max" else -half, gap)]), axes)


def _cmp(node: Node, args: list[Array]) -> Array:
    (a, b), axes = arrays.aligned(args)
    if node.data == "<":
        return Array(functions.step(combination([(1, b), (-1, a)])), axes)
    return Array(combination([(1, ONE), (-1, functions.step(combination([(1, a), (-1, b)])))]), axes)


def _where(node: Node, args: list[Array]) -> Array:
    (condition, a, b), axes = arrays.aligned(args)
    chosen = functions.nonzero(condition)
    other = combination([(1, ONE), (-1, chosen)])
    return Array(add([multiply(chosen, a), multiply(other, b)]), axes)


def _stop(node: Node, args: list[Array]) -> Array:
    return args[0]


def _softmax(node: Node, args: list[Array]) -> Array:
    (arg,) = args
    if is_row(node.args[0].shape):  # over the axis of dimension 1: each entry alone
        alone = {"softmax": ONE, "logsoftmax": ZERO, "logsumexp": arg.poly}
        return Array(alone[node.op], arg.axes)
    grown = Array(functions.exp(arg.poly), arg.axes)
    axis = 0 if len(arg.axes) < 2 else payload(node, int)
    kept = {i: i for k in range(len(arg.axes)) if k != axis for i in arg.group(k)}
    total = arrays.summed(grown, arg.group(axis), kept)
    if node.op == "softmax":
        return Array(multiply(grown.poly, powers.power_rational(total, -1)), arg.axes)
    logs = functions.log(total)
    if node.op == "logsoftmax":
        return Array(combination([(1, arg.poly), (-1, logs)]), arg.axes)
    return arrays.compressed(logs, [arg.axes[k] for k in range(len(arg.axes)) if k != axis], sorted(kept))


# ---------------------------------------------------------------------- reductions


def _sum(node: Node, args: list[Array]) -> Array:
    return Array(arrays.summed(args[0], args[0].indices(), {}), ())


def _sum_axis(node: Node, args: list[Array]) -> Array:
    (arg,) = args
    axis = payload(node, int)
    if is_row(node.args[0].shape):
        return arg if axis == 0 else _sum(node, args)
    others = [k for k in range(len(arg.axes)) if k != axis]
    summed = arrays.summed(arg, arg.group(axis), {})
    return arrays.compressed(summed, [arg.axes[k] for k in others], [i for k in others for i in arg.group(k)])


def _prod(node: Node, args: list[Array]) -> Array:
    (arg,) = args
    if node.data is not None or len(arg.axes) != 1 or len(arg.axes[0]) != 1:
        return _opaque(node, args)
    return Array(matrices.product_over(arg.poly, arg.axes[0][0]), ())


def _norm(node: Node, args: list[Array]) -> Array:
    (arg,) = args
    if node.op == "norm1":
        return Array(arrays.summed(Array(functions.absolute(arg.poly), arg.axes), arg.indices(), {}), ())
    squares = Array(multiply(arg.poly, arg.poly), arg.axes)
    total = arrays.summed(squares, arg.indices(), {})
    return Array(powers.power_rational(total, Fraction(1, 2)), ())


# ----------------------------------------------------------------- linear algebra


def _transpose(node: Node, args: list[Array]) -> Array:
    return arrays.turned(args[0])


def _matmul(node: Node, args: list[Array]) -> Array:
    return arrays.chain_product(args, [arg.shape for arg in node.args])


def _inv(node: Node, args: list[Array]) -> Array:
    dim = arrays.plain_square(args[0])
    return Array(matrices.inverse(args[0].poly, dim), args[0].axes)


def _mpow(node: Node, args: list[Array]) -> Array:
    k = payload(node, int)
    if k > LARGEST_POWER:
        raise Unsupported("a large matrix power")
    return arrays.chain_product(args * k, [node.args[0].shape] * k)


def _det(node: Node, args: list[Array]) -> Array:
    value = matrices.determinant(args[0].poly, arrays.plain_square(args[0]))
    return Array(value if node.op == "det" else functions.log_of_absolute(value), ())


def _expm(node: Node, args: list[Array]) -> Array:
    """Of X or of its transpose, whichever has the smaller key."""
    arrays.plain_square(args[0])
    turned = arrays.turned(args[0])
    if turned.poly.key < args[0].poly.key:
        return arrays.turned(_opaque(node, [turned]))
    return _opaque(node, args)


def _expm_frechet(node: Node, args: list[Array]) -> Array:
    """The derivative of `expm` in the direction of a multiple of the identity is that multiple of `expm`."""
    multiple = matrices.diagonal_of(args[1].poly)
    if multiple is None or multiple.free():
        return _opaque(node, args)
    exponential = make("expm", (node.args[0],), shape=node.shape)
    return Array(multiply(multiple, _expm(exponential, args[:1]).poly), args[0].axes)


def _adj(node: Node, args: list[Array]) -> Array:
    return Array(multiply(_det_of(args[0]), _inv(node, args).poly), args[0].axes)


def _det_of(arg: Array) -> Poly:
    return matrices.determinant(arg.poly, arrays.plain_square(arg))


def _tr(node: Node, args: list[Array]) -> Array:
    (arg,) = args
    rows, columns = arg.group(0), arg.group(1)
    if arg.axes[0] != arg.axes[1]:
        raise Unsupported("a trace across unlike product dimensions")
    bound = {FIRST_DUMMY + k: dim for k, dim in enumerate(arg.axes[0])}
    mapping = {i: FIRST_DUMMY + k for group in (rows, columns) for k, i in enumerate(group)}
    return Array(contract([(arg.poly, mapping)], bound), ())


def _diag(node: Node, args: list[Array]) -> Array:
    (arg,) = args
    axis = arg.axes[0]
    parts: list[tuple[Poly, dict[int, int]]] = [(arg.poly, {})]
    for k, dim in enumerate(axis):
        parts.append((Poly({((delta(dim), (k, k + len(axis)), 1),): 1}), {}))
    return Array(contract(parts), (axis, axis))


def _diagonal(node: Node, args: list[Array]) -> Array:
    (arg,) = args
    if arg.axes[0] != arg.axes[1]:
        raise Unsupported("the diagonal of a matrix that is not square")
    return Array(contract([(arg.poly, dict(zip(arg.group(1), arg.group(0), strict=True)))]), arg.axes[:1])


def _triangle(node: Node, args: list[Array]) -> Array:
    (arg,) = args
    k = payload(node, int)
    if any(len(axis) != 1 for axis in arg.axes) or len(arg.axes) != 2:
        raise Unsupported("a triangle of a product dimension")
    dims = (arg.axes[0][0], arg.axes[1][0])
    band = k if node.op == "tril" else k - 1
    below = units.single((matrices.mask(dims, band), (0, 1), 1))
    kept = multiply(below, arg.poly)
    return Array(kept if node.op == "tril" else combination([(1, arg.poly), (-1, kept)]), arg.axes)


# ------------------------------------------------------------------ entries, shapes


def _stack(node: Node, args: list[Array]) -> Array:
    axes = arrays.axes_of(node.shape)
    if all(part is node.args[0] for part in node.args):
        return Array(args[0].poly, axes)
    columns = int(str(axes[1][0])) if len(axes) == 2 else 1
    parts = []
    for place, arg in enumerate(args):
        position = divmod(place, columns) if len(axes) == 2 else (place,)
        here = [(delta(axes[k][0]), (-(p + 1), k), 1) for k, p in enumerate(position)]
        parts.append(multiply(arg.poly, units.product_of(1, list(here))))
    return Array(add(parts), axes)


def _entry(node: Node, args: list[Array]) -> Array:
    (arg,) = args
    places = payload(node, Index)[-len(arg.axes) :]
    return Array(contract([(arg.poly, arrays.fixed(arg, places))]), ())


def _kron(node: Node, args: list[Array]) -> Array:
    return arrays.kronecker(args, [arg.shape for arg in node.args])


def _vec(node: Node, args: list[Array]) -> Array:
    (arg,) = args
    flipped = arrays.turned(arg)
    return Array(flipped.poly, (tuple(dim for axis in flipped.axes for dim in axis),))


def _reshape(node: Node, args: list[Array]) -> Array:
    return arrays.regrouped(args[0], node.shape)


def _vfun(node: Node, args: list[Array]) -> Array:
    name, order = payload(node, Applied)
    axes = arrays.axes_of(node.shape)
    dims = tuple(dim for axis in axes for dim in axis)
    made = arrays.vector_function(name, order, args[0].poly, dims)
    return Array(made, axes)


def _einsum(node: Node, args: list[Array]) -> Array:
    inputs, output = payload(node, Subscripts)
    return arrays.einstein(inputs, output, args, [arg.shape for arg in node.args], node.shape)


_LOWER: dict[str, Callable[[Node, list[Array]], Array]] = {
    "num": _num,
    "const": _const,
    "dim": _dim,
    "var": _var,
    "cotangent": _cotangent,
    "param": _param,
    "zeros": _zeros,
    "flip": _permutation,
    "roll": _permutation,
    "ones": _ones,
    "eye": _eye,
    "unit": _unit,
    "place": _placed,
    "onehot": _onehot,
    "add": _add,
    "mul": _mul,
    "pow": _pow,
    "max": _extreme,
    "min": _extreme,
    "cmp": _cmp,
    "where": _where,
    "stop": _stop,
    "softmax": _softmax,
    "logsoftmax": _softmax,
    "logsumexp": _softmax,
    "sum": _sum,
    "sum_axis": _sum_axis,
    "prod": _prod,
    "norm": _norm,
    "norm1": _norm,
    "T": _transpose,
    "matmul": _matmul,
    "inv": _inv,
    "mpow": _mpow,
    "det": _det,
    "logdet": _det,
    "adj": _adj,
    "tr": _tr,
    "diag": _diag,
    "diagonal": _diagonal,
    "tril": _triangle,
    "triu": _triangle,
    "stack": _stack,
    "entry": _entry,
    "kron": _kron,
    "vec": _vec,
    "reshape": _reshape,
    "vfun": _vfun,
    "einsum": _einsum,
    "factor": _factor,
    "expm": _expm,
    "expm_frechet": _expm_frechet,
}
LOWER = Pass("normal form", _LOWER)

# Replaced by their answers before anything is compared.
_ASKED = of_kind(Kind.QUESTION)
