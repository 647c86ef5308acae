"""The group of commands; a command's file is imported only when that command is run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from gradcli.cli.version_option import version_option

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# name: (file, what its line in the overview says)
COMMANDS = {
    "derive": ("gradcli.cli.derive", "Answer the questions of a program."),
    "check": ("gradcli.cli.check", "Check the hand-written derivations in files and folders."),
    "convert": ("gradcli.cli.convert", "Rewrite a file from its layout into another."),
    "emit": ("gradcli.cli.emit", "Print code that computes the value and the derivative."),
    "shapes": ("gradcli.cli.shapes", "Show what was declared and what was inferred."),
    "rules": ("gradcli.cli.rules", "Print the rule templates, as they are applied."),
    "fmt": ("gradcli.cli.fmt", "Lay out programs."),
    "serve": ("gradcli.cli.serve", "Open the playground in a browser."),
    "lsp": ("gradcli.cli.lsp", "Serve editors on standard input and output."),
    "import": ("gradcli.cli.import_", "Print a Python function as a program."),
    "explain": ("gradcli.cli.explain", "Say what a diagnostic means and how to mend it."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and summary alone."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of the reference."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None for a name that is none."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands that begin so, without importing them; after `help` the same."""
        from click.shell_completion import CompletionItem

        known = {name: summary for name, (_, summary) in COMMANDS.items()}
        known["help"] = "What a command does, and its options."
        found = [CompletionItem(name, help=told) for name, told in known.items() if name.startswith(incomplete)]
        return found or click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; a misspelled one is answered with the nearest."""
        name = args[0]
        if name == "help" and ctx.resilient_parsing:  # a shell asks what may follow: commands
            return None, None, []
        if name == "help":  # as other tools have it: `gradcli help check`
            args = [*args[1:2], "--help"]
            name = args[0]
            if name == "--help":
                click.echo(ctx.get_help())
                ctx.exit(0)
        if name not in COMMANDS and not name.startswith("-"):
            from gradcli.cli.nearest import nearest

            near = nearest(name, COMMANDS)
            if not near and "." in name:  # a file where a command is to stand
                near = f" (did you mean `gradcli derive {name}`?)"
            ctx.fail(f"there is no command {name!r}{near}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview of `--help`, without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 all well, 1 a check failed, 2 the input or the call is wrong, 130 interrupted.",
)
@version_option
def gradcli() -> None:
    """Derive, check and convert matrix calculus.

    A program names its variables and defines values; the questions asked of it are answered
    in the notation it was written in.

    \b
      gradcli derive -e 'u = W@x; y = g(u)'
    """
