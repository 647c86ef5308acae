"""Functions of each entry, on index polynomials: exp, log, abs, comparisons and the named functions.

All are written with few generators (`exp`, `log`, `abs`, `sin`, `cos`, roots), so that `tanh(t)` and
`2*sigmoid(2*t) - 1` come out the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from gradcli.normal.indicators import split, split_at_steps
from gradcli.normal.label import canonical
from gradcli.normal.late import LATE
from gradcli.normal.poly import (
    ENTRYWISE,
    FIRST_DUMMY,
    ONE,
    ZERO,
    Atom,
    Factor,
    Poly,
    Rational,
    Term,
    add,
    atom,
    combination,
    number,
    rational,
    scale,
)
from gradcli.normal.powers import (
    as_unit,
    number_power,
    power,
    power_of_factors,
    power_of_units,
    power_rational,
    signed,
    units_of_single,
)
from gradcli.normal.simplify import contract, multiply, substitute
from gradcli.normal.units import (
    absolute_unit,
    argument,
    entrywise,
    factored,
    is_binary,
    is_regular,
    is_related,
    is_sign,
    is_strict,
    leading,
    primitive,
    product_of,
    raw,
    sign_argument,
    single,
    unit_value,
)
from gradcli.ops import formula
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.ops.scalar import ScalarFunction

# -------------------------------------------------------------- exp, log, abs


@split
def exp(poly: Poly) -> Poly:
    """`exp`, split into the exponentials of the terms."""
    factors: list[Poly] = []
    for term, value in poly.ordered():
        logs = [factor for factor in term if factor[0].kind == "log"]
        if len(logs) == 1 and logs[0][2] == 1 and all(i < FIRST_DUMMY for i in logs[0][1]):
            others = Poly({canonical([factor for factor in term if factor is not logs[0]]): value})
            base = argument(logs[0])
            factors.append(power_of_absolute(base, others) if logs[0][0].data == "abs" else power(base, others))
        else:
            factors.append(single(entrywise("exp", (Poly({term: 1}),)), value))
    return multiply(*factors) if factors else ONE


def power_of_absolute(base: Poly, exponent: Poly) -> Poly:
    """`abs(base) ** exponent`."""
    if exponent.number() is None and not is_regular(base) and not is_regular(exponent):
        return single(entrywise("power", (base, exponent), "abs"))
    halved = scale(Fraction(1, 2), exponent)
    content, factors = factored(base)
    squared = [(array, idx, rational(2 * e)) for array, idx, e in factors]
    constant = exponent.number()
    if constant is not None:
        return power_of_units(Fraction(content) ** 2, squared, rational(constant / Fraction(2)))
    return power_of_factors(Fraction(content) ** 2, squared, halved)


@split
def log(poly: Poly) -> Poly:
    """`log`, split where the signs of the factors are known."""
    return log_of_units(*factored(poly))


def log_of_units(content: Rational, units: list[Factor]) -> Poly:
    """`log(content * units)`."""
    if not content:
        raise ZeroDivisionError("log of zero")
    factors, rest = signed(content, units)
    parts: list[tuple[Rational, Poly]] = []
    for array, idx, exponent in factors:
        parts.append((exponent, _log_of_unit((array, idx, 1))))
    if rest is not None:
        parts.append((1, _log_of_unit(rest)))
    for array, _, exponent in number_power(abs(Fraction(content)), 1):
        parts.append((exponent, single(entrywise("log", (number(int(str(array.data))),)))))
    return combination(parts)


def _log_of_unit(unit: Factor) -> Poly:
    array, idx, _ = unit
    if array.kind == "exp":
        return argument(unit)
    if array.kind == "power" and array.positive:
        base = argument(unit, 0)
        return multiply(argument(unit, 1), log_of_absolute(base) if array.data == "abs" else log(base))
    if array.kind == "num":
        return single(entrywise("log", (number(int(str(array.data))),)))
    absolute_value = array.kind == "abs"
    inner = argument(unit) if absolute_value else unit_value(array, idx)
    if len(inner.terms) == 1 and (absolute_value or array.positive):
        ((factors, _),) = inner.terms.items()
        if len(factors) == 1 and factors[0][0].kind == "prod":
            return _log_of_product(factors[0][0])
    return single(entrywise("log", (inner,), "abs" if absolute_value else None))


def log_of_absolute(poly: Poly) -> Poly:
    """`log(abs(poly))`."""
    content, factors = factored(poly)
    squared = [(array, idx, rational(2 * exponent)) for array, idx, exponent in factors]
    return scale(Fraction(1, 2), log_of_units(Fraction(content) ** 2, squared))


def _log_of_product(array: Atom) -> Poly:
    """`log |Π_i u_i|` as `Σ_i log |u_i|`."""
    (dim,) = array.args[0].dims().values()
    return contract([(log_of_absolute(array.args[0]), {0: FIRST_DUMMY})], {FIRST_DUMMY: dim})


# ----------------------------------------------------------- signs and comparisons


@split_at_steps
def absolute(poly: Poly) -> Poly:
    """`abs`."""
    return absolute_of_units(*factored(poly))


def absolute_of_units(content: Rational, units: list[Factor]) -> Poly:
    """`abs(content * units)`."""
    factors: list[Factor] = []
    for array, idx, exponent in units:
        if is_sign(array) and isinstance(exponent, int):
            continue
        known = array.positive or not isinstance(exponent, int)
        factors.append((array, idx, exponent) if known else absolute_unit(array, idx, exponent))
    return product_of(abs(Fraction(content)), factors)


@split_at_steps
def step(poly: Poly) -> Poly:
    """1 where the entry is > 0, else 0."""
    return _signs(poly)[0]


@split_at_steps
def sign(poly: Poly) -> Poly:
    """-1, 0 or 1."""
    above, below = _signs(poly)
    return combination([(1, above), (-1, below)])


@split_at_steps
def nonzero(poly: Poly) -> Poly:
    """1 where the entry is not 0: the value itself where it can only be 0 or 1."""
    if multiply(poly, poly).key == poly.key:
        return poly
    return add(_signs(poly))


def _signs(poly: Poly) -> tuple[Poly, Poly]:
    """`(1 where > 0, 1 where < 0)`, in those of the units."""
    content, factors = factored(poly)
    if not content:
        return ZERO, ZERO
    above, below = (ONE, ZERO) if content > 0 else (ZERO, ONE)
    for unit in factors:
        up, down = _signs_of_unit(unit)
        above, below = (
            add([multiply(above, up), multiply(below, down)]),
            add([multiply(above, down), multiply(below, up)]),
        )
    return above, below


def _signs_of_unit(unit: Factor) -> tuple[Poly, Poly]:
    array, idx, exponent = unit
    if is_strict(array):
        return ONE, ZERO
    if array.kind in ("step", "mask", "delta", "place") or is_binary(array):
        return raw([(array, idx, 1)]), ZERO
    if array.kind in ("sym", "prod", "sign") and is_sign(array):
        value, half = raw([(array, idx, 1)]), Fraction(1, 2)
        up, down = (combination([(half, ONE), (side, value)]) for side in (half, -half))
        return (up, down) if isinstance(exponent, int) and exponent % 2 else (ONE, ZERO)
    inner = sign_argument(array)
    if inner is not None:
        above = step(substitute(inner, dict(enumerate(idx))))
        up, down = above, combination([(1, ONE), (-1, above)])
    else:
        value = argument(unit) if array.kind == "abs" else unit_value(array, idx)
        up = single(entrywise("step", (value,)))
        down = ZERO if array.positive and array.kind != "abs" else single(entrywise("step", (scale(-1, value),)))
    if array.kind == "abs" or (isinstance(exponent, int) and exponent % 2 == 0):
        return add([up, down]), ZERO
    return up, down


@lru_cache(maxsize=10_000)
def step_reductions(array: Atom) -> tuple[Factor, list[tuple[Term, Poly]], list[Factor]] | None:
    """For the atom `step(-u)`, u with a positive leading term: (`step(u)`, rules, powers of u).

    A rule is (what stands beside it, what both together are).  Of u = c*m + r:
    m * step(-u) = (u - u*step(u) - r*step(-u)) / c.  Beside a positive power of u, `step(-u)` is `1 - step(u)`.
    None for an atom that is not of this kind.
    """
    arg = array.args[0]
    top = leading(arg)
    if arg.terms[top] > 0:
        return None
    place = tuple(range(len(array.dims)))
    value = scale(-1, arg)
    above = entrywise("step", (value,))
    first = Fraction(value.terms[top])
    rest = [(-v / first, raw([*t, (array, place, 1)])) for t, v in value.terms.items() if t != top]
    whole = [(v / first, raw(t)) for t, v in value.terms.items()]
    upper = [(-v / first, raw([*t, above])) for t, v in value.terms.items()]
    rules = [] if any(is_related(f) for t in value.terms for f in t) else [(top, combination([*whole, *upper, *rest]))]
    powers_of = [entrywise("abs", (value,)), entrywise("root", (value,)), *units_of_single(value)]
    return above, rules, powers_of


def absolute_power(array: Atom, whole: int) -> Poly:
    """A whole power of an `abs` atom, in its slots: `u ** whole`, times the sign of u where that is odd."""
    arg = array.args[0]
    plain = as_unit(arg, whole)
    return plain if whole % 2 == 0 else multiply(plain, combination([(2, step(arg)), (-1, ONE)]))


def cosine_squares(arg: Poly, half: int) -> Poly:
    """`(1 - cos(arg)**2) ** half`."""
    cosine = named("cos", 0, arg)
    return power_rational(combination([(1, ONE), (-1, multiply(cosine, cosine))]), half)


# ------------------------------------------------------------- named functions

LARGEST_MULTIPLE = 6


@split
def named(name: str, order: int, arg: Poly) -> Poly:
    """`name` with `order` primes, at `arg`: a function of the language, or an arbitrary one."""
    row = SCALAR_FUNCTIONS.get(name)
    if row is None:
        return single(entrywise("elem", (arg,), (name, order)))
    if order and row.higher is not None:
        return single(entrywise("elem", (arg,), (name, order)))
    if order:
        return LATE.derivative_at(name, order, arg)
    own = _OWN.get(name)
    if own is not None:
        return own(arg)
    return _atomic(row, arg) if row.definition is None else formula.value(row.definition, Entries(arg))


def _atomic(row: ScalarFunction, arg: Poly) -> Poly:
    """A function of its own, at an argument whose leading sign is taken out where it is even or odd."""
    at = arg.number()
    if at is not None:
        known = row.exact.get(Fraction(at))
        if known is None and row.rational and row.value is not None:
            known = Fraction(row.value(math, Fraction(at)))
        if known is not None:
            return number(Fraction(known))
    flip = 1
    if row.parity and arg.terms and arg.terms[leading(arg)] < 0:
        arg, flip = scale(-1, arg), row.parity
    return scale(flip, single(entrywise("elem", (arg,), (row.name, 0))))


class Entries(formula.Algebra[Poly]):
    """Formulas of the catalogue, at a polynomial."""

    def __init__(self, arg: Poly) -> None:
        self._arg = arg

    def number(self, value: Fraction) -> Poly:
        return number(value)

    def constant(self, name: str) -> Poly:
        return pi() if name == "pi" else exp(ONE)

    def argument(self) -> Poly:
        return self._arg

    def add(self, a: Poly, b: Poly) -> Poly:
        return add([a, b])

    def multiply(self, a: Poly, b: Poly) -> Poly:
        return multiply(a, b)

    def power(self, base: Poly, exponent: Poly) -> Poly:
        constant = exponent.number()
        return power(base, exponent) if constant is None else power_rational(base, constant)

    def compare(self, op: str, a: Poly, b: Poly) -> Poly:
        less = step(combination([(1, b), (-1, a)]))
        return less if op == "<" else combination([(1, ONE), (-1, step(combination([(1, a), (-1, b)])))])

    def call(self, name: str, args: Sequence[Poly]) -> Poly:
        if name not in ("max", "min"):
            return named(name, 0, args[0])
        gap = absolute(combination([(1, args[0]), (-1, args[1])]))
        half = Fraction(1, 2)
        return combination([(half, args[0]), (half, args[1]), (half if name == "max" else -half, gap)])

    def where(self, condition: Poly, yes: Callable[[], Poly], no: Callable[[], Poly]) -> Poly:
        other = combination([(1, ONE), (-1, condition)])
        return add([multiply(condition, yes()), multiply(other, no())])


def sin(arg: Poly) -> Poly:
    """Sine; of a small multiple in the sine and cosine of the single."""
    times, rest = _multiple(arg)
    if times == 1:
        return _atomic(SCALAR_FUNCTIONS["sin"], arg)
    less = scale(times - 1, rest)
    return add([multiply(sin(less), cos(rest)), multiply(cos(less), sin(rest))])


def cos(arg: Poly) -> Poly:
    """Cosine; of a small multiple in the sine and cosine of the single."""
    times, rest = _multiple(arg)
    if times == 1:
        return _atomic(SCALAR_FUNCTIONS["cos"], arg)
    less = scale(times - 1, rest)
    return combination([(1, multiply(cos(less), cos(rest))), (-1, multiply(sin(less), sin(rest)))])


def _multiple(arg: Poly) -> tuple[int, Poly]:
    """`(k, rest)` with `arg == k * rest`, k a small positive whole number."""
    if arg.number() is not None:
        return 1, arg
    content = Fraction(primitive(arg)[0])
    k = abs(content.numerator)
    return (k, scale(Fraction(1, k), arg)) if k <= LARGEST_MULTIPLE else (1, arg)


def pi() -> Poly:
    """The number pi."""
    return Poly({((atom("sym", ("pi", (), "const", ()), positive=True), (), 1),): 1})


_OWN: dict[str, Callable[[Poly], Poly]] = {
    "exp": exp,
    "log": log,
    "sin": sin,
    "cos": cos,
    "abs": absolute,
    "sign": sign,
}


def rebuilt(array: Atom, mapping: Mapping[int, int]) -> Poly:
    """An entrywise atom with its slots put at other indices, which may be fixed or equal."""
    args = [contract([(arg, mapping)]) for arg in array.args]
    return applied(array, args)


def applied(array: Atom, args: list[Poly]) -> Poly:
    """The function that an entrywise atom is, of other arguments."""
    assert array.kind in ENTRYWISE
    if array.kind == "elem":
        assert isinstance(array.data, tuple)
        return named(array.data[0], array.data[1], args[0])
    if array.data == "abs":
        return log_of_absolute(args[0]) if array.kind == "log" else power_of_absolute(args[0], args[1])
    if array.kind == "power":
        return power(args[0], args[1])
    if array.kind == "root":
        return args[0]
    kinds: dict[str, Callable[[Poly], Poly]] = {
        "exp": exp,
        "log": log,
        "abs": absolute,
        "step": step,
    }
    return kinds[array.kind](args[0])


LATE.exp = exp
