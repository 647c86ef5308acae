"""The line that breaks: the one whose mending makes what rests on it right.

A line can be mended where some value of it makes the false gradients true, found from numbers at one point; that value
is what its name says, or what one small change of the line gives, or is settled by several gradients at once.
"""

from __future__ import annotations

import ast as ast_of_python
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from gradcli.evaluate.array import Array
from gradcli.expr.node import Node
from gradcli.expr.shapes import Shape
from gradcli.pairs.claim import Claims
from gradcli.pairs.edits import guards, kept_axes, repeats, saved, sizes, turned
from gradcli.pairs.trial import Trial, close
from gradcli.syntax import ast
from gradcli.syntax.unparse import unparse
from gradcli.verdicts.hints import trees
from gradcli.verdicts.hints.edit import Edit, Edits, Setting
from gradcli.verdicts.hints.edits_form import operations, reversals, signs, transposes
from gradcli.verdicts.hints.edits_numbers import axes, constants, sums
from gradcli.verdicts.hints.edits_parts import derivatives, others, terms
from gradcli.verdicts.hints.sites import sites

_MOST_EDITS = 500  # of one line and one family
_MOST_ALL = 4000
_MOST_LEFT_OUT = 5  # gradients one of which may be false for a reason of its own
_BONUS = 0.25  # by which a change may be likelier than others of its family
RENAMED = 1.0  # by which a line that only gives a second name is likelier to lack something, where that mends it
_MOST_INSIDE = 12  # values beside parts of a line
_BY_NAME, _SETTLED, _ANY = 3.6, 4, 8


@dataclass(slots=True)
class Repair:
    """A line that may be mended: how many of the false gradients that mends, what it costs, and the change if known."""

    line: str
    fixed: frozenset[int]
    cost: float
    edit: Edit | None = None
    named: bool = False  # its name says what mends it


@dataclass(slots=True)
class Broken:
    """A false gradient: the name of what is claimed, its true value at the trial's point."""

    name: str
    truth: Array


def repairs(
    trial: Trial, broken: Sequence[Broken], lines: Sequence[str], meanings: dict[str, Array], scope: Sequence[str],
    check: Callable[[str, Edit, Sequence[int]], bool],
) -> list[Repair]:  # fmt: skip
    """How each of these lines may be mended, in their order; `meanings` is what names say that lines are.

    Likely changes are tried in all lines before less likely ones, which are left out where they cannot win.
    """
    able = [each for line in lines if (each := _candidate(trial, broken, line, meanings, scope)) is not None]
    found = [each.repair for each in able]
    left = _MOST_ALL
    for place, (cost, family) in enumerate(_FAMILIES):
        for each in able:
            if each.repair.edit is None:
                left -= each.search(trial, family, cost, left, check)
        later = _FAMILIES[place + 1][0] if place + 1 < len(_FAMILIES) else 0.0
        likeliest = [best(trial, found, number) for number in range(len(broken))]
        if all(one is not None and one.edit is not None and one.cost <= later - _BONUS for one in likeliest):
            break
    return found


def _candidate(
    trial: Trial, broken: Sequence[Broken], line: str, meanings: dict[str, Array], scope: Sequence[str]
) -> _Candidate | None:
    """A line that some value of it makes right, for as many false gradients as may be."""
    resting = [i for i, each in enumerate(broken) if line == each.name or line in trial.below.get(each.name, ())]
    if not resting:
        return None
    without_one = combinations(resting, len(resting) - 1) if len(resting) <= _MOST_LEFT_OUT else ()
    for group in dict.fromkeys([tuple(resting), *without_one, *((i,) for i in resting)]):
        if not group:
            continue
        wanted, truths = [broken[i].name for i in group], [broken[i].truth for i in group]
        solved = trial.needed_value(line, wanted, truths)
        if solved is None:
            continue
        value, over = solved
        repair = Repair(line, frozenset(group), _SETTLED if over > 0 else _ANY)
        if over < 0:
            repair.cost = _ANY + 1
        meaning = meanings.get(line)
        if meaning is not None and not close(trial.value(line), meaning):
            by_name = trial.claimed(line, meaning, wanted)
            if by_name is not None and all(close(b, t) for b, t in zip(by_name, truths, strict=True)):
                repair.cost, repair.named = _BY_NAME, True
        if repair.cost == _ANY:  # much may be wrong where much is written
            repair.cost -= min(sum(1 for _ in sites(trial.written[line])), 30) / 16
        return _Candidate(
            repair, group, value if over >= 0 else None, wanted, truths, setting_of(trial, line, scope),
            {trial.made[trial.nodes[line]]},
        )  # fmt: skip
    return None


