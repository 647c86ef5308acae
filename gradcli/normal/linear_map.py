"""The matrix of a linear expression: how a Jacobian is read off from a vector-Jacobian product.

The structure of the expression is kept, so that `W.T @ (v * g'(u))` gives `W.T @ diag(g'(u))`.
"""

from __future__ import annotations

from gradcli.expr.arith import add, mul, ones
from gradcli.expr.definitions import linear_form
from gradcli.expr.linear import eye, matmul, transpose
from gradcli.expr.node import ONE, ZERO, Node
from gradcli.expr.reduce import kron, stack, unit_entry, where
from gradcli.expr.replace import replace
from gradcli.expr.shapes import is_list, is_row, list_dim, normal_shape, rows
from gradcli.expr.walk import postorder
from gradcli.normal import matrix_maps as maps

# What a node is as a function of v: the M of a vector `M @ v`, or the terms of a matrix.
Linear = Node | maps.Path | list[maps.Term]

_LARGEST_LITERAL = 8


def matrix_of(expr: Node, v: Node) -> Node | None:
    """M, m x n, with `expr == M @ v`, or None where none is found.

    `expr` is a vector of m entries (column or row) or a scalar (m = 1), linear in the leaf `v`, a vector of n
    entries (column or row) or a scalar.  A row counts as the list of its entries on either side.
    """
    found = _by_structure(expr, v)
    if found is None:
        from gradcli.normal.linear_index import matrix_by_index

        found = matrix_by_index(expr, v)
    return found


def _by_structure(expr: Node, v: Node) -> Node | None:
    memo: dict[int, Linear] = {}
    if not (_listlike(expr) and _listlike(v)):
        return None
    order = postorder(expr)
    if all(node is not v for node in order):
        from gradcli.expr.arith import zeros

        return zeros(normal_shape((list_dim(expr.shape), list_dim(v.shape)))) if _is_zero(expr) else None
    for node in order:
        if node is v:
            memo[node.serial] = eye(list_dim(v.shape))
            continue
        if not any(arg.serial in memo for arg in node.args):
            continue
        linear = _step(node, memo, v)
        if linear is None:
            return None
        memo[node.serial] = linear
    result = memo[expr.serial]
    return None if isinstance(result, list) else maps.settle(result)


def _is_zero(node: Node) -> bool:
    return node is ZERO or node.op == "zeros"


def _listlike(node: Node) -> bool:
    return not node.shape or is_list(node.shape)


def _step(node: Node, memo: dict[int, Linear], v: Node) -> Linear | None:
    """What `node` is, from what its arguments are; None where it is not linear in a known way."""
    op, args = node.op, node.args
    opened = linear_form(node, lambda arg: arg.serial in memo)
    if opened is not None:
        return _opened(opened, memo, v)
    if op == "add":
        return _sum(node, memo)
    if op == "mul":
        return _hadamard(node, memo)
    if op == "matmul":
        return _product(node, memo)
    if op == "where":
        return _choice(node, memo)
    if op == "stack":
        return _literal(node, memo, v)
    if op == "kron":
        a, b = memo.get(args[0].serial), memo.get(args[1].serial)
        if not _listlike(node) or (a is None) == (b is None) or isinstance(a, list) or isinstance(b, list):
            return None
        left = maps.column(args[0]) if a is None else maps.settle(a)
        return kron(left, maps.column(args[1]) if b is None else maps.settle(b))
    if len(args) != 1:
        return None
    return _of_one(node, args[0], memo[args[0].serial])


def _opened(value: Node, memo: dict[int, Linear], v: Node) -> Linear | None:
    """What an expression is that stands for an operation, over what is in `memo`."""
    for part in postorder(value):
        if part.serial in memo or not any(arg.serial in memo for arg in part.args):
            continue
        linear = _step(part, memo, v)
        if linear is None:
            return None
        memo[part.serial] = linear
    return memo.get(value.serial)


def _of_one(node: Node, arg: Node, linear: Linear) -> Linear | None:
    op = node.op
    if isinstance(linear, list):
        return _of_matrix(node, linear)
    if op in ("T", "stop", "vec"):
        return linear
    linear = maps.settle(linear)
    if op == "sum":
        return matmul(transpose(ones((rows(linear.shape),))), linear)
    if op == "diag":
        return [maps.Spread(eye(node.shape[0]), linear, eye(node.shape[0]))]
    if op == "entry" and isinstance(node.data, tuple):
        return matmul(transpose(unit_entry((list_dim(arg.shape),), (node.data[-1],))), linear)
    return None


def _of_matrix(node: Node, terms: list[maps.Term]) -> Linear | None:
    op = node.op
    if op == "T":
        return [maps.transposed(term) for term in terms]
    if op == "stop":
        return terms
    if op in ("tril", "triu") and isinstance(node.data, int):
        k = node.data
        cut = [maps.triangle_of(op, k, term) for term in terms]
        return [term for term in cut if term is not None] if None not in cut else None
    if op == "sum":
        return add(*map(maps.entries_sum, terms))
    if op == "tr":
        return add(*map(maps.trace, terms))
    if op == "sum_axis" and isinstance(node.data, int):
        axis = node.data
        return add(*(maps.axis_sum(term, axis) for term in terms))
    if op in ("diagonal", "vec"):
        square = op == "vec" or node.args[0].shape[0] == node.args[0].shape[1]
        read = maps.main_diagonal if op == "diagonal" else maps.stacked_columns
        lists = [read(term) for term in terms] if square else [None]
        found = [part for part in lists if part is not None]
        return add(*found) if len(found) == len(lists) else None
    return None


