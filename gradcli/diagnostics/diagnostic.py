"""The one type in which every complaint of the program is made."""

from __future__ import annotations

from typing import Literal

from gradcli.diagnostics.place import Source, Span
from gradcli.record import dataclass

Severity = Literal["error", "warning", "note"]


Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One complaint: a stable code, a full sentence, and where in which text.

    `span` and `source` are None where there is no place to point at (a missing file, a
    wrong option).  `hint` says how to mend it; `notes` are further lines.  `mend` are the changes of the text, from
    and to a place and what stands there then, that would take the fault away, `otherwise` what else might.
    """

    code: str
    message: str
    severity: Severity = "error"
    span: Span | None = None
    source: Source | None = None
    hint: str | None = None
    notes: tuple[str, ...] = ()
    mend: tuple[Edit, ...] = ()
    otherwise: tuple[tuple[Edit, ...], ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether this makes the input wrong (and the exit status 2)."""
        return self.severity == "error"


def error(
    code: str,
    message: str,
    source: Source | None = None,
    span: Span | None = None,
    hint: str | None = None,
    notes: tuple[str, ...] = (),
    mend: tuple[Edit, ...] = (),
    otherwise: tuple[tuple[Edit, ...], ...] = (),
) -> Diagnostic:
    """Return a `Diagnostic` of severity `error`."""
    return Diagnostic(code, message, "error", span, source, hint, notes, mend, otherwise)


def warning(
    code: str,
    message: str,
    source: Source | None = None,
    span: Span | None = None,
    hint: str | None = None,
    notes: tuple[str, ...] = (),
) -> Diagnostic:
    """Return a `Diagnostic` of severity `warning`."""
    return Diagnostic(code, message, "warning", span, source, hint, notes)


def note(
    code: str,
    message: str,
    source: Source | None = None,
    span: Span | None = None,
    hint: str | None = None,
    notes: tuple[str, ...] = (),
) -> Diagnostic:
    """Return a `Diagnostic` of severity `note`."""
    return Diagnostic(code, message, "note", span, source, hint, notes)


class GradcliError(Exception):
    """Carries one diagnostic out of the code that found it."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(f"{diagnostic.code} {diagnostic.message}")
        self.diagnostic = diagnostic
