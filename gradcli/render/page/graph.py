"""The graph of a program as SVG: values forward, adjoints backward."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gradcli.derive.model import Answer
from gradcli.expr.node import Node, name_of
from gradcli.expr.walk import postorder
from gradcli.program.model import Program
from gradcli.render.formula_signs import LETTERS
from gradcli.render.labels import text_shape
from gradcli.render.latex_names import latex_name
from gradcli.render.page.frame import text

MOST = 60  # names; a larger graph is no picture any more

_HEIGHT, _GAP, _BETWEEN, _MARGIN = 46, 26, 74, 12
_LETTER = 7.6


@dataclass(slots=True)
class _Box:
    name: str
    shape: str
    free: bool
    uses: tuple[str, ...]
    adjoint: str = ""
    layer: int = 0
    x: float = 0
    y: float = 0
    width: float = 0


def graph_svg(program: Program, answers: Sequence[Answer] = ()) -> str:
    """A drawing of which value is made from which; empty where there are none, or too many to be seen.

    Values that a gradient of `answers` goes through carry their adjoint, and dashed arrows go back along them.
    """
    boxes = _boxes(program)
    if not boxes or len(boxes) > MOST or not any(box.uses for box in boxes.values()):
        return ""
    _mark_adjoints(program, boxes, answers)
    width, height = _place(boxes)
    parts = [*_edges(boxes), *map(_drawn, boxes.values())]
    label = "Graph of the program: " + "; ".join(
        f"{box.name} from {', '.join(box.uses)}" for box in boxes.values() if box.uses
    )
    return (
        f'<svg class="graph" role="img" aria-label="{text(label)}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _boxes(program: Program) -> dict[str, _Box]:
    names = {node: name for name, node in program.nodes.items()}
    boxes: dict[str, _Box] = {}
    used: dict[str, tuple[str, ...]] = {}
    for name, value in program.written.items():
        used[name] = tuple(_uses(value, names))
    reached = {each for uses in used.values() for each in uses}
    for name, variable in program.variables.items():
        if name in reached:
            boxes[name] = _Box(name, text_shape(variable.declared), True, ())
    for name, uses in used.items():
        if name in program.nodes:
            boxes[name] = _Box(name, text_shape(program.nodes[name].shape), False, tuple(u for u in uses if u != name))
    for box in boxes.values():
        box.uses = tuple(use for use in box.uses if use in boxes)
        box.layer = 1 + max((boxes[use].layer for use in box.uses), default=-1)
    first: dict[str, int] = {}
    for box in boxes.values():
        for use in box.uses:
            first[use] = min(first.get(use, box.layer), box.layer)
    for box in boxes.values():  # a free name stands close to its first use
        if box.free:
            box.layer = first.get(box.name, 1) - 1
    return boxes


def _shown(name: str) -> str:
    """A Greek letter by its sign, as the formulas beside the graph have it."""
    return LETTERS.get(latex_name(name), name)


def _uses(value: Node, names: Mapping[Node, str]) -> Iterator[str]:
    seen: set[str] = set()
    for node in postorder([value]):
        if node.op == "var":
            name = names.get(node, name_of(node))
            if name not in seen:
                seen.add(name)
                yield name


def _mark_adjoints(program: Program, boxes: Mapping[str, _Box], answers: Sequence[Answer]) -> None:
    """The values on the way from a scalar to what it was differentiated by."""
    for answer in answers:
        if answer.kind != "gradient":
            continue
        ends = {answer.of} if answer.of in boxes else {name_of(node) for node in program.losses.get(answer.of, ())}
        if not ends and program.last is not None:
            ends = {program.last}
        behind = _reached(boxes, ends)
        for name in _ahead(boxes, {answer.wrt}) & behind:
            boxes[name].adjoint = f"∇_{_shown(name)} {_shown(answer.of)}" if name != answer.of else ""


def _reached(boxes: Mapping[str, _Box], starts: Collection[str]) -> set[str]:
    found: set[str] = set()
    todo = [name for name in starts if name in boxes]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += boxes[name].uses
    return found


def _ahead(boxes: Mapping[str, _Box], starts: Collection[str]) -> set[str]:
    found = {name for name in starts if name in boxes}
    for box in boxes.values():  # operands stand first
        if found.intersection(box.uses):
            found.add(box.name)
    return found


def _place(boxes: Mapping[str, _Box]) -> tuple[float, float]:
    layers: dict[int, list[_Box]] = {}
    for box in boxes.values():
        box.width = 24 + _LETTER * max(len(box.name), 0.85 * len(box.shape), 0.85 * len(box.adjoint))
        layers.setdefault(box.layer, []).append(box)
    x = float(_MARGIN)
    most = max(map(len, layers.values()))
    height = 2 * _MARGIN + most * (_HEIGHT + _GAP)
    for _, column in sorted(layers.items()):
        column.sort(key=_height_of_operands(boxes))
        top = (height - len(column) * (_HEIGHT + _GAP) + _GAP) / 2
        for row, box in enumerate(column):
            box.x, box.y = x, top + row * (_HEIGHT + _GAP)
        x += max(box.width for box in column) + _BETWEEN
    return x - _BETWEEN + _MARGIN, height


def _height_of_operands(boxes: Mapping[str, _Box]) -> Callable[[_Box], float]:
    def height(box: _Box) -> float:
        return sum(boxes[use].y for use in box.uses) / len(box.uses) if box.uses else 1e6 if box.layer else 0.0

    return height


def _edges(boxes: Mapping[str, _Box]) -> Iterator[str]:
    for box in boxes.values():
        for use in box.uses:
            start = boxes[use]
            x1, y1, x2, y2 = start.x + start.width, start.y + _HEIGHT / 2, box.x, box.y + _HEIGHT / 2
            bend = (x2 - x1) / 2
            curve = f"C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2 - 6:.1f} {y2:.1f}"
            yield f'<path d="M{x1:.1f} {y1:.1f} {curve}"/>'
            yield f'<path class="head" d="M{x2:.1f} {y2:.1f} l-7 -3.5 v7 z"/>'
            if start.adjoint and (box.adjoint or _is_end(box, boxes)):
                y1, y2 = y1 + 9, y2 + 9
                yield (
                    f'<path class="back" d="M{x2:.1f} {y2:.1f} C{x2 - bend:.1f} {y2:.1f} {x1 + bend:.1f} {y1:.1f} '
                    f'{x1 + 6:.1f} {y1:.1f}"/><path class="backhead" d="M{x1:.1f} {y1:.1f} l7 -3.5 v7 z"/>'
                )


def _is_end(box: _Box, boxes: Mapping[str, _Box]) -> bool:
    return not any(box.name in other.uses for other in boxes.values())


def _drawn(box: _Box) -> str:
    middle = box.x + box.width / 2
    kind = "free" if box.free else "value"
    adjoint = (
        f'<text class="dim adjoint" x="{middle:.1f}" y="{box.y + _HEIGHT + 13:.1f}" text-anchor="middle">'
        f"{text(box.adjoint)}</text>"
        if box.adjoint
        else ""
    )
    return (
        f'<g class="{kind}"><rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{_HEIGHT}" rx="6"/>'
        f'<text x="{middle:.1f}" y="{box.y + 19:.1f}" text-anchor="middle">{text(_shown(box.name))}</text>'
        f'<text class="dim" x="{middle:.1f}" y="{box.y + 36:.1f}" text-anchor="middle">{text(box.shape)}</text>'
        f"{adjoint}</g>"
    )
