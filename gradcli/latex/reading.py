"""What the parts of reading formulas share: how parts of a formula become an expression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn, Protocol

from gradcli.latex.context import Context
from gradcli.latex.shapes import Shape
from gradcli.latex.tree import Item, Items
from gradcli.syntax import ast
from gradcli.syntax.ast import Span


class Reading(Protocol):
    """Reads parts of one formula; `extra` collects the definitions that it needs beside itself.

    `bound` holds the indices of sums around a place, `ranges` to what they run as the document writes it, `locals` the
    values of parameters, `lists` vectors that were written as lists, `open` letters at which vectors have entries,
    `varied` and `used` the names met on the way; `stands_in` is set where an array is put for one of its shape;
    `by_entry` counts what is around that works entry by entry, a diagonal or a product of entries;
    `point` is the number at which functions that stand alone are taken.
    Everything raises FormulaFault for what is not understood.
    """

    context: Context
    text: str
    extra: list[ast.Statement]
    bound: dict[str, str]
    ranges: dict[str, str]
    locals: dict[str, ast.Expr]
    used: set[str]
    varied: set[str]
    lists: dict[int, ast.Expr]
    open: set[str]
    stands_in: bool
    by_entry: int
    point: str

    def fail(self, message: str, at: Item | Items, hint: str | None = None, code: str = "D702") -> NoReturn:
        """Raise the fault at a place."""

    def fail_at(self, message: str, at: Span, hint: str | None = None, code: str = "D703") -> NoReturn:
        """Raise the fault at a span."""

    def written(self, at: Item | Items | Span) -> str:
        """What stands in the document."""

    def shape(self, expr: ast.Expr) -> Shape:
        """The shape of an expression."""

    def prepared(self, items: Sequence[Item]) -> Items:
        """The parts of one list with notations of the document and words in bare letters put together."""

    def name_of(self, value: ast.Expr) -> ast.Expr | None:
        """The defined name whose value an expression is."""

    def expression(self, items: Sequence[Item]) -> ast.Expr:
        """The expression that parts make."""

    def term(self, items: Items) -> ast.Expr:
        """One product, with the sums and derivatives that reach over the rest of it."""

    def factor(self, items: Items, at: int) -> tuple[ast.Expr, int]:
        """One factor that begins at a position, with the arguments that belong to it, and where the next begins."""

    def atom(self, item: Item) -> ast.Expr:
        """A part that is no name, with its scripts."""

    def indicator(self, items: Items, at: Span) -> ast.Expr:
        """`[a > b]`: 1 where it is so."""

    def applied(
        self, word: Item, args: tuple[ast.Expr, ...], item: Item, fn: str | None = None, primes: int = 0
    ) -> ast.Expr:
        """A function of the language on its arguments."""

    def bare_argument(self, items: Items, at: int, fn: str | None) -> tuple[ast.Expr, int]:
        r"""What a function without brackets takes: `\sin 2x`, `\log\det A`."""

    def ask_matrix(self, fn: str, item: Item) -> NoReturn:
        """Of a square matrix, an elementwise function or a function of the matrix: say which."""
