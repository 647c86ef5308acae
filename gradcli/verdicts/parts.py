"""The parts of an expression, as written, that not every point gives a value to.

Expressions are simplified as they are built (`sqrt(x)**2` is x), so where one has a value is read off its writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.syntax import ast
from gradcli.verdicts.book import Book

_ONE = Fraction(1)
_PARTIAL = frozenset({*(row.name for row in SCALAR_FUNCTIONS.values() if row.domain.partial), "inv", "solve", "logdet"})


def partial_parts(book: Book, sides: list[ast.Expr], layout: str, names: list[Node]) -> list[Node]:
    """Parts of the sides, and of the definitions of these names, that have a value only at some points."""
    out: dict[Node, None] = {}
    wanted = {str(name.data[0]) for name in names if isinstance(name.data, tuple)}
    roots = [*sides]
    for statement in book.module.statements:
        if isinstance(statement, ast.Define) and statement.name.id in wanted:
            roots.append(statement.value)
    for root in roots:
        for part in _partial(root):
            node = book.reader.read(part, layout)
            if isinstance(node, Node) and node.args and not _unreadable(node):
                out[node] = None
    return list(out)


def _partial(root: ast.Expr) -> Iterator[ast.Expr]:
    """Subexpressions outside of the choices of a `where`, outermost first."""
    todo = [root]
    while todo:
        part = todo.pop()
        match part:
            case ast.Call() if part.fn == "where":
                todo.extend(part.args[:1])
                continue
            case ast.Call() if part.fn in ("grad", "jac", "hess"):
                continue
            case ast.Call():
                if part.fn in _PARTIAL:
                    yield part
                todo.extend(part.args)
            case ast.Neg() | ast.Transpose():
                todo.append(part.arg)
            case ast.Sum():
                todo.extend(part.terms)
            case ast.Product():
                todo.extend(part.factors)
                for op, factor in zip(part.ops, part.factors[1:], strict=True):
                    if op == "/" and not isinstance(factor, ast.Num):
                        yield ast.Power(factor.span, factor, ast.Neg(factor.span, ast.Num(factor.span, _ONE)))
            case ast.Compare():
                todo.extend((part.left, part.right))
            case ast.Power() | ast.MatPower():
                if not _is_count(part.exponent):
                    yield part
                todo.extend((part.base, part.exponent))
            case ast.Index():
                todo.append(part.base)
            case ast.ListLit():
                todo.extend(part.items)
            case ast.IndexSum():
                pass


def _is_count(exponent: ast.Expr) -> bool:
    """Whether a power with this exponent has a value everywhere."""
    return isinstance(exponent, ast.Num) and exponent.value.denominator == 1


def _unreadable(node: Node) -> bool:
    return any(part.op in ("grad", "jac", "hess", "prime", "loss", "param") for part in postorder(node))
