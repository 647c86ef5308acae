"""The known mistakes, undone: every way in which a side may be mended by one small change."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.syntax import ast
from gradcli.verdicts.hints.edit import Edit, Edits, Setting
from gradcli.verdicts.hints.edits_form import operations, orders, reversals, signs, symmetric, transposes, whole
from gradcli.verdicts.hints.edits_numbers import axes, constants, sums
from gradcli.verdicts.hints.edits_parts import additions, derivatives, others, terms

FAMILIES: tuple[tuple[Callable[[ast.Expr, Setting], Edits], ...], ...] = (
    (whole,),
    (axes, transposes, signs),
    (orders, operations, reversals),
    (constants,),
    (symmetric,),
    (derivatives,),
    (terms, sums),
    (additions, others),
)
"""Smallest and most specific first; the families of one group are tried together, in order."""

__all__ = ["FAMILIES", "Edit", "Edits", "Setting"]
