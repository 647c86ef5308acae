"""What a pair claims: a program, and for each gradient what it is said to be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from gradcli.pysource.reader import Line, Reader
from gradcli.pysource.values import Array

_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Claim:
    """`left == right` in the language: of the gradient by `of`, or of a value; `node` is where it stands in Python.

    `wrong` says why it cannot hold, where its shape does not fit: then nothing needs to be compared.  `clashes`: there
    is no gradient at all, since `node` is a statement in which shapes do not fit.
    """

    of: str
    left: str
    right: str
    node: ast.AST
    wrong: str | None = None
    notes: tuple[str, ...] = ()
    clashes: bool = False


@dataclass(slots=True)
class Claims:
    """All that one pair claims, over one program.

    `declared` are the declarations, `reader.lines` the definitions of forward and backward, those from `start` on the
    backward's; `loss` is the scalar whose gradients are claimed.
    """

    reader: Reader
    declared: list[str]
    loss: str
    start: int
    claims: list[Claim]
    values: dict[str, Array] = field(default_factory=dict)  # the forward's values by their Python names
    local: dict[str, Array] = field(default_factory=dict)  # the backward's last values by theirs
    upstream: dict[str, str] = field(default_factory=dict)
    carried: list[Array] = field(default_factory=list)  # what the backward finds in self or ctx
    _behind: dict[str, frozenset[str]] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)  # what lists of the backward hold, as Python has it

    def backward_lines(self) -> list[Line]:
        """The definitions of the backward."""
        return self.reader.lines[self.start :]

    def forward_lines(self) -> list[Line]:
        """The definitions of the forward, the loss among them."""
        return self.reader.lines[: self.start]

    def program(self, checks: list[str]) -> str:
        """The text of the program with some checks behind it."""
        lines = [f"{line.name} = {line.code}" for line in self.reader.lines]
        return "\n".join([*self.declared, *lines, *checks]) + "\n"

    def used_by(self, *codes: str) -> set[str]:
        """The names that values are made of, through all definitions."""
        made = {line.name: line.code for line in self.reader.lines}
        found: set[str] = set()
        todo = [name for code in codes for name in _NAME.findall(code)]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += _NAME.findall(made.get(name, ""))
        return found

    def behind(self, name: str) -> frozenset[str]:
        """The names that a definition is made of: found once, since each name is defined once."""
        if name not in self._behind:
            self._behind[name] = frozenset(self.used_by(name))
        return self._behind[name]

    def last_below(self, codes: Iterable[str], lines: Iterable[Line]) -> list[Line | None]:
        """For each value the last of some definitions that it rests on."""
        own = list(lines)
        place = {line.name: at for at, line in enumerate(own)}
        below: dict[str, int] = {}

        def last(code: str) -> int:
            return max((below.get(name, -1) for name in _NAME.findall(code)), default=-1)

        for line in self.reader.lines:
            below[line.name] = max(last(line.code), place.get(line.name, -1))
        found = [last(code) for code in codes]
        return [own[at] if at >= 0 else None for at in found]
