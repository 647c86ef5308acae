"""Several systems with one matrix, solved together: one factorisation, or one walk through its factors."""

from __future__ import annotations

from collections.abc import Hashable

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Graph, Pass, Rules
from gradcli.emit.plan import Plan

_SOLVES = ("solve", "cho_solve", "lu_solve")


class StackedSolvesPass(Pass):
    """Solves the systems of one matrix whose right sides are lists that wait for equally many solutions, together."""

    needs = frozenset(_SOLVES)

    def __init__(self, plan: Plan, rules: Rules, graph: Graph) -> None:
        super().__init__(plan, rules, graph)
        self._groups: dict[int, list[Instr]] = {}
        open_groups: dict[Hashable, list[Instr]] = {}
        waits: dict[int, int] = {}
        for instr in self.order:
            waits[instr.serial] = max((waits[arg.serial] for arg in instr.args), default=0)
            if instr.kind in _SOLVES and instr.rank == 1:
                key = (instr.kind, instr.args[0].serial, instr.data, waits[instr.serial])
                open_groups.setdefault(key, []).append(instr)
                waits[instr.serial] += 1
        for group in open_groups.values():
            if len(group) > 1:
                self._groups.update({instr.serial: group for instr in group})

    def run(self) -> list[Instr]:
        """The new roots; the right sides of a group come before its first solution."""
        if self._groups:
            self.order = self._ordered()
        return super().run()

    def _ordered(self) -> list[Instr]:
        """All instructions, arguments first, those of a group's right sides before any of its solutions."""
        waits = {serial: [member.args[1] for member in group] for serial, group in self._groups.items()}
        out: list[Instr] = []
        seen: set[int] = set()
        todo = list(reversed(self.roots))
        while todo:
            instr = todo[-1]
            needs = (*instr.args, *waits.get(instr.serial, ()))
            waiting = [need for need in needs if need.serial not in seen]
            if instr.serial in seen or not waiting:
                todo.pop()
                if instr.serial not in seen:
                    seen.add(instr.serial)
                    out.append(instr)
            else:
                todo.extend(reversed(waiting))
        return out

    def visit(self, instr: Instr) -> Instr:
        group = self._groups.get(instr.serial)
        if group is None:
            return super().visit(instr)
        sides = [self.memo[member.args[1].serial] for member in group]
        matrix = self.memo[instr.args[0].serial]
        joint = self.make(instr.kind, matrix, self.make("stacked", *sides, rank=2), data=instr.data, rank=2)
        columns = self.make("unstacked", joint, rank=2)
        out = self.make("column_of", columns, data=group.index(instr), rank=1)
        self._keep_shape(instr, out)
        return out
