"""Expressions that are linear in a seed, as sums of products with named indices.

Each axis of a value is a group of letters: most have one, an axis of a Kronecker product or of stacked columns one for
each of its factors.
"""

from __future__ import annotations

from gradcli.derive.index_axes import Axes, Term, without_ones
from gradcli.expr.arith import add, mul, ones
from gradcli.expr.contraction import axis_dims, contract
from gradcli.expr.definitions import linear_form
from gradcli.expr.linear import eye, split_scalars, transpose
from gradcli.expr.matrix_functions import logm, sylvester_matrix
from gradcli.expr.node import ONE, ZERO, Node, payload
from gradcli.expr.rearrange import reshape
from gradcli.expr.reduce import triangle, unit_entry, where
from gradcli.expr.shapes import Shape, cols, is_row, product_shape, rows
from gradcli.expr.spectral import frechet_matrix
from gradcli.expr.walk import postorder
from gradcli.index.axes import Groups, Letters, flat
from gradcli.ops.payload import Subscripts
from gradcli.rules.missing import NoRule

# More terms than this of one value are added up before they are read on.
_MOST_TERMS = 24


def axes(shape: Shape) -> Shape:
    """The sizes of the axes of a value, a row counting as a list."""
    return shape[1:] if is_row(shape) else shape


class Reader(Axes):
    """Reads the terms of expressions; `seed` is the leaf that they are linear in.

    With `outer`, the Jacobian of z by the seed's value, the axes that stay free are those of z.
    """

    def __init__(self, seed: Node, outer: Node | None = None) -> None:
        self.seed = seed
        super().__init__()
        free = self.fresh(axes(seed.shape))
        self.start = Term((), (), free, free)
        if outer is not None and outer.op == "diag":
            self.start = Term((), ((outer.args[0], free),), free, free)
        elif outer is not None and outer.op != "eye":
            scalars, rest = split_scalars(outer)
            row = self.fresh((rows(outer.shape),))
            self.start = Term(tuple(scalars), ((rest, row + free),), free, row)
        self.seed_shape: Shape = tuple(self.size(group) for group in self.start.seed)

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
        split = (matrix, (flat(groups[::-1]), flat(term.out[::-1])))
        return term.times(split).at(groups)

    def _missing(self, op: str) -> NoRule:
        return NoRule("E402", f"The derivative has no index form: {op} of what it is linear in.")

    def _of_one(self, node: Node, term: Term) -> Term:
        op, out = node.op, term.out
        inner = node.args[0].shape
        if op == "T":
            return term.at(out[::-1]) if len(out) == 2 else term
        if op == "sum":
            return term.at(())
        if op == "tr":
            return self.joined(term, out[0], out[1], ())
        if op == "sum_axis" and isinstance(node.data, int):
            return term.at((*out[: node.data], *out[node.data + 1 :]))
        if op == "diag":
            return term.at((out[0], out[0]))
        if op == "diagonal" and inner[0] == inner[1]:
            return self.joined(term, out[0], out[1], (out[0],))
        if op in ("tril", "triu") and isinstance(node.data, int):
            mask = triangle(op, ones(node.shape), node.data)
            return term.times((mask, out))
        if op == "stop":
            return term
        if op == "vec":
            return term.at((out[1] + out[0],))
        if op == "reshape":
            return self.reshaped(term, axes(node.shape))
        if op == "entry" and isinstance(node.data, tuple):
            index = node.data[-len(out) :]
            units = [(unit_entry((self.size(group),), (k,)), (group,)) for group, k in zip(out, index, strict=True)]
            return term.times(*units).at(())
        raise self._missing(op)

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
                out.append(term.times(*units).at(groups))
        return out

    def _widen(self, part: list[Term], arg: Node, whole: Node) -> list[Term]:
        if arg.shape or not whole.shape:
            return part
        groups = self.fresh(axes(whole.shape))
        full = (ones(axes(whole.shape)), groups)
        return [term.times(full).at(groups) for term in part]

    def _hadamard(self, a: Term, b: Term) -> Term:
        joined = self._both(a, b, a.out or b.out)
        if a.out and b.out:
            joined = self.equal(joined, zip(a.out, b.out, strict=True))
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
                    out.append(self.equal(joined, [(s.out[-1], t.out[0])]))
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
            out.append(self.equal(whole.at(tuple(groups)), pairs))
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

    # ------------------------------------------------------------------------ the value

    def coefficient(self, term: Term, shape: Shape, turned: bool = False) -> Node:
        """The coefficient of the seed as an array: the axes of the seed, then those of the value (`turned`: before).

        `shape` is the value's, a row as a list.
        """
        operands, free = self.apart(term)
        seed, own = free[: len(term.seed)], free[len(term.seed) :]
        order = (*own, *seed) if turned else free
        value = contract(operands, flat(order), self.dims)
        whole = shape + self.seed_shape if turned else self.seed_shape + shape
        return mul(*term.scalars, value if len(flat(order)) == len(order) else reshape(value, whole))

    def apart(self, term: Term) -> tuple[list[tuple[Node, Letters]], Groups]:
        """The operands, an axis a letter, and the groups of the seed and then of the value, all letters different."""
        taken = dict.fromkeys(flat(term.seed))
        operands = without_ones(term.operands)
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
        return [(self.split(node, groups), flat(groups)) for node, groups in operands], (*term.seed, *own)


__all__ = ["Reader", "axes"]
