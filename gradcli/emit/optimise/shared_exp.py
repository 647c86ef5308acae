"""The exponentials of softmax and of log-sum-exp of the same array, once."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rules
from gradcli.emit.plan import Plan

_PLACES = {"softmax": 0, "logsumexp": 1}
JOINT = "softmax_logsumexp"


class SharedExpPass(Pass):
    """Where both are asked of an array along an axis, one operation gives both."""

    def __init__(self, plan: Plan, rules: Rules, roots: Sequence[Instr]) -> None:
        super().__init__(plan, rules, roots)
        asked: dict[tuple[int, object], set[str]] = {}
        for instr in self.order:
            if instr.kind in _PLACES:
                asked.setdefault((instr.args[0].serial, instr.data), set()).add(instr.kind)
        self._both = {key for key, kinds in asked.items() if len(kinds) == len(_PLACES)}

    def visit(self, instr: Instr) -> Instr:
        if instr.kind not in _PLACES or (instr.args[0].serial, instr.data) not in self._both:
            return super().visit(instr)
        joint = self.plan.make(JOINT, self.memo[instr.args[0].serial], data=instr.data, rank=2)
        out = self.plan.make("component", joint, data=_PLACES[instr.kind], rank=instr.rank)
        self._keep_shape(instr, out)
        return out
