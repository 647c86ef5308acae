"""`gradcli check`: check the hand-written derivations in files and folders."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import click

from gradcli.cli.options import layout_option, output_options
from gradcli.cli.status import OK, WRONG
from gradcli.cli.terminal import Terminal
from gradcli.diagnostics.diagnostic import error
from gradcli.syntax.sources import source_of_text
from gradcli.verdicts.summary import summarize, undecided_as_warning
from gradcli.verdicts.verdict import Checked
from gradcli.ways_in.files import check_files, check_text, find_files

FORMATS = ("text", "json", "junit", "sarif", "github")


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("-e", "text", metavar="TEXT", multiple=True, help="A program as text.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="text for people.")
@click.option(
    "--undecided",
    type=click.Choice(["fail", "warn"]),
    default="fail",
    help="Whether a statement that is neither proved nor refuted fails.",
)
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=1, metavar="N", help="Use N processes.")
@click.option("--allow-empty", is_flag=True, help="Nothing to check is no error (for hooks).")
@layout_option
@output_options
def command(
    paths: tuple[str, ...],
    text: tuple[str, ...],
    form: str,
    undecided: str,
    jobs: int,
    allow_empty: bool,
    layout: str | None,
    color: str,
    quiet: bool,
    verbose: bool,
) -> int:
    """Check the hand-written derivations in files and folders.

    PATH is a file, a folder (searched for *.mc) or - for standard input. Each statement is
    proved, equal (at random points, beyond any doubt), refuted or undecided.
    """
    if bool(paths) == bool(text):
        raise click.UsageError(
            "name files and folders to check, or give a program with -e"
            if not paths
            else "either PATH or -e TEXT, not both"
        )
    terminal = Terminal(color, quiet, verbose)
    files = [check_text(source_of_text("\n".join(text), "<command line>"), layout)] if text else []
    files += _checked(paths, jobs, layout, form == "text" and not quiet)
    if undecided == "warn":
        files = [undecided_as_warning(file) for file in files]
    terminal.answer(_written(files, form, terminal))
    terminal.complain(said for file in files for said in file.diagnostics)
    if not any(file.verdicts for file in files) and not any(file.errors for file in files):
        if allow_empty:
            return OK
        where = ", ".join(paths) or "the text"
        hint = "a statement to check is `check a == b`"
        terminal.complain([error("E112", f"there is nothing to check in {where}", hint=hint)])
        return WRONG
    return summarize(files).exit_status


def _checked(paths: Sequence[str], jobs: int, layout: str | None, may_show: bool) -> list[Checked]:
    found = find_files(paths)
    if not may_show or len(found) < 2 or not sys.stderr.isatty():
        return check_files(found, jobs, None, layout)
    try:
        return check_files(found, jobs, lambda count: _progress(count, len(found)), layout)
    finally:
        sys.stderr.write("\r\x1b[K")


def _progress(count: int, total: int) -> None:
    width = 30
    full = width * count // total
    sys.stderr.write(f"\r[{'#' * full}{'.' * (width - full)}] {count}/{total} files")
    sys.stderr.flush()


def _written(files: Sequence[Checked], form: str, terminal: Terminal) -> str:
    if form == "text":
        from gradcli.verdicts.report import text

        return text.write(files, terminal.color, terminal.quiet, terminal.verbose)
    from importlib import import_module

    writer: Callable[[Sequence[Checked]], str] = import_module(f"gradcli.verdicts.report.{form}").write
    return writer(files)
