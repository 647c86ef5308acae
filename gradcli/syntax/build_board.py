"""The builders of what stands on a board: `∇_x f`, `‖x‖²`, `[δ_ij x_k]_ijk`, `√d`."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from gradcli.syntax.ast import (
    ONES_OF_ANY_SIZE,
    Bars,
    Call,
    Entries,
    Expr,
    Index,
    IndexSum,
    ListLit,
    Name,
    Num,
    Span,
    Superscript,
    Transpose,
)
from gradcli.syntax.build_atoms import name, number
from gradcli.syntax.fault import SyntaxFault
from gradcli.syntax.tokens import CARET, EYE_OF, HESS, HESS_BY, POW, SUPERSCRIPT, Tokens, identifier

Values = list[Any]

_ARRAYS = {"δ": "I", "1": ONES_OF_ANY_SIZE}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_NORMS = {
    **dict.fromkeys(("", "_F"), "norm"),
    **dict.fromkeys(("₁", "_1"), "norm1"),
    **dict.fromkeys(("₂", "_2"), "norm2"),
    "_*": "norm_nuc",
}


def superscript(t: Tokens, v: Values, start: int, end: int) -> Expr:
    span = Span(start, end)
    word = t.word(v[1])
    if word == "⁺":
        return Call(span, "pinv", 0, (v[0],))
    exponent = word.translate(_SUPERSCRIPTS)
    if len(exponent) > 9:
        raise SyntaxFault("E107", "this exponent is too large to reckon with", Span(t.starts[v[1]], end))
    return Superscript(span, v[0], int(exponent))


def subscript(t: Tokens, v: Values, start: int, end: int) -> Expr:
    letters = _letters(t, v[1])
    span = Span(start, end)
    if isinstance(v[0], ListLit) and len(v[0].items) == 1:
        return Entries(span, letters, v[0].items[0])
    mark = Span(t.starts[v[1]], end)
    return Index(span, v[0], tuple(_index_of(mark, letter) for letter in letters))


def _index_of(span: Span, letter: str) -> Expr:
    return Num(span, Fraction(int(letter))) if letter.isdecimal() else Name(span, letter)


def entry(t: Tokens, v: Values, start: int, end: int) -> Expr:
    name, _, letters = identifier(t, v[0]).rpartition("_")
    span = Span(start, end)
    base = Name(span, _ARRAYS.get(name, name))
    return Index(span, base, tuple(_index_of(span, letter) for letter in letters))


def norm_bars(t: Tokens, v: Values, start: int, end: int) -> Expr:
    """`‖x‖`, `‖A‖_F`, `‖x‖₁`, `‖A‖₂`, `‖A‖_*`."""
    opening = t.word(v[0]).lstrip("‖∥|")
    which = opening or t.word(v[2]).lstrip("‖∥|")
    fn = _NORMS.get(which)
    if which == "_∞" and not opening:
        return Call(Span(start, end), "norm", 0, (v[1], Name(Span(t.starts[v[2]], end), "inf")))
    if opening or fn is None:
        raise SyntaxFault("E101", f"`{t.word(v[2])}` is no norm that is known", Span(start, end), "write norm(x, p)")
    arg = v[1]
    if fn == "norm1" and isinstance(arg, Call) and arg.fn == "vec" and len(arg.args) == 1:
        arg = arg.args[0]
    return Call(Span(start, end), fn, 0, (arg,))


def bars(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Bars(Span(start, end), v[1])


def call_bars(t: Tokens, v: Values, start: int, end: int) -> Expr:
    """`log|det(A)|`."""
    inner, span = v[2], Span(start, end)
    if t.word(v[0]) == "log" and isinstance(inner, Call) and inner.fn == "det" and not inner.primes:
        return Call(span, "logdet", 0, inner.args)
    return Call(span, identifier(t, v[0]), 0, (Bars(Span(t.starts[v[1]], end), inner),))


def root(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Call(Span(start, end), "sqrt", 0, (v[1],))


def root_number(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Call(Span(start, end), "sqrt", 0, (number(t, v[1:], t.starts[v[1]], end),))


def root_name(t: Tokens, v: Values, start: int, end: int) -> Expr:
    if v[1] + 1 < len(t.kinds) and t.kinds[v[1] + 1] in (SUPERSCRIPT, CARET, POW):
        word = t.word(v[1])
        raise SyntaxFault(
            "E101", "the root could reach over the power or not", Span(start, end), f"write √({word}) or (√({word}))"
        )
    return Call(Span(start, end), "sqrt", 0, (name(t, v[1:], t.starts[v[1]], end),))


def size_name(t: Tokens, v: Values, start: int, end: int) -> list[Expr]:
    return [name(t, v, start, end)]


def size_number(t: Tokens, v: Values, start: int, end: int) -> list[Expr]:
    return [number(t, v, start, end)]


def size_list(t: Tokens, v: Values, start: int, end: int) -> list[Expr]:
    out: list[Expr] = v[1]
    return out


def sized(t: Tokens, v: Values, start: int, end: int) -> Expr:
    """`1_N`, `1_(m×n)`, `I_(n·m)`."""
    return Call(Span(start, end), "eye" if t.kinds[v[0]] == EYE_OF else "ones", 0, tuple(v[1]))


def infinity(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Name(Span(start, end), "inf")


def unit_entry(t: Tokens, v: Values, start: int, end: int) -> Expr:
    """`E_(1,2)`: the matrix with a 1 in one place, of the size that fits where it stands."""
    span = Span(start, end)
    places = [int(item.value) for item in v[2] if isinstance(item, Num) and item.value.denominator == 1]
    if len(places) != len(v[2]) or min(places) < 1:
        raise SyntaxFault("E101", "E_(1,2) has its places as numbers from 1", span, "unit(m, n, 1, 2)")
    return Name(span, f"E_({','.join(map(str, places))})")


def shaped(t: Tokens, v: Values, start: int, end: int) -> Expr:
    """`reshape_(m×p)(v)` row by row, `unvec_(p×m)(v)` column by column."""
    span = Span(start, end)
    if t.word(v[0]) == "reshape_":
        return Call(span, "reshape", 0, (v[3], *v[1]))
    return Transpose(span, Call(span, "reshape", 0, (v[3], *reversed(v[1]))))


def eye(t: Tokens, v: Values, start: int, end: int) -> Expr:
    """`I_n`, `I_3`."""
    size = identifier(t, v[0])[2:]
    span = Span(start, end)
    inner: Expr = Num(span, Fraction(int(size))) if size.isdecimal() else Name(span, size)
    return Call(span, "eye", 0, (inner,))


def _listed(by: list[Expr]) -> Expr:
    return by[0] if len(by) == 1 else ListLit(Span(by[0].span.start, by[-1].span.end), tuple(by))


def nabla(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Call(Span(start, end), "grad", 0, (v[4], _listed(v[2])))


def by_entry(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Index(Span(start, end), name(t, v, start, t.ends[v[0]]), tuple(v[2]))


def nabla_by(t: Tokens, v: Values, start: int, end: int) -> Expr:
    """`∇_x f`, `∇²_x f`."""
    by = v[1]
    if isinstance(by, ListLit) and len(by.items) == 1:
        by = by.items[0]
    return Call(Span(start, end), "hess" if t.kinds[v[0]] == HESS_BY else "grad", 0, (v[2], by))


def nabla_call(t: Tokens, v: Values, start: int, end: int) -> Expr:
    """`∇h(u)`, `∇²h(u)` of a function of a vector: a column, a matrix."""
    call, span = v[1], Span(start, end)
    if t.kinds[v[0]] == HESS:
        return Call(span, call.fn, call.primes + 2, call.args, call.kwargs)
    return Transpose(span, Call(span, call.fn, call.primes + 1, call.args, call.kwargs))


def partial(t: Tokens, v: Values, start: int, end: int) -> Expr:
    of, by = v[1], v[4]
    if _is_lettered(of) or _is_lettered(by):
        return _partial_entries(Span(start, end), of, by)
    return Call(Span(start, end), "jac", 0, (of, by))


def _is_lettered(expr: Expr) -> bool:
    """Whether this is an entry at index names, `W_jk`."""
    return isinstance(expr, Index) and isinstance(expr.base, Name) and all(isinstance(i, Name) for i in expr.indices)


def _partial_entries(span: Span, of: Expr, by: Expr) -> Expr:
    """`∂y_i/∂W_jk` as an entry of a derivative, which is the same in every layout."""
    indices: tuple[Expr, ...] = ()
    scalar = not isinstance(of, Index)
    if isinstance(of, Index):
        indices, of = of.indices, of.base
    if isinstance(by, Index):
        indices, by = (*indices, *by.indices), by.base
    if scalar:
        return Index(span, Call(span, "grad", 0, (of, by)), indices)
    return Index(span, Call(span, "jac", 0, (of, by), (("layout", Name(span, "numerator")),)), indices)


def partial_twice(t: Tokens, v: Values, start: int, end: int) -> Expr:
    """`∂²f/∂x²`."""
    if t.word(v[5]) != "²":
        raise SyntaxFault("E101", "a second derivative is ∂²f/∂x²", Span(start, end), "write ∂²f/∂x²")
    return Call(Span(start, end), "hess", 0, (v[1], v[4]))


def partial_mixed(t: Tokens, v: Values, start: int, end: int) -> Expr:
    """`∂²f/∂x∂y`."""
    return Call(Span(start, end), "hess", 0, (v[1], v[4], v[6]))


def sum_over(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return IndexSum(Span(start, end), _letters(t, v[0]), v[1])


def _letters(t: Tokens, at: int) -> tuple[str, ...]:
    """The index names of `Σ_ij` and of `_ijk` behind a bracket."""
    return tuple(t.word(at).rpartition("_")[2])


def builders() -> dict[str, Callable[[Tokens, Values, int, int], Any]]:
    """Return the builder of each alias."""
    here = [
        *(superscript, subscript, entry, norm_bars, bars, call_bars, root, root_number, root_name, size_name),
        *(size_number, size_list, sized, shaped, infinity, unit_entry, eye, nabla, by_entry, nabla_by),
        *(nabla_call, partial, partial_twice, partial_mixed, sum_over),
    ]
    return {fn.__name__: fn for fn in here}
