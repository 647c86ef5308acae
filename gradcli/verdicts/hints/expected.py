"""The answer to what a side asks, in the language, as `derive` prints it."""

from __future__ import annotations

from gradcli.derive.derive import derive
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder, tree_size
from gradcli.program.model import Question
from gradcli.render.mc import McNotation
from gradcli.syntax.ast import Span
from gradcli.verdicts.book import Book

_LARGE = 60
_TOO_LARGE = 400
_KINDS = {"grad": "gradient", "jac": "jacobian", "hess": "hessian"}


def answer(book: Book, asked: Node, value: Node) -> str | None:
    """What a side is, written out; None where that is too long to say.

    `asked` is the side as read, `value` what it is with every derivative found.
    """
    if asked.op == "var" and asked in book.values:
        value = book.values[asked]
    elif asked.op in _KINDS and tree_size(value) > _LARGE:
        value = _with_names(book, asked) or value
    if tree_size(value) > _TOO_LARGE or any(node.op in ("unit", "param") for node in postorder(value)):
        return None
    names = {v: name for name, v in book.program.definitions.items() if v.args} if asked.op in _KINDS else None
    if names and value in names and book.is_derivative(names[value]):
        del names[value]
    return McNotation(names, set(book.program.nodes)).knowing(book.program).render(value)


def _with_names(book: Book, asked: Node) -> Node | None:
    """A derivative with the gradients of intermediates by name, where that is asked of names."""
    of = asked.args[0]
    if asked.data == "entries" or asked.data == "tangent" or of.op not in ("var", "loss"):
        return None
    name = str(of.data) if of.op == "loss" else book.written(of)
    layout = str(asked.data) if asked.op == "jac" else "numerator"
    wrt = tuple(("", variable) for variable in asked.args[1:])
    question = Question(_KINDS[asked.op], of, name, wrt[:1] if asked.op != "hess" else wrt, layout, Span(0, 0))
    answers = derive(book.program, [question]).answers
    return answers[0].value if answers else None
