"""Factors side by side, and what stands on a board: each is read as it is meant."""

from __future__ import annotations

import pytest

from gradcli.syntax import ast
from tests.syntax.helpers import program, read, tree

FORMS = {
    "2 x": "(2 x)",
    "2x": "(2 x)",
    "2(a + b)": "(2 (a + b))",
    "(a)(b)": "(a b)",
    "W x + b": "((W x) + b)",
    "2 Aᵀ (A x − b)": "(2 A.T ((A x) - b))",
    "x^T A x": "(x.T A x)",
    "x' A x": "(x.T A x)",
    "(A x)' y": "((A x).T y)",
    "A^-1 b": "((A ^ (- 1)) b)",
    "-2 x y": "(- (2 x y))",
    "x**2 y": "((x ** 2) y)",
    "a ⊙ W y": "(a * (W y))",
    "a b / c": "((a b) / c)",
    "a / (b c)": "(a / (b c))",
    "A[i, j] x": "(A[i, j] x)",
    "x²": "(x sup 2)",
    "A⁻¹ b": "((A sup -1) b)",
    "A⁻ᵀ": "(A ^ (- 1)).T",
    "A⁺ b": "(pinv(A) b)",
    "C^⊙2": "(C ** 2)",
    "‖x‖²": "(norm(x) sup 2)",
    "||A x - b||^2": "(norm(((A x) - b)) ^ 2)",
    "‖A‖_F ‖x‖₁": "(norm(A) norm1(x))",
    "2 ‖x‖ ‖y‖": "(2 norm(x) norm(y))",
    "‖A ‖x‖ y‖": "norm((A norm(x) y))",
    "|t| x": "(|t| x)",
    "|t|": "|t|",
    "log|det(A)|": "logdet(A)",
    "√(d)": "sqrt(d)",
    "x / √2": "(x / sqrt(2))",
    "1_N": "ones(N)",
    "1_(m×n)": "ones(m, n)",
    "I_3": "eye(3)",
    "[Z > 0]": "(Z > 0)",
    "x [x > 0]": "(x (x > 0))",
    "∇_x f": "grad(f, x)",
    "(∇_y f) xᵀ": "(grad(f, y) x.T)",
    "∇²_x f": "hess(f, x)",
    "∂²f/∂x∂y": "hess(f, x, y)",
    "∂y/∂u ∂u/∂x": "(jac(y, u) jac(u, x))",
    "dL/dW x": "(jac(L, W) x)",
    "∇h(u)": "h'(u).T",
    "[δ_ij x_k]_ijk": "[(I[i, j] x[k])]_ijk",
    "[Σ_k A_ik B_kj]_ij": "[sum[k]{(A[i, k] B[k, j])}]_ij",
    "(A x)_i": "(A x)[i]",
    "Σ_x + y": "(Σ_x + y)",
    "g(u) x": "(g(u) x)",
    "W (x + b)": "(W (x + b))",
    "2 · 3": "(2 · 3)",
}


@pytest.mark.parametrize("text", FORMS)
def test_it_is_read_as_it_is_meant(text: str) -> None:
    assert read(text) == FORMS[text]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a : R\nx : R[n]\ny = a(x + 1)", "(a (x + 1))"),  # a variable is multiplied
        ("a : R -> R\nx : R[n]\ny = a(x + 1)", "a((x + 1))"),  # a function is called
        ("a = 2\ny = a(x + 1)'", "(a (x + 1).T)"),
        ("u = W(x)\ny = W.T u", "(W.T u)"),
        ("dL = 2\ndW = 3\ny = dL/dW", "(dL / dW)"),  # names of the file
        ("f(t) = t**2\ny = f'(x) + f(x)'", "(f'(x) + f(x).T)"),
    ],
)
def test_the_whole_file_says_what_a_name_is(text: str, meant: str) -> None:
    last = program(text)[-1]
    assert isinstance(last, ast.Define)
    assert tree(last.value) == meant


@pytest.mark.parametrize(
    ("text", "kind", "of", "by"),
    [
        ("∇_x f", "gradient", "f", "x"),
        ("grad(f, x)", "gradient", "f", "x"),
        ("∂L/∂W", "partial", "L", "W"),
        ("dL/dW", "partial", "L", "W"),
        ("∇²_x f", "hessian", "f", "x"),
        ("hess(f, x)", "hessian", "f", "x"),
    ],
)
def test_a_derivative_alone_is_the_question(text: str, kind: str, of: str, by: str) -> None:
    (question,) = program(text)
    assert isinstance(question, ast.Question)
    assert (question.kind, tree(question.of), *map(tree, question.wrt)) == (kind, of, by)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("gamma (x - mu)", "(gamma (x - mu))"),  # a scalar by convention, and not called
        ("λ (a + b)", "(λ (a + b))"),
        ("phi (x)", "phi(x)"),
        ("λ(a + b)", "λ((a + b))"),
        ("delta / dist", "(delta / dist)"),  # no name of the file stands behind the d
        ("I(3) + A", "(eye(3) + A)"),
    ],
)
def test_names_that_nothing_declares(text: str, meant: str) -> None:
    assert read(text) == meant
