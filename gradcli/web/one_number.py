"""A loss that came out as an array: what makes one number of it, tried before it is offered."""

from __future__ import annotations

from gradcli.diagnostics.mend import Mend
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program
from gradcli.syntax.ast import Define, DefineFunction, Module, Source, Span
from gradcli.syntax.parse import parse_module

_LOSSES = frozenset(
    {"L", "l", "J", "E", "f", "loss", "Loss", "cost", "obj", "objective", "error", "energy", "损失", "目标"}
)
_MOST = 2_000  # characters of a text that is tried again
_MOST_NAMES = 12


def one_number(source: Source, module: Module, program: Program) -> Mend | None:
    """The edit by which the last definition, which is called like a loss, is a scalar; None where there is none.

    Letters that were taken for vectors are declared numbers; where that does not do it, the entries are summed.
    """
    definitions = [each for each in module.statements if isinstance(each, Define | DefineFunction)]
    last = definitions[-1] if definitions else None
    if last is None or last.name.id not in _LOSSES or len(source.text) > _MOST:
        return None
    name, node = last.name.id, program.nodes.get(last.name.id)
    if node is not None and not node.shape:
        return None
    vectors = [
        each
        for each, variable in program.variables.items()
        if variable.inferred and len(variable.declared) == 1 and (node is None or variable.declared == node.shape)
    ]
    if 0 < len(vectors) <= _MOST_NAMES:
        line = f"{', '.join(vectors)} : R\n"
        if _is_scalar(line + source.text, name):
            return Mend(Span(0, 0), line, f"declare {line.strip()}")
    if node is None or not isinstance(last, Define):
        return None
    value = source.text[last.value.span.start : last.value.span.end]
    span = last.span
    head = source.text[span.start : last.value.span.start]
    text = f"{head}sum({value})"
    if _is_scalar(source.text[: span.start] + text + source.text[span.end :], name):
        return Mend(span, text, f"write {text}")
    return None


def one_number_of_the_mended(source: Source, mend: Mend) -> Mend | None:
    """The same of a text with an error in it, once that is mended: both edits at once."""
    text = _with(source.text, mend)
    module, wrong = parse_module(Source(source.name, text))
    program = elaborate([module], wrong)
    if any(said.is_error for said in program.diagnostics):
        return None
    found = one_number(module.source, module, program)
    if found is None:
        return None
    return Mend(Span(0, len(source.text)), _with(text, found), f"{mend.title}, and {found.title}")


def _with(text: str, mend: Mend) -> str:
    return text[: mend.span.start] + mend.text + text[mend.span.end :]


def _is_scalar(text: str, name: str) -> bool:
    module, wrong = parse_module(Source("program", text))
    program = elaborate([module], wrong)
    node = program.nodes.get(name)
    return node is not None and not node.shape and not any(said.is_error for said in program.diagnostics)
