"""From the pieces of a document to programs of the language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gradcli.diagnostics import Diagnostic, error
from gradcli.documents.agreed import stands_as_index
from gradcli.documents.declared import FORMULA, in_greek, in_language, layers_in
from gradcli.documents.directives import Part, notations
from gradcli.documents.order import alone, comes_after, explains, names_of, reordered
from gradcli.documents.pieces import Fence, Formula, Piece
from gradcli.documents.steps import DirectivePart, Scanned, Step, content_of, go_on, grouped, items_of, uses
from gradcli.latex.chains import Chain, chains_of
from gradcli.latex.conditions import attached, condition_of
from gradcli.latex.context import Context, Notation
from gradcli.latex.counted import counted, with_letters
from gradcli.latex.fault import FormulaFault
from gradcli.latex.layers import layers_of, with_layers
from gradcli.latex.lists import trimmed
from gradcli.latex.macros import Macros, macros_of
from gradcli.latex.meaning import Meaning, holds_derivative
from gradcli.latex.notations import order
from gradcli.latex.placed import placed, shifted
from gradcli.latex.prescan import prescan
from gradcli.latex.said import Said
from gradcli.latex.shapes import settle
from gradcli.latex.spelled import with_spelled
from gradcli.latex.tree import Items, Symbol, every
from gradcli.latex.zeroed import set_to_zero
from gradcli.syntax import ast
from gradcli.syntax.ast import Ident, Module, Source, Span
from gradcli.syntax.parse import parse_module

MOST_NOTATIONS = 300
_CUE = re.compile(
    r"(?:\b(?:if|when|for|case(?: \w+)?|assume|assuming|suppose|consider|given)"
    r"|若|当|如果|假设|对于|对|在|情况.{0,3}|^|\n)"
    r"[\s*_\-(（\d.:：,，]*$",
    re.IGNORECASE,
)
_SENTENCE_ENDS = re.compile(r"[。！？#]|[.!?](?:\s|$)|\n\s*\n.*\n\s*\n", re.DOTALL)
_TO_ZERO = re.compile(
    r"\b(?:to|be|equals?|is|at) (?:zero|\$?(?:\\?mathbf)?\{?0)|\bvanish|stationar"
    r"|零|驻点|(?:为|等于|=)\s*\$?\s*0(?![.\d])",
    re.IGNORECASE,
)
_SAYS = re.compile(r"=|\\neq?\b|\\equiv\b|\\begin|\\in\b")


@dataclass(frozen=True, slots=True)
class Passed:
    """A formula that claims nothing, and why; names and terms in the text are told but not counted."""

    span: Span
    why: str
    counted: bool = True


@dataclass
class DocumentProgram:
    """One program of a document; `claims` are the places of formulas that are checked."""

    module: Module
    diagnostics: list[Diagnostic] = field(default_factory=list)
    claims: list[Span] = field(default_factory=list)
    defined: list[Span] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)
    unreadable: int = 0
    conditions: list[tuple[int, set[str]]] = field(default_factory=list)  # derivatives set to zero: where, by what
    context: Context = field(default_factory=Context)


def programs(
    source: Source, pieces: Sequence[Piece], layout: str | None = None, sigmoid: bool = False
) -> list[DocumentProgram]:
    """The programs that a document's pieces make, in order; `sigmoid` takes a sigma of which nothing is said for it."""
    macros = macros_of(source.text)
    diagnostics: list[Diagnostic] = []
    groups = grouped(source, pieces, macros, diagnostics)
    made: list[DocumentProgram] = []
    stated: ast.Layout | None = None
    for steps in groups:
        made.append(_Builder(source, macros, layout, sigmoid, stated).build(steps))
        layouts = [one for one in made[-1].module.statements if isinstance(one, ast.Layout)]
        stated = layouts[-1] if layouts else stated
    if made:
        made[0].diagnostics[:0] = diagnostics
    elif diagnostics:
        made = [DocumentProgram(Module(source, ()), diagnostics)]
    return made


