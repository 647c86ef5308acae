"""What follows from a derivative that was set to zero: `w = (X^T X)^{-1} X^T y` is no claim about every w."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gradcli.documents.program import DocumentProgram, Passed
from gradcli.latex.build import names_in, walk
from gradcli.latex.context import Context, spellings
from gradcli.latex.derivative_signs import derivative_parts, is_nabla, is_partial
from gradcli.latex.scripts import flattened
from gradcli.latex.tree import Fraction, Item, Items, Symbol, every
from gradcli.syntax import ast
from gradcli.verdicts.verdict import Checked


def set_to_zero(items: Iterable[Item], context: Context) -> set[str]:
    """The variables that derivatives of a formula are by."""
    found: set[str] = set()
    for item in every(tuple(items)):
        by: list[Items] = []
        if isinstance(item, Fraction) and (parts := derivative_parts(item)) is not None:
            by = parts[2]
        elif is_nabla(item) or is_partial(item):
            by = [flattened(item)[1].sub or ()]
        letters = {part.name for one in by for part in every(one) if isinstance(part, Symbol)}
        names = {name for letter in letters for name in (*spellings(letter), letter.upper())}
        found |= names & context.arrays.keys()
    return found


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
