"""`gradcli explain`: what a diagnostic means and how to mend it."""

from __future__ import annotations

import click

from gradcli.cli import complete
from gradcli.cli.nearest import nearest
from gradcli.cli.options import output_options
from gradcli.cli.plain import ascii_option
from gradcli.cli.status import OK, WRONG
from gradcli.cli.terminal import Terminal
from gradcli.diagnostics.diagnostic import error
from gradcli.diagnostics.registry import all_codes, code_doc


@click.command()
@click.argument("code", required=False, shell_complete=complete.codes)
@output_options
@ascii_option
def command(code: str | None, color: str, quiet: bool, verbose: bool) -> int:
    """Say what a diagnostic means and how to mend it.

    CODE is as it is printed, such as E301. Without it all codes are listed.
    """
    terminal = Terminal(color, quiet, verbose)
    if code is None:
        terminal.answer("\n".join(f"{name}  {doc.title}" for name, doc in all_codes().items()))
        return OK
    doc = code_doc(code)
    if doc is None:
        near = nearest(code, all_codes())
        hint = "gradcli explain lists all codes"
        terminal.complain([error("E120", f"there is no diagnostic {code}{near}", hint=hint)])
        return WRONG
    terminal.answer(doc.text())
    return OK
