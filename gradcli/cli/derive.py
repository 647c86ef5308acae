"""`gradcli derive`: answer the questions of a program."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

import click

from gradcli.cli.inputs import Input, read_input, read_programs, write_back
from gradcli.cli.options import (
    layout_option,
    output_options,
    question_options,
    settings_options,
    source_options,
    timeout_option,
)
from gradcli.cli.plain import ascii_option, in_ascii, spell_names
from gradcli.cli.settings import settings_of
from gradcli.cli.status import OK, WRONG
from gradcli.cli.terminal import Terminal
from gradcli.derive.derive import Derivation
from gradcli.diagnostics.diagnostic import Diagnostic, error
from gradcli.program.model import KINDS
from gradcli.render.formats import WRITERS, written
from gradcli.shorten.derive import derive_short
from gradcli.ways_in.registry import is_document
from gradcli.ways_in.settings import Settings, in_force

FORMATS = ("text", *WRITERS, "json")


@click.command()
@source_options
@question_options
@click.option("--kind", type=click.Choice(KINDS), help="Ask for this, whatever the file asks.")
@timeout_option
@layout_option
@settings_options
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="text for people; mc parses again.")
@click.option("--expand", is_flag=True, help="Write the gradients of intermediates out.")
@click.option("--vec", "stacked", is_flag=True, help="Of and by matrices: ∂vec(Y)/∂vec(X), a matrix.")
@click.option("--steps", type=click.Choice(["rules", "components"]), help="Show how the answers come about.")
@click.option("--write", is_flag=True, help="Write the answers into the document, below their questions.")
@output_options
@ascii_option
def command(
    file: str | None,
    text: tuple[str, ...],
    of: str | None,
    wrt: str | None,
    kind: str | None,
    layout: str | None,
    config: str | None,
    isolated: bool,
    form: str,
    expand: bool,
    stacked: bool,
    steps: str | None,
    write: bool,
    color: str,
    quiet: bool,
    verbose: bool,
) -> int:
    """Answer the questions of a program.

    FILE is a program, - is standard input. A file that asks nothing is asked for the Jacobian
    of its last definition and for the gradient of an arbitrary scalar function of it.
    """
    terminal = Terminal(color, quiet, verbose)
    settings = settings_of(config, isolated)
    if write:
        return _write_answers(file, layout, settings, terminal)
    if file is not None and is_document(file):
        asked, how = (of, wrt, kind), (expand, stacked, steps)
        return _of_document(file, (layout, settings), asked, how, form, terminal, verbose)
    given = read_input(file, text, layout, settings)
    with _clock(terminal):
        derivation = _derivation(given, of, wrt, kind, expand, stacked, steps)
    diagnostics = [*derivation.program.diagnostics, *derivation.diagnostics]
    if not derivation.answers and not any(said.is_error for said in diagnostics):
        diagnostics.append(_nothing(given, derivation))
    terminal.answer(_written(derivation, diagnostics, form, terminal, verbose or steps == "rules"))
    return WRONG if terminal.complain(diagnostics) else OK


def _of_document(
    file: str,
    layout: tuple[str | None, Settings],
    asked: tuple[str | None, str | None, str | None],
    how: tuple[bool, bool, str | None],
    form: str,
    terminal: Terminal,
    verbose: bool,
) -> int:
    """Answer the questions of each program of a document."""
    wrong = False
    found = 0
    for given in read_programs(file, *layout):
        if not any(asked) and not given.asks and not given.diagnostics:
            continue
        with _clock(terminal):
            derivation = _derivation(given, *asked, *how)
        diagnostics = [*derivation.program.diagnostics, *derivation.diagnostics]
        found += len(derivation.answers)
        terminal.answer(_written(derivation, diagnostics, form, terminal, verbose or how[2] == "rules"))
        wrong = bool(terminal.complain(diagnostics)) or wrong
        if asked[0] is not None and derivation.answers:
            break
    if not found and not wrong:
        hint = "ask in a directive: <!-- gradcli: grad f wrt x -->"
        terminal.complain([error("E112", f"nothing is asked in {file}", hint=hint)])
        return WRONG
    return WRONG if wrong else OK


def _clock(terminal: Terminal) -> AbstractContextManager[None]:
    """A sign of life on a terminal; nothing is loaded for it elsewhere."""
    if terminal.quiet or not sys.stderr.isatty():
        return nullcontext()
    from gradcli.cli.progress import clock

    return clock("deriving")


def _write_answers(file: str | None, layout: str | None, settings: Settings, terminal: Terminal) -> int:
    """Write the answers of a document into it."""
    if file is None or not is_document(file):
        raise click.UsageError("--write goes with a document: a Markdown or TeX file, or a notebook")
    from gradcli.documents.answers import with_answers
    from gradcli.syntax.sources import read_source

    source = read_source(file)
    if isinstance(source, Diagnostic):
        terminal.complain([source])
        return WRONG
    out, diagnostics = with_answers(source, layout or in_force(source.text, settings))
    wrong = terminal.complain(diagnostics)
    if not wrong and out != source.text:
        write_back(file, out)
    return WRONG if wrong else OK


def _derivation(
    given: Input, of: str | None, wrt: str | None, kind: str | None, expand: bool, stacked: bool, steps: str | None
) -> Derivation:
    if of is None and wrt is None and kind is None:
        return derive_short(given.program(), expand=expand, stacked=stacked, steps=steps)
    from gradcli.cli.question import asked_question

    program, questions = asked_question(given, of, wrt, kind)
    return derive_short(program, questions, expand, stacked, steps) if questions else Derivation(program, (), ())


def _nothing(given: Input, derivation: Derivation) -> Diagnostic:
    from gradcli.derive.nothing import why_nothing

    why, hint = why_nothing(derivation.program)
    return error("E112", f"there is nothing to derive in {given.name}: {why}", hint=hint)


def _spelled(derivation: Derivation) -> Mapping[str, str]:
    """The names of a derivation as they are spelled in ASCII."""
    from gradcli.render.steps import taken_names

    return spell_names(sorted(taken_names(derivation.program, derivation.worked)))


def _written(derivation: Derivation, diagnostics: list[Diagnostic], form: str, terminal: Terminal, rules: bool) -> str:
    """The answers in a format; JSON is an object also where there is none."""
    program, answers = derivation.program, derivation.answers
    spelled = _spelled(derivation) if in_ascii() else None
    if form == "json":
        from gradcli.render.derive_json import derive_json

        return derive_json(program, answers, diagnostics, derivation.worked)
    if not answers:
        return ""
    if form in WRITERS:
        return written(form, program, answers, derivation.worked)
    from gradcli.render.derive_text import derive_text

    return derive_text(
        program,
        answers,
        color=terminal.color,
        rules=rules,
        worked=derivation.worked,
        columns=terminal.columns,
        plain=spelled,
    )
