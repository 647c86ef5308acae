"""Proofs by cases: on each side of each branch the sides are equal by algebra, or no point lies there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from math import prod

from gradcli.expr.arith import add, is_zero, mul, neg, ones, split_number, zeros
from gradcli.expr.node import Node, num, value_of
from gradcli.expr.replace import replace
from gradcli.expr.statistics import attaining
from gradcli.expr.walk import postorder
from gradcli.normal.poly import TooLarge, Unsupported
from gradcli.normal.units import is_regular
from gradcli.verdicts.algebra import same
from gradcli.verdicts.book import Book, jumps
from gradcli.verdicts.bounded import Condition
from gradcli.verdicts.bounds import bounds
from gradcli.verdicts.inequalities import contradictory
from gradcli.verdicts.pieces import ENTRYWISE, first_turning, is_apart, on_side, written_out

Claim = Callable[[list[Node], list[Condition]], bool]

_MOST_CASES = 60
_MOST_NODES = 200
_MOST_FACTORS = 3
_MOST_OPEN = 12


class Cases:
    """Cases of one program; `given` are conditions that every point satisfies.

    `open` are the conditions of the cases in which `equal` found no proof; `whole`: those are all there are.
    """

    def __init__(self, book: Book, given: Sequence[Condition] = (), ties: bool = True) -> None:
        self._book = book
        self._given = list(given)
        self._ties = ties
        self._left = _MOST_CASES
        self.open: list[list[Condition]] = []
        self.whole = False

    def equal(self, left: Node, right: Node) -> bool:
        """Whether two expressions are equal in every case."""
        self.whole = False
        roots = self._book.expanded([left, right])
        if roots is None or len(postorder(roots)) > _MOST_NODES:
            return False
        roots = _summands(written_out(roots))
        if first_turning(roots) is None or not is_apart(roots):
            return False

        def holds(pair: list[Node], conditions: list[Condition]) -> bool:
            if pair[0] is not pair[1] and not same(self._book, *pair):
                self.open.append(conditions)
            return len(self.open) <= _MOST_OPEN

        self.whole = self._every(roots, list(self._given), holds)
        done = self.whole and not self.open
        self.open = [conditions for conditions in self.open if not self._is_thin(conditions)]
        return done

    def _is_thin(self, conditions: list[Condition]) -> bool:
        """Whether a case holds on a null set alone, at zeros that are looked at by themselves."""
        return self._contradictory([(number, True) for number, _ in conditions])

    def never_all(self) -> bool:
        """Whether what is given contradicts itself."""
        numbers = self._book.expanded([number for number, _ in self._given])
        if numbers is None or len(postorder(numbers)) > _MOST_NODES:
            return False
        given = [(number, strictly) for number, (_, strictly) in zip(numbers, self._given, strict=True)]
        return self._impossible(given) or self._contradictory(given)

    def possible(self, number: Node, sign: int) -> bool:
        """Whether nothing shows that no entry of a number lies on a side (-1 or 1)."""
        below, above = bounds(number, self._book.values).sign
        if not (above if sign > 0 else below) or _infinite(number) == -sign:
            return False
        roots = self._book.expanded([number])
        if roots is None or len(postorder(roots)) > _MOST_NODES:
            return True
        side = roots[0] if sign > 0 else neg(roots[0])
        beyond = attaining("<", zeros(side.shape), side)  # no entry is larger than the largest one
        if beyond is not None and is_zero(beyond):
            return False
        roots = written_out(roots)
        if not is_apart(roots):
            return True

        def impossible(found: list[Node], conditions: list[Condition]) -> bool:
            below, above = bounds(found[0], {}).sign
            if not (above if sign > 0 else below):
                return True
            side = found[0] if sign > 0 else neg(found[0])
            return contradictory(self._book.comparison, [*conditions, (side, True)])

        return not self._every(roots, list(self._given), impossible)

    def _every(self, roots: list[Node], conditions: list[Condition], holds: Claim) -> bool:
        """Whether something holds of the expressions in every case that is not contradictory."""
        self._left -= 1
        if self._left < 0:
            return False
        if len(roots) == 2 and roots[0] is roots[1]:
            return True
        number = first_turning(roots)
        if number is None:
            return holds(roots, conditions)
        factors = _factors(number)
        choices = [self._sides(factor, roots, conditions) for factor in factors]
        for choice in product(*choices):
            more = [one for _, side in choice for one in side]
            sign = prod(s for s, _ in choice)
            if any(self._impossible(side) for _, side in choice):
                continue
            if len(factors) > 1 and sign:
                strictly = all(strict for _, side in choice for _, strict in side)
                more.append((number if sign > 0 else neg(number), strictly))
            if self._contradictory([*conditions, *more]):
                continue
            try:
                found = on_side(roots, number, sign)
            except ZeroDivisionError:
                return False
            for factor, (s, _) in zip(factors, choice, strict=True):
                found = found if s else _put_in(found, factor)
            if not self._every(found, [*conditions, *more], holds):
                return False
        return True

    def _sides(self, number: Node, roots: list[Node], conditions: list[Condition]) -> list[tuple[int, list[Condition]]]:
        """The cases that a number makes, which cover every point that counts: its sign in each, and what holds there.

        Where nothing jumps either piece is right at 0.  In derivatives what happens on a null set does not count, and
        a number without pieces is 0 on one or everywhere.
        """
        below, above, zero = neg(number), number, [(number, False), (neg(number), False)]
        if _infinite(number):
            return [(_infinite(number), [])]
        poly = self._book.comparison.poly(number)
        if poly is not None and not poly.terms:
            return [(0, zero)]
        if not _jumps_at(roots):
            if self._never(below, conditions):
                return [(1, [(above, False)])]
            if self._never(above, conditions):
                return [(-1, [(below, False)])]
            return [(1, [(above, True)]), (-1, [(below, False)])]
        strict: list[tuple[int, list[Condition]]] = [(1, [(above, True)]), (-1, [(below, True)])]
        return strict if not self._ties and poly is not None and is_regular(poly) else [*strict, (0, zero)]

    def _never(self, number: Node, conditions: list[Condition]) -> bool:
        """Whether a number is never positive."""
        return self._impossible([(number, True)]) or self._contradictory([*conditions, (number, True)])

    def _impossible(self, conditions: list[Condition]) -> bool:
        for number, strictly in conditions:
            interval = bounds(number, {})
            if interval.high < 0 or (interval.high == 0 and (strictly or interval.open_high)):
                return True
        return False

    def _contradictory(self, conditions: list[Condition]) -> bool:
        try:
            return contradictory(self._book.comparison, conditions)
        except (TooLarge, Unsupported):
            return False


def _factors(number: Node) -> list[Node]:
    """The factors that settle the sign of a number, one that every term of a sum has among them."""
    if number.op == "add":
        terms = [term.args if term.op == "mul" else (term,) for term in number.args]
        shared = next((f for f in terms[0] if f.op == "var" and all(f in term for term in terms[1:])), None)
        if shared is None or shared.shape != number.shape:
            return [number]
        rest = add(*(mul(*(f for f in term if f is not shared)) for term in terms))
        return [shared, rest] if rest.shape == number.shape else [number]
    if number.op != "mul" or len(number.args) > _MOST_FACTORS or value_of(number.args[0]) is not None:
        return [number]
    return list(number.args) if all(f.op != "pow" and f.shape == number.shape for f in number.args) else [number]


def _infinite(number: Node) -> int:
    """1 or -1 where a number is infinite whatever the names are, else 0."""
    for term in number.args if number.op == "add" else (number,):
        share, rest = split_number(term)
        if rest.op == "const" and rest.data == "inf":
            return 1 if share > 0 else -1
    return 0


def _jumps_at(roots: list[Node]) -> bool:
    return any(jumps(node) for node in postorder(roots))


def _put_in(roots: list[Node], number: Node) -> list[Node]:
    """Where a number is zero that is linear in a name: the name by the others."""
    terms = number.args if number.op == "add" else (number,)
    for term in terms:
        factors = term.args if term.op == "mul" else (term,)
        share = value_of(factors[0]) if len(factors) == 2 else Fraction(1) if len(factors) == 1 else None
        name = factors[-1]
        if not share or name.op != "var" or name.shape != number.shape:
            continue
        rest = [other for other in terms if other is not term]
        if any(name in postorder(other) for other in rest) or (name.shape and _is_mixed(roots, name)):
            continue
        solved = mul(num(-1 / share), add(*rest)) if rest else zeros(name.shape)
        solved = solved if solved.shape == name.shape else mul(solved, ones(name.shape))
        try:
            return replace(roots, {name: solved})
        except ZeroDivisionError:
            return roots
    return roots


def _is_mixed(roots: list[Node], name: Node) -> bool:
    """Whether an operation that mixes entries stands above a name."""
    above = {name}
    for node in postorder(roots):
        if any(arg in above for arg in node.args):
            if node.op not in ENTRYWISE:
                return True
            above.add(node)
    return False


def _summands(roots: list[Node]) -> list[Node]:
    """What is summed, where both sides are sums of all entries of one shape."""
    if all(root.op == "sum" for root in roots) and roots[0].args[0].shape == roots[1].args[0].shape:
        return [root.args[0] for root in roots]
    return roots
