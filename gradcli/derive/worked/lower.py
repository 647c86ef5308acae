"""The entries of an expression as sums of products, and their derivatives by the entries of a name.

What is linear in each of its parts (products, sums, transposes, traces, ...) is opened; any other operation is an atom,
whose derivative is read off its rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import count
from typing import Any

from gradcli.derive.index_axes import Term
from gradcli.derive.index_terms import Reader, axes
from gradcli.derive.reverse import symbols
from gradcli.derive.worked.index import Delta, Entry, Factor, IndexSum, Product, product_of, renamed
from gradcli.expr.arith import size
from gradcli.expr.node import Node, make, value_of
from gradcli.expr.replace import replace
from gradcli.expr.walk import postorder
from gradcli.index.axes import Groups, Letters, flat
from gradcli.rules.missing import NoRule
from gradcli.rules.pullback import pullback

# fmt: off
OPENED = frozenset((
    "add", "mul", "matmul", "T", "tr", "sum", "sum_axis", "diag", "diagonal", "tril", "triu", "vec", "reshape",
    "entry", "einsum", "kron", "where", "stack",
))
# fmt: on
_MOST_TERMS = 40
_MOST_FACTORS_OF_POWER = 4
_LONGEST_ENTRY = 30


class _Copies(dict[int, list[Term]]):
    """Terms that get new letters each time they are used."""

    def __init__(self, fresh: Callable[[list[Term]], list[Term]]) -> None:
        super().__init__()
        self._fresh = fresh

    def __getitem__(self, key: int) -> list[Term]:
        return self._fresh(super().__getitem__(key))

    def get(self, key: int, default: Any = None) -> Any:
        found = super().get(key)
        return default if found is None else self._fresh(found)


class Lowering(Reader):
    """Reads entries; all letters that it hands out are different."""

    def __init__(self) -> None:
        super().__init__(make("param", data="*none"))
        self._letters = count(1)
        self.shown: dict[Node, Node] = {}
        """Values that have a name, by which they are written where a rule uses them again."""

    def index(self, shape: tuple[int | str, ...]) -> Groups:
        """New letters for the entry of an array, a row as a list."""
        return self.fresh(axes(shape))

    def entry(self, value: Node, out: Groups, names: Collection[Node]) -> IndexSum:
        """The entry of `value` at the letters `out`, over entries of `names` and of what does not depend on them.

        `out` has one letter for each axis.  Raises NoRule where there would be too many terms.
        """
        depends = _depending(value, names)
        memo = _Copies(self._copied)
        for node in postorder(value):
            if node.serial not in depends:
                continue
            opened = _opened(node)
            if node in names or opened.op not in OPENED:
                memo[node.serial] = [self._constant(node)]
                continue
            memo.update({arg.serial: [self._constant(arg)] for arg in opened.args if arg.serial not in memo})
            try:
                terms = self._step(opened, memo)
            except NoRule:
                terms = [self._constant(node)]
            if len(terms) > _MOST_TERMS:
                raise NoRule("E402", "The sum has too many terms to be written out.")
            memo[node.serial] = terms
        terms = memo.get(value.serial) or [self._constant(value)]
        return IndexSum(tuple(self._product(term, out) for term in terms), flat(out))

    def _copied(self, terms: list[Term]) -> list[Term]:
        out = []
        for term in terms:
            letters = dict.fromkeys((*term.letters(), *flat(term.out)))
            out.append(term.put({old: self.fresh((self.dims[old],))[0] for old in letters}))
        return out

    def _product(self, term: Term, out: Groups) -> Product:
        """A term as a product, its axes at the letters `out`."""
        table: dict[int, Letters] = {}
        deltas: list[Factor] = []
        _matched(term.out, out, table, deltas)
        factors: list[Factor] = [Entry(scalar) for scalar in term.scalars for scalar in _scalar_factors(scalar)]
        factors += self._arrays(term, table, frozenset(flat(out)))
        return product_of([*factors, *(renamed(delta, table) for delta in deltas)])

    def _arrays(self, term: Term, table: dict[int, Letters], free: frozenset[int]) -> list[Factor]:
        """The array factors of a term under new names; ones are left out, or counted where they alone are summed."""
        factors: list[Factor] = []
        ones: list[Letters] = []
        for node, groups in term.operands:
            made = renamed(Entry(node, groups), table)
            assert isinstance(made, Entry)
            if node.op == "ones":
                ones.append(flat(made.index))
            elif node.op == "eye" and len(made.index) == 2:
                factors.append(Delta(*made.index))
            else:
                factors.append(made)
        standing = {letter for factor in factors for letter in _letters(factor)}
        for letter in dict.fromkeys(x for letters in ones for x in letters):
            if letter not in standing and letter not in free:
                factors.insert(0, Entry(size(self.dims[letter])))
        return factors

    # ------------------------------------------------------------------ derivatives

    def derivative(self, form: IndexSum, by: Node, at: Groups) -> IndexSum:
        """∂form/∂by[at]: the product rule at each factor.  Raises NoRule."""
        terms: list[Product] = []
        for term in form.terms:
            for place, factor in enumerate(term.factors):
                if not isinstance(factor, Entry) or by not in postorder(factor.node):
                    continue
                before, after = term.factors[:place], term.factors[place + 1 :]
                for inner in self.factor_derivative(factor, by, at):
                    terms.append(product_of((*before, *inner.factors, *after), term.number * inner.number))
        if len(terms) > _MOST_TERMS:
            raise NoRule("E402", "The sum has too many terms to be written out.")
        return IndexSum(tuple(terms), tuple(dict.fromkeys((*form.free, *flat(at)))))

    def factor_derivative(self, factor: Entry, by: Node, at: Groups) -> list[Product]:
        """∂factor/∂by[at], by the rule of the factor's operation.  Raises NoRule."""
        if factor.node is by:
            pairs = zip(factor.index, at, strict=True)
            return [product_of([Delta(one, other) for one, other in pairs])]
        seed = make("cotangent", data=("", "*component"), shape=factor.node.shape)
        pulled = pullback(factor.node, seed, [by]).get(by)
        if pulled is None:
            return []
        pulled = replace([pulled], self.shown)[0] if self.shown else pulled
        reader = Reader(seed)
        out = []
        for term in reader.terms(pulled):
            used = dict.fromkeys((*term.letters(), *flat(term.out), *flat(term.seed)))
            own = {old: self.fresh((reader.dims[old],))[0] for old in used}
            term = term.put(own)
            table: dict[int, Letters] = {}
            deltas: list[Factor] = []
            _matched(term.seed, factor.index, table, deltas)
            _matched(term.out, at, table, deltas)
            factors: list[Factor] = [Entry(part) for scalar in term.scalars for part in _scalar_factors(scalar)]
            factors += self._arrays(term, table, frozenset((*flat(factor.index), *flat(at))))
            if any(isinstance(part, Entry) and symbols(part.node) > _LONGEST_ENTRY for part in factors):
                raise NoRule("E402", "The entries are too long to be written out.")
            out.append(product_of([*factors, *(renamed(delta, table) for delta in deltas)]))
        return out


