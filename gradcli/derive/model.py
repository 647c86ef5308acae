"""What a derivation answers."""

from __future__ import annotations

from gradcli.expr.node import Node
from gradcli.expr.shapes import Shape
from gradcli.record import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A named part of an answer: `name` (a `cotangent` or `var` node) stands for `value`.

    A `cotangent` node `(f, u)` is the gradient of f by the intermediate u: `grad(f, u)`, ∇_u f.  `equation` are the two
    sides of the equation that `value` solves, where it was found from one.
    """

    name: Node
    value: Node
    rules: tuple[str, ...]
    equation: tuple[Node, Node] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One derivative.

    `value` is an expression over the program's names and the names of the steps in `where`, which stand in order
    (each uses only earlier ones); `shape` is the shape of the derivative, which for a tensor answer is `value.shape`.
    A differential and a product of the Hessian speak of `directions` too: pairs of a variable's name and of the new
    name for its change.
    """

    of: str
    wrt: str
    kind: str
    layout: str
    shape: Shape
    value: Node
    where: tuple[Step, ...]
    rules: tuple[str, ...]
    notes: tuple[str, ...]
    directions: tuple[tuple[str, Node], ...] = ()
