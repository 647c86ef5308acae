"""A document in another layout: every formula that depends on the layout says the same in the new one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gradcli.convert.convert import Converted
from gradcli.convert.rewrite import Change, Rewriter
from gradcli.diagnostics import Diagnostic, warning
from gradcli.documents import wrapped as around
from gradcli.documents.directives import parts_of
from gradcli.documents.notebook import Edit
from gradcli.documents.pieces import Directive, Fence, Piece
from gradcli.documents.program import DocumentProgram
from gradcli.documents.read import Document, edited, read_document
from gradcli.expr.node import own_program
from gradcli.latex.build import names_in, walk
from gradcli.latex.write import LatexWriter, Unwritable
from gradcli.program.elaborate import elaborate_with_reader
from gradcli.syntax import ast
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.unparse import unparse

_ADDED = "  # numerator where nothing is said"
_TRANSPOSE = re.compile(
    r"\^\s*(?:\{\s*(?:\\top|\\intercal|\\mathsf\s*\{?\s*T\s*\}?|\\mathrm\s*\{?\s*T\s*\}?|T)\s*\}"
    r"|\\top(?![a-zA-Z])|\\intercal(?![a-zA-Z])|\\mathsf\s*\{\s*T\s*\}|\\mathrm\s*\{\s*T\s*\}|T)"
)


@own_program()
def convert_document(source: Source, target: str) -> Converted:
    """Rewrite a document into a layout.  A formula that cannot be turned stays, and is named in a warning.

    Formulas are turned as one would write them, where that comes back from the new layout as it was and has the same
    verdict; else by a transpose around them.
    """
    document = read_document(source)
    if isinstance(document, Diagnostic):
        return Converted(source.text, (document,))
    errors = [said for program in document.programs for said in program.diagnostics if said.is_error]
    if errors:
        return Converted(source.text, tuple(errors))
    made, wrong = _natural(document, target)
    if not wrong:
        return Converted(made.text, tuple(made.diagnostics), made.changed)
    text = document.text.text
    braced = {span: around.is_braced(text[span.start : span.end]) for span in wrong}
    made = _turned(document, target, braced)
    again = read_document(Source(source.name, made.text))
    if not isinstance(again, Diagnostic) and (own := _layout_of(document)) is not None:
        unnatural = _natural(again, own)[1]
        places = {span: _moved(made.edits, span) for span in braced if not braced[span]}
        taken = {
            span
            for span, place in places.items()
            if not any(place.start < other.end and other.start < place.end for other in unnatural)
        }
        if taken:  # the new text is what another formula is turned to
            made = _turned(document, target, {span: span in taken or braced[span] for span in braced})
    return Converted(made.text, tuple(made.diagnostics), made.changed)


def _layout_of(document: Document) -> str | None:
    """The one layout that a document is in; None where it states several."""
    stated = {
        statement.name.id
        for program in document.programs
        for statement in program.module.statements
        if isinstance(statement, ast.Layout)
    }
    return next(iter(stated), "numerator") if len(stated) < 2 else None


def _natural(document: Document, target: str) -> tuple[_Turned, frozenset[Span]]:
    """The document turned as one would write it, and the statements that do not come back so as they were."""
    made = _turned(document, target, {})
    return made, _not_restored(document, made)


@dataclass(frozen=True, slots=True)
class _Turned:
    """The file's new text, and the edits that make it, in what is read of the document."""

    text: str
    edits: Sequence[Edit]
    statements: Sequence[Span]
    diagnostics: Sequence[Diagnostic]
    changed: int


def _turned(document: Document, target: str, wrapped: Mapping[Span, bool]) -> _Turned:
    """The document in a layout; the statements at the spans of `wrapped` with a transpose around them."""
    edits: list[Edit] = []
    diagnostics: list[Diagnostic] = []
    statements: list[Span] = []
    changed = 0
    groups = _groups(document.pieces)
    for number, program in enumerate(document.programs):
        found = _changes(document, program, target, diagnostics, wrapped, statements)
        changed += bool(found)
        edits += [(change.span.start, change.span.end, change.text) for change in found]
        edits += _layout_edits(document, program, target, groups[number] if number < len(groups) else [], bool(found))
    edits = list(dict.fromkeys(edits))  # a layout statement may hold for several programs
    return _Turned(edited(document, edits), edits, statements, diagnostics, changed)


