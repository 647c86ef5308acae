"""Nested maxima, minima, absolute values and their kin: as text, and as exact functions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from random import Random

F = Fraction
NAMES = ("x", "y", "z", "w")


@dataclass(frozen=True)
class Tree:
    """`op` is a name, `linear` (data: slope and constant of x), or an operation on `args`."""

    op: str
    args: tuple[Tree, ...] = ()
    data: tuple[Fraction, ...] = ()


def value(tree: Tree, *point: Fraction) -> Fraction:
    """The value where the names x, y, z, w are these."""
    if tree.op in NAMES:
        return point[NAMES.index(tree.op)]
    if tree.op == "linear":
        return tree.data[0] * point[0] + tree.data[1]
    args = [value(arg, *point) for arg in tree.args]
    match tree.op:
        case "max":
            return max(args)
        case "min":
            return min(args)
        case "abs":
            return abs(args[0])
        case "relu":
            return max(args[0], F(0))
        case "add":
            return args[0] + args[1]
    raise ValueError(tree.op)


def written(tree: Tree) -> str:
    """The expression in the language."""
    if tree.op in NAMES:
        return tree.op
    if tree.op == "linear":
        slope, constant = tree.data
        if not slope:
            return f"({constant})" if constant < 0 else str(constant)
        front = "x" if slope == 1 else f"{slope}*x" if slope > 0 else f"({slope})*x"
        return front if not constant else f"({front} + {constant})" if constant > 0 else f"({front} - {-constant})"
    args = [written(arg) for arg in tree.args]
    if tree.op == "add":
        return f"({args[0]} + {args[1]})"
    return f"{tree.op}({', '.join(args)})"


def linear_tree(source: Random, depth: int) -> Tree:
    """A random piecewise linear function of x; the same parts come back, so that arguments tie on intervals."""
    leaves = [Tree("linear", (), (F(1), F(0)))]
    for _ in range(2):
        leaves.append(
            Tree("linear", (), (F(source.choice((-2, -1, 0, 1, 2, 3))), F(source.choice((0, 0, 1, -3, 10, -200)))))
        )

    def grown(left: int) -> Tree:
        if left == 0 or source.random() < 0.15:
            return source.choice(leaves)
        op = source.choice(("max", "max", "min", "min", "relu", "abs", "add"))
        tree = Tree(op, tuple(grown(left - 1) for _ in range(1 if op in ("relu", "abs") else 2)))
        if source.random() < 0.4:
            leaves.append(tree)
        return tree

    return grown(depth)


def breakpoints(tree: Tree) -> list[Fraction]:
    """Where the slope changes, exactly."""
    marks = _candidates(tree)
    out = []
    for mark in sorted(marks):
        h = F(1, 10**6)
        left = (value(tree, mark) - value(tree, mark - h)) / h
        right = (value(tree, mark + h) - value(tree, mark)) / h
        if left != right:
            out.append(mark)
    return out


def _candidates(tree: Tree) -> set[Fraction]:
    """Points among which all breakpoints are: crossings of the linear pieces that may occur."""
    forms = _forms(tree)
    out: set[Fraction] = set()
    for a, b in forms:
        for c, d in forms:
            if a != c:
                out.add((d - b) / (a - c))
    return out


def _forms(tree: Tree) -> set[tuple[Fraction, Fraction]]:
    zero = (F(0), F(0))
    if tree.op == "linear":
        return {(tree.data[0], tree.data[1]), zero}
    found = [_forms(arg) for arg in tree.args]
    if tree.op == "add":
        return {(a + c, b + d) for a, b in found[0] for c, d in found[1]} | found[0] | found[1]
    if tree.op == "abs":
        return found[0] | {(-a, -b) for a, b in found[0]}
    return set().union(*found) | {zero}


def slopes(tree: Tree, marks: list[Fraction]) -> list[Fraction]:
    """The slope before the first breakpoint, between each two, and after the last."""
    inner = [marks[0] - 1, *((a + b) / 2 for a, b in pairwise(marks)), marks[-1] + 1] if marks else [F(0)]
    h = F(1, 10**9)
    return [(value(tree, x + h) - value(tree, x)) / h for x in inner]


def lattice_tree(source: Random, depth: int) -> Tree:
    """A random expression of max and min over four names."""
    if depth == 0 or source.random() < 0.2:
        return Tree(source.choice(NAMES[:3] if source.random() < 0.8 else NAMES))
    return Tree(source.choice(("max", "min")), (lattice_tree(source, depth - 1), lattice_tree(source, depth - 1)))


def equal_tree(source: Random, tree: Tree) -> Tree:
    """An equal expression: by the laws of distributive lattices."""
    if not tree.args:
        law = source.randrange(3)
        if law == 0:
            other = Tree(source.choice(NAMES[:3]))
            return Tree("max", (tree, Tree("min", (tree, other))))
        return tree
    a, b = (equal_tree(source, arg) for arg in tree.args)
    dual = "min" if tree.op == "max" else "max"
    if b.op == dual and source.random() < 0.7:
        return Tree(dual, (Tree(tree.op, (a, b.args[0])), Tree(tree.op, (a, b.args[1]))))
    return Tree(tree.op, (b, a))
