"""Long formulas of LaTeX broken before plus and minus signs, as `align` wants them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from gradcli.record import dataclass

WIDEST = 24.0
"""How wide a right side may be, in em: of the 34 em of an article, its left side and its shape want the rest."""
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
_NARROW = frozenset(r"()[]|,.!'")
_WIDE = frozenset("+-=<>")
_SIGNS = frozenset((r"\odot", r"\oslash", r"\otimes", r"\times", r"\cdot", r"\ge", r"\le", r"\neq"))
_NOTHING = frozenset(
    [
        r"\left",
        r"\right",
        r"\mathbb",
        r"\mathrm",
        r"\operatorname",
        r"\text",
        r"\begin",
        r"\end",
        r"\,",
        r"\quad",
        r"\displaystyle",
    ]
)
_OPENING, _CLOSING = frozenset("(["), frozenset(")]")
_SMALL = 0.7  # how wide what is raised or lowered is
_FURTHER_IN = 3  # brackets deeper than that are not broken


@dataclass(frozen=True, slots=True)
class _Unit:
    """What no line may end within; `depth` counts the brackets around it."""

    text: str
    width: float
    depth: int


def lines(formula: str, widest: float = WIDEST) -> list[str]:
    """The lines of a formula, one where it is short; a line that goes on starts with its sign."""
    units = list(_units(formula))
    places = [place for place, unit in enumerate(units) if _may_break(units, place)]
    if not places or sum(unit.width for unit in units) <= widest:
        return [formula]
    breaks: list[int] = []
    start = 0
    while sum(unit.width for unit in units[start:]) > widest:
        ahead = [place for place in places if place > start]
        if not ahead:
            break
        within = [place for place in ahead if sum(unit.width for unit in units[start:place]) <= widest] or ahead[:1]
        outermost = min(units[place].depth for place in within)
        start = max(place for place in within if units[place].depth == outermost)
        breaks.append(start)
    ends = [0, *breaks, len(units)]
    apart = _brackets_apart(units, breaks)
    return ["".join(apart[a:b]).strip() for a, b in pairwise(ends)]


def _may_break(units: Sequence[_Unit], place: int) -> bool:
    """Whether a line may start here: with a plus or minus between two terms."""
    if units[place].text not in ("+", "-") or units[place].depth > _FURTHER_IN:
        return False
    before = next((unit.text for unit in reversed(units[:place]) if unit.text.strip()), "")
    return bool(before) and before not in _OPENING and before != "," and not before.startswith(r"\left")


def _brackets_apart(units: Sequence[_Unit], breaks: Sequence[int]) -> list[str]:
    r"""The texts of the units, `\left` and `\right` that stand on different lines as brackets of one size."""
    texts = [unit.text for unit in units]
    opened: list[int] = []
    for place, unit in enumerate(units):
        if unit.text.startswith(r"\left"):
            opened.append(place)
        elif unit.text.startswith(r"\right") and opened:
            start = opened.pop()
            if any(start < at <= place for at in breaks):
                size = r"\Big" if any(r"\frac" in text for text in texts[start:place]) else r"\big"
                texts[start] = texts[start].replace(r"\left", rf"{size}l", 1)
                texts[place] = texts[place].replace(r"\right", rf"{size}r", 1)
    return texts


def _units(formula: str) -> Iterator[_Unit]:
    tokens = _TOKEN.findall(formula)
    at = depth = 0
    while at < len(tokens):
        token = tokens[at]
        end = at + 1
        if token == r"\begin":
            end = _end_of_environment(tokens, at)
        elif token == r"\frac":
            end = _end_of_group(tokens, _end_of_group(tokens, end))
        elif token in (r"\operatorname", r"\mathbb", r"\mathrm", r"\text", r"\sqrt", "_", "^", r"\left", r"\right"):
            end = _end_of_group(tokens, end)
        elif token == "{":
            end = _end_of_group(tokens, at)
        text = "".join(tokens[at:end])
        depth -= text in _CLOSING or token == r"\right"
        yield _Unit(text, _width(tokens[at:end]), depth)
        depth += text in _OPENING or token == r"\left"
        at = end


def _end_of_group(tokens: Sequence[str], start: int) -> int:
    """Behind the group, or the one token, that starts here."""
    depth = 0
    for at in range(start, len(tokens)):
        depth += (tokens[at] == "{") - (tokens[at] == "}")
        if not depth and not tokens[at].isspace():
            return at + 1
    return len(tokens)


def _end_of_environment(tokens: Sequence[str], start: int) -> int:
    depth = 0
    for at in range(start, len(tokens)):
        depth += (tokens[at] == r"\begin") - (tokens[at] == r"\end")
        if not depth:
            return _end_of_group(tokens, at + 1)
    return len(tokens)


def _width(tokens: Sequence[str]) -> float:
    """About how wide a unit is set, in em."""
    if tokens[0] == r"\frac":
        middle = _end_of_group(tokens, 1)
        return max(_flat(tokens[1:middle]), _flat(tokens[middle:])) + 0.2
    if tokens[0] == r"\begin":
        rows = "".join(tokens).split(r"\\")
        return max(_flat(_TOKEN.findall(row)) + row.count("&") for row in rows)
    return (_SMALL if tokens[0] in ("_", "^") else 1) * _flat(tokens)


def _flat(tokens: Sequence[str]) -> float:
    whole = 0.0
    for token in tokens:
        if token in _WIDE or token in _SIGNS:
            whole += 1.2
        elif token in _NARROW:
            whole += 0.35
        elif token not in _NOTHING and token not in "{}_^&" and not token.isspace():
            whole += 0.45 * max(1, len(token) - 1) if token.startswith("\\") and token[1:2].islower() else 0.55
    return whole
