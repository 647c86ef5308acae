"""Chains of matrix products, taken apart: the factors, and what each costs to apply."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.facts import is_symmetric
from gradcli.emit.optimise.rewrite import parts_of_product
from gradcli.emit.plan import Plan
from gradcli.expr.shapes import Dim

PLAIN, INVERSE, DIAGONAL = "plain", "inverse", "diagonal"


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor: `instr` itself, its inverse, or the diagonal matrix of it; transposed where `turned` (a list is a
    column, or a row where turned).  `dims` are its lengths, `rows` and `cols` what they are taken to be."""

    kind: str
    instr: Instr
    turned: bool
    rows: int
    cols: int
    dims: tuple[Dim, Dim]

    @property
    def key(self) -> tuple[str, int, bool]:
        """What tells factors apart."""
        return self.kind, self.instr.serial, self.turned


@dataclass(frozen=True, slots=True)
class Chain:
    """A product: `number * over / under` times the factors, from left to right.

    `spans` are the products of neighbours that have a name in the program, as `(start, stop)`.
    """

    factors: tuple[Factor, ...]
    number: Fraction = Fraction(1)
    over: tuple[Instr, ...] = ()
    under: tuple[Instr, ...] = ()
    spans: frozenset[tuple[int, int]] = frozenset()


def factor(plan: Plan, kind: str, instr: Instr, turned: bool = False) -> Factor | None:
    """A factor; None where its shape is not known."""
    shape = plan.shape(instr)
    if shape is None or not 1 <= len(shape) <= 2:
        return None
    if kind == PLAIN and instr.kind == "transpose":
        instr, turned, shape = instr.args[0], not turned, shape[::-1]
    if (kind == DIAGONAL) or (instr.rank == 2 and turned and is_symmetric(plan, instr)):
        turned = False
    dims = (shape[0], 1 if kind == PLAIN and len(shape) == 1 else shape[-1])
    if turned:
        dims = dims[::-1]
    return Factor(kind, instr, turned, plan.extent(dims[0]), plan.extent(dims[1]), dims)


def reverse(plan: Plan, chain: Chain) -> Chain:
    """The transpose of a chain."""
    return replace(chain, factors=tuple(_turn(plan, part) for part in reversed(chain.factors)))


def turned_key(plan: Plan, part: Factor) -> tuple[str, int, bool]:
    """The key of a factor's transpose."""
    return part.key if _stays(plan, part) else (part.kind, part.instr.serial, not part.turned)


def _stays(plan: Plan, part: Factor) -> bool:
    """Whether a factor is its own transpose."""
    return part.kind == DIAGONAL or (part.instr.rank == 2 and is_symmetric(plan, part.instr))


def _turn(plan: Plan, part: Factor) -> Factor:
    if _stays(plan, part):
        return part
    return replace(part, turned=not part.turned, rows=part.cols, cols=part.rows, dims=part.dims[::-1])


def scaled_link(instr: Instr) -> tuple[Fraction, list[Instr], list[Instr], Instr] | None:
    """`(number, over, under, product)` of a scalar times a product."""
    if instr.kind != "product" or not instr.rank:
        return None
    value, over, under = parts_of_product(instr)
    arrays = [part for part in over if part.rank]
    if len(arrays) != 1 or any(part.rank for part in under):
        return None
    return value, [part for part in over if not part.rank], under, arrays[0]
