"""One link `left == right` as something that can be evaluated at points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default
from functools import cached_property

from gradcli.evaluate.array import Array
from gradcli.evaluate.errors import EvaluationError, NotEvaluable, OutsideDomain, Undefined
from gradcli.evaluate.evaluate import Point, defined_functions, run
from gradcli.evaluate.field import Field
from gradcli.evaluate.opaque import Hook
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.verdicts.book import Book
from gradcli.verdicts.cost import operations
from gradcli.verdicts.sizes import Sizes, dimensions
from gradcli.verdicts.strata import Strata, strata

_STEEP = 100
PLACEHOLDERS = frozenset({"grad", "jac", "hess", "prime"})


@dataclass(slots=True)
class Place:
    """A point: sizes, values of the free leaves (fractions), what opaque functions are (seed, or hooks).

    `wanted` says that it must be among those looked at.
    """

    sizes: Sizes
    values: dict[Node, Array]
    seed: int = 0
    hooks: Mapping[str, Hook] = with_default(default_factory=dict)
    strict: bool = True
    wanted: bool = False


class Problem:
    """Two expressions without placeholders, of one shape.

    `raw` are the sides as written, `parts` further expressions that must have a value where the sides have one.
    """

    def __init__(self, book: Book, left: Node, right: Node, raw: Sequence[Node], parts: Sequence[Node] = ()) -> None:
        self.book = book
        self.left = left
        self.right = right
        required = book.outside_where([*raw, left, right])
        self.parts = tuple(parts)
        needed = book.needed([left, right, *required, *parts])
        self.free = needed.free
        self.definitions = needed.definitions
        self._required = required
        everything = [left, right, *parts, *self.free, *(value for _, value in self.definitions)]
        self.least = dimensions(everything)
        self.landmarks = book.landmarks(everything)
        self.nodes = postorder(everything)
        self.discrete = [node for node in self.free if node in book.discrete]
        self.functions = _function_names(self.nodes, book)
        steep = any(mark >= _STEEP for mark in self.landmarks)  # `tanh(1000 * x)` turns near 0, as good as `sign(x)`
        self.piecewise = steep or any(_turns(node) for node in self.nodes)
        self.cost = operations(self.nodes, self.least)

    @cached_property
    def strata(self) -> Strata:
        """The points that must be among those looked at."""
        return strata(self.nodes, self.least, self.free)

    def sides(self, place: Place, field: Field) -> tuple[Array, Array]:
        """The values of both sides.  Raises what evaluation raises."""
        left, right = self.values(place, field, (self.left, self.right))
        return left, right

    def values(self, place: Place, field: Field, roots: Sequence[Node]) -> list[Array]:
        """The values of expressions over the same names, where all that the sides require has a value."""
        values: dict[Node, Array] = dict(place.values)
        hooks: Mapping[str, Hook] = place.hooks
        if self.book.bodies:
            hooks = defined_functions(
                self.book.bodies,
                values,
                place.sizes,
                field,
                functions=place.hooks,
                seed=place.seed,
                opaque=self.book.opaque,
            )
        point = Point(values, place.sizes, field, hooks, place.seed, place.strict, self.book.opaque)
        for name, value in self.definitions:
            values[name] = run(point, [value])[value.serial]
        for name in self._required:
            _defined(values[name])
        memo = run(point, [*self.parts, *roots])
        for node in (*self.parts, *roots):
            _defined(memo[node.serial])
        return [memo[root.serial] for root in roots]


def _turns(node: Node) -> bool:
    """Whether an operation is another on the other side of some number."""
    if node.op == "elem" and isinstance(node.data, tuple):
        row = SCALAR_FUNCTIONS.get(node.data[0])
        return row is not None and bool(row.kinks)
    return node.op in ("cmp", "max", "min", "where", "norm1")


def _defined(array: Array) -> None:
    for entry in array.flat:
        if isinstance(entry, Undefined):
            raise OutsideDomain(entry.reason)


def _function_names(nodes: Sequence[Node], book: Book) -> dict[str, Node]:
    """The opaque functions that are used, each with one node that calls it."""
    found: dict[str, Node] = {}
    todo = list(nodes)
    for _, body in book.bodies.values():
        todo += postorder(body)
    for node in todo:
        if node.op in ("elem", "vfun") and isinstance(node.data, tuple):
            name = str(node.data[0])
            if name in book.opaque:
                found.setdefault(name, node)
    return found


__all__ = ["EvaluationError", "NotEvaluable", "Place", "Problem"]
