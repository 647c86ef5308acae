"""The known mistakes of number, undone: constants, factors, exponents, sums over an axis."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from gradcli.syntax import ast
from gradcli.syntax.unparse import unparse
from gradcli.verdicts.hints import trees
from gradcli.verdicts.hints.edit import Edit, Edits, Setting
from gradcli.verdicts.hints.sites import Site, sites

_FACTORS = tuple(Fraction(*pair) for pair in ((2, 1), (1, 2), (3, 1), (1, 3), (4, 1), (1, 4), (3, 2), (2, 3)))


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
            elif other == 0 and isinstance(site.parent, ast.Sum):
                said = f"the term {value} is too much"
            yield Edit("exponent" if exponent else "factor", said, site.put(trees.number(other)))


def axes(root: ast.Expr, setting: Setting) -> Edits:
    """A sum over the other axis, one over all entries for one along an axis, or a mean for a sum."""
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
        if not part.kwargs:
            for axis in (0, 1):
                along = replace(part, kwargs=(("axis", trees.number(axis)),))
                said = f"the {part.fn} is over one axis, not over all entries: {unparse(along)}"
                yield Edit("batch", said, site.put(along))
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
