"""What is known of a text: diagnostics, shapes, verdicts, definitions; found once for each version of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from gradcli.diagnostics import Diagnostic
from gradcli.diagnostics.mend import Mend, mends_of
from gradcli.expr.node import Scope, own_program
from gradcli.lsp.text import Text
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program
from gradcli.syntax.ast import Module, Source, Span
from gradcli.syntax.colours import KEYWORD_WORDS, MODIFIER_WORDS, PIECE_KINDS, pieces
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.verdict import Checked, Verdict
from gradcli.ways_in.files import check_text
from gradcli.ways_in.settings import Settings, WrongSettings, find_settings, in_force

_LAYOUT = re.compile(r"write `(layout [a-z]+)`")


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
    name: str


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be typed: `told` says what it is, `over` what it takes the place of (None: the word there)."""

    label: str
    told: str
    over: Span | None = None


class Analysis:
    """One version of a program."""

    def __init__(self, name: str, text: str) -> None:
        self.source = Source(name, text)
        self.text = Text(text)

    @cached_property
    def program(self) -> Program:
        """The program, with names, shapes and what is wrong with it."""
        with own_program() as self._scope:
            return elaborate([self._read[0]], self._read[1])

    @cached_property
    def _read(self) -> tuple[Module, list[Diagnostic]]:
        return parse_module(self.source)

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
        """What is wrong with the text, before anything is decided."""
        found = [self._diagnostic(each) for each in self.program.diagnostics]
        return [each for each in found if each is not None]

    def _diagnostic(self, said: Diagnostic) -> Said | None:
        if said.severity == "note" and said.span is None:
            return None
        span = said.span if said.span is not None and self._is_here(said.source) else Span(0, 0)
        hint = f"\nhint: {said.hint}" if said.hint else ""
        edits = self._edits(said) if self._is_here(said.source) else ()
        return Said(span, said.severity, said.code, said.message + hint, edits=edits)

    def _edits(self, said: Diagnostic) -> tuple[Mend, ...]:
        """What the hint of a diagnostic asks for."""
        return mends_of(said)

    def _verdict(self, verdict: Verdict) -> Said:
        from gradcli.verdicts.report.words import example, message

        lines = [message(verdict)]
        lines += [f"hint: {verdict.hint.text}"] if verdict.hint is not None else []
        lines += [f"expected: {verdict.expected}"] if verdict.expected is not None else []
        lines += [f"counterexample: {example(verdict.counterexample)}"] if verdict.counterexample else []
        mend = verdict.expected if verdict.claim == "check" and verdict.backward is None else None
        severity = "warning" if verdict.kind == "undecided" else "error"
        asked = _LAYOUT.search(verdict.hint.text) if verdict.hint is not None else None
        edits = (self.stated(asked[1], verdict.statement.start),) if asked is not None else ()
        return Said(verdict.span, severity, verdict.code or "", "\n".join(lines), mend, edits)

    def _is_here(self, source: Source | None) -> bool:
        return source is not None and source.text == self.source.text

    # ------------------------------------------------------------------- names

    def shapes(self) -> list[Shown]:
        """The shape of each definition, behind its line."""
        return self._shapes_of(self.program)

    def _shapes_of(self, program: Program) -> list[Shown]:
        from gradcli.render.labels import text_shape

        found = []
        for name in program.definitions:
            span, node = program.spans.get(name), program.nodes.get(name)
            if span is None or node is None or span.end == 0:
                continue
            end = self.source.text.find("\n", span.end)
            found.append(Shown(len(self.source.text) if end < 0 else end, text_shape(node.shape), name))
        return found

    def hover(self, offset: int) -> str | None:
        """What is known of the name at a place: shape, definition, and its gradient of the file's loss."""
        found = self.text.word_at(offset)
        if found is None or found[0] not in self.program.nodes:
            return None
        return told_of(found[0], self.program, self._scope, self._read)

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

    def renamed(self, offset: int, new: str) -> list[Mend] | str:
        """The edits that give the name at a place a new one; a sentence where that cannot be done."""
        found = self.text.word_at(offset)
        if found is None or found[0] not in {*self.program.nodes, *self.program.functions, *self.program.losses}:
            return "there is no name of the program here"
        if re.fullmatch(r"[^\W\d]\w*", new) is None:
            return f"{new!r} is no name"
        if new in self.program.nodes or new in self.program.functions:
            return f"{new} is a name of the program already"
        return [Mend(span, new, f"Rename {found[0]}") for span in self.text.words(found[0])]

    def completions(self, offset: int) -> Iterator[Offered]:
        """Names and words that may be typed at a place, each with what it is."""
        return offered(self.program)

    def losses(self) -> str | None:
        """The line that states an arbitrary scalar function of the last definition, where the file lacks one."""
        if self.program.losses or self.program.last is None:
            return None
        node = self.program.nodes[self.program.last]
        return f"loss f({self.program.last})" if node.shape else None

    def stated(self, statement: str, offset: int) -> Mend:
        """A statement put in on a line of its own above a place."""
        line = self.source.text.rfind("\n", 0, offset) + 1
        return Mend(Span(line, line), f"{statement}\n", f"State {statement}")

    def laid_out(self) -> str:
        """The text laid out."""
        from gradcli.syntax.layout_text import laid_out

        return laid_out(self.source)

    def tokens(self) -> Iterator[tuple[Span, str]]:
        """The coloured pieces, in order, each of a kind of `PIECE_KINDS`."""
        return coloured(self.source.text, self.program)


