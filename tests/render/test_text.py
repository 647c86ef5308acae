"""Expressions are written for people as in a lecture note."""

from __future__ import annotations

import pytest

from gradcli.expr.arith import add, div, mul, neg, ones, power, sqrt, sub, zeros
from gradcli.expr.linear import diag, eye, inv, matmul, matpower, transpose
from gradcli.expr.node import MINUS_ONE, Node, make, num
from gradcli.expr.reduce import compare, entry, kron, norm, over_axis, scalar_of_matrix, stack, vec, where
from gradcli.render.text import text
from tests.render.vocabulary import A, B, W, X, elem, frac, n, r, s, seed_u, seed_y, t, u, w, x, y, z

two = num(2)

GOLDEN: list[tuple[str, Node]] = [
    ("Wᵀ (∇_y f ⊙ g'(u))", matmul(transpose(W), mul(seed_y, elem("g", 1, u)))),
    ("(∇_u f) xᵀ", matmul(seed_u, transpose(x))),
    ("Wᵀ ∇_u f", matmul(transpose(W), seed_u)),
    ("(∇_u f)ᵀ W", matmul(transpose(seed_u), W)),
    ("2 Xᵀ (X w − y) / n", mul(two, div(matmul(transpose(X), sub(matmul(X, w), y)), n))),
    ("(A + Aᵀ) x", matmul(add(A, transpose(A)), x)),
    ("−A⁻ᵀ B A⁻ᵀ", neg(matmul(transpose(inv(A)), B, transpose(inv(A))))),
    ("(A B)⁻¹", inv(matmul(A, B))),
    ("−(x + z)", neg(add(x, z))),
    ("diag(g'(u)) W", matmul(diag(elem("g", 1, u)), W)),
    ("2 x ⊙ z", mul(two, x, z)),
    ("(A x) ⊙ z", mul(matmul(A, x), z)),
    ("A (x ⊙ z)", matmul(A, mul(x, z))),
    ("(xᵀ z) A w", mul(matmul(transpose(x), z), matmul(A, w))),
    ("s ‖x‖ x", mul(s, norm("norm", x), x)),
    ("x / ‖x‖", div(x, norm("norm", x))),
    ("‖x‖²", power(norm("norm", x), two)),
    ("‖A‖_F²", power(norm("norm", A), two)),
    ("‖r‖", make("norm", (r,))),
    ("‖x‖₁", norm("norm1", x)),
    ("‖vec(A)‖₁", norm("norm1", A)),
    ("log|det(A)|", scalar_of_matrix("logdet", A)),
    ("x ⊘ z", div(x, z)),
    ("1 ⊘ x", power(x, MINUS_ONE)),
    ("x ⊘ (s z)", div(x, mul(s, z))),
    ("(A x) ⊘ z", div(matmul(A, x), z)),
    ("x ⊘ (A w)", div(x, matmul(A, w))),
    ("1 / s", power(s, MINUS_ONE)),
    ("s / (2 t)", mul(frac(1, 2), div(s, t))),
    ("x / 2", mul(frac(1, 2), x)),
    ("2 x / 3", mul(frac(2, 3), x)),
    ("1.5 x", mul(frac(3, 2), x)),
    ("x²", power(x, two)),
    ("s¹²", power(s, num(12))),
    ("A^⊙2", power(A, two)),
    ("A²", matpower(A, 2)),
    ("(Aᵀ)²", matpower(transpose(A), 2)),
    ("x^⊙1.5", power(x, frac(3, 2))),
    ("x^⊙(1/3)", power(x, frac(1, 3))),
    ("s^(t − 1)", power(s, sub(t, num(1)))),
    ("√(x)", sqrt(x)),
    ("√(s + t)", sqrt(add(s, t))),
    ("sqrt(A)", sqrt(A)),
    ("1 ⊘ √(x)", power(x, frac(-1, 2))),
    ("2 · 3^t", mul(two, power(num(3), t))),
    ("2 · 1_n", mul(two, ones(("n",)))),
    ("x 1_mᵀ", matmul(x, ones((1, "m")))),
    ("1_(m×n)", ones(("m", "n"))),
    ("0", zeros(("m", "n"))),
    ("I", eye("n")),
    ("(I_n ⊗ A) vec(B)", matmul(kron(eye("n"), A), vec(B))),
    ("A ⊗ (B + I)", kron(A, add(B, eye("n")))),
    ("z ⊙ [x > 0]", mul(z, compare(">", x, num(0)))),
    ("where(x ≤ z, x, 0)", where(compare("<=", x, z), x, num(0))),
    ("A[1, 2]", entry(A, (1, 2))),
    ("[[s, t], [t, s]]", stack((s, t, t, s), (2, 2))),
    ("softmax(A, axis=1)", over_axis("softmax", A, 1)),
    ("∇q(u)ᵀ W", matmul(transpose(make("vfun", (u,), data=("q", 1), shape=("m",))), W)),
    ("∇²q(u)", make("vfun", (u,), data=("q", 2), shape=("m", "m"))),
    ("h'(x)", make("vfun", (x,), data=("h", 1), shape=("m", "n"))),
    ("2 π + e_", add(mul(two, make("const", data="pi")), make("const", data="e_"))),
    ("∇_x s", make("grad", (s, x), shape=("n",))),
    ("∇²_x s", make("hess", (s, x, x), shape=("n", "n"))),
]  # fmt: skip


@pytest.mark.parametrize(("written", "node"), GOLDEN, ids=[written for written, _ in GOLDEN])
def test_expression_is_written_as_in_a_lecture_note(written: str, node: Node) -> None:
    assert text(node) == written


def test_names_stand_for_nodes() -> None:
    assert text(matmul(transpose(W), seed_u), {seed_u: "d"}) == "Wᵀ d"


def test_a_name_of_the_program_is_not_mistaken_for_a_constant_or_a_size() -> None:
    euler = make("const", data="e_")
    assert text(euler, variables={"e"}) == "e_"
    assert text(mul(n, s), variables={"n"}) in ("sum(1_n) s", "s sum(1_n)")
