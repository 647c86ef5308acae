"""An answer as an object: the derivative in every notation, its steps, and its code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal, NamedTuple

from gradcli.api.code import Code, code_of
from gradcli.derive import model as derived
from gradcli.expr.node import Scope, own_program
from gradcli.program.model import Program, Question

Detail = Literal["rules", "components"]


class Binding(NamedTuple):
    """A name that an answer uses and that is not the program's, with its value in the language."""

    name: str
    mc: str


class Answer:
    """One derivative, as `Program.grad` and its kin give it.

    `of`, `wrt` and `kind` say what it is; `shape` is its shape, `layout` the layout it is written in, `rules` the names
    of the rules that were applied, `notes` what holds only almost everywhere or under a condition.
    """

    def __init__(
        self, scope: Scope, program: Program, answer: derived.Answer, questions: Sequence[Question] | None
    ) -> None:
        self._scope = scope
        self._program = program
        self._answer = answer
        self._questions = questions
        self.of = answer.of
        self.wrt = answer.wrt
        self.kind = answer.kind
        self.layout = answer.layout
        self.shape = tuple(dim if isinstance(dim, int) else str(dim) for dim in answer.shape)
        self.rules = answer.rules
        self.notes = answer.notes

    def __repr__(self) -> str:
        return f"<gradcli.Answer {self.label} = {self.text}>"

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The derivative in Unicode mathematics, for people."""
        return str(self._written["text"])

    @property
    def latex(self) -> str:
        """The derivative in LaTeX, without dollars."""
        return str(self._written["latex"])

    @property
    def typst(self) -> str:
        """The derivative in Typst mathematics, without dollars."""
        from gradcli.render.typst_formula import typst

        return typst(self.latex)

    @property
    def mc(self) -> str:
        """The derivative as an expression of the language over the program's names and those of `where`."""
        return str(self._written["mc"])

    @property
    def where(self) -> tuple[Binding, ...]:
        """The names that the answer uses beside the program's, each over earlier ones."""
        return tuple(Binding(each["name"], each["mc"]) for each in self._written["where"])

    @cached_property
    def label(self) -> str:
        """The left side in Unicode mathematics: `∇_x f`."""
        from gradcli.render.labels import text_label

        return text_label(self._answer)

    def to_dict(self) -> dict[str, Any]:
        """The answer as `gradcli derive --format json` has it among its results."""
        return dict(self._written)

    @cached_property
    def _written(self) -> dict[str, Any]:
        from gradcli.render.derive_json import derive_dict

        with own_program(self._scope):
            result: dict[str, Any] = derive_dict(self._program, [self._answer])["results"][0]
        return result

    def steps(self, detail: Detail = "rules") -> str:
        """How the answer comes about, a line a step: by the rules, or entry by entry.

        >>> import gradcli
        >>> print(gradcli.parse("W : R[m, n]; x : R[n]; y = W @ x").grad("f", "x").steps("components"))
          ∂f/∂x_i = Σ_j ∂f/∂y_j ∂y_j/∂x_i ...
        """
        from gradcli.render.derivation_text import steps_text
        from gradcli.render.derive_text import width
        from gradcli.render.steps import Steps, taken_names
        from gradcli.shorten.derive import derive_short

        if detail not in ("rules", "components"):
            raise ValueError(f"{detail!r} is no way to write steps: rules, components")
        with own_program(self._scope):
            found = derive_short(self._program, self._questions, steps=detail)
            at = [(each.of, each.wrt, each.kind) for each in found.answers].index((self.of, self.wrt, self.kind))
            answers, worked = [found.answers[at]], [found.worked[at]]
            names = Steps(answers, taken_names(self._program, worked)).shared
            blocks = steps_text(self._program, answers, worked, names, width)
        return "\n\n".join("\n".join(block) for block in blocks)

    def to_numpy(self) -> Code:
        """The derivative as a function on NumPy arrays, by keyword; see `Code`.  Raises ProgramError.

        >>> import gradcli
        >>> gradient = gradcli.parse("A : R[n, n]; x : R[n]; f = x.T @ A @ x").grad("f", "x").to_numpy()
        >>> gradient(A=[[1.0, 2.0], [0.0, 1.0]], x=[1.0, 1.0])
        array([4., 4.])
        """
        return self._code("numpy")

    def to_jax(self) -> Code:
        """The derivative as a function on JAX arrays.  Raises ProgramError."""
        return self._code("jax")

    def to_torch(self) -> Code:
        """The derivative as a function on PyTorch tensors.  Raises ProgramError."""
        return self._code("torch")

    def _code(self, target: str) -> Code:
        from gradcli.derive.derive import derive

        with own_program(self._scope):
            # as derived: code knows forms that have a value everywhere, which shortening takes apart
            found = derive(self._program, self._questions)
            keys = [(each.of, each.wrt, each.kind) for each in found.answers]
            return code_of(target, found.program, found.answers[keys.index((self.of, self.wrt, self.kind))])

    def _repr_html_(self) -> str:
        from gradcli.render.latex_labels import latex_label
        from gradcli.render.mathml import mathml

        with own_program(self._scope):
            return mathml(f"{latex_label(self._answer)} = {self.latex}", large=True)

    def _repr_latex_(self) -> str:
        from gradcli.render.latex_labels import latex_label

        with own_program(self._scope):
            return rf"$\displaystyle {latex_label(self._answer)} = {self.latex}$"
