"""Shorter forms of matrix expressions: inverses of products, powers, transposes, Kronecker products, picked entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from gradcli.expr.arith import add, mul, ones, power, split_number
from gradcli.expr.inverses import is_square
from gradcli.expr.linear import inv, matmul, matpower, split_scalars, trace, transpose
from gradcli.expr.node import MINUS_ONE, ONE, Node, make, num, value_of
from gradcli.expr.reduce import sum_axis, total, vec
from gradcli.expr.replace import replace
from gradcli.expr.shapes import is_row
from gradcli.expr.walk import leaves
from gradcli.shorten.facts import Facts
from gradcli.shorten.functions import Meaning
from gradcli.shorten.split import Product, chained, taken_apart, together


def turned_whole(node: Node) -> Iterator[Node]:
    """A transpose round the whole in the place of one in every factor, and the other way round."""
    if len(node.shape) != 2 or is_row(node.shape):
        return
    if node.op in ("add", "matmul", "mul"):
        number, rest = split_number(node)
        turned = transpose(rest)
        if turned.op != "T":
            outer = make("T", (turned,), shape=node.shape)
            yield outer if number == 1 else mul(num(number), outer)
    if node.op == "T":
        inner = node.args[0]
        if inner.op == "add":
            yield add(*map(transpose, inner.args))
        if inner.op == "mul":
            yield mul(*(transpose(arg) if len(arg.shape) == 2 else arg for arg in inner.args))
        if inner.op == "inv":
            for opened in _inverse_opened(inner):
                yield transpose(opened)


def inverses(node: Node) -> Iterator[Node]:
    """`inv(A @ B)` of square factors as `inv(B) @ inv(A)`, where that cancels with what stands beside."""
    if node.op == "inv":
        yield from _inverse_opened(node)
    if node.op == "matmul":
        for place, factor in enumerate(node.args):
            core = factor.args[0] if factor.op == "T" else factor
            for opened in _inverse_opened(core):
                other = transpose(opened) if factor.op == "T" else opened
                yield matmul(*node.args[:place], other, *node.args[place + 1 :])


def _inverse_opened(node: Node) -> Iterator[Node]:
    if node.op == "inv" and node.args[0].op == "matmul" and all(map(is_square, node.args[0].args)):
        yield matmul(*(inv(factor) for factor in reversed(node.args[0].args)))


def repeated(node: Node) -> Iterator[Node]:
    """`A @ A @ b` as `A^2 @ b`."""
    whole = taken_apart(node)
    chain = whole.chain
    if node.op == "matmul" and not node.shape:
        whole, chain = Product(Fraction(1), {}, ()), node.args
    if chain is None:
        return
    for length in range(len(chain) // 2, 0, -1):
        for start in range(len(chain) - 2 * length + 1):
            first, second = chain[start : start + length], chain[start + length : start + 2 * length]
            base = chained(first)
            if first != second or not is_square(base) or len(base.shape) != 2:
                continue
            turned = base.op == "T"
            squared = matpower(base.args[0] if turned else base, 2)
            if turned:
                squared = make("T", (squared,), shape=base.shape)
            row = (*chain[:start], squared, *chain[start + 2 * length :])
            yield together(whole.number, whole.scalars, chained(row))


def eigenvalues(node: Node, meaning: Meaning) -> Iterator[Node]:
    """`V @ diag(1 / w) @ V.T` of eigenvalues w that have a name as a function of their matrix."""
    if node.op != "matmul" or not any(meaning(factor).op == "factor" for factor in node.args):
        return
    for place, factor in enumerate(node.args[:-2]):
        if meaning(factor).op == "factor" and node.args[place + 1].op == "diag":
            sandwich = list(node.args[place : place + 3])
            named = {leaf: meaning(leaf) for leaf in leaves(matmul(*sandwich)) if meaning(leaf).op == "factor"}
            whole = matmul(*replace(sandwich, named))
            if whole.op != "matmul":
                yield matmul(*node.args[:place], whole, *node.args[place + 3 :])


def pseudoinverse(node: Node) -> Iterator[Node]:
    """`A @ pinv(A) @ A` is A."""
    if node.op != "matmul":
        return
    chain = node.args
    for place in range(len(chain) - 2):
        a, b, c = chain[place : place + 3]
        if a is c and ((b.op == "pinv" and b.args[0] is a) or (a.op == "pinv" and a.args[0] is b)):
            yield chained((*chain[:place], a, *chain[place + 3 :]))


def kronecker(node: Node) -> Iterator[Node]:
    """`kron(A, B) @ vec(X)` is `vec(B @ X @ A.T)`; sums of stacked columns; columns stacked and taken apart again."""
    if node.op == "matmul" and len(node.args) == 2 and node.args[0].op == "kron" and node.args[1].op == "vec":
        (a, b), inner = node.args[0].args, node.args[1].args[0]
        if len(a.shape) == len(b.shape) == len(inner.shape) == 2 and b.shape[1] == inner.shape[0]:
            yield vec(matmul(b, inner, transpose(a)))
    if node.op == "add" and node.shape:
        parts = [split_number(term) for term in node.args]
        if len(parts) > 1 and all(rest.op == "vec" for _, rest in parts):
            inside = [mul(num(number), rest.args[0]) for number, rest in parts]
            if len({part.shape for part in inside}) == 1:
                yield vec(add(*inside))
    if node.op == "reshape" and node.args[0].op == "vec":
        inner = node.args[0].args[0]
        if len(inner.shape) == 2 and node.shape == inner.shape[::-1]:
            yield transpose(inner)


def weighted_sums(node: Node) -> Iterator[Node]:
    """`sum(v * M, axis=0)` as `M.T @ v`, where v weighs the rows; likewise columns by a row."""
    if node.op != "sum_axis" or node.args[0].op != "mul" or len(node.args[0].shape) != 2:
        return
    factors = node.args[0].args
    for place, factor in enumerate(factors):
        if factor.op != "matmul" or len(factor.args) != 2:
            continue
        rest = mul(*factors[:place], *factors[place + 1 :])
        rest = rest if rest.shape else mul(rest, ones(factor.shape))
        column, row = factor.args
        if rest.shape != factor.shape:
            continue
        if node.data == 0 and row.op == "ones" and len(column.shape) == 1:
            yield matmul(transpose(rest), column)
        if node.data == 1 and column.op == "ones" and is_row(row.shape):
            yield matmul(rest, transpose(row))


def traces(node: Node) -> Iterator[Node]:
    """`sum(A.T * B)` as `tr(A @ B)`."""
    if node.op != "sum" or node.args[0].op != "mul" or len(node.args[0].shape) != 2:
        return
    first, *rest = node.args[0].args
    other = mul(*rest)
    if first.shape == other.shape == node.args[0].shape and not is_row(first.shape):
        yield trace(matmul(transpose(first), other))
        yield trace(matmul(transpose(other), first))


def sums_of_products(node: Node) -> Iterator[Node]:
    """`sum(A @ M, axis=1)` as `A @ sum(M, axis=1)`; likewise rows."""
    if node.op != "sum_axis" or node.args[0].op != "matmul" or len(node.args[0].shape) != 2:
        return
    chain = node.args[0].args
    if node.data == 1:
        *outer, inner = chain
        if len(inner.shape) == 2:
            yield matmul(*outer, sum_axis(inner, 1))
    if node.data == 0 and len(chain[0].shape) == 2:
        inner, *outer = chain
        yield matmul(*(transpose(factor) for factor in reversed(outer)), sum_axis(inner, 0))


def numbers_outside(node: Node) -> Iterator[Node]:
    """`A @ (2 * B + 2 * C)` as `2 * A @ (B + C)`."""
    if node.op != "matmul":
        return
    for place, factor in enumerate(node.args):
        if factor.op == "add":
            number = abs(split_number(factor.args[0])[0])
            if number != 1 and all(abs(split_number(term)[0]) == number for term in factor.args):
                inside = add(*(mul(num(1 / number), term) for term in factor.args))
                yield mul(num(number), matmul(*node.args[:place], inside, *node.args[place + 1 :]))


def inner_products(node: Node) -> Iterator[Node]:
    """`x.T @ (x / s) ** (k - 1)` as `s * sum((x / s) ** k)`; of `(1 - onehot(k)) * z` by p: `p.T @ z - p[k] * z[k]`."""
    if node.op != "matmul" or node.shape or len(node.args) != 2:
        return
    left, right = transpose(node.args[0]), node.args[1]
    for one, other in ((left, right), (right, left)):
        factors = other.args if other.op == "mul" else (other,)
        for place, factor in enumerate(factors):
            rest = (*factors[:place], *factors[place + 1 :])
            if factor.op == "pow" and factor.shape and value_of(factor.args[1]) is None:
                scalars, base = split_scalars(factor.args[0])
                if base is one:
                    raised = power(factor.args[0], add(factor.args[1], ONE))
                    yield mul(*(power(scalar, MINUS_ONE) for scalar in scalars), total(mul(*rest, raised)))
            if factor.op == "add" and any(_onehot(term) for term in factor.args):
                yield add(*(_inner(one, term, rest) for term in factor.args))


def _onehot(term: Node) -> Node | None:
    """The one-hot vector that a term is a multiple of."""
    rest = split_scalars(term)[1]
    return rest if rest.op == "onehot" and len(rest.shape) == 1 else None


def _inner(one: Node, term: Node, rest: Sequence[Node]) -> Node:
    """The inner product of a vector and a product by entry, one factor of which is `term`."""
    hot = _onehot(term)
    if hot is None:
        return matmul(transpose(one), mul(term, *rest))
    factors = [factor if not factor.shape else matmul(transpose(hot), factor) for factor in (one, *rest)]
    return mul(*split_scalars(term)[0], *factors)


def picked(node: Node, facts: Facts) -> Iterator[Node]:
    """`p * onehot(k)` is `p[k] onehot(k)`; `p.T @ (a + c)` is `p.T @ a + c` where p sums to 1."""
    if node.op == "mul":
        arrays = [factor for factor in node.args if factor.shape]
        hot = next((factor for factor in arrays if factor.op == "onehot" and len(factor.shape) == 1), None)
        if hot is not None and len(arrays) > 1:
            scalars = [factor for factor in node.args if not factor.shape]
            chosen = [facts.plain(matmul(transpose(hot), factor)) for factor in arrays if factor is not hot]
            yield mul(*scalars, *chosen, hot)
    if node.op == "matmul" and not node.shape and len(node.args) == 2:
        left, right = transpose(node.args[0]), node.args[1]
        for weights, values in ((left, right), (right, left)):
            if values.op != "add" or facts.sums_to_one(weights) != 0:
                continue
            same = [term for term in values.args if not term.shape]
            rest = [term for term in values.args if term.shape]
            if same and rest:
                yield add(*same, facts.plain(matmul(transpose(weights), add(*rest))))
