"""Values that an equation settles, by components: the equation, its differential, and what solves it."""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.derive.worked.chain import Chain, Link, cotangent
from gradcli.derive.worked.contract import contracted_once
from gradcli.derive.worked.index import Delta, Entry, IndexSum, Product, Slope, product_of
from gradcli.derive.worked.lower import Lowering
from gradcli.derive.worked.model import Line, Reason, Words
from gradcli.expr.factor import KINDS, parts_of, siblings
from gradcli.expr.implicit import equation_of
from gradcli.expr.node import Node, has_attribute, make, name_of
from gradcli.expr.replace import replace
from gradcli.index.axes import Groups, flat
from gradcli.rules.fill import fill

_TIED = {
    "lu": "P moves by jumps alone, L stays unit lower and U upper triangular",
    "doolittle": "L stays unit lower and U upper triangular",
    "chol": "L stays lower triangular",
    "qr": "Q stays orthogonal and R upper triangular",
    "eigh": "V stays orthogonal",
    "svd": "U and V stay orthogonal",
}


def is_relation(link: Link) -> bool:
    """Whether a link is a component of a factorisation or the solution of an equation."""
    return link.value.op in ("factor", "implicit")


def change(node: Node, chain: Chain) -> Node:
    """The name for the change of a value, one that the program does not have."""
    taken = {name_of(name) for name in (*chain.graph.values, *chain.users) if name.op == "var"}
    label = f"d{name_of(node)}"
    while label in taken:
        label += "_"
    return make("var", data=(label, ()), shape=node.shape)


def factor_lines(links: list[Link], target: Node, lowering: Lowering, chain: Chain) -> list[Line]:
    """Of a factorisation: its equation, the differential, and what the gradient is defined by."""
    kind, _ = parts_of(links[0].value)
    named = {link.value: link.name for link in links} | chain.graph.named
    parts = {name: named.get(node, node) for name, node in siblings(links[0].value).items()}
    left, right = KINDS[kind].equation.split(" == ")
    values = {**parts, "X": links[0].value.args[0]}
    names = [node for node in (*parts.values(), target) if node.op == "var"]
    index = lowering.index(fill(left, values).shape)
    sides = [lowering.entry(fill(side, values), index, names) for side in (left, right)]
    lines = [Line(sides[0], sides[1], "definition", (f"{kind}, by components",), fresh=True)]
    still = [node for node in names if node is not target and has_attribute(node, "permutation")]
    if kind == "lu":
        still = [parts["P"]]
    moving = {node: change(node, chain) for node in names if node not in still}
    moved = [differential(side, moving, lowering) for side in sides]
    lines.append(Line(moved[0], moved[1], "product", ("product rule; ", _TIED[kind])))
    return [*lines, _pairing(links, target, moving, lowering, chain)]


def _pairing(links: list[Link], target: Node, moving: Mapping[Node, Node], lowering: Lowering, chain: Chain) -> Line:
    """`Σ ∂z/∂X_ij dX_ij = Σ ∂z/∂L_kl dL_kl + ...`, which holds for every change of X."""

    def term(node: Node) -> IndexSum:
        at = lowering.index(node.shape)
        return IndexSum((product_of([Slope(chain.of, (), node, at), Entry(moving[node], at)]),), ())

    outputs = [term(link.name) for link in links if link.name in moving]
    right = IndexSum(tuple(product for form in outputs for product in form.terms), ())
    return Line(term(target), right, "chain", ("for every ", moving[target]), fresh=True)


def differential(form: IndexSum, moving: Mapping[Node, Node], lowering: Lowering) -> IndexSum:
    """The change of an index expression as names change: the derivative by each, times its change.  Raises NoRule."""
    terms = []
    for node, moved in moving.items():
        at = lowering.index(node.shape)
        found = lowering.derivative(form, node, at)
        step = IndexSum(tuple(_moved(term, Entry(moved, at)) for term in found.terms), form.free)
        while True:
            step, done = contracted_once(step, lowering.dims)
            if not done:
                break
        terms += list(step.terms)
    return IndexSum(tuple(terms), form.free)


def _moved(term: Product, moved: Entry) -> Product:
    """A term of a derivative times the change, which stands where the name stood."""
    place = next((k for k, factor in enumerate(term.factors) if isinstance(factor, Delta)), len(term.factors))
    return product_of([*term.factors[:place], moved, *term.factors[place:]], term.number)


def implicit_lines(link: Link, target: Node, lowering: Lowering, at: Groups, chain: Chain, side: Slope) -> list[Line]:
    """Of an equation: the equation, its differential, lambda, and the derivative by it.  Raises NoRule."""
    unknown, parameters, residual = equation_of(link.value)
    table = {unknown: link.name, **dict(zip(parameters, link.value.args, strict=True))}
    residual = replace([residual], table)[0]
    index = lowering.index(residual.shape)
    names = [link.name, target]
    form = lowering.entry(residual, index, names)
    about: Reason = ("the equation of ", link.name, ", by components")
    lines = [Line(form, Words("0"), "definition", about, fresh=True)]
    moving = {node: change(node, chain) for node in names}
    lines.append(Line(differential(form, moving, lowering), Words("0"), "product", ("its differential",)))
    if link.weight is None:
        weight = cotangent(chain.label, link.name)
    else:
        weight, left, given = link.weight
        lines.append(Line(left, given, "implicit", ("this settles ", weight)))
    if weight.shape != residual.shape:
        return lines
    slope = lowering.derivative(form, target, at)
    free = flat(at)
    terms = tuple(product_of([Entry(weight, index), *term.factors], -term.number) for term in slope.terms)
    found = IndexSum(terms, free)
    reason = ("minus ", weight, " times the derivative of the equation")
    lines.append(Line(side, found, "implicit", reason, fresh=True))
    while True:
        found, done = contracted_once(found, lowering.dims)
        if not done:
            return lines
        lines.append(Line(None, found, "delta", ("sums over deltas",)))


__all__ = ["differential", "factor_lines", "implicit_lines", "is_relation"]
