"""What is said of false claims in documents: hints that help, and answers that say something."""

from __future__ import annotations

import pytest

from gradcli.verdicts.verdict import Verdict
from tests.documents.reading import checked

START = "<!-- gradcli: check; x : R[n]; A : R[m, n]; y : R[m]; layout denominator -->\n"
LOSS = "$$z = Ax, \\quad L = \\frac12\\|z - y\\|^2$$\n"
ROWS = "<!-- gradcli: check; x : R[1, n]; W : R[n, m]; loss L(y); layout {} -->\n$$y = xW$$\n"


def last(text: str) -> Verdict:
    return checked(text).verdicts[-1]


def test_a_name_for_the_derivative_is_no_answer() -> None:
    named = "$$\\delta = \\frac{\\partial L}{\\partial z}$$\n"
    said = last(f"{START}{LOSS}{named}$$\\frac{{\\partial L}}{{\\partial z}} = \\delta + y$$")
    assert said.expected_latex == "z - y"


@pytest.mark.parametrize("sign", [r"\ne", r"\neq", r"\not="])
def test_an_equation_that_is_not_unequal_wants_an_equals_sign(sign: str) -> None:
    said = last(f"{START}{LOSS}$$\\nabla_x L {sign} A^T(z - y)$$")
    assert said.hint is not None
    assert said.hint.text == "the identity is true: write `=`"


@pytest.mark.parametrize("layout", ["numerator", "denominator", "mixed"])
def test_rows_that_stand_for_their_gradients_are_told_so(layout: str) -> None:
    formula = r"\frac{\partial L}{\partial W} = x^T\frac{\partial L}{\partial y}"
    said = last(f"{ROWS.format(layout)}$${formula}$$")
    assert said.kind == "refuted"
    assert said.hint is not None
    assert "gradients" in said.hint.text


def test_a_solution_of_a_condition_is_no_claim_and_a_slip_before_it_is() -> None:
    solved = "Setting this to zero we get\n$$x = (A^TA)^{-1}A^Ty$$\n"
    claim = "$$\\frac{{\\partial L}}{{\\partial x}} = {}$$\n"
    found = checked(START + LOSS + claim.format("A^T(Ax - y)") + solved)
    assert [verdict.kind for verdict in found.verdicts] == ["proved"]
    assert found.formulas is not None
    assert [why for _, _, why in found.formulas.passed] == ["it follows from a condition"]
    found = checked(START + LOSS + claim.format("A^T(Ax + y)") + solved)
    assert [verdict.kind for verdict in found.verdicts] == ["refuted"]
    found = checked(START + LOSS + claim.format("A^T(Ax - y)") + "$$x = (A^TA)^{-1}A^Ty$$")
    assert [verdict.kind for verdict in found.verdicts] == ["proved", "refuted"]


def test_nothing_is_refuted_for_a_declaration_that_cannot_be_read() -> None:
    found = checked(
        "<!-- gradcli: check; W : R[m, n; x : R[n] -->\n$$y = Wx$$\n$$\\frac{\\partial y}{\\partial x} = W^T$$"
    )
    assert "refuted" not in [verdict.kind for verdict in found.verdicts]
    found = checked("<!-- gradcli: check; y : R[n]; loss l(o, q) -->\n$$\\frac{\\partial l}{\\partial y} = y^T$$")
    assert "refuted" not in [verdict.kind for verdict in found.verdicts]


def test_an_answer_is_the_side_of_the_document_with_its_slip_mended() -> None:
    text = "<!-- gradcli: check; X : R[N, d]; y : R[N]; w : R[d]; layout denominator -->\n"
    text += "$$\\sigma(z) = \\frac{1}{1 + e^{-z}}$$\n$$p = \\sigma(Xw)$$\n"
    text += "$$l = -y^T\\log p - (1 - y)^T\\log(1 - p)$$\n$$\\frac{\\partial l}{\\partial w} = X^T(y - p)$$"
    assert last(text).expected_latex == "(-X^T) (y - p)"
