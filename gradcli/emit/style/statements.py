"""Lines of emitted code, each as formatters lay it out."""

from __future__ import annotations

import ast
import re

from gradcli.emit.style.expressions import ATOM, UnknownError, flattened, piece, plain, precedence, separated
from gradcli.emit.style.pieces import WIDTH, Bare, Group, IfBroken, Indent, Line, Piece, bracketed, lay_out

_SUSPECT = re.compile(r" \*\* |'|^\s*@")
_BRACKETED = re.compile(r"(?:= |return )(\(.*\))$")
_OPENING, _CLOSING = "([{", ")]}"


def styled(text: str) -> str:
    """A module's text, its lines within the width, its docstrings indented with their functions.

    What it computes is not changed; a line that no layout is known for stays as it is.
    """
    out: list[str] = []
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        stop = _docstring_end(lines, at)
        if stop is not None:
            out += _docstring(lines[at:stop])
        else:
            stop = _logical_end(lines, at)
            out += _statement(lines[at:stop])
        at = stop
    return "\n".join(out)


def _docstring_end(lines: list[str], at: int) -> int | None:
    begin = lines[at].lstrip()
    if not begin.startswith('"""'):
        return None
    if begin.count('"""') >= 2:
        return at + 1
    return next(i for i in range(at + 1, len(lines)) if '"""' in lines[i]) + 1


def _docstring(lines: list[str]) -> list[str]:
    """A docstring; its lines begin where its quotes stand, and what is deeper among them stays deeper."""
    indent = " " * (len(lines[0]) - len(lines[0].lstrip()))
    inside = [line for line in lines[1:-1] if line.strip()]
    common = min((len(line) - len(line.lstrip()) for line in inside), default=0)
    body = [(indent + line[common:]).rstrip() if line.strip() else "" for line in lines[1:-1]]
    return [lines[0].rstrip(), *body, *lines[-1:]] if len(lines) > 1 else lines


def _logical_end(lines: list[str], at: int) -> int:
    """Where the statement that begins at a line has all its brackets closed."""
    depth = 0
    for i in range(at, len(lines)):
        bare = re.sub(r'"[^"]*"', '""', lines[i])
        depth += sum(bare.count(bracket) for bracket in _OPENING) - sum(bare.count(bracket) for bracket in _CLOSING)
        if depth <= 0:
            return i + 1
    return len(lines)


def _statement(lines: list[str]) -> list[str]:
    if len(lines) == 1 and len(lines[0]) <= WIDTH and not _SUSPECT.search(lines[0]) and not _is_bracketed(lines[0]):
        return lines
    indent = len(lines[0]) - len(lines[0].lstrip())
    joined = " ".join(line.strip() for line in lines)
    try:
        return (" " * indent + lay_out(_pieces(joined), indent)).split("\n")
    except (SyntaxError, UnknownError, RecursionError, MemoryError):
        return lines


def _is_bracketed(line: str) -> bool:
    """Whether one pair of brackets holds the whole value of a statement."""
    found = _BRACKETED.search(line)
    if found is None:
        return False
    depth = 0
    for place, char in enumerate(found[1]):
        depth += (char in _OPENING) - (char in _CLOSING)
        if not depth:
            return place == len(found[1]) - 1
    return True


def _pieces(line: str) -> tuple[Piece, ...]:
    if line.startswith("@"):
        return ("@", piece(_expression(line[1:])))
    header = re.match(r"(el)?if |while |for |def |with ", line)
    if header is not None:
        body = line.removeprefix("el")
        return _header(ast.parse(f"{body} pass").body[0], line)
    (statement,) = ast.parse(line).body
    match statement:
        case ast.Assign():
            targets = [part for target in statement.targets for part in (_target(target), " = ")]
            return (*targets, _value(statement.value))
        case ast.AugAssign():
            sign = flattened(ast.BinOp(statement.target, statement.op, statement.value)).operators[0][0]
            return (f"{plain(statement.target)} {sign}= ", _value(statement.value))
        case ast.Return():
            return ("return ", _value(statement.value)) if statement.value is not None else ("return",)
        case ast.Expr():
            return (_value(statement.value),)
        case ast.Raise():
            if statement.exc is not None and statement.cause is None:
                return ("raise ", _value(statement.exc))
    raise UnknownError(line)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _unbracketed(node: ast.expr) -> str:
    text = plain(node)
    return text[1:-1] if isinstance(node, ast.Tuple) and len(node.elts) > 1 else text


