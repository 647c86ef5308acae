"""What the answer holds that a side may lack."""

from __future__ import annotations

from collections.abc import Iterable

from gradcli.check.book import Book
from gradcli.check.hints import trees
from gradcli.check.hints.edits import Setting
from gradcli.expr.arith import neg, split_number
from gradcli.expr.node import Node, name_of, value_of
from gradcli.expr.walk import postorder
from gradcli.render.mc import mc
from gradcli.rules.fill import is_known
from gradcli.syntax import ast

_MOST = 12
_LONGEST = 80


def setting_of(book: Book, target: Node, side: str) -> Setting:
    """The inner derivatives, factors, terms, dimensions and names that edits may bring in."""
    names = set(book.program.nodes)
    nodes = postorder(target)
    definitions = [value for _, value in book.needed([target]).definitions]
    inner: dict[str, None] = {}
    for node in nodes:
        if node.op in ("elem", "vfun") and isinstance(node.data, tuple) and node.data[1]:
            inner[mc(node, None, names)] = None
    for node in postorder([*definitions, target]):
        if node.op == "elem" and isinstance(node.data, tuple):
            name, order = str(node.data[0]), int(node.data[1])
            if is_known(name) or name in book.program.functions:
                inner[f"{name}{chr(39) * (order + 1)}({mc(node.args[0], None, names)})"] = None
    factors: dict[Node, None] = {}
    terms: dict[Node, None] = {}
    for node in reversed(nodes):
        if node.op in ("mul", "matmul"):
            for factor in node.args:
                if value_of(factor) is None:
                    factors[factor] = None
        if node.op == "add":
            terms |= _terms(node)
    for value in definitions:
        if value.op == "add":
            terms |= _terms(value)
    complements = [f"1 - {name}" for name in _squashed(book, definitions)]
    dims = dict.fromkeys(dim for node in nodes for dim in node.shape if isinstance(dim, str) and "*" not in dim)
    dims |= dict.fromkeys(str(node.data) for node in nodes if node.op == "dim")
    used = [name_of(node) for node in nodes if node.op == "var"]
    return Setting(
        side,
        _trees(inner),
        _trees([*(mc(node, None, names) for node in factors), *complements]),
        _trees(mc(node, None, names) for node in terms),
        tuple(dim for dim in dims if dim not in names),
        tuple(dict.fromkeys([*used, *book.program.definitions]))[:12],
    )


def _squashed(book: Book, definitions: list[Node]) -> list[str]:
    """Defined names that stand for a function of one argument, or a quotient: `1 - y` is in their derivatives."""
    named = {value: name for name, value in book.program.definitions.items()}
    few = list(named) if len(named) <= _MOST else [value for value in definitions if value in named]
    return [named[value] for value in few if value.op in ("elem", "pow", "softmax")][:8]


def _terms(total: Node) -> dict[Node, None]:
    """The terms of a sum without their signs, numbers left out."""
    without = (neg(term) if split_number(term)[0] < 0 else term for term in total.args)
    return {term: None for term in without if value_of(term) is None}


def _trees(texts: Iterable[str]) -> tuple[ast.Expr, ...]:
    found: list[ast.Expr] = []
    for text in dict.fromkeys(texts):
        tree = trees.parsed(text) if len(text) <= _LONGEST else None
        if tree is not None and len(found) < _MOST:
            found.append(tree)
    return tuple(found)
