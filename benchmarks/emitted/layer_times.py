"""The layers and problems: emitted code beside NumPy by hand, and beside JAX's own derivative."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from statistics import median
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.emitted.layer_forms import BY_HAND
from benchmarks.emitted.layers import LAYERS, Layer
from benchmarks.emitted.measure import in_rounds
from benchmarks.emitted.report import table

HEAD = ("program", "emitted (µs)", "by hand (µs)", "ratio of the best", "of the medians", "goal", "jit(grad) / emitted")
LAYER_GOAL, PROBLEM_GOAL = 1.25, 1.3
_CLOSE = 1e-8


def module_of(layer: Layer, target: str) -> ModuleType:
    """The emitted module, imported."""
    from gradcli.derive.derive import derive
    from gradcli.emit import emit
    from gradcli.program.elaborate import elaborate
    from gradcli.syntax.ast import Source
    from gradcli.syntax.parse import parse_module

    parsed, diagnostics = parse_module(Source(layer.name, layer.program))
    found = derive(elaborate([parsed], diagnostics))
    module = ModuleType(f"emitted_{layer.name}_{target}")
    exec(compile(emit(target, found.program, "L", found.answers), f"<{module.__name__}>", "exec"), module.__dict__)
    return module


def layer_rows(names: Collection[str], quick: bool, jax: bool) -> tuple[list[list[str]], int]:
    """A row for each program, all where `names` is empty, and how many results are wrong."""
    rows, ratios, wrong = [], [], 0
    for layer in LAYERS:
        if names and layer.name not in names:
            continue
        inputs = layer.inputs(layer.sizes)
        calls: dict[str, Callable[[], Any]] = {
            "emitted": _call(module_of(layer, "numpy").value_and_derivatives, inputs),
            "by hand": _call(BY_HAND[layer.name], inputs),
        }
        if jax:
            calls |= _with_jax(layer, inputs)
        wrong += _disagreement(calls) > _CLOSE
        times = in_rounds(calls, 0.002 if quick else 0.01, 5 if quick else 11)
        goal = PROBLEM_GOAL if layer.problem else LAYER_GOAL
        best = min(times["emitted"]) / min(times["by hand"])
        ratios.append(best)
        usual = median(times["emitted"]) / median(times["by hand"])
        other = f"{min(times['jit(grad)']) / min(times['emitted jax']):.2f}" if jax else ""
        shown = [f"{min(times[name]) * 1e6:.0f}" for name in ("emitted", "by hand")]
        met = "yes" if best <= goal else "**no**"
        rows.append([layer.name, *shown, f"{best:.2f}", f"{usual:.2f}", f"≤ {goal} {met}", other])
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        rows.append(["geometric mean", "", "", f"{mean:.2f}", "", "", ""])
    return rows, wrong


def layer_table(rows: list[list[str]]) -> str:
    """The table."""
    return table(HEAD, rows)


def _call(function: Callable[..., Any], inputs: Mapping[str, Any]) -> Callable[[], Any]:
    return lambda: function(**inputs)


def _with_jax(layer: Layer, inputs: Mapping[str, np.ndarray]) -> dict[str, Callable[[], Any]]:
    """The emitted JAX code, and JAX's own derivative, both compiled."""
    import jax
    import jax.numpy as jnp

    arrays = {name: jnp.asarray(array) for name, array in inputs.items()}
    emitted = jax.jit(module_of(layer, "jax").value_and_derivatives)

    def loss(asked: Mapping[str, Any]) -> Any:
        return layer.value(jnp, **{**arrays, **asked})

    own = jax.jit(jax.value_and_grad(loss))
    asked = {name: arrays[name] for name in layer.wrt}

    def differentiated() -> Any:
        value, slopes = own(asked)
        return jax.block_until_ready((value, *(slopes[name] for name in layer.wrt)))

    return {"emitted jax": lambda: jax.block_until_ready(emitted(**arrays)), "jit(grad)": differentiated}


def _disagreement(calls: Mapping[str, Callable[[], Any]]) -> float:
    """The largest relative difference of any result from the one by hand."""
    expected = [np.asarray(part) for part in calls["by hand"]()]
    worst = 0.0
    for call in calls.values():
        for ours, theirs in zip(call(), expected, strict=True):
            size = np.max(np.abs(theirs))
            worst = max(worst, float(np.max(np.abs(np.asarray(ours) - theirs)) / (size or 1.0)))
    return worst
