"""Forward mode over a program: the change of each value, to first order, as its variables move in given directions.

There are no rules of its own: a vector-Jacobian product is linear in its seed, and its gradient by the seed, at a
direction, is the product of the Jacobian with that direction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gradcli.derive.graph import Graph
from gradcli.derive.model import Step
from gradcli.derive.reverse import by_name, symbols
from gradcli.expr.arith import add, is_zero, zeros
from gradcli.expr.collect import collected
from gradcli.expr.literal import as_literal
from gradcli.expr.node import Node, make, name_of, payload
from gradcli.ops.payload import Cotangent
from gradcli.record import dataclass, field
from gradcli.rules.pullback import pullback

# A change is given a name where it is larger than this many symbols, or smaller but used more than once.
_LARGE = 13
_LARGE_SHARED = 6


@dataclass(slots=True)
class Forward:
    """The change of each name, the named steps in order, and the rules each took."""

    changes: dict[Node, Node] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    rules: dict[Node, tuple[str, ...]] = field(default_factory=dict)


class Differentials:
    """Names for changes and directions, the same for the same; never a name that is taken."""

    def __init__(self, taken: Collection[str]) -> None:
        self._taken = set(taken)
        self._known: dict[tuple[object, ...], Node] = {}

    def name(self, base: str, node: Node, *key: object) -> Node:
        """A new name of a value's shape, or the one that was given for this value and key."""
        known = self._known.get((base, node, *key))
        if known is None:
            name, number = base, 1
            while name in self._taken:
                number += 1
                name = f"{base}_{number}"
            self._taken.add(name)
            known = self._known[base, node, *key] = make("var", data=(name, ()), shape=node.shape)
        return known

    def of(self, node: Node, *key: object) -> Node:
        """The name of the change of a value, or of a gradient; `key` says under which change of the variables."""
        base = f"dgrad_{payload(node, Cotangent).by}" if node.op == "cotangent" else f"d{name_of(node)}"
        return self.name(base, node, *key)


def forward(
    graph: Graph,
    directions: Mapping[Node, Node],
    of: Node,
    names: Differentials,
    expand: bool = False,
    collect: bool = True,
    literals: bool = False,
) -> Forward:
    """The change of `of` as each variable of `directions` moves by what it is given.

    `collect` takes common factors out of sums; `literals` writes the changes of literals as literals.  One pass over
    the definitions.  Raises NoRule.
    """
    path = graph.depending(directions.keys()) & graph.upstream([of])
    uses: dict[Node, int] = {}
    for name in graph.values:
        if name in path:
            for other in graph.uses[name]:
                uses[other] = uses.get(other, 0) + 1
    found = Forward(changes=dict(directions))
    for name, value in graph.values.items():
        if name not in path or name in directions:
            continue
        took: dict[str, None] = {}
        inner = [other for other in graph.uses[name] if other in found.changes]
        change = _change(value, {other: found.changes[other] for other in inner}, took)
        change = collected([change])[0] if collect else change
        change = as_literal(change) if literals else change
        if name.op == "var":
            change = by_name(change, value, name, graph.named)
        rules = tuple(dict.fromkeys((*took, *(rule for other in inner for rule in found.rules.get(other, ())))))
        limit = _LARGE_SHARED if uses.get(name, 0) > 1 else _LARGE
        if not expand and name is not of and symbols(change) > limit and not (literals and change.op == "stack"):
            step = names.of(name, *directions.values())
            found.steps.append(Step(step, change, rules))
            change, rules = step, ()
        found.changes[name] = change
        found.rules[name] = rules
    found.changes.setdefault(of, zeros(of.shape))
    found.rules.setdefault(of, ())
    return found


def _change(value: Node, changes: Mapping[Node, Node], took: dict[str, None]) -> Node:
    """The change of an expression as names in it change."""
    seed = make("cotangent", data=("", "*"), shape=value.shape)
    products = pullback(value, seed, changes.keys(), lambda step: took.setdefault(step.rule))
    parts = [zeros(value.shape)]
    for name, product in reversed(products.items()):
        if is_zero(product) or is_zero(changes[name]):
            continue
        part = changes[name] if product is seed else pullback(product, changes[name], [seed]).get(seed)
        if part is not None:
            parts.append(part)
    return add(*parts)
