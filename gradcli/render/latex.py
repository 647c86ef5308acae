"""Expressions as LaTeX mathematics; needs amsmath and amssymb alone."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import ClassVar

from gradcli.expr.node import Node, value_of
from gradcli.expr.shapes import Shape
from gradcli.expr.walk import postorder
from gradcli.render.latex_names import latex_dim, latex_function, latex_name
from gradcli.render.mathematics import Mathematics, Signs
from gradcli.render.notation import Child, Form, Level, Piece, primes
from gradcli.render.numbers import coefficient, decimal, digits
from gradcli.render.parts import Names, Quotient, is_reciprocal

_WORD = re.compile(r"[a-z]+")


def latex(node: Node, names: Names | None = None, variables: Collection[str] = ()) -> str:
    r"""LaTeX mathematics without dollars; `names` stand for the nodes they are given for.

    `variables` are the names of the program's values: a dimension with such a name is told apart.
    """
    return LatexNotation(names, variables).render(node)


class LatexNotation(Mathematics):
    """amsmath."""

    squared: ClassVar[str] = "^{2}"
    gap: ClassVar[str] = " "
    signs: ClassVar[Signs] = Signs(
        minus="-",
        times=r"\cdot",
        hadamard=r"\odot",
        hadamard_divide=r"\oslash",
        kron=r"\otimes",
        less="<",
        less_equal=r"\le",
        greater=">",
        greater_equal=r"\ge",
        transpose=r"^{\top}",
        inverse="^{-1}",
        inverse_transpose=r"^{-\top}",
        nabla=r"\nabla",
        pi=r"\pi",
        infinity=r"\infty",
        norm=(r"\lVert ", r" \rVert"),
        frobenius="_{F}",
        one_norm="_{1}",
        two_norm="_{2}",
        nuclear="_{*}",
        pseudoinverse="^{+}",
        one=r"\mathbf{1}",
        delta=r"\delta",
        sigma=r"\textstyle\sum",
    )

    def prepare(self, root: Node) -> None:
        """Find what is taller than a line, so that brackets around it grow."""
        self.tall: set[int] = set()
        for node in postorder(root):
            if node not in self.names and (
                self._is_fraction(node) or any(arg.serial in self.tall for arg in node.args)
            ):
                self.tall.add(node.serial)

    def _is_fraction(self, node: Node) -> bool:
        value = value_of(node)
        if value is not None:
            return value.denominator != 1 and coefficient(abs(value))[1] != 1
        if node.op == "pow":
            return is_reciprocal(node, self.names) and not node.shape
        return node.op in ("stack", "jac")

    def brackets(self, node: Node) -> tuple[str, str]:
        left, right = super().brackets(node)
        return (rf"\left{left} ", rf" \right{right}") if node.serial in self.tall else (left, right)

    def call(self, name: str, args: tuple[Node, ...], options: tuple[str, ...] = ()) -> Form:
        form = super().call(name, args, tuple(_WORD.sub(r"\\mathrm{\g<0>}", option) for option in options))
        if any(arg.serial in self.tall for arg in args):
            inner = form.pieces[2:-1]
            return Form(Level.ATOM, [name, r"\left( ", *inner, r" \right)"])
        return form

    # ------------------------------------------------------------------ names

    def identifier(self, name: str) -> str:
        return latex_name(name)

    def function(self, name: str) -> str:
        return r"\mathrm{e}" if name == "e" else latex_function(name)

    def subscript(self, text: str) -> str:
        return f"_{{{text}}}"

    def sizes(self, shape: Shape) -> str:
        return r" \times ".join(map(latex_dim, shape))

    # ------------------------------------------------- numbers and fractions

    def op_num(self, node: Node, unsigned: bool) -> Form:
        value = value_of(node)
        assert value is not None
        sign = "-" if value < 0 and not unsigned else ""
        written = self._decimal(decimal(abs(value))) if value else "0"
        if written is not None:
            loose = sign or "cdot" in written
            level = Level.PRODUCT if loose else Level.POSTFIX if "^" in written else Level.ATOM
            return Form(level, [sign + written])
        top, bottom = digits(abs(value.numerator)), digits(value.denominator)
        return Form(Level.PRODUCT, [rf"{sign}\frac{{{top}}}{{{bottom}}}"])

    def _decimal(self, written: str | None) -> str | None:
        if written is None or "e" not in written:
            return written
        mantissa, exponent = written.split("e")
        power = f"10^{{{exponent}}}"
        return power if mantissa == "1" else rf"{mantissa} \cdot {power}"

    def product(self, front: str, factors: tuple[Node, ...], closed: bool = False) -> list[Piece]:  # type: ignore[override]
        return super().product(self._decimal(front) or "", factors, closed)

    def fraction(self, sign: str, parts: Quotient, front: str, under: str) -> Form:
        scalars = tuple(factor for factor in parts.top if not factor.shape)
        arrays = tuple(factor for factor in parts.top if factor.shape)
        below_scalars = tuple(factor for factor in parts.bottom if not factor.shape)
        below_arrays = tuple(factor for factor in parts.bottom if factor.shape)
        single = len(arrays) == 1 and arrays[0].op in ("var", "cotangent", "stop", "elem")
        if single and not scalars and not below_arrays and not front:
            scalars, arrays = arrays, ()  # x / 2 rather than (1/2) x
        pieces: list[Piece] = [sign]
        if under or below_scalars:
            over = self.product(front, scalars) or ["1"]
            alone = len(below_scalars) == 1 and not under
            below: list[Piece] = [Child(below_scalars[0], Level.ANY)] if alone else self.product(under, below_scalars)
            pieces += [r"\frac{", *over, "}{", *below, "}"]
        else:
            pieces += self.product(front, scalars)
        if arrays or below_arrays:
            pieces += [" "] * (len(pieces) > 1)
            pieces += self.product("", arrays, closed=bool(below_arrays))
        if below_arrays:
            pieces += [] if len(pieces) > 1 else ["1"]
            pieces += [rf" {self.signs.hadamard_divide} "]
            single = len(below_arrays) == 1
            pieces += [Child(below_arrays[0], Level.POWER)] if single else ["(", *self.product("", below_arrays), ")"]
        return Form(Level.PRODUCT, pieces)

    # ------------------------------------------------------ powers and roots

    def superscript(self, node: Node, elementwise: bool) -> list[Piece]:
        mark = r"\odot " if elementwise else ""
        value = value_of(node)
        if value is not None and decimal(abs(value)) is None and node not in self.names:
            return [f"^{{{mark}{digits(value.numerator)}/{digits(value.denominator)}}}"]
        return [f"^{{{mark}", Child(node, Level.ANY), "}"]

    def op_mpow(self, node: Node) -> Form:
        base, exponent = self.matrix_power(node)
        return Form(Level.POSTFIX, [Child(base, Level.ATOM), f"^{{{exponent}}}"])

    def op_matrix_power(self, node: Node) -> Form:
        return Form(Level.POSTFIX, [Child(node.args[0], Level.ATOM), "^{", Child(node.args[1], Level.ANY), "}"])

    def root(self, base: Node) -> Form:
        return Form(Level.ATOM, [r"\sqrt{", Child(base, Level.ANY), "}"])

    # ------------------------------------------------------------- functions

    def op_elem(self, node: Node) -> Form:
        if primes(node) == ("abs", 0):
            return Form(Level.ATOM, [r"\lvert ", Child(node.args[0], Level.ANY), r" \rvert"])
        return super().op_elem(node)

    def op_expm_frechet(self, node: Node) -> Form:
        return self.call(r"L_{\exp}", node.args)

    def op_logdet(self, node: Node) -> Form:
        inner = self.call(r"\det", node.args)
        return Form(Level.ATOM, [r"\log \lvert ", *inner.pieces, r" \rvert"])

    def op_unit(self, node: Node) -> Form:
        assert isinstance(node.data, tuple)
        letter = "e" if len(node.shape) == 1 else "E"
        return self.atom(rf"\mathbf{{{letter}}}_{{{','.join(map(str, node.data))}}}")

    def op_entry(self, node: Node) -> Form:
        assert isinstance(node.data, tuple)
        index = f"_{{{','.join(map(str, node.data))}}}"
        return Form(Level.ATOM, self.indexed(node.args[0], index))

    index_brackets: ClassVar[tuple[str, str]] = (r"\left[ ", r" \right]")

    def indexed(self, node: Node, suffix: str) -> list[Piece]:
        written = self.form(node).pieces
        if len(written) == 1 and isinstance(written[0], str) and "_" not in written[0]:
            return [written[0], suffix]
        return ["{", Child(node, Level.ATOM), "}", suffix]  # it may have an index already

    def op_stack(self, node: Node) -> Form:
        columns = int(node.shape[1]) if len(node.shape) == 2 else 1
        pieces: list[Piece] = [r"\begin{bmatrix} "]
        for index, arg in enumerate(node.args):
            if index:
                pieces.append(" & " if index % columns else r" \\ ")
            pieces.append(Child(arg, Level.ANY))
        return Form(Level.ATOM, [*pieces, r" \end{bmatrix}"])

    def partial(self, of: Node, wrt: Node) -> Form:
        pieces: list[Piece] = [
            r"\frac{\partial ",
            Child(of, Level.ATOM),
            r"}{\partial ",
            Child(wrt, Level.ATOM),
            "}",
        ]
        return Form(Level.POWER, pieces)
