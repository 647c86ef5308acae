"""`einsum("ij,jk->ik", A, B)`, as in NumPy: its subscripts, its shape, its expression."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.expr import contraction
from gradcli.expr.node import Node
from gradcli.expr.shapes import ShapeError
from gradcli.program.inferring import Inferring
from gradcli.program.layouts import axes
from gradcli.program.unify import OpenDim, OpenShape, find, settle, show_open, unify
from gradcli.syntax import ast

_EXAMPLE = 'einsum("ij,jk->ik", A, B)'


def einsum_shape(inference: Inferring, expr: ast.Call, local: dict[str, OpenShape]) -> OpenShape:
    """The shape; every letter gets one size."""
    if expr.primes or expr.kwargs:
        inference.fail("E209", "einsum takes subscripts and arrays.", expr, _EXAMPLE)
    inputs, output = _subscripts(inference, expr)
    operands = expr.args[1:]
    if len(inputs) != len(operands):
        inference.fail(
            "E204", f"The subscripts speak of {len(inputs)} operands, and there are {len(operands)}.", expr, _EXAMPLE
        )
    sizes: dict[str, OpenDim] = {}
    places: dict[str, str] = {}
    for letters, operand in zip(inputs, operands, strict=True):
        shape = settle(inference.infer(operand, local))
        text = inference.text(operand)
        for letter, dim in zip(letters, _dims(inference, operand, letters, shape), strict=True):
            if letter not in sizes:
                sizes[letter], places[letter] = dim, text
            elif not unify(sizes[letter], dim):
                known = find(sizes[letter])
                message = f"The index {letter} runs over {known} in {places[letter]}, over {find(dim)} in {text}."
                inference.fail("E310", message, operand)
    out = tuple(sizes[letter] for letter in output)
    return settle(out)


def _dims(inference: Inferring, operand: ast.Expr, letters: str, shape: OpenShape) -> OpenShape:
    """The sizes of an operand's axes, one for each letter: a row may be a list, a vector a column."""
    if len(letters) == len(shape):
        return shape
    if len(letters) == len(axes(shape)):
        return axes(shape)
    if len(shape) < 2 and len(shape) < len(letters) and (not shape or len(letters) == 2):
        return shape + (1,) * (len(letters) - len(shape))
    hint = None
    if isinstance(operand, ast.Name) and operand.id in inference.inferred:
        hint = f"declare `{operand.id} : R[{', '.join(letters)}]`, with its sizes"
    text = inference.text(operand)
    count = f"{len(letters)} {'index' if len(letters) == 1 else 'indices'}"
    inference.fail(
        "E305", f"{text} is {show_open(shape)}, and the subscripts give it {count}, {letters}.", operand, hint
    )


def _subscripts(inference: Inferring, expr: ast.Call) -> tuple[list[str], str]:
    """The letters of each operand and of the result."""
    if not expr.args or not isinstance(expr.args[0], ast.Str):
        inference.fail("E209", "einsum begins with its subscripts, in quotes.", expr, _EXAMPLE)
    first = expr.args[0]
    try:
        return parsed(first.value)
    except ValueError as wrong:
        inference.fail("E209", f"{wrong}.", first, _EXAMPLE)


def parsed(subscripts: str) -> tuple[list[str], str]:
    """The letters of each operand and of the result; without `->` those that stand once, in order.

    Raises ValueError where that is not what they are.
    """
    left, arrow, output = "".join(subscripts.split()).partition("->")
    inputs = left.split(",")
    letters = "".join(inputs)
    if "." in subscripts:
        raise ValueError("`...` is not understood: write a letter for every axis")
    if not all(letter.isalpha() for letter in letters + output):
        raise ValueError(f'"{subscripts}" is not of letters, commas and one `->`')
    if not arrow:
        return inputs, "".join(sorted(letter for letter in set(letters) if letters.count(letter) == 1))
    for letter in output:
        if letter not in letters:
            raise ValueError(f"the index {letter} of the result is at no operand")
        if output.count(letter) > 1:
            raise ValueError(f"the index {letter} is twice in the result")
    return inputs, output


def build_einsum(subscripts: str, operands: Sequence[Node]) -> Node:
    """The expression, a matrix operation where it is one.  Raises ShapeError."""
    try:
        inputs, output = parsed(subscripts)
    except ValueError as wrong:
        raise ShapeError(str(wrong)) from None
    return contraction.einsum(inputs, output, operands)