def best(trial: Trial, found: Sequence[Repair], broken: int) -> Repair | None:
    """The repair of one false gradient: what mends the most, at the least cost, first.

    Where a line is not what its name says, and its true value mends the rest, it is that line or one before it.
    """
    able = [each for each in found if broken in each.fixed]
    most = max((len(each.fixed) for each in able), default=0)
    able = [each for each in able if len(each.fixed) == most]
    named = next((each for each in able if each.named), None)
    if named is not None:
        able = [each for each in able if each is named or each.line in trial.below[named.line]]
    found_best = min(able, key=lambda each: each.cost, default=None)
    if found_best is not None and found_best.edit is not None and _is_forgotten(found_best.edit):
        said = found_best.edit.text  # a scale is forgotten where there is one, else where the gradient is done
        same = [each for each in able if each.edit is not None and each.edit.text == said]
        scaled = [each for each in same if set(trial.sizes) & set(_words(trial, each.line))]
        found_best = scaled[0] if scaled else same[-1]
    elif found_best is not None and found_best.edit is None:
        found_best = [each for each in able if each.cost == found_best.cost][-1]
    if found_best is not None and found_best is named and found_best.edit is None:
        return _begun(trial, able, found_best)
    return found_best


def _is_forgotten(edit: Edit) -> bool:
    """Whether a factor is missing, which may stand in one line as well as in another."""
    return edit.kind in ("factor", "inner") and edit.text.endswith(" is missing")


def _begun(trial: Trial, able: Sequence[Repair], repair: Repair) -> Repair:
    """Of `dx = ...` and `dx /= s` the first, where no small change of the second mends it."""
    lines = {line.name: line for line in trial.claims.backward_lines()}
    line = lines.get(repair.line)
    scales = (ast_of_python.Mult, ast_of_python.Div)
    while line is not None and isinstance(line.node, ast_of_python.AugAssign) and isinstance(line.node.op, scales):
        before = [each for each in lines.values() if each.local == line.local and each.name in trial.below[line.name]]
        begun = next((each for each in able if before and each.line == before[-1].name), None)
        if begun is None:
            break
        repair, line = begun, before[-1]
    return repair


@dataclass(slots=True)
class _Candidate:
    """A line with the value that it must have (None: any that makes the claims true), and what was tried there."""

    repair: Repair
    group: tuple[int, ...]
    value: Array | None
    wanted: list[str]
    truths: list[Array]
    setting: Setting
    seen: set[Node]
    tried: int = 0

    def search(
        self, trial: Trial, family: Sequence[Callable[[ast.Expr, Setting], Edits]], cost: float, most: int,
        check: Callable[[str, Edit, Sequence[int]], bool],
    ) -> int:  # fmt: skip
        """Look for the first small change that gives the value; how many were tried."""
        line, before = self.repair.line, self.tried
        root = trial.written[line]
        for edit in (each for make in family for each in make(root, self.setting)):
            if self.tried - before >= min(_MOST_EDITS, most):
                break
            self.tried += 1
            if self._fits(trial, edit) and check(line, edit, self.group):
                self.repair.edit = edit
                self.repair.cost = min(self.repair.cost, cost + _likelihood(edit, root))
                break
        return self.tried - before

    def _fits(self, trial: Trial, edit: Edit) -> bool:
        line = self.repair.line
        node = trial.read(edit.side)
        if node is None or node in self.seen or node.shape != trial.nodes[line].shape:
            return False
        self.seen.add(node)
        new = trial.of(node)
        if new is None:
            return False
        if self.value is not None:
            return close(new, self.value, 1e-3)
        after = trial.claimed(line, new, self.wanted)
        return after is not None and all(close(a, t) for a, t in zip(after, self.truths, strict=True))


