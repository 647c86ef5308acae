"""`einsum` has the value that NumPy gives it, and is the matrix operation that it is."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from gradcli.evaluate import FLOAT, Array, evaluate
from gradcli.expr import arith, linear, reduce
from gradcli.expr.contraction import einsum
from gradcli.expr.node import Node, num, var
from gradcli.expr.shapes import ShapeError

SIZES = {"a": 2, "b": 3, "c": 4, "d": 5}

A, B, C = var("A", ("m", "n")), var("B", ("n", "p")), var("C", ("p", "m"))
D, S = var("D", ("m", "n")), var("S", ("n", "n"))
x, y, r = var("x", ("m",)), var("y", ("n",)), var("r", (1, "n"))
T = var("T", ("m", "n", "p"))

FORMS: list[tuple[str, str, tuple[Node, ...], Node]] = [
    ("ik,kj", "ij", (A, B), linear.matmul(A, B)),
    ("ik,kj", "ji", (A, B), linear.transpose(linear.matmul(A, B))),
    ("ji", "ij", (A,), linear.transpose(A)),
    ("ij", "ij", (A,), A),
    ("ii", "", (S,), linear.trace(S)),
    ("ii", "i", (S,), linear.diagonal(S)),
    ("ij,j", "i", (A, y), linear.matmul(A, y)),
    ("ij,i", "j", (A, x), linear.matmul(linear.transpose(A), x)),
    ("i,ij,j", "", (x, A, y), linear.matmul(linear.transpose(x), A, y)),
    ("ij,ij", "ij", (A, D), arith.mul(A, D)),
    ("ij,ij", "", (A, D), reduce.total(arith.mul(A, D))),
    ("ij,jk,ki", "", (A, B, C), linear.trace(linear.matmul(A, B, C))),
    ("i,j", "ij", (x, y), linear.matmul(x, linear.transpose(y))),
    ("i,j", "ji", (x, y), linear.matmul(y, linear.transpose(x))),
    ("ij", "i", (A,), reduce.sum_axis(A, 1)),
    ("ij", "j", (A,), reduce.sum_axis(A, 0)),
    ("ij", "", (A,), reduce.total(A)),
    ("i,ij", "ij", (x, A), linear.matmul(linear.diag(x), A)),
    ("ij,j", "ij", (A, y), linear.matmul(A, linear.diag(y))),
    ("ik,k,kj", "ij", (A, y, B), linear.matmul(A, linear.diag(y), B)),
    ("i,ij", "ij", (x, linear.eye("m")), linear.diag(x)),
    ("ij,j", "i", (A, r), linear.matmul(A, linear.transpose(r))),
    ("aj,ij", "ai", (r, A), linear.matmul(r, linear.transpose(A))),
    ("ik,jk", "ij", (A, linear.eye("n")), A),
    ("ijk", "", (T,), reduce.total(T)),
    ("ijk,ijk", "ijk", (T, T), arith.mul(T, T)),
]


@pytest.mark.parametrize(("inputs", "output", "operands", "form"), FORMS)
def test_a_matrix_operation_is_recognised(inputs: str, output: str, operands: tuple[Node, ...], form: Node) -> None:
    assert einsum(inputs.split(","), output, operands) is form


def _drawn(source: random.Random, points: np.random.Generator, letters: str) -> tuple[Node, Any]:
    """An operand with these axes, and its value."""
    shape = tuple(letters)
    sizes = [SIZES[letter] for letter in letters]
    kind = source.randrange(8)
    if kind == 0:
        return arith.ones(shape), np.ones(sizes)
    if kind == 1 and len(letters) == 2 and letters[0] == letters[1]:
        return linear.eye(letters[0]), np.eye(sizes[0])
    value = points.normal(size=sizes)
    node = var(f"V{source.randrange(10**9)}", shape)
    VALUES[node] = value
    if kind == 2:
        return arith.mul(num(3), node), 3 * value
    if kind == 3 and len(letters) == 2 and letters[0] != letters[1]:
        flipped = var(node.data[0] + "T", shape[::-1])  # type: ignore[index,operator]
        VALUES[flipped] = value.T
        return linear.transpose(flipped), value
    if kind == 4 and len(letters) == 2 and letters[0] == letters[1]:
        vector = var(node.data[0] + "d", shape[:1])  # type: ignore[index,operator]
        VALUES[vector] = value[0]
        return linear.diag(vector), np.diag(value[0])
    return node, value


VALUES: dict[Node, Any] = {}


def _value(node: Node) -> Any:
    given = {key: Array(np.shape(v), [float(e) for e in np.ravel(v)]) for key, v in VALUES.items()}
    out = evaluate([node], given, SIZES, FLOAT)[0]
    return np.array(out.flat, dtype=float).reshape(out.shape)


@pytest.mark.parametrize("seed", range(150))
def test_the_value_is_that_of_numpy(seed: int) -> None:
    """Indices run over axes of the sizes 2 to 5, some of equal size, so that letters may meet in an identity."""
    source, points = random.Random(seed), np.random.default_rng(seed)
    VALUES.clear()
    size_of = {letter: source.choice("abcd" if letter < "k" else "ab") for letter in "ijklm"}
    inputs, nodes, values = [], [], []
    for _ in range(source.randint(1, 4)):
        letters = "".join(source.choice("ijklm") for _ in range(source.choice([0, 1, 1, 2, 2, 2, 3])))
        node, value = _drawn(source, points, "".join(size_of[letter] for letter in letters))
        inputs.append(letters)
        nodes.append(node)
        values.append(value)
    used = sorted(set("".join(inputs)))
    output = "".join(source.sample(used, min(len(used), source.randint(0, 3))))
    made = einsum(inputs, output, nodes)
    expected = np.einsum(",".join(inputs) + "->" + output, *values)
    assert made.shape == tuple(size_of[letter] for letter in output)
    np.testing.assert_allclose(_value(made), expected, rtol=1e-9, atol=1e-12)
    within = einsum([output], output[::-1], [made])  # an index expression inside another
    np.testing.assert_allclose(_value(within), expected.transpose(), rtol=1e-9, atol=1e-12)


def test_an_index_has_one_size() -> None:
    with pytest.raises(ShapeError, match="index k"):
        einsum(["ik", "jk"], "ij", [A, B])


def test_operands_have_one_letter_an_axis() -> None:
    with pytest.raises(ShapeError, match="1 indices for m x n"):
        einsum(["i"], "i", [A])
