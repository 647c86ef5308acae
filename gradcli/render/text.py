"""Expressions as Unicode mathematics, for people: `Wᵀ (∇_y f ⊙ g'(u))`."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from gradcli.expr.node import Node, value_of
from gradcli.expr.shapes import Shape
from gradcli.render.mathematics import Mathematics, Signs
from gradcli.render.mc import McNotation
from gradcli.render.notation import Child, Form, Level, Piece
from gradcli.render.numbers import decimal, digits
from gradcli.render.parts import Names, Quotient

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def text(node: Node, names: Names | None = None, variables: Collection[str] = ()) -> str:
    """One line of mathematics; `names` stand for the nodes they are given for.

    `variables` are the names of the program's values: a dimension or constant with such a name is told apart.
    """
    return TextNotation(names, variables).render(node)


class TextNotation(Mathematics):
    """Unicode on one line."""

    squared: ClassVar[str] = "²"
    gap: ClassVar[str] = ""
    marks_powers: ClassVar[bool] = False  # whether `x²` of a vector is marked too
    marks_vectors: ClassVar[bool] = True  # so that what is printed may be typed
    signs: ClassVar[Signs] = Signs(
        minus="−",
        times="·",
        hadamard="⊙",
        hadamard_divide="⊘",
        kron="⊗",
        less="<",
        less_equal="≤",
        greater=">",
        greater_equal="≥",
        transpose="ᵀ",
        inverse="⁻¹",
        inverse_transpose="⁻ᵀ",
        nabla="∇",
        pi="π",
        infinity="∞",
        norm=("‖", "‖"),
        frobenius="_F",
        one_norm="₁",
        two_norm="₂",
        nuclear="_*",
        pseudoinverse="⁺",
        one="1",
        delta="δ",
        sigma="Σ",
    )

    def identifier(self, name: str) -> str:
        return name if name.isidentifier() else f"({name})"

    def subscript(self, text: str) -> str:
        return f"_{text}"

    def sizes(self, shape: Shape) -> str:
        written = "×".join(str(dim).replace("*", "·") for dim in shape)
        return written if written.isalnum() else f"({written})"

    def superscript(self, node: Node, elementwise: bool) -> list[Piece]:
        value = value_of(node)
        if not elementwise and value is not None and value.denominator == 1 and value >= 0:
            return [digits(value.numerator).translate(_SUPERSCRIPTS)]
        return ["^⊙" if elementwise else "^", Child(node, Level.ATOM)]

    def op_mpow(self, node: Node) -> Form:
        base, exponent = self.matrix_power(node)
        return Form(Level.POSTFIX, [Child(base, Level.ATOM), str(exponent).translate(_SUPERSCRIPTS)])

    def op_matrix_power(self, node: Node) -> Form:
        return Form(Level.POSTFIX, [Child(node.args[0], Level.ATOM), "^", Child(node.args[1], Level.ATOM)])

    def op_pow(self, node: Node) -> Form:
        base, exponent = node.args
        value = value_of(exponent)
        if base.op == "const" and base.data == "e_" and base not in self.names:
            return self.call("exp", (exponent,))
        raised = value is not None and value.denominator == 1 and value >= 0
        if raised and len(node.shape) == 1 and not self.marks_powers:  # of a vector there is no other power
            assert value is not None
            return Form(Level.POWER, [Child(base, Level.ATOM), digits(value.numerator).translate(_SUPERSCRIPTS)])
        return super().op_pow(node)

    def op_const(self, node: Node) -> Form:
        return self.atom("e_") if node.data == "e_" else super().op_const(node)

    def operand_of(self, arg: Node, index: str, used: str) -> list[Piece]:
        if arg.op == "reshape" and arg not in self.names and index:  # G_(ik)j could not be typed: its sizes are lost
            return self.indexed(arg, self.subscript(index))
        return super().operand_of(arg, index, used)

    def root(self, base: Node) -> Form:
        return self.call("√", (base,))

    def op_num(self, node: Node, unsigned: bool) -> Form:
        value = value_of(node)
        assert value is not None
        sign = self.signs.minus if value < 0 and not unsigned else ""
        written = decimal(abs(value)) if value else "0"
        if written is not None:
            return Form(Level.PRODUCT if sign else Level.ATOM, [sign + written])
        return Form(Level.PRODUCT, [f"{sign}{digits(abs(value.numerator))}/{digits(value.denominator)}"])

    def fraction(self, sign: str, parts: Quotient, front: str, under: str) -> Form:
        elementwise = any(factor.shape for factor in parts.bottom)
        over = self.product(front, parts.top, closed=elementwise) or ["1"]
        below = self.product(under, parts.bottom)
        if len(parts.bottom) == 1 and not under:
            below = [Child(parts.bottom[0], Level.POWER)]
        elif parts.bottom:
            below = ["(", *below, ")"]
        bar = self.signs.hadamard_divide if elementwise else "/"
        return Form(Level.PRODUCT, [sign, *over, f" {bar} ", *below])

    def op_logdet(self, node: Node) -> Form:
        return Form(Level.ATOM, ["log|det(", Child(node.args[0], Level.ANY), ")|"])

    def op_unit(self, node: Node) -> Form:
        assert isinstance(node.data, tuple)
        index = ",".join(map(str, node.data))
        name = f"e_{index}" if len(node.data) == 1 else f"E_({index})"
        return self.atom(name if name not in self.variables else f"unit({index})")

    def op_entry(self, node: Node) -> Form:
        assert isinstance(node.data, tuple)
        return Form(Level.ATOM, [Child(node.args[0], Level.ATOM), f"[{', '.join(map(str, node.data))}]"])

    index_brackets: ClassVar[tuple[str, str]] = ("[", "]")

    def indexed(self, node: Node, suffix: str) -> list[Piece]:
        return [Child(node, Level.ATOM), suffix]

    def partial(self, of: Node, wrt: Node) -> Form:
        return Form(Level.PRODUCT, ["∂", Child(of, Level.ATOM), "/∂", Child(wrt, Level.ATOM)])

    # written as in the language
    op_stack = McNotation.op_stack
