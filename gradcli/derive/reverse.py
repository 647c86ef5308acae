"""Reverse mode over a program: each definition is passed once, from the last back to the first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from gradcli.derive.graph import Graph
from gradcli.derive.model import Step
from gradcli.derive.steps import written_out
from gradcli.expr.arith import add, is_zero, power, zeros
from gradcli.expr.collect import collected
from gradcli.expr.node import Node, make, name_of, num, value_of
from gradcli.expr.ops import rebuild
from gradcli.expr.walk import postorder, transform
from gradcli.record import dataclass, field
from gradcli.rules.implicit import RULE
from gradcli.rules.pullback import pullback
from gradcli.rules.record import Application

# A gradient of an intermediate is given a name (a step) where it is larger than this many symbols, or smaller but
# used more than once; else it is written out where it is used.
_LARGE = 13
SHORT = 6
_COUNTED = 1000
_LARGEST_TRIED = 60


# What starts the name of a value that the program does not name; no name of the language does.
ANONYMOUS = "*"


@dataclass(slots=True)
class Reverse:
    """The gradients found, the named steps in the order in which they use each other, and the rules each one took."""

    gradients: dict[Node, Node] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    rules: dict[Node, tuple[str, ...]] = field(default_factory=dict)


def reverse(graph: Graph, of: str, seeds: Mapping[Node, Node], wrt: Collection[Node], expand: bool = False) -> Reverse:
    """The gradient of a scalar by each name in `wrt`; `seeds` are its direct derivatives by some names.

    A seed is the whole gradient by its name: what other names add to it is part of it.  `of` is what the scalar is
    called.  The cost is that of one pass over the definitions.  Raises NoRule.
    """
    wanted = set(wrt)
    depending = graph.depending(wanted)
    parts: dict[Node, list[Node]] = {name: [seed] for name, seed in seeds.items() if name in depending}
    rules: dict[Node, dict[str, None]] = {name: {} for name in parts}
    found = Reverse()
    names = [name for name in wrt if name not in graph.values]
    for name in [*reversed(graph.values), *names]:
        if name not in parts:
            continue
        total = collected([add(*reversed(parts.pop(name)))])[0]
        took = tuple(rules.pop(name))
        value = graph.values.get(name)
        inner = [] if value is None else [other for other in graph.uses[name] if other in depending]
        if name in wanted:
            found.gradients[name] = total
            found.rules[name] = took
        if value is None or not inner or is_zero(total):
            continue
        seeded = name in seeds and total is seeds[name]
        if not seeded and _deserves_name(total, len(inner) + (name in wanted)):
            step_name = make("cotangent", data=(of, _called(name)), shape=name.shape)
            found.steps.append(Step(step_name, total, took))
            total, took = step_name, ()
            written = found.steps[-1].value
            if _has_division(written) and _cancels(graph, value, name, written, step_name, inner):
                step = found.steps.pop()
                total, took = step.value, step.rules
        used: dict[str, None] = dict.fromkeys(took)
        if value.op == "implicit":
            from gradcli.derive.settled import through_equation

            weight, pulled = through_equation(graph, name, total, inner, took)
            found.steps += [weight] if weight is not None else []
            used[RULE] = None
        else:
            pulled = pullback(value, total, inner, partial(_note, used))
        for other, contribution in pulled.items():
            if other in seeds:
                continue
            parts.setdefault(other, []).append(by_name(contribution, value, name, graph.named))
            rules.setdefault(other, {}).update(used)
    for name in wanted:
        found.gradients.setdefault(name, zeros(name.shape))
        found.rules.setdefault(name, ())
    if expand:
        found.gradients, found.rules = written_out(found.gradients, found.rules, found.steps)
        found.steps = []
    return found


def _note(used: dict[str, None], step: Application) -> None:
    used.setdefault(step.rule)


def _called(name: Node) -> str:
    """What a value is called in the name of its gradient; one that is a gradient itself has none that is shown."""
    if name.op == "var":
        return name_of(name)
    assert isinstance(name.data, tuple)
    return ANONYMOUS + "/".join(map(str, name.data))


def _has_division(total: Node) -> bool:
    order = postorder(total)
    return len(order) <= _LARGEST_TRIED and any(
        node.op == "pow" and (value_of(node.args[1]) or 0) < 0 for node in order
    )


def _cancels(graph: Graph, value: Node, name: Node, total: Node, step_name: Node, inner: list[Node]) -> bool:
    """Whether a gradient written out makes the next ones as short as its name would, for what cancels."""
    written = pullback(value, total, inner)
    named = pullback(value, step_name, inner)
    for other, contribution in written.items():
        short = symbols(collected([by_name(contribution, value, name, graph.named)])[0])
        if short > symbols(collected([by_name(named[other], value, name, graph.named)])[0]):
            return False
    return True


def by_name(contribution: Node, value: Node, name: Node, named: Mapping[Node, Node]) -> Node:
    """A defined value by its name, where a rule uses the value again (`y`, not `tanh(u)`).

    `named` are the names of components of factorisations.
    """
    own: dict[Node, Node] = {}
    if value.args and not (name.op == "var" and name_of(name).startswith(ANONYMOUS)):
        own = {value: name, **_powers_of_root(contribution, value, name)}
    if not own and not named:
        return contribution
    # the two are not put together: a program may name as many components as it has definitions
    return transform([contribution], lambda node, args: own.get(node) or named.get(node) or rebuild(node, args))[0]


def _powers_of_root(contribution: Node, value: Node, name: Node) -> dict[Node, Node]:
    """Where a root has a name, other powers of what stands under it as powers of the name: 1 / s, not 1 / sqrt(v)."""
    root = value_of(value.args[1]) if value.op == "pow" else None
    if root is None or root.denominator == 1:
        return {}
    found: dict[Node, Node] = {}
    for node in postorder(contribution):
        if node.op == "pow" and node.args[0] is value.args[0]:
            exponent = value_of(node.args[1])
            if exponent is not None and (exponent / root).denominator == 1:
                found[node] = power(name, num(exponent / root))
    return found


def _deserves_name(total: Node, uses: int) -> bool:
    limit = SHORT if uses > 1 else _LARGE
    return symbols(total) > limit


def symbols(node: Node) -> int:
    """How many symbols an expression has when it is written out, up to a bound."""
    sizes: dict[int, int] = {}
    for part in postorder(node):
        sizes[part.serial] = min(_COUNTED, 1 + sum(sizes[arg.serial] for arg in part.args))
    return sizes[node.serial]
