"""Scalar definitions as they were written: not simplified, so that every rule has something to stand on."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gradcli.expr import arith, reduce
from gradcli.expr.node import MINUS_ONE, Node, make, num, value_of
from gradcli.expr.walk import transform
from gradcli.program.model import Program
from gradcli.rules.scalar import is_known
from gradcli.syntax import ast
from gradcli.syntax.parse import parse_module


class NotScalar(Exception):
    """An expression that is not made of scalar operations alone."""


def written_definitions(program: Program) -> dict[str, Node]:
    """The definitions `name = expr` of scalars, as written, over the nodes of the program."""
    module, _ = parse_module(program.source)
    found: dict[str, Node] = {}
    for statement in module.statements:
        if isinstance(statement, ast.Define) and statement.name.id in program.definitions:
            try:
                found[statement.name.id] = _node(statement.value, program.nodes)
            except NotScalar:
                continue
    return found


def _node(expr: ast.Expr, nodes: Mapping[str, Node]) -> Node:
    match expr:
        case ast.Num():
            return num(expr.value)
        case ast.Name():
            node = nodes.get(expr.id)
            if node is None and expr.id in ("pi", "e_"):
                return make("const", data=expr.id)
            if node is None or node.shape:
                raise NotScalar
            return node
        case ast.Neg():
            return _negative(_node(expr.arg, nodes))
        case ast.Sum():
            terms = [_node(term, nodes) for term in expr.terms]
            signs = ("+", *expr.ops)
            parts = [term if sign == "+" else _negative(term) for sign, term in zip(signs, terms, strict=True)]
            return make("add", tuple(parts))
        case ast.Product():
            return _product([_node(factor, nodes) for factor in expr.factors], ("*", *expr.ops))
        case ast.Power() | ast.MatPower():
            return make("pow", (_node(expr.base, nodes), _node(expr.exponent, nodes)))
        case ast.Call() if len(expr.args) == 1 and not expr.kwargs and not expr.primes:
            arg = _node(expr.args[0], nodes)
            if expr.fn == "sqrt":
                return make("pow", (arg, num(Fraction(1, 2))))
            if is_known(expr.fn):
                return make("elem", (arg,), data=(expr.fn, 0))
    raise NotScalar


def _negative(node: Node) -> Node:
    value = value_of(node)
    return num(-value) if value is not None else make("mul", (MINUS_ONE, node))


def _product(factors: list[Node], ops: tuple[str, ...]) -> Node:
    number = Fraction(1)
    kept: list[Node] = []
    for op, factor in zip(ops, factors, strict=True):
        value = value_of(factor)
        if op not in ("*", "@", "/") or (op == "/" and value == 0):
            raise NotScalar
        if value is not None:
            number = number / value if op == "/" else number * value
        else:
            kept.append(make("pow", (factor, MINUS_ONE)) if op == "/" else factor)
    if number != 1 or not kept:
        kept.insert(0, num(number))
    return kept[0] if len(kept) == 1 else make("mul", tuple(kept))


def simplified(raw: Node) -> Node:
    """The expression as the engine builds it."""

    def build(node: Node, args: tuple[Node, ...]) -> Node:
        if node.op == "add":
            return arith.add(*args)
        if node.op == "mul":
            return arith.mul(*args)
        if node.op == "pow":
            return arith.power(*args)
        if node.op == "elem" and isinstance(node.data, tuple):
            return reduce.elementwise(str(node.data[0]), int(node.data[1]), *args)
        return node

    return transform([raw], build)[0]
