"""Index notation to the letters of `einsum`."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from string import ascii_letters

from gradcli.emit.errors import EmitError
from gradcli.emit.instr import Instr
from gradcli.emit.lowering import Lowering
from gradcli.expr.node import Node, payload
from gradcli.expr.shapes import Dim, is_list, is_row
from gradcli.ops.payload import Subscripts

Letters = Sequence[Hashable]


def lower_einsum(low: Lowering, node: Node) -> Instr:
    """An `einsum` whose operands have as many axes as letters.

    A letter that only the result has becomes an operand of ones; one that the result has twice an identity.
    """
    operands, result = payload(node, Subscripts)
    lengths: dict[Hashable, Dim] = {}
    for letters, shape in [
        *zip(operands, (arg.shape for arg in node.args), strict=True),
        (result, node.shape),
    ]:
        padded = (*shape, *[1] * (len(letters) - len(shape)))
        for letter, dim in zip(letters, padded, strict=True):
            lengths.setdefault(letter, dim)
    names = _letters(lengths)
    args = [_with_axes(low, arg, len(letters)) for arg, letters in zip(node.args, operands, strict=True)]
    inputs = ["".join(names[letter] for letter in letters) for letters in operands]
    output = ""
    known = {letter for letters in operands for letter in letters}
    spare = iter(letter for letter in ascii_letters if letter not in set(names.values()))
    for letter in result:
        name = names[letter]
        if name in output:
            other = next(spare)
            args.append(low.plan.make("eye", low.size(lengths[letter]), rank=2))
            inputs.append(name + other)
            name = other
        elif letter not in known:
            args.append(low.plan.make("ones", low.size(lengths[letter]), rank=1))
            inputs.append(name)
        output += name
    out = low.plan.make("einsum", *args, data=f"{','.join(inputs)}->{output}", rank=len(output))
    return _without_axes(low, out, node)


def _letters(lengths: dict[Hashable, Dim]) -> dict[Hashable, str]:
    """A letter for each index: its own where it is one."""
    if len(lengths) > len(ascii_letters):
        raise EmitError(f"einsum has no letters for {len(lengths)} indices")
    own = {index: index for index in lengths if isinstance(index, str) and len(index) == 1 and index in ascii_letters}
    free = iter(letter for letter in ascii_letters if letter not in own)
    return {index: own[index] if index in own else next(free) for index in lengths}


def _with_axes(low: Lowering, node: Node, count: int) -> Instr:
    instr = low.planned(node)
    if is_row(node.shape) and count == 2:
        return low.plan.make("row", instr, rank=2)
    if instr.rank == count:
        return instr
    if instr.rank == 1 and count == 2:
        return low.plan.make("column", instr, rank=2)
    sizes = [low.size(dim) for dim in node.shape] + [low.plan.number(1)] * (count - len(node.shape))
    return low.plan.make("reshape", instr, *sizes, rank=count)


def _without_axes(low: Lowering, out: Instr, node: Node) -> Instr:
    rank = 1 if is_list(node.shape) else len(node.shape)
    if out.rank == rank:
        return out
    if rank == 1:
        return low.plan.make("flat", out, rank=1)
    return low.plan.make("reshape", out, *(low.size(dim) for dim in node.shape), rank=rank)
