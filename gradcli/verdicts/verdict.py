"""What is found of a statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from gradcli.diagnostics import Diagnostic
from gradcli.expr.shapes import Shape
from gradcli.syntax.ast import Source, Span

Kind = Literal["proved", "equal", "refuted", "undecided", "error"]

REFUTED, UNDECIDED, NOT_REFUTED, SHAPES_DIFFER = "C501", "C502", "C503", "C504"


class Scientific(str):
    """A number as it is written, `2.5e-434294481903`, that is too small, or too large, for any other form."""


Number = Fraction | float | Scientific
Nested = Any
"""Numbers in nested lists, as deep as the array has axes."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A point at which two sides differ.

    `values` are those of the free names (`grad(f, y)` for the gradient of an arbitrary function), `functions` says
    what an opaque function is taken to be; `entry` is the first entry that differs, counted from 1 (`()` of a
    scalar), `left` and `right` what the sides are there.
    """

    sizes: dict[str, int]
    values: dict[str, Nested]
    functions: dict[str, str]
    entry: tuple[int, ...]
    left: Number
    right: Number


@dataclass(frozen=True, slots=True)
class Hint:
    """A mistake that has a known form: `kind` names the form, `text` says it; `side` is the side as it ought to be."""

    kind: str
    text: str
    side: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What is found of one link `left == right`."""

    kind: Kind
    reason: str = ""
    code: str | None = None
    shapes: tuple[Shape, Shape] | None = None
    counterexample: Counterexample | None = None
    hint: Hint | None = None
    expected: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One statement: what it claims (`claim` is `check` or `refute`) and what was found.

    `link` counts from 1 and is the link of a chain that breaks; `span` is what carets point at; `code` is None
    where the statement got what it claims; `assumed` are the assumptions that it needed.
    """

    claim: str
    kind: Kind
    ok: bool
    source: Source
    statement: Span
    span: Span
    code: str | None = None
    reason: str = ""
    link: int | None = None
    links: int = 1
    hint: Hint | None = None
    expected: str | None = None
    counterexample: Counterexample | None = None
    expected_latex: str | None = None  # of documents: what was expected in LaTeX, and in the language
    expected_mc: str | None = None
    shown: str | None = None  # how the statement is called where its text does not say it: gradients of Python code
    gradient: str | None = None  # the parameter that a Python backward returns the gradient by
    backward: str | None = None  # that backward
    assumed: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The statement as it was written, on one line, without comments."""
        if self.shown is not None:
            return self.shown
        lines = self.source.text[self.statement.start : self.statement.end].split("\n")
        return " ".join(" ".join(line.partition("#")[0] for line in lines).split())


@dataclass(frozen=True, slots=True)
class Formulas:
    """The formulas of a document: how many were checked, defined something, claim nothing, could not be read.

    What was skipped is in `passed` with its source, place and why, beside names and terms in the text, which are not
    counted; `notes` are said of the whole document.
    """

    checked: int = 0
    defined: int = 0
    skipped: int = 0
    unreadable: int = 0
    passed: tuple[tuple[Source, Span, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many formulas there are of each kind."""
        return {
            "checked": self.checked,
            "defined": self.defined,
            "skipped": self.skipped,
            "unreadable": self.unreadable,
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """One source: the verdicts in order, and what else there is to say; `formulas` are those of a document."""

    source: Source
    verdicts: tuple[Verdict, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = field(default=())
    formulas: Formulas | None = None

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that make the input wrong."""
        return tuple(diagnostic for diagnostic in self.diagnostics if diagnostic.is_error)
