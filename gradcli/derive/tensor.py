"""Derivatives that are tensors: read off a vector-Jacobian product in index notation.

The vector-Jacobian product of ∂Y/∂X is an expression linear in a seed V of Y's shape; its coefficient, with one letter
for each axis of Y and of X, is the derivative.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from gradcli.derive.graph import Graph
from gradcli.derive.reverse import reverse
from gradcli.expr.arith import add, mul, ones, zeros
from gradcli.expr.contraction import contract
from gradcli.expr.linear import eye, split_scalars, transpose
from gradcli.expr.node import ONE, ZERO, Node, make
from gradcli.expr.reduce import triangle, where
from gradcli.expr.shapes import Dim, Shape, cols, is_row, product_shape, rows
from gradcli.expr.walk import postorder
from gradcli.rules.apply import NoRule

Letters = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """`Π scalars · Π operand[letters]`, with the value's axes `out`; letters that are not kept are summed."""

    scalars: tuple[Node, ...]
    operands: tuple[tuple[Node, Letters], ...]
    out: Letters


def tensor_jacobian(graph: Graph, of: Node, wrt: Node, turned: bool) -> tuple[Node, tuple[str, ...]]:
    """∂of/∂wrt with the axes of `of`, then those of `wrt` (`turned`: the other way), rows counting as lists.

    Raises NoRule where a part has no index form.
    """
    seed = make("cotangent", data=("", "*"), shape=of.shape)
    found = reverse(graph, "", {of: seed}, [wrt], expand=True)
    value = found.gradients[wrt]
    return tensor_of(value, seed, turned), found.rules[wrt]


def tensor_of(value: Node, seed: Node, turned: bool = False, outer: Node | None = None) -> Node:
    """T with `value[x...] == sum over y... of T[y..., x...] * seed[y...]`, `value` being linear in the leaf `seed`.

    `outer` is the Jacobian, z by y, of a further value: then it is the derivative of z, with the axis of z first.
    """
    reader = _Reader(seed, outer)
    terms = reader.terms(value)
    nodes = [reader.einsum(term, axes_of(value.shape), turned) for term in terms]
    if not nodes:
        a, b = tuple(reader.dims[letter] for letter in reader.seed_letters), _dims(value.shape)
        return zeros(b + a if turned else a + b)
    return add(*nodes)


def _dims(shape: Shape) -> Shape:
    return shape[1:] if is_row(shape) else shape


def axes_of(shape: Shape) -> int:
    """How many axes a value counts as having: a row is a list."""
    return len(_dims(shape))


