"""The normal form has the value of the expression, and is one however that is written, in every process."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy_value import Numeric
from poly_value import PolyValue
from random_expressions import SIZES, random_expression, random_values

from gradcli.expr.arith import add
from gradcli.expr.node import Node, make, var
from gradcli.expr.shapes import is_row
from gradcli.normal.equal import equal
from gradcli.normal.label import canonical
from gradcli.normal.lower import Lowering
from gradcli.normal.poly import FIRST_DUMMY, Factor, TooLarge, Unsupported, atom, dummies_of
from gradcli.normal.raise_poly import raise_node
from gradcli.normal.truth import Truth

Array = Any


def _agree(a: Array, b: Array) -> bool:
    """Whether two values agree where both exist (rounding apart; enormous values say nothing)."""
    a, b = a.reshape(-1), b.reshape(-1)
    known = np.isfinite(a) & np.isfinite(b)
    largest = np.abs(a[known]).max(initial=0)
    close = np.abs(a - b)[known] <= 1e-6 * (1 + np.maximum(np.abs(a), np.abs(b))[known])
    return bool(close.all() or largest > 1e8)


@pytest.mark.parametrize("block", range(20))
def test_the_normal_form_has_the_value_of_the_expression(block: int) -> None:
    np.seterr(all="ignore")
    for seed in range(20 * block, 20 * block + 20):
        node = random_expression(seed, 3)
        try:
            array = Lowering().array(node)
        except (TooLarge, Unsupported, ZeroDivisionError):
            continue
        for whole in (False, True):
            numeric = Numeric(random_values(seed, whole), SIZES)
            try:
                value, found = numeric(node), PolyValue(numeric)(array.poly, [d for axis in array.axes for d in axis])
            except np.linalg.LinAlgError:
                continue
            assert _agree(value, found), (seed, whole, node)


@pytest.mark.parametrize("block", range(10))
def test_what_is_raised_has_the_value_of_the_expression(block: int) -> None:
    np.seterr(all="ignore")
    for seed in range(10_000 + 20 * block, 10_020 + 20 * block):
        node = random_expression(seed, 3)
        try:
            array = Lowering().array(node)
        except (TooLarge, Unsupported, ZeroDivisionError):
            continue
        if any(len(axis) > 1 for axis in array.axes):
            continue
        raised = raise_node(array.poly, node.shape[1:] if is_row(node.shape) else node.shape)
        if raised is None:
            continue
        numeric = Numeric(random_values(seed), SIZES)
        try:
            value, found = numeric(node), numeric(raised)
        except np.linalg.LinAlgError:
            continue
        assert _agree(value, found), (seed, node)


_SYMMETRIC = atom("sym", ("S", ("symmetric",), "var", ("n", "n")), dims=("n", "n"), symmetries=((1, 0),))
_ARRAYS = [
    atom("sym", ("A", (), "var", ("n", "n")), dims=("n", "n")),
    _SYMMETRIC,
    atom("sym", ("x", (), "var", ("n",)), dims=("n",)),
    atom("sym", ("T", (), "var", ("n", "n", "n")), dims=("n", "n", "n")),
]


@given(
    st.lists(
        st.tuples(st.sampled_from(_ARRAYS), st.lists(st.integers(0, 6), min_size=3, max_size=3), st.integers(1, 2)),
        min_size=1,
        max_size=7,
    ),
    st.randoms(use_true_random=False),
)
@settings(max_examples=300, deadline=None)
def test_order_and_names_of_dummies_do_not_matter(
    drawn: list[tuple[Any, list[int], int]], shuffler: random.Random
) -> None:
    # Indices 0 and 1 are free, the others dummies.
    factors: list[Factor] = []
    for array, indices, exponent in drawn:
        idx = tuple(i if i < 2 else FIRST_DUMMY + i for i in indices[: len(array.dims)])
        factors.append((array, idx, exponent))
    names = list(range(FIRST_DUMMY, FIRST_DUMMY + 30))
    shuffler.shuffle(names)
    renamed: list[Factor] = []
    for array, idx, exponent in factors:
        moved = tuple(i if i < FIRST_DUMMY else names[i - FIRST_DUMMY] for i in idx)
        renamed.append((array, moved[::-1] if array is _SYMMETRIC else moved, exponent))
    shuffler.shuffle(renamed)
    first, second = canonical(factors), canonical(renamed)
    assert first == second
    assert canonical(first) == first
    assert len(dummies_of(first)) == len(dummies_of(factors))


def test_networks_that_differ_in_one_connection_differ() -> None:
    array = _ARRAYS[0]
    d = FIRST_DUMMY
    cycle = [(array, (d + k, d + (k + 1) % 6), 1) for k in range(6)]
    triangles = [(array, (d + 3 * (k // 3) + k % 3, d + 3 * (k // 3) + (k + 1) % 3), 1) for k in range(6)]
    assert canonical(cycle) != canonical(triangles)


_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from random_expressions import random_expression
from gradcli.normal.lower import Lowering
for seed in range(60):
    try:
        print(Lowering().poly(random_expression(seed, 3)).key)
    except Exception as error:
        print(type(error).__name__)
"""


def test_the_normal_form_is_the_same_in_every_process() -> None:
    outputs = set()
    for hash_seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", _PROGRAM, os.path.dirname(__file__)]
        outputs.add(subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout)
    assert len(outputs) == 1


def test_an_operation_that_it_does_not_know_is_an_array_of_its_own() -> None:
    def strange(node: Node) -> Node:
        return make("strange operation", (node,), shape=("n",))

    a, b, c = (var(name, ("n",)) for name in "abc")
    assert equal(add(a, strange(add(b, c))), add(strange(add(c, b)), a)) is Truth.YES
    assert equal(strange(a), strange(b)) is Truth.UNKNOWN
    assert equal(make("grad", (a, b), shape=("n",)), make("grad", (a, c), shape=("n",))) is Truth.UNKNOWN


def test_a_form_that_explodes_is_given_up() -> None:
    from gradcli.expr.arith import add, power
    from gradcli.expr.node import num, var

    total: Node = add(*(var(f"s{k}", ()) for k in range(30)))
    with pytest.raises(TooLarge):
        Lowering().poly(power(total, num(6)))
