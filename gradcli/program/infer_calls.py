"""Shapes of calls: the language's functions, those of the program and those that only have a name."""

from __future__ import annotations

from functools import reduce
from typing import NoReturn

from gradcli.diagnostics.diagnostic import Edit
from gradcli.expr.dims import Dim, dim_sum
from gradcli.program.axes import shape_along
from gradcli.program.dimensions import dimension_of
from gradcli.program.einsum import einsum_shape
from gradcli.program.functions import DERIVATIVES, FILLED, FUNCTIONS
from gradcli.program.greek import GREEK, may_stay_open
from gradcli.program.indices import check_reduction, integer
from gradcli.program.infer_derivative import derivative_shape
from gradcli.program.inferring import Inferring
from gradcli.program.mends import with_prefix
from gradcli.program.messages import bracketed, could_multiply, product_hint
from gradcli.program.options import count_arguments, positional, read_options
from gradcli.program.parts import onehot_shape, place_shape, windows_shape
from gradcli.program.signature import Misfit, Options
from gradcli.program.unify import OpenDim, OpenShape, Unknown, find, product, settle, show_open, unify, unify_shapes
from gradcli.syntax import ast

Local = dict[str, OpenShape]


def call_shape(inference: Inferring, expr: ast.Call, local: Local) -> OpenShape:
    name = expr.fn
    if name in FILLED:
        return _filled(inference, expr)
    if name in DERIVATIVES and not expr.primes:
        return derivative_shape(inference, expr, local)
    if name in inference.scope.functions:
        return inference.defined.shape(expr, local)
    if name in inference.scope.function_types:
        return _declared(inference, expr, local)
    if name == "windows":
        return windows_shape(inference, expr, local)
    if name == "place":
        return place_shape(inference, expr)
    if name == "onehot":
        return onehot_shape(inference, expr, local)
    if name == "einsum":
        return einsum_shape(inference, expr, local)
    if name in FUNCTIONS:
        if expr.primes:
            return _one_argument(inference, expr, local)
        options = read_options(inference, expr, FUNCTIONS[name].options)
        if len(expr.args) == 1 and isinstance(expr.args[0], ast.ListLit) and name in ("concat", "stack", "block_diag"):
            from gradcli.program.elsewhere import list_opened

            opened = list_opened(inference, expr, local)
            if opened:
                inference.fail("E204", f"{name} takes its arrays as arguments, not as a list.", expr, mend=opened)
        shapes = [inference.infer(arg, local) for arg in positional(expr)]
        check_reduction(inference, expr, shapes)
        if not inference.indices and any(
            isinstance(arg, ast.Name) and arg.id in inference.inferred for arg in expr.args
        ):
            from gradcli.program.undeclared import check_argument

            check_argument(inference, expr, shapes)
        count_arguments(inference, expr, FUNCTIONS[name].least, FUNCTIONS[name].most)
        if name == "tr":
            from gradcli.program.doubtful import warn_of_elementwise_trace

            warn_of_elementwise_trace(inference, expr, local)
        return apply(inference, name, shapes, options, expr)
    if name in inference.shapes or name in inference.scope.values or name in local:
        inference.fail("E205", f"{name} is a value, not a function.", expr, f"{name} * (...) multiplies")
    if name == "reshape":
        return _reshaped(inference, expr, local)
    if name in _JUMPING and name not in inference.scope.functions:
        what, serves = _JUMPING[name]
        inference.fail("E401", f"{name} has no derivative: it is {what}.", expr, serves)
    of_library = inference.source.text[: expr.span.start].endswith(".")  # `torch.t(A)`
    if of_library or not may_stay_open(name):
        from gradcli.program.unknown import unknown_function

        unknown_function(inference, expr, local)
    shape = _one_argument(inference, expr, local)
    if name in GREEK and name not in inference.scope.functions:
        from gradcli.program.doubtful import warn_of_called_weight

        warn_of_called_weight(inference, expr, shape)
    inference.opaque.setdefault(name, (inference.source, ast.Span(expr.span.start, expr.span.start + len(name))))
    return shape


