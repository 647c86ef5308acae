"""Random programs: gradients, Jacobians in both layouts and Hessians agree with JAX."""

from __future__ import annotations

import pytest

from tests.oracle.case import Ask, Case
from tests.oracle.compare import compare
from tests.oracle.random_programs import FREE, behind, random_program

SHAPES = ["", "m", "n,n", "1,n"]


@pytest.mark.parametrize("seed", range(24))
def test_gradients_of_a_random_program(seed: int) -> None:
    shape = SHAPES[seed % len(SHAPES)]
    text = random_program(seed, shape)
    # a derivative of f by a name on which it does not depend is an error
    names = tuple(name for name in FREE if name in behind(text, "L")) if shape else FREE
    compare(Case(f"random{seed}", text), Ask("f" if shape else "L", names, "gradient"))


@pytest.mark.parametrize("seed", range(100, 112))
def test_jacobians_of_a_random_program(seed: int) -> None:
    case = Case(f"random{seed}", random_program(seed, ["m", "1,n"][seed % 2]))
    compare(case, Ask("L", ("x", "r", "u", "c"), "jacobian", ["numerator", "denominator"][seed // 2 % 2]))


@pytest.mark.parametrize("seed", range(200, 206))
def test_hessians_of_a_random_program(seed: int) -> None:
    case = Case(f"random{seed}", random_program(seed, "", depth=2, definitions=2, opaque=False))
    compare(case, Ask("L", ("x", "r", "c"), "hessian"))


@pytest.mark.parametrize("seed", [320, 420])
def test_hessians_through_named_gradients(seed: int) -> None:
    case = Case(f"random{seed}", random_program(seed, "", opaque=False))
    compare(case, Ask("L", ("x", "r", "c"), "hessian"))
