"""Products of a matrix for each of many as one product of stacks, which multiplies each pair by a fast routine."""

from __future__ import annotations

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rule


def _stacks(run: Pass, instr: Instr) -> Instr | None:
    """`bij,bjk->bik`, in any order of axes, as `A @ B` of stacks."""
    inputs, output = str(instr.data).split("->")
    letters = inputs.split(",")
    if len(letters) != 2 or any(len(set(part)) < len(part) for part in (*letters, output)):
        return None
    a, b = instr.args
    left, right = letters
    many = [letter for letter in output if letter in left and letter in right]
    summed = [letter for letter in left if letter in right and letter not in output]
    rows = [letter for letter in left if letter not in right]
    cols = [letter for letter in right if letter not in left]
    if not many or len(summed) != 1 or len(rows) != 1 or len(cols) != 1 or not {*rows, *cols} <= {*output}:
        return None
    if not _even(run, instr, letters):
        return None
    if output.index(cols[0]) < output.index(rows[0]):
        a, b, left, right, rows, cols = b, a, right, left, cols, rows
    order = [*many, *rows, *cols]
    stack = run.plan.make(
        "stacks",
        _ordered(run, a, left, [*many, *rows, *summed]),
        _ordered(run, b, right, [*many, *summed, *cols]),
        rank=len(order),
    )
    shape = run.shape(instr)
    if shape is not None:
        run.plan.tell(stack, tuple(shape[output.index(letter)] for letter in order))
    return _ordered(run, stack, "".join(order), list(output))


def _even(run: Pass, instr: Instr, letters: list[str]) -> bool:
    """Whether each letter has one length: an axis of length 1 is not spread."""
    lengths: dict[str, object] = {}
    for part, arg in zip(letters, instr.args, strict=True):
        shape = run.shape(arg)
        if shape is None or any(lengths.setdefault(x, dim) != dim for x, dim in zip(part, shape, strict=True)):
            return False
    return True


def _ordered(run: Pass, array: Instr, letters: str, wanted: list[str]) -> Instr:
    axes = tuple(letters.index(letter) for letter in wanted)
    return array if axes == tuple(range(len(axes))) else run.make("axes", array, data=axes, rank=len(axes))


RULES: dict[str, tuple[Rule, ...]] = {"contract": (_stacks,), "einsum": (_stacks,)}
