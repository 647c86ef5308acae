"""The order of matrix products: the cheapest for the lengths of the axes, names taken as long and all alike.

Dynamic programming over the ways to bracket a chain (Godbole 1973).  A product that several chains hold is counted
once; an inverse is a linear solve where it meets something, a diagonal matrix scales.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.factors import (
    DIAGONAL,
    INVERSE,
    PLAIN,
    Chain,
    Factor,
    factor,
    reverse,
    scaled_link,
    turned_key,
)
from gradcli.emit.optimise.rewrite import Graph, Pass, Rules
from gradcli.emit.plan import Plan

_LONGEST = 40
_LINKS = ("matmul", "outer", "solve", "scale_rows", "scale_cols", "transpose", "trace")
Key = tuple[tuple[str, int, bool], ...]


@dataclass(frozen=True, slots=True)
class _Best:
    """The cheapest way to a part of a chain: its cost, and where it is cut (None for a single factor)."""

    cost: float
    cut: int | None


class ChainPass(Pass):
    """Brackets every chain of products anew.

    `rules` are applied to what is built.  Products that serve something else too stay whole: they are computed anyway.
    """

    def __init__(self, plan: Plan, rules: Rules, graph: Graph) -> None:
        super().__init__(plan, rules, graph)
        self._inside: set[int] = set()
        self._chains: dict[int, Chain] = {}
        self._shared: Counter[Key] = Counter()
        self._made: dict[Key, Instr] = {}
        self._inverted = self._standing_inverses()
        self._find()

    def _is_seen(self, first: Factor, last: Factor) -> bool:
        """Whether a product that begins and ends with some factors is a list, or of the shape of a named value."""
        rows, cols = first.dims[0], last.dims[1]
        return 1 in (rows, cols) or not {(rows, cols), (cols, rows)}.isdisjoint(self.plan.usual)

    def _standing_inverses(self) -> set[int]:
        """What has an inverse that is needed as a matrix, by something other than a product."""
        standing = {root.serial for root in self.roots}
        found: set[int] = set()
        for instr in reversed(self.order):
            if instr.kind == "inv" and instr.serial in standing:
                found.add(instr.args[0].serial)
            if instr.kind == "transpose":
                standing.update(arg.serial for arg in instr.args if instr.serial in standing)
            elif instr.kind not in _LINKS or instr.kind == "trace":
                standing.update(arg.serial for arg in instr.args)
        return found

    # ----------------------------------------------------------------- finding chains

    def _find(self) -> None:
        for instr in reversed(self.order):
            if instr.kind not in _LINKS or instr.serial in self._inside:
                continue
            if instr.kind == "trace" and self.used[instr.args[0].serial] > 1:
                continue
            chain = self._taken_apart(instr.args[0] if instr.kind == "trace" else instr)
            if chain is not None and 2 <= len(chain.factors) <= _LONGEST:
                self._chains[instr.serial] = chain
                self._shared.update(self._parts_of(chain.factors))

    def _parts_of(self, factors: tuple[Factor, ...]) -> Counter[Key]:
        """How often each product of neighbours stands in a chain, without overlap."""
        counts: Counter[Key] = Counter()
        ends: dict[Key, int] = {}
        for i in range(len(factors)):
            for j in range(i + 2, len(factors) + 1):
                key = self._key(factors[i:j])
                if ends.get(key, 0) <= i:
                    counts[key] += 1
                    ends[key] = j
        return counts

    def _key(self, factors: Sequence[Factor]) -> Key:
        there = tuple(part.key for part in factors)
        back = tuple(turned_key(self.plan, part) for part in reversed(factors))
        return min(there, back)

    def _taken_apart(self, root: Instr) -> Chain | None:
        """The chain of a product, its links marked; None where a shape is not known."""
        factors: list[Factor] = []
        number, over, under = Fraction(1), list[Instr](), list[Instr]()
        links: list[int] = []
        spans: set[tuple[int, int]] = set()
        todo: list[tuple[str, Instr, bool] | int] = [(PLAIN, root, False)]
        while todo:
            entry = todo.pop()
            if isinstance(entry, int):  # what began there ends here
                spans.add((entry, len(factors)))
                continue
            kind, instr, turned = entry
            dissolves = kind == PLAIN and (instr is root or self.used[instr.serial] == 1)
            scaled = scaled_link(instr) if dissolves else None
            if scaled is not None and scaled[3].kind in _LINKS and self.used[scaled[3].serial] == 1:
                number *= scaled[0]
                over += scaled[1]
                under += scaled[2]
                links.append(instr.serial)
                todo.append((PLAIN, scaled[3], turned))
                continue
            if dissolves and instr.kind == "transpose":
                inner = instr.args[0]
                if inner.kind in _LINKS and self.used[inner.serial] == 1:
                    links.append(instr.serial)
                    todo.append((PLAIN, inner, not turned))
                    continue
            parts = _parts(instr) if dissolves else None
            if parts is not None:
                links.append(instr.serial)
                ordered = [(kind, part, flip != turned) for kind, part, flip in parts]
                if instr.serial in self.plan.named:
                    todo.append(len(factors))
                todo += ordered if turned else reversed(ordered)
                continue
            new = self._factor(kind, instr, turned)
            if new is None:
                return None
            factors.append(new)
        self._inside.update(links)
        return Chain(tuple(factors), number, tuple(over), tuple(under), frozenset(spans))

    def _factor(self, kind: str, instr: Instr, turned: bool) -> Factor | None:
        if kind == PLAIN and instr.kind == "inv" and instr.args[0].serial not in self._inverted:
            kind, instr = INVERSE, instr.args[0]
        elif kind == INVERSE and instr.serial in self._inverted:
            kind, instr = PLAIN, self.plan.make("inv", instr, rank=2)
        return factor(self.plan, kind, instr, turned)

    # --------------------------------------------------------------- bracketing them

    def visit(self, instr: Instr) -> Instr:
        chain = self._chains.get(instr.serial)
        if chain is None:
            return super().visit(instr)
        factors = tuple(self._renewed(part) for part in chain.factors)
        table = self._table(factors, chain)
        over = [self.memo[part.serial] for part in chain.over]
        under = [self.memo[part.serial] for part in chain.under]
        if instr.kind == "trace":
            body = self._traced(table, factors, chain.factors)
        else:
            body = self._built(table, factors, chain.factors, 0, len(factors))
        out = self.product(chain.number, [*over, body], under)
        self._keep_shape(instr, out)
        return out

    def _renewed(self, part: Factor) -> Factor:
        new = self.memo.get(part.instr.serial)
        if new is None:  # an inverse that stands elsewhere
            new = self.make("inv", self.memo[part.instr.args[0].serial], rank=2)
        return Factor(part.kind, new, part.turned, part.rows, part.cols, part.dims)

    def _table(self, factors: tuple[Factor, ...], chain: Chain) -> dict[tuple[int, int], _Best]:
        """Of ways that cost the same, the one that keeps the products that have a name, then the one whose products
        have shapes that named values have: what is thin there may be thin indeed."""
        old, count = chain.factors, len(factors)

        def unwritten(way: _Best, i: int, j: int) -> int:
            assert way.cut is not None
            return sum(
                stop > start + 1 and (start, stop) not in chain.spans for start, stop in ((i, way.cut), (way.cut, j))
            )

        def unseen(way: _Best, i: int, j: int) -> int:
            assert way.cut is not None
            ends = ((i, way.cut), (way.cut, j))
            return sum(stop > start + 1 and not self._is_seen(old[start], old[stop - 1]) for start, stop in ends)

        table = {(i, i + 1): _Best(0.0, None) for i in range(count)}
        for length in range(2, count + 1):
            for i in range(count - length + 1):
                j = i + length
                best = min(
                    (_Best(table[i, k].cost + table[k, j].cost + _cost(factors, i, k, j), k) for k in range(i + 1, j)),
                    key=lambda way: (way.cost, unwritten(way, i, j), unseen(way, i, j), way.cut or 0),
                )
                key = self._key(old[i:j])
                uses = self._shared[key]
                if uses > 1 and length < count:
                    best = _Best(0.0 if key in self._made else best.cost / uses, best.cut)
                table[i, j] = best
        return table

    def _built(
        self,
        table: dict[tuple[int, int], _Best],
        factors: tuple[Factor, ...],
        old: tuple[Factor, ...],
        start: int,
        stop: int,
    ) -> Instr:
        """The product of factors `start` to `stop`."""
        cut = table[start, stop].cut
        if cut is None:
            return _alone(self, factors[start])
        key = self._key(old[start:stop])
        there = tuple(part.key for part in old[start:stop])
        if key in self._made:
            found = self._made[key]
            return found if key == there else self.transpose(found)
        if cut == start + 1 and factors[start].kind != PLAIN:
            out = _apply(self, factors[start], self._built(table, factors, old, cut, stop))
        elif cut == stop - 1 and factors[cut].kind != PLAIN:
            left = self._built(table, factors, old, start, cut)
            (turned,) = reverse(self.plan, Chain((factors[cut],))).factors
            out = self.transpose(_apply(self, turned, self.transpose(left)))
            if factors[cut].kind == DIAGONAL and left.rank == 2:
                out = self.make("scale_cols", factors[cut].instr, left, rank=2)
        else:
            left = self._built(table, factors, old, start, cut)
            right = self._built(table, factors, old, cut, stop)
            out = self._times(left, right, factors[start:cut], factors[cut:stop])
        self._made[key] = out if key == there else self.transpose(out)
        return out

    def _times(self, left: Instr, right: Instr, before: Sequence[Factor], after: Sequence[Factor]) -> Instr:
        if not left.rank or not right.rank:
            return self.product(1, [left, right])
        if left.rank == right.rank == 1 and _is_column(before):
            return self.make("outer", left, right, rank=2)
        return self.matmul(left, right)

    def _traced(
        self, table: dict[tuple[int, int], _Best], factors: tuple[Factor, ...], old: tuple[Factor, ...]
    ) -> Instr:
        """tr(A @ B) as the sum of `A * B.T`, cut where that is cheapest."""
        count = len(factors)

        def cost(cut: int) -> float:
            return table[0, cut].cost + table[cut, count].cost + _alone_cost(factors, 0, cut, count)

        cut = min(range(1, count), key=cost)
        left = self._built(table, factors, old, 0, cut)
        right = self._built(table, factors, old, cut, count)
        if left.rank == 1 or right.rank == 1:
            return self.matmul(left, right)
        return self.make("dot", left, self.transpose(right))


def _parts(instr: Instr) -> list[tuple[str, Instr, bool]] | None:
    """The factors of a product: kind, value, transposed."""
    match instr.kind:
        case "matmul":
            a, b = instr.args
            return [(PLAIN, a, a.rank == 1), (PLAIN, b, False)]
        case "outer":
            return [(PLAIN, instr.args[0], False), (PLAIN, instr.args[1], True)]
        case "solve":
            return [(INVERSE, instr.args[0], False), (PLAIN, instr.args[1], False)]
        case "scale_rows":
            return [(DIAGONAL, instr.args[0], False), (PLAIN, instr.args[1], False)]
        case "scale_cols":
            return [(PLAIN, instr.args[1], False), (DIAGONAL, instr.args[0], False)]
    return None


def _is_column(factors: Sequence[Factor]) -> bool:
    """Whether a list that a product gives is a column: it ends with one."""
    last = factors[-1]
    return last.kind == PLAIN and last.instr.rank == 1 and not last.turned


def _cost(factors: tuple[Factor, ...], i: int, k: int, j: int) -> float:
    """What it takes to multiply factors `i` to `k` with `k` to `j`."""
    rows, inner, cols = factors[i].rows, factors[k].rows, factors[j - 1].cols
    left = factors[i].kind if k == i + 1 else PLAIN
    right = factors[k].kind if j == k + 1 else PLAIN
    if DIAGONAL in (left, right):
        return rows * cols + (rows * inner if right == INVERSE and left == DIAGONAL else 0.0)
    if left == INVERSE:
        return float(rows) * rows * cols + rows**3 / 3 + (float(inner) ** 2 if right == INVERSE else 0.0)
    if right == INVERSE:
        return float(rows) * cols * cols + cols**3 / 3
    return float(rows) * inner * cols + rows * cols


def _alone_cost(factors: tuple[Factor, ...], i: int, k: int, j: int) -> float:
    """What it takes to have two parts as matrices and to sum their products entry by entry."""
    cost = float(factors[i].rows) * factors[k].rows
    for part, single in ((factors[i], k == i + 1), (factors[k], j == k + 1)):
        if single and part.kind == INVERSE:
            cost += 2.0 * part.rows**3
    return cost


def _alone(run: Pass, part: Factor) -> Instr:
    """A factor as a matrix, or as a list."""
    if part.kind == INVERSE:
        out = run.make("inv", part.instr, rank=2)
    elif part.kind == DIAGONAL:
        out = run.make("diag", part.instr, rank=2)
    else:
        out = part.instr
    return run.transpose(out) if part.turned else out


def _apply(run: Pass, part: Factor, right: Instr) -> Instr:
    """An inverse or a diagonal matrix times what is at its right."""
    if part.kind == DIAGONAL:
        if right.rank == 1:
            return run.product(1, [part.instr, right])
        return run.make("scale_rows", part.instr, right, rank=2)
    matrix = run.transpose(part.instr) if part.turned else part.instr
    return run.make("solve", matrix, right, rank=right.rank)
