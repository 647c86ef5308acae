"""Index names: what each stands for, and the shapes of entries, sums over indices and indexed definitions.

In an indexed expression every part is a number for each value of its indices, so its shape is that of a scalar; an
index has a size, that of the axes it stands at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from gradcli.program.dimensions import polynomial
from gradcli.program.inferring import Axes, Axis, Inferring
from gradcli.program.integers import integer as integer
from gradcli.program.layouts import axes as axes_of
from gradcli.program.mends import counted_back, counted_from_one
from gradcli.program.parts import is_size, label_count, match_labels, within
from gradcli.program.shifts import affine, note, resolve, shifted_names
from gradcli.program.subexpressions import parts_of, subexpressions
from gradcli.program.unify import OpenDim, OpenShape, Unknown, find, settle, show_open, unify, unify_shapes
from gradcli.syntax import ast

_OVER_INDICES = ("sum", "mean", "prod", "max", "min")
_ONE_VALUE = ("sum", "mean", "softmax", "logsoftmax", "logsumexp")


Local = dict[str, OpenShape]


def entry_shape(inference: Inferring, expr: ast.Index, local: Local) -> OpenShape:
    """Of `A[i, 2]`: that of a scalar; its index names get their sizes."""
    shape = settle(inference.infer(expr.base, local))
    base = inference.text(expr.base)
    dims = axes_of(shape) if len(expr.indices) == 1 else shape
    declared = not (isinstance(expr.base, ast.Name) and expr.base.id in inference.inferred)
    if declared and len(expr.indices) == len(dims) + 1 and len(dims) < 2:
        dims = (*dims, 1)  # a vector is a column, n x 1, and a scalar is R[1]
    if len(expr.indices) != len(dims):
        _wrong_count(inference, expr, base, shape, len(dims))
    for position, (index, dim) in enumerate(zip(expr.indices, dims, strict=True)):
        if isinstance(index, ast.Name) and index.id in inference.indices:
            if index.id in inference.shifted:
                note(inference, index, {index.id: 1}, 0, dim, inference.text(expr))
            else:
                _take_axis(inference, expr, position, dims, base)
            continue
        if label_count(inference, index) is not None:
            match_labels(inference, expr, index, dim)
            if settle(inference.infer(index, local)):
                inference.fail("E310", f"{inference.text(index)} is a list of labels, and here one belongs.", index)
            continue
        computed = affine(index, inference.indices)
        if computed is not None:
            note(inference, index, *computed, dim, inference.text(expr))
            continue
        if is_size(inference, index):
            within(inference, expr, polynomial(index) or 1, dim)
            continue
        number = integer(index)
        if isinstance(index, ast.Name) and index.id == "end":
            mend = counted_back(inference, expr, index, dims)
            inference.fail("E310", "The index end is used and never bound.", index, None, mend=mend)
        if number is None:
            _no_index(inference, index)
        found = find(dim)
        if number < 1 or (isinstance(found, int) and number > found):
            reach = f"from 1 to {found}" if isinstance(found, int) else "from 1"
            said = f"The index {number} is out of range: indices of {base} go {reach}."
            mend = counted_from_one(inference, expr) or counted_back(inference, expr, index, dims)
            inference.fail("E307", said, index, mend=mend)
    return ()


def _wrong_count(inference: Inferring, expr: ast.Index, base: str, shape: OpenShape, count: int) -> NoReturn:
    got = len(expr.indices)
    hint = None
    if base == "E" and got == 1 and base in inference.inferred:
        inner = inference.written(expr.indices[0])
        inference.fail(
            "E307",
            f"E is not declared; there are no expected values here, and the mean of samples is mean({inner}).",
            expr,
            mend=((expr.span.start, expr.span.end, f"mean({inner})"),),
        )
    if isinstance(expr.base, ast.Name) and expr.base.id in inference.inferred:
        names = [index.id if isinstance(index, ast.Name) else "n" for index in expr.indices]
        hint = f"declare `{expr.base.id} : R[{', '.join(names)}]`, with its sizes"
        message = f"{base} is not declared and taken for {_kind(shape)}, with {_indices(count)}, not {got}."
        from gradcli.program.undeclared import declarations

        first, *others = declarations(inference, expr.base, got) or ((),)
        inference.fail("E307", message, expr, hint, first, tuple(others))
    else:
        message = f"{base} is {show_open(shape)} and takes {_indices(count)}, not {got}."
    inference.fail("E307", message, expr, hint)


def _indices(count: int) -> str:
    return f"{count} {'index' if count == 1 else 'indices'}"


def _kind(shape: OpenShape) -> str:
    return {0: "a scalar", 1: "a vector", 2: "a matrix"}[len(shape)]


def _take_axis(inference: Inferring, expr: ast.Index, position: int, dims: OpenShape, base: str) -> None:
    index = expr.indices[position]
    assert isinstance(index, ast.Name)
    axis = inference.indices[index.id]
    here = inference.text(expr)
    if not unify(axis.dim, dims[position]):
        known, found = find(axis.dim), find(dims[position])
        message = f"The index {index.id} runs over {known} in {axis.used or 'the declaration'}, over {found} in {here}."
        inference.fail("E310", message, expr, _turned_hint(inference, expr, dims, base))
    axis.used = axis.used or here


def _turned_hint(inference: Inferring, expr: ast.Index, dims: OpenShape, base: str) -> str | None:
    """`A[j, i]` for `A[i, j]` where that fits."""
    if len(dims) != 2 or not all(isinstance(index, ast.Name) for index in expr.indices):
        return None
    names = [index.id for index in reversed(expr.indices) if isinstance(index, ast.Name)]
    sizes = [find(inference.indices[name].dim) if name in inference.indices else None for name in names]
    fits = all(
        isinstance(size, Unknown) or isinstance(find(dim), Unknown) or size == find(dim)
        for size, dim in zip(sizes, dims, strict=True)
    )
    return f"{base}[{', '.join(names)}] fits" if fits else None


def _no_index(inference: Inferring, index: ast.Expr) -> NoReturn:
    text = inference.text(index)
    if isinstance(index, ast.Name):
        inference.fail(
            "E310",
            f"The index {text} is used and never bound.",
            index,
            f"sum[{text}](...) sums over it; Y[{text}] = ... runs over it; "
            f"declare `{text} : {{1..n}}` if it is one place",
        )
    if not isinstance(index, ast.Num | ast.Str) and not isinstance(index, ast.Neg):
        shift = "an index is a sum of index names, whole multiples of them, sizes and numbers: x[2*i + k - 1]"
        inference.fail("E307", f"The index {text} is computed, and no number and no name.", index, shift)
    inference.fail("E307", f"The index {text} is no number.", index, "a literal index counts from 1")


def sum_shape(inference: Inferring, expr: ast.IndexSum, local: Local) -> OpenShape:
    """Of `sum[i, j](body)`: that of a scalar."""
    before = inference.indices
    bound = _bound(inference, expr, expr.indices, before)
    outermost = not before
    waiting = len(inference.shifts)
    if outermost:
        inference.shifted = shifted_names(expr, bound)
    inference.indices = {**before, **bound}
    try:
        shape = settle(inference.infer(expr.body, local))
    finally:
        inference.indices = before
    if shape:
        if outermost and not local and any(mentions_entry_or_part(expr.body, name) for name in bound):
            del inference.shifts[waiting:]
            return _sum_of_arrays(inference, expr, shape)
        _array_inside(inference, expr.body, shape, list(inference.indices) + list(bound))
    inference.bound[id(expr)] = bound
    if outermost:
        resolve(inference)
    for name, axis in bound.items():
        if axis.used is None:
            inference.fail(
                "E310", f"The {expr.fn} runs over {name}, and {name} stands at no entry in it.", expr, "leave it out"
            )
    return ()


def _sum_of_arrays(inference: Inferring, expr: ast.IndexSum, shape: OpenShape) -> OpenShape:
    """`sum[i](X[i, :].T @ X[i, :])`: the array whose entries are the sums of the entries."""
    row = len(shape) == 2 and find(shape[0]) == 1
    scope = inference.scope
    taken = {*scope.arrays, *scope.values, *scope.mentioned, *scope.dims, *expr.indices}
    letters = [f"{letter}{mark}" for mark in ("", "_") for letter in "abcdefghpqrs" if f"{letter}{mark}" not in taken]
    names = tuple(letters[: 1 if row else len(shape)])
    span = expr.body.span
    entry = ast.Index(span, expr.body, tuple(ast.Name(span, name) for name in names))
    whole: ast.Expr = ast.Entries(expr.span, names, ast.IndexSum(expr.span, expr.indices, entry, expr.fn))
    if row:
        whole = ast.Transpose(expr.span, whole)
    inference.by_entries[id(expr)] = whole
    return inference.infer(whole, {})


def mentions_entry_or_part(expr: ast.Expr, name: str) -> bool:
    """Whether an index name stands in an entry or a part, `X[i, :]`, of the expression."""
    return any(
        isinstance(part, ast.Index) and any(isinstance(i, ast.Name) and i.id == name for i in part.indices)
        for part in subexpressions(expr)
    )


def entries_shape(inference: Inferring, expr: ast.Entries, local: Local) -> OpenShape:
    """Of `[A_ik B_kj]_ij`: an axis for each index."""
    before = inference.indices
    if before:
        inference.fail("E310", "An array by its entries stands inside of another.", expr, "give it a name of its own")
    inference.indices = bound = _bound(inference, expr, expr.indices, before)
    try:
        shape = settle(inference.infer(expr.body, local))
    finally:
        inference.indices = before
    if shape:
        _array_inside(inference, expr.body, shape, list(expr.indices))
    for name, axis in bound.items():
        if axis.used is None and isinstance(find(axis.dim), Unknown):
            inference.fail("E310", f"The index {name} stands at no entry, so its size is not known.", expr)
    inference.entries[id(expr)] = tuple(axis.dim for axis in bound.values())
    return settle(tuple(axis.dim for axis in bound.values()))


def _bound(inference: Inferring, expr: ast.Expr, names: tuple[str, ...], before: Axes) -> Axes:
    bound: Axes = {}
    for name in names:
        if name in bound or name in before:
            inference.fail("E310", f"The index {name} is bound twice.", expr, "take another name for one of the two")
        bound[name] = Axis()
    return bound


def _array_inside(inference: Inferring, body: ast.Expr, shape: OpenShape, names: list[str]) -> NoReturn:
    """An array where a number belongs: point at the name that lacks its indices."""
    letters = names[: len(shape)] if len(names) >= len(shape) else ["i", "j", "k", "l"][: len(shape)]
    part = _array_in(inference, body)
    what = "This" if part is body and not isinstance(part, ast.Name) else inference.text(part)
    hint = f"{what}[{', '.join(letters)}]" if isinstance(part, ast.Name) else None
    inference.fail("E310", f"{what} is {show_open(shape)}, and here one entry of it belongs.", part, hint)


def _array_in(inference: Inferring, expr: ast.Expr) -> ast.Expr:
    """The first name of an array that stands without indices in an indexed expression; else the expression."""
    from gradcli.program.functions import ELEMENTWISE, FUNCTIONS

    match expr:
        case ast.Name():
            return expr
        case ast.Neg():
            parts: tuple[ast.Expr, ...] = (expr.arg,)
        case ast.Sum():
            parts = expr.terms
        case ast.Product():
            parts = expr.factors
        case ast.Power():
            parts = (expr.base, expr.exponent)
        case ast.Call() if expr.fn not in FUNCTIONS or len(expr.args) > 1 or expr.fn in ELEMENTWISE:
            parts = expr.args
        case _:
            return expr
    for part in parts:
        found = _array_in(inference, part)
        if isinstance(found, ast.Name) and settle(inference.shapes.get(found.id, ())):
            return found
    return expr


def definition_shape(
    inference: Inferring, statement: ast.DefineIndexed, declared: tuple[int | str, ...] | None
) -> tuple[OpenDim, ...]:
    """The sizes of the axes of `Y[i, j] = ...`; `declared` are those of a declaration of Y."""
    names = tuple(index.id for index in statement.indices)
    rows = _own_axes(inference, statement.value)
    if declared is not None and rows and len(declared) == len(names) + rows:
        last = declared[len(names) :]
        declared = declared[: len(names)]
    else:
        last = ()
    if declared is not None and len(declared) != len(names):
        declared = axes_of(settle(declared))  # type: ignore[assignment]
    if declared is not None and len(declared) != len(names):
        message = f"{statement.name.id} is declared {show_open(declared)} and has {len(names)} indices here."
        inference.fail("E307", message, statement.value)
    axes = _bound(inference, statement.value, names, {})
    for name, dim in zip(names, declared or (), strict=False):
        axes[name].dim = dim
    inference.indices = axes
    inference.shifted = shifted_names(statement.value, axes)
    try:
        shape = settle(inference.infer(statement.value, {}))
    finally:
        inference.indices = {}
    if shape and len(shape) != rows:
        _array_inside(inference, statement.value, shape, list(names))
    if last and not unify_shapes(last, shape):
        message = f"{statement.name.id} is declared with rows of {show_open(last)}, and these are {show_open(shape)}."
        inference.fail("E301", message, statement.value)
    resolve(inference)
    for index in statement.indices:
        if isinstance(find(axes[index.id].dim), Unknown) and axes[index.id].used is None:
            place = ast.Name(index.span, index.id)
            sizes = ", ".join("mnpq"[k % 4] for k in range(len(names)))
            inference.fail(
                "E310",
                f"The index {index.id} stands at no entry on the right, so its size is not known.",
                place,
                f"declare `{statement.name.id} : R[{sizes}]`, with its sizes",
            )
    return (*(axes[name].dim for name in names), *shape)


def _own_axes(inference: Inferring, value: ast.Expr) -> int:
    """How many axes each value has of `Y[i] = f(X[i, :])`, f a function that gives arrays; 0 of anything else."""
    found = inference.scope.function_types.get(value.fn) if isinstance(value, ast.Call) and not value.primes else None
    return 0 if found is None else len(found[0].codomain.dims)


def check_reduction(inference: Inferring, expr: ast.Call, shapes: Sequence[OpenShape]) -> None:
    """`sum(x[i])` adds nothing up: an error that offers `sum[i](x[i])`."""
    if expr.fn not in _ONE_VALUE or not expr.args or settle(shapes[0]):
        return
    names = [name for name in inference.indices if mentions_entry(expr.args[0], name)]
    if names:
        inner = inference.text(expr.args[0])
        hint = f"{expr.fn}[{names[-1]}]({inner})" if expr.fn in _OVER_INDICES else f"{expr.fn} takes the whole array"
        inference.fail("E310", f"{expr.fn} is of an array, and {inner} is one entry of one.", expr, hint)


def free_indices(expr: ast.Expr, bound: frozenset[str] = frozenset()) -> dict[str, None]:
    """The index names of entries that no sum in the expression binds, in order."""
    found: dict[str, None] = {}
    if isinstance(expr, ast.IndexSum | ast.Entries):
        bound |= set(expr.indices)
    if isinstance(expr, ast.Index):
        found = dict.fromkeys(i.id for i in expr.indices if isinstance(i, ast.Name) and i.id not in bound)
    for part in parts_of(expr):
        found.update(free_indices(part, bound))
    return found


def mentions_entry(expr: ast.Expr, name: str) -> bool:
    """Whether an index name stands free in an entry of the expression."""
    if isinstance(expr, ast.IndexSum | ast.Entries) and name in expr.indices:
        return False
    return any(
        isinstance(part, ast.Index)
        and any(isinstance(i, ast.Name) and i.id == name for i in part.indices)
        and not any(isinstance(i, ast.Slice) for i in part.indices)
        for part in subexpressions(expr)
    )
