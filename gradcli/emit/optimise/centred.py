"""Arrays less their means: sums of them vanish, and ones that only spread a mean are left out."""

from __future__ import annotations

from fractions import Fraction

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum

_AXES = {"column": 1, "row": 0}


def _sum_of_centred(run: Pass, instr: Instr) -> Instr | None:
    """`sum(X - mean(X, axis), axis)` is zero."""
    (inner,) = instr.args
    shape = run.shape(instr)
    if instr.rank != 1 or shape is None or inner.kind != "sum":
        return None
    (dim,) = shape
    if not (isinstance(dim, int) or dim in run.plan.known) or not _is_centred(run, inner, instr.data):
        return None
    return run.make("zeros", run.plan.size(dim), rank=1)


def _is_centred(run: Pass, inner: Instr, axis: object) -> bool:
    terms = terms_of_sum(inner)
    if len(terms) != 2 or {sign for sign, _ in terms} != {True, False}:
        return False
    whole = next(term for sign, term in terms if not sign)
    spread = next(term for sign, term in terms if sign)
    if whole.rank != 2 or _AXES.get(spread.kind) != axis:
        return False
    value, over, under = parts_of_product(spread.args[0])
    length = (run.shape(whole) or (None, None))[int(str(axis))]
    if len(over) != 1 or over[0].kind != "sum_axis" or over[0].data != axis or over[0].args[0] is not whole:
        return False
    if isinstance(length, int):
        return not under and value == Fraction(1, length)
    return value == 1 and len(under) == 1 and length is not None and run.plan.dim(under[0]) == length


def _without_zeros(run: Pass, instr: Instr) -> Instr | None:
    """A product with zeros is zeros of its shape, and adds nothing."""
    if instr.kind == "product":
        value, over, _ = parts_of_product(instr)
        zeros = [part for part in over if part.kind == "zeros"]
        alike = [part for part in zeros if run.shape(part) == run.shape(instr)]
        return alike[0] if alike and value else None
    terms = terms_of_sum(instr)
    left = [(sign, term) for sign, term in terms if not _is_zero(term)]
    if len(left) == len(terms) or not left:
        return None
    out = make_sum(run, left, instr.rank)
    return out if run.shape(out) == run.shape(instr) is not None else None


def _is_zero(term: Instr) -> bool:
    """Whether these are zeros, spread or not."""
    while term.kind in ("axes", "column", "row"):
        term = term.args[0]
    return term.kind == "zeros"


def _without_ones(run: Pass, instr: Instr) -> Instr | None:
    """Ones that are spread over an array of more axes change nothing where another factor or term has its shape."""
    shape = run.shape(instr)
    if instr.rank < 2 or shape is None:
        return None
    if instr.kind == "product":
        out = _thinned(run, instr)
        return out if out is not None and run.shape(out) == shape and out.rank == instr.rank else None
    terms = terms_of_sum(instr)
    if not any(run.shape(term) == shape and _thinned(run, term) is None for _, term in terms):
        return None
    thinner = [(sign, _thinned(run, term) or term) for sign, term in terms]
    return None if thinner == terms else make_sum(run, thinner, instr.rank)


def _thinned(run: Pass, term: Instr) -> Instr | None:
    """A product without the ones in it, with as many axes; None where it has none."""
    if term.kind != "product":
        return None
    value, over, under = parts_of_product(term)
    rest: list[Instr] = []
    for part in over:
        scalar = _scalar_in(run, part)
        rest += [scalar] if scalar is not None else [_thinned(run, part) or part]
    if rest == over or not any(part.rank == term.rank for part in rest):
        return None
    return run.product(value, [part for part in rest if part.kind != "number" or part.data != 1], under)


