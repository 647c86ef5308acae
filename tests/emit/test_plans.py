"""Promises about the plan of emitted code, by its structure: what is computed, how often, and what is never formed."""

from __future__ import annotations

import ast
from collections import Counter

import numpy as np
import pytest

from tests.emit.helpers import functions, module_text


def _body(text: str, of: str, function: str) -> ast.FunctionDef:
    tree = ast.parse(module_text(text, of))
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function)


def _operations(text: str, of: str, function: str) -> Counter[str]:
    """How often each operator and each called function stands in an emitted function; arguments are not looked at."""
    found: Counter[str] = Counter()
    for node in ast.walk(_body(text, of, function)):
        if isinstance(node, ast.BinOp):
            found[type(node.op).__name__] += 1
        elif isinstance(node, ast.Call):
            found[ast.unparse(node.func)] += 1
    return found


def _returned(text: str, of: str, function: str) -> str:
    last = _body(text, of, function).body[-1]
    assert isinstance(last, ast.Return)
    return ast.unparse(last)


QUADRATIC = "A : R[n, n]\nx : R[n]\nf = x.T @ A @ x\n"
SOLVE = "S : R[n, n]\nb : R[n]\nc : R[n]\nf = c.T @ inv(S) @ b\n"


def test_a_sum_of_matrices_is_not_formed_to_be_multiplied_by_a_vector() -> None:
    assert _returned(QUADRATIC + "grad f wrt x\n", "f", "gradient_x") == "return A @ x + x @ A"


def test_a_long_chain_goes_from_the_vector_s_side() -> None:
    text = "A : R[n, n]\nB : R[n, n]\nC : R[n, n]\nx : R[n]\nf = sum((A @ B @ C) @ x)\ngrad f wrt x\n"
    found = _body(text, "f", "gradient_x")
    ranks = {"A": 2, "B": 2, "C": 2}
    for node in ast.walk(found):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            names = [side.id for side in (node.left, node.right) if isinstance(side, ast.Name)]
            assert sum(ranks.get(name, 0) == 2 for name in names) < 2


def test_declared_lengths_order_a_chain() -> None:
    text = "A : R[100, 2]\nB : R[2, 300]\nC : R[300, 3]\nY = A @ B @ C\n"
    assert _returned(text + "jacobian Y wrt A\n", "Y", "value") == "return A @ (B @ C)"
    turned = "A : R[3, 300]\nB : R[300, 2]\nC : R[2, 100]\nY = A @ B @ C\n"
    assert _returned(turned + "jacobian Y wrt A\n", "Y", "value") == "return A @ B @ C"


def test_a_matrix_that_is_used_once_does_not_hide_a_cheaper_order() -> None:
    text = "A : R[n, n]\nB : R[n, n]\nx : R[n]\nC = A @ B\ny = C @ x\njacobian y wrt x\n"
    assert _returned(text, "y", "value") == "return A @ (B @ x)"


def test_products_with_a_common_factor_are_one_product() -> None:
    text = "A : R[m, n]\nB : R[n, k]\nC : R[n, k]\nY = A @ B + A @ C\njacobian Y wrt B\n"
    assert _operations(text, "Y", "value")["MatMult"] == 1


def test_what_all_terms_are_multiplied_by_is_taken_out() -> None:
    text = "x : R[n]\nA : R[n, n] symmetric\nL = x.T @ A @ x / (x.T @ x)\ngrad L wrt x\n"
    assert _returned(text, "L", "gradient_x") == "return 2 / t1 * (t2 - x @ t2 / t1 * x)"
    text = "A : R[n, n]\nu : R[n]\nf = u.T @ A @ A @ u / 2 + sum(A**2) / 4\ngrad f wrt A\n"
    assert _operations(text, "f", "gradient_A")["Div"] + _operations(text, "f", "gradient_A")["Mult"] <= 4


def test_a_common_factor_stays_where_it_is_met_by_fewer_entries() -> None:
    text = "A : R[n, n]\nu : R[n]\nv : R[n]\nf = 3 * u.T @ A @ v + 3 * v.T @ A @ u\ngrad f wrt A\n"
    last = _returned(text, "f", "gradient_A")
    assert "3 * (" not in last


def test_systems_of_one_matrix_are_solved_together() -> None:
    found = _operations(SOLVE + "grad f wrt S\n", "f", "gradient_S")
    assert found["np.linalg.solve"] == 2  # one by S, one by its transpose
    symmetric = SOLVE.replace("R[n, n]", "R[n, n] spd")
    found = _operations(symmetric + "grad f wrt S\n", "f", "gradient_S")
    assert found["np.linalg.solve"] == 1
    assert found["np.linalg.inv"] == 0


def test_an_inverse_that_is_needed_serves_the_systems_too() -> None:
    text = "S : R[n, n] spd\nx : R[n]\nf = logdet(S) + x.T @ inv(S) @ x\ngrad f wrt S\n"
    found = _operations(text, "f", "gradient_S")
    assert found["np.linalg.inv"] == 1
    assert found["np.linalg.solve"] == 0


def test_a_definite_matrix_is_factorised_once() -> None:
    text = "S : R[n, n] spd\nx : R[n]\nf = logdet(S) + x.T @ inv(S) @ x\ngrad f wrt x\n"
    found = _operations(text, "f", "value")
    assert found["_cholesky"] == 1
    assert found["np.linalg.slogdet"] + found["np.linalg.solve"] + found["np.linalg.inv"] == 0


