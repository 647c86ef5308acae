"""The arguments of a call as it is written: which are expressions, which are options."""

from __future__ import annotations

from gradcli.expr.dims import Dim, names_of
from gradcli.expr.factor import KINDS
from gradcli.program.dimensions import polynomial
from gradcli.program.inferring import Inferring
from gradcli.program.integers import integer
from gradcli.program.mends import count_mend, option
from gradcli.program.signature import Options
from gradcli.syntax import ast


def is_size(inference: Inferring, index: ast.Expr) -> bool:
    """Whether an index is a place that sizes say, `x[n - 1]`."""
    place = polynomial(index)
    return isinstance(place, str) and all(
        name in inference.scope.dims and name not in inference.shapes and name not in inference.indices
        for name in names_of(place)
    )


def positional(expr: ast.Call) -> tuple[ast.Expr, ...]:
    """The arguments that are expressions (`tril(A, -1)` has its number as an option, `lu(X, "L")` its part)."""
    named = expr.fn == "norm" and len(expr.args) == 2 and _order(expr.args[1]) is not None
    return expr.args[:1] if expr.fn in _NUMBERS or expr.fn in KINDS or named else expr.args


def _order(expr: ast.Expr) -> int | str | None:
    """The p of a norm where it is a whole number, `inf` or a name in quotes; None of any other expression."""
    if isinstance(expr, ast.Str):
        return expr.value
    if isinstance(expr, ast.Neg) and _order(expr.arg) == "inf":
        return "-inf"
    return "inf" if isinstance(expr, ast.Name) and expr.id == "inf" else integer(expr)


# Functions whose second argument is a whole number, and the option that it is.
_NUMBERS = {"tril": "k", "triu": "k", "roll": "shift"}


def read_options(inference: Inferring, expr: ast.Call, allowed: tuple[str, ...]) -> Options:
    """The options of a call, checked."""
    out: Options = {}
    for key, value in expr.kwargs:
        if key not in allowed:
            hint = f"its options are {', '.join(allowed)}" if allowed else None
            mend = option(inference, value, key, allowed)
            inference.fail("E209", f"{expr.fn} has no option {key}.", value, hint, mend=mend)
        number: Dim | None = integer(value)
        if key == "shift" and number is None and is_size(inference, value):
            number = polynomial(value)
        if key == "keepdims" and isinstance(value, ast.Name) and value.id in ("True", "False"):
            out[key] = int(value.id == "True")
            continue
        if key == "axis" and isinstance(value, ast.ListLit) and all(integer(item) is not None for item in value.items):
            out[key] = tuple(integer(item) or 0 for item in value.items)
            continue
        out[key] = number if number is not None else value.id if isinstance(value, ast.Name) else ""
        if key in ("axis", "k", "ddof", "shift") and number is None:
            inference.fail("E209", f"{key} is a number.", value)
        if key == "ord":
            out[key] = _order(value) or ""
    if expr.fn == "norm" and len(expr.args) == 2:
        order = _order(expr.args[1])
        if order is not None:
            out["ord"] = order
    if expr.fn in _NUMBERS and len(expr.args) == 2:
        number = integer(expr.args[1])
        if number is None and expr.fn == "roll" and is_size(inference, expr.args[1]):
            number = polynomial(expr.args[1])  # counted round the axis once its size is known
        if number is None:
            inference.fail("E209", f"{expr.fn}(A, k) needs a number for k.", expr.args[1])
        out[_NUMBERS[expr.fn]] = number
    if expr.fn in KINDS and len(expr.args) == 2:
        part = expr.args[1]
        if not isinstance(part, ast.Str):
            outputs = ", ".join(f'"{name}"' for name in KINDS[expr.fn].components)
            inference.fail("E209", f"{expr.fn}(X, part) needs one of {outputs} for its part.", part)
        out["part"] = part.value
    return out


def count_arguments(inference: Inferring, expr: ast.Call, least: int, most: int | None) -> None:
    got = len(expr.args)
    if got < least or (most is not None and got > most):
        takes = str(least) if least == most else f"{least} to {most}" if most else f"at least {least}"
        message = f"{expr.fn} takes {takes} argument{'s' * (takes != '1')}, not {got}."
        inference.fail("E204", message, expr, mend=count_mend(inference, expr))
