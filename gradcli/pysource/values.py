"""What Python expressions are worth while a function is read: arrays as expressions of the language, and carriers."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction

from gradcli.pysource.refusal import Clash
from gradcli.pysource.sizes import Size, size


class Level(IntEnum):
    """How tightly an expression of the language holds together."""

    COMPARE = 0
    SUM = 1
    PRODUCT = 2
    NEGATED = 3
    POWER = 4
    ATOM = 5


class Memory:
    """What an array or a list is stored in; others may show the same.

    `version` counts the writes in place, `node` is the last of them.
    """

    __slots__ = ("node", "version")

    def __init__(self) -> None:
        self.version = 0
        self.node: ast.AST | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands in an array from `start` to `stop` along an axis; `entry` is the same without that axis."""

    start: Size
    stop: Size
    block: Array
    entry: Array | None = None


@dataclass(frozen=True, slots=True)
class Pieces:
    """What an array is made of along one axis, in order."""

    axis: int
    parts: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Array:
    """An array: `code` in the language, `dims` its shape as NumPy has it.

    In the language axes of length 1 are gone at rank 1 and 2: NumPy's (n,) and (n, 1) are the vector, (1, n) is the
    row, (1,) and (1, 1) are scalars.  `truth` marks what is 0 or 1, `classes` labels and how many there are,
    `arange` is the length of `arange(n)`, as which it picks entries; `whole` is of integers.  `memory` is shared by
    views; what was read of it at an older `version` than it has now is out of date (see `views`).
    """

    code: str
    dims: tuple[Size, ...]
    level: Level = Level.ATOM
    truth: bool = False
    classes: Size | None = None
    offset: int = 0  # added to labels since they were read
    arange: Size | None = None
    whole: bool = False
    labels: tuple[str, tuple[Size, ...]] | None = None  # of labels in another shape, those that are declared
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)
    version: int = field(default=0, compare=False, repr=False)
    pieces: Pieces | None = field(default=None, compare=False, repr=False)  # where it was written to block by block

    def at(self, level: Level) -> str:
        """The code as an operand."""
        return self.code if self.level >= level else f"({self.code})"

    @property
    def real(self) -> tuple[Size, ...]:
        """The axes that the language has: without those of length 1, at rank 1 and 2."""
        if len(self.dims) > 2:
            return self.dims
        return tuple(dim for dim in self.dims if dim != ONE)

    @property
    def is_row(self) -> bool:
        """Whether this is a row of the language."""
        return len(self.dims) == 2 and self.dims[0] == ONE and self.dims[1] != ONE


ONE = size(1)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is known, exactly; `whole` marks an integer of Python."""

    value: Fraction
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A tuple or a list.  A list that is changed in place gets a new value of its `memory`, as an array does."""

    items: tuple[Value, ...]
    is_list: bool = False
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)
    version: int = field(default=0, compare=False, repr=False)


@dataclass(slots=True)
class Record:
    """A dictionary, an object with attributes, or a named tuple: a carrier of values.  `kind` says which."""

    items: dict[str, Value] = field(default_factory=dict)
    kind: str = "dict"
    places: dict[str, ast.AST] = field(default_factory=dict, compare=False)  # where each was set
    declared: Mapping[str, Value] = field(default_factory=dict, compare=False)  # what a layer's comment says it holds


@dataclass(frozen=True, slots=True)
class Word:
    """A string, `None`, `True` or `False` as a constant of Python."""

    value: str | bool | None


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the file, with the names that it sees."""

    node: ast.FunctionDef | ast.Lambda
    outer: Mapping[str, Value]
    name: str = ""
    owner: Record | None = None  # the object that it is a method of


@dataclass(frozen=True, slots=True)
class Structure:
    """A class that only carries values: its fields with their defaults; `kind` is that of the record it makes."""

    name: str
    fields: tuple[tuple[str, Value | None], ...]
    kind: str
    node: ast.AST


@dataclass(frozen=True, slots=True)
class Masked:
    """`x[mask]`: the entries of an array where a mask of its leading axes holds, in their order."""

    held: Array
    mask: Array


@dataclass(frozen=True, slots=True)
class Library:
    """A module, function or type of a library, by its full name: `numpy.exp`, `torch.nn.functional`."""

    path: str


@dataclass(frozen=True, slots=True)
class Method:
    """A method of an array, before it is called."""

    owner: Value
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """`x.at[index]` of JAX: an array and the entries that a new one differs in."""

    owner: Array
    index: Value


@dataclass(frozen=True, slots=True)
class Slice:
    """`a:b`; an end that is left out is None."""

    start: Size | None
    stop: Size | None
    step: int = 1


@dataclass(frozen=True, slots=True)
class Absent:
    """`...` in an index."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not read; it may be carried, and refuses where it is used.  `why` says what it is.

    `clash` is why there is no such value, where shapes do not fit.
    """

    why: str
    node: ast.AST | None = None
    clash: Clash | None = None


Value = (
    Array
    | Number
    | Size
    | Sequence
    | Record
    | Word
    | Function
    | Library
    | Method
    | Place
    | Slice
    | Absent
    | Unknown
    | Structure
    | Masked
)
NONE = Word(None)
