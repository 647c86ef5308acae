"""Quadratic forms that have one sign: by exact elimination of their Gram matrix."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gradcli.normal.poly import FIRST_DUMMY, Term

_MOST = 8


def is_negative_form(coefficients: Mapping[Term, Fraction], constant: Fraction, strictly: bool) -> bool:
    """Whether a polynomial of degree two in some factors is never > 0 (`strictly`), or never >= 0.

    Source: Golub and Van Loan, Matrix Computations, 4th ed., section 4.2 (symmetric elimination).
    """
    gram = _gram(coefficients, constant)
    if gram is None:
        return False
    return _is_definite([[-entry for entry in row] for row in gram], semi=strictly)


def _gram(coefficients: Mapping[Term, Fraction], constant: Fraction) -> list[list[Fraction]] | None:
    """The symmetric matrix G with `v.T @ G @ v` the polynomial, v being the factors and then 1."""
    names: dict[object, int] = {}
    entries: dict[tuple[int, int], Fraction] = {}
    for term, value in coefficients.items():
        places: list[int] = []
        for array, idx, exponent in term:
            if exponent not in (1, 2) or any(i >= FIRST_DUMMY for i in idx):
                return None
            places += [names.setdefault((array.key, idx), len(names))] * int(exponent)
        if not 1 <= len(places) <= 2:
            return None
        pair = (min(places), max(places)) if len(places) == 2 else (places[0], -1)
        entries[pair] = entries.get(pair, Fraction(0)) + value
    count = len(names)
    if not 1 <= count <= _MOST:
        return None
    gram = [[Fraction(0)] * (count + 1) for _ in range(count + 1)]
    gram[count][count] = constant
    for (i, j), value in entries.items():
        j = count if j < 0 else j
        if i == j:
            gram[i][i] += value
        else:
            gram[i][j] += value / 2
            gram[j][i] += value / 2
    return gram


def _is_definite(rows: list[list[Fraction]], semi: bool) -> bool:
    """Whether a symmetric matrix is positive semidefinite, or (not `semi`) positive definite."""
    rows = [list(row) for row in rows]
    for k in range(len(rows)):
        pivot = rows[k][k]
        if pivot < 0 or (pivot == 0 and (not semi or any(rows[i][k] for i in range(k + 1, len(rows))))):
            return False
        for i in range(k + 1, len(rows)):
            share = rows[i][k] / pivot if pivot else Fraction(0)
            for j in range(k, len(rows)):
                rows[i][j] -= share * rows[k][j]
    return True
