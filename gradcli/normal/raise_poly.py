"""Index polynomials back to matrix notation."""

from __future__ import annotations

from fractions import Fraction

from gradcli.expr import linear, reduce
from gradcli.expr.arith import add, mul, ones, power, size, zeros
from gradcli.expr.contraction import contract
from gradcli.expr.node import ZERO, Node, make, named, num
from gradcli.expr.shapes import Dim, Shape, is_row, normal_shape
from gradcli.normal.poly import FIRST_DUMMY, Atom, Factor, Poly


def raise_node(poly: Poly, shape: Shape) -> Node | None:
    """The polynomial as an array of the shape, its free indices the axes in order; None where there is no notation.

    A vector (n,) is a column; beyond rank 2 it is an `einsum`.
    """
    return _Raiser().node(poly, dict(enumerate(shape)))


class _Raiser:
    """Raises polynomials; an atom's node is kept."""

    def __init__(self) -> None:
        self._memo: dict[Atom, Node | None] = {}

    def node(self, poly: Poly, axes: dict[int, Dim]) -> Node | None:
        """The array with the axes given by the free indices in order."""
        shape = tuple(axes[i] for i in sorted(axes))
        shape = normal_shape(shape) if len(shape) <= 2 else shape
        terms: list[Node] = []
        for term, value in sorted(poly.ordered(), key=lambda item: not item[0]):  # a number last, as one writes it
            found = self._term(term, axes)
            if found is None:
                return None
            terms.append(mul(num(Fraction(value)), found))
        return add(*terms) if terms else zeros(shape)

    def _term(self, term: tuple[Factor, ...], axes: dict[int, Dim]) -> Node | None:
        operands: list[tuple[Node, tuple[int, ...]]] = []
        dims = dict(axes)
        following = max([FIRST_DUMMY, *(i + 1 for _, idx, _ in term for i in idx)])
        for array, idx, exponent in term:
            labels: list[int] = []
            for i, dim in zip(idx, array.dims, strict=True):
                label = i
                if i < 0:  # a fixed position: summed against a unit vector
                    label, following = following, following + 1
                    operands.append((reduce.unit_entry((dim,), (-i,)), (label,)))
                dims[label] = dim
                labels.append(label)
            base = self._atom(array)
            if base is None:
                return None
            operands.append((power(base, num(Fraction(exponent))) if exponent != 1 else base, tuple(labels)))
        present = {label for _, labels in operands for label in labels}
        output = tuple(sorted(axes))
        operands.extend((ones((dims[label],)), (label,)) for label in output if label not in present)
        return contract(operands, output, dims)

    def _atom(self, array: Atom) -> Node | None:
        if array not in self._memo:
            self._memo[array] = self._made(array)
        return self._memo[array]

    def _whole(self, array: Atom) -> Node | None:
        """A component of a factorisation, or an operation that is not known here."""
        name, _, kind, shape = array.holds(tuple)
        if kind == "factor":
            inner = self.node(array.args[0], array.args[0].dims())
            return None if inner is None else make("factor", (inner,), data=name, shape=shape)
        op, own, shapes = name
        args = [self.node(arg, dict(enumerate(s))) for arg, s in zip(array.args, shapes, strict=True) if not is_row(s)]
        known = [arg for arg in args if arg is not None]
        return make(op, tuple(known), data=own, shape=shape) if len(known) == len(shapes) else None

    def _made(self, array: Atom) -> Node | None:
        kind, data, dims = array.kind, array.data, array.dims
        if kind == "sym" and array.args:
            return self._whole(array)
        if kind == "sym":
            return _leaf(array)
        if kind == "delta":
            return linear.eye(dims[0])
        if kind == "mask":
            return reduce.triangle("tril", ones(dims), array.holds(int))
        if kind == "place":
            return make("place", data=data, shape=dims) if len(dims) > 1 else None
        if kind in ("num", "dim"):
            return num(array.holds(int)) if kind == "num" else size(array.holds(str))
        axes = dict(enumerate(dims))
        if kind == "vfun":
            args = [self.node(array.args[0], array.args[0].dims())]
        elif kind in ("inv", "det"):
            dim: Dim = array.holds(str) if isinstance(data, str) else array.holds(int) if kind == "det" else dims[0]
            args = [self.node(array.args[0], {0: dim, 1: dim})]
        else:
            args = [self.node(arg, axes if arg.free() else {}) for arg in array.args]
        known = [arg for arg in args if arg is not None]
        return _applied(array, known) if len(known) == len(args) else None


def _leaf(array: Atom) -> Node:
    name, attributes, kind, shape = array.holds(tuple)
    if kind == "const":
        return make("const", data=name)
    if kind in ("cotangent", "param"):
        return make(kind, data=name, shape=shape)
    node = named(name, shape, attributes)
    if kind == "skew":
        return mul(num(Fraction(1, 2)), node)
    return linear.diagonal(node) if kind == "diagonal" else node


def _applied(array: Atom, args: list[Node]) -> Node | None:
    kind = array.kind
    if kind == "elem":
        name, order = array.holds(tuple)
        return reduce.elementwise(name, order, args[0])
    if array.data == "abs":
        args = [reduce.elementwise("abs", 0, args[0]), *args[1:]]
    if kind in ("exp", "log", "abs"):
        return reduce.elementwise(kind, 0, args[0])
    if kind == "step":
        return reduce.compare("<", ZERO, args[0])
    if kind == "root":
        return args[0]
    if kind == "power":
        if args[0].shape and args[1].shape and args[0].shape != args[1].shape:
            return None
        return power(args[0], args[1])
    if kind == "inv":
        return linear.inv(args[0])
    if kind == "det":
        return reduce.scalar_of_matrix("det", args[0])
    if kind == "vfun":
        return make("vfun", (args[0],), data=array.data, shape=array.dims)
    return None
