"""The blocks of a derivation by components: chain rule, definition, deltas, their sums one at a time, matrix form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as with_changes
from fractions import Fraction
from functools import partial

from gradcli.derive.worked.chain import Chain, Link
from gradcli.derive.worked.contract import collected as alike
from gradcli.derive.worked.contract import contracted_once
from gradcli.derive.worked.index import Delta, Entry, Factor, IndexSum, Product, Slope, SlopeOf, product_of
from gradcli.derive.worked.lower import Lowering
from gradcli.derive.worked.model import Block, Line, Piece, Reason, Same
from gradcli.derive.worked.relations import factor_lines, implicit_lines
from gradcli.expr.arith import add
from gradcli.expr.collect import collected
from gradcli.expr.node import ONE, Node
from gradcli.expr.walk import postorder
from gradcli.index.axes import Groups, flat
from gradcli.rules.missing import NoRule

_MOST_CONTRACTIONS = 40
_MOST_REASONS = 3


class ComponentWriter:
    """Writes the block of one name after the other."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain

    def block(self, target: Node, left: Node | None, whole: Node | None) -> Block:
        """The lines for ∂of/∂target; `left` and `whole` are the matrix form of it, where there is one."""
        chain = self.chain
        lowering = Lowering()
        links = chain.users[target]
        rows = lowering.index(chain.of.shape)
        at = lowering.index(target.shape)
        side = Slope(chain.of, rows, target, at)
        free = (*flat(rows), *flat(at))
        parts = [self._through(link, lowering, rows) for link in links]
        lines: list[Line] = []
        several = len(links) > 1
        starts = [self._start(*each, target, lowering, at) for each in zip(links, parts, strict=True)]
        if several or parts[0][0]:
            reason: Reason = ("chain rule: ", target, " stands in ", *_listed([link.name for link in links]))
            lines.append(Line(side, IndexSum(tuple(starts), free), "chain", reason))
        factored = [link for link in links if link.value.op == "factor"]
        if factored:
            lines += self._settled(lambda: factor_lines(factored, target, lowering, chain), factored, target)
        for link, (factors, index), start in zip(links, parts, starts, strict=True):
            if link.value.op == "factor":
                continue
            if link.value.op == "implicit" and chain.label:
                write = partial(implicit_lines, link, target, lowering, at, chain, side)
                lines += self._settled(write, [link], target)
                continue
            found = self._link(link, target, lowering, factors, index, at, free)
            if chain.by_definition(link, target) and len(found) > 1:
                found = found[1:]  # its definition stands in the line of the chain rule
            if several or not lines:
                found[0] = with_changes(found[0], left=IndexSum((start,), free) if several else side)
            lines += found
        if whole is not None and left is not None:
            rules = ", ".join(dict.fromkeys(step.rule for link in factored for step in link.record))
            words = f"solved for the gradient: rule {rules}" if rules else "in matrix form"
            lines.append(Line(left, whole, rules or "matrix form", (words,)))
        needs = tuple(link.name for link in links)
        return Block(target, tuple(lines), needs, lowering.dims)

    def _start(
        self, link: Link, part: tuple[list[Factor], Groups], target: Node, lowering: Lowering, at: Groups
    ) -> Product:
        """What a link adds, not opened yet."""
        factors, index = part
        if self.chain.by_definition(link, target):
            try:
                return product_of([*factors, SlopeOf(lowering.entry(link.value, index, (target,)), target, at)])
            except (NoRule, ValueError):
                pass
        return product_of([*factors, Slope(link.name, index, target, at)])

    def _through(self, link: Link, lowering: Lowering, rows: Groups) -> tuple[list[Factor], Groups]:
        """The factor ∂of/∂name and the index of `name`; no factor where `name` is what is differentiated."""
        if self.chain.seeds.get(link.name) is ONE:
            return [], rows
        index = lowering.index(link.name.shape)
        return [Slope(self.chain.of, rows, link.name, index)], index

    def _settled(self, write: Callable[[], list[Line]], links: list[Link], target: Node) -> list[Line]:
        """The lines of values that an equation settles; none where they cannot be written."""
        try:
            return write()
        except (NoRule, ValueError):
            rules = ", ".join(dict.fromkeys(rule for link in links for rule in _rules(link, target)))
            return [Line(link.name, link.value, rules, (f"by the rule {rules}",)) for link in links]

    def _link(
        self,
        link: Link,
        target: Node,
        lowering: Lowering,
        factors: list[Factor],
        index: Groups,
        at: Groups,
        free: tuple[int, ...],
    ) -> list[Line]:
        """The lines from the definition of a link to the entry of the derivative."""
        lowering.shown = {link.value: link.name} if link.value.args else {}
        lowering.shown |= self.chain.graph.named
        try:
            inner = lowering.entry(link.value, index, (target,))
            slope = lowering.derivative(inner, target, at)
            reason = self._facts(inner, target, lowering, at)
        except (NoRule, ValueError):
            return [self._named_rule(link, target, factors, index, at, free)]
        opened = SlopeOf(inner, target, at)
        lines = [Line(None, IndexSum((product_of([*factors, opened]),), free), "definition", _definition(link))]
        rules = ", ".join(_rules(link, target))
        form = IndexSum(tuple(product_of([*factors, *term.factors], term.number) for term in slope.terms), free)
        lines.append(Line(None, form, rules, reason))
        for _ in range(_MOST_CONTRACTIONS):
            form, done = contracted_once(form, lowering.dims)
            if not done:
                break
            lines.append(Line(None, form, "delta", _contractions(done)))
        summed = alike(form)
        if len(summed.terms) != len(form.terms):
            lines.append(Line(None, summed, "collect", ("like terms together",)))
        cases = _cases(summed)
        if cases:
            last = lines[-1]
            lines[-1] = Line(last.left, last.right, last.rule, (*last.reason, *("; " * bool(last.reason),), *cases))
        return lines

    def _named_rule(
        self, link: Link, target: Node, factors: list[Factor], index: Groups, at: Groups, free: tuple[int, ...]
    ) -> Line:
        """The chain rule alone, and the rule that stands for the components which are not written out."""
        rules = ", ".join(_rules(link, target))
        through = IndexSum((product_of([*factors, Slope(link.name, index, target, at)]),), free)
        return Line(None, through, rules, (f"by {rules}, whose components are not written out: ", link.value))

    def _facts(self, inner: IndexSum, target: Node, lowering: Lowering, at: Groups) -> Reason:
        """What the factors' derivatives are: `∂W_kl/∂W_ij = δ_ki δ_lj`."""
        reason: list[Piece] = []
        seen: set[Node] = set()
        for term in inner.terms:
            for factor in term.factors:
                if not isinstance(factor, Entry) or factor.node in seen or target not in postorder(factor.node):
                    continue
                seen.add(factor.node)
                if len(seen) > _MOST_REASONS:
                    return tuple(reason)
                found = tuple(lowering.factor_derivative(factor, target, at))
                own = (*flat(factor.index), *flat(at))
                what: Factor = SlopeOf(IndexSum((Product(Fraction(1), (factor,)),), flat(factor.index)), target, at)
                reason += ["; "] * bool(reason) + [what, " = ", IndexSum(found, tuple(dict.fromkeys(own)))]
        return tuple(reason)


