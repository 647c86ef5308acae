"""What is known of the structure of matrices: which axes are thin, and the factors of Kronecker products."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass
from gradcli.expr.shapes import Dim


def thin_names(order: Sequence[Instr], shape: Callable[[Instr], tuple[Dim, ...] | None]) -> frozenset[tuple[Dim, Dim]]:
    """`(k, n)` where a declared n x k matrix meets one of k x n: their product is n x n, so that k is short beside n.

    A matrix that is turned first, as X in `X.T @ X`, says nothing: many rows are usual.
    """
    found: set[tuple[Dim, Dim]] = set()
    for instr in order:
        if instr.kind != "matmul" or instr.rank != 2:
            continue
        left, right = _end(instr.args[0], 1), _end(instr.args[1], 0)
        here, there = shape(left), shape(right)
        if left.kind == "input" and here is not None and there is not None and len(here) == len(there) == 2:
            (n, k), (_, other) = here, there
            if n == other != k and not (isinstance(k, int) and isinstance(n, int) and k >= n):
                found.add((k, n))
    return frozenset(pair for pair in found if pair[::-1] not in found)


def _end(instr: Instr, side: int) -> Instr:
    """The first factor of a product, or the last one."""
    while instr.kind == "matmul" and instr.args[0].rank == instr.args[1].rank == 2:
        instr = instr.args[side]
    return instr


def is_thin(run: Pass, product: Instr) -> bool:
    """Whether this is a product of matrices through a thin axis."""
    if product.kind != "matmul" or product.rank != 2:
        return False
    a, shape = run.shape(product.args[0]), run.shape(product)
    return a is not None and shape is not None and (a[1], shape[0]) in run.plan.thin and shape[0] == shape[1]


def halves_of(run: Pass, matrix: Instr) -> tuple[Instr, Instr] | None:
    """The square factors of a Kronecker product."""
    if matrix.kind != "kron" or matrix.rank != 2:
        return None
    a, b = matrix.args
    square = all((shape := run.shape(half)) is not None and len(shape) == 2 and shape[0] == shape[1] for half in (a, b))
    return (a, b) if square else None


def sizes_of(run: Pass, halves: Sequence[Instr]) -> list[Instr] | None:
    """The lengths of square matrices as numbers; None where one has no name in code."""
    dims = [(run.shape(half) or (None,))[0] for half in halves]
    known = [dim for dim in dims if isinstance(dim, int) or dim in run.plan.known]
    return [run.plan.size(dim) for dim in known] if len(known) == len(dims) else None


def on_list(
    run: Pass, halves: tuple[Instr, Instr], vector: Instr, apply: Callable[[Instr, Instr], Instr]
) -> Instr | None:
    """`(A ⊗ B) y` as `A @ Y @ B.T` for the rows Y of y, by what `apply` does with a factor."""
    sizes = sizes_of(run, halves)
    if sizes is None:
        return None
    rows = run.make("reshape", vector, *sizes, rank=2)
    out = apply(halves[0], rows)
    out = run.transpose(apply(halves[1], run.transpose(out)))
    flat = run.make("flat", out, rank=1)
    shape = run.shape(vector)
    if shape is not None:
        run.plan.tell(flat, shape)
    return flat
