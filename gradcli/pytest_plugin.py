"""A pytest plugin: every `check` and `refute` of a `*.mc` file is a test, and every formula of a document that claims.

A file is checked once, when the first of its tests runs; a statement that fails has its hint as the failure text.
Settings: `gradcli_files` (patterns; by default programs, and documents that hold a directive) and
`gradcli_undecided` (`fail` or `warn`).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from gradcli.diagnostics.diagnostic import Diagnostic
    from gradcli.syntax.ast import Module, Source, Span, Statement
    from gradcli.verdicts.verdict import Checked, Verdict


_PATTERNS = ["*.mc", "*.md", "*.markdown", "*.qmd", "*.rmd", "*.tex", "*.ipynb"]


class GradcliWarning(UserWarning):
    """An undecided statement that is let through."""


class StatementFailed(Exception):
    """A statement that did not get what it claims."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def pytest_addoption(parser: pytest.Parser) -> None:
    """Enter the settings and the option."""
    group = parser.getgroup("gradcli", "checks of derivations")
    group.addoption(
        "--gradcli-python",
        action="store_true",
        help="Prove the backward passes of Python files that hold a `# gradcli:` comment, one item a gradient.",
    )
    parser.addini("gradcli_files", "Patterns of files to check with gradcli.", type="linelist", default=_PATTERNS)
    parser.addini("gradcli_undecided", "Whether undecided statements fail or warn.", default="fail")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.File | None:
    """Collect a file that has one of the patterns."""
    root = parent.config.rootpath
    if file_path.suffix == ".py" and parent.config.getoption("--gradcli-python"):
        from gradcli.pairs.check import has_directive

        if has_directive(file_path.read_text(encoding="utf-8", errors="replace")):
            return PythonFile.from_parent(parent, path=file_path, **_writable(file_path, root))
    from gradcli.ways_in.excluded import patterns_match

    relative = file_path.relative_to(root) if file_path.is_relative_to(root) else file_path
    patterns = _patterns(parent.config)
    if patterns_match(relative.as_posix(), patterns):
        from gradcli.ways_in.registry import known_endings, way_of

        ending = file_path.suffix.lower()
        if ending not in known_endings() and not any(ending and each.lower().endswith(ending) for each in patterns):
            return None  # a pattern that names a folder means what gradcli reads in it
        if not way_of(file_path.name).is_meant(str(file_path)):
            return None
        return ProgramFile.from_parent(parent, path=file_path, **_writable(file_path, root))
    return None


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a value that is none of the setting's; raises UsageError."""
    said = _undecided(config)
    if said not in ("fail", "warn"):
        raise pytest.UsageError(f"gradcli_undecided is fail or warn, and not {said!r}")
    if not (patterns := _patterns(config)):
        raise pytest.UsageError("gradcli_files names no file: write patterns, as in gradcli_files = notes/*.mc")
    for pattern in patterns:
        if pattern.startswith(("/", "~")) or ".." in pattern.split("/"):
            raise pytest.UsageError(f"gradcli_files: {pattern!r} is no name and no path from {config.rootpath}")


def _undecided(config: pytest.Config) -> str:
    """The setting without a comment behind it."""
    return _uncommented(str(config.getini("gradcli_undecided")))


def _patterns(config: pytest.Config) -> list[str]:
    """The patterns of files, of names or of paths from the root; what follows a `#` in a line is a comment."""
    return [word for line in config.getini("gradcli_files") for word in _uncommented(str(line)).split()]


def _uncommented(line: str) -> str:
    return line.partition("#")[0].strip()


