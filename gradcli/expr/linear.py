"""Matrix products, kept simple as they are built.

A `matmul` is a flat chain of at least two factors; none is a scalar, a number, an identity or a chain.  A chain
never runs through a 1 x 1 product: `x @ x.T @ y` is the scalar `x.T @ y` times `x`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gradcli.expr.arith import add, is_zero, mul, ones, power, split_number, zeros
from gradcli.expr.arith import eye as eye
from gradcli.expr.building import attempt, construct, constructs
from gradcli.expr.building import split_scalars as split_scalars
from gradcli.expr.diagonals import diag as diag
from gradcli.expr.diagonals import diagonal as diagonal
from gradcli.expr.diagonals import trace as trace
from gradcli.expr.inverses import inv as inv
from gradcli.expr.inverses import is_orthogonal as is_orthogonal
from gradcli.expr.inverses import is_square
from gradcli.expr.inverses import matpower as matpower
from gradcli.expr.node import MINUS_ONE, ONE, Node, make, num, payload, value_of
from gradcli.expr.shapes import (
    Dim,
    cols,
    is_list,
    is_row,
    product_shape,
    rows,
)
from gradcli.expr.transposes import is_symmetric as is_symmetric
from gradcli.expr.transposes import transpose as transpose
from gradcli.ops.payload import Index


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


def within(chain: Sequence[Node]) -> Node:
    """The product of neighbours out of a product: of matrices that were multiplied, nothing is left to simplify."""
    if len(chain) < 2 or any(len(factor.shape) != 2 or 1 in factor.shape for factor in chain):
        return matmul(*chain)
    return make("matmul", tuple(chain), shape=(chain[0].shape[0], chain[-1].shape[1]))


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
        if merged is None and len(done) > 1 and done[-2] is factor and _is_pseudoinverse(done[-1], factor):
            done.pop()  # A @ pinv(A) @ A is A
            continue
        if merged is None and len(done) > 1 and done[-1].op == "diag" and done[-2].op == "factor":
            whole = attempt("function of eigenvalues", *done[-2:], factor)
            if whole is not None:
                del done[-2:]
                todo.append(whole)
                continue
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
    if "place" in (a.op, b.op) or (a.op == b.op == "T" and a.args[0].op == b.args[0].op == "place"):
        return attempt("merged places", a, b)
    if (a.op == "inv" and a.args[0] is b) or (b.op == "inv" and b.args[0] is a):
        return eye(rows(a.shape))
    if a.op in ("T", "inv") or b.op in ("T", "inv"):  # only these: a transpose walks the whole of a factor
        ta, tb = transpose(a), transpose(b)
        if (ta.op == "inv" and ta.args[0] is tb) or (tb.op == "inv" and tb.args[0] is ta):
            return eye(rows(a.shape))
        if b.op == "inv" and ta is b and b.args[0].op == "factor" and b.args[0].data == ("chol", "L"):
            return inv(_symmetric_part(b.args[0].args[0]))
    if (is_orthogonal(a) or is_orthogonal(b)) and transpose(a) is b and (is_square(a) or a.op == "T"):
        return eye(rows(a.shape))  # of a tall Q the columns are orthonormal: Q.T @ Q, not Q @ Q.T
    return None


def _is_pseudoinverse(a: Node, b: Node) -> bool:
    """Whether one of two is the pseudoinverse of the other."""
    return (a.op == "pinv" and a.args[0] is b) or (b.op == "pinv" and b.args[0] is a)


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
