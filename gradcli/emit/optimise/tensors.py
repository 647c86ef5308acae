"""Einstein sums as products of arrays with axes of length 1, as matrix products, and as blocks on diagonals.

An identity among the operands says that two axes of the result are one: the rest, without that axis, is written where
they meet.  Operands are joined two at a time, the pair first whose result is smallest beside what it takes up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.facts import is_symmetric
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum
from gradcli.emit.shape import extent
from gradcli.expr.shapes import Dim

_MOST = 12  # operands
_LETTERS = "ijklmnopq"


@dataclass(frozen=True, slots=True)
class _Operand:
    letters: str
    instr: Instr


def _einsum(run: Pass, instr: Instr) -> Instr | None:
    """The same by products; None where that is not known to do."""
    inputs, output = str(instr.data).split("->")
    operands = [_Operand(letters, arg) for letters, arg in zip(inputs.split(","), instr.args, strict=True)]
    lengths = _lengths(run, operands)
    if lengths is None or len(operands) > _MOST or (len(operands) == 1 and len(set(inputs)) < len(inputs)):
        return None
    operands, pattern = _without_identities(operands, output)
    operands = _without_ones(operands)
    if any(len(set(operand.letters)) < len(operand.letters) for operand in operands) or not operands:
        return None
    wanted = "".join(dict.fromkeys(pattern))
    whole = set(wanted) <= {letter for operand in operands for letter in operand.letters}
    if pattern == wanted and not whole:
        return None
    scalars = [operand.instr for operand in operands if not operand.letters]
    arrays = [operand for operand in operands if operand.letters]
    if not arrays:
        return None
    core = _with_windows(run, arrays, wanted, lengths)
    if core is None:
        return None
    body = run.product(1, [*scalars, _aligned(run, core, wanted)])
    if pattern == wanted:
        return body
    sizes = [_size(run, instr, letter, inputs) for letter in pattern]
    dims = [lengths[letter] for letter in pattern]
    out = run.make("blocks", body, *sizes, data=pattern, rank=len(pattern))
    run.plan.tell(out, tuple(dims))
    return out


def _lengths(run: Pass, operands: Sequence[_Operand]) -> dict[str, Dim] | None:
    lengths: dict[str, Dim] = {}
    for operand in operands:
        shape = run.shape(operand.instr)
        if shape is None or len(shape) != len(operand.letters):
            return None
        for letter, dim in zip(operand.letters, shape, strict=True):
            if lengths.get(letter, dim) in (dim, 1):
                lengths[letter] = dim
    return lengths


def _without_identities(operands: list[_Operand], output: str) -> tuple[list[_Operand], str]:
    """What is left when letters that an identity joins are one letter; the result may have that twice."""
    pattern = output
    left = list(operands)
    for operand in operands:
        if operand.instr.kind != "eye" or len(set(operand.letters)) < 2:
            continue
        place = next(i for i, other in enumerate(left) if other.instr is operand.instr)
        letters = left[place].letters
        if letters[0] == letters[1]:
            continue
        first = 0 if letters[0] in pattern else 1
        keep, drop = letters[first], letters[1 - first]
        rest = left[:place] + left[place + 1 :]
        others = [_Operand(other.letters.replace(drop, keep), other.instr) for other in rest]
        twice = any(len(set(other.letters)) < len(other.letters) for other in others)
        lost = keep not in pattern and not any(keep in other.letters for other in others)
        if twice or lost or not others:
            continue
        left, pattern = others, pattern.replace(drop, keep)
    return left, pattern


def _without_ones(operands: list[_Operand]) -> list[_Operand]:
    left = list(operands)
    for operand in operands:
        rest = [other for other in left if other is not operand]
        if operand.instr.kind == "ones" and all(
            any(letter in other.letters for other in rest) for letter in operand.letters
        ):
            left = rest
    return left


def _size(run: Pass, instr: Instr, letter: str, inputs: str) -> Instr:
    """The length of the axis of a letter, as a number."""
    at = [
        (arg, letters.index(letter))
        for letters, arg in zip(inputs.split(","), instr.args, strict=True)
        if letter in letters
    ]
    dims = [(run.shape(arg) or ())[axis] for arg, axis in at]
    for dim in dims:
        if isinstance(dim, int) or dim in run.plan.known:
            return run.plan.size(dim)
    for arg, axis in at:
        if arg.kind in ("eye", "ones"):
            return arg.args[0 if arg.kind == "eye" else axis]
    out = run.make("length", at[0][0], data=at[0][1])
    run.plan.tell_dim(out, dims[0])
    return out


def _with_windows(run: Pass, operands: list[_Operand], wanted: str, lengths: dict[str, Dim]) -> _Operand | None:
    """All operands as one array; what is multiplied by places, `isx` for x = i + s, is added up where it belongs."""
    for operand in operands:
        rest = [other for other in operands if other is not operand]
        if operand.instr.kind != "place" or operand.instr.data != (1, 1) or operand.instr.args[-1] is not run.number(0):
            continue
        first, second, at = list(operand.letters)
        others = {letter for other in rest for letter in other.letters}
        if at not in wanted or at in others or {first, second} & {*wanted} or not {first, second} <= others:
            continue
        inner = wanted.replace(at, "") + first + second
        core = _with_windows(run, rest, inner, lengths)
        if core is None:
            return None
        out = run.make("add_windows", _aligned(run, core, inner), operand.instr.args[2], rank=len(wanted))
        letters = inner[:-2] + at
        run.plan.tell(out, tuple(lengths[letter] for letter in letters))
        return _Operand(letters, out)
    return _joined(run, operands, wanted, lengths)


def _joined(run: Pass, operands: list[_Operand], wanted: str, lengths: dict[str, Dim]) -> _Operand | None:
    """All operands as one array."""
    gram = _gram(run, operands, wanted, lengths)
    if gram is not None:
        return gram
    left = list(operands)
    while len(left) > 1:
        i, j = _cheapest_pair([operand.letters for operand in left], wanted, lengths)
        a, b = left[i], left[j]
        rest = [operand for k, operand in enumerate(left) if k not in (i, j)]
        kept = _kept(a.letters, b.letters, wanted + "".join(operand.letters for operand in rest))
        ordered = "".join(letter for letter in kept if letter not in wanted)
        ordered += "".join(letter for letter in wanted if letter in kept)
        left = [*rest, _times(run, a, b, ordered)]
    (last,) = left
    summed = [letter for letter in last.letters if letter not in wanted]
    return None if summed else last


def _gram(run: Pass, operands: list[_Operand], wanted: str, lengths: dict[str, Dim]) -> _Operand | None:
    """`mi,mj,mk,ml,m->ijkl`, of the same two operands twice, as `A @ diag(w) @ A.T`: a matrix for i, j by k, l."""
    summed = [letter for letter in dict.fromkeys("".join(part.letters for part in operands)) if letter not in wanted]
    half = len(wanted) // 2
    if len(summed) != 1 or len(wanted) % 2 or half < 2:
        return None
    (over,) = summed
    weights = [part for part in operands if part.letters == over]
    first, second = wanted[:half], wanted[half:]
    left = [part for part in operands if part not in weights and set(part.letters) <= {over, *first}]
    right = [part for part in operands if part not in weights and set(part.letters) <= {over, *second}]
    turned = str.maketrans(first, second)
    mirror = sorted((part.instr.serial, part.letters.translate(turned)) for part in left)
    if mirror != sorted((part.instr.serial, part.letters) for part in right):
        return None
    if len(left) + len(right) + len(weights) != len(operands) or any(over not in part.letters for part in left):
        return None
    if {over, *first} != set("".join(part.letters for part in left)):
        return None
    known = [lengths[letter] for letter in (*first, over)]
    if not all(isinstance(dim, int) or dim in run.plan.known for dim in known):
        return None
    sizes = [run.plan.size(dim) for dim in known]
    body = run.product(1, [_aligned(run, part, over + first) for part in left])
    matrix = run.make("reshape", body, sizes[-1], run.product(1, sizes[:-1]), rank=2)
    run.plan.tell(matrix, (known[-1], "*".join(map(str, known[:-1]))))
    scaled = matrix
    if weights:
        scaled = run.make("scale_rows", run.product(1, [part.instr for part in weights]), matrix, rank=2)
    product = run.matmul(run.transpose(matrix), scaled)
    out = run.make("reshape", product, *sizes[:-1], *sizes[:-1], rank=len(wanted))
    run.plan.tell(out, tuple(known[:-1]) * 2)
    return _Operand(wanted, out)


def _cheapest_pair(left: Sequence[str], wanted: str, lengths: dict[str, Dim]) -> tuple[int, int]:
    """The operands whose product is smallest beside what it takes up, then is least work.

    A product of matrices for each of many comes last: it is taken where nothing else is left.
    """

    def price(pair: tuple[int, int]) -> tuple[bool, int, int]:
        a, b = left[pair[0]], left[pair[1]]
        kept = _kept(a, b, wanted + "".join(letters for k, letters in enumerate(left) if k not in pair))
        growth = _entries(kept, lengths) - _entries(a, lengths) - _entries(b, lengths)
        one_by_one = any(letter in b for letter in a if letter in kept) and any(letter not in kept for letter in a + b)
        return one_by_one, growth, _entries(_kept(a, b, a + b), lengths)

    return min(((i, j) for i in range(len(left)) for j in range(i + 1, len(left))), key=price)


def _kept(a: str, b: str, others: str) -> str:
    return "".join(letter for letter in dict.fromkeys(a + b) if letter in others)


def _entries(letters: str, lengths: dict[str, Dim]) -> int:
    out = 1
    for letter in letters:
        out *= extent(lengths[letter])
    return out


def _times(run: Pass, a: _Operand, b: _Operand, kept: str) -> _Operand:
    """Two operands as one: multiplied entry by entry where no letter is summed, else a product of matrices."""
    summed = [letter for letter in dict.fromkeys(a.letters + b.letters) if letter not in kept]
    for scalar, other in ((a, b), (b, a)):
        if not scalar.letters and not summed:
            return _Operand(other.letters, run.product(1, [scalar.instr, other.instr]))
    if not summed:
        whole = next((each.letters for each in (a, b) if sorted(each.letters) == sorted(kept)), kept)
        kept = whole  # the larger one stays as it is
        parts = [_aligned(run, operand, kept) for operand in (a, b)]
        if len(kept) == 1 or parts[0].rank == len(kept):
            return _Operand(kept, run.product(1, parts))
    if not kept and len(a.letters) == 2 and sorted(a.letters) == sorted(b.letters):
        same = a.letters == b.letters
        return _Operand("", run.make("dot", a.instr, b.instr if same else run.transpose(b.instr)))
    shared = [letter for letter in summed if letter in a.letters and letter in b.letters]
    if len(shared) < len(summed):
        return _times(run, _summed(run, a, summed, shared), _summed(run, b, summed, shared), kept)
    batch = [letter for letter in kept if letter in a.letters and letter in b.letters]
    if len(summed) == len(shared) == 1 and not batch:
        (letter,) = shared
        if len(a.letters) <= 2 and len(b.letters) <= 2:
            left = run.transpose(a.instr) if a.letters[0] == letter and len(a.letters) == 2 else a.instr
            right = run.transpose(b.instr) if b.letters[-1] == letter and len(b.letters) == 2 else b.instr
            out = run.matmul(left, right)
            return _Operand("".join(x for x in a.letters + b.letters if x != letter), out)
    if summed and len(summed) == len(shared) and not batch:
        if "".join(x for x in b.letters + a.letters if x not in shared) == kept:
            a, b = b, a
        axes = (tuple(a.letters.index(x) for x in shared), tuple(b.letters.index(x) for x in shared))
        letters = "".join(x for x in a.letters + b.letters if x not in shared)
        out = run.make("tensordot", a.instr, b.instr, data=axes, rank=len(letters))
        _tell(run, out, (a, b), letters)
        return _Operand(letters, out)
    out = run.plan.make("contract", a.instr, b.instr, data=f"{a.letters},{b.letters}->{kept}", rank=len(kept))
    return _Operand(kept, out)


def _summed(run: Pass, operand: _Operand, summed: Sequence[str], shared: Sequence[str]) -> _Operand:
    """An operand summed over the letters that it alone has."""
    letters = "".join(letter for letter in operand.letters if letter in shared or letter not in summed)
    if letters == operand.letters:
        return operand
    out = run.make("einsum", operand.instr, data=f"{operand.letters}->{letters}", rank=len(letters))
    return _Operand(letters, out)


def _tell(run: Pass, out: Instr, operands: Sequence[_Operand], letters: str) -> None:
    lengths = _lengths(run, operands)
    if lengths is not None:
        run.plan.tell(out, tuple(lengths[letter] for letter in letters))


def _aligned(run: Pass, operand: _Operand, wanted: str) -> Instr:
    """An array with an axis for each letter wanted: of length 1 where it has none."""
    axes = tuple(operand.letters.index(letter) if letter in operand.letters else None for letter in wanted)
    return run.make("axes", operand.instr, data=axes, rank=len(wanted))


# ------------------------------------------------------------------- what is made of it


def _axes(run: Pass, instr: Instr) -> Instr | None:
    """Axes in their order are the array itself; two exchanged are its transpose; of axes, at once."""
    (inner,) = instr.args
    axes = instr.data
    assert isinstance(axes, tuple)
    if axes == tuple(range(inner.rank)):
        return inner
    if axes == (1, 0):
        return run.transpose(inner)
    if inner.rank == 2 and axes.index(1) < axes.index(0) and is_symmetric(run.plan, inner):
        straight = tuple(axis if axis is None else 1 - axis for axis in axes)
        return run.make("axes", inner, data=straight, rank=instr.rank)
    if axes == (0, None):
        return run.make("column", inner, rank=2)
    if axes == (None, 0):
        return run.make("row", inner, rank=2)
    table: dict[str, tuple[int | None, ...]] = {"transpose": (1, 0), "column": (0, None), "row": (None, 0)}
    below = table.get(inner.kind) or (inner.data if inner.kind == "axes" else None)
    if isinstance(below, tuple):
        joined = tuple(None if axis is None else below[axis] for axis in axes)
        return run.make("axes", inner.args[0], data=joined, rank=instr.rank)
    return None


def _scaled_blocks(run: Pass, instr: Instr) -> Instr | None:
    """Scalars go inside."""
    value, over, under = parts_of_product(instr)
    blocks = [part for part in over if part.kind == "blocks"]
    if (
        len(blocks) != 1
        or not run.once(blocks[0])
        or any(part.rank for part in (*over, *under) if part is not blocks[0])
    ):
        return None
    rest = [part for part in over if part is not blocks[0]]
    core, *sizes = blocks[0].args
    return run.make(
        "blocks", run.product(value, [*rest, core], under), *sizes, data=blocks[0].data, rank=blocks[0].rank
    )


def _sum_of_blocks(run: Pass, instr: Instr) -> Instr | None:
    """Blocks in the same places are added before they are placed."""
    terms = terms_of_sum(instr)
    groups: dict[object, list[int]] = {}
    for i, (_, term) in enumerate(terms):
        if term.kind == "blocks":
            groups.setdefault((term.data, *(size.serial for size in term.args[1:])), []).append(i)
    for places in groups.values():
        if len(places) > 1:
            first = terms[places[0]][1]
            cores = [(terms[i][0], terms[i][1].args[0]) for i in places]
            core = make_sum(run, cores, first.args[0].rank)
            joined = run.make("blocks", core, *first.args[1:], data=first.data, rank=first.rank)
            rest = [term for i, term in enumerate(terms) if i not in places]
            return make_sum(run, [(False, joined), *rest], instr.rank)
    return None


def _over_axes(run: Pass, instr: Instr) -> Instr | None:
    """Sums along one axis of an array of three axes and more, then along another, are one sum."""
    (inner, *others) = instr.args
    if others or (inner.rank < 3 and not (inner.kind == "einsum" and len(inner.args) == 1)):
        return None
    if instr.kind == "sum_axis":
        if not isinstance(instr.data, int):
            return None
        letters = _LETTERS[: inner.rank]
        kept = "".join(letter for axis, letter in enumerate(letters) if axis != instr.data)
        return run.make("einsum", inner, data=f"{letters}->{kept}", rank=instr.rank)
    outer, _, output = str(instr.data).partition("->")
    if inner.kind != "einsum" or len(inner.args) != 1 or len(set(outer)) < len(outer) or set(output) - set(outer):
        return None
    letters, _, kept = str(inner.data).partition("->")
    if len(set(letters)) < len(letters) or not run.once(inner):
        return None
    names = dict(zip(outer, kept, strict=True))
    joined = f"{letters}->{''.join(names[letter] for letter in output)}"
    return run.make("einsum", inner.args[0], data=joined, rank=instr.rank)


RULES: dict[str, tuple[Rule, ...]] = {
    "sum_axis": (_over_axes,),
    "einsum": (_over_axes, _einsum),
    "axes": (_axes,),
    "product": (_scaled_blocks,),
    "sum": (_sum_of_blocks,),
}
