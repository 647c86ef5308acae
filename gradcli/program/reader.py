"""Reading further expressions in the names of a program that is elaborated already."""

from __future__ import annotations

from gradcli.diagnostics import Diagnostic, GradcliError
from gradcli.expr.node import Node
from gradcli.program.build import Builder
from gradcli.program.infer import Inference
from gradcli.program.poisoned import Poisoned
from gradcli.program.signs import spelled_out
from gradcli.syntax import ast
from gradcli.syntax.ast import Source


class Reader:
    """Turns syntax into expressions over a program's names; changes nothing of the program.

    Trees that share parts are read at the cost of what differs: the shape and the value of each part are kept, until
    `forget`.  `free` reads over the names of the program's twin, whose every entry is free, where there is one.
    """

    def __init__(self, inference: Inference, builder: Builder, free: Reader | None = None) -> None:
        self.free = free
        self._inference = inference
        self._builder = builder
        self._identities = dict(inference.identities)
        self._blocks = dict(inference.blocks)
        self.forget()

    def attempt(self, expr: ast.Expr, layout: str) -> Node | None:
        """The expression, None where it has none: of many that are tried most have none, and nobody asks why."""
        before, self._inference.trying = self._inference.trying, True
        try:
            node = self.read(expr, layout)
        finally:
            self._inference.trying = before
        return node if isinstance(node, Node) else None

    def read(self, expr: ast.Expr, layout: str, source: Source | None = None) -> Node | Diagnostic | None:
        """The expression, a diagnostic where it has none, or None where it uses a name that has none."""
        self._kept.append(expr)
        before = self._inference.layout, self._inference.source
        self._inference.layout = layout
        if source is not None:
            self._inference.source = source
        try:
            self._inference.infer(expr, {})
            return self._builder.build(expr, {})
        except GradcliError as failure:
            return failure.diagnostic
        except (Poisoned, LookupError):
            return None
        finally:
            self._inference.layout, self._inference.source = before

    def spelled_out(self, module: ast.Module) -> ast.Module:
        """The program's own module with the signs that stand for products without them."""
        return spelled_out(module, self._inference.signs, self._inference.ranks)

    def forget(self) -> None:
        """Let go of what was read."""
        if self.free is not None:
            self.free.forget()
        self._inference.memo, self._builder.memo = {}, {}
        self._kept: list[ast.Expr] = []  # an identity's size is found by the object that stands for it
        self._inference.identities.clear()
        self._inference.identities.update(self._identities)
        self._inference.blocks.clear()
        self._inference.blocks.update(self._blocks)
