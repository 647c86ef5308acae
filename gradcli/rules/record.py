"""One application of a rule: what stood there before, the rule, and what stands there after."""

from __future__ import annotations

from gradcli.expr.node import Node
from gradcli.record import dataclass


@dataclass(frozen=True, slots=True)
class Application:
    """The rule of the operation `part` at its operand `position`.

    `before` is the gradient of the value of `part` (in its shape), `after` what the rule makes of it: what `part` adds
    to the gradient of that operand (in the operand's shape).
    """

    part: Node
    position: int
    rule: str
    before: Node
    after: Node

    @property
    def operand(self) -> Node:
        """The operand whose gradient this adds to."""
        return self.part.args[self.position]
