"""Transposes, matrix products, inverses and diagonals, kept simple as they are built.

A `matmul` is a flat chain of at least two factors; none is a scalar, a number, an identity or a chain.  A chain
never runs through a 1 x 1 product: `x @ x.T @ y` is the scalar `x.T @ y` times `x`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from gradcli.expr.arith import add, is_zero, mul, ones, power, size, split_number, zeros
from gradcli.expr.building import construct, constructs, finished
from gradcli.expr.building import split_scalars as split_scalars
from gradcli.expr.node import MINUS_ONE, ONE, Node, has_attribute, make, num, payload, value_of
from gradcli.expr.shapes import (
    Dim,
    Shape,
    ShapeError,
    cols,
    is_list,
    is_row,
    least_dim,
    product_shape,
    rows,
    show_shape,
    transposed,
)
from gradcli.expr.triangular import is_lower, is_upper
from gradcli.ops.payload import Index, Places


def eye(dim: Dim) -> Node:
    """The identity matrix."""
    return ONE if dim == 1 else make("eye", shape=(dim, dim))


# ------------------------------------------------------------------ transpose


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
    return matmul(*(transpose(factor) for factor in reversed(node.args)))


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


# -------------------------------------------------------------------- product


@constructs("matmul")
def matmul(*factors: Node) -> Node:
    """`A @ B @ ...`; vectors are columns, scalars 1 x 1.

    Raises ShapeError where neighbours do not fit.
    """
    shape = factors[0].shape
    for factor in factors[1:]:
        shape = product_shape(shape, factor.shape)
    scalars: list[Node] = []
    chain: list[Node] = []
    for factor in factors:
        outer, rest = split_scalars(factor)
        scalars.extend(outer)
        if rest.op == "add" and all(split_number(term)[0] < 0 for term in rest.args):
            scalars.append(MINUS_ONE)
            rest = mul(MINUS_ONE, rest)
        if rest is not ONE:
            chain.extend(rest.args if rest.op == "matmul" else (rest,))
    if any(is_zero(factor) for factor in chain):
        return zeros(shape)
    segments: list[list[Node]] = [[]]
    for factor in chain:
        if segments[-1] and rows(factor.shape) == 1:
            segments.append([])  # the dimension between the two is 1: an outer product
        segments[-1].append(factor)
    built = [_segment(segment) for segment in segments if segment]
    scalars.extend(part for part in built if not part.shape)
    arrays: list[Node] = []
    for part in built:
        if part.shape:
            outer, rest = split_scalars(part)
            scalars.extend(outer)
            arrays.extend(rest.args if rest.op == "matmul" else (rest,))
    if not arrays:
        return mul(*scalars)
    body = arrays[0] if len(arrays) == 1 else _outer(arrays, shape)
    return mul(*scalars, body) if scalars else body


def _outer(arrays: list[Node], shape: tuple[Dim, ...]) -> Node:
    """A column segment times a row segment, already simple each."""
    if all(part.op == "ones" for part in arrays):
        return ones(shape)
    if len(arrays) == 2 and arrays[0].op == "unit":  # only then: a transpose walks the whole of a factor
        column, row = arrays[0], transpose(arrays[1])
        if column.op == row.op == "unit" and isinstance(column.data, tuple) and isinstance(row.data, tuple):
            return make("unit", data=column.data + row.data, shape=shape)
    return make("matmul", tuple(arrays), shape=shape)


def _segment(chain: list[Node]) -> Node:
    """The product of a chain that meets no inner dimension 1."""
    todo, done = list(reversed(chain)), list[Node]()
    while todo:
        factor = todo.pop()
        scalars, rest = split_scalars(factor)
        if scalars and rest is not ONE:
            return mul(*scalars, _segment([*done, rest, *reversed(todo)]))
        if factor.op == "eye" and (done or todo):
            continue
        merged = _merge(done[-1], factor) if done else None
        if merged is None:
            done.append(factor)
            continue
        done.pop()
        if not merged.shape:
            return mul(merged, _segment([*done, *reversed(todo)])) if done or todo else merged
        todo.extend(reversed(merged.args) if merged.op == "matmul" else (merged,))
    if not done:
        return chain[0]
    if len(done) == 1:
        return done[0]
    if cols(done[-1].shape) == 1 and len(done) > 1:  # a column: scalings and sums are vectors
        tail = _from_right(done)
        if tail is not None:
            return tail
    if is_row(done[0].shape):
        flipped = _from_right([transpose(factor) for factor in reversed(done)])
        if flipped is not None:
            return transpose(flipped)
    shape = done[0].shape
    for factor in done[1:]:
        shape = product_shape(shape, factor.shape)
    return make("matmul", tuple(done), shape=shape)


def _from_right(chain: list[Node]) -> Node | None:
    """A product ending in a column, where its last factors make a simpler vector; else None."""
    before, last = chain[-2], chain[-1]
    rest = chain[:-2]
    vector: Node | None = None
    picked = _picked(chain)
    if picked is not None:
        return picked
    if before.op == "diag":
        vector = mul(before.args[0], last)
    elif before.op == "unit" and not is_list(before.shape) and len(last.shape) == 1:
        i, j = payload(before, Index)
        vector = mul(construct("entry", last, (j,)), construct("unit", before.shape[:1], (i,)))
    elif last.op == "ones" and not is_row(before.shape):
        vector = construct("sum_axis", transpose(before), 0) if before.op == "T" else construct("sum_axis", before, 1)
    elif last.op == "ones":
        vector = construct("sum", transpose(before))
    elif before.op == "ones" and is_row(before.shape):
        vector = construct("sum", last)
    elif len(chain) == 2 and is_row(before.shape):
        vector = _cancelling_dot(transpose(before), last)
    if vector is None:
        if len(chain) > 2 and chain[0].op == "diag":
            return mul(chain[0].args[0], _segment(chain[1:]))
        return None
    return _segment([*rest, vector]) if rest and vector.shape else mul(vector, *rest)


def _picked(chain: list[Node]) -> Node | None:
    """`e_i.T @ x` and `e_i.T @ A @ e_j`, with unit vectors, as entries; else None."""
    first, last = chain[0], chain[-1]
    row = first.args[0] if first.op == "T" and first.args[0].op == "unit" else None
    column = last if last.op == "unit" else None
    if len(chain) == 2 and is_row(first.shape) and (row or column):
        whole, unit = (last, row) if row is not None else (transpose(first), last)
        return construct("entry", whole, payload(unit, Index))
    if len(chain) == 3 and row is not None and column is not None:
        index = (*payload(row, Index), *payload(column, Index))
        return construct("entry", chain[1], index)
    return None


def _cancelling_dot(a: Node, b: Node) -> Node | None:
    """`p.T @ (t / p)` as `sum(t)`: an inner product whose factors cancel; else None."""
    bases_a = {_base(factor) for factor in (a.args if a.op == "mul" else (a,))}
    bases_b = {_base(factor) for factor in (b.args if b.op == "mul" else (b,))}
    shared = bases_a & bases_b
    if not any(factor.op == "pow" and factor.args[0] in shared for part in (a, b) for factor in (part.args or (part,))):
        return None
    product = mul(a, b)
    before = (len(a.args) if a.op == "mul" else 1) + (len(b.args) if b.op == "mul" else 1)
    after = len(product.args) if product.op == "mul" else 1
    if after >= before - 1:
        return None
    return construct("sum", product)


def _base(node: Node) -> Node:
    return node.args[0] if node.op == "pow" else node


def _merge(a: Node, b: Node) -> Node | None:
    """What two neighbours of a chain multiply to where that is simpler than the pair; else None."""
    if any((part.args[0] if part.op == "T" else part).op in ("mpow", "matrix_power") for part in (a, b)):
        return _joined_powers(a, b)
    if a is b and a.op == "sqrtm":
        return a.args[0]
    if a.op == "diag" and b.op == "diag":
        return diag(mul(a.args[0], b.args[0]))
    if (a.op == "inv" and a.args[0] is b) or (b.op == "inv" and b.args[0] is a):
        return eye(rows(a.shape))
    if a.op in ("T", "inv") or b.op in ("T", "inv"):  # only these: a transpose walks the whole of a factor
        ta, tb = transpose(a), transpose(b)
        if (ta.op == "inv" and ta.args[0] is tb) or (tb.op == "inv" and tb.args[0] is ta):
            return eye(rows(a.shape))
        if b.op == "inv" and ta is b and b.args[0].op == "factor" and b.args[0].data == ("chol", "L"):
            return inv(_symmetric_part(b.args[0].args[0]))
    if (is_orthogonal(a) or is_orthogonal(b)) and transpose(a) is b and (_is_square(a) or a.op == "T"):
        return eye(rows(a.shape))  # of a tall Q the columns are orthonormal: Q.T @ Q, not Q @ Q.T
    return None


def _symmetric_part(node: Node) -> Node:
    """What chol reads of a matrix."""
    return node if is_symmetric(node) else mul(num(Fraction(1, 2)), add(node, transpose(node)))


def _power_of(node: Node) -> tuple[Node, Node, bool]:
    """`(A, k, t)` with the node `A ^ k`, transposed where t."""
    turned = node.op == "T"
    inner = node.args[0] if turned else node
    k = ONE
    if inner.op == "mpow":
        inner, k = inner.args[0], num(payload(inner, int))
    elif inner.op == "matrix_power":
        inner, k = inner.args
    return (inner.args[0], mul(MINUS_ONE, k), turned) if inner.op == "inv" else (inner, k, turned)


def _joined_powers(a: Node, b: Node) -> Node | None:
    """`A ^ j @ A ^ k` as one power, where either is written as one; else None."""
    (base, j, turned), (other, k, flipped) = _power_of(a), _power_of(b)
    if base is not other or turned != flipped:
        return None
    joined = construct("matrix_power", base, add(j, k))
    return transpose(joined) if turned else joined


_ORTHOGONAL_FACTORS = (("lu", "P"), ("qr", "Q"), ("eigh", "V"), ("svd", "U"), ("svd", "V"))


def is_orthogonal(node: Node) -> bool:
    """Whether a matrix or its transpose has orthonormal columns by what it is (False: not known)."""
    base = node.args[0] if node.op == "T" else node
    if base.op == "factor":
        return base.data in _ORTHOGONAL_FACTORS
    if base.op in ("flip", "roll"):
        return base.args[0].op == "eye"
    return has_attribute(base, "orthogonal") or has_attribute(base, "permutation")


def _is_square(node: Node) -> bool:
    return rows(node.shape) == cols(node.shape)


# -------------------------------------------------------------------- inverse


@constructs("inv")
def inv(node: Node) -> Node:
    """The inverse of a square matrix (a scalar: its reciprocal).

    Raises ShapeError where the matrix is not square.
    """
    if not node.shape:
        return power(node, MINUS_ONE)
    _square(node, "inv")
    if node.op == "eye":
        return node
    if is_orthogonal(node):
        return transpose(node)
    if node.op == "matrix_power":
        return make(node.op, (node.args[0], mul(MINUS_ONE, node.args[1])), shape=node.shape)
    return finished("inv", (node,), shape=node.shape)


@constructs("mpow")
def matpower(node: Node, k: int) -> Node:
    """`A ^ k` for an integer k; negative: of the inverse.

    Raises ShapeError where the matrix is not square.
    """
    if not node.shape:
        return power(node, num(k))
    _square(node, "a matrix power")
    if k < 0:
        return matpower(inv(node), -k)
    if k == 0:
        return eye(rows(node.shape))
    if k == 1 or node.op == "eye":
        return node
    if node.op == "mpow" and isinstance(node.data, int):
        return matpower(node.args[0], node.data * k)
    if node.op == "sqrtm" and k % 2 == 0:
        return matpower(node.args[0], k // 2)
    if node.op == "matrix_power":
        return make("matrix_power", (node.args[0], mul(num(k), node.args[1])), shape=node.shape)
    return finished("mpow", (node,), k, node.shape)


def _square(node: Node, what: str) -> None:
    if len(node.shape) != 2 or node.shape[0] != node.shape[1]:
        raise ShapeError(f"{what} needs a square matrix, not {show_shape(node.shape)}")


# ------------------------------------------------------------------- diagonal


@constructs("diag")
def diag(node: Node) -> Node:
    """A vector as a diagonal matrix; a matrix's main diagonal as a vector."""
    if not node.shape:
        return node
    if len(node.shape) == 2 and not is_row(node.shape):
        return diagonal(node)
    vector = transpose(node) if is_row(node.shape) else node
    scalars, rest = split_scalars(vector)
    if rest.op == "ones":
        return mul(*scalars, eye(rest.shape[0]))
    if rest.op == "zeros":
        return zeros((rest.shape[0], rest.shape[0]))
    return mul(*scalars, make("diag", (rest,), shape=(rest.shape[0], rest.shape[0])))


