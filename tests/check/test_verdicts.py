"""True and false identities of linear algebra and calculus get the verdicts that mathematics gives them."""

from __future__ import annotations

import pytest

from tests.check.helpers import verdict, verdicts

DECLARED = """
A, B : R[n, n]
C : R[m, n]
D : R[n, m]
S : R[n, n] symmetric
P : R[n, n] spd
Q : R[n, n] orthogonal
L : R[n, n] lower
U : R[n, n] upper unit
E : R[n, n] diagonal
x, y : R[n]
z : R[m]
t : R[n] positive
a, b : R
k : Z
g : R -> R
"""

TRUE = [
    "(A @ B).T == B.T @ A.T",
    "A @ inv(A) == eye(n)",
    "inv(A @ B) == inv(B) @ inv(A)",
    "tr(C @ D) == tr(D @ C)",
    "det(A @ B) == det(A) * det(B)",
    "logdet(P) == log(det(P))",
    "x.T @ A @ x == x.T @ A.T @ x",
    "x.T @ A @ x == x.T @ ((A + A.T) / 2) @ x",
    "sqrt(x)**2 == abs(x)",
    "sqrt(x)**2 == x",
    "exp(log(x)) == abs(x)",
    "log(t**2) == 2 * log(t)",
    "sin(x)**2 + cos(x)**2 == ones(n)",
    "tanh(x) == (exp(x) - exp(-x)) / (exp(x) + exp(-x))",
    "sigmoid(x) == 1 / (1 + exp(-x))",
    "1 - sigmoid(x) == sigmoid(-x)",
    "max(x, y) == (x + y + abs(x - y)) / 2",
    "relu(x) - relu(-x) == x",
    "softmax(x + 3) == softmax(x)",
    "logsumexp(x + 2) == logsumexp(x) + 2",
    "norm(Q @ x) == norm(x)",
    "Q @ Q.T == eye(n)",
    "S == S.T",
    "tril(U) == eye(n)",
    "E @ L == (L.T @ E).T",
    "diag(x) @ y == x * y",
    "sum(C, axis=0) == C.T @ ones(m)",
    "sum(C) == ones(m).T @ C @ ones(n)",
    "mean(x) == sum(x) / n",
    "vec(A @ B @ E) == kron(E, A) @ vec(B)",
    "sum(x - mean(x)) == 0",
    "0 == x - x",
    "A == (A + A.T) / 2 + (A - A.T) / 2",
    "(a + b)**2 == a**2 + 2 * a * b + b**2",
    "(-1)**k * (-1)**k == 1",
    "inv(C @ D) == inv(D.T @ C.T).T",
    "x / norm(x) == x * (x.T @ x)**-0.5",
    "(x + y)**3 == x**3 + 3 * x**2 * y + 3 * x * y**2 + y**3",
    "a / 3 == a / 3.0",
    "0.1 * x + 0.2 * x == 0.3 * x",
]

FALSE = [
    "(A @ B).T == A.T @ B.T",
    "A @ B == B @ A",
    "A == A.T",
    "det(A + B) == det(A) + det(B)",
    "det(2 * A) == 2 * det(A)",
    "inv(A + B) == inv(A) + inv(B)",
    "tr(A @ B) == tr(A) * tr(B)",
    "sqrt(x**2) == x",
    "log(x**2) == 3 * log(abs(x))",
    "abs(x) == x",
    "abs(x - 1000) == 1000 - x",
    "max(x, -50) == x",
    "x.T @ x == sum(x)",
    "softmax(x) == exp(x)",
    "norm(x + y) == norm(x) + norm(y)",
    "norm1(x) == norm(x)",
    "n * x == 2 * x",
    "sum(ones(n)) == 1",
    "x == x + 1e-30",
    "x == x + 1e-70",
    "x * (1 + 1e-25) == x",
    "tanh(x) == x - x**3 / 3",
    "cos(x)**2 - sin(x)**2 == cos(x)",
    "Q.T == Q",
    "S @ S == eye(n)",
    "L @ U == U @ L",
    "kron(A, B) == kron(B, A)",
    "sum(C, axis=0) == C.T @ ones(m) / m",
    "(n - 1) * (n - 2) * (n - 3) * x == 0",
    "g(x + y) == g(x) + g(y)",
    "g'(x) == g(x)",
    "g''''''''''(x) == 0",
    "x[1] == x[2]",
    "2**k == k**2",
    "(k >= 2) == (k > 2)",
    "eye(n) == ones(n, n)",
    "pi == 3.14159265358979323846264338",
    "relu(x - 100) == 0",
    "where(x > 7.5, 1, 0) == 0 * x",
]


@pytest.mark.parametrize("claim", TRUE)
def test_true(claim: str) -> None:
    found = verdict(f"{DECLARED}check {claim}")
    assert found.kind in ("proved", "equal"), found
    assert found.ok and found.code is None and found.link is None
    refuted = verdict(f"{DECLARED}refute {claim}")
    assert refuted.kind in ("proved", "equal") and not refuted.ok and refuted.code == "C503"


@pytest.mark.parametrize("claim", FALSE)
def test_false(claim: str) -> None:
    found = verdict(f"{DECLARED}check {claim}")
    assert found.kind == "refuted", found
    assert not found.ok and found.code == "C501" and found.link == 1
    assert found.counterexample is not None
    refuted = verdict(f"{DECLARED}refute {claim}")
    assert refuted.kind == "refuted" and refuted.ok and refuted.code is None


def test_shapes_are_told_and_hide_nothing() -> None:
    first, second, third = verdicts(f"{DECLARED}check x == x.T\ncheck C @ x == y\ncheck x == 1")
    assert [v.code for v in (first, second, third)] == ["C504", "C504", "C504"]
    assert first.reason == "the left side is n x 1, the right side is 1 x n"
    assert third.reason == "the left side is n x 1, the right side is a scalar"


