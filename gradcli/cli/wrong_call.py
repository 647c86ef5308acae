"""What is said of a call that cannot be understood."""

from __future__ import annotations

import sys

import click

from gradcli.cli.terminal import wants_color
from gradcli.diagnostics.diagnostic import error
from gradcli.diagnostics.text import render_text


def report(wrong: click.ClickException) -> None:
    """Print an exception of click as a diagnostic."""
    message = " ".join(wrong.format_message().split()).rstrip(".")
    context = wrong.ctx if isinstance(wrong, click.UsageError) else None
    hint = f"see {context.command_path} --help" if context is not None else None
    complaint = error("E120", message[:1].lower() + message[1:], hint=hint)
    print(render_text(complaint, wants_color("auto", sys.stderr)), file=sys.stderr)
