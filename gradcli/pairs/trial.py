"""A pair at one point, in floats: what its lines are worth, and what becomes of the gradients when one is another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from fractions import Fraction
from math import inf, prod
from random import Random

from gradcli.evaluate.array import Array, concrete
from gradcli.evaluate.errors import EvaluationError, OutsideDomain, Undefined
from gradcli.evaluate.evaluate import Point, run
from gradcli.evaluate.fields import FLOAT
from gradcli.expr.node import Node, value_of
from gradcli.expr.shapes import ShapeError
from gradcli.expr.walk import postorder
from gradcli.pairs.claim import Claims
from gradcli.program.elaborate import elaborate_with_reader
from gradcli.rules.missing import NoRule
from gradcli.syntax import ast
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.book import Book
from gradcli.verdicts.draw import draw
from gradcli.verdicts.entries import Entries
from gradcli.verdicts.sizes import dimensions, random_sizes

STEP = 1e-5
TOLERANCE = 1e-5
_ATTEMPTS = 12
MOST_UNKNOWN = 64  # entries of a line whose right value is looked for
_FLAT = 2  # arrays of more axes than that get small sizes where they would have many entries
_SMALL = Fraction(1, 1000)  # numbers like `eps` that are too small to be seen in floats,
_USUAL = frozenset(Fraction(*pair) for pair in ((1, 1), (2, 1), (1, 2), (3, 1), (4, 1)))
_MOST_NUMBERS = 6  # of the forward, which may be scales
_SEEN = 0.17  # and what stands for them


class NoTrial(Exception):
    """The pair has no values at the points that were tried."""


class Trial:
    """The definitions of a pair with a value each; `rights` are the names of what each claim says.

    Raises NoTrial where the program cannot be evaluated.  Without `drawn` there are no values yet.
    """

    def __init__(self, claims: Claims, rights: Sequence[str], drawn: bool = True) -> None:
        self.claims = claims
        names = {line.name for line in claims.reader.lines}
        more: list[str] = []
        self.rights: list[str] = []
        for number, code in enumerate(rights):
            name = code if code in names else f"claimed_{number}"
            while name in names and name != code:
                name += "_"
            if name != code:
                more.append(f"{name} = {code}")
            self.rights.append(name)
        module, said = parse_module(Source("<trial>", claims.program([*more, "check 0 == 0"])))
        program, reader = elaborate_with_reader([module], said)
        if any(each.is_error for each in program.diagnostics):
            raise NoTrial
        self.book = Book(program, reader.spelled_out(module), reader)
        self.written = {s.name.id: s.value for s in module.statements if isinstance(s, ast.Define)}
        self.layout = program.layout
        self.order = [name for name in self.written if name in program.definitions]
        self.nodes = {name: program.nodes[name] for name in self.order}
        self.nodes.update({name: variable.node for name, variable in program.variables.items()})
        self.made = {self.nodes[name]: program.definitions[name] for name in self.order}
        below: dict[str, set[str]] = {}
        named = {node: name for name, node in self.nodes.items()}
        for name in self.order:
            parts = {named[node] for node in postorder(self.made[self.nodes[name]]) if node in named}
            below[name] = parts.union(*(below.get(part, set()) for part in parts))
        self.below = below
        self.sizes: dict[str, int] = {}
        self.values: dict[Node, Array] = {}
        every = postorder(list(self.made.values()))
        backward = {line.name for line in claims.backward_lines()}
        self._wide = [node.shape for node in every if len(node.shape) > _FLAT]
        numbers = {value: node for node in every if (value := value_of(node)) and 0 < value <= _SMALL}
        self.small = sorted(numbers)
        ahead = postorder([self.made[self.nodes[name]] for name in self.order if name not in backward])
        known = {abs(value) for node in ahead if (value := value_of(node))}
        self.numbers = sorted(value for value in known - _USUAL if value > _SMALL)[:_MOST_NUMBERS]
        roots = [node.args[0] for node in ahead if node.op == "pow" and node.args[0].op == "dim"]
        self.under_roots = sorted({str(node.data) for node in roots})  # sizes that scale by their root
        self._seen = {numbers[value]: Array((), [_SEEN + _SEEN * i]) for i, value in enumerate(self.small)}
        if drawn:
            self._draw("pairs")

    def elsewhere(self) -> Trial:
        """The same pair at a point in other sizes.  Raises NoTrial."""
        other = copy(self)
        other._draw("elsewhere", self.sizes)
        return other

    def at(self, number: int) -> Trial:
        """The same pair at another point.  Raises NoTrial."""
        other = copy(self)
        other._draw(f"pairs {number}")
        return other

    def _draw(self, key: str, apart: Mapping[str, int] | None = None) -> None:
        roots = [*self.made.values()]
        least = dimensions([*roots, *self.book.needed(roots).free])
        usual = {name: low + 2 for name, low in least.items()}
        small = any(prod(concrete(shape, usual)) > MOST_UNKNOWN for shape in self._wide)
        most = 2 if small else 3
        for attempt, sizes in zip(range(_ATTEMPTS), random_sizes(least, Random(key), most, small), strict=False):
            if apart and attempt < _ATTEMPTS // 2 and any(sizes[name] == apart[name] for name in apart):
                continue
            values: dict[Node, Array] = dict(self._seen)
            try:
                for node in self.book.needed(roots).free:
                    entries = Entries(
                        Random(f"{key}/{attempt}/{self.book.written(node)}"), ("signed", "unit")[attempt % 2]
                    )
                    drawn = draw(node, sizes, entries, node in self.book.discrete)
                    values[node] = Array(drawn.shape, [float(x) for x in drawn.flat])
                self.sizes = sizes
                self.values = self.with_values(values, self.order)
            except EvaluationError:
                continue
            return
        raise NoTrial

    def with_values(self, values: Mapping[Node, Array], order: Iterable[str]) -> dict[Node, Array]:
        """The values with these definitions computed anew.  Raises EvaluationError."""
        found = dict(values)
        point = Point(found, self.sizes, FLOAT, {}, 1, False)
        for name in order:
            node = self.nodes[name]
            found[node] = _defined(run(point, [self.made[node]])[self.made[node].serial])
        return found

    def computed_before(self, forward: Collection[str], backward: Iterable[str]) -> set[str]:
        """The backward's lines that compute again what stands in the forward, whole or as a part."""
        parts = set(postorder([self.made[self.nodes[name]] for name in self.order if name in forward]))
        made = {name: self.made[self.nodes[name]] for name in backward if name in self.order}
        return {name for name, node in made.items() if node in parts and node.args}

    def value(self, name: str) -> Array:
        """What a name is worth."""
        return self.values[self.nodes[name]]

    def of(self, expr: Node) -> Array | None:
        """What another expression over the names is worth."""
        point = Point(dict(self.values), self.sizes, FLOAT, {}, 1, False)
        with suppress(EvaluationError):
            return _defined(run(point, [expr])[expr.serial])
        return None

    def read(self, expr: ast.Expr) -> Node | None:
        """An expression over the names, None where it has no shape."""
        try:
            return self.book.read(expr, self.layout)
        except (NoRule, ShapeError, ZeroDivisionError):
            return None

    def gradient(self, by: str) -> Array | None:
        """The gradient of the loss by a name, from central differences."""
        loss, node = self.claims.loss, self.nodes.get(by)
        if node is None or loss not in self.nodes:
            return None
        order = [name for name in self.order if by in self.below[name] and (name == loss or name in self.below[loss])]
        base = self.values[node]
        out: list[float] = []
        try:
            for at in range(len(base.flat)):
                sides = []
                for sign in (1, -1):
                    moved = list(base.flat)
                    moved[at] += sign * STEP
                    values = self.with_values({**self.values, node: Array(base.shape, moved)}, order)
                    sides.append(values[self.nodes[loss]].flat[0])
                out.append((sides[0] - sides[1]) / (2 * STEP))
        except EvaluationError:
            return None
        return Array(base.shape, out)

    def claimed(self, name: str, value: Array, wanted: Sequence[str]) -> list[Array] | None:
        """What claims say when a name is worth something else."""
        targets = set(wanted)
        order = [
            each for each in self.order
            if name in self.below[each] and (each in targets or any(each in self.below[t] for t in targets))
        ]  # fmt: skip
        try:
            values = self.with_values({**self.values, self.nodes[name]: value}, order)
        except EvaluationError:
            return None
        return [values[self.nodes[each]] for each in wanted]

    def rewritten(self, changed: Mapping[str, Node], wanted: Sequence[str]) -> list[Array] | None:
        """What claims say when some definitions are others; all that stands behind the first of them is computed."""
        start = min(self.order.index(name) for name in changed)
        other = copy(self)
        other.made = {**self.made, **{self.nodes[name]: node for name, node in changed.items()}}
        kept = {node: value for node, value in self.values.items()}
        try:
            values = other.with_values(kept, self.order[start:])
        except EvaluationError:
            return None
        return [values[self.nodes[each]] for each in wanted]

    def needed_value(self, name: str, wanted: Sequence[str], truths: Sequence[Array]) -> tuple[Array, int] | None:
        """A value of a name that makes claims true, with how many equations are left over; None without one.

        What is left over is -1 where other values would do as well.
        """
        base = self.value(name)
        count = len(base.flat)
        start = self.claimed(name, base, wanted)
        if start is None or count > MOST_UNKNOWN:
            return None
        if [len(each.flat) for each in start] != [len(truth.flat) for truth in truths]:
            return None  # it claims an array of another shape
        goal = [t - s for truth, have in zip(truths, start, strict=True)
                for t, s in zip(truth.flat, have.flat, strict=True)]  # fmt: skip
        columns: list[list[float]] = []
        for at in range(count):
            moved = list(base.flat)
            moved[at] += 1e-4
            found = self.claimed(name, Array(base.shape, moved), wanted)
            if found is None:
                return None
            columns.append([(f - s) / 1e-4 for new, have in zip(found, start, strict=True)
                            for f, s in zip(new.flat, have.flat, strict=True)])  # fmt: skip
        solved = _solve([[columns[j][i] for j in range(count)] for i in range(len(goal))], goal)
        if solved is None:
            return None
        step, rank = solved
        value = Array(base.shape, [b + s for b, s in zip(base.flat, step, strict=True)])
        again = self.claimed(name, value, wanted)
        if again is None or not all(close(one, other, 1e-3) for one, other in zip(again, truths, strict=True)):
            return None
        return value, (len(goal) - count if rank == count else -1)


