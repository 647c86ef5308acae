"""Sums of products with named axes as the products of stacks of matrices that they are: `Q @ K.mT`."""

from __future__ import annotations

from gradcli.expr.node import Node, make, payload
from gradcli.expr.shapes import Dim, Shape
from gradcli.ops.payload import Subscripts

Operand = tuple[Node, str]


def as_product(node: Node) -> Node | None:
    """`A @ B` over the last two axes, a product entry by entry, or a sum of one of these over leading axes; else None.

    A node to be written, not computed with.
    """
    inputs, output = payload(node, Subscripts)
    operands = list(zip(node.args, inputs, strict=True))
    dims = {x: dim for arg, own in operands for x, dim in zip(own, _dims(arg, own), strict=True)}
    if any(len(set(own)) < len(own) for _, own in operands) or any(arg.op == "eye" for arg, _ in operands):
        return None
    inner = [letter for letter in dict.fromkeys("".join(own for _, own in operands)) if letter not in output]
    if len(operands) == 1:
        return _turned(operands[0], output) if not inner else None
    chain = _chain(operands, output, dims) or _through_columns(operands, output, dims)
    if chain is not None:
        return chain
    lead = _leading(operands, inner)
    if 0 < len(lead) < len(inner) or (lead and len(output) == 2):
        whole = lead + output
        stacked = _chain(operands, whole, dims)
        if stacked is not None:
            return make("sum_axis", (stacked,), data=tuple(range(len(lead))), shape=node.shape)
    return _entrywise(operands, output, inner, dims)


def _dims(arg: Node, own: str) -> Shape:
    return arg.shape if len(arg.shape) == len(own) else arg.shape[-len(own) :]


def _turned(operand: Operand, output: str) -> Node | None:
    """`A.mT`."""
    arg, own = operand
    if len(own) > 2 and output == own[:-2] + own[-1] + own[-2]:
        return make("T", (arg,), shape=(*arg.shape[:-2], arg.shape[-1], arg.shape[-2]))
    return None


def _leading(operands: list[Operand], inner: list[str]) -> str:
    """Summed letters that stand first in every operand of rank 3 and more, in their order."""
    longest = max((own for _, own in operands), key=len)
    return "".join(letter for letter in longest[:-2] if letter in inner)


def _chain(operands: list[Operand], output: str, dims: dict[str, Dim]) -> Node | None:
    """A chain of products over the last two axes, the others being those of the result or left out."""
    for ends in (2, 1):
        if len(output) < ends or (ends == 1 and len(output) < 2):
            continue
        lead = output[: len(output) - ends]
        if not lead:
            continue
        first, last = output[len(output) - ends], output[-1] if ends == 2 else None
        found = _follow(operands, lead, first, last, dims)
        if found is not None:
            return make("matmul", tuple(found), shape=tuple(dims[letter] for letter in output))
    return None


def _follow(
    operands: list[Operand], lead: str, first: str, last: str | None, dims: dict[str, Dim]
) -> list[Node] | None:
    left = list(operands)
    factors: list[Node] = []
    at = first
    full = False
    while left:
        match = None
        for operand in left:
            arg, own = operand
            core = own[len(lead) :] if own.startswith(lead) else own if not set(own) & set(lead) else ""
            if len(core) == 2 and at in core and not (len(own) == 2 and len(lead) == len(own)):
                match = operand, core
                break
            if len(core) == 1 and core == at and last is None and len(left) == 1 and len(own) == 1:
                match = operand, core
                break
        if match is None:
            return None
        (arg, own), core = match
        left.remove((arg, own))
        full = full or own != core
        if len(core) == 1:
            factors.append(arg)
            return factors if full else None
        turned = core[1] == at
        at = core[0] if turned else core[1]
        factors.append(_transposed(arg) if turned else arg)
        if last is not None and at == last and left:
            return None
    return factors if full and at == last else None


