"""∂vec(Y)/∂vec(X) as a matrix: Kronecker products where there are some, else blocks put together.

Source: J. R. Magnus, H. Neudecker, "Matrix Differential Calculus", chapters 2 and 3: vec(A X B) = (B.T ⊗ A) vec(X),
vec(X.T) = K vec(X).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gradcli.derive.graph import Graph
from gradcli.derive.index_axes import Term
from gradcli.derive.index_terms import Reader
from gradcli.derive.model import Step
from gradcli.derive.tensor import vector_jacobian_product
from gradcli.expr.arith import add, mul, zeros
from gradcli.expr.contraction import contract, einsum
from gradcli.expr.linear import diag, eye, matmul, transpose
from gradcli.expr.node import Node, name_of, var
from gradcli.expr.rearrange import reshape
from gradcli.expr.reduce import kron, vec
from gradcli.expr.shapes import Dim, Shape, is_row, normal_shape
from gradcli.index.axes import Groups, Letters
from gradcli.record import dataclass, field

Operand = tuple[Node, Letters]

NOTE = "{0} is the commutation matrix: vec(X.T) = {0} @ vec(X) for X {1} x {2}"


@dataclass(slots=True)
class Commutations:
    """The commutation matrices used, by the shape of X, and what they are called."""

    taken: Collection[str]
    found: dict[tuple[Dim, Dim], Node] = field(default_factory=dict)

    def matrix(self, rows: Dim, columns: Dim) -> Node:
        """K with `vec(X.T) == K @ vec(X)` for X of this shape, by its name."""
        key = (rows, columns)
        if key not in self.found:
            name = "K"
            used = {*self.taken, *map(name_of, self.found.values())}
            number = 1
            while name in used:
                number += 1
                name = f"K_{number}"
            size = normal_shape((commutation(rows, columns).shape[0],) * 2)
            self.found[key] = var(name, size, frozenset({"permutation"}))
        return self.found[key]

    def steps(self) -> list[Step]:
        """What the names stand for."""
        return [Step(node, commutation(*key), ()) for key, node in self.found.items()]

    def notes(self, names: Iterable[Node]) -> tuple[str, ...]:
        """What some of the names mean."""
        keys = {node: key for key, node in self.found.items()}
        return tuple(NOTE.format(name_of(node), *keys[node]) for node in names if node in keys)


def commutation(rows: Dim, columns: Dim) -> Node:
    """The commutation matrix of an m x n matrix, m*n x m*n: 1 at row (i, j) and column (j, i), else 0."""
    deltas = einsum(["ac", "bd"], "abdc", [eye(rows), eye(columns)])
    size = vec(zeros((rows, columns))).shape[0]
    return reshape(deltas, (size, size))


def vec_jacobian(graph: Graph, of: Node, wrt: Node, commutations: Commutations) -> tuple[Node, tuple[str, ...]]:
    """∂vec(of)/∂vec(wrt), a row for each entry of `of` and a column for each of `wrt`, and the rules it took.

    Raises NoRule.
    """
    value, seed, rules = vector_jacobian_product(graph, of, wrt)
    return vec_matrix(value, seed, commutations), rules


def vec_matrix(value: Node, seed: Node, commutations: Commutations) -> Node:
    """M with `vec(value) == M.T @ vec(seed)`, `value` being linear in the leaf `seed`."""
    reader = Reader(seed)
    parts = [_Form(reader, term, commutations).matrix() for term in reader.terms(value)]
    shape = normal_shape((_length(seed.shape), _length(value.shape)))
    return add(*parts) if parts else zeros(shape)


def _length(shape: Shape) -> Dim:
    return vec(zeros(shape)).shape[0] if len(shape) == 2 and not is_row(shape) else (shape or (1,))[-1]


class _Form:
    """One term; `rows` are the letters of vec(Y) from the slowest to the fastest, `columns` those of vec(X)."""

    def __init__(self, reader: Reader, term: Term, commutations: Commutations) -> None:
        self.reader = reader
        self.term = term
        self.commutations = commutations
        operands, free = reader.apart(term)
        self.operands = operands
        count = len(term.seed)
        self.rows = _stacked(free[:count])
        self.columns = _stacked(free[count:])

    def matrix(self) -> Node:
        """The term's matrix."""
        left = self._weights(self.rows, self.columns)
        right = self._weights(self.columns, self.rows)
        body = self._kronecker()
        if body is None:
            body = self._blocks()
        if left is not None:
            body = _scaled(left, body)
        if right is not None:
            body = transpose(_scaled(right, transpose(body)))
        return mul(*self.term.scalars, body)

    def _weights(self, letters: Letters, others: Letters) -> Node | None:
        """Operands with all the letters of one side and no other: taken out, as the diagonal that they scale by."""
        if len(letters) < 2 or any(letter in others for letter in letters):
            return None
        weights = [(node, own) for node, own in self.operands if set(own) == set(letters)]
        rest = [operand for operand in self.operands if operand not in weights]
        touched = {letter for _, own in rest for letter in own}
        if not weights or not all(letter in touched for letter in letters):
            return None
        self.operands = rest
        return self._contracted(weights, letters[::-1])

    def _contracted(self, operands: list[Operand], letters: Letters) -> Node:
        return contract(operands, letters, self.reader.dims)

    def _kronecker(self) -> Node | None:
        """The matrix as an outer product or a Kronecker product of the parts that share no index; else None."""
        parts = _components(self.operands, (*self.rows, *self.columns))
        scalars = [self._contracted(own, ()) for own, letters in parts if not letters]
        parts = [part for part in parts if part[1]]
        one_sided = [
            not (set(letters) & set(self.rows)) or not (set(letters) & set(self.columns)) for _, letters in parts
        ]
        if parts and all(one_sided):
            sides = []
            for letters in (self.rows, self.columns):
                operands = [operand for own, touched in parts if set(touched) <= set(letters) for operand in own]
                sides.append(self._list(operands, letters))
            return mul(*scalars, matmul(sides[0], transpose(sides[1])))
        factors: list[tuple[Node, Letters, Letters]] = []
        for own, touched in parts:
            rows = tuple(letter for letter in self.rows if letter in touched)
            columns = tuple(letter for letter in self.columns if letter in touched)
            if len(rows) > 1 or len(columns) > 1:
                if len(parts) > 1:
                    return None
                return self._single(own, scalars)
            factors.append((self._contracted(own, rows + columns), rows, columns))
        factors.sort(key=lambda factor: self._place(factor[1], factor[2]))
        placed = [self._oriented(node, rows, columns) for node, rows, columns in factors]
        body = placed[0]
        for other in placed[1:]:
            body = _kron(body, other)
        order = tuple(letter for _, _, columns in factors for letter in columns)
        if order == self.columns:
            return mul(*scalars, body)
        if order == self.columns[::-1] and len(order) == 2:
            k, m = order
            turn = self.commutations.matrix(self.reader.dims[k], self.reader.dims[m])
            return mul(*scalars, matmul(body, turn))
        return None

    def _single(self, operands: list[Operand], scalars: list[Node]) -> Node | None:
        """A matrix of one part: blocks, but where it is no more than a list."""
        if not self.columns or not self.rows:
            return mul(*scalars, self._list(operands, self.rows or self.columns))
        return None

    def _place(self, rows: Letters, columns: Letters) -> int:
        return self.rows.index(rows[0]) if rows else self.columns.index(columns[0])

    def _oriented(self, node: Node, rows: Letters, columns: Letters) -> Node:
        return transpose(node) if columns and not rows else node

    def _list(self, operands: list[Operand], letters: Letters) -> Node:
        """An array over the letters of one side, stacked."""
        array = self._contracted(operands, letters[::-1])
        return vec(array) if len(letters) == 2 else self._flat(self._contracted(operands, letters), letters, ())

    def _blocks(self) -> Node:
        array = self._contracted(self.operands, self.rows + self.columns)
        return self._flat(array, self.rows, self.columns)

    def _flat(self, array: Node, rows: Letters, columns: Letters) -> Node:
        sizes = (self.reader.size(rows), self.reader.size(columns))
        return reshape(array, normal_shape(sizes))


