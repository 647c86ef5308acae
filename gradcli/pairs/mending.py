"""One small change of a Python statement in which shapes do not fit: what may be meant, as text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_PRODUCTS = ("dot", "matmul", "mm", "bmm")
_REDUCED = ("sum", "mean", "max", "min", "amax", "amin")


@dataclass(frozen=True, slots=True)
class Change:
    """`before` at a node becomes `after`."""

    node: ast.expr
    before: str
    after: str
    kind: str

    @property
    def words(self) -> str:
        """The change as a hint says it."""
        return f"{self.after} belongs where {self.before} stands"

    def in_text(self, text: str, span: tuple[int, int]) -> str:
        """The text of the file with the change."""
        return f"{text[: span[0]]}{self.after}{text[span[1] :]}"


def changes(statement: ast.AST, keep: str = "keepdims") -> Iterator[Change]:
    """Transposes first, then the other order of a product, then axes that are kept or others."""
    products = [(node, factors) for node in ast.walk(statement) if (factors := _factors(node)) is not None]
    for _, factors in products:
        for factor in factors:
            yield _transposed(factor)
    for node, factors in products:
        if isinstance(node, ast.BinOp):
            left, right = factors
            yield Change(node, ast.unparse(node), f"{_atom(right)} @ {_atom(left)}", "order")
    for _, factors in products:
        for factor in factors:
            if not isinstance(factor, ast.Attribute | ast.Call):
                yield Change(factor, ast.unparse(factor), f"{_atom(factor)}.transpose(0, 2, 1)", "transpose")
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _REDUCED:
            yield from _other_axes(node, keep)


def _factors(node: ast.AST) -> list[ast.expr] | None:
    match node:
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return [left, right]
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=[only]) if name in _PRODUCTS:
            return [owner, only]
        case ast.Call(func=ast.Attribute(attr=name), args=[left, right]) if name in _PRODUCTS:
            return [left, right]
    return None


def _transposed(factor: ast.expr) -> Change:
    before = ast.unparse(factor)
    match factor:
        case ast.Attribute(value=inner, attr="T" | "mT"):
            return Change(factor, before, ast.unparse(inner), "transpose")
        case ast.Call(func=ast.Attribute(value=inner, attr="t"), args=[]):
            return Change(factor, before, ast.unparse(inner), "transpose")
        case ast.Call(func=ast.Attribute(value=inner, attr="transpose" | "swapaxes")):
            return Change(factor, before, ast.unparse(inner), "transpose")
    return Change(factor, before, f"{_atom(factor)}.T", "transpose")


def _other_axes(node: ast.Call, keep: str) -> Iterator[Change]:
    names = [keyword.arg for keyword in node.keywords]
    before = ast.unparse(node)
    if not {"keepdims", "keepdim"} & set(names) and (node.args or node.keywords):
        yield Change(node, before, f"{before[:-1]}, {keep}=True)", "keepdims")
    for place, keyword in enumerate(node.keywords):
        axis = keyword.value
        if keyword.arg in ("axis", "dim") and isinstance(axis, ast.Constant) and isinstance(axis.value, int):
            others = list(node.keywords)
            others[place] = ast.keyword(arg=keyword.arg, value=ast.Constant(0 if axis.value else 1))
            after = ast.unparse(ast.Call(func=node.func, args=node.args, keywords=others))
            yield Change(node, before, after, "axis")
        if keyword.arg in ("keepdims", "keepdim"):
            fewer = [each for each in node.keywords if each is not keyword]
            yield Change(
                node, before, ast.unparse(ast.Call(func=node.func, args=node.args, keywords=fewer)), "keepdims"
            )


def _atom(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript) else f"({text})"
