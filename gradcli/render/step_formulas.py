"""The formulas of a derivation written out: index expressions, half-opened chain rules, matrix expressions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain as joined

from gradcli.derive.reverse import symbols
from gradcli.derive.worked.index import Delta, Entry, Factor, IndexSum, Product, Slope, SlopeOf, sums_of
from gradcli.derive.worked.model import Formula, Frontier, Label, LocalJacobian, Pending, Reason, Same, Words
from gradcli.expr.node import Node, make, num, payload
from gradcli.index.axes import Groups, Letters
from gradcli.render.notation import Form, Level
from gradcli.render.step_notation import StepNotation, written_leaf

_LETTERS = "ijklpqrstuvwabcmnxyz"
_ENTRYWISE = frozenset(("add", "mul", "pow", "elem", "max", "min", "cmp", "where"))
_DERIVATIVES = frozenset(("jac", "grad", "hess"))
_LONGEST_ENTRY = 60


class FormulaWriter:
    """Writes the formulas of one block after the other; index letters are chosen in order of use in a block."""

    def __init__(self, notation: StepNotation, taken: Collection[str], layout: str) -> None:
        self.notation = notation
        self.taken = set(taken)
        self.turned = layout == "denominator"
        self.label = ""
        self._names: dict[int, str] = {}
        self._free = self._letters()

    def begin(self, label: str = "") -> None:
        """Start a block: letters are chosen anew; `label` is the left side of the answer."""
        self.label = label
        self._names = {}
        self._free = self._letters()

    def _letters(self) -> Iterator[str]:
        free = [letter for letter in _LETTERS if letter not in self.taken]
        return joined(free, (f"{letter}{number}" for number in range(1, 99) for letter in free or "i"))

    def words(self, reason: Reason) -> str:
        """A reason: its words and formulas one after the other."""
        return "".join(self.quoted(piece) if isinstance(piece, str) else self.in_words(piece) for piece in reason)

    def quoted(self, words: str) -> str:
        """Plain words in this notation."""
        return words

    def in_words(self, formula: Formula) -> str:
        """A formula between words."""
        return self.formula(formula)

    def formula(self, formula: Formula) -> str:
        """Any formula as text."""
        match formula:
            case IndexSum():
                return self._sum(formula)
            case Frontier():
                return self._whole(_added([self._pending(part) for part in formula.parts]))
            case LocalJacobian():
                return self.notation.render(_added([self._local(*part, formula.turned) for part in formula.parts]))
            case Words():
                return self.quoted(formula.text)
            case Label():
                return self.label
            case Same():
                return f"{self._index((formula.left,))} = {self._index((formula.right,))}"
            case Entry() | Delta() | Slope() | SlopeOf():
                return self.notation.render(self._factor(formula))
        return self._whole(formula)

    def _whole(self, node: Node) -> str:
        """A side, written out where the answers have a name for the whole of it."""
        return self.notation.render(node, definition=bool(node.args) and node.op not in _DERIVATIVES)

    # ------------------------------------------------------------------ index expressions

    def _index(self, groups: Groups) -> str:
        written = []
        for group in groups:
            for letter in group:
                if letter not in self._names:
                    self._names[letter] = next(self._free)
            names = [self._names[letter] for letter in group]
            written.append(f"({''.join(names)})" if len(names) > 1 else names[0] if names else "1")
        return "".join(written)

    def _suffix(self, groups: Groups) -> str:
        return self.notation.subscript(self._index(groups)) if groups else ""

    def _sum(self, form: IndexSum) -> str:
        if not form.terms:
            return "0"
        self._index(tuple((letter,) for letter in form.free))
        out = ""
        for term in form.terms:
            written = self._product(term, form.free)
            if not out:
                out = f"{self.notation.signs.minus}{written}" if term.number < 0 else written
            else:
                out += f" {self.notation.signs.minus} " if term.number < 0 else " + "
                out += written
        return out

    def _product(self, term: Product, free: Letters) -> str:
        """A product without its sign."""
        sums = sums_of(term, free)
        leaves = [self._factor(factor) for factor in term.factors]
        number = abs(term.number)
        sigma = self.notation.total(self._index(tuple((letter,) for letter in sums))) if sums else ""
        front = ""
        if sums and number != 1 and number.denominator == 1:
            front, number = f"{self.notation.render(num(number))} ", num(1).data  # type: ignore[assignment]
        if number != 1 or not leaves:
            leaves.insert(0, num(number))
        body = leaves[0] if len(leaves) == 1 else make("mul", tuple(leaves))
        written = self.notation.render(body)
        if body.op == "cmp":
            return f"{front}{sigma}[{written}]"
        if body.op == "add" and (sums or front or len(leaves) > 1 or term.number < 0):
            written = f"({written})"
        return f"{front}{sigma}{written}"

    def _factor(self, factor: Factor) -> Node:
        match factor:
            case Entry():
                return self._entry(factor.node, factor.index)
            case Delta():
                index = self._index((factor.left, factor.right))
                return written_leaf(self.notation.signs.delta + self.notation.subscript(index))
            case Slope():
                return self._slope(factor)
            case SlopeOf():
                bottom = self._plain(factor.by, factor.by_index)
                inner = self._sum(factor.inner)
                term = factor.inner.terms[0] if len(factor.inner.terms) == 1 else None
                single = term is not None and len(term.factors) == 1 and term.number == 1
                simple = single and term is not None and self._factor(term.factors[0]).op in ("var", "elem")
                simple = simple and "∂" not in inner and r"\frac" not in inner
                over = not simple or bool(term is not None and sums_of(term, factor.inner.free))
                return written_leaf(self.notation.slope(inner, bottom, over))

    def _slope(self, factor: Slope) -> Node:
        of = factor.of
        if of.op == "cotangent" and isinstance(of.data, tuple):
            label, by = (self.notation.identifier(str(part)) for part in of.data)
            first = by + self._suffix(factor.of_index)
            bottom = self._plain(factor.by, factor.by_index)
            partial = "∂" if self.notation.gap == "" else r" \, \partial "
            return written_leaf(self.notation.slope(label, f"{first}{partial}{bottom}", order="²"))
        top = self._plain(of, factor.of_index)
        bottom = self._plain(factor.by, factor.by_index)
        return written_leaf(self.notation.slope(top, bottom))

    def _plain(self, node: Node, index: Groups) -> str:
        """The entry of a named value, to stand in a derivative."""
        if node.op == "cotangent":
            return f"({self.notation.render(self._entry(node, index))})"
        name = self.notation.render(node)
        suffix = self._suffix(index)
        return f"{{{name}}}{suffix}" if suffix and "_{" in name else name + suffix

    # ------------------------------------------------------------------ entries

    def _entry(self, node: Node, index: Groups) -> Node:
        """The entry of an array as a scalar expression."""
        if not node.shape:
            return node if node.op != "cotangent" else self._gradient(node, index)
        if node.op == "cotangent":
            return self._gradient(node, index)
        if node.op == "T":
            return self._entry(node.args[0], index if len(index) < 2 else index[::-1])
        if node.op in _ENTRYWISE and symbols(node) <= _LONGEST_ENTRY:
            args = tuple(self._entry(arg, index) if arg.shape else arg for arg in node.args)
            return make(node.op, args, data=node.data)
        if node.op == "ones":
            return num(1)
        if node.op == "vfun" and isinstance(node.data, tuple) and node.data[1] == 0:
            name = self.notation.function(str(node.data[0])) + self._suffix(index)
            return written_leaf(f"{name}({self.notation.render(node.args[0])})")
        if node.op == "unit" and isinstance(node.data, tuple):
            places = node.data[-len(index) :]
            return written_leaf(
                " ".join(
                    self.notation.iverson(self._index((group,)), "=", str(place))
                    for group, place in zip(index, places, strict=True)
                )
            )
        if node.op in ("tril", "triu") and node.args[0].op == "ones" and len(index) == 2:
            return self._triangle(node, index)
        self.notation.prepare(node)
        pieces = self.notation.entry_of(node, self._index(index))
        return written_leaf(self.notation.spelled(Form(Level.ATOM, pieces)))

    def _gradient(self, node: Node, index: Groups) -> Node:
        assert isinstance(node.data, tuple)
        of, by = (self.notation.identifier(str(part)) for part in node.data)
        suffix = self._suffix(index)
        bottom = f"{{{by}}}{suffix}" if suffix and "_{" in by else by + suffix
        return written_leaf(self.notation.slope(of, bottom))

    def _triangle(self, node: Node, index: Groups) -> Node:
        row, column = (self._index((group,)) for group in index)
        low, high = (column, row) if node.op == "tril" else (row, column)
        offset = payload(node, int) if node.op == "tril" else -payload(node, int)
        signs = self.notation.signs
        if offset == 0:
            return written_leaf(self.notation.iverson(low, signs.less_equal, high))
        if offset == -1:
            return written_leaf(self.notation.iverson(low, signs.less, high))
        sign = "+" if offset > 0 else signs.minus
        return written_leaf(self.notation.iverson(low, signs.less_equal, f"{high} {sign} {abs(offset)}"))

    # ------------------------------------------------------------------ rules

    def _partial(self, part: Node, by: Node) -> Node:
        """∂part/∂by as a leaf."""
        named = part.op in ("var", "cotangent")
        top = self.notation.render(part)
        if part.op == "cotangent":
            named, top = False, top
        return written_leaf(self.notation.slope(top, self.notation.render(by), not named), Level.PRODUCT, ("*", "*"))

    def _pending(self, part: Pending | Node) -> Node:
        if isinstance(part, Node):
            return part
        given = () if part.adjoint is None else (part.adjoint,)
        if not part.part.shape and part.by.shape:
            name = self.notation.render(part.part)
            closed = f" {name}" if part.part.op == "var" else f"({name})"
            nabla = f"{self.notation.signs.nabla}{self.notation.subscript(self.notation.render(part.by))}{closed}"
            return _times([*given, written_leaf(nabla, shape=part.by.shape)], part.by.shape)
        slope = self._partial(part.part, part.by)
        if not part.part.shape and not part.by.shape:
            return _times([*given, written_leaf(self.notation.render(slope))], ())
        if len(part.part.shape) == 1 and len(part.by.shape) == 1:
            first = slope if self.turned else make("T", (slope,), shape=slope.shape)
            return make("matmul", (first, *given), shape=part.by.shape) if given else first
        given_text = self.notation.render(make("matmul", (*given, written_leaf("")))) if given else ""
        written = f"{given_text.strip()} : {self.notation.render(slope)}" if given else self.notation.render(slope)
        return written_leaf(written, Level.PRODUCT, part.by.shape)

    def _local(self, outer: Node | None, part: Node, by: Node, turned: bool) -> Node:
        closed = self._partial(part, by) if part is not by else None
        factors = [each for each in ((closed, outer) if turned else (outer, closed)) if each is not None]
        if not factors:
            return make("eye", shape=("*", "*")) if by.shape else num(1)
        if len(factors) == 1:
            return factors[0]
        leaves = [factor if factor.shape else written_leaf(self.notation.render(factor)) for factor in factors]
        return make("matmul", tuple(leaves), shape=("*", "*"))


def _times(factors: list[Node], shape: tuple[int | str, ...]) -> Node:
    return factors[0] if len(factors) == 1 else make("mul", tuple(factors), shape=shape)


def _added(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else make("add", tuple(parts), shape=parts[0].shape)
