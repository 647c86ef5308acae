"""Claims about broadcasting, parts, labels and stacks of matrices: true ones hold, near-true ones are refuted."""

from __future__ import annotations

import json

import pytest

import gradcli
from tests.cli.run import run

TRUE = [
    "X : R[N, d]; b : R[d]; Y = X + b.T; check grad(f, b) == sum(grad(f, Y), axis=0)",
    "X : R[N, d]; a : R[N]; Y = X * a; check grad(f, a) == sum(grad(f, Y) * X, axis=1)",
    "x, y : R[n]; z = x + y.T; check grad(f, y) == sum(grad(f, z), axis=0)",
    "x, y : R[n]; check x.T * y == y @ x.T",
    "X : R[N, d]; Y = X - mean(X, axis=0, keepdims=True); G = grad(f, Y); "
    "check grad(f, X) == G - mean(G, axis=0, keepdims=True)",
    "X : R[N, d]; Y = softmax(X, axis=-1); G = grad(f, Y); check grad(f, X) == Y * (G - sum(G * Y, axis=1))",
    "X : R[B, T, d]; mu = mean(X, axis=2, keepdims=True); Z = X - mu; s = sqrt(mean(Z**2, axis=-1, keepdims=True)); "
    "Y = Z / s; G = grad(f, Y); check grad(f, X) == (G - mean(G, axis=2, keepdims=True) "
    "- Y * mean(G * Y, axis=2, keepdims=True)) / s",
    "Q, K, V : R[B, H, T, d]; S = Q @ K.mT / sqrt(d); P = softmax(S, axis=3); O = P @ V; "
    "check grad(f, V) == P.mT @ grad(f, O); check grad(f, Q) == grad(f, S) @ K / sqrt(d); "
    "check grad(f, S) == P * (grad(f, P) - sum(grad(f, P) * P, axis=-1, keepdims=True))",
    "x : R[n]; d = x[2:n] - x[1:n-1]; f = sum(d**2); check grad(f, x) == 2*concat(0, d) - 2*concat(d, 0)",
    "x : R[n]; check concat(x[1:2], x[3:n]) == x; check x[2:n] * x[2:n] == (x**2)[2:n]",
    "x : R[n]; check concat(0, x)[2:n+1] == x",
    "E : R[V, d]; y : {1..V}[N]; X = E[y, :]; check grad(f, E) == onehot(y).T @ grad(f, X)",
    "P : R[N, C]; y : {1..C}[N]; L = -sum(onehot(y) * logsoftmax(P, axis=1)) / N; "
    "check grad(L, P) == (softmax(P, axis=1) - onehot(y)) / N",
    "Q : R[n, n]; A : R[m, n]; K = [[Q, A.T], [A, 0]]; check K[1:n, 1:n] == Q; "
    "check K[n+1:n+m, n+1:n+m] == zeros(m, m)",
    "W : R[4*h, n]; x : R[n]; z = W @ x; y = tanh(z[h+1:2*h]); "
    "check grad(f, W) == concat(zeros(h, n), (grad(f, y) * (1 - y**2)) @ x.T, zeros(2*h, n))",
    "w : R[K]; x : R[n]; y[i] = sum[k](w[k] * x[i + k - 1]); "
    "check grad(f, w)[k] == sum[i](grad(f, y)[i] * x[i + k - 1]); "
    "p = concat(zeros(K-1), grad(f, y), zeros(K-1)); check grad(f, x)[j] == sum[k](w[k] * p[j - k + K])",
    "w : R[K]; x : R[n]; y[i] = sum[k](w[k] * x[i + k - 1]); check y == windows(x, K) @ w; "
    "check grad(f, x) == windows(concat(zeros(K - 1), grad(f, y), zeros(K - 1)), K) @ flip(w)",
    "x : R[n]; d[i] = x[i + 1] - x[i]; f = sum(d**2); check d == x[2:n] - x[1:n-1]; "
    "check grad(f, x) == 2*concat(0, d) - 2*concat(d, 0)",
    "Z : R[N, C]; y : {1..C}[N]; L = sum[i](Z[i, y[i]]); check grad(L, Z) == onehot(y)",
    "X : R[N, d]; y : {1..C}[N]; W : R[d, C]; Z = X @ W; L = sum[i](logsumexp(Z[i, :]) - Z[i, y[i]]); "
    "check grad(L, W) == X.T @ (softmax(Z, axis=1) - onehot(y))",
    "X : R[N, d]; y[i] = norm(X[i, :])**2; check y == sum(X**2, axis=1)",
    "X, Y : R[N, d]; D[i, j] = norm(X[i, :] - Y[j, :])**2; f = sum(D**2); "
    "check grad(f, X) == 4 * (X * sum(D, axis=1) - D @ Y)",
    "A : R[m, n]; x : R[n]; b : R[m]; L = sum[i]((A[i, :] @ x - b[i])**2); check grad(L, x) == 2 * A.T @ (A @ x - b)",
    "E : R[V, d]; y : {1..V}[N]; w : R[d]; L = sum[i](E[y[i], :] @ w); check grad(L, w) == sum(E[y, :], axis=0)",
    "X : R[N, d]; y[i] = logsumexp(softmax(X[i, :]) * X[i, :]); check y == logsumexp(softmax(X, axis=1) * X, axis=1)",
    "f : R[n], R[m] -> R[k]; x : R[n]; y : R[m]; z = f(x, y); check jac(z, x) == f'(x, y)[:, 1:n]; "
    "check jac(z, y) == f'(x, y)[:, n+1:n+m]; check f(x, y) == f(concat(x, y))",
    "g : R[n], R -> R; x : R[n]; t : R; s = g(x, t)**2; check grad(s, t) == 2 * s**(1/2) * g'(x, t)[1, n + 1] "
    "* where(g(x, t) > 0, 1, -1)",
    "p, g : R[T]; q[s] = sum[u](p[u] * ((u == s) - p[s]) * g[u]); check q == p * (g - dot(p, g))",
    "S : R[n, n]; M[i, j] = S[i, j] * (j <= i); N[i, j] = S[i, j] * [i != j]; check M == tril(S); "
    "check N == S - diag(diag(S)); check sum[i, j]((i == j + 1) * S[i, j]) == sum[j](S[j + 1, j])",
    "S : R[m, n]; x : R[n]; check sum[i, j]((i + 2 > j) * S[i, j]) == sum(tril(S, 1)); "
    "check sum[j]((j == n) * x[j]) == x[n]; check sum[j]((j < n) * x[j]) == sum(x) - x[n]",
    "y : {1..V}[B, T]; G : R[B, T, C]; W[v, c] = sum[b, t]((y[b, t] == v) * G[b, t, c]); "
    "check W == sum(onehot(y).mT @ G, axis=0); check sum[b, t]((y[b, t] != 1) * G[b, t, 1]) == "
    "sum[b, t](G[b, t, 1] - (y[b, t] == 1) * G[b, t, 1])",
    "P : R[n, C]; x : R[n]; y : {1..C}[n]; m = mean[i](x[i]**2); L = -mean[i](log(P[i, y[i]])); "
    "check m == norm(x)**2 / n; check L == -sum(onehot(y) * log(P)) / n",
    "P : R[n, C]; q[i] = prod[j](1 + P[i, j]**2) + max[j](P[i, j]) - min[j](P[i, j]); "
    "check q == prod(1 + P**2, axis=1) + max(P, axis=1) - min(P, axis=1)",
    "X : R[N, G, D, K]; check var(X, axis=(2, 3)) == mean((X - mean(X, axis=(2, 3), keepdims=True))**2, axis=(2, 3)); "
    "check std(X, axis=(1, -1), ddof=1)**2 == sum((X - mean(X, axis=(1, 3), keepdims=True))**2, axis=(1, 3)) "
    "/ (G * K - 1)",
    "T : R[B, t, d]; Y = cumsum(T, axis=1); G = grad(f, Y); "
    "check grad(f, T) == flip(cumsum(flip(G, axis=1), axis=1), axis=1); "
    "check Y[b, i, j] == sum[k]((k <= i) * T[b, k, j])",
    "T : R[B, t, d]; Y = cumprod(T, axis=1) + flip(T, axis=2) + roll(T, 1, axis=-1); G = grad(f, Y); check grad(f, T) "
    "== flip(cumsum(flip(G * cumprod(T, axis=1), axis=1), axis=1), axis=1) / T + flip(G, axis=2) + roll(G, -1, axis=2)",
    "T : R[B, t, d]; check flip(flip(T)) == T; check roll(roll(T, 2, axis=1), -2, axis=1) == T; "
    "check cumsum(cumsum(T, axis=0), axis=1) == cumsum(cumsum(T, axis=1), axis=0)",
    "T : R[B, t, d]; M = max(T, axis=1); check grad(f, T) == grad(f, M)[:, None, :] * (T == M[:, None, :])",
    "x : R[2*n]; P = reshape(x, n, 2); a = mean(P, axis=1); m = max(P, axis=1); loss L(a, m); "
    "check grad(L, P) == grad(L, a) @ [1/2, 1/2].T + grad(L, m) * (P == m)",
    "x, t : R[N]; beta : R positive; d = x - t; "
    "L = mean(where(abs(d) < beta, 0.5 * d**2 / beta, abs(d) - 0.5 * beta)); "
    "check grad(L, x) == clip(d / beta, -1, 1) / N",
    "T : R[B, n, n]; b : R[B, n, p]; Y = solve(T, b); G = grad(f, Y); check grad(f, b) == inv(T).mT @ G; "
    "check grad(f, T) == -(inv(T).mT @ G) @ Y.mT",
    "T : R[B, n, n]; L = sum(logdet(T)) + sum(tr(T @ T)); check grad(L, T) == inv(T).mT + 2 * T.mT",
    "T : R[B, n, n]; L = sum(det(T)); check grad(L, T) == det(T)[:, None, None] * inv(T).mT; "
    "check inv(T.mT) == inv(T).mT; check inv(inv(T)) == T; check tril(T) + triu(T, 1) == T",
    "A : R[B, n, n]; S = A @ A.mT + eye(n)[None, :, :]; L = chol(S); check L @ L.mT == S; check tril(L) == L",
    "T : R[a, b, c]; y = norm(T, axis=2); check grad(f, T) == (grad(f, y) / y)[:, :, None] * T",
    "S : R[n, n] symmetric; f = tr(S @ S); check hess(f, S, structure=tangent)[i, j, k, l] == "
    "(i == k) * (j == l) + (i == l) * (j == k); check hess(f, S, structure=entries)[i, j, k, l] == "
    "4 * ((i == k) * (j == l) + (i == l) * (j == k)) * (i != j) + 2 * (i == j) * (k == l) * (i == k)",
    "S : R[2, 2] symmetric; f = S[1, 1]^2 * S[1, 2] + S[2, 1]^3; "
    "check hess(f, S, structure=entries)[1, 2, 1, 2] == 6 * S[1, 2]; "
    "check hess(f, S, structure=entries)[1, 1, 1, 2] == 2 * S[1, 1]",
    "L : R[n, n] lower; f = sum(L**3); check hess(f, L, structure=entries)[i, j, k, l] == "
    "6 * L[i, j] * (i == k) * (j == l) * (j <= i)",
    "S : R[n, n] symmetric; x : R[n]; f = x.T @ S @ x; "
    "check hess(f, S, x, structure=tangent)[i, j, k] == (i == k) * x[j] + (j == k) * x[i]",
    "f : R[d] -> R[k]; X : R[N, d]; W : R[k, p]; y[i] = f(X[i, :]); Z = y @ W; G = grad(L, Z); loss L(Z); "
    "check grad(L, W) == y.T @ G; check grad(L, X)[i, j] == sum[a]((G @ W.T)[i, a] * f'(X[i, :])[a, j])",
    "f : R[d] -> R; X : R[N, d]; y[i] = f(X[i, :]); L = sum(y**2); "
    "check grad(L, X)[i, j] == 2 * y[i] * f'(X[i, :])[j]; check y == [f(X[i, :])]_i",
    "f : R[d] -> R[k]; X : R[d, N]; Y[i] = f(X[:, i]); loss L(Y); "
    "check grad(L, X)[j, i] == sum[a](grad(L, Y)[i, a] * f'(X[:, i])[a, j]); check Y[2, :].T == f(X[:, 2])",
    "X : R -> R[n, k]; t : R; A : R[n, k]; s = sum(A * X(t)); check grad(s, t) == sum(A * X'(t))",
    "A : R[m, n]; y : R[m]; x : R[n]; check (y @ x.T)[i, :] == y[i] * x.T; check (x @ y.T)[:, i] == x * y[i]; "
    "check A[i, :] - A[i, :] == 0; check A[:, j] == A.T[j, :].T; check (x * y[i])[j] == (y @ x.T)[i, j]",
    "A : R[m, n]; y : R[m]; x : R[n]; check sum[i](norm(y[i] * x - A[i, :].T)**2) == sum((y @ x.T - A)**2); "
    "check sum[i](max(y[i] * x)) == sum(max(y @ x.T, axis=1)); W : R[n, n]; "
    "check sum[i](tr(y[i] * W)) == tr(W) * sum(y); "
    "check sum[i](logsumexp(y[i] * x)) == sum(logsumexp(y @ x.T, axis=1)); "
    "check sum[i](softmax(y[i] * x)[j]) == sum(softmax(y @ x.T, axis=1), axis=0)[j]",
    "X : R[N, d]; W : R[d, k]; Z = X @ W; loss f(Z); check grad(f, X)[i, :] == grad(f, Z)[i, :] @ W.T",
    "T : R[B, m, n]; check 2 * T[b, :, k] == T[b, :, k] + T[b, :, k]; check T[b, :, :].T == T.mT[b, :, :]",
    "x : R[1]; A : R[m, 1]; e : R; check x[s] == sum[u]((u == s) * x[u]); check x[s] == (s == 1) * x[s]; "
    "check 0 == (s > 1) * x[s]; check A[i, s] == sum[u]((u == s) * A[i, u]); check A[i, s] == (s <= i) * A[i, s]",
    "u : R[1]; T : R[B, m, n]; check u[i] * T[b, :, :] == u[1] * T[b, :, :]",
]
FALSE = [
    "A : R[m, n]; y : R[m]; x : R[n]; refute A[:, j] == A.T[j, :]; refute A[i, :] == y[i] * x; refute A[i, :] == 0; "
    "refute A[i, :] == A; refute A[i, j] == A[i, :]; refute A[:, j] == y",
    "P : R[B, T, V]; refute P[b, t, v] == P[:, t, v]; refute P[b, :, v] == 2 * P[b, :, v]",
    "f : R[d] -> R[k]; X : R[N, d]; Y[i] = f(X[i, :]); loss L(Y); "
    "refute grad(L, X)[i, j] == 2 * sum[a](grad(L, Y)[i, a] * f'(X[i, :])[a, j])",
    "T : R[B, n, n]; L = sum(logdet(T)); refute grad(L, T) == inv(T)",
    "S : R[n, n] symmetric; f = tr(S @ S); refute hess(f, S, structure=entries) == hess(f, S)",
    "T : R[B, t, d]; refute cumsum(T, axis=0) == cumsum(T, axis=1)",
    "S : R[n, n]; refute sum[i, j]((j <= i) * S[i, j]) == sum[i, j]((j < i) * S[i, j])",
    "X : R[N, G, D, K]; refute var(X, axis=(2, 3)) == var(X, axis=2)[:, :, 1]",
    "f : R[n], R[m] -> R[k]; x : R[n]; y : R[m]; z = f(x, y); refute jac(z, y) == f'(x, y)[:, 1:m]",
    "X : R[n, d]; w : R[d]; refute w == sum[i](X[i, j])",
    "w : R[K]; x : R[n]; y[i] = sum[k](w[k] * x[i + k - 1]); refute y == windows(x, K) @ flip(w)",
    "X : R[N, d]; b : R[d]; Y = X + b.T; refute grad(f, b) == 7 * sum(grad(f, Y), axis=0)",
    "X : R[N, d]; Y = softmax(X, axis=-1); G = grad(f, Y); refute grad(f, X) == Y * (G - sum(G * Y, axis=1) / d)",
    "x : R[n]; d = x[2:n] - x[1:n-1]; f = sum(d**2); refute grad(f, x) == 2*concat(0, d) + 2*concat(d, 0)",
    "E : R[V, d]; y : {1..V}[N]; X = E[y, :]; refute grad(f, E) == 2 * onehot(y).T @ grad(f, X)",
    "x : R[n]; refute x[2:n] == x[1:n-1]",
    "P : R[N, C]; y : {1..C}[N]; refute sum(onehot(y)) == C",
    "X : R[N, d]; refute mean(X, axis=1) == sum(X, axis=1)",
]


