"""Claims about the gradient of a largest entry that several places attain, and about relations that are singular.

Adding t to every entry of x adds c*t to the largest of some numbers near t = 0, wherever one of them is the largest and
however often it stands there; so the entries of the gradient sum to c.  A difference quotient in fractions is the
oracle: the numbers are linear in x on both sides of a point that is not a kink.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random

from benchmarks.near_true_claim import Claim

_STEP = Fraction(1, 10**9)

Rows = list[list[Fraction]]


def _transposed_sum(rows: Rows) -> Rows:
    return [[rows[i][k] + rows[k][i] for k in range(len(rows))] for i in range(len(rows))]


def _flat(rows: Rows) -> list[Fraction]:
    return [x for row in rows for x in row]


_VECTORS: tuple[tuple[str, Callable[[list[Fraction]], Sequence[Fraction]]], ...] = (
    ("concat({x}, {x})", lambda x: x),
    ("concat({x}, {k}*{x})", lambda x: x),
    ("concat({x}, {x}, {x})", lambda x: x),
    ("stack({x}, {x})", lambda x: x),
    ("{x} @ ones(3).T", lambda x: x),
    ("concat({x} + 1, {x})", lambda x: [a + 1 for a in x]),
    ("concat(2*{x}, {x} + {x})", lambda x: [2 * a for a in x]),
)
_MATRICES: tuple[tuple[str, Callable[[Rows], Sequence[Fraction]]], ...] = (
    ("{x} + {x}.T", lambda a: _flat(_transposed_sum(a))),
    ("max({x}, {x}.T)", lambda a: _flat(a)),
    ("[[{x}, {x}]]", lambda a: _flat(a)),
    ("[[{x}], [{x}.T]]", lambda a: _flat(a)),
    ("({x} + {x}.T)/2", lambda a: [x / 2 for x in _flat(_transposed_sum(a))]),
)


def extremes(source: Random) -> Claim | None:
    """`max(concat(x, x))` and the like: each place that attains it counts once."""
    name, op = source.choice("xyzuvw"), source.choice(("max", "min"))
    size = source.randint(2, 4)
    n = source.choice(("n", "m", str(size)))
    pick = max if op == "max" else min
    factor = source.choice((1, 1, 2, 3))
    wrong = source.choice((0, 0, 1))
    if source.randrange(2):
        inner, values = source.choice(_VECTORS)
        if "{k}" in inner:
            inner = inner.replace("{k}*", "1*")
        head = f"{name} : R[{n}]"

        def largest(t: Fraction, numbers: list[Fraction]) -> Fraction:
            return factor * pick(values([x + t for x in numbers]))

        points = [[Fraction(source.randint(-900, 900), 7) for _ in range(size)] for _ in range(4)]
    else:
        inner, of_rows = source.choice(_MATRICES)
        name = name.upper()
        head = f"{name} : R[{n}, {n}]"

        def largest(t: Fraction, numbers: list[Fraction]) -> Fraction:
            rows = [[x + t for x in numbers[i * size : (i + 1) * size]] for i in range(size)]
            return factor * pick(of_rows(rows))

        points = [[Fraction(source.randint(-900, 900), 7) for _ in range(size * size)] for _ in range(4)]

    def slope(numbers: list[Fraction]) -> Fraction:
        return (largest(_STEP, numbers) - largest(-_STEP, numbers)) / (2 * _STEP)

    said = slope(points[0]) * (2 if wrong else 1)
    scale = f"{factor}*" if factor > 1 else ""
    expression = inner.replace("{x}", name)
    text = f"{head}\nf = {scale}{op}({expression})\ncheck sum(grad(f, {name})) == {said}"
    return Claim("extremes", text, not wrong, lambda *at: slope(list(at)), lambda *at: said, [tuple(p) for p in points])


# (relation of y, claim, its sides as functions of the parameters and y, whether it holds at every solution)
_SINGULAR: tuple[tuple[str, str, bool], ...] = (
    ("{g}*y == 0", "y == 0", False),
    ("{g}*y == {g}*b", "y == b", False),
    ("{g}*y == {g}*b", "{g}*y == {g}*b", True),
    ("{g}*y == 0", "{g}**2*y == 0", True),
    ("({g}**2 + 1)*y == {g}", "y == {g}/({g}**2 + 1)", True),
)


def singular(source: Random) -> Claim | None:
    """A linear relation whose factor is 0 at a point: there every y is a solution."""
    shift = source.randint(-3, 3)
    relation, claim, true = source.choice(_SINGULAR)
    factor = "x" if not shift else f"(x - {shift})" if shift > 0 else f"(x + {-shift})"
    claim, relation = claim.replace("{g}", factor), relation.replace("{g}", factor)
    scale = source.randint(1, 5)
    side = claim.split(" == ")
    text = f"x, y, b : R\nimplicit y : {relation}\ncheck {scale}*({side[0]}) == {scale}*({side[1]})"
    if true:
        return Claim("singular", text, True, lambda: 0, lambda: 0, [()])
    return Claim("singular", text, False, lambda y: y, lambda y: Fraction(0), [(Fraction(1),)])  # at x = shift, b = 0


KINDS: dict[str, Callable[[Random], Claim | None]] = {"extremes": extremes, "singular": singular}