def _scalar_in(run: Pass, part: Instr) -> Instr | None:
    """The scalar that stands at every entry of a spread list of ones."""
    if part.kind == "ones":
        return run.number(1)
    if part.kind in ("axes", "column", "row"):
        return _scalar_in(run, part.args[0])
    if part.kind != "product" or not part.rank:
        return None
    value, over, under = parts_of_product(part)
    inner = [_scalar_in(run, each) if each.rank else each for each in over]
    if any(each.rank for each in under) or any(each is None for each in inner):
        return None
    return run.product(value, [each for each in inner if each is not None], under)


def _sum_out(run: Pass, instr: Instr) -> Instr | None:
    """A sum over axes that some factors do not have: those factors after it; of a centred array it is zero."""
    inputs, _, output = str(instr.data).partition("->")
    if len(instr.args) != 1 or len(set(inputs)) < len(inputs) or not instr.rank:
        return None
    (inner,) = instr.args
    if _is_centred_last(run, inner, inputs, output):
        shape = run.shape(instr) or ()
        if shape and all(isinstance(dim, int) or dim in run.plan.known for dim in shape):
            return run.make("zeros", *map(run.plan.size, shape), rank=instr.rank)
    value, over, under = parts_of_product(inner)
    kept = [i for i, letter in enumerate(inputs) if letter in output]
    if inner.kind != "product" or any(part.rank for part in under) or output != "".join(inputs[i] for i in kept):
        return None
    outside, inside = [part for part in over if not part.rank], list[Instr]()
    for part in over:
        if part.rank:
            narrow = part.kind == "axes" and all(part.data[i] is None for i in range(inner.rank) if i not in kept)  # type: ignore[index]
            target = outside if narrow else inside
            axes = tuple(part.data[i] for i in kept) if narrow else None  # type: ignore[index]
            target.append(run.make("axes", part.args[0], data=axes, rank=instr.rank) if narrow else part)
    if not inside or run.shape(run.product(1, inside)) != run.shape(inner) or (not outside and value == 1):
        return None
    rest = run.make("einsum", run.product(1, inside), data=instr.data, rank=instr.rank)
    return run.product(value, [*outside, rest], under)


def _is_centred_last(run: Pass, inner: Instr, inputs: str, output: str) -> bool:
    """Whether this is `X - mean(X, axis=(-2, -1))`, of any rank, summed over its last axes."""
    terms = terms_of_sum(inner)
    count = len(inputs) - len(output)
    if output != inputs[:-count] or len(terms) != 2 or {sign for sign, _ in terms} != {True, False}:
        return False
    whole = next(term for sign, term in terms if not sign)
    spread = next(term for sign, term in terms if sign)
    if spread.kind != "axes" or spread.data != (*range(whole.rank - count), *[None] * count):
        return False
    value, over, under = _flat(spread.args[0])
    shape = run.shape(whole)
    if len(over) != 1 or over[0].kind != "einsum" or over[0].args != (whole,) or shape is None:
        return False
    before, _, after = str(over[0].data).partition("->")
    if after != before[:-count]:
        return False
    below = list(under)
    number = 1
    for dim in shape[-count:]:
        if isinstance(dim, int):
            number *= dim
            continue
        place = next((i for i, part in enumerate(below) if run.plan.dim(part) == dim), None)
        if place is None:
            return False
        del below[place]
    return not below and value == Fraction(1, number)


def _flat(instr: Instr) -> tuple[Fraction, list[Instr], list[Instr]]:
    """The parts of a product, products of scalars in it taken apart."""
    value, tops, bottoms = parts_of_product(instr)
    over, under = list[Instr](), list[Instr]()
    for parts, above, below in ((tops, over, under), (bottoms, under, over)):
        for part in parts:
            if part.rank:
                above.append(part)
                continue
            number, inner_over, inner_under = parts_of_product(part)
            value = value * number if parts is tops else value / number
            above += inner_over
            below += inner_under
    return value, over, under


RULES: dict[str, tuple[Rule, ...]] = {
    "sum_axis": (_sum_of_centred,),
    "einsum": (_sum_out,),
    "product": (_without_zeros, _without_ones),
    "sum": (_without_zeros, _without_ones),
}
