"""What all statements of one program share: definitions, functions, values of derivatives."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from gradcli.derive.free_entries import FreeEntries
from gradcli.derive.resolve import PLACEHOLDERS, asks, resolved
from gradcli.derive.value import Resolver
from gradcli.diagnostics import Diagnostic
from gradcli.expr.node import Node, name_of, value_of
from gradcli.expr.replace import replace
from gradcli.expr.walk import postorder
from gradcli.normal.equal import Comparison
from gradcli.ops.functions import scalar_function
from gradcli.program.model import Assumption, Program
from gradcli.program.reader import Reader
from gradcli.syntax import ast
from gradcli.syntax.ast import Module
from gradcli.verdicts.facts import Facts, extra_attributes, known_facts

MOST_SUBSTITUTED = 400


def jumps(node: Node) -> bool:
    """Whether an operation jumps, so that it matters what it is at the very number: `x >= 0` is not `x > 0`."""
    row = scalar_function(node.op, node.data)
    return node.op in ("cmp", "attains") or (row is not None and row.jumps)


@dataclass(frozen=True, slots=True)
class Needed:
    """What roots are computed from: free leaves, and definitions in order of use."""

    free: tuple[Node, ...]
    definitions: tuple[tuple[Node, Node], ...]


class Book:
    """One program, ready to be checked; `module` is its syntax and `reader` reads more of it."""

    def __init__(self, program: Program, module: Module, reader: Reader) -> None:
        self.program = resolved(program)
        self._unresolved = program
        self._as_read = {program.nodes[name]: value for name, value in program.definitions.items()}
        self.source = program.source
        self.module = module
        self.reader = reader
        self._resolver = Resolver(self.program)
        self._twin = Resolver(self.program.plain, self.program.nodes) if self.program.plain is not None else None
        self._free = FreeEntries(self.program)
        self.values = {self.program.nodes[name]: value for name, value in self.program.definitions.items()}
        self.discrete = frozenset(v.node for v in self.program.variables.values() if v.discrete)
        self._ranks = {node: rank for rank, node in enumerate(self.values)}
        self._expanded: dict[Node, Node] = {}

    @property
    def resolution_diagnostics(self) -> list[Diagnostic]:
        """What was said while derivatives were put into their values."""
        return (self._twin or self._resolver).asker.diagnostics

    def is_derivative(self, name: str) -> bool:
        """Whether a name is defined by a derivative: told as an answer, it says nothing."""
        return asks(self._unresolved.definitions[name])

    def value(self, side: ast.Expr, node: Node) -> Node:
        """A side of a statement with every derivative in it found; `node` is the side as read.  Raises NoRule."""
        free = self._free_sides.get(id(side))
        if self._twin is None or free is None or not asks(node):
            return self._resolver.value(node)
        return self._free.declared(self._twin.value(free))

    def read(self, side: ast.Expr, layout: str) -> Node | None:
        """Another side over the names of the program, with every derivative in it found; None where it has no value."""
        node = self.reader.attempt(side, layout)
        if node is None:
            return None
        if self._twin is None or self.reader.free is None or not asks(node):
            return self._resolver.value(node)
        free = self.reader.free.attempt(side, layout)
        return self._free.declared(self._twin.value(free)) if free is not None else None

    @cached_property
    def _free_sides(self) -> dict[int, Node]:
        """By the syntax of a side what it is where every entry is free: a derivative is of that."""
        checks = self.program.plain.checks if self.program.plain is not None else ()
        pairs = [
            pair for s, c in zip(self.statements, checks, strict=False) for pair in zip(s.sides, c.sides, strict=True)
        ]
        return {id(side): node for side, node in pairs if node is not None}

    @cached_property
    def bodies(self) -> dict[str, tuple[Node, Node]]:
        """Functions that the program defines: parameter and body."""
        found = self.program.functions.items()
        return {n: (f.param, f.body) for n, f in found if f.param is not None and f.body is not None}

    @cached_property
    def facts(self) -> Facts | None:
        """What assumptions and relations say, for algebra."""
        return known_facts(self.program, self.values, self.program.assumptions, self.program.functions)

    @cached_property
    def assumed_attributes(self) -> dict[Node, frozenset[str]]:
        """The attributes that assumptions come to."""
        return extra_attributes(self.program.assumptions)[0]

    def relevant_assumptions(self, roots: Iterable[Node]) -> tuple[Assumption, ...]:
        """The assumptions that speak of what these expressions are computed from, and of what those speak of."""
        wanted = set(self.needed(roots).free)
        reach = {one: set(self.needed((one.left, one.right)).free) for one in self.program.assumptions}
        found: dict[Assumption, None] = {}
        while True:
            new = [one for one, names in reach.items() if one not in found and (names & wanted or not names)]
            if not new:
                return tuple(one for one in reach if one in found)
            for one in new:
                found[one] = None
                wanted |= reach[one]

    @cached_property
    def opaque(self) -> frozenset[str]:
        """Functions of which nothing is known but the name and the shape."""
        return frozenset(name for name, function in self.program.functions.items() if function.body is None)

    @cached_property
    def comparison(self) -> Comparison:
        """Compares expressions by their normal form."""
        return Comparison(self.program.functions)

    @cached_property
    def statements(self) -> tuple[ast.Check, ...]:
        """The syntax of `program.checks`, in the same order."""
        return tuple(s for s in self.module.statements if isinstance(s, ast.Check))

    def prepare(self, passed: Collection[int] = ()) -> None:
        """Find the derivatives that the statements ask for, many in one pass; those whose number is `passed` do not."""
        checks = self.program.checks if self.program.plain is None else self.program.plain.checks
        asked = [check for number, check in enumerate(checks) if number not in passed]
        sides = [side for check in asked for side in check.sides if side is not None]
        (self._twin or self._resolver).prepare([node for node in postorder(sides) if node.op in ("grad", "jac")])

    def needed(self, roots: Iterable[Node]) -> Needed:
        """What these expressions are computed from."""
        free: dict[Node, None] = {}
        defined: dict[Node, None] = {}
        todo = list(roots)
        seen: set[Node] = set()
        while todo:
            for node in postorder(todo.pop()):
                if node in seen:
                    continue
                seen.add(node)
                if node in self.values:
                    defined[node] = None
                    todo.append(self.values[node])
                elif node.op in ("var", "cotangent"):
                    free[node] = None
                elif node.op == "elem" and isinstance(node.data, tuple) and node.data[0] in self.bodies:
                    todo.append(self.bodies[str(node.data[0])][1])
        order = sorted(defined, key=lambda node: self._ranks[node])
        return Needed(tuple(free), tuple((node, self.values[node]) for node in order))

    @cached_property
    def jumping(self) -> frozenset[Node]:
        """The defined names whose value jumps somewhere."""
        found: set[Node] = set()
        for name, value in self.values.items():
            if any(jumps(node) or node in found for node in postorder([value])):
                found.add(name)
        return frozenset(found)

    def is_derived(self, raw: Iterable[Node]) -> bool:
        """Whether statements ask for derivatives, themselves or by the names that they use."""
        todo = list(postorder(list(raw)))
        seen: set[Node] = set()
        while todo:
            node = todo.pop()
            if node.op in PLACEHOLDERS or (
                node.op in ("elem", "vfun", "vrows") and isinstance(node.data, tuple) and node.data[1]
            ):
                return True
            if node.op == "var" and node not in seen:
                seen.add(node)
                value = self._as_read.get(node)
                if value is not None:
                    todo.extend(postorder(value))
        return False

    def outside_where(self, roots: Iterable[Node]) -> list[Node]:
        """The defined names that must have a value where the roots have one: all that no `where` chooses between."""
        found: dict[Node, None] = {}
        seen: set[int] = set()
        todo = list(roots)
        while todo:
            node = todo.pop()
            if node.serial in seen:
                continue
            seen.add(node.serial)
            if node in self.values:
                found[node] = None
                todo.append(self.values[node])
            todo.extend(node.args[:1] if node.op == "where" else node.args)
        return sorted(found, key=lambda node: self._ranks[node])

    def expanded(self, roots: list[Node]) -> list[Node] | None:
        """Expressions with every definition put in; None where that is too large or has no value."""
        needed = self.needed(roots).definitions
        if len(needed) > MOST_SUBSTITUTED:
            return None
        try:
            for name, value in needed:
                if name not in self._expanded:
                    self._expanded[name] = replace([value], self._expanded)[0]
            return replace(roots, self._expanded)
        except ZeroDivisionError:  # a value that is nowhere
            return None

    def expanded_but(self, roots: list[Node], kept: Collection[Node]) -> list[Node] | None:
        """Expressions with every definition put in but those of some names; None where that is too large."""
        needed = self.needed(roots).definitions
        if len(needed) > MOST_SUBSTITUTED:
            return None
        table: dict[Node, Node] = {}
        try:
            for name, value in needed:
                if name not in kept:
                    table[name] = replace([value], table)[0]
            return replace(roots, table)
        except ZeroDivisionError:  # a value that is nowhere
            return None

    def landmarks(self, roots: Iterable[Node]) -> list[Fraction]:
        """The numbers that expressions mention, their inverses and quotients, as places to look around."""
        found: dict[Fraction, None] = {}
        for node in postorder(list(roots)):
            value = value_of(node)
            if value:
                found[abs(value)] = None
        marks = sorted(found)[:12]
        found = dict.fromkeys([*marks, *(1 / mark for mark in marks)])
        for a in marks[:4]:
            for b in marks[:4]:
                found[a / b] = None
        return list(found)

    def written(self, node: Node) -> str:
        """What a free leaf is called in the language."""
        if node.op == "cotangent" and isinstance(node.data, tuple):
            return f"grad({node.data[0]}, {node.data[1]})"
        return name_of(node)
