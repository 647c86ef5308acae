"""A point at which linear inequalities hold: Fourier-Motzkin elimination, and back again.

Source: A. Schrijver, Theory of Linear and Integer Programming, section 12.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from gradcli.expr.node import Node, value_of
from gradcli.verdicts.elimination import Row, is_false, without

_MOST_ROWS = 200
_SHARE = Fraction(8191, 16384)  # about the middle, off the round numbers at which something may tie by chance
_FREE = Fraction(1023, 1024)

Linear = tuple[dict[Node, Fraction], Fraction]


def linear_form(number: Node) -> Linear | None:
    """`(coefficients of names, constant)` of a number that is linear in its names; None of any other."""
    coefficients: dict[Node, Fraction] = {}
    constant = Fraction(0)
    for term in number.args if number.op == "add" else (number,):
        share, name = Fraction(1), None
        for factor in term.args if term.op == "mul" else (term,):
            value = value_of(factor)
            if value is not None:
                share *= value
            elif factor.op == "ones":
                continue
            elif factor.op == "var" and name is None:
                name = factor
            else:
                return None
        if name is None:
            constant += share
        else:
            coefficients[name] = coefficients.get(name, Fraction(0)) + share
    return {name: value for name, value in coefficients.items() if value}, constant


def witness(conditions: Iterable[tuple[Node, bool]]) -> dict[Node, Fraction] | None:
    """Numbers for names at which each `(u, strictly)` is > 0, or >= 0; None where none is found."""
    rows: list[Row[Node]] = []
    for number, strictly in conditions:
        form = linear_form(number)
        if form is None:
            return None
        rows.append((*form, strictly))
    names = list(dict.fromkeys(name for row in rows for name in row[0]))
    stages: list[list[Row[Node]]] = []
    for name in names:
        stages.append([row for row in rows if name in row[0]])
        rows = without(rows, name)
        if len(rows) > _MOST_ROWS:
            return None
    if any(map(is_false, rows)):
        return None
    found: dict[Node, Fraction] = {}
    for name, stage in zip(reversed(names), reversed(stages), strict=True):
        ends: tuple[list[Fraction], list[Fraction]] = ([], [])
        for coefficients, constant, _ in stage:
            others = (v * found[other] for other, v in coefficients.items() if other is not name)
            rest = sum(others, constant)
            ends[coefficients[name] < 0].append(-rest / coefficients[name])
        found[name] = _between(max(ends[0], default=None), min(ends[1], default=None))
    return found


def _between(low: Fraction | None, high: Fraction | None) -> Fraction:
    if low is not None and high is not None:
        return low + (high - low) * _SHARE
    if low is not None:
        return low + (1 + abs(low) / 4) * _FREE
    if high is not None:
        return high - (1 + abs(high) / 4) * _FREE
    return _FREE
