"""What the parts of reading Python share: how an expression becomes a value, and a value gets its name."""

from __future__ import annotations

import ast
from typing import Protocol

from gradcli.pysource.frame import Frame
from gradcli.pysource.module import PythonFile
from gradcli.pysource.values import Array, Function, Value


class Reading(Protocol):
    """Reads the functions of one file.  Everything raises Refused for what is outside of the subset."""

    file: PythonFile
    arrays_of: str | None  # the library whose methods arrays have, where the file imports several

    def expr(self, node: ast.expr, frame: Frame) -> Value:
        """The value of an expression."""

    def arguments(self, node: ast.Call, frame: Frame) -> tuple[list[Value], dict[str, Value]]:
        """The arguments of a call, by place and by name."""

    def attribute(self, owner: Value, name: str, node: ast.AST) -> Value:
        """`owner.name`."""

    def lookup(self, name: str, frame: Frame, node: ast.AST) -> Value:
        """What a name stands for."""

    def call(
        self, function: Function, args: list[Value], named: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        """A call of a function of the file, which is read in its place."""

    def truth(self, test: ast.expr, frame: Frame) -> bool:
        """A condition that is settled while reading."""

    def items(self, value: Value, node: ast.AST) -> list[Value]:
        """What an iteration goes over."""

    def assign(self, target: ast.expr, value: Value, frame: Frame, node: ast.AST) -> None:
        """`target = value`."""

    def named(self, name: str, value: Value, frame: Frame, node: ast.AST) -> Value:
        """A value under the name it is assigned to: what is computed becomes a definition."""

    def store(self, owner: ast.expr, value: Value, frame: Frame, node: ast.AST) -> None:
        """A new value under the name, the key or the attribute that holds it."""

    def replace(self, owner: ast.expr, value: Array, frame: Frame, node: ast.AST) -> None:
        """A new value for what was written to in place."""
