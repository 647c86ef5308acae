"""A pass over a plan: every instruction is made again from its new arguments, by rules that look at one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from operator import is_not
from typing import ClassVar

from gradcli.emit.instr import Instr, held
from gradcli.emit.plan import Plan, postorder, uses
from gradcli.emit.shape import Lengths, entries

Rule = Callable[["Pass", Instr], "Instr | None"]
Rules = Mapping[str, Sequence[Rule]]

_MOST_ROUNDS = 40
_ONE = Fraction(1)


class Graph:
    """The instructions under some roots: in order, arguments first, and how often each is used.

    `by_lists` counts how often a matrix is multiplied by a list.
    """

    def __init__(self, roots: Sequence[Instr]) -> None:
        self.roots = roots
        self.order = postorder(roots)
        self.used: Counter[int] = uses(self.order, roots)
        self.kinds = {instr.kind for instr in self.order}
        self.kinds |= {f"map {instr.data}" for instr in self.order if instr.kind == "map"}
        self.by_lists = Counter(matrix.serial for instr in self.order if (matrix := _beside_list(instr)) is not None)


class Pass:
    """One pass: `rules` by the kind of instruction that they rewrite; each gives what serves instead, or None.

    `needs` are the kinds of which one has to be there for anything to be done; none are those that the rules are for.
    What a rule builds by `make` is rewritten in turn.  `used` counts the uses of the instructions as they were before
    the pass, `memo` holds what became of each.
    """

    needs: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, plan: Plan, rules: Rules, graph: Graph) -> None:
        self.plan = plan
        self.rules = rules
        self.roots = graph.roots
        self.order = graph.order
        self.used = graph.used
        self.memo: dict[int, Instr] = {}
        self._count: dict[int, int] = {}
        self._by_lists = graph.by_lists
        self._count_by_lists: dict[int, int] = {}
        self._known: dict[int, Instr] = {}

    def run(self) -> list[Instr]:
        """The new roots."""
        count, by_lists = self._count, self._count_by_lists
        for instr in self.order:
            serial = instr.serial
            new = self.memo[serial] = self.visit(instr)
            count[new.serial] = count.get(new.serial, 0) + self.used[serial]
            if serial in self._by_lists:
                by_lists[new.serial] = by_lists.get(new.serial, 0) + self._by_lists[serial]
        return [self.memo[root.serial] for root in self.roots]

    def visit(self, instr: Instr) -> Instr:
        """What becomes of an instruction whose arguments have been met."""
        args = [self.memo[arg.serial] for arg in instr.args]
        changed = any(map(is_not, args, instr.args))
        if not changed:
            if instr.kind not in self.rules:
                return instr
            out = self.simplify(instr)
            self._keep_shape(instr, out)
            return out
        again = self.plan.make(instr.kind, *args, data=instr.data, rank=instr.rank)
        self._keep_shape(instr, again)
        out = self.simplify(again)
        self._keep_shape(instr, out)
        return out

    def once(self, instr: Instr) -> bool:
        """Whether nothing but what is being rewritten uses a value, as far as is known: then it may dissolve."""
        return self._count.get(instr.serial, 0) <= 1

    def meets_lists(self, matrix: Instr, most: int) -> bool:
        """Whether a matrix is only multiplied by lists, by `most` at most, or is used once."""
        count = self._count.get(matrix.serial, 0)
        return count <= 1 or count == self._count_by_lists.get(matrix.serial, 0) <= most

    def _keep_shape(self, old: Instr, new: Instr) -> None:
        if old is not new:
            shape = self.plan.shape(old)
            if shape is not None:
                self.plan.tell(new, shape)

    def make(self, kind: str, *args: Instr, data: Hashable = None, rank: int = 0) -> Instr:
        """An instruction, rewritten by the rules."""
        return self.simplify(self.plan.make(kind, *args, data=data, rank=rank))

    def simplify(self, instr: Instr) -> Instr:
        """What the rules make of an instruction whose arguments are as they should be."""
        found = self._known.get(instr.serial)
        if found is not None:
            return found
        now = instr
        for _ in range(_MOST_ROUNDS):
            for rule in self.rules.get(now.kind, ()):
                new = rule(self, now)
                if new is not None and new is not now:
                    now = new
                    break
            else:
                break
        self._known[instr.serial] = self._known[now.serial] = now
        return now

    # ------------------------------------------------------------ what rules are built of

    def number(self, value: Fraction | int) -> Instr:
        """A rational."""
        return self.plan.number(value)

    def shape(self, instr: Instr) -> Lengths | None:
        """The lengths of the axes of a value."""
        return self.plan.shape(instr)

    def weight(self, instr: Instr) -> int:
        """How many entries a value has, or is taken to have."""
        shape = self.plan.shape(instr)
        return entries(shape) if shape is not None else entries(("n",) * instr.rank)

    def product(self, value: Fraction | int, over: Sequence[Instr], under: Sequence[Instr] = ()) -> Instr:
        """A number times factors over factors."""
        over, under = list(over), list(under)
        if value == 1 and len(over) == 1 and not under:
            return over[0]
        if not over and not under:
            return self.number(value)
        rank = max(part.rank for part in (*over, *under))
        return self.make("product", *over, *under, data=(Fraction(value), len(over)), rank=rank)

    def transpose(self, a: Instr) -> Instr:
        """Transpose of a matrix; a list stays a list."""
        return a if a.rank < 2 else self.make("transpose", a, rank=2)

    def matmul(self, a: Instr, b: Instr) -> Instr:
        """`a @ b` for ranks 1 and 2."""
        return self.make("matmul", a, b, rank=a.rank + b.rank - 2)


def _beside_list(instr: Instr) -> Instr | None:
    """The matrix that is multiplied by a list."""
    if instr.kind != "matmul" or instr.rank != 1:
        return None
    a, b = instr.args
    return a if a.rank == 2 else b


def parts_of_product(instr: Instr) -> tuple[Fraction, list[Instr], list[Instr]]:
    """The number, the factors over and the factors under; of anything else: 1, itself, none."""
    if instr.kind != "product":
        return _ONE, [instr], []
    value, over = held(instr, tuple)
    return value if type(value) is Fraction else Fraction(value), list(instr.args[:over]), list(instr.args[over:])


def terms_of_sum(instr: Instr) -> list[tuple[bool, Instr]]:
    """The terms, each with whether it is subtracted."""
    if instr.kind != "sum":
        return [(False, instr)]
    return list(zip(held(instr, tuple), instr.args, strict=True))


def make_sum(run: Pass, terms: Sequence[tuple[bool, Instr]], rank: int) -> Instr:
    """Terms added, or subtracted where true; one that is added stands first where there is one."""
    if not terms:
        return run.number(0)
    if len(terms) == 1 and not terms[0][0]:
        return terms[0][1]
    ordered = list(terms)
    if ordered[0][0] and not all(negative for negative, _ in ordered):
        first = next(i for i, (negative, _) in enumerate(ordered) if not negative)
        ordered.insert(0, ordered.pop(first))
    return run.make("sum", *(term for _, term in ordered), data=tuple(sign for sign, _ in ordered), rank=rank)


def merged(*tables: Rules) -> dict[str, list[Rule]]:
    """Several tables of rules as one, the first ones first."""
    out: dict[str, list[Rule]] = {}
    for table in tables:
        for kind, rules in table.items():
            out.setdefault(kind, []).extend(rules)
    return out
