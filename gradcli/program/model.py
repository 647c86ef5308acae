"""A program: names with shapes, definitions as expressions, and what is asked of them."""

from __future__ import annotations

from gradcli.diagnostics import Diagnostic
from gradcli.expr.node import Node
from gradcli.expr.shapes import Dim, Shape
from gradcli.record import dataclass, field
from gradcli.syntax.ast import Source, Span

LAYOUTS = ("numerator", "denominator", "mixed")
KINDS = ("gradient", "jacobian", "hessian", "derivative", "differential", "hvp")
"""What may be asked for."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A free name: `node` is its `var`; `declared` its dimensions as written (`R[n, 1]` keeps its 1).

    Of labels from 1 to C, `labels` is C.
    """

    node: Node
    declared: tuple[Dim, ...]
    attributes: tuple[str, ...]
    inferred: bool
    discrete: bool
    span: Span | None
    labels: Dim | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A named function.

    Elementwise scalar functions have `domain == ()`; a defined one has `body` over `param`.  `h : R[n] -> R[m]` has
    `domain (n,)`, `codomain (m,)`; of several arguments it is of the list of all their entries, and `domains` are those
    of each.
    """

    name: str
    domain: Shape
    codomain: Shape
    param: Node | None
    body: Node | None
    inferred: bool
    domains: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """`kind` is gradient, jacobian, hessian, derivative, differential or hvp.

    `of` and each `wrt` are `var` nodes, `stack`s of scalar `var`s, or for the arbitrary scalar function a `loss` node
    (`make("loss", args, data=name)` over the values it is a function of).  `source` is the text that `span` points into
    (None: the program's own).
    """

    kind: str
    of: Node
    of_name: str
    wrt: tuple[tuple[str, Node], ...]
    layout: str
    span: Span
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """`check` or `refute` of sides; a side that could not be understood is None and has its error in `errors`."""

    kind: str
    sides: tuple[Node | None, ...]
    side_spans: tuple[Span, ...]
    layout: str
    span: Span
    errors: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """`implicit names : left == right`.

    Either the names are settled by it: then each is a definition.  Or they are free: then `data` is what is given and
    `inverse` that as a function of the names, and `losses` are the arbitrary functions that were stated of the names
    (by what each was stated of), which are read as functions of the data.  `entered` are the definitions that the
    relation stands for.
    """

    names: tuple[str, ...]
    left: Node
    right: Node
    span: Span
    entered: frozenset[str]
    data: Node | None = None
    inverse: Node | None = None
    losses: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assumption:
    """`assume left op right`, true by entry; `op` is `==`, `!=`, `<` or `<=` (the sides turned for `>` and `>=`)."""

    op: str
    left: Node
    right: Node
    span: Span
    source: Source

    @property
    def text(self) -> str:
        """The assumption as it was written, without the word."""
        words = self.source.text[self.span.start : self.span.end].split()
        return " ".join(words[1:])


@dataclass(frozen=True, slots=True)
class Program:
    """All that one or several files say.

    `definitions` maps each defined name to its expression over `var` nodes, in order of use (what a definition uses
    stands before it).  `last` is the definition that the default question asks about; `losses` maps the name of an
    arbitrary scalar function to the `var` nodes it is a function of; `asks` is whether any question stands in it,
    right or wrong.  `plain` is the same program without what is said of its symmetric, orthogonal and triangular names,
    where there are any: in it every entry is free.
    """

    source: Source
    variables: dict[str, Variable]
    definitions: dict[str, Node]
    functions: dict[str, Function]
    losses: dict[str, tuple[Node, ...]]
    layout: str
    questions: tuple[Question, ...]
    checks: tuple[Check, ...]
    last: str | None
    nodes: dict[str, Node] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    asks: bool = False
    relations: tuple[Relation, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    plain: Program | None = None

    @property
    def written(self) -> dict[str, Node]:
        """The definitions to be written down: as they are differentiated, not simplified by what is said of names."""
        if self.plain is None:
            return self.definitions
        return {name: self.plain.definitions.get(name, value) for name, value in self.definitions.items()}
