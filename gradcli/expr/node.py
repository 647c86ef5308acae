"""The one expression type: immutable, interned nodes that know their shape.

Two nodes built the same way are the same object, so equality is `is`, sharing is automatic and a pass over an
expression costs the number of *different* subexpressions.  The operands of a commutative operation are interned
as a set: `a + b` and `b + a` are one node, which keeps the order of its first writing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import count
from typing import Any, TypeVar

from gradcli.expr.shapes import Dim, Shape
from gradcli.ops.attributes import implied
from gradcli.ops.operations import OPERATIONS
from gradcli.ops.payload import Along, Named, Places, Running

COMMUTATIVE = frozenset(name for name, operation in OPERATIONS.items() if operation.commutative)
_PAYLOADS: dict[str, Callable[[Any], Hashable]] = {
    name: getattr(operation.payload, "_make", operation.payload)
    for name, operation in OPERATIONS.items()
    if operation.payload is not None and issubclass(operation.payload, tuple)
}

P = TypeVar("P")
_LABELS = "1.."


class Node:
    """One operation `op` on `args`; `data` holds what is not an operand (a name, an axis, a value).

    `serial` numbers nodes in order of creation: arguments come before what uses them.  `turned` is the transpose and
    `digest` the name in every process, once they have been asked for.
    """

    __slots__ = ("args", "data", "digest", "op", "serial", "shape", "turned")

    op: str
    args: tuple[Node, ...]
    data: Hashable
    shape: Shape
    serial: int
    turned: Node | None
    digest: str | None

    def __init__(self, op: str, args: tuple[Node, ...], data: Hashable, shape: Shape, serial: int) -> None:
        self.op = op
        self.args = args
        self.data = data
        self.shape = shape
        self.serial = serial
        self.turned = None
        self.digest = None

    def __repr__(self) -> str:
        inner = ", ".join(f"{arg.op}#{arg.serial}" for arg in self.args)
        return f"<{self.op}#{self.serial}({inner}) data={self.data!r} shape={self.shape}>"


class Scope:
    """What is interned for one program: `nodes`, and what other rooms keep by program.

    All of it goes when nothing names the scope any more.
    """

    __slots__ = ("_stores", "nodes")

    def __init__(self) -> None:
        self.nodes: dict[tuple[object, ...], Node] = {}
        self._stores: dict[str, dict[Any, Any]] = {}

    def store(self, name: str) -> dict[Any, Any]:
        """What is kept under a name for this program."""
        return self._stores.setdefault(name, {})


SHARED = Scope()  # of all programs, and as permanent as the process: what modules hold
_PER_PROGRAM = frozenset({"var", "cotangent", "dim", "eye", "ones", "zeros"})
_LARGEST_SHARED = 100
_shared = SHARED.nodes
_scope = SHARED
_table = _shared
_serials = count()


@contextmanager
def own_program(scope: Scope | None = None) -> Iterator[Scope]:
    """What is entered inside are other nodes than those of programs before and after, and goes with its program.

    A shared node keeps the order of its first writing, which another program must not settle: what is said of a file
    does not depend on the files that were read before it in the same process.  Gives the program's scope, by which
    it is entered again.
    """
    global _scope, _table
    before = _scope
    _scope = Scope() if scope is None else scope
    _table = _scope.nodes
    try:
        yield _scope
    finally:
        _scope, _table = before, before.nodes


def kept(name: str) -> dict[Any, Any]:
    """What is kept under a name for the program that is at work."""
    return _scope.store(name)


def make(op: str, args: tuple[Node, ...] = (), data: Hashable = None, shape: Shape = ()) -> Node:
    """The node of this description, the same object each time.  Simplifies nothing: see the builders."""
    serials = [arg.serial for arg in args]
    if op in COMMUTATIVE:
        serials.sort()
    key: tuple[object, ...] = (op, data, shape, *serials)
    node = _table.get(key)
    if node is None and op not in _PER_PROGRAM:
        node = _shared.get(key)
    if node is None:
        if type(data) is tuple and op in _PAYLOADS:
            data = _PAYLOADS[op](data)
        table = _shared if op == "num" and _is_small(data) else _table
        node = table[key] = Node(op, args, data, shape, next(_serials))
    return node


def _is_small(data: Hashable) -> bool:
    return isinstance(data, Fraction) and abs(data.numerator) <= _LARGEST_SHARED >= data.denominator


def payload(node: Node, kind: type[P]) -> P:
    """What a node holds beside its operands, which its operation declares to be of this type."""
    data = node.data
    assert isinstance(data, kind), node
    return data


def axis_of(node: Node) -> int | None:
    """The axis along which an operation goes; None for all entries."""
    held = node.data.axis if isinstance(node.data, Along | Running | Places) else node.data
    return held if isinstance(held, int) else None


def labelled(count: Dim) -> str:
    """The attribute of a name whose values are labels from 1 to `count`."""
    return f"{_LABELS}{count}"


def label_count(node: Node) -> Dim | None:
    """C of a name whose values are labels from 1 to C; None of any other."""
    if node.op != "var":
        return None
    for attribute in payload(node, Named).attributes:
        if attribute.startswith(_LABELS):
            count = attribute.removeprefix(_LABELS)
            return int(count) if count.isdigit() else count
    return None


def num(value: Fraction | int) -> Node:
    """A rational constant."""
    return make("num", data=Fraction(value))


ZERO = num(0)
ONE = num(1)
MINUS_ONE = num(-1)


def value_of(node: Node) -> Fraction | None:
    """The rational that a constant node stands for, else None."""
    return node.data if node.op == "num" and isinstance(node.data, Fraction) else None


def var(name: str, shape: Shape, attributes: frozenset[str] = frozenset()) -> Node:
    """A named value: free or defined.  `data` is `(name, attributes)`, sorted, with all that follows from them."""
    return named(name, shape, implied(attributes, len(shape) == 2 and shape[0] == shape[1]))


def named(name: str, shape: Shape, attributes: Iterable[str]) -> Node:
    """A named value of which just these attributes are known."""
    return make("var", data=(name, tuple(sorted(attributes))), shape=shape)


def name_of(node: Node) -> str:
    """The name of a `var` node."""
    assert node.op == "var"
    return payload(node, Named).name


def has_attribute(node: Node, attribute: str) -> bool:
    """Whether a `var` node was declared with the attribute."""
    return node.op == "var" and attribute in payload(node, Named).attributes
