"""The known mistakes, undone: every way in which a side may be mended by one small change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from gradcli.check.hints import trees
from gradcli.check.hints.sites import Site, sites
from gradcli.syntax import ast
from gradcli.syntax.unparse import unparse


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: its kind, what it says of the mistake, and the side as it is then."""

    kind: str
    text: str
    side: ast.Expr


@dataclass(frozen=True, slots=True)
class Setting:
    """What the edits draw on.

    `side` is `left` or `right`; `inner` are inner derivatives that stand in the answer (`g'(u)`), `factors` and `terms`
    its other factors and terms; `dims` the dimensions, `names` the values that may stand where another does.
    """

    side: str = "right"
    inner: tuple[ast.Expr, ...] = ()
    factors: tuple[ast.Expr, ...] = ()
    terms: tuple[ast.Expr, ...] = ()
    dims: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


Edits = Iterator[Edit]
_ONE = trees.number(1)
_FACTORS = tuple(Fraction(*pair) for pair in ((2, 1), (1, 2), (3, 1), (1, 3), (4, 1), (1, 4), (3, 2), (2, 3)))


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


def constants(root: ast.Expr, setting: Setting) -> Edits:
    """A number that is another, an exponent off by one, a factor too few or too many at one part."""
    for site in sites(root):
        if isinstance(site.expr, ast.Num):
            yield from _numbers(site, site.expr.value)
    for site in sites(root):
        if isinstance(site.expr, ast.Num) or (isinstance(site.parent, ast.Power | ast.MatPower) and site.index):
            continue
        part = "" if site.parent is None else f" of {_bare(site)}"
        for factor in _FACTORS:
            yield Edit("factor", _factor_said(factor, part), site.put(trees.scaled(factor, site.expr)))
        for dim in setting.dims:
            over = trees.times(site.expr, trees.name(dim), "/")
            under = trees.times(trees.name(dim), site.expr)
            yield Edit("factor", f"the factor 1 / {dim}{part} is missing", site.put(over))
            yield Edit("factor", f"the factor {dim}{part} is missing", site.put(under))


def _bare(site: Site) -> str:
    return unparse(site.expr)


def _factor_said(factor: Fraction, part: str) -> str:
    if factor.numerator == 1:
        return f"the factor {factor.denominator}{part} is too much"
    if factor.denominator == 1:
        return f"the factor {factor}{part} is missing"
    return f"the constant factor{part} is wrong: multiply by {factor}"


def _numbers(site: Site, value: Fraction) -> Edits:
    exponent = isinstance(site.parent, ast.Power | ast.MatPower) and site.index == 1
    inside = isinstance(site.parent, ast.Product)
    what = "the exponent must be" if exponent else "the factor must be" if inside else "the constant must be"
    tried = dict.fromkeys(
        [value + 1, value - 1, value * 2, value / 2, 1 / value if value else Fraction(1)]
        + [Fraction(k) for k in (1, 2, 3, 4, 0)]
        + [Fraction(1, 2), Fraction(1, 3), Fraction(1, 4), value * 3, value / 3]
    )
    for other in tried:
        if other != value:
            said = f"{what} {other}, not {value}"
            if other == 1 and not exponent:
                said = f"the factor {value} is too much"
            yield Edit("exponent" if exponent else "factor", said, site.put(trees.number(other)))


