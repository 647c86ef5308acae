"""What the answer holds that a side may lack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from gradcli.expr.arith import neg, split_number
from gradcli.expr.node import Node, name_of, value_of
from gradcli.expr.walk import postorder
from gradcli.render.mc import mc
from gradcli.rules.scalar import is_known
from gradcli.syntax import ast
from gradcli.verdicts.book import Book
from gradcli.verdicts.hints import trees
from gradcli.verdicts.hints.edits import Setting

_MOST = 12
_LONGEST = 80


def setting_of(book: Book, target: Node, side: str) -> Setting:
    """The inner derivatives, factors, terms, dimensions and names that edits may bring in."""
    names = set(book.program.nodes)
    definitions = [value for _, value in book.needed([target]).definitions]
    short = _short([*definitions, target])
    nodes = postorder(target)
    factors: dict[Node, None] = {}
    terms: dict[Node, None] = {}
    for node in reversed(nodes):
        if node.op in ("mul", "matmul"):
            for factor in node.args:
                if value_of(factor) is None and factor in short:
                    factors[factor] = None
        if node.op == "add":
            terms |= _terms(node, short)
    for value in definitions:
        if value.op == "add":
            terms |= _terms(value, short)
    complements = [f"1 - {name}" for name in _squashed(book, definitions)]
    dims = dict.fromkeys(dim for node in nodes for dim in node.shape if isinstance(dim, str) and "*" not in dim)
    dims |= dict.fromkeys(str(node.data) for node in nodes if node.op == "dim")
    used = [name_of(node) for node in nodes if node.op == "var"]
    return Setting(
        side,
        _trees(_inner(book, [node for node in nodes if node in short], [*definitions, target])),
        _trees(chain((mc(node, None, names) for node in factors), complements)),
        _trees(mc(node, None, names) for node in terms),
        tuple(dim for dim in dims if dim not in names),
        tuple(dict.fromkeys([*used, *book.program.definitions]))[:12],
    )


def _inner(book: Book, nodes: list[Node], roots: list[Node]) -> Iterator[str]:
    """Derivatives of functions: those in the answer, and those of the functions that it is computed with."""
    names = set(book.program.nodes)
    for node in nodes:
        if node.op in ("elem", "vfun", "vrows") and isinstance(node.data, tuple) and node.data[1]:
            yield mc(node, None, names)
    short = _short(roots)
    for node in postorder(roots):
        if node.op == "elem" and node in short and isinstance(node.data, tuple):
            name, order = str(node.data[0]), int(node.data[1])
            if is_known(name) or name in book.program.functions:
                yield f"{name}{chr(39) * (order + 1)}({mc(node.args[0], None, names)})"


def _short(roots: list[Node]) -> set[Node]:
    """The parts of expressions that are no longer than what is offered."""
    sizes: dict[Node, int] = {}
    for node in postorder(roots):
        sizes[node] = 1 + sum(sizes[arg] for arg in node.args)
    return {node for node, size in sizes.items() if size <= _LONGEST}


def _squashed(book: Book, definitions: list[Node]) -> list[str]:
    """Defined names that stand for a function of one argument, or a quotient: `1 - y` is in their derivatives."""
    named = {value: name for name, value in book.program.definitions.items()}
    few = list(named) if len(named) <= _MOST else [value for value in definitions if value in named]
    return [named[value] for value in few if value.op in ("elem", "pow", "softmax")][:8]


def _terms(total: Node, short: set[Node]) -> dict[Node, None]:
    """The short terms of a sum without their signs, numbers left out."""
    few = [term for term in total.args if term in short]
    without = (neg(term) if split_number(term)[0] < 0 else term for term in few)
    return {term: None for term in without if value_of(term) is None}


def _trees(texts: Iterable[str]) -> tuple[ast.Expr, ...]:
    found: list[ast.Expr] = []
    seen: set[str] = set()
    for text in texts:
        if text in seen or len(text) > _LONGEST:
            continue
        seen.add(text)
        tree = trees.parsed(text)
        if tree is not None:
            found.append(tree)
        if len(found) == _MOST:
            break
    return tuple(found)
