"""Reductions (sums, norms, determinants), softmax and elementwise functions, kept simple as they are built."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from gradcli.expr.arith import add, is_zero, mul, ones, power, size, split_number, sqrt, zeros
from gradcli.expr.building import construct, constructs, finished
from gradcli.expr.dims import dim_product
from gradcli.expr.linear import diag, diagonal, matmul, split_scalars, trace, transpose
from gradcli.expr.node import MINUS_ONE, ONE, ZERO, Node, make, num, value_of
from gradcli.expr.shapes import Shape, ShapeError, cols, is_row, joint_shape, normal_shape, rows, show_shape
from gradcli.expr.triangular import is_lower, is_upper
from gradcli.ops.functions import SCALAR_FUNCTIONS


@constructs("elem")
def elementwise(name: str, order: int, arg: Node) -> Node:
    """`name` with `order` primes, applied to every entry: a function of the language, an opaque or a defined one."""
    if order == 0:
        if name == "sqrt":
            return sqrt(arg)
        value = value_of(arg)
        if value is not None:
            exact = _at_number(name, value)
            if exact is not None:
                return num(exact)
        if name in _ROUNDING and arg.op == "elem" and isinstance(arg.data, tuple) and arg.data[0] in _ROUNDING:
            return arg  # whole already
        if name == "log" and arg.op == "softmax":
            return make("logsoftmax", arg.args, data=arg.data, shape=arg.shape)
    return finished("elem", (arg,), (name, order), arg.shape)


_ROUNDING = frozenset({"floor", "ceil", "round"})


def _at_number(name: str, value: Fraction) -> Fraction | int | None:
    """What a function of the language is at a rational, where that is a rational and its row says so."""
    row = SCALAR_FUNCTIONS.get(name)
    if row is None:
        return None
    if row.rational and row.value is not None:
        return Fraction(row.value(math, value))
    return row.exact.get(value)


TIED = "tied"
"""The mark of a `max` or `min` whose arguments may be equal on more than a null set."""


def binary(op: str, a: Node, b: Node, mark: str | None = None) -> Node:
    """Elementwise `max` or `min`; `mark` is None or TIED."""
    if a is b:
        return a
    return make(op, (a, b), data=mark, shape=joint_shape([a.shape, b.shape]))


def compare(op: str, a: Node, b: Node) -> Node:
    """Elementwise comparison: an array of 0s and 1s; `>` and `>=` are stored turned round."""
    if op in (">", ">="):
        op, a, b = {">": "<", ">=": "<="}[op], b, a
    return construct("cmp", op, a, b)


def where(condition: Node, a: Node, b: Node) -> Node:
    """Entries of `a` where the condition is not 0, else of `b`."""
    shape = joint_shape([condition.shape, a.shape, b.shape])
    if condition.shape == shape:
        a, b = _plain(a), _plain(b)
    if a is b:
        return a if a.shape == shape else mul(a, ones(shape))
    return make("where", (condition, a, b), shape=shape)


def _plain(node: Node) -> Node:
    """An array of one number as that number."""
    if is_zero(node):
        return ZERO
    scalars, rest = split_scalars(node)
    return mul(*scalars) if rest.op == "ones" and all(value_of(s) is not None for s in scalars) else node


def stop(node: Node) -> Node:
    """The value, held constant."""
    return node if not node.args and node.op != "var" else make("stop", (node,), shape=node.shape)


# ------------------------------------------------------------------------ sums


@constructs("sum")
def total(node: Node) -> Node:
    """Sum of all entries."""
    if not node.shape:
        return node
    if is_zero(node):
        return ZERO
    if node.op in ("ones", "onehot"):
        return mul(ONE, *(size(dim) for dim in (node.shape if node.op == "ones" else node.shape[:-1])))
    if node.op == "eye":
        return size(node.shape[0])
    if node.op == "mul" and all(factor.shape for factor in node.args):
        place = next((k for k, factor in enumerate(node.args) if _unit_index(factor) is not None), None)
        if place is not None:
            rest = mul(*node.args[:place], *node.args[place + 1 :])
            return entry(rest, _unit_index(node.args[place]) or ())
        place = next((k for k, factor in enumerate(node.args) if factor.op == "eye"), None)
        if place is not None:
            return trace(mul(*node.args[:place], *node.args[place + 1 :]))
        commuting = _along_itself(node)
        if commuting is not None:
            return commuting
    opened = _sum_of_sum(node, total)
    return finished("sum", (node,)) if opened is None else opened


def _sum_of_sum(node: Node, summed: Callable[[Node], Node]) -> Node | None:
    """The sum of the terms of a sum, each summed by itself, where no sum is left to be taken; else None."""
    if node.op != "add":
        return None
    opened = add(*(summed(term if term.shape else mul(term, ones(node.shape))) for term in node.args))
    terms = opened.args if opened.op == "add" else (opened,)
    left = sum(factor.op in ("sum", "sum_axis") for term in terms for factor in (term, *term.args))
    return opened if is_zero(opened) or not left else None


def _along_itself(node: Node) -> Node | None:
    """`sum(expm_frechet(t * A.T, G) * A)` as `sum(G * (A @ expm(t * A)))`, as A commutes with t * A; else None."""
    if len(node.args) != 2:
        return None
    for derivative, matrix in (node.args, node.args[::-1]):
        if derivative.op != "expm_frechet":
            continue
        at, direction = derivative.args
        if split_scalars(transpose(at))[1] is not matrix:
            continue
        moved = matmul(matrix, construct("expm", transpose(at)))
        scalars, rest = split_scalars(direction)
        if rest.op == "matmul" and is_row(rest.args[-1].shape):
            column, row = matmul(*rest.args[:-1]), rest.args[-1]
            return mul(*scalars, matmul(transpose(column), moved, transpose(row)))
        return mul(*scalars, total(mul(rest, moved)))
    return None


def _unit_index(node: Node) -> tuple[int, ...] | None:
    """Where the one entry stands of an array that is 1 there and else 0 (also as an outer product); else None."""
    if node.op == "unit" and isinstance(node.data, tuple):
        return node.data
    if node.op == "matmul" and len(node.args) == 2 and is_row(node.args[1].shape):
        column, row = node.args[0], transpose(node.args[1])
        if column.op == row.op == "unit" and isinstance(column.data, tuple) and isinstance(row.data, tuple):
            return (*column.data, *row.data)
    return None


@constructs("sum_axis")
def sum_axis(node: Node, axis: int) -> Node:
    """NumPy's `sum(A, axis=...)`: a vector with one entry for each index of the other axis."""
    shape = _without_axis(node, axis)
    if not shape:
        return total(node)
    scalars, rest = split_scalars(node)
    if scalars:
        return mul(*scalars, sum_axis(rest, axis))
    if is_zero(node):
        return zeros(shape)
    if node.op == "onehot" and axis == len(node.shape) - 1:
        return ones(shape)
    if len(node.shape) > 2:
        return _sum_of_stack(node, axis, shape)
    if node.op == "T":
        return sum_axis(node.args[0], 1 - axis)
    if node.op == "elem" and node.args[0].op == "T":
        return sum_axis(transpose(node), 1 - axis)
    if node.op == "mul":
        along = [factor for factor in node.args if _along(factor, axis) is not None]
        if along:
            rest = sum_axis(mul(*(factor for factor in node.args if factor not in along), ones(node.shape)), axis)
            return mul(*(_along(factor, axis) or factor for factor in along), rest)
    if node.op == "matmul" and node.args[-axis].op == "diag":
        vector = node.args[-axis].args[0]
        rest = matmul(*(node.args[:-1] if axis else node.args[1:]))
        return matmul(rest if axis else transpose(rest), vector)
    if node.op == "ones":
        return mul(size(node.shape[axis]), make("ones", shape=shape))
    if node.op == "diag":
        return node.args[0]
    if node.op == "eye":
        return ones(shape)
    opened = _sum_of_sum(node, lambda term: sum_axis(term, axis))
    return make("sum_axis", (node,), data=axis, shape=shape) if opened is None else opened


