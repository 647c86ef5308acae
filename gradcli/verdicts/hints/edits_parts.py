"""The known mistakes of content, undone: derivatives, factors, terms, names that are others, missing or too many."""

from __future__ import annotations

from dataclasses import replace

from gradcli.syntax import ast
from gradcli.syntax.unparse import unparse
from gradcli.verdicts.hints import trees
from gradcli.verdicts.hints.edit import Edit, Edits, Setting
from gradcli.verdicts.hints.sites import Site, sites

_ONE = trees.number(1)


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


def additions(root: ast.Expr, setting: Setting) -> Edits:
    """A name left out of a sum somewhere inside."""
    for other in setting.names[:6]:
        for site in sites(root):
            if isinstance(site.parent, ast.Call | ast.Neg) and not isinstance(site.expr, ast.Num):
                said = f"the term {other} is missing beside {unparse(site.expr)}"
                for op in "+-":
                    yield Edit("term", said, site.put(trees.plus(site.expr, trees.name(other), op)))
                yield Edit("term", said, site.put(trees.plus(trees.name(other), site.expr, "-")))


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


def _inverse_said(site: Site) -> str:
    if trees.inverse(site.expr) == trees.call("inv", site.expr):
        return f"{site.told} must be inverted"
    return f"{site.told} must not be inverted"
