"""Arrays less their means: sums of them vanish, variances are sums of their squares, and ones that only spread a mean
are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradcli.emit.instr import Instr, held
from gradcli.emit.optimise.new_axes import axes_put_in, put_in
from gradcli.emit.optimise.rewrite import Graph, Pass, Rule, Rules, make_sum, parts_of_product, terms_of_sum
from gradcli.emit.plan import Plan

_LETTERS = "ijklmnopq"


@dataclass(frozen=True, slots=True)
class _Centred:
    """`whole - mean(whole, axes)`."""

    whole: Instr
    axes: frozenset[int]


def _axes_summed(instr: Instr) -> frozenset[int] | None:
    """Over which axes an array is summed, the others in their order; None where this is no such sum."""
    if instr.kind == "total":
        return frozenset(range(instr.args[0].rank))
    if instr.kind == "sum_axis":
        return frozenset({held(instr, int)}) if instr.data is not None else None
    inputs, _, output = str(instr.data).partition("->")
    if instr.kind != "einsum" or len(instr.args) != 1 or len(set(inputs)) < len(inputs):
        return None
    if output != "".join(letter for letter in inputs if letter in output):
        return None
    return frozenset(axis for axis, letter in enumerate(inputs) if letter not in output)


def _centred(run: Pass, instr: Instr) -> _Centred | None:
    """What is less its mean here."""
    terms = terms_of_sum(instr)
    if len(terms) != 2 or {sign for sign, _ in terms} != {True, False}:
        return None
    whole = next(term for sign, term in terms if not sign)
    spread = next(term for sign, term in terms if sign)
    axes = axes_put_in(spread) if spread.rank else (None,) * whole.rank
    shape = run.shape(whole)
    if axes is None or len(axes) != whole.rank or shape is None:
        return None
    value, over, under = _flat(spread.args[0] if spread.rank else spread)
    missing = frozenset(place for place, axis in enumerate(axes) if axis is None)
    if len(over) != 1 or not over[0].args or over[0].args[0] is not whole or _axes_summed(over[0]) != missing:
        return None
    below, number = list(under), 1
    for dim in (shape[axis] for axis in missing):
        if isinstance(dim, int):
            number *= dim
            continue
        place = next((i for i, part in enumerate(below) if run.plan.dim(part) == dim), None)
        if place is None:
            return None
        del below[place]
    return _Centred(whole, missing) if not below and value == Fraction(1, number) else None


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


def _sum_of_centred(run: Pass, instr: Instr) -> Instr | None:
    """The sum of an array less its mean over the axes of the mean, and others, is zero."""
    summed = _axes_summed(instr)
    if summed is None or instr.args[0].kind != "sum":
        return None
    found = _centred(run, instr.args[0])
    shape = run.shape(instr)
    if found is None or not found.axes <= summed or shape is None:
        return None
    if not shape:
        return run.number(0)
    if not all(isinstance(dim, int) or dim in run.plan.known for dim in shape):
        return None
    return run.make("zeros", *map(run.plan.size, shape), rank=instr.rank)


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


def _sum_out(run: Pass, instr: Instr) -> Instr | None:
    """A sum over axes that some factors do not have: those factors after it."""
    inputs, _, output = str(instr.data).partition("->")
    if len(instr.args) != 1 or len(set(inputs)) < len(inputs) or not instr.rank:
        return None
    (inner,) = instr.args
    value, over, under = parts_of_product(inner)
    kept = [i for i, letter in enumerate(inputs) if letter in output]
    if inner.kind != "product" or any(part.rank for part in under) or output != "".join(inputs[i] for i in kept):
        return None
    outside, inside = [part for part in over if not part.rank], list[Instr]()
    for part in over:
        if not part.rank:
            continue
        axes = axes_put_in(part) if part.rank == inner.rank else None
        if axes is None or any(axes[i] is not None for i in range(inner.rank) if i not in kept):
            inside.append(part)
        else:
            outside.append(put_in(run, part.args[0], tuple(axes[i] for i in kept)))
    if not inside or run.shape(run.product(1, inside)) != run.shape(inner) or (not outside and value == 1):
        return None
    rest = run.make("einsum", run.product(1, inside), data=instr.data, rank=instr.rank)
    return run.product(value, [*outside, rest], under)


class VariancePass(Pass):
    """Variances of arrays whose difference from the mean is computed anyway, as sums of its squares."""

    needs = frozenset({"variance", "std"})

    def __init__(self, plan: Plan, rules: Rules, graph: Graph) -> None:
        super().__init__(plan, rules, graph)
        found = [_centred(self, instr) for instr in self.order if instr.kind == "sum" and instr.rank]
        self._centred = {(each.whole.serial, each.axes) for each in found if each is not None}

    def visit(self, instr: Instr) -> Instr:
        if instr.kind not in ("variance", "std"):
            return super().visit(instr)
        (whole,) = instr.args
        axis, ddof = held(instr, tuple)
        axes = frozenset(range(whole.rank)) if axis is None else frozenset({axis})
        shape = self.shape(whole)
        if (whole.serial, axes) not in self._centred or shape is None:
            return super().visit(instr)
        lengths = [self.plan.size(shape[axis]) for axis in sorted(axes)]
        out = self._written_out(self.memo[whole.serial], axes, lengths, ddof)
        out = self.make("sqrt", out, rank=instr.rank) if instr.kind == "std" else out
        self._keep_shape(instr, out)
        return out

    def _written_out(self, whole: Instr, axes: frozenset[int], lengths: Sequence[Instr], ddof: int) -> Instr:
        mean = self.product(1, [self._summed(whole, axes)], lengths)
        if mean.rank:
            kept = iter(range(mean.rank))
            mean = put_in(self, mean, tuple(None if axis in axes else next(kept) for axis in range(whole.rank)))
        centred = make_sum(self, [(False, whole), (True, mean)], whole.rank)
        squares = self._summed(self.make("power", centred, self.number(2), rank=whole.rank), axes)
        if not ddof:
            return self.product(1, [squares], lengths)
        count = make_sum(self, [(False, self.product(1, lengths)), (True, self.number(ddof))], 0)
        return self.product(1, [squares], [count])

    def _summed(self, whole: Instr, axes: frozenset[int]) -> Instr:
        if len(axes) == whole.rank:
            return self.make("total", whole)
        if whole.rank == 2:
            return self.make("sum_axis", whole, data=min(axes), rank=1)
        letters = _LETTERS[: whole.rank]
        kept = "".join(letter for axis, letter in enumerate(letters) if axis not in axes)
        return self.make("einsum", whole, data=f"{letters}->{kept}", rank=len(kept))


RULES: dict[str, tuple[Rule, ...]] = {
    "total": (_sum_of_centred,),
    "sum_axis": (_sum_of_centred,),
    "einsum": (_sum_of_centred, _sum_out),
    "product": (_without_zeros,),
    "sum": (_without_zeros,),
}
