"""Sums, elementwise (Hadamard) products and powers, kept simple as they are built.

Invariants: an `add` has no `add` among its terms, no two terms alike up to a rational factor and no zero; a `mul`
has at most one number, standing first, then scalars, then arrays of one shape, no two with the same base.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby, permutations, product
from math import factorial, prod

from gradcli.expr.dims import Dim, terms_of
from gradcli.expr.node import MINUS_ONE, ONE, ZERO, Node, make, num, payload, value_of
from gradcli.expr.shapes import Shape, joint_shape
from gradcli.ops.payload import Subscripts

_LARGEST_POWER_BITS = 4096
_MOST_FACTORS_OPENED = 12
_MOST_ORDERS = 24


def zeros(shape: Shape) -> Node:
    """The zero of a shape."""
    return make("zeros", shape=shape) if shape else ZERO


def ones(shape: Shape) -> Node:
    """All entries one."""
    return make("ones", shape=shape) if shape else ONE


def size(dim: Dim) -> Node:
    """A dimension as a number, a polynomial of the sizes that have names."""
    terms = [
        mul(num(value), *(make("dim", data=name) for name in names)) if names else num(value)
        for names, value in terms_of(dim).items()
    ]
    return add(*terms) if terms else ZERO


def is_zero(node: Node) -> bool:
    """Whether this is the zero of some shape, as built (not: whether its value is zero)."""
    return node is ZERO or node.op == "zeros"


def split_number(node: Node) -> tuple[Fraction, Node]:
    """`(c, rest)` with `node == c * rest`, c rational."""
    value = value_of(node)
    if value is not None:
        return value, ONE
    if node.op == "mul":
        value = value_of(node.args[0])
        if value is not None:
            rest = node.args[1:]
            return value, rest[0] if len(rest) == 1 else make("mul", rest, shape=node.shape)
    return Fraction(1), node


def scaled(value: Fraction, node: Node) -> Node:
    """`value * node` for a node that carries no number of its own."""
    if value == 1:
        return node
    if node is ONE:
        return num(value)
    factors = node.args if node.op == "mul" else (node,)
    return make("mul", (num(value), *factors), shape=node.shape)


def _terms(node: Node) -> Iterable[Node]:
    """The terms of a sum; a number before brackets is multiplied in."""
    if node.op == "add":
        return node.args
    value, rest = split_number(node)
    if rest.op == "add":
        return [times(num(value), term) for term in rest.args]
    return (node,)


def add(*terms: Node) -> Node:
    """Sum of arrays of one shape and scalars (which go with anything).  Like terms are collected."""
    if len(terms) == 1:
        return terms[0]
    shape = joint_shape([term.shape for term in terms])
    counts: dict[Node, Fraction] = {}
    alike: dict[object, Node] = {}
    for outer in terms:
        for term in _terms(outer):
            value, rest = split_number(term)
            if rest.op == "einsum" and value:
                rest = alike.setdefault(_sum_of_products(rest), rest)
            if not is_zero(rest) and value:
                counts[rest] = counts.get(rest, Fraction(0)) + value
                if not counts[rest] and _is_infinite(rest):
                    return make("add", terms, shape=shape)  # inf - inf is no number
    kept = {rest: value for rest, value in counts.items() if value}
    _join_diagonals(kept)
    array = [rest for rest in kept if rest.shape]
    full = ones(shape)
    if shape and full in kept and len(array) > 1:
        # c * ones(n) beside another array is the scalar c.
        kept[ONE] = kept.get(ONE, Fraction(0)) + kept.pop(full)
        kept = {rest: value for rest, value in kept.items() if value}
        array.remove(full)
    built = [scaled(value, rest) for rest, value in kept.items()]
    if not built:
        return zeros(shape)
    if shape and not array:
        return mul(built[0] if len(built) == 1 else make("add", tuple(built)), full)
    return built[0] if len(built) == 1 else make("add", tuple(built), shape=shape)


def _sum_of_products(node: Node) -> object:
    """What two sums of products have in common that differ in the order of their operands and in their letters."""
    inputs, output = payload(node, Subscripts)
    operands = list(zip(node.args, inputs, strict=True))
    operands.sort(key=lambda operand: operand[0].serial)
    groups = [list(group) for _, group in groupby(operands, key=lambda operand: operand[0].serial)]
    if prod(factorial(len(group)) for group in groups) > _MOST_ORDERS:
        return node
    best: tuple[tuple[int, ...], ...] | None = None
    for order in product(*(permutations(group) for group in groups)):
        numbers = {letter: place for place, letter in enumerate(output)}
        spelled = tuple(
            tuple(numbers.setdefault(letter, len(numbers)) for letter in letters)
            for group in order
            for _, letters in group
        )
        best = spelled if best is None or spelled < best else best
    return tuple(node for node, _ in operands), best


def _is_infinite(node: Node) -> bool:
    """Whether this is `inf`, or a product in which it stands."""
    return any(part.op == "const" and part.data == "inf" for part in (node, *(node.args if node.op == "mul" else ())))


def _join_diagonals(kept: dict[Node, Fraction]) -> None:
    """`diag(a) + diag(b)` as `diag(a + b)`, in the place of the first."""
    diagonals = [rest for rest in kept if rest.op == "diag"]
    if len(diagonals) < 2:
        return
    vector = add(*(mul(num(kept[rest]), rest.args[0]) for rest in diagonals))
    value, core = split_number(vector)
    joined = make("diag", (core,), shape=diagonals[0].shape)
    items = list(kept.items())
    kept.clear()
    for rest, number in items:
        if rest is diagonals[0]:
            if not is_zero(vector) and core.op != "ones":
                kept[joined] = value
            elif core.op == "ones":
                kept[make("eye", shape=joined.shape)] = value
        elif rest.op != "diag":
            kept[rest] = kept.get(rest, Fraction(0)) + number


def neg(node: Node) -> Node:
    """`-a`."""
    return mul(MINUS_ONE, node)


def sub(a: Node, b: Node) -> Node:
    """`a - b`."""
    return add(a, neg(b))


def times(a: Node, b: Node) -> Node:
    """`a * b` of two."""
    return mul(a, b)


def base_and_exponent(node: Node) -> tuple[Node, Node]:
    """`(b, p)` with `node == b ** p`."""
    return (node.args[0], node.args[1]) if node.op == "pow" else (node, ONE)


def mul(*factors: Node) -> Node:
    """Elementwise product of arrays of one shape and scalars.  Numbers come first, equal bases are collected."""
    shape = joint_shape([factor.shape for factor in factors])
    number = Fraction(1)
    powers: dict[Node, Node] = {}
    todo = list(reversed(factors))
    while todo:
        factor = todo.pop()
        op = factor.op
        if op == "num":
            number *= payload(factor, Fraction)
        elif op == "mul":
            todo.extend(reversed(factor.args))
        elif op == "zeros":
            number = Fraction(0)
        elif op != "ones":
            base, exponent = base_and_exponent(factor)
            powers[base] = add(powers[base], exponent) if base in powers else exponent
    if not number:
        infinite = any(_is_infinite(base) for base in powers)
        return make("mul", factors, shape=shape) if infinite else zeros(shape)  # 0 * inf is no number
    _join_signs(powers)
    _join_roots(powers)
    chosen = _into_choice(powers)
    if chosen is not None:
        return mul(num(number), chosen) if chosen.shape == shape else mul(num(number), chosen, ones(shape))
    opened = _open_bracket(powers)
    if opened is not None:
        return mul(num(number), opened) if opened.shape == shape else mul(num(number), opened, ones(shape))
    built: list[Node] = []
    for base, exponent in powers.items():
        if exponent is ONE and base.op not in ("num", "mul"):
            built.append(base)
            continue
        factor = power(base, exponent)
        value, rest = split_number(factor)
        number *= value
        if rest is not ONE and rest.op != "ones":
            built.append(rest)
    return _product(number, built, shape)


def _join_signs(powers: dict[Node, Node]) -> None:
    """`sign(u) * abs(u) ** p` with an odd p as `u ** p`: away from 0 the same, and at 0 where the sign is 0."""
    for base in [base for base in powers if base.op == "elem" and base.data == ("sign", 0)]:
        size_of = make("elem", base.args, data=("abs", 0), shape=base.shape)
        exponent = value_of(powers[size_of]) if size_of in powers else None
        if powers[base] is not ONE or exponent is None or exponent.denominator != 1:
            continue
        inner = base.args[0]
        if exponent % 2 == 0:
            if exponent > 0:  # sign(u) * abs(u)**2 is u * abs(u)
                del powers[base]
                powers[size_of] = num(exponent - 1)
                powers[inner] = add(powers[inner], ONE) if inner in powers else ONE
            continue
        items = list(powers.items())
        powers.clear()
        for other, power_of in items:
            other, power_of = (inner, num(exponent)) if other is base else (other, power_of)
            if other is not size_of:
                powers[other] = add(powers[other], power_of) if other in powers else power_of


def _join_roots(powers: dict[Node, Node]) -> None:
    """`sqrt(2) * sqrt(pi)` as `sqrt(2 * pi)`: roots of positive constants of one degree together."""
    by_degree: dict[Fraction, list[Node]] = {}
    for base, power_of_base in powers.items():
        exponent = value_of(power_of_base)
        constant = (value_of(base) or 0) > 0 or (base.op == "const" and base.data != "inf") or _is_multiple_of_pi(base)
        if constant and exponent is not None and exponent.denominator != 1:
            by_degree.setdefault(exponent, []).append(base)
    for exponent, bases in by_degree.items():
        if len(bases) > 1:
            for base in bases:
                del powers[base]
            joined = mul(*bases)
            powers[joined] = add(powers[joined], num(exponent)) if joined in powers else num(exponent)


def _is_multiple_of_pi(node: Node) -> bool:
    return node.op == "mul" and len(node.args) == 2 and (value_of(node.args[0]) or 0) > 0 and node.args[1].op == "const"


def _into_choice(powers: dict[Node, Node]) -> Node | None:
    """`where(c, a, 0) * b` as `where(c, a * b, 0)`; None where no factor is such a choice."""
    for choice, exponent in powers.items():
        if choice.op != "where" or exponent is not ONE or len(powers) < 2 or not choice.shape:
            continue
        condition, yes, no = choice.args
        if is_zero(yes) == is_zero(no) or condition.shape != choice.shape:
            continue
        rest = mul(*(power(base, p) for base, p in powers.items() if base is not choice))
        if not rest.shape or rest.op == "where":
            continue
        branches = [part if is_zero(part) else mul(part, rest) for part in (yes, no)]
        return make("where", (condition, *branches), shape=choice.shape)
    return None


def _open_bracket(powers: dict[Node, Node]) -> Node | None:
    """`p * (c - t / p)` multiplied out, `p * c - t`, where a factor cancels in a bracket; else None."""
    if len(powers) > _MOST_FACTORS_OPENED:
        return None
    for bracket, exponent in powers.items():
        if bracket.op != "add" or exponent is not ONE:
            continue
        divisors = set()
        for term in bracket.args:
            for factor in term.args if term.op == "mul" else (term,):
                if factor.op == "pow" and (value_of(factor.args[1]) or 0) < 0:
                    divisors.add(factor.args[0])
        for base, power_of_base in powers.items():
            if base in divisors and (value_of(power_of_base) or 0) > 0 and (base.shape or not bracket.shape):
                rest = [power(b, e) for b, e in powers.items() if b is not bracket]
                opened = [mul(*rest, term) for term in bracket.args]
                if sum(map(_factor_count, opened)) < len(rest) + sum(map(_factor_count, bracket.args)):
                    return add(*opened)
    return None


def _factor_count(term: Node) -> int:
    return len(term.args) if term.op == "mul" else 1


def _product(number: Fraction, factors: list[Node], shape: Shape) -> Node:
    if any(factor.op == "mul" for factor in factors):
        factors = [part for factor in factors for part in (factor.args if factor.op == "mul" else (factor,))]
    ordered = sorted((f for f in factors if not f.shape), key=_writing_order) + [f for f in factors if f.shape]
    if shape and not (ordered and ordered[-1].shape):
        ordered.append(ones(shape))
    if not ordered:
        return num(number)
    if number < 0 and len(ordered) == 1 and ordered[0].op == "add":
        flipped = _flip_if_negative(ordered[0])
        if flipped is not None:
            number, ordered = -number, [flipped]
    if number == 1 and len(ordered) == 1:
        return ordered[0]
    numbers = () if number == 1 else (num(number),)
    return make("mul", (*numbers, *ordered), shape=shape)


def _writing_order(scalar: Node) -> tuple[int, int]:
    """Among the scalars of a product names come first, in the order in which the program names them."""
    base = scalar.args[0] if scalar.op == "pow" else scalar
    return (0, base.serial) if base.op == "var" else (1, 0)


def _flip_if_negative(total: Node) -> Node | None:
    """`b - a` for `-b + a` written with a leading minus, so that `-(a - b)` is `b - a`."""
    first, _ = split_number(total.args[0])
    last, _ = split_number(total.args[-1])
    if first >= 0 and last >= 0:
        return None
    flipped = []
    for term in total.args:
        value, rest = split_number(term)
        flipped.append(scaled(-value, rest))
    if first > 0:
        flipped.sort(key=lambda term: split_number(term)[0] < 0)  # stable: positive terms lead
    return make("add", tuple(flipped), shape=total.shape)


def div(a: Node, b: Node) -> Node:
    """`a / b`, elementwise or by a scalar.

    Raises ZeroDivisionError where b is the number 0.
    """
    return mul(a, power(b, MINUS_ONE))


def power(base: Node, exponent: Node) -> Node:
    """`base ** exponent`, elementwise.

    Raises ZeroDivisionError for a negative power of the number 0.
    """
    shape = joint_shape([base.shape, exponent.shape])
    p = value_of(exponent)
    if p is None:
        return make("pow", (base, exponent), shape=shape)
    if p == 0:
        return ones(shape)
    if p == 1 or base.op == "ones" or base is ONE:
        return base
    value = value_of(base)
    if is_zero(base):
        if p < 0:
            raise ZeroDivisionError("division by zero")
        return base
    if p > 0 and _is_indicator(base):
        return base
    if p.denominator == 1:
        if value is not None and _bits(value) * abs(p) <= _LARGEST_POWER_BITS:
            return num(value**p.numerator)
        if base.op == "pow":
            return power(base.args[0], mul(base.args[1], exponent))
        if base.op == "mul":
            return mul(*(power(factor, exponent) for factor in base.args))
    return make("pow", (base, exponent), shape=shape)


def _is_indicator(node: Node) -> bool:
    """Whether every entry is 0 or 1 by what the node is."""
    if node.op in ("tril", "triu"):
        return _is_indicator(node.args[0])
    return node.op in ("cmp", "attains", "eye", "unit", "ones")


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def sqrt(node: Node) -> Node:
    """`sqrt(a)`, a power of one half."""
    value = value_of(node)
    if value is not None and value >= 0 and _bits(value) < _LARGEST_POWER_BITS:
        from math import isqrt

        top, bottom = isqrt(value.numerator), isqrt(value.denominator)
        if Fraction(top, bottom) ** 2 == value:
            return num(Fraction(top, bottom))
    return power(node, num(Fraction(1, 2)))


def eye(dim: Dim) -> Node:
    """The identity matrix."""
    return ONE if dim == 1 else make("eye", shape=(dim, dim))