def _target(node: ast.expr) -> Piece:
    """What is assigned to; several names in brackets where they do not fit."""
    if not isinstance(node, ast.Tuple) or len(node.elts) < 2:
        return piece(node)
    items = separated([piece(element) for element in node.elts])
    return Group((IfBroken("("), Indent((Line(), *items)), Line(), IfBroken(")")))


def _header(statement: ast.stmt, line: str) -> tuple[Piece, ...]:
    match statement:
        case ast.If() | ast.While():
            return (line.split(" ", 1)[0] + " ", _value(statement.test), ":")
        case ast.For():
            return (f"for {_unbracketed(statement.target)} in ", _value(statement.iter), ":")
        case ast.FunctionDef():
            return (f"def {statement.name}", _parameters(statement.args), ":")
        case _:
            raise UnknownError(line)


def _parameters(args: ast.arguments) -> Piece:
    items: list[str] = []
    first_default = len(args.args) - len(args.defaults)
    for i, arg in enumerate(args.args):
        items.append(f"{arg.arg}={plain(args.defaults[i - first_default])}" if i >= first_default else arg.arg)
    if args.vararg:
        items.append(f"*{args.vararg.arg}")
    elif args.kwonlyargs:
        items.append("*")
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        items.append(f"{arg.arg}={plain(default)}" if default is not None else arg.arg)
    if args.kwarg:
        items.append(f"**{args.kwarg.arg}")
    if args.posonlyargs:
        raise UnknownError("positional parameters")
    if not items:
        return "()"
    return bracketed("(", (Group(separated(items)),), ")")


def _value(node: ast.expr) -> Piece:
    """What a statement ends with: in brackets where it has none to break in."""
    if precedence(node) == ATOM:
        return piece(node, False)
    inner = node
    while isinstance(inner, ast.UnaryOp):
        inner = inner.operand
    if isinstance(node, ast.Lambda):
        return piece(node)
    if inner is not node and (precedence(inner) == ATOM or precedence(inner) < precedence(node) or _is_power(inner)):
        return piece(node, False)
    enclosed = _enclosed(node)
    return Bare(piece(node, False), enclosed) if _may_stay_bare(node) else enclosed


def _is_power(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)


def _enclosed(node: ast.expr) -> Piece:
    """In brackets where it does not fit on the line."""
    return Group((IfBroken("("), Indent((Line(), piece(node))), Line(), IfBroken(")")))


def _may_stay_bare(node: ast.expr) -> bool:
    """Whether the loosest operator stands once, beside something with brackets to break in at either end."""
    if isinstance(node, ast.UnaryOp):
        return not isinstance(node.op, ast.Not) and _may_stay_bare(node.operand)
    if isinstance(node, ast.IfExp):
        return False
    if not isinstance(node, (ast.BinOp, ast.BoolOp, ast.Compare)):
        return isinstance(node, (ast.Call, ast.Subscript))
    chain = flattened(node)
    if not chain.operators:
        return False
    loosest = min(level for _, level in chain.operators)
    if sum(level == loosest for _, level in chain.operators) > 1:
        return False
    last = chain.operands[-1]
    while isinstance(last, ast.UnaryOp):
        last = last.operand
        if isinstance(last, ast.BinOp):
            return True
    return _begins_with_brackets(chain.operands[0]) or _has_brackets(last)


def _begins_with_brackets(operand: ast.expr | Piece) -> bool:
    """Whether an operand's first character is an opening bracket."""
    if isinstance(operand, ast.UnaryOp):
        return False
    while isinstance(operand, (ast.Attribute, ast.Call, ast.Subscript)):
        operand = operand.func if isinstance(operand, ast.Call) else operand.value
    if not isinstance(operand, ast.expr):
        return isinstance(operand, Group)
    return precedence(operand) < ATOM or _has_brackets(operand)


def _has_brackets(operand: ast.expr | Piece) -> bool:
    match operand:
        case ast.Call():
            return bool(operand.args or operand.keywords)
        case ast.List() | ast.Tuple():
            return bool(operand.elts)
        case Group():
            return True
        case _:
            return False
