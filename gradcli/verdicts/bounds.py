"""Bounds of expressions by what is said of their names: interval reasoning, for every point at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import exp, floor, inf, log

from gradcli.expr.node import Node, has_attribute, value_of
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.verdicts.definite import is_definite, is_form, is_product_of_definite, is_semidefinite, is_turned_unit


@dataclass(frozen=True, slots=True)
class Interval:
    """All entries lie between `low` and `high`; `open_low`: none is `low` itself (likewise `open_high`)."""

    low: float | Fraction = -inf
    high: float | Fraction = inf
    open_low: bool = False
    open_high: bool = False

    @property
    def sign(self) -> tuple[bool, bool]:
        """`(an entry may be < 0, an entry may be > 0)`."""
        return self.low < 0, self.high > 0

    @property
    def nonnegative(self) -> bool:
        """Whether no entry is negative."""
        return self.low >= 0

    @property
    def positive(self) -> bool:
        """Whether every entry is positive."""
        return self.low > 0 or (self.low == 0 and self.open_low)


ALL = Interval()
_NONNEGATIVE = Interval(Fraction(0))
_POSITIVE = Interval(Fraction(0), inf, True)
_BY_ATTRIBUTE = {
    "positive": _POSITIVE,
    "nonnegative": _NONNEGATIVE,
    "permutation": Interval(Fraction(0), Fraction(1)),
    "binary": Interval(Fraction(0), Fraction(1)),
    "onehot": Interval(Fraction(0), Fraction(1)),
    "simplex": Interval(Fraction(0), Fraction(1)),
    "signs": Interval(Fraction(-1), Fraction(1)),
    "orthogonal": Interval(Fraction(-1), Fraction(1)),
    "unitnorm": Interval(Fraction(-1), Fraction(1)),
}
_SAME = frozenset({"T", "vec", "reshape", "entry", "stop", "diagonal"})
_OR_ZERO = frozenset({"diag", "tril", "triu"})
_SUMS = frozenset({"sum", "sum_axis", "tr"})


def bounds(root: Node, values: Mapping[Node, Node], known: Mapping[Node, Interval] | None = None) -> Interval:
    """What is known of all entries; `values` are those of defined names, `known` what is known beside."""
    memo: dict[Node, Interval] = dict(known or {})
    todo = [root]
    while todo:
        node = todo[-1]
        if node in memo:
            todo.pop()
            continue
        needed = [*node.args, *([values[node]] if node in values else [])]
        waiting = [arg for arg in needed if arg not in memo]
        if waiting:
            todo.extend(waiting)
            continue
        todo.pop()
        memo[node] = memo[values[node]] if node in values else _of(node, [memo[arg] for arg in node.args])
    return memo[root]


def _of(node: Node, args: list[Interval]) -> Interval:
    op = node.op
    value = value_of(node)
    if value is not None:
        return Interval(value, value)
    if op == "const":
        return {
            "pi": Interval(Fraction(314, 100), Fraction(315, 100)),
            "e_": Interval(Fraction(271, 100), Fraction(272, 100)),
        }.get(str(node.data), ALL)
    if op == "dim":
        return Interval(Fraction(1))
    if op == "var":
        return _of_name(node)
    if op in ("zeros", "ones", "eye", "unit"):
        return {"zeros": Interval(Fraction(0), Fraction(0)), "ones": Interval(Fraction(1), Fraction(1))}.get(
            op, Interval(Fraction(0), Fraction(1))
        )
    handler = _HANDLERS.get(op)
    if handler is not None:
        return handler(node, args)
    if op == "factor" and isinstance(node.data, tuple):
        if node.data[1] == "s":
            return _NONNEGATIVE
        return _POSITIVE if node.data == ("eigh", "w") and is_definite(node.args[0]) else ALL
    if _is_on_diagonal(node) and is_definite(node.args[0]):
        return _POSITIVE
    if op in _SAME:
        return args[0]
    if op in _OR_ZERO:
        return _hull([args[0], Interval(Fraction(0), Fraction(0))])
    if op in _SUMS or op in ("matmul", "kron", "einsum"):
        return _of_sum(node, args)
    return ALL


def _of_name(node: Node) -> Interval:
    attributes = node.data[1] if isinstance(node.data, tuple) else ()
    found = ALL
    for attribute in attributes:
        given = _BY_ATTRIBUTE.get(attribute)
        if given is not None:
            found = _both(found, given)
    if "spd" in attributes and not node.shape:
        found = _both(found, _POSITIVE)
    return found


def _both(a: Interval, b: Interval) -> Interval:
    low, high = max(a.low, b.low), min(a.high, b.high)
    open_low = (a.open_low and a.low == low) or (b.open_low and b.low == low)
    open_high = (a.open_high and a.high == high) or (b.open_high and b.high == high)
    return Interval(low, high, open_low, open_high)


def _hull(parts: list[Interval]) -> Interval:
    low, high = min(p.low for p in parts), max(p.high for p in parts)
    open_low = all(p.open_low for p in parts if p.low == low)
    open_high = all(p.open_high for p in parts if p.high == high)
    return Interval(low, high, open_low, open_high)


def _add(node: Node, args: list[Interval]) -> Interval:
    low = sum((a.low for a in args), Fraction(0))
    high = sum((a.high for a in args), Fraction(0))
    return Interval(low, high, any(a.open_low for a in args), any(a.open_high for a in args))


def _mul(node: Node, args: list[Interval]) -> Interval:
    out = args[0]
    for other in args[1:]:
        out = _product(out, other)
    return out


def _product(a: Interval, b: Interval) -> Interval:
    ends = [
        (_times(x, y), (x_open and y != 0) or (y_open and x != 0) or (x_open and y_open))
        for x, x_open in ((a.low, a.open_low), (a.high, a.open_high))
        for y, y_open in ((b.low, b.open_low), (b.high, b.open_high))
    ]
    if a.positive and b.positive:
        low = max(Fraction(0), min(value for value, _ in ends))
        high = max(value for value, _ in ends)
        return Interval(low, high, low == 0 or all(is_open for value, is_open in ends if value == low), False)
    low, high = min(value for value, _ in ends), max(value for value, _ in ends)
    return Interval(low, high)


def _times(x: float | Fraction, y: float | Fraction) -> float | Fraction:
    return Fraction(0) if x == 0 or y == 0 else x * y


def _power(node: Node, args: list[Interval]) -> Interval:
    base = args[0]
    p = value_of(node.args[1])
    if p is None:
        return _POSITIVE if base.positive else _NONNEGATIVE if base.nonnegative else ALL
    even = p.denominator == 1 and p % 2 == 0
    if base.positive or (p < 0 and (even or base.nonnegative)):
        return _POSITIVE
    if even or p.denominator != 1 or base.nonnegative:
        low = base.low**p if p > 0 and base.low > 0 and p.denominator == 1 else Fraction(0)
        high = inf
        if p > 0 and base.high < inf and base.low > -inf and p.denominator == 1:
            high = max(-base.low, base.high) ** p
        return Interval(low, high)
    return ALL


def _elem(node: Node, args: list[Interval]) -> Interval:
    if not isinstance(node.data, tuple) or node.data[1] or node.data[0] not in SCALAR_FUNCTIONS:
        return ALL
    name = node.data[0]
    row = SCALAR_FUNCTIONS[name]
    low, high = row.bounds
    found = Interval(-inf if low is None else Fraction(low), inf if high is None else Fraction(high))
    arg = args[0]
    if name in ("exp", "sigmoid", "softplus", "tanh"):
        found = Interval(found.low, found.high, True, True)
    if name == "exp" and arg.low >= 0:
        found = _both(found, Interval(Fraction(1), inf, arg.positive))
    if name == "exp" and arg.low > 0 and arg.low < 600:
        found = _both(found, Interval(Fraction(floor(exp(arg.low) * 1000)) / 1000))
    if name == "log" and arg.low >= 1:
        found = _both(found, Interval(Fraction(floor(log(arg.low) * 1000)) / 1000 if arg.low < inf else Fraction(0)))
    if name in _ODD_INCREASING:
        if arg.nonnegative:
            found = _both(found, _POSITIVE if arg.positive else _NONNEGATIVE)
        if arg.high <= 0:
            found = _both(found, Interval(-inf, Fraction(0), False, arg.high < 0 or arg.open_high))
    if name == "abs":
        if arg.positive or arg.high < 0:
            found = _both(found, _POSITIVE)
        found = _both(found, Interval(Fraction(0), max(-arg.low, arg.high)))
    if name == "relu":
        found = _both(found, Interval(max(Fraction(0), arg.low), max(Fraction(0), arg.high)))
    return found


_ODD_INCREASING = frozenset(
    {
        "tanh", "sinh", "asinh", "atan", "asin", "erf", "cbrt", "softsign", "expm1", "log1p", "silu", "sign",
    }
)  # fmt: skip


def _extreme(node: Node, args: list[Interval]) -> Interval:
    a, b = args
    pick = max if node.op == "max" else min
    low, high = pick(a.low, b.low), pick(a.high, b.high)
    open_low = all(part.open_low for part in args if part.low == low)
    open_high = all(part.open_high for part in args if part.high == high)
    return Interval(low, high, open_low, open_high)


def _where(node: Node, args: list[Interval]) -> Interval:
    return _hull(args[1:])


def _unit_interval(node: Node, args: list[Interval]) -> Interval:
    return Interval(Fraction(0), Fraction(1))


def _softmax(node: Node, args: list[Interval]) -> Interval:
    return Interval(Fraction(0), Fraction(1), True)


def _of_norm(node: Node, args: list[Interval]) -> Interval:
    return _POSITIVE if args[0].positive or args[0].high < 0 else _NONNEGATIVE


def _same(node: Node, args: list[Interval]) -> Interval:
    return args[0]


def _of_sum(node: Node, args: list[Interval]) -> Interval:
    """Sums of products: of what is not negative; `x.T @ x` and `x.T @ S @ x` are not either, S positive definite."""
    if all(arg.positive for arg in args) and node.op not in ("einsum",):
        return _POSITIVE
    if all(arg.nonnegative for arg in args):
        return _NONNEGATIVE
    if node.op in ("sum", "sum_axis") and args[0].high <= 0:
        return Interval(-inf, Fraction(0))
    if node.op == "matmul" and not node.shape and is_form(node):
        return _NONNEGATIVE
    if node.op == "tr" and is_definite(node.args[0]):
        return _POSITIVE
    if node.op == "tr" and node.args[0].op == "matmul" and is_product_of_definite(node.args[0]):
        return _POSITIVE
    return ALL


def _is_on_diagonal(node: Node) -> bool:
    """Whether this is the diagonal of a matrix, or an entry on it."""
    if node.op == "entry" and isinstance(node.data, tuple):
        return len(node.data) == 2 and node.data[0] == node.data[1]
    return node.op == "diagonal"


def _det(node: Node, args: list[Interval]) -> Interval:
    matrix = node.args[0]
    if is_definite(matrix):
        return _POSITIVE
    if is_semidefinite(matrix) or has_attribute(matrix, "skew") or is_turned_unit(matrix):
        return _NONNEGATIVE  # of a skew matrix it is the square of the Pfaffian
    return ALL


def _stack(node: Node, args: list[Interval]) -> Interval:
    return _hull(args)


_HANDLERS: dict[str, Callable[[Node, list[Interval]], Interval]] = {
    "add": _add,
    "mul": _mul,
    "pow": _power,
    "elem": _elem,
    "max": _extreme,
    "min": _extreme,
    "where": _where,
    "cmp": _unit_interval,
    "softmax": _softmax,
    "norm": _of_norm,
    "norm1": _of_norm,
    "norm2": _of_norm,
    "norm_nuc": _of_norm,
    "det": _det,
    "stack": _stack,
    "largest": _same,
    "smallest": _same,
}

__all__ = ["ALL", "Interval", "bounds"]
