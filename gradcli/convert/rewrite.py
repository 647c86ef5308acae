"""Which formulas depend on the layout, and how they are written in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gradcli.convert.turn import Turner
from gradcli.expr.node import Node
from gradcli.expr.shapes import Shape
from gradcli.program.layouts import is_cell, is_transposed
from gradcli.program.reader import Reader
from gradcli.syntax import ast
from gradcli.syntax.ast import Span
from gradcli.syntax.unparse import unparse
from gradcli.verdicts.hints.sites import Site, sites

_NOWHERE = Span(0, 0)
_SAME_OF_TRANSPOSES = frozenset(["det", "tr", "logdet"])  # what these are of, no layout changes


@dataclass(frozen=True, slots=True)
class Change:
    """New text for a range of the old one."""

    span: Span
    text: str


class Rewriter:
    """Rewrites expressions of one program from the layout in force at each into `target`; `write` spells them."""

    def __init__(self, reader: Reader, text: str, target: str, write: Callable[..., str] = unparse) -> None:
        self._write = write
        self._reader = reader
        self._text = text
        self._target = target

    def statement(self, sides: tuple[ast.Expr, ...], layout: str, plainly: bool = False) -> list[Change]:
        """The changed sides of a check; `plainly` only names the old layout in each derivative.

        Where one side is a derivative and no more, the whole statement is turned round, unless it is about a gradient,
        which has one shape in every layout; else each derivative in it.
        """
        if not any(self._depends(side, layout) for side in sides):
            return []
        fixed = isinstance(sides[0], ast.Call) and sides[0].fn == "grad"
        if not plainly and not fixed and any(self._turns(side, layout) for side in sides):
            return [c for side in sides for c in self._whole(side, layout)]
        return [c for side in sides for c in self.definition(side, layout, plainly)]

    def definition(self, value: ast.Expr, layout: str, plainly: bool = False) -> list[Change]:
        """Each derivative of an expression, such that it has the value that it had."""
        return [self._in_place(site, layout, plainly) for site in self._derivatives(value, layout)]

    def depends(self, side: ast.Expr, layout: str) -> bool:
        """Whether the new layout changes a derivative in an expression."""
        return self._depends(side, layout)

    def turns(self, side: ast.Expr, layout: str) -> bool:
        """Whether an expression is a derivative, no more, that the new layout transposes."""
        return self._turns(side, layout)

    def sites(self, root: ast.Expr, layout: str) -> list[ast.Expr]:
        """The derivatives in an expression that the new layout changes."""
        return [site.expr for site in self._derivatives(root, layout)]

    def is_scalar(self, side: ast.Expr) -> bool:
        """Whether an expression is a number in the new layout, or zero."""
        node = self._node(side)
        return node is not None and not node.shape

    def _in_place(self, site: Site, layout: str, plainly: bool) -> Change:
        call = site.expr
        if plainly or not self._turns(call, layout):
            return Change(call.span, self._write(_named(call, layout), self._kept(call, whole=False)))
        if isinstance(site.parent, ast.Transpose):
            text = self._text[call.span.start : call.span.end]
            return Change(site.parent.span, self._write(call, {id(call): text}))
        return Change(call.span, self._write(ast.Transpose(_NOWHERE, call), self._kept(call)))

    # -------------------------------------------------------------------- reading

    def _derivatives(self, root: ast.Expr, layout: str) -> Iterator[Site]:
        """The derivatives without a layout of their own whose value the new layout changes."""
        for site in sites(root, everywhere=True):
            call = site.expr
            if (
                isinstance(site.parent, ast.Call)
                and site.parent.fn in _SAME_OF_TRANSPOSES
                and self._turns(call, layout)
            ):
                continue
            if isinstance(call, ast.Call) and call.fn == "jac" and not call.kwargs and len(call.args) == 2:
                shapes = self._shapes(call, layout)
                if shapes is None or self._changes(*shapes, layout):
                    yield site

    def _depends(self, side: ast.Expr, layout: str) -> bool:
        return any(True for _ in self._derivatives(side, layout))

    def _shapes(self, call: ast.Expr, layout: str) -> tuple[Shape, Shape] | None:
        node = self._reader.read(call, layout)
        return (node.args[0].shape, node.args[1].shape) if isinstance(node, Node) and node.op == "jac" else None

    def _changes(self, of: Shape, wrt: Shape, layout: str) -> bool:
        if not of and not wrt:
            return False
        return is_transposed(of, wrt, layout) != is_transposed(of, wrt, self._target)

    def _turns(self, side: ast.Expr, layout: str) -> bool:
        """Whether a side is a derivative, no more, that the new layout transposes."""
        if not (isinstance(side, ast.Call) and any(site.expr is side for site in self._derivatives(side, layout))):
            return False
        shapes = self._shapes(side, layout)
        return shapes is not None and is_cell(*shapes)

    # -------------------------------------------------------------------- writing

    def _whole(self, side: ast.Expr, layout: str) -> Iterator[Change]:
        """The side turned round, its derivatives being in the new layout."""
        if self._turns(side, layout):
            return
        said = side
        for site in list(self._derivatives(side, layout))[::-1]:
            call = site.expr
            said = _put(
                said, call, ast.Transpose(_NOWHERE, call) if self._turns(call, layout) else _named(call, layout)
            )
        turned = Turner(self._node).turned(said)
        if unparse(turned) != unparse(side):
            text = self._text[side.span.start : side.span.end]
            tight = "".join(op for op in "@*/" if op in text and f" {op} " not in text)
            yield Change(side.span, self._write(turned, self._kept(side, whole=False), tight))

    def _node(self, part: ast.Expr) -> Node | None:
        node = self._reader.read(part, self._target)
        return node if isinstance(node, Node) else None

    def _kept(self, root: ast.Expr, whole: bool = True) -> dict[int, str]:
        """The text of every part as it was written, where it stands on one line; of the `whole` too, or not."""
        kept = {}
        places: set[ast.Span] = set()  # of `A^{-T}` the inverse in it stands nowhere by itself
        for site in sites(root, everywhere=True):
            if site.expr.span in places:
                continue
            places.add(site.expr.span)
            text = self._text[site.expr.span.start : site.expr.span.end]
            if text and "\n" not in text and "#" not in text and (whole or site.expr is not root):
                kept[id(site.expr)] = text
        return kept


def _named(call: ast.Expr, layout: str) -> ast.Expr:
    """The derivative with the layout said."""
    assert isinstance(call, ast.Call)
    return replace(call, kwargs=(*call.kwargs, ("layout", ast.Name(_NOWHERE, layout))))


def _put(root: ast.Expr, old: ast.Expr, new: ast.Expr) -> ast.Expr:
    """The expression with one of its parts replaced."""
    return next(site.put(new) for site in sites(root, everywhere=True) if site.expr is old)
