"""Verdicts on what a pair claims, and the line that breaks."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gradcli.pairs.claim import Claim, Claims
from gradcli.pairs.find import variables_of
from gradcli.pysource.reader import Line
from gradcli.syntax.ast import Source
from gradcli.verdicts.verdict import Verdict


@dataclass(slots=True)
class Decided:
    """One claim with its verdict in the language; `node` is the Python that is blamed, or where the claim stands."""

    claim: Claim
    verdict: Verdict | None
    node: ast.AST
    local: str | None = None  # the local that is wrong
    advice: Verdict | None = None  # the verdict on that local, with its hint
    errors: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The verdict's word."""
        return "refuted" if self.claim.wrong is not None else "error" if self.verdict is None else self.verdict.kind


@dataclass(slots=True)
class _Suspect:
    """A line of the backward, and the claim that its name makes."""

    line: Line
    left: str
    verdict: Verdict | None = field(default=None)


def decide(claims: Claims, name: str) -> list[Decided]:
    """The verdict of each claim, in order."""
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
    broken = [each for each in decided if each.kind == "refuted" and each.verdict is not None]
    if broken:
        _blame(claims, decided, broken, name)
    return decided


def _verdicts(
    claims: Claims, sides: Sequence[tuple[str, str]], name: str
) -> list[tuple[Verdict | None, tuple[str, ...]]]:
    from gradcli.diagnostics.text import render_text
    from gradcli.verdicts.check import check_source

    if not sides:
        return []
    text = claims.program([f"check {left} == {right}" for left, right in sides])
    checked = check_source(Source(name, text))
    errors = tuple(render_text(said) for said in checked.errors)
    if len(checked.verdicts) != len(sides):
        return [(None, errors)] * len(sides)
    return [(verdict, errors if verdict.kind == "error" else ()) for verdict in checked.verdicts]


def _blame(claims: Claims, decided: Sequence[Decided], broken: Sequence[Decided], name: str) -> None:
    """Name the line that makes each false gradient false: the first false local that no true gradient rests on."""
    trusted: set[str] = set()
    for each in decided:
        if each.kind in ("proved", "equal"):
            trusted |= claims.used_by(each.claim.right)
    last = {array.code for array in claims.local.values()}
    suspects: dict[str, _Suspect] = {}
    for line in claims.backward_lines():
        left = _meaning(claims, line) if line.top and line.name in last and line.name not in trusted else None
        if left is not None:
            suspects[line.name] = _Suspect(line, left)
    asked = list(suspects.values())
    for suspect, (verdict, _) in zip(
        asked, _verdicts(claims, [(each.left, each.line.code) for each in asked], name), strict=True
    ):
        suspect.verdict = verdict
    for each in broken:
        used = claims.used_by(each.claim.right)
        lines = [line for line in claims.backward_lines() if line.name in used and line.name not in trusted]
        guilty = next((line for line in lines if _is_false(suspects.get(line.name))), None)
        if guilty is None:
            guilty = _unnamed(claims, lines, suspects, broken)
            if guilty is not None:
                each.node = guilty.node
            continue
        each.node, each.local = guilty.node, guilty.local
        each.advice = suspects[guilty.name].verdict


def _unnamed(
    claims: Claims, lines: Sequence[Line], suspects: Mapping[str, _Suspect], broken: Sequence[Decided]
) -> Line | None:
    """The line to look at where no name says what it ought to be.

    Of several false gradients, the first line that all rest on, if there is one; else the last before the gradient.
    """
    rest = [line for line in lines if not _is_true(suspects.get(line.name))]
    if len(broken) > 1:
        used = [claims.used_by(each.claim.right) for each in broken]
        shared = [line for line in rest if all(line.name in names for names in used)]
        if shared:
            return shared[0]
    return rest[-1] if rest else None


def _is_false(suspect: _Suspect | None) -> bool:
    return suspect is not None and suspect.verdict is not None and suspect.verdict.kind == "refuted"


def _is_true(suspect: _Suspect | None) -> bool:
    return suspect is not None and suspect.verdict is not None and suspect.verdict.kind in ("proved", "equal")


def _meaning(claims: Claims, line: Line) -> str | None:
    """What a local claims to be by its name: the gradient by a value of the forward, or that value again."""
    if line.local in claims.upstream:
        return None
    behind = claims.used_by(claims.loss)
    for wanted in variables_of(line.local):
        value = claims.values.get(wanted)
        if value is not None and value.dims == line.dims and value.code.isidentifier() and value.code in behind:
            return f"grad({claims.loss}, {value.code})"
    value = claims.values.get(line.local)
    if value is not None and value.dims == line.dims and value.code != line.name:
        return value.code
    return None
