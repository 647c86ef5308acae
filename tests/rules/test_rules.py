"""Every rule there is, against finite differences with 50 digits and against JAX."""

from __future__ import annotations

from operator import mul
from random import Random

import pytest
from mpmath import mp, mpf

from gradcli.derive.answers import Asker
from gradcli.evaluate import Array, digits, evaluate
from gradcli.expr.node import Node, make
from gradcli.expr.replace import replace
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program, Question
from gradcli.rules.load import all_rules
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.parse import parse_module
from tests.oracle.case import Ask, Case
from tests.oracle.compare import compare
from tests.rules.programs import PROGRAMS

SIZES = {"m": 2, "n": 3, "p": 4}
STEP = mpf(10) ** -15
# A central difference with this step is off by its square, times a third derivative.
ALLOWED = mpf(10) ** -20


def read(text: str) -> Program:
    module, diagnostics = parse_module(Source("<test>", text))
    program = elaborate([module], diagnostics)
    assert not [d for d in program.diagnostics if d.is_error], program.diagnostics
    return program


def point(program: Program, rng: Random) -> dict[Node, Array]:
    """A random value for every free name: spd matrices are A @ A.T + I, positive entries are."""
    values = {}
    for variable in program.variables.values():
        shape = tuple(dim if isinstance(dim, int) else SIZES[dim] for dim in variable.node.shape)
        count = 1
        for dim in shape:
            count *= dim
        flat = [mpf(rng.randint(-400, 400)) / 317 for _ in range(count)]
        if "positive" in variable.attributes:
            flat = [abs(entry) + 1 for entry in flat]
        if "spd" in variable.attributes:
            n = shape[0]
            rows = [flat[i * n : i * n + n] for i in range(n)]
            flat = [sum(map(mul, rows[i], rows[j]), mpf(i == j)) for i in range(n) for j in range(n)]
        values[variable.node] = Array(shape, flat)
    return values


def written_out(program: Program) -> dict[str, Node]:
    """Every definition over the free names alone."""
    table: dict[Node, Node] = {}
    out = {}
    for name, value in program.definitions.items():
        out[name] = table[program.nodes[name]] = replace([value], table)[0]
    return out


@pytest.mark.parametrize("rule", sorted(all_rules()))
def test_rule_agrees_with_finite_differences(rule: str) -> None:
    text, of_name, wrt_name = PROGRAMS[rule]
    program = read(text)
    of, wrt = program.nodes[of_name], program.nodes[wrt_name]
    what = of if not of.shape else make("loss", (of,), data="f")
    label = of_name if not of.shape else "f"
    (answer,) = Asker(program, expand=True).answer(
        Question("gradient", what, label, ((wrt_name, wrt),), "numerator", Span(0, 0))
    )
    assert rule in answer.rules
    mp.dps = 50
    field = digits(50)
    rng = Random(f"rule {rule}")
    values = point(program, rng)
    definitions = written_out(program)
    value = definitions[of_name]
    base = evaluate([value], values, SIZES, field)[0]
    weights = [mpf(rng.randint(-9, 9)) / 7 for _ in base.flat] if of.shape else [mpf(1)]
    if of.shape:
        seed = make("cotangent", data=("f", of_name), shape=of.shape)
        values[seed] = Array(base.shape, weights)
    names = {program.nodes[name]: node for name, node in definitions.items()}
    gradient = evaluate([replace([answer.value], names)[0]], values, SIZES, field)[0]
    assert gradient.shape == values[wrt].shape
    for position in range(len(gradient.flat)):
        difference = mpf(0)
        for sign in (1, -1):
            moved = list(values[wrt].flat)
            moved[position] += sign * STEP
            at = {**values, wrt: Array(values[wrt].shape, moved)}
            result = evaluate([value], at, SIZES, field)[0]
            difference += sign * sum(w * entry for w, entry in zip(weights, result.flat, strict=True))
        assert abs(difference / (2 * STEP) - gradient.flat[position]) < ALLOWED


# The oracle reads no relations; tests/factor compares those with JAX.
RELATIONS = {"implicit", "inverse_map"}


@pytest.mark.parametrize("rule", sorted(set(all_rules()) - RELATIONS))
def test_rule_agrees_with_jax(rule: str) -> None:
    text, of, wrt = PROGRAMS[rule]
    scalar = not read(text).nodes[of].shape
    compare(Case(rule, text, [], {}, SIZES), Ask(of if scalar else "f", (wrt,), "gradient"))


def test_every_rule_has_a_program_and_every_program_a_rule() -> None:
    assert set(PROGRAMS) == set(all_rules())
