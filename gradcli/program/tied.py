"""Maxima and minima whose arguments may be equal on more than a null set: `max(x, relu(x))`.

Almost everywhere the derivative of `max(a, b)` is that of the larger argument, and where both are equal on an open set
those of a and of b are the same: there one of the two has to count.  Such nodes carry the mark TIED, by which they
follow another rule.  The others, where a and b are equal by chance alone, treat both alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from itertools import combinations, islice

from gradcli.expr.node import Node, make, value_of
from gradcli.expr.ops import rebuild
from gradcli.expr.reduce import TIED, binary
from gradcli.expr.shapes import least_parts
from gradcli.expr.statistics import EXTREMES
from gradcli.expr.walk import postorder, transform
from gradcli.ops.functions import scalar_function
from gradcli.program.model import Program
from gradcli.record import replace as with_changes

_EXTREMES = ("max", "min")
_MOST_NODES = 400
_MOST_PAIRS = 12
_APART = 1e-9
# Operations that are analytic where their arguments are: what they give is zero everywhere or almost nowhere.
_ANALYTIC = frozenset(
    {
        "num", "const", "dim", "var", "cotangent", "param", "zeros", "ones", "eye", "unit", "add", "mul", "matmul",
        "T", "tr", "sum", "sum_axis", "diag", "diagonal", "stack", "entry", "tril", "triu", "kron", "vec", "reshape",
        "einsum", "mpow", "det", "softmax", "logsoftmax", "logsumexp", "vfun", "vrows",
    }
)  # fmt: skip


def with_ties(program: Program) -> Program:
    """The program with the mark on every maximum and minimum that wants it."""
    roots = [*program.definitions.values(), *(side for check in program.checks for side in check.sides if side)]
    roots += [node for question in program.questions for node in (question.of, *(wrt for _, wrt in question.wrt))]
    bodies = [function.body for function in program.functions.values() if function.body is not None]
    found = [node for node in postorder([*roots, *bodies]) if _pairs(node)]
    values = {program.nodes[name]: value for name, value in program.definitions.items() if name in program.nodes}
    tied = {node for node in found if any(_may_tie(a, b, values) for a, b in _pairs(node))}
    if not tied:
        return program
    memo: dict[Node, Node] = {}

    def marked(node: Node) -> Node:
        if node not in memo:
            memo[node] = transform([node], lambda part, args: _marked(part, args, tied))[0]
        return memo[node]

    return with_changes(
        program,
        definitions={name: marked(value) for name, value in program.definitions.items()},
        functions={
            name: function if function.body is None else with_changes(function, body=marked(function.body))
            for name, function in program.functions.items()
        },
        checks=tuple(
            with_changes(check, sides=tuple(side if side is None else marked(side) for side in check.sides))
            for check in program.checks
        ),
        questions=tuple(
            with_changes(
                question, of=marked(question.of), wrt=tuple((name, marked(node)) for name, node in question.wrt)
            )
            for question in program.questions
        ),
    )


def _marked(node: Node, args: tuple[Node, ...], tied: set[Node]) -> Node:
    built = rebuild(node, args)
    if node not in tied:
        return built
    if built.op in _EXTREMES:
        return make(built.op, built.args, data=TIED, shape=built.shape)
    if built.op == "clip":
        return binary("min", binary("max", built.args[0], built.args[1], TIED), built.args[2], TIED)
    if built.op in EXTREMES and built.args[0].op == "stack":
        name = _EXTREMES[EXTREMES.index(built.op)]
        return reduce(lambda a, b: binary(name, a, b, TIED), built.args[0].args)
    return built


def _pairs(node: Node) -> list[tuple[Node, Node]]:
    """The numbers that an operation compares, of which one counts."""
    if node.op in _EXTREMES and node.data != TIED:
        return [(node.args[0], node.args[1])]
    if node.op == "clip":
        return [(node.args[0], end) for end in node.args[1:]]
    if node.op in EXTREMES and node.args[0].op == "stack" and not node.shape:
        return list(islice(combinations(node.args[0].args, 2), _MOST_PAIRS))
    return []


def _may_tie(a: Node, b: Node, values: Mapping[Node, Node]) -> bool:
    """Whether nothing shows that two arguments are equal on a null set alone."""
    if value_of(a) is not None or value_of(b) is not None:
        return False  # where the other is constant on an open set its derivative is zero
    of_a, of_b = _reached([a], values), _reached([b], values)
    if of_a is None or of_b is None:
        return True
    shared = _names(of_a) & _names(of_b)
    if not shared:
        return False  # equal on an open set: both constant there
    return not _apart(a, b, [*of_a, *of_b], values)


def _reached(roots: Iterable[Node], values: Mapping[Node, Node]) -> list[Node] | None:
    """The parts of expressions, definitions entered; None where they are too many."""
    todo = list(roots)
    seen: dict[Node, None] = {}
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen[node] = None
        if len(seen) > _MOST_NODES:
            return None
        todo.extend(node.args)
        if node in values:
            todo.append(values[node])
    return list(seen)


def _names(nodes: Iterable[Node]) -> set[Node]:
    return {node for node in nodes if node.op in ("var", "param", "cotangent")}


def _apart(a: Node, b: Node, nodes: list[Node], values: Mapping[Node, Node]) -> bool:
    """Whether the arguments are analytic and no entry of theirs is equal at a random point."""
    if not all(_is_analytic(node) for node in nodes):
        return False
    # only programs with such pairs need values at points
    from random import Random

    from gradcli.evaluate.array import Array, concrete
    from gradcli.evaluate.errors import EvaluationError
    from gradcli.evaluate.evaluate import evaluate
    from gradcli.evaluate.fields import FLOAT

    source = Random("ties")
    dims = dict.fromkeys(name for node in nodes for dim in (*node.shape, node.data) for name in _dims(dim))
    sizes = {name: 3 + k % 4 for k, name in enumerate(dims)}
    needed = [node for node in values if node in set(nodes)]
    point: dict[Node, Array] = {}
    try:
        for leaf in sorted(_names(nodes), key=lambda node: node.serial):
            if leaf not in values:
                count = 1
                for size in concrete(leaf.shape, sizes):
                    count *= size
                entries = [Fraction(source.randint(2**20, 2**21), 2**20) for _ in range(count)]
                point[leaf] = Array(concrete(leaf.shape, sizes), list(entries))
        for name in needed:
            (point[name],) = evaluate([values[name]], point, sizes, FLOAT, strict_kinks=False)
        left, right = evaluate([a, b], point, sizes, FLOAT, strict_kinks=False)
    except (EvaluationError, KeyError, ValueError):
        return False
    longer, shorter = (left.flat, right.flat) if len(left.flat) >= len(right.flat) else (right.flat, left.flat)
    shorter = shorter * len(longer) if len(shorter) == 1 else shorter
    if len(longer) != len(shorter):
        return False
    return all(abs(p - q) > _APART * max(abs(p), abs(q)) for p, q in zip(longer, shorter, strict=True))


def _dims(dim: object) -> list[str]:
    if not isinstance(dim, str) or not dim:
        return []
    parts = [least_parts(part) or (part,) for part in dim.split("*")]
    return [str(name) for part in parts for name in part if str(name).isidentifier()]


def _is_analytic(node: Node) -> bool:
    if node.op == "pow":
        exponent = value_of(node.args[1])
        return exponent is not None and exponent.denominator == 1 and exponent > 0
    if node.op == "elem":
        row = scalar_function(node.op, node.data)
        if row is None:
            return True  # arbitrary: equal to nothing else
        return not row.kinks and not row.domain.partial
    return node.op in _ANALYTIC


__all__ = ["with_ties"]
