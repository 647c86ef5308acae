"""Sums of products with named axes, built as the matrix operation that they are where they are one.

`einsum(("ik", "kj"), "ij", (A, B))` is the product `A @ B`; traces, transposes, diagonals, elementwise and outer
products, sums over axes and scalings of rows and columns are recognised likewise.  What is none of these is an
`einsum` node over what could be joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gradcli.expr.arith import mul, ones, size, zeros
from gradcli.expr.building import constructs
from gradcli.expr.contract_pairs import Operand, joined
from gradcli.expr.linear import eye, matmul, split_scalars, transpose
from gradcli.expr.node import Node, make, payload
from gradcli.expr.shapes import Dim, Shape, ShapeError, is_row, normal_shape, rows, show_shape
from gradcli.index.axes import Letters
from gradcli.index.merged import merged, renamed
from gradcli.ops.payload import Subscripts

_ALPHABET = "ijklmnopqrstuvwxyzabcdefghABCDEFGHIJKLMNOPQRSTUVWXYZαβγδεζηθικλμνξοπρστυφχψω"
_BEYOND = 0x4E00
_MOST_INLINED = 12


def einsum(inputs: Sequence[str], output: str, operands: Sequence[Node], shape: Shape | None = None) -> Node:
    """The sum over the letters that `output` lacks of the product of the operands, one letter for each axis.

    A vector has one letter (or a second of size 1), a row one or two.  `shape` is that of the result, needed only
    where a letter stands in no operand.  Raises ShapeError where a letter meets two sizes or an operand has
    another number of axes.
    """
    numbers: dict[str, int] = {}
    dims: dict[int, Dim] = {}
    numbered = []
    for letters, node in zip(inputs, operands, strict=True):
        places = tuple(numbers.setdefault(letter, len(numbers)) for letter in letters)
        numbered.append((node, places))
        for place, dim in zip(places, axis_dims(node.shape, len(places)), strict=True):
            if dims.setdefault(place, dim) != dim:
                raise ShapeError(f"the index {letters[places.index(place)]} runs over {dims[place]} and over {dim}")
    out = tuple(numbers.setdefault(letter, len(numbers)) for letter in output)
    if shape is not None:
        for place, dim in zip(out, axis_dims(shape, len(out)), strict=True):
            dims.setdefault(place, dim)
    if any(place not in dims for place in out) or len(set(out)) < len(out):
        raise ShapeError(f"the indices {output} of the result")
    return contract(numbered, out, dims)


def axis_dims(shape: Shape, count: int) -> Shape:
    """The sizes of `count` axes of a value: a row may count as a list, a vector as a column, a scalar as 1 x 1 ...

    Raises ShapeError where the value has another number of axes.
    """
    if count == len(shape):
        return shape
    if is_row(shape) and count == 1:
        return shape[1:]
    if len(shape) < 2 and count > len(shape) and (not shape or count == 2):
        return shape + (1,) * (count - len(shape))
    raise ShapeError(f"{count} indices for {show_shape(shape)}")


@constructs("contraction")
def contract(operands: Iterable[tuple[Node, Letters]], output: Letters, dims: Mapping[int, Dim]) -> Node:
    """The same with numbers for letters, `dims` their sizes; the letters of `output` differ from each other."""
    whole = normal_shape(tuple(dims[letter] for letter in output))
    core = output if len(output) > 2 else tuple(letter for letter in output if dims[letter] != 1)
    flat = _Flattened(core, dims)
    for node, letters in operands:
        flat.enter(node, letters)
    if flat.zero:
        return zeros(whole)
    scalars, terms = flat.finished()
    if len(core) > 2 and all(term.node.op == "ones" for term in terms):
        return mul(*scalars, ones(whole))
    result = joined(terms, core)
    scalars += result.scalars
    if result.value is None:
        return mul(*scalars, _node(result.terms, core, flat.dims, whole))
    value = result.value
    if value.shape != whole:  # an axis of size 1 was left out
        value = transpose(value)
    return mul(*scalars, value)


class _Flattened:
    """Operands taken apart: numbers out, transposes undone, identities and diagonals as equal letters."""

    def __init__(self, output: Letters, dims: Mapping[int, Dim]) -> None:
        self.output = output
        self.dims = dict(dims)
        self.next = max(self.dims, default=-1) + 1
        self.scalars: list[Node] = []
        self.terms: list[Operand] = []
        self.pairs: list[tuple[int, int]] = []
        self.filled: list[int] = []
        self.zero = False

    def enter(self, node: Node, letters: Letters) -> None:
        todo: list[tuple[Node, Letters]] = [(node, letters)]
        while todo:
            node, letters = todo.pop()
            node, letters = self._plain(node, letters)
            if not node.shape:
                self.scalars.append(node)
                continue
            scalars, rest = split_scalars(node)
            self.scalars += scalars
            node = rest
            op, args = node.op, node.args
            if op == "zeros":
                self.zero = True
            elif op == "ones":
                self.filled += letters
            elif op == "T" and len(node.shape) == 2:
                todo.append((args[0], letters[::-1]))
            elif op == "eye":
                self.pairs.append((letters[0], letters[1]))
            elif op == "diag":
                self.pairs.append((letters[0], letters[1]))
                todo.append((args[0], letters[:1]))
            elif op == "einsum" and len(args) + len(self.terms) + len(todo) <= _MOST_INLINED:
                todo += reversed(self._inside(node, letters))
            elif op == "matmul" and (outer := _outer(node)) is not None:
                todo += [(outer[1], letters[1:]), (outer[0], letters[:1])]
            else:
                self.terms.append(Operand(node, letters))

    def _plain(self, node: Node, letters: Letters) -> tuple[Node, Letters]:
        """The operand with one letter an axis, a row as a vector."""
        shape = node.shape
        if is_row(shape):
            return transpose(node), letters[-1:]
        return node, letters[: len(shape)] if len(shape) < 2 else letters

    def _inside(self, node: Node, letters: Letters) -> list[tuple[Node, Letters]]:
        inputs, output = payload(node, Subscripts)
        table = dict(zip(output, letters, strict=True))
        out = []
        for arg, inner in zip(node.args, inputs, strict=True):
            for letter, dim in zip(inner, axis_dims(arg.shape, len(inner)), strict=True):
                if letter not in table:
                    table[letter] = self.next
                    self.dims[self.next] = dim
                    self.next += 1
            out.append((arg, tuple(table[letter] for letter in inner)))
        return out

    def finished(self) -> tuple[list[Node], list[Operand]]:
        """The scalars and the operands, letters made equal, arrays of ones only where a letter needs one."""
        output = set(self.output)
        equal = merged(reversed(self.pairs), output.__contains__, lambda letter: (letter not in output,))
        terms = [Operand(node, renamed(letters, equal.table)) for node, letters in self.terms]
        terms += [Operand(eye(self.dims[a]), (a, b)) for a, b in equal.apart]
        filled = (*renamed(tuple(self.filled), equal.table), *equal.table.values(), *equal.closed)
        present = {letter for _, letters in terms for letter in letters}
        scalars = list(self.scalars)
        for letter in dict.fromkeys((*filled, *self.output)):
            if letter in present:
                continue
            dim = self.dims[letter]
            if letter in self.output:
                terms.append(Operand(ones((dim,)), (letter,)))
            else:
                scalars.append(size(dim))
        return scalars, terms


def _outer(node: Node) -> tuple[Node, Node] | None:
    """The column and the row (as a column) of an outer product; else None."""
    for place, factor in enumerate(node.args):
        if place and rows(factor.shape) == 1:
            return matmul(*node.args[:place]), transpose(matmul(*node.args[place:]))
    return None


def _node(terms: Sequence[Operand], output: Letters, dims: Mapping[int, Dim], whole: Shape) -> Node:
    """The `einsum` node; letters are named in order of their appearance in the result, then in the operands."""
    names = {letter: position for position, letter in enumerate(output)}
    for term in terms:
        for letter in term.letters:
            names.setdefault(letter, len(names))
    spelled = {letter: _spelling(position) for letter, position in names.items()}
    inputs = tuple("".join(spelled[letter] for letter in term.letters) for term in terms)
    result = "".join(spelled[letter] for letter in output)
    core = tuple(dims[letter] for letter in output)
    made = make("einsum", tuple(term.node for term in terms), data=(inputs, result), shape=normal_shape(core))
    return made if made.shape == whole else transpose(made)


@constructs("turned einsum")
def turned_sum(node: Node) -> Node:
    """The transpose of an `einsum` node of two axes: the same sum, its free letters the other way round."""
    inputs, output = payload(node, Subscripts)
    return einsum(inputs, output[::-1], node.args)


def _spelling(position: int) -> str:
    return _ALPHABET[position] if position < len(_ALPHABET) else chr(_BEYOND + position)


__all__ = ["Letters", "axis_dims", "contract", "einsum", "turned_sum"]
