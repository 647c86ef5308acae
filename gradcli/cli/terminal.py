"""Where output goes, and in what colours: answers to standard output, diagnostics to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TextIO

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.diagnostics.text import render_text


def wants_color(choice: str, stream: TextIO) -> bool:
    """Whether a stream gets colours: `always`, `never`, or `auto` (NO_COLOR, FORCE_COLOR, a terminal)."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


class Terminal:
    """The two streams of one command, with `--color`, `-q` and `-v`."""

    __slots__ = ("_choice", "quiet", "verbose")

    def __init__(self, color: str = "auto", quiet: bool = False, verbose: bool = False) -> None:
        self._choice = color
        self.quiet = quiet
        self.verbose = verbose

    @property
    def color(self) -> bool:
        """Whether answers are coloured."""
        return wants_color(self._choice, sys.stdout)

    @property
    def columns(self) -> int | None:
        """How wide answers are: what COLUMNS says, or the terminal; None where they go elsewhere."""
        said = os.environ.get("COLUMNS", "")
        if said.isdecimal() and int(said) > 0:
            return int(said)
        if not sys.stdout.isatty():
            return None
        with suppress(OSError, ValueError):
            return os.get_terminal_size(sys.stdout.fileno()).columns or None
        return None

    def answer(self, text: str) -> None:
        """Write an answer to standard output, with one newline at its end."""
        if text:
            sys.stdout.write(text if text.endswith("\n") else text + "\n")

    def remark(self, text: str) -> None:
        """Write a remark to standard error, but for `-q`."""
        if not self.quiet:
            sys.stdout.flush()
            sys.stderr.write(text + "\n")

    def complain(self, diagnostics: Iterable[Diagnostic]) -> bool:
        """Write diagnostics to standard error (only errors, with `-q`); whether one is an error."""
        color = wants_color(self._choice, sys.stderr)
        wrong = False
        said: set[str] = set()
        for diagnostic in diagnostics:
            wrong = wrong or diagnostic.is_error
            if self.quiet and not diagnostic.is_error:
                continue
            text = render_text(diagnostic, color)
            if text not in said:
                said.add(text)
                sys.stdout.flush()  # so that the two streams stay in order on one terminal
                sys.stderr.write(text + "\n")
        return wrong
