"""`gradcli lsp`: the language server."""

from __future__ import annotations

import click

from gradcli.cli.options import output_options


@click.command()
@output_options
def command(color: str, quiet: bool, verbose: bool) -> int:
    """Serve editors on standard input and output.

    Diagnostics as one types, shapes beside lines, hover, completion, definition, rename, layout
    and mends. Needs the extra lsp: pip install 'gradcli[lsp]'.
    """
    try:
        from gradcli.lsp.server import build
    except ModuleNotFoundError as missing:
        raise click.UsageError(f"{missing.name} is not installed: pip install 'gradcli[lsp]'") from None
    server = build()
    try:
        server.start_io()
    finally:
        server.publisher.close()
    return 0
