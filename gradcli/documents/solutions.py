"""What follows from a derivative that was set to zero: `w = (X^T X)^{-1} X^T y` is no claim about every w."""

from __future__ import annotations

from dataclasses import replace

from gradcli.documents.program import DocumentProgram, Passed
from gradcli.latex.build import names_in, walk
from gradcli.syntax import ast
from gradcli.verdicts.verdict import Checked


def solutions_passed(program: DocumentProgram, checked: Checked) -> Checked:
    """The verdicts without false ones of equations that solve a condition stated before them."""
    conditions = program.conditions
    if not conditions:
        return checked
    statements = {one.span: one for one in program.module.statements if isinstance(one, ast.Check)}
    kept = []
    for verdict in checked.verdicts:
        statement = statements.get(verdict.statement)
        if verdict.code != "C501" or verdict.claim != "check" or statement is None or _derives(statement):
            kept.append(verdict)
            continue
        names = set().union(*map(names_in, statement.sides))
        if not any(start < verdict.statement.start and names & by for start, by in conditions):
            kept.append(verdict)
            continue
        program.claims = [span for span in program.claims if span != verdict.statement]
        program.passed.append(Passed(verdict.statement, "it follows from a condition"))
    return replace(checked, verdicts=tuple(kept))


def _derives(statement: ast.Check) -> bool:
    parts = (part for side in statement.sides for part in walk(side))
    return any(isinstance(part, ast.Call) and part.fn in ("grad", "jac", "hess") for part in parts)
