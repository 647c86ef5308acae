"""Points at which many candidates are compared with one answer, in floats."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from gradcli.evaluate.array import Array
from gradcli.evaluate.errors import EvaluationError, OutsideDomain, Undefined
from gradcli.evaluate.evaluate import Point, defined_functions, run
from gradcli.evaluate.fields import FLOAT
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.verdicts.book import Book
from gradcli.verdicts.compare import suspicious
from gradcli.verdicts.cost import MANY, TOO_MANY, operations
from gradcli.verdicts.draw import draw
from gradcli.verdicts.entries import Entries
from gradcli.verdicts.problem import Place
from gradcli.verdicts.sizes import dimensions, random_sizes

POINTS = 4
_ATTEMPTS = 60
_KINDS = ("signed", "positive", "unit", "large", "small")


class Samples:
    """Values of one expression at a few points in different sizes."""

    def __init__(self, book: Book, target: Node, parts: Sequence[Node], key: str) -> None:
        self._book = book
        self._parts = list(parts)
        everything = [*book.program.nodes.values(), *book.values.values(), target, *parts]
        self._least = dimensions([*everything, *book.needed(everything).free])
        self._key = key
        self.places: list[tuple[Place, Array]] = []
        self.cost = operations(postorder(everything), self._least)
        if self.cost <= TOO_MANY:
            self._draw(target, POINTS if self.cost <= MANY else 1)

    def _draw(self, target: Node, points: int) -> None:
        source = Random(f"{self._key}/hints")
        attempts = 0
        for sizes in random_sizes(self._least, source):
            for turn in range(6):
                attempts += 1
                if attempts > _ATTEMPTS:
                    return
                kind = _KINDS[0 if turn == 0 else source.randrange(len(_KINDS))]
                place = Place(sizes, {}, source.randint(1, 10**6), {}, False)
                try:
                    (value,) = self._values(place, [target], kind)
                except EvaluationError:
                    continue
                if value is not None:
                    self.places.append((place, value))
                    break
            if len(self.places) == points:
                return

    def _values(self, place: Place, roots: Sequence[Node], kind: str = "signed") -> list[Array | None]:
        """The values of roots at a place, whose names get values as they come up; None where there is none."""
        needed = self._book.needed([*roots, *self._parts])
        for node in needed.free:
            if node not in place.values:
                source = Random(f"{self._key}/{place.seed}/{self._book.written(node)}")
                entries = Entries(source, kind)
                place.values[node] = draw(node, place.sizes, entries, node in self._book.discrete)
        values = dict(place.values)
        hooks = (
            defined_functions(self._book.bodies, values, place.sizes, FLOAT, seed=place.seed)
            if self._book.bodies
            else {}
        )
        point = Point(values, place.sizes, FLOAT, hooks, place.seed, False)
        for name, value in needed.definitions:
            values[name] = run(point, [value])[value.serial]
        memo = run(point, [*self._parts, *roots])
        if any(isinstance(x, Undefined) for part in self._parts for x in memo[part.serial].flat):
            raise OutsideDomain("a part has no value")
        return [_whole(memo[root.serial]) for root in roots]

    def agreeing(self, nodes: Sequence[Node]) -> list[int]:
        """Positions of the expressions that equal the target at every point."""
        left = list(range(len(nodes)))
        for place, target in self.places:
            if not left:
                break
            values = self._safely(place, [nodes[i] for i in left])
            left = [i for i, v in zip(left, values, strict=True) if v is not None and not _differ(target, v)]
        return left if self.places else []

    def _safely(self, place: Place, roots: Sequence[Node]) -> list[Array | None]:
        try:
            return self._values(place, roots)
        except EvaluationError:
            if len(roots) == 1:
                return [None]
            return [value for root in roots for value in self._safely(place, [root])]


def _whole(array: Array) -> Array | None:
    return None if any(isinstance(x, Undefined) for x in array.flat) else array


def _differ(a: Array, b: Array) -> bool:
    return a.shape != b.shape or suspicious(a, b)