def _not_restored(document: Document, made: _Turned) -> frozenset[Span]:
    """The statements that have another verdict now, or come back from the new layout otherwise than they were."""
    back = read_document(Source(document.source.name, made.text))
    if isinstance(back, Diagnostic) or not made.statements:
        return frozenset()
    wrong = set(_other_verdicts(document, back))
    own = _layout_of(document)
    if own is not None:
        again = _turned(back, own, {})
        places = [_moved(made.edits, span) for span in made.statements]
        for span, place in zip(made.statements, places, strict=True):
            if _part(back, again.edits, place) != document.text.text[span.start : span.end]:
                wrong.add(span)
    return frozenset(wrong)


def _other_verdicts(document: Document, back: Document) -> list[Span]:
    from gradcli.documents.check import checked_program

    old, new = ([v for p in one.programs for v in checked_program(p).verdicts] for one in (document, back))
    if len(old) != len(new):
        return []
    return [
        a.statement for a, b in zip(old, new, strict=True) if (a.ok, a.kind == "error") != (b.ok, b.kind == "error")
    ]


def _moved(edits: Sequence[Edit], span: Span) -> Span:
    """Where a part stands after edits."""
    before = sum(len(text) - (end - start) for start, end, text in edits if end <= span.start and start < span.start)
    inside = sum(len(text) - (end - start) for start, end, text in edits if span.start <= start < span.end)
    before += sum(len(text) for start, end, text in edits if start == end == span.start)
    inside -= sum(len(text) for start, end, text in edits if start == end == span.start)
    return Span(span.start + before, span.end + before + inside)


def _part(document: Document, edits: Sequence[Edit], span: Span) -> str:
    """What edits make of a part of the document."""
    out = document.text.text[span.start : span.end]
    for start, end, text in sorted(edits, reverse=True):
        if span.start <= start and end <= span.end and start < end:
            out = out[: start - span.start] + text + out[end - span.start :]
    return out


