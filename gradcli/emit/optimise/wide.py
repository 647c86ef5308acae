"""Singular vectors of a matrix of unknown shape, wide or tall.

The sizes are those of a tall matrix. Where no singular value is asked for, or only their sum, a wide one may have
zeros in the places that it lacks: they add nothing to a product of U and V. Elsewhere (means, logarithms,
derivatives of the vectors) they would change the value, and the plain function refuses a wide matrix.
"""

from __future__ import annotations

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Graph, Pass, Rules
from gradcli.emit.plan import Plan

_VALUES = 1
"""The place of the singular values among the components."""
_PRODUCTS = ("matmul", "transpose", "dot")


class WidePass(Pass):
    """`svd` becomes `svd_filled` where zeros for what a wide matrix lacks change nothing."""

    def __init__(self, plan: Plan, rules: Rules, graph: Graph) -> None:
        super().__init__(plan, rules, graph)
        results = {root.serial for root in self.roots}
        parts = {
            instr.serial: instr
            for instr in self.order
            if instr.kind == "component" and instr.args[0].kind == "factorise" and instr.args[0].data == "svd"
        }
        self._strict = {part.args[0].serial for serial, part in parts.items() if serial in results}
        for instr in self.order:
            for part in (parts[arg.serial] for arg in instr.args if arg.serial in parts):
                if instr.kind not in (("total",) if part.data == _VALUES else _PRODUCTS):
                    self._strict.add(part.args[0].serial)
            if instr.kind != "unit" and any(arg.kind in ("size", "length") for arg in instr.args):
                self._strict |= {part.args[0].serial for part in parts.values()}  # a mean divides by the size

    def visit(self, instr: Instr) -> Instr:
        if instr.kind == "factorise" and instr.data == "svd" and instr.serial not in self._strict:
            return self.make("factorise", self.memo[instr.args[0].serial], data="svd_filled", rank=2)
        return super().visit(instr)
