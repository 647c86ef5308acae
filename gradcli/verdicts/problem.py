"""One link `left == right` as something that can be evaluated at points."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default
from fractions import Fraction
from functools import cache, cached_property

from gradcli.evaluate.array import Array
from gradcli.evaluate.errors import EvaluationError, NotEvaluable, NotExact, OutsideDomain, Undefined
from gradcli.evaluate.evaluate import Point, defined_functions, run
from gradcli.evaluate.field import Field
from gradcli.evaluate.mp_field import MpField
from gradcli.evaluate.opaque import Hook
from gradcli.expr.arith import is_zero
from gradcli.expr.implicit import equation_of, is_affine
from gradcli.expr.node import Node, payload
from gradcli.expr.tied import may_tie
from gradcli.expr.walk import postorder
from gradcli.ops.formula import called
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.verdicts.book import Book
from gradcli.verdicts.branches import Branch, branches
from gradcli.verdicts.canonical import digests
from gradcli.verdicts.cost import operations
from gradcli.verdicts.facts import typed
from gradcli.verdicts.holds import holds
from gradcli.verdicts.sizes import Sizes, dimensions
from gradcli.verdicts.strata import Strata, strata

_STEEP = 100
_FEW_VALUES = frozenset({"binary", "signs", "onehot", "permutation"})  # equal numbers there are no chance
_SPARE = 40
_DECIMALS = 0.4343  # of e
_BEYOND = 12.0
_EXPONENTIALS = frozenset({"exp", "expm1", "sinh", "cosh", "tanh", "sigmoid", "softplus", "logsigmoid"})
# Operations whose result may be small because larger numbers cancel, or for rounding alone.
_CANCELLING = frozenset(
    {
        "add", "matmul", "sum", "sum_axis", "einsum", "inv", "mpow", "det", "logdet", "adj", "tr", "pinv", "factor",
        "expm", "expm_frechet", "implicit", "norm2", "norm_nuc", "kron",
    }
)  # fmt: skip


@dataclass(slots=True)
class Place:
    """A point: sizes, values of the free leaves (fractions), what opaque functions are (seed, or hooks).

    `wanted` says that it must be among those looked at; `root` numbers the solutions of relations, and `unsettled`
    are the names that relations may give another value there; `close` are the comparisons and jumps that equal numbers
    met there, as far as rounding lets one see, and `digits` how many the last comparison took.  Where
    `inexact`, assumptions hold to that many digits.
    """

    sizes: Sizes
    values: dict[Node, Array]
    seed: int = 0
    hooks: Mapping[str, Hook] = with_default(default_factory=dict)
    strict: bool = True
    wanted: bool = False
    root: int = 0
    unsettled: set[str] = with_default(default_factory=set)
    close: set[Node] = with_default(default_factory=set)
    digits: int = 0
    inexact: int = 0


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
        self.assumptions = book.relevant_assumptions([left, right, *required, *parts])
        self._assumed = [side for one in self.assumptions for side in (one.left, one.right)]
        needed = book.needed([left, right, *required, *parts, *self._assumed])
        self.free = tuple(sorted(needed.free, key=book.written))
        self.definitions = needed.definitions
        self.required = required
        everything = [left, right, *parts, *self._assumed, *self.free, *(value for _, value in self.definitions)]
        self.least = dimensions(everything)
        self.landmarks = book.landmarks(everything)
        self.nodes = postorder(everything)
        self.discrete = [node for node in self.free if node in book.discrete]
        self.stepping = [node for node in self.free if node in book.discrete or self.attributes_of(node) & _FEW_VALUES]
        self.functions = _function_names(self.nodes, book)
        steep = any(mark >= _STEEP for mark in self.landmarks)  # `tanh(1000 * x)` turns near 0, as good as `sign(x)`
        self.turns = any(_turns(node) for node in self.nodes)
        self.piecewise = steep or self.turns
        self.cost = operations(self.nodes, self.least.mended(self.least) or self.least)
        self.derivative = book.is_derived(raw)
        self.branches = _in_order(branches(self.nodes, book.bodies))
        attained = [node for node in self.nodes if node.op == "attains"]
        shared = all(is_shared(node, self.nodes, book.values) for node in attained)
        self.generic = self.derivative and (bool(self.branches) or bool(attained)) and shared
        self.lowered = any(one.op == "==" and _is_product_of_zero(one.left, one.right) for one in self.assumptions)
        self.open_cases: list[list[tuple[Node, bool]]] = []  # conditions under which no proof was found

    @cached_property
    def relations(self) -> tuple[Node, ...]:
        """The values that equations settle."""
        return tuple(node for node in self.nodes if node.op == "implicit")

    @cached_property
    def steps_to_matrices(self) -> bool:
        """Whether matrices are found by Newton's method, where a step takes the slopes by each entry."""
        found = ((node, *equation_of(node)) for node in self.relations)
        return any(len(node.shape) > 1 and not is_affine(residual, unknown) for node, unknown, _, residual in found)

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
        memo = self.everything(place, field, roots)
        reason = self.undefined(memo, field)
        if reason is not None:
            raise OutsideDomain(reason)
        for root in roots:
            _defined(memo[root.serial])
        return [memo[root.serial] for root in roots]

    def undefined(self, memo: Mapping[int, Array], field: Field) -> str | None:
        """Why the sides, or what they require, have no value where this was computed; None where they have one.

        Where what is assumed is not true nothing is said of the sides.
        """
        for node in (*self.required, *self.parts, self.left, self.right):
            array = memo.get(node.serial)
            for entry in array.flat if array is not None else ():
                if isinstance(entry, Undefined):
                    return entry.reason
        for one in self.assumptions:
            left, right = memo.get(one.left.serial), memo.get(one.right.serial)
            if left is not None and right is not None and not holds(one.op, left, right, field):
                return f"the assumption {one.text} does not hold"
        return None

    def plain_values(self, place: Place, field: Field, roots: Sequence[Node]) -> list[Array]:
        """The values of expressions, whether or not the sides have one there.  Raises what evaluation raises."""
        memo = self._computed(place, field, self.book.needed(roots).definitions, roots)
        for root in roots:
            _defined(memo[root.serial])
        return [memo[root.serial] for root in roots]

    def typed(self, name: Node) -> Node:
        """A free name with the attributes that assumptions come to."""
        return typed(name, self.book.assumed_attributes) if name in self.book.assumed_attributes else name

    def attributes_of(self, name: Node) -> frozenset[str]:
        """All that is known of a free name."""
        node = self.typed(name)
        return frozenset(node.data[1]) if node.op == "var" and isinstance(node.data, tuple) else frozenset()

    def everything(self, place: Place, field: Field, roots: Sequence[Node]) -> dict[int, Array]:
        """All that is computed on the way to expressions over the same names, by serial; entries may be undefined."""
        if place.inexact:
            if field.exact:
                raise NotExact("a point that assumptions settle")
            if isinstance(field, MpField) and field.digits > place.inexact - _SPARE:
                raise OutsideDomain("a point that assumptions settle is not known to so many digits")
        return self._computed(place, field, self.definitions, [*self.parts, *self._assumed, *roots])

    def _computed(
        self, place: Place, field: Field, definitions: Sequence[tuple[Node, Node]], roots: Sequence[Node]
    ) -> dict[int, Array]:
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
        point.root, point.unsettled, point.close = place.root, place.unsettled, place.close
        memo: dict[int, Array] = {}
        for name, value in definitions:
            memo.update(run(point, [value]))
            values[name] = memo[name.serial] = memo[value.serial]
        memo.update(run(point, list(roots)))
        return memo

    def span(self, place: Place, field: MpField) -> float:
        """How many powers of ten lie between the largest and the smallest number on the way to the sides."""
        memo = self.everything(place, field, (self.left, self.right))
        high, low = 0.0, 0.0
        for node in self.nodes:
            array = memo.get(node.serial)
            if array is None:
                continue
            sizes = [size for size in (field.magnitude(x) for x in array.flat) if size is not None]
            if not sizes:
                continue
            high = max(high, *sizes)
            if node.op == "num":  # `1 + 1e-40` is one number: it takes 40 digits to tell it from 1
                low = min(low, 1.0 - len(str(payload(node, Fraction).denominator)))
            if node.op not in _CANCELLING:
                low = min(low, *sizes)
            grown = _grown(node, memo, field, self.book.bodies)
            high, low = max(high, grown), min(low, -grown)
        return high - low


