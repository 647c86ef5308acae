"""Arrays that share memory: what is written to in place changes under every name that shows it.

A value holds the memory that it is stored in and the version at which it was read.  Writing makes a new version; an
older value of the same memory, wherever it is kept, is refused when it is used.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TypeVar

from gradcli.pysource.refusal import Refused, shown
from gradcli.pysource.sizes import Size
from gradcli.pysource.values import Absent, Array, Memory, Number, Sequence, Slice, Value, Word

Stored = TypeVar("Stored", Array, Sequence)

# functions, methods and attributes that may return a view of their array; all others return an array of their own
_VIEWS = frozenset({
    "reshape", "ravel", "view", "transpose", "squeeze", "swapaxes", "expand_dims", "unsqueeze", "permute", "t",
    "asarray", "ascontiguousarray", "asfarray", "asanyarray", "broadcast_to", "detach", "contiguous", "expand",
    "expand_as", "as_tensor", "flatten", "view_as", "diagonal", "split", "chunk", "moveaxis", "rollaxis", "to", "float",
    "double", "type", "type_as", "half", "bfloat16", "flip", "flipud", "fliplr", "atleast_1d", "atleast_2d",
    "atleast_3d", "array_split", "hsplit", "vsplit", "numpy", "cpu", "cuda", "from_numpy", "narrow", "select", "unbind",
    "unflatten", "reshape_as", "swapdims", "swap_axes", "stop_gradient", "real", "requires_grad_", "T", "mT", "data",
    "H", "values", "A", "sum_to_size", "diag", "rearrange",
})  # fmt: skip


def is_view(name: str) -> bool:
    """Whether what a function, method or attribute of this name returns may show the memory of its array."""
    return name in _VIEWS


def sharing(found: Value, owner: Value) -> Value:
    """A value that shows the memory of another."""
    if not isinstance(owner, Array):
        return found
    if isinstance(found, Array):
        return replace(found, memory=owner.memory, version=owner.version)
    if isinstance(found, Sequence):
        return Sequence(tuple(sharing(item, owner) for item in found.items), found.is_list)
    return found


def apart(found: Value) -> Value:
    """A value in memory of its own."""
    if isinstance(found, Array | Sequence):
        return replace(found, memory=Memory(), version=0)
    return found


def is_basic(index: Value) -> bool:
    """Whether an index is of slices, numbers and new axes, which gives a view; masks and labels copy."""
    parts = index.items if isinstance(index, Sequence) and not index.is_list else (index,)
    return all(isinstance(part, Slice | Number | Size | Absent | Word) for part in parts)


def written(old: Stored, new: Stored, node: ast.AST) -> Stored:
    """The new value of a memory that was written to."""
    old.memory.version += 1
    old.memory.node = node
    return replace(new, memory=old.memory, version=old.memory.version)


def current(value: Value, node: ast.AST) -> Value:
    """The value, if its memory was not written to since.  Raises Refused."""
    if isinstance(value, Array | Sequence) and value.memory.version != value.version:
        write = value.memory.node
        line = f" (line {write.lineno})" if write is not None and hasattr(write, "lineno") else ""
        what = "a list" if isinstance(value, Sequence) else "an array"
        raise Refused(
            node,
            f"`{shown(node)}` shows {what} that was written to in place under another name{line}",
            "write into a copy: y = x.copy()",
        )
    return value
