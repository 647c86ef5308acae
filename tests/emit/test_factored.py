"""Hessians as factors: put together as the docstring says, they are the Hessian."""

from __future__ import annotations

import re
import types
from typing import Any

import numpy as np
import pytest

from tests.cli.run import run

PROGRAMS = {
    "matrix factorisation": ("X : R[m, n]; U : R[m, k]; V : R[n, k]", "sum((X - U @ V.T)**2)", "U"),
    "logistic": ("X : R[m, n]; w : R[n]; t : R[m]", "sum(softplus(X @ w) - t * (X @ w))", "w"),
    "log determinant": ("S : R[n, n] spd", "logdet(S)", "S"),
    "Rayleigh quotient": ("x : R[n]; A : R[n, n] symmetric", "(x.T @ A @ x) / (x.T @ x)", "x"),
    "cross-entropy": ("X : R[m, n]; W : R[n, c]; Y : R[m, c]", "-sum(Y * logsoftmax(X @ W, axis=1)) / m", "W"),
    "log-sum-exp": ("A : R[m, n]; x : R[n]", "logsumexp(A @ x)", "x"),
    "entropy": ("p : R[n] positive", "sum(p * log(p))", "p"),
    "bilinear": ("X : R[m, n]; A : R[m, m]; B : R[n, n]", "tr(A @ X @ B @ X.T)", "X"),
}
SIZES = {"m": 4, "n": 3, "k": 2, "c": 5}


def emitted(program: str, *arguments: str) -> types.ModuleType:
    result = run("emit", "-e", program, "--target", "numpy", *arguments)
    assert result.status == 0, result.err
    module = types.ModuleType("emitted")
    exec(compile(result.out, "<emitted>", "exec"), module.__dict__)
    return module


def inputs(declarations: str) -> dict[str, Any]:
    source = np.random.default_rng(5)
    values: dict[str, Any] = {}
    for name, dims, attribute in re.findall(r"(\w+) : R\[([^\]]*)\] ?(\w*)", declarations):
        value = source.normal(size=[SIZES[dim.strip()] for dim in dims.split(",")])
        if attribute in ("spd", "symmetric"):
            value = value @ value.T + np.eye(len(value))
        values[name] = np.abs(value) + 0.5 if attribute == "positive" else value
    return values


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_factors_make_up_the_hessian(name: str) -> None:
    declarations, body, wrt = PROGRAMS[name]
    given = inputs(declarations)
    module = emitted(f"{declarations}; L = {body}", "--kind", "hessian", "--wrt", wrt, "--factored")
    hessian, factored = getattr(module, f"hessian_{wrt}"), getattr(module, f"hessian_{wrt}_factored")
    found = factored(**given)
    factors = dict(enumerate(found if isinstance(found, tuple) else (found,), 1))
    formula = factored.__doc__.split("\n")[2].strip()
    shapes = dict(re.findall(r"^ *(F\d+) = .*: ([^:\n]*)$", factored.__doc__, re.MULTILINE))
    assert list(shapes) == [f"F{number}" for number in factors]
    declared = "".join(f"; {factor} : {_type(shape)}" for factor, shape in shapes.items())
    whole = emitted(f"{declarations}{declared}; H = {formula}", "--of", "H", "--kind", "jacobian", "--wrt", "F1")
    got = whole.value(**given, **{f"F{number}": factor for number, factor in factors.items()})
    np.testing.assert_allclose(got, hessian(**given), rtol=1e-10, atol=1e-12)


def _type(shape: str) -> str:
    return "R" if shape == "scalar" else f"R[{shape.removesuffix(' x 1').replace(' x ', ', ')}]"


def test_a_dense_hessian_has_no_factors() -> None:
    result = run("emit", "-e", "x : R[n]; A : R[n, n]; f = x.T @ A @ x", "--target", "numpy", "--kind", "hessian",
                 "--wrt", "x", "--factored")  # fmt: skip
    assert result.status == 2 and "leave out --factored" in result.err


def test_only_a_hessian_has_factors() -> None:
    result = run("emit", "-e", "x : R[n]; f = x.T @ x", "--target", "jax", "--factored")
    assert result.status == 2 and "--kind hessian" in result.err
