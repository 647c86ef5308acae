"""Stand-ins for functions of which nothing is known but the name: smooth, random, with all their derivatives.

A function is settled by its name and a seed alone, so that two evaluations mean the same function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from random import Random
from typing import Any

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.field import Field

Hook = Callable[[int, Any], Any]
"""`(order, x) -> value`: x a number for a scalar function, a flat list for a vector function."""

_DEGREE = 7


def random_rational(source: Random, low: int, high: int, denominator: int) -> Fraction:
    """One of `low/denominator .. high/denominator`, never 0."""
    while True:
        value = Fraction(source.randint(low, high), denominator)
        if value:
            return value


class ScalarFunction:
    """Waves `a sin(b t + c)` and a line; in the exact field a polynomial of degree 7.

    It grows no faster than a line, so that a chain of many such functions has a value.
    """

    def __init__(self, field: Field, key: str) -> None:
        source = Random(key)
        self._field = field
        self._orders: dict[int, tuple[list[Scalar], list[tuple[Scalar, Scalar, Scalar]]]] = {}
        if field.exact:
            self._waves: list[tuple[Scalar, Scalar, Scalar]] = []  # amplitude, frequency, phase
            self._polynomial = [random_rational(source, -9, 9, 4) for _ in range(_DEGREE + 1)]
            return
        self._waves = [
            (
                field.number(random_rational(source, -12, 12, 8)),
                field.number(random_rational(source, 5, 13, 9)),
                field.number(random_rational(source, -20, 20, 8)),
            )
            for _ in range(3)
        ]
        self._polynomial = [field.number(random_rational(source, -8, 8, 16)) for _ in range(2)]

    def __call__(self, order: int, x: Scalar) -> Scalar:
        powers, waves = self._derivative(order)
        value = self._field.zero
        for coefficient in powers:
            value = value * x + coefficient
        name = "cos" if order % 2 else "sin"
        for height, frequency, phase in waves:
            value = value + height * self._field.function(name, frequency * x + phase)
        return value

    def _derivative(self, order: int) -> tuple[list[Scalar], list[tuple[Scalar, Scalar, Scalar]]]:
        """The coefficients of the polynomial, highest power first, and the waves, `order` times differentiated."""
        if order not in self._orders:
            powers = [
                self._polynomial[power] * prod(range(power - order + 1, power + 1))
                for power in range(len(self._polynomial) - 1, order - 1, -1)
            ]
            sign = -1 if order % 4 >= 2 else 1
            steps = self._field.number(order)
            waves = [
                (sign * amplitude * self._field.power(frequency, steps), frequency, phase)
                for amplitude, frequency, phase in self._waves
            ]
            self._orders[order] = powers, waves
        return self._orders[order]


class VectorFunction:
    """Each output is a sum of random functions of random linear forms in the inputs."""

    def __init__(self, field: Field, key: str, inputs: int, outputs: int) -> None:
        self._field = field
        self._outputs: list[list[tuple[ScalarFunction, list[Scalar]]]] = []
        for i in range(outputs):
            ridges = []
            for j in range(inputs + 2):
                source = Random(f"{key}/{i}/{j}/weights")
                weights = [field.number(random_rational(source, -7, 7, 8)) for _ in range(inputs)]
                ridges.append((ScalarFunction(field, f"{key}/{i}/{j}"), weights))
            self._outputs.append(ridges)

    def __call__(self, order: int, x: Sequence[Scalar]) -> list[Scalar]:
        """Flat: output, then `order` times input."""
        out: list[Scalar] = []
        for ridges in self._outputs:
            parts = [
                (
                    function(order, self._field.total([w * t for w, t in zip(weights, x, strict=True)])),
                    weights,
                )
                for function, weights in ridges
            ]
            for index in product(range(len(x)), repeat=order):
                out.append(self._field.total([slope * prod(weights[i] for i in index) for slope, weights in parts]))
        return out


def random_entries(field: Field, key: str, count: int) -> list[Scalar]:
    """Numbers settled by the key."""
    source = Random(key)
    return [field.number(random_rational(source, -24, 24, 16)) for _ in range(count)]
