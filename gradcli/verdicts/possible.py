"""Whether any point may lie on a side of a branch, and how such a side is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from gradcli.expr.arith import add, neg, size, sub
from gradcli.expr.node import Node, label_count, num, value_of
from gradcli.ops.functions import scalar_function
from gradcli.render.mc import mc
from gradcli.verdicts.bounded import Condition
from gradcli.verdicts.branches import Branch
from gradcli.verdicts.cases import Cases
from gradcli.verdicts.problem import Problem
from gradcli.verdicts.selections import never_beyond


def is_possible(problem: Problem, branch: Branch, sign: int) -> bool:
    """Whether nothing shows that no entry is on this side (-1 or 1) wherever both sides have a value."""
    if not Cases(problem.book, domain(problem)).possible(branch.turning, sign):
        return False
    expanded = problem.book.expanded([branch.turning])
    if expanded is None:
        return True
    if problem.discrete:
        from gradcli.verdicts.integers import never_on_side

        if never_on_side(problem.book.comparison, expanded[0], sign, problem.discrete):
            return False
    return not never_beyond(expanded[0], sign, problem.least)


def domain(problem: Problem) -> list[Condition]:
    """What holds wherever both sides have a value."""
    roots = [problem.left, problem.right, *problem.parts]
    found = list(_domain([*roots, *(problem.book.values[name] for name in problem.required)]))
    for name in problem.free:
        count = label_count(name)
        if count is not None:
            most = num(count) if isinstance(count, int) else size(count)
            found += [(add(name, num(-1)), False), (add(neg(name), most), False)]
    for one in problem.assumptions:
        gap = sub(one.right, one.left)
        if one.op in ("<", "<="):
            found.append((gap, one.op == "<"))
        elif one.op == "==":
            found += [(gap, False), (neg(gap), False)]
    return found


def _domain(roots: Iterable[Node]) -> Iterator[Condition]:
    """What has to hold for expressions to have a value: of all that no `where` chooses between."""
    todo = list(roots)
    seen: set[Node] = set()
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        todo.extend(node.args[:1] if node.op == "where" else node.args)
        if node.op == "pow":
            p = value_of(node.args[1])
            if p is not None and p.denominator != 1:
                yield node.args[0], p < 0
        row = scalar_function(node.op, node.data)
        if row is not None:
            if row.domain.low is not None:
                yield add(node.args[0], num(-Fraction(row.domain.low))), not row.domain.closed
            if row.domain.high is not None:
                yield add(neg(node.args[0]), num(Fraction(row.domain.high))), not row.domain.closed


def all_told(problem: Problem, conditions: list[Condition]) -> str:
    """Conditions, in the language."""
    names = set(problem.book.program.nodes)
    parts = [f"{mc(number, None, names)} {'>' if strictly else '>='} 0" for number, strictly in conditions]
    return " and ".join(dict.fromkeys(parts))


def told(problem: Problem, branch: Branch, sign: int) -> str:
    """A side of a branch, in the language."""
    names = set(problem.book.program.nodes)
    relation = ">" if sign > 0 else "<"
    if branch.pair is not None:
        a, b = (mc(part, None, names) for part in branch.pair)
        return f"{a} {relation} {b}"
    return f"{mc(branch.turning, None, names)} {relation} 0"
