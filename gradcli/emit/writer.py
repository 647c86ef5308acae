"""Instructions as a flat list of assignments, in any language with infix operators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from gradcli.emit.instr import Instr
from gradcli.emit.names import Names
from gradcli.emit.plan import postorder, uses

_LONG = 72


class Level(IntEnum):
    """How tightly a piece of code holds together."""

    CHOICE = 0
    SUM = 1
    PRODUCT = 2
    MATMUL = 3
    UNARY = 4
    POWER = 5
    ATOM = 6


@dataclass(frozen=True, slots=True)
class Code:
    """An expression's text; `cheap` where writing it twice costs no more than naming it."""

    text: str
    level: Level
    cheap: bool = False

    def at(self, level: Level) -> str:
        """The text, in brackets where it holds less tightly than the place needs."""
        return self.text if self.level >= level else f"({self.text})"


class Dialect(Protocol):
    """One target's spelling of instructions; `own` are those whose value nothing but one other instruction uses."""

    own: frozenset[int]

    def code(self, instr: Instr, args: list[Code]) -> Code:
        """The expression for an instruction, given those of its arguments."""

    def partial(self, instr: Instr, args: list[Code], start: int, stop: int, carried: Code | None) -> Code:
        """Part of a long `sum`: what is carried, then the terms from `start` to `stop`."""


def write(
    roots: list[Instr], preferred: Mapping[Instr, str], dialect: Dialect, names: Names
) -> tuple[list[str], list[Code]]:
    """Assignments, and the expressions of the roots over what they assign.

    What is used twice is named, as is what has a name in `preferred`, and what grows long: so no line nests
    deeply.
    """
    order = postorder(roots)
    used = uses(order, roots)
    dialect.own = frozenset(serial for serial, count in used.items() if count == 1)
    final = {root.serial for root in roots}
    lines: list[str] = []
    codes: dict[int, Code] = {}
    for instr in order:
        args = [codes[arg.serial] for arg in instr.args]
        code = _sum(instr, args, dialect, names, lines) if instr.kind == "sum" else dialect.code(instr, args)
        once = used[instr.serial] == 1
        last = instr.serial in final and once
        wanted = preferred.get(instr)
        if not code.cheap and not last and (wanted or not once or len(code.text) > _LONG):
            name = names.fresh(wanted) if wanted else names.numbered("t")
            lines.append(f"{name} = {code.text}")
            code = Code(name, Level.ATOM, True)
        codes[instr.serial] = code
    return lines, [codes[root.serial] for root in roots]


def _sum(instr: Instr, args: list[Code], dialect: Dialect, names: Names, lines: list[str]) -> Code:
    """A sum; a long one in parts, which are added up."""
    carried: Code | None = None
    start = 0
    for stop in range(1, len(args) + 1):
        length = sum(len(code.text) + 3 for code in args[start:stop])
        if stop == len(args) or length + len(args[stop].text) > _LONG:
            code = dialect.partial(instr, args, start, stop, carried)
            if stop == len(args):
                return code
            name = carried.text if carried is not None else names.numbered("t")
            lines.append(f"{name} = {code.text}")
            carried, start = Code(name, Level.ATOM, True), stop
    raise AssertionError("an empty sum")
