"""The closed set of operations, and how to rebuild each from new arguments.

| op | args | data | value |
| --- | --- | --- | --- |
| num | | Fraction | a rational |
| const | | `pi`, `e_`, `inf` | a constant |
| dim | | dimension name | its size as a number |
| var | | (name, attributes) | a named value |
| cotangent | | (f, y) | ∂f/∂y, f arbitrary: an array of y's shape |
| param | | name | the argument of a function's definition |
| zeros, ones, eye | | | constant arrays |
| unit | | index | 1 at one entry (from 1), else 0 |
| add, mul | n | | elementwise, scalars go with anything |
| pow | base, exponent | | elementwise |
| matmul | n >= 2 | | matrix product |
| T | A | | transpose |
| inv, mpow | A | mpow: k >= 2 | inverse, matrix power |
| diag, diagonal | v; A | | vector to matrix; matrix to vector |
| tr, det, logdet, adj | A | | scalars of a square matrix; the adjugate |
| sum, sum_axis | A | sum_axis: axis | sums |
| norm, norm1 | A | | Frobenius or 2-norm; sum of absolute values |
| elem | x | (name, order) | function applied to every entry |
| vfun | x | (name, order) | `h : R[n] -> R[m]` and its derivatives: shape of h, then `order` times n |
| max, min | a, b | | elementwise |
| cmp | a, b | `<` or `<=` | 0 or 1 |
| where | c, a, b | | elementwise choice |
| softmax, logsoftmax, logsumexp | x | axis or None | over a vector or one axis of a matrix |
| stack | scalars | | a literal vector or matrix, row by row |
| entry | A | index from 1 | one entry |
| tril, triu | A | k | triangle |
| kron, vec | A, B; A | | Kronecker product; columns stacked |
| reshape | A | | the entries row by row, in the node's shape |
| einsum | operands | (subscripts of each operand, subscripts of the result) | sum over the other letters |
| factor | X | (kind, component) | a component of a factorisation: `lu`, `chol`, `qr`, `eigh`, `svd` |
| pinv, expm | A | | pseudoinverse; matrix exponential |
| expm_frechet | A, E | | derivative of expm at A in the direction E |
| norm2, norm_nuc | A | | largest singular value; sum of the singular values |
| implicit | what it depends on | (unknown, the names, residual) | where the residual is zero: see `implicit` |
| stop | x | | held constant |
| grad | of, wrt | structure or None | a derivative asked for inside an expression |
| jac | of, wrt | layout | likewise |
| hess | of, wrt, wrt | | likewise |
| loss | y, ... | name | an arbitrary scalar function of the arguments: what `grad` and its kin are of |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from gradcli.expr import arith, contraction, factor, linear, rearrange, reduce, spectral
from gradcli.expr.node import Node, make
from gradcli.expr.shapes import Shape

Builder = Callable[[tuple[Node, ...], object, Shape], Node]

LEAVES = frozenset({"num", "const", "dim", "var", "cotangent", "param", "zeros", "ones", "eye", "unit"})

_Index = tuple[int, ...]

_BUILD: dict[str, Builder] = {
    "add": lambda a, d, s: arith.add(*a),
    "mul": lambda a, d, s: arith.mul(*a),
    "pow": lambda a, d, s: arith.power(*a),
    "matmul": lambda a, d, s: linear.matmul(*a),
    "T": lambda a, d, s: linear.transpose(*a),
    "inv": lambda a, d, s: linear.inv(*a),
    "mpow": lambda a, d, s: linear.matpower(a[0], cast(int, d)),
    "diag": lambda a, d, s: linear.diag(*a),
    "diagonal": lambda a, d, s: linear.diag(*a),
    "tr": lambda a, d, s: linear.trace(*a),
    "det": lambda a, d, s: reduce.scalar_of_matrix("det", *a),
    "logdet": lambda a, d, s: reduce.scalar_of_matrix("logdet", *a),
    "adj": lambda a, d, s: make("adj", a, shape=a[0].shape),
    "sum": lambda a, d, s: reduce.total(*a),
    "sum_axis": lambda a, d, s: reduce.sum_axis(a[0], cast(int, d)),
    "norm": lambda a, d, s: reduce.norm("norm", *a),
    "norm1": lambda a, d, s: reduce.norm("norm1", *a),
    "elem": lambda a, d, s: reduce.elementwise(*cast(tuple[str, int], d), *a),
    "vfun": lambda a, d, s: make("vfun", a, data=cast(tuple[str, int], d), shape=s),
    "max": lambda a, d, s: reduce.binary("max", *a),
    "min": lambda a, d, s: reduce.binary("min", *a),
    "cmp": lambda a, d, s: reduce.compare(cast(str, d), *a),
    "where": lambda a, d, s: reduce.where(*a),
    "softmax": lambda a, d, s: reduce.over_axis("softmax", a[0], cast("int | None", d)),
    "logsoftmax": lambda a, d, s: reduce.over_axis("logsoftmax", a[0], cast("int | None", d)),
    "logsumexp": lambda a, d, s: reduce.over_axis("logsumexp", a[0], cast("int | None", d)),
    "stack": lambda a, d, s: reduce.stack(a, s),
    "entry": lambda a, d, s: reduce.entry(a[0], cast(_Index, d)),
    "tril": lambda a, d, s: reduce.triangle("tril", a[0], cast(int, d)),
    "triu": lambda a, d, s: reduce.triangle("triu", a[0], cast(int, d)),
    "kron": lambda a, d, s: reduce.kron(*a),
    "vec": lambda a, d, s: reduce.vec(*a),
    "reshape": lambda a, d, s: rearrange.reshape(a[0], s),
    "einsum": lambda a, d, s: contraction.einsum(*cast("tuple[tuple[str, ...], str]", d), a, s),
    "factor": lambda a, d, s: factor.component(*cast("tuple[str, str]", d), *a),
    "pinv": lambda a, d, s: spectral.pinv(*a),
    "expm": lambda a, d, s: spectral.expm(*a),
    "expm_frechet": lambda a, d, s: spectral.expm_frechet(*a),
    "norm2": lambda a, d, s: spectral.spectral_norm("norm2", *a),
    "norm_nuc": lambda a, d, s: spectral.spectral_norm("norm_nuc", *a),
    "implicit": lambda a, d, s: make("implicit", a, data=cast("tuple[object, ...]", d), shape=s),
    "stop": lambda a, d, s: reduce.stop(*a),
    "grad": lambda a, d, s: make("grad", a, data=cast("str | None", d), shape=s),
    "jac": lambda a, d, s: make("jac", a, data=cast(str, d), shape=s),
    "hess": lambda a, d, s: make("hess", a, data=None, shape=s),
    "loss": lambda a, d, s: make("loss", a, data=cast(str, d)),
}

OPERATIONS = LEAVES | _BUILD.keys()


def rebuild(node: Node, args: tuple[Node, ...]) -> Node:
    """The same operation on other arguments of the same shapes, simplified as it is built."""
    if args == node.args:
        return node
    return _BUILD[node.op](args, node.data, node.shape)
