"""Shapes of `grad`, `jac` and `hess`, and of what they are of and by."""

from __future__ import annotations

from typing import TypeGuard, cast

from gradcli.program.indices import integer
from gradcli.program.inferring import Inferring
from gradcli.program.layouts import axes, jacobian_shape
from gradcli.program.options import count_arguments, read_options
from gradcli.program.poisoned import Poisoned
from gradcli.program.unify import OpenShape, settle, show_open
from gradcli.syntax import ast

Local = dict[str, OpenShape]


def derivative_shape(inference: Inferring, expr: ast.Call, local: Local) -> OpenShape:
    allowed = {"grad": ("structure",), "jac": ("layout",), "hess": ("structure",)}[expr.fn]
    options = read_options(inference, expr, allowed)
    least, most = (2, 3) if expr.fn == "hess" else (2, 2)
    count_arguments(inference, expr, least, most)
    of = derived_shape(inference, expr.args[0], local, expr.fn)
    shapes = [variable_shape(inference, arg, local) for arg in expr.args[1:]]
    if not inference.beside_zero:
        for by in expr.args[1:]:
            must_depend(inference, expr.args[0], by)
    if expr.fn in ("grad", "hess") and of:
        what = "gradient" if expr.fn == "grad" else "Hessian"
        inference.fail(
            "E404",
            f"{inference.text(expr.args[0])} is {show_open(of)}; only a scalar has a {what}.",
            expr.args[0],
            inference.scalar_hint(expr.args[0]) or "jac(y, x) is the derivative of an array",
        )
    if options.get("structure", "entries") not in ("entries", "tangent"):
        inference.fail("E209", "structure is `entries` or `tangent`.", expr)
    if expr.fn == "grad":
        return shapes[0]
    if expr.fn == "hess":
        first, second = axes(settle(shapes[0])), axes(settle(shapes[-1]))
        return settle(first + second) if len(first + second) <= 2 else first + second
    layout = str(options.get("layout", inference.layout))
    if layout not in ("numerator", "denominator", "mixed"):
        inference.fail("E209", f"There is no layout {layout}.", expr, "numerator, denominator or mixed")
    return jacobian_shape(of, shapes[0], layout)


def derived_shape(inference: Inferring, expr: ast.Expr, local: Local, what: str) -> OpenShape:
    """The shape of what is differentiated: an expression, or the name of an arbitrary scalar function."""
    if isinstance(expr, ast.Name) and expr.id in inference.poisoned:
        raise Poisoned
    if isinstance(expr, ast.Name) and expr.id not in local and is_arbitrary(inference, expr.id):
        if expr.id not in inference.scope.losses and inference.scope.last is None:
            inference.fail(
                "E201",
                f"{expr.id} is not defined, and there is no definition it could be a function of.",
                expr,
            )
        return ()
    if isinstance(expr, ast.Name):
        _known(inference, expr, local)
    return settle(inference.infer(expr, local))


def must_depend(inference: Inferring, of: ast.Expr, by: ast.Expr) -> None:
    """Complain about the derivative of an arbitrary function by a name that it does not depend on."""
    if isinstance(of, ast.Name) and is_arbitrary(inference, of.id):
        wrong = inference.dependence.message(of.id, by)
        if wrong is not None:
            inference.fail("E407", wrong[0], by, wrong[1])


def _known(inference: Inferring, name: ast.Name, local: Local) -> None:
    """Complain about a name that stands nowhere in the program: a question brings none into being."""
    if name.id not in inference.shapes and name.id not in inference.poisoned and name.id not in local:
        hint = nearest(inference, name.id)
        last = inference.scope.last
        if hint is None and last is not None and name.id in ("L", "J", "E", "C", "loss", "cost", "l", "ℓ"):
            hint = f"an arbitrary function of {last} is stated, `loss {name.id}({last})`"
        inference.fail("E201", f"{name.id} is not a name of the program.", name, hint)


def is_arbitrary(inference: Inferring, name: str) -> bool:
    """Whether a name, as what is differentiated, stands for an arbitrary scalar function."""
    if name in inference.scope.losses:
        return True
    if name in inference.scope.values or name in inference.scope.arrays or name in inference.scope.functions:
        return False
    if name in inference.scope.function_types:
        return not inference.scope.function_types[name][0].codomain.dims
    taken = name in inference.shapes or name in inference.scope.mentioned or name in inference.opaque
    return name == "f" and not taken


def variable_shape(inference: Inferring, expr: ast.Expr, local: Local) -> OpenShape:
    """The shape of what is differentiated by: a name, an entry or `vec` of one, or a list of scalar names."""
    if isinstance(expr, ast.ListLit):
        if all(isinstance(item, ast.Name) for item in expr.items):
            return inference.infer(expr, local)
    elif isinstance(expr, ast.Name):
        _known(inference, expr, local)
        return inference.infer(expr, local)
    elif isinstance(expr, ast.Index) and isinstance(expr.base, ast.Name):
        _known(inference, expr.base, local)
        if all(integer(index) is not None for index in expr.indices):
            return inference.infer(expr, local)
    elif is_stacked(expr):
        _known(inference, cast(ast.Name, expr.args[0]), local)
        return inference.infer(expr, local)
    inference.fail(
        "E405",
        f"{inference.text(expr)} is no name of the program; a derivative is by a name.",
        expr,
        f"name it first, `u = {inference.text(expr)}`",
    )


def nearest(inference: Inferring, name: str) -> str | None:
    """A name of the program that a mistyped one may have meant."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(inference.shapes)[:2000], n=1)
    return f"did you mean {close[0]}?" if close else None


def is_stacked(expr: ast.Expr) -> TypeGuard[ast.Call]:
    """Whether this is `vec(X)` of a name."""
    if not isinstance(expr, ast.Call) or expr.fn != "vec" or expr.kwargs or expr.primes:
        return False
    return len(expr.args) == 1 and isinstance(expr.args[0], ast.Name)
