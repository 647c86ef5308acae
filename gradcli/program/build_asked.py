"""The questions and checks of a program, as expressions."""

from __future__ import annotations

from gradcli.diagnostics import Diagnostic, GradcliError
from gradcli.diagnostics.diagnostic import Edit
from gradcli.expr.node import Node
from gradcli.expr.rearrange import reshape
from gradcli.expr.shapes import Shape
from gradcli.program.build import Builder
from gradcli.program.dependence import is_zero
from gradcli.program.draft import Draft
from gradcli.program.infer_derivative import derived_shape, must_depend, variable_shape
from gradcli.program.model import Check, Question
from gradcli.program.poisoned import Poisoned
from gradcli.program.unify import (
    closed,
    find,
    settle,
    show_open,
)
from gradcli.syntax import ast


def build_asked(draft: Draft, builder: Builder) -> tuple[list[Question], list[Check]]:
    questions: list[Question] = []
    checks: list[Check] = []
    layout = "numerator"
    for located in draft.scope.statements:
        statement = located.statement
        draft.inference.source = located.source
        if isinstance(statement, ast.Layout):
            layout = statement.name.id
        draft.inference.layout = layout
        if isinstance(statement, ast.Question):
            question = _question(draft, builder, statement, layout)
            if question is not None:
                questions.append(question)
        elif isinstance(statement, ast.Check):
            checks.append(_check(draft, builder, statement, layout))
    return questions, checks


def _question(draft: Draft, builder: Builder, statement: ast.Question, layout: str) -> Question | None:
    inference = draft.inference
    kind = statement.kind
    try:
        derived_shape(inference, statement.of, {}, statement.kind)
        of = builder.derived(statement.of, {})
        if kind == "partial":
            kind = "jacobian" if of.shape else "gradient"
        if kind in ("gradient", "hessian", "hvp") and of.shape:
            what = "Hessian" if kind == "hessian" else "gradient"
            inference.fail(
                "E404",
                f"{inference.text(statement.of)} is {show_open(of.shape)}; only a scalar has a {what}.",
                statement.of,
                inference.scalar_hint(statement.of)
                or "ask `jacobian {0} wrt ...`, or state `loss f({0})`".format(inference.text(statement.of)),
                mend=_jacobian_instead(inference.source.text, statement),
            )
        wrt: list[tuple[str, Node]] = []
        for expr in statement.wrt:
            variable_shape(inference, expr, {})
            must_depend(inference, statement.of, expr)
            label = inference.text(expr)
            label = label.replace(" ", "") if isinstance(expr, ast.Index) else label
            wrt.append((label, builder.build(expr, {})))
    except GradcliError as failure:
        draft.diagnostics.append(failure.diagnostic)
        return None
    except (Poisoned, LookupError):
        return None
    return Question(kind, of, inference.text(statement.of), tuple(wrt), layout, statement.span, inference.source)


def _jacobian_instead(text: str, statement: ast.Question) -> tuple[Edit, ...]:
    """`jacobian y wrt W` for `grad y wrt W` of an array y."""
    start = statement.span.start
    word = next((word for word in ("gradient", "grad") if text.startswith(f"{word} ", start)), None)
    return ((start, start + len(word), "jacobian"),) if word else ()


def _check(draft: Draft, builder: Builder, statement: ast.Check, layout: str) -> Check:
    sides: list[Node | None] = []
    errors: list[Diagnostic] = []
    cores = _cores(draft, statement.sides)
    for side in statement.sides:
        if id(side) in draft.failed:
            diagnostic = draft.failed[id(side)]
            errors += [diagnostic] if diagnostic else []
            sides.append(None)
            continue
        try:
            sides.append(_side(draft, builder, side, cores))
        except GradcliError as failure:
            errors.append(failure.diagnostic)
            sides.append(None)
        except (Poisoned, LookupError):
            sides.append(None)
    spans = tuple(side.span for side in statement.sides)
    draft.diagnostics += errors
    return Check(statement.kind, tuple(sides), spans, layout, statement.span, tuple(errors))


def _side(draft: Draft, builder: Builder, side: ast.Expr, cores: set[Shape]) -> Node:
    """A side of a check; with index names that nothing binds it is an array, one axis for each.

    `cores` are the shapes of the sides at one choice of the indices: `A[i, :]` is a row of its own for each i.
    """
    axes = draft.side_axes[id(side)]
    if not any(axis.used for axis in axes.values()):
        whole = builder.build(side, {})
        if (whole.shape and not cores) or not axes or (cores and is_zero(side)):
            return whole  # an array beside entries at all their indices
    dims = tuple(closed((axis.dim,))[0] if find(axis.dim) != 1 else 1 for axis in axes.values())
    value = builder.indexed(side, tuple(axes), dims, closed(dims))
    if len(cores) < 2 or value.shape == closed(dims):
        return value
    core = closed(draft.side_shapes[id(side)])
    return reshape(value, (*dims, *(core if len(core) > 1 else (*core, 1))))  # so that a row differs from a column


def _cores(draft: Draft, sides: tuple[ast.Expr, ...]) -> set[Shape]:
    """The shapes of the sides of a check at one choice of their free indices, where one of them has any."""
    shapes = draft.side_shapes
    used = [side for side in sides if any(axis.used for axis in draft.side_axes[id(side)].values())]
    if not any(settle(shapes[id(side)]) for side in used if id(side) in shapes):
        return set()  # entries, and whole arrays beside them
    return {closed(shapes[id(side)]) for side in sides if id(side) in shapes}
