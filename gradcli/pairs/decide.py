"""Verdicts on what a pair claims, and the line that breaks."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradcli.evaluate.array import Array
from gradcli.expr.node import own_program
from gradcli.pairs.claim import Claim, Claims
from gradcli.pairs.find import variables_of
from gradcli.pysource.reader import Line
from gradcli.syntax.ast import Expr, Source
from gradcli.verdicts.hints.edit import Edit
from gradcli.verdicts.hints.trees import parsed
from gradcli.verdicts.verdict import UNDECIDED, Verdict

if TYPE_CHECKING:
    from gradcli.pairs.repair import Repair
    from gradcli.pairs.trial import Trial

_MOST_POINTS = 8
_LACKS = "it is right where it has a value, but has no value (nan or infinite) in a region where the forward has one"
_GRADIENT = re.compile(r"grad\((\w+), (\w+)\)")


@dataclass(slots=True)
class Decided:
    """One claim with its verdict in the language; `node` is the Python that is blamed, or where the claim stands."""

    claim: Claim
    verdict: Verdict | None
    node: ast.AST
    local: str | None = None  # the local that is wrong
    advice: Verdict | None = None  # the verdict on that local, or on the claim, with its hint
    edit: Edit | None = None  # the change that mends the line
    errors: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The verdict's word."""
        return "refuted" if self.claim.wrong is not None else "error" if self.verdict is None else self.verdict.kind


def decide(claims: Claims, name: str, explained: bool = True) -> list[Decided]:
    """The verdict of each claim, in order; where `explained`, with the line that breaks and how to mend it."""
    written = {line.name: line.code for line in claims.backward_lines()}
    asked = [claim for claim in claims.claims if claim.wrong is None]
    found = iter(_verdicts(claims, [(claim.left, written.get(claim.right, claim.right)) for claim in asked], name))
    decided = []
    nodes = {line.name: line.node for line in claims.backward_lines()}
    for claim in claims.claims:
        if claim.wrong is not None:
            decided.append(Decided(claim, None, nodes.get(claim.right, claim.node)))
            continue
        verdict, errors = next(found)
        decided.append(Decided(claim, verdict, claim.node, errors=errors))
    _without_values(claims, [each for each in decided if each.kind in ("proved", "equal")])
    if not explained:
        return decided
    broken = [each for each in decided if each.kind == "refuted" and each.verdict is not None]
    if broken:
        _blame(claims, decided, broken, name)
    for each in decided:
        if each.kind == "refuted" and each.edit is None and each.advice is None:
            left, code = each.claim.left, written.get(each.claim.right, each.claim.right)
            if each.claim.clashes:
                left, code = _meant(claims, each), "0"
            ((each.advice, _),) = _verdicts(claims, [(left, code)], name, hints=True)
    return decided


def _meant(claims: Claims, each: Decided) -> str:
    """What a statement in which shapes do not fit is to be: by its name, else the gradient that needs it."""
    node = each.node
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        for wanted in variables_of(node.targets[0].id):
            value = claims.values.get(wanted)
            if value is not None and value.code.isidentifier() and value.code in claims.behind(claims.loss):
                return f"grad({claims.loss}, {value.code})"
    return each.claim.left


def _without_values(claims: Claims, looked_at: Sequence[Decided]) -> None:
    """Gradients found equal where both sides have values: those that lack them in a region are not called right."""
    if not looked_at:
        return
    from gradcli.pairs.valueless import valueless

    for each, lacking in zip(looked_at, valueless(claims, [each.claim.right for each in looked_at]), strict=True):
        if lacking and each.verdict is not None:
            each.verdict = replace(each.verdict, kind="undecided", ok=False, code=UNDECIDED, reason=_LACKS)