def derivatives(root: ast.Expr, setting: Setting) -> Edits:
    """g for g', a prime too few or too many, an inner derivative left out, taken at the wrong argument, or added."""
    for site in sites(root):
        expr = site.expr
        if isinstance(expr, ast.Call) and len(expr.args) == 1:
            more = replace(expr, primes=expr.primes + 1)
            yield Edit("prime", f"{unparse(more)} belongs where {unparse(expr)} stands", site.put(more))
            if expr.primes:
                less = replace(expr, primes=expr.primes - 1)
                yield Edit("prime", f"{unparse(less)} belongs where {unparse(expr)} stands", site.put(less))
            marks = "'" * expr.primes
            for inner in setting.inner:
                if isinstance(inner, ast.Call) and inner.args != expr.args:
                    new = replace(expr, args=inner.args)
                    at, wrong = unparse(inner.args[0]), unparse(expr.args[0])
                    said = f"{expr.fn}{marks} must be taken at {at}, not at {wrong}"
                    yield Edit("argument", said, site.put(new))
            for other in setting.names:
                new = replace(expr, args=(trees.name(other),))
                said = f"{expr.fn}{marks} must be taken at {other}, not at {unparse(expr.args[0])}"
                yield Edit("argument", said, site.put(new))
    for inner in setting.inner:
        yield from _multiplied(root, inner, "inner", f"the inner derivative {unparse(inner)} is missing")
    yield from _without_factors(root)
    for factor in setting.factors:
        yield from _multiplied(root, factor, "inner", f"the factor {unparse(factor)} is missing")


def _multiplied(root: ast.Expr, factor: ast.Expr, kind: str, said: str) -> Edits:
    """A factor put in anywhere: elementwise, or as a diagonal matrix in a product."""
    diagonal = trees.call("diag", factor)
    for site in sites(root):
        if isinstance(site.expr, ast.Num) and site.parent is not None:
            continue
        yield Edit(kind, said, site.put(trees.times(site.expr, factor)))
        if isinstance(site.expr, ast.Product):
            product = site.expr
            for i, op in enumerate(product.ops):
                if op == "@":
                    factors = (*product.factors[: i + 1], diagonal, *product.factors[i + 1 :])
                    ops = (*product.ops[: i + 1], "@", *product.ops[i + 1 :])
                    yield Edit(kind, said, site.put(replace(product, factors=factors, ops=ops)))
        yield Edit(kind, said, site.put(ast.Product(root.span, (diagonal, site.expr), ("@",))))
        yield Edit(kind, said, site.put(trees.times(site.expr, diagonal, "@")))


def _without_factors(root: ast.Expr) -> Edits:
    for site in sites(root):
        if not isinstance(site.expr, ast.Product):
            continue
        product = site.expr
        for i, factor in enumerate(product.factors):
            if i == 0 and product.ops[0] == "/":
                continue
            factors = (*product.factors[:i], *product.factors[i + 1 :])
            ops = (*product.ops[: max(0, i - 1)], *product.ops[max(1, i) :])
            new = factors[0] if len(factors) == 1 else replace(product, factors=factors, ops=ops)
            yield Edit("extra", f"the factor {unparse(factor)} does not belong there", site.put(new))


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


def axes(root: ast.Expr, setting: Setting) -> Edits:
    """A sum over the other axis, or a mean for a sum."""
    for site in sites(root):
        part = site.expr
        if not (isinstance(part, ast.Call) and part.fn in ("sum", "mean")):
            continue
        for key, value in part.kwargs:
            if key == "axis" and isinstance(value, ast.Num):
                axis = 1 - int(value.value)
                new = replace(part, kwargs=(("axis", trees.number(axis)),))
                said = f"the sum is over the wrong axis: axis={axis} instead of axis={value.value}"
                yield Edit("batch", said, site.put(new))
        other = "mean" if part.fn == "sum" else "sum"
        said = f"{other} belongs where {part.fn} stands"
        yield Edit("batch", said, site.put(replace(part, fn=other)))


def sums(root: ast.Expr, setting: Setting) -> Edits:
    """A sum over the batch left out."""
    for site in sites(root):
        part = site.expr
        if isinstance(part, ast.Num):
            continue
        for axis in (0, 1):
            summed = trees.call("sum", part, axis=trees.number(axis))
            said = f"the sum over the batch is missing: {unparse(summed)} instead of {unparse(part)}"
            yield Edit("batch", said, site.put(summed))
            yield Edit("batch", said, site.put(trees.transposed(summed)))
        total = trees.call("sum", part)
        yield Edit("batch", f"a sum is missing: {unparse(total)} instead of {unparse(part)}", site.put(total))


