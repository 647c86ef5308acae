"""Functions of matrices on stacks of them: `inv`, `det`, `logdet`, `tr`, `chol`, `solve`, `tril` over the last axes."""

from __future__ import annotations

from gradcli.expr import batched, linear
from gradcli.expr.node import Node
from gradcli.program.signature import Misfit
from gradcli.program.unify import OpenShape, settle, show_open, unify


def stack_of_squares(shape: OpenShape, what: str) -> OpenShape:
    """Check that the last two axes are those of square matrices.  Raises Misfit."""
    shape = settle(shape)
    if not unify(shape[-2], shape[-1]):
        raise Misfit("E302", f"{what} needs square matrices, and this is {show_open(shape)}")
    return settle(shape)


def of_stack(op: str, node: Node) -> Node:
    """The function of each matrix of a stack."""
    from gradcli.expr import stacked  # programs without stacks do not load it

    match op:
        case "inv":
            return stacked.inverses(node)
        case "tr":
            return stacked.traces(node)
        case "chol":
            return stacked.cholesky_factors(node)
    return stacked.of_each({"det": "determinants", "logdet": "logdets"}[op], node)


def solved(a: Node, b: Node) -> Node:
    """`inv(A) @ b`."""
    return batched.product(of_stack("inv", a), b) if len(a.shape) > 2 else linear.matmul(linear.inv(a), b)


def triangles_of(op: str, node: Node, k: int) -> Node:
    """`tril(A, k)` or `triu(A, k)` of each matrix."""
    from gradcli.expr import stacked

    return stacked.triangles(op, node, k)
