"""A module that computes a value and its derivatives, for any target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.derive.model import Answer
from gradcli.derive.singular import with_values_at_singular
from gradcli.derive.steps import once_each
from gradcli.emit.documentation import describe, describe_all, describe_value
from gradcli.emit.errors import EmitError
from gradcli.emit.factored import describe_factors, factors_of
from gradcli.emit.function import FunctionWriter, indented, plain
from gradcli.emit.interface import build_interface, lengths_told
from gradcli.emit.names import Names, as_part
from gradcli.emit.numpy_dialect import NumpyDialect
from gradcli.expr.node import Node, make, name_of
from gradcli.program.model import Program


def module_text(
    program: Program, of: str, answers: Sequence[Answer], dialect: type[NumpyDialect], factored: bool = False
) -> str:
    """The text of a module with `value` and one function for each answer (`gradient_W`, `jacobian_x`, ...).

    `of` is a defined name, or that of an arbitrary scalar function, whose `value` is what it is a function
    of; with `factored` a Hessian is offered as its factors too. Raises EmitError where there is no such name, or no
    code for an expression.
    """
    module = ModuleText(program, of, with_values_at_singular(program, answers), dialect)
    module.factored = factored
    return module.text()


MOST_APART = 1_500
"""How many instructions the derivatives may take, each as a function of its own: more are written once, together."""


class ModuleText(FunctionWriter):
    """Writes a module; a subclass may choose what stands in it."""

    def __init__(self, program: Program, of: str, answers: Sequence[Answer], dialect: type[NumpyDialect]) -> None:
        self.factored = False
        self.of = of
        self.answers = answers
        self.values = _values(program, of, answers)
        roots = _all_roots(program, self.values, answers)
        told = lengths_told(roots)
        bound = named_steps(answers)
        arguments = Names()
        interface = build_interface(program, roots, bound, told, arguments)
        super().__init__(program, dialect, interface, told, arguments)
        self.value_of = of
        self.positional = arguments.fresh("arguments")

    def text(self) -> str:
        """The whole module."""
        shown = self.of if self.of in self.program.nodes else ", ".join(map(name_of, self.values))
        parts = [self.function("value", self.values, {}, describe_value(shown, self.values))]
        names, aliases = self._function_names()
        together = [self._all_at_once(names)] if names else []
        apart = len(names) * self.instructions <= MOST_APART
        for place, (answer, name) in enumerate(zip(self.answers, names, strict=True), len(self.values)):
            steps = named_steps([answer]) if apart or self.factored else {}
            if apart:
                parts.append(self.function(name, [answer.value], steps, describe(answer), [answer]))
            else:
                parts.append(self._picked(name, place, describe(answer)))
            if self.factored and answer.kind == "hessian":
                parts.append(self._factored(f"{name}_factored", answer, steps))
        parts += together
        helpers = [self._helper_text(key) for key in self.dialect.helpers if key in self.helpers]
        imports = self._imports("\n".join(helpers))
        title = f'"""{plain(self.of)} and its derivatives."""'
        body = [*helpers, *self.functions, *parts, *(["\n".join(aliases)] if aliases else [])]
        return "\n".join([title, "", *imports, "", "", "\n\n\n".join(part.strip("\n") for part in body), ""])

    def _factored(self, name: str, answer: Answer, steps: Mapping[Node, Node]) -> str:
        """The function that gives a Hessian's factors.  Raises EmitError where it is dense."""
        inputs = {parameter.node for parameter in self.interface.variables}
        found = factors_of(answer.value, inputs, {*self.program.nodes, *self.names.taken})
        if found is None:
            raise EmitError(
                f"the Hessian by {answer.wrt} in factored form: it is no product, diagonal or sum of such; "
                "leave out --factored"
            )
        return self.function(name, list(found.nodes.values()), steps, describe_factors(answer, found))

    def _picked(self, name: str, place: int, doc: str) -> str:
        """The function that gives one of a great many derivatives, which are written out only once, together."""
        arguments = f"*{self.positional}, **{self.interface.others}"
        lines = [f"def {name}({arguments}):", *indented([doc])]
        return "\n".join([*lines, f"    return value_and_derivatives({arguments})[{place}]"])

    def _all_at_once(self, names: Sequence[str]) -> str:
        """The function that gives the value and every derivative, with what they share computed once."""
        roots = [*self.values, *(answer.value for answer in self.answers)]
        doc = describe_all(self.values, names)
        of_roots = [*(None for _ in self.values), *self.answers]
        return self.function("value_and_derivatives", roots, named_steps(self.answers), doc, of_roots)

    def _function_names(self) -> tuple[list[str], list[str]]:
        """`gradient_W` and so on, and lines that add what `getattr` finds only as written: Python reads ϵ as
        ε."""
        asked = [f"{answer.kind}_{answer.wrt}" for answer in self.answers]
        parts = [f"{answer.kind}_{as_part(answer.wrt)}" for answer in self.answers]
        names = Names({"value", "value_and_derivatives"})
        chosen: dict[int, str] = {}
        for i in sorted(range(len(parts)), key=lambda i: parts[i] != asked[i]):
            chosen[i] = names.fresh(parts[i])
        aliases = [
            f'globals()["{written}"] = {chosen[i]}'
            for i, written in enumerate(asked)
            if written != chosen[i] and written.isidentifier()
        ]
        return [chosen[i] for i in range(len(parts))], aliases

    def _helper_text(self, key: str) -> str:
        return self.dialect.helpers[key].format(np=self.xp, root=self.root, **self.helper_names)

    def _imports(self, helpers: str) -> list[str]:
        lines = ["import math", ""] if "math." in helpers else []
        if f"{self.root}." in helpers and self.dialect.package != self.dialect.module:
            lines.append(_import(self.dialect.package, self.root))
        return [*lines, _import(self.dialect.module, self.xp)]


def _values(program: Program, of: str, answers: Sequence[Answer]) -> list[Node]:
    """What `value` gives.  Raises EmitError where there is no such name."""
    nodes = program.nodes
    if of in nodes:
        return [nodes[of]]
    if of in program.losses:
        return list(program.losses[of])
    if any(answer.of == of for answer in answers) and program.last is not None:
        return [nodes[program.last]]
    raise EmitError(f"{of} is not a value of the program")


def _all_roots(program: Program, values: Sequence[Node], answers: Sequence[Answer]) -> list[Node]:
    """Everything computed anywhere, and the seed that a gradient of the last definition would take."""
    roots = [*program.definitions.values(), *values, *(answer.value for answer in answers)]
    roots += named_steps(answers).values()
    last = program.last
    if last is not None and last in program.nodes:
        node = program.nodes[last]
        loss = next((name for name, args in program.losses.items() if node in args), "f")
        roots.append(make("cotangent", data=(loss, last), shape=node.shape))
    return roots


def named_steps(answers: Sequence[Answer]) -> dict[Node, Node]:
    """The named steps of some derivatives."""
    found: dict[Node, Node] = {}
    for steps in once_each(answer.where for answer in answers):
        for step in steps:
            found.setdefault(step.name, step.value)
    return found


def _import(module: str, name: str) -> str:
    return f"import {module}" if module == name else f"import {module} as {name}"
