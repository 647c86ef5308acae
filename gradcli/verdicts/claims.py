"""Attributes that are declared of a defined name: true of its value, or an error.

Algebra uses them, so a false one would prove anything.  Each is a claim: it is proved, or looked at as a check is.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from gradcli.diagnostics import Diagnostic, error
from gradcli.diagnostics.limits import LimitReached, limited
from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import EvaluationError, NotExact
from gradcli.evaluate.fields import EXACT, digits
from gradcli.expr.arith import mul, neg, ones, power, zeros
from gradcli.expr.factor import KINDS, parts_of
from gradcli.expr.linear import diag, diagonal, eye, matmul, transpose
from gradcli.expr.node import ONE, ZERO, Node, name_of, num
from gradcli.expr.reduce import compare, scalar_of_matrix, sum_axis, total, triangle
from gradcli.expr.shapes import cols
from gradcli.ops.attributes import EACH, implied, shortest
from gradcli.verdicts import ties
from gradcli.verdicts.algebra import proved
from gradcli.verdicts.book import Book
from gradcli.verdicts.cost import MANY, TOO_MANY
from gradcli.verdicts.entries import STYLES
from gradcli.verdicts.numeric import decide, place_of
from gradcli.verdicts.problem import Problem
from gradcli.verdicts.sizes import small_sizes

Sides = tuple[Node, Node]

_TWO = num(2)
_SIZES, _POINTS = 8, 6
_DIGITS = 50
_PIVOT = 1e-30


def _rows_summed(a: Node) -> Node:
    return sum_axis(a, 1) if len(a.shape) == 2 else total(a)


def _sums_to_one(a: Node) -> Sides:
    summed = _rows_summed(a)
    return summed, ones(summed.shape)


def _has_norm_one(a: Node) -> Sides:
    return _sums_to_one(power(a, _TWO))


def _is_nonnegative(a: Node) -> Sides:
    return compare("<=", zeros(a.shape), a), ones(a.shape)


def _is_binary(a: Node) -> Sides:
    return mul(a, a), a


_CLAIMS: dict[str, Callable[[Node], list[Sides]]] = {
    "symmetric": lambda a: [(a, transpose(a))],
    "skew": lambda a: [(transpose(a), neg(a))],
    "diagonal": lambda a: [(a, diag(diagonal(a)))] if a.shape[0] == a.shape[-1] else [],
    "lower": lambda a: [(a, triangle("tril", a, 0))],
    "upper": lambda a: [(a, triangle("triu", a, 0))],
    "unit": lambda a: [(diagonal(a), ones(diagonal(a).shape))],
    "orthogonal": lambda a: [(matmul(transpose(a), a), eye(cols(a.shape)))],
    "permutation": lambda a: [_is_binary(a), _sums_to_one(a), _sums_to_one(transpose(a))],
    "invertible": lambda a: [(compare("<", ZERO, power(scalar_of_matrix("det", a), _TWO)), ONE)],
    "positive": lambda a: [(compare("<", zeros(a.shape), a), ones(a.shape))],
    "nonnegative": lambda a: [_is_nonnegative(a)],
    "binary": lambda a: [_is_binary(a)],
    "signs": lambda a: [(mul(a, a), ones(a.shape))],
    "simplex": lambda a: [_is_nonnegative(a), _sums_to_one(a)],
    "onehot": lambda a: [_is_binary(a), _sums_to_one(a)],
    "unitnorm": lambda a: [_has_norm_one(a)],
    "spd": lambda a: [(a, transpose(a))],
}
_OF_MATRICES = frozenset({"symmetric", "skew", "diagonal", "lower", "upper", "unit", "orthogonal", "permutation"})
_OF_MATRICES |= {"invertible", "spd"}


def broken_claims(book: Book) -> dict[Node, Diagnostic]:
    """The defined names that do not have an attribute that they are declared with, or are not known to have it."""
    declared = {name_of(node): node for node in book.values if isinstance(node.data, tuple) and node.data[1]}
    out: dict[Node, Diagnostic] = {}
    for name, node in declared.items():
        value = book.values[node]
        assert isinstance(node.data, tuple)
        if value.op != "implicit" and any(str(word).startswith(EACH) for word in node.data[1]):
            said = f"{name} is a stack of matrices that is defined, and what is declared of it is not confirmed"
            hint = "leave the attributes out, or declare them of the names that it is made of"
            out[node] = error("E308", said, book.source, book.program.spans.get(name), hint)
            continue
        for attribute in _claimed(node, value):
            try:
                with limited():
                    why = _wrong(book, value, attribute, f"{name} {attribute}")
            except LimitReached as reached:
                why = f"and that could not be confirmed: too large, {reached}"
            if why is not None:
                message = f"{name} is declared {attribute}, {why}"
                span = book.program.spans.get(name)
                out[node] = error("E308", message, book.source, span, "leave the attribute out, or mend the definition")
                break
    return out


def _claimed(node: Node, value: Node) -> list[str]:
    """The attributes that the value has to be shown to have."""
    if value.op == "implicit":
        return []  # they say which root is meant
    shape = node.shape
    square = len(shape) == 2 and shape[0] == shape[1]
    known = frozenset[str]()
    if value.op == "factor":
        kind, part = parts_of(value)
        known = implied(KINDS[kind].components[part], square)
    assert isinstance(node.data, tuple)
    words = shortest(map(str, node.data[1]), square)
    return [word for word in words if word in _CLAIMS and word not in known and _is_spoken_of(word, value)]


def _is_spoken_of(attribute: str, value: Node) -> bool:
    return len(value.shape) == 2 if attribute in _OF_MATRICES else len(value.shape) <= 2


def _wrong(book: Book, value: Node, attribute: str, key: str) -> str | None:
    """Why a value is not known to have an attribute; None where it has it."""
    for left, right in _CLAIMS[attribute](value):
        if proved(book, left, right):
            continue
        problem = Problem(book, left, right, (left, right))
        jumps = ties.matter(book, (left, right))
        if jumps and ties.broken(problem, key) is not None:
            return "and its value is not"
        outcome = decide(problem, key)
        if outcome.kind == "refuted":
            return "and its value is not"
        if outcome.kind == "undecided":
            return f"and that could not be confirmed: {outcome.reason}"
    if attribute == "spd" and not _is_definite(book, value, key):
        return "and its value is not"
    return None


def _is_definite(book: Book, value: Node, key: str) -> bool:
    """Whether a symmetric value is positive definite at every point looked at."""
    problem = Problem(book, value, value, (value, value))
    if problem.cost > TOO_MANY:
        return True
    source = Random(f"{key}/definite")
    for sizes in small_sizes(problem.least)[:_SIZES]:
        for style in ("ties-1", *STYLES[: 1 if problem.cost > MANY else _POINTS]):
            try:
                place = place_of(problem, sizes, dict.fromkeys(problem.free, style), source)
                try:
                    (found,) = problem.values(place, EXACT, [value])
                except NotExact:
                    (found,) = problem.values(place, digits(_DIGITS), [value])
            except EvaluationError:
                continue
            size = found.shape[0] if found.shape else 1
            if not _has_pivots([found.flat[i * size : (i + 1) * size] for i in range(size)]):
                return False
    return True


def _has_pivots(rows: list[list[Scalar]]) -> bool:
    """Whether elimination meets positive pivots alone."""
    scale = max(abs(x) for row in rows for x in row)
    for k in range(len(rows)):
        if rows[k][k] <= scale * _PIVOT:
            return False
        for i in range(k + 1, len(rows)):
            share = rows[i][k] / rows[k][k]
            rows[i] = [a - share * b for a, b in zip(rows[i], rows[k], strict=True)]
    return True
