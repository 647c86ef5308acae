"""Functions of each entry, on index polynomials: powers, exp, log, abs, comparisons and the named functions.

All are written with few generators (`exp`, `log`, `abs`, `sin`, `cos`, roots), so that `tanh(t)` and
`2*sigmoid(2*t) - 1` come out the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import permutations
from math import gcd, lcm

from gradcli.normal.atom import (
    ENTRYWISE,
    FIRST_DUMMY,
    Atom,
    Factor,
    Rational,
    Term,
    TooLarge,
    Unsupported,
    atom,
    rational,
)
from gradcli.normal.label import canonical, components
from gradcli.normal.poly import MOST_TERMS, ONE, ZERO, Poly, add, collect, combination, number, scale, term_key
from gradcli.normal.product import Product
from gradcli.normal.simplify import contract, multiply, simplify, substitute, times

MOST_PERMUTED = 4
LARGEST_TRIAL_PRIME = 1_000
_ANALYTIC = frozenset({"exp", "log", "root", "power"})
_ANALYTIC_NAMES = frozenset({"sin", "cos", "erf", "asin", "atan"})


# ---------------------------------------------------------------------- atoms


def entrywise(kind: str, args: tuple[Poly, ...], data: tuple[str, int] | None = None) -> Factor:
    """The factor for a function of the entries of `args`, whose free indices it has.

    The slots are put in the order that gives the smallest key, so that `g(A).T` and `g(A.T)` are the same.
    """
    used = sorted({i for arg in args for i in arg.free()})
    dims = {i: dim for arg in args for i, dim in arg.dims().items()}
    orders = permutations(used) if len(used) <= MOST_PERMUTED else iter([tuple(used)])
    best: tuple[tuple[str, ...], tuple[int, ...], tuple[Poly, ...]] | None = None
    alike: list[tuple[int, ...]] = []
    for order in orders:
        renamed = tuple(substitute(arg, {i: slot for slot, i in enumerate(order)}) for arg in args)
        keys = (*(arg.key for arg in renamed), *(str(dims[i]) for i in order))
        if best is None or keys < best[0]:
            best, alike = (keys, order, renamed), []
        elif keys == best[0]:
            alike.append(order)
    assert best is not None
    _, order, slots = best
    symmetries = tuple(tuple(order.index(i) for i in other) for other in alike)
    regular = all(is_regular(arg) for arg in args) and (
        kind in _ANALYTIC or (data is not None and data[0] in _ANALYTIC_NAMES)
    )
    positive = kind in ("exp", "abs", "step", "nonzero") or (kind in ("root", "power") and is_positive(slots[0]))
    array = atom(kind, data, slots, tuple(dims[i] for i in order), symmetries, positive, regular)
    return array, order, 1


def single(factor: Factor, exponent: Rational = 1) -> Poly:
    """The polynomial of one factor, to a power, brought to its normal form."""
    out: dict[Term, Rational] = {}
    array, idx, own = factor
    simplify(Product(1, [(array, idx, rational(own * exponent))], {}), out)
    return Poly(out)


def argument(factor: Factor, which: int = 0) -> Poly:
    """An argument of an entrywise factor, at the factor's indices."""
    array, idx, _ = factor
    return substitute(array.args[which], dict(enumerate(idx)))


def is_positive(poly: Poly) -> bool:
    """Whether every entry is known to be >= 0 wherever it is defined."""
    factors = (factor for term in poly.terms for factor in term)
    return all(value >= 0 for value in poly.terms.values()) and all(_positive(factor) for factor in factors)


def _positive(factor: Factor) -> bool:
    array, _, exponent = factor
    return array.positive or not isinstance(exponent, int) or exponent % 2 == 0


def is_regular(poly: Poly) -> bool:
    """Whether the entries are analytic functions, none of them zero on an open set."""
    return bool(poly.terms) and all(array.regular for term in poly.terms for array, _, _ in term)


def is_unit_product(poly: Poly) -> bool:
    """One term without sums in it."""
    return len(poly.terms) == 1 and all(i < FIRST_DUMMY for term in poly.terms for _, idx, _ in term for i in idx)


# ----------------------------------------------------------------- factorising


