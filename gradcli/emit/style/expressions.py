"""Expressions of Python as pieces of text: which operators break together, what hugs its brackets.

The layout is that of Black and of `ruff format`.  Raises UnknownError for what emitted code does not hold.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from gradcli.emit.style.pieces import Group, IfBroken, Line, Piece, bracketed

_BINARY = {
    ast.Add: ("+", 6),
    ast.Sub: ("-", 6),
    ast.Mult: ("*", 7),
    ast.Div: ("/", 7),
    ast.FloorDiv: ("//", 7),
    ast.Mod: ("%", 7),
    ast.MatMult: ("@", 7),
    ast.Pow: ("**", 9),
}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_COMPARE |= {ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not"}
_IF, _OR, _AND, _NOT, _COMPARING, _UNARY, _POWER, ATOM = 1, 2, 3, 4, 5, 8, 9, 11


class UnknownError(Exception):
    """No layout is known."""


@dataclass(frozen=True, slots=True)
class Flat:
    """An expression without brackets of its own, as operands with the operators between them."""

    operands: list[ast.expr | Piece]
    operators: list[tuple[str, int]]


def precedence(node: ast.expr) -> int:
    """How tightly an expression holds together."""
    match node:
        case ast.IfExp() | ast.Lambda():
            return _IF
        case ast.BoolOp():
            return _OR if isinstance(node.op, ast.Or) else _AND
        case ast.UnaryOp():
            return _NOT if isinstance(node.op, ast.Not) else _UNARY
        case ast.Compare():
            return _COMPARING
        case ast.BinOp():
            return _BINARY[type(node.op)][1]
        case _:
            return ATOM


def piece(node: ast.expr, breaking: bool = True) -> Piece:
    """An expression; `breaking` says whether lines may break outside of its own brackets."""
    match node:
        case ast.Name():
            return node.id
        case ast.Constant():
            return _constant(node)
        case ast.Attribute():
            return Group((_tight(node.value, ATOM, breaking), f".{node.attr}"))
        case ast.Call():
            return Group((_tight(node.func, ATOM, breaking), call_arguments(node)))
        case ast.Subscript():
            inside = _slice(node.slice)
            return Group((_tight(node.value, ATOM, breaking), bracketed("[", (inside,), "]")))
        case ast.List():
            return _display("[", node.elts, "]")
        case ast.Tuple():
            return _display("(", node.elts, ")")
        case ast.Dict():
            return _dict(node)
        case ast.UnaryOp():
            return _unary(node, breaking)
        case ast.Starred():
            return Group(("*", _tight(node.value, _OR, breaking)))
        case ast.IfExp():
            space = Line(" ") if breaking else " "
            parts = (_tight(node.body, _OR, breaking), space, "if ", _tight(node.test, _OR, breaking))
            return Group((*parts, space, "else ", _tight(node.orelse, _IF, breaking)))
        case ast.BinOp() | ast.BoolOp() | ast.Compare():
            return _flat(flattened(node), breaking)
        case ast.Lambda():
            return f"lambda {ast.unparse(node.args)}: {plain(node.body)}" if node.args.args else _lambda(node)
        case ast.GeneratorExp() | ast.ListComp():
            return _comprehension(node)
        case ast.JoinedStr():
            return ast.unparse(node) if '"' in ast.unparse(node) else ast.unparse(node).replace("'", '"')
        case _:
            raise UnknownError(type(node).__name__)


def plain(node: ast.expr) -> str:
    """An expression on one line."""
    out: list[str] = []
    todo: list[Piece] = [piece(node)]
    while todo:
        part = todo.pop()
        match part:
            case str():
                out.append(part)
            case Line():
                out.append(part.flat)
            case IfBroken():
                pass
            case _:
                todo.extend(reversed(part.parts))  # type: ignore[union-attr]
    return "".join(out)


def call_arguments(node: ast.Call) -> Piece:
    """What stands in the brackets of a call, and these."""
    if len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.GeneratorExp):
        return bracketed("(", _clauses(node.args[0]), ")")
    items = [piece(arg) for arg in node.args]
    items += [Group((f"{each.arg}=" if each.arg else "**", piece(each.value))) for each in node.keywords]
    return bracketed("(", (Group(separated(items)),), ")") if items else "()"


def separated(items: Sequence[Piece]) -> tuple[Piece, ...]:
    """Items with commas, one also after the last where they break."""
    parts: list[Piece] = []
    for i, item in enumerate(items):
        parts += [item, IfBroken(",")] if i == len(items) - 1 else [item, ",", Line(" ")]
    return tuple(parts)


def _display(opening: str, elements: list[ast.expr], closing: str) -> Piece:
    if not elements:
        return opening + closing
    if len(elements) == 1 and opening == "(":
        return bracketed("(", (piece(elements[0]), ","), ")")
    return bracketed(opening, separated([piece(element) for element in elements]), closing)


def _dict(node: ast.Dict) -> Piece:
    if not node.keys:
        return "{}"
    items: list[Piece] = []
    for key, value in zip(node.keys, node.values, strict=True):
        items.append(Group((piece(key), ": ", piece(value))) if key is not None else Group(("**", piece(value))))
    return bracketed("{", separated(items), "}")


def _constant(node: ast.Constant) -> str:
    if isinstance(node.value, str):
        text = repr(node.value)
        return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text
    return ast.unparse(node)


def _tight(node: ast.expr, level: int, breaking: bool) -> Piece:
    """An expression, in brackets where it holds less tightly than the place needs."""
    if precedence(node) >= level and not (level == ATOM and _is_number(node)):
        return piece(node, breaking)
    return bracketed("(", (piece(node),), ")")


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float))


def _unary(node: ast.UnaryOp, breaking: bool) -> Piece:
    if isinstance(node.op, ast.Not):
        return Group(("not ", _tight(node.operand, _NOT, breaking)))
    sign = "-" if isinstance(node.op, ast.USub) else "~" if isinstance(node.op, ast.Invert) else "+"
    return Group((sign, _tight(node.operand, ATOM if isinstance(node.operand, ast.BinOp) else _UNARY, breaking)))


def _lambda(node: ast.Lambda) -> str:
    return f"lambda: {plain(node.body)}"


def _slice(node: ast.expr) -> Piece:
    if isinstance(node, ast.Tuple) and node.elts:
        return Group(separated([_slice(element) for element in node.elts]))
    if not isinstance(node, ast.Slice):
        return piece(node)
    simple = all(part is None or _is_simple_bound(part) for part in (node.lower, node.upper, node.step))
    colon = ":" if simple else " : "
    text = (plain(node.lower) if node.lower else "") + colon + (plain(node.upper) if node.upper else "")
    text += colon + plain(node.step) if node.step else ""
    return text.strip()


def _is_simple_bound(node: ast.expr) -> bool:
    return isinstance(node, (ast.Name, ast.Constant)) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.operand, (ast.Name, ast.Constant))
    )


def _comprehension(node: ast.GeneratorExp | ast.ListComp) -> Piece:
    opening, closing = "()" if isinstance(node, ast.GeneratorExp) else "[]"
    return bracketed(opening, _clauses(node), closing)


def _clauses(node: ast.GeneratorExp | ast.ListComp) -> tuple[Piece, ...]:
    parts: list[Piece] = [piece(node.elt)]
    for each in node.generators:
        target = plain(each.target)
        target = target[1:-1] if isinstance(each.target, ast.Tuple) else target
        parts += [Line(" "), f"for {target} in ", _tight(each.iter, _OR, True)]
        for test in each.ifs:
            parts += [Line(" "), "if ", _tight(test, _OR, True)]
    return (Group(tuple(parts)),)


# ---------------------------------------------------------------------------- operators


def flattened(node: ast.expr) -> Flat:
    """Operands and operators in order, as far as no brackets are needed."""
    out = Flat([], [])
    _flatten(node, 0, out)
    return out


def _flatten(node: ast.expr, level: int, out: Flat) -> None:
    if precedence(node) < level or not isinstance(node, (ast.BinOp, ast.BoolOp, ast.Compare)):
        out.operands.append(node if precedence(node) >= level else bracketed("(", (piece(node),), ")"))
        return
    if isinstance(node, ast.BoolOp):
        word, own = ("or", _OR) if isinstance(node.op, ast.Or) else ("and", _AND)
        for i, value in enumerate(node.values):
            if i:
                out.operators.append((word, own))
            _flatten(value, own + 1, out)
        return
    if isinstance(node, ast.Compare):
        _flatten(node.left, _COMPARING + 1, out)
        for op, right in zip(node.ops, node.comparators, strict=True):
            out.operators.append((_COMPARE[type(op)], _COMPARING))
            _flatten(right, _COMPARING + 1, out)
        return
    spine: list[ast.BinOp] = []  # a sum of thousands of terms leans to the left
    left: ast.expr = node
    while isinstance(left, ast.BinOp) and not isinstance(left.op, ast.Pow) and _stays(left, spine):
        spine.append(left)
        left = left.left
    if not spine:
        _power(node, out)
        return
    if isinstance(left, ast.BinOp) and _mixes_products(spine[-1], left):
        out.operands.append(bracketed("(", (piece(left),), ")"))
    else:
        _flatten(left, precedence(spine[-1]), out)
    for each in reversed(spine):
        sign, own = _BINARY[type(each.op)]
        out.operators.append((sign, own))
        _flatten(each.right, own + 1, out)


def _stays(left: ast.BinOp, spine: list[ast.BinOp]) -> bool:
    """Whether the left operand of what was met last needs no brackets."""
    return not spine or (precedence(left) >= precedence(spine[-1]) and not _mixes_products(spine[-1], left))


def _mixes_products(node: ast.BinOp, left: ast.expr) -> bool:
    """Whether brackets tell a matrix product from other ones, though Python needs none."""
    if not isinstance(left, ast.BinOp) or _BINARY[type(left.op)][1] != _BINARY[type(node.op)][1]:
        return False
    return isinstance(node.op, ast.MatMult) != isinstance(left.op, ast.MatMult)


def _power(node: ast.BinOp, out: Flat) -> None:
    """`x**2` hugs its operator where both operands are names or numbers."""
    right = node.right
    exponent = precedence(right) >= _UNARY
    if _is_name_or_number(node.left) and _is_simple(right):
        out.operands.append(f"{plain(node.left)}**{plain(right)}")
        return
    base = precedence(node.left) > _POWER
    out.operands.append(node.left if base else bracketed("(", (piece(node.left),), ")"))
    out.operators.append(("**", _POWER))
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Pow):
        _power(right, out)
    else:
        out.operands.append(right if exponent else bracketed("(", (piece(right),), ")"))


def _is_simple(node: ast.expr) -> bool:
    match node:
        case ast.UnaryOp():
            return not isinstance(node.op, ast.Not) and _is_name_or_number(node.operand)
        case _:
            return _is_name_or_number(node)


def _is_name_or_number(node: ast.expr) -> bool:
    match node:
        case ast.Name() | ast.Constant():
            return True
        case ast.Attribute():
            return _is_name_or_number(node.value)
        case _:
            return False


def _flat(chain: Flat, breaking: bool) -> Piece:
    """The loosest operators break together; what is between them is a group of its own."""

    def part(start: int, stop: int) -> Piece:
        if stop - start == 1:
            operand = chain.operands[start]
            return piece(operand, breaking) if isinstance(operand, ast.expr) else operand
        loosest = min(level for _, level in chain.operators[start : stop - 1])
        parts: list[Piece] = []
        begin = start
        for i in range(start, stop - 1):
            sign, level = chain.operators[i]
            if level == loosest:
                parts += [part(begin, i + 1), Line(" ") if breaking else " ", f"{sign} "]
                begin = i + 1
        return Group((*parts, part(begin, stop)))

    return part(0, len(chain.operands))
