"""The printer that all notations share: precedence, brackets and the walk.

A notation says for one node how it is written: a `Form`, pieces of text and operands with the least level
that an operand may have without brackets.  The walk is a loop, so depth is no matter, and costs the length of
the text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self, cast

from gradcli.expr.factor import KINDS, parts_of
from gradcli.expr.implicit import equation_of
from gradcli.expr.linear import transpose
from gradcli.expr.node import Node, make, payload
from gradcli.expr.shapes import Dim, Shape, is_row
from gradcli.ops.operations import OPERATIONS
from gradcli.ops.payload import Applied, Named, Placement, Subscripts
from gradcli.render.parts import Names
from gradcli.render.placed import slice_of
from gradcli.render.written import written_as

if TYPE_CHECKING:
    from gradcli.program.model import Program

_ALONG = frozenset({"sum_axis", "softmax", "logsoftmax", "logsumexp", "largest", "smallest", "prod", "cumprod", "flip"})


# Components that are called by a name of their own.
VALUES_ALONE = {("eigh", "w"): "eigvalsh", ("svd", "s"): "svdvals"}


class Level(IntEnum):
    """How tightly the outermost operation of an expression binds."""

    ANY = 0
    SUM = 1
    PRODUCT = 2
    CHAIN = 3  # a matrix product
    PREFIX = 4
    POWER = 5
    POSTFIX = 6
    ATOM = 7


class Child(NamedTuple):
    """An operand: bracketed if it binds looser than `level`; `unsigned` if its minus is already written."""

    node: Node
    level: Level
    unsigned: bool = False


Piece = str | Child


class Form(NamedTuple):
    """How one operation is written."""

    level: Level
    pieces: list[Piece]


class Notation:
    """The base of the notations: operations written as calls, from a table, and the walk.

    `variables` are the names of the program's values, which hide dimensions of the same name; `layout` is the
    one in force, which a Jacobian inside an expression need not name.
    """

    calls: ClassVar[Mapping[str, str]] = {name: op.call for name, op in OPERATIONS.items() if op.call is not None}

    def __init__(self, names: Names | None = None, variables: Collection[str] = (), layout: str | None = None) -> None:
        self.names: Names = {} if names is None else names
        self.variables = variables
        self.layout = layout
        self.apart: dict[str, tuple[Shape, ...]] = {}

    def knowing(self, program: Program) -> Self:
        """The notation, which writes the functions of several arguments that a program declares with these apart."""
        self.apart = {name: known.domains for name, known in program.functions.items() if len(known.domains) > 1}
        return self

    # ------------------------------------------------------------- the walk

    def render(self, root: Node, definition: bool = False) -> str:
        """The expression as text; a `definition` is written out where the whole of it has a name.

        Raises LookupError for an operation that the notation does not know; the message names it.
        """
        self.prepare(root)
        return self.spelled(self.written(root) if definition else self.form(root))

    def spelled(self, form: Form) -> str:
        """A form as text, operands written out."""
        out: list[str] = []
        todo: list[Piece] = list(reversed(form.pieces))
        while todo:
            piece = todo.pop()
            if isinstance(piece, str):
                out.append(piece)
                continue
            form = self.form(piece.node, piece.unsigned)
            if form.level < piece.level:
                before, after = self.brackets(piece.node)
                out.append(before)
                todo.append(after)
            todo.extend(reversed(form.pieces))
        return "".join(out)

    def form(self, node: Node, unsigned: bool = False) -> Form:
        """How one node is written, by its name if it has one; without its leading minus if `unsigned`."""
        if node in self.names:
            return self.atom(self.identifier(self.names[node]))
        return self.written(node, unsigned)

    def written(self, node: Node, unsigned: bool = False) -> Form:
        """How one node is written out."""
        node = written_as(node, self.names)
        if node.op in ("num", "mul"):
            return self.op_num(node, unsigned) if node.op == "num" else self.op_mul(node, unsigned)
        method: Callable[[Node], Form] | None = getattr(self, f"op_{node.op}", None)
        if method is not None:
            return method(node)
        if node.op in self.calls:
            return self.as_call(node)
        raise LookupError(f"{type(self).__name__} has no form for the operation {node.op!r}")

    # ---------------------------------------------------- what notations say

    def prepare(self, root: Node) -> None:
        """A look at the whole expression before it is written."""

    def brackets(self, node: Node) -> tuple[str, str]:
        """What stands around an operand that needs brackets."""
        return "(", ")"

    def identifier(self, name: str) -> str:
        """A name."""
        return name

    def dimension(self, dim: Dim) -> str:
        """A dimension as an expression."""
        return str(dim).replace("*", " * ")

    def op_num(self, node: Node, unsigned: bool) -> Form:
        """A rational."""
        raise NotImplementedError

    def op_mul(self, node: Node, unsigned: bool) -> Form:
        """Elementwise product."""
        raise NotImplementedError

    def function(self, name: str) -> str:
        """The name of a function of the language or of the program."""
        return name

    # -------------------------------------------------------- common to all

    def arguments(self, node: Node) -> tuple[Node, ...]:
        """The arguments of a call of a function of the program."""
        domains = self.apart.get(primes(node)[0])
        if domains is None:
            return node.args
        from gradcli.render.apart import arguments

        return arguments(node.args[0], domains, self.names)

    def as_call(self, node: Node) -> Form:
        """An operation as a call, from the table."""
        return self.call(self.function(self.calls[node.op]), node.args, self.options(node))

    def atom(self, text: str) -> Form:
        """A form that never needs brackets."""
        return Form(Level.ATOM, [text])

    def call(self, name: str, args: tuple[Node, ...], options: tuple[str, ...] = ()) -> Form:
        """`name(a, b, axis=1)`."""
        pieces: list[Piece] = [name, "("]
        for index, arg in enumerate(args):
            pieces += [", "] * (index > 0) + [Child(arg, Level.ANY)]
        pieces += [f", {option}" for option in options]
        return Form(Level.ATOM, [*pieces, ")"])

    def options(self, node: Node) -> tuple[str, ...]:
        """What stands in a call after the operands."""
        if node.op in ("sum_axis", "mean") and isinstance(node.data, tuple):
            kept = node.data[:1] == ("keepdims",)
            axes = node.data[1] if kept else node.data
            written = f"axis={axes[0] if len(axes) == 1 else axes}"
            return (written, "keepdims=True") if kept else (written,)
        if node.op in _ALONG and node.data is not None:
            return (f"axis={node.data}",)
        if node.op in ("variance", "std") and isinstance(node.data, tuple):
            axis, ddof = node.data
            return (*([f"axis={axis}"] if axis is not None else []), *([f"ddof={ddof}"] if ddof else []))
        if node.op in ("tril", "triu") and node.data:
            return (str(node.data),)
        if node.op == "roll" and isinstance(node.data, tuple):
            shift, axis = node.data
            return (str(shift), *([f"axis={axis}"] if axis is not None else []))
        if node.op in ("grad", "hess") and node.data:
            return (f"structure={node.data}",)
        if node.op == "jac" and node.data and node.data != self.layout:
            return (f"layout={node.data}",)
        return ()

    def op_attains(self, node: Node) -> Form:
        """The comparison that it is: `A >= max(A)`, `A <= min(A)`."""
        array, extreme = node.args
        sides = (extreme, array) if node.data == "largest" else (array, extreme)
        return self.written(make("cmp", sides, data="<=", shape=node.shape))

    def op_cumsum(self, node: Node) -> Form:
        """Running sums; backwards those of the flipped entries, flipped."""
        assert isinstance(node.data, tuple)
        axis, backwards = node.data
        option = f", axis={axis}" if axis is not None else ""
        names = [self.function(name) for name in (("flip", "cumsum", "flip") if backwards else ("cumsum",))]
        opened = "".join(f"{name}(" for name in names)
        return Form(Level.ATOM, [opened, Child(node.args[0], Level.ANY), f"{option})" * len(names)])

    def op_windows(self, node: Node) -> Form:
        axis, count = cast("tuple[int, Dim]", node.data)
        along = [f"axis={axis}"] if axis else []
        return self.call(self.function("windows"), node.args, (self.dimension(count), *along))

    def op_part(self, node: Node) -> Form:
        """`A[2:n, :]`."""
        assert isinstance(node.data, tuple)
        ends = [":" if bounds is None else self._bounds(*bounds) for bounds in node.data]
        return Form(Level.POSTFIX, [Child(node.args[0], Level.ATOM), f"[{', '.join(ends)}]"])

    def _bounds(self, first: Dim, last: Dim) -> str:
        start, end = self.dimension(first), self.dimension(last)
        return start if first == last else f"{start}:{end}"

    def op_picked(self, node: Node) -> Form:
        """`E[y, :]`."""
        array, labels = node.args
        axis, rank = cast("tuple[int, int]", node.data)
        before, after = ":, " * axis, ", :" * (rank - axis - 1)
        return Form(Level.POSTFIX, [Child(array, Level.ATOM), f"[{before}", Child(labels, Level.ANY), f"{after}]"])

    def op_concat(self, node: Node) -> Form:
        """`concat(a, b)`; rows of blocks as a literal of blocks."""
        grid = [written_as(arg, self.names) if arg not in self.names else arg for arg in node.args]
        if node.data == 0 and len(grid) > 1 and all(row.op == "concat" and row.data == 1 for row in grid):
            blocks: list[Piece] = ["["]
            for number, row in enumerate(grid):
                blocks += [", [" if number else "[", *join([Child(arg, Level.ANY) for arg in row.args], ", "), "]"]
            return Form(Level.ATOM, [*blocks, "]"])
        if node.data == 0 and all(is_row(arg.shape) for arg in node.args):
            return self.call(self.function("stack"), tuple(map(transpose, node.args)))
        pieces: list[Piece] = [self.function("concat"), "("]
        for number, arg in enumerate(node.args):
            sized = arg.op == "zeros" and arg not in self.names
            filled = f"{self.function('zeros')}({', '.join(map(self.dimension, arg.shape))})"
            pieces += [", "] * (number > 0) + [filled if sized else Child(arg, Level.ANY)]
        return Form(Level.ATOM, [*pieces, f", axis={node.data})" if node.data else ")"])

    def op_vrows(self, node: Node) -> Form:
        """`[h(X[i, :])[j]]_ij`: a function of each row, by its entries."""
        letters = "ijklpqrs"[: len(node.shape)]
        return Form(Level.ATOM, ["[", *self.row_entry(node, letters), "]", self.below(letters)])

    def row_entry(self, node: Node, letters: str) -> list[Piece]:
        """`h(X[i, :])[j]`: an entry of a function of each row."""
        name, order = primes(node)
        lead = len(node.args[0].shape) - 1
        own = f"[{', '.join(letters[lead:])}]" if letters[lead:] else ""
        called = f"{self.function(name)}{chr(39) * order}("
        return [called, Child(node.args[0], Level.ATOM), f"[{', '.join(letters[:lead])}, :]){own}"]

    def below(self, letters: str) -> str:
        """Letters below what stands before."""
        return f"_{letters}"

    def op_place(self, node: Node) -> Form:
        """A place by itself: rows of an identity; of several indices `place(m, k, n, 1, 1, -1)`, which may be typed."""
        bounds = slice_of(node)
        if bounds is not None:
            size = self.dimension(node.shape[1])
            return Form(Level.POSTFIX, [f"{self.function('eye')}({size})[{self._bounds(*bounds)}, :]"])
        steps, offset = payload(node, Placement)
        inside = ", ".join([*map(self.dimension, node.shape), *map(str, steps), self.dimension(offset)])
        return self.atom(f"{self.function('place')}({inside})")

    def op_mean(self, node: Node) -> Form:
        return self.call(self.function("mean"), node.args, self.options(node))

    def with_axes(self, node: Node) -> Form | None:
        """A reshape that only gives axes of size 1, or takes them, as `x[:, None]`; None of any other."""
        (arg,) = node.args
        if [d for d in node.shape if d != 1] != [d for d in arg.shape if d != 1] or (
            len(arg.shape) == 2 and 1 in arg.shape
        ):
            return None
        places = [":" if dim != 1 else "1" for dim in arg.shape]
        out: list[str] = []
        for dim in node.shape:
            while dim != 1 and places and places[0] == "1":
                out.append(places.pop(0))
            out.append(places.pop(0) if dim != 1 else "None")
        return Form(Level.POSTFIX, [Child(arg, Level.ATOM), f"[{', '.join(out + places)}]"])

    def op_var(self, node: Node) -> Form:
        return self.atom(self.identifier(payload(node, Named).name))

    def matrix_power(self, node: Node) -> tuple[Node, int]:
        """The base and the exponent that a power of a matrix is written with: that of an inverse is negative."""
        (base,), exponent = node.args, payload(node, int)
        return (base.args[0], -exponent) if base.op == "inv" and base not in self.names else (base, exponent)

    def op_factor(self, node: Node) -> Form:
        """A component of a factorisation that has no name: `chol(S)`, `lu(X, "L")`."""
        kind, part = parts_of(node)
        if (kind, part) in VALUES_ALONE:
            return self.call(self.function(VALUES_ALONE[kind, part]), node.args)
        single = len(KINDS[kind].components) == 1
        return self.call(self.function(kind), node.args, () if single else (f'"{part}"',))

    def op_implicit(self, node: Node) -> Form:
        """A value that an equation settles, by the name that it has there."""
        return self.form(equation_of(node)[0])

    def op_param(self, node: Node) -> Form:
        return self.atom(self.identifier(str(node.data)))

    op_loss = op_param


def join(parts: Sequence[Piece], between: str) -> list[Piece]:
    """The parts with a text between each two."""
    out: list[Piece] = []
    for part in parts:
        out += [between, part] if out else [part]
    return out


def primes(node: Node) -> tuple[str, int]:
    """`(name, order)` of an `elem` or `vfun` node."""
    return payload(node, Applied)


def is_row_derivative(node: Node) -> bool:
    """Whether this is the gradient of a function of a vector: the language's `f'(u)`, a row, transposed."""
    return node.op == "vfun" and primes(node)[1] == 1 and len(node.shape) == 1 == len(node.args[0].shape)


def subscripts(node: Node) -> tuple[tuple[str, ...], str]:
    """The index letters of each operand of an `einsum` and of its result."""
    return payload(node, Subscripts)