def factored(poly: Poly) -> tuple[Rational, list[Factor]]:
    """`(c, units)` with the polynomial their product; each unit a factor without dummies.

    A sum that does not fall apart is a unit of kind `root`, its leading coefficient positive, its coefficients
    whole and without common divisor.
    """
    if not poly.terms:
        return 0, []
    common: list[Factor] = []
    for _ in range(20):
        shared = _shared(poly)
        if not shared:
            break
        common.extend(shared)
        poly = times(poly, [(array, idx, -exponent) for array, idx, exponent in shared])
    if len(poly.terms) > 1:
        poly, sums = _without_shared_sums(poly)
        common.extend(sums)
    content, poly = primitive(poly)
    if len(poly.terms) > 1:
        common.append(entrywise("root", (poly,)))
    else:
        ((term, value),) = poly.terms.items()
        content = rational(content * value)
        for part in components(term):
            bound = any(i >= FIRST_DUMMY for _, idx, _ in part for i in idx)
            if bound:
                common.append(entrywise("root", (Poly({canonical(part): 1}),)))
            else:
                common.extend(part)
    exponents: dict[tuple[Atom, tuple[int, ...]], Rational] = {}
    for array, idx, exponent in common:
        exponents[array, idx] = rational(exponents.get((array, idx), 0) + exponent)
    return content, [(array, idx, exponent) for (array, idx), exponent in exponents.items() if exponent]


def _shared(poly: Poly) -> list[Factor]:
    """Factors without dummies that every term has, and those that stand in a denominator of some."""
    lowest: dict[tuple[Atom, tuple[int, ...]], Rational] = {}
    seen: Counter[tuple[Atom, tuple[int, ...]]] = Counter()
    for term in poly.terms:
        for array, idx, exponent in term:
            if all(i < FIRST_DUMMY for i in idx):
                spot = (array, idx)
                lowest[spot] = min(lowest.get(spot, exponent), exponent)
                seen[spot] += 1
    if len(poly.terms) == 1:
        return []
    full = len(poly.terms)
    return [(*spot, low) for spot, low in lowest.items() if low < 0 or seen[spot] == full]


def _without_shared_sums(poly: Poly) -> tuple[Poly, list[Factor]]:
    """Take out the components with dummies that every term has, as roots."""
    parts: list[tuple[Rational, Counter[Term]]] = []
    for term, value in poly.terms.items():
        parts.append((value, Counter(canonical(part) for part in components(term))))
    shared = parts[0][1].copy()
    for _, counter in parts[1:]:
        shared &= counter
    shared = Counter({part: count for part, count in shared.items() if _has_dummies(part)})
    if not shared:
        return poly, []
    out: dict[Term, Rational] = {}
    for value, counter in parts:
        item = Product(value, [], {})
        for part in (counter - shared).elements():
            item.multiply_in(part, {})
        collect(out, canonical(item.factors), value)
    units: list[Factor] = []
    for part, count in sorted(shared.items(), key=lambda pair: term_key(pair[0])):
        array, idx, _ = entrywise("root", (Poly({part: 1}),))
        units.append((array, idx, count))
    return Poly(out), units


def _has_dummies(term: Term) -> bool:
    return any(i >= FIRST_DUMMY for _, idx, _ in term for i in idx)


def primitive(poly: Poly) -> tuple[Rational, Poly]:
    """`(c, rest)`: whole coefficients without common divisor, the leading one positive."""
    values = [Fraction(value) for value in poly.terms.values()]
    content = Fraction(gcd(*(v.numerator for v in values)), lcm(*(v.denominator for v in values)))
    if poly.terms[leading(poly)] < 0:
        content = -content
    return rational(content), scale(1 / content, poly)


def leading(poly: Poly) -> Term:
    """The term of the highest degree, in an order that is the same in every process."""
    return max(poly.terms, key=lambda term: (degree(term), term_key(term)))


def degree(term: Term) -> Rational:
    """How many factors a term has, with exponents; constants do not count."""
    total: Rational = 0
    for array, _, exponent in term:
        if array.kind not in ("delta", "mask", "num", "dim"):
            total += max(exponent, -exponent)
    return total


# ---------------------------------------------------------------------- powers


def power_rational(poly: Poly, q: Rational) -> Poly:
    """`poly ** q`, entry by entry."""
    q = rational(q)
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
        return product_of(_whole_power(value, q), [(array, idx, exponent * q) for array, idx, exponent in term])
    if isinstance(q, int) and q > 0:
        return _repeated(poly, q)
    content, units = factored(poly)
    if isinstance(q, int):
        return product_of(_whole_power(content, q), [(array, idx, exponent * q) for array, idx, exponent in units])
    factors, rest = _signed(content, units)
    out: list[Factor] = [(array, idx, exponent * q) for array, idx, exponent in factors]
    out.extend(_number_power(abs(Fraction(content)), q))
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


