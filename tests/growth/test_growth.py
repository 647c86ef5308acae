"""Work grows as the program does: counted, never timed.

What is counted are the lines that are executed, comprehensions by their rounds, in every function of the package by
itself.  So a pass that walks what it has seen before is found by name, however cheap it is beside the rest, and the
next pass and the next format are counted without being named here.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import click
import pytest

import gradcli.derive.answers
import gradcli.derive.derive
import gradcli.derive.steps
import gradcli.emit.arguments
import gradcli.emit.documentation
import gradcli.emit.module
import gradcli.render.page.graph
import gradcli.render.share
import gradcli.render.steps
import gradcli.shorten.derive
from gradcli.cli.derive import command as derive
from gradcli.cli.emit import command as emit
from gradcli.expr.node import own_program
from tests.cli.run import run
from tests.growth.families import FAMILIES, FILES

_PACKAGE = str(Path(gradcli.derive.answers.__file__).parents[1])
_BY_THE_CLOCK = "limits.py"  # looks at the time and the memory as often as the clock says: not work of the program
_SHORT = 5
_MOST = 2.3
_SLACK = 10  # visits of one function for each definition that is added

# Up to these bounds a program is short, and is treated otherwise: all are taken for long.
_BOUNDS = (
    (gradcli.derive.answers, "_MOST_SEPARATE"),
    (gradcli.derive.derive, "_MOST_TENSORS"),
    (gradcli.derive.steps, "_MOST_SEARCHED"),
    (gradcli.render.page.graph, "MOST"),
    (gradcli.render.share, "_OF_GRADIENTS"),
    (gradcli.render.steps, "MOST_WHERE"),
    (gradcli.shorten.derive, "MOST_PARTS"),
    (gradcli.emit.arguments, "_MOST"),
    (gradcli.emit.documentation, "_MOST_STEPS"),
    (gradcli.emit.module, "MOST_APART"),
)


def _choices(command: click.Command, option: str) -> list[str]:
    (found,) = (each for each in command.params if each.name == option)
    assert isinstance(found.type, click.Choice)
    return [str(choice) for choice in found.type.choices]


COMMANDS = {
    **{f"derive --format {name}": ["derive", "--format", name] for name in _choices(derive, "form")},
    **{f"derive --steps {name}": ["derive", "--steps", name] for name in _choices(derive, "steps")},
    **{f"emit --target {name}": ["emit", "--target", name] for name in _choices(emit, "target")},
    "check": ["check", "--undecided", "warn"],
}


def visits(*command: str, program: str = "") -> Counter[CodeType]:
    """How many lines of each function of the package a command executes."""
    found: Counter[CodeType] = Counter()

    def inside(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            found[frame.f_code] += 1
        return inside

    def entered(frame: FrameType, _event: str, _: Any) -> Any:
        file = frame.f_code.co_filename
        return inside if file.startswith(_PACKAGE) and not file.endswith(_BY_THE_CLOCK) else None

    before = sys.gettrace()
    with own_program():  # else what an earlier count has interned is not made again
        sys.settrace(entered)
        try:
            result = run(*command, stdin=program)
        finally:
            sys.settrace(before)
    assert "internal error" not in result.err, result.err
    return found


def growing(count: Callable[[int], Counter[CodeType]]) -> list[str]:
    """The functions whose work more than doubles with the program, each with its counts."""
    lengths = (_SHORT, 2 * _SHORT, 4 * _SHORT)
    counts = [count(length) for length in lengths]
    out = []
    for code in counts[-1]:
        first, second, third = (count[code] for count in counts)
        # the differences: what does not depend on the length is in none of them
        if third - second > _MOST * (second - first) + _SLACK * _SHORT:
            place = f"{Path(code.co_filename).relative_to(_PACKAGE)}:{code.co_firstlineno}"
            out.append(f"{place} {code.co_name}: {first}, {second}, {third} lines at {lengths}")
    return out


# Every family through what all commands share, every command with one family, and what differs from command to command.
# JSON holds each answer as text, as a program and in LaTeX.
_SHARED = {family: "derive --format json" for family in FAMILIES} | {"symmetric": "derive --format text"}
CASES = [
    *((command, family) for family, command in _SHARED.items()),
    *((command, "scalar_sum") for command in COMMANDS if command not in ("check", _SHARED["scalar_sum"])),
    ("check", "checks"),
    ("emit --target numpy", "centred"),
]


@pytest.mark.parametrize(("command", "family"), CASES)
def test_work_doubles_with_the_program(command: str, family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, bound in _BOUNDS:
        monkeypatch.setattr(module, bound, 0)
    arguments, write = [*COMMANDS[command], "-"], FAMILIES[family]
    run(*arguments, stdin=write(2))  # what is read once is read
    assert growing(lambda length: visits(*arguments, program=write(length))) == []


@pytest.mark.parametrize("ending", FILES)
def test_work_doubles_with_a_document(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"grows.{ending}"

    def count(length: int) -> Counter[CodeType]:
        file.write_text(FILES[ending](length), encoding="utf-8")
        return visits("check", str(file))

    count(2)
    assert growing(count) == []
