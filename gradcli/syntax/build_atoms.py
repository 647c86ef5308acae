"""The builders of names and numbers."""

from __future__ import annotations

from typing import Any

from gradcli.syntax.ast import Expr, Name, Num, Span
from gradcli.syntax.fault import SyntaxFault
from gradcli.syntax.numbers import number_value
from gradcli.syntax.tokens import Tokens, identifier

Values = list[Any]


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
    return Name(Span(start, end), t.meant.get(v[0]) or identifier(t, v[0]))
