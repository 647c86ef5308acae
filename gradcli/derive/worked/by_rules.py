"""The blocks of a derivation by rules: the chain rule, then every rule of the definitions on the way, one a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from gradcli.derive.graph import Graph
from gradcli.derive.jacobian import is_vector, local_matrix, local_products
from gradcli.derive.reverse import by_name
from gradcli.derive.worked.chain import Chain, Link, seed_of
from gradcli.derive.worked.contract import contracted_once
from gradcli.derive.worked.index import Entry, Factor, IndexSum, Product, Slope, SlopeOf, deltas_first, product_of
from gradcli.derive.worked.lower import Lowering
from gradcli.derive.worked.model import Block, Frontier, Line, LocalJacobian, Pending, Piece, Reason
from gradcli.derive.worked.titles import title
from gradcli.expr.arith import is_zero, zeros
from gradcli.expr.implicit import equation_of
from gradcli.expr.linear import eye, matmul, transpose
from gradcli.expr.node import ONE, Node
from gradcli.expr.replace import replace as replaced
from gradcli.expr.walk import leaves, postorder
from gradcli.index.axes import flat
from gradcli.rules.missing import NoRule
from gradcli.rules.record import Application

_MOST_TERMS = 4
_MOST_TOGETHER = 4  # uses of a name that are opened in one line


_Part = tuple[Link, Pending | Node]


def _frontier(parts: list[_Part]) -> Frontier:
    return Frontier(tuple(part for _, part in parts))


class GradientWriter:
    """Writes the blocks of a gradient: what is closed yet, `(∂u/∂x)ᵀ ∇_u f`, is opened rule by rule."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain

    def block(self, target: Node, left: Node, whole: Node, turned: bool) -> Block:
        """The lines for the gradient by `target`, `left`, which comes to `whole`."""
        links = self.chain.users[target]
        parts: list[_Part] = [(link, self._closed(link, target)) for link in links]
        lines = []
        for link in links:
            if link.weight is not None:
                name, side, given = link.weight
                lines.append(Line(side, given, "implicit", ("this settles ", name)))
        lines.append(Line(left, _frontier(parts), "chain", _uses(self.chain, links, target)))
        if len(links) > _MOST_TOGETHER:  # each by itself: the whole is not written again and again
            for part in parts:
                _, opened = self._opening(part[0], [part], target, turned)
                lines += [replace(opened[0], left=_frontier([part])), *opened[1:]] if opened else []
            lines.append(Line(left, whole, "sum", ("added up",)))
            return Block(target, tuple(lines), tuple(link.name for link in links))
        for link in links:
            parts, opened = self._opening(link, parts, target, turned)
            lines += opened
        if not _is_sum([part for _, part in parts], whole):
            lines.append(Line(None, whole, "simplify", ("simplified",)))
        return Block(target, tuple(lines), tuple(link.name for link in links))

    def _opening(self, link: Link, parts: list[_Part], target: Node, turned: bool) -> tuple[list[_Part], list[Line]]:
        """A line for each rule of one definition, and what stands then."""
        steps = _leading(link, target)
        lines: list[Line] = []
        for part, same in groupby(steps, key=lambda step: step.part):
            group = list(same)
            places = [k for k, (whose, each) in enumerate(parts) if whose is link and _is(each, part, link)]
            if not places:
                continue
            opened = [(link, self._opened(step, target, link)) for step in group]
            kept = [each for k, each in enumerate(parts) if k not in places]
            opened = [each for each in opened if isinstance(each[1], Pending) or not is_zero(each[1])]
            parts = [*kept[: places[0]], *opened, *kept[places[0] :]] or [(link, zeros(target.shape))]
            reason = _named(group, link, len(steps) > len(group))
            if part is _last_part(steps):
                reason = (*reason, *_jacobian(self.chain.graph, link, target, turned))
            lines.append(Line(None, _frontier(parts), group[0].rule, reason))
        return parts, lines

    def _closed(self, link: Link, target: Node) -> Pending:
        """A link that is not opened yet."""
        part = link.value if self.chain.by_definition(link, target) else link.name
        return Pending(part, target, None if link.adjoint is ONE else link.adjoint)

    def _opened(self, step: Application, target: Node, link: Link) -> Pending | Node:
        if step.operand is target:
            return self._named_value(step.after, link)
        return Pending(step.operand, target, None if step.after is ONE else self._named_value(step.after, link))

    def _named_value(self, after: Node, link: Link) -> Node:
        return by_name(after, link.value, link.name, self.chain.graph.named)


