"""Changes that undo mistakes of code which formulas on paper do not have: axes that are kept, batches, saved values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from gradcli.syntax import ast
from gradcli.syntax.unparse import unparse
from gradcli.verdicts.hints import trees
from gradcli.verdicts.hints.edit import Edit, Edits, Setting
from gradcli.verdicts.hints.sites import Site, sites

_REDUCED = ("sum", "mean", "max", "min", "softmax")
_MOST_REDUCTIONS = 8
_MOST_JOINED = 5
_SAVED = ("exp", "log", "sigmoid", "tanh", "sqrt")


def kept_axes(root: ast.Expr, setting: Setting) -> Edits:
    """Another axis of a reduction that is kept, or of all reductions at once."""
    wanted: dict[int, None] = {}
    for site in sites(root):
        for axis, new in _other_axes(site):
            wanted[axis] = None
            said = f"the sum is over the wrong axis: axis={axis}"
            yield Edit("batch", said, site.put(new))
    for axis in wanted:
        yield Edit("batch", f"the sums are over the wrong axis: axis={axis}", _all_over(root, axis))


def _other_axes(site: Site) -> Iterator[tuple[int, ast.Expr]]:
    """A reduction along another axis: of two axes it is kept as a row (transposed) or as a column, else by keepdims."""
    part = site.expr
    if isinstance(part, ast.Transpose) and _axis(part.arg) == 0:
        yield 1, _over(part.arg, 1)
    axis = _axis(part)
    if axis is None or not isinstance(part, ast.Call):
        return
    if part.fn == "softmax" or any(key == "keepdims" for key, _ in part.kwargs):
        for other in range(4):
            if other != axis:
                yield other, _over(part, other)
    elif axis == 1 and not isinstance(site.parent, ast.Transpose):
        yield 0, ast.Transpose(trees.NOWHERE, _over(part, 0))


def _axis(expr: ast.Expr) -> int | None:
    """The axis of a reduction."""
    if isinstance(expr, ast.Call) and expr.fn in _REDUCED:
        return next((int(v.value) for k, v in expr.kwargs if k == "axis" and isinstance(v, ast.Num)), None)
    return None


def _over(expr: ast.Expr, axis: int) -> ast.Expr:
    if not isinstance(expr, ast.Call):
        return expr
    return replace(expr, kwargs=tuple((k, trees.number(axis) if k == "axis" else v) for k, v in expr.kwargs))


def _all_over(root: ast.Expr, axis: int) -> ast.Expr:
    """The expression with its reductions over this axis."""
    for _ in range(_MOST_REDUCTIONS):
        found = ((site, new) for site in sites(root) for to, new in _other_axes(site) if to == axis)
        change = next(found, None)
        if change is None:
            break
        root = change[0].put(change[1])
    return root


def repeats(root: ast.Expr, setting: Setting) -> Edits:
    """`A[y] += d` keeps the last of labels that repeat: the mask that reading puts there is taken away."""
    for site in sites(root):
        product = site.expr
        if not isinstance(product, ast.Product) or set(product.ops) != {"*"}:
            continue
        for i, factor in enumerate(product.factors):
            if "triu(onehot(" in unparse(factor):
                rest = product.factors[:i] + product.factors[i + 1 :]
                new = rest[0] if len(rest) == 1 else replace(product, factors=rest, ops=product.ops[1:])
                said = "labels that repeat are lost: np.add.at(A, y, values) or index_add_ adds each of them"
                yield Edit("labels", said, site.put(new))


def saved(root: ast.Expr, setting: Setting) -> Edits:
    """What was saved for its logarithm, its exponential and the like; a function too many."""
    for site in sites(root):
        part = site.expr
        if isinstance(part, ast.Name) and part.id not in setting.dims:
            for function in _SAVED:
                new = trees.call(function, part)
                yield Edit("saved", f"{unparse(new)} belongs where {part.id} stands", site.put(new))
        if isinstance(part, ast.Call) and len(part.args) == 1 and not part.kwargs and not part.primes:
            yield Edit("saved", f"{unparse(part.args[0])} belongs where {unparse(part)} stands", site.put(part.args[0]))


def guards(root: ast.Expr, setting: Setting) -> Edits:
    """A small number left out under a root, beside a divisor, or in a logarithm."""
    small = [term for term in setting.terms if isinstance(term, ast.Num)]
    for site in sites(root):
        if isinstance(site.parent, ast.Call | ast.Power) and not site.index:
            for number in small:
                yield Edit("term", f"the term {unparse(number)} is missing", site.put(trees.plus(site.expr, number)))


def sizes(root: ast.Expr, setting: Setting) -> Edits:
    """One size for another, or its root; a size too many."""
    for site in sites(root):
        if isinstance(site.expr, ast.Name) and site.expr.id in setting.dims:
            for other in setting.dims:
                if other != site.expr.id:
                    said = f"the size {other} belongs where {site.expr.id} stands"
                    yield Edit("size", said, site.put(trees.name(other)))
            if isinstance(site.parent, ast.Product) and len(site.parent.factors) > 1:
                yield from _without(root, site)
            root_of = trees.call("sqrt", site.expr)
            if not (isinstance(site.parent, ast.Call) and site.parent.fn == "sqrt"):
                yield Edit("size", f"{unparse(root_of)} belongs where {site.expr.id} stands", site.put(root_of))


def _without(root: ast.Expr, site: Site) -> Edits:
    """A product without a size that stands among its factors."""
    for outer in sites(root):
        product = outer.expr
        if product is not site.parent or not isinstance(product, ast.Product):
            continue
        at = next(i for i, factor in enumerate(product.factors) if factor is site.expr)
        if at == 0 and product.ops[0] == "/":
            continue
        factors = (*product.factors[:at], *product.factors[at + 1 :])
        ops = (*product.ops[: max(0, at - 1)], *product.ops[max(1, at) :])
        new = factors[0] if len(factors) == 1 else replace(product, factors=factors, ops=ops)
        yield Edit("size", f"the factor {unparse(site.expr)} does not belong there", outer.put(new))


def turned(root: ast.Expr, setting: Setting) -> Edits:
    """The last two axes of a stack of matrices the other way; parts that are joined in another order."""
    for site in sites(root):
        part = site.expr
        product = isinstance(site.parent, ast.Product) and "@" in site.parent.ops
        if product and isinstance(part, ast.Name):
            new = ast.LastTwoTurned(trees.NOWHERE, part)
            yield Edit("transpose", f"{part.id} must be transposed", site.put(new))
        if product and isinstance(part, ast.LastTwoTurned):
            yield Edit("transpose", f"{unparse(part)} must not be transposed", site.put(part.arg))
        if isinstance(part, ast.Call) and part.fn == "concat" and len(part.args) <= _MOST_JOINED:
            for i, j in combinations(range(len(part.args)), 2):
                args = list(part.args)
                args[i], args[j] = args[j], args[i]
                joined = replace(part, args=tuple(args))
                yield Edit("order", f"the parts stand in the wrong order: {unparse(joined)}", site.put(joined))
