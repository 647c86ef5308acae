"""Derivations with their answers as people would write them: over the program's names, shortest first.

What the naive spelling of a known function stands for is recognised before anything is derived; the answers are then
rewritten by rules, over what the program names, and the shortest by its printed length is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from gradcli.derive.derive import Derivation
from gradcli.derive.model import Answer, Step
from gradcli.expr.arith import split_number
from gradcli.expr.literal import as_literal
from gradcli.expr.node import Node
from gradcli.expr.replace import replace
from gradcli.expr.walk import leaves, postorder
from gradcli.program.model import Program
from gradcli.record import replace as with_changes
from gradcli.shorten import comparisons, functions, matrices, pairs, quotients, sums
from gradcli.shorten.expanded import multiplied_out
from gradcli.shorten.facts import Facts
from gradcli.shorten.length import WHOLE, Length
from gradcli.shorten.names import Names
from gradcli.shorten.search import Search, Tolls
from gradcli.shorten.split import taken_apart

if TYPE_CHECKING:
    from gradcli.shorten.judge import Judge

MOST_NODES = 120
_MOST_STEPS = 8
_WORTH_A_LOOK = 4 * WHOLE  # what is longer than `w > x` is said by a name that is defined later
_FOR_UNITS = 2  # how much longer entries may be than `A⁻¹ E_(1,2) A⁻¹ x`


def shortened(derivation: Derivation) -> Derivation:
    """The same answers, each in the shortest form found."""
    shortening = _Shortening(derivation.program, derivation.answers, explain=bool(derivation.worked))
    short = tuple(shortening.shortened())
    worked = derivation.worked
    if worked:
        from gradcli.shorten.worked import End, explained, with_ends

        definitions = shortening.definitions
        ends = {name: End(*end) for name, end in shortening.ends.items()}
        blocks = {id(each.blocks): with_ends(each.blocks, ends, definitions, shortening.length) for each in worked}
        each = zip(worked, derivation.answers, short, strict=True)
        worked = tuple(explained(*three, definitions, blocks[id(three[0].blocks)]) for three in each)
    return with_changes(derivation, answers=short, worked=worked)


class _Shortening:
    def __init__(self, program: Program, answers: Sequence[Answer], explain: bool) -> None:
        self.program = program
        self.explain = explain
        self.ends: dict[Node, tuple[Node, Node, bool]] = {}  # of steps: before, after, whether put into the answers
        self.all = answers
        self.steps = _steps_of(answers)
        self.definitions = {program.nodes[name]: value for name, value in program.definitions.items()}
        self.facts = Facts(self.definitions)
        self.length = Length(program.nodes.keys() | program.variables.keys(), [step.name for step in self.steps])
        self._searches: dict[frozenset[Node], Search] = {}

    @cached_property
    def judge(self) -> Judge:
        """Loaded only where a shorter form was found: few answers want one."""
        from gradcli.shorten.judge import Judge

        return Judge(self.definitions, self.program.functions)

    def shortened(self) -> list[Answer]:
        """The answers, steps that are better written out where they are used put in."""
        answers, steps = self.all, self.steps
        kept: dict[Node, Step] = {}
        inlined: dict[Node, Node] = {}
        if len(steps) <= _MOST_STEPS:
            inlined = self._inlined(answers, steps)
        for step in steps:
            value = replace([step.value], inlined)[0] if inlined else step.value
            if step.name in inlined:
                if self.explain:
                    self.ends[step.name] = step.value, self._judged(value, answers[0].of), True
                continue
            short = as_literal(self._judged(value, answers[0].of)) if step.equation is None else value
            kept[step.name] = with_changes(step, value=short)
            self.ends[step.name] = step.value, short, False
        return [self._answer(answer, kept, inlined) for answer in answers]

    def _answer(self, answer: Answer, kept: dict[Node, Step], inlined: dict[Node, Node]) -> Answer:
        value = replace([answer.value], inlined)[0] if inlined else answer.value
        if len(answer.shape) <= 2:
            value = self._judged(value, answer.of)
        where = tuple(kept[step.name] for step in answer.where if step.name in kept)
        rules = list(answer.rules)
        for step in answer.where:
            if step.name in inlined:
                rules += step.rules
        value = self._by_entries(as_literal(value), answer)
        return with_changes(answer, value=value, where=where, rules=tuple(dict.fromkeys(rules)))

    def _by_entries(self, value: Node, answer: Answer) -> Node:
        """With the inverses of small literals written out, where that is no longer."""
        if not self._small_inverses or len(answer.shape) > 2:
            return value
        from gradcli.shorten.inverses import by_entries, is_pattern

        written = by_entries(value, self._meaning)
        if written is value or not self._is_small(written):
            return value
        short = as_literal(self._judged(written, answer.of))
        placed = any(node.op == "unit" or is_pattern(node) for node in postorder(value))
        times = _FOR_UNITS if placed else 1
        return short if self.length.of(short) <= times * self.length.of(value) else value

    @cached_property
    def _small_inverses(self) -> bool:
        """Whether the program has the inverse of a literal anywhere."""
        nodes = postorder([*self.definitions.values(), *(answer.value for answer in self.all)])
        return any(node.op == "inv" and self._meaning(node.args[0]).op == "stack" for node in nodes)

    def _inlined(self, answers: Sequence[Answer], steps: Sequence[Step]) -> dict[Node, Node]:
        """The steps that are better written out where they are used, each with its value."""
        table: dict[Node, Node] = {}
        for step in reversed(steps):
            if step.equation is not None or not self._is_small(step.value):
                continue
            uses = [answer for answer in answers if step in answer.where]
            others = [other for other in steps if other is not step and other.name not in table]
            holders = [other for other in others if step.name in set(postorder(other.value))]
            if len(uses) > _MOST_STEPS:
                continue
            search = self._search(uses[0].of if uses else answers[0].of)
            values = [replace([v], table)[0] for v in (*(a.value for a in uses), *(o.value for o in holders))]
            values = [value for value in values if step.name in set(postorder(value))]
            if not values or not all(map(self._is_small, values)):
                continue
            short_step = self._short(step.value, search)
            apart = self.length.of(short_step) + sum(self.length.of(self._short(value, search)) for value in values)
            opened = replace(values, {step.name: step.value})
            if not all(map(self._is_small, opened)):
                continue
            whole = sum(self.length.of(self._short(value, search)) for value in opened)
            if whole <= apart:
                table = {name: replace([value], {step.name: step.value})[0] for name, value in table.items()}
                table[step.name] = step.value
        return table

    def _search(self, of: str, later: bool = False) -> Search:
        usable = self._around(of) if later else self._upstream(of)
        if usable not in self._searches:
            names = Names(self.facts, usable)
            facts = self.facts
            rules: Tolls = (
                (names.folded, 0),
                (lambda node: functions.recognised(node, self._meaning), 0),
                (functions.complemented, 0),
                (lambda node: matrices.picked(node, facts), 0),
                (matrices.kronecker, 0),
                (matrices.inverses, 0),
                (matrices.pseudoinverse, 0),
                (lambda node: matrices.eigenvalues(node, self._meaning), 0),
                (matrices.traces, 0),
                (matrices.inner_products, 0),
                (matrices.weighted_sums, 4),
                (matrices.sums_of_products, 0),
                (matrices.numbers_outside, 0),
                (quotients.quotients_of_functions, 0),
                (quotients.merged, 0),
                (quotients.over_one_divisor, 2),
                (quotients.entries_over_one_divisor, 0),
                (comparisons.sides, 0),
                (comparisons.positive_part, 0),
                (lambda node: pairs.symmetric_pairs(node, facts), 0),
                (sums.factored, 0),
                (multiplied_out, 1),
                (sums.common_entries, 0),
                (sums.minus_inside, 0),
                (sums.opened, 2),
                (matrices.repeated, 0),
                (matrices.turned_whole, 3),
            )
            self._searches[usable] = Search(facts, rules, self.length)
        return self._searches[usable]

    def _around(self, of: str) -> frozenset[Node]:
        """The names that a value may be said with: those before it, and those defined later without it."""
        before = self._upstream(of)
        without: set[Node] = set(before)
        for name, value in self.definitions.items():
            if name in without or self.length.of(value) < _WORTH_A_LOOK:
                continue
            if all(leaf in without or leaf not in self.definitions for leaf in leaves(value)):
                without.add(name)
        node = self.program.nodes.get(of)
        return frozenset(without - {node} | before) if node is not None else before

    def _upstream(self, of: str) -> frozenset[Node]:
        """The names that a value is made of and those before it: what is defined later may be the answer."""
        node = self.program.nodes.get(of)
        if node is None:
            return frozenset(self.definitions)
        found: set[Node] = set()
        todo = [node]
        while todo:
            name = todo.pop()
            if name in self.definitions and name not in found:
                found.add(name)
                todo.extend(leaves(self.definitions[name]))
        start = self.program.spans.get(of)
        for other, span in self.program.spans.items():
            if start is not None and span.start < start.start and other in self.program.definitions:
                found.add(self.program.nodes[other])
        return frozenset(found)

    def _meaning(self, node: Node) -> Node:
        return self.facts.values.get(node, node)

    def _is_small(self, value: Node) -> bool:
        nodes = postorder(value)
        return len(nodes) <= MOST_NODES and all(len(node.shape) <= 2 for node in nodes)

    def _judged(self, value: Node, of: str) -> Node:
        """The shortest form found, where it is shown to mean the same.

        A name that is defined later may be what was to be found: it is no answer by itself.
        """
        short = self._short(value, self._search(of, later=True))
        if short is not value and self._is_later_name(short, of):
            short = self._short(value, self._search(of))
        return short if short is value or self.judge.same(short, value) else value

    def _as_pairs(self, value: Node) -> Iterator[Node]:
        """A Hessian with its outer products in symmetric pairs, which no step by step rewriting comes to."""
        whole = split_number(value)[1]
        if len(value.shape) == 2 and whole.op == "add":
            for opened in (value, *multiplied_out(value)):
                yield from pairs.symmetric_pairs(opened, self.facts)

    def _is_later_name(self, value: Node, of: str) -> bool:
        apart = taken_apart(value)
        whole = next(iter(apart.scalars), None) if not apart.arrays else apart.arrays[0]
        name = whole.args[0] if whole is not None and whole.op == "T" else whole
        return name in self.definitions and name not in self._upstream(of)

    def _short(self, value: Node, search: Search) -> Node:
        if not self._is_small(value):
            return value
        starts = [value, *self._as_pairs(value)]
        found = min(map(search.shortest, starts), key=self.length.of)
        return found if found.shape == value.shape and self.length.of(found) < self.length.of(value) else value


def _steps_of(answers: Iterable[Answer]) -> list[Step]:
    found: dict[Node, Step] = {}
    for answer in answers:
        for step in answer.where:
            found.setdefault(step.name, step)
    return list(found.values())
