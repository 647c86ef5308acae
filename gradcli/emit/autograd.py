"""A `torch.autograd.Function` with the closed-form gradients as its backward pass."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from textwrap import dedent, indent

from gradcli.derive.model import Answer
from gradcli.derive.singular import with_values_at_singular
from gradcli.emit.documentation import describe, describe_value
from gradcli.emit.errors import EmitError
from gradcli.emit.function import plain
from gradcli.emit.instr import Instr
from gradcli.emit.interface import ArrayParameter
from gradcli.emit.module import ModuleText, named_steps
from gradcli.emit.names import as_part
from gradcli.emit.numpy_dialect import NumpyDialect
from gradcli.emit.shares import Shares, share
from gradcli.emit.style.statements import styled
from gradcli.emit.torch_dialect import TorchDialect
from gradcli.expr.node import Node, name_of, payload
from gradcli.expr.walk import postorder
from gradcli.ops.payload import Cotangent
from gradcli.program.model import Program

_TOGETHER = 4


def autograd_text(program: Program, of: str, answers: Sequence[Answer]) -> str:
    """The text of a module with a subclass of `torch.autograd.Function` and `value`, which applies it.

    `answers` are the gradients of `of`, a scalar, or of an arbitrary scalar function of it: what arrives from above is
    then the gradient of that function.  Raises EmitError as `module_text` does, and where another derivative is asked
    for.
    """
    for answer in answers:
        if answer.kind != "gradient" or answer.wrt not in program.variables:
            raise EmitError(
                f"an autograd function of the {answer.kind} by {answer.wrt}: it takes gradients by free names"
            )
    if not answers:
        raise EmitError(f"an autograd function of {of}, which depends on nothing that may vary")
    return styled(_Autograd(program, of, with_values_at_singular(program, answers), TorchDialect).text())


class _Autograd(ModuleText):
    def text(self) -> str:
        """The whole module."""
        self.single = False  # what is not in double precision is converted by `value`
        self._checked_seeds()
        self.shown = self.of if self.of in self.program.nodes else "_".join(name_of(node) for node in self.values)
        given = [p.python for p in self.interface.variables]
        others = [*self.interface.callables.values(), *self.interface.lengths.values()]
        forward = self._body(self.values, {}, ())
        values = [answer.value for answer in self.answers]
        parts = share(self._body(values, named_steps(self.answers), self.answers), len(self.answers))
        used = _names([*parts.common, *(line for lines, _ in parts.own for line in lines), *parts.results])
        saved = [name for name in given if name in used]
        kept = [name for name in others if name in used]
        taken = [name for name in others if name in used | _names(forward)]
        camel = "".join(part[:1].upper() + part[1:] for part in as_part(self.shown).split("_"))
        name = self.names.fresh(f"{camel}Function")
        forward_text = self._forward([*given, *taken], saved, kept, forward)
        backward_text = self._backward(parts, given, saved, kept, len(taken))
        doc = indent(self._documentation(), "    ")
        methods = "\n\n".join(indent(text, "    ") for text in (forward_text, backward_text))
        function = f"class {name}({self.xp}.autograd.Function):\n{doc}\n\n{methods}"
        helpers = [self._helper_text(key) for key in self.dialect.helpers if key in self.helpers]
        title = f'"""{plain(self.shown)} as a function that PyTorch differentiates by its closed-form gradients."""'
        body = [*helpers, *self.functions, function, self._wrapper(name, given, taken)]
        imports = self._imports("\n".join(helpers))
        return "\n".join([title, "", *imports, "", "", "\n\n\n".join(part.strip("\n") for part in body), ""])

    def _checked_seeds(self) -> None:
        """Of the gradients that may arrive from above, those of the values alone."""
        self.seed_names: list[str] = []
        seeds = {
            payload(seed.node, Cotangent).by: seed.python
            for seed in self.interface.seeds
            if seed.node.op == "cotangent"
        }
        used = {name for answer in self.answers for name in _free_cotangents(answer)}
        values = [name_of(node) for node in self.values]
        stray = sorted(name for name in used if name not in values)
        if stray:
            raise EmitError(f"an autograd function of {self.of} that needs the gradient by {', '.join(stray)}")
        self.scalar = not used and len(self.values) == 1 and not self.values[0].shape
        if not self.scalar and not used:
            raise EmitError(f"an autograd function of {self.of}, which depends on nothing that may vary")
        self.seed_names = [seeds.get(name, f"grad_{name}") for name in values] if not self.scalar else []

    # ----------------------------------------------------------------------- the parts

    def _body(self, roots: list[Node], steps: Mapping[Node, Node], answers: Sequence[Answer]) -> list[str]:
        """The lines of a function without its head, at the left margin."""
        text = self.function("_", roots, steps, '""', answers)
        lines = text.split("\n")
        start = next(i for i, line in enumerate(lines) if line == '    ""') + 1
        if answers and lines[start].startswith("    if not (") and not self._has_single_axes():
            start = next(i for i in range(start + 1, len(lines)) if not _is_inside(lines[i]))
        return dedent("\n".join(lines[start:])).split("\n")

    def _has_single_axes(self) -> bool:
        """Whether an argument may come without an axis of length 1: the backward pass makes it whole again."""
        return any(1 in p.dims for p in (*self.interface.variables, *self.interface.seeds))

    def _arguments(
        self,
        used: Sequence[Instr],
        parameters: Mapping[str, ArrayParameter],
        local: Mapping[str, str],
        dialect: NumpyDialect,
        first: Sequence[str] = (),
    ) -> list[str]:
        lines = super()._arguments(used, parameters, local, dialect, first)
        return lines[len(self.interface.respelled()) :]  # `value` reads them

    def _forward(self, given: list[str], saved: list[str], kept: list[str], body: list[str]) -> str:
        lines = [f"ctx.save_for_backward({', '.join(saved)})"] if saved else []
        lines += [f"ctx.{name} = {name}" for name in kept]
        text = "\n".join([*lines, *body])
        return f"@staticmethod\ndef forward(ctx, {', '.join(given)}):\n{indent(text, '    ')}"

    def _backward(self, parts: Shares, given: list[str], saved: list[str], kept: list[str], more: int) -> str:
        seeds = self.seed_names or [self.names.fresh("grad_output")]
        lines = [f"{saved[0]} = ctx.saved_tensors[0]" if len(saved) == 1 else f"{', '.join(saved)} = ctx.saved_tensors"]
        lines = lines if saved else []
        lines += [f"{name} = ctx.{name}" for name in kept]
        lines += parts.common
        index = {p.name: i for i, p in enumerate(self.interface.variables)}
        results = {answer.wrt: self.names.fresh(f"for_{given[index[answer.wrt]]}") for answer in self.answers}
        wanted = list(results.values())
        lines += [f"{' = '.join(wanted[i : i + _TOGETHER])} = None" for i in range(0, len(wanted), _TOGETHER)]
        for answer, (own, result) in zip(self.answers, parts.own, strict=True):
            at = index[answer.wrt]
            lines.append(f"if ctx.needs_input_grad[{at}]:")
            shown = f"{seeds[0]} * ({result})" if self.scalar else result
            if 1 in self.interface.variables[at].dims and given[at] in saved:
                shown = f"({shown}).reshape(ctx.saved_tensors[{saved.index(given[at])}].shape)"
            lines += [f"    {line}" for line in (*own, f"{results[answer.wrt]} = {shown}")]
        returned = [results.get(p.name, "None") for p in self.interface.variables] + ["None"] * more
        lines.append(f"return {', '.join(returned)}")
        text = "\n".join(lines)
        return f"@staticmethod\ndef backward(ctx, {', '.join(seeds)}):\n{indent(text, '    ')}"

    def _wrapper(self, function: str, given: list[str], taken: list[str]) -> str:
        odd = [(name, python) for name, python in self.interface.respelled() if python in (*given, *taken)]
        default = "=None" if odd else ""
        spell = [name + default for name in given]
        if taken:
            spell += ["*", *(name + default for name in taken)]
        others = self.interface.others
        lines = [f'if "{name}" in {others}:\n    {python} = {others}["{name}"]' for name, python in odd]
        spell += [f"**{others}"] if odd else []
        arguments = [f"{self.helper('array')}({name})" for name in given] + taken
        lines.append(f"return {function}.apply({', '.join(arguments)})")
        doc = describe_value(self.shown, self.values)
        return "\n".join([f"def value({', '.join(spell)}):", indent(f"{doc}\n" + "\n".join(lines), "    ")])

    def _documentation(self) -> str:
        shapes = [f"{p.python}: {' x '.join(map(str, p.dims)) or 'scalar'}" for p in self.interface.variables]
        first = describe_value(self.shown, self.values).strip('"').strip()
        parts = [f'"""{first}', "Takes " + ", ".join(shapes) + "."]
        if not self.scalar:
            seeds = " and ".join(f"grad({self.answers[0].of}, {name_of(node)})" for node in self.values)
            parts.append(f"{seeds}: the gradient that arrives from above.")
        parts += [dedent(_inside(describe(answer))) for answer in self.answers]
        return "\n\n".join(parts) + '\n"""'


def _free_cotangents(answer: Answer) -> set[str]:
    """The values whose gradient by an arbitrary function an answer speaks of."""
    bound = {step.name for step in answer.where}
    nodes = postorder([answer.value, *(step.value for step in answer.where)])
    return {payload(node, Cotangent).by for node in nodes if node.op == "cotangent" and node not in bound}


def _is_inside(line: str) -> bool:
    """Whether a line belongs to the condition that begins a function: arguments that passed it once pass it again."""
    return line.startswith(("        ", "    )"))


def _inside(docstring: str) -> str:
    title, *rest = docstring.strip('"').rstrip().split("\n")
    return "\n".join([title, *rest])


def _names(lines: Sequence[str]) -> set[str]:
    """The names in the lines of a function's body."""
    tree = ast.parse("def f():\n" + indent("\n".join(lines), "    "))
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
