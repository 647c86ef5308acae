"""The transpose of an expression, as one would write it: pushed down to the names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gradcli.expr.linear import transpose
from gradcli.expr.node import Node
from gradcli.program.functions import ELEMENTWISE
from gradcli.syntax import ast
from gradcli.syntax.ast import Span
from gradcli.syntax.unparse import unparse

_NOWHERE = Span(0, 0)
_THROUGH = frozenset(ELEMENTWISE) | {"inv", "adj", "max", "min", "stop"}
Shape = Callable[[ast.Expr], Node | None]


class Turner:
    """`node_of` reads a part of the expression; None where it cannot be read on its own."""

    def __init__(self, node_of: Shape) -> None:
        self._node_of = node_of

    def turned(self, e: ast.Expr) -> ast.Expr:
        """An expression for the transpose."""
        if self._is_own_transpose(e):
            return e
        match e:
            case ast.Transpose():
                return e.arg
            case ast.Neg():
                return replace(e, arg=self.turned(e.arg))
            case ast.Sum():
                return self._shorter(replace(e, terms=tuple(map(self.turned, e.terms))), e)
            case ast.Product():
                return self._product(e)
            case ast.MatPower():
                return replace(e, base=self.turned(e.base))
            case ast.Power():
                return replace(e, base=self.turned(e.base), exponent=self.turned(e.exponent))
            case ast.Call():
                return self._call(e)
            case ast.ListLit() if all(isinstance(item, ast.ListLit) for item in e.items):
                return _literal(e)
        return ast.Transpose(_NOWHERE, e)

    def _is_own_transpose(self, e: ast.Expr) -> bool:
        node = self._node_of(e)
        return node is not None and (not node.shape or (len(node.shape) == 2 and transpose(node) is node))

    def _is_scalar(self, e: ast.Expr) -> bool:
        node = self._node_of(e)
        return node is not None and not node.shape

    def _call(self, e: ast.Call) -> ast.Expr:
        if e.fn in ("ones", "zeros") and len(e.args) == 2:
            return replace(e, args=e.args[::-1])
        if e.fn == "outer":
            return replace(e, args=e.args[::-1])
        node = self._node_of(e)
        if node is not None and len(node.shape) == 2:
            if e.fn in _THROUGH and not e.kwargs:
                return replace(e, args=tuple(map(self.turned, e.args)))
            if e.fn == "kron":
                return replace(e, args=tuple(map(self.turned, e.args)))
        return ast.Transpose(_NOWHERE, e)

    def _product(self, e: ast.Product) -> ast.Expr:
        """Factors in the other order, each turned; scalars stay in front, divisors at the end."""
        arrays = [i for i, factor in enumerate(e.factors) if not self._is_scalar(factor)]
        between = {e.ops[i - 1] for i in arrays if i and any(j < i for j in arrays)}
        if between <= {"@"} and self._scalars_scale(e, arrays):
            return self._chain(e, arrays)
        if between <= {"*", "/"}:
            return self._shorter(replace(e, factors=tuple(map(self.turned, e.factors))), e)
        return self._folded(e)

    def _scalars_scale(self, e: ast.Product, arrays: list[int]) -> bool:
        return all(i in arrays or not i or e.ops[i - 1] in "*/" for i in range(len(e.factors)))

    def _chain(self, e: ast.Product, arrays: list[int]) -> ast.Expr:
        front = [i for i in range(len(e.factors)) if i not in arrays and (not i or e.ops[i - 1] == "*")]
        under = [i for i in range(len(e.factors)) if i not in arrays and i and e.ops[i - 1] == "/"]
        factors: list[ast.Expr] = [e.factors[i] for i in front]
        ops = ["*"] * len(factors)
        for i in reversed(arrays):
            factors.append(self.turned(e.factors[i]))
            ops.append("@")
        ops.pop()
        factors += [e.factors[i] for i in under]
        ops += ["/"] * len(under)
        return factors[0] if len(factors) == 1 else ast.Product(_NOWHERE, tuple(factors), tuple(ops))

    def _shorter(self, pushed: ast.Expr, e: ast.Expr) -> ast.Expr:
        """`A.T + B.T` for matrices; for lists `(a * b).T` where that has fewer transposes."""
        node = self._node_of(e)
        whole = ast.Transpose(_NOWHERE, e)
        if node is not None and len(node.shape) == 2 and 1 not in node.shape:
            return pushed
        return pushed if unparse(pushed).count(".T") <= unparse(whole).count(".T") else whole

    def _folded(self, e: ast.Product) -> ast.Expr:
        """Read from the left, two by two."""
        out = self.turned(e.factors[0])
        for op, factor in zip(e.ops, e.factors[1:], strict=True):
            other = self.turned(factor)
            pair = (other, out) if op == "@" else (out, other)
            out = ast.Product(_NOWHERE, pair, (op,))
        return out


def _literal(e: ast.ListLit) -> ast.Expr:
    rows = [item.items for item in e.items if isinstance(item, ast.ListLit)]
    columns = list(zip(*rows, strict=True))
    if len(rows) == 1:
        return ast.ListLit(_NOWHERE, rows[0])
    return ast.ListLit(_NOWHERE, tuple(ast.ListLit(_NOWHERE, column) for column in columns))
