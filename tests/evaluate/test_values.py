"""Values of operations against NumPy, SciPy and exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.special

from gradcli.evaluate import EXACT, FLOAT, Array, NotExact, array, digits, evaluate
from gradcli.expr import arith, linear, reduce
from gradcli.expr.node import Node, make, num, var

SIZES = {"m": 2, "n": 3, "p": 4}
A, B = var("A", ("m", "n")), var("B", ("n", "p"))
S, Q = var("S", ("n", "n")), var("Q", ("n", "n"))
x, y, r = var("x", ("n",)), var("y", ("n",)), var("r", (1, "n"))
c = var("c", ())

Expected = Callable[..., Any]


def _points(nodes: list[Node]) -> dict[Node, np.ndarray]:
    source = np.random.default_rng(7)
    out = {}
    for node in nodes:
        shape = tuple(SIZES[d] if isinstance(d, str) else d for d in node.shape)
        out[node] = np.round(source.uniform(0.2, 1.9, shape) * 16) / 16
    return out


def _given(values: dict[Node, np.ndarray]) -> dict[Node, Array]:
    return {k: Array(v.shape, [Fraction(float(e)) for e in v.ravel()]) for k, v in values.items()}


CASES: dict[str, tuple[Node, Expected]] = {
    "add": (arith.add(A, c), lambda v: v[A] + v[c]),
    "mul": (arith.mul(c, x, y), lambda v: v[c] * v[x] * v[y]),
    "pow": (arith.power(x, y), lambda v: v[x] ** v[y]),
    "matmul": (linear.matmul(A, S, B), lambda v: v[A] @ v[S] @ v[B]),
    "matvec": (linear.matmul(A, S, x), lambda v: v[A] @ v[S] @ v[x]),
    "outer": (linear.matmul(x, linear.transpose(y)), lambda v: np.outer(v[x], v[y])),
    "inner": (linear.matmul(r, S, x), lambda v: (v[r] @ v[S] @ v[x])[0]),
    "T": (linear.transpose(arith.power(A, c)), lambda v: (v[A] ** v[c]).T),
    "inv": (linear.inv(S), lambda v: np.linalg.inv(v[S])),
    "mpow": (linear.matpower(S, 5), lambda v: np.linalg.matrix_power(v[S], 5)),
    "diag": (linear.diag(x), lambda v: np.diag(v[x])),
    "diagonal": (make("diagonal", (S,), shape=("n",)), lambda v: np.diag(v[S])),
    "tr": (linear.trace(S), lambda v: np.trace(v[S])),
    "det": (reduce.scalar_of_matrix("det", S), lambda v: np.linalg.det(v[S])),
    "logdet": (reduce.scalar_of_matrix("logdet", S), lambda v: np.linalg.slogdet(v[S])[1]),
    "adj": (make("adj", (S,), shape=S.shape), lambda v: np.linalg.det(v[S]) * np.linalg.inv(v[S])),
    "sum": (reduce.total(A), lambda v: v[A].sum()),
    "sum_axis": (reduce.sum_axis(A, 0), lambda v: v[A].sum(axis=0)),
    "sum_axis1": (reduce.sum_axis(A, 1), lambda v: v[A].sum(axis=1)),
    "mean": (reduce.mean(A, 1), lambda v: v[A].mean(axis=1)),
    "norm": (reduce.norm("norm", A), lambda v: np.linalg.norm(v[A])),
    "norm1": (reduce.norm("norm1", A), lambda v: np.abs(v[A]).sum()),
    "max": (reduce.binary("max", x, y), lambda v: np.maximum(v[x], v[y])),
    "min": (reduce.binary("min", x, c), lambda v: np.minimum(v[x], v[c])),
    "cmp": (reduce.compare("<", x, y), lambda v: (v[x] < v[y]) * 1.0),
    "cmp_le": (reduce.compare(">=", x, c), lambda v: (v[x] >= v[c]) * 1.0),
    "where": (
        reduce.where(reduce.compare("<", x, y), c, y),
        lambda v: np.where(v[x] < v[y], v[c], v[y]),
    ),
    "softmax": (reduce.over_axis("softmax", x, None), lambda v: scipy.special.softmax(v[x])),
    "softmax0": (reduce.over_axis("softmax", A, 0), lambda v: scipy.special.softmax(v[A], axis=0)),
    "softmax1": (reduce.over_axis("softmax", A, 1), lambda v: scipy.special.softmax(v[A], axis=1)),
    "logsoftmax": (reduce.over_axis("logsoftmax", A, 0), lambda v: scipy.special.log_softmax(v[A], axis=0)),
    "logsumexp": (reduce.over_axis("logsumexp", A, 1), lambda v: scipy.special.logsumexp(v[A], axis=1)),
    "stack": (make("stack", (c, num(2), c, c), shape=(2, 2)), lambda v: np.array([[v[c], 2], [v[c], v[c]]])),
    "entry": (reduce.entry(A, (2, 3)), lambda v: v[A][1, 2]),
    "unit": (reduce.unit_entry(("m", "n"), (2, 1)), lambda v: np.eye(2, 3, k=-1)),
    "tril": (reduce.triangle("tril", S, -1), lambda v: np.tril(v[S], -1)),
    "triu": (reduce.triangle("triu", A, 1), lambda v: np.triu(v[A], 1)),
    "kron": (reduce.kron(A, B), lambda v: np.kron(v[A], v[B])),
    "vec": (reduce.vec(A), lambda v: v[A].ravel(order="F")),
    "einsum": (
        make("einsum", (A, B, S), data=(("ij", "jk", "jj"), "ki"), shape=("p", "m")),
        lambda v: np.einsum("ij,jk,jj->ki", v[A], v[B], v[S]),
    ),
    "eye": (linear.eye("n"), lambda v: np.eye(3)),
    "zeros": (arith.zeros(("m", "n")), lambda v: np.zeros((2, 3))),
    "dim": (arith.size("m*p"), lambda v: np.array(8.0)),
    "stop": (reduce.stop(A), lambda v: v[A]),
}


@pytest.mark.parametrize("case", sorted(CASES))
@pytest.mark.parametrize("field", [FLOAT, digits(40)], ids=["float", "mp"])
def test_value_is_what_numpy_computes(case: str, field: Any) -> None:
    node, expected = CASES[case]
    values = _points([A, B, S, Q, x, y, r, c])
    got = evaluate([node], _given(values), SIZES, field)[0]
    want = np.asarray(expected(values), dtype=float)
    assert got.shape == want.shape
    np.testing.assert_allclose([float(e) for e in got.flat], want.ravel(), rtol=1e-11, atol=1e-12)


RATIONAL = [
    "add",
    "mul",
    "matmul",
    "inv",
    "adj",
    "det",
    "mpow",
    "kron",
    "einsum",
    "mean",
    "where",
    "vec",
    "tr",
]


@pytest.mark.parametrize("case", RATIONAL)
def test_rational_operations_stay_exact(case: str) -> None:
    node, _ = CASES[case]
    values = _given(_points([A, B, S, Q, x, y, r, c]))
    exact = evaluate([node], values, SIZES, EXACT)[0]
    close = evaluate([node], values, SIZES, digits(60))[0]
    assert all(isinstance(e, Fraction) for e in exact.flat)
    for e, f in zip(exact.flat, close.flat, strict=True):
        assert abs(digits(60).number(e) - f) <= 1e-50 * abs(f)


def test_an_exact_inverse_is_the_inverse() -> None:
    values = _given(_points([S]))
    product = make("matmul", (S, make("inv", (S,), shape=S.shape)), shape=S.shape)
    got = evaluate([product], values, SIZES, EXACT)[0]
    assert got.nested() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_adjugate_of_a_singular_matrix() -> None:
    singular = array([[Fraction(1), 2, 3], [4, 5, 6], [7, 8, 9]])
    got = evaluate([make("adj", (S,), shape=S.shape)], {S: singular}, SIZES, EXACT)[0]
    assert got.nested() == [[-3, 6, -3], [6, -12, 6], [-3, 6, -3]]


def test_logdet_of_a_negative_determinant_is_of_its_absolute_value() -> None:
    flip = array([[Fraction(0), 3], [1, 0]])
    node = make("logdet", (make("var", data=("M", ()), shape=("m", "m")),))
    got = evaluate([node], {node.args[0]: flip}, SIZES, FLOAT)[0]
    assert got.flat[0] == pytest.approx(np.log(3))


def test_perfect_powers_have_exact_roots_and_others_none() -> None:
    root = arith.power(c, num(Fraction(2, 3)))
    assert evaluate([root], {c: array(Fraction(-0 + 27, 8))}, {}, EXACT)[0].flat == [Fraction(9, 4)]
    with pytest.raises(NotExact):
        evaluate([root], {c: array(Fraction(2))}, {}, EXACT)


def test_zero_to_the_power_zero_is_one() -> None:
    node = make("pow", (c, var("p", ())))
    assert evaluate([node], {c: array(0), node.args[1]: array(0)}, {}, FLOAT)[0].flat == [1.0]


def test_large_arguments_do_not_overflow() -> None:
    values = {x: array([Fraction(-2000), 0, 2000])}
    for name, want in [("softmax", [0, 0, 1]), ("logsumexp", [2000]), ("logsoftmax", [-4000, -2000, 0])]:
        assert evaluate([reduce.over_axis(name, x, None)], values, SIZES, FLOAT)[0].flat == want
    for name, want in [("sigmoid", [0, 0.5, 1]), ("softplus", [0, np.log(2), 2000])]:
        assert evaluate([reduce.elementwise(name, 0, x)], values, SIZES, FLOAT)[0].flat == pytest.approx(want)


def test_a_mask_of_infinity_is_a_weight_of_zero() -> None:
    masked = reduce.where(reduce.compare("<", x, c), x, arith.neg(make("const", data="inf")))
    got = evaluate(
        [reduce.over_axis("softmax", masked, None)], {x: array([0.0, 0.0, 5.0]), c: array(1.0)}, SIZES, FLOAT
    )[0]
    assert got.flat == [0.5, 0.5, 0.0]


def test_ten_thousand_steps() -> None:
    node: Node = x
    for _ in range(10_000):
        node = reduce.elementwise("sin", 0, node)
    assert evaluate([node], {x: array([1.0, 2.0, 3.0])}, SIZES, FLOAT)[0].shape == (3,)


def test_a_chain_ending_in_a_vector_of_many_factors() -> None:
    node = make("matmul", (*[S] * 2000, x), shape=("n",))
    half = array([[Fraction(1, 2), 0, 0], [0, 1, 0], [0, 0, 1]])
    got = evaluate([node], {S: half, x: array([Fraction(1)] * 3)}, SIZES, EXACT)[0]
    assert got.flat == [Fraction(1, 2**2000), 1, 1]
