"""Expressions are written in the language as a person would write them."""

from __future__ import annotations

import pytest

from gradcli.expr.arith import add, div, mul, neg, ones, power, sqrt, sub, zeros
from gradcli.expr.linear import diag, eye, inv, matmul, matpower, trace, transpose
from gradcli.expr.node import MINUS_ONE, Node, make, num
from gradcli.expr.reduce import (
    compare,
    entry,
    kron,
    norm,
    over_axis,
    stack,
    sum_axis,
    total,
    triangle,
    unit_entry,
    vec,
    where,
)
from gradcli.expr.walk import tree_size
from gradcli.render.mc import mc
from tests.render.vocabulary import A, B, W, X, elem, frac, n, p, r, s, seed_u, seed_y, t, u, w, x, y, z

two, three = num(2), num(3)

GOLDEN: list[tuple[str, Node]] = [
    ("W.T @ (grad(f, y) * g'(u))", matmul(transpose(W), mul(seed_y, elem("g", 1, u)))),
    ("(A + A.T) @ x", matmul(add(A, transpose(A)), x)),
    ("2 * A @ x", mul(two, matmul(A, x))),
    ("2 * X.T @ (X @ w - y)", mul(two, matmul(transpose(X), sub(matmul(X, w), y)))),
    ("-inv(A).T @ B @ inv(A).T", neg(matmul(transpose(inv(A)), B, transpose(inv(A))))),
    ("a - b", sub(make("var", data=("a", ())), make("var", data=("b", ())))),
    ("z - x", add(neg(x), z)),
    ("-(x + z)", neg(add(x, z))),
    ("x - 2 * z + 1", add(x, mul(num(-2), z), num(1))),
    ("s - 1", sub(s, num(1))),
    ("x / z", div(x, z)),
    ("1 / x", power(x, MINUS_ONE)),
    ("x / (s * z)", div(x, mul(s, z))),
    ("-1 / x", neg(power(x, MINUS_ONE))),
    ("x / (2 * z)", mul(frac(1, 2), div(x, z))),
    ("2 * x / (3 * z)", mul(frac(2, 3), div(x, z))),
    ("1.5 * x / z", mul(frac(3, 2), div(x, z))),
    ("x / 2", mul(frac(1, 2), x)),
    ("2 * x / 3", mul(frac(2, 3), x)),
    ("0.1 * x", mul(frac(1, 10), x)),
    ("1e-8 * x", mul(frac(1, 10**8), x)),
    ("0.044715 * x**3", mul(frac(44715, 10**6), power(x, three))),
    ("x**(1 / 3)".replace("**", " ** "), power(x, frac(1, 3))),
    ("x**1.5", power(x, frac(3, 2))),
    ("sqrt(x)", sqrt(x)),
    ("1 / sqrt(x)", power(x, frac(-1, 2))),
    ("z / sqrt(x)", mul(z, power(x, frac(-1, 2)))),
    ("x**2", power(x, two)),
    ("1 / x**2", power(x, num(-2))),
    ("sigmoid(x) ** 2", power(elem("sigmoid", 0, x), two)),
    ("(x + z) ** 2", power(add(x, z), two)),
    ("-x**2", neg(power(x, two))),
    ("s**t", power(s, t)),
    ("1 / s**t", power(s, neg(t))),
    ("s ** (t - 1)", power(s, sub(t, num(1)))),
    ("s ** (t + 1)", power(s, add(t, num(1)))),
    ("(-2) ** t", power(num(-2), t)),
    ("2**t", power(two, t)),
    ("s ** t**p", power(s, power(t, p))),
    ("(s**t) ** p", make("pow", (power(s, t), p))),
    ("x.T @ z", matmul(transpose(x), z)),
    ("(x.T @ z) * w", mul(matmul(transpose(x), z), w)),
    ("(x.T @ z) * A @ w", mul(matmul(transpose(x), z), matmul(A, w))),
    ("(A @ x) * z", mul(matmul(A, x), z)),
    ("w * (A @ x)", mul(w, matmul(A, x))),
    ("(A @ x) / z", div(matmul(A, x), z)),
    ("A @ x / n", div(matmul(A, x), n)),
    ("x.T @ A @ x / (x.T @ x)", div(matmul(transpose(x), A, x), matmul(transpose(x), x))),
    ("s * A @ x / (2 * n)", mul(frac(1, 2), s, div(matmul(A, x), n))),
    ("x * z / s", mul(x, z, power(s, MINUS_ONE))),
    ("norm(x) * x", mul(norm("norm", x), x)),
    ("x / norm(x)", div(x, norm("norm", x))),
    ("A @ x**2", matmul(A, power(x, two))),
    ("A @ (1 / x)", matmul(A, power(x, MINUS_ONE))),
    ("(A * B) @ x", matmul(mul(A, B), x)),
    ("A @ (x * z)", matmul(A, mul(x, z))),
    ("x @ z.T", matmul(x, transpose(z))),
    ("(A * B.T).T @ x", matmul(make("T", (mul(A, transpose(B)),), shape=("n", "n")), x)),
    ("A^3", matpower(A, 3)),
    ("(A^3).T", make("T", (matpower(A, 3),), shape=("n", "n"))),
    ("A.T^3", matpower(transpose(A), 3)),
    ("(A @ B)^2", matpower(matmul(A, B), 2)),
    ("(A^2)^3", make("mpow", (matpower(A, 2),), data=3, shape=("n", "n"))),
    ("inv(A)", inv(A)),
    ("inv(A + B).T", transpose(inv(add(A, B)))),
    ("sum(A, axis=0)", sum_axis(A, 0)),
    ("sum(A @ B)", total(matmul(A, B))),
    ("tr(A @ B)", trace(matmul(A, B))),
    ("diag(x)", diag(x)),
    ("diag(A)", diag(A)),
    ("ones(n)", ones(("n",))),
    ("ones(m, n)", ones(("m", "n"))),
    ("ones(n).T", ones((1, "n"))),
    ("x @ ones(3).T", matmul(x, ones((1, 3)))),
    ("zeros(m, n)", zeros(("m", "n"))),
    ("eye(n)", eye("n")),
    ("tril(A, -1)", triangle("tril", A, -1)),
    ("triu(A)", triangle("triu", A, 0)),
    ("softmax(x)", over_axis("softmax", x, None)),
    ("softmax(A, axis=1)", over_axis("softmax", A, 1)),
    ("kron(A, B) @ vec(A)", make("matmul", (kron(A, B), vec(A)), shape=("n*n",))),
    ("ones(n * n)", ones(("n*n",))),
    ("ones(2 * n, m)", ones(("2*n", "m"))),
    ("ones(m * n).T", ones((1, "m*n"))),
    ("eye(2 * m * n)", eye("2*m*n")),
    ("s * n * m", mul(s, make("dim", data="n*m"))),
    ("A[1, 2]", entry(A, (1, 2))),
    ("(A @ B)[1, 2]", entry(matmul(A, B), (1, 2))),
    ("A[1, 2]" + " ** 2", power(entry(A, (1, 2)), two)),
    ("r.T", transpose(r)),
    ("[s, t]", stack((s, t), (2,))),
    ("[[s, t], [t, s]]", stack((s, t, t, s), (2, 2))),
    ("[[s, t]]", stack((s, t), (1, 2))),
    ("max(x, z)", make("max", (x, z), shape=("n",))),
    ("where(x < z, x, 0)", where(compare("<", x, z), x, num(0))),
    ("x < z + w", compare("<", x, add(z, w))),
    ("z * (x > 0)", mul(z, compare(">", x, num(0)))),
    ("z * (x <= w)", mul(z, compare("<=", x, w))),
    ("g''(u)", elem("g", 2, u)),
    ("h(x)", make("vfun", (x,), data=("h", 0), shape=("m",))),
    ("h'(x)", make("vfun", (x,), data=("h", 1), shape=("m", "n"))),
    ("q'(u).T", make("vfun", (u,), data=("q", 1), shape=("m",))),
    ("q'(u) @ W", matmul(transpose(make("vfun", (u,), data=("q", 1), shape=("m",))), W)),
    ("q'(y).T @ x.T", matmul(make("vfun", (y,), data=("q", 1), shape=("m",)), transpose(x))),
    ("c'(s)", make("vfun", (s,), data=("c", 1), shape=("m",))),
    ("q''(u)", make("vfun", (u,), data=("q", 2), shape=("m", "m"))),
    ("2 * pi + e_", add(mul(two, make("const", data="pi")), make("const", data="e_"))),
    ('einsum("ij,jk->ik", A, B)', make("einsum", (A, B), data=(("ij", "jk"), "ik"), shape=("n", "n"))),
    ("stop(x)", make("stop", (x,), shape=("n",))),
    ("grad(s, A, structure=entries)", make("grad", (s, A), data="entries", shape=("n", "n"))),
    ("jac(u, x, layout=denominator)", make("jac", (u, x), data="denominator", shape=("n", "m"))),
    ("hess(s, x)", make("hess", (s, x), shape=("n", "n"))),
    ("unit(m, n, 1, 2)", unit_entry(("m", "n"), (1, 2))),
    ("1 / 3", frac(1, 3)),
    ("-1 / 3", frac(-1, 3)),
    ("s - 1 / 3", sub(s, frac(1, 3))),
    ("0.5", frac(1, 2)),
]


