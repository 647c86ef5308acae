"""Readings that stand, and are seldom what was meant: warnings with what else may have been."""

from __future__ import annotations

from gradcli.diagnostics.diagnostic import warning
from gradcli.program.inferring import Inferring
from gradcli.program.messages import bracketed
from gradcli.program.unify import OpenShape, settle
from gradcli.syntax import ast

# letters that stand for weights, rates and widths; φ, ψ, ρ and σ are as often functions
_WEIGHTS = frozenset(
    {
        *("λ", "lambda", "lam", "α", "alpha", "β", "beta", "γ", "gamma", "η", "eta", "μ", "mu"),
        *("τ", "tau", "κ", "kappa", "ε", "epsilon", "ν", "nu"),
    }
)


def warn_of_elementwise_trace(inference: Inferring, expr: ast.Call, local: dict[str, OpenShape]) -> None:
    """`tr(A' * A)`: the trace of a product by entry, where the matrix product is the well-known one."""
    product = expr.args[0]
    if not isinstance(product, ast.Product):
        return
    text = inference.source.text
    for op, left, right in zip(product.ops, product.factors, product.factors[1:], strict=False):
        sign = text[left.span.end : right.span.start].strip(" ()")
        if op != "*" or sign != "*" or not all(_is_matrix(inference, part, local) for part in (left, right)):
            continue
        a, b = (bracketed(inference.text(part)) for part in (left, right))
        said = f"{expr.fn} is taken here of a product by entry, {a} * {b}."
        hint = f"{a} @ {b} is the matrix product; by entry as `⊙`, it is read without this warning"
        inference.warnings[inference.source, product.span] = warning("W606", said, inference.source, product.span, hint)
        return


def warn_of_row_by_entry(
    inference: Inferring, product: ast.Product, at: int, left: OpenShape, right: OpenShape
) -> None:
    """`x.T * A * x`, `x.T * x`: a row of a vector by entry, where other languages have the matrix product."""
    row, other = product.factors[at], product.factors[at + 1]
    a, b = settle(left), settle(right)
    text = inference.source.text
    sign = text[row.span.end : other.span.start].strip(" ()")
    if at or product.ops[at] != "*" or sign != "*" or not isinstance(row, ast.Transpose) or len(a) != 2 or a[0] != 1:
        return
    if not (len(b) == 1 and b[0] == a[1]) and not (len(b) == 2 and b[0] == b[1] == a[1] and len(product.factors) > 2):
        return
    x, y = (bracketed(inference.text(part)) for part in (row, other))
    said = f"{x} * {y} is taken by entry, and the row is spread over the rows of what stands behind it."
    hint = f"{x} @ {y} is the matrix product; by entry as `⊙`, it is read without this warning"
    inference.warnings[inference.source, product.span] = warning("W606", said, inference.source, product.span, hint)


def _is_matrix(inference: Inferring, part: ast.Expr, local: dict[str, OpenShape]) -> bool:
    return len(settle(inference.infer(part, local))) == 2


def warn_of_called_weight(inference: Inferring, expr: ast.Call, shape: OpenShape) -> None:
    """`λ(‖U‖² + ‖V‖²)` of an undeclared λ: a function of a sum of scalars, where a factor is as likely."""
    (arg,) = expr.args
    if expr.fn not in _WEIGHTS or expr.primes or settle(shape) or not isinstance(arg, ast.Sum):
        return
    said = f"{expr.fn} is not declared and stands before a bracket: it is read as a function."
    hint = f"{expr.fn} * (...) multiplies, or declare it, `{expr.fn} : R`; a function is declared, `{expr.fn} : R -> R`"
    inference.warnings[inference.source, expr.span] = warning("W609", said, inference.source, expr.span, hint)
