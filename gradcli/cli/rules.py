"""`gradcli rules`: the rule templates, as they are applied."""

from __future__ import annotations

import click

from gradcli.cli import complete
from gradcli.cli.nearest import nearest
from gradcli.cli.options import output_options
from gradcli.cli.plain import ascii_option
from gradcli.cli.status import OK, WRONG
from gradcli.cli.terminal import Terminal
from gradcli.diagnostics.diagnostic import error
from gradcli.rules.load import all_rules


@click.command()
@click.argument("name", required=False, shell_complete=complete.rules)
@click.option("--rewrites", is_flag=True, help="The rules by which expressions are made simpler as they are built.")
@output_options
@ascii_option
def command(name: str | None, rewrites: bool, color: str, quiet: bool, verbose: bool) -> int:
    """Print the rule templates, as they are applied.

    NAME is a rule, or the function or operator it is about; without it all rules are printed.
    """
    terminal = Terminal(color, quiet, verbose)
    if rewrites:
        return _rewrites(name, terminal)
    rules = all_rules()
    found = [rule for rule in rules.values() if name is None or rule.name == name]
    if not found and name is not None:
        found = [rule for rule in rules.values() if rule.head.partition("=")[2].strip().startswith(f"{name}(")]
    if not found and name is not None:
        hint = "gradcli rules prints all of them"
        terminal.complain([error("E120", f"there is no rule {name}{nearest(name, rules)}", hint=hint)])
        return WRONG
    terminal.answer("\n\n".join(rule.text for rule in found))
    return OK


def _rewrites(name: str | None, terminal: Terminal) -> int:
    """Print the rewrite rules, or one of them, or those of an operation."""
    from gradcli.rewrite.load import all_rewrites

    rules = all_rewrites()
    found = [rule.text for rule in rules.values() if name is None or name in (rule.name, rule.before.op)]
    if not found and name is not None:
        hint = "gradcli rules --rewrites prints all of them"
        terminal.complain([error("E120", f"there is no rewrite rule {name}{nearest(name, rules)}", hint=hint)])
        return WRONG
    terminal.answer("\n".join(found))
    return OK
