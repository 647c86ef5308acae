"""Counts over many files, and the exit status they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gradcli.diagnostics import Diagnostic
from gradcli.verdicts.verdict import Checked


@dataclass(frozen=True, slots=True)
class Summary:
    """`failed` counts statements that did not get what they claim, `errors` what is wrong with the input."""

    checked: int
    ok: int
    failed: int
    errors: int

    @property
    def exit_status(self) -> int:
        """0 all well; 2 the input is wrong, or there was nothing to check; 1 a check failed."""
        if self.errors or not self.checked:
            return 2
        return 1 if self.failed else 0


def summarize(files: Sequence[Checked]) -> Summary:
    """The counts.  An error that belongs to a statement counts once."""
    verdicts = [verdict for file in files for verdict in file.verdicts]
    wrong = sum(verdict.kind == "error" for verdict in verdicts)
    ok = sum(verdict.ok for verdict in verdicts)
    elsewhere = sum(len(outside_statements(file)) for file in files)
    return Summary(len(verdicts), ok, len(verdicts) - ok - wrong, wrong + elsewhere)


def outside_statements(file: Checked) -> tuple[Diagnostic, ...]:
    """The errors that belong to no statement: of the text, the definitions, the file itself."""
    spans = [verdict.statement for verdict in file.verdicts if verdict.kind == "error"]
    return tuple(
        said
        for said in file.errors
        if said.span is None or not any(span.start <= said.span.start < span.end for span in spans)
    )


def undecided_as_warning(file: Checked) -> Checked:
    """The file with undecided statements taken as passed."""
    verdicts = tuple(replace(v, ok=True) if v.kind == "undecided" else v for v in file.verdicts)
    return replace(file, verdicts=verdicts)
