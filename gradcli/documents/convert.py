"""A document in another layout: every formula that depends on the layout says the same in the new one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from gradcli.convert.convert import Converted
from gradcli.convert.rewrite import Change, Rewriter
from gradcli.diagnostics import Diagnostic, warning
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
_BRACKETED = re.compile(r"\\left\((\\frac\{\\partial [^()]*\}\{\\partial [^()]*\})\\right\)")
_TRANSPOSE = re.compile(
    r"\^\s*(?:\{\s*(?:\\top|\\intercal|\\mathsf\s*\{?\s*T\s*\}?|\\mathrm\s*\{?\s*T\s*\}?|T)\s*\}"
    r"|\\top(?![a-zA-Z])|\\intercal(?![a-zA-Z])|\\mathsf\s*\{\s*T\s*\}|\\mathrm\s*\{\s*T\s*\}|T)"
)


@own_program()
def convert_document(source: Source, target: str) -> Converted:
    """Rewrite a document into a layout.  A formula that cannot be turned stays, and is named in a warning."""
    document = read_document(source)
    if isinstance(document, Diagnostic):
        return Converted(source.text, (document,))
    errors = [said for program in document.programs for said in program.diagnostics if said.is_error]
    if errors:
        return Converted(source.text, tuple(errors))
    edits: list[Edit] = []
    diagnostics: list[Diagnostic] = []
    changed = 0
    groups = _groups(document.pieces)
    for number, program in enumerate(document.programs):
        found = _changes(document, program, target, diagnostics)
        changed += bool(found)
        edits += [(change.span.start, change.span.end, change.text) for change in found]
        edits += _layout_edits(document, program, target, groups[number] if number < len(groups) else [], bool(found))
    edits = list(dict.fromkeys(edits))  # a layout statement may hold for several programs
    return Converted(edited(document, edits), tuple(diagnostics), changed)


def _groups(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces of each program."""
    groups: list[list[Piece]] = [[]]
    for piece in pieces:
        if isinstance(piece, Directive) and re.search(r"(?:^|;|\n)\s*new\s*(?:;|\n|$)", piece.text.strip()):
            groups.append([])
        groups[-1].append(piece)
    return [group for group in groups if group]


def _changes(document: Document, program: DocumentProgram, target: str, diagnostics: list[Diagnostic]) -> list[Change]:
    made, reader = elaborate_with_reader([program.module], program.diagnostics)
    writer = _Writer(document, program)
    rewriter = Rewriter(reader, document.text.text, target, writer.write)
    layout = "numerator"
    out: list[Change] = []
    for statement in program.module.statements:
        found: list[Change] = []
        try:
            match statement:
                case ast.Layout():
                    layout = statement.name.id
                case ast.Check():
                    writer.set_for(document, statement, statement.sides[1:])
                    found = rewriter.statement(statement.sides, layout)
                case ast.Define() | ast.DefineIndexed() | ast.DefineFunction():
                    writer.set_for(document, statement, (statement.value,))
                    found = rewriter.definition(statement.value, layout)
        except Unwritable:
            said = "this formula depends on the layout and is not written in another one: it stays as it is"
            diagnostics.append(warning("W690", said, document.text, statement.span))
        out += found
    del made
    return out


def _in_language(document: Document, span: Span) -> bool:
    """Whether a statement stands in a fence or directive."""
    return any(isinstance(p, Directive | Fence) and p.start <= span.start < p.end for p in document.pieces)


class _Writer:
    """Writes the new sides: in the language in fences and directives, else in LaTeX."""

    def __init__(self, document: Document, program: DocumentProgram) -> None:
        self.language = False
        self._made = program.context.made
        found = _TRANSPOSE.search(document.text.text)
        sign = found[0].rstrip() if found else "^T"
        self._latex = LatexWriter(program.context.spelled, program.context.shapes.of, transpose=sign)

    def set_for(self, document: Document, statement: ast.Statement, parts: Sequence[ast.Expr]) -> None:
        """Write as a statement is written: its factors apart, or not."""
        self.language = _in_language(document, statement.span)
        gaps = [0, 0]
        for part in (node for root in parts for node in walk(root)):
            if not isinstance(part, ast.Product):
                continue
            for left, right in pairwise(part.factors):
                gap = document.text.text[left.span.end : right.span.start]
                if left.span.end <= right.span.start and not gap.strip():
                    gaps[bool(gap)] += 1
        self._latex.tight = gaps[0] > gaps[1]

    def write(self, expr: ast.Expr, kept: dict[int, str] | None = None, tight: str = "") -> str:
        made = self._made - {node.id for node in walk(expr) if isinstance(node, ast.Name) and id(node) in (kept or {})}
        if made & names_in(expr):
            raise Unwritable  # an array that the formulas only say by its entries has no name to be written
        if self.language:
            return unparse(expr, kept, tight)
        whole = (kept or {}).get(id(expr))
        if whole is not None and (bracketed := _BRACKETED.fullmatch(whole.strip())):
            return bracketed[1]
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