class ProgramFile(pytest.File):
    """One program."""

    _checked: Checked | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each statement; one more for the program where it is wrong outside of them."""
        from gradcli.diagnostics.diagnostic import Diagnostic
        from gradcli.diagnostics.position import line_and_column
        from gradcli.syntax import ast
        from gradcli.syntax.parse import parse_module
        from gradcli.syntax.sources import read_source
        from gradcli.ways_in.registry import is_document

        source = read_source(self.path)
        if isinstance(source, Diagnostic):
            yield ProgramItem.from_parent(self, name="program")
            return
        if is_document(source.name):
            yield from self._of_document(source)
            return
        module, diagnostics = parse_module(source)
        statements = [s for s in module.statements if isinstance(s, ast.Check)]
        errors = _errors(module, diagnostics)
        if any(said.span is None or not any(_holds(s, said.span) for s in statements) for said in errors):
            yield ProgramItem.from_parent(self, name="program")
        for number, statement in enumerate(statements):
            line, _ = line_and_column(source, statement.span.start)
            text = " ".join(source.text[statement.span.start : statement.span.end].split())
            yield StatementItem.from_parent(self, name=f"line {line}: {text}", number=number, line=line)

    def _of_document(self, source: Source) -> Iterator[pytest.Item]:
        """An item for each formula that claims something."""
        from gradcli.diagnostics.diagnostic import Diagnostic
        from gradcli.diagnostics.position import line_and_column
        from gradcli.documents.notebook import CellSource
        from gradcli.documents.read import read_document
        from gradcli.syntax import ast

        document = read_document(source)
        if isinstance(document, Diagnostic):
            yield ProgramItem.from_parent(self, name="document")
            return
        statements = []
        wrong = False
        for program in document.programs:
            claims = [s for s in program.module.statements if isinstance(s, ast.Check)]
            errors = _errors(program.module, program.diagnostics)
            wrong = wrong or any(e.span is None or not any(_holds(s, e.span) for s in claims) for e in errors)
            statements += claims
        if wrong:
            yield ProgramItem.from_parent(self, name="document")
        for number, statement in enumerate(statements):
            place: Source = document.text
            span = statement.span
            if document.notebook is not None and (found := document.notebook.place(span)) is not None:
                place, span = found
            line, _ = line_and_column(place, span.start)
            text = " ".join(place.text[span.start : span.end].split())
            where = f"cell {place.cell}, line {line}" if isinstance(place, CellSource) else f"line {line}"
            yield StatementItem.from_parent(self, name=f"{where}: {text}", number=number, line=line)

    def checked(self) -> Checked:
        """The verdicts, found once."""
        from gradcli.ways_in.files import check_file

        if self._checked is None:
            self._checked = check_file(str(self.path))
        return self._checked


def _writable(path: Path, root: Path) -> dict[str, Any]:
    """A name for a file that is to be called otherwise than it is: reports are UTF-8, and some names are not."""
    if str(path).isprintable():
        return {}
    relative = path.relative_to(root) if path.is_relative_to(root) else path
    return {"name": _place(path).name, "nodeid": _place(relative).as_posix()}


def _place(path: Path) -> Path:
    from gradcli.verdicts.report.words import one_line

    return path if str(path).isprintable() else Path(one_line(str(path)))


def _errors(module: Module, diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """What is wrong with a program."""
    from gradcli.expr.node import own_program
    from gradcli.program.elaborate import elaborate

    with own_program():
        return [said for said in elaborate([module], diagnostics).diagnostics if said.is_error]


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
        return _place(self.path), 0, self.name


class StatementItem(_Item):
    """One `check` or `refute`."""

    def __init__(self, *, number: int, line: int, **rest: Any) -> None:
        super().__init__(**rest)
        self.number = number
        self.line = line

    def runtest(self) -> None:
        """Raise StatementFailed where the statement did not get what it claims."""
        verdict = self.parent.checked().verdicts[self.number]
        if verdict.ok:
            return
        if verdict.kind == "undecided" and _undecided(self.config) == "warn":
            warnings.warn(GradcliWarning(f"{verdict.text}: {verdict.reason}"), stacklevel=1)
            return
        raise StatementFailed(_told(verdict, self.parent.checked()))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where and what this is."""
        return _place(self.path), self.line - 1, self.name


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


class PythonFile(pytest.File):
    """The backward passes of one Python file, which is read and never imported."""

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each gradient; one for the file where it is no Python."""
        from gradcli.ways_in.files import check_file

        checked = check_file(str(self.path))
        if not checked.verdicts and checked.errors:
            yield GradientItem.from_parent(self, name="file", verdict=None, checked=checked)
        for verdict in checked.verdicts:
            yield GradientItem.from_parent(self, name=verdict.text, verdict=verdict, checked=checked)


class GradientItem(pytest.Item):
    """One gradient of a backward pass."""

    def __init__(self, *, verdict: Verdict | None, checked: Checked, **rest: Any) -> None:
        super().__init__(**rest)
        self.verdict = verdict
        self.checked = checked

    def runtest(self) -> None:
        """Raise StatementFailed where the gradient is not what it claims to be."""
        from gradcli.diagnostics.text import render_text

        verdict = self.verdict
        if verdict is None:
            raise StatementFailed("\n".join(render_text(said) for said in self.checked.errors))
        if verdict.ok:
            return
        if verdict.kind == "undecided" and _undecided(self.config) == "warn":
            warnings.warn(GradcliWarning(f"{verdict.text}: {verdict.reason}"), stacklevel=1)
            return
        raise StatementFailed(_told(verdict, self.checked))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """The failure without a traceback of ours."""
        if isinstance(excinfo.value, StatementFailed):
            return excinfo.value.text
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where and what this is."""
        from gradcli.diagnostics.position import line_and_column

        line = line_and_column(self.verdict.source, self.verdict.statement.start)[0] - 1 if self.verdict else 0
        return _place(self.path), line, self.name