@constructs("diagonal")
def diagonal(node: Node) -> Node:
    """The main diagonal of a matrix, a vector."""
    m, n = node.shape
    dim = least_dim(m, n)
    if node.op in ("eye", "ones"):
        return ones((dim,))
    if node.op == "zeros":
        return zeros((dim,))
    if node.op == "matmul" and len(node.args) == 2 and m == n and len(node.args[0].shape) == 1:
        return mul(node.args[0], transpose(node.args[1]))
    if m == n:
        found = _of_triangles(node)
        if found is not None:
            return found
    return finished("diagonal", (node,), shape=(dim,))


def _of_triangles(node: Node) -> Node | None:
    """The diagonal of a product or inverse of triangular matrices, and of a product with a diagonal one; else None."""
    op, args = node.op, node.args
    if op in ("tril", "triu") and isinstance(node.data, int):
        return diagonal(args[0]) if (node.data >= 0) == (op == "tril") or node.data == 0 else zeros(node.shape[:1])
    if op == "inv" and (is_lower(args[0]) or is_upper(args[0])):
        return power(diagonal(args[0]), MINUS_ONE)
    if op != "matmul":
        return None
    if args[0].op == "diag":
        return mul(args[0].args[0], diagonal(matmul(*args[1:])))
    if args[-1].op == "diag":
        return mul(diagonal(matmul(*args[:-1])), args[-1].args[0])
    if all(map(is_lower, args)) or all(map(is_upper, args)):
        return mul(*map(diagonal, args))
    return None


# -------------------------------------------------------------- scalar reductions


@constructs("tr")
def trace(node: Node) -> Node:
    """Sum of the main diagonal of a square matrix.

    Raises ShapeError where the matrix is not square.
    """
    if not node.shape:
        return node
    _square(node, "tr")
    if node.op == "eye":
        return size(node.shape[0])
    if node.op == "zeros":
        return zeros(())
    if node.op == "matmul" and len(node.args[0].shape) == 1:
        return matmul(*node.args[1:], node.args[0])
    return finished("tr", (node,))


def dot(a: Node, b: Node) -> Node:
    """Inner product of two vectors; of two matrices the Frobenius inner product."""
    if len(a.shape) == 1 and len(b.shape) == 1:
        return matmul(transpose(a), b)
    return construct("sum", mul(a, b))


def is_number(node: Node) -> bool:
    """Whether a node is a rational constant."""
    return value_of(node) is not None


constructs("mul")(mul)
constructs("pow")(power)
constructs("num")(num)

__all__: Sequence[str] = [
    "diag",
    "diagonal",
    "dot",
    "eye",
    "inv",
    "is_number",
    "is_symmetric",
    "matmul",
    "matpower",
    "split_number",
    "split_scalars",
    "trace",
    "transpose",
]
