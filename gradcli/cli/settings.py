"""The settings of a command."""

from __future__ import annotations

import click

from gradcli.ways_in.settings import Settings, WrongSettings, find_settings


def settings_of(config: str | None, isolated: bool) -> Settings:
    """The settings in force; raises a usage error for those that are not understood."""
    if isolated:
        if config is not None:
            raise click.UsageError("either --config or --isolated, not both")
        return Settings()
    try:
        return find_settings(".", config)
    except WrongSettings as wrong:
        raise click.UsageError(str(wrong)) from None
