"""The smallest point found at which two sides differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import prod
from random import Random
from typing import Any

from gradcli.evaluate.array import Array, concrete
from gradcli.evaluate.errors import EvaluationError, NotExact
from gradcli.evaluate.opaque import Hook
from gradcli.expr.node import Node
from gradcli.verdicts.compare import (
    differ,
    differ_at_tie,
    differ_exactly,
    differ_precisely,
    first_difference,
    looks_equal,
)
from gradcli.verdicts.cost import MANY
from gradcli.verdicts.crossing import as_fraction
from gradcli.verdicts.numeric import place_of
from gradcli.verdicts.problem import Place, Problem
from gradcli.verdicts.sizes import Sizes, small_sizes
from gradcli.verdicts.verdict import Counterexample, Nested, Number, Scientific

_STYLES = ("ones", "integers-2", "integers-2", "integers-3", "integers-5")
_MOST_TRIES = 160
_AFFORDED = 60_000
_LONGEST_BITS = 100_000


def smallest(problem: Problem, fallback: Place, key: str) -> Counterexample:
    """A counterexample of small integers in small sizes where there is one, else the point that was found."""
    tries = max(12, min(_MOST_TRIES, _AFFORDED // (1 + len(problem.nodes)))) if problem.cost <= MANY else 3
    for place in _small_places(problem, key):
        tries -= 1
        if tries < 0:
            break
        try:
            found = _differ(problem, place)
        except EvaluationError:
            continue
        if found is not None:
            return _told(problem, place, *found)
    found = differ(problem, fallback)
    assert found is not None
    return _told(problem, fallback, *found)


def at(problem: Problem, place: Place) -> Counterexample:
    """The counterexample that a point is at which something turns."""
    found = differ_at_tie(problem, place)
    assert found is not None
    return _told(problem, place, *found)


def _differ(problem: Problem, place: Place) -> tuple[Array, Array] | None:
    try:
        return differ_exactly(problem, place)
    except NotExact:
        return None if looks_equal(problem, place) else differ_precisely(problem, place)


def _small_places(problem: Problem, key: str) -> Iterator[Place]:
    source = Random(f"{key}/small")
    for degree in (2, 3, None):
        for sizes in small_sizes(problem.least):
            for style in _STYLES:
                try:
                    place = place_of(problem, sizes, dict.fromkeys(problem.free, style), source)
                except EvaluationError:
                    continue
                place.hooks = {} if degree is None else _hooks(problem, sizes, degree)
                yield place
        if not problem.functions:
            return


# --------------------------------------------------- simple functions for opaque names


class _Power:
    """`t ** degree`, and its derivatives."""

    def __init__(self, degree: int) -> None:
        self.degree = degree

    def __call__(self, order: int, x: Any) -> Any:
        if order > self.degree:
            return x * 0
        factor = prod(range(self.degree - order + 1, self.degree + 1))
        out = x * 0 + factor
        for _ in range(self.degree - order):
            out = out * x
        return out

    def told(self) -> str:
        return f"t**{self.degree}"


class _Mixed:
    """`C @ x**degree` for a matrix of small integers."""

    def __init__(self, degree: int, outputs: int, inputs: int, vector: bool) -> None:
        self.power = _Power(degree)
        self.rows = [[(i * inputs + j) % 3 + 1 for j in range(inputs)] for i in range(outputs)]
        self.vector = vector

    def __call__(self, order: int, x: list[Any]) -> list[Any]:
        out = []
        for row in self.rows:
            for place in range(len(x) ** order):
                index = [place // len(x) ** k % len(x) for k in range(order)]
                if order == 0:
                    out.append(sum((c * self.power(0, t) for c, t in zip(row, x, strict=True)), x[0] * 0))
                elif len(set(index)) == 1:
                    out.append(row[index[0]] * self.power(order, x[index[0]]))
                else:
                    out.append(x[0] * 0)
        return out

    def told(self) -> str:
        power = f"x**{self.power.degree}"
        if not self.vector:
            return f"{self.rows[0]}.T @ {power}"
        return f"{self.rows} @ {power}"


def _hooks(problem: Problem, sizes: Sizes, degree: int) -> dict[str, Hook]:
    hooks: dict[str, Hook] = {}
    for offset, (name, node) in enumerate(problem.functions.items()):
        power = degree + offset % 2
        function = problem.book.program.functions.get(name)
        if node.op == "elem" or function is None:
            hooks[name] = _Power(power)
            continue
        inputs, outputs = prod(concrete(function.domain, sizes)), prod(concrete(function.codomain, sizes))
        hooks[name] = _Mixed(power, outputs, inputs, bool(function.codomain))
    return hooks


# -------------------------------------------------------------------------- telling


def _told(problem: Problem, place: Place, left: Array, right: Array) -> Counterexample:
    at = first_difference(left, right)
    entry: list[int] = []
    rest = at
    for size in reversed(left.shape):
        entry.append(rest % size + 1)
        rest //= size
    values = {problem.book.written(node): _nested(place.values[node]) for node in _in_order(problem)}
    functions = {name: _function(name, place.hooks) for name in problem.functions}
    sizes = {name: place.sizes[name] for name in problem.least}
    return Counterexample(sizes, values, functions, tuple(reversed(entry)), *_pair(left.flat[at], right.flat[at]))


def _in_order(problem: Problem) -> list[Node]:
    """Names in the order of the program, then gradients of arbitrary functions."""
    ranks = {v.node: i for i, v in enumerate(problem.book.program.variables.values())}
    return sorted(problem.free, key=lambda node: (node.op == "cotangent", ranks.get(node, 0)))


def _function(name: str, hooks: Mapping[str, Hook]) -> str:
    hook = hooks.get(name)
    return hook.told() if isinstance(hook, _Power | _Mixed) else "a random smooth function"


def _nested(array: Array) -> Nested:
    return array.nested()


def _pair(left: Any, right: Any) -> tuple[Number, Number]:
    """Both values as decimals, with all of their digits where as floats they would look alike."""
    a: Number
    b: Number
    a, b = (x if isinstance(x, Fraction) else float(x) for x in (left, right))
    if a != b:
        return a, b
    if not (_beyond_fractions(left) or _beyond_fractions(right)):
        return as_fraction(left), as_fraction(right)
    import mpmath

    for count in (8, 50):
        a, b = (Scientific(mpmath.nstr(x, count)) if _beyond_fractions(x) else y for x, y in ((left, a), (right, b)))
        if a != b:
            break
    return a, b


def _beyond_fractions(x: Any) -> bool:
    """Whether a number of mpmath's has too many digits as a fraction."""
    return not isinstance(x, Fraction | float | int) and abs(x._mpf_[2]) > _LONGEST_BITS
