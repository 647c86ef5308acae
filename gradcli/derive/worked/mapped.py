"""Lines with other expressions put for those that they were found with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gradcli.derive.worked.index import Entry, Factor, IndexSum, Product, Slope, SlopeOf
from gradcli.derive.worked.model import Block, Formula, Frontier, Line, LocalJacobian, Pending, Reason
from gradcli.expr.node import Node

Swap = Callable[[Node], Node]


def mapped_block(block: Block, swap: Swap) -> Block:
    """A block with `swap` applied to every expression in it."""
    return replace(block, lines=tuple(_line(line, swap) for line in block.lines))


def _line(line: Line, swap: Swap) -> Line:
    left = None if line.left is None else _formula(line.left, swap)
    return replace(line, left=left, right=_formula(line.right, swap), reason=_reason(line.reason, swap))


def _reason(reason: Reason, swap: Swap) -> Reason:
    return tuple(piece if isinstance(piece, str) else _formula(piece, swap) for piece in reason)


def _formula(formula: Formula, swap: Swap) -> Formula:
    match formula:
        case Node():
            return swap(formula)
        case IndexSum():
            return _sum(formula, swap)
        case Entry() | Slope() | SlopeOf():
            return _factor(formula, swap)
        case Frontier():
            return Frontier(tuple(_pending(part, swap) for part in formula.parts))
        case LocalJacobian():
            parts = ((outer and swap(outer), swap(part), by) for outer, part, by in formula.parts)
            return LocalJacobian(tuple(parts), formula.turned)
    return formula


def _sum(form: IndexSum, swap: Swap) -> IndexSum:
    terms = (Product(term.number, tuple(_factor(factor, swap) for factor in term.factors)) for term in form.terms)
    return IndexSum(tuple(terms), form.free)


def _factor(factor: Factor, swap: Swap) -> Factor:
    match factor:
        case Entry():
            return Entry(swap(factor.node), factor.index)
        case SlopeOf():
            return SlopeOf(_sum(factor.inner, swap), factor.by, factor.by_index)
    return factor


def _pending(part: Pending | Node, swap: Swap) -> Pending | Node:
    if isinstance(part, Node):
        return swap(part)
    return Pending(swap(part.part), part.by, part.adjoint and swap(part.adjoint))
