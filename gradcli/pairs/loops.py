"""The statement of a loop that breaks: a loop is written out, so that one statement is a line for each turn.

A change of the statement is the same change of each of its lines, with the names that stand for one another there:
those of the same turn, the last value of a local before the line, the neighbour in a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from gradcli.evaluate.array import Array
from gradcli.expr.node import Node
from gradcli.pairs.claim import Claims
from gradcli.pairs.edits import guards, kept_axes, repeats, sizes, turned
from gradcli.pairs.repair import Broken, Repair, setting_of
from gradcli.pairs.trial import Trial, close
from gradcli.pysource.reader import Line
from gradcli.syntax import ast
from gradcli.verdicts.hints import trees
from gradcli.verdicts.hints.edit import Edit, Edits, Setting
from gradcli.verdicts.hints.edits_form import operations, reversals, signs, transposes
from gradcli.verdicts.hints.edits_numbers import axes, constants
from gradcli.verdicts.hints.edits_parts import others, terms
from gradcli.verdicts.hints.sites import sites

_MOST_EDITS = 250  # of one statement and one family
_MOST_ALL = 2500
_COST = 1.0  # where all false gradients are mended at once, nothing else is likelier
_FAMILIES: tuple[tuple[Callable[[ast.Expr, Setting], Edits], ...], ...] = (
    (repeats, signs, axes, kept_axes, operations, transposes, turned, reversals),
    (guards, sizes, others, constants),
    (terms,),
)

Check = Callable[[Mapping[str, ast.Expr], Sequence[int]], bool]


def looped_repairs(
    trial: Trial, broken: Sequence[Broken], able: Sequence[str], scope: Sequence[str], check: Check
) -> list[Repair]:
    """One statement of a loop whose change mends every false gradient that rests on it; none where there is none."""
    left = _MOST_ALL
    groups = [group for group in _statements(trial.claims, able) if _resting(trial, broken, group)]
    for family in _FAMILIES:
        for group in groups:
            first = group[0]
            resting = _resting(trial, broken, group)
            if len(resting) < len(broken):
                continue
            setting = setting_of(trial, first.name, scope)
            tried = 0
            for edit in (each for make in family for each in make(trial.written[first.name], setting)):
                tried += 1
                if tried > min(_MOST_EDITS, left):
                    break
                changed = _everywhere(trial, group, edit)
                if changed is not None and _mends(trial, changed, broken) and check(changed, resting):
                    return [Repair(first.name, frozenset(resting), _COST, edit)]
            left -= tried
    return []


def _statements(claims: Claims, able: Sequence[str]) -> Iterator[list[Line]]:
    """The lines of each statement that is written out several times, in their order."""
    found: dict[int, list[Line]] = {}
    for line in claims.backward_lines():
        found.setdefault(id(line.node), []).append(line)
    names = set(able)
    for group in found.values():
        same = {line.local for line in group}
        if len(group) > 1 and len(same) == 1 and any(line.name in names for line in group):
            yield group


def _resting(trial: Trial, broken: Sequence[Broken], group: Sequence[Line]) -> list[int]:
    """The false gradients that rest on a statement."""
    names = {line.name for line in group}
    return [i for i, each in enumerate(broken) if each.name in names or names & trial.below.get(each.name, set())]


def _everywhere(trial: Trial, group: Sequence[Line], edit: Edit) -> dict[str, ast.Expr] | None:
    """The change of the first line in every line of the statement; None where they are not alike."""
    first = group[0]
    own = list(sites(trial.written[first.name]))
    out = {first.name: edit.side}
    for line in group[1:]:
        there = list(sites(trial.written[line.name]))
        if len(there) != len(own):
            return None
        alike = {id(one.expr): other.expr for one, other in zip(own, there, strict=True)}
        same = {one.expr.id: other.expr.id for one, other in zip(own, there, strict=True)
                if isinstance(one.expr, ast.Name) and isinstance(other.expr, ast.Name)}  # fmt: skip
        named = partial(_counterpart, trial, first, line, same)
        out[line.name] = _moved(edit.side, alike, named)
    return out


def _moved(expr: ast.Expr, alike: Mapping[int, ast.Expr], named: Callable[[str], str]) -> ast.Expr:
    """An expression of one line in another: parts that were there before as they are there, names by `named`."""
    done: set[int] = set()
    while True:
        for site in sites(expr):
            if id(site.expr) in done:
                continue
            new = alike.get(id(site.expr))
            if new is None and isinstance(site.expr, ast.Name):
                new = trees.name(named(site.expr.id))
            if new is not None:
                expr = site.put(new)
                done |= {id(inner.expr) for inner in sites(new)}
                break
        else:
            return expr


def _counterpart(trial: Trial, first: Line, line: Line, same: Mapping[str, str], name: str) -> str:
    """What stands in one line of a statement where another name stands in the first."""
    if name in same:
        return same[name]
    lines = {each.name: each for each in trial.claims.reader.lines}
    held = lines.get(name)
    turns = [each.name for each in lines.values() if held is not None and each.node is held.node]
    for alike in (_listed(trial.claims, name), turns):
        for known, other in same.items():  # its neighbour in a list, as far from it as there
            if known in alike and other in alike:
                at = alike.index(name) + alike.index(other) - alike.index(known)
                return alike[at] if 0 <= at < len(alike) else name
    if held is not None and _latest(trial.claims, held.local, first) == name:
        return _latest(trial.claims, held.local, line) or name
    return name


def _listed(claims: Claims, name: str) -> list[str]:
    """The list that a value stands in, in order."""
    title = claims.items.get(name, "").partition("[")[0]
    return [code for code, shown in claims.items.items() if title and shown.startswith(f"{title}[")]


def _latest(claims: Claims, local: str, line: Line) -> str | None:
    """The last value of a local of the backward before a line."""
    found = None
    for each in claims.backward_lines():
        if each is line:
            return found
        if each.local == local:
            found = each.name
    return found


def _mends(trial: Trial, changed: Mapping[str, ast.Expr], broken: Sequence[Broken]) -> bool:
    found = claimed(trial, changed, [each.name for each in broken])
    return found is not None and all(close(a, each.truth) for a, each in zip(found, broken, strict=True))


def claimed(trial: Trial, changed: Mapping[str, ast.Expr], wanted: Sequence[str]) -> list[Array] | None:
    """What claims say when lines are written otherwise."""
    nodes: dict[str, Node] = {}
    for name, side in changed.items():
        node = trial.read(side)
        if node is None or node.shape != trial.nodes[name].shape:
            return None
        nodes[name] = node
    return trial.rewritten(nodes, wanted)


__all__ = ["Check", "claimed", "looped_repairs"]
