"""Expressions that are linear in a seed, as sums of products with named indices.

Each axis of a value is a group of letters: most have one, an axis of a Kronecker product or of stacked columns one for
each of its factors.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count

from gradcli.expr.arith import add, mul, ones
from gradcli.expr.contraction import axis_dims, contract
from gradcli.expr.definitions import linear_form
from gradcli.expr.dims import dim_product, quotient
from gradcli.expr.linear import eye, split_scalars, transpose
from gradcli.expr.matrix_functions import logm, sylvester_matrix
from gradcli.expr.node import ONE, ZERO, Node, payload
from gradcli.expr.rearrange import reshape
from gradcli.expr.reduce import triangle, unit_entry, where
from gradcli.expr.shapes import Dim, Shape, cols, is_row, product_shape, rows
from gradcli.expr.spectral import frechet_matrix
from gradcli.expr.walk import postorder
from gradcli.index.merged import Letters, merged
from gradcli.ops.payload import Subscripts
from gradcli.record import dataclass
from gradcli.rules.missing import NoRule

# More terms than this of one value are added up before they are read on.
_MOST_TERMS = 24

Groups = tuple[Letters, ...]


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
        return dict.fromkeys(letter for _, groups in self.operands for group in groups for letter in group)


def axes(shape: Shape) -> Shape:
    """The sizes of the axes of a value, a row counting as a list."""
    return shape[1:] if is_row(shape) else shape


class Reader:
    """Reads the terms of expressions; `seed` is the leaf that they are linear in.

    With `outer`, the Jacobian of z by the seed's value, the axes that stay free are those of z.
    """

    def __init__(self, seed: Node, outer: Node | None = None) -> None:
        self.seed = seed
        self._letters = count()
        self.dims: dict[int, Dim] = {}
        free = self.fresh(axes(seed.shape))
        self.start = Term((), (), free, free)
        if outer is not None and outer.op == "diag":
            self.start = Term((), ((outer.args[0], free),), free, free)
        elif outer is not None and outer.op != "eye":
            scalars, rest = split_scalars(outer)
            row = self.fresh((rows(outer.shape),))
            self.start = Term(tuple(scalars), ((rest, row + free),), free, row)
        self.seed_shape: Shape = tuple(self.size(group) for group in self.start.seed)

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

    def terms(self, value: Node) -> list[Term]:
        """The terms of a linear expression.  Raises NoRule where a part of it has no index form."""
        memo: dict[int, list[Term]] = {}
        for node in postorder(value):
            if node is self.seed:
                memo[node.serial] = [self.start]
            elif any(arg.serial in memo for arg in node.args):
                terms = self._step(node, memo)
                memo[node.serial] = terms if len(terms) <= _MOST_TERMS else [self._added(terms, axes(node.shape))]
        return memo.get(value.serial, [])

    def _constant(self, node: Node) -> Term:
        seed = self.start.seed
        if not node.shape:
            return Term((node,), (), (), seed)
        scalars, rest = split_scalars(node)
        groups = self.fresh(axes(node.shape))
        return Term(tuple(scalars), ((transpose(rest) if is_row(rest.shape) else rest, groups),), groups, seed)

    def _added(self, terms: list[Term], shape: Shape) -> Term:
        """Terms as one, with a single operand that has the axes of the seed and of the value."""
        whole = add(*(self.coefficient(term, shape) for term in terms))
        out = self.fresh(shape)
        return Term((), ((whole, self.start.seed + out),), out, self.start.seed)

    # ------------------------------------------------------------------ one operation

    def _step(self, node: Node, memo: dict[int, list[Term]]) -> list[Term]:
        op = node.op
        if op == "where":
            return self._choice(node, memo)
        if op == "stack":
            return self._literal(node, memo)
        opened = linear_form(node, lambda arg: arg.serial in memo)
        if opened is not None:
            return self._opened(opened, memo)
        parts = [memo[arg.serial] if arg.serial in memo else [self._constant(arg)] for arg in node.args]
        if op == "add":
            return [term for part, arg in zip(parts, node.args, strict=True) for term in self._widen(part, arg, node)]
        if op == "mul":
            out = parts[0]
            for part in parts[1:]:
                out = [self._hadamard(a, b) for a in out for b in part]
            return out
        if op == "matmul":
            out, shape = parts[0], node.args[0].shape
            for part, arg in zip(parts[1:], node.args[1:], strict=True):
                out, shape = self._matmul(out, shape, part, arg.shape)
            return out
        if op == "einsum":
            return self._einsum(node, parts)
        if op == "kron":
            return [self._kron(a, b, node) for a in parts[0] for b in parts[1]]
        if op in ("expm_frechet", "logm_frechet") and node.args[0].serial not in memo:
            matrix = frechet_matrix(node.args[0], None if op == "expm_frechet" else logm)
            return [self._by_matrix(node, term, matrix) for term in parts[1]]
        if op == "sylvester" and not any(arg.serial in memo for arg in node.args[:2]):
            matrix = sylvester_matrix(*node.args[:2])
            return [self._by_matrix(node, term, matrix) for term in parts[2]]
        if len(node.args) == 1:
            return [self._of_one(node, term) for term in parts[0]]
        raise self._missing(op)

    def _opened(self, value: Node, memo: dict[int, list[Term]]) -> list[Term]:
        """The terms of an expression that stands for an operation, over what is in `memo`."""
        for part in postorder(value):
            if part.serial not in memo and any(arg.serial in memo for arg in part.args):
                memo[part.serial] = self._step(part, memo)
        return memo.get(value.serial, [])

    def _by_matrix(self, node: Node, term: Term, matrix: Node) -> Term:
        """A linear function of a matrix that depends on the seed, by the matrix of stacked columns."""
        groups = self.fresh(axes(node.shape))
        split = (matrix, (self._flat(groups[::-1]), self._flat(term.out[::-1])))
        return Term(term.scalars, (*term.operands, split), groups, term.seed)

    def _missing(self, op: str) -> NoRule:
        return NoRule("E402", f"The derivative has no index form: {op} of what it is linear in.")

    def _of_one(self, node: Node, term: Term) -> Term:
        op, out = node.op, term.out
        inner = node.args[0].shape
        if op == "T":
            return self._with(term, out[::-1]) if len(out) == 2 else term
        if op == "sum":
            return self._with(term, ())
        if op == "tr":
            return self._join(term, out[0], out[1], ())
        if op == "sum_axis" and isinstance(node.data, int):
            return self._with(term, (*out[: node.data], *out[node.data + 1 :]))
        if op == "diag":
            return self._with(term, (out[0], out[0]))
        if op == "diagonal" and inner[0] == inner[1]:
            return self._join(term, out[0], out[1], (out[0],))
        if op in ("tril", "triu") and isinstance(node.data, int):
            mask = triangle(op, ones(node.shape), node.data)
            return Term(term.scalars, (*term.operands, (mask, out)), out, term.seed)
        if op == "stop":
            return term
        if op == "vec":
            return self._with(term, (out[1] + out[0],))
        if op == "reshape":
            return self._reshaped(term, axes(node.shape))
        if op == "entry" and isinstance(node.data, tuple):
            index = node.data[-len(out) :]
            units = [(unit_entry((self.size(group),), (k,)), (group,)) for group, k in zip(out, index, strict=True)]
            return Term(term.scalars, (*term.operands, *units), (), term.seed)
        raise self._missing(op)

    def _with(self, term: Term, out: Groups) -> Term:
        return Term(term.scalars, term.operands, out, term.seed)

    def _choice(self, node: Node, memo: dict[int, list[Term]]) -> list[Term]:
        """`where(c, a, b)`: each branch times 1 where it is chosen, 0 elsewhere."""
        out: list[Term] = []
        for branch, yes, no in ((node.args[1], ONE, ZERO), (node.args[2], ZERO, ONE)):
            if branch.serial not in memo:
                continue
            chosen = self._constant(where(node.args[0], yes, no))
            out += [self._hadamard(term, chosen) for term in self._widen(memo[branch.serial], branch, node)]
        return out

    def _literal(self, node: Node, memo: dict[int, list[Term]]) -> list[Term]:
        """A literal: each entry that depends on the seed at its place."""
        columns = int(node.shape[1]) if len(node.shape) == 2 else 1
        out: list[Term] = []
        for place, arg in enumerate(node.args):
            index = (place // columns + 1, place % columns + 1) if len(node.shape) == 2 else (place + 1,)
            for term in memo.get(arg.serial, ()):
                groups = self.fresh(axes(node.shape))
                at = zip(groups, index[-len(groups) :], strict=True)
                units = [(unit_entry((self.size(group),), (k,)), (group,)) for group, k in at]
                out.append(Term(term.scalars, (*term.operands, *units), groups, term.seed))
        return out

    def _widen(self, part: list[Term], arg: Node, whole: Node) -> list[Term]:
        if arg.shape or not whole.shape:
            return part
        groups = self.fresh(axes(whole.shape))
        full = (ones(axes(whole.shape)), groups)
        return [Term(t.scalars, (*t.operands, full), groups, t.seed) for t in part]

    def _hadamard(self, a: Term, b: Term) -> Term:
        joined = self._both(a, b, a.out or b.out)
        if a.out and b.out:
            joined = self._equal(joined, zip(a.out, b.out, strict=True))
        return joined

    def _both(self, a: Term, b: Term, out: Groups) -> Term:
        """The product, nothing of the two joined; the seed's axes are those of the term that has them split."""
        seed = a.seed if b.seed == self.start.seed else b.seed
        return Term(a.scalars + b.scalars, a.operands + b.operands, out, seed)

    def _matmul(self, left: list[Term], a: Shape, right: list[Term], b: Shape) -> tuple[list[Term], Shape]:
        out = []
        for s in left:
            for t in right:
                if cols(a) != 1:
                    joined = self._both(s, t, s.out[:-1] + t.out[1:])
                    out.append(self._equal(joined, [(s.out[-1], t.out[0])]))
                else:
                    out.append(self._both(s, t, s.out + t.out))
        return out, product_shape(a, b)

    def _einsum(self, node: Node, parts: list[list[Term]]) -> list[Term]:
        inputs, output = payload(node, Subscripts)
        out: list[Term] = []
        combinations: list[list[Term]] = [[]]
        for part in parts:
            combinations = [[*before, term] for before in combinations for term in part]
        for chosen in combinations:
            whole = Term((), (), (), self.start.seed)
            places: dict[str, Letters] = {}
            pairs: list[tuple[Letters, Letters]] = []
            for letters, arg, term in zip(inputs, node.args, chosen, strict=True):
                whole = self._both(whole, term, ())
                kept = letters[-len(term.out) :] if is_row(arg.shape) else letters[: len(term.out)]
                for letter, group in zip(kept, term.out, strict=True):
                    if letter in places:
                        pairs.append((places[letter], group))
                    else:
                        places[letter] = group
            sizes = axis_dims(node.shape, len(output))
            groups = []
            for letter, dim in zip(output, sizes, strict=True):
                if letter not in places:
                    (places[letter],) = self.fresh((dim,))
                    whole = self._both(whole, Term((), ((ones((dim,)), (places[letter],)),), (), self.start.seed), ())
                groups.append(places[letter])
            if is_row(node.shape):
                groups = groups[-1:]
            out.append(self._equal(self._with(whole, tuple(groups)), pairs))
        return out

    def _kron(self, a: Term, b: Term, node: Node) -> Term:
        """Rows and columns of both, a factor's axis of size 1 left out."""
        sides: list[list[Letters]] = [[], []]
        for term, arg in zip((a, b), node.args, strict=True):
            places = [k for k, dim in enumerate((rows(arg.shape), cols(arg.shape))) if dim != 1]
            for place, group in zip(places, term.out, strict=True):
                sides[place].append(group)
        groups = tuple(sum(side, ()) for side in sides if side)
        return self._both(a, b, groups)

    # ------------------------------------------------------------- splitting and joining

    def _rename(self, term: Term, table: dict[int, Letters]) -> Term:
        def swap(group: Letters) -> Letters:
            return tuple(new for letter in group for new in table.get(letter, (letter,)))

        def groups(old: Groups) -> Groups:
            return tuple(swap(group) for group in old)

        operands = tuple((node, groups(own)) for node, own in term.operands)
        return Term(term.scalars, operands, groups(term.out), groups(term.seed))

    def _equal(self, term: Term, pairs: Iterable[tuple[Letters, Letters]]) -> Term:
        """The term with each two groups made one; renamings carry on to the later pairs."""
        todo = list(pairs)
        for position in range(len(todo)):
            first, second = todo[position]
            term, table = self._unified(term, first, second)
            for later in range(position + 1, len(todo)):
                a, b = (tuple(new for letter in group for new in self._lookup(table, letter)) for group in todo[later])
                todo[later] = a, b
        return term

    def _lookup(self, table: dict[int, Letters], letter: int) -> Letters:
        while letter in table:
            if len(table[letter]) != 1:
                return tuple(new for part in table[letter] for new in self._lookup(table, part))
            (letter,) = table[letter]
        return (letter,)

    def _join(self, term: Term, a: Letters, b: Letters, out: Groups) -> Term:
        return self._equal(self._with(term, out), [(a, b)])

    def _unified(self, term: Term, a: Letters, b: Letters) -> tuple[Term, dict[int, Letters]]:
        """Two groups made one, and what was renamed; a delta where both are the seed's and must stay."""
        table: dict[int, Letters] = {}
        for one, other in ((a, b), (b, a)):
            if len(one) == 1 < len(other):
                table[one[0]] = self._flat(self.fresh([self.dims[letter] for letter in other]))
                term = self._rename(term, table)
                a, b = (tuple(new for k in group for new in table.get(k, (k,))) for group in (a, b))
                break
        if [self.dims[letter] for letter in a] != [self.dims[letter] for letter in b]:
            delta = (eye(self.size(a)), (a, b))
            return Term(term.scalars, (*term.operands, delta), term.out, term.seed), table
        fixed = set(self._flat(term.seed))
        equal = merged(zip(a, b, strict=True), fixed.__contains__, lambda letter: (letter not in fixed,))
        deltas = tuple((eye(self.dims[first]), ((first,), (second,))) for first, second in equal.apart)
        made_one = {gone: (kept,) for gone, kept in equal.table.items()}
        term = self._rename(Term(term.scalars, (*term.operands, *deltas), term.out, term.seed), made_one)
        table |= made_one
        return term, table

    def _flat(self, groups: Groups) -> Letters:
        return tuple(letter for group in groups for letter in group)

    def _reshaped(self, term: Term, shape: Shape) -> Term:
        """The axes cut and put together anew; where a cut goes through a size, a delta between both ways."""
        letters = [letter for letter in self._flat(term.out) if self.dims[letter] != 1]
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
                    table[letter] = self._flat(self.fresh((missing, over)))
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
            table = {
                key: tuple(new for letter in parts for new in table.get(letter, (letter,)))
                for key, parts in table.items()
            }
        renamed = self._rename(term, table)
        final = tuple(tuple(new for letter in group for new in table.get(letter, (letter,))) for group in groups)
        return self._with(renamed, final)

    def _through_delta(self, term: Term, shape: Shape) -> Term:
        old = self._flat(term.out)
        new = self.fresh(shape)
        delta = (eye(self.size(old)), (old, self._flat(new)))
        return Term(term.scalars, (*term.operands, delta), new, term.seed)

    # ------------------------------------------------------------------------ the value

    def coefficient(self, term: Term, shape: Shape, turned: bool = False) -> Node:
        """The coefficient of the seed as an array: the axes of the seed, then those of the value (`turned`: before).

        `shape` is the value's, a row as a list.
        """
        operands, free = self.apart(term)
        seed, own = free[: len(term.seed)], free[len(term.seed) :]
        order = (*own, *seed) if turned else free
        value = contract(operands, self._flat(order), self.dims)
        whole = shape + self.seed_shape if turned else self.seed_shape + shape
        return mul(*term.scalars, value if len(self._flat(order)) == len(order) else reshape(value, whole))

    def apart(self, term: Term) -> tuple[list[tuple[Node, Letters]], Groups]:
        """The operands, an axis a letter, and the groups of the seed and then of the value, all letters different."""
        taken = dict.fromkeys(self._flat(term.seed))
        operands = _without_ones(term.operands)
        own: list[Letters] = []
        for group in term.out:
            letters = []
            for letter in group:
                if letter in taken:
                    ((copy,),) = self.fresh((self.dims[letter],))
                    operands.append((eye(self.dims[letter]), ((letter,), (copy,))))
                    letter = copy
                taken[letter] = None
                letters.append(letter)
            own.append(tuple(letters))
        return [(self._split(node, groups), self._flat(groups)) for node, groups in operands], (*term.seed, *own)

    def _split(self, node: Node, groups: Groups) -> Node:
        """An operand with one axis for each letter."""
        if all(len(group) == 1 for group in groups):
            return node
        return reshape(node, tuple(self.dims[letter] for letter in self._flat(groups)))


def _without_ones(operands: Sequence[tuple[Node, Groups]]) -> list[tuple[Node, Groups]]:
    """The operands without arrays of ones whose letters stand elsewhere too."""
    kept = list(operands)
    for operand in operands:
        if operand[0].op != "ones":
            continue
        others = {letter for other in kept if other is not operand for group in other[1] for letter in group}
        if all(letter in others for group in operand[1] for letter in group):
            kept.remove(operand)
    return kept


__all__ = ["Groups", "Reader", "Term", "axes"]
