"""Shapes of expressions, by unification."""

from __future__ import annotations

import re
from collections.abc import Callable

from gradcli.diagnostics import GradcliError, error, warning
from gradcli.diagnostics.diagnostic import Edit
from gradcli.program.axes import joined
from gradcli.program.blocks import block_shape
from gradcli.program.defined import Defined
from gradcli.program.equation import Equation
from gradcli.program.functions import FUNCTIONS
from gradcli.program.indices import entries_shape, entry_shape, integer, sum_shape
from gradcli.program.infer_calls import apply, call_shape
from gradcli.program.inferring import Inferring
from gradcli.program.meant import check_euler, check_glued, check_size, check_star, unit_places
from gradcli.program.mends import (
    elementwise_beside,
    is_function_word,
    root_meant,
    transpose_called,
    turned_by_letter,
    without_brackets,
)
from gradcli.program.messages import bracketed, product_hint, sum_hint
from gradcli.program.parts import is_part, part_shape
from gradcli.program.poisoned import Poisoned
from gradcli.program.scope import CONSTANTS, Scope, convention
from gradcli.program.signature import Misfit, square
from gradcli.program.subexpressions import parts_of, subexpressions
from gradcli.program.unify import (
    OpenShape,
    Unknown,
    could_agree,
    settle,
    show_open,
    unify,
    unify_shapes,
)
from gradcli.syntax import ast
from gradcli.syntax.excerpt import balanced


