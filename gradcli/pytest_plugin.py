"""A pytest plugin: every `check` and `refute` of a `*.mc` file is a test.

A file is checked once, when the first of its tests runs; a statement that fails has its hint as the failure text.
Settings: `gradcli_files` (patterns, `*.mc` by default) and `gradcli_undecided` (`fail` or `warn`).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gradcli.syntax.ast import Span, Statement
    from gradcli.verdicts.verdict import Checked, Verdict


class GradcliWarning(UserWarning):
    """An undecided statement that is let through."""


class StatementFailed(Exception):
    """A statement that did not get what it claims."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def pytest_addoption(parser: pytest.Parser) -> None:
    """Enter the settings."""
    parser.addini("gradcli_files", "Patterns of files to check with gradcli.", type="args", default=["*.mc"])
    parser.addini("gradcli_undecided", "Whether undecided statements fail or warn.", default="fail")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ProgramFile | None:
    """Collect a file that has one of the patterns."""
    patterns = parent.config.getini("gradcli_files")
    if any(fnmatch(file_path.name, pattern) for pattern in patterns):
        return ProgramFile.from_parent(parent, path=file_path)
    return None


class ProgramFile(pytest.File):
    """One program."""

    _checked: Checked | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each statement; one more for the program where it is wrong outside of them."""
        from gradcli.diagnostics.diagnostic import Diagnostic
        from gradcli.diagnostics.position import line_and_column
        from gradcli.program.elaborate import elaborate
        from gradcli.syntax import ast
        from gradcli.syntax.parse import parse_module
        from gradcli.syntax.sources import read_source

        source = read_source(self.path)
        if isinstance(source, Diagnostic):
            yield ProgramItem.from_parent(self, name="program")
            return
        module, diagnostics = parse_module(source)
        statements = [s for s in module.statements if isinstance(s, ast.Check)]
        errors = [said for said in elaborate([module], diagnostics).diagnostics if said.is_error]
        if any(said.span is None or not any(_holds(s, said.span) for s in statements) for said in errors):
            yield ProgramItem.from_parent(self, name="program")
        for number, statement in enumerate(statements):
            line, _ = line_and_column(source, statement.span.start)
            text = " ".join(source.text[statement.span.start : statement.span.end].split())
            yield StatementItem.from_parent(self, name=f"line {line}: {text}", number=number, line=line)

    def checked(self) -> Checked:
        """The verdicts, found once."""
        from gradcli.ways_in.files import check_file

        if self._checked is None:
            self._checked = check_file(str(self.path))
        return self._checked


def _holds(statement: Statement, span: Span) -> bool:
    return statement.span.start <= span.start < statement.span.end


class _Item(pytest.Item):
    parent: ProgramFile

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """The failure without a traceback of ours."""
        if isinstance(excinfo.value, StatementFailed):
            return excinfo.value.text
        return str(super().repr_failure(excinfo))


class ProgramItem(_Item):
    """The program itself: it fails where its text is wrong outside of the statements."""

    def runtest(self) -> None:
        """Raise StatementFailed with the diagnostics."""
        from gradcli.diagnostics.text import render_text
        from gradcli.verdicts.summary import outside_statements

        errors = outside_statements(self.parent.checked())
        if errors:
            raise StatementFailed("\n".join(render_text(error) for error in errors))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where and what this is."""
        return self.path, 0, self.name


class StatementItem(_Item):
    """One `check` or `refute`."""

    def __init__(self, *, number: int, line: int, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.number = number
        self.line = line

    def runtest(self) -> None:
        """Raise StatementFailed where the statement did not get what it claims."""
        verdict = self.parent.checked().verdicts[self.number]
        if verdict.ok:
            return
        if verdict.kind == "undecided" and self.config.getini("gradcli_undecided") == "warn":
            warnings.warn(GradcliWarning(f"{verdict.text}: {verdict.reason}"), stacklevel=1)
            return
        raise StatementFailed(_told(verdict, self.parent.checked()))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where and what this is."""
        return self.path, self.line - 1, self.name


def _told(verdict: Verdict, checked: Checked) -> str:
    from gradcli.diagnostics.text import render_text
    from gradcli.verdicts.report.text import block

    if verdict.kind != "error":
        return block(verdict)
    inside = [
        said
        for said in checked.errors
        if said.span is not None and verdict.statement.start <= said.span.start < verdict.statement.end
    ]
    return "\n".join([*(render_text(said) for said in inside), block(verdict)])
