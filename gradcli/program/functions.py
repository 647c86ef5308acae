"""The functions of the language: how many arguments, what shape, which expression.

Functions of each entry are rows of the catalogue (`gradcli.ops`); what takes shapes of other kinds has its row here.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce as fold

from gradcli.expr import arith, entrywise, linear, rearrange, reduce, statistics
from gradcli.expr.broadcast import broadcast
from gradcli.expr.dims import dim_product
from gradcli.expr.node import Node, make, num
from gradcli.ops.functions import SCALAR_FUNCTIONS, SECONDARY
from gradcli.program.along import ALONG_FUNCTIONS
from gradcli.program.axes import joint_open
from gradcli.program.factor import FACTOR_FUNCTIONS
from gradcli.program.join import PART_FUNCTIONS
from gradcli.program.norms import NORM
from gradcli.program.signature import LanguageFunction, Misfit, Options, square
from gradcli.program.spectral import SPECTRAL_FUNCTIONS
from gradcli.program.stacks import of_stack, solved, stack_of_squares, triangles_of
from gradcli.program.unify import (
    OpenShape,
    could_agree,
    find,
    least,
    product,
    settle,
    show_open,
    unify,
    unify_shapes,
)

# ---------------------------------------------------------------------- shapes


def _matrix_or_vector(shape: OpenShape, what: str) -> OpenShape:
    shape = settle(shape)
    if len(shape) > 2:
        raise Misfit("E305", f"{what} takes a vector or a matrix, and this is a tensor of rank {len(shape)}")
    return shape


def _summed(shape: OpenShape, options: Options, what: str) -> OpenShape:
    axis = options.get("axis")
    shape = settle(shape)
    if axis is None:
        return ()
    if not shape or axis not in range(len(shape)):
        raise Misfit("E305", f"{what}(..., axis={axis}) does not fit {show_open(shape)}", "axis is 0 or 1, of a matrix")
    return settle(tuple(dim for position, dim in enumerate(shape) if position != axis))


def _soft(name: str) -> LanguageFunction:
    def infer(shapes: list[OpenShape], options: Options) -> OpenShape:
        shape = settle(shapes[0])
        if len(shape) > 1 and find(shape[0]) != 1 and "axis" not in options and name != "logsumexp":
            raise Misfit("E406", f"{name} of a matrix needs an axis", f"{name}(A, axis=1) works row by row")
        if name != "logsumexp":
            if "axis" in options:
                _summed(shape, options, name)
            return shape
        return _summed(shape, options, name) if "axis" in options else ()

    def build(nodes: list[Node], options: Options) -> Node:
        axis = options.get("axis")
        (node,) = nodes
        if axis is None and len(node.shape) > 1 and name == "logsumexp":
            node = rearrange.reshape(node, (fold(dim_product, node.shape),))
        return reduce.over_axis(name, node, axis if isinstance(axis, int) else None)

    return LanguageFunction(1, 1, infer, build, ("axis", "keepdims") if name == "logsumexp" else ("axis",))


def _elementwise(name: str) -> LanguageFunction:
    return LanguageFunction(1, 1, lambda s, o: settle(s[0]), lambda n, o: reduce.elementwise(name, 0, n[0]))


def _square_to(op: str, build: Callable[[Node], Node], scalar: bool) -> LanguageFunction:
    def infer(shapes: list[OpenShape], options: Options) -> OpenShape:
        if op != "adj" and len(settle(shapes[0])) > 2:
            shape = stack_of_squares(shapes[0], op)
            return settle(shape[:-2]) if scalar else shape
        shape = square(shapes[0], op)
        return () if scalar else shape

    def built(nodes: list[Node], options: Options) -> Node:
        return of_stack(op, nodes[0]) if len(nodes[0].shape) > 2 else build(nodes[0])

    return LanguageFunction(1, 1, infer, built)


def _dot_shape(shapes: list[OpenShape], options: Options) -> OpenShape:
    if not unify_shapes(*shapes) and settle(shapes[0]) and settle(shapes[1]):
        raise Misfit("E301", "dot takes arrays of one shape, and these are " + " and ".join(map(show_open, shapes)))
    return ()


def _dim_of_vector(shape: OpenShape, what: str) -> OpenShape:
    shape = settle(shape)
    if len(shape) > 1 and find(shape[0]) != 1:
        raise Misfit("E305", f"{what} takes vectors, and this is {show_open(shape)}")
    return shape[-1:]


def _outer_shape(shapes: list[OpenShape], options: Options) -> OpenShape:
    a, b = (_dim_of_vector(shape, "outer") for shape in shapes)
    return settle(((a or (1,))[0], (b or (1,))[0]))


def _column(node: Node) -> Node:
    return linear.transpose(node) if len(node.shape) == 2 and node.shape[0] == 1 else node


def _diag_shape(shapes: list[OpenShape], options: Options) -> OpenShape:
    shape = _matrix_or_vector(shapes[0], "diag")
    if len(shape) == 2 and find(shape[0]) != 1:
        return settle((least(*shape),))
    return (shape[-1], shape[-1]) if shape else ()


def _solve_shape(shapes: list[OpenShape], options: Options) -> OpenShape:
    if len(settle(shapes[0])) > 2:
        a, b = stack_of_squares(shapes[0], "solve"), settle(shapes[1])
        place = -2 if len(b) > 1 else -1
        if len(b) > 2 and not all(1 in (find(p), find(q)) or unify(p, q) for p, q in zip(a[:-2], b[:-2], strict=True)):
            raise Misfit("E301", f"solve(A, b) takes as many matrices on both sides: {show_open(a)} and {show_open(b)}")
        if not b or not unify(a[-1], b[place]):
            raise Misfit("E301", f"solve(A, b) needs as many rows in b as in A: {show_open(a)} and {show_open(b)}")
        return settle((*(a[:-2] if len(b) < 3 else joint_open([a[:-2], b[:-2]], "solve")), *b[place:]))
    a, b = square(shapes[0], "solve"), settle(shapes[1])
    if not could_agree(a[:1], b[:1]) or not unify(a[0] if a else 1, b[0] if b else 1):
        raise Misfit("E301", f"solve(A, b) needs as many rows in b as in A: {show_open(a)} and {show_open(b)}")
    return settle(b)


def _kron_shape(shapes: list[OpenShape], options: Options) -> OpenShape:
    a, b = (settle(shape) for shape in shapes)
    dims = []
    for axis in (0, 1):
        p = a[axis] if axis < len(a) else 1
        q = b[axis] if axis < len(b) else 1
        dims.append(product(p, q))
    return settle(tuple(dims))


def _vec_shape(shapes: list[OpenShape], options: Options) -> OpenShape:
    shape = _matrix_or_vector(shapes[0], "vec")
    return (product(shape[1], shape[0]),) if len(shape) == 2 else shape


def _triangle(op: str) -> LanguageFunction:
    def infer(shapes: list[OpenShape], options: Options) -> OpenShape:
        shape = settle(shapes[0])
        if len(shape) < 2:
            raise Misfit("E305", f"{op} takes a matrix, and this is {show_open(shape)}")
        return shape

    def build(nodes: list[Node], options: Options) -> Node:
        k = int(options.get("k", 0))
        return triangles_of(op, nodes[0], k) if len(nodes[0].shape) > 2 else reduce.triangle(op, nodes[0], k)

    return LanguageFunction(1, 2, infer, build, ("k",))


def _adj(node: Node) -> Node:
    return make("adj", (node,), shape=node.shape) if node.shape else arith.ones(())


def _any_total(op: str) -> LanguageFunction:
    return LanguageFunction(1, 1, lambda s, o: (), lambda n, o: reduce.norm(op, n[0]))


def _total(nodes: list[Node], options: Options) -> Node:
    axis = options.get("axis")
    return reduce.sum_axis(nodes[0], axis) if isinstance(axis, int) else reduce.total(nodes[0])


def _mean(nodes: list[Node], options: Options) -> Node:
    axis = options.get("axis")
    return reduce.mean(nodes[0], axis if isinstance(axis, int) else None)


def _reduction(
    name: str, build: Callable[[Node, int | None, Options], Node], more: tuple[str, ...] = ()
) -> LanguageFunction:
    def built(nodes: list[Node], options: Options) -> Node:
        axis = options.get("axis")
        return build(nodes[0], axis if isinstance(axis, int) else None, options)

    return LanguageFunction(1, 1, lambda s, o: _summed(s[0], o, name), built, ("axis", "keepdims", *more))


def _variance(name: str) -> Callable[[Node, int | None, Options], Node]:
    return lambda node, axis, options: statistics.variance(name, node, axis, int(options.get("ddof", 0)))


def _by_entry(name: str, a: Node, b: Node) -> Node:
    return reduce.binary(name, a, b)


def _extreme(name: str, over: str) -> LanguageFunction:
    """Of two arrays by entry; of one array its largest or least entry, or one for each line along an axis."""
    alone = _reduction(name, lambda node, axis, options: statistics.extreme(over, node, axis))

    def infer(shapes: list[OpenShape], options: Options) -> OpenShape:
        if len(shapes) == 1:
            return alone.infer(shapes, options)
        if options:
            raise Misfit("E209", f"{name}(a, b) goes entry by entry and has no axis")
        return joint_open(shapes, name)

    def build(nodes: list[Node], options: Options) -> Node:
        return alone.build(nodes, options) if len(nodes) == 1 else _by_entry(name, *broadcast(*nodes))

    return LanguageFunction(1, 2, infer, build, ("axis", "keepdims"))


_SLOPE = num(Fraction(1, 100))


def _several(name: str) -> LanguageFunction:
    count = 3 if name == "clip" else 2
    return LanguageFunction(
        count, count, lambda s, o: joint_open(s, name), lambda n, o: entrywise.entrywise(name, *broadcast(*n))
    )


ELEMENTWISE = tuple(SCALAR_FUNCTIONS)

FUNCTIONS: dict[str, LanguageFunction] = {
    **{name: _elementwise(name) for name in ELEMENTWISE},
    "max": _extreme("max", "largest"),
    "min": _extreme("min", "smallest"),
    "prod": _reduction("prod", lambda node, axis, options: statistics.product(node, axis)),
    "var": _reduction("var", _variance("variance"), ("ddof",)),
    "std": _reduction("std", _variance("std"), ("ddof",)),
    **{name: _several(name) for name in ("atan2", "hypot", "logaddexp", "clip")},
    "leaky_relu": LanguageFunction(
        1,
        2,
        lambda s, o: joint_open(s, "leaky_relu"),
        lambda n, o: entrywise.entrywise("leaky_relu", *broadcast(n[0], n[1] if len(n) > 1 else _SLOPE)),
    ),
    "where": LanguageFunction(3, 3, lambda s, o: joint_open(s, "where"), lambda n, o: reduce.where(*broadcast(*n))),
    "softmax": _soft("softmax"),
    "logsoftmax": _soft("logsoftmax"),
    "logsumexp": _soft("logsumexp"),
    "sum": LanguageFunction(1, 1, lambda s, o: _summed(s[0], o, "sum"), _total, ("axis", "keepdims")),
    "mean": LanguageFunction(1, 1, lambda s, o: _summed(s[0], o, "mean"), _mean, ("axis", "keepdims")),
    "tr": _square_to("tr", linear.trace, True),
    "det": _square_to("det", lambda n: reduce.scalar_of_matrix("det", n), True),
    "logdet": _square_to("logdet", lambda n: reduce.scalar_of_matrix("logdet", n), True),
    "adj": _square_to("adj", _adj, False),
    "inv": _square_to("inv", linear.inv, False),
    "solve": LanguageFunction(2, 2, _solve_shape, lambda n, o: solved(*n)),
    "norm": NORM,
    "norm1": _any_total("norm1"),
    "dot": LanguageFunction(2, 2, _dot_shape, lambda n, o: linear.dot(*n)),
    "outer": LanguageFunction(
        2, 2, _outer_shape, lambda n, o: linear.matmul(_column(n[0]), linear.transpose(_column(n[1])))
    ),
    "kron": LanguageFunction(2, 2, _kron_shape, lambda n, o: reduce.kron(*n)),
    "vec": LanguageFunction(1, 1, _vec_shape, lambda n, o: reduce.vec(n[0])),
    **PART_FUNCTIONS,
    "diag": LanguageFunction(1, 1, _diag_shape, lambda n, o: linear.diag(n[0])),
    "tril": _triangle("tril"),
    "triu": _triangle("triu"),
    "stop": LanguageFunction(1, 1, lambda s, o: settle(s[0]), lambda n, o: reduce.stop(n[0])),
    **FACTOR_FUNCTIONS,
    **SPECTRAL_FUNCTIONS,
    **ALONG_FUNCTIONS,
}

# Calls whose arguments are dimensions, and calls that the elaborator treats itself.
FILLED = ("ones", "zeros", "eye", "unit")
DERIVATIVES = ("grad", "jac", "hess")
# Names that a program may give to something else, which then hides the function.
YIELDING = frozenset(
    (
        *FACTOR_FUNCTIONS,
        *SPECTRAL_FUNCTIONS,
        *ALONG_FUNCTIONS,
        *entrywise.NAMES,
        *(row.name for row in SECONDARY),
        "prod",
        "var",
        "std",
    )
)
RESERVED = (frozenset(FUNCTIONS) - YIELDING) | set(FILLED) | set(DERIVATIVES) | {"einsum"}
