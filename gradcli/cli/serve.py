"""`gradcli serve`: the playground in a browser."""

from __future__ import annotations

import sys

import click

from gradcli.cli.options import output_options
from gradcli.cli.status import INTERRUPTED


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8317, show_default=True, help="0 takes any that is free."
)
@click.option("--open/--no-open", "open_page", default=True, help="Open the page in a browser.")
@output_options
def command(port: int, open_page: bool, color: str, quiet: bool, verbose: bool) -> int:
    """Open the playground in a browser.

    The page is served on this machine and to this machine alone, and works offline.
    """
    from gradcli.web.server import Playground

    try:
        server = Playground(port)
    except OSError as problem:
        told = (problem.strerror or str(problem)).lower()
        raise click.UsageError(f"port {port} cannot be used: {told}; --port 0 takes any that is free") from None
    with server:
        sys.stdout.write(f"gradcli's playground stands at {server.url} (Ctrl-C ends it)\n")
        sys.stdout.flush()
        if open_page:
            import webbrowser

            webbrowser.open(server.url)
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            return INTERRUPTED
    return 0
