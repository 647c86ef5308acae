"""A program as an object: what it says of its names, and the questions that may be asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from gradcli.api.answer import Answer
from gradcli.api.errors import ProgramError as ProgramError
from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.expr.node import own_program
from gradcli.expr.shapes import Dim
from gradcli.program import model
from gradcli.program.elaborate import elaborate
from gradcli.render.program_mc import arrays_of, attributes_of, program_lines
from gradcli.syntax.ast import Module
from gradcli.syntax.parse import parse_module
from gradcli.syntax.sources import source_of_text


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a name: its dimensions (names of sizes or numbers; none of a scalar) and attributes.

    `inferred` is whether this was found out rather than declared.
    """

    dims: tuple[str | int, ...]
    attributes: frozenset[str] = frozenset()
    inferred: bool = False

    @property
    def rank(self) -> int:
        """How many axes there are: 0 of a scalar, 1 of a vector."""
        return len(self.dims)

    def __str__(self) -> str:
        return " x ".join(map(str, self.dims)) or "scalar"


def parse(text: str, *, layout: str | None = None) -> Program:
    """The program that a text of the language writes; `layout` goes before what the text says.

    Raises ProgramError where the text has an error.

        >>> p = parse("W : R[m, n]; x : R[n]; y = W @ x")
        >>> p.shapes["y"]
        Shape(dims=('m',), attributes=frozenset(), inferred=True)
        >>> parse("y = W @ ")
        Traceback (most recent call last):
        ...
        gradcli.api.errors.ProgramError: <text>:1:...
    """
    module, diagnostics = parse_module(source_of_text(text))
    return program_of(module, diagnostics, layout)


def program_of(module: Module, diagnostics: Sequence[Diagnostic], layout: str | None = None) -> Program:
    """The program of statements that were read, from whatever text; raises ProgramError where they have an error."""
    if layout is not None:
        from gradcli.syntax.layouts import in_layout

        module = in_layout(module, _known_layout(layout))
    return Program(module, diagnostics)


