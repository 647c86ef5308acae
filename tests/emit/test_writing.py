"""What is written of instructions means what they are: brackets stand where the operators of Python need them."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest

from gradcli.emit.instr import Instr
from gradcli.emit.names import Names
from gradcli.emit.numpy_dialect import NumpyDialect
from gradcli.emit.plan import Plan
from gradcli.emit.writer import write

MATRICES = {name: np.random.default_rng(i).standard_normal((3, 3)) for i, name in enumerate("ABC")}


def _drawn(plan: Plan, random: Random, depth: int) -> tuple[Instr, np.ndarray]:
    """An instruction, and its value."""
    if not depth:
        name = random.choice(sorted(MATRICES))
        return plan.make("input", data=name, rank=2), MATRICES[name]
    kind = random.choice(("sum", "sum", "product", "product", "matmul", "transpose", "power"))
    parts = [_drawn(plan, random, random.randrange(depth)) for _ in range(3)]
    instrs, values = [part for part, _ in parts], [value for _, value in parts]
    match kind:
        case "sum":
            signs = tuple(random.random() < 0.5 for _ in range(random.choice((1, 1, 2, 3))))
            total = sum((-value if sign else value for sign, value in zip(signs, values, strict=False)), np.zeros(()))
            return plan.make("sum", *instrs[: len(signs)], data=signs, rank=2), total
        case "product":
            count, factor = random.choice((1, 2, 3)), Fraction(random.choice((-2, -1, 1, 3)), random.choice((1, 7)))
            over, under = values[:count], values[count:]
            value = float(factor) * np.prod(over, axis=0) / np.prod(under, axis=0)
            return plan.make("product", *instrs, data=(factor, count), rank=2), value
        case "matmul":
            return plan.matmul(*instrs[:2]), values[0] @ values[1]
        case "transpose":
            return plan.transpose(instrs[0]), values[0].T
        case _:
            return plan.make("power", instrs[0], plan.number(2), rank=2), values[0] ** 2


@pytest.mark.parametrize("start", range(0, 1500, 100))
def test_expressions_mean_their_instructions(start: int) -> None:
    for seed in range(start, start + 100):
        with np.errstate(all="ignore"):
            _compare(seed)


def _compare(seed: int) -> None:
    plan = Plan()
    instr, value = _drawn(plan, Random(seed), depth=4)
    labels = {name: name for name in MATRICES}
    dialect = NumpyDialect("np", labels, str, lambda helper: f"_{helper}", lambda name, order, opaque: name)
    lines, (code,) = write([instr], {}, dialect, Names({*MATRICES, "np"}))
    namespace = {"np": np, **MATRICES}
    text = "\n".join([*lines, f"result = {code.text}"])
    exec(text, namespace)
    if np.all(np.isfinite(value)):
        off = np.max(np.abs(np.asarray(namespace["result"]) - value)) / max(float(np.max(np.abs(value))), 1e-300)
        assert off < 1e-7, f"seed {seed}\n{text}"
