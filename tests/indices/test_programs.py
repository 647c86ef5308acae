"""Programs in index notation: what is emitted for them is what JAX computes from their text."""

from __future__ import annotations

import pytest

from tests.indices.numbers import derived
from tests.oracle.case import Ask, Case
from tests.oracle.compare import compare

HEAD = """
A : R[m, n]
B : R[n, p]
C : R[m, n]
D : R[p, n]
S : R[n, n]
T : R[m, n, p]
U : R[p, m, n]
x : R[n]
u : R[m]
w : R[p]
r : R[1, n]
c : R
"""

# definition (the last name is asked about), variables; of an array every Jacobian, of a scalar the gradient
PROGRAMS = [
    ("Y[i, j] = sum[k](A[i, k] * B[k, j])", "A, B"),
    ("Y[j, i] = sum[k](A[i, k] * B[k, j])", "A, B"),
    ("y[i] = sum[k](A[i, k] * x[k]) + u[i] - 2", "A, x, u"),
    ("y[i] = u[i] * sum[k](A[i, k] * x[k]) / (1 + sum[k](x[k]**2))", "A, x, u"),
    ("Y[i, j] = exp(A[i, j] + x[j]) * u[i]", "A, x, u"),
    ("Y[i, j] = x[j] - u[i] + c", "x, u, c"),
    ("Y[i, j] = sum[k]((A[i, k] - D[j, k])**2)", "A, D"),
    ("f = sum[i, j](A[i, j]**2 * x[j]) + c", "A, x, c"),
    ("f = sum[i](S[i, i]) * sum[i, j](S[i, j] * S[j, i])", "S"),
    ("f = sum[i, j, k](A[i, j] * B[j, k] * U[k, i, j])", "A, B, U"),
    ("y[i] = S[i, i] * x[i] + S[i, 1] * S[2, i]", "S, x"),
    ("y[i] = max(A[i, 1], u[i]) + where(u[i] > 0, A[i, 2], 1)", "A, u"),
    ("Y[i, j] = (A[i, j] > C[i, j]) * A[i, j]", "A"),
    ("Y[i, j] = eye(n)[i, j] * x[i] + S[i, j] * eye(n)[i, j]", "x, S"),
    ("y[i] = r[i] * x[i] + r[1, i]", "r, x"),
    ("Y[i, j] = sum[k](T[i, k, j] * x[k])", "T, x"),
    ("V[i, j, k] = T[i, j, k] * x[j] + U[k, i, j]", "x"),
    ("V = T * T + 2 * T\nY[i, k] = sum[j](V[i, j, k] * exp(A[i, j]))", "A"),
    ("V[k, i, j] = g(T[i, j, k]) * w[k]\nf = sum(V * U)", "T, U, w"),
    ("y = einsum('ij,j->i', A, x)", "A, x"),
    ("Y = einsum('bji,jk->ikb', T, B @ D)", "B"),
    ("f = einsum('ijk,kij->', T, U)", "T, U"),
    ("Y = einsum('ij,jk', A, B)", "A, B"),
    ("y = einsum('ii,ij->j', S, S)", "S"),
    ("h(s, t) = s * t + sin(s)\nY[i, j] = h(u[i], x[j])", "u, x"),
    ("y[i] = sum[k](A[i, k] * sum[j](B[k, j] * w[j]))", "A, B, w"),
    ("y[i] = exp(x[i]) / sum[k](exp(x[k]))", "x"),
    ("L = sum[i](log(sum[k](exp(A[i, k]))) - A[i, 1])", "A"),
    ("y[i] = x[i] * x[1]**2 / x[i]**3", "x"),
    ("f = sum[i, j]((A[i, j] + u[i] * x[j])**2 / (1 + u[i]**2))", "A, u, x"),
    ("Y = kron(A, D)", "A, D"),
    ("y = kron(x, u)", "x, u"),
    ("Y = kron(x.T, A)", "x, A"),
    ("y = kron(B.T, A) @ vec(S)", "A, B, S"),
    ("Y = reshape(A @ B, p, m)", "A, B"),
    ("f = sum(kron(A, D)**2) + sum(vec(A) * vec(C))", "A, D, C"),
]


