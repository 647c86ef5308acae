"""`--ascii`: what a command writes, without Unicode."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, TextIO, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_KEY, _NAMES = "gradcli.ascii", "gradcli.ascii.names"


def ascii_option(function: F) -> F:
    """`--ascii`; the streams are changed, a command asks `in_ascii` only where it has another notation to choose."""

    def begin(context: click.Context, parameter: click.Parameter, value: bool) -> bool:
        if value and not context.resilient_parsing:
            context.meta[_KEY] = True
            kept = sys.stdout, sys.stderr
            sys.stdout, sys.stderr = _Ascii(sys.stdout, context, True), _Ascii(sys.stderr, context, False)

            def end() -> None:
                sys.stdout.flush()
                sys.stderr.flush()
                sys.stdout, sys.stderr = kept

            context.call_on_close(end)
        return value

    return click.option(
        "--ascii", is_flag=True, is_eager=True, expose_value=False, callback=begin, help="Print without Unicode."
    )(function)


def in_ascii() -> bool:
    """Whether the command at hand is to print without Unicode."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_KEY))


def spell_names(names: Iterable[str]) -> dict[str, str]:
    """Spell the names of a program without Unicode from here on, no two alike; the spellings of those that had any."""
    from gradcli.render.ascii_text import ascii_names

    spelled = ascii_names(names)
    click.get_current_context().meta[_NAMES] = spelled
    return spelled


class _Ascii:
    """A stream of text that passes on what it gets without Unicode, as the format asks for."""

    def __init__(self, stream: TextIO, context: click.Context, formatted: bool) -> None:
        self._stream = stream
        self._context = context
        self._formatted = formatted

    def write(self, text: str) -> int:
        if not text.isascii():
            from gradcli.render.ascii_text import ascii_json, ascii_markup, ascii_text

            form = self._context.params.get("form") if self._formatted else None
            change = {"json": ascii_json, "sarif": ascii_json, "html": ascii_markup, "junit": ascii_markup}
            names = self._context.meta.get(_NAMES)
            text = change[form](text) if form in change else ascii_text(text, names)
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()


__all__ = ["ascii_option", "in_ascii", "spell_names"]
