"""Several systems with one matrix, solved together: one factorisation, where a target has no parts of it."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.emit.optimise.rewrite import Pass, Rules
from gradcli.emit.plan import Instr, Plan, postorder


class StackedSolvesPass(Pass):
    """Solves the systems of one matrix whose right sides are lists that wait for no solution, together."""

    def __init__(self, plan: Plan, rules: Rules, roots: Sequence[Instr]) -> None:
        super().__init__(plan, rules, roots)
        self._groups: dict[int, list[Instr]] = {}
        open_groups: dict[int, list[Instr]] = {}
        for instr in self.order:
            if instr.kind != "solve" or instr.rank != 1:
                continue
            if not any(part.kind == "solve" and part.rank == 1 for part in postorder([instr.args[1]])):
                open_groups.setdefault(instr.args[0].serial, []).append(instr)
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
        joint = self.make("solve", matrix, self.make("stacked", *sides, rank=2), rank=2)
        out = self.make("column_of", joint, data=group.index(instr), rank=1)
        self._keep_shape(instr, out)
        return out
