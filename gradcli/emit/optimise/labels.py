"""Labels as gathers and scatters: what is multiplied by one-hot rows is picked, or added where the labels tell."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum


def is_pick(instr: Instr, picked: Instr, array: Instr) -> bool:
    """Whether this is of each row of an array the entry at its label."""
    if instr.kind == "sum_axis":
        (inner,) = instr.args
        value, over, under = parts_of_product(inner)
        return instr.data == inner.rank - 1 and value == 1 and not under and sorted_serials(over) == _two(picked, array)
    inputs, _, output = str(instr.data).partition("->")
    if instr.kind != "einsum" or output != inputs.split(",")[0][:-1] or len({*inputs.split(",")}) != 1:
        return False
    over = parts_of_product(instr.args[0])[1] if len(instr.args) == 1 else list(instr.args)
    return sorted_serials(over) == _two(picked, array)


def _two(a: Instr, b: Instr) -> list[int]:
    return sorted_serials([a, b])


def sorted_serials(parts: Sequence[Instr]) -> list[int]:
    """What tells parts apart, in any order."""
    return sorted(part.serial for part in parts)


def spread_along_last(instr: Instr) -> bool:
    """Whether an array is one of fewer axes, the same along its last axis."""
    if instr.kind == "outer":
        return instr.args[1].kind == "ones"
    if instr.kind == "axes" and isinstance(instr.data, tuple):
        return instr.data == (*range(instr.rank - 1), None)
    return instr.kind == "column"


def _sum_of_onehot(run: Pass, instr: Instr) -> Instr | None:
    """The sums of one-hot rows are 1, whatever each row is scaled by stays."""
    (inner, *others) = instr.args
    inputs, _, output = str(instr.data).partition("->")
    last = instr.data == inner.rank - 1 if instr.kind == "sum_axis" else output == inputs[:-1]
    value, over, under = parts_of_product(inner)
    picked = [part for part in over if part.kind == "onehot"]
    spread = [part for part in over if part.rank and part not in picked]
    shape = run.shape(instr)
    if others or not last or len(picked) != 1 or any(part.rank for part in under) or shape is None:
        return None
    if not all(part.rank == inner.rank and spread_along_last(part) for part in spread):
        return None
    rows = [part.args[0] for part in spread]
    if not rows:
        if not all(isinstance(dim, int) or dim in run.plan.known for dim in shape):
            return None
        rows = [run.make("ones", *map(run.plan.size, shape), rank=instr.rank)]
    return run.product(value, [*(part for part in over if not part.rank), *rows], under)


def _log_of_pick(run: Pass, instr: Instr) -> Instr | None:
    """The logarithm of the entry of softmax at a label as that of its logarithm."""
    (arg,) = instr.args
    if instr.data != "log" or arg.kind not in ("sum_axis", "einsum") or not arg.args:
        return None
    over = parts_of_product(arg.args[0])[1] if len(arg.args) == 1 else list(arg.args)
    picked = next((part for part in over if part.kind == "onehot"), None)
    soft = next((part for part in over if part.kind == "softmax"), None)
    if picked is None or soft is None or soft.data != soft.rank - 1 or not is_pick(arg, picked, soft):
        return None
    logs = run.make("logsoftmax", *soft.args, data=soft.data, rank=soft.rank)
    if arg.kind == "einsum" and len(arg.args) > 1:
        return run.make("einsum", *(logs if part is soft else part for part in arg.args), data=arg.data, rank=arg.rank)
    return run.make(arg.kind, run.product(1, [logs, picked]), data=arg.data, rank=arg.rank)


def _dot(run: Pass, instr: Instr) -> Instr | None:
    """The inner product with one-hot rows picks an entry of each row."""
    for picked, array in (instr.args, instr.args[::-1]):
        if picked.kind == "onehot" and run.shape(picked) == run.shape(array) is not None:
            return run.make("total", _at(run, array, picked))
    return None


def _at(run: Pass, array: Instr, picked: Instr) -> Instr:
    return run.make("at_labels", array, picked.args[0], rank=array.rank - 1)


def _row_sums(run: Pass, instr: Instr) -> Instr | None:
    """Sums over the last axis of a product with one-hot rows: of each other factor the entry at the label."""
    if instr.kind == "sum_axis":
        (inner,) = instr.args
        if instr.data != inner.rank - 1:
            return None
        value, over, under = parts_of_product(inner)
    else:
        inputs, output = str(instr.data).split("->")
        letters = inputs.split(",")
        if len(set(letters)) != 1 or output != letters[0][:-1]:
            return None
        value, over, under = (
            parts_of_product(instr.args[0]) if len(letters) == 1 else (Fraction(1), list(instr.args), [])
        )
        (inner, *_) = instr.args
    picked = next((part for part in over if part.kind == "onehot"), None)
    shape = run.shape(inner)
    if picked is None or shape is None or not run.once(inner):
        return None
    over.remove(picked)
    if any(part.rank and run.shape(part) != shape for part in (picked, *over, *under)) or not (over or under):
        return None
    above, below = ([_at(run, part, picked) if part.rank else part for part in parts] for parts in (over, under))
    return run.product(value, above, below)


def add_at_labels(run: Pass, instr: Instr) -> Instr | None:
    """A term of one-hot rows is added where they are not 0."""
    terms = terms_of_sum(instr)
    for i, (sign, term) in enumerate(terms):
        value, over, under = parts_of_product(term)
        picked = next((part for part in over if part.kind == "onehot"), None)
        if picked is None or any(part.rank for part in under):
            continue
        scales = [part for part in over if part is not picked]
        lists = [part for part in scales if part.rank]
        if any(part.kind != "column" for part in lists) or (lists and instr.rank != 2):
            continue
        rest = [other for j, other in enumerate(terms) if j != i]
        base = make_sum(run, rest, instr.rank)
        if base.kind != "onehot" and run.shape(base) is not None and run.shape(base) == run.shape(instr):
            amounts = [part.args[0] if part.rank else part for part in scales]
            amount = run.product(-value if sign else value, amounts, under)
            return run.make("add_at_labels", base, picked.args[0], amount, rank=instr.rank)
    return None


def _matmul(run: Pass, instr: Instr) -> Instr | None:
    """One-hot rows times a matrix pick its rows; transposed, they add up the rows of one label."""
    a, b = instr.args
    if a.kind == "onehot" and a.rank == 2 and b.rank == 2:
        return _picked(run, b, a)
    if a.kind == "transpose" and a.args[0].kind == "onehot" and b.rank == 2:
        return _summed(run, a.args[0], b)
    if b.kind == "onehot" and b.rank == 2 and a.kind == "transpose":
        return run.transpose(_summed(run, b, a.args[0]))
    return None


def _tensordot(run: Pass, instr: Instr) -> Instr | None:
    """The same of labels of any rank."""
    a, b = instr.args
    assert isinstance(instr.data, tuple)
    over, under = instr.data
    if a.kind == "onehot" and tuple(over) == (a.rank - 1,) and tuple(under) == (0,) and b.rank == 2:
        return _picked(run, b, a)
    first = tuple(range(a.rank - 1))
    if tuple(over) == tuple(under) == first and a.rank == b.rank:
        if a.kind == "onehot":
            return _summed(run, a, b)
        if b.kind == "onehot":
            return run.transpose(_summed(run, b, a))
    return None


def _picked(run: Pass, array: Instr, onehot: Instr) -> Instr:
    out = run.make("picked", array, onehot.args[0], data=0, rank=onehot.rank)
    labels, shape = run.shape(onehot), run.shape(array)
    if labels is not None and shape is not None:
        run.plan.tell(out, (*labels[:-1], shape[1]))
    return out


def _summed(run: Pass, onehot: Instr, rows: Instr) -> Instr:
    out = run.make("sum_at_labels", rows, *onehot.args, rank=2)
    labels, shape = run.shape(onehot), run.shape(rows)
    if labels is not None and shape is not None:
        run.plan.tell(out, (labels[-1], shape[-1]))
    return out


RULES: dict[str, tuple[Rule, ...]] = {
    "map": (_log_of_pick,),
    "sum_axis": (_sum_of_onehot,),
    "einsum": (_sum_of_onehot,),
}
GATHERS: dict[str, tuple[Rule, ...]] = {
    "dot": (_dot,),
    "sum_axis": (_row_sums,),
    "einsum": (_row_sums,),
    "matmul": (_matmul,),
    "tensordot": (_tensordot,),
}
