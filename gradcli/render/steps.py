"""The named parts of answers: which each answer needs, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from gradcli.derive.model import Answer
from gradcli.expr.dims import names_of
from gradcli.expr.node import Node, name_of
from gradcli.expr.walk import postorder
from gradcli.program.model import Program
from gradcli.program.outputs import outputs_with
from gradcli.record import dataclass
from gradcli.render.share import repeated_parts, shared_parts

if TYPE_CHECKING:
    from gradcli.derive.worked.model import Worked

MOST_WHERE = 5_000
"""The most `where` entries of all results together before each is bound only where it is needed first."""
_LETTERS = "tsrqv"  # of made up names: t1, or s1 in a program that has a t


@dataclass(frozen=True, slots=True)
class Bound:
    """`key` is the node that stands for the value: a step's name, or the shared part itself, which is `name`.

    `equation` are the sides of the equation that the value solves, where a step was found from one.
    """

    key: Node
    value: Node
    rules: tuple[str, ...]
    name: str | None
    equation: tuple[Node, Node] | None = None


class Steps:
    """The steps of several answers, each once, whichever answers use it."""

    def __init__(self, answers: Sequence[Answer], taken: Collection[str]) -> None:
        self.bound: dict[Node, Bound] = {}
        seen: set[int] = set()
        for answer in answers:
            if id(answer.where) in seen:  # answers may share one tuple; `answers` keeps them all alive
                continue
            seen.add(id(answer.where))
            for step in answer.where:
                if step.name not in self.bound:
                    self.bound[step.name] = Bound(step.name, step.value, step.rules, None, step.equation)
        values = [*(step.value for step in self.bound.values()), *(answer.value for answer in answers)]
        self.shared: dict[Node, str] = {}
        """Names of parts that are too large to be written out."""
        used = set(taken)
        for node in shared_parts(values, self.bound):
            self._share(node, used)
        if not self.shared:  # else what stands twice has a name already
            operands: dict[Node, tuple[Node, ...]] = {}
            for value in dict.fromkeys(values):
                for node in repeated_parts(value, self.bound, operands):
                    operands[node] = ()
                    self._share(node, used)
        self._uses: dict[tuple[int, bool], tuple[Node, ...]] = {}

    def _share(self, node: Node, used: set[str]) -> None:
        letter = next((letter for letter in _LETTERS if letter not in used), _LETTERS[0])
        name = _unused(used, letter, start=len(self.shared) + 1)
        used.add(name)
        self.shared[node] = name
        self.bound[node] = Bound(node, node, (), name)

    def needed(self, value: Node, known: set[Node]) -> list[Bound]:
        """What a value needs, directly or through others, but not in `known`; in order of use.  Adds to `known`."""
        out: list[Bound] = []
        todo: list[tuple[Node, bool]] = [(key, False) for key in reversed(self._direct(value, False))]
        while todo:
            key, ready = todo.pop()
            if ready:
                out.append(self.bound[key])
                continue
            if key in known:
                continue
            known.add(key)
            todo.append((key, True))
            inner = self._direct(self.bound[key].value, self.bound[key].value is key)
            todo.extend((other, False) for other in reversed(inner) if other not in known)
        return out

    def _direct(self, value: Node, is_definition: bool) -> tuple[Node, ...]:
        """The keys that an expression is written with, in order of use."""
        found = self._uses.get((value.serial, is_definition))
        if found is None:
            found = tuple(self._keys(value, is_definition))
            self._uses[value.serial, is_definition] = found
        return found

    def _keys(self, value: Node, is_definition: bool) -> Iterable[Node]:
        if value in self.bound and not is_definition:
            return [value]
        if not self.bound:
            return []
        if not self.shared:  # steps are leaves, or as good as leaves
            return [node for node in postorder(value) if node in self.bound]
        keys: dict[Node, None] = {}
        todo, seen = list(reversed(value.args)), set[int]()
        while todo:
            node = todo.pop()
            if node in self.bound:
                keys[node] = None
            elif node.serial not in seen:
                seen.add(node.serial)
                todo.extend(reversed(node.args))
        return keys

    def for_each(self, answers: Sequence[Answer]) -> tuple[list[list[Bound]], bool]:
        """What each answer needs on its own; True if that is too much, and each part stands where first needed."""
        total = 0
        lists: list[list[Bound]] = []
        for answer in answers:
            lists.append(self.needed(answer.value, set()))
            total += len(lists[-1])
            if total > MOST_WHERE:
                known: set[Node] = set()
                return [self.needed(each.value, known) for each in answers], True
        return lists, False

    def identifiers(self, taken: Collection[str]) -> dict[Node, str]:
        """A name of the language for every part: `grad_u`, `jac_y_u`, `t1`, none of them in `taken`."""
        used = {*taken, *self.shared.values()}
        out: dict[Node, str] = {}
        for key, step in self.bound.items():
            name = step.name
            if name is None:
                base = "_".join(re.sub(r"\W+", "_", part).strip("_") for part in _parts(key))
                name = base if base not in used else _unused(used, f"{base}_", start=2)
                used.add(name)
            out[key] = name
        return out


def _parts(key: Node) -> list[str]:
    """The words of a step's identifier."""
    if key.op == "cotangent" and isinstance(key.data, tuple):
        return ["grad", str(key.data[1])]
    if key.op in ("jac", "grad", "hess"):
        return [key.op, *("_".join(map(str, _words(arg))) for arg in key.args)]
    return _words(key) or ["step"]


def _words(node: Node) -> list[str]:
    data = node.data[0] if isinstance(node.data, tuple) else node.data
    return [str(data)] if isinstance(data, str) else []


def _unused(used: Collection[str], base: str, start: int) -> str:
    number = start
    while f"{base}{number}" in used:
        number += 1
    return f"{base}{number}"


def taken_names(program: Program, worked: Sequence[Worked] = ()) -> set[str]:
    """Every name that means something in a program: values, functions, dimensions and the language's own.

    And those that its derivations make up.
    """
    from gradcli.program.functions import RESERVED

    if worked:
        return taken_names(program) | {
            name_of(node) for let in {id(w.let): w.let for w in worked}.values() for node in let
        }

    names = {*program.nodes, *program.variables, *program.definitions, *program.functions, *program.losses}
    for node in (*program.nodes.values(), *(variable.node for variable in program.variables.values())):
        for dim in node.shape:
            names.update(names_of(dim))
    return names | RESERVED | {"pi", "e_", "inf", "I", "f", "L"}


def is_arbitrary(program: Program, name: str) -> bool:
    """Whether an answer is about an arbitrary scalar function and not about a value of the program."""
    return name.isidentifier() and name not in program.nodes and name not in program.definitions


def loss_arguments(program: Program, name: str) -> tuple[str, ...]:
    """What an arbitrary scalar function is a function of, as it was stated."""
    for relation in program.relations:
        if name in relation.losses:
            return relation.losses[name]
    if name in program.losses:
        return tuple(str(node.data[0]) for node in program.losses[name] if isinstance(node.data, tuple))
    return tuple(name_of(node) for node in outputs_with(program, program.last)) if program.last else ()
