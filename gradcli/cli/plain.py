"""`--ascii`: what a command writes, without Unicode."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TextIO, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_KEY = "gradcli.ascii"


def ascii_option(function: F) -> F:
    """`--ascii`; the streams are changed, a command asks `in_ascii` only where it has another notation to choose."""

    def begin(context: click.Context, parameter: click.Parameter, value: bool) -> bool:
        if value and not context.resilient_parsing:
            context.meta[_KEY] = True
            kept = sys.stdout, sys.stderr
            sys.stdout, sys.stderr = _Ascii(sys.stdout, context), _Ascii(sys.stderr, None)

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


class _Ascii:
    """A stream of text that passes on what it gets without Unicode, as the format asks for."""

    def __init__(self, stream: TextIO, context: click.Context | None) -> None:
        self._stream = stream
        self._context = context

    def write(self, text: str) -> int:
        if not text.isascii():
            from gradcli.render.ascii_text import ascii_json, ascii_markup, ascii_text

            form = None if self._context is None else self._context.params.get("form")
            change = {"json": ascii_json, "sarif": ascii_json, "html": ascii_markup, "junit": ascii_markup}
            text = change.get(str(form), ascii_text)(text)
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()


__all__ = ["ascii_option", "in_ascii"]
