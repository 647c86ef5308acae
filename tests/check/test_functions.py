"""Claims about functions of entries, arrays and matrices: true ones hold, false ones are refuted."""

from __future__ import annotations

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source

# A program, and the claims about it that are true and false.
CLAIMS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "variance": (
        "x : R[n]; f = var(x); s = std(x, ddof=1)",
        (
            "grad(f, x) == 2 * (x - mean(x)) / n",
            "var(x) == mean(x**2) - mean(x)**2",
            "var(3*x + 2) == 9 * var(x)",
            "var(x, ddof=1) == var(x) * n / (n - 1)",
            "grad(s, x) == (x - mean(x)) / ((n - 1) * s)",
            "hess(f, x) == 2 * eye(n) / n - 2 * ones(n, n) / n**2",
        ),
        (
            "grad(f, x) == 2 * (x - mean(x)) / (n - 1)",
            "std(x) == std(x, ddof=1)",
            "grad(s, x) == (x - mean(x)) / (n * s)",
        ),
    ),
    "extremes": (
        "x : R[n]; X : R[m, n]; f = max(x); y = min(X, axis=1); g = sum(y)",
        (
            "grad(f, x) == (x >= max(x))",
            "grad(f, x) == (x >= f)",
            "max(-x) == -min(x)",
            "max(2*x + 1) == 2*f + 1",
            "grad(g, X) == (X <= y @ ones(n).T)",
            "norm(x, inf) == max(abs(x))",
        ),
        (
            "grad(f, x) == (x > max(x))",
            "max(-x) == -max(x)",
            "grad(f, x) == (x <= f)",
            "grad(f, x) * (x >= norm(x, inf)) == grad(f, x) * (x > norm(x, inf))",
            "grad(f, x) == 0 * x",
            "max(x, f) == x",
        ),
    ),
    "products": (
        "x : R[n] positive; f = prod(x); g = f**(1/n)",
        ("grad(f, x) == prod(x) / x", "det(diag(x)) == prod(x)", "g == exp(mean(log(x)))", "grad(g, x) == g / (n * x)"),
        ("grad(f, x) == f / x**2", "prod(2 * x) == 2 * prod(x)"),
    ),
    "running": (
        "x, w : R[n]; f = dot(w, cumsum(x)); g = dot(w, cumprod(x))",
        (
            "grad(f, x) == flip(cumsum(flip(w)))",
            "grad(f, x) == triu(ones(n, n)) @ w",
            "grad(g, x) == flip(cumsum(flip(w * cumprod(x)))) / x",
            "dot(flip(x), w) == dot(x, flip(w))",
            "dot(roll(x, 1), w) == dot(x, roll(w, -1))",
            "roll(roll(x, 2), -2) == x",
            "sum(roll(flip(x), 3)) == sum(x)",
        ),
        ("grad(f, x) == cumsum(w)", "roll(x, 1) == roll(x, -1)", "dot(roll(x, 1), w) == dot(x, roll(w, 1))"),
    ),
    "rotation": (
        "a, b, c : R[3]; y = cross(a, b)",
        (
            "jac(y, a) == -skew(b)",
            "jac(y, b) == skew(a)",
            "y == skew(a) @ b",
            "cross(a, cross(b, c)) == b * dot(a, c) - c * dot(a, b)",
            "dot(a, cross(b, c)) == dot(b, cross(c, a))",
            "skew(y) == b @ a.T - a @ b.T",
        ),
        ("jac(y, a) == skew(b)", "cross(a, b) == cross(b, a)", "skew(y) == a @ b.T - b @ a.T"),
    ),
    "matrix functions": (
        "A, B : R[n, n] spd; Y = sqrtm(A); f = tr(B @ Y); g = tr(A @ logm(A) - A); h = norm(logm(A))**2; k = tr(Y)",
        (
            "Y @ Y == A",
            "Y @ grad(f, A) + grad(f, A) @ Y == B",
            "grad(k, A) == inv(Y) / 2",
            "grad(g, A) == logm(A)",
            "grad(h, A) == 2 * inv(A) @ logm(A)",
            "tr(logm(A)) == logdet(A)",
            "expm(logm(A)) == A",
            "A @ sylvester(A, B, B) + sylvester(A, B, B) @ B == B",
        ),
        ("grad(f, A) == inv(Y) @ B / 2", "logm(A @ B) == logm(A) + logm(B)", "sqrtm(A + B) == sqrtm(A) + sqrtm(B)"),
    ),
    "powers": (
        "X : R[n, n]; p : Z; f = tr(X^p); g = det(X^p)",
        ("grad(f, X) == p * (X^(p - 1)).T", "grad(g, X) == p * g * inv(X).T", "X^p @ X == X^(p + 1)"),
        ("grad(f, X) == p * X^(p - 1)", "grad(f, X) == (p - 1) * (X^p).T", "X^p == X**p"),
    ),
    "norms": (
        "x : R[n]; f = norm(x, 4); g = norm(x, 3)",
        (
            "grad(f, x) == x**3 / f**3",
            "grad(g, x) == x * abs(x) / g**2",
            "norm(x, 2) == norm(x)",
            "norm(x, 1) == norm1(x)",
        ),
        ("grad(f, x) == x**3 / f**4", "grad(g, x) == x**2 / g**2"),
    ),
    "entries": (
        "a, b : R[n]; t : R positive; f = sum(atan2(a, b)); g = sum(logaddexp(a, b)); h = sum(clip(a, -t, t)**2)",
        (
            "grad(f, a) == b / hypot(a, b)**2",
            "grad(g, a) == sigmoid(a - b)",
            "logaddexp(a, b) == b + softplus(a - b)",
            "grad(h, a) == 2 * a * (abs(a) < t)",
            "leaky_relu(a, t) == max(a, 0) + t * min(a, 0)",
            "frac(a) == a - floor(a)",
            "ceil(a) == -floor(-a)",
        ),
        ("atan2(a, b) == atan(a / b)", "grad(f, b) == a / hypot(a, b)**2", "round(a) == floor(a)"),
    ),
    "special": (
        "a : R[n] positive; f = sum(lgamma(a)) - lgamma(sum(a)); g = sum(gelu(log(a)))",
        (
            "grad(f, a) == digamma(a) - digamma(sum(a))",
            "hess(f, a) == diag(digamma'(a)) - digamma'(sum(a)) * ones(n, n)",
            "lgamma(a + 1) == lgamma(a) + log(a)",
            "digamma(a + 1) == digamma(a) + 1 / a",
            "log2(a) == log(a) / log(2)",
        ),
        ("lgamma(a + 1) == lgamma(a) + a", "grad(f, a) == digamma(a)", "log2(a) == log10(a)"),
    ),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_true_claims_hold_and_false_ones_are_refuted(name: str) -> None:
    program, true, false = CLAIMS[name]
    lines = [*program.split("; "), *(f"check {claim}" for claim in (*true, *false))]
    checked = check_source(Source("t.mc", "\n".join(lines)))
    assert not [d for d in checked.diagnostics if d.code.startswith("E")], checked.diagnostics
    kinds = [verdict.kind for verdict in checked.verdicts]
    held = dict(zip(true, kinds, strict=False))
    assert all(kind in ("proved", "equal") for kind in held.values()), held
    refuted = dict(zip(false, kinds[len(true) :], strict=True))
    assert set(refuted.values()) == {"refuted"}, refuted