class Inference(Inferring):
    """Finds shapes; `shapes` holds what is known of each value's name.

    The methods raise GradcliError with the place and reason where an expression cannot have a shape.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.defined: Defined = Defined(self)

    # ------------------------------------------------------------------ names

    def name_shape(self, name: ast.Name, local: dict[str, OpenShape]) -> OpenShape:
        """The shape of what a name stands for; an undeclared name is entered by the convention."""
        key = name.id
        if key in self.indices:
            return ()  # the place that it stands for, as a number
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
        self._written_elsewhere(name)
        if key in self.scope.functions or key in self.scope.function_types or key in FUNCTIONS:
            without_brackets(self, name)
        places = unit_places(key)
        if places:
            return self.entries.setdefault(id(name), tuple(Unknown() for _ in places))
        if is_function_word(key):
            without_brackets(self, name)
        check_glued(self, name)
        kind = convention(key)
        if kind is None:
            from gradcli.program.elsewhere import letter_elsewhere

            hint = f"declare it, `{key} : R[n]`"
            self.fail("E201", f"{key} is not declared.", name, hint, mend=letter_elsewhere(self, name))
        shape: OpenShape = {"matrix": (Unknown(), Unknown()), "vector": (Unknown(),), "scalar": ()}[kind]
        self.shapes[key] = self.inferred[key] = shape
        self.on_new_name(name)
        return shape

    def _is_scalar_by_letter(self, expr: ast.Expr) -> bool:
        return isinstance(expr, ast.Name) and expr.id in self.inferred and not self.inferred[expr.id]

    def _written_elsewhere(self, name: ast.Name) -> None:
        """Refuse `Tr[A]` and `x(end)`; raises GradcliError."""
        if name.id != "end" and self.source.text[name.span.end : name.span.end + 1] != "[":
            return
        from gradcli.program.elsewhere import last_place, square_brackets

        brackets, last = square_brackets(self, name), last_place(self, name)
        if brackets:
            self.fail("E205", f"{name.id} is a function: its arguments stand in round brackets.", name, mend=brackets)
        if last:
            self.fail("E211", "end is not declared: the last entry has its size for an index.", name, mend=last)

    # ------------------------------------------------------------ expressions

    def infer(self, expr: ast.Expr, local: dict[str, OpenShape]) -> OpenShape:
        """The shape of an expression; `local` holds the parameters of a function being read."""
        if self.memo is None or local or self.indices:
            return self._infer(expr, local)
        key = id(expr), self.layout
        if key not in self.memo:
            self.memo[key] = expr, self._infer(expr, local)
        return self.memo[key][1]

    def _infer(self, expr: ast.Expr, local: dict[str, OpenShape]) -> OpenShape:
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
                if self.indices and self._compares_indices(expr):
                    return ()
                return self._elementwise(expr, [expr.left, expr.right], (expr.op,), local)
            case ast.Power():
                check_euler(self, expr)
                return self._elementwise(expr, [expr.base, expr.exponent], ("**",), local)
            case ast.MatPower():
                check_euler(self, expr)
                turned_by_letter(self, expr)
                return self._matrix_power(expr, local)
            case ast.Superscript():
                check_euler(self, expr)
                return self._superscript(expr, local)
            case ast.Bars():
                return self._bars(expr, local)
            case ast.Transpose():
                return self._transpose(expr, local)
            case ast.LastTwoTurned():
                shape = settle(self.infer(expr.arg, local))
                if len(shape) < 3:
                    return settle(((shape[1] if len(shape) == 2 else 1), shape[0])) if shape else ()
                return (*shape[:-2], shape[-1], shape[-2])
            case ast.Call():
                return call_shape(self, expr, local)
            case ast.Index():
                return part_shape(self, expr, local) if is_part(self, expr) else entry_shape(self, expr, local)
            case ast.ListLit():
                return self._literal(expr, local)
            case Equation():
                return self._equation(expr, local)
            case ast.Str():
                self.fail("E205", "A string is no value.", expr)
            case ast.IndexSum():
                return sum_shape(self, expr, local)
            case ast.Entries():
                return entries_shape(self, expr, local)
        raise AssertionError(f"no expression: {expr}")

    def _equation(self, expr: Equation, local: dict[str, OpenShape]) -> OpenShape:
        """The shape of what an equation settles: as declared, or by the convention."""
        shape, kind = self.shapes.get(expr.name), None
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
                hint = f"declare `{expr.name} : R` if {expr.name} is a scalar" if kind == "vector" else None
                self.fail("E301", message, expr, hint)
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

    def _compares_indices(self, expr: ast.Compare) -> bool:
        from gradcli.program.compared_indices import compares_indices, enter_comparison

        if not compares_indices(self, expr):
            return False
        enter_comparison(self, expr)
        return True

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
        wider = self._wider(left, right)
        if wider is None:
            names = (self.text(left[0]), self.text(right[0]))
            span, mend = self._mended(left[0], right[0], lambda names: sum_hint(op, names, a, b))
            message = f"shapes do not agree: {names[0]} is {show_open(a)}, {names[1]} is {show_open(b)}"
            for part in (left[0], right[0]):
                if isinstance(part, ast.Name) and part.id in self.inferred and len(settle(self.inferred[part.id])) == 1:
                    message = f"{part.id} is not declared and lower-case, so it is taken for a vector; {message}"
                    hint = f"declare `{part.id} : R` if {part.id} is a scalar"
                    if op == "*" and part is right[0] and len(a) == 2:
                        hint += f"; `{names[0]} @ {names[1]}` is the matrix product"
                        left_text, right_text = (bracketed(self.written(one[0])) for one in (left, right))
                        mend = ((*_reach(self.source.text, left[0], right[0]), f"{left_text} @ {right_text}"),)
                    raise GradcliError(error("E208", message, self.source, span, hint, mend=mend))
            raise GradcliError(error("E301", message, self.source, span, sum_hint(op, names, a, b), mend=mend))
        if op in "+-":
            self._warn_of_column(left, right)
        return settle(wider)

    def _warn_of_column(self, left: tuple[ast.Expr, OpenShape], right: tuple[ast.Expr, OpenShape]) -> None:
        """A column beside a square matrix of its size: it goes with every column, and a row may have been meant."""
        for matrix, column in ((left, right), (right, left)):
            shape, own = settle(matrix[1]), settle(column[1])
            if len(shape) == 2 and len(own) == 1 and shape[0] == shape[1] == own[0] and not _kept(column[0]):
                text = self.text(column[0])
                said = f"{text} is a column, {show_open(own)}, and is added to every column."
                hint = f"{bracketed(text)}.T is added to every row"
                span = ast.Span(min(left[0].span.start, right[0].span.start), max(left[0].span.end, right[0].span.end))
                self.warnings[self.source, span] = warning("W605", said, self.source, span, hint)

    def _wider(self, left: tuple[ast.Expr, OpenShape], right: tuple[ast.Expr, OpenShape]) -> OpenShape | None:
        """The joint shape of two operands; None where they do not fit.

        An undeclared lower-case name is not spread: it is as likely meant as a scalar.
        """
        a, b = settle(left[1]), settle(right[1])
        if len(a) != len(b) and a and b:
            for part in (left[0], right[0]):
                if isinstance(part, ast.Name) and part.id in self.inferred and len(settle(self.inferred[part.id])) == 1:
                    return None
        return joined(a, b)

    def _product(self, expr: ast.Product, local: dict[str, OpenShape]) -> OpenShape:
        out = self.infer(expr.factors[0], local)
        start = expr.factors[0].span.start
        previous: ast.Expr = expr.factors[0]
        signs: list[str] = []
        for at, (op, factor) in enumerate(zip(expr.ops, expr.factors[1:], strict=True)):
            shape = self.infer(factor, local)
            if op == ast.BESIDE:
                op = "@" if settle(out) and settle(shape) else "*"
                elementwise_beside(self, (previous, out), (factor, shape), op)
                signs.append(op)
            if op == "·":
                op = self._dotted((previous, out), (factor, shape))
            check_star(self, expr, at, out, shape)
            if op == "*" and not at and settle(out)[:1] == (1,):
                from gradcli.program.doubtful import warn_of_row_by_entry

                warn_of_row_by_entry(self, expr, at, out, shape)
            if op == "/":
                check_size(self, out, factor, expr)
            if op in ("*", "/"):
                out = self._join(expr, op, (previous, out), (factor, shape))
            elif op == "@":
                out = self._matmul((previous, out), (factor, shape))
            else:
                out = apply(self, "kron", [out, shape], {}, expr)
            previous = _Joined(ast.Span(start, factor.span.end))
        if signs:
            self.signs[id(expr)] = tuple(signs)
        return out

    def _dotted(self, left: tuple[ast.Expr, OpenShape], right: tuple[ast.Expr, OpenShape]) -> str:
        """`a · b` is a product where one of the two is a scalar."""
        a, b = settle(left[1]), settle(right[1])
        if a and b:
            names = (self.text(left[0]), self.text(right[0]))
            span = ast.Span(left[0].span.start, right[0].span.end)
            fits = len(a) == len(b) == 1
            hint = f"dot({names[0]}, {names[1]})" if fits else f"{names[0]} @ {names[1]}, or {names[0]} * {names[1]}"
            said = "`·` multiplies by a scalar, and here are two arrays"
            full = (self.written(left[0]), self.written(right[0]))
            new = f"dot({full[0]}, {full[1]})" if fits else f"{bracketed(full[0])} @ {bracketed(full[1])}"
            mend = ((*_reach(self.source.text, left[0], right[0]), new),)
            raise GradcliError(error("E305", said, self.source, span, hint, mend=mend))
        return "*"

    def _matmul(self, left: tuple[ast.Expr, OpenShape], right: tuple[ast.Expr, OpenShape]) -> OpenShape:
        a, b = settle(left[1]), settle(right[1])
        if self._is_scalar_by_letter(left[0]) or self._is_scalar_by_letter(right[0]):
            from gradcli.program.undeclared import check_operands

            check_operands(self, left, right)
        if a and b and max(len(a), len(b)) > 2:
            wider = _batched(a, b)
            if wider is not None:
                return wider
        inner = (a[-1] if len(a) == 2 else 1), (b[0] if b else 1)
        # A product never makes a row or a scalar of a name whose size is open: `x @ y` is a mistake.
        open_one = any(isinstance(p, Unknown) and q == 1 for p, q in (inner, inner[::-1]))
        if len(a) > 2 or len(b) > 2 or open_one or not unify(*inner):
            if self.trying:
                self.fail("E301", "shapes do not agree", right[0])
            names = (self.text(left[0]), self.text(right[0]))
            transpose_called(self, left[0], right[0])
            span, mend = self._mended(left[0], right[0], lambda names: product_hint(names, a, b))
            message = f"shapes do not agree: {names[0]} is {show_open(a)}, {names[1]} is {show_open(b)}"
            raise GradcliError(error("E301", message, self.source, span, product_hint(names, a, b), mend=mend))
        return settle((a[0] if a else 1, b[1] if len(b) == 2 else 1))

    def _mended(
        self, left: ast.Expr, right: ast.Expr, hint: Callable[[tuple[str, str]], str | None]
    ) -> tuple[ast.Span, tuple[Edit, ...]]:
        """The range of an operation, with its brackets, and the first of what would fit there."""
        start, end = _reach(self.source.text, left, right)
        found = hint((self.written(left), self.written(right)))
        fits = found.split(";")[0].split(" is ")[0] if found and " is " in found else None
        fits = None if fits == "there" else fits
        return ast.Span(left.span.start, right.span.end), ((start, end, fits),) if fits else ()

    def _matrix_power(self, expr: ast.MatPower, local: dict[str, OpenShape]) -> OpenShape:
        shape = settle(self.infer(expr.base, local))
        exponent = settle(self.infer(expr.exponent, local))
        base = self.text(expr.base)
        if not shape and not exponent:
            return ()
        caret = self.source.text.find("^", expr.base.span.end, expr.exponent.span.start)
        by_entry: tuple[Edit, ...] = ((caret, caret + 1, "**"),) if caret >= 0 else ()
        powers = f"{bracketed(base)}**{bracketed(self.text(expr.exponent))} takes the power of each entry"
        if len(shape) == 1:
            self.fail("E302", f"{base} is a vector and has no matrix power.", expr, powers, mend=by_entry)
        if not shape:
            self.fail(
                "E302", f"The power of {base} with an array for its exponent is by entry.", expr, powers, mend=by_entry
            )
        if integer(expr.exponent) is None and not self._is_whole(expr.exponent):
            self.fail(
                "E302",
                f"The matrix power of {base} needs an integer exponent, written as a number: {base}^3.",
                expr.exponent,
                f"declare `k : Z` for {base}^k; {bracketed(base)}**p is elementwise",
                mend=root_meant(self, expr),
            )
        try:
            return square(shape, f"{base} ^ {self.text(expr.exponent)}")
        except Misfit as misfit:
            self.fail(
                "E302",
                f"{misfit}.",
                expr,
                powers,
                mend=by_entry,
            )

    def _superscript(self, expr: ast.Superscript, local: dict[str, OpenShape]) -> OpenShape:
        shape = settle(self.infer(expr.base, local))
        if len(shape) != 2 or 1 in shape:
            return shape
        self.ranks[id(expr)] = 2
        try:
            return square(shape, self.text(expr))
        except Misfit as misfit:
            hint = f"{bracketed(self.text(expr.base))}**{expr.exponent} takes the power of each entry"
            self.fail("E302", f"{misfit}.", expr, hint)

    def _bars(self, expr: ast.Bars, local: dict[str, OpenShape]) -> OpenShape:
        shape = settle(self.infer(expr.arg, local))
        if shape:
            arg = self.text(expr.arg)
            square_one = len(shape) == 2 and shape[0] == shape[1]
            hint = f"{f'det({arg}), ' if square_one else ''}norm({arg}), or abs({arg}) by entry"
            said = f"|{arg}| is the absolute value of a scalar, and {arg} is {show_open(shape)}."
            norm = re.match(r"_(?:(1|2|F)(?!\w)|\{?(inf|∞|\\infty)\}?)", self.source.text[expr.span.end :])
            order = "" if norm is None or norm[1] in ("2", "F") else f", {norm[1] or 'inf'}"
            new = f"{'det' if square_one and norm is None else 'norm'}({self.written(expr.arg)}{order})"
            end = expr.span.end + (norm.end() if norm is not None else 0)
            self.fail("E305", said, expr, hint, mend=((expr.span.start, end, new),))
        return ()

    def _is_whole(self, expr: ast.Expr) -> bool:
        """Whether an exponent is made of whole numbers: names declared in Z, sizes, literals, by + - and *."""
        todo = [expr]
        while todo:
            part = todo.pop()
            match part:
                case ast.Num():
                    if part.value.denominator != 1:
                        return False
                case ast.Name():
                    declared = self.scope.arrays.get(part.id)
                    if declared is None and part.id in self.scope.dims and part.id not in self.scope.values:
                        continue
                    if declared is None or declared.type.base != "Z" or declared.type.dims:
                        return False
                case ast.Neg() | ast.Sum() | ast.Product():
                    if isinstance(part, ast.Product) and any(op not in ("*", "@") for op in part.ops):
                        return False
                    todo.extend(parts_of(part))
                case _:
                    return False
        return True

    def _transpose(self, expr: ast.Transpose, local: dict[str, OpenShape]) -> OpenShape:
        shape = settle(self.infer(expr.arg, local))
        if self._is_scalar_by_letter(expr.arg):
            from gradcli.program.undeclared import check_turned

            check_turned(self, expr.arg)
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
        if rows and any(settle(self.infer(cell, local)) for cell in cells):
            return block_shape(self, expr, local)
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


def _batched(a: OpenShape, b: OpenShape) -> OpenShape | None:
    """The shape of `A @ B` over the last two axes; None where they do not fit."""
    if not unify(a[-1], b[-2:][0]):
        return None
    left, right = a[:-2], b[:-2]
    rank = max(len(left), len(right))
    ones: OpenShape = (1,) * rank
    lead = joined((*ones[len(left) :], *left, 1, 1, 1), (*ones[len(right) :], *right, 1, 1, 1))
    if lead is None:
        return None
    return settle((*lead[:rank], *(a[-2:-1]), *(b[-1:] if len(b) > 1 else ())))


class _Joined(ast.Expr):
    """The factors read so far of a product, as one expression to point at."""


def _reach(text: str, left: ast.Expr, right: ast.Expr) -> tuple[int, int]:
    """The range of two operands and what stands between them, with their brackets."""
    start, _ = balanced(text, left.span.start, left.span.end)
    _, end = balanced(text, right.span.start, right.span.end)
    return balanced(text, start, end)


def _kept(expr: ast.Expr) -> bool:
    """Whether a column was asked for in so many words: by `keepdims=True` or a new axis."""
    if isinstance(expr, ast.Index):
        return any(isinstance(index, ast.Name) and index.id == "None" for index in expr.indices)
    return isinstance(expr, ast.Call) and any(name == "keepdims" for name, _ in expr.kwargs)
