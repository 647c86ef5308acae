"""The notations of the steps: text and LaTeX, with leaves that are written already."""

from __future__ import annotations

from typing import ClassVar

from gradcli.expr.node import Node, make
from gradcli.expr.shapes import Shape
from gradcli.render.latex import LatexNotation
from gradcli.render.notation import Child, Form, Level, Piece
from gradcli.render.text import TextNotation

_CLOSED = "*"  # marks a derivative that is not carried out yet
_MARK = "\0"  # what starts the name of a leaf that is written already; no name of the language does


def written_leaf(text: str, level: Level = Level.ATOM, shape: Shape = ()) -> Node:
    """A leaf that stands for a text, which binds as `level` says."""
    return make("var", data=(f"{_MARK}{int(level)}{text}", ()), shape=shape)


def _leaf_form(node: Node) -> Form | None:
    name = str(node.data[0]) if isinstance(node.data, tuple) else ""
    return Form(Level(int(name[1])), [name[2:]]) if name.startswith(_MARK) else None


class StepText(TextNotation):
    """Unicode text."""

    def op_var(self, node: Node) -> Form:
        return _leaf_form(node) or super().op_var(node)

    def op_jac(self, node: Node) -> Form:
        if node.data != _CLOSED and node.args[0].op != "cotangent":
            return super().op_jac(node)
        expr, by = node.args
        before, after = ("∂", "/∂") if expr.op == "var" else ("∂(", ")/∂")
        return Form(Level.ATOM, [before, Child(expr, Level.ANY), after, Child(by, Level.ATOM)])

    def op_hess(self, node: Node) -> Form:
        of, first, second = node.args
        if first is second:
            return super().op_hess(node)
        parts: list[Piece] = [
            "∂²",
            Child(of, Level.ATOM),
            "/∂",
            Child(first, Level.ATOM),
            "∂",
            Child(second, Level.ATOM),
        ]
        return Form(Level.PRODUCT, parts)

    def slope(self, top: str, bottom: str, over: bool = False, order: str = "") -> str:
        """`∂top/∂bottom`; with `over` the top stands in brackets."""
        return f"∂({top})/∂{bottom}" if over else f"∂{order}{top}/∂{bottom}"

    def total(self, letters: str) -> str:
        """The sign of a sum over letters."""
        return f"Σ_{letters} "

    def iverson(self, left: str, sign: str, right: str) -> str:
        """1 where it holds, else 0."""
        return f"[{left} {sign} {right}]"


class StepPlain(StepText):
    """Text that is to be written in ASCII, where `x^2` of a vector could not be typed: `x**2`."""

    marks_powers: ClassVar[bool] = True


class StepLatex(LatexNotation):
    """amsmath."""

    def _is_fraction(self, node: Node) -> bool:
        leaf = _leaf_form(node) if node.op == "var" else None
        return r"\frac" in str(leaf.pieces[0]) if leaf is not None else super()._is_fraction(node)

    def op_var(self, node: Node) -> Form:
        return _leaf_form(node) or super().op_var(node)

    def op_jac(self, node: Node) -> Form:
        if node.data != _CLOSED and node.args[0].op != "cotangent":
            return super().op_jac(node)
        expr, by = node.args
        if expr.op == "var":
            pieces: list[Piece] = [
                r"\frac{\partial ",
                Child(expr, Level.ATOM),
                r"}{\partial ",
                Child(by, Level.ATOM),
                "}",
            ]
            return Form(Level.ATOM, pieces)
        before: list[Piece] = [r"\frac{\partial}{\partial ", Child(by, Level.ATOM), r"} \left( "]
        return Form(Level.ATOM, [*before, Child(expr, Level.ANY), r" \right)"])

    def op_hess(self, node: Node) -> Form:
        of, first, second = node.args
        if first is second:
            return super().op_hess(node)
        top: list[Piece] = [r"\frac{\partial^{2} ", Child(of, Level.ATOM), r"}{\partial ", Child(first, Level.ATOM)]
        return Form(Level.ATOM, [*top, r" \, \partial ", Child(second, Level.ATOM), "}"])

    def slope(self, top: str, bottom: str, over: bool = False, order: str = "") -> str:
        """`∂top/∂bottom`; with `over` the top stands in brackets."""
        if over:
            return rf"\frac{{\partial}}{{\partial {bottom}}} \Bigl( {top} \Bigr)"
        power = "^{2}" if order else ""
        return rf"\frac{{\partial{power} {top}}}{{\partial {bottom}}}"

    def total(self, letters: str) -> str:
        """The sign of a sum over letters."""
        return rf"\sum_{{{letters}}} "

    def iverson(self, left: str, sign: str, right: str) -> str:
        """1 where it holds, else 0."""
        return rf"[{left} {sign} {right}]"


StepNotation = StepText | StepLatex

__all__ = ["StepLatex", "StepNotation", "StepPlain", "StepText", "written_leaf"]
