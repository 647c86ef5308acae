"""Points that must be among those looked at: sizes where something turns, enough sizes, components of attributes.

A claim that holds in some sizes may fail in others: a polynomial in a size has as many zeros as its degree, a
comparison of sizes turns at one, and a permutation's powers are the identity up to some size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradcli.evaluate.errors import EvaluationError
from gradcli.evaluate.evaluate import evaluate
from gradcli.evaluate.fields import FLOAT
from gradcli.expr.dims import names_of
from gradcli.expr.node import Node, has_attribute, label_count, num, value_of
from gradcli.expr.walk import postorder
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.verdicts.cost import MANY, operations
from gradcli.verdicts.reach import beyond
from gradcli.verdicts.sizes import Least, Sizes
from gradcli.verdicts.structured import LARGEST_TYPED, cycle_types

MOST_SIZES = 24  # of one dimension, for the sake of a polynomial in it
_SCANNED = (*range(1, 65), *(2**k for k in range(7, 24)))
_STEPPING = frozenset({"floor", "ceil", "round", "frac"})
ONE_HALF = Fraction(1, 2)
_TYPED = 7  # every type of cycles is looked at up to this size
_FEW_VALUES = ("binary", "signs", "permutation")
_CONTRACTING = frozenset({"sum", "sum_axis", "matmul", "tr", "einsum", "norm", "norm1"})


@dataclass(frozen=True, slots=True)
class Stratum:
    """Sizes to be looked at; `turn` numbers the components of attributes."""

    sizes: Sizes
    turn: int


@dataclass(frozen=True, slots=True)
class Strata:
    """What must be looked at, and what cannot be, in words."""

    wanted: tuple[Stratum, ...]
    missed: tuple[str, ...] = ()


def strata(nodes: Sequence[Node], least: Least, free: Sequence[Node]) -> Strata:
    """What must be among the points of expressions over these free names; `least` are the smallest sizes."""
    found: dict[tuple[tuple[str, int], ...], Stratum] = {}
    missed: list[str] = []
    base = {name: low + 1 + k % 3 for k, (name, low) in enumerate(least.items())}

    def want(wished: Sizes, turn: int = 0) -> bool:
        sizes = least.mended(wished)
        if sizes is None:
            return True  # no such sizes
        if operations(nodes, sizes) > MANY:
            return False
        key = (*sorted(sizes.items()), ("", turn))
        found.setdefault(key, Stratum(dict(sizes), turn))
        return True

    for name, value, why in _turning(nodes, least, base):
        if not want({**base, name: value}):
            missed.append(f"no point with {name} = {value} was looked at, where {why} turns")
    for name, value, why in beyond(nodes, least):
        if not want({**base, name: value}):
            missed.append(f"no point with {name} = {value} was looked at, beyond what {why} reaches")
    degrees = _degrees(nodes)
    few = any(has_attribute(node, word) for node in free for word in _FEW_VALUES)
    for name in least:
        degree = degrees.get(name, 0)
        if degree:
            for value in range(least[name], least[name] + min(degree + 2, MOST_SIZES)):
                if not all(want({**base, name: value}, turn) for turn in (value, value + 1)[: 1 + few]):
                    degree = MOST_SIZES
            if degree >= MOST_SIZES - 1:
                missed.append(f"the sides may be polynomials of degree {degrees[name]} in {name}: too many sizes")
    for sizes, turn in _components(nodes, free, base, least):
        want(sizes, turn)
    return Strata(tuple(found.values()), tuple(dict.fromkeys(missed)))


# --------------------------------------------------------------------- comparisons


def _turning(nodes: Sequence[Node], least: Mapping[str, int], base: Sizes) -> Iterator[tuple[str, int, str]]:
    """Sizes around those at which something that depends on sizes alone turns."""
    alone = _of_sizes_alone(nodes)
    for node in nodes:
        if node.serial not in alone:
            continue
        for gap in _gaps(node):
            names = sorted({str(leaf.data) for leaf in postorder(gap) if leaf.op == "dim"} & least.keys())
            for name in names:
                for value in _crossings(gap, name, base, least[name]):
                    yield name, value, node.op if not isinstance(node.data, tuple) else str(node.data[0])


def _of_sizes_alone(nodes: Iterable[Node]) -> dict[int, bool]:
    """The expressions that are made of numbers and sizes, by serial."""
    out: dict[int, bool] = {}
    for node in nodes:
        leaf = node.op in ("num", "const", "dim")
        if leaf or (node.args and not node.shape and all(arg.serial in out for arg in node.args)):
            out[node.serial] = True
    return out


def _gaps(node: Node) -> list[Node]:
    """What is compared with 0 by an operation that turns there."""
    from gradcli.expr.arith import sub

    if node.op in ("cmp", "max", "min"):
        return [sub(node.args[0], node.args[1])]
    row = SCALAR_FUNCTIONS.get(node.data[0]) if node.op == "elem" and isinstance(node.data, tuple) else None
    if row is not None and row.name in _STEPPING:  # the first steps stand for all
        return [sub(node.args[0], num(step)) for step in (ONE_HALF, 1, 2)]
    if row is not None and row.kinks:
        return [node.args[0]]
    if node.op == "pow":
        exponent = value_of(node.args[1])
        if exponent is not None and exponent.denominator % 2 == 0:
            inner = node.args[0]
            return [inner.args[0] if inner.op == "pow" else inner]
    return []


def _crossings(gap: Node, name: str, base: Sizes, low: int) -> list[int]:
    """The sizes at and around which a number changes its sign."""

    def side(value: int) -> int | None:
        try:
            (found,) = evaluate([gap], {}, {**base, name: value}, FLOAT, strict_kinks=False)
        except (EvaluationError, OverflowError, ZeroDivisionError):
            return None
        return int(found.flat[0] > 0) - int(found.flat[0] < 0)

    out: list[int] = []
    scanned = [value for value in _SCANNED if value >= low]
    sides = [side(value) for value in scanned]
    for (a, here), (b, there) in zip(
        zip(scanned, sides, strict=True), list(zip(scanned, sides, strict=True))[1:], strict=False
    ):
        if here is None or there is None or here == there:
            continue
        while b - a > 1:
            middle = (a + b) // 2
            if side(middle) == here:
                a = middle
            else:
                b = middle
        out += [a, b, b + 1]
    return [value for value in dict.fromkeys(out) if value >= low]


# --------------------------------------------------------------------- polynomials


def _degrees(nodes: Sequence[Node]) -> dict[str, int]:
    """How often sizes may be multiplied, at most: each size's degree in the entries, as a polynomial in it."""
    degree: dict[int, dict[str, int]] = {}
    fixed: dict[int, bool] = {}  # made without free arrays of any numbers: its sums depend on sizes, and are few
    for node in nodes:
        inner = [degree.get(arg.serial, {}) for arg in node.args]
        few = any(has_attribute(node, word) for word in _FEW_VALUES)  # a sum of zeros and ones is one of few numbers
        free = node.op in ("var", "cotangent") and not few
        fixed[node.serial] = not free and all(fixed.get(a.serial, True) for a in node.args)
        own: dict[str, int] = {}
        count = label_count(node)
        if node.op == "dim":
            own = dict.fromkeys(names_of(str(node.data)), 1)
        elif count is not None:  # a polynomial in labels may be 0 at as many as its degree
            own = dict.fromkeys(names_of(count), 1)
        elif node.op in ("mul", "matmul", "einsum", "kron"):
            own = _summed(inner)
        elif node.op == "pow":
            exponent = value_of(node.args[1])
            times = max(abs(exponent.numerator), 1) if exponent is not None else 1
            own = {name: value * times for name, value in inner[0].items()}
            own = _summed([own, inner[1]])
        else:
            for part in inner:
                own = {name: max(own.get(name, 0), part.get(name, 0)) for name in {*own, *part}}
        if node.op in _CONTRACTING and any(fixed.get(arg.serial) and arg.shape for arg in node.args):
            kept = {name for dim in node.shape for name in names_of(dim)}
            lost = {name for arg in node.args for dim in arg.shape for name in names_of(dim)} - kept
            own = _summed([own, dict.fromkeys(lost, 1)])
        degree[node.serial] = own
    out: dict[str, int] = {}
    for part in degree.values():
        for name, value in part.items():
            out[name] = max(out.get(name, 0), value)
    return out


