"""How long an expression is as it is printed: a name, a number, an operation, a bracket is one symbol."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from gradcli.expr.node import Node, value_of
from gradcli.expr.shapes import is_row
from gradcli.render.notation import Child, Form, Level
from gradcli.render.text import TextNotation
from gradcli.shorten.split import outer_product, taken_apart

_SYMBOL = re.compile(r"⁻ᵀ|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d+(?:\.\d+)?|[^\W\d_ᵀ][^\Wᵀ]*'*|\S")


def symbols(text: str) -> int:
    """How many symbols a printed formula has."""
    return len(_SYMBOL.findall(text))


_BRACKETS = re.compile(r"[()]")
WHOLE = 10  # what a symbol counts
BRACKET = 5  # a bracket is no reason to write a factor twice
_STEP = 5 * WHOLE  # a step that is no gradient has a name like ∂y/∂x
_ONES = 2 * WHOLE  # `1_(n×n)` is read as one sign
_SPREAD = 4 * WHOLE
_NESTED = 3 * WHOLE
_LOPSIDED = 6 * WHOLE
_OPEN = frozenset({"add", "mul", "matmul", "T"})


def _broken(term: Node) -> int:
    """How far a term of a sum, a product with a bracket of its own, is from how one writes the sum."""
    chain = term.args[-1] if term.op == "mul" else term
    if chain.op != "matmul" or all(factor.op != "add" for factor in chain.args):
        return 0
    return 3 if is_row(chain.args[-1].shape) and len(chain.shape) == 2 else int(chain is term)


def _lopsided(node: Node) -> bool:
    """Whether outer products that share a vector, as in a Hessian, do not show that their sum is symmetric."""
    if len(node.shape) != 2 or node.shape[0] != node.shape[1]:
        return False
    pairs = {found for term in node.args if (found := outer_product(taken_apart(term).chain or ())) is not None}
    columns, rows = {column for column, _ in pairs}, {row for _, row in pairs}
    return bool(columns & rows) and any((row, column) not in pairs for column, row in pairs)


def _is_divisor(node: Node) -> bool:
    exponent = value_of(node.args[1]) if node.op == "pow" else None
    return exponent is not None and exponent < 0 and not node.shape


class Length:
    """Lengths of expressions as text prints them, each subexpression measured once: `WHOLE` for a symbol."""

    def __init__(self, values: Collection[str], steps: Iterable[Node] = ()) -> None:
        """`values` are the names of a program, `steps` those of parts of answers."""
        self._notation = TextNotation(variables=values)
        atom = int(Level.ATOM), _STEP
        self._known: dict[tuple[Node, bool], tuple[int, int]] = {
            (step, unsigned): atom
            for step in steps
            if step.op not in ("var", "cotangent")
            for unsigned in (False, True)
        }
        self._words: dict[str, int] = {}
        self._deep: dict[Node, int] = {}  # how many fractions stand in each other

    def of(self, root: Node) -> int:
        """The weight of the symbols of an expression.  Raises LookupError where text has no form for an operation."""
        todo: list[tuple[Node, bool, Form | None]] = [(root, False, None)]
        while todo:
            node, unsigned, form = todo.pop()
            if (node, unsigned) in self._known:
                continue
            if form is None:
                form = self._notation.form(node, unsigned)
                inner = [
                    (piece.node, piece.unsigned, None)
                    for piece in form.pieces
                    if isinstance(piece, Child) and (piece.node, piece.unsigned) not in self._known
                ]
                if inner:
                    todo += [(node, unsigned, form), *inner]
                    continue
            weight = _ONES if node.op == "ones" else self._of_form(form)
            self._known[node, unsigned] = int(form.level), weight + self._hard_to_read(node)
        return self._known[root, False][1]

    def _hard_to_read(self, node: Node) -> int:
        """What is paid for a matrix plus a number, and for fractions three deep."""
        self._deep[node] = max((self._deep.get(arg, 0) for arg in node.args), default=0) if node.op in _OPEN else 0
        if node.op == "add":
            plain = len(node.shape) == 2 and not is_row(node.shape) and any(not arg.shape for arg in node.args)
            return (_SPREAD if plain else 0) + BRACKET * max(map(_broken, node.args)) + _LOPSIDED * _lopsided(node)
        if node.op == "matmul":
            pairs = zip(node.args, node.args[1:], strict=False)
            return BRACKET * sum(a is b and len(a.shape) == 2 for a, b in pairs)  # a power says it
        if node.op == "mul" and any(_is_divisor(arg) for arg in node.args):
            self._deep[node] += 1
            return _NESTED if self._deep[node] >= 3 else 0
        return 0

    def _of_form(self, form: Form) -> int:
        count = 0
        for piece in form.pieces:
            if isinstance(piece, Child):
                level, inner = self._known[piece.node, piece.unsigned]
                count += inner + 2 * BRACKET * (level < piece.level)
            else:
                if piece not in self._words:
                    brackets = len(_BRACKETS.findall(piece))
                    self._words[piece] = WHOLE * (symbols(piece) - brackets) + BRACKET * brackets
                count += self._words[piece]
        return count
