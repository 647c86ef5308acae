"""What is known for certain of values: that they are symmetric, definite, or within bounds."""

from __future__ import annotations

from fractions import Fraction

from gradcli.emit.instr import Instr, held
from gradcli.emit.optimise.rewrite import parts_of_product, terms_of_sum
from gradcli.emit.plan import Plan
from gradcli.ops.functions import SCALAR_FUNCTIONS

_DEPTH = 24  # how far down a proof looks
Bounds = tuple[Fraction | None, Fraction | None]
_ANY: Bounds = (None, None)
_ZERO, _ONE = Fraction(0), Fraction(1)

_KINDS: dict[str, Bounds] = {
    "softmax": (_ZERO, _ONE), "indicator": (_ZERO, _ONE), "norm": (_ZERO, None), "norm1": (_ZERO, None),
    "sqrt": (_ZERO, None), "ones": (_ONE, _ONE), "zeros": (_ZERO, _ZERO), "eye": (_ZERO, _ONE), "unit": (_ZERO, _ONE),
    "size": (_ONE, None), "length": (_ZERO, None), "least": (_ONE, None),
}  # fmt: skip


def is_symmetric(plan: Plan, instr: Instr, depth: int = _DEPTH) -> bool:
    """Whether a matrix is certainly symmetric."""
    if instr.rank != 2 or depth < 0:
        return False
    key = ("symmetric", instr.serial)
    if key not in plan.facts:
        plan.facts[key] = _is_symmetric(plan, instr, depth)
    return bool(plan.facts[key])


def _is_symmetric(plan: Plan, instr: Instr, depth: int) -> bool:
    args = instr.args
    match instr.kind:
        case "input":
            return bool(plan.attributes.get(str(instr.data), frozenset()) & {"symmetric", "spd", "diagonal"})
        case "eye" | "diag" | "cho_inverse":
            return True
        case "inv" | "matpower" | "expm" | "adj" | "transpose" | "pinv":
            return is_symmetric(plan, args[0], depth - 1)
        case "map" | "sqrt" | "indicator":
            return is_symmetric(plan, args[0], depth - 1)
        case "outer":
            return args[0] is args[1]
        case "matmul":
            return is_gram(instr) or _is_weighted_gram(instr) or _is_solved_gram(plan, instr, depth)
        case "sum":
            return _is_symmetric_sum(plan, instr, depth)
        case "product" | "power":
            return all(part.rank == 0 or is_symmetric(plan, part, depth - 1) for part in args)
    return False


def _is_symmetric_sum(plan: Plan, instr: Instr, depth: int) -> bool:
    """A sum of symmetric terms, and of terms that come with their transposes."""
    left = [term for term in terms_of_sum(instr) if term[1].rank and not is_symmetric(plan, term[1], depth - 1)]
    while left:
        sign, term = left.pop()
        other = {"column": "row", "row": "column"}.get(term.kind)
        if term.kind == "outer":
            turned = plan.make("outer", *reversed(term.args), rank=2)
        else:
            turned = plan.transpose(term) if other is None else plan.make(other, *term.args, rank=2)
        if (sign, turned) not in left:
            return False
        left.remove((sign, turned))
    return True


def is_gram(instr: Instr) -> bool:
    """Whether this is `A.T @ A` or `A @ A.T`."""
    if instr.kind != "matmul" or instr.rank != 2:
        return False
    a, b = instr.args
    return (a.kind == "transpose" and a.args[0] is b) or (b.kind == "transpose" and b.args[0] is a)


def _is_weighted_gram(instr: Instr) -> bool:
    return gram_weights(instr) is not None


def _is_solved_gram(plan: Plan, instr: Instr, depth: int) -> bool:
    """Whether this is `A @ inv(C) @ A.T` for a symmetric C."""
    a, b = instr.args
    return b.kind == "solve" and _turned(a, b.args[1]) and is_symmetric(plan, b.args[0], depth - 1)


