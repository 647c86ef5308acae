"""Derivatives of scalars by scalars as in a first course: one rule a line, until no derivative is left.

The rules are those of the table of a first lecture: constant, constant multiple, power, sum, difference, product and
chain; a function of the language has its own derivative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradcli.derive.graph import Graph
from gradcli.derive.model import Answer
from gradcli.derive.reverse import symbols
from gradcli.derive.worked.model import Block, Label, Line, Piece, Reason, Worked
from gradcli.derive.worked.raw import simplified
from gradcli.derive.worked.titles import CHAIN, CONSTANT, DIFFERENCE, MULTIPLE, POWER, PRODUCT, SUM
from gradcli.expr.arith import split_number
from gradcli.expr.node import MINUS_ONE, ONE, ZERO, Node, make, name_of, num, value_of
from gradcli.expr.walk import postorder
from gradcli.rules.derivatives import derivative_at, differentiate
from gradcli.rules.missing import NoRule
from gradcli.rules.scalar import is_known

_MOST_LINES = 60
_LARGEST = 60  # symbols of a definition that is written out
_SHORT = 24
_OPENING = (SUM, DIFFERENCE, MULTIPLE, PRODUCT, CHAIN)  # what leaves derivatives to be found
_OPS = frozenset(("num", "const", "dim", "var", "add", "mul", "pow", "elem", "max", "min", "cmp", "where"))


def closed(expr: Node, by: Node) -> Node:
    """`∂expr/∂by`, not carried out yet."""
    return make("jac", (expr, by), data="*")


def is_closed(node: Node) -> bool:
    """Whether this is a derivative that is not carried out yet."""
    return node.op == "jac" and node.data == "*"


@dataclass(frozen=True, slots=True)
class _Rewrite:
    """What a closed derivative becomes, by which rule, and what is to be said of it."""

    value: Node
    title: str
    fact: Reason = ()


class ScalarWriter:
    """Writes ∂u/∂x of the scalars of a program; `written` has their definitions as they were written."""

    def __init__(self, graph: Graph, written: Mapping[str, Node]) -> None:
        self.graph = graph
        self.written = written
        self.blocks: dict[Node, Block] = {}
        self.values: dict[Node, Node] = {}
        self._depends: dict[tuple[int, int], bool] = {}

    def serves(self, of: Node, wrt: list[Node]) -> bool:
        """Whether everything between is a scalar and short."""
        path = self.graph.depending(wrt) & self.graph.upstream([of])
        values = [self.graph.values[name] for name in path if name in self.graph.values]
        few = len(values) <= 8 and all(symbols(value) <= _LARGEST for value in values)
        return few and all(not node.shape and node.op in _OPS for value in values for node in postorder(value))

    def serves_all(self, outputs: Sequence[Node], wrt: Sequence[Node]) -> bool:
        """Whether it does for every output."""
        return all(self.serves(of, list(wrt)) for of in outputs)

    def worked(self, answer: Answer, outputs: Sequence[Node], variables: Sequence[Node]) -> Worked:
        """The steps of an answer that has one entry for each output and variable.  Raises NoRule."""
        keys = []
        for of in outputs:
            for by in variables:
                value = self.value(of, by)
                keys.append(closed(of, by))
        if len(keys) == 1:
            last = (
                None if value is answer.value and answer.kind != "gradient" else _last(answer, "simplify", "simplified")
            )
            return Worked(self.blocks, keys[0], last)
        whole = make("param", data=f"*{answer.of} {answer.wrt} {answer.layout}")
        self.blocks[whole] = Block(whole, (), tuple(keys))
        return Worked(self.blocks, whole, _last(answer, "matrix form", "all entries"))

    def value(self, of: Node, by: Node) -> Node:
        """∂of/∂by, its block and those it needs entered.  Raises NoRule."""
        key = closed(of, by)
        if key in self.values:
            return self.values[key]
        path = self.graph.depending([by]) & self.graph.upstream([of])
        for name in self.graph.values:
            if name in path and closed(name, by) not in self.values:
                self._write(name, by)
        if key not in self.values:
            same = of is by
            fact: Reason = (CONSTANT,) if not same else (POWER, ": ", by, " to the first power")
            self.values[key] = ONE if same else ZERO
            self.blocks[key] = Block(key, (Line(key, self.values[key], "power" if same else "constant", fact),))
        return self.values[key]

    def _write(self, name: Node, by: Node) -> None:
        key = closed(name, by)
        value = self.written.get(name_of(name), self.graph.values[name])
        if symbols(value) > _LARGEST:
            value = self.graph.values[name]
        state = closed(value, by)
        lines = [Line(key, state, "definition", (name, " = ", value))]
        needs: dict[Node, None] = {}
        for _ in range(_MOST_LINES):
            following, said = self._step(state, by, needs)
            if said is None:
                break
            state = following
            lines.append(Line(None, state, said[0].title.removesuffix(" rule").replace(" ", "_"), _reason(said)))
        self.values[key] = simplified(state)
        if self.values[key] is not state:
            lines.append(Line(None, self.values[key], "simplify", ("simplified",)))
        self.blocks[key] = Block(key, tuple(lines), tuple(needs))

    def _step(self, state: Node, by: Node, needs: dict[Node, None]) -> tuple[Node, list[_Rewrite] | None]:
        """The rule of the first closed derivative, at every one that it is the rule of."""
        open_ones = [node for node in postorder(state) if is_closed(node)]
        if not open_ones:
            return state, None
        rewrites = {node: self._rewrite(node.args[0], by, needs) for node in open_ones}
        titles = [rewrites[node].title for node in open_ones]
        first = next((title for title in titles if title in _OPENING), titles[0])
        chosen = {node: found for node, found in rewrites.items() if found.title == first}
        memo: dict[int, Node] = {}
        for node in postorder(state):
            args = tuple(memo[arg.serial] for arg in node.args)
            same = args == node.args
            memo[node.serial] = (
                chosen[node].value if node in chosen else node if same else _combined(node.op, args, node.data)
            )
        return memo[state.serial], list(chosen.values())

    def _varies(self, expr: Node, by: Node) -> bool:
        known = self._depends.get((expr.serial, by.serial))
        if known is None:
            path = self.graph.depending([by])
            known = self._depends[expr.serial, by.serial] = any(node in path for node in postorder(expr))
        return known

    def _rewrite(self, expr: Node, by: Node, needs: dict[Node, None]) -> _Rewrite:
        if not self._varies(expr, by):
            return _Rewrite(ZERO, CONSTANT)
        if expr is by:
            return _Rewrite(ONE, POWER)
        if expr.op == "var":
            key = closed(expr, by)
            needs[key] = None
            found = self.values[key]
            return _Rewrite(found, "found above", (key, " = ", found))
        if expr.op == "add":
            negative = any(split_number(arg)[0] < 0 for arg in expr.args)
            return _Rewrite(make("add", tuple(_term(arg, by) for arg in expr.args)), DIFFERENCE if negative else SUM)
        if expr.op == "mul":
            return self._product(expr, by)
        if expr.op == "pow":
            return self._power(expr, by)
        if expr.op == "elem":
            return self._function(expr, by)
        return _Rewrite(differentiate(expr, by), expr.op)

    def _product(self, expr: Node, by: Node) -> _Rewrite:
        fixed = [arg for arg in expr.args if not self._varies(arg, by)]
        moving = [arg for arg in expr.args if self._varies(arg, by)]
        if fixed:
            rest = moving[0] if len(moving) == 1 else make("mul", tuple(moving))
            return _Rewrite(make("mul", (*fixed, closed(rest, by))), MULTIPLE)
        first, rest = moving[0], moving[1] if len(moving) == 2 else make("mul", tuple(moving[1:]))
        value = make("add", (make("mul", (first, closed(rest, by))), make("mul", (closed(first, by), rest))))
        return _Rewrite(value, PRODUCT, ("(f g)' = f g' + f' g",))

    def _power(self, expr: Node, by: Node) -> _Rewrite:
        base, exponent = expr.args
        if not self._varies(exponent, by):
            lower = simplified(make("add", (exponent, MINUS_ONE)))
            below = base if lower is ONE else ONE if lower is ZERO else make("pow", (base, lower))
            outer = _combined("mul", (exponent, below), None)
            if base is by:
                return _Rewrite(outer, POWER)
            return _Rewrite(_combined("mul", (outer, closed(base, by)), None), CHAIN, _outer(expr, outer))
        if not self._varies(base, by):
            scale = make("elem", (base,), data=("log", 0))
            return _Rewrite(
                _combined("mul", (expr, scale, closed(exponent, by)), None), CHAIN, ("(a^u)' = a^u log(a) u'",)
            )
        power = make("elem", (make("mul", (exponent, make("elem", (base,), data=("log", 0)))),), data=("exp", 0))
        return _Rewrite(closed(power, by), "a power as an exponential")

    def _function(self, expr: Node, by: Node) -> _Rewrite:
        assert isinstance(expr.data, tuple)
        name, order = str(expr.data[0]), int(expr.data[1])
        inner = expr.args[0]
        if is_known(name) and not order:
            outer = derivative_at(name, 1, inner)
        elif is_known(name):
            raise NoRule("E402", "A derivative of higher order is not written out.")
        else:
            outer = make("elem", (inner,), data=(name, order + 1))
        if inner is by:
            return _Rewrite(outer, f"derivative of {name}")
        return _Rewrite(_combined("mul", (outer, closed(inner, by)), None), CHAIN, _outer(expr, outer))


def _term(arg: Node, by: Node) -> Node:
    """The derivative of a term, the sign of a difference before it."""
    if arg.op == "mul" and arg.args[0] is MINUS_ONE:
        rest = arg.args[1] if len(arg.args) == 2 else make("mul", arg.args[1:])
        return make("mul", (MINUS_ONE, closed(rest, by)))
    return closed(arg, by)


def _last(answer: Answer, rule: str, words: str) -> Block:
    key = make("param", data=f"*{answer.kind} {answer.of} {answer.wrt} {answer.layout}")
    return Block(key, (Line(Label(), answer.value, rule, (words,)),))


def _outer(expr: Node, outer: Node) -> Reason:
    """What the outer function's derivative is: `(u³)' = 3 u²`."""
    inner = expr.args[0]
    if symbols(inner) == 1 or symbols(outer) > _SHORT:
        return ()
    return ("the outer derivative is ", outer)


def _reason(said: list[_Rewrite]) -> Reason:
    out: list[Piece] = []
    for place, each in enumerate(dict.fromkeys(each.fact for each in said if each.fact)):
        out += ["; "] * bool(place) + list(each)
    title = said[0].title
    return (title, *([": ", *out] if out else []))


def _combined(op: str, args: tuple[Node, ...], data: object) -> Node:
    """A product or sum with nothing but 0 and 1 simplified; anything else as it is."""
    if op == "mul":
        flat = [inner for arg in args for inner in (arg.args if arg.op == "mul" else (arg,))]
        if any(arg is ZERO for arg in flat):
            return ZERO
        number = num(1)
        kept: list[Node] = []
        for arg in flat:
            value = value_of(arg)
            if value is None:
                kept.append(arg)
            else:
                number = num((value_of(number) or 0) * value)
        kept = kept if number is ONE and kept else [number, *kept]
        return kept[0] if len(kept) == 1 else make("mul", tuple(kept))
    if op == "add":
        kept = [arg for arg in args if arg is not ZERO]
        return ZERO if not kept else kept[0] if len(kept) == 1 else make("add", tuple(kept))
    return make(op, args, data=data)
