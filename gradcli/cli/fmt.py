"""`gradcli fmt`: lay out programs."""

from __future__ import annotations

from pathlib import Path

import click

from gradcli.cli import complete
from gradcli.cli.options import output_options, settings_options
from gradcli.cli.settings import settings_of
from gradcli.cli.status import OK, WRONG
from gradcli.cli.terminal import Terminal
from gradcli.diagnostics.diagnostic import Diagnostic, error
from gradcli.syntax.layout_text import laid_out
from gradcli.syntax.parse import parse_module
from gradcli.syntax.sources import read_source
from gradcli.ways_in.files import find_files
from gradcli.ways_in.mending import difference
from gradcli.ways_in.registry import PROGRAMS, way_of


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=complete.files)
@click.option("--check", "only_say", is_flag=True, help="Write nothing; status 1 where a file is not laid out.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would be written.")
@settings_options
@output_options
def command(
    paths: tuple[str, ...],
    only_say: bool,
    diff: bool,
    config: str | None,
    isolated: bool,
    color: str,
    quiet: bool,
    verbose: bool,
) -> int:
    """Lay out programs.

    Spaces stand where they belong, and at most one line is blank; what a program means is not
    changed. PATH is a program, a folder (searched for *.mc), or - for standard input, which goes
    to standard output laid out.
    """
    terminal = Terminal(color, quiet, verbose)
    said: list[Diagnostic] = []
    changed = 0
    files = [
        path for path in find_files(paths, settings_of(config, isolated)) if path == "-" or way_of(path) is PROGRAMS
    ]
    for path in files:
        source = read_source(path)
        if isinstance(source, Diagnostic):
            said.append(source)
            continue
        _, wrong = parse_module(source)
        said += [each for each in wrong if each.is_error]
        after = laid_out(source)
        if path == "-" and not only_say and not diff:
            terminal.answer(after)
            continue
        if after == source.text:
            continue
        changed += 1
        if diff:
            terminal.answer(difference(path, source.text, after))
        elif only_say:
            terminal.answer(f"{path} is not laid out")
        else:
            _write(path, after)
            terminal.remark(f"{path} laid out")
    if not files:
        said.append(error("E112", f"there is no program in {', '.join(paths)}"))
    if terminal.complain(said):
        return WRONG
    return 1 if changed and (only_say or diff) else OK


def _write(path: str, text: str) -> None:
    try:
        if b"\r\n" in Path(path).read_bytes():
            text = text.replace("\n", "\r\n")
        Path(path).write_bytes(text.encode("utf-8"))
    except OSError as problem:
        raise click.UsageError(f"{path} cannot be written: {(problem.strerror or str(problem)).lower()}") from None
