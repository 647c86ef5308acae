"""Promises about emitted modules: what they import, what their functions take, which shapes they return."""

from __future__ import annotations

import ast
import inspect
import math
import sys
import warnings

import numpy as np
import pytest

from tests.emit.helpers import functions, module_text

NEURON = """
W : R[m, n]
x : R[n]
b : R[m]
y = g(W@x + b)
"""


def test_a_module_imports_numpy_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    text = NEURON + "A : R[n,n]\nz = sum(erf(y)) + sum(adj(A)) + logsumexp(y)\n"
    tree = ast.parse(module_text(text, "z"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= {"numpy", "math"}
    assert not [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    monkeypatch.setitem(sys.modules, "scipy.special", None)  # what SciPy does faster goes without it
    given = {"W": np.eye(3), "x": np.ones(3), "b": np.zeros(3), "A": np.eye(3), "g": np.tanh}
    y = math.tanh(1)
    assert functions(text, "z")["value"](**given) == pytest.approx(3 * math.erf(y) + 3 + y + math.log(3))


def test_functions_take_every_name_in_order_of_declaration() -> None:
    emitted = functions(NEURON, "y")
    for name in ("value", "jacobian_W", "gradient_b"):
        parameters = inspect.signature(emitted[name]).parameters
        assert list(parameters) == ["W", "x", "b", "g", "g_1", "g_2", "grad_y"]
        assert all(parameters[key].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for key in ("W", "x", "b"))


def test_a_function_or_gradient_that_is_needed_and_left_out_is_named() -> None:
    emitted = functions(NEURON, "y")
    given = (np.ones((2, 3)), np.ones(3), np.ones(2))
    with pytest.raises(TypeError, match="'g_1' and 'grad_y'"):
        emitted["gradient_x"](*given)
    with pytest.raises(TypeError, match="'g'"):
        emitted["value"](*given, g_1=np.cos)


def test_arguments_by_position_and_by_name_are_the_same() -> None:
    emitted = functions(NEURON, "y")
    W, x, b = np.ones((2, 3)), np.arange(3.0), np.array([1, 2])
    by_name = emitted["gradient_x"](
        W=W, x=x, b=b, g=np.sin, g_1=np.cos, g_2=lambda t: -np.sin(t), grad_y=np.array([1.0, 2.0])
    )
    by_place = emitted["gradient_x"](W, x, b, g_1=np.cos, grad_y=[1.0, 2.0])
    np.testing.assert_array_equal(by_name, by_place)


def test_a_constant_derivative_may_be_given_as_a_constant() -> None:
    emitted = functions(NEURON, "y")
    W = np.arange(6.0).reshape(2, 3)
    got = emitted["jacobian_x"](W, np.ones(3), np.ones(2), g=lambda t: 2 * t, g_1=lambda t: 2.0)
    np.testing.assert_allclose(got, 2 * W)


SHAPES = """
x : R[n]
r : R[1, m]
c : R[n, 1]
A : R[m, n]
s : R
o : R[1]
L = sum(x**2) + r@A@c + s**2 * o + x.T@c
grad L wrt x, r, c, A, s, o
"""


def test_a_gradient_has_the_shape_of_its_variable() -> None:
    emitted = functions(SHAPES, "L")
    given = {
        "x": np.ones(3),
        "r": np.ones((1, 2)),
        "c": np.ones((3, 1)),
        "A": np.ones((2, 3)),
        "s": 2.0,
        "o": np.ones(1),
    }
    for name, value in given.items():
        assert np.shape(emitted[f"gradient_{name}"](**given)) == np.shape(value)
    assert np.shape(emitted["value"](**given)) == ()


@pytest.mark.parametrize(
    "layout,scalar_by_vector,scalar_by_matrix,vector_by_scalar,vector_by_vector",
    [
        ("numerator", (1, 3), (3, 2), (2, 1), (2, 3)),
        ("denominator", (3, 1), (2, 3), (1, 2), (3, 2)),
        ("mixed", (3, 1), (2, 3), (2, 1), (2, 3)),
    ],
)
def test_jacobians_have_the_shapes_of_the_table_of_layouts(
    layout: str,
    scalar_by_vector: tuple[int, ...],
    scalar_by_matrix: tuple[int, ...],
    vector_by_scalar: tuple[int, ...],
    vector_by_vector: tuple[int, ...],
) -> None:
    declared = "A : R[m, n]\nx : R[n]\nt : R\n"
    given = {"A": np.ones((2, 3)), "x": np.ones(3), "t": 0.5}
    scalar = functions(f"{declared}L = sum(A@x) * t\nlayout {layout}\njacobian L wrt x, A, t\n", "L")
    assert scalar["jacobian_x"](**given).shape == scalar_by_vector
    assert scalar["jacobian_A"](**given).shape == scalar_by_matrix
    assert np.shape(scalar["jacobian_t"](**given)) == ()
    vector = functions(f"{declared}y = sin(A@x) * t\nlayout {layout}\njacobian y wrt x, t\n", "y")
    assert vector["jacobian_t"](**given).shape == vector_by_scalar
    assert vector["jacobian_x"](**given).shape == vector_by_vector


def test_values_keep_rows_and_columns_apart() -> None:
    emitted = functions("x : R[1, n]\nW : R[n, m]\nz = x@W\n", "z")
    assert emitted["value"](x=np.ones((1, 3)), W=np.ones((3, 2))).shape == (1, 2)
    assert emitted["gradient_x"](x=np.ones((1, 3)), W=np.ones((3, 2)), grad_z=np.ones((1, 2))).shape == (1, 3)


def test_a_shape_that_does_not_fit_is_an_error_that_names_the_argument() -> None:
    emitted = functions(NEURON, "y")
    with pytest.raises(ValueError, match=r"x has shape \(4,\), not \(n=3\)"):
        emitted["value"](np.ones((2, 3)), np.ones(4), np.ones(2), g=np.sin)
    with pytest.raises(ValueError, match=r"b has shape \(2, 1\)"):
        emitted["value"](np.ones((2, 3)), np.ones(3), np.ones((2, 1)), g=np.sin)


def test_results_are_the_callers_to_change() -> None:
    emitted = functions("x, b : R[n]\nL = b.T@x\ngrad L wrt x\n", "L")
    b = np.ones(3)
    result = emitted["gradient_x"](np.ones(3), b)
    result[:] = 7
    np.testing.assert_array_equal(b, np.ones(3))


def test_a_python_keyword_is_taken_with_an_underscore_or_as_it_is() -> None:
    emitted = functions("lambda : R\nx : R[n]\nL = lambda * sum(x)\ngrad L wrt lambda, x\n", "L")
    for given in ({"lambda_": 3.0}, {"lambda": 3.0}):
        np.testing.assert_allclose(emitted["gradient_x"](x=np.ones(2), **given), [3.0, 3.0])
    assert emitted["gradient_lambda"](lambda_=3.0, x=np.ones(2)) == 2.0


def test_a_letter_that_python_reads_as_another() -> None:
    emitted = functions("ϵ : R\nε : R\nL = ϵ - 2 * ε\ngrad L wrt ϵ, ε\n", "L")
    assert emitted["value"](**{"ϵ": 5.0, "ε": 1.0}) == 3.0
    assert emitted["gradient_ε"](**{"ϵ": 5.0, "ε": 1.0}) in (1.0, -2.0)
    assert emitted["gradient_ϵ"](**{"ϵ": 5.0, "ε": 1.0}) == 1.0


def test_scalars_may_be_floats_and_constants_are_floats() -> None:
    emitted = functions("x : R[n]\na : R\nL = a + sum(ones(n)) \ngrad L wrt a\n", "L")
    assert emitted["gradient_a"](x=np.ones(4), a=2.0) == 1.0
    assert emitted["value"](x=np.ones(4), a=2) == 6.0


def test_a_size_that_only_a_function_tells() -> None:
    emitted = functions("h : R[n] -> R[m]\nx : R[n]\nL = sum(h(x))\ngrad L wrt x\n", "L")
    slope = np.arange(6.0).reshape(2, 3)
    got = emitted["gradient_x"](np.ones(3), h=lambda x: slope @ x, h_1=lambda x: slope)
    np.testing.assert_allclose(got, slope.sum(axis=0))


def test_a_branch_not_taken_neither_warns_nor_spoils_the_result() -> None:
    emitted = functions("x : R[n]\nL = sum(where(x > 0, x * log(x), 0))\ngrad L wrt x\n", "L")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = np.array([-1.0, 2.0])
        assert emitted["value"](x) == pytest.approx(2 * np.log(2))
        np.testing.assert_allclose(emitted["gradient_x"](x), [0, 1 + np.log(2)])


def test_large_numbers_neither_overflow_nor_cancel() -> None:
    x = np.array([-1000.0, 0.0, 1000.0])
    text = "x : R[n]\ny = {}\n"
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for body, want in [
            ("softplus(x)", [0, np.log(2), 1000]),
            ("sigmoid(x)", [0, 0.5, 1]),
            ("softmax(x)", [0, 0, 1]),
            ("logsoftmax(x)", [-2000, -1000, 0]),
        ]:
            np.testing.assert_allclose(functions(text.format(body), "y")["value"](x), want, atol=1e-300)
        assert functions(text.format("logsumexp(x)"), "y")["value"](x) == 1000
    big = 1e200 * np.eye(3)
    assert functions("A : R[n, n]\ny = logdet(A)\n", "y")["value"](big) == pytest.approx(600 * np.log(10))


def test_an_inverse_times_a_vector_is_a_solve() -> None:
    text = module_text("A : R[n, n]\nb, c : R[n]\nL = b.T@inv(A)@c\ngrad L wrt b, c\n", "L")
    assert "linalg.inv" not in text and "linalg.solve" in text


def test_a_shared_subexpression_is_computed_once() -> None:
    text = module_text("x : R[n]\nA : R[n, n]\nL = sum(exp(A@x)) + sum(exp(A@x)**3)\ngrad L wrt x\n", "L")
    for part in text.split("\ndef ")[1:]:
        assert part.count("np.exp(") <= 1


def test_three_thousand_definitions() -> None:
    steps = "\n".join(f"x{i + 1} = sin(x{i}) + x{i} / 2" for i in range(3_000))
    emitted = functions(f"x0 : R\n{steps}\ngrad x3000 wrt x0\n", "x3000")
    assert np.isfinite(emitted["value"](0.3))
    assert np.isfinite(emitted["gradient_x0"](0.3))


def test_a_sum_of_a_thousand_terms_and_a_product_of_a_thousand_factors() -> None:
    terms = " + ".join(f"x**{i % 7 + 1} * sin({i} * x)" for i in range(1000))
    factors = " * ".join(f"cos(x / {i + 2})" for i in range(1000))
    emitted = functions(f"x : R\ny = {terms} + {factors}\n", "y")
    x = 0.7
    want = sum(x ** (i % 7 + 1) * np.sin(i * x) for i in range(1000))
    want += np.prod([np.cos(x / (i + 2)) for i in range(1000)])
    assert emitted["value"](x) == pytest.approx(want)