def gram_weights(instr: Instr) -> tuple[Instr, Instr] | None:
    """`(v, A)` where this is `A.T @ diag(v) @ A`, in either order of multiplication."""
    if instr.kind != "matmul" or instr.rank != 2:
        return None
    a, b = instr.args
    if b.kind == "scale_rows" and _turned(a, b.args[1]):
        return b.args[0], b.args[1]
    if a.kind == "scale_cols" and _turned(a.args[1], b):
        return a.args[0], b
    return None


def _turned(a: Instr, b: Instr) -> bool:
    return (a.kind == "transpose" and a.args[0] is b) or (b.kind == "transpose" and b.args[0] is a)


def is_semidefinite(plan: Plan, instr: Instr, depth: int = _DEPTH, declared: bool = False) -> bool:
    """Whether a matrix is certainly symmetric and positive semidefinite: definite, if it has an inverse.

    With `declared` what a program says of its names counts, even where every entry is free.
    """
    if instr.rank != 2 or depth < 0:
        return False
    key = ("definite as declared" if declared else "definite", instr.serial)
    if key not in plan.facts:
        plan.facts[key] = _is_semidefinite(plan, instr, depth, declared)
    return bool(plan.facts[key])


def _is_semidefinite(plan: Plan, instr: Instr, depth: int, declared: bool) -> bool:
    match instr.kind:
        case "input":
            told = plan.declared if declared else plan.attributes
            return "spd" in told.get(str(instr.data), frozenset())
        case "eye" | "cho_inverse":
            return True
        case "inv":
            return is_semidefinite(plan, instr.args[0], depth - 1, declared)
        case "map":
            return instr.data == "exp" and _is_kernel(plan, instr.args[0], depth, declared)
        case "diag":
            return is_nonnegative(plan, instr.args[0], depth - 1)
        case "matmul":
            weighted = gram_weights(instr)
            return is_gram(instr) or (weighted is not None and is_nonnegative(plan, weighted[0], depth - 1))
        case "sum":
            return all(
                not sign and is_semidefinite(plan, term, depth - 1, declared) for sign, term in terms_of_sum(instr)
            )
        case "product":
            matrices = [part for part in instr.args if part.rank]
            return (
                len(matrices) == 1
                and held(instr, tuple)[0] > 0
                and is_semidefinite(plan, matrices[0], depth - 1, declared)
                and all(is_nonnegative(plan, part, depth - 1) for part in instr.args if not part.rank)
            )
    return False


def _is_kernel(plan: Plan, exponent: Instr, depth: int, declared: bool) -> bool:
    """Whether `exp(P + v @ 1.T + 1 @ v.T)` stands by entry, with a semidefinite P: it is semidefinite too, as
    `exp(-c * |x_i - x_j|**2)` is (Schoenberg 1938)."""
    value, over, under = parts_of_product(exponent)
    arrays = [part for part in over if part.rank]
    if len(arrays) != 1 or not all(is_nonnegative(plan, part, depth - 1) for part in (*over, *under) if not part.rank):
        return False
    sides: dict[str, list[tuple[object, ...]]] = {"column": [], "row": []}
    for sign, term in terms_of_sum(arrays[0]):
        number, tops, bottoms = parts_of_product(term)
        signed = -number * value if sign else number * value
        lists = [part for part in tops if part.rank]
        side, entries = _spread(lists[0]) if len(lists) == 1 else (None, None)
        if side is not None and entries is not None:
            scalars = (tuple(sorted(part.serial for part in parts if not part.rank)) for parts in (tops, bottoms))
            sides[side].append((signed, entries.serial, *scalars))
        elif term.rank:
            positive = plan.make("product", *tops, *bottoms, data=(abs(number), len(tops)), rank=term.rank)
            if signed < 0 or not is_semidefinite(plan, lists[0] if positive is term else positive, depth - 1, declared):
                return False
    return sorted(map(str, sides["column"])) == sorted(map(str, sides["row"]))