def _along(factor: Node, axis: int) -> Node | None:
    """The vector that a factor repeats along the axis, `v @ ones(n).T` along the second; None of any other."""
    if factor.op != "matmul":
        return None
    if axis == 1 and factor.args[-1].op == "ones" and is_row(factor.args[-1].shape):
        return matmul(*factor.args[:-1])
    if axis == 0 and factor.args[0].op == "ones" and len(factor.args[0].shape) == 1:
        return transpose(matmul(*factor.args[1:]))
    return None


def _sum_of_stack(node: Node, axis: int, shape: Shape) -> Node:
    """The sum over one axis of an array of rank 3 or more."""
    if node.op in ("ones", "einsum"):
        letters = tuple(range(len(node.shape)))
        out = (*letters[:axis], *letters[axis + 1 :])
        return construct("contraction", [(node, letters)], out, dict(enumerate(node.shape)))
    opened = _sum_of_sum(node, lambda term: sum_axis(term, axis))
    return make("sum_axis", (node,), data=axis, shape=shape) if opened is None else opened


def _without_axis(node: Node, axis: int) -> Shape:
    if len(node.shape) > 2 and axis in range(len(node.shape)):
        return normal_shape((*node.shape[:axis], *node.shape[axis + 1 :]))
    if len(node.shape) == 1:
        if axis == 0:
            return ()
        raise ShapeError(f"axis={axis} of a vector")
    if len(node.shape) != 2 or axis not in (0, 1):
        raise ShapeError(f"axis={axis} of {show_shape(node.shape)}")
    dim = node.shape[1 - axis]
    return () if dim == 1 else (dim,)