@pytest.mark.parametrize(("written", "node"), GOLDEN, ids=[written for written, _ in GOLDEN])
def test_expression_is_written_as_a_person_would(written: str, node: Node) -> None:
    assert mc(node) == written


def test_names_stand_for_nodes() -> None:
    node = matmul(transpose(W), mul(seed_u, elem("g", 1, u)))
    assert mc(node, {seed_u: "grad_u"}) == "W.T @ (grad_u * g'(u))"
    assert mc(node, {mul(seed_u, elem("g", 1, u)): "d"}) == "W.T @ d"


def test_a_named_reciprocal_or_negative_is_a_name() -> None:
    assert mc(mul(x, power(s, MINUS_ONE)), {power(s, MINUS_ONE): "q"}) in ("q * x", "x * q")
    assert mc(add(x, mul(num(-2), z)), {mul(num(-2), z): "q"}) == "x + q"


def test_a_dimension_hidden_by_a_variable_is_still_written() -> None:
    assert mc(div(x, n), variables={"n", "x"}) == "x / sum(ones(n))"


def test_an_array_of_one_one_is_a_literal_or_the_gradient_of_an_entry() -> None:
    assert mc(unit_entry((3,), (2,))) == "[0, 1, 0]"
    assert mc(unit_entry((2, 2), (2, 1))) == "[[0, 0], [1, 0]]"
    assert mc(unit_entry((1, 2), (1, 2))) == "[[0, 1]]"
    assert mc(unit_entry(("n",), (2,)), arrays={("n",): "x"}) == "grad(x[2], x)"
    assert mc(unit_entry(("m", "n"), (1, 2)), arrays={("m", "n"): "W"}) == "grad(W[1, 2], W)"


def test_numbers_of_any_size_are_written() -> None:
    assert mc(num(10**9000)) == "1" + "0" * 9000
    assert mc(num(-(10**5000 + 7))) == "-1" + "0" * 4999 + "7"


def test_deep_expressions_are_written_without_recursion() -> None:
    node = s
    for _ in range(30_000):
        node = elem("sin", 0, node)
    assert mc(node) == "sin(" * 30_000 + "s" + ")" * 30_000


def test_tree_size_counts_shared_parts_each_time() -> None:
    node = s
    for _ in range(200):
        node = make("add", (node, elem("sin", 0, node)))
    assert tree_size(node) == 3 * 2**200 - 2
    assert tree_size(node, {node.args[0]: "a"}) == 4
