"""Hints for shapes that do not agree."""

from __future__ import annotations

import re

from gradcli.program.unify import OpenDim, OpenShape, Unknown, could_agree, find, settle, show_open


def _known(shape: OpenShape) -> bool:
    return all(not isinstance(find(dim), Unknown) for dim in shape)


def _turned(shape: OpenShape) -> OpenShape:
    if len(shape) == 1:
        return (1, shape[0])
    return settle((shape[1], shape[0])) if len(shape) == 2 else shape


def _cols(shape: OpenShape) -> OpenDim:
    return find(shape[1]) if len(shape) == 2 else 1


def _rows(shape: OpenShape) -> OpenDim:
    return find(shape[0]) if shape else 1


def _product(a: OpenShape, b: OpenShape) -> OpenShape | None:
    if len(a) > 2 or len(b) > 2 or _cols(a) != _rows(b):
        return None
    return settle((_rows(a), _cols(b)))


def bracketed(text: str) -> str:
    """The text of an expression as an operand; a name, an entry or a call needs no brackets."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char in "([") - (char in ")]")
        minus = char in "-−" and text[:place].rstrip()[-1:] == "^"
        if not depth and not (char.isalnum() or char in "_.'^ᵀ⁻)]" or minus):
            return f"({text})"
        if not depth and char in ")]" and text[0] == "(" and place < len(text) - 1:
            return f"({text})"
    return text


def _is_chain(text: str) -> bool:
    """Whether a text is a product of matrices, `a @ b`, and nothing looser."""
    return "@" in text and bracketed(text.replace("@", "").replace(" ", "")) == text.replace("@", "").replace(" ", "")


def _transposed(text: str) -> str:
    """The text of the transpose of an operand."""
    return text.removesuffix(".T") if text.endswith(".T") else f"{text}.T"


def product_hint(names: tuple[str, str], a: OpenShape, b: OpenShape) -> str | None:
    """What would fit in place of `a @ b`."""
    left, right = (bracketed(name) for name in names)
    chain = names[0] if _is_chain(names[0]) else left  # `a @ b @ c` needs no brackets
    if not (_known(a) and _known(b)):
        if len(a) == len(b) == 1 and could_agree(a, b):
            return f"{_transposed(left)} @ {right} is a scalar; {left} @ {_transposed(right)} is a matrix"
        return None
    if not a or not b:
        return f"{left} * {right} multiplies by a scalar"
    tries = [
        (f"{_transposed(left)} @ {right}", _product(_turned(a), b)),
        (f"{chain} @ {_transposed(right)}", _product(a, _turned(b))),
        (f"{left} * {right}", a if could_agree(a, b) else None),
        (f"{right} @ {left}", _product(b, a)),
    ]
    fits = [(text, shape) for text, shape in tries if shape is not None]
    return "; ".join(f"{text} is {show_open(shape)}" for text, shape in fits[:2]) or None


def could_multiply(a: OpenShape, b: OpenShape) -> bool:
    """Whether the sizes of `a @ b` agree as they are."""
    a, b = settle(a), settle(b)
    return bool(a) and bool(b) and len(a) <= 2 and _product(a, b) is not None


_REDUCED = re.compile(r"(\w+\(.*\baxis=-?\d+)\)")


def sum_hint(op: str, names: tuple[str, str], a: OpenShape, b: OpenShape) -> str | None:
    """What would fit in place of an elementwise `a op b`."""
    if not (_known(a) and _known(b)):
        return None
    left, right = (bracketed(name) for name in names)
    product = _product(a, b) if op == "*" else None
    if product is not None:
        chain = names[0] if _is_chain(names[0]) else left
        return f"{chain} @ {right} is {show_open(product)}"
    if could_agree(a, _turned(b)):
        return f"{left} {op} {_transposed(right)} is {show_open(a)}"
    for matrix, vector, name in ((a, b, right), (b, a, left)):
        if len(matrix) != 2 or len(vector) not in (1, 2):
            continue
        if len(vector) == 2 and vector[0] != 1:
            continue
        long, column = vector[-1], name if len(vector) == 1 else f"{name}.T"
        if long == matrix[1] and len(vector) == 1:
            reduced = _REDUCED.fullmatch(name)
            row = f"{reduced[1]}, keepdims=True)" if reduced else f"{name}.T"
            sides = (left, row) if name == right else (row, right)
            return f"{sides[0]} {op} {sides[1]} is {show_open(matrix)}"
        if long == matrix[0] and len(vector) == 2:
            sides = (left, column) if name == right else (column, right)
            return f"{sides[0]} {op} {sides[1]} is {show_open(matrix)}"
    return None