def terms(root: ast.Expr, setting: Setting) -> Edits:
    """A term left out, or one too many."""
    for term in (trees.number(1), *setting.terms):
        text = unparse(term)
        for site in sites(root):
            if isinstance(site.parent, ast.Transpose | ast.Neg) or (isinstance(site.expr, ast.Num) and term != _ONE):
                continue
            yield Edit("term", f"the term {text} is missing", site.put(trees.plus(site.expr, term)))
            said = f"the term -{text} is missing" if not isinstance(term, ast.Neg) else f"the term {text} is missing"
            yield Edit("term", said, site.put(trees.plus(site.expr, term, "-")))
            turned = trees.plus(term, site.expr, "-")
            said = f"the term {text} is missing: {unparse(turned)} instead of {unparse(site.expr)}"
            yield Edit("term", said, site.put(turned))
    for site in sites(root):
        if not isinstance(site.expr, ast.Sum):
            continue
        total = site.expr
        for i, term in enumerate(total.terms):
            kept = [*total.terms[:i], *total.terms[i + 1 :]]
            ops = [*total.ops[: max(0, i - 1)], *total.ops[max(1, i) :]]
            if i == 0 and total.ops[0] == "-":
                kept[0] = trees.negated(kept[0])
            new = kept[0] if len(kept) == 1 else ast.Sum(total.span, tuple(kept), tuple(ops))
            yield Edit("extra", f"the term {unparse(term)} does not belong there", site.put(new))


def others(root: ast.Expr, setting: Setting) -> Edits:
    """An inverse left out, a vector for a diagonal matrix, one name for another, a one for a term."""
    for site in sites(root):
        part = site.expr
        if isinstance(part, ast.Num):
            continue
        if not isinstance(site.parent, ast.Call):
            yield Edit("inverse", _inverse_said(site), site.put(trees.inverse(part)))
            new = trees.transposed(trees.inverse(part))
            said = f"{site.told} must be inverted and transposed"
            yield Edit("inverse", said, site.put(new))
        said = f"diag({unparse(part)}) belongs where {unparse(part)} stands"
        yield Edit("diag", said, site.put(trees.call("diag", part)))
        if isinstance(part, ast.Call) and part.fn == "diag":
            said = f"{unparse(part.args[0])} belongs where {unparse(part)} stands"
            yield Edit("diag", said, site.put(part.args[0]))
        squared = ast.Power(part.span, part, trees.number(2))
        yield Edit("exponent", f"{unparse(part)} must be squared", site.put(squared))
    for site in sites(root):
        if isinstance(site.expr, ast.Name):
            for other in setting.names:
                if other != site.expr.id:
                    said = f"{other} belongs where {site.expr.id} stands"
                    yield Edit("name", said, site.put(trees.name(other)))
    for inner in setting.inner:
        for site in sites(root):
            if isinstance(site.expr, ast.Call | ast.Name) and site.expr != inner:
                said = f"{unparse(inner)} belongs where {unparse(site.expr)} stands"
                yield Edit("inner", said, site.put(inner))


def additions(root: ast.Expr, setting: Setting) -> Edits:
    """A name left out of a sum somewhere inside."""
    for other in setting.names[:6]:
        for site in sites(root):
            if isinstance(site.parent, ast.Call | ast.Neg) and not isinstance(site.expr, ast.Num):
                said = f"the term {other} is missing beside {unparse(site.expr)}"
                for op in "+-":
                    yield Edit("term", said, site.put(trees.plus(site.expr, trees.name(other), op)))
                yield Edit("term", said, site.put(trees.plus(trees.name(other), site.expr, "-")))


def _inverse_said(site: Site) -> str:
    if trees.inverse(site.expr) == trees.call("inv", site.expr):
        return f"{site.told} must be inverted"
    return f"{site.told} must not be inverted"


FAMILIES: tuple[tuple[Callable[[ast.Expr, Setting], Edits], ...], ...] = (
    (whole,),
    (axes, transposes, signs),
    (operations, orders, reversals),
    (constants,),
    (symmetric,),
    (derivatives,),
    (terms, sums),
    (additions, others),
)
"""Smallest and most specific first; the families of one group are tried together, in order."""