def as_column(node: Node) -> Node | None:
    """`(A @ v[:, :, None])`, what `A @ v` of stacks is with an axis of size 1 behind it; None of any other sum."""
    inputs, output = payload(node, Subscripts)
    lead, first = output[:-1], output[-1:]
    operands = list(zip(node.args, inputs, strict=True))
    vectors = [operand for operand in operands if len(operand[1]) == len(lead) + 1 and operand[1].startswith(lead)]
    if not lead or len(vectors) != 1 or len(operands) < 2:
        return None
    walked = _walk([one for one in operands if one is not vectors[0]], lead, first, vectors[0][1][-1])
    if walked is None or walked[1]:
        return None
    return make("matmul", (*walked[0], _with_axis(vectors[0][0], -1)), shape=(*node.shape, 1))


def _through_columns(operands: list[Operand], output: str, dims: dict[str, Dim]) -> Node | None:
    """`A @ v[:, :, None] @ w[:, None, :] @ B`: products of stacks with vectors between them."""
    lead, first, last = output[:-2], output[-2:-1], output[-1:]
    vectors = [operand for operand in operands if len(operand[1]) == len(lead) + 1 and operand[1].startswith(lead)]
    if not lead or len(vectors) != 2 or len(operands) == 2:
        return None
    others = [operand for operand in operands if operand not in vectors]
    for (v, own), (w, other) in (vectors, vectors[::-1]):
        before = _walk(others, lead, first, own[-1])
        after = None if before is None else _walk(before[1], lead, last, other[-1])
        if before is not None and after is not None and not after[1]:
            behind = [_transposed(factor) for factor in reversed(after[0])]
            factors = (*before[0], _with_axis(v, -1), _with_axis(w, -2), *behind)
            return make("matmul", factors, shape=tuple(dims[letter] for letter in output))
    return None


def _walk(operands: list[Operand], lead: str, at: str, goal: str) -> tuple[list[Node], list[Operand]] | None:
    """Matrices one after another from an axis to another, and those that are left; None where no way leads there."""
    left, factors = list(operands), list[Node]()
    while at != goal:
        found = None
        for operand in left:
            own = operand[1]
            core = own[len(lead) :] if own.startswith(lead) else own if not set(own) & set(lead) else ""
            if len(core) == 2 and at in core and core[0] != core[1]:
                found = operand, core
                break
        if found is None:
            return None
        (arg, own), core = found
        left = [operand for operand in left if operand[0] is not arg or operand[1] != own]
        factors.append(_transposed(arg) if core[1] == at else arg)
        at = core[0] if core[1] == at else core[1]
    return factors, left


def _with_axis(vector: Node, place: int) -> Node:
    shape = (*vector.shape, 1) if place == -1 else (*vector.shape[:-1], 1, vector.shape[-1])
    return make("reshape", (vector,), shape=shape)


def _transposed(arg: Node) -> Node:
    from gradcli.expr.linear import transpose

    if len(arg.shape) <= 2:
        return transpose(arg)
    return make("T", (arg,), shape=(*arg.shape[:-2], arg.shape[-1], arg.shape[-2]))


def _entrywise(operands: list[Operand], output: str, inner: list[str], dims: dict[str, Dim]) -> Node | None:
    """A product entry by entry, operands given the axes that they lack, summed over what is not in the result."""
    order = max((own for _, own in operands), key=len)
    if not inner and len(order) < len(output) and all(own[0] == output[0] and len(own) > 1 for _, own in operands):
        order = output  # of stacks: `v[:, :, None] * w[:, None, :]`
    if set(order) != set(output) | set(inner) or len(order) < 3:
        return None
    if [letter for letter in order if letter in output] != list(output):
        return None
    parts = []
    for arg, own in operands:
        if [letter for letter in order if letter in own] != list(own):
            return None
        shape = tuple(dims[letter] if letter in own else 1 for letter in order)
        parts.append(arg if arg.shape == shape else make("reshape", (arg,), shape=shape))
    whole = make("mul", tuple(parts), shape=tuple(dims[letter] for letter in order))
    if not inner:
        return whole
    if len(inner) == len(order):
        return make("sum", (whole,))
    axes = tuple(order.index(letter) for letter in order if letter in inner)
    return make("sum_axis", (whole,), data=axes, shape=tuple(dims[letter] for letter in output))
