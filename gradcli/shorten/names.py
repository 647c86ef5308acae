"""Names of the program put back where their values stand."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gradcli.expr.arith import add, mul, power, split_number
from gradcli.expr.linear import matmul, trace, transpose
from gradcli.expr.node import Node, num, value_of
from gradcli.expr.walk import postorder
from gradcli.shorten.facts import Facts
from gradcli.shorten.split import (
    Product,
    chained,
    divided,
    entry_powers,
    powers_node,
    taken_apart,
    together,
)

_EXPONENTS = tuple(map(Fraction, (1, -1, 2, -2, 3, -3)))
_MOST_SPELLED = 12  # factors: each may stand before the rest
_LEAVES = frozenset({"var", "num", "dim", "ones", "zeros", "eye", "param", "const", "cotangent"})
_DERIVATIVES = frozenset({"cotangent", "grad", "jac", "hess", "loss"})


class Names:
    """The names that an answer may use: `values` in the program's order, each with its value in names before it."""

    def __init__(self, facts: Facts, usable: frozenset[Node]) -> None:
        self._whole: dict[Node, Node] = {}
        self._products: dict[Node, list[tuple[Node, Node]]] = {}  # by one of the bases
        self._sums: dict[Node, list[tuple[Node, Node]]] = {}
        self._chains: dict[Node, list[tuple[Node, Product]]] = {}  # by the first factor
        of_arrays: set[Node] = set()
        for name, value in facts.values.items():
            if name not in usable or value.op in _LEAVES or any(n.op in _DERIVATIVES for n in postorder(value)):
                continue
            nodes = postorder(value)
            if any(len(node.shape) > 2 for node in nodes):
                continue
            if not any(node.shape or node in of_arrays for node in nodes):
                continue  # of scalars alone a polynomial reads better than a name in it
            of_arrays.add(name)
            for form in _spellings(value):
                self._enter(name, form)

    def _enter(self, name: Node, value: Node) -> None:
        self._whole.setdefault(value, name)
        if len(value.shape) in (1, 2):
            self._whole.setdefault(transpose(value), transpose(name))
        if value.op == "add":
            _, first = split_number(value.args[0])
            self._sums.setdefault(first, []).append((name, value))
        if value.op in ("mul", "pow"):
            for base in entry_powers(value)[1]:
                self._products.setdefault(base, []).append((name, value))
        parts = taken_apart(value)
        if parts.chain is not None and value.shape:
            self._chains.setdefault(parts.chain[0], []).append((name, parts))
            back = tuple(transpose(factor) for factor in reversed(parts.chain))
            if back != parts.chain:
                turned = Product(parts.number, parts.scalars, (_raw(back),))
                self._chains.setdefault(back[0], []).append((transpose(name), turned))

    def folded(self, node: Node) -> Iterator[Node]:
        """Expressions with a name in the place of its value."""
        whole = self._whole.get(node)
        if whole is not None and whole.shape == node.shape:
            yield whole
        if node.op == "add":
            yield from self._in_sum(node)
        if node.op in ("mul", "pow"):
            yield from self._in_product(node)
            yield from self._next_power(node)
        if node.op in ("mul", "matmul"):
            yield from self._in_chain(node)
        if node.op in ("mul", "tr"):
            yield from self._in_trace(node)

    def _in_sum(self, node: Node) -> Iterator[Node]:
        terms = {rest: number for number, rest in map(split_number, node.args)}
        for rest in list(terms):
            for name, value in self._sums.get(rest, ()):
                if value.shape != node.shape:
                    continue
                parts = [split_number(term) for term in value.args]
                if not all(part in terms for _, part in parts):
                    continue
                ratio = terms[parts[0][1]] / parts[0][0]
                if any(terms[part] != ratio * number for number, part in parts):
                    continue
                left = [mul(num(number), term) for term, number in terms.items() if term not in {p for _, p in parts}]
                yield add(mul(num(ratio), name), *left)

    def _in_product(self, node: Node) -> Iterator[Node]:
        number, powers = entry_powers(node)
        for base in [base for base, e in powers.items() if base.op == "add" and e.denominator == 1]:
            turned = mul(num(-1), base)
            if base not in self._products and turned in self._products:
                exponent = powers.pop(base)
                powers[turned] = exponent
                number *= (-1) ** int(exponent)
        tried: set[Node] = set()
        for base in powers:
            for name, value in self._products.get(base, ()):
                if name in tried or (value.shape and value.shape != node.shape):
                    continue
                tried.add(name)
                theirs = entry_powers(value)
                for exponent in _EXPONENTS:
                    if exponent < 0 and any(e < 0 for e in theirs[1].values()):
                        continue  # what the name divides by may be nothing where that is a factor
                    left = divided(powers, theirs[1], exponent)
                    if left is not None:
                        scale = number / theirs[0] ** int(exponent)
                        yield mul(num(scale), *powers_node(left), power(name, num(exponent)))

    def _next_power(self, node: Node) -> Iterator[Node]:
        """`b ** (p - 1)` as `k / b`, where k is `b ** p`."""
        factors = node.args if node.op == "mul" else (node,)
        for place, factor in enumerate(factors):
            if factor.op != "pow" or value_of(factor.args[1]) is not None or factor.shape:
                continue
            base, exponent = factor.args
            for step in (1, -1):
                name = self._whole.get(power(base, add(exponent, num(step))))
                if name is not None:
                    yield mul(*factors[:place], *factors[place + 1 :], name, power(base, num(-step)))

    def _in_chain(self, node: Node) -> Iterator[Node]:
        whole = taken_apart(node)
        if whole.chain is not None:
            yield from self._along(whole, whole.chain)
            yield from self._in_entries(whole, whole.chain)
        for base, exponent in whole.scalars.items():
            if base.op == "matmul" and exponent == 1:
                rest = {other: e for other, e in whole.scalars.items() if other is not base}
                for found in self._in_entries(Product(whole.number, rest, ()), base.args):
                    yield mul(found, *whole.arrays)
            if base.op == "matmul" and exponent == 1:
                rest = {other: e for other, e in whole.scalars.items() if other is not base}
                for found in self._along(Product(whole.number, rest, ()), base.args):
                    yield mul(found, *whole.arrays)

    def _in_trace(self, node: Node) -> Iterator[Node]:
        """Of `tr(S @ A @ A.T) / N` with `P = A @ A.T / N`: `tr(S @ P)`."""
        whole = taken_apart(node)
        for base, exponent in whole.scalars.items():
            if base.op != "tr" or base.args[0].op != "matmul" or exponent != 1:
                continue
            rest = {other: e for other, e in whole.scalars.items() if other is not base}
            for chain in _rotations(base.args[0].args):
                for found in self._along(Product(whole.number, rest, ()), chain):
                    apart = taken_apart(found)
                    yield together(apart.number, apart.scalars, trace(mul(*apart.arrays)), *whole.arrays)

    def _in_entries(self, whole: Product, chain: tuple[Node, ...]) -> Iterator[Node]:
        """Of `(g * (x - m)).T @ d / s` with `y = (x - m) / s`: `(g * y).T @ d`."""
        if len(chain) < 2 or not whole.scalars:
            return
        for place, factor in enumerate(chain):
            turned = factor.op == "T"
            core = factor.args[0] if turned else factor
            if core.op not in ("mul", "add"):
                continue
            for found in self._in_product(mul(*powers_node(whole.scalars), core)):
                apart = taken_apart(found)
                entries = mul(*apart.arrays)
                if entries.shape == core.shape:
                    row = (*chain[:place], transpose(entries) if turned else entries, *chain[place + 1 :])
                    yield together(whole.number * apart.number, apart.scalars, chained(row))

    def _along(self, whole: Product, chain: tuple[Node, ...]) -> Iterator[Node]:
        for start, factor in enumerate(chain):
            for name, part in self._chains.get(factor, ()):
                inner = part.chain
                if inner is None or chain[start : start + len(inner)] != inner:
                    continue
                scalars = divided(whole.scalars, part.scalars, Fraction(1))
                if scalars is None or (len(inner) == 1 and not part.scalars and part.number == 1):
                    continue
                row = (*chain[:start], name, *chain[start + len(inner) :])
                yield together(whole.number / part.number, scalars, chained(row))