def _definition(link: Link) -> Reason:
    return (link.name, " = ", link.value)


def _rules(link: Link, target: Node) -> list[str]:
    """The rules that lead from a link to a name, in order."""
    leads: set[int] = {target.serial}
    rules: dict[str, None] = {}
    for step in reversed(link.record):
        if step.operand.serial in leads:
            leads.add(step.part.serial)
            rules[step.rule] = None
    return list(reversed(rules))


def _listed(names: list[Node]) -> Reason:
    out: list[Piece] = []
    for place, name in enumerate(names):
        out += [" and " if place == len(names) - 1 else ", "] if place else []
        out.append(name)
    return tuple(out)


def _contractions(done: tuple[tuple[Delta, int, tuple[int, ...]], ...]) -> Reason:
    out: list[Piece] = []
    seen: set[object] = set()
    for delta, gone, kept in done:
        if (delta, gone) not in seen:
            seen.add((delta, gone))
            out += ["; "] * bool(out) + [delta, ": ", Same((gone,), kept)]
    return tuple(out)


def _cases(form: IndexSum) -> Reason:
    """What a remaining delta says: the rest where its indices are the same, else 0."""
    if len(form.terms) != 1:
        return ()
    term = form.terms[0]
    deltas = [factor for factor in term.factors if isinstance(factor, Delta)]
    if not deltas or len(term.factors) == 0:
        return ()
    rest = Product(term.number, tuple(factor for factor in term.factors if not isinstance(factor, Delta)))
    same: list[Piece] = []
    for delta in deltas:
        same += [" and "] * bool(same) + [Same(delta.left, delta.right)]
    return (IndexSum((rest,), form.free), " where ", *same, ", else 0")


def total(chain: Chain, target: Node) -> Node:
    """The gradient by a name over the gradients of those that use it."""
    return collected([add(*(link.pulled[target] for link in chain.users[target]))])[0]