def _is_product_of_zero(left: Node, right: Node) -> bool:
    """Whether an equation says that a product of matrices is 0."""
    return (is_zero(left) or is_zero(right)) and any(node.op == "matmul" for node in postorder([left, right]))


def is_shared(node: Node, nodes: Sequence[Node], values: Mapping[Node, Node]) -> bool:
    """Whether entries that attain an extreme one are one alone but by chance, or are counted."""
    below = postorder(other.args[0] for other in nodes if other.op == "pow")
    counted = any(node in other.args for other in below if other.op in ("sum", "sum_axis"))
    return counted or not may_tie(node.args[0], values)


def _in_order(found: list[Branch]) -> list[Branch]:
    """Branches in an order that no spelling settles."""
    names = digests(branch.turning for branch in found)
    return sorted(found, key=lambda branch: names[branch.turning])


def _grown(node: Node, memo: Mapping[int, Array], field: MpField, bodies: Collection[str]) -> float:
    """How far beyond what is seen of it an operation goes that computes with exponentials inside."""
    power = _exponential(node, bodies)
    if not power or node.args[0].serial not in memo:
        return 0.0
    largest = max(
        (size for size in map(field.magnitude, memo[node.args[0].serial].flat) if size is not None), default=0
    )
    return 0.0 if largest < 1 else _DECIMALS * 10.0 ** min(power * largest, _BEYOND)


def _exponential(node: Node, bodies: Collection[str]) -> int:
    """The power of the argument that stands under an exponential, 0 where none does."""
    if node.op in ("softmax", "logsoftmax", "logsumexp", "expm", "expm_frechet"):
        return 1
    if node.op != "elem" or not isinstance(node.data, tuple):
        return 0
    name = node.data[0]
    if name not in SCALAR_FUNCTIONS:
        return int(name in bodies)
    inside = {name, *_called(name)}
    if inside & {"erf", "erfc", "gelu"}:
        return 2
    return 1 if inside & _EXPONENTIALS else 0


@cache
def _called(name: str) -> frozenset[str]:
    """The functions by which one is defined."""
    row = SCALAR_FUNCTIONS.get(name)
    return called(row.definition) if row is not None and row.definition is not None else frozenset()


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
        if node.op in ("elem", "vfun", "vrows") and isinstance(node.data, tuple):
            name = str(node.data[0])
            if name in book.opaque:
                found.setdefault(name, node)
    return found


__all__ = ["EvaluationError", "NotEvaluable", "Place", "Problem"]
