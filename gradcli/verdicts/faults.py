"""Faults of our own: told as such, one statement at a time."""

from __future__ import annotations

import os

from gradcli.diagnostics import Diagnostic, error
from gradcli.diagnostics.limits import LimitReached
from gradcli.program.model import Check
from gradcli.syntax.ast import Source, Span
from gradcli.verdicts.book import Book
from gradcli.verdicts.verdict import Finding


def debugging() -> bool:
    """Whether faults are shown where they are (`GRADCLI_DEBUG=1`) instead of told."""
    return bool(os.environ.get("GRADCLI_DEBUG"))


def told(fault: Exception, book: Book, check: Check) -> Finding:
    """What is said of a statement that a fault of ours leaves without a verdict."""
    what = " ".join(f"{type(fault).__name__}: {fault}".split())[:200]
    message = f"a fault of gradcli itself, not of the input: {what}"
    said = error("E130", message, book.source, check.span, "please report it; GRADCLI_DEBUG=1 shows where it is")
    return Finding("error", message, said.code, diagnostics=(said,))


def too_large(reached: LimitReached, source: Source, span: Span | None = None) -> Diagnostic:
    """What is said of a text or a question that does not fit the bounds."""
    hint = "take smaller sizes or exponents, names for sizes, R[n], or more time with --timeout"
    return error("E408", f"too large: {reached}", source, span, hint)
