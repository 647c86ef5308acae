"""The entries of an array where a mask holds, `x[x > 0]`: what is computed with them and put back at the same mask.

How many there are is not known, so that they are carried as the whole array beside the mask.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from gradcli.pysource import arrays
from gradcli.pysource.refusal import Refused
from gradcli.pysource.values import ONE, Array, Masked, Value


def picked(array: Array, mask: Array, node: ast.AST) -> Masked:
    """`array[mask]`, where the mask is of the array's shape or of its leading axes.  Raises Refused."""
    if mask.dims != array.dims[: len(mask.dims)]:
        told = f"a mask of shape {arrays.show_dims(mask.dims)} does not fit {arrays.show_dims(array.dims)}"
        raise Refused(node, told)
    return Masked(array, mask)


def together(operands: Sequence[Value], node: ast.AST, compute: Callable[[list[Value]], Value]) -> Value | None:
    """An operation entry by entry where some operands are picked by one mask; None where none is.  Raises Refused."""
    masked = [each for each in operands if isinstance(each, Masked)]
    if not masked:
        return None
    first = masked[0]
    whole: list[Value] = []
    for each in operands:
        if isinstance(each, Masked):
            _same_mask(first.mask, each.mask, node)
            whole.append(each.held)
            continue
        rank = max(len(other.held.dims) for other in masked) - len(first.mask.dims)
        if isinstance(each, Array) and len(each.dims) > rank:
            raise Refused(node, "an array beside entries that a mask picks is not read", "pick from both: a[m] * b[m]")
        whole.append(each)
    found = compute(whole)
    if not isinstance(found, Array):
        raise Refused(node, "this is not read of entries that a mask picks", "write np.where(mask, ..., 0)")
    return Masked(found, first.mask)


def put_back(mask: Value, value: Value, node: ast.AST) -> Value:
    """What is written to `x[mask]`: entries that the same mask picked stand where they were."""
    if not isinstance(value, Masked):
        return value
    if not isinstance(mask, Array):
        raise Refused(node, "entries that a mask picked are read where the same mask writes them back")
    _same_mask(mask, value.mask, node)
    return value.held


def reduced(name: str, value: Masked, node: ast.AST) -> Array:
    """`x[mask].sum()` and `x[mask].mean()`: over the entries where the mask holds."""
    mask = arrays.placed(value.mask, value.mask.dims + (ONE,) * (len(value.held.dims) - len(value.mask.dims)))
    inside = arrays.call("where", [mask, value.held, Array("0", ())], node)
    total = Array(f"sum({inside.code})", ()) if inside.dims else inside
    if name == "sum":
        return total
    if name == "mean":
        spread = arrays.broadcast_to(mask, value.held.dims, node)
        return arrays.binary("/", total, Array(f"sum({spread.code})", ()), node)
    raise Refused(node, f"{name} of entries that a mask picks is not read", "write np.where(mask, ..., 0)")


def count(value: Masked) -> Array:
    """How many entries, or rows, a mask picks."""
    return Array(f"sum({value.mask.code})", ())


def _same_mask(one: Array, other: Array, node: ast.AST) -> None:
    if (one.code, one.dims) != (other.code, other.dims):
        raise Refused(node, "entries that different masks pick are not read together", "use one name for the mask")


__all__ = ["count", "picked", "put_back", "reduced", "together"]
