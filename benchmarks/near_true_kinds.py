# ruff: noqa: E501  (a table is read by its rows)
"""Random claims of each kind that numbers alone are deceived by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise, permutations
from random import Random
from typing import Any

from mpmath import mp, mpf

from benchmarks import near_true_matrices
from benchmarks.near_true_claim import Claim
from benchmarks.near_true_trees import (
    breakpoints,
    equal_tree,
    lattice_tree,
    linear_tree,
    slopes,
    value,
    written,
)

F = Fraction


def number(x: Fraction) -> str:
    """A fraction as it is written."""
    return str(x) if x.denominator == 1 else f"({x})" if x < 0 else str(x)


def line(points: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [(p,) for p in points]


def sizes() -> list[Fraction]:
    """Numbers of all sizes and both signs."""
    found = [F(s * m) * F(10) ** k for k in range(-7, 8) for m in (1, 3) for s in (1, -1)]
    return [F(0), *found]


def around(marks: Sequence[Fraction]) -> list[Fraction]:
    """Numbers at some others, close to them and between them."""
    out = list(marks)
    for mark in marks:
        out += [mark + s * F(1, 10**k) for s in (1, -1) for k in (1, 3, 6, 9)]
    ordered = sorted(set(marks))
    out += [(a + b) / 2 for a, b in pairwise(ordered)]
    return out


# ------------------------------------------------------------------- derivatives at ties


def ties(source: Random) -> Claim | None:
    """The derivative of nested maxima of one name: the sum of its jumps, or of others."""
    tree = linear_tree(source, 3)
    marks = breakpoints(tree)
    if len(marks) > 4:
        return None
    steps = slopes(tree, marks)
    true = source.random() < 0.5
    claimed = list(steps)
    if not true:
        place = source.randrange(len(claimed))
        claimed[place] += source.choice((-1, 1))
    first, *rest = claimed
    text = number(first)
    for mark, low, high in zip(marks, claimed, rest, strict=False):
        if high != low:
            text += f" + {number(high - low)}*(x > {number(mark)})"

    def right(x: Fraction) -> Fraction | None:
        if x in marks:
            return None
        return claimed[sum(x > mark for mark in marks)]

    def left(x: Fraction) -> Fraction | None:
        h = F(1, 10**12)
        if any(abs(x - mark) <= 2 * h for mark in marks):
            return None
        return (value(tree, x + h) - value(tree, x - h)) / (2 * h)

    points = line([*around(marks), *sizes()])
    program = f"x : R\nf = {written(tree)}\ncheck grad(f, x) == {text}"
    return Claim("ties", program, true, left, right, points)


# ------------------------------------------------------------------------------ pieces


def pieces(source: Random) -> Claim | None:
    """A piecewise linear function against its pieces by `where`."""
    tree = linear_tree(source, 3)
    marks = breakpoints(tree)
    if len(marks) > 3:
        return None
    steps = slopes(tree, marks)
    true = source.random() < 0.5
    shift = F(0) if true else F(1, 10 ** source.randint(0, 8))
    at = source.randrange(len(steps))
    forms = []
    for place, slope in enumerate(steps):
        inner = marks[place] if place < len(marks) else marks[-1] if marks else F(0)
        constant = value(tree, inner) - slope * inner + (shift if place == at else 0)
        forms.append((slope, constant))
    text = _linear(*forms[-1])
    for mark, form in reversed(list(zip(marks, forms, strict=False))):
        text = f"where(x <= {number(mark)}, {_linear(*form)}, {text})"

    def right(x: Fraction) -> Fraction:
        slope, constant = forms[sum(x > mark for mark in marks)]
        return slope * x + constant

    points = line([*around(marks), *sizes()])
    program = f"x : R\ncheck {written(tree)} == {text}"
    return Claim("pieces", program, true, lambda x: value(tree, x), right, points)


def _linear(slope: Fraction, constant: Fraction) -> str:
    return f"{number(slope)}*x + {number(constant)}"


def lattice(source: Random) -> Claim | None:
    """Laws of max and min: 0s and 1s decide lattice polynomials, so all orders of the names do."""
    tree = lattice_tree(source, 3)
    true = source.random() < 0.5
    other = equal_tree(source, tree) if true else lattice_tree(source, 3)
    points = [tuple(map(F, order)) for order in permutations((-3, 1, 2, 7))]
    points += [(F(a), F(b), F(c), F(d)) for a in (0, 1) for b in (0, 1) for c in (0, 1) for d in (0, 1)]
    same = all(value(tree, *p) == value(other, *p) for p in points)
    left, right = written(tree), written(other)
    if left == right:
        return None
    program = f"x, y, z, w : R\ncheck {left} == {right}"
    return Claim("lattice", program, same, lambda *p: value(tree, *p), lambda *p: value(other, *p), points)


# ------------------------------------------------------------------------------- roots


def roots(source: Random) -> Claim | None:
    """The root of a square, which is an absolute value."""
    a, b = source.choice((1, 2, -1, F(1, 3))), source.choice((0, 1, -2, 5, 20, 300, -7000, F(1, 50)))
    form = source.randrange(6)
    inner, names, of = {
        0: (f"{number(F(a))}*x + {number(F(b))}", "x : R", lambda x, y: a * x + b),
        1: (f"x*y + {number(F(b))}", "x, y : R", lambda x, y: x * y + b),
        2: (f"x**2 + {number(F(b))}", "x : R", lambda x, y: x**2 + b),
        3: (f"x**2 + {number(F(b))}", "x : R", lambda x, y: x**2 + b),
        4: (f"x - y - {number(F(b))}", "x, y : R", lambda x, y: x - y - b),
        5: (f"exp(x) + {number(F(b))}", "x : R", lambda x, y: mp.exp(mpf(x.numerator) / x.denominator) + mpf(F(b).numerator) / F(b).denominator),
    }[form]  # fmt: skip
    how = source.randrange(4)
    squared = f"({inner})**2"
    root = (f"sqrt({squared})", f"({squared})**0.5", f"({squared})**(1/2)", f"exp(log({squared})/2)")[how]
    right = source.choice((inner, f"abs({inner})", f"-({inner})"))
    sign: Callable[[Any], Any] = (
        abs if right.startswith("abs") else (lambda t: -t) if right.startswith("-(") else (lambda t: t)
    )
    numbers = [*around([F(b), -F(b), F(0)]), *sizes()]
    numbers = [x for x in numbers if form != 5 or abs(x) < 1000]
    pairs = [(x, y) for x in numbers for y in (F(1), F(-1), F(7, 3))]

    def left(x: Fraction, y: Fraction) -> Any:
        found = abs(of(x, y))
        return None if how == 3 and not found else found

    def other(x: Fraction, y: Fraction) -> Any:
        return sign(of(x, y))

    true = not any(left(*p) is not None and abs(left(*p) - other(*p)) > 1e-200 for p in pairs)
    return Claim("roots", f"{names}\ncheck {root} == {right}", true, left, other, pairs)


# --------------------------------------------------------------- inverses of periodic functions


_PERIODIC = (
    ("asin(sin({u}))", "{u}", lambda u: mp.asin(mp.sin(u)), lambda u: u, False),
    ("acos(cos({u}))", "{u}", lambda u: mp.acos(mp.cos(u)), lambda u: u, False),
    ("acos(cos({u}))", "abs({u})", lambda u: mp.acos(mp.cos(u)), abs, False),
    ("atan(tan({u}))", "{u}", lambda u: mp.atan(mp.tan(u)), lambda u: u, False),
    ("sin(asin({u}))", "{u}", lambda u: u if abs(u) <= 1 else None, lambda u: u, True),
    ("cos(acos({u}))", "{u}", lambda u: u if abs(u) <= 1 else None, lambda u: u, True),
    ("tan(atan({u}))", "{u}", lambda u: u, lambda u: u, True),
    ("2*atan({u})", "atan(2*({u})/(1 - ({u})**2))", lambda u: 2 * mp.atan(u), lambda u: mp.atan(2 * u / (1 - u**2)) if abs(u) != 1 else None, False),
    ("atan({u}) + atan(1/({u}))", "pi/2", lambda u: mp.atan(u) + mp.atan(1 / u), lambda u: mp.pi / 2, False),
    ("atan({u}) + atan(1/({u}))", "pi/2*sign({u})", lambda u: mp.atan(u) + mp.atan(1 / u), lambda u: mp.pi / 2 * mp.sign(u), True),
    ("asin({u}) + acos({u})", "pi/2", lambda u: mp.pi / 2 if abs(u) <= 1 else None, lambda u: mp.pi / 2, True),
    ("log(exp({u}))", "{u}", lambda u: u, lambda u: u, True),
    ("exp(log({u}))", "abs({u})", lambda u: u if u > 0 else None, abs, True),
    ("log(({u})**2)", "2*log({u})", lambda u: mp.log(u**2) if u else None, lambda u: 2 * mp.log(u) if u > 0 else None, True),
    ("log(({u})**2)", "2*log(abs({u}))", lambda u: mp.log(u**2) if u else None, lambda u: 2 * mp.log(abs(u)) if u else None, True),
    ("sqrt(1 - sin({u})**2)", "cos({u})", lambda u: abs(mp.cos(u)), mp.cos, False),
    ("sqrt(1 - sin({u})**2)", "abs(cos({u}))", lambda u: abs(mp.cos(u)), lambda u: abs(mp.cos(u)), True),
    ("tanh(({u})/2)", "sqrt((cosh({u}) - 1)/(cosh({u}) + 1))", lambda u: mp.tanh(u / 2), lambda u: abs(mp.tanh(u / 2)), False),
    ("cosh(({u})/2)", "sqrt((cosh({u}) + 1)/2)", lambda u: mp.cosh(u / 2), lambda u: mp.cosh(u / 2), True),
    ("sinh(({u})/2)", "sqrt((cosh({u}) - 1)/2)", lambda u: mp.sinh(u / 2), lambda u: abs(mp.sinh(u / 2)), False),
    ("sqrt({u})*sqrt({u})", "{u}", lambda u: u if u >= 0 else None, lambda u: u, True),
    ("sqrt({u})*sqrt({u})", "abs({u})", lambda u: u if u >= 0 else None, abs, True),
)  # fmt: skip


def inverses(source: Random) -> Claim | None:
    """Inverse functions after the functions that they undo on one interval only."""
    left, right, of_left, of_right, true = source.choice(_PERIODIC)
    scale, shift = (
        source.choice((F(1), F(1, 10), F(3), F(1, 200), F(2, 7))),
        source.choice((F(0), F(0), F(1), F(-3, 2))),
    )
    u = f"{number(scale)}*x" if not shift else f"{number(scale)}*x + {number(shift)}"

    def at(x: Fraction) -> Any:
        u = scale * x + shift
        return mpf(u.numerator) / u.denominator

    points = line([(t - shift) / scale for t in [F(k, 7) for k in range(-80, 80)]])
    program = f"x : R\ncheck {left.format(u=u)} == {right.format(u=u)}"
    return Claim("inverses", program, true, lambda x: of_left(at(x)), lambda x: of_right(at(x)), points)


# -------------------------------------------------------------------------- thresholds


def thresholds(source: Random) -> Claim | None:
    """Pieces that begin far out, at a constant that is written as an expression."""
    text, mark = source.choice(
        (
            *((f"exp({k})", mp.exp(k)) for k in (-12, -5, 3, 8, 11, 13)),
            *((f"{k}*pi", k * mp.pi) for k in (5, -40, 900)),
            *((f"{k}**3", mpf(k) ** 3) for k in (7, 60)),
            ("1/3000", mpf(1) / 3000),
            ("sqrt(2)*1000", mp.sqrt(2) * 1000),
            ("-log(1e8)", -8 * mp.log(10)),
        )
    )
    forms: tuple[tuple[str, str, Callable[[Any], Any], Callable[[Any], Any], bool], ...] = (
        (f"relu(x - {text})", "0", lambda x: max(x - mark, mpf(0)), lambda x: mpf(0), False),
        (f"relu(x - {text})", f"where(x > {text}, x - {text}, 0)", lambda x: max(x - mark, mpf(0)), lambda x: max(x - mark, mpf(0)), True),
        (f"max(x, {text})", "x", lambda x: max(x, mark), lambda x: x, False),
        (f"min(x, {text})", f"{text} - relu({text} - x)", lambda x: min(x, mark), lambda x: min(x, mark), True),
        ("softplus(x)", f"where(x > {text}, x + 1, softplus(x))", lambda x: mp.log1p(mp.exp(x)) if x < 10**7 else None, lambda x: x + 1 if x > mark else mp.log1p(mp.exp(x)), False),
        (f"where(x > {text}, x**2, x**2)", "x**2", lambda x: x**2, lambda x: x**2, True),
        (f"where(x > {text}, x**2, 0*x)", f"x**2*(x > {text})", lambda x: x**2 if x > mark else mpf(0), lambda x: x**2 if x > mark else mpf(0), True),
        (f"abs(x - {text})", f"x - {text}", lambda x: abs(x - mark), lambda x: x - mark, False),
        (f"abs(x - {text}) + abs(x + {text})", f"2*max(abs(x), abs({text}))", lambda x: abs(x - mark) + abs(x + mark), lambda x: 2 * max(abs(x), abs(mark)), True),
        (f"(x > {text})*(x < {text} + 1/10)", "0*x", lambda x: mpf(mark < x < mark + mpf(1) / 10), lambda x: mpf(0), False),
        (f"(x > {text})*(x < {text} - 1/10)", "0*x", lambda x: mpf(0), lambda x: mpf(0), True),
    )  # fmt: skip
    left, right, of_left, of_right, true = source.choice(forms)
    near = [mark + mpf(s) / 10**k for s in (1, -1) for k in (0, 2, 5)]
    far = [mpf(p.numerator) / p.denominator for p in sizes()]
    return Claim("thresholds", f"x : R\ncheck {left} == {right}", true, of_left, of_right, line([*near, *far]))


# --------------------------------------------------------------------------- tolerance


def tolerance(source: Random) -> Claim | None:
    """Sides that agree to many digits, and constants that are rounded."""
    k = source.randint(20, 300)
    c = source.choice(("1/sqrt(2*pi)", "pi", "sqrt(2)", "exp(1)", "log(2)", "sqrt(2/pi)", "1/3", "2/7"))
    exact = {
        "1/sqrt(2*pi)": 1 / mp.sqrt(2 * mp.pi), "pi": +mp.pi, "sqrt(2)": mp.sqrt(2), "exp(1)": +mp.e, "log(2)": mp.log(2),
        "sqrt(2/pi)": mp.sqrt(2 / mp.pi), "1/3": mpf(1) / 3, "2/7": mpf(2) / 7,
    }[c]  # fmt: skip
    digits = source.randint(5, 40)
    rounded = mp.nstr(exact, digits, strip_zeros=False, min_fixed=-mp.inf, max_fixed=mp.inf)
    small = F(1, 10 ** source.randint(20, 60))
    tiny = f"1e-{len(str(small.denominator)) - 1}"
    zero = mpf(0)
    forms: tuple[tuple[str, Callable[[Any], Any], Callable[[Any], Any], bool], ...] = (
        (f"x + exp({k}) == exp({k})", lambda x: x, lambda x: zero, False),
        (f"(x + exp({k})) - exp({k}) == x", lambda x: x, lambda x: x, True),
        (f"logsumexp([{k}, 0]) == {k}", lambda x: mpf(1), lambda x: zero, False),
        (f"logsumexp([{k}, 0]) == {k} + log(1 + exp(-{k}))", lambda x: zero, lambda x: zero, True),
        (f"sigmoid({k}) == 1", lambda x: mpf(1), lambda x: zero, False),
        (f"sigmoid({k}) == 1 - sigmoid(-{k})", lambda x: zero, lambda x: zero, True),
        (f"tanh({k}) == 1", lambda x: mpf(1), lambda x: zero, False),
        (f"[exp({k}), exp(x)] == [exp({k}), exp(x) + {tiny}]", lambda x: mpf(1), lambda x: zero, False),
        (f"[exp({k}), exp(x)] == [exp({k}), exp(x)*exp(1)/e_]", lambda x: zero, lambda x: zero, True),
        (f"{rounded}*x == x*({c})", lambda x: x * mpf(rounded), lambda x: x * exact, False),
        (f"({c})*x/2 == x*({c})/2", lambda x: zero, lambda x: zero, True),
        (f"x + {tiny} == x", lambda x: mpf(1), lambda x: zero, False),
        (f"x*(1 + {tiny}) - {tiny}*x == x", lambda x: zero, lambda x: zero, True),
        (f"sqrt(x**2 + {tiny}) == abs(x)", lambda x: mpf(1), lambda x: zero, False),
        (f"softplus({k} + x**2) == {k} + x**2", lambda x: mpf(1), lambda x: zero, False),
        (f"cosh({k}) == exp({k})/2", lambda x: mpf(1), lambda x: zero, False),
        (f"cosh({k}) == exp({k})/2 + exp(-{k})/2", lambda x: zero, lambda x: zero, True),
        (f"where(x > 0, {tiny}, {tiny}) == {tiny}", lambda x: zero, lambda x: zero, True),
    )
    text, of_left, of_right, true = source.choice(forms)
    return Claim("tolerance", f"x : R\ncheck {text}", true, of_left, of_right, [(mpf(1) / 3,), (mpf(-2),)])


# ---------------------------------------------------------------------------- spelling


def spelling(source: Random) -> Claim | None:
    """Claims of other kinds with brackets, spaces and terms in another order: the truth is the same."""
    claim = source.choice((ties, pieces, roots, thresholds))(source)
    if claim is None:
        return None
    head, _, last = claim.text.rpartition("\ncheck ")
    left, right = last.split(" == ")
    left, right = source.choice(
        ((f"({left})", right), (left, f"0 + ({right})"), (right, f"(({left}))"), (f"1*({left})", right))
    )
    return Claim("spelling", f"{head}\ncheck {left} == {right}", claim.true, claim.left, claim.right, claim.points)


KINDS: dict[str, Callable[[Random], Claim | None]] = {
    "ties": ties,
    "pieces": pieces,
    "lattice": lattice,
    "roots": roots,
    "inverses": inverses,
    "thresholds": thresholds,
    "tolerance": tolerance,
    "spelling": spelling,
    **near_true_matrices.KINDS,
}
