"""`gradcli emit`: print code that computes the value and the derivative."""

from __future__ import annotations

import click

from gradcli.cli.inputs import Input, read_input
from gradcli.cli.options import (
    layout_option,
    output_options,
    question_options,
    settings_options,
    source_options,
    timeout_option,
)
from gradcli.cli.question import asked_question
from gradcli.cli.settings import settings_of
from gradcli.cli.status import OK, WRONG
from gradcli.cli.terminal import Terminal
from gradcli.derive.derive import Derivation, derive
from gradcli.diagnostics.diagnostic import Diagnostic, error

TARGETS = ("numpy", "jax", "torch")
STYLES = ("functions", "autograd-function")
KINDS = ("gradient", "jacobian", "hessian", "hvp")


@click.command()
@source_options
@click.option("--target", type=click.Choice(TARGETS), required=True, help="What the code is written for.")
@question_options
@click.option("--kind", type=click.Choice(KINDS), help="Which derivative; without it what the file asks.")
@click.option(
    "--style",
    type=click.Choice(STYLES),
    default=STYLES[0],
    show_default=True,
    help="Plain functions, or for torch a torch.autograd.Function with the gradients as its backward pass.",
)
@click.option("--factored", is_flag=True, help="Offer a Hessian as its factors too: Kronecker, low rank, diagonal.")
@timeout_option
@layout_option
@settings_options
@output_options
def command(
    file: str | None,
    text: tuple[str, ...],
    target: str,
    of: str | None,
    wrt: str | None,
    kind: str | None,
    style: str,
    factored: bool,
    layout: str | None,
    config: str | None,
    isolated: bool,
    color: str,
    quiet: bool,
    verbose: bool,
) -> int:
    """Print code that computes the value and the derivative.

    FILE is a program, - is standard input. Every function of the module takes the free names
    of the program as keyword arguments.
    """
    terminal = Terminal(color, quiet, verbose)
    if style != STYLES[0]:
        _refuse_style(target, kind)
        kind = "gradient"
    given = read_input(file, text, layout, settings_of(config, isolated))
    derivation = _derivation(given, of, wrt, kind)
    if factored and not any(answer.kind == "hessian" for answer in derivation.answers):
        raise click.UsageError("--factored goes with a Hessian: --kind hessian")
    diagnostics = [*derivation.program.diagnostics, *derivation.diagnostics]
    if not any(said.is_error for said in diagnostics):
        written = _module(target, given, derivation, of, style, factored)
        if isinstance(written, Diagnostic):
            diagnostics.append(written)
        else:
            terminal.answer(written)
    return WRONG if terminal.complain(diagnostics) else OK


def _derivation(given: Input, of: str | None, wrt: str | None, kind: str | None) -> Derivation:
    """What the command line asks, else what the file asks of the first thing it asks about, else the gradient."""
    if of is None and wrt is None and kind is None:
        program = given.program()
        asked = [question for question in program.questions if question.kind in KINDS]
        if asked:
            return derive(program, [question for question in asked if question.of is asked[0].of])
        kind = "gradient"
    program, questions = asked_question(given, of, wrt, kind)
    return derive(program, questions) if questions else Derivation(program, (), ())


def _refuse_style(target: str, kind: str | None) -> None:
    if target != "torch":
        raise click.UsageError("--style autograd-function goes with --target torch")
    if kind not in (None, "gradient"):
        raise click.UsageError("--style autograd-function holds gradients, and goes with no other --kind")


def _module(
    target: str, given: Input, derivation: Derivation, of: str | None, style: str, factored: bool
) -> str | Diagnostic:
    from gradcli.emit.autograd import autograd_text
    from gradcli.emit.errors import EmitError
    from gradcli.emit.targets import emit

    answers = derivation.answers
    name = answers[0].of if answers else of or derivation.program.last
    if name is None:
        return error("E112", f"there is nothing to emit in {given.name}", hint="write a definition: y = W @ x")
    try:
        if style != STYLES[0]:
            return autograd_text(derivation.program, name, answers)
        return emit(target, derivation.program, name, answers, factored)
    except EmitError as missing:
        return error("E402", f"there is no code for this: {missing}")
