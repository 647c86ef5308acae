"""Undeclared names that their letter makes scalars, used as arrays: an error that offers their declaration."""

from __future__ import annotations

from typing import NoReturn

from gradcli.diagnostics.diagnostic import Edit
from gradcli.program.inferring import Inferring
from gradcli.program.unify import OpenShape, settle
from gradcli.syntax import ast

_LETTERS = ("n", "k", "p", "q", "r", "s")
_MOST = 6  # sizes of the file that are tried
# Functions that say nothing of a scalar, by the rank of what they are meant for.
_OF_ARRAYS = {
    **dict.fromkeys(("softmax", "logsoftmax", "logsumexp", "sum", "mean", "prod", "var", "std", "norm", "norm1"), 1),
    **dict.fromkeys(("cumsum", "cumprod", "flip", "roll", "dot", "outer", "cross", "skew", "windows", "max", "min"), 1),
    **dict.fromkeys(("diag", "vec"), 1),
    **dict.fromkeys(("tr", "det", "logdet", "adj", "inv", "pinv", "expm", "logm", "sqrtm", "chol", "triu", "tril"), 2),
    "solve": 2,
}


def is_taken_for_scalar(inference: Inferring, expr: ast.Expr) -> bool:
    """Whether this is an undeclared name that is a scalar by its letter alone."""
    return isinstance(expr, ast.Name) and expr.id in inference.inferred and not settle(inference.inferred[expr.id])


def check_argument(inference: Inferring, call: ast.Call, shapes: list[OpenShape]) -> None:
    """Refuse `softmax(theta)` and `dot(mu, x)` of an undeclared theta or mu; raises GradcliError."""
    rank = _OF_ARRAYS.get(call.fn)
    if rank is None or (call.fn in ("max", "min") and len(shapes) > 1):
        return
    for arg in call.args[: 1 if call.fn == "solve" else None]:
        if is_taken_for_scalar(inference, arg):
            _refuse(inference, arg, f"{call.fn} is of {'a square matrix' if rank == 2 else 'an array'}", rank)


def check_operands(inference: Inferring, left: tuple[ast.Expr, OpenShape], right: tuple[ast.Expr, OpenShape]) -> None:
    """Refuse `X @ theta` of an undeclared theta; raises GradcliError."""
    for operand, other in ((left[0], right), (right[0], left)):
        if settle(other[1]) and is_taken_for_scalar(inference, operand):
            _refuse(inference, operand, "`@` multiplies arrays", 1)


def check_turned(inference: Inferring, expr: ast.Expr) -> None:
    """Refuse `theta.T` of an undeclared theta; raises GradcliError."""
    if is_taken_for_scalar(inference, expr):
        _refuse(inference, expr, "a scalar needs no transpose", 1)


def declarations(inference: Inferring, name: ast.Expr, rank: int, square: bool = False) -> tuple[tuple[Edit, ...], ...]:
    """What would declare an array in front of the statement: with sizes of its own, or one of the file."""
    text, place = inference.source.text, name.span.start
    start = max(text.rfind("\n", 0, place), text.rfind(";", 0, place)) + 1
    start += len(text[start:place]) - len(text[start:place].lstrip())
    scope = inference.scope
    taken = {*scope.dims, *scope.arrays, *scope.values, *scope.mentioned, *inference.shapes}
    fresh = [letter for letter in _LETTERS if letter not in taken]
    count = 1 if square else rank
    ways = [fresh[:count]] if len(fresh) >= count else []
    if count == 1:
        ways += [[str(dim)] for dim in scope.dims][:_MOST]
    word = inference.text(name)
    sizes = (", ".join(way * rank if square else way) for way in ways)
    return tuple(((start, start, f"{word} : R[{size}]; "),) for size in sizes)


def _refuse(inference: Inferring, name: ast.Expr, why: str, rank: int) -> NoReturn:
    first, *others = declarations(inference, name, rank, rank == 2) or ((),)
    word = inference.text(name)
    said = f"{word} is not declared, and an undeclared Greek letter is a scalar; {why}."
    hint = f"declare it, `{word} : R[{'n, n' if rank == 2 else 'n'}]`, or `{word} : R` if it is a scalar"
    inference.fail("E208", said, name, hint, first, tuple(others))
