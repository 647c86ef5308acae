"""Expressions in the language itself: ASCII, parsed again to the same value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from math import prod

from gradcli.expr.node import Node, value_of
from gradcli.expr.shapes import Shape, is_row
from gradcli.render.notation import (
    Child,
    Form,
    Level,
    Notation,
    Piece,
    is_row_derivative,
    join,
    primes,
    subscripts,
)
from gradcli.render.numbers import coefficient, decimal, digits
from gradcli.render.parts import Names, is_reciprocal, quotient, reads_turned, reciprocal, signed_terms

_HALF = Fraction(1, 2)
_SMALL_LITERAL, _LARGEST_LITERAL = 12, 400  # entries of an array that is written out


def mc(
    node: Node,
    names: Names | None = None,
    variables: Collection[str] = (),
    arrays: Mapping[Shape, str] | None = None,
) -> str:
    """One expression of the language with this value; `names` stand for the nodes they are given for.

    `variables` are the names of the program's values: a dimension that has such a name too is written
    `sum(ones(n))`.  `arrays` has a name for each shape: the array that is 1 at one entry is the gradient of that
    entry, `grad(x[2], x)`.  (Without one, and of unknown size, it has no form that parses.)
    """
    return McNotation(names, variables, arrays=arrays).render(node)


def _unit_literal(shape: Shape, index: tuple[int, ...]) -> str:
    rows, columns = (shape[0], shape[1]) if len(shape) == 2 else (1, shape[0])
    place = index if len(shape) == 2 else (1, index[0])
    lines = []
    for row in range(1, int(rows) + 1):
        cells = ("1" if (row, column) == place else "0" for column in range(1, int(columns) + 1))
        lines.append(f"[{', '.join(cells)}]")
    return lines[0] if len(shape) == 1 else f"[{', '.join(lines)}]"


class McNotation(Notation):
    """The language: `*`, `/` and `@` are one level, read left to right."""

    def __init__(
        self,
        names: Names | None = None,
        variables: Collection[str] = (),
        layout: str | None = None,
        arrays: Mapping[Shape, str] | None = None,
    ) -> None:
        super().__init__(names, variables, layout)
        self.arrays = arrays or {}
        """Whether something was written that the language has no form for; who asks sets it back."""

    # ------------------------------------------------------------- constants

    def op_num(self, node: Node, unsigned: bool) -> Form:
        value = value_of(node)
        assert value is not None
        sign = "-" if value < 0 and not unsigned else ""
        written = decimal(abs(value)) if value else "0"
        if written is not None:
            return Form(Level.PREFIX if sign else Level.ATOM, [sign + written])
        return Form(Level.PRODUCT, [f"{sign}{digits(abs(value.numerator))} / {digits(value.denominator)}"])

    def op_const(self, node: Node) -> Form:
        return self.atom(str(node.data))

    def op_dim(self, node: Node) -> Form:
        name = str(node.data)
        if not name.isidentifier():
            return Form(Level.CHAIN if "+" not in name and "-" not in name else Level.SUM, [self.dimension(name)])
        return self.atom(f"sum(ones({name}))" if name in self.variables else name)

    def op_zeros(self, node: Node) -> Form:
        return self._filled("zeros", node.shape)

    def op_ones(self, node: Node) -> Form:
        return self._filled("ones", node.shape)

    def _filled(self, name: str, shape: Shape) -> Form:
        if is_row(shape):
            inner = self._filled(name, shape[1:]).pieces
            return Form(Level.POSTFIX, [*inner, ".T"])
        return self.atom(f"{name}({', '.join(map(self.dimension, shape))})")

    def op_eye(self, node: Node) -> Form:
        return self.atom(f"eye({self.dimension(node.shape[0])})")

    def op_unit(self, node: Node) -> Form:
        assert isinstance(node.data, tuple)
        index = ", ".join(map(str, node.data))
        name = self.arrays.get(node.shape)
        cells = prod(dim if isinstance(dim, int) else _LARGEST_LITERAL + 1 for dim in node.shape)
        if cells <= (_LARGEST_LITERAL if name is None else _SMALL_LITERAL) and len(node.shape) <= 2:
            return self.atom(_unit_literal(node.shape, node.data))
        if name is not None:
            return self.atom(f"grad({name}[{index}], {name})")
        return self.atom(f"unit({', '.join([*(self.dimension(dim) for dim in node.shape), index])})")

    def op_cotangent(self, node: Node) -> Form:
        assert isinstance(node.data, tuple)
        return self.atom(f"grad({node.data[0]}, {node.data[1]})")

    # ---------------------------------------------------- sums and products

    def op_add(self, node: Node) -> Form:
        pieces: list[Piece] = []
        for negative, term in signed_terms(node, self.names):
            if pieces:
                pieces.append(" - " if negative else " + ")
            # `a - b * c` and `a - b @ c` need no brackets; a sum does
            pieces.append(Child(term, Level.PRODUCT, unsigned=negative and bool(pieces)))
        return Form(Level.SUM, pieces)

    def op_mul(self, node: Node, unsigned: bool) -> Form:
        parts = quotient(node, self.names)
        sign = "-" if parts.number < 0 and not unsigned else ""
        front, under = coefficient(abs(parts.number))
        over = self._times(front, parts.top, elementwise_below=any(factor.shape for factor in parts.bottom))
        if not over:
            over = ["1"]
        below = self._times(digits(under) if under != 1 else "", parts.bottom, False)
        if not below and not front and len(parts.top) == 1:
            inner = self.form(parts.top[0])
            if not sign:
                return inner
            level = Level.PRODUCT if inner.level == Level.CHAIN else Level.PREFIX
            return Form(level, [sign, Child(parts.top[0], Level.CHAIN)])
        if not below:
            return Form(Level.PRODUCT, [sign, *over])
        single = len(parts.bottom) + (under != 1) == 1
        if single and parts.bottom:
            below = [Child(parts.bottom[0], Level.POWER)]
        return Form(Level.PRODUCT, [sign, *over, " / ", *(below if single else ["(", *below, ")"])])

    def _times(self, front: str, factors: tuple[Node, ...], elementwise_below: bool) -> list[Piece]:
        """`front * a * b`; a matrix product at the end stands free only where all before it are scalars."""
        pieces: list[Piece] = [front] if front else []
        for index, factor in enumerate(factors):
            last = index == len(factors) - 1
            free = last and not elementwise_below and not any(other.shape for other in factors[:-1])
            pieces.append(Child(factor, Level.CHAIN if free else Level.POWER))
        return join(pieces, " * ")

    def op_pow(self, node: Node) -> Form:
        if is_reciprocal(node, self.names):
            return Form(Level.PRODUCT, ["1 / ", Child(reciprocal(node), Level.POWER)])
        base, exponent = node.args
        if value_of(exponent) == _HALF and exponent not in self.names:
            return self.call("sqrt", (base,))
        hugging = self._is_simple(base) and self._is_simple(exponent)
        operator = "**" if hugging else " ** "
        return Form(Level.POWER, [Child(base, Level.POSTFIX), operator, Child(exponent, Level.PREFIX)])

    def _is_simple(self, node: Node) -> bool:
        """Whether `**` hugs this operand: a name, a number or a name's transpose."""
        if node in self.names or node.op in ("var", "param", "const", "dim"):
            return True
        value = value_of(node)
        if value is not None:
            return value >= 0 and (value == 0 or decimal(value) is not None)
        return node.op == "T" and node.args[0].op == "var"

    def op_matmul(self, node: Node) -> Form:
        return Form(Level.CHAIN, join([Child(factor, Level.POWER) for factor in node.args], " @ "))

    # --------------------------------------------------------------- postfix

    def op_T(self, node: Node) -> Form:
        inner = node.args[0]
        if is_row_derivative(inner) and inner not in self.names:
            return self._primed(inner)
        level = Level.ATOM if inner.op == "mpow" else Level.POSTFIX
        return Form(Level.POSTFIX, [Child(inner, level), ".mT" if len(inner.shape) > 2 else ".T"])

    def op_mpow(self, node: Node) -> Form:
        inner, exponent = self.matrix_power(node)
        level = Level.ATOM if inner.op == "mpow" else Level.POSTFIX
        return Form(Level.POSTFIX, [Child(inner, level), f"^{exponent}"])

    def op_matrix_power(self, node: Node) -> Form:
        return Form(Level.POSTFIX, [Child(node.args[0], Level.ATOM), "^", Child(node.args[1], Level.ATOM)])

    def op_entry(self, node: Node) -> Form:
        assert isinstance(node.data, tuple)
        return Form(Level.POSTFIX, [Child(node.args[0], Level.ATOM), f"[{', '.join(map(str, node.data))}]"])

    # ----------------------------------------------------------------- calls

    def _primed(self, node: Node) -> Form:
        name, order = primes(node)
        return self.call(name + "'" * order, self.arguments(node))

    op_elem = _primed

    def op_vfun(self, node: Node) -> Form:
        plain = self._primed(node)
        return Form(Level.POSTFIX, [*plain.pieces, ".T"]) if is_row_derivative(node) else plain

    def op_cmp(self, node: Node) -> Form:
        left, right = node.args
        operator = str(node.data)
        if reads_turned(left, right):  # 0 < u reads u > 0
            left, right, operator = right, left, operator.replace("<", ">")
        return Form(Level.ANY, [Child(left, Level.SUM), f" {operator} ", Child(right, Level.SUM)])

    def op_stack(self, node: Node) -> Form:
        columns = int(node.shape[1]) if len(node.shape) == 2 else 0
        children = [Child(arg, Level.ANY) for arg in node.args]
        if not columns:
            return Form(Level.ATOM, ["[", *join(children, ", "), "]"])
        pieces: list[Piece] = ["[["]
        for index, child in enumerate(children):
            if index:
                pieces.append(", " if index % columns else "], [")
            pieces.append(child)
        return Form(Level.ATOM, [*pieces, "]]"])

    def op_reshape(self, node: Node) -> Form:
        given = self.with_axes(node)
        if given is not None:
            return given
        sizes = tuple(self.dimension(dim) for dim in node.shape)
        return self.call("reshape", node.args, sizes)

    def op_einsum(self, node: Node) -> Form:
        operands, result = subscripts(node)
        pieces: list[Piece] = [f'einsum("{",".join(operands)}->{result}"']
        for arg in node.args:
            pieces += [", ", Child(arg, Level.ANY)]
        return Form(Level.ATOM, [*pieces, ")"])

    def op_hess(self, node: Node) -> Form:
        of, *wrt = node.args
        return self.call("hess", (of, wrt[0]) if wrt[0] is wrt[-1] else node.args)