class JacobianWriter:
    """Writes the blocks of a Jacobian: the Jacobian so far times that of each definition, opened rule by rule."""

    def __init__(self, chain: Chain, turned: bool) -> None:
        self.chain = chain
        self.turned = turned

    def block(self, target: Node, left: Node | None, whole: Node | None, outer: dict[Node, Node]) -> Block:
        """The lines for ∂of/∂target; `outer` has the Jacobians by the names in between."""
        links = self.chain.users[target]
        rules = tuple(dict.fromkeys(step.rule for link in links for step in _leading(link, target)))
        if left is None or not all(is_vector(link.name.shape) for link in links):
            return self._by_entries(target, links, rules)
        closed = [
            (outer.get(link.name), link.value if self.chain.by_definition(link, target) else link.name, target)
            for link in links
        ]
        lines = [Line(left, LocalJacobian(tuple(closed), self.turned), "chain", _uses(self.chain, links, target))]
        if len(links) == 1:
            lines += self._opened(links[0], target, outer.get(links[0].name))
        if whole is not None:
            alone = len(lines) == 1
            reason: Reason = (", ".join(map(title, rules)),) if alone else self._put_back(whole, links, lines)
            lines.append(Line(None, whole, ", ".join(rules) if alone else "simplify", reason))
        return Block(target, tuple(lines), tuple(link.name for link in links))

    def _put_back(self, whole: Node, links: Sequence[Link], lines: Sequence[Line]) -> Reason:
        """Why the last line is what the one before is: by a name that was written out, or by multiplying out."""
        before = lines[-1].right
        parts = [outer for outer, _, _ in before.parts if outer] if isinstance(before, LocalJacobian) else []
        known = {leaf for part in parts for leaf in leaves(part)}
        back = [link for link in links if known and link.name not in known and link.name in set(leaves(whole))]
        return (back[0].name, " = ", back[0].value) if back else ("multiplied out",)

    def _opened(self, link: Link, target: Node, outer: Node | None) -> list[Line]:
        """A line for each rule of the definition, where what is closed is a vector."""
        lines: list[Line] = []
        steps = _leading(link, target)
        seed = seed_of(link.name.shape)
        parts: list[tuple[Node | None, Node, Node]] = [(outer, link.name, target)]
        try:
            for part, same in groupby(steps, key=lambda step: step.part):
                group = list(same)
                if not all(is_vector(step.operand.shape) for step in group):
                    return lines
                place = next(k for k, each in enumerate(parts) if each[1] in (part, link.name))
                opened = [(self._times(outer, step.after, seed), step.operand, target) for step in group]
                kept = [each for each in parts if each[1] not in (part, link.name)]
                parts = [*kept[:place], *opened, *kept[place:]]
                found = LocalJacobian(tuple(parts), self.turned)
                lines.append(Line(None, found, group[0].rule, _named(group, link, len(steps) > len(group))))
        except NoRule:
            return lines
        return lines

    def _times(self, outer: Node | None, after: Node, seed: Node) -> Node | None:
        """The Jacobian by a part: the one so far times the matrix that the seed goes through."""
        local = local_matrix(after, seed)
        if outer is None:
            found = local if self.turned else transpose(local)
            return None if found.op == "eye" or found is ONE else found
        return matmul(local, outer) if self.turned else matmul(outer, transpose(local))

    def _by_entries(self, target: Node, links: list[Link], rules: tuple[str, ...]) -> Block:
        """A tensor, entry by entry."""
        lowering = Lowering()
        rows, at = lowering.index(self.chain.of.shape), lowering.index(target.shape)
        side = Slope(self.chain.of, rows, target, at)
        free = (*flat(rows), *flat(at))
        closed: list[Product] = []
        opened: list[Product] = []
        for link in links:
            direct = link.name is self.chain.of
            index = rows if direct else lowering.index(link.name.shape)
            outer = [] if direct else [Slope(self.chain.of, rows, link.name, index)]
            own: Factor = Slope(link.name, index, target, at)
            if self.chain.by_definition(link, target):
                whole = IndexSum((product_of([Entry(link.value, index)]),), flat(index))
                own = SlopeOf(whole, target, at)
            closed.append(product_of([*outer, own]))
            terms = lowering.factor_derivative(Entry(link.value, index), target, at)
            opened += [product_of([*outer, *term.factors], term.number) for term in terms]
        form = IndexSum(tuple(opened), free)
        form, done = contracted_once(form, lowering.dims)
        while done:
            form, done = contracted_once(form, lowering.dims)
        lines = [Line(side, IndexSum(tuple(closed), free), "chain", _uses(self.chain, links, target))]
        lines.append(Line(None, deltas_first(form), ", ".join(rules), (", ".join(map(title, rules)),)))
        return Block(target, tuple(lines), tuple(link.name for link in links), lowering.dims)


