"""What all terms of a sum are multiplied by, once: `(2 / s) * (y - (q / s) * x)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradcli.emit.instr import Instr, held
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum

_HIGHEST = 3  # power of a scalar that counts as that many factors
_PRODUCTS = ("outer", "matmul", "scale_rows", "scale_cols")


@dataclass(frozen=True, slots=True)
class _Coefficient:
    """A number times scalars over scalars."""

    value: Fraction
    over: tuple[Instr, ...] = ()
    under: tuple[Instr, ...] = ()

    @property
    def trivial(self) -> bool:
        """Whether nothing is multiplied, but for a sign."""
        return abs(self.value) == 1 and not self.over and not self.under

    @property
    def operations(self) -> int:
        """How many it takes to compute it: none where it is a number."""
        factors = len(self.over) + len(self.under)
        return factors - 1 + (abs(self.value) != 1 or not self.over) if factors else 0

    def without(self, other: _Coefficient) -> _Coefficient | None:
        """What is left when the other one is taken out; None where it is not in it."""
        over, under = _without(self.over, other.over), _without(self.under, other.under)
        return None if over is None or under is None else _Coefficient(self.value / other.value, over, under)


def _without(factors: Sequence[Instr], others: Sequence[Instr]) -> tuple[Instr, ...] | None:
    left = list(factors)
    for other in others:
        if other not in left:
            return None
        left.remove(other)
    return tuple(left)


@dataclass(frozen=True, slots=True)
class _Term:
    """A term: whether it is subtracted, what scales it, how large the array is that is scaled, and the term with
    another coefficient instead."""

    negative: bool
    coefficient: _Coefficient
    weight: int
    scaled_by: Callable[[_Coefficient], Instr]


def _common(run: Pass, instr: Instr) -> Instr | None:
    """The common coefficient outside, where that is less work: fewer entries to scale, or fewer scalars to compute."""
    if not instr.rank or len(instr.args) < 2:
        return None
    terms = [_taken_apart(run, sign, term) for sign, term in terms_of_sum(instr)]
    if any(term.coefficient.trivial for term in terms):
        return None
    cost = _cost([(term.coefficient, term.weight) for term in terms])
    best: tuple[_Coefficient, list[_Coefficient]] | None = None
    for candidate in dict.fromkeys(term.coefficient for term in terms if term.coefficient.value):
        outside = _Coefficient(abs(candidate.value), candidate.over, candidate.under)
        left = [term.coefficient.without(outside) for term in terms]
        rest = [coefficient for coefficient in left if coefficient is not None]
        if len(rest) < len(left):
            continue
        weighed = [(outside, run.weight(instr)), *((c, term.weight) for c, term in zip(rest, terms, strict=True))]
        if _cost(weighed) < cost:
            cost, best = _cost(weighed), (outside, rest)
    if best is None:
        return None
    outside, rest = best
    inner = [(term.negative, term.scaled_by(left)) for term, left in zip(terms, rest, strict=True)]
    return run.product(outside.value, [*outside.over, make_sum(run, inner, instr.rank)], outside.under)


def _cost(scaled: Sequence[tuple[_Coefficient, int]]) -> tuple[int, int]:
    entries = sum(weight for coefficient, weight in scaled if not coefficient.trivial)
    return entries, sum(coefficient.operations for coefficient, _ in scaled)


def _taken_apart(run: Pass, negative: bool, term: Instr) -> _Term:
    """A term by its coefficient, which may stand at a factor of a product that nothing else uses."""
    coefficient, arrays, under = _split(run, term)
    if under or not arrays:
        return _Term(negative, _Coefficient(Fraction(1)), run.weight(term), lambda left: term)
    body = arrays[0]
    if len(arrays) == 1 and coefficient.trivial and body.kind in _PRODUCTS and run.once(body) and run.once(term):
        for place, arg in enumerate(body.args):
            inside, factors, below = _split(run, arg)
            if arg.kind == "product" and run.once(arg) and factors and not below and not inside.trivial:
                sign = coefficient.value < 0
                return _Term(negative != sign, inside, run.weight(arg), _remade(run, body, place, factors))
    return _Term(negative, coefficient, run.weight(term), lambda left: _product(run, left, arrays))


def _remade(run: Pass, body: Instr, place: int, factors: list[Instr]) -> Callable[[_Coefficient], Instr]:
    """A product again with the factors at one place scaled by another coefficient."""

    def scaled_by(left: _Coefficient) -> Instr:
        args = list(body.args)
        args[place] = _product(run, left, factors)
        return run.make(body.kind, *args, data=body.data, rank=body.rank)

    return scaled_by


def _product(run: Pass, coefficient: _Coefficient, arrays: Sequence[Instr]) -> Instr:
    return run.product(coefficient.value, [*coefficient.over, *arrays], coefficient.under)


def _split(run: Pass, term: Instr) -> tuple[_Coefficient, list[Instr], list[Instr]]:
    """The coefficient of a product, its arrays above and those below."""
    value, over, under = parts_of_product(term)
    arrays, below = [part for part in over if part.rank], [part for part in under if part.rank]
    scalars: tuple[list[Instr], list[Instr]] = ([], [])
    todo = [(part, True) for part in reversed(over) if not part.rank]
    todo += [(part, False) for part in reversed(under) if not part.rank]
    while todo:
        part, above = todo.pop()
        if part.kind == "product" and run.once(part):
            number, tops, bottoms = parts_of_product(part)
            value = value * number if above else value / number
            todo += [(inner, above) for inner in reversed(tops)] + [(inner, not above) for inner in reversed(bottoms)]
            continue
        scalars[0 if above else 1].extend(_factors(part))
    return _Coefficient(value, tuple(scalars[0]), tuple(scalars[1])), arrays, below


def _factors(scalar: Instr) -> list[Instr]:
    """`s ** 2` as two factors."""
    if scalar.kind == "power" and scalar.args[1].kind == "number":
        exponent = held(scalar.args[1], Fraction)
        if exponent.denominator == 1 and 1 < exponent <= _HIGHEST:
            return [scalar.args[0]] * int(exponent)
    return [scalar]


COMMON: dict[str, tuple[Rule, ...]] = {"sum": (_common,)}