def close(one: Array, other: Array, tolerance: float = TOLERANCE) -> bool:
    """Whether two values are the same but for rounding."""
    if one.shape != other.shape:
        return False
    scale = 1 + max((abs(x) for x in other.flat), default=0.0)
    return all(abs(a - b) <= tolerance * scale for a, b in zip(one.flat, other.flat, strict=True))


def _defined(array: Array) -> Array:
    for entry in array.flat:
        if isinstance(entry, Undefined) or entry != entry or 1e12 < abs(entry) < inf:  # masks fill with infinity
            raise OutsideDomain("no value")
    return array


def _solve(rows: list[list[float]], goal: list[float]) -> tuple[list[float], int] | None:
    """A solution of linear equations with its rank; None where they contradict each other."""
    size = max((abs(x) for row in rows for x in row), default=0.0)
    table = [[*row, g] for row, g in zip(rows, goal, strict=True)]
    count = len(rows[0]) if rows else 0
    pivots: list[tuple[int, int]] = []
    used: set[int] = set()
    for column in range(count):
        best = max((i for i in range(len(table)) if i not in used), key=lambda i: abs(table[i][column]), default=None)
        if best is None or abs(table[best][column]) <= 1e-6 * (size or 1.0):
            continue
        used.add(best)
        pivots.append((best, column))
        pivot = table[best]
        for i, row in enumerate(table):
            if i != best and row[column]:
                factor = row[column] / pivot[column]
                table[i] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
    scale = 1 + max((abs(g) for g in goal), default=0.0)
    if any(abs(table[i][-1]) > 1e-3 * scale for i in range(len(table)) if i not in used):
        return None
    out = [0.0] * count
    for row_at, column in pivots:
        out[column] = table[row_at][-1] / table[row_at][column]
    return out, len(pivots)