def _likelihood(edit: Edit, root: ast.Expr) -> float:
    """What more a change costs: a flipped sign of a term is likelier than a minus that was lost inside."""
    if edit.kind == "sign":
        return -0.2 if "the term" in edit.text else 0.1
    size = sum(1 for _ in sites(root))
    if edit.kind == "factor" and isinstance(root, ast.Sum) and isinstance(edit.side, ast.Product):
        return 0.5  # a scale is forgotten where there is one
    if sum(1 for _ in sites(edit.side)) > size:  # more is forgotten where more is written
        return 0.5 - min(size, 30) / 40
    return 0


def _reciprocals(root: ast.Expr, setting: Setting) -> Edits:
    """A divisor for a factor."""
    for site in sites(root):
        if not isinstance(site.expr, ast.Num):
            said = f"1 / ({unparse(site.expr)}) belongs where {unparse(site.expr)} stands"
            yield Edit("inverse", said, site.put(trees.times(trees.number(1), site.expr, "/")))


def setting_of(trial: Trial, line: str, scope: Sequence[str]) -> Setting:
    """What may stand in a line: the values that it sees, sizes, and their usual companions."""
    own = trial.nodes[line]
    at = trial.order.index(line)
    known = set(trial.order[:at]) | (trial.nodes.keys() - set(trial.order))
    used = [name for name in scope if name in known][:30]
    same = [name for name in used if trial.nodes[name].shape == own.shape]
    factors: list[ast.Expr] = [trees.name(name) for name in same]
    spread = list(_spreading(trial, used, own.shape))
    inside = {trial.nodes[name].shape for name in _names(trial, line)} - {own.shape, ()}
    factors += [trees.name(name) for name in used if trial.nodes[name].shape in inside][:_MOST_INSIDE]
    for name in same:
        factors += _companions(name)
    factors += [*spread, *map(trees.number, trial.numbers)]
    factors += [trees.times(trees.number(1), trees.call("sqrt", trees.name(size)), "/") for size in trial.under_roots]
    dims = tuple(size for size in trial.sizes if size not in trial.nodes)
    for size in dims:
        factors.append(trees.times(trees.number(1), trees.name(size), "/"))
    terms = [*map(trees.number, trial.small), *(trees.name(name) for name in same), *spread]
    return Setting("right", (), tuple(factors), tuple(terms), dims, tuple(used))


def _names(trial: Trial, line: str) -> list[str]:
    """The values in a line."""
    return [name for name in _words(trial, line) if name in trial.nodes]


def _words(trial: Trial, line: str) -> list[str]:
    """The names in a line, of values and of sizes."""
    return [site.expr.id for site in sites(trial.written[line]) if isinstance(site.expr, ast.Name)]


def _spreading(trial: Trial, used: Sequence[str], shape: Shape) -> Iterator[ast.Expr]:
    """Vectors that are spread over a matrix, as a column or as a row, and stacks with axes of length 1."""
    for name in used:
        held = trial.nodes[name].shape
        if len(shape) == 2 and len(held) == 1 and held[0] in shape:
            yield trees.name(name) if held[0] == shape[0] else trees.transposed(trees.name(name))
        if len(held) == len(shape) > 2 and held != shape and all(a in (1, b) for a, b in zip(held, shape, strict=True)):
            yield trees.name(name)


def _companions(name: str) -> Iterator[ast.Expr]:
    one = trees.number(1)
    yield trees.plus(one, trees.name(name), "-")
    yield trees.times(one, trees.name(name), "/")


# what a change costs, the likelier the mistake the less
_FAMILIES: tuple[tuple[float, tuple[Callable[[ast.Expr, Setting], Edits], ...]], ...] = (
    (1.0, (repeats, signs, axes, kept_axes, operations, transposes, turned, reversals)),
    (1.2, (guards, sizes, constants, _reciprocals, others)),
    (1.5, (saved,)),
    (2.0, (derivatives, sums)),
    (3.0, (terms,)),
)


def scope_of(claims: Claims) -> list[str]:
    """The names that lines of the backward may mean, its own first, the last of them before."""
    backward = [each.name for each in claims.backward_lines()]
    arrays = (*claims.local.values(), *claims.carried)
    held = [array.code for array in arrays if array.code.isidentifier() and array.code not in backward]
    held += [code for code in claims.items if code not in backward]
    return list(dict.fromkeys([*reversed(backward), *claims.upstream.values(), *held]))
