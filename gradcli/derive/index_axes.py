"""Terms of expressions that are linear in a seed, and their axes: made equal, cut and put together anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from gradcli.expr.dims import dim_product, quotient
from gradcli.expr.linear import eye
from gradcli.expr.node import Node
from gradcli.expr.rearrange import reshape
from gradcli.expr.shapes import Dim, Shape
from gradcli.index.axes import Groups, Letters, flat, put, put_in_each
from gradcli.index.merged import merged
from gradcli.record import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """`Π scalars · Π operand[groups]`, linear in the seed with the axes `seed`, a value with the axes `out`.

    Letters that are in neither are summed over.
    """

    scalars: tuple[Node, ...]
    operands: tuple[tuple[Node, Groups], ...]
    out: Groups
    seed: Groups

    def letters(self) -> dict[int, None]:
        """Every letter of the operands."""
        return dict.fromkeys(letter for _, groups in self.operands for letter in flat(groups))

    def put(self, table: Mapping[int, Letters]) -> Term:
        """The term with letters put for letters."""
        operands = tuple((node, put_in_each(own, table)) for node, own in self.operands)
        return Term(self.scalars, operands, put_in_each(self.out, table), put_in_each(self.seed, table))

    def times(self, *operands: tuple[Node, Groups]) -> Term:
        """The term with more operands."""
        return Term(self.scalars, (*self.operands, *operands), self.out, self.seed)

    def at(self, out: Groups) -> Term:
        """The term as a value with other axes."""
        return Term(self.scalars, self.operands, out, self.seed)


class Axes:
    """Letters for axes, each with its size."""

    def __init__(self) -> None:
        self._letters = count()
        self.dims: dict[int, Dim] = {}

    def fresh(self, dims: Sequence[Dim]) -> Groups:
        """A new letter for each size."""
        out = []
        for dim in dims:
            letter = next(self._letters)
            self.dims[letter] = dim
            out.append((letter,))
        return tuple(out)

    def size(self, group: Letters) -> Dim:
        """The size of an axis."""
        out: Dim = 1
        for letter in group:
            out = dim_product(out, self.dims[letter])
        return out

    def equal(self, term: Term, pairs: Iterable[tuple[Letters, Letters]]) -> Term:
        """The term with each two groups made one; renamings carry on to the later pairs."""
        todo = list(pairs)
        for position in range(len(todo)):
            first, second = todo[position]
            term, table = self._unified(term, first, second)
            for later in range(position + 1, len(todo)):
                a, b = todo[later]
                todo[later] = self.looked_up(table, a), self.looked_up(table, b)
        return term

    def looked_up(self, table: Mapping[int, Letters], letters: Letters) -> Letters:
        """Letters with others put for some, and again for those."""
        while any(letter in table for letter in letters):
            letters = put(letters, table)
        return letters

    def joined(self, term: Term, a: Letters, b: Letters, out: Groups) -> Term:
        """The term as a value with the axes `out`, two groups made one: an entry of the diagonal, or their sum."""
        return self.equal(term.at(out), [(a, b)])

    def _unified(self, term: Term, a: Letters, b: Letters) -> tuple[Term, dict[int, Letters]]:
        """Two groups made one, and what was renamed; a delta where both are the seed's and must stay."""
        table: dict[int, Letters] = {}
        for one, other in ((a, b), (b, a)):
            if len(one) == 1 < len(other):
                table[one[0]] = flat(self.fresh([self.dims[letter] for letter in other]))
                term = term.put(table)
                a, b = put(a, table), put(b, table)
                break
        if [self.dims[letter] for letter in a] != [self.dims[letter] for letter in b]:
            delta = (eye(self.size(a)), (a, b))
            return term.times(delta), table
        fixed = set(flat(term.seed))
        equal = merged(zip(a, b, strict=True), fixed.__contains__, lambda letter: (letter not in fixed,))
        deltas = tuple((eye(self.dims[first]), ((first,), (second,))) for first, second in equal.apart)
        made_one = {gone: (kept,) for gone, kept in equal.table.items()}
        term = term.times(*deltas).put(made_one)
        table |= made_one
        return term, table

    def reshaped(self, term: Term, shape: Shape) -> Term:
        """The axes cut and put together anew; where a cut goes through a size, a delta between both ways."""
        letters = [letter for letter in flat(term.out) if self.dims[letter] != 1]
        groups: list[Letters] = []
        table: dict[int, Letters] = {}
        for dim in shape:
            group: list[int] = []
            missing: Dim = dim
            while missing != 1 and letters:
                letter = letters.pop(0)
                rest = quotient(missing, self.dims[letter])
                if rest is None:
                    over = quotient(self.dims[letter], missing)
                    if over is None:
                        return self._through_delta(term, shape)
                    table[letter] = flat(self.fresh((missing, over)))
                    group.append(table[letter][0])
                    letters.insert(0, table[letter][1])
                    missing = 1
                else:
                    group.append(letter)
                    missing = rest
            if missing != 1:
                return self._through_delta(term, shape)
            groups.append(tuple(group))
        if letters:
            return self._through_delta(term, shape)
        while any(letter in table for parts in table.values() for letter in parts):
            table = {key: put(parts, table) for key, parts in table.items()}
        return term.put(table).at(put_in_each(tuple(groups), table))

    def _through_delta(self, term: Term, shape: Shape) -> Term:
        old = flat(term.out)
        new = self.fresh(shape)
        delta = (eye(self.size(old)), (old, flat(new)))
        return term.times(delta).at(new)

    def split(self, node: Node, groups: Groups) -> Node:
        """An operand with one axis for each letter."""
        if all(len(group) == 1 for group in groups):
            return node
        return reshape(node, tuple(self.dims[letter] for letter in flat(groups)))


def without_ones(operands: Sequence[tuple[Node, Groups]]) -> list[tuple[Node, Groups]]:
    """The operands without arrays of ones whose letters stand elsewhere too."""
    kept = list(operands)
    for operand in operands:
        if operand[0].op != "ones":
            continue
        others = {letter for other in kept if other is not operand for letter in flat(other[1])}
        if all(letter in others for letter in flat(operand[1])):
            kept.remove(operand)
    return kept
