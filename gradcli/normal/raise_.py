"""Sums of products with named indices back to matrix notation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.expr.linear import transpose
from gradcli.expr.node import Node, make
from gradcli.expr.shapes import Dim, Shape, ShapeError, is_row, normal_shape, show_shape
from gradcli.normal.network import Network

_ALPHABET = "ijklmnopqrstuvwxyzabcdefghABCDEFGHIJKLMNOPQRSTUVWXYZ"

Operand = tuple[Node, tuple[str, ...]]


def from_einsum(subscripts: str, operands: Sequence[Node]) -> Node:
    """`einsum(subscripts, *operands)`, in matrix notation where it has a form in it, else as an `einsum` node.

    Without `->` the result has the letters that stand once, in order, as in NumPy.  A row (1, n) takes two letters, a
    column (n,) one, or two of which the second has dimension 1.
    Raises ShapeError where letters and shapes do not fit.
    """
    inputs, output = _parsed(subscripts)
    if len(inputs) != len(operands):
        raise ShapeError(f"{len(inputs)} subscripts for {len(operands)} operands")
    dims: dict[str, Dim] = {}
    read: list[Operand] = []
    for letters, node in zip(inputs, operands, strict=True):
        padded = (*node.shape, *([1] * (len(letters) - len(node.shape)))) if len(node.shape) < 2 else node.shape
        if len(padded) != len(letters) or len(letters) > max(2, len(node.shape)):
            raise ShapeError(f"the subscripts '{letters}' for {show_shape(node.shape)}")
        for letter, dim in zip(letters, padded, strict=True):
            if dims.setdefault(letter, dim) != dim:
                raise ShapeError(f"the index {letter} is {dims[letter]} and {dim}")
        read.append((node, tuple(letters[: len(node.shape)])))
    for letter in output:
        if letter not in dims or output.count(letter) > 1:
            raise ShapeError(f"the index {letter} of the result of '{subscripts}'")
    return raised(read, tuple(output), dims)


def _parsed(subscripts: str) -> tuple[list[str], str]:
    text = "".join(subscripts.split())
    left, arrow, output = text.partition("->")
    inputs = left.split(",")
    if not arrow:
        letters = "".join(inputs)
        output = "".join(sorted({letter for letter in letters if letters.count(letter) == 1}))
    if not all(letter.isalpha() for letter in "".join(inputs) + output):
        raise ShapeError(f"the subscripts '{subscripts}'")
    return inputs, output


def raised(operands: Sequence[Operand], output: tuple[str, ...], dims: Mapping[str, Dim]) -> Node:
    """The product of operands with named indices, summed over those not in `output`: an array with those axes."""
    full = normal_shape(tuple(dims[label] for label in output)) if len(output) <= 2 else None
    if full is not None:
        free = tuple(label for label in output if dims[label] != 1)
        found = Network(operands, free, dims).matrix()
        if found is not None:
            return transpose(found) if is_row(full) else found
    return einsum_node(operands, output, dims)


def einsum_node(operands: Sequence[Operand], output: tuple[str, ...], dims: Mapping[str, Dim]) -> Node:
    """The `einsum` node, its letters chosen afresh; identities that rename a summed index are left out."""
    kept = _without_identities(list(operands), output)
    names: dict[str, str] = {}
    for label in (*output, *(label for _, labels in kept for label in labels)):
        names.setdefault(label, _ALPHABET[len(names)] if len(names) < len(_ALPHABET) else label)
    inputs = tuple("".join(names[label] for label in labels) for _, labels in kept)
    shape: Shape = tuple(dims[label] for label in output)
    if len(shape) <= 2:
        shape = normal_shape(shape)
    data = (inputs, "".join(names[label] for label in output))
    return make("einsum", tuple(node for node, _ in kept), data=data, shape=shape)


def _without_identities(operands: list[Operand], output: tuple[str, ...]) -> list[Operand]:
    place = 0
    while place < len(operands):
        node, labels = operands[place]
        summed = [label for label in labels if label not in output]
        if node.op == "eye" and len(set(labels)) == 2 and summed and len(operands) > 1:
            (gone,) = summed[:1]
            (stays,) = [label for label in labels if label != gone]
            rest = operands[:place] + operands[place + 1 :]
            operands = [(other, tuple(stays if k == gone else k for k in own)) for other, own in rest]
            place = 0
        else:
            place += 1
    return operands
