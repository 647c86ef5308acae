"""Functions by definition, put in where they are applied, so that a function and its derivatives share their parts."""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.emit.instr import Instr
from gradcli.emit.plan import Plan, postorder
from gradcli.expr.node import Node, make
from gradcli.expr.reduce import elementwise
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.program.model import Function

_BY_ENTRY = frozenset(
    {
        *("number", "const", "sum", "product", "power", "sqrt", "map", "call", "defined", "maximum", "minimum"),
        *("compare", "nonzero", "indicator", "where"),
    }
)
_LARGEST = 60  # instructions of a body that is put in; a larger one is a function of its own


def body_of(functions: Mapping[str, Function], name: str, order: int) -> tuple[Node, Node]:
    """The parameter of a function and the expression of its value, or of a derivative of it."""
    from gradcli.rules.derivatives import differentiate

    function = functions.get(name)
    if function is not None and function.body is not None and function.param is not None:
        param, body = function.param, function.body
    else:
        param = make("param", data="t")
        body = elementwise(name, 0, param)
    for _ in range(order):
        body = differentiate(body, param)
    return param, body


def is_composed(name: str) -> bool:
    """Whether a function of the catalogue is computed as what it is by definition, as no package has it."""
    row = SCALAR_FUNCTIONS[name]
    return row.definition is not None and row.numpy is None


def definition_of(name: str) -> tuple[Node, Node]:
    """A parameter, and a function of the catalogue over it as what it is by definition."""
    from gradcli.rules.fill import fill

    param = make("param", data="t")
    text = SCALAR_FUNCTIONS[name].definition
    assert text is not None
    return param, fill(text, {"t": param})


def inlined(plan: Plan, body: Instr, arg: Instr) -> Instr | None:
    """The value of a function of one scalar at every entry of `arg`; None where it is no formula by entry, is long, or
    does not depend on it.  `body` is of another plan, its one input the argument."""
    order = postorder([body])
    if len(order) > _LARGEST or not all(instr.kind in _BY_ENTRY or instr.kind == "input" for instr in order):
        return None
    made: dict[int, Instr] = {}
    for instr in order:
        if instr.kind == "input":
            made[instr.serial] = arg
            continue
        args = [made[part.serial] for part in instr.args]
        rank = max((part.rank for part in args), default=0)
        made[instr.serial] = plan.make(instr.kind, *args, data=instr.data, rank=rank)
    out = made[body.serial]
    return out if out.rank == arg.rank else None
