"""Sums and traces of products, without making what is only summed."""

from __future__ import annotations

from fractions import Fraction

from gradcli.emit.instr import Instr, held
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum


def _linear(run: Pass, instr: Instr) -> Instr | None:
    """Scalars out of a sum of entries or a trace."""
    (inner,) = instr.args
    value, over, under = parts_of_product(inner)
    scalars = [part for part in over if not part.rank]
    arrays = [part for part in over if part.rank]
    below = [part for part in under if not part.rank]
    if not run.once(inner) or not arrays or (value == 1 and not scalars and not below):
        return None
    rest = [part for part in under if part.rank]
    reduced = run.make(instr.kind, run.product(1, arrays, rest))
    return run.product(value, [*scalars, reduced], below)


def _trace(run: Pass, instr: Instr) -> Instr | None:
    """tr(A @ B) as the sum of `A * B.T`, tr(u @ v.T) as `u.T @ v`; of a sum term by term."""
    (inner,) = instr.args
    match inner.kind:
        case "matmul" if run.once(inner):
            a, b = inner.args
            return run.make("dot", a, run.transpose(b))
        case "outer":
            return run.matmul(*inner.args)
        case "diag":
            return run.make("total", inner.args[0])
        case "eye":
            return inner.args[0]
        case "scale_rows" | "scale_cols":
            return run.matmul(inner.args[0], run.make("diagonal", inner.args[1], rank=1))
        case "sum" if run.once(inner):
            terms = terms_of_sum(inner)
            if all(_cheap_trace(term) for _, term in terms):
                return make_sum(run, [(sign, run.make("trace", term)) for sign, term in terms], 0)
    return None


def _cheap_trace(term: Instr) -> bool:
    _, over, under = parts_of_product(term)
    arrays = [part for part in (*over, *under) if part.rank]
    return len(arrays) == 1 and arrays[0].kind in ("matmul", "outer", "diag", "eye", "scale_rows", "scale_cols")


def _total(run: Pass, instr: Instr) -> Instr | None:
    """The sum of a Hadamard product as a dot product; of a matrix product by the sums of its factors."""
    (inner,) = instr.args
    if not run.once(inner):
        return None
    match inner.kind:
        case "product":
            return _total_of_product(run, inner)
        case "power" if inner.args[1].kind == "number" and inner.args[1].data == 2 and inner.args[0].rank:
            return run.make("dot", inner.args[0], inner.args[0])
        case "outer":
            return run.product(1, [run.make("total", part) for part in inner.args])
        case "matmul" if inner.rank == 2:
            a, b = inner.args
            left, right = run.make("sum_axis", a, data=0, rank=1), run.make("sum_axis", b, data=1, rank=1)
            return run.matmul(left, right)
        case "matmul" if inner.rank == 1 and inner.args[0].rank == 2 and inner.args[0].kind == "transpose":
            rows = run.make("sum_axis", inner.args[0].args[0], data=1, rank=1)
            return run.matmul(rows, inner.args[1])
        case "scale_rows":
            return run.matmul(inner.args[0], run.make("sum_axis", inner.args[1], data=1, rank=1))
        case "scale_cols":
            return run.matmul(run.make("sum_axis", inner.args[1], data=0, rank=1), inner.args[0])
        case "sum" if inner.rank and all(_dots(term) for _, term in terms_of_sum(inner)):
            return make_sum(run, [(sign, run.make("total", term)) for sign, term in terms_of_sum(inner)], 0)
    return None


def _dots(term: Instr) -> bool:
    """Whether a term's sum is a dot product."""
    _, over, under = parts_of_product(term)
    return not any(part.rank for part in under) and len([part for part in over if part.rank]) > 1


def _total_of_product(run: Pass, inner: Instr) -> Instr | None:
    value, over, under = parts_of_product(inner)
    if value != 1 or any(not part.rank for part in over) or len(over) < 2:
        return None
    narrow = [part for part in over if part.kind in ("column", "row")]
    if len(narrow) == 1 and not under and len(over) > 1:
        axis = 1 if narrow[0].kind == "column" else 0
        rest = run.product(1, [part for part in over if part is not narrow[0]])
        return run.matmul(narrow[0].args[0], run.make("sum_axis", rest, data=axis, rank=1))
    if any(run.weight(part) < run.weight(inner) for part in over):
        return None
    first = run.product(1, over[:-1], under)
    return run.make("dot", first, over[-1])


def _dot(run: Pass, instr: Instr) -> Instr | None:
    """Of lists it is `@`; a transpose on both sides is none, nor are numbers inside."""
    a, b = instr.args
    if a.rank == b.rank == 1:
        return run.matmul(a, b)
    if a.kind == b.kind == "transpose":
        return run.make("dot", a.args[0], b.args[0])
    if b.kind == "eye":
        return run.make("trace", a)
    for inverse, matrix in ((a, b), (b, a)):
        if inverse.kind == "inv" and run.transpose(matrix) is inverse.args[0]:  # tr(inv(A) @ A)
            (dim, *_) = run.shape(matrix) or (None,)
            if isinstance(dim, int) or dim in run.plan.known:
                return run.plan.size(dim)
    if b.kind == "outer" or a.kind == "outer":
        matrix, vectors = (a, b) if b.kind == "outer" else (b, a)
        return run.matmul(vectors.args[0], run.matmul(matrix, vectors.args[1]))
    return None


def _squared_norm(run: Pass, instr: Instr) -> Instr | None:
    base, exponent = instr.args
    if base.kind != "norm" or exponent.kind != "number" or not run.once(base):
        return None
    half = held(exponent, Fraction) / 2
    if half.denominator != 1 or half < 1:
        return None
    square = run.make("dot", base.args[0], base.args[0])
    return square if half == 1 else run.make("power", square, run.number(half))


def _sum_of_scaled(run: Pass, instr: Instr) -> Instr | None:
    """Row sums of `A @ diag(v)` as `A @ v`, those of `diag(v) @ A` as `v * sum(A, axis=1)`; column sums likewise."""
    (inner,) = instr.args
    if inner.kind not in ("scale_rows", "scale_cols") or instr.rank != 1 or instr.data not in (0, 1):
        return None
    vector, matrix = inner.args
    if (inner.kind == "scale_cols") == (instr.data == 1):
        return run.matmul(matrix if instr.data == 1 else run.transpose(matrix), vector)
    return run.product(1, [vector, run.make("sum_axis", matrix, data=instr.data, rank=1)])


RULES: dict[str, tuple[Rule, ...]] = {
    "trace": (_linear, _trace),
    "total": (_linear, _total),
    "dot": (_dot,),
    "sum_axis": (_sum_of_scaled,),
    "power": (_squared_norm,),
}
