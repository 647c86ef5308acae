"""The matrix of a linear expression through the index form: the coefficient of the vector's entries."""

from __future__ import annotations

from gradcli.expr.linear import transpose
from gradcli.expr.node import Node, make
from gradcli.expr.rearrange import reshape
from gradcli.expr.replace import replace
from gradcli.expr.shapes import ShapeError, list_dim
from gradcli.expr.walk import postorder
from gradcli.normal.calculus import uses
from gradcli.normal.lower import Lowering
from gradcli.normal.poly import FIRST_DUMMY, Atom, Poly, Rational, Term, TooLarge, Unsupported, delta, dummies_of
from gradcli.normal.product import Product
from gradcli.normal.raise_poly import raise_node
from gradcli.normal.simplify import budget, simplify

MOST_STEPS = 20_000


def matrix_by_index(expr: Node, v: Node) -> Node | None:
    """M with `expr == M @ v`, or None where none is found; see `linear_map.matrix_of`."""
    named, meaning = _with_constants_named(expr, v)
    found = _matrix(named, v)
    if found is None:
        return _matrix(expr, v)
    return replace([found], meaning)[0]


def _with_constants_named(expr: Node, v: Node) -> tuple[Node, dict[Node, Node]]:
    """The expression with a name for each largest part that does not depend on v, so that those stay as written."""
    depends: set[int] = set()
    order = postorder(expr)
    for node in order:
        if node is v or any(arg.serial in depends for arg in node.args):
            depends.add(node.serial)
    table: dict[Node, Node] = {}
    for node in order:
        if node.serial in depends:
            for arg in node.args:
                if arg.serial not in depends and arg.args and arg not in table:
                    table[arg] = make("cotangent", data=("constant", len(table)), shape=arg.shape)
    return replace([expr], table)[0], {name: value for value, name in table.items()}


def _matrix(expr: Node, v: Node) -> Node | None:
    try:
        with budget(MOST_STEPS):
            lowering = Lowering()
            whole, seed = lowering.array(expr), lowering.array(v)
            if len(seed.poly.terms) != 1 or len(whole.axes) > 1 or len(seed.axes) > 1:
                return None
            ((leaf,),) = seed.poly.terms
            dims = [dim for axis in (*whole.axes, *seed.axes) for dim in axis]
            coefficient = _coefficient(whole.poly, leaf[0], len(whole.indices()))
            found = None if coefficient is None else raise_node(coefficient, tuple(dims))
    except (TooLarge, Unsupported, ZeroDivisionError, RecursionError, ShapeError):
        return None
    if found is not None and len(whole.indices()) > len(whole.axes):  # the axis of a Kronecker product is several
        return reshape(found, (list_dim(expr.shape), list_dim(v.shape)))
    return transpose(found) if found is not None and not whole.axes and v.shape else found


def _coefficient(poly: Poly, leaf: Atom, free: int) -> Poly | None:
    """What multiplies the leaf, whose index becomes the free index `free`; None where it is not linear."""
    out: dict[Term, Rational] = {}
    for term, value in poly.terms.items():
        here = [factor for factor in term if factor[0] is leaf]
        others = [factor for factor in term if factor[0] is not leaf]
        if len(here) != 1 or here[0][2] != 1 or any(uses(array, leaf) for array, _, _ in others):
            return None
        dummies = dummies_of(term)
        (_, idx, _) = here[0]
        if idx and idx[0] < FIRST_DUMMY:
            others.append((delta(leaf.dims[0]), (idx[0], free), 1))
        elif idx:
            others = [(a, tuple(free if i == idx[0] else i for i in own), e) for a, own, e in others]
            del dummies[idx[0]]
        simplify(Product(value, others, dummies), out)
    return Poly(out)
