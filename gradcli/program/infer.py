"""Shapes of expressions, by unification."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import NoReturn, TypeGuard, cast

from gradcli.diagnostics import Diagnostic, GradcliError, error
from gradcli.expr.factor import KINDS
from gradcli.expr.shapes import Dim
from gradcli.program.dimensions import dimension_of
from gradcli.program.einsum import einsum_shape
from gradcli.program.equation import Equation
from gradcli.program.functions import DERIVATIVES, FILLED, FUNCTIONS, joint
from gradcli.program.indices import Axes, check_reduction, entry_shape, integer, sum_shape
from gradcli.program.layouts import axes, jacobian_shape
from gradcli.program.messages import product_hint, sum_hint
from gradcli.program.scope import CONSTANTS, Scope, convention, subexpressions, works_on_arrays
from gradcli.program.signature import Misfit, Options, square
from gradcli.program.unify import (
    OpenDim,
    OpenShape,
    Unknown,
    could_agree,
    find,
    product,
    settle,
    show_open,
    unify,
    unify_shapes,
)
from gradcli.syntax import ast
from gradcli.syntax.ast import Source

_MOST_INSTANCES = 20_000


class Poisoned(Exception):
    """An expression uses a name whose own definition is wrong: that is reported there, not again here."""


class Inference:
    """Finds shapes; `shapes` holds what is known of each value's name.

    The methods raise GradcliError with the place and reason where an expression cannot have a shape.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.shapes: dict[str, OpenShape] = {}
        self.poisoned: set[str] = set()
        self.identities: dict[int, OpenDim] = {}
        self.inferred: dict[str, OpenShape] = {}
        self.opaque: dict[str, None] = {}
        self.layout = "numerator"
        self.indices: Axes = {}
        self.source = Source("", "")
        self.on_new_name: Callable[[ast.Name], None] = lambda name: None
        self._instances = 0
        self._calls: list[str] = []
        self._scalar: dict[str, bool] = {}
        self._entrywise: dict[str, bool] = {}

    # ---------------------------------------------------------------- helpers

    def fail(self, code: str, message: str, expr: ast.Expr, hint: str | None = None) -> NoReturn:
        """Raise the diagnostic."""
        raise GradcliError(error(code, message, self.source, expr.span, hint))

    def text(self, expr: ast.Expr) -> str:
        """An expression as it was written, shortened to one line."""
        text = " ".join(self.source.text[expr.span.start : expr.span.end].split())
        return text if len(text) <= 40 else text[:37] + "..."

    # ------------------------------------------------------------------ names

    def name_shape(self, name: ast.Name, local: dict[str, OpenShape]) -> OpenShape:
        """The shape of what a name stands for; an undeclared name is entered by the convention."""
        key = name.id
        if key in self.indices:
            self.fail("E310", f"{key} is an index here and no value.", name, f"it stands in entries, A[{key}, 1]")
        if key in local:
            return local[key]
        if key in self.poisoned:
            raise Poisoned
        if key in self.shapes:
            return settle(self.shapes[key])
        if key in CONSTANTS:
            return ()
        if key == "I":
            dim = self.identities.setdefault(id(name), Unknown())
            return (dim, dim)
        if key in self.scope.dims:
            return ()
        if key in self.scope.functions or key in self.scope.function_types or key in FUNCTIONS:
            self.fail("E205", f"{key} is a function and needs arguments.", name, f"{key}(...)")
        kind = convention(key)
        if kind is None:
            self.fail("E201", f"{key} is not declared.", name, f"declare it, `{key} : R[n]`")
        shape: OpenShape = {"matrix": (Unknown(), Unknown()), "vector": (Unknown(),), "scalar": ()}[kind]
        self.shapes[key] = self.inferred[key] = shape
        self.on_new_name(name)
        return shape

    # ------------------------------------------------------------ expressions

    def infer(self, expr: ast.Expr, local: dict[str, OpenShape]) -> OpenShape:
        """The shape of an expression; `local` holds the parameters of a function being read."""
        match expr:
            case ast.Num():
                return ()
            case ast.Name():
                return self.name_shape(expr, local)
            case ast.Neg():
                return self.infer(expr.arg, local)
            case ast.Sum():
                return self._elementwise(expr, list(expr.terms), expr.ops, local)
            case ast.Product():
                return self._product(expr, local)
            case ast.Compare():
                return self._elementwise(expr, [expr.left, expr.right], (expr.op,), local)
            case ast.Power():
                return self._elementwise(expr, [expr.base, expr.exponent], ("**",), local)
            case ast.MatPower():
                return self._matrix_power(expr, local)
            case ast.Transpose():
                return self._transpose(expr, local)
            case ast.Call():
                return self._call(expr, local)
            case ast.Index():
                return entry_shape(self, expr, local)
            case ast.ListLit():
                return self._literal(expr, local)
            case Equation():
                return self._equation(expr, local)
            case ast.Str():
                self.fail("E205", "A string is no value.", expr)
            case ast.IndexSum():
                return sum_shape(self, expr, local)
        raise AssertionError(f"no expression: {expr}")

    def _equation(self, expr: Equation, local: dict[str, OpenShape]) -> OpenShape:
        """The shape of what an equation settles: as declared, or by the convention."""
        shape = self.shapes.get(expr.name)
        if shape is None:
            kind = convention(expr.name)
            if kind is None:
                self.fail("E201", f"{expr.name} is not declared.", expr, f"declare it, `{expr.name} : R[n]`")
            shape = {"matrix": (Unknown(), Unknown()), "vector": (Unknown(),), "scalar": ()}[kind]
        inside = {**local, expr.name: shape}
        left = self.infer(expr.left, inside)
        if not (isinstance(expr.right, ast.Num) and expr.right.value == 0):
            right = self.infer(expr.right, inside)
            if not unify_shapes(left, right):
                sides = (self.text(expr.left), self.text(expr.right))
                message = f"shapes do not agree: {sides[0]} is {show_open(left)}, {sides[1]} is {show_open(right)}"
                self.fail("E301", message, expr)
        turned = (left[1] if len(left) == 2 else 1, left[0]) if 0 < len(left) < 3 else left
        if not could_agree(left, shape) and could_agree(turned, shape):
            left = turned  # the equations may stand in a row
        if not unify_shapes(left, shape):
            have, want = show_open(left), show_open(shape)
            self.fail(
                "E403",
                f"The relation does not settle {expr.name}: its sides are {have}, and {expr.name} is {want}.",
                expr,
                "a relation has as many equations as its unknown has entries",
            )
        return settle(shape)

    def _elementwise(
        self, expr: ast.Expr, parts: list[ast.Expr], ops: tuple[str, ...], local: dict[str, OpenShape]
    ) -> OpenShape:
        out = self.infer(parts[0], local)
        widest = parts[0]
        for op, part in zip(ops, parts[1:], strict=True):
            shape = self.infer(part, local)
            out = self._join(expr, op, (widest, out), (part, shape))
            if shape:
                widest = part
        return out

    def _join(
        self, whole: ast.Expr, op: str, left: tuple[ast.Expr, OpenShape], right: tuple[ast.Expr, OpenShape]
    ) -> OpenShape:
        a, b = settle(left[1]), settle(right[1])
        if a and b and not unify_shapes(a, b):
            names = (self.text(left[0]), self.text(right[0]))
            span = ast.Span(left[0].span.start, right[0].span.end)
            message = f"shapes do not agree: {names[0]} is {show_open(a)}, {names[1]} is {show_open(b)}"
            for part in (left[0], right[0]):
                if isinstance(part, ast.Name) and part.id in self.inferred and len(settle(self.inferred[part.id])) == 1:
                    message = f"{part.id} is not declared and lower-case, so it is taken for a vector; {message}"
                    hint = f"declare `{part.id} : R` if {part.id} is a scalar"
                    raise GradcliError(error("E208", message, self.source, span, hint))
            raise GradcliError(error("E301", message, self.source, span, sum_hint(op, names, a, b)))
        return settle(a or b)

    def _product(self, expr: ast.Product, local: dict[str, OpenShape]) -> OpenShape:
        out = self.infer(expr.factors[0], local)
        start = expr.factors[0].span.start
        previous: ast.Expr = expr.factors[0]
        for op, factor in zip(expr.ops, expr.factors[1:], strict=True):
            shape = self.infer(factor, local)
            if op in ("*", "/"):
                out = self._join(expr, op, (previous, out), (factor, shape))
            elif op == "@":
                out = self._matmul((previous, out), (factor, shape))
            else:
                out = self._apply("kron", [out, shape], {}, expr)
            previous = _Joined(ast.Span(start, factor.span.end))
        return out

    def _matmul(self, left: tuple[ast.Expr, OpenShape], right: tuple[ast.Expr, OpenShape]) -> OpenShape:
        a, b = settle(left[1]), settle(right[1])
        inner = (a[-1] if len(a) == 2 else 1), (b[0] if b else 1)
        # A product never makes a row or a scalar of a name whose size is open: `x @ y` is a mistake.
        open_one = any(isinstance(p, Unknown) and q == 1 for p, q in (inner, inner[::-1]))
        if len(a) > 2 or len(b) > 2 or open_one or not unify(*inner):
            names = (self.text(left[0]), self.text(right[0]))
            span = ast.Span(left[0].span.start, right[0].span.end)
            message = f"shapes do not agree: {names[0]} is {show_open(a)}, {names[1]} is {show_open(b)}"
            raise GradcliError(error("E301", message, self.source, span, product_hint(names, a, b)))
        return settle((a[0] if a else 1, b[1] if len(b) == 2 else 1))

    def _matrix_power(self, expr: ast.MatPower, local: dict[str, OpenShape]) -> OpenShape:
        shape = settle(self.infer(expr.base, local))
        exponent = settle(self.infer(expr.exponent, local))
        base = self.text(expr.base)
        if not shape and not exponent:
            return ()
        if len(shape) == 1:
            power = self.text(expr.exponent)
            self.fail(
                "E302",
                f"{base} is a vector and has no matrix power.",
                expr,
                f"{base}**{power} takes the power of each entry",
            )
        if integer(expr.exponent) is None:
            self.fail(
                "E302",
                f"The matrix power of {base} needs an integer exponent, written as a number: {base}^3.",
                expr.exponent,
                f"{base}**p is elementwise",
            )
        try:
            return square(shape, f"{base} ^ {self.text(expr.exponent)}")
        except Misfit as misfit:
            self.fail(
                "E302",
                f"{misfit}.",
                expr,
                f"{base}**{self.text(expr.exponent)} takes the power of each entry",
            )

    def _transpose(self, expr: ast.Transpose, local: dict[str, OpenShape]) -> OpenShape:
        shape = settle(self.infer(expr.arg, local))
        if len(shape) > 2:
            self.fail(
                "E305",
                f"{self.text(expr.arg)} is a tensor of rank {len(shape)}; only a matrix has a transpose.",
                expr,
            )
        return settle(((shape[1] if len(shape) == 2 else 1), shape[0])) if shape else ()

    def _literal(self, expr: ast.ListLit, local: dict[str, OpenShape]) -> OpenShape:
        rows = [item for item in expr.items if isinstance(item, ast.ListLit)]
        if not expr.items:
            self.fail("E306", "The list is empty.", expr)
        if rows and len(rows) < len(expr.items):
            self.fail("E306", "A matrix literal is a list of rows, each in brackets.", expr, "[[a, b], [c, d]]")
        cells = [item for row in rows for item in row.items] if rows else list(expr.items)
        widths = {len(row.items) for row in rows}
        if len(widths) > 1 or widths == {0}:
            self.fail("E306", "The rows of a matrix literal have one length.", expr)
        for cell in cells:
            shape = settle(self.infer(cell, local))
            if shape:
                self.fail(
                    "E303",
                    f"{self.text(cell)} is {show_open(shape)}; the entries of a literal are scalars.",
                    cell,
                    self.scalar_hint(cell),
                )
        return settle((len(rows), widths.pop())) if rows else settle((len(cells),))

    def scalar_hint(self, expr: ast.Expr) -> str | None:
        """What to declare where an undeclared lower-case name was meant as a scalar, there or in what it is made of."""
        todo, seen = [expr], set[str]()
        while todo:
            for part in subexpressions(todo.pop()):
                if not isinstance(part, ast.Name) or part.id in seen:
                    continue
                seen.add(part.id)
                if part.id in self.inferred and len(settle(self.inferred[part.id])) == 1:
                    return f"{part.id} is taken for a vector: declare `{part.id} : R` if it is a scalar"
                defined = self.scope.values.get(part.id)
                if defined is not None and isinstance(defined[0], ast.Define):
                    todo.append(defined[0].value)
        return None

    # ------------------------------------------------------------------ calls

    def _call(self, expr: ast.Call, local: dict[str, OpenShape]) -> OpenShape:
        name = expr.fn
        if name in FILLED:
            return self._filled(expr)
        if name in DERIVATIVES and not expr.primes:
            return self._derivative(expr, local)
        if name in self.scope.functions:
            return self._defined(expr, local)
        if name in self.scope.function_types:
            return self._declared(expr, local)
        if name == "einsum":
            return einsum_shape(self, expr, local)
        if name in FUNCTIONS:
            if expr.primes:
                return self._one_argument(expr, local)
            check_reduction(self, expr)
            options = self.options(expr, FUNCTIONS[name].options)
            shapes = [self.infer(arg, local) for arg in self.positional(expr)]
            self._count(expr, FUNCTIONS[name].least, FUNCTIONS[name].most)
            return self._apply(name, shapes, options, expr)
        if name in self.shapes or name in self.scope.values or name in local:
            self.fail("E205", f"{name} is a value, not a function.", expr, f"{name} * (...) multiplies")
        if name == "reshape":
            return self._reshaped(expr, local)
        shape = self._one_argument(expr, local)
        self.opaque[name] = None
        return shape

    def positional(self, expr: ast.Call) -> tuple[ast.Expr, ...]:
        """The arguments that are expressions (`tril(A, -1)` has its number as an option, `lu(X, "L")` its part)."""
        return expr.args[:1] if expr.fn in ("tril", "triu") or expr.fn in KINDS else expr.args

    def options(self, expr: ast.Call, allowed: tuple[str, ...]) -> Options:
        """The options of a call, checked."""
        out: Options = {}
        for key, value in expr.kwargs:
            if key not in allowed:
                hint = f"its options are {', '.join(allowed)}" if allowed else None
                self.fail("E209", f"{expr.fn} has no option {key}.", value, hint)
            number = integer(value)
            out[key] = number if number is not None else value.id if isinstance(value, ast.Name) else ""
            if key in ("axis", "k") and number is None:
                self.fail("E209", f"{key} is a number.", value)
        if expr.fn in ("tril", "triu") and len(expr.args) == 2:
            number = integer(expr.args[1])
            if number is None:
                self.fail("E209", f"{expr.fn}(A, k) needs a number for k.", expr.args[1])
            out["k"] = number
        if expr.fn in KINDS and len(expr.args) == 2:
            part = expr.args[1]
            if not isinstance(part, ast.Str):
                outputs = ", ".join(f'"{name}"' for name in KINDS[expr.fn].components)
                self.fail("E209", f"{expr.fn}(X, part) needs one of {outputs} for its part.", part)
            out["part"] = part.value
        return out

    def _count(self, expr: ast.Call, least: int, most: int | None) -> None:
        got = len(expr.args)
        if got < least or (most is not None and got > most):
            takes = str(least) if least == most else f"{least} to {most}" if most else f"at least {least}"
            self.fail("E204", f"{expr.fn} takes {takes} argument{'s' * (takes != '1')}, not {got}.", expr)

    def _apply(self, name: str, shapes: list[OpenShape], options: Options, expr: ast.Expr) -> OpenShape:
        try:
            return settle(FUNCTIONS[name].infer(shapes, options))
        except Misfit as misfit:
            self.fail(misfit.code, f"{misfit}.", expr, misfit.hint)

    def _one_argument(self, expr: ast.Call, local: dict[str, OpenShape]) -> OpenShape:
        if len(expr.args) != 1 or expr.kwargs:
            self.fail(
                "E204",
                f"{expr.fn} is not defined; an undeclared function takes one argument.",
                expr,
                f"define it, `{expr.fn}(s, t) = ...`",
            )
        return settle(self.infer(expr.args[0], local))

    def _filled(self, expr: ast.Call) -> OpenShape:
        dims: list[OpenDim] = []
        args = expr.args
        if expr.fn == "unit":
            args, index = args[: len(args) // 2], args[len(args) // 2 :]
            if len(args) != len(index) or any((integer(part) or 0) < 1 for part in index):
                self.fail("E204", "unit takes dimensions and as many indices from 1.", expr, "unit(n, 2)")
        for arg in args:
            dims.append(self._dimension(arg))
        if expr.fn == "eye":
            self._count(expr, 1, 1)
            return settle((dims[0], dims[0]))
        if not dims:
            self.fail("E204", f"{expr.fn} needs a dimension.", expr, f"{expr.fn}(n)")
        return settle(tuple(dims))

    def _dimension(self, arg: ast.Expr) -> Dim:
        dim = dimension_of(arg)
        if dim is None:
            self.fail("E304", f"{self.text(arg)} is no dimension.", arg, "a dimension is a name or a positive integer")
        return dim

    def _reshaped(self, expr: ast.Call, local: dict[str, OpenShape]) -> OpenShape:
        """`reshape(A, m * p, n)`, of as many entries as A."""
        if len(expr.args) < 2 or expr.primes or expr.kwargs:
            self.fail("E204", "reshape takes an array and the sizes of its new axes.", expr, "reshape(x, m, n)")
        shape = settle(self.infer(expr.args[0], local))
        dims: list[OpenDim] = []
        for arg in expr.args[1:]:
            dims.append(self._dimension(arg))
        before, after = (reduce(product, sizes) if sizes else 1 for sizes in (shape, tuple(dims)))
        if not unify(before, after):
            known = "" if isinstance(find(before), Unknown) else f" has {find(before)}"
            message = f"reshape keeps the number of entries: {show_open(shape)}{known}, not {find(after)}."
            self.fail("E301", message, expr, "declare the array" if not known else None)
        return settle(tuple(dims))

    def is_scalar_function(self, name: str) -> bool:
        """Whether a defined function is a scalar function of its one parameter alone, applied elementwise."""
        known = self._scalar.get(name)
        if known is None:
            self._scalar[name] = False  # a function that calls itself is not
            known = self._scalar[name] = self._looks_scalar(name)
        return known

    def _looks_scalar(self, name: str) -> bool:
        statement, _ = self.scope.functions[name]
        if len(statement.params) != 1 or works_on_arrays(statement):
            return False
        param = statement.params[0].id
        declared = self.scope.arrays.get(param)
        if declared is not None and declared.type.dims:
            return False
        for part in subexpressions(statement.value):
            match part:
                case ast.Name() if part.id != param and part.id not in CONSTANTS:
                    return False
                case ast.Call() if part.fn in self.scope.function_types:
                    if self.scope.function_types[part.fn][0].domain.dims:
                        return False
                case ast.Call() if part.fn in self.scope.functions:
                    if not self.is_scalar_function(part.fn):
                        return False
                case ast.Index() | ast.ListLit() | ast.IndexSum() | ast.Str():
                    return False
        return True

    def acts_elementwise(self, name: str) -> bool:
        """Whether a defined function of scalars, given scalars gives a scalar: it acts entry by entry."""
        known = self._entrywise.get(name)
        if known is None:
            statement, source = self.scope.functions[name]
            self._entrywise[name] = False  # a function that calls itself does not
            before, self.source = self.source, source
            try:
                bound: dict[str, OpenShape] = {param.id: () for param in statement.params}
                known = not works_on_arrays(statement) and not settle(self.infer(statement.value, bound))
            except (GradcliError, Poisoned):
                known = False
            finally:
                self.source = before
            self._entrywise[name] = known
        return known

    def _defined(self, expr: ast.Call, local: dict[str, OpenShape]) -> OpenShape:
        statement, source = self.scope.functions[expr.fn]
        if len(expr.args) != len(statement.params) or expr.kwargs:
            count = len(statement.params)
            self.fail("E204", f"{expr.fn} takes {count} argument{'s' * (count != 1)}, not {len(expr.args)}.", expr)
        shapes = [settle(self.infer(arg, local)) for arg in expr.args]
        if self.is_scalar_function(expr.fn):
            return shapes[0]
        if expr.primes and (len(shapes) != 1 or works_on_arrays(statement)):
            self.fail(
                "E204",
                f"{expr.fn}' is only defined for a function of one scalar.",
                expr,
                f"use grad({expr.fn}, ...)",
            )
        if self.acts_elementwise(expr.fn):
            return joint(shapes, expr.fn)
        if expr.fn in self._calls:
            self.fail("E203", f"{expr.fn} is defined by itself.", expr)
        self._instances += 1
        if self._instances > _MOST_INSTANCES:
            self.fail("E203", f"The definition of {expr.fn} is put in more than {_MOST_INSTANCES} times.", expr)
        self._calls.append(expr.fn)
        before, self.source = self.source, source
        indices, self.indices = self.indices, {}
        try:
            inner = {param.id: shape for param, shape in zip(statement.params, shapes, strict=True)}
            return self.infer(statement.value, inner)
        finally:
            self.source, self.indices = before, indices
            self._calls.pop()

    def _declared(self, expr: ast.Call, local: dict[str, OpenShape]) -> OpenShape:
        declared, _, _ = self.scope.function_types[expr.fn]
        shape = self._one_argument(expr, local)
        domain, codomain = settle(declared.domain.dims), settle(declared.codomain.dims)
        if not domain:
            if codomain:
                self.fail("E305", f"{expr.fn} : R -> R[...] is not understood.", expr, "declare it as R[1] -> R[m]")
            return shape
        if not unify_shapes(shape, tuple(domain)):
            arg = self.text(expr.args[0])
            message = f"shapes do not agree: {expr.fn} takes {show_open(tuple(domain))}, {arg} is {show_open(shape)}"
            self.fail("E301", message, expr)
        if expr.primes == 1 and not codomain and len(domain) == 1:
            return settle((1, domain[0]))
        return settle(tuple(codomain) + tuple(domain) * expr.primes)

    # ------------------------------------------------------------ derivatives

    def _derivative(self, expr: ast.Call, local: dict[str, OpenShape]) -> OpenShape:
        allowed = {"grad": ("structure",), "jac": ("layout",), "hess": ()}[expr.fn]
        options = self.options(expr, allowed)
        least, most = (2, 3) if expr.fn == "hess" else (2, 2)
        self._count(expr, least, most)
        of = self.derived_shape(expr.args[0], local, expr.fn)
        shapes = [self.variable_shape(arg, local) for arg in expr.args[1:]]
        if expr.fn in ("grad", "hess") and of:
            what = "gradient" if expr.fn == "grad" else "Hessian"
            self.fail(
                "E404",
                f"{self.text(expr.args[0])} is {show_open(of)}; only a scalar has a {what}.",
                expr.args[0],
                self.scalar_hint(expr.args[0]) or "jac(y, x) is the derivative of an array",
            )
        if expr.fn == "grad":
            if options.get("structure", "entries") not in ("entries", "tangent"):
                self.fail("E209", "structure is `entries` or `tangent`.", expr)
            return shapes[0]
        if expr.fn == "hess":
            first, second = axes(settle(shapes[0])), axes(settle(shapes[-1]))
            return settle(first + second) if len(first + second) <= 2 else first + second
        layout = str(options.get("layout", self.layout))
        if layout not in ("numerator", "denominator", "mixed"):
            self.fail("E209", f"There is no layout {layout}.", expr, "numerator, denominator or mixed")
        return jacobian_shape(of, shapes[0], layout)

    def derived_shape(self, expr: ast.Expr, local: dict[str, OpenShape], what: str) -> OpenShape:
        """The shape of what is differentiated: an expression, or the name of an arbitrary scalar function."""
        if isinstance(expr, ast.Name) and expr.id in self.poisoned:
            raise Poisoned
        if isinstance(expr, ast.Name) and expr.id not in local and self.is_arbitrary(expr.id):
            if expr.id not in self.scope.losses and self.scope.last is None:
                self.fail(
                    "E201",
                    f"{expr.id} is not defined, and there is no definition it could be a function of.",
                    expr,
                )
            return ()
        if isinstance(expr, ast.Name):
            self._known(expr, local)
        return settle(self.infer(expr, local))

    def _known(self, name: ast.Name, local: dict[str, OpenShape]) -> None:
        """Complain about a name that stands nowhere in the program: a question brings none into being."""
        if name.id not in self.shapes and name.id not in self.poisoned and name.id not in local:
            self.fail("E201", f"{name.id} is not a name of the program.", name, self.nearest(name.id))

    def is_arbitrary(self, name: str) -> bool:
        """Whether a name, as what is differentiated, stands for an arbitrary scalar function."""
        if name in self.scope.losses:
            return True
        if name in self.scope.values or name in self.scope.arrays or name in self.scope.functions:
            return False
        if name in self.scope.function_types:
            return not self.scope.function_types[name][0].codomain.dims
        taken = name in self.shapes or name in self.scope.mentioned or name in self.opaque
        return name == "f" and not taken

    def variable_shape(self, expr: ast.Expr, local: dict[str, OpenShape]) -> OpenShape:
        """The shape of what is differentiated by: a name, an entry or `vec` of one, or a list of scalar names."""
        if isinstance(expr, ast.ListLit):
            if all(isinstance(item, ast.Name) for item in expr.items):
                return self.infer(expr, local)
        elif isinstance(expr, ast.Name):
            self._known(expr, local)
            return self.infer(expr, local)
        elif isinstance(expr, ast.Index) and isinstance(expr.base, ast.Name):
            self._known(expr.base, local)
            if all(integer(index) is not None for index in expr.indices):
                return self.infer(expr, local)
        elif is_stacked(expr):
            self._known(cast(ast.Name, expr.args[0]), local)
            return self.infer(expr, local)
        self.fail(
            "E405",
            f"{self.text(expr)} is no name of the program; a derivative is by a name.",
            expr,
            f"name it first, `u = {self.text(expr)}`",
        )

    def nearest(self, name: str) -> str | None:
        """A name of the program that a mistyped one may have meant."""
        from difflib import get_close_matches

        close = get_close_matches(name, list(self.shapes)[:2000], n=1)
        return f"did you mean {close[0]}?" if close else None


def is_stacked(expr: ast.Expr) -> TypeGuard[ast.Call]:
    """Whether this is `vec(X)` of a name."""
    if not isinstance(expr, ast.Call) or expr.fn != "vec" or expr.kwargs or expr.primes:
        return False
    return len(expr.args) == 1 and isinstance(expr.args[0], ast.Name)


class _Joined(ast.Expr):
    """The factors read so far of a product, as one expression to point at."""


def report(failure: GradcliError) -> Diagnostic:
    """The diagnostic that a failure carries."""
    return failure.diagnostic


__all__ = ["Inference", "Poisoned", "integer", "joint", "report"]
