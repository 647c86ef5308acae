"""Equations that are known of named arrays, as rules: the leading product of each is what the rest says.

Names of which something is known carry a mark among their attributes, so that an array with facts and the same array
without are two; the rules are found by the mark.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from gradcli.expr.node import kept
from gradcli.expr.shapes import Dim
from gradcli.normal import units
from gradcli.normal.match import find
from gradcli.normal.poly import FIRST_DUMMY, Atom, Poly, Rational, Term, combination, rational, term_key
from gradcli.normal.product import Rewritten, Spot, Table, with_exponent

MARK = "#"


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` is `image`, over the free indices of the pattern."""

    pattern: Term
    image: Poly


def _rules() -> dict[str, tuple[Rule, ...]]:
    """The rules by their mark, of the program that is at work."""
    return kept("facts")


def enter(mark: str, zeros: Iterable[Poly]) -> None:
    """Let the names with this mark obey equations, each a polynomial that is zero; once, as a mark says which."""
    rules = _rules()
    if mark in rules:
        return
    rules[mark] = tuple(rule for rule in map(_rule, zeros) if rule is not None)


def _rule(zero: Poly) -> Rule | None:
    """The highest term that names a marked array and all indices of the others, and what it is."""
    usable = [term for term in zero.terms if _marked(term) and _free(term) >= set(zero.free())]
    if not usable:
        return None
    top = max(usable, key=lambda term: (units.degree(term), len(term), term_key(term)))
    first = Fraction(zero.terms[top])
    rest = [(rational(-value / first), Poly({term: 1})) for term, value in zero.terms.items() if term != top]
    return Rule(top, combination(rest))


def _marked(term: Term) -> bool:
    return any(_marks(array) for array, _, exponent in term if exponent > 0)


def _marks(array: Atom) -> list[str]:
    if array.kind != "sym":
        return []
    attributes: tuple[str, ...] = array.data[1]  # type: ignore[index]
    return [word for word in attributes if word.startswith(MARK)]


def _free(term: Term) -> set[int]:
    return {i for _, idx, _ in term for i in idx if 0 <= i < FIRST_DUMMY}


def rewrite(spot: Spot, table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    """The product after the first rule of a fact about the array at `spot`; None where none applies."""
    for mark in _marks(spot[0]):
        for rule in _rules().get(mark, ()):
            if not any(array is spot[0] for array, _, _ in rule.pattern):
                continue
            match = find(rule.pattern, table, {}, set())
            if match is None:
                continue
            ends = {i: match.indices[i] for i in _free(rule.pattern)}
            out = with_exponent(table, dummies, spot, table[spot], [(rule.image, ends)])
            for taken, exponent in match.taken.items():
                out.table[taken] = rational(out.table[taken] - exponent)
            _drop_unused(out, match.taken)
            return out
    return None


def _drop_unused(out: Rewritten, taken: dict[Spot, Rational]) -> None:
    """Dummies that stand in nothing but what was taken are summed there."""
    left = {i for (_, idx), exponent in out.table.items() if exponent for i in idx}
    left |= {i for _, mapping in out.sums for i in mapping.values()}
    for i in {i for _, idx in taken for i in idx if i >= FIRST_DUMMY} - left:
        out.dummies.pop(i, None)
