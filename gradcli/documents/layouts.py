"""The layouts that the claims of a document hold in, each and all together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gradcli.diagnostics.position import line_and_column
from gradcli.documents.program import DocumentProgram, programs
from gradcli.documents.read import Document
from gradcli.latex.build import replaced, walk
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
    out = _of_gradients(document, out, check)
    if not depending or not one:
        return out, ()
    for name in others:
        if all(span in true[name] for span in claims):
            return out, (f"every claim holds in the {name} layout: write `layout {name}`",)
    return out, _mixed(document, depending, true)


def _of_gradients(document: Document, verdicts: list[Verdict], check: Check) -> list[Verdict]:
    """False claims that are true of gradients, with that as their hint: rows have rows for gradients in no layout."""
    left = {v.statement for v in verdicts if v.kind == "refuted" and v.claim == "check"}
    if not left:
        return verdicts
    true: set[Span] = set()
    for program in document.programs:
        statements = program.module.statements
        changed = tuple(_with_gradients(program, one) if one.span in left else one for one in statements)
        gone = tuple(one for one in changed if not isinstance(one, ast.Check) or one not in statements)
        if not any(isinstance(one, ast.Check) for one in gone):
            continue
        found = check(replace(program, module=replace(program.module, statements=gone)))
        true |= {verdict.statement for verdict in found.verdicts if verdict.kind in _TRUE and verdict.statement in left}
    said = "this is true of gradients, which have the shape of what they are by: write \\nabla_x f for them"
    if true != left:  # some hold in a layout: that is said of them
        true -= {v.statement for v in verdicts if v.hint is not None and v.hint.kind == "layout"}
    return [replace(v, hint=Hint("layout", said)) if v.statement in true else v for v in verdicts]


def _with_gradients(program: DocumentProgram, statement: ast.Statement) -> ast.Statement:
    """A claim with the derivatives of numbers by rows, and all that stand beside them, as gradients."""
    if not isinstance(statement, ast.Check):
        return statement
    shape_of = program.context.shapes.of
    sides = list(statement.sides)
    rows = False
    for k, side in enumerate(statement.sides):
        for part in list(walk(side)):
            if not isinstance(part, ast.Call) or part.fn != "jac" or len(part.args) != 2 or shape_of(part.args[0]):
                continue
            shape = shape_of(part.args[1])
            rows = rows or (len(shape) == 2 and shape[0] == 1)
            sides[k] = replaced(sides[k], part, ast.Call(part.span, "grad", 0, part.args))
    return replace(statement, sides=tuple(sides)) if rows else statement


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
    return bool(program.context.standins) or any(
        isinstance(part, ast.Call) and part.fn == "jac"
        for statement in program.module.statements
        if isinstance(statement, ast.Check)
        for side in statement.sides
        for part in walk(side)
    )
