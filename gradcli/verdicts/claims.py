"""Attributes that are declared of a defined name: true of its value, or an error.

Algebra uses them, so a false one would prove anything.
"""

from __future__ import annotations

from collections.abc import Callable

from gradcli.diagnostics import Diagnostic, error
from gradcli.expr.arith import ones, zeros
from gradcli.expr.linear import diag, diagonal, eye, matmul, transpose
from gradcli.expr.node import Node, name_of
from gradcli.expr.reduce import compare, triangle
from gradcli.expr.shapes import cols
from gradcli.verdicts.book import Book
from gradcli.verdicts.numeric import decide
from gradcli.verdicts.problem import Problem

_CLAIMS: dict[str, Callable[[Node], tuple[Node, Node]]] = {
    "symmetric": lambda a: (a, transpose(a)),
    "diagonal": lambda a: (a, diag(diagonal(a))),
    "lower": lambda a: (a, triangle("tril", a, 0)),
    "upper": lambda a: (a, triangle("triu", a, 0)),
    "unit": lambda a: (diagonal(a), ones(diagonal(a).shape)),
    "orthogonal": lambda a: (matmul(transpose(a), a), eye(cols(a.shape))),
    "positive": lambda a: (compare("<", zeros(a.shape), a), ones(a.shape)),
}


def broken_claims(book: Book) -> dict[Node, Diagnostic]:
    """The defined names that do not have an attribute that they are declared with."""
    declared = {name_of(node): node for node in book.values if isinstance(node.data, tuple) and node.data[1]}
    out: dict[Node, Diagnostic] = {}
    for name, node in declared.items():
        value = book.values[node]
        assert isinstance(node.data, tuple)
        for attribute in node.data[1]:
            claim = _CLAIMS.get(attribute)
            if claim is None or value.op in _OUTPUTS or (len(value.shape) != 2 and attribute != "positive"):
                continue
            left, right = claim(value)
            if decide(Problem(book, left, right, (left, right)), f"{name} {attribute}").kind == "refuted":
                message = f"{name} is declared {attribute}, and its value is not"
                span = book.program.spans.get(name)
                out[node] = error("E308", message, book.source, span, "leave the attribute out, or mend the definition")
                break
    return out


_OUTPUTS = frozenset({"factor"})
