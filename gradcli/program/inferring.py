"""What the parts of inference share: what is known so far, and how a fault is said."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from gradcli.diagnostics import GradcliError, error
from gradcli.diagnostics.diagnostic import Diagnostic, Edit
from gradcli.program.dependence import Dependence
from gradcli.program.scope import Scope
from gradcli.program.unify import OpenDim, OpenShape, Unknown
from gradcli.record import dataclass, field
from gradcli.syntax import ast
from gradcli.syntax.ast import Source
from gradcli.syntax.excerpt import balanced, shortened


@dataclass(slots=True)
class Axis:
    """An index in scope: its size, and the entry that first used it."""

    dim: OpenDim = field(default_factory=Unknown)
    used: str | None = None


Axes = dict[str, Axis]


class DefinedFunctions(Protocol):
    """What is known of the functions that a program defines."""

    def shape(self, expr: ast.Call, local: dict[str, OpenShape]) -> OpenShape:
        """The shape of a call."""


class Inferring(ABC):
    """What is known of shapes; `shapes` holds what is known of each value's name.

    The methods raise GradcliError with the place and reason where an expression cannot have a shape.
    """

    defined: DefinedFunctions

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.shapes: dict[str, OpenShape] = {}
        self.poisoned: set[str] = set()
        self.identities: dict[int, OpenDim] = {}
        self.blocks: dict[int, tuple[list[OpenDim], list[OpenDim]]] = {}  # sizes of the rows and columns of blocks
        self.warnings: dict[tuple[Source, ast.Span], Diagnostic] = {}  # by place, said once each
        self.shifts: list[Any] = []  # computed indices, whose sizes are found together: see `shifts`
        self.shifted: set[str] = set()  # index names that stand in some
        self.bound: dict[int, Axes] = {}  # the indices of each sum
        self.signs: dict[int, tuple[str, ...]] = {}  # what stands between factors that stand side by side
        self.ranks: dict[int, int] = {}  # of what a superscript raises to a power
        self.entries: dict[int, tuple[OpenDim, ...]] = {}  # the sizes of `[...]_ij`
        self.by_entries: dict[int, ast.Expr] = {}  # sums of arrays over an index, by their entries
        self.inferred: dict[str, OpenShape] = {}
        self.opaque: dict[str, tuple[Source, ast.Span]] = {}  # functions left open, and where first called
        self.layout = "numerator"
        self.indices: Axes = {}
        self.source = Source("", "")
        self.on_new_name: Callable[[ast.Name], None] = lambda name: None
        self.dependence = Dependence(scope)
        self.beside_zero = False  # whether what is read is said to be 0, so that it may be
        self.memo: dict[tuple[int, str], tuple[ast.Expr, OpenShape]] | None = None
        self.trying = False  # whether nobody is told what is wrong: then no message quotes the text

    # ---------------------------------------------------------------- helpers

    def fail(
        self,
        code: str,
        message: str,
        expr: ast.Expr,
        hint: str | None = None,
        mend: tuple[Edit, ...] = (),
        otherwise: tuple[tuple[Edit, ...], ...] = (),
    ) -> NoReturn:
        """Raise the diagnostic; `mend` are the changes of the text that mend it, `otherwise` others that may."""
        raise GradcliError(error(code, message, self.source, expr.span, hint, mend=mend, otherwise=otherwise))

    def written(self, expr: ast.Expr) -> str:
        """An expression as it was written, in one line."""
        if self.trying:
            return "_"
        start, end = balanced(self.source.text, expr.span.start, expr.span.end)
        return " ".join(self.source.text[start:end].split())

    def text(self, expr: ast.Expr) -> str:
        """An expression as it was written, shortened to one line."""
        return shortened(self.written(expr))

    @abstractmethod
    def infer(self, expr: ast.Expr, local: dict[str, OpenShape]) -> OpenShape:
        """The shape of an expression; `local` holds the parameters of a function being read."""

    @abstractmethod
    def scalar_hint(self, expr: ast.Expr) -> str | None:
        """What to declare where a name is a scalar, for all that its letter says."""
