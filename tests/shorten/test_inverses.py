"""Inverses of small literals by their entries."""

from __future__ import annotations

import pytest

from gradcli.expr.node import own_program
from gradcli.render.text import TextNotation
from gradcli.shorten.derive import derive_short
from tests.shorten.points import gap, pairs
from tests.worked.cases import read

_A = "m, b : R\nx : R[2]\nA = [[m, b], [0, m]]\n"
CASES = {
    "m : R\nA = [[m, 0], [0, m]]\nY = inv(A)\nderivative Y wrt m": ["[[−1 / m², 0], [0, −1 / m²]]"],
    f"{_A}y = inv(A)@x\njacobian y wrt m, b, x": [
        "[b y[2] / m² − y[1] / m, −y[2] / m]",
        "[−y[2] / m, 0]",
        "A⁻¹",  # shorter, and no question of entries
    ],
    "a, b, c, d : R\nA = [[a, b], [c, d]]\nY = inv(A)\nderivative Y wrt a": [
        "−Y [[1, 0], [0, 0]] Y"
    ],  # by entries it is three times as long
}


@pytest.mark.parametrize("text", CASES)
def test_entries_of_small_inverses_are_written_out(text: str) -> None:
    with own_program():  # the order in which products are written is that of one program
        program = read(text)
        notation = TextNotation(variables=program.nodes.keys())
        assert [notation.render(answer.value) for answer in derive_short(program).answers] == CASES[text]


RANDOM = [
    *CASES,
    "s, r : R\nS = [[2 + s**2, s*r], [r, 3 + s**2]]\nf = logdet(S)\ngrad f wrt s, r",
    "p, q : R\nx : R[3]\nB = [[2 + p**2, q, 0], [0, 1 + q**2, p], [p*q, 0, 3]]\nz = inv(B)@x\njacobian z wrt p, q, x",
    "p, q : R\nB = [[2 + p**2, q, 0], [0, 1 + q**2, p], [0, 0, 3]]\nY = inv(B)\nderivative Y wrt p, q",
]


@pytest.mark.parametrize("text", RANDOM)
def test_they_mean_what_the_inverse_meant(text: str) -> None:
    for program, before, after in pairs(text):
        apart = gap(program, before, after)
        assert apart is not None and apart < 1e-9
