"""`--version`, of the program and of each command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from gradcli.version import __version__

F = TypeVar("F", bound=Callable[..., Any])


def version_option(function: F) -> F:
    """Add `-V` and `--version`, which prints the version and ends."""
    return click.version_option(__version__, "-V", "--version", prog_name="gradcli", message="%(prog)s %(version)s")(
        function
    )
