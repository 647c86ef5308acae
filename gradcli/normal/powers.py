"""Powers, entry by entry."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from gradcli.normal.indicators import split
from gradcli.normal.late import LATE
from gradcli.normal.poly import (
    FIRST_DUMMY,
    MOST_TERMS,
    ONE,
    ZERO,
    Atom,
    Factor,
    Poly,
    Rational,
    Term,
    TooLarge,
    atom,
    combination,
    rational,
    scale,
)
from gradcli.normal.simplify import multiply
from gradcli.normal.units import (
    absolute_unit,
    argument,
    entrywise,
    factored,
    is_regular,
    is_related,
    is_sign,
    is_unit_product,
    leading,
    product_of,
    raw,
    shared_factors,
    single,
    unit_value,
)

LARGEST_TRIAL_PRIME = 1_000
MOST_BITS = 20_000


def power_rational(poly: Poly, q: Rational) -> Poly:
    """`poly ** q`, entry by entry."""
    q = rational(q)
    return _plain_power(poly, q) if isinstance(q, int) and q >= 0 else _in_pieces(poly, q)


@split
def _in_pieces(poly: Poly, q: Rational) -> Poly:
    return _plain_power(poly, q)


def _plain_power(poly: Poly, q: Rational) -> Poly:
    if q == 0:
        return ONE
    if q == 1:
        return poly
    if not poly.terms:
        if q < 0:
            raise ZeroDivisionError("division by zero")
        return poly
    if isinstance(q, int) and q > 0 and len(poly.terms) > 1:
        return _repeated(poly, q)
    if isinstance(q, int) and is_unit_product(poly):
        ((term, value),) = poly.terms.items()
        return product_of(whole_power(value, q), [(array, idx, exponent * q) for array, idx, exponent in term])
    if isinstance(q, int) and q > 0:
        return _repeated(poly, q)
    return power_of_units(*factored(poly), q)


def power_of_units(content: Rational, units: list[Factor], q: Rational) -> Poly:
    """`(content * units) ** q`."""
    if isinstance(q, int):
        return product_of(whole_power(content, q), [(array, idx, exponent * q) for array, idx, exponent in units])
    if not content:
        return power_rational(ZERO, q)
    factors, rest = signed(content, units)
    out: list[Factor] = [(array, idx, exponent * q) for array, idx, exponent in factors]
    out.extend(number_power(abs(Fraction(content)), q))
    if rest is not None:
        array, idx, _ = rest
        out.append((array, idx, q))
    return product_of(1, out)


def _repeated(poly: Poly, q: int) -> Poly:
    if len(poly.terms) ** q > MOST_TERMS or q > 200:
        raise TooLarge("a power of a sum with too many terms")
    out = poly
    for _ in range(q - 1):
        out = multiply(out, poly)
    return out


def whole_power(value: Rational, q: int) -> Rational:
    """A whole power of a number.

    Raises TooLarge.
    """
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    if abs(value) != 1 and bits * abs(q) > MOST_BITS:
        raise TooLarge("a number with too many digits")
    return Fraction(value) ** q if q >= 0 else 1 / Fraction(value) ** -q


def number_power(value: Rational, q: Rational) -> list[Factor]:
    """`value ** q` of a positive rational as powers of primes."""
    out: list[Factor] = []
    for whole, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, count in _primes(whole).items():
            out.append((atom("num", prime, positive=True), (), rational(Fraction(count * sign) * q)))
    return out


@lru_cache(maxsize=10_000)
def _primes(whole: int) -> dict[int, int]:
    """Prime factors; a cofactor without small ones counts as a prime."""
    out: dict[int, int] = {}
    for prime in range(2, LARGEST_TRIAL_PRIME):
        while whole % prime == 0:
            out[prime] = out.get(prime, 0) + 1
            whole //= prime
        if whole == 1:
            break
    if whole > 1:
        out[whole] = out.get(whole, 0) + 1
    return out


def signed(content: Rational, units: list[Factor]) -> tuple[list[Factor], Factor | None]:
    """Split `content * units` into factors that are not negative and one of unknown sign.

    `u**3 * v` of unknown signs is `abs(u)**2 * (u*v)`: nothing is said about `u` alone.  The sign of the content
    goes with the factor of unknown sign.  Where that is a single unit, it is left as it is.
    """
    positive: list[Factor] = []
    unknown: list[Factor] = []
    for unit in units:
        array, idx, exponent = unit
        if array.positive or not isinstance(exponent, int):
            positive.append(unit)
        elif exponent % 2 == 0:
            if not is_sign(array):
                positive.append(absolute_unit(array, idx, exponent))
        else:
            unknown.append(unit)
    if not unknown and content > 0:
        return positive, None
    if len(unknown) == 1 and content > 0:
        return [*positive, unknown[0]], None
    for array, idx, exponent in unknown:
        if exponent != 1 and not is_sign(array):
            positive.append(absolute_unit(array, idx, exponent - 1))
    rest = product_of(1 if content > 0 else -1, [(array, idx, 1) for array, idx, _ in unknown])
    return positive, entrywise("root", (rest,))


def as_unit(base: Poly, exponent: Rational) -> Poly:
    """A power of a sum or of a factor, not multiplied out: it may meet a power of the same."""
    if is_unit_product(base):
        return power_rational(base, exponent)
    array, idx, _ = entrywise("root", (base,))
    return raw([(array, idx, exponent)])


@split
def power(base: Poly, exponent: Poly) -> Poly:
    """`base ** exponent`, entry by entry."""
    constant = exponent.number()
    if constant is not None:
        return power_rational(base, constant)
    if base.number() == 1:
        return ONE
    if not base.terms:
        raise ZeroDivisionError("a power of zero")
    if not is_regular(base) and not is_regular(exponent):
        return single(entrywise("power", (base, exponent)))  # 0**(a + b) need not be 0**a * 0**b
    content, units = factored(base)
    if not content:
        raise ZeroDivisionError("a power of zero")
    return power_of_factors(content, units, exponent)


def power_of_factors(content: Rational, units: list[Factor], exponent: Poly) -> Poly:
    """`(content * units) ** exponent`."""
    parts: list[Poly] = []
    positive, rest = list[Factor](), list[Factor]()
    for unit in units:
        even = isinstance(unit[2], int) and unit[2] % 2 == 0 and not is_sign(unit[0])
        known = absolute_unit(*unit) if even and not unit[0].positive else unit
        (positive if known[0].positive else rest).append(known)
    for term, value in exponent.ordered():
        if not term:
            parts.append(power_of_units(content, units, value))
            continue
        for unit in positive:
            parts.append(_power_of_unit(unit, term, value))
        if content > 0:
            for array, idx, count in number_power(Fraction(content), 1):
                parts.append(_power_of_unit((array, idx, count), term, value))
        if rest or content < 0:
            whole = product_of(1 if content > 0 else rational(content), rest)
            power_atom = entrywise("power", (whole, Poly({term: 1}) if isinstance(value, int) else Poly({term: value})))
            parts.append(single(power_atom, value if isinstance(value, int) else 1))
    return multiply(*parts)


def _power_of_unit(unit: Factor, term: Term, value: Rational) -> Poly:
    """`unit ** (value * term)` of a unit that is not negative."""
    array, idx, count = unit
    if array.kind == "exp":
        return LATE.exp(scale(value * count, multiply(argument(unit), Poly({term: 1}))))
    if array.kind == "abs":
        return single(entrywise("power", (argument(unit), Poly({term: 1})), "abs"), value * count)
    return single(entrywise("power", (unit_value(array, idx), Poly({term: 1}))), value * count)


@lru_cache(maxsize=10_000)
def root_reductions(array: Atom, exponent: Rational) -> list[tuple[Term, Poly]]:
    """Rules for a negative power of a sum P: (what stands beside `P ** exponent`, what both together are).

    With leading term c*m and the rest r: m * P**e = (P**(e+1) - r * P**e) / c.  Where the only other term than
    those with a factor v is the number c: P**e / v = (P**(e+1) / v - (P - c)/v * P**e) / c.
    """
    base = array.args[0]
    if any(is_related(factor) for term in base.terms for factor in term):
        return []
    place = tuple(range(len(array.dims)))
    lower, higher = (array, place, exponent), (array, place, rational(exponent + 1))
    top = leading(base)
    first = Fraction(base.terms[top])
    rest = [(-value / first, raw([*term, lower])) for term, value in base.terms.items() if term != top]
    lead = combination([(1 / first, raw([higher])), *rest])
    out: list[tuple[Term, Poly]] = [(top, lead)]
    constant = base.terms.get(())
    if constant:
        others = Poly({term: value for term, value in base.terms.items() if term})
        for unit in shared_factors(others) or units_of_single(others):
            inverse: Factor = (unit[0], unit[1], -1)
            if unit[2] < 1:
                continue
            below = [(-v / Fraction(constant), raw([*t, inverse, lower])) for t, v in others.terms.items()]
            image = combination([(1 / Fraction(constant), raw([higher, inverse])), *below])
            out.append(((inverse,), image))
            break
    return out


def units_of_single(poly: Poly) -> list[Factor]:
    if len(poly.terms) != 1:
        return []
    return [factor for term in poly.terms for factor in term if all(i < FIRST_DUMMY for i in factor[1])]