def entries(shape: Shape) -> Node:
    """How many entries a shape has, as a number."""
    return mul(ONE, *(size(dim) for dim in shape))


def mean(node: Node, axis: int | None = None) -> Node:
    """Mean of all entries, or over one axis."""
    if axis is None:
        return mul(power(entries(node.shape), MINUS_ONE), total(node))
    summed = sum_axis(node, axis)
    return mul(power(size(node.shape[axis]), MINUS_ONE), summed)


# --------------------------------------------------------------------- scalars


@constructs("scalar of a matrix")
def scalar_of_matrix(op: str, node: Node) -> Node:
    """`det` or `logdet` (log |det A|) of a square matrix.

    Raises ShapeError where the matrix is not square.
    """
    if not node.shape:
        return node if op == "det" else elementwise("log", 0, elementwise("abs", 0, node))
    if len(node.shape) != 2 or node.shape[0] != node.shape[1]:
        raise ShapeError(f"{op} needs a square matrix, not {show_shape(node.shape)}")
    if node.op == "eye" or node.shape == (0, 0):
        return ONE if op == "det" else ZERO
    if node.op == "matrix_power":
        inner = scalar_of_matrix(op, node.args[0])
        return power(inner, node.args[1]) if op == "det" else mul(node.args[1], inner)
    return finished(op, (node,))


@constructs("det")
def determinant(node: Node) -> Node:
    """`det(A)`."""
    return scalar_of_matrix("det", node)


@constructs("logdet")
def log_determinant(node: Node) -> Node:
    """`log |det A|`."""
    return scalar_of_matrix("logdet", node)


def norm(op: str, node: Node) -> Node:
    """`norm` (2-norm of a vector, Frobenius of a matrix) or `norm1` (sum of absolute values)."""
    if not node.shape:
        return elementwise("abs", 0, node)
    if is_zero(node):
        return ZERO
    value, rest = _absolute_number(node)
    return mul(num(value), finished(op, (rest,)))


@constructs("norm")
def frobenius(node: Node) -> Node:
    """`norm(A)`."""
    return norm("norm", node)


@constructs("norm1")
def one_norm(node: Node) -> Node:
    """`norm1(A)`."""
    return norm("norm1", node)


def _absolute_number(node: Node) -> tuple[Fraction, Node]:
    value, rest = split_number(node)
    return abs(value), rest


# --------------------------------------------------------------------- softmax


def over_axis(op: str, node: Node, axis: int | None) -> Node:
    """`softmax`, `logsoftmax` (shape kept) or `logsumexp` (axis summed), over a vector or an axis of a matrix."""
    if len(node.shape) == 2 and is_row(node.shape) and axis in (None, 1):
        inner = over_axis(op, transpose(node), None)
        return transpose(inner)
    if not node.shape:
        return {"softmax": ONE, "logsoftmax": ZERO, "logsumexp": node}[op]
    if op == "logsumexp" and 0 in (node.shape if axis is None else node.shape[axis : axis + 1]):
        raise ShapeError("logsumexp of no entries has no value")
    if len(node.shape) == 1:
        if axis not in (None, 0):
            raise ShapeError(f"axis={axis} of a vector")
        return make(op, (node,), data=None, shape=() if op == "logsumexp" else node.shape)
    if axis is None or axis not in range(len(node.shape)):
        raise ShapeError(f"axis={axis} of {show_shape(node.shape)}")
    return make(op, (node,), data=axis, shape=_without_axis(node, axis) if op == "logsumexp" else node.shape)