def _summed(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    out: dict[str, int] = {}
    for part in parts:
        for name, value in part.items():
            out[name] = out.get(name, 0) + value
    return out


# ---------------------------------------------------------------------- components


def _components(
    nodes: Sequence[Node], free: Sequence[Node], base: Sizes, least: Mapping[str, int]
) -> Iterator[tuple[Sizes, int]]:
    """Both determinants of orthogonal names; every type of cycles of permutations, as far as it matters."""
    permutations = [node for node in free if has_attribute(node, "permutation") and len(node.shape) == 2]
    if any(has_attribute(node, "orthogonal") for node in free):
        for extra in (0, 1):
            for turn in (0, 1):
                yield {name: value + extra for name, value in base.items()}, turn
    if not permutations:
        return
    powers = [int(str(node.data)) for node in nodes if node.op == "mpow"]
    names = {str(node.shape[0]) for node in permutations} & least.keys()
    for size in range(1, _TYPED + 1) if powers else ():
        for turn in range(sum(1 for _ in cycle_types(size))):
            yield {**base, **{name: max(size, least[name]) for name in names}}, turn
    for exponent in {*powers, *(a + b for a in powers for b in powers), *(abs(a - b) for a in powers for b in powers)}:
        order = _least_order(exponent)
        if order is not None and order > _TYPED:
            kinds = list(cycle_types(order)) if order <= LARGEST_TYPED else [(order,)]
            yield {**base, **{name: max(order, least[name]) for name in names}}, kinds.index((order,))


def _least_order(exponent: int) -> int | None:
    """The smallest prime power that does not divide: the smallest cycle of which the power is not the identity."""
    if exponent < 1:
        return None
    return next(size for size in range(2, exponent + 2) if exponent % size and _is_prime_power(size))


def _is_prime_power(number: int) -> bool:
    prime = next(p for p in range(2, number + 1) if number % p == 0)
    while number % prime == 0:
        number //= prime
    return number == 1


__all__ = ["Strata", "Stratum", "strata"]
