"""What is known of a text: diagnostics, shapes, verdicts, definitions; found once for each version of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from gradcli.diagnostics import Diagnostic
from gradcli.diagnostics.mend import Mend, mends_of
from gradcli.expr.node import own_program
from gradcli.lsp.text import Text
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.colours import KEYWORD_WORDS, MODIFIER_WORDS, PIECE_KINDS, pieces
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.verdict import Checked, Verdict
from gradcli.ways_in.files import check_text
from gradcli.ways_in.registry import PROGRAMS, way_of
from gradcli.ways_in.settings import Settings, WrongSettings, find_settings, in_force


@dataclass(frozen=True, slots=True)
class Said:
    """One message at a place: an error, a warning, or a verdict that is not well.

    `mend` is a text for `span`; `edits` are what the hint asks for, wherever that is.
    """

    span: Span
    severity: str
    code: str
    message: str
    mend: str | None = None
    edits: tuple[Mend, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A text beside a place: the shape of what is defined there."""

    offset: int
    text: str


class Analysis:
    """One version of a file."""

    def __init__(self, name: str, text: str) -> None:
        self.source = Source(name, text)
        self.text = Text(text)
        self.is_program = way_of(name) is PROGRAMS

    @cached_property
    def program(self) -> Program:
        """The program, of a file in the language; of a document, an empty one."""
        module, wrong = parse_module(self.source if self.is_program else Source(self.source.name, ""))
        with own_program() as self._scope:
            return elaborate([module], wrong)

    @cached_property
    def checked(self) -> Checked:
        """The verdicts, of any kind of file."""
        return check_text(self.source, in_force(self.source.text, self._settings()))

    def _settings(self) -> Settings:
        """The settings of the folder that the file stands in; none where they are wrong: commands tell that."""
        folder = os.path.dirname(self.source.name)
        try:
            return find_settings(folder) if os.path.isdir(folder) else Settings()
        except WrongSettings:
            return Settings()

    def said(self) -> list[Said]:
        """All that is wrong, and all that is to be warned of."""
        found = [self._diagnostic(each) for each in dict.fromkeys(self.checked.diagnostics)]
        found += [self._verdict(each) for each in self.checked.verdicts if not each.ok and each.kind != "error"]
        return self._with_sides([each for each in found if each is not None])

    def _with_sides(self, found: list[Said]) -> list[Said]:
        """Errors within a claim, with the side that is expected there as an edit."""
        for verdict in self.checked.verdicts:
            if verdict.kind != "error" or verdict.expected is None or verdict.claim != "check" or verdict.backward:
                continue
            start, end = verdict.span.start, verdict.span.end
            for number, said in enumerate(found):
                if said.severity == "error" and start <= said.span.start and said.span.end <= end:
                    mend = Mend(verdict.span, verdict.expected, f"write {verdict.expected}")
                    found[number] = replace(said, edits=(mend, *said.edits))
                    break
        return found

    def said_at_once(self) -> list[Said]:
        """What is wrong with the text, before anything is decided: of a program alone."""
        found = [self._diagnostic(each) for each in self.program.diagnostics] if self.is_program else []
        return [each for each in found if each is not None]

    def _diagnostic(self, said: Diagnostic) -> Said | None:
        if said.severity == "note" and said.span is None:
            return None
        span = said.span if said.span is not None and self._is_here(said.source) else Span(0, 0)
        hint = f"\nhint: {said.hint}" if said.hint else ""
        edits = mends_of(said) if self.is_program and self._is_here(said.source) else ()
        return Said(span, said.severity, said.code, said.message + hint, edits=edits)

    def _verdict(self, verdict: Verdict) -> Said:
        from gradcli.verdicts.report.words import example, message

        lines = [message(verdict)]
        lines += [f"hint: {verdict.hint.text}"] if verdict.hint is not None else []
        lines += [f"expected: {verdict.expected}"] if verdict.expected is not None else []
        lines += [f"counterexample: {example(verdict.counterexample)}"] if verdict.counterexample else []
        mend = verdict.expected if verdict.claim == "check" and verdict.backward is None else None
        severity = "warning" if verdict.kind == "undecided" else "error"
        return Said(verdict.span, severity, verdict.code or "", "\n".join(lines), mend)

    def _is_here(self, source: Source | None) -> bool:
        return source is not None and source.text == self.source.text

    # ------------------------------------------------------------------- names

    def shapes(self) -> list[Shown]:
        """The shape of each definition, behind its line."""
        from gradcli.render.labels import text_shape

        found = []
        for name in self.program.definitions:
            span, node = self.program.spans.get(name), self.program.nodes.get(name)
            if span is None or node is None or span.end == 0:
                continue
            end = self.source.text.find("\n", span.end)
            found.append(Shown(len(self.source.text) if end < 0 else end, text_shape(node.shape)))
        return found

    def hover(self, offset: int) -> str | None:
        """What is known of the name at a place: shape, definition, and its gradient of the file's loss."""
        found = self.text.word_at(offset)
        if found is None or found[0] not in self.program.nodes:
            return None
        from gradcli.render.labels import text_shape
        from gradcli.render.program_mc import attributes_of
        from gradcli.render.text import TextNotation

        name = found[0]
        node = self.program.nodes[name]
        with own_program(self._scope):
            lines = [f"{name} : {' '.join([text_shape(node.shape), *attributes_of(node)])}"]
            if name in self.program.definitions:
                values = self.program.nodes.keys() | self.program.variables.keys()
                lines.append(f"{name} = {TextNotation(variables=values).render(self.program.definitions[name])}")
        gradient = self._gradient(name)
        return "\n".join([*lines, *([gradient] if gradient else [])])

    def _gradient(self, name: str) -> str | None:
        """`∇_x L = ...` of the last scalar, or of an arbitrary function of the last definition."""
        from gradcli.api.program import Program as Asked
        from gradcli.api.program import ProgramError

        variable = self.program.variables.get(name)
        if variable is None or variable.discrete or "constant" in variable.attributes:
            return None
        module, wrong = parse_module(self.source)
        try:
            answer = Asked(module, wrong).grad(None, name)
        except (ProgramError, ValueError):
            return None
        return f"{answer.label} = {answer.text}"

    def definition(self, offset: int) -> Span | None:
        """Where the name at a place is declared or defined."""
        found = self.text.word_at(offset)
        if found is None or found[0] not in self.program.spans:
            return None
        span = self.program.spans[found[0]]
        inside = [
            each for each in self.text.words(found[0]) if span.start <= each.start < max(span.end, span.start + 1)
        ]
        return inside[0] if inside else span

    def renamed(self, offset: int, new: str) -> list[Span] | str:
        """The places to write a new name at; a sentence where that cannot be done."""
        found = self.text.word_at(offset)
        if found is None or found[0] not in {*self.program.nodes, *self.program.functions, *self.program.losses}:
            return "there is no name of the program here"
        if re.fullmatch(r"[^\W\d]\w*", new) is None:
            return f"{new!r} is no name"
        if new in self.program.nodes or new in self.program.functions:
            return f"{new} is a name of the program already"
        return self.text.words(found[0])

    def completions(self) -> Iterator[tuple[str, str]]:
        """Names and words that may be typed, each with what it is."""
        from gradcli.program.functions import RESERVED

        for name, node in self.program.nodes.items():
            from gradcli.render.labels import text_shape

            yield name, text_shape(node.shape)
        for name in sorted(RESERVED):
            yield name, "function"
        for word in KEYWORD_WORDS:
            yield word, "keyword"
        for word in MODIFIER_WORDS:
            yield word, "attribute"

    def losses(self) -> str | None:
        """The line that states an arbitrary scalar function of the last definition, where the file lacks one."""
        if self.program.losses or self.program.last is None:
            return None
        node = self.program.nodes[self.program.last]
        return f"loss f({self.program.last})" if node.shape else None

    def laid_out(self) -> str:
        """The text laid out."""
        from gradcli.syntax.layout_text import laid_out

        return laid_out(self.source) if self.is_program else self.source.text


def tokens(analysis: Analysis) -> Iterator[tuple[Span, str]]:
    """The coloured pieces of a program, in order, each of a kind of `PIECE_KINDS`."""
    from gradcli.program.functions import RESERVED

    called = RESERVED | set(analysis.program.functions)
    for span, kind in pieces(analysis.source.text, called):
        if kind in PIECE_KINDS:
            yield span, kind
