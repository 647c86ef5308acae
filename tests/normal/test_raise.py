"""Sums of products with named indices in matrix notation: the value is NumPy's, the form what one would write."""

from __future__ import annotations

import numpy as np
import pytest
from numpy_value import Numeric

from gradcli.expr.arith import mul, ones, size
from gradcli.expr.linear import diag, diagonal, eye, matmul, trace, transpose
from gradcli.expr.node import Node, var
from gradcli.expr.reduce import sum_axis, total
from gradcli.expr.shapes import ShapeError
from gradcli.normal.raise_ import from_einsum

SIZES = {"m": 3, "n": 4, "p": 5, "q": 2}
A, B, C = var("A", ("m", "n")), var("B", ("n", "p")), var("C", ("m", "n"))
S, R, P = var("S", ("n", "n")), var("R", ("n", "n")), var("P", ("p", "m"))
x, y, z, a = var("x", ("n",)), var("y", ("n",)), var("z", ("m",)), var("a", ("m",))
row, c = var("r", (1, "n")), var("c", ())
U = var("U", ("m", "n", "p"))
T = transpose

CASES: list[tuple[str, tuple[Node, ...], Node | None]] = [
    ("ij,jk->ik", (A, B), matmul(A, B)),
    ("ij,jk->ki", (A, B), matmul(T(B), T(A))),
    ("ij->ji", (A,), T(A)),
    ("ij,ij->ij", (A, C), mul(A, C)),
    ("ij,ij->", (A, C), total(mul(A, C))),
    ("ij,kj->ik", (A, C), matmul(A, T(C))),
    ("ij,j->i", (A, x), matmul(A, x)),
    ("ij,i->j", (A, z), matmul(T(A), z)),
    ("i,i->", (x, y), matmul(T(x), y)),
    ("i,j->ij", (z, x), matmul(z, T(x))),
    ("i,ij,j->", (z, A, x), matmul(T(z), A, x)),
    ("ii->", (S,), trace(S)),
    ("ii->i", (S,), diagonal(S)),
    ("ij,ji->", (S, R), trace(matmul(S, R))),
    ("ij,jk,ki->", (A, B, P), trace(matmul(A, B, P))),
    ("ij->", (A,), total(A)),
    ("ij->i", (A,), sum_axis(A, 1)),
    ("ij->j", (A,), sum_axis(A, 0)),
    ("i,ij->ij", (z, A), matmul(diag(z), A)),
    ("ij,j->ij", (A, x), matmul(A, diag(x))),
    ("i,ij,j->ij", (z, A, x), mul(A, matmul(z, T(x)))),
    ("i,i->i", (x, y), mul(x, y)),
    ("ij,i->ij", (eye("n"), x), diag(x)),
    ("ij,jk->ik", (eye("n"), S), S),
    ("ij,jk,k->i", (A, S, x), matmul(A, S, x)),
    ("ij,j,jk->ik", (A, x, B), matmul(A, diag(x), B)),
    ("i,i,i->", (x, y, x), None),
    ("ij,ij,jk->ik", (A, C, B), matmul(mul(A, C), B)),
    (",ij->ij", (c, A), mul(c, A)),
    ("ij,jk->ik", (row, B), matmul(row, B)),
    ("ij,kj->k", (row, A), matmul(A, T(row))),
    ("i,j->", (x, z), mul(total(x), total(z))),
    ("ij,jk", (A, B), matmul(A, B)),
    ("ij,k->ij", (A, ones(("p",))), mul(size("p"), A)),
    ("ijk,jk->i", (U, B), None),
    ("i,j,k->ijk", (z, x, a), None),
    ("ij,jk,jl->ikl", (A, B, S), None),
    ("ij,kj,lj->", (A, C, A), None),
    ("ij,jk,kl,li->i", (A, S, B, P), None),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_the_matrix_form_has_the_value_of_the_sum(number: int) -> None:
    subscripts, operands, expected = CASES[number]
    found = from_einsum(subscripts, operands)
    if expected is not None:
        assert found is expected, (found, expected)
    rng = np.random.default_rng(number)
    names = {}
    for node in (A, B, C, S, R, P, x, y, z, a, row, c, U):
        shape = tuple(SIZES[d] if isinstance(d, str) else d for d in node.shape)
        names[node.data[0]] = rng.normal(size=shape)  # type: ignore[index]
    numeric = Numeric(names, SIZES)
    wanted = np.einsum(subscripts, *(numeric(node) for node in operands))
    np.testing.assert_allclose(numeric(found).reshape(wanted.shape), wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("subscripts", "operands"),
    [("ij,jk->ik", (A, A)), ("ijk->i", (x,)), ("i,j->ij", (x,)), ("ij->ik", (A,)), ("i.->i", (A,))],
)
def test_letters_that_do_not_fit_are_an_error(subscripts: str, operands: tuple[Node, ...]) -> None:
    with pytest.raises(ShapeError):
        from_einsum(subscripts, operands)
