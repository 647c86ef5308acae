"""The known mistakes of form, undone: transposes, signs, products, the order of factors, the symmetric part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from gradcli.syntax import ast
from gradcli.syntax.unparse import unparse
from gradcli.verdicts.hints import trees
from gradcli.verdicts.hints.edit import Edit, Edits, Setting
from gradcli.verdicts.hints.sites import Site, sites


def whole(root: ast.Expr, setting: Setting) -> Edits:
    """The whole side turned round."""
    yield Edit("sign", f"the sign of the {setting.side} side is wrong", trees.negated(root))
    yield Edit("transpose", f"the {setting.side} side must be transposed", trees.transposed(root))


def transposes(root: ast.Expr, setting: Setting) -> Edits:
    """A transpose too few or too many, of one part."""
    for site in sites(root):
        if isinstance(site.parent, ast.Transpose):
            continue
        if isinstance(site.expr, ast.Transpose):
            inner = replace(site, expr=site.expr.arg)
            yield Edit("factor_transpose", f"{inner.told} must not be transposed", site.put(site.expr.arg))
        elif not isinstance(site.expr, ast.Num):
            said = f"{site.told} must be transposed"
            yield Edit("factor_transpose", said, site.put(trees.transposed(site.expr)))


def signs(root: ast.Expr, setting: Setting) -> Edits:
    """The sign of one term."""
    for site in sites(root):
        if isinstance(site.expr, ast.Sum):
            total = site.expr
            for i, op in enumerate(total.ops):
                turned = "-" if op == "+" else "+"
                ops = (*total.ops[:i], turned, *total.ops[i + 1 :])
                said = f"the sign of the term {unparse(total.terms[i + 1])} is wrong: {turned} belongs there"
                yield Edit("sign", said, site.put(replace(total, ops=ops)))
        if isinstance(site.parent, ast.Sum) and site.index == 0:
            said = f"the sign of the term {unparse(site.expr)} is wrong"
            yield Edit("sign", said, site.put(trees.negated(site.expr)))
        elif isinstance(site.expr, ast.Neg):
            yield Edit("sign", f"the sign of {unparse(site.expr.arg)} is wrong", site.put(site.expr.arg))
        elif not isinstance(site.parent, ast.Sum | ast.Product | ast.Neg) and site.parent is not None:
            said = f"the sign of {unparse(site.expr)} is wrong"
            yield Edit("sign", said, site.put(trees.negated(site.expr)))


def operations(root: ast.Expr, setting: Setting) -> Edits:
    """`@` for `*`, or the other way; `+` for a product."""
    for site in sites(root):
        if not isinstance(site.expr, ast.Product):
            continue
        for i, op in enumerate(site.expr.ops):
            if op not in ("*", "@", "/"):
                continue
            other = {"*": "@", "@": "*", "/": "*"}[op]
            ops = (*site.expr.ops[:i], other, *site.expr.ops[i + 1 :])
            a, b = (unparse(factor) for factor in site.expr.factors[i : i + 2])
            words = {"*": "the elementwise product *", "@": "the matrix product @"}
            if op == "/":
                said = f"{b} must multiply, not divide"
                yield Edit("factor", said, site.put(replace(site.expr, ops=ops)))
            else:
                said = f"{words[other]} belongs between {a} and {b}, not {op}"
                yield Edit("hadamard", said, site.put(replace(site.expr, ops=ops)))
                for j in (i, i + 1):  # `A * B` for `A @ B.T`
                    turned = trees.transposed(site.expr.factors[j])
                    factors = (*site.expr.factors[:j], turned, *site.expr.factors[j + 1 :])
                    new = replace(site.expr, factors=factors, ops=ops)
                    yield Edit("hadamard", f"{said}: {unparse(new)}", site.put(new))
            if op == "@" and i + 1 == len(site.expr.ops):  # `A @ b * c` reads from the left
                for grouped in _grouped(site.expr, i, other):
                    yield Edit("hadamard", f"{words[other]} belongs before {b}, not {op}", site.put(grouped))


def _grouped(product: ast.Product, i: int, op: str) -> Iterator[ast.Expr]:
    """The last two factors bound to each other: `A @ (b * c)`."""
    if i:
        last = ast.Product(product.span, product.factors[i:], (op,))
        yield replace(product, factors=(*product.factors[:i], last), ops=product.ops[:i])


def orders(root: ast.Expr, setting: Setting) -> Edits:
    """Factors of a matrix product in another order."""
    for site in sites(root):
        if not isinstance(site.expr, ast.Product) or "@" not in site.expr.ops:
            continue
        factors = site.expr.factors
        for i, j in pairwise(range(len(factors))):
            swapped = list(factors)
            swapped[i], swapped[j] = swapped[j], swapped[i]
            yield _order(site, site.expr, swapped)
            if site.expr.ops[i] == "@":
                for k in ((i,), (j,), (i, j)):
                    turned = [trees.transposed(f) if at in k else f for at, f in enumerate(swapped)]
                    yield _order(site, site.expr, turned)
        if len(factors) > 2:
            yield _order(site, site.expr, list(reversed(factors)))
            yield _order(site, site.expr, [*factors[1:], factors[0]])
            yield _order(site, site.expr, [factors[-1], *factors[:-1]])


def _order(site: Site, product: ast.Product, factors: list[ast.Expr]) -> Edit:
    new = replace(product, factors=tuple(factors))
    return Edit("order", f"the factors stand in the wrong order: {unparse(new)}", site.put(new))


def reversals(root: ast.Expr, setting: Setting) -> Edits:
    """`(A @ B).T` is `B.T @ A.T`: each factor turned round, but in the old order."""
    for site in sites(root):
        if isinstance(site.expr, ast.Product) and set(site.expr.ops) == {"@"}:
            turned = [trees.transposed(factor) for factor in site.expr.factors]
            new = replace(site.expr, factors=tuple(turned))
            yield Edit("transpose", f"each factor must be transposed: {unparse(new)}", site.put(new))
            for i, factor in enumerate(site.expr.factors[1:], 1):
                both = replace(site.expr, factors=(*turned[: i + 1], *site.expr.factors[i + 1 :]))
                said = f"the factors before {unparse(factor)} and itself must be transposed"
                if i + 1 < len(turned):
                    yield Edit("transpose", said, site.put(both))


def symmetric(root: ast.Expr, setting: Setting) -> Edits:
    """A for A + A.T, at any part."""
    for site in sites(root):
        part = site.expr
        if isinstance(part, ast.Num | ast.Sum):
            continue
        turned = trees.transposed(part)
        text = unparse(part)
        both = ast.Sum(part.span, (part, turned), ("+",))
        said = f"the symmetric part is missing: {unparse(both)} instead of {text}"
        yield Edit("symmetric", said, site.put(both))
        half = trees.times(both, trees.number(2), "/")
        said = f"the symmetric part is missing: ({unparse(both)}) / 2 instead of {text}"
        yield Edit("symmetric", said, site.put(half))
