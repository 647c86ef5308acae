"""A derivation as a piece of LaTeX: what is given, the answers, the steps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from gradcli.derive.model import Answer
from gradcli.expr.node import Node
from gradcli.program.model import Program, Variable
from gradcli.program.outputs import joint_definitions, joint_head, relation_of
from gradcli.render.indexed import entries
from gradcli.render.labels import NO_LAYOUT, TITLES, latex_entry_label, latex_label, latex_shape
from gradcli.render.latex import LatexNotation
from gradcli.render.latex_names import latex_function, latex_name, latex_text
from gradcli.render.steps import Bound, Steps, is_arbitrary, loss_arguments, taken_names

if TYPE_CHECKING:
    from gradcli.derive.worked.model import Worked

_Row = tuple[str, str, str]


def derive_latex(program: Program, answers: Sequence[Answer], worked: Sequence[Worked] = ()) -> str:
    """Text and displayed mathematics to put into a document that loads amsmath and amssymb.

    `worked` says of each answer how it comes about, line by line.
    """
    steps = Steps(answers, taken_names(program, worked))
    values = program.nodes.keys() | program.variables.keys()
    parts = ["% needs \\usepackage{amsmath,amssymb}", *_given(program, LatexNotation(variables=values))]
    known: set[Node] = set()
    for layout, group in groupby(answers, key=lambda answer: answer.layout):
        notation = LatexNotation(steps.shared, values, layout)
        where: list[_Row] = []
        stated: set[_Row] = set()
        titled = groupby(group, key=lambda answer: _title(program, answer.kind, answer.of, answer.layout))
        for title, members in titled:
            rows: list[_Row] = []
            for answer in members:
                for step in steps.needed(answer.value, known):
                    if step.equation is not None:
                        where.append((notation.render(step.equation[0]), notation.render(step.equation[1]), ""))
                    where.append(_step(step, notation))
                found = entries(program, answer, notation)
                left = latex_label(answer) if found is None else latex_entry_label(answer, found.of, found.wrt)
                right = notation.render(answer.value) if found is None else notation.spelled(found.entry)
                rows.append((left, right, latex_shape(answer.shape)))
            stated.update(rows)
            parts += [title, *_display(rows)]
        where = [row for row in where if row not in stated]
        if where:
            parts += ["where", *_display(where)]
    if worked:
        from gradcli.render.derivation_latex import steps_latex

        parts += steps_latex(program, answers, worked, steps.shared)
    notes = dict.fromkeys(note for answer in answers for note in answer.notes)
    parts += [latex_text(note) for note in notes]
    return "\n".join(parts) + "\n"


def _given(program: Program, notation: LatexNotation) -> list[str]:
    declared = [
        f"${latex_name(name)} \\in {_set(variable)}$"
        + (f" ({', '.join(variable.attributes)})" if variable.attributes else "")
        for name, variable in program.variables.items()
    ]
    for name, function in program.functions.items():
        if function.body is None:
            domain, codomain = latex_shape(function.domain), latex_shape(function.codomain)
            declared.append(f"${latex_function(name)} \\colon {domain} \\to {codomain}$")
    rows: list[_Row] = []
    for name, function in program.functions.items():
        if function.body is not None and function.param is not None:
            left = f"{latex_function(name)}({notation.render(function.param)})"
            rows.append((left, notation.render(function.body), ""))
    together = joint_definitions(program)
    for name, value in program.written.items():
        relation = relation_of(program, name)
        if relation is not None:
            names = ", ".join(map(latex_name, relation.names))
            left = rf"{names} \colon \; {notation.render(relation.left)}"
            rows.append((left, notation.render(relation.right), ""))
        elif name not in together:
            rows.append((latex_name(name), notation.render(value), latex_shape(program.nodes[name].shape)))
        elif together[name]:
            kind, matrix = joint_head(program, together[name])
            left = ", ".join(latex_name(each) for each in together[name])
            rows.append((left, f"{latex_function(kind)}({notation.render(matrix)})", ""))
    parts = [f"Let {', '.join(declared)}."] if declared else []
    return parts + _display(rows)


def _set(variable: Variable) -> str:
    shape = latex_shape(variable.declared)
    is_integer = variable.discrete and "permutation" not in variable.attributes
    return shape.replace(r"\mathbb{R}", r"\mathbb{Z}", 1) if is_integer else shape


def _title(program: Program, kind: str, of: str, layout: str) -> str:
    title = TITLES.get(kind, kind)
    if is_arbitrary(program, of):
        arguments = ", ".join(latex_name(name) for name in loss_arguments(program, of))
        title += f", for any scalar function ${latex_name(of)}$ of ${arguments}$"
    return f"{title}:" if kind in NO_LAYOUT else f"{title}, {layout} layout:"


def _step(step: Bound, notation: LatexNotation) -> _Row:
    left = latex_name(step.name) if step.name is not None else notation.render(step.key)
    right = notation.render(step.value, definition=step.name is not None)
    return left, right, latex_shape(step.value.shape)


def _display(rows: list[_Row]) -> list[str]:
    if not rows:
        return []
    lines = [f"  {left} &= {right}" + (f" && \\in {shape}" if shape else "") for left, right, shape in rows]
    return [r"\begin{align*}", " \\\\\n".join(lines), r"\end{align*}"]