# -------------------------------------------------------------- literals, entries


def stack(items: tuple[Node, ...], shape: Shape) -> Node:
    """A vector `(k,)` or matrix `(r, c)` of scalars, row by row."""
    return items[0] if len(items) == 1 else make("stack", items, shape=shape)


@constructs("entry")
def entry(node: Node, index: tuple[int, ...]) -> Node:
    """One entry; indices count from 1 and there is one for each axis of the shape."""
    if not node.shape:
        return node
    if node.op == "T":
        flipped = index[::-1] if len(index) == 2 else (1, *index)
        inner = node.args[0]
        return entry(inner, flipped[: len(inner.shape)] if len(inner.shape) == 2 else (index[-1],))
    if node.op == "stack":
        columns = int(node.shape[1]) if len(node.shape) == 2 else 1
        position = (index[0] - 1) * columns + (index[1] - 1 if len(index) == 2 else 0)
        return node.args[position]
    if node.op in ("zeros", "ones"):
        return ZERO if node.op == "zeros" else ONE
    if node.op == "eye":
        return ONE if index[0] == index[1] else ZERO
    if node.op == "diag":
        return entry(node.args[0], index[:1]) if index[0] == index[1] else ZERO
    if node.op == "add":
        return add(*(entry(arg, index) if arg.shape else arg for arg in node.args))
    if node.op == "unit":
        return ONE if node.data == index else ZERO
    if node.op == "matmul" and len(node.args) == 2 and is_row(node.args[1].shape) and len(index) == 2:
        return mul(entry(node.args[0], index[:1]), entry(transpose(node.args[1]), index[1:]))
    if node.op in ("mul", "pow"):
        parts = [entry(arg, index) if arg.shape else arg for arg in node.args]
        return mul(*parts) if node.op == "mul" else power(*parts)
    return make("entry", (node,), data=index)


@constructs("unit")
def unit_entry(shape: Shape, index: tuple[int, ...]) -> Node:
    """The array of a shape that is 1 at one entry and 0 elsewhere."""
    return make("unit", data=index, shape=shape) if shape else ONE


def triangle(op: str, node: Node, k: int) -> Node:
    """`tril(A, k)` or `triu(A, k)`: entries on and below (above) the k-th diagonal."""
    if not node.shape:
        return node if (k >= 0 if op == "tril" else k <= 0) else ZERO
    if is_zero(node):
        return node
    if node.op in ("eye", "diag"):
        keeps = k >= 0 if op == "tril" else k <= 0
        return node if keeps else zeros(node.shape)
    if node.op == op and isinstance(node.data, int):
        return make(op, node.args, data=min(k, node.data) if op == "tril" else max(k, node.data), shape=node.shape)
    other = is_upper if op == "tril" else is_lower
    if other(node):
        if k == 0:
            return diag(diagonal(node))
        if (k < 0) == (op == "tril"):
            return zeros(node.shape)
    return finished(op, (node,), k, node.shape)


@constructs("tril")
def lower_triangle(node: Node, k: int) -> Node:
    """`tril(A, k)`."""
    return triangle("tril", node, k)


@constructs("triu")
def upper_triangle(node: Node, k: int) -> Node:
    """`triu(A, k)`."""
    return triangle("triu", node, k)


@constructs("kron")
def kron(a: Node, b: Node) -> Node:
    """Kronecker product; a vector is a column."""
    scalars_a, rest_a = split_scalars(a)
    scalars_b, rest_b = split_scalars(b)
    if rest_a is ONE or rest_b is ONE:
        return mul(a, b)
    shape = kron_shape(rest_a.shape, rest_b.shape)
    return mul(*scalars_a, *scalars_b, make("kron", (rest_a, rest_b), shape=shape))


def kron_shape(a: Shape, b: Shape) -> Shape:
    """The shape of a Kronecker product; the product of two names is the name `m*p`."""
    return normal_shape((dim_product(rows(a), rows(b)), dim_product(cols(a), cols(b))))


def vec(node: Node) -> Node:
    """The columns of a matrix, stacked into one vector."""
    if len(node.shape) < 2:
        return node
    if is_row(node.shape):
        return transpose(node)
    dim = dim_product(node.shape[0], node.shape[1])
    if is_zero(node):
        return zeros((dim,))
    return make("vec", (node,), shape=(dim,))
