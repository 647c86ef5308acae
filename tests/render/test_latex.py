"""Expressions as LaTeX: the mathematics of a lecture note, and nothing that does not compile."""

from __future__ import annotations

import pytest

from gradcli.expr.arith import add, div, mul, neg, ones, power, sqrt, sub
from gradcli.expr.linear import diag, inv, matmul, transpose
from gradcli.expr.node import Node, make, num, var
from gradcli.expr.reduce import (
    compare,
    entry,
    kron,
    norm,
    over_axis,
    scalar_of_matrix,
    stack,
    sum_axis,
    triangle,
)
from gradcli.render.latex import latex
from gradcli.render.latex_names import latex_function, latex_name
from tests.render.vocabulary import A, B, W, X, elem, frac, n, s, seed_u, seed_y, t, u, w, x, y, z

two = num(2)
W1 = var("W1", ("n", "n"))

GOLDEN: list[tuple[str, Node]] = [
    (r"W^{\top} (\nabla_{y} f \odot g'(u))", matmul(transpose(W), mul(seed_y, elem("g", 1, u)))),
    (r"(\nabla_{u} f) x^{\top}", matmul(seed_u, transpose(x))),
    (r"\frac{2}{n} X^{\top} (X w - y)", mul(two, div(matmul(transpose(X), sub(matmul(X, w), y)), n))),
    (r"-A^{-\top} B A^{-\top}", neg(matmul(transpose(inv(A)), B, transpose(inv(A))))),
    (r"\operatorname{diag}(g'(u)) W", matmul(diag(elem("g", 1, u)), W)),
    (r"\frac{x^{\top} A x}{x^{\top} x}", div(matmul(transpose(x), A, x), matmul(transpose(x), x))),
    (r"\frac{x}{\lVert x \rVert}", div(x, norm("norm", x))),
    (r"\lVert A \rVert_{F}^{2}", power(norm("norm", A), two)),
    (r"\log \lvert \det(A) \rvert", scalar_of_matrix("logdet", A)),
    (r"\lvert s \rvert", elem("abs", 0, s)),
    (r"\frac{1}{s} x \oslash z", div(x, mul(s, z))),
    (r"(A x) \oslash z", div(matmul(A, x), z)),
    (r"\frac{x}{2}", mul(frac(1, 2), x)),
    (r"\frac{2}{3} x", mul(frac(2, 3), x)),
    (r"10^{-8} x", mul(frac(1, 10**8), x)),
    (r"x^{1/3}", power(x, frac(1, 3))),
    (r"A^{\odot 2}", power(A, two)),
    (r"s^{t - 1}", power(s, sub(t, num(1)))),
    (r"\sqrt{s + t}", sqrt(add(s, t))),
    (r"\left( \frac{s}{t} + 1 \right) x", mul(add(div(s, t), num(1)), x)),
    (r"\exp\left( \frac{s}{2} \right)", elem("exp", 0, mul(frac(1, 2), s))),
    (r"2 \cdot \mathbf{1}_{n}", mul(two, ones(("n",)))),
    (r"(A \otimes B) x", make("matmul", (kron(A, B), x), shape=("n*n",))),
    (r"z \odot [x > 0]", mul(z, compare(">", x, num(0)))),
    (r"\operatorname{sum}(A, \mathrm{axis}=0)", sum_axis(A, 0)),
    (r"\operatorname{tril}(A, -1)", triangle("tril", A, -1)),
    (r"\operatorname{softmax}(x)", over_axis("softmax", x, None)),
    (r"A_{1,2}", entry(A, (1, 2))),
    (r"{W_{1}}_{1,2}", entry(W1, (1, 2))),
    (r"\begin{bmatrix} s & t \\ t & s \end{bmatrix}", stack((s, t, t, s), (2, 2))),
    (r"\nabla q(u)", make("vfun", (u,), data=("q", 1), shape=("m",))),
    (r"\frac{\partial u}{\partial x}", make("jac", (u, x), shape=("m", "n"))),
    (r"\nabla^{2}_{x} s", make("hess", (s, x, x), shape=("n", "n"))),
    (r"2 \pi + \mathrm{e}", add(mul(two, make("const", data="pi")), make("const", data="e_"))),
]  # fmt: skip


@pytest.mark.parametrize(("written", "node"), GOLDEN, ids=[written for written, _ in GOLDEN])
def test_expression_is_written_as_in_a_lecture_note(written: str, node: Node) -> None:
    assert latex(node) == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("W1", "W_{1}"), ("x_hat", r"x_{\mathrm{hat}}"), ("alpha", r"\alpha"), ("α", r"\alpha"),
        ("lam", r"\lambda"), ("lmbda_1", r"\lambda_{1}"), ("eps", r"\epsilon"), ("lamp", r"\mathrm{lamp}"),
        ("theta2", r"\theta_{2}"), ("σ_W", r"\sigma_{W}"), ("Ω", r"\Omega"), ("Α", "A"), ("ŷ", r"\hat{y}"),
        ("x\u0302", r"\hat{x}"), ("変数", r"\text{変数}"), ("_x", r"\mathrm{\_x}"), ("__", r"\mathrm{\_\_}"),
        ("u_1_2", "u_{1,2}"), ("loss", r"\mathrm{loss}"), ("x", "x"),
    ],
)  # fmt: skip
def test_names_are_letters_with_indices(name: str, written: str) -> None:
    assert latex_name(name) == written


def test_functions_are_operators_or_letters() -> None:
    assert latex_function("log") == r"\log"
    assert latex_function("sigmoid") == r"\operatorname{sigmoid}"
    assert latex_function("sigma") == r"\sigma"
    assert latex_function("g") == "g"
