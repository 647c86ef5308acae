"""Verdicts as objects."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.syntax.sources import source_of_text
from gradcli.verdicts import verdict as inner
from gradcli.verdicts.report import json, text
from gradcli.verdicts.summary import summarize


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one statement.

    `verdict` is proved, equal, refuted, undecided or error; `ok` whether the statement got what it claims (`kind` is
    check or refute).  `link` counts from 1: the link of a chain that breaks.  `counterexample` has sizes, values and
    what both sides are there.
    """

    file: str
    line: int
    column: int
    statement: str
    kind: str
    verdict: str
    ok: bool
    code: str | None
    link: int | None
    reason: str
    hint: str | None
    expected: str | None
    counterexample: dict[str, Any] | None

    def _repr_html_(self) -> str:
        from gradcli.render.page.verdicts import verdict_html

        return verdict_html(self)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.verdict}  {self.statement}"


class Report:
    """The verdicts of one or many files, in order.

    `ok` is whether every statement got what it claims and nothing was wrong beside them; `diagnostics` are errors and
    warnings.
    """

    def __init__(self, files: Sequence[inner.Checked]) -> None:
        self._files = tuple(files)
        self.verdicts = tuple(_verdict(file, each) for file in files for each in file.verdicts)
        self.diagnostics: tuple[Diagnostic, ...] = tuple(said for file in files for said in file.diagnostics)

    @property
    def ok(self) -> bool:
        """Whether there is nothing to mend."""
        return all(verdict.ok for verdict in self.verdicts) and not any(said.is_error for said in self.diagnostics)

    @property
    def exit_status(self) -> int:
        """What `gradcli check` would end with: 0, 1 where a check failed, 2 where the input is wrong."""
        return summarize(self._files).exit_status

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self.verdicts)

    def __len__(self) -> int:
        return len(self.verdicts)

    def __getitem__(self, place: int) -> Verdict:
        return self.verdicts[place]

    def __bool__(self) -> bool:
        """A report is never false for being empty: ask `ok`."""
        raise TypeError("a report is neither true nor false: ask for .ok")

    def __repr__(self) -> str:
        counts: dict[str, int] = {}
        for verdict in self.verdicts:
            counts[verdict.verdict] = counts.get(verdict.verdict, 0) + 1
        told = ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "nothing to check"
        return f"<gradcli.Report {'ok' if self.ok else 'not ok'}: {told}>"

    def __str__(self) -> str:
        """The report for people, with the diagnostics."""
        from gradcli.diagnostics.text import render_text

        said = [render_text(each) for each in dict.fromkeys(self.diagnostics)]
        return "\n".join([text.write(self._files, False, False, False).rstrip("\n"), *said]).strip("\n")

    def _repr_html_(self) -> str:
        from gradcli.render.page.verdicts import verdict_html

        return "".join(map(verdict_html, self.verdicts))

    def to_dict(self) -> dict[str, Any]:
        """The object of `gradcli check --format json`."""
        return json.report(self._files)

    def to_json(self) -> str:
        """The same as text."""
        return json.write(self._files)


def check(text_or_path: str | os.PathLike[str], *, layout: str | None = None) -> Report:
    """The verdicts of a program, or of the files that a path means; `layout` goes before what they say.

    A `Path` is a path; so is a string that names a file or folder that exists.  Any other string is a text.
    Raises FileNotFoundError for a `Path` of nothing.

        >>> [verdict.verdict for verdict in check("x : R[n]; f = x.T @ x; check grad(f, x) == 2 * x")]
        ['proved']
    """
    from gradcli.ways_in.files import check_files, check_text, find_files

    if isinstance(text_or_path, str) and not _is_path(text_or_path):
        return Report([check_text(source_of_text(text_or_path), layout)])
    path = os.fspath(text_or_path)
    if not os.path.exists(path):
        raise FileNotFoundError(f"there is no file or folder {path}")
    return Report(check_files(find_files([path]), layout=layout))


def _is_path(text: str) -> bool:
    return "\n" not in text and "\0" not in text and len(text) < 4096 and os.path.exists(text)


def _verdict(file: inner.Checked, found: inner.Verdict) -> Verdict:
    written = json.verdict_dict(found)
    return Verdict(
        file=file.source.name,
        line=written["line"],
        column=written["column"],
        statement=written["statement"],
        kind=written["kind"],
        verdict=written["verdict"],
        ok=written["ok"],
        code=written["code"],
        link=written["link"],
        reason=found.reason,
        hint=written["hint"],
        expected=found.expected,
        counterexample=written["counterexample"],
    )


__all__ = ["Report", "Verdict", "check"]