# Functions of other libraries that are constant but for jumps: what they are, and what serves instead.
_PLACE = "a place in a list, an integer, which moves by jumps"
_STEPS = "constant between integers, and jumps there"
_JUMPING = {
    "argmax": (_PLACE, "softmax(k * x), k large, is smooth and nearly 1 at the place of the largest entry"),
    "argmin": (_PLACE, "softmax(-k * x), k large, is smooth and nearly 1 at the place of the least entry"),
    "argsort": ("a permutation, which moves by jumps", "with the order held, P : R[n, n] permutation, P @ x is sorted"),
    "sort": ("x in an order that moves by jumps", "with the order held, P : R[n, n] permutation, P @ x is sorted"),
    **dict.fromkeys(("floor", "ceil", "round"), (_STEPS, "declare it, `floor : R -> R`, if it is your own")),
}


def apply(inference: Inferring, name: str, shapes: list[OpenShape], options: Options, expr: ast.Expr) -> OpenShape:
    try:
        return settle(shape_along(name, FUNCTIONS[name], shapes, options))
    except Misfit as misfit:
        mend: tuple[Edit, ...] = ()
        hint = misfit.hint
        end = expr.span.end - 1
        if misfit.code == "E406" and inference.source.text[end : end + 1] == ")":
            mend = ((end, end, ", axis=1"),)
        if name == "dot" and isinstance(expr, ast.Call) and len(shapes) == 2:
            names = inference.written(expr.args[0]), inference.written(expr.args[1])
            fits = product_hint(names, *(settle(shape) for shape in shapes))
            left, right = (bracketed(text) for text in names)
            if could_multiply(*shapes):
                hint = fits = f"{left} @ {right} is their product"
            from gradcli.program.elsewhere import matrix_for_star

            starred = matrix_for_star(inference, expr, shapes)
            if starred:
                hint, mend = None, starred
            elif fits and " is " in fits:
                start = with_prefix(inference.source.text, expr.span.start)
                hint, mend = fits, ((start, expr.span.end, fits.split(" is ")[0]),)
        inference.fail(misfit.code, f"{misfit}.", expr, hint, mend=mend)


def _one_argument(inference: Inferring, expr: ast.Call, local: Local) -> OpenShape:
    if len(expr.args) != 1 or expr.kwargs:
        inference.fail(
            "E204",
            f"{expr.fn} is not defined; an undeclared function takes one argument.",
            expr,
            f"define it, `{expr.fn}(s, t) = ...`",
        )
    return settle(inference.infer(expr.args[0], local))


