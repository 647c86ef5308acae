"""Long formulas in LaTeX go on at a sign, outside fractions, indices and matrices."""

from __future__ import annotations

import re

import pytest

from gradcli.render.latex_lines import lines

TERMS = [
    "x^{a + b}",
    r"\frac{a + b}{c - d}",
    r"\begin{bmatrix} a - b & c \\ d & e + f \end{bmatrix}",
    r"\operatorname{tr}(A + B)",
    r"\left( p - \frac{q + r}{s} \right) z",
    r"f(-u)",
    r"\sqrt{a + b}",
]


def test_a_short_formula_is_one_line() -> None:
    assert lines("a + b") == ["a + b"]


@pytest.mark.parametrize("widest", [1, 4, 8, 15])
@pytest.mark.parametrize("count", [3, 7, 20])
def test_every_line_can_be_set(widest: float, count: int) -> None:
    whole = " + ".join((TERMS * count)[:count]) + r" - \left( " + " - ".join(TERMS[:4]) + r" \right) w"
    found = lines(whole, widest)
    assert len(found) > 1
    for line in found[1:]:
        assert line.startswith(("+", "-"))
    for line in found:
        assert line.count("{") == line.count("}")
        assert line.count(r"\begin") == line.count(r"\end")
        assert line.count(r"\left(") == line.count(r"\right)")
    again = re.sub(r"\\[bB]ig([lr])", lambda side: r"\left" if side[1] == "l" else r"\right", " ".join(found))
    assert again.replace(" ", "") == whole.replace(" ", "")


def test_brackets_stay_whole_where_a_line_may_end_outside() -> None:
    assert lines(r"\left( a + b \right) c + d", 4.5)[0].startswith(r"\left( a + b \right) c")
    assert lines(r"\left( a + b + c + d \right) e", 3)[0] == r"\bigl( a + b"
