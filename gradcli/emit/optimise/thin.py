"""`(U @ V - X) @ B` with a thin B: `U @ (V @ B) - X @ B` makes no large matrix.

Which is cheaper hangs on the lengths: for an m x n sum and a B with c columns the second where `c * (m + n) < m * n`.
Declared lengths decide it here; where only names are declared, and c is a name of its own, the code decides.
"""

from __future__ import annotations

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum
from gradcli.expr.shapes import Dim


def _thin(run: Pass, instr: Instr) -> Instr | None:
    a, b = instr.args
    if a.rank != 2 or b.rank != 2:
        return None
    for wide, thin, left in ((a, b, False), (b, a, True)):
        turned = wide.kind == "transpose"
        inner = wide.args[0] if turned else wide
        found = _split(run, inner)
        if found is None or not run.once(wide):
            continue
        shape, other = run.shape(wide), run.shape(thin)
        if shape is None or other is None:
            continue
        spread = make_sum(run, [(sign, _applied(run, term, thin, left, turned)) for sign, term in found], 2)
        return _cheaper(run, other[0 if left else 1], shape, spread, instr)
    return None


def _split(run: Pass, wide: Instr) -> list[tuple[bool, Instr]] | None:
    """The terms of a sum of matrix products and one other matrix, which serves nothing else."""
    terms = terms_of_sum(wide)
    if len(terms) < 2 or wide.rank != 2 or not run.once(wide):
        return None
    products = [term for _, term in terms if _product_in(run, term) is not None]
    others = [term for _, term in terms if _product_in(run, term) is None]
    plain = all(other.kind in ("input", "transpose") and other.rank == 2 for other in others)
    return terms if products and len(others) <= 1 and plain else None


def _product_in(run: Pass, term: Instr) -> Instr | None:
    _, over, under = parts_of_product(term)
    arrays = [part for part in over if part.rank]
    if len(arrays) != 1 or any(part.rank for part in under) or arrays[0].kind != "matmul":
        return None
    return arrays[0] if arrays[0].rank == 2 and run.once(arrays[0]) and run.once(term) else None


def _applied(run: Pass, term: Instr, thin: Instr, left: bool, turned: bool) -> Instr:
    """A term, or its transpose, times the thin matrix."""
    product = _product_in(run, term)
    if product is None:
        matrix = run.transpose(term) if turned else term
        return run.matmul(thin, matrix) if left else run.matmul(matrix, thin)
    value, over, under = parts_of_product(term)
    u, v = product.args
    if turned:
        u, v = run.transpose(v), run.transpose(u)
    body = run.matmul(run.matmul(thin, u), v) if left else run.matmul(u, run.matmul(v, thin))
    return run.product(value, [*(part for part in over if not part.rank), body], under)


def _cheaper(run: Pass, thin: Dim, shape: tuple[Dim, ...], spread: Instr, instr: Instr) -> Instr | None:
    lengths = (thin, *shape)
    if all(isinstance(dim, int) for dim in lengths):
        c, m, n = (int(dim) for dim in lengths)
        return spread if c * (m + n) < m * n else None
    if isinstance(thin, int):
        return spread  # beside names, which are long
    if thin in shape or not all(isinstance(dim, int) or dim in run.plan.known for dim in lengths):
        return None
    sizes = [run.plan.size(dim) for dim in lengths]
    return run.plan.make("cheaper", *sizes, spread, instr, rank=2)


def _with_transpose(run: Pass, instr: Instr) -> Instr | None:
    """`(A + A.T) @ B` with a thin B as `A @ B + A.T @ B`: what is turned is not added up."""
    wide, thin = instr.args
    shape, other = run.shape(wide), run.shape(thin)
    terms = terms_of_sum(wide)
    if wide.rank != 2 or thin.rank != 2 or len(terms) != 2 or shape is None or other is None or not run.once(wide):
        return None
    (first, a), (second, b) = terms
    if first != second or b is not run.plan.transpose(a) or (other[1], shape[0]) not in run.plan.thin:
        return None
    return make_sum(run, [(first, run.matmul(term, thin)) for term in (a, b)], 2)


def _diagonal_apart(run: Pass, instr: Instr) -> Instr | None:
    """`(diag(d) - A) @ B` with a thin B as `d * B - A @ B`, and from the left: the sum is not made for it."""
    for place in (0, 1):
        wide, thin = instr.args[place], instr.args[1 - place]
        shape, other = run.shape(wide), run.shape(thin)
        if wide.kind != "sum" or wide.rank != 2 or thin.rank != 2 or shape is None or other is None:
            continue
        if (other[1 - place], shape[0]) not in run.plan.thin:
            continue
        terms = terms_of_sum(wide)
        diagonals = [_diagonal_of(run, term) for _, term in terms]
        if sum(found is None for found in diagonals) != 1:
            continue
        spread = []
        for (sign, term), found in zip(terms, diagonals, strict=True):
            if found is None:
                body = run.matmul(term, thin) if not place else run.matmul(thin, term)
            elif not found.rank:
                body = run.product(1, [found, thin])
            else:
                body = run.make("scale_cols" if place else "scale_rows", found, thin, rank=2)
            spread.append((sign, body))
        return make_sum(run, spread, 2)
    return None


def _diagonal_of(run: Pass, term: Instr) -> Instr | None:
    """The entries of a diagonal matrix, a list or a scalar."""
    value, over, under = parts_of_product(term)
    arrays = [part for part in over if part.rank]
    if len(arrays) != 1 or any(part.rank for part in under) or arrays[0].kind not in ("eye", "diag"):
        return None
    entries = [arrays[0].args[0]] if arrays[0].kind == "diag" else []
    return run.product(value, [*(part for part in over if not part.rank), *entries], under)


RULES: dict[str, tuple[Rule, ...]] = {"matmul": (_thin, _with_transpose, _diagonal_apart)}
