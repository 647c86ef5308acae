"""Joining the operands of a sum of products, two at a time, by matrix operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gradcli.expr.arith import mul
from gradcli.expr.linear import diag, diagonal, dot, matmul, trace, transpose
from gradcli.expr.node import ONE, Node
from gradcli.expr.reduce import sum_axis, total
from gradcli.index.axes import Letters


class Operand(NamedTuple):
    """An array with a letter for each axis."""

    node: Node
    letters: Letters


class Joined(NamedTuple):
    """`value` with the axes asked for where everything was joined (None: not), else the `terms` that are left."""

    value: Node | None
    terms: tuple[Operand, ...]
    scalars: list[Node]


def joined(operands: Sequence[Operand], output: Letters) -> Joined:
    """The product of the operands, summed over the letters that `output` lacks, as far as matrices go."""
    work = _Work(list(operands), output)
    while work.sum_alone() or work.merge_alike() or work.contract():
        pass
    left, scalars = tuple(work.terms), list(work.scalars)
    if len(output) <= 2 and all(len(term.letters) <= 2 for term in left):
        while work.scale() or work.sum_alone() or work.merge_alike() or work.contract():
            pass
    value = work.result()
    return Joined(value, (), work.scalars) if value is not None else Joined(None, left, scalars)


class _Work:
    """Operands in the making; each step joins some and says whether it did."""

    def __init__(self, terms: list[Operand], output: Letters) -> None:
        self.terms = terms
        self.output = output
        self.scalars: list[Node] = []

    def _places(self) -> dict[int, list[int]]:
        places: dict[int, list[int]] = {}
        for position, term in enumerate(self.terms):
            for letter in dict.fromkeys(term.letters):
                places.setdefault(letter, []).append(position)
        return places

    def _put(self, positions: Sequence[int], node: Node, letters: Letters) -> bool:
        """Put one operand for some; a scalar goes out."""
        first = min(positions)
        kept = [term for position, term in enumerate(self.terms) if position not in positions]
        if letters:
            kept.insert(first, Operand(node, letters))
        else:
            self.scalars.append(node)
        self.terms = kept
        return True

    def sum_alone(self) -> bool:
        """A letter twice in one matrix is its diagonal; a summed letter that stands in one operand alone is summed."""
        places = self._places()
        for position, (node, letters) in enumerate(self.terms):
            if len(letters) == 2 and letters[0] == letters[1]:
                if letters[0] not in self.output and len(places[letters[0]]) == 1:
                    return self._put([position], trace(node), ())
                return self._put([position], diagonal(node), letters[:1])
            alone = [letter for letter in letters if letter not in self.output and len(places[letter]) == 1]
            if alone and len(set(letters)) == len(letters) == len(alone):
                return self._put([position], total(node), ())
            if alone and len(letters) > 2 and len(set(letters)) == len(letters):
                axis = letters.index(alone[-1])
                return self._put([position], sum_axis(node, axis), letters[:axis] + letters[axis + 1 :])
            if alone and len(letters) == 2:
                axis = letters.index(alone[0])
                return self._put([position], sum_axis(node, axis), letters[1 - axis : 2 - axis])
        return False

    def merge_alike(self) -> bool:
        """Operands with the same letters are multiplied entry by entry; summed, they are an inner product."""
        places = self._places()
        seen: dict[frozenset[int], int] = {}
        for position, term in enumerate(self.terms):
            letters = frozenset(term.letters)
            if len(letters) < len(term.letters):
                continue
            other = seen.setdefault(letters, position)
            first = self.terms[other]
            turned = first.letters != term.letters
            if other == position or (turned and len(letters) > 2):
                continue
            closed = all(letter not in self.output and len(places[letter]) == 2 for letter in letters)
            if closed:
                inner = trace(matmul(first.node, term.node)) if turned else dot(first.node, term.node)
                return self._put([other, position], inner, ())
            if "eye" in (first.node.op, term.node.op) and len(self.output) <= 2:
                matrix = term.node if first.node.op == "eye" else first.node
                return self._put([other, position], diag(diagonal(matrix)), first.letters)
            factor = transpose(term.node) if turned else term.node
            return self._put([other, position], mul(first.node, factor), first.letters)
        return False

    def contract(self) -> bool:
        """A letter that two vectors or matrices share, and nothing else, is summed by a matrix product."""
        best: tuple[int, int, int] | None = None
        for letter, positions in self._places().items():
            if letter in self.output or len(positions) != 2:
                continue
            a, b = (self.terms[position].letters for position in positions)
            if len(a) > 2 or len(b) > 2 or len(set(a)) < len(a) or len(set(b)) < len(b):
                continue
            rank = len(set(a) ^ set(b)) if set(a) & set(b) == {letter} else 1
            turned = 0 if _follow(a, b, letter) else 1 if _follow(b, a, letter) else 2
            if best is None or (rank, turned) < best[:2]:
                best = (rank, turned, letter)
        if best is None:
            return False
        letter = best[2]
        p, q = self._places()[letter]
        return self._put([p, q], *_product(self.terms[p], self.terms[q], letter))

    def scale(self) -> bool:
        """A vector along an axis of a matrix scales its rows or columns; two, along both, its entries."""
        for position, (vector, letters) in enumerate(self.terms):
            if len(letters) != 1:
                continue
            for other, (matrix, axes) in enumerate(self.terms):
                if len(axes) != 2 or letters[0] not in axes:
                    continue
                across = [
                    place
                    for place, term in enumerate(self.terms)
                    if len(term.letters) == 1 and term.letters[0] in axes and term.letters != letters
                ]
                if across and matrix.op != "eye" and all(axis in self.output for axis in axes):
                    first, second = vector, self.terms[across[0]].node
                    weights = (first, second) if axes[0] == letters[0] else (second, first)
                    both = mul(matrix, matmul(weights[0], transpose(weights[1])))
                    return self._put([other, position, across[0]], both, axes)
                if matrix.op == "eye":
                    scaled = diag(vector)
                elif axes[0] == letters[0]:
                    scaled = matmul(diag(vector), matrix)
                else:
                    scaled = matmul(matrix, diag(vector))
                return self._put([other, position], scaled, axes)
        return False

    def result(self) -> Node | None:
        """The value, where one operand is left or two vectors make an outer product."""
        if not self.terms and not self.output:
            return ONE
        if len(self.terms) == 1:
            node, letters = self.terms[0]
            if letters == self.output and len(node.shape) == len(letters):
                return node
            return transpose(node) if len(letters) == 2 and letters == self.output[::-1] else None
        if len(self.terms) == len(self.output) == 2 and all(len(term.letters) == 1 for term in self.terms):
            first, second = self.terms if self.terms[0].letters == self.output[:1] else reversed(self.terms)
            if (*first.letters, *second.letters) == self.output:
                return matmul(first.node, transpose(second.node))
        return None


def _follow(a: Letters, b: Letters, letter: int) -> bool:
    """Whether `a @ b` sums over the letter."""
    return a[-1] == letter == b[0]


def _product(a: Operand, b: Operand, letter: int) -> tuple[Node, Letters]:
    """The sum over one letter of two operands of rank 1 or 2."""
    if _follow(b.letters, a.letters, letter) and not _follow(a.letters, b.letters, letter):
        a, b = b, a
    rest_a = tuple(other for other in a.letters if other != letter)
    rest_b = tuple(other for other in b.letters if other != letter)
    left = a.node if a.letters[-1] == letter else transpose(a.node)
    right = b.node if b.letters[0] == letter else transpose(b.node)
    if rest_a and rest_a == rest_b:
        return sum_axis(mul(left, transpose(right)), 1), rest_a
    if not rest_a:
        if not rest_b:
            return dot(a.node, b.node), ()
        return matmul(transpose(right), a.node), rest_b
    return matmul(left, right), rest_a + rest_b


__all__ = ["Joined", "Operand", "joined"]
