"""Points of which only distances are asked for, moved to their mean: far from 0 their squares would lose the digits.

`sum[a]((X[i, a] - Y[j, a])**2)` is computed as `|x|^2 + |y|^2 - 2 x.T @ y`, which takes a product of matrices and no
array with three axes.  A value in which X and Y stand in such sums alone stays the same when both are moved, and so do
its derivatives: they are computed of the points less the mean of the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, make_sum, parts_of_product, terms_of_sum
from gradcli.emit.plan import postorder

Points = tuple[Instr, bool]
"""An input, and whether its columns are the points."""
Term = tuple[Fraction, tuple[int, ...]]


def movable(roots: Sequence[Instr]) -> dict[str, tuple[str, bool]]:
    """For each input that may be moved the one whose mean is taken, and whether its columns are the points."""
    order = postorder(roots)
    users: dict[int, list[Instr]] = {}
    for instr in order:
        for arg in instr.args:
            users.setdefault(arg.serial, []).append(instr)
    sums: set[int] = set()
    inside: set[int] = {root.serial for root in roots if not root.args}
    first: dict[Points, Points] = {}
    for instr in order:
        found = _distances(instr) if instr.kind == "sum" and instr.rank == 2 else None
        if found is not None:
            a, b, parts = found
            sums.add(instr.serial)
            inside |= parts
            one, other = _root(first, a), _root(first, b)
            first[other] = one
    groups: dict[Points, list[Points]] = {}
    for points in first:
        groups.setdefault(_root(first, points), []).append(points)
    moved: dict[str, tuple[str, bool]] = {}
    for group, members in groups.items():
        once = len({points[0].serial for points in members}) == len(members)
        if once and all(_stays(points[0], users, inside, sums, roots) for points in members):
            moved |= {str(points[0].data): (str(group[0].data), points[1]) for points in members}
    turned = {name: columns for name, (_, columns) in moved.items()}
    return {name: found for name, found in moved.items() if turned.get(found[0]) == found[1]}


def _root(first: dict[Points, Points], points: Points) -> Points:
    while first.setdefault(points, points) != points:
        points = first[points]
    return points


def _stays(
    start: Instr, users: dict[int, list[Instr]], inside: set[int], sums: set[int], roots: Sequence[Instr]
) -> bool:
    """Whether all that is made of an input, up to sums that are distances, is used for these alone."""
    todo, met = [start], {start.serial}
    while todo:
        instr = todo.pop()
        if instr in roots:
            return False
        for user in users.get(instr.serial, ()):
            if user.serial in sums or user.kind == "length" or user.serial in met:
                continue
            if user.serial not in inside:
                return False
            met.add(user.serial)
            todo.append(user)
    return True


def _distances(instr: Instr) -> tuple[Points, Points, set[int]] | None:
    """The points whose squared distances stand in a sum, and the instructions that they are made by."""
    terms: dict[tuple[str, tuple[Points, ...]], list[tuple[Term, set[int]]]] = {}
    for sign, term in terms_of_sum(instr):
        value, over, under = parts_of_product(term)
        arrays = [part for part in over if part.rank]
        if len(arrays) != 1 or any(part.rank for part in under):
            continue
        scale = (-value if sign else value, tuple(sorted(part.serial for part in (*over, *under) if not part.rank)))
        found = _squares(arrays[0]) or _product(arrays[0])
        if found is None:
            continue
        kind, points, made = found
        terms.setdefault((kind, points), []).append((scale, {term.serial, *made}))
    for kind, points in terms:
        if kind != "product":
            continue
        a, b = points
        alike = [terms[kind, points], terms.get(("column", (a,)), []), terms.get(("row", (b,)), [])]
        if any(len(each) != 1 for each in alike):
            continue
        ((e, last), third), ((c, names), one), ((d, others), two) = (each[0] for each in alike)
        if c == d and e == -2 * c and names == others == last:
            return a, b, one | two | third
    return None


Found = tuple[str, tuple[Points, ...], set[int]]


def _squares(instr: Instr) -> Found | None:
    """The squared lengths of points, as a column or as a row."""
    if instr.kind in ("column", "row"):
        kind, (inner,) = instr.kind, instr.args
    elif instr.kind == "outer" and "ones" in (instr.args[0].kind, instr.args[1].kind):
        kind, inner = ("column", instr.args[0]) if instr.args[1].kind == "ones" else ("row", instr.args[1])
    else:
        return None
    (base, *_) = inner.args or (inner,)
    made = {instr.serial, inner.serial, base.serial}
    if inner.kind == "diagonal" and base.kind == "matmul":
        found = _product(base)
        if found is not None and found[1][0] == found[1][1]:
            return kind, found[1][:1], made | found[2]
    if inner.kind == "sum_axis" and base.kind == "power" and base.args[1].kind == "number" and base.args[1].data == 2:
        points = _points(base.args[0], inner.data == 0)
        return None if points is None else (kind, (points,), made)
    return None


def _product(instr: Instr) -> Found | None:
    """The inner products of points."""
    if instr.kind != "matmul" or instr.rank != 2:
        return None
    a, b = instr.args
    left, right = _points(a, False), _points(b, True)
    return None if left is None or right is None else ("product", (left, right), {instr.serial, a.serial, b.serial})


def _points(instr: Instr, columns: bool) -> Points | None:
    if instr.kind == "transpose":
        instr, columns = instr.args[0], not columns
    return (instr, columns) if instr.kind == "input" and instr.rank == 2 else None


class MovePass(Pass):
    """Takes the mean from the inputs that may be moved."""

    needs = frozenset({"input"})

    def visit(self, instr: Instr) -> Instr:
        found = self.plan.moved.get(str(instr.data)) if instr.kind == "input" else None
        if found is None:
            return super().visit(instr)
        first, columns = found
        base = self.plan.make("input", data=first, rank=2)
        shape = self.shape(base)
        if shape is None or not (isinstance(shape[columns], int) or shape[columns] in self.plan.known):
            return instr
        total = self.plan.make("sum_axis", base, data=int(columns), rank=1)
        mean = self.product(1, [total], [self.plan.size(shape[columns])])
        spread = self.plan.make("column" if columns else "row", mean, rank=2)
        out = make_sum(self, [(False, instr), (True, spread)], 2)
        self._keep_shape(instr, out)
        return out
