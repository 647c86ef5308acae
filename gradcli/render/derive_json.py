"""A derivation as one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradcli.derive.model import Answer
from gradcli.diagnostics.as_json import json_text, render_dict
from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.program.model import Program
from gradcli.render.latex import LatexNotation
from gradcli.render.mc import McNotation
from gradcli.render.program_mc import arrays_of, attributes_of
from gradcli.render.steps import Bound, Steps, taken_names
from gradcli.render.text import TextNotation

if TYPE_CHECKING:
    from gradcli.derive.worked.model import Worked

_COMPACT = "The steps are many: each is bound in the first result that needs it, and later results use it from there."


def derive_json(
    program: Program,
    answers: Sequence[Answer],
    diagnostics: Sequence[Diagnostic] = (),
    worked: Sequence[Worked] = (),
) -> str:
    """The object as text, with a line feed at the end."""
    return json_text(derive_dict(program, answers, diagnostics, worked))


def derive_dict(
    program: Program,
    answers: Sequence[Answer],
    diagnostics: Sequence[Diagnostic] = (),
    worked: Sequence[Worked] = (),
) -> dict[str, Any]:
    """The object that `gradcli derive --format json` prints; with `worked` each result has its `steps`."""
    return {
        "version": 1,
        "file": program.source.name,
        "layout": program.layout,
        "shapes": shapes_dict(program),
        "results": _results(program, answers, worked),
        "diagnostics": [render_dict(diagnostic) for diagnostic in diagnostics],
    }


def shapes_dict(program: Program) -> dict[str, Any]:
    """Shape and attributes of every value; `inferred` unless declared."""
    shapes: dict[str, Any] = {}
    for name, variable in program.variables.items():
        shapes[name] = {
            "shape": list(variable.declared),
            "attributes": list(variable.attributes),
            "inferred": variable.inferred,
        }
    for name in program.definitions:
        node = program.nodes.get(name)
        if node is not None and name not in shapes:
            shapes[name] = {"shape": list(node.shape), "attributes": list(attributes_of(node)), "inferred": True}
    return shapes


def _results(program: Program, answers: Sequence[Answer], worked: Sequence[Worked]) -> list[dict[str, Any]]:
    taken = taken_names(program, worked)
    steps = Steps(answers, taken)
    names = steps.identifiers(taken)
    values = program.nodes.keys() | program.variables.keys()
    bindings, compact = steps.for_each(answers)
    mc = McNotation(names, values, arrays=arrays_of(program)).knowing(program)
    written: dict[Bound, dict[str, str]] = {}
    results = []
    for answer, needed in zip(answers, bindings, strict=True):
        latex = LatexNotation(steps.shared, values, answer.layout).knowing(program)
        text = TextNotation(steps.shared, values, answer.layout).knowing(program)
        for step in needed:
            if step not in written:
                line = mc.render(step.value, definition=step.name is not None)
                written[step] = {"name": names[step.key], "mc": line}
        results.append(
            {
                "of": answer.of,
                "wrt": answer.wrt,
                "kind": answer.kind,
                "layout": answer.layout,
                "shape": list(answer.shape),
                "mc": mc.render(answer.value),
                "latex": latex.render(answer.value),
                "text": text.render(answer.value),
                "where": [written[step] for step in needed],
                "rules": list(answer.rules),
                "notes": [*answer.notes, *([_COMPACT] if compact else [])],
            }
        )
    if worked:
        from gradcli.render.derivation_json import steps_json

        for result, lines in zip(results, steps_json(program, answers, worked, steps.shared), strict=True):
            result["steps"] = lines
    return results
