"""`gradcli check`: check the hand-written derivations in files and folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_changes

import click

from gradcli.cli import complete
from gradcli.cli.mend import mend_files, show_mends
from gradcli.cli.options import layout_option, output_options, settings_options, timeout_option
from gradcli.cli.plain import ascii_option
from gradcli.cli.settings import settings_of
from gradcli.cli.status import OK, WRONG
from gradcli.cli.terminal import Terminal
from gradcli.diagnostics.diagnostic import error, warning
from gradcli.syntax.sources import shown_name, source_of_text
from gradcli.verdicts.summary import summarize, undecided_as_warning
from gradcli.verdicts.verdict import Checked
from gradcli.ways_in.files import check_files, check_text, find_files
from gradcli.ways_in.settings import Settings, in_force

_ROUNDS = 10  # of mends: each link of a chain that is false takes one
FORMATS = ("text", "json", "junit", "sarif", "github", "html")


@dataclass(frozen=True, slots=True)
class Call:
    """What the command line asks for."""

    paths: tuple[str, ...]
    text: str | None
    form: str
    undecided: str
    jobs: int
    allow_empty: bool
    layout: str | None
    output: str | None
    first: bool
    statistics: bool
    mending: str | None
    settings: Settings
    terminal: Terminal


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...", shell_complete=complete.files)
@click.option("-e", "text", metavar="TEXT", multiple=True, help="A program as text.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="text for people.")
@click.option(
    "--undecided",
    type=click.Choice(["fail", "warn"]),
    help="Whether a statement that is neither proved nor refuted fails; it does unless this says warn.",
)
@click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Use N processes.")
@click.option("--allow-empty", is_flag=True, help="Nothing to check is no error (for hooks).")
@click.option("--fix", is_flag=True, help="Write the expected side in the place of a false one.")
@click.option("--diff", is_flag=True, help="Show what --fix would write.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes.")
@click.option("--output", metavar="FILE", shell_complete=complete.files, help="Write the report into a file.")
@click.option("-x", "first", is_flag=True, help="Stop after the first file with a failure.")
@click.option("--explain", is_flag=True, help="Print the programs that documents are read as, and check nothing.")
@click.option("--statistics", is_flag=True, help="Count the failures by code.")
@timeout_option
@layout_option
@settings_options
@output_options
@ascii_option
def command(
    paths: tuple[str, ...],
    text: tuple[str, ...],
    form: str,
    undecided: str | None,
    jobs: int | None,
    allow_empty: bool,
    explain: bool,
    fix: bool,
    diff: bool,
    watch: bool,
    output: str | None,
    first: bool,
    statistics: bool,
    layout: str | None,
    config: str | None,
    isolated: bool,
    color: str,
    quiet: bool,
    verbose: bool,
) -> int:
    """Check the hand-written derivations in files and folders.

    PATH is a program (*.mc), a document, a Python file, a folder (searched for those), or - for
    standard input. Each statement is proved, equal (at random points, beyond any doubt), refuted
    or undecided.
    """
    if bool(paths) == bool(text):
        raise click.UsageError(
            "name files and folders to check, or give a program with -e"
            if not paths
            else "either PATH or -e TEXT, not both"
        )
    if fix and diff:
        raise click.UsageError("either --fix or --diff, not both")
    if (fix or watch) and (text or "-" in paths):
        raise click.UsageError(f"{'--fix' if fix else '--watch'} goes with files")
    settings = settings_of(config, isolated)
    if explain:
        return _explain(find_files(paths, settings), layout, Terminal(color, quiet, verbose))
    call = Call(
        paths,
        "\n".join(text) if text else None,
        form,
        undecided or settings.undecided or "fail",
        jobs or settings.jobs or 1,
        allow_empty,
        layout,
        output,
        first,
        statistics,
        "fix" if fix else "diff" if diff else None,
        settings,
        Terminal(color, quiet, verbose),
    )
    if watch:
        from gradcli.cli.watch import stamps
        from gradcli.cli.watch import watch as repeat

        def watched() -> list[str]:
            own = os.path.realpath(output) if output else None
            return [path for path in find_files(paths, settings) if os.path.realpath(path) != own]

        return repeat(lambda own: _run(call, lambda written: own.update(stamps(written))), watched)
    return _run(call)


def _run(call: Call, wrote: Callable[[Sequence[str]], None] = lambda _: None) -> int:
    """Check once; `wrote` is told the files that were mended, before they are looked at again."""
    terminal = call.terminal
    files: list[Checked] = []
    if call.text is not None:
        layout = call.layout or in_force(call.text, call.settings)
        files.append(check_text(source_of_text(call.text, "<command line>"), layout))
    files += _checked(call)
    if call.mending == "fix":
        mended: set[str] = set()
        for _ in range(_ROUNDS):
            changed = mend_files(files)
            if not changed:
                break
            mended.update(changed)
            wrote(changed)
            files = _checked(call)
        if mended:
            terminal.remark(f"{len(mended)} file{'s' * (len(mended) != 1)} mended")
    if call.undecided == "warn":
        files = [undecided_as_warning(file) for file in files]
    if call.mending == "diff":
        terminal.answer(show_mends(files))
    else:
        _report(call, files)
    terminal.complain(said for file in files for said in file.diagnostics)
    if not any(file.verdicts for file in files) and not any(file.errors for file in files):
        if call.allow_empty:
            return OK
        where = ", ".join(call.paths) or "the text"
        hint = "a statement to check is `check a == b`"
        terminal.complain([error("E112", f"there is nothing to check in {where}", hint=hint)])
        return WRONG
    return summarize(files).exit_status


def _explain(paths: Sequence[str], layout: str | None, terminal: Terminal) -> int:
    """Print what documents are read as."""
    from gradcli.diagnostics.diagnostic import Diagnostic
    from gradcli.documents.explain import explained
    from gradcli.syntax.sources import read_source

    wrong = False
    for path in paths:
        source = read_source(path)
        if isinstance(source, Diagnostic):
            wrong = bool(terminal.complain([source])) or wrong
        else:
            terminal.answer(explained(source, layout))
    return WRONG if wrong else OK


def _checked(call: Call) -> list[Checked]:
    skipped: list[str] = []
    found = find_files(call.paths, call.settings, skipped)
    message = "is a pipe or a device, and was skipped"
    call.terminal.complain([warning("W607", f"{shown_name(path)} {message}") for path in skipped])
    quiet = call.form != "text" or call.terminal.quiet
    if quiet or len(found) < 2 or not sys.stderr.isatty():
        return check_files(found, call.jobs, None, call.layout, call.settings, call.first)
    try:
        return check_files(
            found, call.jobs, lambda count: _progress(count, len(found)), call.layout, call.settings, call.first
        )
    finally:
        sys.stderr.write("\r\x1b[K")


def _progress(count: int, total: int) -> None:
    width = 30
    full = width * count // total
    sys.stderr.write(f"\r[{'#' * full}{'.' * (width - full)}] {count}/{total} files")
    sys.stderr.flush()


def _report(call: Call, files: Sequence[Checked]) -> None:
    """The report, to a file or to standard output."""
    if call.output is None:
        call.terminal.answer(_written(files, call.form, call.terminal, call.statistics))
        return
    plain = with_changes(call, terminal=Terminal("never", call.terminal.quiet, call.terminal.verbose))
    try:
        with open(call.output, "w", encoding="utf-8", newline="\n") as file:
            file.write(_written(files, call.form, plain.terminal, call.statistics))
    except OSError as problem:
        told = (problem.strerror or str(problem)).lower()
        raise click.UsageError(f"--output {call.output} cannot be written: {told}") from None


def _written(files: Sequence[Checked], form: str, terminal: Terminal, statistics: bool) -> str:
    if form == "text":
        from gradcli.verdicts.report import text

        out = text.write(files, terminal.color, terminal.quiet, terminal.verbose)
        return out + _statistics(files) if statistics else out
    from importlib import import_module

    writer: Callable[[Sequence[Checked]], str] = import_module(f"gradcli.verdicts.report.{form}").write
    return writer(files)


def _statistics(files: Sequence[Checked]) -> str:
    """How often each code was said, the most frequent first."""
    from collections import Counter

    from gradcli.diagnostics.registry import all_codes

    codes = [verdict.code for file in files for verdict in file.verdicts if not verdict.ok and verdict.code]
    codes += [said.code for file in files for said in file.diagnostics]
    known = all_codes()
    lines = []
    for code, count in sorted(Counter(codes).items(), key=lambda item: (-item[1], item[0])):
        title = known[code].title if code in known else ""
        lines.append(f"{count:5}  {code}  {title}".rstrip())
    return "\n".join([*lines, ""]) if lines else ""
