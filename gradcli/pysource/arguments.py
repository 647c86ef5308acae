"""The arguments of one call of a library function."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradcli.pysource import arrays
from gradcli.pysource.arrays import as_array
from gradcli.pysource.describe import described
from gradcli.pysource.numbers import plain
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import Size, size
from gradcli.pysource.values import NONE, Array, Library, Number, Sequence, Unknown, Value, Word

if TYPE_CHECKING:
    from gradcli.pysource.reading import Reading

_IGNORED = ("dtype", "out", "device", "order", "casting", "copy", "requires_grad", "precision", "inplace", "layout",
            "preferred_element_type", "memory_format", "pin_memory", "non_blocking", "optimize", "subok")  # fmt: skip


def kind_of(dtype: Value | None) -> str:
    """`int`, `bool` or `float`: what a type is; `float` where none is named."""
    name = ""
    if isinstance(dtype, Library):
        name = dtype.path.rpartition(".")[2]
    elif isinstance(dtype, Word) and isinstance(dtype.value, str):
        name = dtype.value
    if name.startswith("bool"):
        return "bool"
    return "int" if name.lstrip("u").startswith(("int", "long", "short", "i4", "i8", "byte")) else "float"


def converted_to(kind: str, value: Value, node: ast.AST) -> None:
    """Raises Refused where numbers would be cut off."""
    if kind == "float" or not isinstance(value, Array) or value.truth or value.classes is not None or value.whole:
        return
    raise Refused(node, f"a conversion of numbers to {kind} is not read")


@dataclass(slots=True)
class Arguments:
    """What is given, by place and by name; each question says how it may be named."""

    reader: Reading
    name: str
    args: list[Value]
    named: dict[str, Value]
    node: ast.AST
    flavour: str = ""

    def __post_init__(self) -> None:
        if self.named.get("out", NONE) != NONE:
            raise Refused(self.node, f"{self.name} with out= is not read", "assign what it returns")
        if self.named.get("inplace", Word(False)) not in (Word(False), NONE):
            raise Refused(self.node, f"{self.name} with inplace= is not read", "assign what it returns")
        order = self.named.get("order", NONE)
        if isinstance(order, Word) and order.value not in (None, "C", "K", "A"):
            raise Refused(self.node, f"{self.name} with order={order.value!r} is not read")

    def get(self, place: int | None, *names: str) -> Value | None:
        """An argument, or None where it is not given."""
        if place is not None and place < len(self.args):
            return self.args[place]
        return next((self.named[name] for name in names if name in self.named), None)

    def at(self, place: int, *names: str) -> Value:
        """An argument that must be given.  Raises Refused."""
        found = self.get(place, *names)
        if found is None:
            raise Refused(self.node, f"{self.name} is called without its argument {place + 1}")
        return found

    def array(self, place: int, *names: str) -> Array:
        """An argument that is an array."""
        return as_array(self.at(place, *(names or ("a", "x", "input", "arr", "A"))), self.node)

    def axis(self, place: int | None = 1) -> int | None:
        """The one axis that is named, if any."""
        found = self.get(place, "axis", "dim")
        if found is None or found == NONE:
            return None
        number = plain(found)
        if isinstance(number, Number) and number.whole:
            return int(number.value)
        raise Refused(self.node, f"{self.name}: an axis is an integer")

    def axes(self, place: int | None = 1) -> tuple[int, ...] | None:
        """The axes that are named, if any."""
        found = self.get(place, "axis", "dim")
        if isinstance(found, Sequence):
            return tuple(self.integer(item) for item in found.items)
        if isinstance(found, Word) and isinstance(found.value, bool):
            raise Refused(self.node, f"{self.name}: an axis is an integer")
        axis = self.axis(place)
        return None if axis is None else (axis,)

    def integer(self, value: Value) -> int:
        """An integer that is known."""
        number = plain(value)
        if isinstance(number, Number) and number.value.denominator == 1:
            return int(number.value)
        raise Refused(self.node, f"{self.name}: {described(value)} is no integer that is known")

    def flag(self, place: int | None, *names: str, default: bool = False) -> bool:
        """A truth value."""
        found = self.get(place, *names)
        if found is None or found == NONE:
            return default
        number = plain(found)
        if isinstance(number, Number):
            return number.value != 0
        raise Refused(self.node, f"{self.name}: {names[0] if names else 'an argument'} is no truth value")

    def keep(self, place: int | None = None) -> bool:
        """Whether reduced axes are kept."""
        return self.flag(place, "keepdims", "keepdim")

    def dims(self, value: Value) -> tuple[Size, ...]:
        """A shape: a size, or a tuple of sizes."""
        items = value.items if isinstance(value, Sequence) else (value,)
        out = []
        for item in items:
            found = plain(item)
            if isinstance(found, Size):
                out.append(found)
            elif isinstance(found, Number) and found.value.denominator == 1:
                out.append(size(int(found.value)))
            else:
                raise Refused(self.node, f"{self.name}: {described(item)} is no size")
        return tuple(out)

    def sequence(self, value: Value) -> list[Value]:
        """The items of a tuple or list."""
        return self.reader.items(value, self.node)

    def only(self, count: int, *names: str) -> None:
        """Raises Refused for arguments that are not read."""
        if len(self.args) > count:
            raise Refused(self.node, f"{self.name} with {len(self.args)} arguments is not read")
        for name, value in self.named.items():
            if name not in names and name not in _IGNORED and value not in (NONE, Word(False)):
                raise Refused(self.node, f"{self.name} with {name}= is not read")
        for value in (*self.args, *self.named.values()):
            if isinstance(value, Unknown):
                raise Refused(self.node, f"{value.why} is not read")


def shape_of(array: Array) -> Sequence:
    """`x.shape`."""
    return Sequence(tuple(array.dims))


__all__ = ["Arguments", "arrays", "shape_of"]
