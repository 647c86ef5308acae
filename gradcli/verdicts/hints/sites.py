"""The places in an expression at which something may be changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from gradcli.syntax import ast
from gradcli.syntax.unparse import unparse

Rebuild = Callable[[ast.Expr], ast.Expr]
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True, slots=True)
class Site:
    """A subexpression; `put(new)` is the whole with another in its place.

    `parent` and `index` say which operand of which operation it is.
    """

    expr: ast.Expr
    put: Rebuild
    parent: ast.Expr | None = None
    index: int = 0

    @property
    def told(self) -> str:
        """`the second factor X`, `the term A @ x`, or the text alone."""
        text = unparse(self.expr)
        if isinstance(self.parent, ast.Product) and self.index < len(_ORDINALS):
            return f"the {_ORDINALS[self.index]} factor {text}"
        if isinstance(self.parent, ast.Sum):
            return f"the term {text}"
        return text


def sites(root: ast.Expr, everywhere: bool = False) -> Iterator[Site]:
    """Every place of an expression, outermost first, left to right; inside of a derivative only if `everywhere`."""
    todo = [Site(root, lambda new: new)]
    while todo:
        site = todo.pop()
        yield site
        todo.extend(reversed(list(_below(site, everywhere))))


def _below(site: Site, everywhere: bool) -> Iterator[Site]:
    expr, put = site.expr, site.put

    def child(index: int, part: ast.Expr, rebuild: Rebuild) -> Site:
        return Site(part, lambda new: put(rebuild(new)), expr, index)

    match expr:
        case ast.Neg() | ast.Transpose() | ast.LastTwoTurned():
            yield child(0, expr.arg, lambda new: replace(expr, arg=new))
        case ast.Sum():
            for i, part in enumerate(expr.terms):
                yield child(i, part, partial(_put, expr, "terms", i))
        case ast.Product():
            for i, part in enumerate(expr.factors):
                yield child(i, part, partial(_product, expr, i))
        case ast.Compare():
            yield child(0, expr.left, lambda new: replace(expr, left=new))
            yield child(1, expr.right, lambda new: replace(expr, right=new))
        case ast.Power() | ast.MatPower():
            yield child(0, expr.base, lambda new: replace(expr, base=new))
            yield child(1, expr.exponent, lambda new: expr.base if _is_one(new) else replace(expr, exponent=new))
        case ast.Call() if everywhere or expr.fn not in ("grad", "jac", "hess"):
            for i, part in enumerate(expr.args):
                yield child(i, part, partial(_put, expr, "args", i))
        case ast.IndexSum() if everywhere:
            yield child(0, expr.body, lambda new: replace(expr, body=new))
        case ast.Index() if everywhere:
            yield child(0, expr.base, lambda new: replace(expr, base=new))
        case ast.ListLit():
            for i, part in enumerate(expr.items):
                yield child(i, part, partial(_put, expr, "items", i))


def _put(expr: ast.Expr, field: str, index: int, new: ast.Expr) -> ast.Expr:
    """The expression with another part in one of its lists."""
    changes: dict[str, Any] = {field: _with(getattr(expr, field), index, new)}
    return replace(expr, **changes)


def _is_one(expr: ast.Expr) -> bool:
    return isinstance(expr, ast.Num) and expr.value == 1


def _product(expr: ast.Product, index: int, new: ast.Expr) -> ast.Expr:
    """The product with another factor; one that is 1 is not written."""
    op = max(index - 1, 0)
    if not _is_one(new) or (not index and expr.ops[0] == "/"):
        return replace(expr, factors=_with(expr.factors, index, new))
    factors = (*expr.factors[:index], *expr.factors[index + 1 :])
    return replace(expr, factors=factors, ops=(*expr.ops[:op], *expr.ops[op + 1 :])) if len(factors) > 1 else factors[0]


def _with(parts: tuple[ast.Expr, ...], index: int, new: ast.Expr) -> tuple[ast.Expr, ...]:
    return (*parts[:index], new, *parts[index + 1 :])
