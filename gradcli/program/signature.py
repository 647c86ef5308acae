"""What a function of the language is: how many arguments, what shape, which expression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.expr.node import Node
from gradcli.program.unify import OpenShape, settle, show_open, unify
from gradcli.record import dataclass

Options = dict[str, Any]  # a number, a name, or several axes
Infer = Callable[[list[OpenShape], Options], OpenShape]
Build = Callable[[list[Node], Options], Node]


class Misfit(ValueError):
    """Arguments whose shapes do not fit a function; `code`, the message and a hint."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


@dataclass(frozen=True, slots=True)
class LanguageFunction:
    """`least` to `most` arguments (None: any number), the names of its options, its shape and its expression."""

    least: int
    most: int | None
    infer: Infer
    build: Build
    options: tuple[str, ...] = ()


def square(shape: OpenShape, what: str) -> OpenShape:
    """Check that a shape is that of a square matrix (or a scalar, which is 1 x 1)."""
    shape = settle(shape)
    if shape and (len(shape) != 2 or not unify(shape[0], shape[1])):
        raise Misfit("E302", f"{what} needs a square matrix, and this is {show_open(shape)}")
    return settle(shape)
