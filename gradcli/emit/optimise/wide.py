"""Singular vectors of a matrix of unknown shape, wide or tall.

The sizes are those of a tall matrix. Where no singular value is asked for, or only their sum, a wide one may have
zeros in the places that it lacks: they add nothing to a product of U and V. Elsewhere (means, logarithms,
derivatives of the vectors) they would change the value, and the plain function refuses a wide matrix.
"""

from __future__ import annotations

from collections.abc import Hashable

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Graph, Pass, Rules
from gradcli.emit.plan import Plan

_VALUES = 1
"""The place of the singular values among the components."""
_PRODUCTS = ("matmul", "transpose", "dot")


class WidePass(Pass):
    """`svd` becomes `svd_filled` where zeros for what a wide matrix lacks change nothing."""

    needs = frozenset({"factorise"})

    def __init__(self, plan: Plan, rules: Rules, graph: Graph) -> None:
        super().__init__(plan, rules, graph)
        results = {root.serial for root in self.roots}
        parts = {
            instr.serial: instr
            for instr in self.order
            if instr.kind == "component" and instr.args[0].kind == "factorise" and instr.args[0].data == "svd"
        }
        self._strict = {part.args[0].serial for serial, part in parts.items() if serial in results}
        self._meet(parts, results)
        for instr in self.order:
            for part in (parts[arg.serial] for arg in instr.args if arg.serial in parts):
                if part.data == _VALUES and instr.kind != "total":
                    self._strict.add(part.args[0].serial)
            if instr.kind != "unit" and any(arg.kind in ("size", "length") for arg in instr.args):
                self._strict |= {part.args[0].serial for part in parts.values()}  # a mean divides by the size

    def _meet(self, parts: dict[int, Instr], results: set[int]) -> None:
        """Take as strict what uses U or V other than in one product of both, as `U.T @ U` and `V.T @ x` do."""
        alone: dict[int, frozenset[tuple[int, Hashable]]] = {
            serial: frozenset({(part.args[0].serial, part.data)})
            for serial, part in parts.items()
            if part.data != _VALUES
        }
        for instr in self.order:
            operands = [alone[arg.serial] for arg in instr.args if arg.serial in alone]
            if not operands:
                continue
            found = frozenset[tuple[int, Hashable]]().union(*operands)
            whole = len({svd for svd, _ in found}) == 1 and len(found) == 2
            if instr.kind not in _PRODUCTS or len(found) < sum(map(len, operands)) or (len(found) > 1 and not whole):
                self._strict |= {svd for svd, _ in found}
            elif not whole:
                alone[instr.serial] = found
                if instr.serial in results:
                    self._strict |= {svd for svd, _ in found}

    def visit(self, instr: Instr) -> Instr:
        if instr.kind == "factorise" and instr.data == "svd" and instr.serial not in self._strict:
            return self.make("factorise", self.memo[instr.args[0].serial], data="svd_filled", rank=2)
        return super().visit(instr)
