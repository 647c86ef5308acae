"""What the rules are called in a lecture."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.expr.arith import split_number
from gradcli.expr.node import Node

CONSTANT = "constant rule"
MULTIPLE = "constant multiple rule"
POWER = "power rule"
SUM = "sum rule"
DIFFERENCE = "difference rule"
PRODUCT = "product rule"
CHAIN = "chain rule"

_TITLES = {"sum": SUM, "power": POWER, "hadamard": "elementwise product", "product": "matrix product"}


def title(rule: str, part: Node | None = None, operands: Sequence[Node] = ()) -> str:
    """A rule's name in words; where it is said of what, the scalar rule that it is there.

    `operands` are those of `part` that vary.
    """
    if part is not None and part.op == "add" and any(split_number(arg)[0] < 0 for arg in part.args):
        return DIFFERENCE
    if part is not None and part.op == "mul":
        constant = [arg for arg in part.args if arg not in operands]
        if constant and all(not arg.shape for arg in constant) and len(operands) == 1:
            return MULTIPLE
        if all(not arg.shape for arg in part.args):
            return PRODUCT
    return _TITLES.get(rule, rule.replace("_", " "))