def _raw(chain: tuple[Node, ...]) -> Node:
    return chain[0] if len(chain) == 1 else matmul(*chain)


def _spellings(value: Node) -> Iterator[Node]:
    """The value, and inner products and traces in each of their spellings."""
    yield value
    number, rest = split_number(value)
    factors = rest.args if rest.op == "mul" else (rest,)
    if len(factors) > _MOST_SPELLED:
        return
    for place, factor in enumerate(factors):
        for other in _inner_products(factor):
            yield mul(num(number), *factors[:place], other, *factors[place + 1 :])


def _rotations(chain: tuple[Node, ...]) -> Iterator[tuple[Node, ...]]:
    """The factors in the orders that have the same trace."""
    return (chain[start:] + chain[:start] for start in range(len(chain)))


def _inner_products(node: Node) -> Iterator[Node]:
    if node.args and len(node.args[0].args) > _MOST_SPELLED:
        return
    if node.op == "tr" and node.args[0].op == "matmul":
        yield from (trace(matmul(*chain)) for chain in _rotations(node.args[0].args))
    if node.op == "sum" and len(node.args[0].shape) == 1 and node.args[0].op == "mul":
        factors = node.args[0].args
        for place, factor in enumerate(factors):
            yield matmul(transpose(factor), mul(*factors[:place], *factors[place + 1 :]))
            yield matmul(transpose(mul(*factors[:place], *factors[place + 1 :])), factor)
    if node.op == "pow" and node.args[0].op == "norm" and len(node.args[0].args[0].shape) == 1:
        inner = node.args[0].args[0]
        yield matmul(transpose(inner), inner)
