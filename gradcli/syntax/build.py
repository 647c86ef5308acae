"""The builders: one function for each alias of the grammar.

Each takes the tokens, the values of the rule's symbols (a node, a list of nodes, or the
number of a token) and the range of text that the rule covers.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from gradcli.syntax import build_statements
from gradcli.syntax.ast import (
    Call,
    Compare,
    Expr,
    Index,
    IndexSum,
    ListLit,
    MatPower,
    Name,
    Neg,
    Num,
    Power,
    Product,
    Span,
    Str,
    Sum,
    Transpose,
)
from gradcli.syntax.fault import SyntaxFault
from gradcli.syntax.numbers import number_value
from gradcli.syntax.tokens import (
    DIVIDE,
    KRON,
    MATMUL,
    MINUS,
    PLUS,
    SLASH,
    STAR,
    Tokens,
    identifier,
)

Values = list[Any]
Builder = Callable[[Tokens, Values, int, int], Any]

_OPERATORS = {PLUS: "+", MINUS: "-", STAR: "*", DIVIDE: "/", SLASH: "/", MATMUL: "@", KRON: "kron"}
_COMPARISONS = {"≤": "<=", "≥": ">="}
_SUM_NAMES = ("sum", "Σ", "∑")


def list_first(t: Tokens, v: Values, start: int, end: int) -> list[Any]:
    return [v[0]]


def list_pair(t: Tokens, v: Values, start: int, end: int) -> list[Any]:
    return [v[0], v[2]]


def list_more(t: Tokens, v: Values, start: int, end: int) -> list[Any]:
    v[0].append(v[2])
    return v[0]  # type: ignore[no-any-return]


def chain_first(t: Tokens, v: Values, start: int, end: int) -> tuple[list[Expr], list[str]]:
    return [v[0], v[2]], [_OPERATORS[t.kinds[v[1]]]]


def chain_more(t: Tokens, v: Values, start: int, end: int) -> tuple[list[Expr], list[str]]:
    terms, ops = v[0]
    terms.append(v[2])
    ops.append(_OPERATORS[t.kinds[v[1]]])
    return terms, ops


def sum_end(t: Tokens, v: Values, start: int, end: int) -> Expr:
    terms, ops = v[0]
    return Sum(Span(start, end), tuple(terms), tuple(ops))


def product_end(t: Tokens, v: Values, start: int, end: int) -> Expr:
    factors, ops = v[0]
    return Product(Span(start, end), tuple(factors), tuple(ops))


def compare(t: Tokens, v: Values, start: int, end: int) -> Expr:
    op = t.word(v[1])
    return Compare(Span(start, end), _COMPARISONS.get(op, op), v[0], v[2])


def negative(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Neg(Span(start, end), v[1])


def positive(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return v[1]  # type: ignore[no-any-return]


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


def index_sum(t: Tokens, v: Values, start: int, end: int) -> Expr:
    base = v[0]
    if isinstance(base, Expr) and not (isinstance(base, Name) and base.id in _SUM_NAMES):
        raise SyntaxFault(
            "E101",
            "an entry cannot be called",
            Span(start, end),
            "a product needs `*` or `@`; a sum over an index is sum[k](...)",
        )
    names = []
    for item in v[2]:
        if not isinstance(item, Name):
            raise SyntaxFault("E101", "a sum runs over index names", item.span, "sum[k](A[i, k] * B[k, j])")
        names.append(item.id)
    return IndexSum(Span(start, end), tuple(names), v[5])


def number(t: Tokens, v: Values, start: int, end: int) -> Expr:
    value = number_value(t.word(v[0]))
    if value is None:
        raise SyntaxFault(
            "E107",
            "this number is too long, too large or too small to reckon with",
            Span(start, end),
            "numbers lie between 1e-300 and 1e300 and have at most 1000 digits",
        )
    return Num(Span(start, end), value)


def name(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Name(Span(start, end), identifier(t, v[0]))


def string(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Str(Span(start, end), t.word(v[0])[1:-1])


def paren(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return v[1]  # type: ignore[no-any-return]


def list_literal(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return ListLit(Span(start, end), tuple(v[1]))


def nabla(t: Tokens, v: Values, start: int, end: int) -> Expr:
    by = v[2]
    if len(by) > 1:
        by = [ListLit(Span(by[0].span.start, by[-1].span.end), tuple(by))]
    return Call(Span(start, end), "grad", 0, (v[4], by[0]))


def partial(t: Tokens, v: Values, start: int, end: int) -> Expr:
    return Call(Span(start, end), "jac", 0, (v[1], v[4]))


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
    return Call(span, identifier(t, fn), primes, tuple(args), tuple(options))


# how much deeper a node of each kind makes the tree; what is not named makes it no deeper
DEEPER: dict[str, int] = {
    **dict.fromkeys(("sum_end", "product_end", "compare", "negative", "power", "matpower"), 1),
    **dict.fromkeys(("transpose", "index", "index_sum", "list_literal", "nabla", "partial"), 1),
    **dict.fromkeys(("call", "call_primed"), 1),
    "inverse_transpose": 2,
}


def builders() -> dict[str, Builder]:
    """Return the builder of each alias."""
    here = [
        *(list_first, list_pair, list_more, chain_first, chain_more, sum_end, product_end, compare),
        *(negative, positive, power, matpower, transpose, inverse_transpose, index, index_sum),
        *(number, name, string, paren, list_literal, nabla, partial, keyword_argument),
        *(call_empty, call, call_primed),
    ]
    return {fn.__name__: fn for fn in here} | build_statements.builders()
