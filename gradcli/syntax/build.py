"""The builders: one function for each alias of the grammar.

Each takes the tokens, the values of the rule's symbols (a node, a list of nodes, or the
number of a token) and the range of text that the rule covers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from gradcli.diagnostics.diagnostic import Edit
from gradcli.syntax import build_board, build_statements
from gradcli.syntax.ast import (
    BESIDE,
    Call,
    Compare,
    Expr,
    Index,
    IndexSum,
    LastTwoTurned,
    ListLit,
    MatPower,
    Name,
    Neg,
    Num,
    Power,
    Product,
    Slice,
    Span,
    Str,
    Sum,
    Superscript,
    Transpose,
)
from gradcli.syntax.build_atoms import name, number
from gradcli.syntax.characters import clip
from gradcli.syntax.excerpt import balanced
from gradcli.syntax.fault import SyntaxFault
from gradcli.syntax.tokens import (
    CDOT,
    DIVIDE,
    KRON,
    MATMUL,
    MINUS,
    PLUS,
    SLASH,
    STAR,
    SUBSCRIPT,
    Tokens,
    identifier,
)

Values = list[Any]
Builder = Callable[[Tokens, Values, int, int], Any]

_OPERATORS = {PLUS: "+", MINUS: "-", STAR: "*", DIVIDE: "/", SLASH: "/", MATMUL: "@", KRON: "kron", CDOT: "·"}
_FACTORS = {"lu": "PLU", "qr": "QR", "svd": "UsV", "eigh": "wV"}  # `lu_L(X)`, as answers are printed
_COMPARISONS = {"≤": "<=", "≥": ">="}


def list_first(t: Tokens, v: Values, start: int, end: int) -> list[Any]:
    return [v[0]]


def list_pair(t: Tokens, v: Values, start: int, end: int) -> list[Any]:
    return [v[0], v[2]]


def list_more(t: Tokens, v: Values, start: int, end: int) -> list[Any]:
    v[0].append(v[2])
    out: list[Any] = v[0]
    return out


def chain_first(t: Tokens, v: Values, start: int, end: int) -> tuple[list[Expr], list[str]]:
    _divided(t, v[0], v[1], v[2])
    return [v[0], v[2]], [_OPERATORS[t.kinds[v[1]]]]


def _divided(t: Tokens, over: Expr, op: int, under: Expr) -> None:
    """`a / b c` could be read in two ways."""
    if t.kinds[op] not in (SLASH, DIVIDE) or not _is_beside(under) or t.starts[op + 1] != under.span.start:
        return
    text, sign = t.text, t.word(op)
    assert isinstance(under, Product)
    a = text[over.span.start : over.span.end]
    first = text[under.span.start : under.factors[0].span.end]
    rest = text[under.factors[0].span.end : under.span.end]
    raise SyntaxFault(
        "E101",
        f"`{clip(a)} {sign} {clip(first + rest)}` could be read in two ways",
        Span(over.span.start, under.span.end),
        f"write ({clip(a)} {sign} {clip(first)}){clip(rest)} or {clip(a)} {sign} ({clip(first + rest)})",
        mend=_unambiguous(t, over, under),
    )


def _differentials(over: Expr, under: Product) -> tuple[Edit, ...]:
    """`d f / d x` and `d/dx f` as `∂f/∂x`."""
    name, of = under.factors[0], under.factors[-1]
    if isinstance(over, Name) and over.id == "d" and isinstance(name, Name) and isinstance(of, Name):
        by = name.id.removeprefix("d")
        found = len(under.factors) == 2 and by and by != name.id
        return ((over.span.start, under.span.end, f"∂{of.id}/∂{by}"),) if found else ()
    if not (isinstance(over, Product) and all(_is_d(product) for product in (over, under))):
        return ()
    f, x = over.factors[1], under.factors[1]
    assert isinstance(f, Name) and isinstance(x, Name)
    return ((over.span.start, under.factors[1].span.end, f"∂{f.id}/∂{x.id}"),)


def _is_d(product: Product) -> bool:
    first, second = product.factors[:2]
    return isinstance(first, Name) and first.id == "d" and isinstance(second, Name) and product.ops[0] == BESIDE


_VALUE = re.compile(r"[|‖]|[^\W\d]\w*\(")  # a norm or a call


def _unambiguous(t: Tokens, over: Expr, under: Product) -> tuple[Edit, ...]:
    """`1/2 x`, `1/(2n) x`, `a/(b c) x`, `a/2 ||x||` are multiples; of others the product behind the sign is meant."""
    first = under.factors[0]
    change = _differentials(over, under)
    if change:
        return change
    number = over.arg if isinstance(over, Neg) else over
    divisor = t.text[under.span.start : first.span.end]
    halved = isinstance(first, Num) and _VALUE.match(t.text, under.factors[1].span.start) is not None
    if isinstance(number, Num) or divisor[:1] == "(" or halved:
        end = balanced(t.text, under.span.start, first.span.end)[1]
        start = number.span.start if isinstance(number, Num) else balanced(t.text, over.span.start, over.span.end)[0]
        return ((start, start, "("), (end, end, ")"))
    end = balanced(t.text, under.span.start, under.span.end)[1]
    return ((under.span.start, under.span.start, "("), (end, end, ")"))


def _is_beside(expr: Expr) -> bool:
    return isinstance(expr, Product) and expr.ops[0] == BESIDE


def chain_more(t: Tokens, v: Values, start: int, end: int) -> tuple[list[Expr], list[str]]:
    terms, ops = v[0]
    _divided(t, terms[-1], v[1], v[2])
    terms.append(v[2])
    ops.append(_OPERATORS[t.kinds[v[1]]])
    return terms, ops


def sum_end(t: Tokens, v: Values, start: int, end: int) -> Expr:
    terms, ops = v[0]
    return Sum(Span(start, end), tuple(terms), tuple(ops))


def product_end(t: Tokens, v: Values, start: int, end: int) -> Expr:
    factors, ops = v[0]
    return Product(Span(start, end), tuple(factors), tuple(ops))


def beside_first(t: Tokens, v: Values, start: int, end: int) -> tuple[list[Expr], int]:
    _beside(t, v[0], v[1])
    return [v[0], v[1]], start


def beside_more(t: Tokens, v: Values, start: int, end: int) -> tuple[list[Expr], int]:
    _beside(t, v[0][0][-1], v[1])
    v[0][0].append(v[1])
    out: tuple[list[Expr], int] = v[0]
    return out


def _beside(t: Tokens, before: Expr, factor: Expr) -> None:
    """A number stands in front of a product."""
    if isinstance(factor, Num) or (isinstance(factor, MatPower | Power | Superscript) and isinstance(factor.base, Num)):
        word = t.text[factor.span.start : factor.span.end]
        raise SyntaxFault(
            "E101",
            f"there is no operator before `{clip(word)}`",
            Span(before.span.start, factor.span.end),
            "a number stands in front of a product, 2 x; a comma separates the entries of a list",
        )


def beside_end(t: Tokens, v: Values, start: int, end: int) -> Expr:
    factors, _ = v[0]
    return Product(Span(start, end), tuple(factors), (BESIDE,) * (len(factors) - 1))


def compare(t: Tokens, v: Values, start: int, end: int) -> Expr:
    op = t.word(v[1])
    return Compare(Span(start, end), _COMPARISONS.get(op, op), v[0], v[2])


def equal(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Compare(Span(start, end), "==", v[0], v[2])


def unequal(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Compare(Span(start, end), "!=", v[0], v[2])


def negative(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Neg(Span(start, end), v[1])


def positive(t: Tokens, v: Values, start: int, end: int) -> Expr:
    out: Expr = v[1]
    return out


def power(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Power(Span(start, end), v[0], v[2])


def matpower(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return MatPower(Span(start, end), v[0], v[2])


def transpose(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Transpose(Span(start, end), v[0])


def inverse_transpose(t: Tokens, v: Values, start: int, end: int) -> Expr:
    span = Span(start, end)
    mark = Span(t.starts[v[1]], end)
    return Transpose(span, MatPower(span, v[0], Neg(mark, Num(mark, Fraction(1)))))


def index(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Index(Span(start, end), v[0], tuple(v[2]))


def slice(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Slice(Span(start, end), v[0], v[2])


def slice_from(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Slice(Span(start, end), v[0], None)


def slice_to(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Slice(Span(start, end), None, v[1])


def slice_all(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Slice(Span(start, end), None, None)


def last_two_turned(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return LastTwoTurned(Span(start, end), v[0])


def index_sum(t: Tokens, v: Values, start: int, end: int) -> Expr:
    names = []
    for item in v[2]:
        if not isinstance(item, Name):
            raise SyntaxFault("E101", "a sum runs over index names", item.span, "sum[k](A[i, k] * B[k, j])")
        names.append(item.id)
    word = t.word(v[0])
    return IndexSum(Span(start, end), tuple(names), v[5], "sum" if word in ("Σ", "∑") else word)


def string(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Str(Span(start, end), t.word(v[0])[1:-1])


def paren(t: Tokens, v: Values, start: int, end: int) -> Expr:
    out: Expr = v[1]
    return out


def list_literal(t: Tokens, v: Values, start: int, end: int) -> Expr:
    if len(v[1]) == 1 and _is_beside(v[1][0]) and v[1][0].span.start == t.starts[v[0] + 1]:
        after = v[2] + 1
        if after >= len(t.kinds) or t.kinds[after] != SUBSCRIPT:
            names = ", ".join(t.text[f.span.start : f.span.end] for f in v[1][0].factors)
            raise SyntaxFault(
                "E101",
                "a comma separates the entries of a list",
                v[1][0].span,
                f"write [{clip(names)}]",
            )
    return ListLit(Span(start, end), tuple(v[1]))


def tuple_literal(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return ListLit(Span(start, end), (*v[1], v[3]))


def keyword_argument(t: Tokens, v: Values, start: int, end: int) -> tuple[str, Expr]:
    return identifier(t, v[0]), v[2]


def call_empty(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Call(Span(start, end), identifier(t, v[0]), 0, ())


def call(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return _call(t, v[0], 0, v[2], Span(start, end))


def call_primed(t: Tokens, v: Values, start: int, end: int) -> Expr:
    primes = t.word(v[1])
    return _call(t, v[0], len(primes) + primes.count("″"), v[3], Span(start, end))


def _call(t: Tokens, fn: int, primes: int, items: list[Any], span: Span) -> Expr:
    args: list[Expr] = []
    options: list[tuple[str, Expr]] = []
    for item in items:
        if isinstance(item, tuple):
            if any(item[0] == key for key, _ in options):
                raise SyntaxFault("E101", f"the option `{item[0]}` is given twice", item[1].span)
            options.append(item)
        elif options:
            raise SyntaxFault(
                "E101",
                f"an argument stands after the option `{options[-1][0]}=`",
                item.span,
                "options come last",
            )
        else:
            args.append(item)
    name = t.meant.get(fn) or identifier(t, fn)
    kind, _, part = name.partition("_")
    if part and part in _FACTORS.get(kind, "") and len(args) == 1:
        return Call(span, kind, primes, (args[0], Str(span, part)), tuple(options))
    if fn in t.meant and name == "transpose" and len(args) == 1 and not options:
        return Transpose(span, args[0])
    return Call(span, name, primes, tuple(args), tuple(options))


# how much deeper a node of each kind makes the tree; what is not named makes it no deeper
DEEPER: dict[str, int] = {
    **dict.fromkeys(("sum_end", "product_end", "compare", "negative", "power", "matpower"), 1),
    **dict.fromkeys(("slice", "slice_from", "slice_to", "last_two_turned"), 1),
    **dict.fromkeys(("transpose", "index", "index_sum", "list_literal", "nabla", "partial"), 1),
    **dict.fromkeys(("call", "call_primed", "beside_end", "sum_over", "superscript", "subscript"), 1),
    **dict.fromkeys(("equal", "unequal", "norm_bars", "bars", "root", "nabla_by", "partial_mixed"), 1),
    **dict.fromkeys(("inverse_transpose", "nabla_call", "call_bars", "partial_twice"), 2),
}


def builders() -> dict[str, Builder]:
    """Return the builder of each alias."""
    here = [
        *(tuple_literal, slice, slice_from, slice_to, slice_all, last_two_turned),
        *(list_first, list_pair, list_more, chain_first, chain_more, sum_end, product_end, compare, equal, unequal),
        *(beside_first, beside_more, beside_end, negative, positive, power, matpower, transpose),
        *(inverse_transpose, index, index_sum, number, name, string, paren, list_literal, keyword_argument),
        *(call_empty, call, call_primed),
    ]
    return {fn.__name__: fn for fn in here} | build_board.builders() | build_statements.builders()