def _spread(instr: Instr) -> tuple[str | None, Instr | None]:
    """Whether a list is spread as a column or as a row, and the list."""
    if instr.kind in ("column", "row"):
        return instr.kind, instr.args[0]
    if instr.kind == "outer":
        a, b = instr.args
        return ("column", a) if b.kind == "ones" else ("row", b) if a.kind == "ones" else (None, None)
    return None, None


def is_nonnegative(plan: Plan, instr: Instr, depth: int = _DEPTH) -> bool:
    """Whether no entry is certainly below zero."""
    low, _ = bounds(plan, instr, depth)
    return low is not None and low >= 0


def bounds(plan: Plan, instr: Instr, depth: int = _DEPTH) -> Bounds:
    """Certain bounds of all entries."""
    if depth < 0:
        return _ANY
    found = plan.bounds.get(instr.serial)
    if found is None:
        found = plan.bounds[instr.serial] = _bounds(plan, instr, depth)
    return found


def _bounds(plan: Plan, instr: Instr, depth: int) -> Bounds:
    match instr.kind:
        case "number":
            value = held(instr, Fraction)
            return value, value
        case "input":
            positive = "positive" in plan.attributes.get(str(instr.data), frozenset())
            return (_ZERO, None) if positive else _ANY
        case "map":
            row = SCALAR_FUNCTIONS.get(str(instr.data))
            return _ANY if row is None else (_number(row.bounds[0]), _number(row.bounds[1]))
        case "transpose" | "column" | "row" | "flat" | "reshape" | "diagonal" | "entry" | "total" | "sum_axis":
            low, high = bounds(plan, instr.args[0], depth - 1)
            if instr.kind in ("total", "sum_axis"):
                return (_ZERO if low is not None and low >= 0 else None), None
            return low, high
        case "power":
            return _power_bounds(instr)
        case "matmul" | "dot":
            return (_ZERO, None) if not instr.rank and instr.args[0] is instr.args[1] else _ANY
        case "sum":
            return _sum_bounds(plan, instr, depth)
        case "product":
            return _product_bounds(plan, instr, depth)
    return _KINDS.get(instr.kind, _ANY)


def _number(end: Fraction | int | None) -> Fraction | None:
    return None if end is None else Fraction(end)


def _power_bounds(instr: Instr) -> Bounds:
    exponent = instr.args[1]
    if exponent.kind != "number":
        return _ANY
    value = held(exponent, Fraction)
    even = value.denominator == 1 and value.numerator % 2 == 0
    return (_ZERO, None) if even or value.denominator != 1 else _ANY


def _sum_bounds(plan: Plan, instr: Instr, depth: int) -> Bounds:
    low: Fraction | None = _ZERO
    high: Fraction | None = _ZERO
    for sign, term in terms_of_sum(instr):
        least, most = bounds(plan, term, depth - 1)
        if sign:
            least, most = (None if most is None else -most), (None if least is None else -least)
        low = None if low is None or least is None else low + least
        high = None if high is None or most is None else high + most
    return low, high


def _product_bounds(plan: Plan, instr: Instr, depth: int) -> Bounds:
    """Of a product of nonnegative factors, or of pairs of equal ones; no upper bound where there is a quotient."""
    value, over, under = parts_of_product(instr)
    low = _ONE
    high: Fraction | None = _ONE
    while over:
        factor = over.pop()
        least, most = bounds(plan, factor, depth - 1)
        if factor in over:
            over.remove(factor)
            size = None if least is None or most is None else max(abs(least), abs(most))
            least, most = _ZERO, None if size is None else size * size
        if least is None or least < 0:
            return _ANY
        low, high = low * least, None if high is None or most is None else high * most
    if not all(is_nonnegative(plan, part, depth - 1) for part in under):
        return _ANY
    if under:
        low, high = _ZERO, None
    return _scaled(value, low, high)


def _scaled(value: Fraction, low: Fraction, high: Fraction | None) -> Bounds:
    if value >= 0:
        return value * low, None if high is None else value * high
    return (None if high is None else value * high), value * low