class _Reader:
    """Reads terms; `seed_letters` are the axes that stay free: the seed's, or with an outer Jacobian its rows'."""

    def __init__(self, seed: Node, outer: Node | None) -> None:
        self.seed = seed
        self._letters = count()
        self.dims: dict[int, Dim] = {}
        letters = self.fresh(_dims(seed.shape))
        self.seed_letters = letters
        self.start = Term((), (), letters)
        if outer is not None and outer.op == "diag":
            self.start = Term((), ((outer.args[0], letters),), letters)
        elif outer is not None and outer.op != "eye":
            scalars, rest = split_scalars(outer)
            self.seed_letters = self.fresh((rows(outer.shape),))
            self.start = Term(tuple(scalars), ((rest, self.seed_letters + letters),), letters)

    def fresh(self, dims: Shape) -> Letters:
        out = []
        for dim in dims:
            letter = next(self._letters)
            self.dims[letter] = dim
            out.append(letter)
        return tuple(out)

    def terms(self, value: Node) -> list[Term]:
        """The terms of a linear expression; their `out` letters are the axes of `value` (a row has one)."""
        memo: dict[int, list[Term]] = {}
        for node in postorder(value):
            if node is self.seed:
                memo[node.serial] = [self.start]
            elif any(arg.serial in memo for arg in node.args):
                memo[node.serial] = self._step(node, memo)
        return memo.get(value.serial, [])

    def _constant(self, node: Node) -> Term:
        if not node.shape:
            return Term((node,), (), ())
        scalars, rest = split_scalars(node)
        letters = self.fresh(_dims(node.shape))
        return Term(tuple(scalars), ((transpose(rest) if is_row(rest.shape) else rest, letters),), letters)

    def _step(self, node: Node, memo: dict[int, list[Term]]) -> list[Term]:
        op = node.op
        if op == "where":
            return self._choice(node, memo)
        parts = [memo[arg.serial] if arg.serial in memo else [self._constant(arg)] for arg in node.args]
        if op == "add":
            return [term for part, arg in zip(parts, node.args, strict=True) for term in self._widen(part, arg, node)]
        if op == "mul":
            out = parts[0]
            shapes = [arg.shape for arg in node.args]
            have = shapes[0]
            for part, shape in zip(parts[1:], shapes[1:], strict=True):
                out = [self._hadamard(a, b) for a in out for b in part]
                have = have or shape
            return out
        if op == "matmul":
            out, shape = parts[0], node.args[0].shape
            for part, arg in zip(parts[1:], node.args[1:], strict=True):
                out, shape = self._matmul(out, shape, part, arg.shape)
            return out
        if op == "T":
            if len(node.args[0].shape) == 2 and not is_row(node.args[0].shape) and len(node.shape) == 2:
                return [Term(t.scalars, t.operands, t.out[::-1]) for t in parts[0]]
            return parts[0]
        if op == "sum" or op == "tr":
            if op == "tr":
                return [self._join(t, t.out[0], t.out[1], ()) for t in parts[0]]
            return [Term(t.scalars, t.operands, ()) for t in parts[0]]
        if op == "sum_axis":
            axis = node.data
            assert isinstance(axis, int)
            return [Term(t.scalars, t.operands, (t.out[1 - axis],)) for t in parts[0]]
        if op == "diag":
            return [Term(t.scalars, t.operands, (t.out[0], t.out[0])) for t in parts[0]]
        if op == "diagonal":
            return [self._join(t, t.out[0], t.out[1], (t.out[0],)) for t in parts[0]]
        if op in ("tril", "triu"):
            assert isinstance(node.data, int)
            mask = triangle(op, ones(node.shape), node.data)
            return [Term(t.scalars, (*t.operands, (mask, t.out)), t.out) for t in parts[0]]
        raise NoRule("E402", f"The derivative has no index form: {op} of what it is linear in.")

    def _choice(self, node: Node, memo: dict[int, list[Term]]) -> list[Term]:
        """`where(c, a, b)`: each branch times 1 where it is chosen, 0 elsewhere."""
        out: list[Term] = []
        for branch, yes, no in ((node.args[1], ONE, ZERO), (node.args[2], ZERO, ONE)):
            if branch.serial not in memo:
                continue
            chosen = self._constant(where(node.args[0], yes, no))
            terms = self._widen(memo[branch.serial], branch, node)
            out += [self._hadamard(term, chosen) for term in terms]
        return out

    def _widen(self, part: list[Term], arg: Node, whole: Node) -> list[Term]:
        if arg.shape or not whole.shape:
            return part
        letters = self.fresh(_dims(whole.shape))
        full = (ones(tuple(self.dims[letter] for letter in letters)), letters)
        return [Term(t.scalars, (*t.operands, full), letters) for t in part]

    def _rename(self, term: Term, table: dict[int, int]) -> Term:
        def swap(letters: Letters) -> Letters:
            return tuple(table.get(letter, letter) for letter in letters)

        return Term(term.scalars, tuple((node, swap(letters)) for node, letters in term.operands), swap(term.out))

    def _unify(self, a: int, b: int) -> tuple[dict[int, int], tuple[tuple[Node, Letters], ...]]:
        """Make two letters one: a renaming, and a delta where both are the seed's and must stay."""
        if a == b:
            return {}, ()
        if b in self.seed_letters and a in self.seed_letters:
            return {}, ((eye(self.dims[a]), (a, b)),)
        return ({a: b}, ()) if b in self.seed_letters else ({b: a}, ())

    def _join(self, term: Term, a: int, b: int, out: Letters) -> Term:
        table, deltas = self._unify(a, b)
        joined = self._rename(Term(term.scalars, (*term.operands, *deltas), out), table)
        return joined

    def _hadamard(self, a: Term, b: Term) -> Term:
        joined = Term(a.scalars + b.scalars, a.operands + b.operands, a.out or b.out)
        if a.out and b.out:
            for first, second in zip(a.out, b.out, strict=True):
                table, deltas = self._unify(first, second)
                joined = self._rename(Term(joined.scalars, (*joined.operands, *deltas), joined.out), table)
        return joined

    def _matmul(self, left: list[Term], a: Shape, right: list[Term], b: Shape) -> tuple[list[Term], Shape]:
        shape = product_shape(a, b)
        inner = cols(a) != 1
        out = []
        for s in left:
            for t in right:
                if inner:
                    table, deltas = self._unify(s.out[-1], t.out[0])
                    kept = Term(s.scalars + t.scalars, (*s.operands, *t.operands, *deltas), s.out[:-1] + t.out[1:])
                    out.append(self._rename(kept, table))
                else:
                    out.append(Term(s.scalars + t.scalars, s.operands + t.operands, s.out + t.out))
        return out, shape

    def einsum(self, term: Term, rank: int, turned: bool) -> Node:
        """The coefficient of the seed as a node; letters of seed and value are kept, a delta where they meet."""
        operands = _without_ones(term.operands)
        taken = set(self.seed_letters)
        axes: list[int] = []
        for letter in term.out[:rank] if rank else ():
            if letter in taken:
                (copy,) = self.fresh((self.dims[letter],))
                operands.append((eye(self.dims[letter]), (letter, copy)))
                letter = copy
            taken.add(letter)
            axes.append(letter)
        free = (*axes, *self.seed_letters) if turned else (*self.seed_letters, *axes)
        present = {letter for _, letters in operands for letter in letters}
        for letter in free:
            if letter not in present:
                operands.append((ones((self.dims[letter],)), (letter,)))
        return mul(*term.scalars, contract(operands, free, self.dims))


def _without_ones(operands: tuple[tuple[Node, Letters], ...]) -> list[tuple[Node, Letters]]:
    """The operands without arrays of ones whose letters stand elsewhere too."""
    kept = list(operands)
    for operand in operands:
        others = {letter for other in kept if other is not operand for letter in other[1]}
        if operand[0].op == "ones" and others.issuperset(operand[1]):
            kept.remove(operand)
    return kept