class _Builder:
    def __init__(
        self, source: Source, macros: Macros, layout: str | None, sigmoid: bool, stated: ast.Layout | None
    ) -> None:
        self.sigmoid = sigmoid
        self.stated = stated  # the layout of the document so far: names begin afresh with `new`, the layout does not
        self.source = source
        self.macros = macros
        self.context = Context()
        self.meaning = Meaning(self.context, source.text)
        self.statements: list[ast.Statement] = []
        self.program = DocumentProgram(Module(source, ()), context=self.context)
        self.skip = 0
        self.define = False
        self.refute: Part | None = None
        self.beside: list[Items] = []  # the condition that the sentence states
        self.said_at = 0  # and where it ends
        self.derived: list[Chain] = []  # what holds derivatives so far
        self.told = 0  # where the formula before ends
        self.layers: frozenset[str] = frozenset()  # letters above others that are labels
        self.forced = layout
        if layout is not None:
            self.context.layout = layout
        elif stated is not None:
            self.context.layout = stated.name.id

    def build(self, steps: list[Step]) -> DocumentProgram:
        self.label_layers(steps)
        self.letter_indices(steps)
        go_on(steps)
        steps = self.in_order(steps)
        formulas = [step.items for step in steps if isinstance(step, Scanned) and step.items is not None]
        prescan(formulas, self.context)
        self.look_ahead(steps)
        if self.sigmoid and "sigma" not in self.context.expected and "sigma" not in self.context.bare:
            nowhere = Span(0, 0)
            names = ast.Ident("sigma", nowhere), (ast.Ident("t", nowhere),)
            value = ast.Call(nowhere, "sigmoid", 0, (ast.Name(nowhere, "t"),))
            self.state(ast.DefineFunction(nowhere, *names, value))
            del self.context.scalar_functions["sigma"]
        for step in steps:
            if isinstance(step, Scanned):
                self.formula(step)
            elif isinstance(step, Fence):
                self.language(self.source.text[step.first : step.last], step.first)
            else:
                self.part(step.part, step.piece)
        if self.refute is not None:
            at = Span(self.refute.start, self.refute.start + len(self.refute.text))
            self.say("D709", "no formula that claims something follows this `refute`", at)
        front = self._front()
        if self.context.losses:
            from gradcli.documents.losses import lowered

            self.statements = lowered(self.statements, self.context)
        self.program.module = Module(self.source, tuple(front + self.statements))
        return self.program

    def words(self, steps: list[Step]) -> list[str]:
        """The names that directives and fences hold."""
        said = " ".join(
            step.part.text if isinstance(step, DirectivePart) else self.source.text[step.first : step.last]
            for step in steps
            if isinstance(step, DirectivePart | Fence)
        )
        return re.findall(r"\w+", said)

    def label_layers(self, steps: list[Step]) -> None:
        """Read layers above letters as labels, where declared names have them in theirs."""
        letters = layers_of(self.words(steps))
        parts = (step.part for step in steps if isinstance(step, DirectivePart))
        letters |= {one for part in parts if part.kind == "statements" for one in layers_in(part.text)}
        self.layers = letters
        for step in steps if letters else ():
            if isinstance(step, Scanned) and step.items is not None:
                step.items = with_layers(step.items, letters)
                step.chains = chains_of(step.items)

    def letter_indices(self, steps: list[Step]) -> None:
        """Read indices that are no bare letters, `j'` in a sum over it, as letters that stand nowhere else."""
        formulas = [step for step in steps if isinstance(step, Scanned) and step.items is not None]
        letters = counted([step.items or () for step in formulas], self.words(steps))
        for step in formulas if letters else ():
            step.items = with_letters(step.items or (), letters)
            step.chains = chains_of(step.items)

    def in_order(self, steps: list[Step]) -> list[Step]:
        """The steps, definitions that follow a display as what is meant there (`where z = ...`) before it."""
        out: list[Step] = []
        begin, place, last, first = 0, 0, -1, True  # of the display, where the last formula of its sentence ends
        display: list[Chain] = []
        said = [step for step in steps if not isinstance(step, DirectivePart) or step.part.kind == "statements"]
        known = {letter for word in self.words(said) for letter in (word, word.split("_")[0])}
        for step in steps:
            if not isinstance(step, Scanned):
                last = -1
                out.append(step)
                continue
            if step.piece.display:
                step.chains = reordered(step.chains)
            between = self.source.text[last : step.piece.start] if last >= 0 else ""
            late = last >= 0 and not step.piece.display and all(alone(chain, known) for chain in step.chains)
            if last >= 0 and (comes_after(between, first) or (late and "\n\n" not in between)):
                last, first = step.piece.end, False
                if step.chains and all(explains(chain, display) for chain in step.chains):
                    display = [*display, *step.chains]
                    at = next((k for k in range(begin, place) if uses(out[k], step)), place)
                    out.insert(at, step)
                    place += 1
                    continue
                begins = step.piece.display
            else:
                begins = step.piece.display or any(chain.relations for chain in step.chains)
                last = -1
            known |= {name for chain in step.chains for name in names_of(chain)}
            if begins:
                begin = place = len(out)
                last, first, display = step.piece.end, True, step.chains
            out.append(step)
        return out

    def look_ahead(self, steps: list[Step]) -> None:
        """The names that are declared further on, or differentiated: in the text, definitions may use them."""
        for step in steps:
            if isinstance(step, Scanned):
                for chain in step.chains:
                    text = self.meaning.declaration(chain)
                    if text is not None:
                        self.context.expected.update(name.strip() for name in text.partition(" : ")[0].split(","))
                        module, _ = parse_module(Source("ahead", text))
                        for statement in module.statements:
                            self.comes(statement)
            elif isinstance(step, DirectivePart) and step.part.kind == "statements":
                module, _ = parse_module(Source("ahead", self.in_language(step.part)))
                for statement in module.statements:
                    if isinstance(statement, ast.Declare):
                        self.context.expected.update(ident.id for ident in statement.names)
                        self.comes(statement)
                    elif isinstance(statement, ast.Loss):
                        self.context.expected.update(ident.id for ident in statement.args)

    def comes(self, statement: ast.Statement) -> None:
        """Keep the shapes of arrays that are declared further on."""
        if isinstance(statement, ast.Declare) and isinstance(statement.type, ast.ArrayType):
            for ident in statement.names:
                self.context.coming.setdefault(ident.id, settle(tuple(statement.type.dims)))

    def _front(self) -> list[ast.Statement]:
        """Declarations of the numbers that functions were defined of."""
        context = self.context
        names = [name for name in context.scalars if name in context.seen and not context.known(name)]
        nowhere = Span(0, 0)
        kept: list[ast.Statement] = []
        for name in names:
            kept.append(ast.Declare(nowhere, (Ident(name, nowhere),), ast.ArrayType("R", ()), ()))
        if context.undeclared:
            self.statements = [s for one in self.statements if (s := _without(one, context.undeclared)) is not None]
        if self.forced is not None:
            self.statements = [s for s in self.statements if not isinstance(s, ast.Layout)]
            kept.append(ast.Layout(nowhere, Ident(self.forced, nowhere)))
        elif self.stated is not None and not any(isinstance(one, ast.Layout) for one in self.statements):
            kept.append(self.stated)
        return kept

    def say(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.program.diagnostics.append(error(code, message, self.source, span, hint))

    # ---------------------------------------------------------------- directives

    def part(self, part: Part, piece: Piece) -> None:
        """One part of a directive."""
        match part.kind:
            case "stop":
                self.context.einstein = False
            case "skip":
                self.skip += part.count
            case "define":
                self.define = True
            case "refute":
                self.refute = part
            case "einstein":
                self.context.einstein = True
            case "as":
                self.agree(part)
            case "claim":
                self.claim(part, piece)
            case "statements":
                self.statements_of(part)

    def statements_of(self, part: Part) -> None:
        r"""The statements of a directive, and declarations written as formulas are, `W \in \mathbb{R}^{m \times n}`."""
        text = self.in_language(part)
        for found in FORMULA.finditer(text):
            first, last = part.start + found.start(), part.start + found.end()
            try:
                chains = chains_of(items_of(self.source.text, first, last, self.macros))
            except FormulaFault:
                continue
            if all([self.declare(chain, False) for chain in chains]):
                text = text[: found.start()] + " " * len(found[0]) + text[found.end() :]
        self.language(text, part.start)

    def in_language(self, part: Part) -> str:
        """The statements of a directive, names that are written as in formulas as names of the language."""

        def named(first: int, last: int) -> str | None:
            try:
                items = items_of(self.source.text, part.start + first, part.start + last, self.macros)
            except FormulaFault:
                return None
            return self.meaning.plain_name(with_layers(items, self.layers)) if items else None

        return in_language(in_greek(part.text), named)

    def agree(self, part: Part) -> None:
        """`LATEX as NAME`."""
        for latex, at, target, _ in notations(part.text, part.start):
            span = Span(at, at + len(latex))
            if not target or not latex:
                self.say("D704", f"`{latex or target}`: a notation is said as `LATEX as NAME`", span)
                continue
            try:
                items = with_spelled(items_of(self.source.text, at, at + len(latex), self.macros))
            except FormulaFault as fault:
                self.fault(fault)
                continue
            items = with_layers(items, self.layers)
            letters = frozenset(
                item.name for item in every(items) if isinstance(item, Symbol) and stands_as_index(item.name, target)
            )
            if len(self.context.notations) >= MOST_NOTATIONS:
                self.say("D711", f"a program agrees on at most {MOST_NOTATIONS} notations", span)
                break
            self.context.notations.append(Notation(items, target, letters))
        self.context.notations.sort(key=order)

    def claim(self, part: Part, piece: Piece) -> None:
        """`claim LATEX`: a claim at the directive's line."""
        text = part.text.strip().strip("$")
        first = self.source.text.find(text, part.start)
        try:
            items = items_of(self.source.text, first, first + len(text), self.macros)
            for chain in chains_of(items):
                for said in self.meaning.said(chain, claim=True):
                    self.enter(said)
        except FormulaFault as fault:
            self.fault(fault)

    def language(self, text: str, offset: int) -> None:
        """Statements of the language."""
        module, diagnostics = parse_module(Source(self.source.name, text))
        for said in diagnostics:
            span = said.span or Span(0, 0)
            self.program.diagnostics.append(
                Diagnostic(said.code, said.message, said.severity, Span(span.start + offset, span.end + offset),
                           self.source, said.hint, said.notes)
            )  # fmt: skip
        for statement in module.statements:
            self.state(shifted(statement, offset))

    def state(self, statement: ast.Statement) -> None:
        """Enter a statement of a directive or fence."""
        context = self.context
        match statement:
            case ast.Declare():
                context.declare(statement)
            case ast.Layout():
                if self.forced is None:
                    context.layout = statement.name.id
            case ast.Define():
                self._defined(statement.name.id, statement.value, context.shapes.of(statement.value))
            case ast.DefineIndexed():
                self._defined(statement.name.id, statement.value, (None,) * len(statement.indices))
            case ast.DefineFunction():
                from gradcli.latex.context import FunctionInfo

                arity = len(statement.params)
                context.functions[statement.name.id] = FunctionInfo(tuple(() for _ in range(arity)), ())
                if arity == 1:
                    context.scalar_functions[statement.name.id] = statement.params[0].id
            case ast.DefineMany():
                for ident in statement.names:
                    context.define(ident.id, (None, None))
            case ast.Implicit():
                for ident in statement.names:
                    context.define(ident.id, context.name_shape(ident.id))
            case ast.Loss():
                context.losses[statement.name.id] = tuple(arg.id for arg in statement.args)
            case ast.Check():
                self.program.claims.append(statement.span)
        self.statements.append(statement)

    def _defined(self, name: str, value: ast.Expr, shape: tuple[object, ...]) -> None:
        from gradcli.latex.build import names_in

        depends: set[str] = set()
        for one in names_in(value):
            depends |= self.context.depends.get(one, frozenset({one}))
        self.context.depends[name] = frozenset(depends)
        self.context.meanings[name] = value
        self.context.last = name
        self.context.define(name, shape)

    # ------------------------------------------------------------------ formulas

    def formula(self, step: Scanned) -> None:
        """One formula of the document."""
        piece = step.piece
        if self.derived and _TO_ZERO.search(self.source.text, self.told, piece.start):
            for chain in self.derived:
                self.set_to_zero(chain, piece.start - 1)
            self.derived.clear()
        self.told = piece.end
        self.derived += [chain for chain in step.chains if holds_derivative(chain.items)]
        if piece.display:
            self.display(step)
        elif step.items is not None:
            self.inline(step)
        elif step.fault is not None:
            self.passed(content_of(step), step.fault.message)

    def passed(self, span: Span, why: str, counted: bool = True) -> None:
        """Keep a formula that claims nothing."""
        self.program.passed.append(Passed(span, why, counted))

    def display(self, step: Scanned) -> None:
        if self.skip:
            self.skip -= 1
            self.passed(content_of(step), "skip")
            return
        define, self.define = self.define, False
        if step.fault is not None:
            if not _SAYS.search(self.source.text, step.piece.first, step.piece.last):
                self.passed(content_of(step), "no equation")
                return
            self.fault(step.fault)
            return
        if not any(trimmed(tuple(chain.items)) for chain in step.chains):
            self.passed(content_of(step), "empty")
            return
        if all(self.meaning.is_prose(chain) for chain in step.chains):
            self.passed(content_of(step), "words")
            return
        before = len(self.statements), self.program.unreadable, len(self.program.passed)
        condition = False
        wanted = self.refute is not None
        conditions = attached(step.chains, self.context)
        said_before, self.beside = self.beside_for(step.piece), []
        for k, chain in enumerate(step.chains):
            if condition_of(chain.items, self.context) is not None and len(step.chains) > 1:
                self.passed(Span(chain.start, chain.end), "a condition on indices")
                continue
            if self.meaning.is_prose(chain):
                continue
            self.meaning.conditions = conditions.get(k, said_before)
            if condition and chain.separator == "arrow":
                self.passed(Span(chain.start, chain.end), "it follows from a condition")
                continue
            first = len(self.statements)
            try:
                if self.declare(chain):
                    continue
                for said in self.meaning.said(chain, define):
                    condition = condition or said.condition
                    self.enter(said, wanted)
                    if said.condition:
                        self.set_to_zero(chain)
                define = False
            except FormulaFault as fault:
                self.fault(fault)
                self.meaning.poison(chain)
            self.note(first)
        self.meaning.conditions = []
        told = self.program.passed[before[2] :]
        if len(told) > 1 and before[:2] == (len(self.statements), self.program.unreadable):
            why = next((one.why for one in told if one.why != "no equation"), "no equation")
            self.program.passed[before[2] :] = [Passed(content_of(step), why)]  # the display is one formula

    def inline(self, step: Scanned) -> None:
        """A formula in the text: declarations, equations with derivatives, definitions of new names by known ones."""
        for chain in step.chains:
            condition = condition_of(chain.items, self.context)
            if condition is not None:
                self.remember(step.piece, condition)
            try:
                if self.declare(chain, True):
                    continue
            except FormulaFault:
                pass
            span = Span(chain.start, chain.end)
            derives = holds_derivative(chain.items) or self.meaning.is_of_differentials(chain)
            if self.meaning.no_claim(chain) is not None or not (derives or self.meaning.defines_by_known(chain)):
                why = self.meaning.no_claim(chain) or "in the text, without a derivative"
                self.passed(span, why, len(chain.sides) > 1)
                continue
            if self.skip and derives:
                self.passed(span, "skip")
                continue
            first = len(self.statements)
            self.meaning.readers.clear()
            self.meaning.conditions = self.beside_for(step.piece) if derives else []
            try:
                before = self.meaning.saved()
                for said in self.meaning.said(chain):
                    if said.kind == "claim" and not derives:
                        self.passed(Span(said.start, said.end), "in the text, without a derivative")
                        continue
                    self.enter(said, self.refute is not None)
                    if said.condition:
                        self.set_to_zero(chain)
            except FormulaFault as fault:
                if derives:
                    self.fault(fault)
                else:
                    self.meaning.restore(before)
                    self.meaning.readers.clear()
                    self.meaning.poison(chain)
                    self.passed(span, fault.message)
            if derives:
                self.beside = []
            self.meaning.conditions = []
            self.note(first)

    def set_to_zero(self, chain: Chain, at: int = -1) -> None:
        """Keep that derivatives were set to zero: equations that follow may solve that."""
        at = chain.start if at < 0 else at
        self.program.conditions.append((at, set_to_zero(chain.items, self.context)))

    def remember(self, piece: Formula, condition: Items) -> None:
        """Keep a condition in the text, `if $i = j$`, for the claim that follows in its sentence."""
        before = self.source.text[max(0, piece.start - 24) : piece.start]
        alone = not self.beside_for(piece)
        self.beside = [condition] if alone and _CUE.search(before) else []
        self.said_at = piece.end

    def beside_for(self, piece: Formula) -> list[Items]:
        """The condition that the sentence before a formula states."""
        if not self.beside or _SENTENCE_ENDS.search(self.source.text, self.said_at, piece.start):
            return []
        return self.beside

    def note(self, first: int) -> None:
        """Keep what was declared on the way by the chain whose statements begin at a position."""
        kept = self.meaning.noted(self.statements[first:])
        self.statements[first:first] = kept

    def declare(self, chain: Chain, inline: bool = True) -> bool:
        """Enter the declaration that a chain is."""
        text = self.meaning.declaration(chain)
        if text is None:
            return False
        span = Span(chain.start, chain.end)
        module, diagnostics = parse_module(Source("declaration", text))
        if diagnostics or len(module.statements) != 1 or not isinstance(module.statements[0], ast.Declare):
            self.passed(span, "a declaration that is not understood")
            return True
        self.program.defined.append(span)
        statement = module.statements[0]
        fresh = []
        for ident in statement.names:
            known = ident.id in self.context.arrays or ident.id in self.context.functions
            if not known:
                fresh.append(Ident(ident.id, span))
        if fresh:
            made = ast.Declare(span, tuple(fresh), placed(statement.type, span), ())
            self.context.declare(made, inline)
            self.statements.append(made)
        return True

    def enter(self, said: Said, refuting: bool = False) -> None:
        """Enter what a formula says."""
        span = Span(said.start, said.end)
        match said.kind:
            case "passed":
                self.passed(span, said.why)
            case "definition":
                self.program.defined.append(span)
                self.statements += said.statements
            case _:
                self.program.claims.append(span)
                for statement in said.statements:
                    if refuting and isinstance(statement, ast.Check):
                        statement = ast.Check(statement.span, "refute", statement.sides)
                        self.refute = None
                    self.statements.append(statement)

    def fault(self, fault: FormulaFault) -> None:
        """A formula that cannot be read."""
        self.program.unreadable += 1
        self.refute = None
        self.say(fault.code, fault.message, Span(fault.start, max(fault.end, fault.start + 1)), fault.hint)


def _without(statement: ast.Statement, names: Iterable[str]) -> ast.Statement | None:
    """A declaration of functions without those that are defined later."""
    if not isinstance(statement, ast.Declare) or not isinstance(statement.type, ast.FunctionType):
        return statement
    kept = tuple(ident for ident in statement.names if ident.id not in names)
    return ast.Declare(statement.span, kept, statement.type, statement.attributes) if kept else None
