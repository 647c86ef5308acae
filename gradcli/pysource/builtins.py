"""What Python itself offers to functions that are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from gradcli.pysource import arrays
from gradcli.pysource.arguments import Arguments
from gradcli.pysource.numbers import combine, plain
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import Size
from gradcli.pysource.values import NONE, Array, Level, Number, Record, Sequence, Slice, Value, Word

_ENDLESS = {"inf": "inf", "+inf": "inf", "infinity": "inf", "-inf": "-inf", "-infinity": "-inf"}


def _len(given: Arguments) -> Value:
    value = given.at(0)
    match value:
        case Array(dims=dims) if dims:
            return dims[0]
        case Sequence(items) | Record(items):
            return Number(Fraction(len(items)), True)
    raise Refused(given.node, "len of this is not read")


def _range(given: Arguments) -> Value:
    ends = [plain(arg) for arg in given.args]
    if len(ends) == 1 and isinstance(ends[0], Size):
        return Array("arange", (ends[0],), arange=ends[0])  # as an index it goes over a whole axis
    known = [int(end.value) for end in ends if isinstance(end, Number) and end.whole]
    if len(known) != len(ends) or not 1 <= len(known) <= 3:
        raise Refused(given.node, "a loop over a size is not read", "write it with array operations")
    turns = range(*known)
    if len(turns) > 10_000:
        raise Refused(given.node, f"a loop of {len(turns)} turns is too long to be written out")
    return Sequence(tuple(Number(Fraction(i), True) for i in turns))


def _enumerate(given: Arguments) -> Value:
    items = given.sequence(given.at(0))
    start = given.integer(given.get(1, "start") or Number(Fraction(0), True))
    return Sequence(tuple(Sequence((Number(Fraction(i + start), True), item)) for i, item in enumerate(items)))


def _zip(given: Arguments) -> Value:
    lists = [given.sequence(arg) for arg in given.args]
    return Sequence(tuple(Sequence(items) for items in zip(*lists, strict=False)))


def _reversed(given: Arguments) -> Value:
    return Sequence(tuple(reversed(given.sequence(given.at(0)))))


def _number(given: Arguments) -> Value:
    value = plain(given.at(0))
    if isinstance(value, Word) and isinstance(value.value, str) and given.name == "float":
        endless = _ENDLESS.get(value.value.strip().lower())
        if endless is not None:
            return Array(endless, (), Level.NEGATED if endless.startswith("-") else Level.ATOM)
    if isinstance(value, Number) and given.name == "int":
        return Number(Fraction(int(value.value)), True)
    if isinstance(value, Word) and isinstance(value.value, str):
        try:
            return Number(Fraction(value.value))
        except ValueError:
            raise Refused(given.node, f"{given.name} of this string is not read") from None
    return value


def _abs(given: Arguments) -> Value:
    value = plain(given.at(0))
    return (
        Number(abs(value.value), value.whole)
        if isinstance(value, Number)
        else arrays.call("abs", [given.array(0)], given.node)
    )


def _extreme(given: Arguments) -> Value:
    values = given.args if len(given.args) > 1 else given.sequence(given.at(0))
    known = [plain(value) for value in values]
    if all(isinstance(value, Number) for value in known):
        numbers = [value for value in known if isinstance(value, Number)]
        return (max if given.name == "max" else min)(numbers, key=lambda number: number.value)
    found = arrays.as_array(known[0], given.node)
    for value in known[1:]:
        other = arrays.as_array(value, given.node)
        if found.dims or other.dims:
            raise Refused(given.node, f"{given.name} of arrays is not read", f"write np.{given.name}imum")
        found = arrays.call(given.name, [found, other], given.node)
    return found


def _sum(given: Arguments) -> Value:
    value = given.at(0)
    if isinstance(value, Array):
        if len(value.dims) == 1:
            return Array(f"sum({value.code})", ())
        raise Refused(given.node, "sum over the first axis is not read", "write np.sum(x, axis=0)")
    total: Value = given.get(1, "start") or Number(Fraction(0), True)
    for item in given.sequence(value):
        total = item if total == Number(Fraction(0), True) else combine("+", total, item, given.node)
    return total


def _list(given: Arguments) -> Value:
    if not given.args:
        return Sequence((), given.name == "list")
    return Sequence(tuple(given.sequence(given.at(0))), given.name == "list")


def _dict(given: Arguments) -> Value:
    record = Record(dict(given.named))
    for arg in given.args:
        if not isinstance(arg, Record):
            raise Refused(given.node, "dict of this is not read")
        record.items = {**arg.items, **record.items}
    return record


def _object(given: Arguments) -> Value:
    """`SimpleNamespace(x=x, w=w)`."""
    if given.args:
        raise Refused(given.node, "SimpleNamespace takes its values by name")
    return Record(dict(given.named), "object")


def _power(given: Arguments) -> Value:
    return combine("**", given.at(0), given.at(1), given.node)


def _round(given: Arguments) -> Value:
    return arrays.call("round", [given.array(0)], given.node)


def _attribute(given: Arguments) -> Value:
    name = given.at(1)
    if not isinstance(name, Word) or not isinstance(name.value, str):
        raise Refused(given.node, "getattr with a name that is not written is not read")
    return given.reader.attribute(given.at(0), name.value, given.node)


def _has(given: Arguments) -> Value:
    owner, name = given.at(0), given.at(1)
    if isinstance(owner, Record) and isinstance(name, Word):
        return Word(str(name.value) in owner.items)
    raise Refused(given.node, "hasattr of this is not read")


def _slice(given: Arguments) -> Value:
    ends: list[Size | None] = [None if arg == NONE else given.dims(arg)[0] for arg in given.args[:2]]
    return Slice(ends[0], ends[1]) if len(ends) == 2 else Slice(None, ends[0])


def _printed(given: Arguments) -> Value:
    return NONE


RECORDS: Mapping[str, Callable[[Arguments], Value]] = {
    "collections.OrderedDict": _dict, "types.SimpleNamespace": _object,
}  # fmt: skip
"""Carriers of the standard library, by their full names."""

BUILTIN_FUNCTIONS: Mapping[str, Callable[[Arguments], Value]] = {
    "len": _len, "range": _range, "enumerate": _enumerate, "zip": _zip, "reversed": _reversed, "float": _number,
    "int": _number, "abs": _abs, "max": _extreme, "min": _extreme, "sum": _sum, "tuple": _list, "list": _list,
    "dict": _dict, "pow": _power, "round": _round, "getattr": _attribute, "hasattr": _has, "slice": _slice,
    "print": _printed, "str": lambda given: Word(""),
}  # fmt: skip