def _scaled(weights: Node, body: Node) -> Node:
    """`diag(vec(weights)) @ body`."""
    stacked = vec(weights)
    return mul(stacked, body) if len(body.shape) < 2 else matmul(diag(stacked), body)


def _kron(a: Node, b: Node) -> Node:
    if a.op == b.op == "eye":
        return eye(kron(a, b).shape[0])
    return kron(a, b)


def _stacked(groups: Groups) -> Letters:
    """The letters of the stacked columns, the slowest first."""
    return tuple(letter for group in reversed(groups) for letter in group)


def _components(operands: list[Operand], free: Letters) -> list[tuple[list[Operand], Letters]]:
    """The operands grouped by shared letters, with the free letters of each group; a letter alone has ones."""
    groups: list[tuple[list[Operand], set[int]]] = []
    for operand in operands:
        touched = set(operand[1])
        members = [operand]
        apart = []
        for group in groups:
            if group[1] & touched:
                members = group[0] + members
                touched |= group[1]
            else:
                apart.append(group)
        groups = [*apart, (members, touched)]
    seen = {letter for _, touched in groups for letter in touched}
    groups += [([], {letter}) for letter in free if letter not in seen]
    return [(members, tuple(letter for letter in free if letter in touched)) for members, touched in groups]


__all__ = ["Commutations", "commutation", "vec_jacobian", "vec_matrix"]