class Program:
    """Names with shapes, definitions, and questions; see `parse`.

    `inner` is the program as the engine sees it, `scope` that of its expressions (see
    `gradcli.expr.node.own_program`), `warnings` what was said of it that is no error.
    """

    def __init__(self, module: Module, diagnostics: Sequence[Diagnostic] = ()) -> None:
        self._module = module
        self._diagnostics = tuple(diagnostics)
        with own_program() as self.scope:
            self.inner = elaborate([module], diagnostics)
        wrong = [said for said in self.inner.diagnostics if said.is_error]
        if wrong:
            raise ProgramError(wrong)

    def __repr__(self) -> str:
        return f"<gradcli.Program {'; '.join(str(self).splitlines())[:120]}>"

    def __str__(self) -> str:
        """The program in the language: declarations and definitions."""
        from gradcli.render.mc import McNotation

        with own_program(self.scope):
            values = self.inner.nodes.keys() | self.inner.variables.keys()
            notation = McNotation(variables=values, arrays=arrays_of(self.inner))
            return "\n".join(program_lines(self.inner, notation.knowing(self.inner)))

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What there is to say of the text that does not make it wrong."""
        return tuple(said for said in self.inner.diagnostics if not said.is_error)

    @property
    def layout(self) -> str:
        """The layout at the end of the text."""
        return self.inner.layout

    @property
    def shapes(self) -> Mapping[str, Shape]:
        """The shape of every name, free ones first."""
        found: dict[str, Shape] = {}
        for name, variable in self.inner.variables.items():
            found[name] = Shape(_dims(variable.declared), frozenset(variable.attributes), variable.inferred)
        for name in self.inner.definitions:
            node = self.inner.nodes.get(name)
            if node is not None and name not in found:
                found[name] = Shape(_dims(node.shape), frozenset(attributes_of(node)), True)
        return MappingProxyType(found)

    def grad(self, of: str | None = None, wrt: str | None = None) -> Answer:
        """The gradient of a scalar by a name; it has the shape of the name.

        `of` is a scalar of the program or an arbitrary scalar function (`f`) of its last definition, which is what is
        taken where nothing is said.  Raises ProgramError.

            >>> print(parse("A : R[n, n]; x : R[n]; f = x.T @ A @ x").grad("f", "x").text)
            (A + Aᵀ) x
        """
        return self._one("gradient", of, wrt)

    def jac(self, of: str | None = None, wrt: str | None = None, layout: str | None = None) -> Answer:
        """The Jacobian of a value by a name, in the layout of the program or another.  Raises ProgramError."""
        return self._one("jacobian", of, wrt, layout)

    def hess(self, of: str | None = None, wrt: str | None = None) -> Answer:
        """The Hessian of a scalar by a name (or by two, `"x, y"`).  Raises ProgramError."""
        return self._one("hessian", of, wrt)

    def hvp(self, of: str | None = None, wrt: str | None = None) -> Answer:
        """The product of the Hessian of a scalar with a direction.  Raises ProgramError."""
        return self._one("hvp", of, wrt)

    def differential(self, of: str | None = None, wrt: str | None = None) -> Answer:
        """The differential of a value.  Raises ProgramError."""
        return self._one("differential", of, wrt)

    def answers(self, kind: str | None = None, of: str | None = None, wrt: str | None = None) -> tuple[Answer, ...]:
        """The answers to the program's questions, else to the default one; or to the question that is given.

        `kind` is `gradient`, `jacobian`, `hessian`, `derivative`, `differential` or `hvp`.  Raises ProgramError.
        """
        if kind is None and of is None and wrt is None:
            return self._derived(self.inner, None)
        return self._asked(kind, of, wrt, None)

    def _one(self, kind: str, of: str | None, wrt: str | None, layout: str | None = None) -> Answer:
        answers = self._asked(kind, of, wrt, layout)
        if len(answers) > 1:
            names = ", ".join(answer.wrt for answer in answers)
            raise ValueError(f"there is one answer for each of {names}: name one, or ask for `answers({kind!r})`")
        return answers[0]

    def _asked(self, kind: str | None, of: str | None, wrt: str | None, layout: str | None) -> tuple[Answer, ...]:
        from gradcli.api.asked import NoQuestion, asked_question

        if kind is not None and kind not in model.KINDS:
            raise ValueError(f"{kind!r} is no kind of question: {', '.join(model.KINDS)}")
        module = self._module
        if layout is not None:
            from gradcli.syntax.layouts import in_layout

            module = in_layout(module, _known_layout(layout))
        with own_program(self.scope):
            try:
                program, questions = asked_question(module, self._diagnostics, of, wrt, kind)
            except NoQuestion as none:
                raise ValueError(str(none)) from none
        return self._derived(program, questions)

    def _derived(self, program: model.Program, questions: Sequence[model.Question] | None) -> tuple[Answer, ...]:
        from gradcli.shorten.derive import derive_short

        wrong = [said for said in program.diagnostics if said.is_error]
        if wrong:
            raise ProgramError(wrong)
        with own_program(self.scope):
            derivation = derive_short(program, questions)
        wrong = [said for said in derivation.diagnostics if said.is_error]
        if wrong:
            raise ProgramError(wrong)
        if not derivation.answers:
            raise ValueError("there is nothing to derive: no name that may vary has a part in it")
        return tuple(Answer(self.scope, derivation.program, each, questions) for each in derivation.answers)


def _dims(dims: Sequence[Dim]) -> tuple[str | int, ...]:
    return tuple(dim if isinstance(dim, int) else str(dim) for dim in dims)


def _known_layout(layout: str) -> str:
    if layout not in model.LAYOUTS:
        raise ValueError(f"{layout!r} is no layout: {', '.join(model.LAYOUTS)}")
    return layout