def coloured(text: str, program: Program) -> Iterator[tuple[Span, str]]:
    """The coloured pieces of a text in the language, in order, each of a kind of `PIECE_KINDS`."""
    from gradcli.program.functions import RESERVED

    called = RESERVED | set(program.functions)
    for span, kind in pieces(text, called):
        if kind in PIECE_KINDS:
            yield span, kind


def offered(program: Program) -> Iterator[Offered]:
    """What may be typed in the language: the program's names, functions, keywords, attributes."""
    from gradcli.program.functions import RESERVED
    from gradcli.render.labels import text_shape

    for name, node in program.nodes.items():
        yield Offered(name, text_shape(node.shape))
    for name in sorted(RESERVED):
        yield Offered(name, "function")
    for word in KEYWORD_WORDS:
        yield Offered(word, "keyword")
    for word in MODIFIER_WORDS:
        yield Offered(word, "attribute")


def told_of(name: str, program: Program, scope: Scope, read: tuple[Module, list[Diagnostic]]) -> str:
    """The shape of a name, its definition, and the gradient of the program's loss by it; `read` is its syntax."""
    from gradcli.render.labels import text_shape
    from gradcli.render.program_mc import attributes_of
    from gradcli.render.text import TextNotation

    node = program.nodes[name]
    with own_program(scope):
        lines = [f"{name} : {' '.join([text_shape(node.shape), *attributes_of(node)])}"]
        if name in program.definitions:
            values = program.nodes.keys() | program.variables.keys()
            lines.append(
                f"{name} = {TextNotation(variables=values).knowing(program).render(program.definitions[name])}"
            )
        gradient = _gradient(name, program, scope, read)
    return "\n".join([*lines, *([gradient] if gradient else [])])


def _gradient(name: str, program: Program, scope: Scope, read: tuple[Module, list[Diagnostic]]) -> str | None:
    """`∇_x L = ...` of the last scalar, or of an arbitrary function of the last definition."""
    from gradcli.api.answer import Answer
    from gradcli.api.asked import NoQuestion, asked_question
    from gradcli.shorten.derive import derive_short

    variable = program.variables.get(name)
    if variable is None or variable.discrete or "constant" in variable.attributes:
        return None
    if any(said.is_error for said in program.diagnostics):
        return None
    try:
        extended, questions = asked_question(*read, None, name, "gradient", program)
    except NoQuestion:
        return None
    derivation = derive_short(extended, questions)
    if len(derivation.answers) != 1 or any(said.is_error for said in derivation.diagnostics):
        return None
    answer = Answer(scope, derivation.program, derivation.answers[0], questions)
    return f"{answer.label} = {answer.text}"