def product_of(value: Rational, factors: list[Factor]) -> Poly:
    out: dict[Term, Rational] = {}
    cleaned = [(array, idx, rational(exponent)) for array, idx, exponent in factors]
    simplify(Product(rational(value), cleaned, {}), out)
    return Poly(out)


def _whole_power(value: Rational, q: int) -> Rational:
    return Fraction(value) ** q if q >= 0 else 1 / Fraction(value) ** -q


def _number_power(value: Rational, q: Rational) -> list[Factor]:
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


def _signed(content: Rational, units: list[Factor]) -> tuple[list[Factor], Factor | None]:
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
            positive.append(absolute_unit(array, idx, exponent))
        else:
            unknown.append(unit)
    if not unknown and content > 0:
        return positive, None
    if len(unknown) == 1 and content > 0:
        return [*positive, unknown[0]], None
    for array, idx, exponent in unknown:
        if exponent != 1:
            positive.append(absolute_unit(array, idx, exponent - 1))
    rest = product_of(1 if content > 0 else -1, [(array, idx, 1) for array, idx, _ in unknown])
    return positive, entrywise("root", (rest,))


def absolute_unit(array: Atom, idx: tuple[int, ...], exponent: Rational) -> Factor:
    """`abs(unit) ** exponent`."""
    outer, places, _ = entrywise("abs", (unit_value(array, idx),))
    return outer, places, exponent


def unit_value(array: Atom, idx: tuple[int, ...]) -> Poly:
    """What a unit is to the power 1, not multiplied out where it is a root's base."""
    return substitute(array.args[0], dict(enumerate(idx))) if array.kind == "root" else _raw([(array, idx, 1)])


def as_unit(base: Poly, exponent: Rational) -> Poly:
    """A power of a sum or of a factor, not multiplied out: it may meet a power of the same."""
    if is_unit_product(base):
        return power_rational(base, exponent)
    array, idx, _ = entrywise("root", (base,))
    return _raw([(array, idx, exponent)])


def _raw(factors: Iterable[Factor]) -> Poly:
    """A product as a polynomial, without applying rules."""
    exponents: dict[tuple[Atom, tuple[int, ...]], Rational] = {}
    for array, idx, exponent in factors:
        exponents[array, idx] = rational(exponents.get((array, idx), 0) + exponent)
    return Poly({canonical([(*spot, exponent) for spot, exponent in exponents.items() if exponent]): 1})


def power(base: Poly, exponent: Poly) -> Poly:
    """`base ** exponent`, entry by entry."""
    constant = exponent.number()
    if constant is not None:
        return power_rational(base, constant)
    if base.number() == 1:
        return ONE
    if not base.terms:
        raise Unsupported("a power of zero")
    if not is_regular(base) and not is_regular(exponent):
        return single(entrywise("power", (base, exponent)))  # 0**(a + b) need not be 0**a * 0**b
    parts: list[Poly] = []
    content, units = factored(base)
    positive = [unit for unit in units if unit[0].positive]
    rest = [unit for unit in units if not unit[0].positive]
    for term, value in exponent.ordered():
        if not term:
            parts.append(power_rational(base, value))
            continue
        for unit in positive:
            parts.append(_power_of_unit(unit, term, value))
        if content > 0:
            for array, idx, count in _number_power(Fraction(content), 1):
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
        return exp(scale(value * count, multiply(argument(unit), Poly({term: 1}))))
    base = unit_value(array, idx)
    return single(entrywise("power", (base, Poly({term: 1}))), value * count)


@lru_cache(maxsize=10_000)
def root_reductions(array: Atom, exponent: Rational) -> list[tuple[Term, Poly]]:
    """Rules for a negative power of a sum P: (what stands beside `P ** exponent`, what both together are).

    With leading term c*m and the rest r: m * P**e = (P**(e+1) - r * P**e) / c.  Where the only other term than
    those with a factor v is the number c: P**e / v = (P**(e+1) / v - (P - c)/v * P**e) / c.
    """
    base = array.args[0]
    if any(_related(factor) for term in base.terms for factor in term):
        return []
    place = tuple(range(len(array.dims)))
    lower, higher = (array, place, exponent), (array, place, rational(exponent + 1))
    top = leading(base)
    first = Fraction(base.terms[top])
    rest = [(-value / first, _raw([*term, lower])) for term, value in base.terms.items() if term != top]
    lead = combination([(1 / first, _raw([higher])), *rest])
    out: list[tuple[Term, Poly]] = [(top, lead)]
    constant = base.terms.get(())
    if constant:
        others = Poly({term: value for term, value in base.terms.items() if term})
        for unit in _shared(others) or _units_of_single(others):
            inverse: Factor = (unit[0], unit[1], -1)
            if unit[2] < 1:
                continue
            below = [(-v / Fraction(constant), _raw([*t, inverse, lower])) for t, v in others.terms.items()]
            image = combination([(1 / Fraction(constant), _raw([higher, inverse])), *below])
            out.append(((inverse,), image))
            break
    return out