def _is(each: Pending | Node, part: Node, link: Link) -> bool:
    """Whether this is the closed form of a part (the whole of a definition is closed by its name)."""
    return isinstance(each, Pending) and (each.part is part or (part is link.value and each.part is link.name))


def _leading(link: Link, target: Node) -> list[Application]:
    """The applications in a link that lead to a name, in order."""
    leads: set[int] = {target.serial}
    for node in postorder(link.value):
        if any(arg.serial in leads for arg in node.args):
            leads.add(node.serial)
    return [step for step in link.record if step.operand.serial in leads]


def _last_part(steps: list[Application]) -> Node | None:
    return steps[-1].part if steps else None


def _uses(chain: Chain, links: list[Link], target: Node) -> Reason:
    """Where the name stands."""
    word = "chain rule: " if any(chain.seeds.get(link.name) is not ONE for link in links) else ""
    out: list[Piece] = [word]
    for place, link in enumerate(links):
        out += [", "] if place else []
        out += _definition(link)
    if any(len(link.name.shape) > 1 or (link.name.shape and target.shape[1:]) for link in links) and chain.label:
        out.append("; a colon sums over all entries")
    return tuple(out)


def _definition(link: Link) -> list[Piece]:
    """What a link is defined by: its expression, or the equation that settles it."""
    if link.value.op != "implicit":
        return [link.name, " = ", link.value]
    unknown, parameters, residual = equation_of(link.value)
    table = {unknown: link.name, **dict(zip(parameters, link.value.args, strict=True))}
    return [replaced([residual], table)[0], " = 0 settles ", link.name]


def _named(group: list[Application], link: Link, says_part: bool) -> Reason:
    """The rule, and where there are several in a definition, of what."""
    step = group[0]
    words = title(step.rule, step.part, [each.operand for each in group])
    return (words, ": ", step.part) if says_part and step.part is not link.value else (words,)


def _jacobian(graph: Graph, link: Link, target: Node, turned: bool) -> Reason:
    """The Jacobian that stands in the general rule, of a vector by a vector or a matrix."""
    if len(link.name.shape) != 1 or not target.shape or link.value.op == "factor":
        return ()
    try:
        if len(target.shape) == 1:
            found = local_products(graph, link.name, [target], eye(link.name.shape[0]), turned)
            (value,) = [product for _, product, _ in found if product is not None]
            return (", so ", LocalJacobian(((None, link.name, target),), turned), " = ", value)
        lowering = Lowering()
        rows, at = lowering.index(link.name.shape), lowering.index(target.shape)
        terms = lowering.factor_derivative(Entry(link.value, rows), target, at)
        form = deltas_first(IndexSum(tuple(terms), (*flat(rows), *flat(at))))
        return (", so ", Slope(link.name, rows, target, at), " = ", form) if len(terms) < _MOST_TERMS else ()
    except (NoRule, ValueError):
        return ()


def _is_sum(parts: list[Pending | Node], whole: Node) -> bool:
    """Whether what was found reads as the whole."""
    nodes = [part for part in parts if isinstance(part, Node)]
    return len(nodes) == len(parts) and (nodes == [whole] or set(whole.args) == set(nodes))