def _verdicts(
    claims: Claims, sides: Sequence[tuple[str, str]], name: str, hints: bool = False
) -> list[tuple[Verdict | None, tuple[str, ...]]]:
    from gradcli.diagnostics.text import render_text
    from gradcli.verdicts.check import check_source

    if not sides:
        return []
    text = claims.program([f"check {left} == {right}" for left, right in sides])
    checked = check_source(Source(name, text), hints=hints)
    errors = tuple(render_text(said) for said in checked.errors)
    if len(checked.verdicts) != len(sides):
        return [(None, errors)] * len(sides)
    return [(verdict, errors if verdict.kind == "error" else ()) for verdict in checked.verdicts]


@own_program()
def _blame(claims: Claims, decided: Sequence[Decided], broken: Sequence[Decided], name: str) -> None:
    """Name the line that makes each false gradient false: the first whose mending makes the rest right."""
    right = [each.claim.right for each in decided if each.kind in ("proved", "equal")]
    trusted = claims.used_by(claims.loss, *right)  # a loss is what it is, where it stands beside its gradients too
    lines = {line.name: line for line in claims.backward_lines()}
    last = {array.code for array in claims.local.values()}
    meant = {}
    for line in lines.values():
        left = _meaning(claims, line) if line.top and line.name in last else None
        if left is not None and line.name not in trusted:
            meant[line.name] = left
    found = _mended(claims, broken, lines, meant, trusted)
    if found is None:
        _blame_last(claims, broken, lines, trusted)
        return
    asked: dict[str, Verdict | None] = {}
    unexplained: list[Decided] = []
    for each, repair in zip(broken, found, strict=True):
        if repair is None:
            unexplained.append(each)
            continue
        guilty = lines.get(repair.line)
        if guilty is None:  # what is returned, without a name of its own
            each.edit = repair.edit
            continue
        each.node, each.edit = guilty.node, repair.edit
        if guilty.name in meant:
            if guilty.name not in asked:
                side = meant[guilty.name], guilty.code
                ((asked[guilty.name], _),) = _verdicts(claims, [side], name, hints=repair.edit is None)
            advice = asked[guilty.name]
            if advice is not None and advice.kind == "refuted":
                each.local, each.advice = guilty.local, advice
    _blame_last(claims, unexplained, lines, trusted)


def _blame_last(claims: Claims, broken: Sequence[Decided], lines: Mapping[str, Line], trusted: set[str]) -> None:
    """Where no line is found that mends a gradient: the last that it rests on and no right one does."""
    able = [line for name, line in lines.items() if name not in trusted]
    for each, line in zip(broken, claims.last_below([one.claim.right for one in broken], able), strict=True):
        if line is not None:
            each.node = line.node


def _mended(
    claims: Claims, broken: Sequence[Decided], lines: Mapping[str, Line], meant: Mapping[str, str], trusted: set[str]
) -> list[Repair | None] | None:
    """For each false gradient the repair that is likeliest; None where there are no numbers to tell by."""
    from gradcli.pairs.repair import RENAMED, Broken, best, repairs, scope_of
    from gradcli.pairs.trial import NoTrial, Trial, close

    try:
        trial = Trial(claims, [each.claim.right for each in broken])
    except NoTrial:
        return None
    lefts = [each.claim.left for each in broken]
    for number in range(_MOST_POINTS):
        truths = [_worth(trial, left, claims.loss) for left in lefts]
        seen = [truth is None or not close(trial.value(right), truth)
                for right, truth in zip(trial.rights, truths, strict=True)]  # fmt: skip
        if all(seen):
            break
        try:  # what is false elsewhere, where labels repeat for example, may be true here
            trial = trial.at(number)
        except NoTrial:
            break
    wrong = [Broken(right, truth) for right, truth in zip(trial.rights, truths, strict=True) if truth is not None]
    if len(wrong) != len(broken):
        return None
    used = set().union(*(trial.below[right] | {right} for right in trial.rights))
    meanings = {line: worth for line, left in meant.items() if line in used
                if (worth := _worth(trial, left, claims.loss)) is not None}  # fmt: skip
    again = trial.computed_before({line.name for line in claims.forward_lines()}, [*lines])
    sound = trusted | again | {line for line, worth in meanings.items() if close(trial.value(line), worth)}
    able = [
        line for line in (*lines, *(r for r in trial.rights if r not in lines)) if line in used and line not in sound
    ]
    renaming = {line for line in able if _renames(lines.get(line), able)}
    points = _Elsewhere(trial, lefts, claims.loss)
    scope = scope_of(claims)
    found = repairs(trial, wrong, able, meanings, scope, points.mends)
    found = [each for each in found if each.line not in renaming or each.edit is not None]
    for each in found:
        each.cost -= RENAMED * (each.line in renaming)
    chosen = [best(trial, found, number) for number in range(len(wrong))]
    if any(one is None or one.edit is None for one in chosen):
        from gradcli.pairs.loops import looped_repairs

        looped = looped_repairs(trial, wrong, able, scope, points.mends_written)
        if looped:
            return [best(trial, looped, number) for number in range(len(wrong))]
    return chosen


