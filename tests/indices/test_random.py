"""Indexed expressions at random: their gradient is that of the loops that they are written for.

The loops are differentiated by a step into the complex plane: all functions in them are analytic, so that nothing
cancels and the derivative is right to the last digits.
"""

from __future__ import annotations

import cmath
import random
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest

from tests.indices.numbers import Point, derived

SIZES = {"m": 2, "n": 3, "p": 4}
ARRAYS = {"A": "mn", "B": "np", "S": "nn", "T": "mnp", "x": "n", "u": "m", "w": "p", "c": ""}
Positions = Mapping[str, int]
Values = Mapping[str, Any]
Meaning = Callable[[Values, Positions], Any]
_STEP = 1e-30


class Writer:
    """Writes an expression and says what it means."""

    def __init__(self, seed: int) -> None:
        self.source = random.Random(seed)
        self.count = 0

    def expression(self, depth: int, scope: Mapping[str, str]) -> tuple[str, Meaning]:
        """`scope` maps the index names that may be used to their dimensions."""
        kind = self.source.randrange(9 if depth else 2)
        if kind == 0:
            number = self.source.randint(1, 3)
            return str(number), lambda v, at: float(number)
        if kind <= 2:
            return self.entry(scope)
        if kind == 3:
            return self.total(depth, scope)
        if kind == 4:
            text, inner = self.expression(depth - 1, scope)
            name, function = self.source.choice([("sin", cmath.sin), ("tanh", cmath.tanh)])
            return f"{name}({text})", lambda v, at: function(inner(v, at))
        if kind == 5:
            text, inner = self.expression(depth - 1, scope)
            return f"({text})**2", lambda v, at: inner(v, at) ** 2
        (left, a), (right, b) = self.expression(depth - 1, scope), self.expression(depth - 1, scope)
        if kind == 6:
            return f"{left} * ({right})", lambda v, at: a(v, at) * b(v, at)
        if kind == 7:
            return f"({left}) / (2 + ({right})**2)", lambda v, at: a(v, at) / (2 + b(v, at) ** 2)
        return f"({left} - {right})", lambda v, at: a(v, at) - b(v, at)

    def entry(self, scope: Mapping[str, str], must: str | None = None) -> tuple[str, Meaning]:
        """An entry, its indices names in scope or numbers; `must` is an index that is to stand in it."""
        names = [n for n, dims in ARRAYS.items() if must is None or scope[must] in dims]
        name = self.source.choice(names)
        dims = ARRAYS[name]
        indices: list[str | int] = []
        for dim in dims:
            fitting = [index for index, size in scope.items() if size == dim]
            free = self.source.randrange(4) > 0
            indices.append(self.source.choice(fitting) if fitting and free else self.source.randint(1, SIZES[dim]))
        if must is not None and must not in indices:
            indices[dims.index(scope[must])] = must
        text = f"{name}[{', '.join(map(str, indices))}]" if dims else name
        return text, lambda v, at: v[name][tuple(at[i] if isinstance(i, str) else i - 1 for i in indices)]

    def total(self, depth: int, scope: Mapping[str, str]) -> tuple[str, Meaning]:
        """A sum over a new index, or two."""
        new = {}
        for _ in range(self.source.randint(1, 2)):
            self.count += 1
            new[f"k{self.count}"] = self.source.choice("mnp")
        inside = {**scope, **new}
        text, inner = self.expression(depth - 1, inside)
        for index in new:
            factor, entry = self.entry(inside, index)
            before = inner
            text, inner = f"{factor} * ({text})", lambda v, at, a=entry, b=before: a(v, at) * b(v, at)
        spans = [range(SIZES[dim]) for dim in new.values()]

        def meaning(v: Values, at: Positions) -> Any:
            return sum(inner(v, {**at, **dict(zip(new, place, strict=True))}) for place in product(*spans))

        return f"sum[{', '.join(new)}]({text})", meaning


@pytest.mark.parametrize("seed", range(60))
def test_an_indexed_definition_means_its_loops(seed: int) -> None:
    writer = Writer(seed)
    left = {f"i{k}": writer.source.choice("mnp") for k in range(writer.source.randint(0, 3))}
    text, meaning = writer.expression(3, left)
    for index in left:
        factor, entry = writer.entry(left, index)
        before = meaning
        text, meaning = f"{factor} + {text}", lambda v, at, a=entry, b=before: a(v, at) + b(v, at)
    sizes = {name: f"[{', '.join(dims)}]" if dims else "" for name, dims in ARRAYS.items()}
    head = "".join(f"{name} : R{size}\n" for name, size in sizes.items())
    indices = f"[{', '.join(left)}]" if left else ""
    used = [name for name in ARRAYS if f"{name}[" in text or (name == "c" and "c" in text)]
    if not used:
        return
    wrt = writer.source.choice(used)
    program = f"{head}Y{indices} = {text}\nf = sum(sin(Y))\ngrad f wrt {wrt}\n"
    derivation = derived(program)
    point = Point(program, SIZES, f"random{seed}")
    values = {name: np.asarray(number, dtype=complex) for name, number in point.setting.free.items()}
    spans = [range(SIZES[dim]) for dim in left.values()]
    want = np.empty(values[wrt].shape)
    for place in np.ndindex(want.shape):
        moved = values[wrt].copy()
        moved[place] += _STEP * 1j
        given = {**values, wrt: moved}
        loss = sum(cmath.sin(meaning(given, dict(zip(left, at, strict=True)))) for at in product(*spans))
        want[place] = loss.imag / _STEP
    got = point.number(derivation, derivation.answers[0])
    np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-8, err_msg=program)
