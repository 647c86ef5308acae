"""The steps of one program of a document: its formulas with their parts, directives, fenced programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradcli.diagnostics import Diagnostic, error
from gradcli.documents.directives import Part, parts_of
from gradcli.documents.order import explains
from gradcli.documents.pieces import Directive, Fence, Formula, Piece, Unclosed
from gradcli.latex.chains import Chain, chains_of
from gradcli.latex.fault import FormulaFault
from gradcli.latex.lists import trimmed
from gradcli.latex.macros import Macros, expanded, without_definitions
from gradcli.latex.scripts import flattened
from gradcli.latex.structure import structured
from gradcli.latex.tokens import MOST_TOKENS, tokens_of
from gradcli.latex.tree import Items, every
from gradcli.syntax.ast import Source, Span

LONGEST_FORMULA = 20_000
MOST_DIGITS = 1000
MOST_FORMULAS = 20_000
MOST_UNCLOSED = 20


@dataclass(slots=True)
class Scanned:
    """A formula with its parts."""

    piece: Formula
    items: Items | None
    chains: list[Chain]
    fault: FormulaFault | None = None


@dataclass(slots=True)
class DirectivePart:
    """A part of a directive, in its place among the formulas."""

    part: Part
    piece: Piece


Step = Scanned | DirectivePart | Fence


def grouped(source: Source, pieces: Sequence[Piece], macros: Macros, diagnostics: list[Diagnostic]) -> list[list[Step]]:
    """What is read, one list a program."""
    groups: list[list[Step]] = [[]]
    active = answering = False
    count = 0
    for piece in pieces:
        if isinstance(piece, Unclosed):
            if (active or "comment" in piece.what) and len(diagnostics) < MOST_UNCLOSED:
                diagnostics.append(error("D713", piece.what, source, Span(piece.start, piece.end)))
        elif isinstance(piece, Fence):
            groups[-1].append(piece)
        elif isinstance(piece, Directive):
            for part in parts_of(piece.text, piece.first):
                if part.kind == "check":
                    active = True
                elif part.kind == "stop":
                    active = False
                    groups[-1].append(DirectivePart(part, piece))
                elif part.kind == "new":
                    groups.append([])
                elif part.kind in ("answer", "end"):
                    answering = part.kind == "answer"
                else:
                    groups[-1].append(DirectivePart(part, piece))
        elif isinstance(piece, Formula) and active and not answering:
            count += 1
            if count > MOST_FORMULAS:
                message = (
                    f"a document has at most {MOST_FORMULAS} formulas between `check` and `stop`: the rest is not read"
                )
                diagnostics.append(error("D711", message, source, Span(piece.start, piece.start + 1)))
                break
            groups[-1].append(_scanned(source, piece, macros))
    return [group for group in groups if group]


def go_on(steps: list[Step]) -> None:
    """A display that begins with `=` goes on with the one before it."""
    before: Chain | None = None
    for step in steps:
        if not isinstance(step, Scanned) or not step.piece.display or not step.chains:
            before = before if isinstance(step, Scanned) and not step.piece.display else None
            continue
        first = step.chains[0]
        if before is not None and first.relations and first.relations[0].text == "=" and not trimmed(first.sides[0]):
            if len(before.sides) > 1 and not trimmed(before.sides[-1]):  # `... =` at the end of the line before
                before.sides.pop()
                before.relations.pop()
            first.sides[0] = before.sides[-1]
        before = step.chains[-1]


def _scanned(source: Source, piece: Formula, macros: Macros) -> Scanned:
    try:
        items = items_of(source.text, piece.first, piece.last, macros)
        for item in every(items):
            flattened(item)  # scripts without end are a fault
        return Scanned(piece, items, chains_of(items))
    except FormulaFault as fault:
        return Scanned(piece, None, [], fault)


def items_of(text: str, start: int, end: int, macros: Macros) -> Items:
    """The parts of the formula in `text[start:end]`.  Raises FormulaFault."""
    if end - start > LONGEST_FORMULA:
        raise FormulaFault("D711", f"a formula has at most {LONGEST_FORMULA} characters", start, start + 2)
    tokens = [token for first, last in without_definitions(text, start, end) for token in tokens_of(text, first, last)]
    tokens = expanded(tokens, macros)
    long = next((token for token in tokens if token.kind == "number" and len(token.text) > MOST_DIGITS), None)
    if long is not None:
        raise FormulaFault("D711", f"a number has at most {MOST_DIGITS} digits", long.start, long.end)
    if len(tokens) > MOST_TOKENS:
        raise FormulaFault("D711", "the formula is too long", start, end)
    return structured(tokens, text)


def uses(step: Step, other: Step) -> bool:
    """Whether a formula uses what another one defines."""
    if not isinstance(step, Scanned) or not isinstance(other, Scanned):
        return False
    return any(explains(chain, step.chains) for chain in other.chains)


def content_of(step: Scanned) -> Span:
    if step.chains:
        return Span(step.chains[0].start, step.chains[-1].end)
    return Span(step.piece.first, step.piece.last)
