"""What text and LaTeX share: mathematics as in a lecture note.

Matrix products and scalar factors stand side by side; elementwise products and quotients have signs of their
own.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

from gradcli.expr.factor import KINDS, parts_of
from gradcli.expr.node import Node, value_of
from gradcli.expr.shapes import Shape, is_row
from gradcli.record import dataclass
from gradcli.render.entry_inside import at_letters, entry_inside, renamed_subscripts
from gradcli.render.notation import VALUES_ALONE, Child, Form, Level, Notation, Piece, join, primes, subscripts
from gradcli.render.numbers import coefficient, digits
from gradcli.render.parts import Quotient, is_reciprocal, merged_axes, quotient, reads_turned, reciprocal, signed_terms

_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of a notation."""

    minus: str
    times: str  # between two numbers
    hadamard: str
    hadamard_divide: str
    kron: str
    less: str
    less_equal: str
    greater: str
    greater_equal: str
    transpose: str
    inverse: str
    inverse_transpose: str
    nabla: str
    pi: str
    infinity: str
    norm: tuple[str, str]
    frobenius: str
    one_norm: str
    two_norm: str
    nuclear: str
    pseudoinverse: str
    one: str  # the array of ones
    delta: str
    sigma: str


class Mathematics(Notation):
    """The base of `text` and `latex`; they add signs, indices, exponents, fractions and literals."""

    signs: ClassVar[Signs]
    squared: ClassVar[str]
    marks_vectors: ClassVar[bool] = False  # whether the power of each entry of a vector is marked as that of a matrix
    last_two_turned: ClassVar[str] = ".mT"
    gap: ClassVar[str]  # between a nabla and a function's name

    # ----------------------------------------------------- what they differ in

    def subscript(self, text: str) -> str:
        """An index to what stands before; `text` is already in this notation."""
        raise NotImplementedError

    def superscript(self, node: Node, elementwise: bool) -> list[Piece]:
        """An exponent; `elementwise` marks the power of a matrix that is no matrix power."""
        raise NotImplementedError

    def fraction(self, sign: str, parts: Quotient, front: str, under: str) -> Form:
        """`sign front top / (under bottom)`, where something stands below."""
        raise NotImplementedError

    index_brackets: ClassVar[tuple[str, str]]

    def indexed(self, node: Node, suffix: str) -> list[Piece]:
        """An operand with an index."""
        raise NotImplementedError

    def partial(self, of: Node, wrt: Node) -> Form:
        """∂of/∂wrt, of names."""
        raise NotImplementedError

    def root(self, base: Node) -> Form:
        """The square root of a scalar or of each entry of a vector."""
        raise NotImplementedError

    def sizes(self, shape: Shape) -> str:
        """A shape as an index: `n`, `m×n`."""
        raise NotImplementedError

    # ---------------------------------------------------- sums and products

    def op_add(self, node: Node) -> Form:
        pieces: list[Piece] = []
        for negative, term in signed_terms(node, self.names):
            unsigned = negative and bool(pieces)
            if pieces:
                pieces.append(f" {self.signs.minus} " if negative else " + ")
            pieces.append(Child(term, Level.PRODUCT, unsigned))
        return Form(Level.SUM, pieces)

    def op_mul(self, node: Node, unsigned: bool) -> Form:
        parts = quotient(node, self.names)
        sign = self.signs.minus if parts.number < 0 and not unsigned else ""
        front, denominator = coefficient(abs(parts.number))
        under = digits(denominator) if denominator != 1 else ""
        if under or parts.bottom:
            return self.fraction(sign, parts, front, under)
        if not front and len(parts.top) == 1:
            inner = self.form(parts.top[0])
            return Form(Level.PRODUCT, [sign, Child(parts.top[0], Level.CHAIN)]) if sign else inner
        return Form(Level.PRODUCT, [sign, *self.product(front, parts.top)])

    def product(self, front: str, factors: Sequence[Node], closed: bool = False) -> list[Piece]:
        """`2 s x ⊙ y`: a number, scalars, arrays.  A matrix product stands free only alone at the end.

        `closed` where an elementwise division follows, so that it does not stand free either.
        """
        pieces: list[Piece] = [front] if front else []
        arrays = [factor for factor in factors if factor.shape]
        alone = len(arrays) <= 1 and not closed
        if alone and not arrays:  # `t sin(w) cᵀ x`: an inner product at the end needs no brackets
            inner = [
                place for place, factor in enumerate(factors) if factor.op == "matmul" and factor not in self.names
            ]
            if inner:
                factors = [*factors[: inner[-1]], *factors[inner[-1] + 1 :], factors[inner[-1]]]
        scalar_before = True
        for index, factor in enumerate(factors):
            if pieces and factor.shape and not scalar_before:
                pieces.append(f" {self.signs.hadamard} ")
            elif pieces:
                number_twice = index == 0 and self._starts_with_digit(factor)
                pieces.append(f" {self.signs.times} " if number_twice else " ")
            last = index == len(factors) - 1
            free = Level.CHAIN if last and alone else Level.PREFIX if factor.shape else Level.POWER
            pieces.append(Child(factor, free))
            scalar_before = not factor.shape
        return pieces

    def _starts_with_digit(self, node: Node) -> bool:
        while node.op in ("matmul", "T", "pow") and node not in self.names:
            node = node.args[0]
        return node.op in ("num", "ones", "zeros") and node not in self.names

    def op_matmul(self, node: Node) -> Form:
        *before, last = node.args
        factors = [*(Child(factor, Level.POWER) for factor in before), Child(last, Level.PREFIX)]
        return Form(Level.CHAIN, join(factors, " "))

    def op_kron(self, node: Node) -> Form:
        sides: list[Piece] = []
        for arg in node.args:
            sized = arg.op == "eye" and arg not in self.names
            sides.append(f"I{self.subscript(self.sizes(arg.shape[:1]))}" if sized else Child(arg, Level.POWER))
        return Form(Level.CHAIN, join(sides, f" {self.signs.kron} "))

    # ------------------------------------------------- powers and transposes

    def op_pow(self, node: Node) -> Form:
        if is_reciprocal(node, self.names):
            return self.fraction("", Quotient(Fraction(1), (), (reciprocal(node),)), "", "")
        base, exponent = node.args
        is_matrix = len(node.shape) > 1 and not is_row(node.shape)
        if value_of(exponent) == _HALF and exponent not in self.names:
            return self.call(self.function("sqrt"), (base,)) if is_matrix else self.root(base)
        marked = is_matrix or (bool(node.shape) and self.marks_vectors)
        return Form(Level.POWER, [Child(base, Level.ATOM), *self.superscript(exponent, marked)])

    def op_T(self, node: Node) -> Form:
        inner = node.args[0]
        if inner.op == "inv" and inner not in self.names:
            return Form(Level.POSTFIX, [Child(inner.args[0], Level.ATOM), self.signs.inverse_transpose])
        if inner.op == "reshape" and len(inner.args[0].shape) == 1 and inner not in self.names:
            return self.call(self.function("unvec") + self.subscript(self.sizes(node.shape)), inner.args)
        sign = self.last_two_turned if len(inner.shape) > 2 else self.signs.transpose
        return Form(Level.POSTFIX, [Child(inner, Level.ATOM), sign])

    def op_inv(self, node: Node) -> Form:
        return Form(Level.POSTFIX, [Child(node.args[0], Level.ATOM), self.signs.inverse])

    # ------------------------------------------------------------- constants

    def op_const(self, node: Node) -> Form:
        if node.data == "e_" and "e" not in self.variables:
            return self.atom(self.function("e"))
        return self.atom({"pi": self.signs.pi, "inf": self.signs.infinity}.get(str(node.data), str(node.data)))

    def op_dim(self, node: Node) -> Form:
        return self.atom(self._size(str(node.data)))

    def _size(self, name: str) -> str:
        if name in self.variables:
            return f"{self.function('sum')}({self._ones((name,))})"
        return name if name.isdigit() else self.identifier(name)

    def op_zeros(self, node: Node) -> Form:
        return self.atom("0")

    def op_ones(self, node: Node) -> Form:
        if is_row(node.shape):
            return Form(Level.POSTFIX, [f"1{self.subscript(self.sizes(node.shape[1:]))}{self.signs.transpose}"])
        return self.atom(self._ones(node.shape))

    def _ones(self, shape: Shape) -> str:
        return self.signs.one + self.subscript(self.sizes(shape))

    def op_eye(self, node: Node) -> Form:
        return self.atom("I")

    # --------------------------------------------------- functions and norms

    def op_elem(self, node: Node) -> Form:
        name, order = primes(node)
        return self.call(self.function(name) + "'" * order, self.arguments(node))

    def below(self, letters: str) -> str:
        return self.subscript(letters)

    def op_vfun(self, node: Node) -> Form:
        name, order = primes(node)
        arg = node.args[0]
        if order == 1 and node.shape == arg.shape != ():
            return self.call(f"{self.signs.nabla}{self.gap}{self.function(name)}", self.arguments(node))
        if order == 2 and node.shape == arg.shape * 2 and len(arg.shape) == 1:
            return self.call(f"{self.signs.nabla}{self.squared}{self.gap}{self.function(name)}", self.arguments(node))
        return self.op_elem(node)

    def op_factor(self, node: Node) -> Form:
        kind, part = parts_of(node)
        if (kind, part) in VALUES_ALONE:
            return super().op_factor(node)
        index = self.subscript(self.identifier(part)) if len(KINDS[kind].components) > 1 else ""
        return self.call(self.function(kind) + index, node.args)

    def op_norm(self, node: Node) -> Form:
        left, right = self.signs.norm
        index = self.signs.frobenius if len(node.args[0].shape) > 1 and not is_row(node.args[0].shape) else ""
        return Form(Level.ATOM, [left, Child(node.args[0], Level.ANY), right, index])

    def op_norm2(self, node: Node) -> Form:
        left, right = self.signs.norm
        index = self.signs.two_norm if node.op == "norm2" else self.signs.nuclear
        return Form(Level.ATOM, [left, Child(node.args[0], Level.ANY), right, index])

    op_norm_nuc = op_norm2

    def op_pinv(self, node: Node) -> Form:
        return Form(Level.POSTFIX, [Child(node.args[0], Level.ATOM), self.signs.pseudoinverse])

    def op_norm1(self, node: Node) -> Form:
        left, right = self.signs.norm
        arg = node.args[0]
        inner: list[Piece] = [Child(arg, Level.ANY)]
        if len(arg.shape) > 1 and not is_row(arg.shape):
            inner = [f"{self.function('vec')}(", *inner, ")"]  # the 1-norm of a matrix is something else
        return Form(Level.ATOM, [left, *inner, right, self.signs.one_norm])

    def op_cmp(self, node: Node) -> Form:
        signs = self.signs
        left, right = node.args
        sign = signs.less if node.data == "<" else signs.less_equal
        if reads_turned(left, right):  # 0 < u reads u > 0
            left, right = right, left
            sign = signs.greater if node.data == "<" else signs.greater_equal
        return Form(Level.ANY, [Child(left, Level.SUM), f" {sign} ", Child(right, Level.SUM)])

    def brackets(self, node: Node) -> tuple[str, str]:
        return ("[", "]") if node.op in ("cmp", "attains") else ("(", ")")  # [u > 0] is 1 or 0: Iverson's bracket

    def op_reshape(self, node: Node) -> Form:
        given = self.with_axes(node)
        if given is not None:
            return given
        return self.call(self.function("reshape") + self.subscript(self.sizes(node.shape)), node.args)

    # ------------------------------------------------------- index notation

    def op_einsum(self, node: Node) -> Form:
        """`[Σ_k A_ik B_kj]_ij`: an entry, and the indices that say which."""
        operands, result = subscripts(node)
        inner = "".join(dict.fromkeys(letter for part in operands for letter in part if letter not in result))
        factors: list[Piece] = []
        for arg, index in sorted(zip(node.args, operands, strict=True), key=lambda pair: pair[0].op != "eye"):
            factors += [" "] * bool(factors) + self.operand_of(arg, index, result + inner)
        sigma = [f"{self.signs.sigma}{self.subscript(inner)} "] if inner else []
        if not result:
            return Form(Level.PRODUCT, [*sigma, *factors])
        return Form(
            Level.ATOM, [*self.index_brackets[:1], *sigma, *factors, self.index_brackets[1], self.subscript(result)]
        )

    def operand_of(self, arg: Node, index: str, used: str) -> list[Piece]:
        """An operand of a sum over indices."""
        return self.entry_of(arg, index, used)

    def entry_of(self, arg: Node, index: str, used: str = "") -> list[Piece]:
        """`A_ij`, `δ_ij`: the entry of an array at some indices, `G_(ik)j` where an axis has two.

        Of an array that is given by its entries it is such an entry; its sums go over other letters than those in
        `used`.
        """
        inside = entry_inside(arg, index, used, self.names)
        if inside is not None:
            plain = inside.op == "mul" and all(factor.op != "num" for factor in inside.args)
            return join([Child(factor, Level.POWER) for factor in (inside.args if plain else (inside,))], " ")
        if arg.op == "reshape" and arg not in self.names:
            counts = merged_axes(arg.shape, arg.args[0].shape)
            if counts is not None and sum(counts) == len(index):
                letters = iter(index)
                groups = ["".join(next(letters) for _ in range(count)) for count in counts]
                index = "".join(f"({group})" if len(group) > 1 else group for group in groups)
                return self.entry_of(arg.args[0], index)
        suffix = self.subscript(index) if index else ""
        if arg in self.names:
            return self.indexed(arg, suffix)
        if arg.op == "vrows" and len(index) == len(arg.shape):
            return self.row_entry(arg, index)
        if arg.op == "eye":
            return [self.signs.delta + suffix]
        if arg.op == "ones":
            return [self.signs.one + suffix]
        return self.indexed(arg, suffix) if suffix else [Child(arg, Level.POWER)]

    def op_at(self, node: Node) -> Form:
        """An entry inside of an entry; see `entry_inside`."""
        index, used = at_letters(node)
        array = node.args[0]
        if array.op != "einsum" or array in self.names:
            pieces = self.entry_of(array, index, used)
            return Form(Level.ATOM, pieces)
        parts, inner = renamed_subscripts(array, index, used, self.variables)
        factors: list[Piece] = [f"{self.signs.sigma}{self.subscript(inner)}"] if inner else []
        for arg, letters in sorted(zip(array.args, parts, strict=True), key=lambda pair: pair[0].op != "eye"):
            factors += [" "] * bool(factors) + self.operand_of(arg, letters, index + used + inner)
        return Form(Level.PRODUCT, factors)

    # ----------------------------------------------------------- derivatives

    def op_cotangent(self, node: Node) -> Form:
        assert isinstance(node.data, tuple)
        of, by = (self.identifier(str(part)) for part in node.data)
        return Form(Level.PREFIX, [f"{self.signs.nabla}{self.subscript(by)} {of}"])

    def op_grad(self, node: Node) -> Form:
        return self.as_call(node) if node.data or not self._names_only(node) else self._nabla("", *node.args)

    def op_hess(self, node: Node) -> Form:
        of, first, *rest = node.args
        if rest[-1:] in ([], [first]) and self._names_only(node):
            return self._nabla(self.squared, of, first)
        return self.as_call(node)

    def _names_only(self, node: Node) -> bool:
        return all(arg.op in ("var", "loss") for arg in node.args)

    def _nabla(self, order: str, of: Node, wrt: Node) -> Form:
        by = str(self.form(wrt).pieces[0])
        return Form(Level.PREFIX, [f"{self.signs.nabla}{order}{self.subscript(by)} ", Child(of, Level.ATOM)])

    def op_jac(self, node: Node) -> Form:
        if self.options(node) or not self._names_only(node):
            return self.as_call(node)
        return self.partial(*node.args)