def _filled(inference: Inferring, expr: ast.Call) -> OpenShape:
    dims: list[OpenDim] = []
    args = expr.args
    if expr.fn == "unit":
        args, index = args[: len(args) // 2], args[len(args) // 2 :]
        if len(args) != len(index) or any((integer(part) or 0) < 1 for part in index):
            inference.fail("E204", "unit takes dimensions and as many indices from 1.", expr, "unit(n, 2)")
    for arg in args:
        dims.append(_dimension(inference, arg))
    if expr.fn == "eye":
        count_arguments(inference, expr, 1, 1)
        return settle((dims[0], dims[0]))
    if not dims:
        inference.fail("E204", f"{expr.fn} needs a dimension.", expr, f"{expr.fn}(n)")
    return settle(tuple(dims))


def _dimension(inference: Inferring, arg: ast.Expr) -> Dim:
    dim = dimension_of(arg)
    if dim is None:
        mend: tuple[Edit, ...] = ()
        if isinstance(arg, ast.ListLit):
            mend = ((arg.span.start, arg.span.start + 1, ""), (arg.span.end - 1, arg.span.end, ""))
        said = f"{inference.text(arg)} is no dimension."
        inference.fail("E304", said, arg, "a dimension is a name or a positive integer", mend=mend)
    return dim


def _reshaped(inference: Inferring, expr: ast.Call, local: Local) -> OpenShape:
    """`reshape(A, m * p, n)`, of as many entries as A."""
    if len(expr.args) < 2 or expr.primes or expr.kwargs:
        inference.fail("E204", "reshape takes an array and the sizes of its new axes.", expr, "reshape(x, m, n)")
    shape = settle(inference.infer(expr.args[0], local))
    dims: list[OpenDim] = []
    if any(integer(arg) == -1 for arg in expr.args[1:]):
        _size_left_open(inference, expr, shape)
    for arg in expr.args[1:]:
        dims.append(_dimension(inference, arg))
    before, after = (reduce(product, sizes) if sizes else 1 for sizes in (shape, tuple(dims)))
    if not unify(before, after):
        known = "" if isinstance(find(before), Unknown) else f" has {find(before)}"
        message = f"reshape keeps the number of entries: {show_open(shape)}{known}, not {find(after)}."
        inference.fail("E301", message, expr, "declare the array" if not known else None)
    return settle(tuple(dims))


def _size_left_open(inference: Inferring, expr: ast.Call, shape: OpenShape) -> NoReturn:
    """Refuse NumPy's `reshape(x, -1, 1)`, and say the size that is left."""
    dims: OpenShape = tuple(Unknown() if integer(arg) == -1 else _dimension(inference, arg) for arg in expr.args[1:])
    mend: tuple[Edit, ...] = ()
    if sum(isinstance(dim, Unknown) for dim in dims) == 1 and all(not isinstance(find(dim), Unknown) for dim in shape):
        place = next(place for place, dim in enumerate(dims) if isinstance(dim, Unknown))
        before, after = (reduce(product, sizes) if sizes else 1 for sizes in (shape, dims))
        if unify(before, after):
            start, end = expr.args[1 + place].span.start, expr.args[1 + place].span.end
            mend = ((start, end, str(find(dims[place]))),)
    inference.fail("E304", "The sizes of a reshape are all written.", expr, "reshape(x, m, n)", mend=mend)


def whole_domain(declared: ast.FunctionType) -> OpenShape:
    """What a function is of: of several arguments the list of all their entries."""
    if len(declared.domains) == 1:
        return tuple(declared.domain.dims)
    length: Dim = 0
    for one in declared.domains:
        length = dim_sum(length, one.dims[0] if one.dims else 1)
    return (length,)


def _of_several(inference: Inferring, expr: ast.Call, declared: ast.FunctionType, local: Local) -> OpenShape:
    """The shape of `f(x, y)`; with primes the derivatives by all entries of the arguments, side by side."""
    if len(expr.args) != len(declared.domains) or expr.kwargs:
        count = len(declared.domains)
        inference.fail("E204", f"{expr.fn} takes {count} arguments, not {len(expr.args)}.", expr)
    for arg, one in zip(expr.args, declared.domains, strict=True):
        shape, wanted = settle(inference.infer(arg, local)), settle(one.dims)
        if len(wanted) > 1:
            inference.fail("E305", f"An argument of {expr.fn} is a matrix; lists and scalars are understood.", arg)
        if len(shape) == 2 and shape[0] == 1:
            shape = shape[1:]
        if not unify_shapes(shape, wanted):
            said = f"{inference.text(arg)} is {show_open(shape)}"
            inference.fail("E301", f"shapes do not agree: {expr.fn} takes {show_open(wanted)}, {said}", arg)
    codomain, whole = settle(declared.codomain.dims), whole_domain(declared)
    if expr.primes == 1 and not codomain:
        return settle((1, whole[0]))
    return settle(tuple(codomain) + tuple(whole) * expr.primes)


def _declared(inference: Inferring, expr: ast.Call, local: Local) -> OpenShape:
    declared, _, _ = inference.scope.function_types[expr.fn]
    if len(declared.domains) > 1 and not (len(expr.args) == 1 and expr.args):
        return _of_several(inference, expr, declared, local)
    shape = _one_argument(inference, expr, local)
    domain, codomain = settle(whole_domain(declared)), settle(declared.codomain.dims)
    if not domain:
        if not codomain:
            return shape
        if shape:
            inference.fail("E301", f"{expr.fn} takes a scalar, and this is {show_open(shape)}.", expr)
        return codomain
    if len(domain) == 1 and len(shape) == 2 and shape[0] == 1:
        shape = shape[1:]  # a row is a list of entries too
    if not unify_shapes(shape, tuple(domain)):
        arg = inference.text(expr.args[0])
        message = f"shapes do not agree: {expr.fn} takes {show_open(tuple(domain))}, {arg} is {show_open(shape)}"
        inference.fail("E301", message, expr)
    if expr.primes == 1 and not codomain and len(domain) == 1:
        return settle((1, domain[0]))
    return settle(tuple(codomain) + tuple(domain) * expr.primes)