def _groups(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces of each program."""
    groups: list[list[Piece]] = [[]]
    for piece in pieces:
        if isinstance(piece, Directive) and re.search(r"(?:^|;|\n)\s*new\s*(?:;|\n|$)", piece.text.strip()):
            groups.append([])
        groups[-1].append(piece)
    return [group for group in groups if group]


def _changes(
    document: Document,
    program: DocumentProgram,
    target: str,
    diagnostics: list[Diagnostic],
    wrapped: Mapping[Span, bool],
    statements: list[Span],
) -> list[Change]:
    made, reader = elaborate_with_reader([program.module], program.diagnostics)
    writer = _Writer(document, program)
    text = document.text.text
    rewriter = Rewriter(reader, text, target, writer.write)
    layout = "numerator"
    out: list[Change] = []
    writer.learn(document, _left_alone(program, rewriter))
    for statement in program.module.statements:
        found: list[Change] = []
        try:
            lying = _lying(program, statement.span, layout, target)
            wrapper = around.Wrapper(rewriter, text, wrapped.get(statement.span, False))
            match statement:
                case ast.Layout():
                    layout = statement.name.id
                case ast.Check() if lying:
                    found = wrapper.lying(statement.sides, layout, lying)
                case ast.Define() | ast.DefineIndexed() if lying:
                    found = wrapper.lying((statement.value,), layout, lying)
                case ast.Check() if statement.span in wrapped and not _in_language(document, statement.span):
                    found = wrapper.statement(statement.sides, layout)
                case ast.Check():
                    writer.set_for(document, statement, statement.sides[1:])
                    found = rewriter.statement(statement.sides, layout)
                case ast.Define() | ast.DefineIndexed() | ast.DefineFunction() if statement.span in wrapped:
                    found = wrapper.definition(statement.value, layout)
                case ast.Define() | ast.DefineIndexed() | ast.DefineFunction():
                    writer.set_for(document, statement, (statement.value,))
                    found = rewriter.definition(statement.value, layout)
        except Unwritable:
            said = "this formula depends on the layout and is not written in another one: it stays as it is"
            diagnostics.append(warning("W690", said, document.text, statement.span))
        out += found
        if found:
            statements.append(statement.span)
    del made
    return out


def _left_alone(program: DocumentProgram, rewriter: Rewriter) -> list[Span]:
    """The formulas that do not depend on the layout."""
    layout = "numerator"
    out: list[Span] = []
    for statement in program.module.statements:
        match statement:
            case ast.Layout():
                layout = statement.name.id
            case ast.Check() if not any(rewriter.depends(side, layout) for side in statement.sides):
                out.append(statement.span)
            case ast.Define() | ast.DefineIndexed() if not rewriter.depends(statement.value, layout):
                out.append(statement.span)
    return out


def _lying(program: DocumentProgram, span: Span, layout: str, target: str) -> list[Span]:
    """The derivatives in a statement that are known by their entries, and rows in one of two layouts alone."""
    return [
        place
        for place, row in program.context.lying.items()
        if span.start <= place.start and place.end <= span.end and (layout == row) != (target == row)
    ]


def _in_language(document: Document, span: Span) -> bool:
    """Whether a statement stands in a fence or directive."""
    piece = next((p for p in document.pieces if p.start <= span.start < p.end), None)
    if not isinstance(piece, Directive):
        return isinstance(piece, Fence)
    said = next((one for one in reversed(parts_of(piece.text, piece.first)) if one.start <= span.start), None)
    return said is None or said.kind != "claim"  # a claim in a directive is LaTeX


class _Writer:
    """Writes the new sides: in the language in fences and directives, else in LaTeX."""

    def __init__(self, document: Document, program: DocumentProgram) -> None:
        self.language = False
        self._made = program.context.made
        self._latex = LatexWriter(program.context.spelled, program.context.shapes.of)
        self._sign = "^T"  # of what the layout leaves as it is, so that it is the same on the way back

    def set_for(self, document: Document, statement: ast.Statement, parts: Sequence[ast.Expr]) -> None:
        """Write as a statement is written: its factors apart, or not."""
        self.language = _in_language(document, statement.span)
        self._latex.transpose = self.sign_of(document, statement.span)
        gaps = [0, 0]
        for part in (node for root in parts for node in walk(root)):
            if not isinstance(part, ast.Product):
                continue
            for left, right in pairwise(part.factors):
                gap = document.text.text[left.span.end : right.span.start]
                if left.span.end <= right.span.start and not gap.strip():
                    gaps[bool(gap)] += 1
        self._latex.tight = gaps[0] > gaps[1]

    def sign_of(self, document: Document, span: Span) -> str:
        """How a transpose is written in a formula, or else in those that the layout leaves as they are."""
        found = _TRANSPOSE.search(document.text.text, span.start, span.end)
        return found[0].rstrip() if found else self._sign

    def learn(self, document: Document, left_alone: Sequence[Span]) -> None:
        """How formulas that stay as they are write a transpose."""
        found = (_TRANSPOSE.search(document.text.text, span.start, span.end) for span in left_alone)
        self._sign = next((one[0].rstrip() for one in found if one is not None), self._sign)

    def write(self, expr: ast.Expr, kept: dict[int, str] | None = None, tight: str = "") -> str:
        made = self._made - {node.id for node in walk(expr) if isinstance(node, ast.Name) and id(node) in (kept or {})}
        if made & names_in(expr):
            raise Unwritable  # an array that the formulas only say by its entries has no name to be written
        if self.language:
            return unparse(expr, kept, tight)
        whole = (kept or {}).get(id(expr))
        if whole is not None and isinstance(expr, ast.Call) and around.is_wrapped(whole.strip()):
            return around.unwrapped(whole.strip())
        self._latex.kept = {key: text for key, text in (kept or {}).items() if _is_whole(text)}
        return self._latex.write(expr)


def _is_whole(text: str) -> bool:
    """Whether a piece of LaTeX has its brackets in pairs, so that it can stand elsewhere."""
    depth = 0
    for char in re.sub(r"\\[{}()\[\]|]|\\left\.?|\\right\.?", "", text):
        depth += (char in "({[") - (char in ")}]")
        if depth < 0:
            return False
    return not depth and text.count("\\left") == text.count("\\right") and "&" not in text


def _layout_edits(
    document: Document, program: DocumentProgram, target: str, pieces: Sequence[Piece], needed: bool
) -> list[Edit]:
    """The layout statements changed; one is added where none is said, and taken away where it was added."""
    text = document.text.text
    layouts = [statement for statement in program.module.statements if isinstance(statement, ast.Layout)]
    out: list[Edit] = []
    for statement in layouts:
        start = text.rfind("\n", 0, statement.span.start) + 1
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if target == "numerator" and text[start:end] == _line(document, statement.name.id):
            out.append((start, min(end + 1, len(text)), ""))
        else:
            out.append((statement.name.span.start, statement.name.span.end, target))
    if not layouts and needed and target != "numerator" and pieces:
        start = text.rfind("\n", 0, pieces[0].start) + 1
        if isinstance(pieces[0], Directive):
            start = text.find("\n", pieces[0].end) + 1 or len(text)
        out.append((start, start, _line(document, target) + "\n"))
    return out


def _line(document: Document, layout: str) -> str:
    said = f"gradcli: layout {layout}{_ADDED}"
    return f"% {said}" if document.tex else f"<!-- {said} -->"
