"""Random values that have the attributes their names were declared with."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod

from gradcli.evaluate.array import Array, concrete
from gradcli.expr.node import Node, label_count
from gradcli.ops.attributes import ATTRIBUTES, EACH, ENTRYWISE, implied
from gradcli.verdicts.entries import Entries
from gradcli.verdicts.structured import as_array, holds, structured

_DRAWN = 4001  # numbers of their own; what is longer repeats them, at no distance that sizes have
_OF_MATRICES = frozenset(name for name, attribute in ATTRIBUTES.items() if attribute.of != "array")


def draw(node: Node, sizes: dict[str, int], entries: Entries, discrete: bool = False) -> Array:
    """A value of a free name (or cotangent), an array of fractions in the sizes, that has all its attributes.

    Raises OutsideDomain (NoSuchValue) where no value of this size has them.
    """
    shape = concrete(node.shape, sizes)
    attributes = _attributes(node)
    labels = label_count(node)
    if labels is not None:
        (count,) = concrete((labels,), sizes)
        picked = [1 + abs(int(entries.integer())) % count for _ in range(prod(shape))]
        if picked and entries.turn:
            picked[0] = 1 + (entries.turn - 1) % count
        return Array(shape, picked)
    if discrete and "permutation" not in attributes:
        return Array(shape, [entries.integer() for _ in range(prod(shape))])
    number = _number(attributes, entries)
    each = _of_each(attributes, shape)
    if each:
        m, n = shape[-2:]
        known = each | (attributes & ENTRYWISE)
        matrices = [structured(m, n, known, entries, _number(known, entries)) for _ in range(prod(shape[:-2]))]
        return as_array([row for rows in matrices for row in rows], shape)
    if not attributes <= ENTRYWISE:
        rows, columns = _rows_and_columns(shape, attributes)
        known = implied(attributes, rows == columns and len(shape) in (0, 2))
        return as_array(structured(rows, columns, known, entries, _number(known, entries)), shape)
    count = prod(shape)
    drawn = [number() for _ in range(min(count, _DRAWN))]
    return Array(shape, (drawn * (count // _DRAWN + 1))[:count])


def has_attributes(node: Node, value: Array, sizes: dict[str, int]) -> bool:
    """Whether a value has the attributes of a name."""
    attributes = _attributes(node)
    if not attributes - {"constant"}:
        return True
    each = _of_each(attributes, value.shape)
    if each:
        m, n = value.shape[-2:]
        listed = [value.flat[i * n : (i + 1) * n] for i in range(len(value.flat) // n)]
        stacked = (listed[i : i + m] for i in range(0, len(listed), m))
        return all(holds(word, one) for one in stacked for word in each | (attributes & ENTRYWISE))
    rows, columns = _rows_and_columns(value.shape, attributes)
    known = implied(attributes, rows == columns and len(value.shape) in (0, 2))
    listed = [value.flat[i * columns : (i + 1) * columns] for i in range(rows)]
    return all(holds(word, listed) for word in known)


def _of_each(attributes: frozenset[str], shape: tuple[int, ...]) -> frozenset[str]:
    """What the matrices of a stack have, all that follows with it; nothing of any other array."""
    words = frozenset(word.removeprefix(EACH) for word in attributes if word.startswith(EACH))
    return implied(words | (attributes & ENTRYWISE), shape[-1] == shape[-2]) if words else words


def _attributes(node: Node) -> frozenset[str]:
    if node.op != "var" or not isinstance(node.data, tuple):
        return frozenset()
    return frozenset(node.data[1])


def _rows_and_columns(shape: tuple[int, ...], attributes: frozenset[str]) -> tuple[int, int]:
    """What the rows are that attributes speak of: those of a matrix, else along the last axis."""
    if len(shape) == 1 and attributes & _OF_MATRICES:
        return shape[0], 1  # a column
    return (prod(shape[:-1]), shape[-1]) if shape else (1, 1)


def _number(attributes: frozenset[str], entries: Entries) -> Callable[[], Fraction]:
    """What draws an entry, by the attributes that speak of each entry alone."""
    if "positive" in attributes and attributes & {"binary", "signs"}:
        return lambda: Fraction(1)
    if "signs" in attributes:
        return lambda: Fraction(entries.mostly())
    if "binary" in attributes:
        return lambda: Fraction(entries.mostly() > 0)
    if "positive" in attributes:
        return entries.positive
    return entries.nonnegative if "nonnegative" in attributes else entries.next
