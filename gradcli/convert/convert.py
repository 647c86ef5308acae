"""A program in another layout: every formula that depends on the layout says the same in the new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradcli.convert.rewrite import Change, Rewriter
from gradcli.diagnostics import Diagnostic
from gradcli.expr.node import own_program
from gradcli.program.elaborate import elaborate_with_reader
from gradcli.syntax import ast
from gradcli.syntax.ast import Module, Source, Span
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.check import check_source
from gradcli.verdicts.verdict import Checked

_ADDED = "  # numerator where nothing is said"


@dataclass(frozen=True, slots=True)
class Converted:
    """The new text (the old one where there are errors), and what there is to say."""

    text: str
    diagnostics: tuple[Diagnostic, ...]
    changed: int = 0

    @property
    def failed(self) -> bool:
        """Whether the input is wrong."""
        return any(diagnostic.is_error for diagnostic in self.diagnostics)


@own_program()
def convert(source: Source, target: str) -> Converted:
    """Rewrite a program into a layout.  A formula that cannot be turned names its old layout instead."""
    module, diagnostics = parse_module(source)
    program, reader = elaborate_with_reader([module], diagnostics)
    if any(diagnostic.is_error for diagnostic in program.diagnostics):
        return Converted(source.text, program.diagnostics)
    rewriter = Rewriter(reader, source.text, target)
    module = reader.spelled_out(module)
    groups = _groups(module, rewriter, plainly=frozenset())
    text = _applied(source.text, [*_layout_lines(module, target), *(c for group in groups for c in group)])
    wrong = _different(check_source(source), check_source(Source(source.name, text)))
    if wrong:
        groups = _groups(module, rewriter, plainly=wrong)
        text = _applied(source.text, [*_layout_lines(module, target), *(c for group in groups for c in group)])
    return Converted(text, program.diagnostics, sum(bool(group) for group in groups))


def _groups(module: Module, rewriter: Rewriter, plainly: frozenset[int]) -> list[list[Change]]:
    """The changes of each statement; those of the checks in `plainly` (by number) only name their layout."""
    layout = "numerator"
    out: list[list[Change]] = []
    checks = 0
    for statement in module.statements:
        match statement:
            case ast.Layout():
                layout = statement.name.id
            case ast.Check():
                out.append(rewriter.statement(statement.sides, layout, checks in plainly))
                checks += 1
            case ast.Define() | ast.DefineIndexed() | ast.DefineFunction():
                out.append(rewriter.definition(statement.value, layout))
    return out


def _different(old: Checked, new: Checked) -> frozenset[int]:
    """The checks that say something else now."""
    if len(old.verdicts) != len(new.verdicts):
        return frozenset(range(len(old.verdicts)))
    pairs = zip(old.verdicts, new.verdicts, strict=True)
    return frozenset(i for i, (a, b) in enumerate(pairs) if (a.ok, a.kind == "error") != (b.ok, b.kind == "error"))


def _layout_lines(module: Module, target: str) -> list[Change]:
    """The layout statements changed; one is added where none stands first, and taken away where it was added."""
    text = module.source.text
    changes: list[Change] = []
    first = module.statements[0] if module.statements else None
    for statement in module.statements:
        if isinstance(statement, ast.Layout):
            added = _added_line(text, statement)
            if added is not None and target == "numerator":
                changes.append(Change(added, ""))
            else:
                changes.append(Change(statement.name.span, target))
    if target != "numerator" and _reads_numerator_first(module) and first is not None:
        start = text.rfind("\n", 0, first.span.start) + 1
        changes.append(Change(Span(start, start), f"layout {target}{_ADDED}\n"))
    return changes


def _added_line(text: str, statement: ast.Layout) -> Span | None:
    """The whole line of a layout statement that was added here."""
    start = text.rfind("\n", 0, statement.span.start) + 1
    end = text.find("\n", start)
    line = text[start : end if end >= 0 else len(text)]
    if line != f"layout {statement.name.id}{_ADDED}":
        return None
    return Span(start, end + 1 if end >= 0 else len(text))


def _reads_numerator_first(module: Module) -> bool:
    """Whether something stands before the first layout statement."""
    return bool(module.statements) and not isinstance(module.statements[0], ast.Layout)


def _applied(text: str, changes: Sequence[Change]) -> str:
    out = text
    for change in sorted(changes, key=lambda c: c.span.start, reverse=True):
        out = out[: change.span.start] + change.text + out[change.span.end :]
    return out
