"""The diagonal of a product, without the product: of `A @ B` the sums of the rows of `A * B.T`."""

from __future__ import annotations

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum

_CHEAP = ("matmul", "outer", "scale_rows", "scale_cols", "eye", "diag")


def _diagonal(run: Pass, instr: Instr) -> Instr | None:
    (inner,) = instr.args
    shape = run.shape(inner)
    if shape is None or len(shape) != 2 or shape[0] != shape[1]:
        return None
    match inner.kind:
        case "transpose":
            return run.make("diagonal", inner.args[0], rank=1)
        case "diag":
            return inner.args[0]
        case "eye":
            return run.make("ones", inner.args[0], rank=1)
        case "outer":
            return run.product(1, list(inner.args))
        case "scale_rows" | "scale_cols" if run.once(inner):
            return run.product(1, [inner.args[0], run.make("diagonal", inner.args[1], rank=1)])
        case "matmul" if run.once(inner):
            return row_products(run, *inner.args)
        case "product":
            return _of_product(run, inner)
        case "sum" if run.once(inner) and all(_is_cheap(term) for _, term in terms_of_sum(inner)):
            return make_sum(run, [(sign, run.make("diagonal", t, rank=1)) for sign, t in terms_of_sum(inner)], 1)
    return None


def row_products(run: Pass, a: Instr, b: Instr) -> Instr:
    """Each row of `a` times the column of `b` with its number."""
    if a.kind == "transpose":
        return run.make("sum_axis", run.product(1, [a.args[0], b]), data=0, rank=1)
    return run.make("sum_axis", run.product(1, [a, run.transpose(b)]), data=1, rank=1)


def _of_product(run: Pass, inner: Instr) -> Instr | None:
    """Scalars out of it; of arrays the product of their diagonals, where none is spread."""
    value, over, under = parts_of_product(inner)
    shape = run.shape(inner)
    if not run.once(inner) or any(part.rank and run.shape(part) != shape for part in (*over, *under)):
        return None
    tops, bottoms = ([run.make("diagonal", p, rank=1) if p.rank else p for p in parts] for parts in (over, under))
    return run.product(value, tops, bottoms)


def _is_cheap(term: Instr) -> bool:
    _, over, under = parts_of_product(term)
    arrays = [part for part in (*over, *under) if part.rank]
    return len(arrays) == 1 and arrays[0].kind in _CHEAP


RULES: dict[str, tuple[Rule, ...]] = {"diagonal": (_diagonal,)}
