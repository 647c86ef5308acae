"""What is emitted for JAX and PyTorch agrees with JAX's own derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradcli.derive.derive import derive
from gradcli.emit import emit
from gradcli.program.elaborate import elaborate
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from tests.oracle.case import Ask, Case, all_cases
from tests.oracle.compare import compare

NAMES = ("attention", "batch_norm", "bilinear_solve", "entropy", "logsoftmax_jacobian", "adjugate")
CASES = [(case, ask) for case in all_cases() if case.name in NAMES for ask in case.asks]

GAUSSIAN = """
S : R[n, n] spd
x : R[n]
f = logdet(S) / 2 + x.T @ solve(S, x) / 2
"""


@pytest.mark.parametrize("target", ["jax", "torch"])
@pytest.mark.parametrize("case,ask", CASES, ids=[f"{case.name}-{ask.kind}" for case, ask in CASES])
def test_target_agrees_with_jax(case: Case, ask: Ask, target: str) -> None:
    if target == "torch":
        pytest.importorskip("torch")
    compare(case, ask, target=target)


def _functions(text: str, target: str) -> dict[str, Any]:
    module, diagnostics = parse_module(Source("program", text))
    derivation = derive(elaborate([module], diagnostics))
    namespace: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(emit(target, derivation.program, "f", derivation.answers), "<emitted>", "exec"), namespace)
    return namespace


def _point() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    half = rng.standard_normal((4, 4))
    return half @ half.T + np.eye(4), rng.standard_normal(4)


def test_jax_functions_can_be_compiled_mapped_and_differentiated() -> None:
    emitted = _functions(GAUSSIAN + "grad f wrt S, x\n", "jax")
    S, x = _point()
    expected = jax.grad(emitted["value"])(S, x)
    np.testing.assert_allclose(jax.jit(emitted["gradient_S"])(S, x), expected, atol=1e-10)
    mapped: Callable[..., Any] = jax.vmap(emitted["gradient_x"], in_axes=(None, 0))
    np.testing.assert_allclose(mapped(S, jnp.stack([x, 2 * x]))[1], 2 * np.linalg.solve(S, x), atol=1e-10)
    np.testing.assert_allclose(jax.jacobian(emitted["gradient_x"], argnums=1)(S, x), np.linalg.inv(S), atol=1e-10)


def test_torch_functions_pass_gradcheck() -> None:
    torch = pytest.importorskip("torch")
    emitted = _functions(GAUSSIAN + "grad f wrt S, x\n", "torch")
    S, x = (torch.tensor(part, requires_grad=True) for part in _point())
    assert torch.autograd.gradcheck(emitted["value"], (S, x))
    assert torch.autograd.gradcheck(emitted["gradient_S"], (S, x))
    assert torch.autograd.gradcheck(emitted["gradient_x"], (S, x))
    (found,) = torch.autograd.grad(emitted["value"](S, x), S)
    torch.testing.assert_close(found, emitted["gradient_S"](S.detach(), x.detach()))
