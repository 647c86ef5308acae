"""Random expressions over names with and without attributes, and random values for the names."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from gradcli.expr.arith import add, mul, ones, power, size
from gradcli.expr.linear import diag, eye, inv, matmul, matpower, trace, transpose
from gradcli.expr.node import Node, num, var
from gradcli.expr.reduce import (
    binary,
    compare,
    elementwise,
    entry,
    kron,
    norm,
    over_axis,
    scalar_of_matrix,
    stack,
    sum_axis,
    total,
    triangle,
    vec,
    where,
)
from gradcli.expr.shapes import ShapeError

SIZES = {"m": 3, "n": 4, "p": 2}


def _var(name: str, shape: tuple[str | int, ...], *attributes: str) -> Node:
    return var(name, shape, frozenset(attributes))


NAMES = [
    _var("A", ("n", "n")),
    _var("B", ("n", "n")),
    _var("S", ("n", "n"), "symmetric"),
    _var("P", ("n", "n"), "spd"),
    _var("Q", ("n", "n"), "orthogonal"),
    _var("D", ("n", "n"), "diagonal"),
    _var("L", ("n", "n"), "lower"),
    _var("U", ("n", "n"), "upper"),
    _var("L1", ("n", "n"), "lower", "unit"),
    _var("Pi", ("n", "n"), "permutation"),
    _var("W", ("m", "n")),
    _var("X", ("n", "m")),
    _var("x", ("n",)),
    _var("y", ("n",)),
    _var("z", ("m",)),
    _var("v", ("n",), "positive"),
    _var("r", (1, "n")),
    _var("c", ()),
    _var("d", ()),
    _var("a", (), "positive"),
    _var("k2", (2,)),
    _var("M22", (2, 2)),
    _var("M23", (2, 3)),
]
_LEAVES = [*NAMES, num(2), num(-1), num(Fraction(1, 2)), ones(("n",)), eye("n"), size("n")]
_SCALARS = [node for node in _LEAVES if not node.shape]
_FUNCTIONS = ["exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sigmoid", "relu", "softplus", "abs", "sign"]
_FUNCTIONS += ["g", "sqrt", "atan", "erf"]
_EXPONENTS = [num(value) for value in (2, -1, 3, Fraction(1, 2), -2, Fraction(-1, 2))]

Choice = random.Random
Maker = Callable[[Choice, Callable[[], Node]], Node]


def _entry(choice: Choice, node: Node) -> Node:
    if not node.shape or any(isinstance(dim, str) for dim in node.shape):
        return node
    return entry(node, tuple(choice.randint(1, int(dim)) for dim in node.shape))


_MAKERS: list[Maker] = [
    *[lambda choice, part: add(part(), part())] * 3,
    *[lambda choice, part: mul(part(), part())] * 3,
    *[lambda choice, part: matmul(part(), part())] * 4,
    lambda choice, part: transpose(part()),
    *[lambda choice, part: elementwise(choice.choice(_FUNCTIONS), 0, part())] * 2,
    lambda choice, part: power(part(), choice.choice(_EXPONENTS)),
    lambda choice, part: power(part(), part()),
    lambda choice, part: inv(part()),
    lambda choice, part: diag(part()),
    lambda choice, part: total(part()),
    lambda choice, part: sum_axis(part(), choice.randint(0, 1)),
    lambda choice, part: trace(part()),
    lambda choice, part: scalar_of_matrix(choice.choice(["det", "logdet"]), part()),
    lambda choice, part: norm(choice.choice(["norm", "norm1"]), part()),
    lambda choice, part: triangle(choice.choice(["tril", "triu"]), part(), choice.randint(-1, 1)),
    lambda choice, part: binary(choice.choice(["max", "min"]), part(), part()),
    lambda choice, part: compare(choice.choice(["<", "<="]), part(), part()),
    lambda choice, part: where(compare("<", part(), part()), part(), part()),
    lambda choice, part: over_axis(
        choice.choice(["softmax", "logsoftmax", "logsumexp"]), part(), choice.choice([None, 0, 1])
    ),
    lambda choice, part: matpower(part(), 2),
    lambda choice, part: kron(part(), part()),
    lambda choice, part: vec(part()),
    lambda choice, part: _entry(choice, part()),
    lambda choice, part: stack((choice.choice(_SCALARS), choice.choice(_SCALARS)), (2,)),
]


def random_expression(seed: int, depth: int) -> Node:
    """An expression of at most the depth whose shapes fit."""
    choice = random.Random(seed)

    def grown(left: int) -> Node:
        for _ in range(50 if left > 0 else 0):
            try:
                made = choice.choice(_MAKERS)(choice, lambda: grown(left - choice.randint(1, 2)))
            except (ShapeError, ZeroDivisionError):
                continue
            if len(made.shape) <= 2:
                return made
        return choice.choice(_LEAVES)

    return grown(depth)


def random_values(seed: int, whole: bool = False) -> dict[str, Any]:
    """Values with the attributes the names are declared with; `whole`: small whole numbers, so that many are equal."""
    rng = np.random.default_rng(seed)
    out: dict[str, Any] = {}
    for node in NAMES:
        name, attributes = node.data  # type: ignore[misc]
        shape = tuple(SIZES.get(str(dim), dim) for dim in node.shape)
        value: Any = rng.integers(-2, 3, size=shape).astype(float) if whole else rng.normal(size=shape)
        if "symmetric" in attributes:
            value = value + value.T
        if "spd" in attributes:
            value = value @ value.T + np.eye(len(value))
        if "orthogonal" in attributes:
            value = np.eye(len(value)) if whole else np.linalg.qr(value)[0]
        if "diagonal" in attributes:
            value = np.diag(np.diag(value))
        if "lower" in attributes:
            value = np.tril(value)
        if "upper" in attributes:
            value = np.triu(value)
        if "unit" in attributes:
            np.fill_diagonal(value, 1)
        if "permutation" in attributes:
            value = np.eye(len(value))[rng.permutation(len(value))]
        if "positive" in attributes:
            value = np.abs(value) + (1 if whole else 0.1)
        out[name] = value
    return out
