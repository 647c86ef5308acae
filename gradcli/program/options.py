"""The arguments of a call as it is written: which are expressions, which are options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradcli.expr.factor import KINDS
from gradcli.program.indices import integer
from gradcli.program.signature import Options
from gradcli.syntax import ast

if TYPE_CHECKING:
    from gradcli.program.infer import Inference


def positional(expr: ast.Call) -> tuple[ast.Expr, ...]:
    """The arguments that are expressions (`tril(A, -1)` has its number as an option, `lu(X, "L")` its part)."""
    return expr.args[:1] if expr.fn in ("tril", "triu") or expr.fn in KINDS else expr.args


def read_options(inference: Inference, expr: ast.Call, allowed: tuple[str, ...]) -> Options:
    """The options of a call, checked."""
    out: Options = {}
    for key, value in expr.kwargs:
        if key not in allowed:
            hint = f"its options are {', '.join(allowed)}" if allowed else None
            inference.fail("E209", f"{expr.fn} has no option {key}.", value, hint)
        number = integer(value)
        out[key] = number if number is not None else value.id if isinstance(value, ast.Name) else ""
        if key in ("axis", "k") and number is None:
            inference.fail("E209", f"{key} is a number.", value)
    if expr.fn in ("tril", "triu") and len(expr.args) == 2:
        number = integer(expr.args[1])
        if number is None:
            inference.fail("E209", f"{expr.fn}(A, k) needs a number for k.", expr.args[1])
        out["k"] = number
    if expr.fn in KINDS and len(expr.args) == 2:
        part = expr.args[1]
        if not isinstance(part, ast.Str):
            outputs = ", ".join(f'"{name}"' for name in KINDS[expr.fn].components)
            inference.fail("E209", f"{expr.fn}(X, part) needs one of {outputs} for its part.", part)
        out["part"] = part.value
    return out


def count_arguments(inference: Inference, expr: ast.Call, least: int, most: int | None) -> None:
    got = len(expr.args)
    if got < least or (most is not None and got > most):
        takes = str(least) if least == most else f"{least} to {most}" if most else f"at least {least}"
        message = f"{expr.fn} takes {takes} argument{'s' * (takes != '1')}, not {got}."
        inference.fail("E204", message, expr, _SERVES.get((expr.fn, got)))


# What serves where a function was called in another library's way.
_SERVES = {
    ("max", 1): "max(a, b) goes entry by entry; smooth for the largest entry of x: logsumexp(k * x) / k, k large",
    ("min", 1): "min(a, b) goes entry by entry; smooth for the least entry of x: -logsumexp(-k * x) / k, k large",
    (
        "norm",
        2,
    ): "norm(A) is the Frobenius norm; norm1(A), norm2(A) (spectral), norm_nuc(A) (nuclear)",
}
