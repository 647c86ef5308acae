"""Answers of more than two axes, entry by entry: `∂y_i/∂W_jk = δ_ij x_k`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gradcli.derive.model import Answer
from gradcli.expr.arith import split_number
from gradcli.expr.linear import split_scalars
from gradcli.expr.node import Node, num
from gradcli.expr.shapes import Shape, is_row
from gradcli.expr.walk import leaves, postorder
from gradcli.program.model import Program
from gradcli.record import dataclass
from gradcli.render.labels import names_of
from gradcli.render.mathematics import Mathematics
from gradcli.render.notation import Child, Form, Level, Piece, subscripts
from gradcli.render.parts import merged_axes, signed_terms
from gradcli.render.written import written_as

_LETTERS = "ijklmnopqrstuvwxyzabcdefgh"
_SUMMED = "ijklpqrstuvwmnabcdefghxyz"


@dataclass(frozen=True, slots=True)
class Entries:
    """The indices of what is differentiated and of each variable, `(ij)` where an axis has two; and the entry."""

    of: str
    wrt: tuple[str, ...]
    entry: Form


def entries(program: Program, answer: Answer, notation: Mathematics) -> Entries | None:
    """How an answer is written entry by entry; None where it has two axes or fewer, or is not of whole names."""
    if len(answer.value.shape) <= 2 or answer.value in notation.names:
        return None
    if answer.kind == "gradient" and _reads_as_products(answer.value, notation):
        return None
    names = names_of(answer.wrt)
    if any(name not in program.nodes for name in names):
        return None
    variables = [_axes(program.nodes[name].shape) for name in names]
    of = _axes(program.nodes[answer.of].shape) if answer.of in program.nodes else ()
    if answer.kind == "hessian" and len(variables) == 1:
        variables = variables * 2
    turned = answer.layout == "denominator" and answer.kind in ("jacobian", "derivative")
    parts = [*variables, of] if turned else [of, *variables]
    if sum(map(len, parts)) != len(answer.value.shape):
        return None
    counts = _letter_counts(answer.value)
    if counts is None:
        return None
    notation.prepare(answer.value)
    dims = {str(node.data) for node in leaves(answer.value, "dim")}
    free = [letter for letter in _LETTERS if letter not in program.nodes and letter not in dims]
    if sum(counts) > len(free):
        return None
    sizes = {str(dim) for node in postorder(answer.value) for dim in node.shape}
    summed = [letter for letter in _SUMMED if letter in free]
    summed.sort(key=lambda letter: letter in sizes)  # Σ_m of what has m rows reads badly
    unused = iter(free)
    groups = ["".join(next(unused) for _ in range(count)) for count in counts]
    written = [f"({group})" if len(group) > 1 else group for group in groups]
    labels = []
    for part in parts:
        labels.append("".join(written[: len(part)]))
        written = written[len(part) :]
    if turned:
        labels = [labels[-1], *labels[:-1]]
    return Entries(labels[0], tuple(labels[1:]), _Entry(notation, "".join(groups), summed).form(answer.value))


def _reads_as_products(value: Node, notation: Mathematics) -> bool:
    """Whether an answer can be written whole, without the indices of its sums."""
    todo, seen = [value], set[Node]()
    while todo:
        node = todo.pop()
        if node in seen or node in notation.names:
            continue
        seen.add(node)
        node = written_as(node, notation.names)
        if node.op in ("einsum", "reshape") and (node.op == "einsum" or notation.with_axes(node) is None):
            return False
        todo += node.args
    return True


def _axes(shape: Shape) -> Shape:
    return shape[1:] if is_row(shape) else shape


def _letter_counts(value: Node) -> tuple[int, ...] | None:
    """How many indices each axis has: one, but two where it puts axes of a smaller array together."""
    counts: tuple[int, ...] | None = None
    for term in value.args if value.op == "add" else (value,):
        _, rest = split_scalars(split_number(term)[1])
        own = merged_axes(rest.args[0].shape, rest.shape) if rest.op == "reshape" else (1,) * len(rest.shape)
        if own is None or counts not in (None, own):
            return None
        counts = own
    return counts


class _Entry:
    """Writes the entry at given indices; indices that are summed over are taken from `summed`."""

    def __init__(self, notation: Mathematics, letters: str, summed: Sequence[str]) -> None:
        self.notation = notation
        self.letters = letters
        self.summed = summed

    def form(self, value: Node) -> Form:
        """The entry of a sum."""
        notation = self.notation
        if value.op == "zeros":
            return notation.atom("0")
        if value.op != "add":
            negative, pieces = self._term(value)
            return Form(Level.PRODUCT, [notation.signs.minus, *pieces] if negative else pieces)
        out: list[Piece] = []
        for negative, term in signed_terms(value, notation.names):
            _, pieces = self._term(term)
            if out:
                out.append(f" {notation.signs.minus} " if negative else " + ")
            elif negative:
                out.append(notation.signs.minus)
            out += pieces
        return Form(Level.SUM, out)

    def _term(self, term: Node) -> tuple[bool, list[Piece]]:
        """Whether a minus leads, and the factors."""
        number, rest = split_number(term)
        scalars, array = split_scalars(rest)
        if array.op == "reshape":
            array = array.args[0]
        factors: list[list[Piece]] = []
        if abs(number) != 1:
            factors.append([Child(num(abs(number)), Level.POWER)])
        factors += [[Child(scalar, Level.POWER)] for scalar in scalars]
        sums: list[str] = []
        for factor in array.args if array.op == "mul" else (array,):
            factors += self._factor(factor, sums)
        if sums:
            sigma = f"{self.notation.signs.sigma}{self.notation.subscript(''.join(sums))}"
            factors.insert(len(scalars) + (abs(number) != 1), [sigma])
        return number < 0, _side_by_side(factors) or ["1"]

    def _factor(self, array: Node, sums: list[str]) -> list[list[Piece]]:
        """The entries that make up the entry of an array; letters that they are summed over are added to `sums`."""
        if array.op != "einsum" or array in self.notation.names:
            return [self._entry(array, self.letters, sums)]
        operands, result = subscripts(array)
        table = dict(zip(result, self.letters, strict=True))
        used = {*self.letters, *sums}
        for letter in dict.fromkeys("".join(operands)):
            if letter not in table:
                fresh = next((other for other in self.summed if other not in used), f"p{len(used)}")
                used.add(fresh)
                sums.append(fresh)
                table[letter] = fresh
        pairs = [(arg, "".join(table[letter] for letter in own)) for arg, own in zip(array.args, operands, strict=True)]
        first = {arg: position for position, (arg, _) in reversed(list(enumerate(pairs)))}
        order = [*sums, *self.letters]
        pairs.sort(key=lambda pair: (pair[0].op != "eye", first[pair[0]], [order.index(letter) for letter in pair[1]]))
        return [self._entry(arg, index, sums) for arg, index in pairs if arg.op != "ones"]

    def _entry(self, array: Node, index: str, sums: Sequence[str]) -> list[Piece]:
        if array.op == "ones":
            return []
        return self.notation.entry_of(array, index, "".join([self.letters, *sums]))


def _side_by_side(factors: Collection[list[Piece]]) -> list[Piece]:
    """The factors side by side."""
    kept = [factor for factor in factors if factor]
    return [piece for position, factor in enumerate(kept) for piece in ([" ", *factor] if position else factor)]


__all__ = ["Entries", "entries"]
