"""Common factors of the terms of a sum taken out, and brackets opened where that ends shorter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm

from gradcli.expr.arith import add, eye, mul, split_number
from gradcli.expr.collect import cuts
from gradcli.expr.linear import matmul, transpose
from gradcli.expr.node import ONE, Node, make, num
from gradcli.expr.shapes import rows
from gradcli.shorten.split import Powers, Product, chained, entry_powers, powers_node, taken_apart, together

_MOST_TERMS = 8


def factored(node: Node) -> Iterator[Node]:
    """Sums with a common factor of some terms before a bracket."""
    if node.op != "add" or len(node.args) > _MOST_TERMS:
        return
    parts = [taken_apart(term) for term in node.args]
    groups: dict[object, list[int]] = {}
    for place, part in enumerate(parts):
        for key in _keys(part):
            groups.setdefault(key, []).append(place)
    whole = range(len(parts))
    tried: set[tuple[int, ...]] = set()
    for chosen in [tuple(whole), *(tuple(places) for places in groups.values())]:
        if len(chosen) < 2 or chosen in tried:
            continue
        tried.add(chosen)
        bracket = _taken_out(node, [parts[place] for place in chosen], [node.args[place] for place in chosen])
        if bracket is None:
            continue
        others = tuple(term for place, term in enumerate(node.args) if place not in chosen)
        yield make("add", (*others, bracket), shape=node.shape) if others else bracket


def _keys(part: Product) -> Iterator[object]:
    yield "number", abs(part.number)
    for base, exponent in part.scalars.items():
        yield "scalar", base, exponent > 0
    if part.chain is not None:
        yield "left", part.chain[0]
        yield "right", part.chain[-1]
    if len(part.arrays) == 1 and part.arrays[0].op == "eye":
        yield "eye", None
    for array in part.arrays:
        yield "array", array


def _taken_out(node: Node, parts: Sequence[Product], terms: Sequence[Node]) -> Node | None:
    """The common factors of some terms times the sum of what is left of them; None where they have none."""
    number = _content([part.number for part in parts])
    scalars = _common([part.scalars for part in parts])
    left = [Product(part.number / number, _without(part.scalars, scalars), part.arrays) for part in parts]
    front, inside, back = _outer_factors(left, node)
    if not scalars and not front and not back and (number == 1 or len({abs(part.number) for part in parts}) > 1):
        return None
    bracket = add(*inside)
    if not bracket.shape and node.shape and not (front or back):
        bracket = mul(bracket, make("ones", shape=node.shape))
    if bracket.op == "add" and all(split_number(term)[0] < 0 for term in bracket.args):
        bracket, number = mul(num(-1), bracket), -number
    if front is not None and back is not None and (front or back):
        bracket = matmul(*front, bracket, *back)
    return together(number, scalars, bracket)


def _content(numbers: Sequence[Fraction]) -> Fraction:
    top = gcd(*(abs(value.numerator) for value in numbers))
    below = lcm(*(value.denominator for value in numbers))
    return Fraction(top, below) if all(value.denominator == below for value in numbers) else Fraction(top, 1)


def _common(powers: Sequence[Powers]) -> Powers:
    out: Powers = {}
    for base, exponent in powers[0].items():
        others = [other.get(base, Fraction(0)) for other in powers]
        if all(value * exponent > 0 for value in others):
            out[base] = min(others, key=abs)
    return out


def _without(powers: Powers, common: Powers) -> Powers:
    return {base: exponent - common.get(base, Fraction(0)) for base, exponent in powers.items()}


def _outer_factors(parts: Sequence[Product], node: Node) -> tuple[tuple[Node, ...], list[Node], tuple[Node, ...]]:
    """Common factors at both ends of matrix products, and what is left of each term."""
    plain = [together(part.number, part.scalars, *part.arrays) for part in parts]
    chains = [part.chain for part in parts]
    if any(chain is None or not chain for chain in chains):
        return (), plain, ()
    known = [chain for chain in chains if chain is not None]
    front = _shared(known)
    rest = [chain[len(front) :] for chain in known]
    back = tuple(reversed(_shared([tuple(reversed(chain)) for chain in rest])))
    if front and any(chain and cuts(chain) for chain in rest):
        front, rest = (), known
    if back and any(len(chain) > len(back) and cuts(chain[-len(back) - 1 :: -1]) for chain in rest):
        back = ()
    if front and any(rows(chain[len(front)].shape) == 1 for chain in known if len(chain) > len(front)):
        back = ()  # of an outer product there is a row left
        if len(front) == 1 and rows(front[0].shape) != rows(node.shape):
            return (), plain, ()
    if not front and not back:
        return (), plain, ()
    inside = []
    for part, chain in zip(parts, rest, strict=True):
        middle = chain[: len(chain) - len(back)]
        if not middle and not (front and back and len(front[-1].shape) == 2):
            return (), plain, ()
        between = chained(middle) if middle else eye(front[-1].shape[1])
        inside.append(together(part.number, part.scalars, between))
    if len({value.shape for value in inside}) != 1:
        return (), plain, ()
    return front, inside, back


def _shared(chains: Sequence[tuple[Node, ...]]) -> tuple[Node, ...]:
    """The factors that all chains begin with."""
    out: list[Node] = []
    for factors in zip(*chains, strict=False):
        if any(factor is not factors[0] for factor in factors):
            break
        out.append(factors[0])
    return tuple(out)


def common_entries(node: Node) -> Iterator[Node]:
    """`p * a + p * b` of arrays multiplied by entry as `p * (a + b)`."""
    if node.op != "add" or not node.shape or len(node.args) > _MOST_TERMS:
        return
    found = [entry_powers(term) for term in node.args]
    common = _common([powers for _, powers in found])
    common = {base: exponent for base, exponent in common.items() if base.shape}
    if not common:
        return
    inside = [mul(num(each[0]), *powers_node(_without(each[1], common)) or [ONE]) for each in found]
    bracket = add(*inside)
    if bracket.shape and bracket.shape != node.shape:
        return
    yield mul(*powers_node(common), bracket)


def opened(node: Node) -> Iterator[Node]:
    """A product with a bracket, multiplied out."""
    if node.op == "matmul":
        sums = [place for place, factor in enumerate(node.args) if factor.op == "add"]
        for place in sums[:2]:
            factor = node.args[place]
            if len(factor.args) > 4 or any(not term.shape for term in factor.args):
                continue
            yield add(*(matmul(*node.args[:place], term, *node.args[place + 1 :]) for term in factor.args))
    if node.op == "mul":
        sums = [place for place, factor in enumerate(node.args) if factor.op == "add"]
        for place in sums[:2]:
            factor = node.args[place]
            if len(factor.args) <= 4:
                rest = [*node.args[:place], *node.args[place + 1 :]]
                yield add(*(mul(*rest, term) for term in factor.args))


def minus_inside(node: Node) -> Iterator[Node]:
    """`-A @ (t - y)` as `A @ (y - t)`."""
    whole = taken_apart(node)
    if whole.number >= 0:
        return
    chain = whole.chain
    for place, factor in enumerate(chain or ()):
        if factor.op == "add" and any(split_number(term)[0] < 0 for term in factor.args):
            assert chain is not None
            if transpose(factor) in chain:
                continue  # `-(x - m) @ (x - m).T` shows that it is symmetric
            turned = mul(num(-1), factor)
            if turned.op == "add":
                row = (*chain[:place], turned, *chain[place + 1 :])
                yield together(-whole.number, whole.scalars, chained(row))
    for place, factor in enumerate(whole.arrays if len(whole.arrays) > 1 else ()):
        if factor.op == "add" and any(split_number(term)[0] < 0 for term in factor.args):
            arrays = [*whole.arrays[:place], mul(num(-1), factor), *whole.arrays[place + 1 :]]
            yield together(-whole.number, whole.scalars, *arrays)
    for base, exponent in whole.scalars.items():
        if base.op == "add" and exponent == 1 and any(split_number(term)[0] < 0 for term in base.args):
            rest = {b: e for b, e in whole.scalars.items() if b is not base}
            yield mul(together(-whole.number, rest, *whole.arrays), mul(num(-1), base))