def test_a_trace_of_a_product_is_a_dot_product() -> None:
    text = "A : R[m, n]\nB : R[n, m]\nf = tr(A @ B)\ngrad f wrt A\n"
    assert _returned(text, "f", "value") == "return np.vdot(A, B.T)"


def test_a_weighted_sum_over_entries_makes_no_array() -> None:
    text = "a : R[n]\nb : R[n]\nf = sum(a * b)\ngrad f wrt a\n"
    assert _returned(text, "f", "value") == "return a @ b"


def test_a_bias_is_spread_and_not_copied() -> None:
    text = "X : R[m, n]\nb : R[n]\nY = tanh(X + ones(m) @ b.T)\nf = sum(Y)\ngrad f wrt X\n"
    assert not [name for name in _operations(text, "f", "value") if name.endswith(("ones", "outer"))]


def test_equal_subexpressions_are_computed_once() -> None:
    text = "A : R[n, n] symmetric\nx : R[n]\nf = (x.T @ A @ x) / (x.T @ x)\nhessian f wrt x\n"
    found = _operations(text, "f", "hessian_x")
    assert found["MatMult"] <= 4  # A @ x, x @ A @ x, x @ x, and one product of thin matrices
    assert found["np.eye"] == 0


def test_the_hessian_of_a_factorisation_writes_its_blocks_alone() -> None:
    text = "T : R[m, n]\nU : R[m, 5]\nV : R[n, 5]\nf = norm(T - U @ V.T)^2\nhessian f wrt U\n"
    found = _operations(text, "f", "hessian_U")
    assert found["_blocks"] == 1
    assert found["np.eye"] + found["np.einsum"] == 0


def test_a_kronecker_product_is_one_broadcast_product() -> None:
    text = "S : R[n, n]\nf = logdet(S)\nhessian f wrt S\n"
    found = _operations(text, "f", "hessian_S")
    assert found["np.linalg.inv"] == 1
    assert found["np.einsum"] == 0
    assert found["Mult"] == 1


def test_a_product_of_diagonal_and_thin_matrices_forms_no_matrix_product() -> None:
    text = "x : R[n] positive\np = x / sum(x)\nL = -sum(p * log(p))\nhessian L wrt x\n"
    body = ast.unparse(_body(text, "L", "hessian_x"))
    assert "np.eye" not in body
    x = np.array([0.2, 0.5, 1.5])
    got = functions(text, "L")["hessian_x"](x)
    step = 1e-5
    gradient = functions(text.replace("hessian", "grad"), "L")["gradient_x"]
    rows = [(gradient(x + step * e) - gradient(x - step * e)) / (2 * step) for e in np.eye(3)]
    np.testing.assert_allclose(got, rows, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("form", ["log(1 + exp(x))", "-log(sigmoid(-x))", "softplus(x)"])
def test_what_people_write_does_not_overflow(form: str) -> None:
    emitted = functions(f"x : R[n]\nf = sum({form})\ngrad f wrt x\n", "f")
    x = np.array([-800.0, 0.0, 800.0])
    assert emitted["value"](x) == pytest.approx(800 + np.log(2))
    np.testing.assert_allclose(emitted["gradient_x"](x), [0, 0.5, 1], atol=1e-300)


def test_log_of_a_sum_of_exponentials_does_not_overflow() -> None:
    emitted = functions("x : R[n]\nf = log(sum(exp(x)))\ngrad f wrt x\n", "f")
    x = np.array([1000.0, 1000.0])
    assert emitted["value"](x) == pytest.approx(1000 + np.log(2))
    np.testing.assert_allclose(emitted["gradient_x"](x), [0.5, 0.5])


def test_arguments_are_never_written_to() -> None:
    text = "A : R[n, n]\nx : R[n]\nf = x.T @ A @ x + sum(x**3)\nhessian f wrt x\n"
    A, x = np.arange(9.0).reshape(3, 3), np.array([1.0, 2.0, 3.0])
    A0, x0 = A.copy(), x.copy()
    got = functions(text, "f")["hessian_x"](A, x)
    np.testing.assert_array_equal(A, A0)
    np.testing.assert_array_equal(x, x0)
    np.testing.assert_allclose(got, A0 + A0.T + np.diag(6 * x0))


@pytest.mark.parametrize("k", [1, 40])
def test_thin_and_wide_factors_give_the_same(k: int) -> None:
    text = "T : R[m, n]\nU : R[m, k]\nV : R[n, k]\nf = norm(T - U @ V.T)^2\ngrad f wrt U\n"
    assert " if k * (m + n) < m * n else " in ast.unparse(_body(text, "f", "gradient_U"))
    rng = np.random.default_rng(0)
    T, U, V = rng.standard_normal((20, 30)), rng.standard_normal((20, k)), rng.standard_normal((30, k))
    np.testing.assert_allclose(functions(text, "f")["gradient_U"](T, U, V), 2 * (U @ V.T - T) @ V, atol=1e-10)


def test_a_product_of_the_hessian_does_not_form_it() -> None:
    text = "A : R[n, n] symmetric\nx : R[n]\nf = (x.T @ A @ x) / (x.T @ x)\n"
    emitted = functions(text + "hvp f wrt x\n", "f")
    hessian = functions(text + "hessian f wrt x\n", "f")["hessian_x"]
    A, x, v = np.diag([1.0, 2.0, 5.0]), np.array([1.0, -1.0, 0.5]), np.array([0.3, 0.2, -1.0])
    np.testing.assert_allclose(emitted["hvp_x"](A, x, v), hessian(A, x) @ v, atol=1e-12)
    assert "eye" not in module_text(text + "hvp f wrt x\n", "f")
