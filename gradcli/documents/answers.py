"""The questions of a document, and their answers written below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gradcli.derive.model import Answer
from gradcli.diagnostics import Diagnostic
from gradcli.documents.directives import parts_of
from gradcli.documents.notebook import Edit
from gradcli.documents.pieces import Directive, Fence, Piece
from gradcli.documents.program import DocumentProgram
from gradcli.documents.read import Document, edited, read_document
from gradcli.documents.respelled import respelled
from gradcli.expr.node import own_program
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program, Question
from gradcli.render.blocks import Display, Equation, Paragraph
from gradcli.render.derivation_page import derivation_page
from gradcli.shorten.derive import derive_short
from gradcli.syntax import ast
from gradcli.syntax.ast import Source

_MARKDOWN = re.compile(r"\n[ \t>]*<!-- gradcli: answer -->.*?<!-- gradcli: end -->", re.DOTALL)
_TEX = re.compile(r"\n[ \t]*% gradcli: answer[ \t]*\n.*?\n[ \t]*% gradcli: end[^\n]*", re.DOTALL)
_ITEM = re.compile(r"([ \t>]*)((?:[-*+]|\d{1,9}[.)])[ \t]+)?")
_LINE = re.compile(r"[ \t]*%+[ \t]*gradcli:[ \t]*answer[ \t]*$")


def asking(document: Document) -> list[tuple[DocumentProgram, Program, list[Question]]]:
    """The programs of a document that ask something, as it was read and as what, each with its questions."""
    out = []
    for made in document.programs:
        if any(isinstance(statement, ast.Question) for statement in made.module.statements):
            program = elaborate([made.module], made.diagnostics)
            out.append((made, program, list(program.questions)))
    return out


@own_program()
def with_answers(source: Source, layout: str | None = None) -> tuple[str, list[Diagnostic]]:
    """The text of a document with every answer below its question; a second time changes nothing.

    `layout` goes before what the document says.
    """
    document = read_document(source, layout)
    if isinstance(document, Diagnostic):
        return source.text, [document]
    text = document.text.text
    diagnostics: list[Diagnostic] = []
    rows: dict[int, list[Equation]] = {}
    for made, program, questions in asking(document):
        own = {name: latex for name, latex in made.context.spelled.items() if name not in made.context.dims}
        diagnostics += program.diagnostics
        for question in questions:
            piece = _piece_of(document.pieces, question.span.start)
            if piece is None:
                continue
            derivation = derive_short(program, [question])
            diagnostics += [said for said in derivation.diagnostics if said not in diagnostics]
            rows.setdefault(_below(text, piece, document.tex), []).extend(
                replace(row, left=respelled(row.left, own), right=respelled(row.right, own))
                for row in _rows(program, derivation.answers)
            )
    edits: list[Edit] = []
    for place, found in rows.items():
        old = (_TEX if document.tex else _MARKDOWN).match(text, place)
        block = _block(found, document.tex) if found else ""
        if not document.tex:
            block = block.replace("\n", f"\n{_margin(text, place)}")
        edits.append((place, old.end() if old else place, block))
    edits += _orphans(document, text, edits)
    return edited(document, edits), diagnostics


def _orphans(document: Document, text: str, edits: Sequence[Edit]) -> list[Edit]:
    """Answers whose question stands above them no more are taken out."""
    out: list[Edit] = []
    for piece in document.pieces:
        if not isinstance(piece, Directive) or all(part.kind != "answer" for part in parts_of(piece.text, piece.first)):
            continue
        line = text.rfind("\n", 0, piece.start)
        old = (_TEX if document.tex else _MARKDOWN).match(text, line) if line >= 0 else None
        if old is not None and not any(start <= line < max(end, start + 1) for start, end, _ in edits):
            out.append((line, old.end(), ""))
    return out


def _piece_of(pieces: Sequence[Piece], place: int) -> Piece | None:
    return next((p for p in pieces if isinstance(p, Directive | Fence) and p.start <= place < p.end), None)


def _below(text: str, piece: Piece, tex: bool) -> int:
    """The end of the line in which a piece ends; in TeX the mark of an answer is no line of its question."""
    end = text.find("\n", piece.end)
    end = len(text) if end < 0 else end
    if tex:
        lines = text[piece.start : end].split("\n")
        for k, line in enumerate(lines):
            if k and _LINE.match(line):
                return piece.start + len("\n".join(lines[:k]))
    return end


def _margin(text: str, place: int) -> str:
    """What continues the line that ends at a place: blanks in a list, marks of a quotation."""
    line = text[text.rfind("\n", 0, place) + 1 : place]
    found = _ITEM.match(line)
    assert found is not None
    return found[1] + " " * len(found[2] or "")


def _rows(program: Program, answers: Sequence[Answer]) -> list[Equation]:
    """The answers as equations, with the steps that they share."""
    out: list[Equation] = []
    stated = False
    for block in derivation_page(program, answers):
        if isinstance(block, Paragraph):
            stated = stated or block.role == "title"
        elif isinstance(block, Display) and stated:
            out += [replace(row, remark="") for row in block.rows]
    return out


def _block(rows: Sequence[Equation], tex: bool) -> str:
    lines = [f"{row.left} {row.sign} {row.right}".strip() for row in rows]
    if len(rows) > 1:
        aligned = " \\\\\n".join(f"{row.left} &{row.sign} {row.right}" for row in rows)
        lines = [r"\begin{aligned}", aligned, r"\end{aligned}"]
    body = "\n".join(lines)
    if tex:
        return f"\n% gradcli: answer\n\\[\n{body}\n\\]\n% gradcli: end"
    return f"\n<!-- gradcli: answer -->\n$$\n{body}\n$$\n<!-- gradcli: end -->"
