"""`gradcli shapes`: what was declared and what was inferred."""

from __future__ import annotations

from typing import Any

import click

from gradcli.cli.inputs import read_input
from gradcli.cli.options import layout_option, output_options, settings_options, source_options
from gradcli.cli.plain import ascii_option, in_ascii, spell_names
from gradcli.cli.settings import settings_of
from gradcli.cli.status import OK, WRONG
from gradcli.cli.terminal import Terminal
from gradcli.expr.shapes import Shape, show_shape
from gradcli.program.model import Program
from gradcli.render.program_mc import attributes_of


@click.command()
@source_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="A table, or one object.")
@layout_option
@settings_options
@output_options
@ascii_option
def command(
    file: str | None,
    text: tuple[str, ...],
    form: str,
    layout: str | None,
    config: str | None,
    isolated: bool,
    color: str,
    quiet: bool,
    verbose: bool,
) -> int:
    """Show what was declared and what was inferred.

    FILE is a program, - is standard input.
    """
    terminal = Terminal(color, quiet, verbose)
    given = read_input(file, text, layout, settings_of(config, isolated))
    program = given.program()
    if form == "json":
        from gradcli.diagnostics.as_json import json_text

        terminal.answer(json_text({"version": 1, "file": given.name, **_as_json(program)}).rstrip("\n"))
    else:
        terminal.answer(_table([*_values(program), *_functions(program)]))
    return WRONG if terminal.complain(program.diagnostics) else OK


Row = tuple[str, str, str, str, str]
_HEAD: Row = ("name", "shape", "is", "from", "attributes")


def _values(program: Program) -> list[Row]:
    rows: list[Row] = []
    for name, free in program.variables.items():
        what = "free, integer" if free.discrete and "permutation" not in free.attributes else "free"
        origin = "inferred" if free.inferred else "declared"
        rows.append((name, show_shape(free.declared), what, origin, " ".join(free.attributes)))
    for name in program.definitions:
        known = attributes_of(program.nodes[name])
        rows.append((name, show_shape(program.nodes[name].shape), "definition", "computed", " ".join(known)))
    return rows


def _functions(program: Program) -> list[Row]:
    rows: list[Row] = []
    for name, function in program.functions.items():
        origin = "inferred" if function.inferred else "declared" if function.body is None else "computed"
        shape = f"{show_shape(function.domain)} -> {show_shape(function.codomain)}"
        rows.append((name, shape, "function" if function.body is None else "definition", origin, ""))
    for name, args in program.losses.items():
        of = ", ".join(str(arg.data[0]) for arg in args if isinstance(arg.data, tuple))
        rows.append((name, "scalar", f"any function of {of}", "declared", ""))
    return rows


def _table(rows: list[Row]) -> str:
    if not rows:
        return ""
    table = [_HEAD, *rows]
    if in_ascii():
        from gradcli.render.ascii_text import ascii_text

        spelled = spell_names(row[0] for row in rows)
        a, b, c, d, e = ([ascii_text(cell, spelled) for cell in column] for column in zip(*table, strict=True))
        table = list(zip(a, b, c, d, e, strict=True))
    widths = [max(len(row[column]) for row in table) for column in range(len(_HEAD))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table)
    return "\n".join(line.rstrip() for line in lines)


def _as_json(program: Program) -> dict[str, Any]:
    def entry(shape: Shape, attributes: tuple[str, ...] = (), inferred: bool = False, **more: object) -> dict[str, Any]:
        return {"shape": list(shape), "attributes": list(attributes), "inferred": inferred, **more}

    shapes = {
        name: entry(free.declared, free.attributes, free.inferred, free=True, discrete=free.discrete)
        for name, free in program.variables.items()
    }
    shapes |= {
        name: entry(program.nodes[name].shape, attributes_of(program.nodes[name]), free=False)
        for name in program.definitions
    }
    functions = {
        name: {"domain": list(f.domain), "codomain": list(f.codomain), "inferred": f.inferred}
        for name, f in program.functions.items()
    }
    return {"layout": program.layout, "shapes": shapes, "functions": functions}
