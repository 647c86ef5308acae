"""Every operation of the language has code, and the code computes what NumPy and SciPy say it is."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import scipy.special

from gradcli.emit import TARGETS, EmitError, emit
from gradcli.emit.lower import RULES
from gradcli.expr.definitions import DEFINITIONS
from gradcli.expr.node import Node, make, name_of, var
from gradcli.expr.walk import leaves
from gradcli.ops.operations import OPERATIONS
from gradcli.program.model import Program, Variable
from gradcli.syntax.ast import Source
from tests.evaluate import test_values as known

# What stands for an argument, or for a derivative that is not derived yet.
WITHOUT_CODE = {"var", "cotangent", "param", "loss", "grad", "jac", "hess", "prime"}


@pytest.mark.parametrize("op", sorted(OPERATIONS))
def test_every_operation_has_code_or_stands_for_something_else(op: str) -> None:
    assert (op in RULES or op in DEFINITIONS) != (op in WITHOUT_CODE)


@pytest.fixture(params=sorted(TARGETS))
def target(request: pytest.FixtureRequest) -> str:
    """A target whose library is here, in double precision."""
    if request.param == "jax":
        pytest.importorskip("jax").config.update("jax_enable_x64", True)
    elif request.param == "torch":
        pytest.importorskip("torch")
    return str(request.param)


def _module(root: Node, target: str = "numpy") -> dict[str, Any]:
    """A module whose value is one expression over its variables."""
    free = {name_of(leaf): Variable(leaf, leaf.shape, (), False, False, None) for leaf in leaves(root)}
    out = var("out", root.shape)
    nodes = {"out": out, **{name: variable.node for name, variable in free.items()}}
    program = Program(Source("", ""), free, {"out": root}, {}, {}, "numerator", (), (), "out", nodes, {}, ())
    namespace: dict[str, Any] = {}
    exec(compile(emit(target, program, "out", ()), "<emitted>", "exec"), namespace)
    return namespace


@pytest.mark.parametrize("case", sorted(set(known.CASES) - {"dim"}))
def test_code_computes_what_numpy_does(case: str, target: str) -> None:
    node, expected = known.CASES[case]
    values = known._points([known.A, known.B, known.S, known.Q, known.x, known.y, known.r, known.c])
    given = {name_of(leaf): values[leaf] for leaf in leaves(node)}
    function = _module(node, target)["value"]
    parameters = inspect.signature(function).parameters
    given.update({dim: size for dim, size in known.SIZES.items() if dim in parameters})
    got, want = np.asarray(function(**given)), np.asarray(expected(values), dtype=float)
    assert got.shape == want.shape and got.dtype == np.float64
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12)


FUNCTIONS = {
    "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin,
    "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "abs": np.abs,
    "sign": np.sign, "erf": scipy.special.erf, "sigmoid": scipy.special.expit,
    "relu": lambda t: np.maximum(t, 0), "softplus": lambda t: np.log(1 + np.exp(t)), "sqrt": np.sqrt,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_and_their_derivatives(name: str, target: str) -> None:
    x = var("x", ("n",))
    at = np.array([0.3, 0.6, 0.9])
    values = [_module(make("elem", (x,), data=(name, order), shape=("n",)), target)["value"](at) for order in (0, 1, 2)]
    np.testing.assert_allclose(values[0], FUNCTIONS[name](at), rtol=1e-13)
    step = 1e-5
    for order in (1, 2):
        low, high = (
            _module(make("elem", (x,), data=(name, order - 1), shape=("n",)), target)["value"](at + s)
            for s in (-step, step)
        )
        np.testing.assert_allclose(values[order], (high - low) / (2 * step), rtol=1e-6, atol=1e-8)


def test_adjugate_of_a_singular_matrix(target: str) -> None:
    node = make("adj", (known.S,), shape=known.S.shape)
    got = _module(node, target)["value"](np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]))
    np.testing.assert_allclose(got, [[-3, 6, -3], [6, -12, 6], [-3, 6, -3]], atol=1e-12)


@pytest.mark.parametrize("size", [1e-3, 1.0, 20.0])
def test_functions_of_matrices(size: float, target: str) -> None:
    import scipy.linalg

    source = np.random.default_rng(3)
    A, E, W = (source.normal(size=(3, 3)) for _ in range(3))
    A = size * A / np.linalg.norm(A, 1)
    S, direction, rectangular = known.S, known.Q, known.A
    cases: list[tuple[Node, Any, float]] = [
        (make("expm", (S,), shape=S.shape), scipy.linalg.expm(A), 1e-11),
        (
            make("expm_frechet", (S, direction), shape=S.shape),
            scipy.linalg.expm_frechet(A, E, compute_expm=False),
            1e-11,
        ),
        (make("norm2", (S,)), np.linalg.svd(A)[1][0], 1e-12),
        (make("norm_nuc", (S,)), np.linalg.svd(A)[1].sum(), 1e-12),
        (make("pinv", (rectangular,), shape=("n", "m")), np.linalg.pinv(W[:2]), 1e-12),
    ]
    for node, want, tolerance in cases:
        given = {name_of(leaf): {S: A, direction: E, rectangular: W[:2]}[leaf] for leaf in leaves(node)}
        got = np.asarray(_module(node, target)["value"](**given))
        np.testing.assert_allclose(got, want, rtol=0, atol=tolerance * max(1.0, float(np.max(np.abs(want)))))


def test_einsum_with_an_index_twice_or_only_in_the_result() -> None:
    node = make("einsum", (known.A, known.y), data=(("ij", "j"), "ijj"), shape=("m", "n", "n"))
    A, y = np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0, 3.0])
    got = _module(node)["value"](**{"A": A, "y": y})
    np.testing.assert_allclose(got, np.einsum("ij,j,jk->ijk", A, y, np.eye(3)))
    spread = make("einsum", (known.y, known.A), data=(("j", "kl"), "jk"), shape=("n", "m"))
    got = _module(spread)["value"](**{"A": A, "y": y})
    np.testing.assert_allclose(got, np.outer(y, A.sum(axis=1)))


def test_what_has_no_code_is_named() -> None:
    with pytest.raises(EmitError, match="grad"):
        _module(make("grad", (known.c, known.x), shape=("n",)))
