"""How reductions and what else works along an axis are written; the targets differ in words only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

from gradcli.emit.instr import Instr, held
from gradcli.emit.writer import Code


class Words(Protocol):
    """What a target calls things."""

    axis: ClassVar[str]
    ddof: ClassVar[str]
    rolled_axis: ClassVar[str]
    cross: ClassVar[str]
    reductions: ClassVar[Mapping[str, str]]

    def flipped_axis(self, axis: int) -> str:
        """The axis of a flip."""

    def call(self, function: str, *args: Code | str) -> Code:
        """A call of a function of the package."""

    def help(self, helper: str, *args: Code | str) -> Code:
        """A call of a helper function."""


Rule = Callable[[Any, Instr, list[Code]], Code]

_REDUCTIONS = {"largest": "max", "smallest": "min", "prod": "prod", "variance": "var", "std": "std"}


def _reduced(function: str) -> Rule:
    """A reduction of all entries or along an axis; a variance with what its divisor is short of."""

    def rule(dialect: Words, instr: Instr, args: list[Code]) -> Code:
        along, ddof = instr.data if isinstance(instr.data, tuple) else (instr.data, 0)
        options = [f"{dialect.axis}={along}"] if along is not None else []
        if function in ("var", "std") and (ddof or dialect.ddof != "ddof"):
            options.append(f"{dialect.ddof}={ddof}")
        return dialect.call(dialect.reductions.get(function, function), *args, *options)

    return rule


def _running(function: str) -> Rule:
    def rule(dialect: Words, instr: Instr, args: list[Code]) -> Code:
        axis, backwards = instr.data if isinstance(instr.data, tuple) else (instr.data, False)
        inner = flipped(dialect, args[0], axis) if backwards else args[0]
        out = dialect.call(function, inner, f"{dialect.axis}={axis or 0}")
        return flipped(dialect, out, axis) if backwards else out

    return rule


def flipped(dialect: Words, code: Code, axis: int | None) -> Code:
    """The entries in reverse order along an axis."""
    return dialect.call("flip", code, dialect.flipped_axis(axis or 0))


def _rolled(dialect: Words, instr: Instr, args: list[Code]) -> Code:
    shift, axis = held(instr, tuple)
    return dialect.call("roll", *args, str(shift), f"{dialect.rolled_axis}={axis or 0}")


def _named_power(dialect: Words, instr: Instr, args: list[Code]) -> Code:
    return dialect.call("linalg.matrix_power", args[0], f"int({args[1].text})")


RULES: Mapping[str, Rule] = {
    **{kind: _reduced(function) for kind, function in _REDUCTIONS.items()},
    "cumsum": _running("cumsum"),
    "cumprod": _running("cumprod"),
    "flip": lambda d, i, args: flipped(d, args[0], i.data if isinstance(i.data, int) else None),
    "roll": _rolled,
    "atan2": lambda d, i, args: d.call(d.angle, *args),
    "hypot": lambda d, i, args: d.call("hypot", *args),
    "logaddexp": lambda d, i, args: d.call("logaddexp", *args),
    "polygamma": lambda d, i, args: d.help("polygamma", str(i.data), *args),
    "cross": lambda d, i, args: d.call(d.cross, *args),
    "sqrtm": lambda d, i, args: d.help("sqrtm", *args),
    "logm": lambda d, i, args: d.help("logm", *args),
    "logm_frechet": lambda d, i, args: d.help("logm_frechet", *args),
    "sylvester": lambda d, i, args: d.help("sylvester", *args),
    "named_power": _named_power,
}
