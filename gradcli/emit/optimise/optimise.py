"""The passes, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import is_not

from gradcli.emit.instr import Instr
from gradcli.emit.optimise import (
    broadcast,
    centred,
    diagonals,
    labels,
    light,
    new_axes,
    quotients,
    reductions,
    samples,
    scalars,
    stable,
    structured,
    sums,
    tensors,
    thin,
    transposes,
)
from gradcli.emit.optimise.chains import ChainPass
from gradcli.emit.optimise.common import COMMON
from gradcli.emit.optimise.moved import MovePass
from gradcli.emit.optimise.rewrite import Graph, Pass, Rules, merged
from gradcli.emit.optimise.shifted import ShiftPass
from gradcli.emit.optimise.structure import thin_names
from gradcli.emit.plan import Plan


@dataclass(frozen=True, slots=True)
class Optimised:
    """The roots of a cheaper plan, and what became of the instructions of the first one, by serial."""

    roots: list[Instr]
    became: Mapping[int, Instr]


_FIRST = merged(
    transposes.RULES,
    quotients.RULES,
    labels.RULES,
    stable.RULES,
    scalars.RULES,
    diagonals.RULES,
    reductions.RULES,
    new_axes.RULES,
    tensors.RULES,
    centred.RULES,
)
_BASE = merged(_FIRST, broadcast.RULES)
_PASSES: tuple[tuple[type[Pass], Rules], ...] = (
    (ShiftPass, {}),
    (Pass, merged(transposes.RULES, structured.RULES)),
    (samples.SamplesPass, samples.RULES),
    (samples.SamplesPass, samples.ALONE),
    (Pass, _FIRST),
    (centred.VariancePass, _FIRST),
    (Pass, merged(_FIRST, sums.DISTRIBUTE, light.RULES)),
    (ChainPass, merged(transposes.RULES, scalars.RULES)),
    (Pass, merged(transposes.RULES, scalars.RULES, thin.RULES)),
    (Pass, merged(_BASE, sums.COLLECT)),
    (Pass, merged(_BASE, COMMON)),
)


def optimise(
    plan: Plan, roots: Sequence[Instr], last: Sequence[tuple[type[Pass], Rules]] = (), named: Sequence[Instr] = ()
) -> Optimised:
    """The plan of a target that computes the same values, up to rounding.

    `last` are the target's own passes; products that are `named` are kept whole where that costs no more.
    """
    became: dict[int, Instr] = {}
    graph = Graph(roots)
    plan.thin = thin_names(graph.order, plan.shape)
    plan.usual = frozenset(plan.shape(instr) for instr in named)
    moving: tuple[tuple[type[Pass], Rules], ...] = ((MovePass, {}),) if plan.moved else ()
    for kind, rules in (*moving, *_PASSES, *last):
        if graph.kinds.isdisjoint(kind.needs or rules):
            continue
        plan.named = frozenset(became.get(instr.serial, instr).serial for instr in named)
        run = kind(plan, rules, graph)
        now = run.run()
        became = _composed(became, run.memo)
        if any(map(is_not, now, graph.roots)):  # else the next pass walks what this one walked
            graph = Graph(now)
    return Optimised(list(graph.roots), became)


def _composed(first: Mapping[int, Instr], second: Mapping[int, Instr]) -> dict[int, Instr]:
    return {**second, **{serial: second.get(instr.serial, instr) for serial, instr in first.items()}}
