"""One evaluation: what names stand for, and the walk over expressions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from math import prod
from typing import ClassVar

from gradcli.evaluate.array import Array, Scalar, Sizes, concrete
from gradcli.evaluate.errors import NotEvaluable, OnKink, OutsideDomain, Undefined
from gradcli.evaluate.field import Field
from gradcli.evaluate.opaque import Hook, ScalarFunction, VectorFunction, random_entries
from gradcli.evaluate.taylor import derivative
from gradcli.expr.definitions import written_out
from gradcli.expr.node import Node
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.ops.operation import Kind
from gradcli.ops.operations import of_kind

PLACEHOLDERS = of_kind(Kind.QUESTION) | {"param", "var"}


class Evaluation:
    """One evaluation: what the names stand for, and what is known of the nodes so far.

    `moving` holds the serials of nodes that depend on a variable: only those can lie on a kink by chance;
    `factorised` the components of the factorisations met so far, by kind and matrix.  `opaque` are the names of the
    functions of which nothing is known but the name: those alone get a random one (None: every name that is not of
    the language).  `table` evaluates each operation.
    """

    table: ClassVar[Mapping[str, Operation]]

    def __init__(
        self,
        values: Mapping[Node, Array],
        sizes: Sizes,
        field: Field,
        functions: Mapping[str, Hook],
        seed: int,
        strict_kinks: bool,
        opaque: Collection[str] | None = None,
    ) -> None:
        self.opaque = opaque
        self.values = values
        self.sizes = sizes
        self.field = field
        self.functions = functions
        self.seed = seed
        self.strict_kinks = strict_kinks
        self.infinite = False
        self.root = 0  # which solution is taken of equations that have several
        self.unsettled: set[str] = set()  # the unknowns of equations that may have other solutions
        self.moving: set[int] = set()
        self.close: set[Node] = set()  # what turns at a number that was met, as far as rounding lets one see
        self.factorised: dict[tuple[str, int], dict[str, list[list[Scalar]]] | Undefined] = {}
        self._opaque: dict[tuple[str, int, int], Hook] = {}

    def shape(self, node: Node) -> tuple[int, ...]:
        """The shape of a node in numbers."""
        return concrete(node.shape, self.sizes)

    def guarded(self, compute: Callable[..., Scalar], *args: Scalar) -> Scalar:
        """A scalar function of entries; undefined where one of them or the value is."""
        for arg in args:
            if isinstance(arg, Undefined):
                return arg
        try:
            return compute(*args)
        except OutsideDomain as trouble:
            return Undefined(str(trouble))
        except OnKink as trouble:
            if self.strict_kinks:
                raise
            return Undefined(str(trouble))

    def scalar_function(self, name: str, order: int, x: Scalar) -> Scalar:
        """A named elementwise function or its derivative, at a defined number."""
        hook = self.functions.get(name)
        if hook is None:
            if name in SCALAR_FUNCTIONS:
                return derivative(self.field, name, order, x)
            self._must_be_opaque(name)
            key = (name, 0, 0)
            hook = self._opaque.get(key)
            if hook is None:
                hook = self._opaque[key] = ScalarFunction(self.field, f"{self.seed}/{name}")
        try:
            return hook(order, x)
        except RecursionError:
            raise NotEvaluable(f"{name}: functions defined by one another too deeply") from None

    def vector_function(self, name: str, inputs: int, outputs: int) -> Hook:
        """A named vector function `(order, flat list) -> flat list`."""
        hook = self.functions.get(name)
        if hook is not None:
            return hook
        self._must_be_opaque(name)
        key = (name, inputs, outputs)
        if key not in self._opaque:
            self._opaque[key] = VectorFunction(self.field, f"{self.seed}/{name}", inputs, outputs)
        return self._opaque[key]

    def _must_be_opaque(self, name: str) -> None:
        if self.opaque is not None and name not in self.opaque:
            raise NotEvaluable(f"no evaluation of the function {name}")

    def given(self, node: Node) -> Array:
        """A value from the caller, in this field."""
        a = self.values[node]
        if a.shape != self.shape(node):
            raise NotEvaluable(f"{node.data}: a value of shape {a.shape} where {self.shape(node)} belongs")
        convert = self.field.number
        return Array(a.shape, [convert(x) if isinstance(x, Fraction | int) else x for x in a.flat])

    def cotangent(self, node: Node) -> Array:
        """A random gradient of an arbitrary function, settled by its name and the seed."""
        shape = self.shape(node)
        return Array(shape, random_entries(self.field, f"{self.seed}/{node.data}", prod(shape)))


Operation = Callable[[Evaluation, Node, list[Array]], Array]


def run(point: Evaluation, roots: list[Node]) -> dict[int, Array]:
    """All subexpressions by serial; entries outside a domain are `Undefined`."""
    memo: dict[int, Array] = {}
    field, values = point.field, point.values
    todo = list(reversed(roots))
    while todo:
        node = todo[-1]
        if node.serial in memo:
            todo.pop()
            continue
        if node in values:
            memo[node.serial] = point.given(node)
            point.moving.add(node.serial)
            continue
        operation = point.table.get(node.op)
        if operation is None:
            written = written_out(node)
            if written is None:
                raise NotEvaluable(_no_value(node))
            if written.serial not in memo:
                todo.append(written)
                continue
            memo[node.serial] = memo[written.serial]
            if written.serial in point.moving:
                point.moving.add(node.serial)
            continue
        waiting = [arg for arg in node.args if arg.serial not in memo]
        if waiting:
            todo.extend(reversed(waiting))
            continue
        todo.pop()
        if node.op == "cotangent" or any(arg.serial in point.moving for arg in node.args):
            point.moving.add(node.serial)
        out = operation(point, node, [memo[arg.serial] for arg in node.args])
        flat, infinite = out.flat, point.infinite
        for i, entry in enumerate(flat):
            flat[i] = field.checked(entry, infinite)
        memo[node.serial] = out
    return memo


def _no_value(node: Node) -> str:
    if node.op in ("var", "param"):
        name = node.data[0] if isinstance(node.data, tuple) else node.data
        return f"{name} was given no value"
    if node.op in PLACEHOLDERS:
        return f"{node.op}(...) has to be derived before it has a value"
    return f"no evaluation of the operation {node.op}"
