"""The options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from gradcli.cli.complete import files
from gradcli.cli.version_option import version_option
from gradcli.diagnostics import limits
from gradcli.program.model import LAYOUTS

F = TypeVar("F", bound=Callable[..., Any])


def source_options(function: F) -> F:
    """`FILE` or `-e TEXT`: the parameters `file` and `text`."""
    function = click.argument("file", required=False, shell_complete=files)(function)
    return click.option("-e", "text", metavar="TEXT", multiple=True, help="A program as text.")(function)


def question_options(function: F) -> F:
    """`--of` and `--wrt`: one question from the command line."""
    function = click.option("--wrt", metavar="NAME[,NAME...]", help="By what; without it every free name.")(function)
    return click.option("--of", metavar="NAME", help="What is derived; without it the last definition.")(function)


def layout_option(function: F) -> F:
    """`--layout`, which goes before what the file says."""
    return click.option("--layout", type=click.Choice(LAYOUTS), help="The layout, whatever the file says.")(function)


def output_options(function: F) -> F:
    """`--color`, `-q` and `-v`: the parameters `color`, `quiet` and `verbose`; and `--version`."""
    function = version_option(function)
    function = click.option("-v", "--verbose", is_flag=True, help="Say more: the rules behind each answer.")(function)
    function = click.option("-q", "--quiet", is_flag=True, help="No warnings and no notes.")(function)
    return click.option(
        "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours; auto: on a terminal."
    )(function)


def settings_options(function: F) -> F:
    """`--config FILE` and `--isolated`: the parameters `config` and `isolated`."""
    function = click.option("--isolated", is_flag=True, help="Take no settings from pyproject.toml or gradcli.toml.")(
        function
    )
    return click.option("--config", metavar="FILE", shell_complete=files, help="Take the settings from this file.")(
        function
    )


def timeout_option(function: F) -> F:
    """`--timeout SECONDS`, which bounds each statement from here on; 0 bounds nothing."""

    def bound(context: click.Context, parameter: click.Parameter, value: float) -> float:
        limits.set_seconds(value or None)
        return value

    return click.option(
        "--timeout",
        type=click.FloatRange(min=0),
        default=limits.SECONDS,
        show_default=True,
        metavar="SECONDS",
        expose_value=False,
        callback=bound,
        help="How long one statement may take; 0: as long as it likes.",
    )(function)
