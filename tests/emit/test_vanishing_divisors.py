"""Derivatives of norms where what they are of is 0 in a region: they are 0 there, in every target."""

from __future__ import annotations

import numpy as np
import pytest

from tests.emit.helpers import functions, module_text

BELOW = np.array([-0.3, -0.5, -0.7])
PROGRAMS = [
    ("f = norm(relu(x))", BELOW),
    ("f = norm(relu(x))**3", BELOW),
    ("f = norm(clip(x, -1, 1) - x)", BELOW),
    ("f = norm(where(x > 1, x - 1, 0))", BELOW),
    ("f = norm(abs(x) - x)", -BELOW),
    ("s = sum(max(x, 0)**2)\nf = sqrt(s)", BELOW),
    ("u = relu(x)\nr = norm(u)\nf = r", BELOW),
]


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize(("text", "at"), PROGRAMS, ids=[text for text, _ in PROGRAMS])
def test_what_vanishes_in_a_region_has_derivatives_of_zero(text: str, at: np.ndarray, target: str) -> None:
    pytest.importorskip(target)
    code = functions(f"x : R[n]\n{text}\ngrad f wrt x\nhessian f wrt x", "f", target)
    for name in ("gradient_x", "hessian_x"):
        found = np.asarray(code[name](x=at))
        assert found.shape == (3,) * found.ndim and not found.any(), name


def test_elsewhere_they_are_what_they_were() -> None:
    code = functions("x : R[n]\nf = norm(relu(x))\ngrad f wrt x\nhessian f wrt x", "f")
    x = np.array([0.6, -1.0, 0.8])
    up = np.maximum(x, 0)
    np.testing.assert_allclose(code["gradient_x"](x=x), up, atol=1e-15)
    np.testing.assert_allclose(code["hessian_x"](x=x), np.diag([1, 0, 1]) - np.outer(up, up), atol=1e-15)


def test_a_program_that_divides_by_it_has_no_value_there() -> None:
    code = functions("x, w : R[n]\nf = w.T@x / norm(relu(x))\ngrad f wrt w", "f")
    with np.errstate(all="ignore"):
        assert not np.isfinite(code["value"](x=BELOW, w=BELOW))
        assert not np.isfinite(code["gradient_w"](x=BELOW, w=BELOW)).any()


@pytest.mark.parametrize("text", ["f = norm(x)", "u = relu(x)\ns = sqrt(mean(u**2) + 1e-5)\nf = sum(u / s)"])
def test_nothing_is_guarded_that_need_not_be(text: str) -> None:
    code = module_text(f"x : R[n]\n{text}\ngrad f wrt x", "f")
    assert "1.0)" not in code and ", 1)" not in code
