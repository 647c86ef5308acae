"""A derivation for people to read: what is given, the answers, and the steps that they share."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from gradcli.derive.model import Answer
from gradcli.expr.node import Node
from gradcli.program.model import Function, Program
from gradcli.program.outputs import joint_definitions, joint_head, relations_by_definition
from gradcli.record import dataclass
from gradcli.render.indexed import entries
from gradcli.render.labels import NO_LAYOUT, TITLES, text_entry_label, text_label, text_shape
from gradcli.render.mathematics import Mathematics
from gradcli.render.notation import Notation
from gradcli.render.parts import Names
from gradcli.render.program_mc import attributes_of, function_type, variable_type
from gradcli.render.steps import Bound, Steps, is_arbitrary, loss_arguments, taken_names
from gradcli.render.text import TextNotation

if TYPE_CHECKING:
    from gradcli.derive.worked.model import Worked

_WIDEST = 64  # columns after which shapes are not lined up any more
_FEW = 3  # Jacobians entry by entry that stand below gradients
_REMARK = 12  # columns of a remark for which every line leaves room
_BOLD, _DIM, _CYAN, _OFF = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Line:
    """`left sign right   remark`; lines of one block are lined up, but what stands out to the left."""

    left: str
    sign: str
    right: str
    remark: str
    stands_out: bool = False


def derive_text(
    program: Program,
    answers: Sequence[Answer],
    *,
    color: bool = False,
    rules: bool = False,
    worked: Sequence[Worked] = (),
    columns: int | None = None,
    plain: Mapping[str, str] | None = None,
) -> str:
    """The derivation as text; with `color`, ANSI colours; with `rules`, the rules behind each line.

    `worked` says of each answer how it comes about, line by line.  With `columns`, those of a terminal, longer lines
    are folded.  With `plain`, spellings of the names that are not ASCII, all of it is ASCII: the language itself.
    """
    report = _Report(program, answers, color, rules, worked, columns, plain)
    return report.write()


class _Report:
    def __init__(
        self,
        program: Program,
        answers: Sequence[Answer],
        color: bool,
        rules: bool,
        worked: Sequence[Worked],
        columns: int | None,
        plain: Mapping[str, str] | None,
    ) -> None:
        self.program = program
        self.answers = answers
        self.color = color
        self.rules = rules
        self.worked = worked
        self.columns = columns
        self.plain = plain
        self.left_out: list[str] = []
        self.steps = Steps(answers, taken_names(program, worked))
        self.values = program.nodes.keys() | program.variables.keys()
        self.known: set[Node] = set()

    def write(self) -> str:
        blocks = [self._given()]
        for layout, group in groupby(self.answers, key=lambda answer: answer.layout):
            blocks += self._answers(layout, list(group))
        if self.worked:
            blocks += self._worked()
        notes = dict.fromkeys([*(note for answer in self.answers for note in answer.notes), *self.left_out])
        if notes:
            blocks.append([self._paint(_BOLD, "Notes"), *(f"  {line}" for note in notes for line in self._said(note))])
        return "\n".join("\n".join(block) + "\n" for block in blocks if block)

    # ------------------------------------------------------------ what is given

    def _given(self) -> list[str]:
        notation = self._notation()
        lines = [
            Line(name, ":", variable_type(variable), "inferred" if variable.inferred else "")
            for name, variable in self.program.variables.items()
        ]
        for name, function in self.program.functions.items():
            lines.append(self._function(name, function, notation))
        together = joint_definitions(self.program)
        relations = relations_by_definition(self.program)
        for name, value in self.program.written.items():
            relation = relations.get(name)
            if relation is not None:
                sides = f"{notation.render(relation.left)} = {notation.render(relation.right)}"
                lines.append(Line(", ".join(relation.names), ":", sides, f"{name} {self._kind_of(name)}"))
            elif name not in together:
                lines.append(Line(name, "=", notation.render(value), self._kind_of(name)))
            elif together[name]:
                kind, matrix = joint_head(self.program, together[name])
                remark = ", ".join(f"{each} {self._kind_of(each)}" for each in together[name])
                value_text = f"{notation.function(kind)}({notation.render(matrix)})"
                lines.append(Line(", ".join(together[name]), "=", value_text, remark))
        return self._aligned(lines, indent="", pad_left=False)

    def _kind_of(self, name: str) -> str:
        node = self.program.nodes[name]
        return " ".join([text_shape(node.shape), *attributes_of(node)])

    def _notation(self, names: Names | None = None, layout: str | None = None) -> Notation:
        if self.plain is None:
            return TextNotation(names, self.values, layout).knowing(self.program)
        from gradcli.render.mc import McNotation
        from gradcli.render.program_mc import arrays_of

        return McNotation(names, self.values, layout, arrays_of(self.program)).knowing(self.program)

    def _function(self, name: str, function: Function, notation: Notation) -> Line:
        if function.body is not None and function.param is not None:
            return Line(f"{name}({notation.render(function.param)})", "=", notation.render(function.body), "")
        remark = "inferred, applied to every entry" if function.inferred else ""
        return Line(name, ":", function_type(function), remark)

    # ------------------------------------------------------------ what is found

    def _answers(self, layout: str, answers: list[Answer]) -> list[list[str]]:
        notation = self._notation(self.steps.shared, layout)
        sections: list[tuple[str, list[Line]]] = []
        by_entries: list[tuple[str, list[Line]]] = []
        where: list[Line] = []
        stated: set[tuple[str, str]] = set()
        mixed = len({answer.kind for answer in answers}) > 1 and not self.program.questions
        for title, group in groupby(answers, key=lambda answer: self._title(answer.kind, answer.of, layout)):
            lines = []
            for answer in group:
                for step in self.steps.needed(answer.value, self.known):
                    where += [*self._equation(step, notation), self._step(step, notation)]
                remark = self._remark(text_shape(answer.shape), answer.rules)
                lines.append(self._answer(answer, notation, remark))
            stated.update((line.left, line.right) for line in lines)
            whole = [line for line in lines if not (mixed and line.stands_out)]
            sections += [(title, whole)] if whole else []
            by_entries += [(f"{title}, entry by entry", lines)] if len(whole) < len(lines) else []
        where = [line for line in where if (line.left, line.right) not in stated]
        if where:
            sections.append(("where", where))
        for title, lines in by_entries:
            sections += self._entry_by_entry(title, [line for line in lines if line.stands_out])
        # one alignment for all sections: they are read together
        rows = self._aligned([line for _, lines in sections for line in lines], indent="  ")
        blocks, position = [], 0
        for title, lines in sections:
            blocks.append([self._paint(_BOLD, title), *rows[position : position + len(lines)]])
            position += len(lines)
        return blocks

    def _entry_by_entry(self, title: str, lines: list[Line]) -> list[tuple[str, list[Line]]]:
        """What a gradient has said already: last, and only where it is short."""
        if len(lines) <= _FEW:
            return [(title, lines)]
        ask = "which the gradients say: `jacobian` asks for them"
        self.left_out.append(f"{len(lines)} Jacobians have three axes or more, {ask}")
        return []

    def _answer(self, answer: Answer, notation: Notation, remark: str) -> Line:
        if isinstance(notation, Mathematics):
            found = entries(self.program, answer, notation)
            if found is None:
                return Line(text_label(answer), "=", notation.render(answer.value), remark)
            left = text_entry_label(answer, found.of, found.wrt)
            return Line(left, "=", notation.spelled(found.entry), remark, stands_out=True)
        from gradcli.render.derive_mc import asked_and_written

        asked, right = asked_and_written(answer, notation.render(answer.value), self.program.layout)
        return Line(asked or text_label(answer), "=", right, remark)

    def _title(self, kind: str, of: str, layout: str) -> str:
        title = TITLES.get(kind, kind)
        arbitrary = is_arbitrary(self.program, of)
        if arbitrary:
            arguments = ", ".join(loss_arguments(self.program, of))
            title += f", for any scalar function {of} of {arguments}"
        return title if kind in NO_LAYOUT else f"{title}, {layout} layout"

    def _step(self, step: Bound, notation: Notation) -> Line:
        left = step.name if step.name is not None else notation.render(step.key)
        right = notation.render(step.value, definition=step.name is not None)
        return Line(left, "=", right, self._remark(text_shape(step.value.shape), step.rules))

    def _equation(self, step: Bound, notation: Notation) -> list[Line]:
        if step.equation is None:
            return []
        left, right = (notation.render(side) for side in step.equation)
        return [Line(left, "=", right, f"settles {notation.render(step.key)}")]

    def _remark(self, shape: str, rules: Iterable[str]) -> str:
        names = ", ".join(rules) if self.rules else ""
        return f"{shape}   by {names}" if names else shape

    def _worked(self) -> list[list[str]]:
        from gradcli.render.derivation_text import steps_text

        paint = (lambda text: self._paint(_CYAN, text), lambda text: self._paint(_DIM, text))
        found = steps_text(
            self.program, self.answers, self.worked, self.steps.shared, width, paint, self.columns, self.plain
        )
        return [[self._paint(_BOLD, "Steps"), *found[0]], *found[1:]] if found else []

    # ------------------------------------------------------------------- layout

    def _aligned(self, lines: list[Line], indent: str, pad_left: bool = True) -> list[str]:
        """One text a line, which may have several lines: then the remark stands behind the last."""
        if self.plain is not None:
            lines = [_in_ascii(line, self.plain) for line in lines]
        lined_up = [line for line in lines if not line.stands_out]
        left = max((width(line.left) for line in lined_up), default=0) if pad_left else 0
        heads = [f"{_padded(line.left, left)} {line.sign} " for line in lines]
        remarks = [width(line.remark) for line in lines]
        usual = max((taken for taken in remarks if taken <= _REMARK), default=0)
        ends = [None if self.columns is None else self.columns - len(indent) - max(usual, r) - 3 for r in remarks]
        bodies = [self._body(*each) for each in zip(lines, heads, ends, strict=True)]
        widths = [max(map(width, body)) for body in bodies]
        column = max((w for w in widths if w <= _WIDEST), default=0)
        out = []
        for line, body, taken, end in zip(lines, bodies, widths, ends, strict=True):
            first, *rest = [f"{indent}{part}" for part in body]
            painted = indent + self._paint(_CYAN, line.left) + first[len(indent) + len(line.left) :]
            gap = " " * (max(column if end is None else min(column, end), taken) - width(body[-1]) + 3)
            text = "\n".join([painted, *rest])
            out.append(text + (gap + self._paint(_DIM, line.remark) if line.remark else ""))
        return out

    def _body(self, line: Line, head: str, end: int | None) -> list[str]:
        """The lines of what stands left of the remark, up to column `end`."""
        if "[[" not in line.right and (end is None or width(head) + width(line.right) <= end):
            return [head + line.right]
        from gradcli.render.folded import folded

        taken = width(head)
        first, *rest = folded(line.right, None if end is None else end - taken, width)
        return [head + first, *(" " * taken + part for part in rest)]

    def _said(self, note: str) -> list[str]:
        if self.columns is None or width(note) <= self.columns - 2:
            return [note]
        from gradcli.render.folded import said_in_lines

        first, *rest = said_in_lines(note, self.columns - 4, width)
        return [first, *(f"  {line}" for line in rest)]

    def _paint(self, code: str, text: str) -> str:
        return f"{code}{text}{_OFF}" if self.color else text


def _in_ascii(line: Line, names: Mapping[str, str]) -> Line:
    from gradcli.render.ascii_text import ascii_text

    parts = (line.left, line.sign, line.right, line.remark)
    left, sign, right, remark = (ascii_text(part, names) for part in parts)
    return Line(left, sign, right, remark, line.stands_out)


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


@cache
def _columns(char: str) -> int:
    return 1 + (unicodedata.east_asian_width(char) in "WF") - (unicodedata.combining(char) > 0)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))
