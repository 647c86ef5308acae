"""What is known of a document's text: names in formulas, fences and directives, by the programs that they make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from gradcli.diagnostics import Diagnostic
from gradcli.diagnostics.mend import Mend, mends_of
from gradcli.documents.directives import Part, notations, parts_of
from gradcli.documents.pieces import Directive, Fence, Formula, Piece
from gradcli.documents.program import DocumentProgram
from gradcli.documents.read import pieces_of, read_document, suffix_of
from gradcli.expr.node import Scope, own_program
from gradcli.lsp.analysis import Analysis, Offered, Said, Shown, coloured, offered, told_of
from gradcli.lsp.names_in_formulas import Occurrence, named_anew, occurrences
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program
from gradcli.syntax.ast import Span

_TYPED = re.compile(r"\\?[^\W\d]*$")
_WORDS = ("check", "stop", "new", "skip", "define", "refute", "einstein", "answer", "end", "claim")
_LAST = re.compile(r"[^\W\d]\w*$")


@dataclass(frozen=True, slots=True)
class Made:
    """One program of a document, elaborated, with every place of its names in order."""

    document: DocumentProgram
    program: Program
    scope: Scope
    names: tuple[Occurrence, ...]


class DocumentAnalysis(Analysis):
    """One version of a document in Markdown or TeX."""

    @cached_property
    def _pieces(self) -> tuple[Piece, ...]:
        return tuple(pieces_of(self.source)) if suffix_of(self.source) != ".ipynb" else ()

    @cached_property
    def _programs(self) -> tuple[DocumentProgram, ...]:
        found = read_document(self.source)
        return () if isinstance(found, Diagnostic) or found.notebook is not None else tuple(found.programs)

    @cached_property
    def made(self) -> tuple[Made, ...]:
        """The programs of the document."""
        out = []
        for document in self._programs:
            with own_program() as scope:
                program = elaborate([document.module], document.diagnostics)
            told = set(program.nodes) | set(program.functions) | set(program.losses)
            names = [each for each in occurrences(document.module.statements, self.source.text) if each.name in told]
            spelled = [each for each in names if not self._is_language(each.span.start)]
            written = [
                Occurrence(Span(start + word.start(), start + word.end()), word[0], word[0] in program.functions)
                for start, end in self._language
                for word in re.finditer(r"[^\W\d]\w*", self.source.text[start:end])
                if word[0] in told and not self.text.in_comment(start + word.start(), start)
            ]
            agreed = [
                Occurrence(Span(at, at + len(target)), target, False)
                for target, at, _ in self._agreed
                if target in told
            ]
            places = sorted({*spelled, *written, *agreed}, key=lambda each: (each.span.start, -each.span.end))
            out.append(Made(document, program, scope, tuple(places)))
        return tuple(out)

    @cached_property
    def program(self) -> Program:
        """The last program of the document: that of a text without any is empty."""
        if self.made:
            return self.made[-1].program
        with own_program():
            return elaborate([])

    @cached_property
    def _parts(self) -> tuple[tuple[Part, Piece], ...]:
        """The parts of all directives."""
        pieces = (piece for piece in self._pieces if isinstance(piece, Directive))
        return tuple((part, piece) for piece in pieces for part in parts_of(piece.text, piece.first))

    @cached_property
    def _language(self) -> tuple[tuple[int, int], ...]:
        """Where the language is written."""
        found = [(piece.first, piece.last) for piece in self._pieces if isinstance(piece, Fence)]
        found += [(part.start, part.start + len(part.text)) for part, _ in self._parts if part.kind == "statements"]
        return tuple(sorted(found))

    @cached_property
    def _agreed(self) -> tuple[tuple[str, int, str], ...]:
        """The names that notations stand for: the name, its place, the notation."""
        out = []
        for part, _ in self._parts:
            if part.kind == "as":
                for latex, _at, target, after in notations(part.text, part.start):
                    at = self.source.text.find(target, after)
                    if _LAST.match(target) and at >= 0:
                        out.append((target, at, latex))
        return tuple(out)

    def _is_language(self, offset: int) -> bool:
        return any(start <= offset < end for start, end in self._language)

    def _piece(self, offset: int) -> Piece | None:
        return next((each for each in self._pieces if each.start <= offset < each.end), None)

    def _made_at(self, offset: int) -> Made | None:
        """The program that a place belongs to: the one whose part of the document it stands in."""
        begins = [piece.start for part, piece in self._parts if part.kind == "new"]
        number = sum(begin <= offset for begin in begins)
        made = self.made
        return made[min(number, len(made) - 1)] if made else None

    def _name_at(self, offset: int) -> tuple[Made, Occurrence] | None:
        """The name at a place; of several that hold it the shortest."""
        made = self._made_at(offset)
        found = [each for each in made.names if each.span.start <= offset <= each.span.end] if made else []
        if made is None or not found:
            return None
        return made, min(found, key=lambda each: (each.span.end == offset, each.span.end - each.span.start))

    # ------------------------------------------------------------------ answers

    def said_at_once(self) -> list[Said]:
        """What is wrong with a document is told with its verdicts."""
        return []

    def _edits(self, said: Diagnostic) -> tuple[Mend, ...]:
        if said.span is None:
            return ()
        piece = self._piece(said.span.start)
        out = []
        for mend in mends_of(said):
            if mend.text.endswith("\n"):
                made = self.stated(mend.text.rstrip("\n"), said.span.start)
                out.append(Mend(made.span, made.text, mend.title))
            elif isinstance(piece, Fence):
                out.append(mend)
        return tuple(out)

    def stated(self, statement: str, offset: int) -> Mend:
        """A statement put in above a place: a line of a fence, else a directive above what stands there."""
        piece = self._piece(offset)
        text = self.source.text
        title = f"State {statement}"
        if isinstance(piece, Fence):
            line = max(text.rfind("\n", 0, offset) + 1, piece.first)
            return Mend(Span(line, line), f"{statement}\n", title)
        line = text.rfind("\n", 0, piece.start if piece is not None else offset) + 1
        if suffix_of(self.source) == ".tex":
            return Mend(Span(line, line), f"% gradcli: {statement}\n", title)
        margin = re.match(r"[ \t>]*", text[line:])
        before = margin[0] if margin is not None else ""
        return Mend(Span(line, line), f"{before}<!-- gradcli: {statement} -->\n{before.rstrip()}\n", title)

    def shapes(self) -> list[Shown]:
        """The shape of each definition, behind its line; of several on a line, with their names."""
        lines: dict[int, list[Shown]] = {}
        for made in self.made:
            for shown in self._shapes_of(made.program):
                lines.setdefault(shown.offset, []).append(shown)
        return [several[0] if len(several) == 1 else _together(several) for several in lines.values()]

    def hover(self, offset: int) -> str | None:
        """What is known of the name at a place: shape, definition, and its gradient of the document's loss."""
        found = self._name_at(offset)
        if found is None or found[1].name not in found[0].program.nodes:
            return None
        made, name = found
        return told_of(name.name, made.program, made.scope, (made.document.module, list(made.document.diagnostics)))

    def definition(self, offset: int) -> Span | None:
        """Where the name at a place is declared or defined."""
        found = self._name_at(offset)
        if found is None:
            return None
        made, name = found
        span = made.program.spans.get(name.name)
        if span is None or span.end == 0:
            return next((each.span for each in made.names if each.name == name.name), None)
        inside = (each.span for each in made.names if each.name == name.name and each.span.start >= span.start)
        return next(inside, span)

    def renamed(self, offset: int, new: str) -> list[Mend] | str:
        """The edits that give the name at a place a new one, in formulas as LaTeX and in the language."""
        found = self._name_at(offset)
        if found is None:
            return "there is no name of the document's program here"
        made, name = found
        number = self.made.index(made)
        formulas = [(each.first, each.last) for each in self._pieces if isinstance(each, Formula)]
        targets = [(at, at + len(target)) for target, at, _ in self._agreed]
        agreed = any(target == name.name for target, _, _ in self._agreed)
        language = [*self._language, *targets]
        return named_anew(self.source, number, made.names, name.name, new, language, formulas, agreed)

    def completions(self, offset: int) -> Iterator[Offered]:
        """In a fence or a statement what the language has; in a formula the names as it spells them; else nothing."""
        made = self._made_at(offset)
        program = made.program if made is not None else self.program
        inside = any(start <= offset <= end for start, end in self._language)
        piece = next((each for each in self._pieces if each.start < offset <= each.end), None)
        if inside or isinstance(piece, Directive):
            yield from offered(program)
            if isinstance(piece, Directive):
                yield from (Offered(word, "keyword") for word in _WORDS)
        elif isinstance(piece, Formula) and made is not None:
            typed = _TYPED.search(self.source.text, 0, offset)
            over = Span(typed.start() if typed is not None else offset, offset)
            yield from _spelled(made, self._spellings(made), over)

    def _spellings(self, made: Made) -> dict[str, str]:
        """How formulas spell the names of a program."""
        targets = {at for _, at, _ in self._agreed}
        places = (each for each in made.names if not self._is_language(each.span.start))
        return {
            each.name: self.source.text[each.span.start : each.span.end]
            for each in places
            if each.span.start not in targets
        }

    def laid_out(self) -> str:
        """A document is left as it is."""
        return self.source.text

    def tokens(self) -> Iterator[tuple[Span, str]]:
        """The coloured pieces of fences and directives, and the names in formulas that are read."""
        found: list[tuple[Span, str]] = []
        for start, end in self._language:
            made = self._made_at(start)
            program = made.program if made is not None else self.program
            for span, kind in coloured(self.source.text[start:end], program):
                found.append((Span(span.start + start, span.end + start), kind))
        found += [
            (Span(part.start, part.start + len(part.text)), "keyword")
            for part, _ in self._parts
            if part.kind in _WORDS and part.kind != "claim"
        ]
        for made in self.made:
            found += [(each.span, "function" if each.called else "variable") for each in made.names]
        last = 0
        for span, kind in sorted(found, key=lambda each: (each[0].start, each[0].end)):
            if span.start >= last and "\n" not in self.source.text[span.start : span.end]:
                last = span.end
                yield span, kind


def _together(several: list[Shown]) -> Shown:
    """What is defined on one line."""
    return replace(several[0], text=", ".join(f"{each.name}: {each.text}" for each in several))


def _spelled(made: Made, spellings: Mapping[str, str], over: Span) -> Iterator[Offered]:
    """The names of a program as formulas spell them, and the words of LaTeX that are read."""
    from gradcli.latex.functions import FUNCTIONS
    from gradcli.render.labels import text_shape
    from gradcli.render.latex_names import latex_function, latex_name

    for name, node in made.program.nodes.items():
        yield Offered(spellings.get(name) or latex_name(name), text_shape(node.shape), over)
    for name in sorted({*made.program.functions, *FUNCTIONS.values()} - made.program.nodes.keys()):
        yield Offered(spellings.get(name) or latex_function(name), "function", over)
    for word in (r"\nabla", r"\partial", r"\frac{\partial }{\partial }", r"\top", r"\odot", r"\mathbb{R}"):
        yield Offered(word, "keyword", over)
