"""What a derivation written out consists of; how it is printed is not its matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gradcli.derive.worked.index import Factor, IndexSum
from gradcli.expr.node import Node
from gradcli.expr.shapes import Dim
from gradcli.index.axes import Letters


@dataclass(frozen=True, slots=True)
class Pending:
    """What the gradient `adjoint` of a part of an expression adds to the gradient by `by`, the part still closed.

    `(∂part/∂by)ᵀ adjoint` of vectors; an `adjoint` of None is 1.
    """

    part: Node
    by: Node
    adjoint: Node | None


@dataclass(frozen=True, slots=True)
class Frontier:
    """A sum of what is found and what is still closed."""

    parts: tuple[Pending | Node, ...]


@dataclass(frozen=True, slots=True)
class LocalJacobian:
    """`outer ∂part/∂by`: a Jacobian that is known times one that is still closed (`turned`: the other way round)."""

    parts: tuple[tuple[Node | None, Node, Node], ...]
    turned: bool


@dataclass(frozen=True, slots=True)
class Words:
    """Plain words in a line."""

    text: str


@dataclass(frozen=True, slots=True)
class Same:
    """That indices are the same: `k = i`."""

    left: Letters
    right: Letters


@dataclass(frozen=True, slots=True)
class Label:
    """The left side that the answer itself has."""


Formula = Node | IndexSum | Factor | Frontier | LocalJacobian | Words | Label | Same
Piece = str | Formula
Reason = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """`left = right`, by `rule`; without a left side, the right side of the line before goes on.

    `reason` says the same in words and formulas.  `sign` stands between the sides.  The indices of a `fresh` line are
    named anew.
    """

    left: Formula | None
    right: Formula
    rule: str
    reason: Reason = ()
    sign: str = "="
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """The lines for one name; `needs` are the names whose blocks they rest on.  `dims` has the size of each letter."""

    key: Node
    lines: tuple[Line, ...]
    needs: tuple[Node, ...] = ()
    dims: Mapping[int, Dim] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worked:
    """How one answer comes about: the blocks up to `target`, shared with other answers, then its own lines.

    `let` are names that the derivation makes up for parts of definitions, each with what it stands for; `values` are
    all definitions as the derivation reads them.  `first` says which definitions are read in another form.
    """

    blocks: Mapping[Node, Block]
    target: Node | None
    last: Block | None
    let: Mapping[Node, Node] = field(default_factory=dict)
    values: Mapping[Node, Node] = field(default_factory=dict)
    first: tuple[Block, ...] = ()

    def used_names(self, blocks: Iterable[Block]) -> list[Node]:
        """The names made up that some blocks are about, in order of use."""
        keys = {block.key for block in blocks}
        return [] if keys.isdisjoint(self.let) else [node for node in self.let if node in keys]

    def needed(self, known: set[tuple[int, Node]]) -> Iterator[Block]:
        """The blocks that lead to the target, each after those it rests on, without those known; adds to `known`."""
        mark = id(self.blocks)
        todo: list[tuple[Node, bool]] = [] if self.target is None else [(self.target, False)]
        while todo:
            key, ready = todo.pop()
            block = self.blocks.get(key)
            if block is None:
                continue
            if ready:
                yield block
            elif (mark, key) not in known:
                known.add((mark, key))
                todo.append((key, True))
                todo.extend((other, False) for other in reversed(block.needs) if (mark, other) not in known)