def _text(body: str) -> str:
    return HEAD + body.replace("'", '"') + "\n"


def _asked(body: str) -> str:
    return body.splitlines()[-1].split("=")[0].split("[")[0].strip()


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_the_derivatives_of_a_program_in_index_notation(number: int) -> None:
    body, wrt = PROGRAMS[number]
    of, names = _asked(body), tuple(wrt.split(", "))
    sizes = {"m": 2, "n": 3, "p": 4}
    scalar = of in "fL"
    case = Case(f"index{number}", _text(body), sizes=sizes)
    compare(case, Ask(of, names, "gradient" if scalar else "jacobian"))
    compare(case, Ask(of, names, "jacobian", "denominator"))
    if not scalar:
        case = Case(f"index{number}", _text(body) + f"loss L({of})\n", sizes=sizes)
        compare(case, Ask("L", names, "gradient"))


SECOND = [
    ("f = sum[i, j](exp(A[i, j] * x[j]) * u[i])", "x"),
    ("f = sum[i, j](exp(A[i, j] * x[j]) * u[i])", "A"),
    ("f = sum[i, j, k](T[i, j, k]**2 * A[i, j]**3 * w[k])", "A"),
    ("f = sum(kron(A, D)**2)", "A"),
    ("f = sum(einsum('ijk,j->ik', T, x**2)**2)", "x"),
    ("f = sum(reshape(A, n, m) @ A)**2", "A"),
    ("f = logdet(S) + sum(vec(S)**3)", "S"),
]


@pytest.mark.parametrize(("body", "wrt"), SECOND)
def test_second_derivatives(body: str, wrt: str) -> None:
    case = Case("second", _text(body), sizes={"m": 2, "n": 3, "p": 4})
    compare(case, Ask("f", (wrt,), "hessian"))


SAME = [
    ("F(M) = sum[k](M[k, k]**2)\ny = F(S @ S) + F(B @ D)", "y = sum(diag(S @ S)**2) + sum(diag(B @ D)**2)"),
    ("Y : R[m, n]\nY[i, j] = x[j]", "Y = ones(m) @ x.T"),
    ("Y[i, j] = S[i, j] * I[i, j]", "Y = diag(diag(S))"),
    ("q : R[1, n]\nq[i] = 2 * x[i]", "q = 2 * x.T"),
    ("q[a, i] = r[a, i] * x[i]", "q = r * x.T"),
    ("y[i] = sum[k](sum[l](A[i, l] * x[l]) * x[k])", "y = sum(x) * A @ x"),
    ("y[i] = sum[k](x[i])", None),
    ("s = sum[k](x[k]) * sum[k](x[k]**2)", "s = sum(x) * sum(x**2)"),
    ("y[i] = g(A[i, 1] * x[1])", "y = g(x[1] * A @ unit(n, 1))"),
    ("y[i] = softmax(x)[i] * norm(A)", "y = norm(A) * softmax(x)"),
    ("y[i] = (A @ x)[i] + u[i]", "y = A @ x + u"),
    ("Y[i, j] = [u[i], x[j]][2] * u[i]", "Y = u @ x.T"),
]


@pytest.mark.parametrize(("indexed", "plain"), SAME)
def test_an_indexed_definition_is_the_expression(indexed: str, plain: str | None) -> None:
    if plain is None:
        with pytest.raises(AssertionError, match="E310"):
            derived(HEAD + indexed)
        return
    name = indexed.splitlines()[-1].split("=")[0].split("[")[0].strip()
    one, other = derived(HEAD + indexed), derived(HEAD + plain)
    assert one.program.definitions[name] is other.program.definitions[name]