def _sum(node: Node, memo: dict[int, Linear]) -> Linear | None:
    lists: list[Node] = []
    terms: list[maps.Term] = []
    for arg in node.args:
        linear = memo.get(arg.serial)
        if linear is None:
            return None  # a constant beside v: affine
        if isinstance(linear, list):
            terms.extend(linear)
        elif len(node.shape) > len(arg.shape) and not _listlike(node):
            terms.append(maps.Scaled(ones(node.shape), maps.settle(linear)))
        elif node.shape and not arg.shape:
            lists.append(matmul(ones((list_dim(node.shape),)), maps.settle(linear)))
        else:
            lists.append(maps.settle(linear))
    return terms if terms else add(*lists)


def _hadamard(node: Node, memo: dict[int, Linear]) -> Linear | None:
    dependent = [arg for arg in node.args if arg.serial in memo]
    if len(dependent) != 1:
        return None
    (inner,) = dependent
    linear = memo[inner.serial]
    scalars = [arg for arg in node.args if arg is not inner and not arg.shape]
    arrays = [arg for arg in node.args if arg is not inner and arg.shape]
    if isinstance(linear, list):
        terms: list[maps.Term | None] = [*linear]
        if arrays:
            terms = [maps.hadamard(mul(*arrays), term) for term in linear]
        kept = [term for term in terms if term is not None]
        if len(kept) != len(terms):
            return None
        return [maps.scaled(mul(*scalars), term) for term in kept] if scalars else kept
    if arrays and not inner.shape and not _listlike(node):
        return [maps.Scaled(mul(*scalars, *arrays), maps.settle(linear))]
    if arrays:
        weights = mul(*(maps.column(array) for array in arrays))
        linear = maps.Path(weights, bool(inner.shape), linear)
    return maps.Path(mul(*scalars), True, linear) if scalars else linear


def _product(node: Node, memo: dict[int, Linear]) -> Linear | None:
    places = [k for k, arg in enumerate(node.args) if arg.serial in memo]
    if len(places) != 1:
        return None
    (place,) = places
    inner = node.args[place]
    linear = memo[inner.serial]
    left = matmul(*node.args[:place]) if place else None
    right = matmul(*node.args[place + 1 :]) if place + 1 < len(node.args) else None
    if isinstance(linear, list):
        return _around(left, linear, right)
    if is_row(inner.shape):
        left, right = (None if side is None else transpose(side) for side in (right, left))
        flip = True
    else:
        flip = False
    # Now the vector is a column: left @ it, and `right` a row where there is one.
    if left is not None:
        linear = maps.Path(left, False, linear)
    if right is None:
        return linear
    if not right.shape:
        return maps.Path(right, True, linear)
    return [maps.Outer(maps.settle(linear), transpose(right), flip)]


def _around(left: Node | None, terms: list[maps.Term], right: Node | None) -> Linear | None:
    """`left @ (sum of terms) @ right`."""
    if left is not None and rows(left.shape) == 1 and right is not None and len(right.shape) == 1:
        return matmul(left, add(*(maps.times_column(term, right) for term in terms)))
    if left is not None and rows(left.shape) == 1:
        # A row on the left: transpose, so that the vector stands on the right.
        flipped = [maps.transposed(term) for term in terms]
        return _around(None if right is None else transpose(right), flipped, transpose(left))
    if left is not None:
        terms = [maps.left_product(left, term) for term in terms]
    if right is None:
        return terms
    if len(right.shape) == 1:
        return add(*(maps.times_column(term, right) for term in terms))
    turned = [maps.left_product(transpose(right), maps.transposed(term)) for term in terms]
    return [maps.transposed(term) for term in turned]


def _choice(node: Node, memo: dict[int, Linear]) -> Linear | None:
    condition, a, b = node.args
    if condition.serial in memo or not _listlike(node):
        return None
    parts: list[Node] = []
    for arg, mask in ((a, where(condition, ONE, ZERO)), (b, where(condition, ZERO, ONE))):
        linear = memo.get(arg.serial)
        if linear is None:
            if not _is_zero(arg):
                return None
            continue
        assert not isinstance(linear, list)
        linear = maps.settle(linear)
        if node.shape and not arg.shape:
            linear = matmul(ones((list_dim(node.shape),)), linear)
        parts.append(maps.scale_rows(maps.column(mask), linear))
    return add(*parts)


def _literal(node: Node, memo: dict[int, Linear], v: Node) -> Linear | None:
    if not _listlike(node):
        return None
    n = list_dim(v.shape)
    found = [memo.get(arg.serial) for arg in node.args]
    linears = [ZERO if linear is None or isinstance(linear, list) else maps.settle(linear) for linear in found]
    if any(linear is None and not _is_zero(arg) for linear, arg in zip(found, node.args, strict=True)):
        return None
    if not v.shape:
        return stack(tuple(linears), (len(linears),))
    if isinstance(n, int) and n <= _LARGEST_LITERAL:
        columns = [replace(list(node.args), {v: _basis(v, n, k)}) for k in range(n)]
        shape = normal_shape((len(node.args), n))
        return stack(tuple(columns[k][i] for i in range(len(node.args)) for k in range(n)), shape)
    size = len(linears)
    return add(*(matmul(unit_entry((size,), (k + 1,)), row) for k, row in enumerate(linears) if row is not ZERO))


def _basis(v: Node, n: int, k: int) -> Node:
    """The k-th basis vector of v's shape, as a literal."""
    return stack(tuple(ONE if j == k else ZERO for j in range(n)), v.shape)
