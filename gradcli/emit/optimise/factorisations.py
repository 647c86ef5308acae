"""One factorisation for all that is asked of a matrix: solutions, its inverse, its determinant.

Cholesky's where the matrix is certainly positive definite: declared so, or symmetric and semidefinite by its form,
as `X.T @ X` is, and inverted.  Else LU where it serves twice.  Where every entry of a declared matrix counts as free
(`plan.free`), it is only used for what takes the symmetric part and the matrix alike.
"""

from __future__ import annotations

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.facts import is_semidefinite
from gradcli.emit.optimise.rewrite import Graph, Pass, Rules
from gradcli.emit.plan import Plan

_ASKED = ("solve", "inv", "logdet")


class FactorisationPass(Pass):
    """`least` is how many kinds of questions a definite matrix must meet to be factorised by Cholesky, `lu` whether a
    target has the parts of LU, `inverse` whether an inverse is taken from a factorisation."""

    needs = frozenset(_ASKED)
    least = 1
    lu = True
    inverse = True

    def __init__(self, plan: Plan, rules: Rules, graph: Graph) -> None:
        super().__init__(plan, rules, graph)
        self._asked: dict[int, list[Instr]] = {}
        self._users: dict[int, list[Instr]] = {}
        self._results = {root.serial for root in self.roots}
        for instr in self.order:
            if instr.kind in _ASKED and instr.args[0].rank == 2:
                self._asked.setdefault(_straight(instr.args[0]).serial, []).append(instr)
            for arg in instr.args:
                self._users.setdefault(arg.serial, []).append(instr)
        self._ways = {serial: self._way(asked) for serial, asked in self._asked.items()}

    def _way(self, asked: list[Instr]) -> str | None:
        """How the matrix is factorised; None where the plain functions serve as well."""
        matrix = _straight(asked[0].args[0])
        if len({instr.kind for instr in asked}) >= self.least:
            if is_semidefinite(self.plan, matrix):
                return "chol_lower"
            if self.plan.free and is_semidefinite(self.plan, matrix, declared=True):
                return "chol" if all(self._is_even(instr) for instr in asked) else self._plain(asked)
        return self._plain(asked)

    def _plain(self, asked: list[Instr]) -> str | None:
        return "lu_factor" if self.lu and len(asked) > 1 else None

    def _is_even(self, instr: Instr) -> bool:
        """Whether the value is the same function of a symmetric matrix and of any with that symmetric part, to first
        order: log-determinants and quadratic forms are."""
        if instr.kind == "logdet":
            return True
        if instr.kind == "inv" or instr.serial in self._results:
            return False
        right = instr.args[1]
        for user in self._users.get(instr.serial, []):
            if user.kind == "matmul" and right in user.args and user.rank == 0:
                continue
            if user.kind == "dot" and right in user.args:
                continue
            turned = self._users.get(user.serial, []) if user.kind == "transpose" else []
            if turned and all(last.kind == "dot" and self.plan.transpose(right) in last.args for last in turned):
                continue
            return False
        return True

    def visit(self, instr: Instr) -> Instr:
        matrix = _straight(instr.args[0]) if instr.kind in _ASKED and instr.args[0].rank == 2 else None
        way = self._ways.get(matrix.serial) if matrix is not None else None
        if matrix is None or way is None or (instr.kind == "inv" and not self.inverse):
            return super().visit(instr)
        factor = self.make(way, self.memo[matrix.serial], rank=2)
        out = self._answer(instr, factor, way, turned=instr.args[0] is not matrix)
        self._keep_shape(instr, out)
        return out

    def _answer(self, instr: Instr, factor: Instr, way: str, turned: bool) -> Instr:
        lu = way == "lu_factor"
        if instr.kind == "solve":
            kind = "lu_solve" if lu else "cho_solve"
            right = self.memo[instr.args[1].serial]
            return self.make(kind, factor, right, data=turned if lu else None, rank=instr.rank)
        if instr.kind == "inv":
            out = self.make("lu_inverse" if lu else "cho_inverse", factor, rank=2)
            return self.transpose(out) if turned and lu else out
        if lu:
            return self.make("lu_logdet", factor)
        entries = self.make("diagonal", factor, rank=1)
        return self.product(2, [self.make("total", self.make("map", entries, data="log", rank=1))])


class NumpyFactorisationPass(FactorisationPass):
    """NumPy has no triangular solver: Cholesky's factor pays where it serves twice, and LU comes whole."""

    least = 2
    lu = False
    inverse = False

    def visit(self, instr: Instr) -> Instr:
        if instr.kind == "solve" and self._is_small(instr.args[0]):
            matrix, right = (self.memo[arg.serial] for arg in instr.args)
            out = self.matmul(self.make("inv", matrix, rank=2), right)
            self._keep_shape(instr, out)
            return out
        return super().visit(instr)

    def _way(self, asked: list[Instr]) -> str | None:
        return None if self._is_small(asked[0].args[0]) else super()._way(asked)

    def _is_small(self, matrix: Instr) -> bool:
        """Whether a matrix is of a length that is short beside others: its inverse is made at once, and a product with
        that reads the right side only once."""
        shape = self.plan.shape(matrix)
        return shape is not None and any(shape[0] == short for short, _ in self.plan.thin)


def _straight(matrix: Instr) -> Instr:
    return matrix.args[0] if matrix.kind == "transpose" else matrix
