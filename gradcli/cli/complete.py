"""What a shell offers to complete: files, codes, rules.  Loaded by every command, so the rest is loaded when asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem


def files(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Files and folders: the shell itself knows them."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(begun, type="file")]


def codes(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Codes of diagnostics, each with its title."""
    from gradcli.diagnostics.registry import all_codes

    return _beginning(begun, ((name, doc.title) for name, doc in all_codes().items()))


def rules(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Names of rules, or with `--rewrites` of rewrite rules, each with what it is about."""
    if context.params.get("rewrites"):
        from gradcli.rewrite.load import all_rewrites

        return _beginning(begun, ((name, "") for name in all_rewrites()))
    from gradcli.rules.load import all_rules

    return _beginning(begun, ((name, rule.head) for name, rule in all_rules().items()))


def _beginning(begun: str, known: Iterable[tuple[str, str]]) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(name, help=told) for name, told in known if name.lower().startswith(begun.lower())]