def _related(factor: Factor) -> bool:
    """Whether powers of the factor reduce by a rule of their own: then reducing modulo a sum of it need not end."""
    array, _, exponent = factor
    if array.kind == "sym":
        return bool({"permutation", "orthogonal"} & {*array.data[1]})  # type: ignore[index]
    if array.kind == "elem":
        return array.data == ("sin", 0)
    return array.kind in ("abs", "step", "nonzero", "mask", "inv") or (array.kind == "root" and exponent != 1)


def _units_of_single(poly: Poly) -> list[Factor]:
    if len(poly.terms) != 1:
        return []
    return [factor for term in poly.terms for factor in term if all(i < FIRST_DUMMY for i in factor[1])]


# -------------------------------------------------------------- exp, log, abs


def exp(poly: Poly) -> Poly:
    """`exp`, split into the exponentials of the terms."""
    factors: list[Poly] = []
    for term, value in poly.ordered():
        logs = [factor for factor in term if factor[0].kind == "log"]
        if len(logs) == 1 and logs[0][2] == 1:
            others = tuple(factor for factor in term if factor is not logs[0])
            if all(i < FIRST_DUMMY for i in logs[0][1]):
                factors.append(power(argument(logs[0]), Poly({canonical(others): value})))
                continue
        factors.append(single(entrywise("exp", (Poly({term: 1}),)), value))
    return multiply(*factors) if factors else ONE


def log(poly: Poly) -> Poly:
    """`log`, split where the signs of the factors are known."""
    content, units = factored(poly)
    if not content:
        raise ZeroDivisionError("log of zero")
    factors, rest = _signed(content, units)
    parts: list[tuple[Rational, Poly]] = []
    for array, idx, exponent in factors:
        parts.append((exponent, _log_of_unit((array, idx, 1))))
    if rest is not None:
        parts.append((1, _log_of_unit(rest)))
    for array, _, exponent in _number_power(abs(Fraction(content)), 1):
        parts.append((exponent, single(entrywise("log", (number(int(str(array.data))),)))))
    return combination(parts)


def _log_of_unit(unit: Factor) -> Poly:
    array, idx, _ = unit
    if array.kind == "exp":
        return argument(unit)
    if array.kind == "power" and array.positive:
        return multiply(argument(unit, 1), log(argument(unit, 0)))
    if array.kind == "num":
        return single(entrywise("log", (number(int(str(array.data))),)))
    inner = array.args[0] if array.kind == "abs" else _raw([(array, idx, 1)])
    if len(inner.terms) == 1:
        ((factors, _),) = inner.terms.items()
        if len(factors) == 1 and factors[0][0].kind == "prod":
            return _log_of_product(factors[0][0])
    return single(entrywise("log", (unit_value(array, idx),)))


def _log_of_product(array: Atom) -> Poly:
    """`log |Π_i u_i|` as `Σ_i log |u_i|`."""
    (dim,) = array.args[0].dims().values()
    return contract([(log(absolute(array.args[0])), {0: FIRST_DUMMY})], {FIRST_DUMMY: dim})


def absolute(poly: Poly) -> Poly:
    """`abs`."""
    content, units = factored(poly)
    factors: list[Factor] = []
    for array, idx, exponent in units:
        known = array.positive or not isinstance(exponent, int)
        factors.append((array, idx, exponent) if known else absolute_unit(array, idx, exponent))
    return product_of(abs(Fraction(content)), factors)


def step(poly: Poly) -> Poly:
    """1 where the entry is > 0, else 0."""
    value = poly.number()
    if value is not None:
        return number(int(value > 0))
    if is_regular(poly):
        if is_positive(poly):
            return ONE
        return combination([(Fraction(1, 2), ONE), (Fraction(1, 2), sign(poly))])
    content, units = factored(poly)
    kept = [unit for unit in units if not (unit[0].positive and unit[0].regular)]
    return single(entrywise("step", (product_of(1 if content > 0 else -1, kept),)))


