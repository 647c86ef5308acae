"""The exponentials of softmax, and of log-sum-exp or the logarithm of softmax, of the same array, once."""

from __future__ import annotations

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Graph, Pass, Rules
from gradcli.emit.plan import Plan

_WITH = ("logsoftmax", "logsumexp")  # what softmax is computed together with, the first that is asked for


class SharedExpPass(Pass):
    """Where two are asked of an array along an axis, one operation gives both."""

    needs = frozenset({"softmax"})

    def __init__(self, plan: Plan, rules: Rules, graph: Graph) -> None:
        super().__init__(plan, rules, graph)
        asked: dict[tuple[int, object], set[str]] = {}
        for instr in self.order:
            if instr.kind in ("softmax", *_WITH):
                asked.setdefault((instr.args[0].serial, instr.data), set()).add(instr.kind)
        self._other = {
            key: next(kind for kind in _WITH if kind in kinds)
            for key, kinds in asked.items()
            if "softmax" in kinds and len(kinds) > 1
        }

    def visit(self, instr: Instr) -> Instr:
        if instr.kind != "softmax" and instr.kind not in _WITH:
            return super().visit(instr)
        other = self._other.get((instr.args[0].serial, instr.data))
        if other is None or instr.kind not in ("softmax", other):
            return super().visit(instr)
        joint = self.plan.make(f"softmax_{other}", self.memo[instr.args[0].serial], data=instr.data, rank=2)
        out = self.plan.make("component", joint, data=int(instr.kind == other), rank=instr.rank)
        self._keep_shape(instr, out)
        return out
