"""Several programs of one document, and what is kept between its formulas."""

from __future__ import annotations

from tests.documents.reading import checked, kinds


def test_the_layout_holds_for_the_programs_that_follow() -> None:
    text = """<!-- gradcli: check; layout denominator; A : R[n, n] -->
$$f = \\operatorname{tr}(A^TA)$$
$$\\frac{\\partial f}{\\partial A} = 2A$$
<!-- gradcli: new; B : R[n, n] -->
$$f = \\operatorname{tr}(B^TB)$$
$$\\frac{\\partial f}{\\partial B} = 2B$$
<!-- gradcli: new; layout numerator; B : R[n, n] -->
$$f = \\operatorname{tr}(B^TB)$$
$$\\frac{\\partial f}{\\partial B} = 2B^T$$
"""
    assert kinds(text) == ["true", "true", "true"]


def test_a_differential_of_a_formula_that_cannot_be_read_is_known_in_the_next() -> None:
    text = """<!-- gradcli: check; X : R[n, n] -->
$$d(XX) = dX \\heartsuit X$$
$$d(XX) = dX X + X dX$$
In the text $d(X + X) = dX + dX$ and
$$d(X^T) = (dX)^T$$
"""
    found = checked(text)
    assert [verdict.kind for verdict in found.verdicts] == ["proved", "proved", "proved"]