def sign(poly: Poly) -> Poly:
    """-1, 0 or 1."""
    value = poly.number()
    if value is not None:
        return number((value > 0) - (value < 0))
    if is_regular(poly):
        return multiply(absolute(poly), power_rational(poly, -1))
    return combination([(1, step(poly)), (-1, step(scale(-1, poly)))])


def nonzero(poly: Poly) -> Poly:
    """1 where the entry is not 0: the value itself where it can only be 0 or 1."""
    value = poly.number()
    if value is not None:
        return number(int(value != 0))
    if is_regular(poly):
        return ONE
    if multiply(poly, poly).key == poly.key:
        return poly
    return single(entrywise("nonzero", (poly,)))


def cosine_squares(arg: Poly, half: int) -> Poly:
    """`(1 - cos(arg)**2) ** half`."""
    cosine = named("cos", 0, arg)
    return power_rational(combination([(1, ONE), (-1, multiply(cosine, cosine))]), half)


# ------------------------------------------------------------- named functions


def named(name: str, order: int, arg: Poly) -> Poly:
    """`name` with `order` primes, at `arg`: a function of the language, or an arbitrary one."""
    if name not in _NAMED:
        return single(entrywise("elem", (arg,), (name, order)))
    if order:
        from gradcli.normal.calculus import derivative_at

        if name in ("relu", "abs", "sign"):
            if order > 1 or name == "sign":
                return ZERO
            return step(arg) if name == "relu" else sign(arg)
        return derivative_at(name, order, arg)
    return _NAMED[name](arg)


def _trigonometric(name: str, parity: int, at_zero: int, arg: Poly) -> Poly:
    """A function with `f(-t) = parity * f(t)`."""
    value = arg.number()
    if value == 0:
        return number(at_zero)
    flip = 1
    if arg.terms[leading(arg)] < 0:
        arg, flip = scale(-1, arg), parity
    return scale(flip, single(entrywise("elem", (arg,), (name, 0))))


def sin(arg: Poly) -> Poly:
    """Sine."""
    return _trigonometric("sin", -1, 0, arg)


def cos(arg: Poly) -> Poly:
    """Cosine."""
    return _trigonometric("cos", 1, 1, arg)


def _tan(arg: Poly) -> Poly:
    return multiply(sin(arg), power_rational(cos(arg), -1))


def _asin(arg: Poly) -> Poly:
    return _trigonometric("asin", -1, 0, arg)


def pi() -> Poly:
    """The number pi."""
    return Poly({((atom("sym", ("pi", (), "const", ()), positive=True), (), 1),): 1})


def _acos(arg: Poly) -> Poly:
    return combination([(Fraction(1, 2), pi()), (-1, _asin(arg))])


def sigmoid(arg: Poly) -> Poly:
    """`1 / (1 + exp(-t))`."""
    return power_rational(add([ONE, exp(scale(-1, arg))]), -1)


def _tanh(arg: Poly) -> Poly:
    return combination([(2, sigmoid(scale(2, arg))), (-1, ONE)])


def _cosh(arg: Poly, sign_of_second: int = 1) -> Poly:
    half = Fraction(1, 2)
    return combination([(half, exp(arg)), (half * sign_of_second, exp(scale(-1, arg)))])


def _relu(arg: Poly) -> Poly:
    return combination([(Fraction(1, 2), arg), (Fraction(1, 2), absolute(arg))])


_NAMED: dict[str, Callable[[Poly], Poly]] = {
    "exp": exp,
    "log": log,
    "sqrt": lambda arg: power_rational(arg, Fraction(1, 2)),
    "sin": sin,
    "cos": cos,
    "tan": _tan,
    "asin": _asin,
    "acos": _acos,
    "atan": lambda arg: _trigonometric("atan", -1, 0, arg),
    "erf": lambda arg: _trigonometric("erf", -1, 0, arg),
    "sinh": lambda arg: _cosh(arg, -1),
    "cosh": _cosh,
    "tanh": _tanh,
    "sigmoid": sigmoid,
    "softplus": lambda arg: log(add([ONE, exp(arg)])),
    "relu": _relu,
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
    if array.kind == "power":
        return power(args[0], args[1])
    if array.kind == "root":
        return args[0]
    kinds: dict[str, Callable[[Poly], Poly]] = {
        "exp": exp,
        "log": log,
        "abs": absolute,
        "step": step,
        "nonzero": nonzero,
    }
    return kinds[array.kind](args[0])