def _letters(factor: Factor) -> Letters:
    if isinstance(factor, Entry):
        return flat(factor.index)
    return factor.left + factor.right if isinstance(factor, Delta) else ()


def _matched(groups: Groups, out: Groups, table: dict[int, Letters], deltas: list[Factor]) -> None:
    """Give the letters of `groups` the names that stand in `out`; where one has a name already, a delta."""
    for group, wanted in zip(groups, out, strict=True):
        if len(group) == 1 and group[0] not in table:
            table[group[0]] = wanted
        elif len(group) == len(wanted) and len(group) > 1:
            _matched(tuple((x,) for x in group), tuple((x,) for x in wanted), table, deltas)
        else:
            deltas.append(Delta(tuple(new for x in group for new in table.get(x, (x,))), wanted))


def _scalar_factors(node: Node) -> tuple[Node, ...]:
    return node.args if node.op == "mul" else (node,)


def _opened(node: Node) -> Node:
    """A square of a norm as a sum of squares, a low matrix power as a product; else the node."""
    if node.op == "pow" and node.args[0].op == "norm" and value_of(node.args[1]) == 2:
        inner = node.args[0].args[0]
        squares = make("pow", (inner, node.args[1]), shape=inner.shape)
        return make("sum", (squares,))
    if node.op == "mpow" and isinstance(node.data, int) and node.data <= _MOST_FACTORS_OF_POWER:
        return make("matmul", node.args * node.data, shape=node.shape)
    return node


def _depending(value: Node, names: Collection[Node]) -> set[int]:
    found: set[int] = set()
    for node in postorder(value):
        if node in names or any(arg.serial in found for arg in node.args):
            found.add(node.serial)
    return found


__all__ = ["Lowering"]
