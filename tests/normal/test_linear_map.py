"""The matrix of a linear expression: M @ v is the expression, for every v."""

from __future__ import annotations

import numpy as np
import pytest
from numpy_value import Numeric, matrix

from gradcli.expr.arith import add, mul, neg, ones, sub
from gradcli.expr.linear import diag, diagonal, dot, eye, inv, matmul, trace, transpose
from gradcli.expr.node import Node, var
from gradcli.expr.reduce import compare, elementwise, entry, kron, stack, sum_axis, total, triangle, vec, where
from gradcli.normal.linear_map import matrix_of

SIZES = {"m": 3, "n": 4, "p": 5}
W, A, S, B = var("W", ("m", "n")), var("A", ("n", "n")), var("S", ("n", "n")), var("B", ("n", "p"))
x, y, p, z, u = (var(name, ("n",)) for name in "xypzu")
a, r = var("a", ("m",)), var("r", (1, "p"))
c, s = var("c", ()), var("s", ())
B3, v0 = var("B3", ("n", "n")), var("v0", ("n",))
v, w, t, row = var("v", ("n",)), var("w", ("m",)), var("t", ()), var("row", (1, "n"))
k3 = var("k3", (3,))
gu = elementwise("g", 1, a)
T = transpose

CASES: list[tuple[Node, Node, Node | None]] = [
    (matmul(T(W), mul(w, gu)), w, matmul(T(W), diag(gu))),
    (matmul(add(A, T(A)), v), v, add(A, T(A))),
    (mul(matmul(T(x), v), y), v, matmul(y, T(x))),
    (mul(p, sub(v, matmul(T(p), v))), v, sub(diag(p), matmul(p, T(p)))),
    (mul(c, v), v, mul(c, eye("n"))),
    (mul(total(v), x), v, matmul(x, T(ones(("n",))))),
    (matmul(T(x), v), v, T(x)),
    (mul(t, x), t, x),
    (mul(t, c), t, c),
    (mul(total(x), t), t, total(x)),
    (neg(mul(x, v)), v, neg(diag(x))),
    (matmul(row, B), row, T(B)),
    (mul(row, T(x)), row, diag(x)),
    (matmul(W, diag(v), x), v, matmul(W, diag(x))),
    (matmul(W, add(matmul(v, T(x)), matmul(x, T(v))), y), v, None),
    (matmul(W, add(diag(v), matmul(x, T(v))), y), v, None),
    (matmul(T(y), add(diag(v), mul(A, matmul(v, T(x)))), B), v, None),
    (matmul(triangle("tril", matmul(v, T(x)), 0), y), v, None),
    (matmul(triangle("triu", matmul(x, T(v)), 1), y), v, None),
    (diagonal(matmul(A, diag(v), S)), v, None),
    (diagonal(matmul(x, T(v))), v, None),
    (trace(matmul(A, diag(v), S)), v, None),
    (trace(add(matmul(A, v, T(x)), matmul(x, T(v), S))), v, None),
    (total(add(matmul(A, v, T(x)), matmul(x, T(v), S))), v, None),
    (sum_axis(matmul(A, v, T(x)), 0), v, None),
    (sum_axis(add(matmul(A, v, T(x)), matmul(x, T(v)), mul(A, total(v)), diag(v)), 1), v, None),
    (sum_axis(add(matmul(A, v, T(x)), matmul(x, T(v)), mul(A, total(v)), diag(v)), 0), v, None),
    (matmul(mul(A, add(diag(v), matmul(v, T(y)))), x), v, None),
    (where(compare("<", x, y), v, matmul(A, v)), v, None),
    (kron(v, a), v, kron(eye("n"), a)),
    (kron(a, matmul(A, v)), v, kron(a, A)),
    (stack((entry(k3, (1,)), mul(c, entry(k3, (3,)))), (2,)), k3, None),
    (stack((mul(c, t), mul(s, t)), (2,)), t, stack((c, s), (2,))),
    (matmul(inv(A), v), v, inv(A)),
    (dot(matmul(A, v), x), v, None),
    (add(mul(total(v), ones(("n",))), v), v, None),
    (matmul(mul(total(v), A), x), v, None),
    (mul(add(total(v), v), y), v, None),
    (kron(row, r), row, kron(eye("n"), T(r))),
    # By the index form.
    (vec(diag(v)), v, None),
    (matmul(T(x), kron(T(v), S)), v, None),
    (sum_axis(kron(v, B), 1), v, None),
    (matmul(mul(B3, matmul(A, diag(v), S)), x), v, None),
    (total(mul(B3, matmul(A, diag(v), S))), v, None),
    (diagonal(mul(B3, matmul(A, v, T(v0)))), v, None),
    (matmul(triangle("tril", matmul(A, diag(v), S), 0), x), v, None),
    (mul(t, matmul(mul(B3, matmul(A, S)), x)), t, None),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_the_matrix_times_the_vector_is_the_expression(number: int) -> None:
    expr, leaf, expected = CASES[number]
    found = matrix_of(expr, leaf)
    assert found is not None
    if expected is not None:
        assert found is expected, (found, expected)
    rng = np.random.default_rng(number)
    names = {}
    for node in (W, A, S, B, x, y, p, z, u, a, r, c, s, v, w, t, row, k3, B3, v0):
        shape = tuple(SIZES[d] if isinstance(d, str) else d for d in node.shape)
        names[node.data[0]] = rng.normal(size=shape)  # type: ignore[index]
    numeric = Numeric(names, SIZES)
    value, found_matrix, vec = numeric(expr), numeric(found), numeric(leaf)
    got = (matrix(found_matrix) @ vec.reshape(-1, 1)).reshape(-1)
    np.testing.assert_allclose(got, value.reshape(-1), rtol=1e-9, atol=1e-9)


def test_what_is_not_linear_has_no_matrix() -> None:
    assert matrix_of(mul(v, v), v) is None
    assert matrix_of(add(v, x), v) is None
    assert matrix_of(elementwise("exp", 0, v), v) is None


def test_a_chain_of_thousands_of_steps() -> None:
    expr = v
    for k in range(5000):
        expr = mul(var(f"d{k % 7}", ("n",)), matmul(A, expr))
    assert matrix_of(expr, v) is not None
