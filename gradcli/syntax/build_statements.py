"""The builders of statements, names and types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.expr.dims import Dim, dim_difference, dim_product, dim_sum, least_dim
from gradcli.syntax.ast import (
    ArrayType,
    Assume,
    Call,
    Check,
    Compare,
    Declare,
    Define,
    DefineFunction,
    DefineIndexed,
    DefineMany,
    Expr,
    FunctionType,
    Ident,
    Implicit,
    Index,
    Layout,
    ListLit,
    Loss,
    Name,
    Question,
    Span,
    Statement,
)
from gradcli.syntax.fault import BareExpression, SyntaxFault
from gradcli.syntax.numbers import number_value
from gradcli.syntax.tokens import Tokens, identifier

Values = list[Any]

LAYOUTS = ("numerator", "denominator", "mixed")
QUESTIONS = {
    "grad": "gradient",
    "gradient": "gradient",
    "jac": "jacobian",
    "jacobian": "jacobian",
    "hess": "hessian",
    "hessian": "hessian",
    "derivative": "derivative",
    "differential": "differential",
    "hvp": "hvp",
}
_LARGEST_POWER = 8
_BASES = {"R": "R", "Z": "Z", "ℝ": "R", "ℤ": "Z"}


def ident(t: Tokens, at: int) -> Ident:
    """Return the name that token `at` is."""
    return Ident(identifier(t, at), Span(t.starts[at], t.ends[at]))


def names_first(t: Tokens, v: Values, start: int, end: int) -> list[int]:
    return [v[0]]


def list_adjoin(t: Tokens, v: Values, start: int, end: int) -> list[Any]:
    v[0].append(v[1])
    out: list[Any] = v[0]
    return out


def _idents(t: Tokens, items: list[int]) -> tuple[Ident, ...]:
    return tuple(ident(t, at) for at in items)


def declare(t: Tokens, v: Values, start: int, end: int) -> Statement:
    return Declare(Span(start, end), _idents(t, v[0]), v[2], ())


def declare_with(t: Tokens, v: Values, start: int, end: int) -> Statement:
    return Declare(Span(start, end), _idents(t, v[0]), v[2], _idents(t, v[3]))


def define(t: Tokens, v: Values, start: int, end: int) -> Statement:
    names = _idents(t, v[0])
    if len(names) == 1:
        return Define(Span(start, end), names[0], v[2])
    return DefineMany(Span(start, end), names, v[2])


def define_function(t: Tokens, v: Values, start: int, end: int) -> Statement:
    return DefineFunction(Span(start, end), ident(t, v[0]), _idents(t, v[2]), v[5])


def define_indexed(t: Tokens, v: Values, start: int, end: int) -> Statement:
    return DefineIndexed(Span(start, end), ident(t, v[0]), _idents(t, v[2]), v[5])


def implicit(t: Tokens, v: Values, start: int, end: int) -> Statement:
    return Implicit(Span(start, end), _idents(t, v[1]), v[3], v[5])


def loss(t: Tokens, v: Values, start: int, end: int) -> Statement:
    return Loss(Span(start, end), ident(t, v[1]), _idents(t, v[3]))


def layout(t: Tokens, v: Values, start: int, end: int) -> Statement:
    name = ident(t, v[1])
    if name.id not in LAYOUTS:
        raise SyntaxFault("E108", f"`{name.id}` is not a layout", name.span, "layout numerator, denominator or mixed")
    return Layout(Span(start, end), name)


def question(t: Tokens, v: Values, start: int, end: int) -> Statement:
    word = t.word(v[0])
    if QUESTIONS[word] != "differential":
        raise SyntaxFault(
            "E101",
            f"`{word}` asks for a derivative, and does not say by what",
            Span(start, end),
            f"{word} f wrt x",
        )
    return _question(t, v[0], v[1], [], Span(start, end))


def question_wrt(t: Tokens, v: Values, start: int, end: int) -> Statement:
    return _question(t, v[0], v[1], v[3], Span(start, end))


def _question(t: Tokens, word: int, of: list[Expr], wrt: list[Expr], span: Span) -> Statement:
    if len(of) > 1:
        raise SyntaxFault(
            "E101",
            "a question is asked of one name",
            Span(of[0].span.start, of[-1].span.end),
            "ask one question for each, or take scalars as a list: jacobian [u, v] wrt x",
        )
    for item in [*of, *wrt]:
        plain = item.items if isinstance(item, ListLit) else (item,)
        for part in plain:
            base = part.base if isinstance(part, Index) and item is not of[0] else part
            if isinstance(part, Call) and part.fn == "vec" and len(part.args) == 1:
                base = part.args[0]
            if not isinstance(base, Name):
                raise SyntaxFault(
                    "E405",
                    "a question is asked of names, not of an expression",
                    part.span,
                    "define it first: y = ...; then ask of y",
                )
    return Question(span, QUESTIONS[t.word(word)], of[0], tuple(wrt))


def check(t: Tokens, v: Values, start: int, end: int) -> Statement:
    return Check(Span(start, end), t.word(v[0]), tuple(v[1]))


def assume(t: Tokens, v: Values, start: int, end: int) -> Statement:
    if not isinstance(v[1], Compare):
        raise SyntaxFault("E108", "assume takes an equation or a comparison", Span(start, end), "assume sum(y) == 1")
    return Assume(Span(start, end), v[1].op, (v[1].left, v[1].right))


_ASKED = {"grad": "gradient", "jac": "partial", "hess": "hessian"}


def bare(t: Tokens, v: Values, start: int, end: int) -> Statement:
    """A derivative and nothing else is the question: `∂L/∂W`, `∇_x f`, `grad(f, x)`."""
    expr = v[0]
    span = Span(start, end)
    if not (isinstance(expr, Call) and expr.fn in _ASKED and len(expr.args) > 1) or expr.primes or expr.kwargs:
        raise BareExpression(span)
    of, *wrt = expr.args
    for part in expr.args:
        for item in part.items if isinstance(part, ListLit) else (part,):
            base = item.base if isinstance(item, Index) else item
            stacked = isinstance(base, Call) and base.fn == "vec" and len(base.args) == 1
            if not (isinstance(base, Name) or stacked):
                raise BareExpression(span)
    return Question(span, _ASKED[expr.fn], of, tuple(wrt))


# ---------------------------------------------------------------------- types


def _base(t: Tokens, at: int) -> str:
    base = _BASES.get(t.word(at))
    if base is None:
        raise SyntaxFault(
            "E108",
            f"`{t.word(at)}` is not a type",
            Span(t.starts[at], t.ends[at]),
            "a type is R, R[n], R[m, n], ..., Z, or a function such as R[n] -> R",
        )
    return base


def scalar_type(t: Tokens, v: Values, start: int, end: int) -> ArrayType:
    return ArrayType(_base(t, v[0]), ())


def _checked(t: Tokens, dims: list[Dim], start: int, end: int) -> tuple[Dim, ...]:
    for dim in dims:
        if isinstance(dim, int) and dim < 1:
            raise SyntaxFault("E108", f"a dimension is positive, and this one is {dim}", Span(start, end), "R[n]")
    return tuple(dims)


def array_type(t: Tokens, v: Values, start: int, end: int) -> ArrayType:
    return ArrayType(_base(t, v[0]), _checked(t, v[2], start, end))


def power_type(t: Tokens, v: Values, start: int, end: int) -> ArrayType:
    return ArrayType(_base(t, v[0]), (v[2],))


def power_list_type(t: Tokens, v: Values, start: int, end: int) -> ArrayType:
    return ArrayType(_base(t, v[0]), _checked(t, v[3], start, end))


def power_t_type(t: Tokens, v: Values, start: int, end: int) -> ArrayType:
    if not t.word(v[1]).startswith("^") or not t.word(v[1]).endswith("T"):
        raise SyntaxFault("E108", "a type has no transpose", Span(start, end), "a row vector is R[1, n]")
    return ArrayType(_base(t, v[0]), ("T",))


def function_type(t: Tokens, v: Values, start: int, end: int) -> FunctionType:
    return FunctionType(tuple(v[0]), v[2])


def labels(t: Tokens, v: Values, start: int, end: int) -> Dim:
    if t.word(v[1]) != "1":
        raise SyntaxFault("E108", "labels count from 1", Span(start, end), "{1..C}")
    out: Dim = v[-2]
    return out


def label_type(t: Tokens, v: Values, start: int, end: int) -> ArrayType:
    return ArrayType("Z", (), v[0])


def label_array_type(t: Tokens, v: Values, start: int, end: int) -> ArrayType:
    return ArrayType("Z", _checked(t, v[2], start, end), v[0])


def label_power_type(t: Tokens, v: Values, start: int, end: int) -> ArrayType:
    return ArrayType("Z", (v[2],), v[0])


def label_list_type(t: Tokens, v: Values, start: int, end: int) -> ArrayType:
    return ArrayType("Z", _checked(t, v[3], start, end), v[0])


def dim_name(t: Tokens, v: Values, start: int, end: int) -> str:
    return identifier(t, v[0])


def dim_number(t: Tokens, v: Values, start: int, end: int) -> int:
    value = number_value(t.word(v[0]))
    if value is None or value.denominator != 1 or not 0 < value <= 10**9:
        raise SyntaxFault(
            "E108",
            f"`{t.word(v[0])[:40]}` is not a dimension",
            Span(start, end),
            "a dimension is a name or a positive integer",
        )
    return int(value)


def dim_plus(t: Tokens, v: Values, start: int, end: int) -> Dim:
    return dim_sum(v[0], v[2])


def dim_minus(t: Tokens, v: Values, start: int, end: int) -> Dim:
    return dim_difference(v[0], v[2])


def dim_times(t: Tokens, v: Values, start: int, end: int) -> Dim:
    return dim_product(v[0], v[2])


def dim_multiple(t: Tokens, v: Values, start: int, end: int) -> Dim:
    return dim_product(dim_number(t, v[:1], start, end), identifier(t, v[1]))


def dim_power(t: Tokens, v: Values, start: int, end: int) -> Dim:
    exponent = dim_number(t, v[2:], t.starts[v[2]], end)
    if exponent > _LARGEST_POWER:
        raise SyntaxFault("E108", f"a power of a dimension goes to {_LARGEST_POWER}", Span(start, end))
    out: Dim = 1
    for _ in range(exponent):
        out = dim_product(out, v[0])
    return out


def dim_least(t: Tokens, v: Values, start: int, end: int) -> Dim:
    if t.word(v[0]) != "min":
        raise SyntaxFault("E108", f"`{t.word(v[0])}` is no function of dimensions", Span(start, end), "min(m, n)")
    return least_dim(v[2], v[4])


def builders() -> dict[str, Callable[[Tokens, Values, int, int], Any]]:
    """Return the builder of each alias."""
    here = [
        *(names_first, list_adjoin, declare, declare_with, define, define_function, define_indexed),
        *(implicit, loss, layout, question, question_wrt, check, assume, bare, scalar_type, array_type, power_type),
        *(power_list_type, power_t_type, function_type, dim_name, dim_number),
        *(label_type, label_array_type, label_power_type, label_list_type, labels),
        *(dim_plus, dim_minus, dim_times, dim_multiple, dim_power, dim_least),
    ]
    found: dict[str, Callable[[Tokens, Values, int, int], Any]] = {fn.__name__: fn for fn in here}
    return {**found, "labels_listed": labels}
