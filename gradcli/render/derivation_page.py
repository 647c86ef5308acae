r"""A derivation as a page: paragraphs and displays, their formulas in LaTeX; the formats set it in their ways."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from gradcli.derive.model import Answer
from gradcli.derive.worked.model import Worked
from gradcli.expr.node import Node
from gradcli.program.model import Program, Variable
from gradcli.program.outputs import joint_definitions, joint_head, relations_by_definition
from gradcli.render.blocks import Block, Display, Equation, Math, Paragraph
from gradcli.render.derivation_steps import step_blocks
from gradcli.render.indexed import entries
from gradcli.render.labels import NO_LAYOUT, TITLES
from gradcli.render.latex import LatexNotation
from gradcli.render.latex_labels import latex_entry_label, latex_label, latex_shape
from gradcli.render.latex_names import latex_function, latex_name
from gradcli.render.steps import Bound, Steps, is_arbitrary, loss_arguments, taken_names


def derivation_page(program: Program, answers: Sequence[Answer], worked: Sequence[Worked] = ()) -> list[Block]:
    """What is given, the answers, the steps they share, how they come about (`worked`), notes."""
    steps = Steps(answers, taken_names(program, worked))
    values = program.nodes.keys() | program.variables.keys()
    blocks = _given(program, LatexNotation(variables=values).knowing(program))
    known: set[Node] = set()
    for layout, group in groupby(answers, key=lambda answer: answer.layout):
        notation = LatexNotation(steps.shared, values, layout).knowing(program)
        where: list[Equation] = []
        stated: set[Equation] = set()
        titled = groupby(group, key=lambda answer: _title(program, answer.kind, answer.of, answer.layout))
        for title, members in titled:
            rows: list[Equation] = []
            for answer in members:
                for step in steps.needed(answer.value, known):
                    if step.equation is not None:
                        left, right = map(notation.render, step.equation)
                        where.append(Equation(left, "=", right))
                    where.append(_step(step, notation))
                found = entries(program, answer, notation)
                left = latex_label(answer) if found is None else latex_entry_label(answer, found.of, found.wrt)
                right = notation.render(answer.value) if found is None else notation.spelled(found.entry)
                rows.append(Equation(left, "=", right, _element_of(latex_shape(answer.shape))))
            stated.update(rows)
            blocks += [Paragraph(title, "title"), *_display(rows)]
        where = [row for row in where if row not in stated]
        if where:
            blocks += [Paragraph(("where",), "where"), *_display(where)]
    if worked:
        blocks += step_blocks(program, answers, worked, steps.shared)
    notes = dict.fromkeys(note for answer in answers for note in answer.notes)
    return [*blocks, *(Paragraph((note,), "note") for note in notes)]


def _given(program: Program, notation: LatexNotation) -> list[Block]:
    declared: list[list[str | Math]] = []
    for name, variable in program.variables.items():
        declared.append([Math(f"{latex_name(name)} \\in {_set(variable)}")])
        if variable.attributes:
            declared[-1].append(f" ({', '.join(variable.attributes)})")
    for name, function in program.functions.items():
        if function.body is None:
            domain = r" \times ".join(map(latex_shape, function.domains or (function.domain,)))
            declared.append([Math(f"{latex_function(name)} \\colon {domain} \\to {latex_shape(function.codomain)}")])
    rows: list[Equation] = []
    for name, function in program.functions.items():
        if function.body is not None and function.param is not None:
            left = f"{latex_function(name)}({notation.render(function.param)})"
            rows.append(Equation(left, "=", notation.render(function.body)))
    together = joint_definitions(program)
    relations = relations_by_definition(program)
    for name, value in program.written.items():
        relation = relations.get(name)
        if relation is not None:
            names = ", ".join(map(latex_name, relation.names))
            left = rf"{names} \colon \; {notation.render(relation.left)}"
            rows.append(Equation(left, "=", notation.render(relation.right)))
        elif name not in together:
            shape = _element_of(latex_shape(program.nodes[name].shape))
            rows.append(Equation(latex_name(name), "=", notation.render(value), shape))
        elif together[name]:
            kind, matrix = joint_head(program, together[name])
            left = ", ".join(latex_name(each) for each in together[name])
            rows.append(Equation(left, "=", f"{latex_function(kind)}({notation.render(matrix)})"))
    pieces: list[str | Math] = ["Let "]
    for position, said in enumerate(declared):
        pieces += [", "] * bool(position) + said
    first: list[Block] = [Paragraph((*pieces, "."), "given")] if declared else []
    return first + _display(rows)


def _set(variable: Variable) -> str:
    shape = latex_shape(variable.declared)
    is_integer = variable.discrete and "permutation" not in variable.attributes
    return shape.replace(r"\mathbb{R}", r"\mathbb{Z}", 1) if is_integer else shape


def _element_of(shape: str) -> str:
    return rf"\in {shape}" if shape else ""


def _title(program: Program, kind: str, of: str, layout: str) -> tuple[str | Math, ...]:
    pieces: list[str | Math] = [TITLES.get(kind, kind)]
    if is_arbitrary(program, of):
        arguments = ", ".join(latex_name(name) for name in loss_arguments(program, of))
        pieces += [", for any scalar function ", Math(latex_name(of)), " of ", Math(arguments)]
    return (*pieces, ":" if kind in NO_LAYOUT else f", {layout} layout:")


def _step(step: Bound, notation: LatexNotation) -> Equation:
    left = latex_name(step.name) if step.name is not None else notation.render(step.key)
    right = notation.render(step.value, definition=step.name is not None)
    return Equation(left, "=", right, _element_of(latex_shape(step.value.shape)))


def _display(rows: Sequence[Equation]) -> list[Block]:
    return [Display(tuple(rows))] if rows else []