@pytest.mark.parametrize("text", TRUE + FALSE)
def test_verdict(text: str) -> None:
    result = run("check", "-", "--format", "json", stdin=text)
    verdicts = json.loads(result.out)["files"][0]["verdicts"]
    assert verdicts
    assert all(verdict["ok"] for verdict in verdicts), result.out


MISTAKES = [
    ("X : R[N, d]; Y = X - mean(X, axis=0)", "X - mean(X, axis=0, keepdims=True) is N x d"),
    ("x : R[n]; y = x[0:3]", "x[1] is the first entry"),
    ("A : R[m, n]; B : R[n, m]; C = concat(A, B)", "concat along axis 0"),
    ("x : R[n]; y = x[2:1]; z = x[5:2]", "ends before it starts"),
    ("E : R[V, d]; y : {1..C}[N]; X = E[y, :]", "declare `y : {1..V}`"),
    ("x : R[n]; y[i] = x[i - 1]", "begins at 0"),
    ("x : R[n]; y : R[n]; y[i] = x[i + 1]", "goes to n + 1"),
    ("x : R[3]; y = x[2:4]", "indices of x go from 1 to 3"),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_mistake(text: str, said: str) -> None:
    result = run("derive", "-e", text)
    assert result.status == 2
    assert said in result.err


@pytest.mark.parametrize(
    ("program", "answer"),
    [
        ("x, y : R[n]; f = x[2:3].T @ y[3:4]", "concat(0, y[3:4], zeros(n - 3))"),
        ("x : R[n]; f = sum(x[1:n-1] * x[2:n])", "concat(x[2:n], 0) + concat(0, x[1:n - 1])"),
        (
            "x : R[n]; f = 2*sum(x[1:n-1] * x[2:n]) + sum(x)",
            "2 * (concat(x[2:n], 0) + concat(0, x[1:n - 1])) + 1",
        ),
        ("x : R[n]; f = sum(x[2:n])", "concat(0, ones(n - 1))"),
        ("x : R[n]; f = mean(x[2:n])", "concat(0, ones(n - 1)) / (n - 1)"),
    ],
)
def test_parts_of_products_are_put_back_as_parts(program: str, answer: str) -> None:
    """No rows of an identity are written where a part of a name is meant."""
    assert gradcli.parse(program).grad("f", "x").mc == answer
