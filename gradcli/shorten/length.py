"""How long an expression is as it is printed: a name, a number, an operation, a bracket is one symbol."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from gradcli.expr.node import Node
from gradcli.render.notation import Child, Form, Level
from gradcli.render.text import TextNotation

_SYMBOL = re.compile(r"⁻ᵀ|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d+(?:\.\d+)?|[^\W\d_ᵀ][^\Wᵀ]*'*|\S")


def symbols(text: str) -> int:
    """How many symbols a printed formula has."""
    return len(_SYMBOL.findall(text))


_BRACKETS = re.compile(r"[()]")
WHOLE = 10  # what a symbol counts
BRACKET = 5  # a bracket is no reason to write a factor twice
_STEP = 5 * WHOLE  # a step that is no gradient has a name like ∂y/∂x


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
            self._known[node, unsigned] = int(form.level), self._of_form(form)
        return self._known[root, False][1]

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
