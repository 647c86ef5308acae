"""Sums over samples of a product of outer structures, as in the Hessian of a sum of losses of `X @ W`:
`einsum("mi,mk,mjl->ijkl", X, X, Q)`, where Q holds the Hessian of each sample's loss.

Terms that share X are one such sum, their Q added up: these are small beside the result, and it is written once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum
from gradcli.expr.shapes import Dim

_PAIRS = ((0, 2), (1, 3))  # axes of the result that what is shared may give


@dataclass(frozen=True, slots=True)
class _Term:
    """A term: `shared` are the operands that give one axis, its samples first where True; `rest` gives two others."""

    shared: tuple[tuple[int, bool], ...]
    shared_operands: tuple[tuple[str, Instr], ...]
    rest: tuple[tuple[str, Instr], ...]
    letters: str
    coefficient: Instr | None

    def key(self, turned: bool) -> tuple[object, ...]:
        """What tells terms apart that share the same, as it is or with the two other axes exchanged."""
        _, first, second = tuple(self.letters)
        table = str.maketrans(first + second, second + first) if turned and not self.is_diagonal else {}
        coefficient = None if self.coefficient is None else self.coefficient.serial
        return coefficient, tuple(sorted((instr.serial, letters.translate(table)) for letters, instr in self.rest))

    @property
    def is_diagonal(self) -> bool:
        """Whether it is zero where the two other axes differ."""
        return any(self.joins(letters, instr) for letters, instr in self.rest)

    def joins(self, letters: str, instr: Instr) -> bool:
        """Whether an operand is an identity in the two other axes."""
        return instr.kind == "eye" and set(letters) == set(self.letters[1:])


def _collect(run: Pass, instr: Instr) -> Instr | None:
    """Terms of a sum that share what gives two axes, as one."""
    if instr.rank != 4:
        return None
    terms = terms_of_sum(instr)
    best: list[int] = []
    found: dict[int, _Term] = {}
    chosen = _PAIRS[0]
    for pair in _PAIRS:
        matching = {i: term for i, (_, part) in enumerate(terms) if (term := _term(run, part, pair)) is not None}
        for first in matching.values():
            places = [i for i, term in matching.items() if term.shared == first.shared]
            if len(places) > len(best):
                best, found, chosen = places, matching, pair
    if len(best) < 2:
        return None
    if all(found[i].is_diagonal for i in best):
        return _collect_diagonal(run, instr, terms, {i: found[i] for i in best})
    each = make_sum(run, [(terms[i][0], _each(run, found[i])) for i in best], 3)
    lengths = run.shape(each)
    if lengths is None or lengths[1] != lengths[2]:
        return None
    there, back = (Counter((terms[i][0], found[i].key(turned)) for i in best) for turned in (False, True))
    joined = run.make("sample_gram", _shared(run, found[best[0]]), each, data=there == back, rank=4)
    if chosen != _PAIRS[0]:
        joined = run.make("axes", joined, data=(1, 0, 3, 2), rank=4)
    rest = [term for i, term in enumerate(terms) if i not in best]
    return make_sum(run, [(False, joined), *rest], 4)


def _collect_diagonal(
    run: Pass, instr: Instr, terms: Sequence[tuple[bool, Instr]], found: dict[int, _Term]
) -> Instr | None:
    """Terms that are zero where the two other axes differ, as one that is."""
    weights = [(terms[i][0], _weights(run, term)) for i, term in found.items()]
    (first, *_) = found
    given = [weight for _, weight in weights if weight is not None]
    if len(given) < len(weights):
        return None
    joined = make_sum(run, [(sign, weight) for (sign, _), weight in zip(weights, given, strict=True)], 2)
    einsum = next(part for part in parts_of_product(terms[first][1])[1] if part.kind == "einsum")
    inputs, output = str(einsum.data).split("->")
    rest = found[first].rest
    kept = [
        (letters, arg)
        for letters, arg in zip(inputs.split(","), einsum.args, strict=True)
        if found[first].joins(letters, arg) or (letters, arg) not in rest
    ]
    data = ",".join([*(letters for letters, _ in kept), found[first].letters[:2]]) + f"->{output}"
    one = run.make("einsum", *(arg for _, arg in kept), joined, data=data, rank=4)
    return make_sum(run, [(False, one), *(term for i, term in enumerate(terms) if i not in found)], 4)


def _weights(run: Pass, term: _Term) -> Instr | None:
    """What a diagonal term is on its diagonal, a row for each sample; None where that is the same for all."""
    over, first, second = tuple(term.letters)
    left = [(letters.replace(second, first), instr) for letters, instr in term.rest if not term.joins(letters, instr)]
    if any(len(set(letters)) < len(letters) for letters, _ in left):
        return None
    if {over, first} != {letter for letters, _ in left for letter in letters}:
        return None
    inputs = ",".join(letters for letters, _ in left)
    out = run.make("einsum", *(instr for _, instr in left), data=f"{inputs}->{over}{first}", rank=2)
    return out if term.coefficient is None else run.product(1, [term.coefficient, out])


def _grams(run: Pass, instr: Instr) -> Instr | None:
    """A diagonal term alone: blocks `X.T @ diag(w) @ X`."""
    shape = run.shape(instr)
    for pair in _PAIRS:
        term = _term(run, instr, pair)
        if term is None or not term.is_diagonal or shape is None:
            continue
        weights = _weights(run, term)
        if weights is None or not all(isinstance(dim, int) or dim in run.plan.known for dim in shape):
            return None
        blocks = run.make("grams", _shared(run, term), weights, rank=3)
        sizes = [run.plan.size(dim) for dim in shape]
        if pair == _PAIRS[0]:
            core, pattern = run.make("axes", blocks, data=(1, 0, 2), rank=3), "ijkj"
        else:
            core, pattern = blocks, "ijik"
        return run.make("blocks", core, *sizes, data=pattern, rank=4)
    return None


def _term(run: Pass, part: Instr, pair: tuple[int, int]) -> _Term | None:
    """A term as the product of what gives the axes of `pair`, and the rest; None where it is none."""
    value, over, under = parts_of_product(part)
    arrays = [factor for factor in over if factor.rank]
    if len(arrays) != 1 or arrays[0].kind != "einsum" or any(factor.rank for factor in under):
        return None
    (einsum,) = arrays
    if not run.once(einsum) or not run.once(part) or not _is_even(run, einsum):
        return None
    inputs, output = str(einsum.data).split("->")
    operands = tuple(zip(inputs.split(","), einsum.args, strict=True))
    summed = {letter for letters, _ in operands for letter in letters} - set(output)
    if len(set(output)) != 4 or len(summed) != 1 or any(len(set(letters)) < len(letters) for letters, _ in operands):
        return None
    (over_letter,) = summed
    first, second = (output[axis] for axis in pair)
    others = [letter for letter in output if letter not in (first, second)]
    left = _of(operands, over_letter, first)
    right = _of(operands, over_letter, second)
    rest = tuple((letters, instr) for letters, instr in operands if first not in letters and second not in letters)
    shared = sorted((instr.serial, letters[0] == over_letter) for letters, instr in left)
    mirror = sorted((instr.serial, letters[0] == over_letter) for letters, instr in right)
    if not left or shared != mirror or len(left) + len(right) + len(rest) != len(operands):
        return None
    if not {over_letter, *others} <= {letter for letters, _ in rest for letter in letters}:
        return None
    scalars = [factor for factor in over if not factor.rank]
    coefficient = run.product(value, scalars, under) if value != 1 or scalars or under else None
    return _Term(tuple(shared), left, rest, over_letter + "".join(others), coefficient)


def _is_even(run: Pass, einsum: Instr) -> bool:
    """Whether the shapes of all operands are known, and every letter has one length."""
    lengths: dict[str, Dim] = {}
    for letters, instr in zip(str(einsum.data).split("->")[0].split(","), einsum.args, strict=True):
        shape = run.shape(instr)
        if shape is None or len(shape) != len(letters):
            return False
        if any(lengths.setdefault(letter, dim) != dim for letter, dim in zip(letters, shape, strict=True)):
            return False
    return True


def _of(operands: Sequence[tuple[str, Instr]], over: str, letter: str) -> tuple[tuple[str, Instr], ...]:
    return tuple((letters, instr) for letters, instr in operands if set(letters) == {over, letter})


def _shared(run: Pass, term: _Term) -> Instr:
    """What gives two axes, a row for each sample."""
    over = term.letters[0]
    return run.product(
        1, [instr if letters[0] == over else run.transpose(instr) for letters, instr in term.shared_operands]
    )


def _each(run: Pass, term: _Term) -> Instr:
    """The rest of a term: a matrix for each sample."""
    inputs = ",".join(letters for letters, _ in term.rest)
    out = run.make("einsum", *(instr for _, instr in term.rest), data=f"{inputs}->{term.letters}", rank=3)
    return out if term.coefficient is None else run.product(1, [term.coefficient, out])


class SamplesPass(Pass):
    """A pass for Einstein sums."""

    needs = frozenset({"einsum"})


RULES: dict[str, tuple[Rule, ...]] = {"sum": (_collect,)}
ALONE: dict[str, tuple[Rule, ...]] = {"einsum": (_grams,)}
