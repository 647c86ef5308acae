"""What the factors of a matrix multiply to is proved; what is nearly that is not."""

from __future__ import annotations

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source

SYMMETRIC = "A : R[n, n] symmetric; w, V = eigh(A)"
DEFINITE = "A : R[n, n] spd; L = chol(A)"
LU = "A : R[n, n]; P, L, U = lu(A)"
QR = "A : R[n, n]; Q, T = qr(A)"
SVD = "A : R[n, n]; U, s, V = svd(A)"
TALL = "A : R[5, 3]; U, s, V = svd(A)"

TRUE = [
    (SYMMETRIC, "V @ diag(w) @ V.T == A"),
    (SYMMETRIC, "sum(w) == tr(A)"),
    (SYMMETRIC, "prod(w) == det(A)"),
    (SYMMETRIC, "sum(eigvalsh(A)**2) == tr(A @ A)"),
    (SYMMETRIC, "A @ V == V @ diag(w)"),
    (SYMMETRIC, "V @ diag(w**2) @ V.T == A @ A"),
    (DEFINITE, "L @ L.T == A"),
    (DEFINITE, "prod(diag(L))**2 == det(A)"),
    (DEFINITE, "2*sum(log(diag(L))) == logdet(A)"),
    (DEFINITE, "logdet(L) == sum(log(diag(L)))"),
    (DEFINITE, "sum(log(eigvalsh(A))) == logdet(A)"),
    (LU, "P @ A == L @ U"),
    (LU, "P.T @ L @ U == A"),
    (QR, "Q @ T == A"),
    (QR, "T.T @ T == A.T @ A"),
    (QR, "Q.T @ A == T"),
    (SVD, "U @ diag(s) @ V.T == A"),
    (SVD, "sum(s**2) == norm(A)**2"),
    (TALL, "U @ diag(s) @ V.T == A"),
    (TALL, "V @ diag(s**2) @ V.T == A.T @ A"),
    ("B : R[n, n]; A : R[n, n] symmetric; w, V = eigh(A)", "tr(B @ A) == tr(V.T @ B @ V @ diag(w))"),
]
FALSE = [
    (SYMMETRIC, "V @ diag(w) @ V == A"),
    (SYMMETRIC, "V.T @ diag(w) @ V == A"),
    (SYMMETRIC, "V @ diag(abs(w)) @ V.T == A"),
    (SYMMETRIC, "A @ V == diag(w) @ V"),
    ("A : R[n, n]; w, V = eigh(A)", "V @ diag(w) @ V.T == A"),  # it reads one triangle
    (DEFINITE, "L.T @ L == A"),
    (DEFINITE, "prod(diag(L)) == det(A)"),
    (DEFINITE, "sum(log(diag(L))) == logdet(A)"),
    (LU, "P @ L @ U == A"),
    (LU, "A @ P == L @ U"),
    (LU, "prod(diag(U)) == det(A)"),  # P may be odd
    (QR, "T @ Q == A"),
    (QR, "prod(diag(T)) == det(A)"),  # Q may be a reflection
    (SVD, "U @ diag(s) @ V == A"),
    (SVD, "prod(s) == det(A)"),
    (SVD, "U @ V.T == eye(n)"),
    (TALL, "U @ U.T == eye(5)"),
]


@pytest.mark.parametrize(("program", "claim"), TRUE)
def test_what_factors_multiply_to_is_proved(program: str, claim: str) -> None:
    (verdict,) = check_source(Source("t.mc", f"{program}\ncheck {claim}\n")).verdicts
    assert verdict.kind == "proved", verdict.reason


@pytest.mark.parametrize(("program", "claim"), FALSE)
def test_what_is_nearly_that_is_not(program: str, claim: str) -> None:
    (verdict,) = check_source(Source("t.mc", f"{program}\ncheck {claim}\n")).verdicts
    assert verdict.kind in ("refuted", "error"), (verdict.kind, verdict.reason)
