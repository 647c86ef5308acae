"""What an answer rests on, in words: the notes of the rules that it took."""

from __future__ import annotations

from collections.abc import Iterable

from gradcli.derive.model import Step
from gradcli.derive.vectorised import Commutations
from gradcli.expr.node import Node, value_of
from gradcli.expr.walk import postorder
from gradcli.rules.load import all_rules


class Notes:
    """The notes of the answers of one program; those of steps that many answers share are found once."""

    def __init__(self, commutations: Commutations) -> None:
        self._commutations = commutations
        self._kept: list[tuple[Step, ...]] = []  # what is known of steps is found by the object that they are
        self._of_steps: dict[int, tuple[str, ...]] = {}
        self._poles: dict[int, list[tuple[str, str]]] = {}
        self._divisors: dict[int, frozenset[str]] = {}

    def of(self, value: Node, rules: Iterable[str], steps: tuple[Step, ...]) -> tuple[str, ...]:
        """What is said of an answer: a condition at a divisor only where the answer divides by it."""
        rules = tuple(rules)
        if id(steps) not in self._of_steps:
            own = _plain(rule for step in steps for rule in step.rules)
            self._of_steps[id(steps)] = own + self._commutations.notes(step.name for step in steps)
            self._poles[id(steps)] = _poles(rule for step in steps for rule in step.rules)
            self._kept.append(steps)
        found = _plain(rules) + self._of_steps[id(steps)]
        poles = [*_poles(rules), *self._poles[id(steps)]]
        if poles:
            divisors = _divisors([value]) | self._divisors_of(steps)
            found += tuple(note for op, note in poles if op in divisors)
        return tuple(dict.fromkeys(found))

    def _divisors_of(self, steps: tuple[Step, ...]) -> frozenset[str]:
        if id(steps) not in self._divisors:
            self._divisors[id(steps)] = _divisors([step.value for step in steps])
        return self._divisors[id(steps)]


def _plain(rules: Iterable[str]) -> tuple[str, ...]:
    table = all_rules()
    return tuple(dict.fromkeys(note for name in rules if name in table for note in table[name].notes))


def _poles(rules: Iterable[str]) -> list[tuple[str, str]]:
    """Notes that hold where an answer divides by the operation whose rule they stand at."""
    table = all_rules()
    return [(name, note) for name in dict.fromkeys(rules) if name in table for note in table[name].poles]


def _divisors(roots: list[Node]) -> frozenset[str]:
    """The operations that expressions divide by."""
    found: set[str] = set()
    for node in postorder(roots):
        exponent = value_of(node.args[1]) if node.op == "pow" else None
        if exponent is not None and exponent < 0:
            found.add(node.args[0].op)
    return frozenset(found)
