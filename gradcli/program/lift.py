"""From an indexed expression to arrays: each part becomes an array whose axes are its indices.

An indexed expression is built as a scalar first, its entries being `at` nodes (an array; for each of its axes a
position from 1 or minus an index letter) and its sums `isum` nodes (a body; letters).  Lifting turns it into sums of
products over arrays, which `contract` joins to matrix operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count

from gradcli.expr.arith import add, size
from gradcli.expr.contraction import contract
from gradcli.expr.linear import transpose
from gradcli.expr.node import ONE, Node, make, value_of
from gradcli.expr.ops import rebuild
from gradcli.expr.reduce import entry, unit_entry
from gradcli.expr.shapes import Dim, Shape, is_row
from gradcli.expr.statistics import extreme, product
from gradcli.expr.walk import postorder
from gradcli.program.batch import Batch, batched, spread
from gradcli.record import dataclass

_ENTRYWISE = frozenset({"elem", "pow", "cmp", "max", "min", "where", "stop"})
_MOST_OPENED = 12

Letters = tuple[int, ...]


class NotLifted(Exception):
    """An operation on arrays whose operand depends on an index."""


@dataclass(frozen=True, slots=True)
class Product:
    """Operands with letters, summed over `summed`."""

    operands: tuple[tuple[Node, Letters], ...]
    summed: frozenset[int]

    def free(self) -> set[int]:
        """The letters that are not summed."""
        return {letter for _, letters in self.operands for letter in letters} - self.summed


Lifted = Node | list[Product] | Batch


class Lifting:
    """The letters of one indexed expression with their sizes."""

    def __init__(self) -> None:
        self._letters = count(1)
        self.dims: dict[int, Dim] = {}

    def fresh(self, dim: Dim | None = None) -> int:
        """A new letter."""
        letter = next(self._letters)
        if dim is not None:
            self.dims[letter] = dim
        return letter

    def entry(self, base: Node, codes: tuple[int, ...]) -> Node:
        """`base[codes]`, a letter's size being that of its axis."""
        if is_row(base.shape) and len(codes) == 1:
            codes = (1, *codes)
        for code, dim in zip(codes, base.shape, strict=True):
            if code < 0:
                self.dims.setdefault(-code, dim)
        return make("at", (base,), data=codes)

    def rows(self, base: Node, codes: tuple[int, ...], shape: Shape) -> Node:
        """`base[codes]`, where 0 stands for an axis that is left open."""
        for code, dim in zip(codes, base.shape, strict=True):
            if code < 0:
                self.dims.setdefault(-code, dim)
        return make("rows", (base,), data=codes, shape=shape)

    def sum(self, body: Node, letters: Letters) -> Node:
        """The sum over letters."""
        return make("isum", (body,), data=letters)

    def reduced(self, fn: str, body: Node, letters: Letters) -> Node:
        """The product, the largest or the least over letters."""
        return make("ireduce", (body,), data=(fn, letters))

    def lift(self, root: Node, output: Letters) -> Node:
        """The array of the values of a scalar expression, with an axis for each letter of `output`.

        Raises NotLifted.
        """
        memo: dict[int, Lifted] = {}
        for node in postorder(root):
            args = [memo[arg.serial] for arg in node.args]
            memo[node.serial] = self._one(node, args)
        result = memo[root.serial]
        if isinstance(result, Batch) or (isinstance(result, Node) and root.shape):
            return spread(self._batch(result, root), output, self.dims)
        return self._array(_terms(result), output)

    # ------------------------------------------------------------------ one operation

    def _one(self, node: Node, args: Sequence[Lifted]) -> Lifted:
        if node.op == "at" and isinstance(args[0], Batch):
            return self._entry_of(node, args[0])
        if node.op == "at":
            return self._entry(node, self._plain(args[0], node))
        if node.op == "isum":
            return [self._summed(term, _letters(node.data)) for term in _terms(args[0])]
        if node.op == "ireduce":
            return self._over(node, _terms(args[0]))
        if node.op == "rows":
            return self._rows(node, self._plain(args[0], node))
        if any(isinstance(arg, Batch) for arg in args):
            return self._each(node, args)
        if all(isinstance(arg, Node) for arg in args):
            plain = tuple(arg for arg in args if isinstance(arg, Node))
            return node if plain == node.args else self._rebuilt(node, plain)
        if not node.shape:
            if node.op == "add":
                return [term for arg in args for term in _terms(arg)]
            if node.op == "mul":
                return self._product([_terms(arg) for arg in args])
            if node.op == "pow" and value_of(node.args[1]) == 2 and _is_spread(_terms(args[0])):
                return self._product([_terms(args[0])] * 2)
            if node.op in _ENTRYWISE:
                return self._entrywise(node, args)
            if node.op == "prime":
                letters = tuple(sorted(self._free(args[2:])))
                arg = self._array(_terms(args[2]), letters)
                value = make("prime", (*node.args[:2], arg), data=node.data, shape=arg.shape)
                return [Product(((value, letters),), frozenset())]
        if self._free(args):
            return self._each(node, args)
        return self._rebuilt(node, tuple(self._plain(arg, node) for arg in args))

    def _rows(self, node: Node, base: Node) -> Lifted:
        """An array at some indices, the others left open: those that stand in it first."""
        codes = _letters(node.data)
        own = [self.fresh(dim) for code, dim in zip(codes, base.shape, strict=True) if code == 0 and dim != 1]
        left = iter(own)
        places = []
        operands: list[tuple[Node, Letters]] = []
        for code, dim in zip(codes, base.shape, strict=True):
            place = -code if code < 0 else self.fresh(dim) if code > 0 or dim == 1 else next(left)
            places.append(place)
            if code > 0:
                operands.append((unit_entry((dim,), (code,)), (place,)))
        letters = tuple(sorted({-code for code in codes if code < 0}))
        array = contract([(base, tuple(places)), *operands], (*letters, *own), self.dims)
        return Batch(array, letters, node.shape)

    def _over(self, node: Node, terms: list[Product]) -> Lifted:
        """A product or an extreme over letters: along the last axes of the array that has an axis for each."""
        fn, letters = node.data if isinstance(node.data, tuple) else ("", ())
        free = {letter for term in terms for letter in term.free()}
        kept = tuple(sorted(free - set(letters)))
        if not set(letters) <= free:
            raise NotLifted(fn)
        out = self._array(terms, (*kept, *letters))
        for _ in letters:
            axis = len(out.shape) - 1
            out = product(out, axis) if fn == "prod" else extreme({"max": "largest", "min": "smallest"}[fn], out, axis)
        return [Product(((out, kept),), frozenset())]

    def _each(self, node: Node, args: Sequence[Lifted]) -> Lifted:
        """An operation on rows or columns, for all indices at once."""
        each = [self._batch(arg, given) for arg, given in zip(args, node.args, strict=True)]
        out = batched(node, each, self.dims)
        if out is None:
            raise NotLifted(node.op)
        return out if out.shape else [Product(((out.node, out.letters),), frozenset())]

    def _batch(self, arg: Lifted, given: Node) -> Batch:
        """An operand as an array for each choice of the indices that it depends on."""
        if isinstance(arg, Batch):
            return arg
        if isinstance(arg, Node):
            return Batch(transpose(arg) if is_row(arg.shape) else arg, (), given.shape)
        letters = tuple(sorted(self._free([arg])))
        return Batch(self._array(arg, letters), letters, ())

    def _rebuilt(self, node: Node, args: tuple[Node, ...]) -> Node:
        if node.op == "prime":
            return make("prime", args, data=node.data, shape=args[2].shape)
        return rebuild(node, args)

    def _plain(self, arg: Lifted, node: Node) -> Node:
        """An operand that depends on no index."""
        if isinstance(arg, Node):
            return arg
        if isinstance(arg, Batch) or self._free([arg]):
            raise NotLifted(node.op)
        return self._array(arg, ())

    def _free(self, args: Iterable[Lifted]) -> set[int]:
        many = [arg for arg in args if isinstance(arg, list)]
        return {letter for arg in many for term in arg for letter in term.free()}

    def _entry_of(self, node: Node, base: Batch) -> Lifted:
        """An entry of an array that depends on indices, `f(X[i, :])[j]`."""
        letters = list(base.letters)
        units: list[tuple[Node, Letters]] = []
        summed: set[int] = set()
        shape = base.shape[-1:] if is_row(base.shape) and len(_letters(node.data)) == 1 else base.shape
        for code, dim in zip(_letters(node.data), shape, strict=True):
            if dim == 1:
                continue
            letter = -code if code < 0 else self.fresh(dim)
            letters.append(letter)
            if code > 0:
                summed.add(letter)
                units.append((unit_entry((dim,), (code,)), (letter,)))
        return [Product(((base.node, tuple(letters)), *units), frozenset(summed))]

    def _entry(self, node: Node, base: Node) -> Lifted:
        codes = _letters(node.data)
        if is_row(base.shape):
            base, codes = transpose(base), codes[-1:]
        if all(code > 0 or self.dims[-code] == 1 for code in codes):
            return entry(base, tuple(max(code, 1) for code in codes))
        letters: list[int] = []
        operands: list[tuple[Node, Letters]] = []
        summed: set[int] = set()
        for code, dim in zip(codes, base.shape, strict=True):
            if code < 0 and dim != 1:
                letters.append(-code)
                continue
            letter = self.fresh(dim)
            letters.append(letter)
            summed.add(letter)
            if dim != 1:
                operands.append((unit_entry((dim,), (code,)), (letter,)))
        return [Product(((base, tuple(letters)), *operands), frozenset(summed))]

    def _summed(self, term: Product, letters: Letters) -> Product:
        free = term.free()
        sizes = tuple((size(self.dims[k]), ()) for k in letters if k not in free and self.dims[k] != 1)
        return Product(term.operands + sizes, term.summed | (free & set(letters)))

    def _product(self, factors: Sequence[list[Product]]) -> list[Product]:
        opened = 1
        for factor in factors:
            opened *= len(factor)
        out = [Product((), frozenset())]
        for factor in factors:
            own = tuple(sorted({letter for term in factor for letter in term.free()}))
            joined = len(factor) > 1 and (len(own) <= 2 or opened > _MOST_OPENED or not _is_spread(factor))
            terms = [Product(((self._array(factor, own), own),), frozenset())] if joined else factor
            out = [self._times(a, b) for a in out for b in terms]
        return out

    def _times(self, a: Product, b: Product) -> Product:
        """The product of two terms; a letter that one sums over is another in the other."""
        clash = b.summed & (a.summed | a.free())
        if clash:
            table = {letter: self.fresh(self.dims[letter]) for letter in sorted(clash)}
            renamed = tuple((node, tuple(table.get(k, k) for k in letters)) for node, letters in b.operands)
            b = Product(renamed, frozenset(table.get(k, k) for k in b.summed))
        return Product(a.operands + b.operands, a.summed | b.summed)

    def _entrywise(self, node: Node, args: Sequence[Lifted]) -> list[Product]:
        letters = tuple(sorted(self._free(args)))
        arrays = [arg if isinstance(arg, Node) else self._array(_terms(arg), letters) for arg in args]
        return [Product(((self._rebuilt(node, tuple(arrays)), letters),), frozenset())]

    # ---------------------------------------------------------------------- the array

    def _array(self, terms: list[Product], letters: Letters) -> Node:
        """The sum of the terms as an array with these axes; a term without indices stays a scalar beside others."""
        full = any(term.free() for term in terms)
        nodes = [contract(term.operands, () if full and not term.free() else letters, self.dims) for term in terms]
        return add(*nodes) if nodes else ONE


def _is_spread(terms: Sequence[Product]) -> bool:
    """Whether a sum of several terms has more than two axes, and none of its terms has all of them.

    `X[i, k] - X[j, k]` is spread: opened, its square sums to products of matrices.  `X[b, t, j] - m[b, t]` is not: it
    is as large as X, and opened its square loses the digits that X and its mean have in common.
    """
    letters = set().union(*(term.free() for term in terms))
    return len(letters) > 2 and all(term.free() != letters for term in terms)


def _terms(arg: Lifted) -> list[Product]:
    if isinstance(arg, Batch):
        raise NotLifted("a row or column")
    return [Product(((arg, ()),), frozenset())] if isinstance(arg, Node) else arg


def _letters(data: object) -> Letters:
    assert isinstance(data, tuple)
    return data
