"""Claims under a polynomial equation of a matrix: points with every kind of eigenvalues and blocks that it allows."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source
from gradcli.verdicts.spectrum import drawn

CASES = [
    ("A : R[n, n]; assume A@A == A", "A == eye(n)", "refuted"),
    ("A : R[n, n]; assume A@A == A", "det(A) == 0", "refuted"),
    ("A : R[n, n]; assume A@A == A", "norm(A)**2 == tr(A)", "refuted"),
    ("A : R[n, n] symmetric; assume A@A == A", "norm(A)**2 == tr(A)", "equal"),
    ("P : R[n, n]; assume P@P == P; assume P == P.T", "norm(P)**2 == tr(P)", "equal"),
    ("A : R[n, n]; assume A@A == A", "inv(eye(n) + A) == eye(n) - A/2", "equal"),
    ("A : R[n, n]; assume A@A == 0", "A == 0", "refuted"),
    ("A : R[n, n]; assume A@A == -eye(n)", "det(A) == 1", "equal"),
    ("A : R[n, n]; assume A@A == -eye(n)", "A == -A.T", "refuted"),
    ("A : R[n, n]; assume A^3 == -A", "A == 0", "refuted"),
    ("A : R[n, n]; assume A^2 == 3*A - 2*eye(n)", "tr(A) == n", "refuted"),
    ("A : R[n, n]; assume A@A == 2*eye(n)", "tr(A) == 0", "refuted"),
    ("A : R[n, n] orthogonal; assume A@A == eye(n)", "A == eye(n)", "refuted"),
]


@pytest.mark.parametrize(("program", "claim", "kind"), CASES)
def test_claims_about_roots_of_polynomials(program: str, claim: str, kind: str) -> None:
    (verdict,) = check_source(Source("t.mc", f"{program}\ncheck {claim}\n")).verdicts
    assert verdict.kind == kind, verdict.reason


@pytest.mark.parametrize("roots", [(0, 1), (0, 0), (2, 2, -1), (Fraction(1, 2), 3)])
def test_what_is_drawn_is_a_root(roots: tuple[Fraction, ...]) -> None:
    polynomial = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *polynomial]
        polynomial = [a - root * b for a, b in zip(shifted, [*polynomial, Fraction(0)], strict=True)]
    for seed in range(4):
        array = drawn(polynomial, 3, seed % 2 == 1, Random(seed))
        assert array is not None
        rows = [array.flat[3 * i : 3 * i + 3] for i in range(3)]
        value = [[Fraction(0)] * 3 for _ in range(3)]
        for coefficient in reversed(polynomial):
            value = [
                [sum(value[i][m] * rows[m][k] for m in range(3)) + coefficient * (i == k) for k in range(3)]
                for i in range(3)
            ]
        assert not any(x for row in value for x in row)
        if seed % 2:
            assert all(rows[i][k] == rows[k][i] for i in range(3) for k in range(3))


def test_where_some_roots_are_left_out_nothing_is_drawn() -> None:
    assert drawn([Fraction(0), Fraction(-2), Fraction(0), Fraction(1)], 3, False, Random(1)) is None
