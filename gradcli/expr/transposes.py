"""Transposes: each operation turned round as it is built, arguments first."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.expr.arith import add, mul, split_number
from gradcli.expr.building import construct, constructs, split_scalars
from gradcli.expr.node import MINUS_ONE, Node, has_attribute, make, payload
from gradcli.expr.shapes import Shape, transposed
from gradcli.ops.payload import Applied, Index, Places

# The operations whose transpose is made of the transposes of their arguments, or compared with those.
_TURNS_INSIDE = frozenset(("matmul", "add", "mul", "elem", "pow", "mpow", "inv", "kron", "expm", "sqrtm", "logm"))


_LIKE_THEIR_MATRIX = frozenset(("expm", "sqrtm", "logm", "matrix_power"))  # symmetric where it is


@constructs("T")
def transpose(node: Node) -> Node:
    """`A.T` of a scalar, vector or matrix.  Each node is transposed once, arguments first.

    Raises ShapeError beyond rank 2.
    """
    if node.turned is None:
        todo = [node]
        while todo:
            part = todo[-1]
            waiting = []
            if part.turned is None and part.op in _TURNS_INSIDE and part.shape:
                waiting = [arg for arg in part.args if arg.turned is None and arg.shape]
            if waiting:
                todo.extend(waiting)
                continue
            todo.pop()
            if part.turned is None:
                turned = part.turned = _transpose(part)
                if turned.turned is None:
                    turned.turned = part
        assert node.turned is not None
    return node.turned


def _transpose(node: Node) -> Node:
    """The transpose of a node whose arguments know theirs."""
    if not node.shape:
        return node
    shape = transposed(node.shape)
    if has_attribute(node, "symmetric"):
        return node
    turn = _TURNS.get(node.op)
    turned = None if turn is None else turn(node, shape)
    return make("T", (node,), shape=shape) if turned is None else turned


def _turned_factors(node: Node, shape: Shape) -> Node:
    return construct("matmul", *(transpose(factor) for factor in reversed(node.args)))


def _turned_unit(node: Node, shape: Shape) -> Node | None:
    turns = len(node.shape) == 2 and len(shape) == 2
    return make("unit", data=payload(node, Index)[::-1], shape=shape) if turns else None


def _turned_sum(node: Node, shape: Shape) -> Node | None:
    return node if _is_mirrored(node) else _pushed(node, add)


def _turned_product(node: Node, shape: Shape) -> Node | None:
    scalars, rest = split_scalars(node)
    return mul(*scalars, transpose(rest)) if scalars else _pushed(node, mul)


def _pushed(node: Node, build: Callable[..., Node]) -> Node | None:
    """The transposes of the arguments, where they are no more than before; else None."""
    pushed = build(*(transpose(arg) for arg in node.args))
    return pushed if pushed is node or _transposes(pushed) <= _transposes(node) else None


def _turned_entrywise(node: Node, shape: Shape) -> Node | None:
    """Of what is applied to entries, or to a matrix as a whole: itself, where its arguments are symmetric."""
    pushed = tuple(transpose(arg) for arg in node.args)
    if pushed == node.args:
        return node
    turns = node.op == "elem" and node.args[0].op == "T"
    return make("elem", pushed, data=node.data, shape=shape) if turns else None


def _turned_einsum(node: Node, shape: Shape) -> Node | None:
    return construct("turned einsum", node) if len(node.shape) == 2 and 1 not in node.shape else None


def _of_symmetric(node: Node, shape: Shape) -> Node | None:
    """Itself, of a symmetric matrix."""
    return node if transpose(node.args[0]) is node.args[0] else None


def _turned_function(node: Node, shape: Shape) -> Node | None:
    """Itself, of the matrix of second derivatives of a scalar-valued function."""
    return node if payload(node, Applied).order == 2 and node.shape == node.args[0].shape * 2 else None


def _turned_mask(node: Node, shape: Shape) -> Node | None:
    other = "triu" if node.op == "tril" else "tril"
    mask = node.args[0].op == "ones"
    return make(other, (transpose(node.args[0]),), data=-payload(node, int), shape=shape) if mask else None


def _turned_permutation(node: Node, shape: Shape) -> Node | None:
    """The rows of an identity in another order: the inverse order."""
    if node.args[0].op != "eye":
        return None
    data = node.data if node.op == "flip" else (-payload(node, Places).shift, 0)
    return make(node.op, node.args, data=data, shape=shape)


def _itself(node: Node, shape: Shape) -> Node:
    return node


def _turned_constant(node: Node, shape: Shape) -> Node:
    return make(node.op, shape=shape)


_TURNS: dict[str, Callable[[Node, Shape], Node | None]] = {
    "T": lambda node, shape: node.args[0],
    "zeros": _turned_constant,
    "ones": _turned_constant,
    "unit": _turned_unit,
    "eye": _itself,
    "diag": _itself,
    "matmul": _turned_factors,
    "inv": _of_symmetric,
    "kron": lambda node, shape: make("kron", tuple(transpose(factor) for factor in node.args), shape=shape),
    "add": _turned_sum,
    "mul": _turned_product,
    "elem": _turned_entrywise,
    "pow": _turned_entrywise,
    "mpow": _turned_entrywise,
    "einsum": _turned_einsum,
    "vfun": _turned_function,
    "tril": _turned_mask,
    "triu": _turned_mask,
    "skew": lambda node, shape: mul(MINUS_ONE, node),
    "flip": _turned_permutation,
    "roll": _turned_permutation,
    **dict.fromkeys(_LIKE_THEIR_MATRIX, _of_symmetric),
}


def _transposes(node: Node) -> int:
    """How many transposes stand in a sum or product, at the outer level."""
    count = 0
    for arg in node.args:
        for term in arg.args if arg.op == "add" else (arg,):
            factors = term.args if term.op in ("mul", "matmul") else (term,)
            count += sum(factor.op == "T" for factor in factors)
    return count


def _is_mirrored(node: Node) -> bool:
    """Whether a sum is a triangle and its strict mirror image, `tril(M) + tril(M, -1).T`: a symmetric matrix."""
    if len(node.args) != 2:
        return False
    (number, first), (other, second) = map(split_number, node.args)
    whole, mirror = (second, first) if first.op == "T" else (first, second)
    if number != other or whole.op not in ("tril", "triu") or whole.data != 0 or mirror.op != "T":
        return False
    strict = mirror.args[0]
    return strict.op == whole.op and strict.args == whole.args and strict.data == (-1 if whole.op == "tril" else 1)


def is_symmetric(node: Node) -> bool:
    """Whether the node is its own transpose by its form (False: not known)."""
    return len(node.shape) != 2 or transpose(node) is node
