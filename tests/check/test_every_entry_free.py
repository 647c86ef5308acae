"""A derivative takes every entry as free: what is declared of a name does not simplify what is differentiated."""

from __future__ import annotations

import pytest

from tests.cli.run import run

DECLARED = "S : R[n, n] symmetric\nQ : R[n, n] orthogonal\nB : R[n, n]\nx, y : R[n]\n"
DECLARED += "F : R[n, n] upper\nG : R[n, n] lower unit\nD : R[n, n] diagonal\n"
DECLARED += "t = tr(tril(F) @ B)\nh = tr(S.T @ B)\ns = tr(S @ S)\n"

# what stands inside a statement is what a name for it would be
TRUE = [
    "grad(h, S) == B == grad(tr(S.T @ B), S)",
    "grad(tr(S @ B), S) == B.T",
    "grad(x.T @ S.T @ y, S) == y @ x.T",
    "jac(S.T @ x, S)[i, j, k] == eye(n)[i, k] * x[j]",
    "grad(tr(grad(s, S) @ B), S) == 2 * B",
    "grad(tr(grad(tr(S @ S), S) @ B), S) == 2 * B",
    "jac(grad(s, S), S)[i, j, k, l] == 2 * eye(n)[i, l] * eye(n)[j, k]",
    "grad(tr(Q.T @ Q), Q) == 2 * Q",
    "tr(Q.T @ Q) == n",
    "grad(s, S) == 2 * S.T == 2 * S",
    "grad(t, F) == tril(B.T) == grad(tr(tril(F) @ B), F)",
    "grad(tr(triu(G, 1) @ B), G) == triu(B.T, 1)",
    "grad(tr(tril(D) @ B), D) == tril(B.T)",
    "grad(dot(diag(inv(F)), x), F) == -inv(F).T @ diag(x) @ inv(F).T",
    "grad(dot(diag(G @ G), x), G) == (diag(x) @ G.T + G.T @ diag(x))",
    "tril(F) == diag(diag(F))",
    # the sum of G + G.T - diag(diag(G)) where G is 2 * S.T
    "grad(sum(grad(s, S, structure=entries)), S) == 4 - 2 * eye(n)",
    "grad(tr(grad(h**2, S, structure=tangent) @ B), S) == 2 * sum(B * (B + B.T) / 2) * B",
]


@pytest.mark.parametrize("claim", TRUE)
def test_inside_a_statement(claim: str) -> None:
    assert run("check", "-e", f"{DECLARED}check {claim}").status == 0


def test_the_two_spellings_of_one_value_have_two_gradients() -> None:
    result = run("check", "-e", f"{DECLARED}check grad(tr(S.T @ B), S) == B.T")
    assert result.status == 1 and "expected: B\n" in result.out


@pytest.mark.parametrize(
    "definitions",
    [
        "h = tr(S.T @ B) + tr(S @ S)",
        "R_ = grad(tr(S @ S), S, structure=entries)\nh = sum(R_)",
        "G = grad(tr(S.T @ B @ S), S)\nh = sum(G**2)",
        "P, L, U = lu(S.T @ B)\nh = sum(U)",
        "implicit X : S.T @ X == B\nh = sum(X)",
    ],
)
def test_a_derived_program_says_what_was_differentiated(definitions: str) -> None:
    program = f"S : R[n, n] symmetric\nB : R[n, n]\n{definitions}\ngrad h wrt S"
    derived = run("derive", "-e", program, "--format", "mc")
    assert run("check", "-", stdin=derived.out).status == 0
    assert run("derive", "-", "--format", "mc", stdin=derived.out).status == 0
