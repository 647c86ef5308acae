"""Arrays that share memory: what is written to in place changes under every name that views it."""

from __future__ import annotations

import ast

from gradcli.pysource.frame import Frame
from gradcli.pysource.refusal import Refused

# functions and methods that may return a view of their array; all others return an array of their own
_VIEWS = frozenset({
    "reshape", "ravel", "view", "transpose", "squeeze", "swapaxes", "expand_dims", "unsqueeze", "permute", "t",
    "asarray", "ascontiguousarray", "broadcast_to", "detach", "contiguous", "expand", "expand_as", "asfarray",
    "as_tensor", "flatten", "view_as", "diagonal", "split", "chunk", "moveaxis", "to", "float", "double", "type",
})  # fmt: skip


def _root(node: ast.expr) -> str | None:
    """The name whose memory an expression may show."""
    while True:
        match node:
            case ast.Name(id=name):
                return name
            case ast.Attribute(value=inner, attr="T" | "mT" | "data" | "real" | "H"):
                node = inner
            case ast.Subscript(value=inner, slice=index) if _is_basic(index):
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr=name), args=args) if name in _VIEWS:
                library = isinstance(inner, ast.Name) and inner.id in ("np", "numpy", "torch", "jnp")
                if library and not args:
                    return None
                node = args[0] if library else inner
            case _:
                return None


def _is_basic(index: ast.expr) -> bool:
    """Whether an index is of slices, numbers and new axes, which gives a view; masks and labels copy."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    return all(isinstance(part, ast.Slice | ast.Constant | ast.UnaryOp) for part in parts)


def remember_view(frame: Frame, target: str, value: ast.expr) -> None:
    """What a name views after it was assigned an expression."""
    root = _root(value)
    if root is None or root == target:
        frame.roots.pop(target, None)
    else:
        frame.roots[target] = frame.roots.get(root, root)


def check_alone(frame: Frame, name: str, node: ast.AST) -> None:
    """Raises Refused where a name is written to in place and another name for its memory is used afterwards."""
    mine = frame.roots.get(name, name)
    others = [other for other in frame.names if other != name and frame.roots.get(other, other) == mine]
    hint = f"write {name} = {name}.copy() first"
    if frame.depth and (mine in frame.parameters):
        raise Refused(node, f"{name} is an argument of a helper, which is written to in place", hint)
    for other in others:
        if frame.loops or _used_after(frame, other, node):
            raise Refused(node, f"{name} and {other} are one array, and it is written to in place", hint)
    frame.roots.pop(name, None)
    for other in others:
        if frame.roots.get(other) == name:
            frame.roots.pop(other)


def _used_after(frame: Frame, name: str, node: ast.AST) -> bool:
    if frame.node is None:
        return True
    line = int(getattr(node, "end_lineno", 0) or 0)
    return any(
        isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load) and each.lineno > line
        for each in ast.walk(frame.node)
    )