def test_an_error_in_a_side_is_the_statements_own() -> None:
    bad, good = verdicts(f"{DECLARED}check x == C + x\ncheck x == x")
    assert (bad.kind, bad.code, bad.ok) == ("error", "E301", False)
    assert good.kind == "proved"


def test_the_link_that_breaks() -> None:
    found = verdict(f"{DECLARED}check 2 * x == x + x == x * 3 == 3 * x")
    assert (found.kind, found.link, found.links) == ("refuted", 2, 3)
    whole = verdict(f"{DECLARED}check 2 * x == x + x\n  == x * 2  # a remark\n  == (1 + 1) * x")
    assert whole.kind == "proved" and whole.text == "check 2 * x == x + x == x * 2 == (1 + 1) * x"


def test_refuting_a_chain_takes_one_broken_link() -> None:
    assert verdict(f"{DECLARED}refute x == x == 2 * x").ok
    assert not verdict(f"{DECLARED}refute x == x == x").ok


def test_nothing_is_said_where_there_is_no_value() -> None:
    found = verdict(f"{DECLARED}check log(-x**2 - 1) == x")
    assert found.kind == "undecided" and found.code == "C502" and "log" in found.reason
    never = verdict(f"{DECLARED}check sqrt(-exp(x)) == 1 + sqrt(-exp(x))")
    assert never.kind == "undecided"


def test_sizes_are_those_where_both_sides_have_a_value() -> None:
    tall = "A : R[m, n]\nb : R[m]\nP = inv(A.T @ A) @ A.T\n"
    assert verdict(f"{tall}check P @ A == eye(n)").ok
    assert verdict(f"{tall}check A @ P @ A == A").ok
    assert verdict(f"{tall}check A @ P == eye(m)").kind == "refuted"
    assert verdict("x : R[n]\ncheck x[5] * 2 == x[5] + x[5]").ok
    assert verdict("x : R[n]\ncheck x[5] == x[4]").kind == "refuted"


def test_where_a_definition_has_no_value_nothing_is_compared() -> None:
    assert verdict("x : R[n]\ny = sum(log(x))\ncheck grad(y, x) == 1 / abs(x)").ok
    assert verdict("x : R[n]\ny = sum(log(x))\ncheck grad(y, x) == -1 / abs(x)").kind == "refuted"
    assert verdict("x : R[n]\nu = log(x)\ny = where(x > 0, u, 0)\ncheck y == where(x > 0, u, 1)").kind == "refuted"


def test_intermediates_are_what_they_are_defined_as() -> None:
    text = "W : R[m, n]\nx : R[n]\nu = W @ x\ny = tanh(u)\n"
    assert verdict(f"{text}check y == tanh(W @ x)").kind == "proved"
    assert verdict(f"{text}check grad(f, u) == grad(f, y) * (1 - tanh(W @ x)**2)").kind == "proved"
    assert verdict(f"{text}check y == u").kind == "refuted"


def test_declared_sizes_are_respected() -> None:
    assert verdict("x : R[3]\ncheck sum(x) == x[1] + x[2] + x[3]").ok
    assert verdict("x : R[3]\ncheck sum(ones(3)) * x == 3 * x").kind == "proved"


def test_functions_by_definition() -> None:
    text = "x : R[n]\ng(t) = t**3 + sin(t)\ny = g(x)\n"
    assert verdict(f"{text}check jac(y, x) == diag(3 * x**2 + cos(x))").ok
    assert verdict(f"{text}check g'(x) == 3 * x**2 + cos(x)").ok
    assert verdict(f"{text}check g''(x) == 6 * x - sin(x)").ok
    assert verdict(f"{text}check g'(x) == 3 * x**2").kind == "refuted"


def test_the_same_text_gives_the_same_verdicts() -> None:
    text = DECLARED + "\n".join(f"check {claim}" for claim in (*TRUE[:10], *FALSE[:10]))
    assert verdicts(text) == verdicts(text)


@pytest.mark.parametrize(
    "claim",
    ["tanh(1000 * x) == sign(x)", "tanh(1000 * x**2) == 1", "erf(300 * abs(x)) == 1", "exp(-(1000 * x)**2) == 0"],
)
def test_a_function_that_is_steep_is_no_step(claim: str) -> None:
    assert verdict(f"x : R\ncheck {claim}").kind == "refuted"


@pytest.mark.parametrize(
    "claim", ["(n < 5) == 1", "(n < 50) == 1", "max(n, 20) * x == 20 * x", "(n >= 60) * x == 0 * x"]
)
def test_sizes_are_compared_with_numbers(claim: str) -> None:
    assert verdict(f"x : R[n]\ncheck {claim}").kind == "refuted"
    assert verdict("x : R[n]\ncheck (n >= 1) * x == x").kind in ("proved", "equal")


@pytest.mark.parametrize(
    ("claim", "filled"),
    [
        ("s : R[n] signs; check s * s == 1", "ones(n)"),
        ("x : R[n]; check (x > 0) + (x <= 0) == 1", "ones(n)"),
        ("A : R[m, n]; check A - A + 3 == 3", "3 * ones(m, n)"),
        ("x : R[n]; check x == 1", None),
    ],
)
def test_a_number_in_the_place_of_an_array_of_it(claim: str, filled: str | None) -> None:
    found = verdict(claim)
    assert (found.kind, found.code) == ("refuted", "C504")
    assert (found.hint is not None and found.expected == filled) if filled else found.hint is None


def test_an_array_of_one_entry_is_that_number() -> None:
    found = verdict("x : R[n]; check concat(0, x[1:0]) == [0]")
    assert found.kind == "proved"
