"""How to build each operation of the catalogue, and rebuild it from new arguments."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.expr import (
    arith,
    contraction,
    entrywise,
    factor,
    linear,
    matrix_functions,
    rearrange,
    reduce,
    rotation,
    running,
    spectral,
    stacked,
    statistics,
)
from gradcli.expr.node import Node, axis_of, make, payload
from gradcli.expr.reduce import TIED
from gradcli.ops.operation import Kind
from gradcli.ops.operations import of_kind
from gradcli.ops.passes import Pass
from gradcli.ops.payload import Along, Applied, Component, Index, Places, Running, Subscripts

Builder = Callable[[Node, tuple[Node, ...]], Node]
"""From a node of the operation, which has its payload and shape, and new arguments."""

LEAVES = of_kind(Kind.LEAF)


def _same(node: Node, args: tuple[Node, ...]) -> Node:
    """The operation as it is: nothing about it is simplified."""
    return make(node.op, args, data=node.data, shape=node.shape)


def _contraction(node: Node, args: tuple[Node, ...]) -> Node:
    inputs, output = payload(node, Subscripts)
    return contraction.einsum(inputs, output, args, node.shape)


_BUILD: dict[str, Builder] = {
    "add": lambda n, a: arith.add(*a),
    "mul": lambda n, a: arith.mul(*a),
    "pow": lambda n, a: arith.power(*a),
    "matmul": lambda n, a: linear.matmul(*a),
    "T": lambda n, a: linear.transpose(*a),
    "inv": lambda n, a: linear.inv(*a),
    "mpow": lambda n, a: linear.matpower(a[0], payload(n, int)),
    "diag": lambda n, a: linear.diag(*a),
    "diagonal": lambda n, a: linear.diag(*a),
    "tr": lambda n, a: linear.trace(*a),
    "det": lambda n, a: reduce.scalar_of_matrix("det", *a),
    "logdet": lambda n, a: reduce.scalar_of_matrix("logdet", *a),
    "adj": lambda n, a: make("adj", a, shape=a[-1].shape),
    "sum": lambda n, a: reduce.total(*a),
    "sum_axis": lambda n, a: reduce.sum_axis(a[0], payload(n, int)),
    "attains": _same,
    "largest": lambda n, a: statistics.extreme("largest", a[0], axis_of(n)),
    "smallest": lambda n, a: statistics.extreme("smallest", a[0], axis_of(n)),
    "prod": lambda n, a: statistics.product(a[0], axis_of(n)),
    "variance": lambda n, a: statistics.variance("variance", a[0], *payload(n, Along)),
    "std": lambda n, a: statistics.variance("std", a[0], *payload(n, Along)),
    "cumsum": lambda n, a: running.cumsum(a[0], *payload(n, Running)),
    "cumprod": lambda n, a: running.cumprod(a[0], axis_of(n)),
    "flip": lambda n, a: running.flip(a[0], axis_of(n)),
    "roll": lambda n, a: running.roll(a[0], *payload(n, Places)),
    "norm": lambda n, a: reduce.norm("norm", *a),
    "norm1": lambda n, a: reduce.norm("norm1", *a),
    "elem": lambda n, a: reduce.elementwise(*payload(n, Applied), *a),
    "vfun": _same,
    "vrows": _same,
    "max": lambda n, a: reduce.binary("max", a[0], a[1], TIED if n.data == TIED else None),
    "min": lambda n, a: reduce.binary("min", a[0], a[1], TIED if n.data == TIED else None),
    "cmp": lambda n, a: reduce.compare(payload(n, str), *a),
    "where": lambda n, a: reduce.where(*a),
    "softmax": lambda n, a: reduce.over_axis("softmax", a[0], axis_of(n)),
    "logsoftmax": lambda n, a: reduce.over_axis("logsoftmax", a[0], axis_of(n)),
    "logsumexp": lambda n, a: reduce.over_axis("logsumexp", a[0], axis_of(n)),
    "stack": lambda n, a: reduce.stack(a, n.shape),
    "entry": lambda n, a: reduce.entry(a[0], payload(n, Index)),
    "tril": lambda n, a: reduce.triangle("tril", a[0], payload(n, int)),
    "triu": lambda n, a: reduce.triangle("triu", a[0], payload(n, int)),
    "kron": lambda n, a: reduce.kron(*a),
    "vec": lambda n, a: reduce.vec(*a),
    "reshape": lambda n, a: rearrange.reshape(a[0], n.shape),
    "onehot": lambda n, a: make("onehot", a, shape=n.shape),
    "einsum": _contraction,
    "factor": lambda n, a: factor.component(*payload(n, Component), *a),
    "pinv": lambda n, a: spectral.pinv(*a),
    "expm": lambda n, a: spectral.expm(*a),
    "expm_frechet": lambda n, a: spectral.expm_frechet(*a),
    **dict.fromkeys(entrywise.NAMES, lambda n, a: entrywise.entrywise(n.op, *a)),
    "cross": lambda n, a: rotation.cross(*a),
    "skew": lambda n, a: rotation.skew(*a),
    "sqrtm": lambda n, a: matrix_functions.sqrtm(*a),
    "logm": lambda n, a: matrix_functions.logm(*a),
    "logm_frechet": lambda n, a: matrix_functions.logm_frechet(*a),
    "sylvester": lambda n, a: matrix_functions.sylvester(*a),
    "matrix_power": lambda n, a: matrix_functions.power_of_matrix(*a),
    "norm2": lambda n, a: spectral.spectral_norm("norm2", *a),
    "norm_nuc": lambda n, a: spectral.spectral_norm("norm_nuc", *a),
    "inverses": lambda n, a: stacked.inverses(*a),
    "determinants": lambda n, a: stacked.of_each("determinants", *a),
    "logdets": lambda n, a: stacked.of_each("logdets", *a),
    "cholesky_factors": lambda n, a: stacked.cholesky_factors(*a),
    "implicit": _same,
    "stop": lambda n, a: reduce.stop(*a),
    **dict.fromkeys(of_kind(Kind.QUESTION), _same),
}
BUILD = Pass("build", _BUILD)


def rebuild(node: Node, args: tuple[Node, ...]) -> Node:
    """The same operation on other arguments of the same shapes, simplified as it is built."""
    if args == node.args:
        return node
    return BUILD[node.op](node, args)
