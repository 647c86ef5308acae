"""Solving a linear expression for its variable: from `A.T @ v == g` to `v == inv(A).T @ g`."""

from __future__ import annotations

from gradcli.expr.arith import add, mul, ones, power, zeros
from gradcli.expr.dims import dim_product
from gradcli.expr.linear import diag, eye, inv, matmul, split_scalars, transpose
from gradcli.expr.node import MINUS_ONE, ONE, Node
from gradcli.expr.rearrange import unvec
from gradcli.expr.reduce import kron, triangle, vec
from gradcli.expr.replace import replace
from gradcli.expr.shapes import cols, is_list, is_row, rows
from gradcli.expr.walk import postorder


def solved(value: Node, seed: Node, target: Node) -> Node | None:
    """The `seed` with `value == target`, `value` being linear in the leaf `seed` and of the same shape or turned.

    None where no matrix form of the map is known.  A map of matrices that is no single product becomes one matrix,
    of stacked columns: vec(A @ V @ B) is kron(B.T, A) @ vec(V).
    """
    if not seed.shape:
        return mul(target, power(replace([value], {seed: ONE})[0], MINUS_ONE))
    peeled = _peeled(value, seed, target)
    if peeled is not None:
        return peeled
    if is_list(seed.shape):
        return _solved_list(value, seed, target)
    matrix = _vec_matrix(value, seed)
    if matrix is None or rows(matrix.shape) != cols(matrix.shape):
        return None
    return unvec(matmul(inv(matrix), vec(target)), seed.shape)


def matrix_form(value: Node, seed: Node) -> Node | None:
    """M with `vec(value) == M @ vec(seed)`, `value` being linear in `seed`; None where none is known."""
    if not seed.shape:
        return replace([value], {seed: ONE})[0]
    if is_list(seed.shape):
        from gradcli.normal.linear_map import matrix_of

        return matrix_of(value, seed)
    return _vec_matrix(value, seed)


def _solved_list(value: Node, seed: Node, target: Node) -> Node | None:
    matrix = matrix_form(value, seed)
    if matrix is None or not matrix.shape or rows(matrix.shape) != cols(matrix.shape):
        return None
    column = transpose(target) if is_row(target.shape) else target
    solution = matmul(inv(matrix), column)
    return transpose(solution) if is_row(seed.shape) else solution


def _peeled(value: Node, seed: Node, target: Node) -> Node | None:
    """Undo one operation after another, from the outside, where each is undone by itself."""
    node = value
    while node is not seed:
        holders = [arg for arg in node.args if seed in postorder(arg)]
        if len(holders) != 1:
            return None
        (inner,) = holders
        if node.op == "mul":
            others = [arg for arg in node.args if arg is not inner]
            if not inner.shape and node.shape:
                return None
            target = mul(target, *(power(other, MINUS_ONE) for other in others))
        elif node.op == "matmul":
            place = node.args.index(inner)
            around = (*node.args[:place], *node.args[place + 1 :])
            if node.args.count(inner) != 1 or any(rows(arg.shape) != cols(arg.shape) for arg in around):
                return None
            before = [inv(arg) for arg in reversed(node.args[:place])]
            after = [inv(arg) for arg in reversed(node.args[place + 1 :])]
            target = matmul(*before, target, *after)
        elif node.op == "T":
            target = transpose(target)
        else:
            return None
        node = inner
    return target


def _vec_matrix(value: Node, seed: Node) -> Node | None:
    """M with `vec(value) == M @ vec(seed)` for matrices; None where a part is none of the operations known here."""
    memo: dict[int, Node] = {}
    for node in postorder(value):
        if node is seed:
            memo[node.serial] = eye(dim_product(*seed.shape[:2]))
            continue
        holders = [arg for arg in node.args if arg.serial in memo]
        if not holders:
            continue
        matrix = _step(node, holders, memo)
        if matrix is None or len(node.shape) != 2:
            return None
        memo[node.serial] = matrix
    return memo.get(value.serial) or zeros((dim_product(*value.shape[:2]), dim_product(*seed.shape[:2])))


def _step(node: Node, holders: list[Node], memo: dict[int, Node]) -> Node | None:
    if node.op == "add":
        return add(*(memo[arg.serial] for arg in node.args)) if len(holders) == len(node.args) else None
    if len(holders) != 1:
        return None
    (inner,) = holders
    matrix = memo[inner.serial]
    if node.op == "mul" and inner.shape == node.shape:
        scalars, _ = split_scalars(node)
        arrays = [arg for arg in node.args if arg.shape and arg is not inner]
        scaled = mul(*scalars, matrix) if scalars else matrix
        return matmul(diag(vec(mul(*arrays))), scaled) if arrays else scaled
    if node.op == "matmul" and node.args.count(inner) == 1:
        place = node.args.index(inner)
        before = matmul(*node.args[:place]) if place else eye(rows(inner.shape))
        after = matmul(*node.args[place + 1 :]) if place + 1 < len(node.args) else eye(cols(inner.shape))
        if len(before.shape) != 2 or len(after.shape) != 2:
            return None
        return matmul(kron(transpose(after), before), matrix)
    if node.op in ("tril", "triu") and isinstance(node.data, int):
        return matmul(diag(vec(triangle(node.op, ones(node.shape), node.data))), matrix)
    return None
