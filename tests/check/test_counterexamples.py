"""A counterexample is a point at which the two sides differ, small where a small one exists."""

from __future__ import annotations

from fractions import Fraction

from tests.check.helpers import verdict


def test_a_scalar_identity_is_refuted_by_a_small_integer() -> None:
    found = verdict("a : R\ncheck (a + 1)**2 == a**2 + 1").counterexample
    assert found is not None
    assert found.values == {"a": 1} and (found.left, found.right) == (4, 2) and found.entry == ()


def test_matrices_commute_in_size_one_and_not_in_size_two() -> None:
    found = verdict("A, B : R[n, n]\ncheck A @ B == B @ A").counterexample
    assert found is not None and found.sizes == {"n": 2}
    a, b = found.values["A"], found.values["B"]
    i, j = (k - 1 for k in found.entry)
    left = sum(a[i][k] * b[k][j] for k in range(2))
    right = sum(b[i][k] * a[k][j] for k in range(2))
    assert (left, right) == (found.left, found.right) and left != right
    assert all(isinstance(x, Fraction) and x.denominator == 1 for row in (*a, *b) for x in row)


def test_attributes_hold_in_counterexamples() -> None:
    found = verdict("S : R[n, n] spd\nx : R[n] positive\ncheck S @ x == x").counterexample
    assert found is not None
    s, x = found.values["S"], found.values["x"]
    assert all(v > 0 for v in x)
    assert all(s[i][j] == s[j][i] for i in range(len(s)) for j in range(len(s)))
    assert s[0][0] > 0


def test_functions_and_gradients_of_anything_are_told() -> None:
    found = verdict("x : R[n]\ng : R -> R\ny = g(x)\ncheck grad(f, x) == grad(f, y)").counterexample
    assert found is not None
    assert found.functions == {"g": "t**2"} and set(found.values) == {"x", "grad(f, y)"}
    (x,), (seed,) = found.values["x"], found.values["grad(f, y)"]
    assert found.left == seed * 2 * x and found.right == seed and found.entry == (1,)


def test_where_no_rational_point_differs_decimals_do() -> None:
    found = verdict("x : R[n]\ncheck sin(x) == x").counterexample
    assert found is not None and abs(float(found.left) - float(found.right)) > 0.01
