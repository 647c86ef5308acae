"""Gradients that have no value where the forward has one: a division by a mask, a root of what may be negative."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random

from gradcli.evaluate.array import Array
from gradcli.evaluate.errors import EvaluationError, Undefined
from gradcli.evaluate.evaluate import Point, run
from gradcli.evaluate.fields import LIBRARY
from gradcli.expr.node import Node
from gradcli.pairs.claim import Claims
from gradcli.pairs.trial import NoTrial, Trial
from gradcli.verdicts.draw import draw
from gradcli.verdicts.entries import Entries
from gradcli.verdicts.sizes import dimensions, random_sizes

_POINTS = 8


def valueless(claims: Claims, rights: Sequence[str]) -> list[bool]:
    """For each claimed gradient whether it lacks a value in a region in which the loss has one.

    The points are random ones, in general position, so that one of them that lacks a value stands for a region; where
    a program takes no branch, or nothing in it is without a value anywhere, there is none to look for.
    """
    if not _may_lack(claims):
        return [False] * len(rights)
    try:
        trial = Trial(claims, rights, drawn=False)
    except NoTrial:
        return [False] * len(rights)
    roots = list(trial.made.values())
    free = trial.book.needed(roots).free
    least = dimensions([*roots, *free])
    seen, missing = 0, [0] * len(rights)
    for attempt, sizes in zip(range(_POINTS), random_sizes(least, Random("values"), 3), strict=False):
        values: dict[Node, Array] = {}
        try:
            for node in free:
                entries = Entries(Random(f"values/{attempt}/{trial.book.written(node)}"), "signed")
                drawn = draw(node, sizes, entries, node in trial.book.discrete)
                values[node] = Array(drawn.shape, [float(x) for x in drawn.flat])
            values = _computed(trial, values, sizes)
        except (EvaluationError, OverflowError, ValueError):
            continue
        if claims.loss not in trial.nodes or _lacks(values[trial.nodes[claims.loss]]):
            continue
        seen += 1
        for place, name in enumerate(trial.rights):
            missing[place] += _lacks(values[trial.nodes[name]])
    return [count > 0 for count in missing]


# what takes branches, and what has no value somewhere, as programs write them
_BRANCHES = re.compile(r"[<>]|==|\b(?:relu|leaky_relu|max|min|abs|sign|where|clip|step|elu|floor|ceil|round)\(")
_PARTIAL = re.compile(
    r"/|\*\* ?-|\*\*\(?-?\d*\.\d|\b(?:log\w*|sqrt|rsqrt|inv|solve|norm|logdet|atanh|acosh|asin|acos|std)\("
)


def _may_lack(claims: Claims) -> bool:
    text = claims.program([])
    return bool(_PARTIAL.search(text)) and (bool(_BRANCHES.search(text)) or " binary" in text)


def _computed(trial: Trial, free: Mapping[Node, Array], sizes: Mapping[str, int]) -> dict[Node, Array]:
    """The values of all definitions; entries without one stay so."""
    found = dict(free)
    point = Point(found, dict(sizes), LIBRARY, {}, 1, False)
    for name in trial.order:
        node = trial.nodes[name]
        found[node] = run(point, [trial.made[node]])[trial.made[node].serial]
    return found


def _lacks(array: Array) -> bool:
    return any(isinstance(entry, Undefined) or entry != entry for entry in array.flat)
