"""Every notation can write every operation there is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradcli.expr.implicit import implicit
from gradcli.expr.node import Node, make, num
from gradcli.ops.operations import OPERATIONS
from gradcli.ops.payload import Placement
from gradcli.render.latex import latex
from gradcli.render.mc import mc
from gradcli.render.text import text
from tests.render.vocabulary import A, B, frac, s, t, x, z

square, vector = ("n", "n"), ("n",)

SAMPLES: dict[str, Node] = {
    "num": frac(-7, 3),
    "const": make("const", data="pi"),
    "dim": make("dim", data="n"),
    "var": x,
    "cotangent": make("cotangent", data=("f", "x"), shape=vector),
    "param": make("param", data="t"),
    "zeros": make("zeros", shape=square),
    "ones": make("ones", shape=square),
    "eye": make("eye", shape=square),
    "place": make("place", data=Placement((1,), 0), shape=square),
    "unit": make("unit", data=(1, 2), shape=square),
    "add": make("add", (x, z), shape=vector),
    "mul": make("mul", (x, z), shape=vector),
    "pow": make("pow", (x, num(-3)), shape=vector),
    "matmul": make("matmul", (A, x), shape=vector),
    "mpow": make("mpow", (A,), data=2, shape=square),
    "elem": make("elem", (x,), data=("sin", 0), shape=vector),
    "vfun": make("vfun", (x,), data=("h", 1), shape=("m", "n")),
    "vrows": make("vrows", (A,), data=("h", 0), shape=("m", "k")),
    "max": make("max", (x, z), shape=vector),
    "min": make("min", (x, z), shape=vector),
    "cmp": make("cmp", (x, z), data="<=", shape=vector),
    "where": make("where", (x, z, x), shape=vector),
    "sum_axis": make("sum_axis", (A,), data=0, shape=vector),
    "softmax": make("softmax", (A,), data=1, shape=square),
    "logsoftmax": make("logsoftmax", (x,), shape=vector),
    "logsumexp": make("logsumexp", (A,), data=0, shape=vector),
    "stack": make("stack", (s, t), shape=(2,)),
    "entry": make("entry", (A,), data=(1, 2)),
    "tril": make("tril", (A,), data=-1, shape=square),
    "triu": make("triu", (A,), data=0, shape=square),
    "kron": make("kron", (A, B), shape=("n*n", "n*n")),
    "vec": make("vec", (A,), shape=("n*n",)),
    "einsum": make("einsum", (A, B), data=(("ij", "jk"), "ik"), shape=square),
    "attains": make("attains", (x, s), data="largest", shape=vector),
    "cumsum": make("cumsum", (x,), data=(None, True), shape=vector),
    "cumprod": make("cumprod", (A,), data=1, shape=square),
    "roll": make("roll", (A,), data=(-2, 0), shape=square),
    "variance": make("variance", (A,), data=(0, 1), shape=vector),
    "cross": make("cross", (x, z), shape=vector),
    "sylvester": make("sylvester", (A, B, A), shape=square),
    "logm_frechet": make("logm_frechet", (A, B), shape=square),
    "matrix_power": make("matrix_power", (A, s), shape=square),
    "expm_frechet": make("expm_frechet", (A, B), shape=square),
    "implicit": implicit(x, make("matmul", (A, x), shape=vector)),
    "factor": make("factor", (A,), data=("lu", "L"), shape=square),
    "diag": make("diag", (x,), shape=square),
    "grad": make("grad", (s, x), shape=vector),
    "jac": make("jac", (x, z), data="mixed", shape=square),
    "hess": make("hess", (s, x, z), shape=square),
    "loss": make("loss", (x,), data="f"),
}


def _sample(op: str) -> Node:
    if op in SAMPLES:
        return SAMPLES[op]
    keeps_shape = op in ("T", "inv", "adj", "stop", "pinv", "expm")
    return make(op, (A,), shape=square if keeps_shape else ("n",) if op == "diagonal" else ())


@pytest.mark.parametrize("op", sorted(OPERATIONS))
@pytest.mark.parametrize("write", [mc, text, latex], ids=lambda write: write.__name__)
def test_every_operation_is_written(op: str, write: Callable[[Node], str]) -> None:
    node = _sample(op)
    assert node.op == op
    written = write(node)
    assert written and "None" not in written and written.count("(") == written.count(")")
    assert written.count("{") == written.count("}")


@pytest.mark.parametrize("write", [mc, text, latex], ids=lambda write: write.__name__)
def test_an_unknown_operation_is_named(write: Callable[[Node], str]) -> None:
    with pytest.raises(LookupError, match="frobnicate"):
        write(make("frobnicate", (x,)))
