"""How parts of arrays and what is put together of them is written; the targets differ in words only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from gradcli.emit.writer import Code, Level

if TYPE_CHECKING:
    from gradcli.emit.instr import Instr
    from gradcli.emit.numpy_dialect import NumpyDialect

Rule = Callable[["NumpyDialect", "Instr", list[Code]], Code]


def _part(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    array, *bounds = args
    places = iter(bounds)
    cut = []
    for kept in cast("tuple[bool, ...]", instr.data):
        start = next(places).text if kept else ""
        stop = next(places).text if kept else ""
        cut.append(f"{'' if start == '0' else start}:{stop}")
    return Code(f"{array.at(Level.ATOM)}[{', '.join(cut)}]", Level.ATOM)


def _concat(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    parts = f"[{', '.join(arg.text for arg in args)}]"
    return dialect.call(dialect.concatenate, parts, *([f"{dialect.axis}={instr.data}"] if instr.data else []))


def _listed(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    shape = "(1,)" if instr.data == 1 else "(1, 1)"
    return dialect.call("reshape", dialect.array(args[0].text), shape)


def _picked(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    array, labels = args
    before = ":, " * int(str(instr.data))
    return Code(f"{array.at(Level.ATOM)}[{before}{dialect.whole(labels)} - 1]", Level.ATOM)


def _onehot(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return dialect.help("onehot", *args)


def _place(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    *sizes, start = args
    shape = f"({', '.join(size.text for size in sizes)})"
    return dialect.help("place", shape, str(instr.data), start.text)


def _windows(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return dialect.help("windows", *args, str(instr.data))


RULES: Mapping[str, Rule] = {
    "part": _part,
    "concat": _concat,
    "listed": _listed,
    "picked": _picked,
    "onehot": _onehot,
    "place": _place,
    "windows": _windows,
}
