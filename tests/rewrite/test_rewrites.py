"""Every rewrite rule, evaluated on both sides in random shapes, and applied where it says."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from gradcli.evaluate import Array, digits, evaluate
from gradcli.expr.building import construct, unrewritten
from gradcli.expr.node import Node, make, num, var
from gradcli.expr.ops import BUILD
from gradcli.expr.shapes import transposed
from gradcli.rewrite.driver import MOST_NESTED, Rewriter
from gradcli.rewrite.load import Rewrite, all_rewrites
from gradcli.rewrite.pattern import ANY, NUMBER, Pattern
from tests.cli.run import run

FIELD = digits(40)
SCALARS = {"det", "logdet", "tr", "sum", "norm", "norm1"}
assert BUILD, "the constructors are loaded"
SQUARE = {"inv", "det", "logdet", "tr", "expm", "logm", "sqrtm", "mpow"}


def needs_square(rule: Rewrite) -> bool:
    """Whether an operation of the rule is of square matrices."""
    todo, seen = [rule.before, rule.after], set[str]()
    while todo:
        part = todo.pop()
        seen.add(part.op)
        todo.extend(part.args)
    return bool(seen & SQUARE)


def built(part: Pattern, names: dict[str, Node], k: int) -> Node:
    """A pattern as nodes that nothing has made simpler."""
    if part.op == ANY:
        return num(k) if part.data == "k" else names[str(part.data)]
    if part.op == NUMBER:
        assert isinstance(part.data, Fraction)
        return num(part.data)
    args = tuple(built(arg, names, k) for arg in part.args)
    first = args[0].shape
    held = {"k": k, "-k": -k}.get(str(part.data))
    match part.op:
        case "elem":
            return make("elem", args, data=(part.data, 0), shape=first)
        case "T" | "pinv":
            return make(part.op, args, shape=transposed(first))
        case "diag":
            return make("diag", args, shape=(*first, *first))
        case "diagonal":
            return make("diagonal", args, shape=(min(map(int, first)),))
        case "kron":
            return construct("kron", *args)
        case "scaled":
            return make("mul", args, shape=args[1].shape or first)
        case "pow":
            return make("pow", args, shape=first)
    return make(part.op, args, data=held, shape=() if part.op in SCALARS else first)


def points(rule: Rewrite, rng: Random) -> tuple[dict[str, Node], dict[Node, Array]]:
    """Values of random shapes for the names of a rule, near enough the identity for logarithms and roots."""
    names: dict[str, Node] = {}
    values: dict[Node, Array] = {}
    for name in ("A", "B", "x", "c", "t"):
        m, n = rng.randint(2, 3), rng.randint(2, 4)
        square = needs_square(rule) or (name, "square") in rule.conditions
        shape = {"x": (n,), "c": ()}.get(name, (m, m) if square else (m, n))
        size = 1
        for dim in shape:
            size *= dim
        flat = [Fraction(rng.randint(-9, 9), 50) for _ in range(size)]
        flat = [abs(entry) + Fraction(1, 2) for entry in flat] if name in ("x", "c") else flat
        if len(shape) == 2:
            flat = [entry + (place % (shape[1] + 1) == 0) for place, entry in enumerate(flat)]
        names[name] = node = var(f"{name}{rng.random()}", shape)
        values[node] = Array(shape, flat)
    return names, values


@pytest.mark.parametrize("rule", all_rewrites().values(), ids=lambda rule: rule.name)
def test_both_sides_are_equal_in_random_shapes(rule: Rewrite) -> None:
    rng = Random(rule.name)
    for k in (2, 3):
        names, values = points(rule, rng)
        with unrewritten():
            before, after = built(rule.before, names, k), built(rule.after, names, k)
            left, right = evaluate([before, after], values, {}, FIELD)
        assert left.shape == right.shape
        assert all(abs(a - b) < 1e-25 for a, b in zip(left.flat, right.flat, strict=True))


@pytest.mark.parametrize("rule", all_rewrites().values(), ids=lambda rule: rule.name)
def test_a_rule_is_what_is_applied(rule: Rewrite) -> None:
    names, _ = points(rule, Random(rule.name))
    with unrewritten():
        before = built(rule.before, names, 2)
    held = () if before.data is None or rule.before.op == "elem" else (before.data,)
    applied = ("log", 0) if rule.before.op == "elem" else ()
    assert construct(rule.before.op, *applied, *before.args, *held) is not before


def test_rules_inside_rules_come_to_an_end() -> None:
    turning = Rewrite("turning", "", Pattern("tr", (Pattern("T", (Pattern(ANY, (), "A"),)),)), Pattern(NUMBER), ())
    count = 0

    def again(*_: object) -> object:
        nonlocal count
        count += 1
        return driver.first("tr", (make("T", (var("A", (2, 2)),), shape=(2, 2)),), None)

    driver = Rewriter((turning,), again, lambda node: ([], node), {})
    assert driver.first("tr", (make("T", (var("A", (2, 2)),), shape=(2, 2)),), None) is None
    assert count == MOST_NESTED


def test_the_command_prints_them() -> None:
    every = run("rules", "--rewrites")
    assert every.status == 0 and every.out.count("rewrite ") == len(all_rewrites())
    assert run("rules", "trace_of_transpose", "--rewrites").out == "rewrite trace_of_transpose: tr(A.T) -> tr(A)\n"
    assert run("rules", "frobnicate", "--rewrites").status == 2
