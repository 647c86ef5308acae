"""Functions by definition, `g(s, t) = ...`: which act entry by entry, and the shapes of their calls."""

from __future__ import annotations

from gradcli.diagnostics import GradcliError
from gradcli.diagnostics.diagnostic import Edit
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.program.axes import joint_open
from gradcli.program.inferring import Inferring
from gradcli.program.poisoned import Poisoned
from gradcli.program.scope import CONSTANTS, works_on_arrays
from gradcli.program.subexpressions import subexpressions
from gradcli.program.unify import OpenShape, settle
from gradcli.syntax import ast

_MOST_INSTANCES = 20_000


class Defined:
    """What is known of the functions that a program defines."""

    def __init__(self, inference: Inferring) -> None:
        self._inference = inference
        self._scope = inference.scope
        self._instances = 0
        self._calls: list[str] = []
        self._scalar: dict[str, bool] = {}
        self._entrywise: dict[str, bool] = {}

    def is_scalar_function(self, name: str) -> bool:
        """Whether a defined function is a scalar function of its one parameter alone, applied elementwise."""
        known = self._scalar.get(name)
        if known is None:
            self._scalar[name] = False  # a function that calls itself is not
            known = self._scalar[name] = self._looks_scalar(name)
        return known

    def _looks_scalar(self, name: str) -> bool:
        statement, _ = self._scope.functions[name]
        if len(statement.params) != 1 or works_on_arrays(statement):
            return False
        if name in SCALAR_FUNCTIONS:
            return False  # it hides a function of the language, so it is put in where it is called
        param = statement.params[0].id
        declared = self._scope.arrays.get(param)
        if declared is not None and declared.type.dims:
            return False
        for part in subexpressions(statement.value):
            match part:
                case ast.Name() if part.id != param and part.id not in CONSTANTS:
                    return False
                case ast.Call() if part.fn in self._scope.function_types:
                    if self._scope.function_types[part.fn][0].domain.dims:
                        return False
                case ast.Call() if part.fn in self._scope.functions:
                    if not self.is_scalar_function(part.fn):
                        return False
                case ast.Index() | ast.ListLit() | ast.IndexSum() | ast.Entries() | ast.Str():
                    return False
        return True

    def acts_elementwise(self, name: str) -> bool:
        """Whether a defined function of scalars, given scalars gives a scalar: it acts entry by entry."""
        known = self._entrywise.get(name)
        if known is None:
            statement, source = self._scope.functions[name]
            self._entrywise[name] = False  # a function that calls itself does not
            before, self._inference.source = self._inference.source, source
            try:
                bound: dict[str, OpenShape] = {param.id: () for param in statement.params}
                known = not works_on_arrays(statement) and not settle(self._inference.infer(statement.value, bound))
            except (GradcliError, Poisoned):
                known = False
            finally:
                self._inference.source = before
            self._entrywise[name] = known
        return known

    def shape(self, expr: ast.Call, local: dict[str, OpenShape]) -> OpenShape:
        statement, source = self._scope.functions[expr.fn]
        if len(expr.args) != len(statement.params) or expr.kwargs:
            count = len(statement.params)
            self._inference.fail(
                "E204", f"{expr.fn} takes {count} argument{'s' * (count != 1)}, not {len(expr.args)}.", expr
            )
        shapes = [settle(self._inference.infer(arg, local)) for arg in expr.args]
        if self.is_scalar_function(expr.fn):
            return shapes[0]
        if expr.primes and (len(shapes) != 1 or works_on_arrays(statement)):
            self._inference.fail(
                "E204",
                f"{expr.fn}' is only defined for a function of one scalar.",
                expr,
                f"use grad({expr.fn}(x), x)",
                mend=_gradient_instead(self._inference, expr),
            )
        if self.acts_elementwise(expr.fn):
            return joint_open(shapes, expr.fn)
        if expr.fn in self._calls:
            self._inference.fail("E203", f"{expr.fn} is defined by itself.", expr)
        self._instances += 1
        if self._instances > _MOST_INSTANCES:
            self._inference.fail(
                "E203", f"The definition of {expr.fn} is put in more than {_MOST_INSTANCES} times.", expr
            )
        self._calls.append(expr.fn)
        before, self._inference.source = self._inference.source, source
        indices, self._inference.indices = self._inference.indices, {}
        try:
            inner = {param.id: shape for param, shape in zip(statement.params, shapes, strict=True)}
            return self._inference.infer(statement.value, inner)
        finally:
            self._inference.source, self._inference.indices = before, indices
            self._calls.pop()


def _gradient_instead(inference: Inferring, expr: ast.Call) -> tuple[Edit, ...]:
    """`f'(x)` and `∇f(x)` of a function of a vector as `grad(f(x), x)`."""
    if len(expr.args) != 1 or not isinstance(expr.args[0], ast.Name) or expr.primes != 1:
        return ()
    text, start = inference.source.text, expr.span.start
    if text[:start].rstrip().endswith("∇"):
        start = len(text[:start].rstrip()) - 1
    x = expr.args[0].id
    return ((start, expr.span.end, f"grad({expr.fn}({x}), {x})"),)
