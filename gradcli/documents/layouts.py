"""The layouts that the claims of a document hold in, each and all together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gradcli.diagnostics.position import line_and_column
from gradcli.documents.program import DocumentProgram, programs
from gradcli.documents.read import Document
from gradcli.program.model import LAYOUTS
from gradcli.syntax import ast
from gradcli.syntax.ast import Span
from gradcli.verdicts.verdict import Checked, Hint, Verdict

_TRUE = ("proved", "equal")
Check = Callable[[DocumentProgram], Checked]


def layout_notes(document: Document, verdicts: list[Verdict], check: Check) -> tuple[list[Verdict], tuple[str, ...]]:
    """The verdicts, false ones that another layout makes true with that as their hint; and what to say of all.

    Only where a claim is false the document is read again, in each other layout.
    """
    false = [verdict for verdict in verdicts if verdict.kind == "refuted" and verdict.claim == "check"]
    if not false or not any(_depends(program) for program in document.programs):
        return verdicts, ()
    stated = _stated(document)
    here = {verdict.statement: _in_force(stated, verdict.statement) for verdict in verdicts}
    own = next(iter(here.values()))
    one = len(set(here.values())) < 2
    others = [name for name in LAYOUTS if name != own] if one else list(LAYOUTS)
    true: dict[str, set[Span]] = {own: {v.statement for v in verdicts if v.kind in _TRUE}}
    for name in others:
        made = programs(document.text, document.pieces, name)
        found = [verdict for program in made for verdict in check(program).verdicts]
        true[name] = {verdict.statement for verdict in found if verdict.kind in _TRUE}
    claims = [v.statement for v in verdicts if v.claim == "check" and v.kind in (*_TRUE, "refuted")]
    depending = [span for span in claims if len({span in true[name] for name in true}) > 1]
    out = [_hinted(verdict, here[verdict.statement], others, true) for verdict in verdicts]
    if not depending or not one:
        return out, ()
    for name in others:
        if all(span in true[name] for span in claims):
            return out, (f"every claim holds in the {name} layout: write `layout {name}`",)
    return out, _mixed(document, depending, true)


def _mixed(document: Document, depending: list[Span], true: dict[str, set[Span]]) -> tuple[str, ...]:
    """Which lines hold in which layout, where no layout makes all true."""
    if not all(any(span in spans for spans in true.values()) for span in depending):
        return ()
    lines: dict[str, list[str]] = {}
    left = list(depending)
    for name in sorted(true, key=lambda name: -sum(span in true[name] for span in depending)):
        here = [span for span in left if span in true[name]]
        left = [span for span in left if span not in true[name]]
        if here:
            lines[name] = [_line(document, span) for span in here]
    if len(lines) < 2:
        return ()
    said = [f"{'line' if len(at) == 1 else 'lines'} {', '.join(at)} in the {name} layout" for name, at in lines.items()]
    return (f"the claims mix layouts: true are {'; '.join(said)}",)


def _line(document: Document, span: Span) -> str:
    if document.notebook is not None and (found := document.notebook.place(span)) is not None:
        source, inner = found
        return f"{line_and_column(source, inner.start)[0]} of cell {source.cell}"
    return str(line_and_column(document.text, span.start)[0])


def _hinted(verdict: Verdict, own: str, others: list[str], true: dict[str, set[Span]]) -> Verdict:
    if verdict.kind != "refuted" or verdict.claim != "check" or verdict.ok:
        return verdict
    for name in others:
        if name != own and verdict.statement in true[name]:
            said = f"this is true in the {name} layout; the layout here is {own}: write `layout {name}`"
            return replace(verdict, hint=Hint("layout", said))
    return verdict


def _stated(document: Document) -> list[tuple[int, str]]:
    """The layouts that the document states, each with where it does."""
    statements = (statement for program in document.programs for statement in program.module.statements)
    return sorted({(s.span.start, s.name.id) for s in statements if isinstance(s, ast.Layout)})


def _in_force(stated: list[tuple[int, str]], at: Span) -> str:
    """The layout at a place: the one that was stated last before it."""
    return next((name for start, name in reversed(stated) if start <= at.start), "numerator")


def _depends(program: DocumentProgram) -> bool:
    """Whether a claim holds a derivative in the layout."""
    from gradcli.latex.build import walk

    return bool(program.context.standins) or any(
        isinstance(part, ast.Call) and part.fn == "jac"
        for statement in program.module.statements
        if isinstance(statement, ast.Check)
        for side in statement.sides
        for part in walk(side)
    )
