"""A program and its question through gradcli and through JAX: what came of it, and never an exception."""

from __future__ import annotations

import re
import time
import traceback
import warnings
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gradcli.derive.derive import derive
from gradcli.emit import emit
from gradcli.program.elaborate import elaborate
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from tests.oracle.case import Ask, Case
from tests.oracle.compare import _WORDS, Setting, arguments

RELATIVE = 1e-7
SECONDS = 5.0


@dataclass(frozen=True)
class Outcome:
    """`verdict` is equal, wrong, refused, crash, slow or no value; `compared` counts the derivatives that agree."""

    verdict: str
    detail: str = ""
    compared: int = 0
    seconds: float = 0.0
    worst: float = 0.0


def examine(case: Case, ask: Ask) -> Outcome:
    """What comes of one question: every derivative that it has, compared at the bound `RELATIVE`."""
    started = time.process_time()
    try:
        text, refused = _module(case, ask)
        if refused:
            return Outcome("refused", refused, seconds=time.process_time() - started)
        namespace: dict[str, object] = {"__name__": "emitted"}
        exec(compile(text, f"<{case.name}>", "exec"), namespace)
    except Exception:
        return Outcome("crash", traceback.format_exc(limit=-3))
    seconds = time.process_time() - started
    if seconds > SECONDS:
        return Outcome("slow", f"{seconds:.1f} s", seconds=seconds)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _compared(case, ask, namespace, seconds)


def _module(case: Case, ask: Ask) -> tuple[str, str]:
    """The emitted module, or why there is none."""
    question = f"\nlayout {ask.layout}\n{_WORDS[ask.kind]} {ask.of} wrt {', '.join(ask.wrt)}\n"
    module, diagnostics = parse_module(Source(case.name, case.text + question))
    program = elaborate([module], diagnostics)
    errors = [d for d in program.diagnostics if d.is_error]
    if not errors:
        derivation = derive(program)
        errors = [d for d in derivation.diagnostics if d.is_error]
    if errors:
        return "", "\n".join(f"{d.code} {d.message}" for d in errors)
    return emit("numpy", derivation.program, ask.of, derivation.answers), ""


def _labels(ask: Ask) -> list[str]:
    if ask.kind != "hessian":
        return list(ask.wrt)
    return [*ask.wrt, *(f"{a}, {b}" for a, b in combinations(ask.wrt, 2))]


def _compared(case: Case, ask: Ask, functions: dict[str, object], seconds: float) -> Outcome:
    setting = Setting(case)
    compared, worst = 0, 0.0
    value = functions["value"]
    assert callable(value)
    wanted = setting.expected_of(ask, _labels(ask))
    of = setting.loss_arguments(ask.of)
    seeds = {f"grad_{of[0]}": wanted.pop("seed")} if of is not None else {}
    given = arguments(setting, ask, value, seeds)
    pairs = []
    for wrt, want in wanted.items():
        part = "_".join(re.findall(r"\w+", wrt))
        pairs.append(("value" if wrt == "value" else f"{ask.kind}_{part}", wrt, want))
    for name, wrt, want in pairs:
        if not np.all(np.isfinite(want)):
            continue  # JAX has no value here: the norm of a zero, a branch that is not taken
        function = functions.get(name)
        if not callable(function):
            return Outcome("wrong", f"no {name} in the module", compared, seconds)
        try:
            got = np.asarray(function(**given))
        except Exception:
            return Outcome("crash", f"{name}: {traceback.format_exc(limit=-2)}", compared, seconds)
        if got.shape != want.shape:
            return Outcome("wrong", f"{name}: shape {got.shape}, not {want.shape}", compared, seconds)
        scale = max(1e-3, float(np.max(np.abs(want), initial=0.0)))
        error = float(np.max(np.abs(got - want), initial=0.0)) / scale
        if not error <= RELATIVE:
            return Outcome("wrong", f"{name} by {wrt}: off by {error:.3g} of {scale:.3g}\n{got}\n{want}", compared)
        worst = max(worst, error)
        compared += name != "value"
    return Outcome("equal" if compared else "no value", "", compared, seconds, worst)