class _Elsewhere:
    """Whether a change mends gradients at a second point, in other sizes, which is drawn when it is asked for."""

    def __init__(self, trial: Trial, lefts: Sequence[str], loss: str) -> None:
        self._trial = trial
        self._lefts = lefts
        self._loss = loss
        self._there: Trial | None = None
        self._truths: dict[int, Array | None] = {}

    def mends(self, line: str, edit: Edit, group: Sequence[int]) -> bool:
        """Whether the gradients of a group are right there when the line is changed."""
        there = self._point()
        if there is None:
            return True
        node = there.read(edit.side)
        value = there.of(node) if node is not None else None
        if value is None:
            return False
        return self._right(there.claimed(line, value, [self._trial.rights[i] for i in group]), group)

    def mends_written(self, changed: Mapping[str, Expr], group: Sequence[int]) -> bool:
        """The same where several lines are written otherwise."""
        from gradcli.pairs.loops import claimed

        there = self._point()
        return there is None or self._right(claimed(there, changed, [self._trial.rights[i] for i in group]), group)

    def _point(self) -> Trial | None:
        from gradcli.pairs.trial import NoTrial

        if self._there is None:
            try:
                self._there = self._trial.elsewhere()
            except NoTrial:
                return None
        return self._there

    def _right(self, after: Sequence[Array] | None, group: Sequence[int]) -> bool:
        from gradcli.pairs.trial import close

        there = self._there
        if after is None or there is None:
            return False
        for i, found in zip(group, after, strict=True):
            if i not in self._truths:
                self._truths[i] = _worth(there, self._lefts[i], self._loss)
            truth = self._truths[i]
            if truth is None or not close(found, truth):
                return False
        return True


def _renames(line: Line | None, able: Sequence[str]) -> bool:
    """Whether a line only gives another line, which may be wrong itself, a second name."""
    return line is not None and line.code in able


def _worth(trial: Trial, left: str, loss: str) -> Array | None:
    """What the true side of a claim is worth: `grad(L, x)`, the name of a value, or 0."""
    asked = _GRADIENT.fullmatch(left)
    if asked is not None and asked[1] == loss:
        return trial.gradient(asked[2])
    if left in trial.nodes:
        return trial.value(left)
    tree = parsed(left)
    node = trial.read(tree) if tree is not None else None
    return trial.of(node) if node is not None else None


def _meaning(claims: Claims, line: Line) -> str | None:
    """What a local claims to be by its name: the gradient by a value of the forward, or that value again."""
    if line.local in claims.upstream:
        return None
    behind = claims.behind(claims.loss)
    for wanted in variables_of(line.local):
        value = claims.values.get(wanted)
        if value is not None and value.dims == line.dims and value.code.isidentifier() and value.code in behind:
            return f"grad({claims.loss}, {value.code})"
    value = claims.values.get(line.local)
    if value is not None and value.dims == line.dims and value.code != line.name:
        return value.code
    return None
