"""How parts of arrays and what is put together of them is written; the targets differ in words only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, cast

from gradcli.emit.instr import Instr
from gradcli.emit.writer import Code, Level


class Words(Protocol):
    """The words of a target, and how it calls and helps itself."""

    @property
    def axis(self) -> str:
        """How the axis of a function is named."""

    @property
    def concatenate(self) -> str:
        """The function that joins arrays."""

    def whole(self, code: Code) -> str:
        """Labels as integers."""

    def array(self, text: str) -> Code:
        """A number as an array."""

    def call(self, function: str, *args: Code | str) -> Code:
        """A call of the library."""

    def help(self, helper: str, *args: Code | str) -> Code:
        """A call of a helper that is written into the module."""


Rule = Callable[[Words, Instr, list[Code]], Code]


def _part(dialect: Words, instr: Instr, args: list[Code]) -> Code:
    array, *bounds = args
    places = iter(bounds)
    cut = []
    for kept in cast("tuple[bool, ...]", instr.data):
        start = next(places).text if kept else ""
        stop = next(places).text if kept else ""
        cut.append(_slice("" if start == "0" else start, stop))
    return Code(f"{array.at(Level.ATOM)}[{', '.join(cut)}]", Level.ATOM)


def _slice(start: str, stop: str) -> str:
    """A slice as formatters lay it out: with room round the colon where a bound is more than a word."""
    if all(bound.isalnum() or bound.isidentifier() or not bound for bound in (start, stop)):
        return f"{start}:{stop}"
    return f"{start} : {stop}".strip()


def _concat(dialect: Words, instr: Instr, args: list[Code]) -> Code:
    parts = f"[{', '.join(arg.text for arg in args)}]"
    return dialect.call(dialect.concatenate, parts, *([f"{dialect.axis}={instr.data}"] if instr.data else []))


def _listed(dialect: Words, instr: Instr, args: list[Code]) -> Code:
    shape = "(1,)" if instr.data == 1 else "(1, 1)"
    return dialect.call("reshape", dialect.array(args[0].text), shape)


def _picked(dialect: Words, instr: Instr, args: list[Code]) -> Code:
    array, labels = args
    before = ":, " * int(str(instr.data))
    return Code(f"{array.at(Level.ATOM)}[{before}{dialect.whole(labels)} - 1]", Level.ATOM)


def _onehot(dialect: Words, instr: Instr, args: list[Code]) -> Code:
    return dialect.help("onehot", *args)


def _place(dialect: Words, instr: Instr, args: list[Code]) -> Code:
    *sizes, start = args
    shape = f"({', '.join(size.text for size in sizes)})"
    return dialect.help("place", shape, str(instr.data), start.text)


def _windows(dialect: Words, instr: Instr, args: list[Code]) -> Code:
    return dialect.help("windows", *args, str(instr.data))


RULES: Mapping[str, Rule] = {
    "part": _part,
    "concat": _concat,
    "listed": _listed,
    "picked": _picked,
    "onehot": _onehot,
    "place": _place,
    "windows": _windows,
    "add_windows": lambda d, i, args: d.help("add_windows", *args),
}
