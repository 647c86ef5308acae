"""Exponentials of numbers less what is large in them, where that changes nothing: softmax and log-sum-exp as people
write them.

With `exp(Z - m)` for `exp(Z)`, where m has an entry for each row, every value that is made of it is multiplied by
`exp(-k * m)`, with a degree k that is 1 for `exp(Z)` and for its row sums, 0 for their quotient, and that only sums of
one degree have.  Where all that is asked for has degree 0, or is the logarithm of such a value, to which `k * m` is
added, m may be anything: the logarithm of the row sum, so that `exp(Z - m)` is softmax and its row sums are 1, or over
several axes the largest entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradcli.emit.instr import Instr, held
from gradcli.emit.optimise.new_axes import axes_put_in, put_in
from gradcli.emit.optimise.rewrite import Graph, Pass, Rules, make_sum
from gradcli.emit.plan import Plan
from gradcli.expr.dims import Dim


@dataclass(frozen=True, slots=True)
class Degree:
    """A value times `exp(-power * m)`; `places` are its axes that those of m stand at."""

    power: Fraction
    places: tuple[int, ...]


class NotScaled(Exception):
    """A value is not multiplied by a power."""


class ShiftPass(Pass):
    """Takes the largest entries out of exponentials whose sums are taken."""

    needs = frozenset({"map exp"})

    def __init__(self, plan: Plan, rules: Rules, graph: Graph) -> None:
        super().__init__(plan, rules, graph)
        self._users: dict[int, list[Instr]] = {}
        self._axes: dict[int, tuple[int, ...]] = {}
        self._logs: dict[int, tuple[Instr, Degree]] = {}
        self._tops: dict[int, Instr] = {}
        self._find()

    def _find(self) -> None:
        for instr in self.order:
            for arg in dict.fromkeys(instr.args):
                self._users.setdefault(arg.serial, []).append(instr)
        places = {instr.serial: place for place, instr in enumerate(self.order)}
        results = {root.serial for root in self.roots}
        for instr in self.order:
            if instr.kind == "map" and instr.data == "exp" and instr.rank:
                ways = self._summed(instr)
                if ways and not self._is_only_logged(instr):
                    any(self._try(instr, axes, places, results) for axes in ways)

    def _summed(self, instr: Instr) -> list[tuple[int, ...]]:
        """Over which axes an array is summed: over some, then over more."""
        ways: list[tuple[int, ...]] = []
        left, now = list(range(instr.rank)), instr
        while True:
            users = self._users.get(now.serial, ())
            total = next((user for user in users if user.args[0] is now and self._sums(user)), None)
            if total is None:
                return ways
            gone = [left[axis] for axis in self._sums(total)]
            left, now = [axis for axis in left if axis not in gone], total
            ways.append(tuple(axis for axis in range(instr.rank) if axis not in left))

    @staticmethod
    def _sums(user: Instr) -> tuple[int, ...]:
        """The axes over which the first argument is summed, where that is all."""
        rank = user.args[0].rank
        if user.kind == "total":
            return tuple(range(rank))
        if user.kind == "sum_axis" and user.data is not None:
            return (held(user, int),)
        if user.kind == "matmul" and user.args[1].kind == "ones":
            return (rank - 1,)
        inputs, _, output = str(user.data).partition("->")
        if user.kind == "einsum" and len(user.args) == 1 and len(set(inputs)) == len(inputs):
            kept = "".join(letter for letter in inputs if letter in output)
            return tuple(axis for axis, letter in enumerate(inputs) if letter not in output) if kept == output else ()
        return ()

    def _is_only_logged(self, instr: Instr) -> bool:
        """Whether nothing but the logarithm of its sum is used, which is an operation of its own."""
        (first, *others) = self._users[instr.serial]
        logs = self._users.get(first.serial, [])
        fits = first.kind in ("total", "sum_axis") and instr.rank == 1 + first.rank <= 2
        return fits and not others and len(logs) == 1 and logs[0].kind == "map" and logs[0].data == "log"

    def _try(self, seed: Instr, axes: tuple[int, ...], places: dict[int, int], results: set[int]) -> bool:
        """Follow what is made of an exponential as long as its degree is not 0."""
        kept = tuple(axis for axis in range(seed.rank) if axis not in axes)
        degrees = {seed.serial: Degree(Fraction(1), kept)}
        logs: dict[int, tuple[Instr, Degree]] = {}
        met, todo = {seed.serial}, [seed]
        while todo:
            now = min(todo, key=lambda instr: places[instr.serial])
            todo.remove(now)
            if now is not seed:
                if now.kind == "map" and now.data == "log":
                    logs[now.serial] = (seed, degrees[now.args[0].serial])
                    continue
                try:
                    degree = degree_of(now, degrees, self.plan)
                except NotScaled:
                    return False
                if degree is None:
                    continue
                degrees[now.serial] = degree
            if now.serial in results:
                return False
            for user in self._users.get(now.serial, ()):
                if user.serial not in met:
                    met.add(user.serial)
                    todo.append(user)
        self._axes[seed.serial] = axes
        self._logs.update(logs)
        return True

    def visit(self, instr: Instr) -> Instr:
        seed = next((arg for arg in instr.args if arg.serial in self._axes), None)
        if instr.serial in self._axes:
            out = self._shifted(instr)
        elif instr.serial in self._logs:
            out = self._logarithm(instr)
        elif seed is not None and self._is_softmax(seed) and self._sums(instr) == self._axes[seed.serial]:
            out = self._ones(instr)
        else:
            return super().visit(instr)
        self._keep_shape(instr, out)
        return out

    def _is_softmax(self, seed: Instr) -> bool:
        return self.memo[seed.serial].kind == "softmax"

    def _shifted(self, seed: Instr) -> Instr:
        """Softmax along one axis; over several exponentials that are 1 at most."""
        axes, whole = self._axes[seed.serial], self.memo[seed.args[0].serial]
        shape = self.shape(seed)
        if (
            len(axes) == 1
            and shape is not None
            and all(self._is_known(d) for i, d in enumerate(shape) if i not in axes)
        ):
            (axis,) = axes
            data = axis if whole.rank > 1 else None
            self._tops[seed.serial] = self.plan.make("logsumexp", whole, data=data, rank=whole.rank - 1)
            return self.plan.make("softmax", whole, data=data, rank=whole.rank)
        top = whole
        for axis in sorted(axes, reverse=True) if len(axes) < whole.rank else ():
            top = self.plan.make("top", top, data=axis, rank=top.rank - 1)
        if top is whole:
            top = self.plan.make("top", whole)
        self._tops[seed.serial] = top
        places = tuple(axis for axis in range(whole.rank) if axis not in axes)
        shifted = make_sum(self, [(False, whole), (True, self._spread(top, places, whole.rank))], whole.rank)
        return self.plan.make("map", shifted, data="exp", rank=seed.rank)

    def _is_known(self, dim: Dim) -> bool:
        return isinstance(dim, int) or dim in self.plan.known

    def _ones(self, total: Instr) -> Instr:
        """The sums of softmax."""
        if not total.rank:
            return self.number(1)
        return self.make("ones", *map(self.plan.size, self.shape(total) or ()), rank=total.rank)

    def _logarithm(self, instr: Instr) -> Instr:
        """The logarithm of a value with a degree, and what its scale adds to it."""
        seed, degree = self._logs[instr.serial]
        (arg,) = instr.args
        if arg is seed:
            return self.memo[seed.args[0].serial]
        more = self._spread(self.product(degree.power, [self._tops[seed.serial]]), degree.places, instr.rank)
        new = self.memo[arg.serial]
        if new.kind == "ones" or (new.kind == "number" and new.data == 1):
            return more
        return make_sum(self, [(False, super().visit(instr)), (False, more)], instr.rank)

    def _spread(self, top: Instr, places: tuple[int, ...], rank: int) -> Instr:
        """The largest entries, with the axes of what they are taken from."""
        if top.rank in (0, rank) and places == tuple(range(top.rank)):
            return top
        return put_in(self, top, tuple(places.index(axis) if axis in places else None for axis in range(rank)))


# ------------------------------------------------------------------------- degrees


def degree_of(instr: Instr, degrees: dict[int, Degree], plan: Plan) -> Degree | None:
    """The degree of a value from those of its arguments; None where it is 0.  Raises NotScaled where it has none."""
    rule = _RULES.get(instr.kind)
    if rule is None:
        raise NotScaled
    out = rule(instr, [degrees.get(arg.serial) for arg in instr.args], plan)
    return out if out is not None and out.power else None


Given = Sequence["Degree | None"]
Rule = Callable[[Instr, Given, Plan], "Degree | None"]


def _joined(parts: Sequence[tuple[Degree | None, int]]) -> Degree | None:
    """The degree of a product of powers of values that lie over each other."""
    places = {degree.places for degree, _ in parts if degree is not None}
    if not places:
        return None
    if len(places) > 1:
        raise NotScaled
    return Degree(sum((degree.power * times for degree, times in parts if degree is not None), Fraction(0)), *places)


def _product(instr: Instr, given: Given, plan: Plan) -> Degree | None:
    _, over = held(instr, tuple)
    _check_ranks(instr, given)
    return _joined([(degree, 1 if place < over else -1) for place, degree in enumerate(given)])


def _check_ranks(instr: Instr, given: Given) -> None:
    """Whether all that is scaled by more than a number has the axes of the value."""
    for arg, degree in zip(instr.args, given, strict=True):
        if degree is not None and degree.places and arg.rank != instr.rank:
            raise NotScaled


def _power(instr: Instr, given: Given, plan: Plan) -> Degree | None:
    base, exponent = given
    if exponent is not None or base is None or instr.args[1].kind != "number":
        raise NotScaled
    return Degree(base.power * held(instr.args[1], Fraction), base.places)


def _sqrt(instr: Instr, given: Given, plan: Plan) -> Degree | None:
    (base,) = given
    return None if base is None else Degree(base.power / 2, base.places)


def _alike(instr: Instr, given: Given, plan: Plan) -> Degree | None:
    """Terms of one degree; 0 has any."""
    found = {
        degree for arg, degree in zip(instr.args, given, strict=True) if not (arg.kind == "number" and arg.data == 0)
    }
    if len(found) != 1:
        raise NotScaled
    _check_ranks(instr, given)
    return found.pop()


def _compare(instr: Instr, given: Given, plan: Plan) -> Degree | None:
    _alike(instr, given, plan)
    return None


def _where(instr: Instr, given: Given, plan: Plan) -> Degree | None:
    if given[0] is not None:
        raise NotScaled
    found = {
        d for arg, d in zip(instr.args[1:], given[1:], strict=True) if not (arg.kind == "number" and arg.data == 0)
    }
    if len(found) != 1:
        raise NotScaled
    return found.pop()


def _moved(axes: Sequence[int | None]) -> Callable[[Degree], Degree]:
    """Where the places are when the axes of a value are those of another; None where one is lost."""

    def move(degree: Degree) -> Degree:
        if any(place not in axes for place in degree.places):
            raise NotScaled
        return Degree(degree.power, tuple(list(axes).index(place) for place in degree.places))

    return move


def _axes(instr: Instr, given: Given, plan: Plan) -> Degree | None:
    axes = {"transpose": (1, 0)}.get(instr.kind) or axes_put_in(instr) or instr.data
    (degree,) = given
    assert isinstance(axes, tuple)
    return None if degree is None else _moved(axes)(degree)


def _reshape(instr: Instr, given: Given, plan: Plan) -> Degree | None:
    """Of a reshape that puts in, or takes out, axes of length 1."""
    degree, *sizes = given
    before, after = plan.shape(instr.args[0]), plan.shape(instr)
    if before is None or after is None or degree is None or any(size is not None for size in sizes):
        raise NotScaled
    old = [axis for axis, dim in enumerate(before) if dim != 1]
    new = [axis for axis, dim in enumerate(after) if dim != 1]
    if [before[axis] for axis in old] != [after[axis] for axis in new]:
        raise NotScaled
    if any(place not in old for place in degree.places):
        raise NotScaled
    return Degree(degree.power, tuple(new[old.index(place)] for place in degree.places))


def _contracted(operands: Sequence[tuple[str, Degree | None]], output: str) -> Degree | None:
    """The degree of a sum of products, axes named by letters."""
    named = [(tuple(letters[p] for p in d.places), d.power) for letters, d in operands if d is not None]
    if len({letters for letters, _ in named}) > 1:
        raise NotScaled
    power = sum((power for _, power in named), Fraction(0))
    if not named or not power:
        return None
    ((letters, _), *_) = named
    if any(letter not in output for letter in letters):
        raise NotScaled
    return Degree(power, tuple(output.index(letter) for letter in letters))


def _einsum(instr: Instr, given: Given, plan: Plan) -> Degree | None:
    inputs, output = str(instr.data).split("->")
    return _contracted(list(zip(inputs.split(","), given, strict=True)), output)


def _sum_axis(instr: Instr, given: Given, plan: Plan) -> Degree | None:
    letters = "abcdefgh"[: instr.args[0].rank]
    return _contracted([(letters, given[0])], letters.replace(letters[held(instr, int)], ""))


def _letters(inputs: Callable[[Instr], tuple[str, ...]], output: Callable[[Instr], str]) -> Rule:
    return lambda instr, given, plan: _contracted(list(zip(inputs(instr), given, strict=True)), output(instr))


def _matmul(instr: Instr, given: Given, plan: Plan) -> Degree | None:
    a, b = instr.args
    left, right = ("k" if a.rank == 1 else "ik"), ("k" if b.rank == 1 else "kj")
    return _contracted(list(zip((left, right), given, strict=True)), (left + right).replace("k", ""))


def _diagonal(instr: Instr, given: Given, plan: Plan) -> Degree | None:
    (degree,) = given
    if degree is None or len(degree.places) > 1:
        raise NotScaled
    return Degree(degree.power, (0,) * len(degree.places))


_RULES: dict[str, Rule] = {
    "product": _product,
    "power": _power,
    "sqrt": _sqrt,
    **dict.fromkeys(("sum", "maximum", "minimum"), _alike),
    "compare": _compare,
    "where": _where,
    **dict.fromkeys(("transpose", "column", "row", "axes"), _axes),
    "reshape": _reshape,
    "diagonal": _diagonal,
    "einsum": _einsum,
    "sum_axis": _sum_axis,
    "matmul": _matmul,
    "total": _letters(lambda instr: ("abcdefgh"[: instr.args[0].rank],), lambda instr: ""),
    "dot": _letters(lambda instr: ("abcdefgh"[: instr.args[0].rank],) * 2, lambda instr: ""),
    "outer": _letters(lambda instr: ("i", "j"), lambda instr: "ij"),
    "scale_rows": _letters(lambda instr: ("i", "ij"), lambda instr: "ij"),
    "scale_cols": _letters(lambda instr: ("j", "ij"), lambda instr: "ij"),
}
