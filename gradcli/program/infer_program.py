"""The shapes of a whole program: its definitions, relations, questions and checks."""

from __future__ import annotations

from itertools import pairwise

from gradcli.diagnostics import GradcliError, error
from gradcli.program.dependence import is_zero
from gradcli.program.draft import Draft
from gradcli.program.indices import definition_shape, free_indices
from gradcli.program.inferring import Axis
from gradcli.program.poisoned import Poisoned
from gradcli.program.shifts import resolve, shifted_names
from gradcli.program.unify import (
    Namer,
    OpenShape,
    could_agree,
    settle,
    show_open,
    unify,
    unify_shapes,
)
from gradcli.syntax import ast


def infer_program(draft: Draft, order: list[str]) -> None:
    """Settle every size that something says; what is wrong goes to the draft's diagnostics."""
    for name in order:
        _infer_definition(draft, name)
    _infer_relations(draft)
    _infer_assumptions(draft)
    _infer_asked(draft)
    _square_factors(draft)
    _name_dimensions(draft)


def _infer_definition(draft: Draft, name: str) -> None:
    statement, source = draft.scope.values[name]
    inference = draft.inference
    inference.source = source
    inference.layout = draft.layouts.get(name, "numerator")
    draft.spans.setdefault(name, statement.span)
    try:
        declared = draft.scope.arrays.get(name)
        if isinstance(statement, ast.DefineIndexed):
            dims = definition_shape(inference, statement, declared.type.dims if declared else None)
            draft.axes[name] = dims
            shape = settle(declared.type.dims if declared else dims)
        elif isinstance(statement, ast.Define):
            shape = inference.infer(statement.value, {})
        else:
            inference.fail("E402", "There is no rule for this kind of definition yet.", statement.value)
        if declared is not None and not unify_shapes(tuple(declared.type.dims), shape):
            wanted = show_open(tuple(declared.type.dims))
            message = f"shapes do not agree: {name} is declared {wanted}, its value is {show_open(shape)}"
            hint = None if declared.type.dims else inference.scalar_hint(statement.value)
            inference.fail("E301", message, statement.value, hint)
        inference.shapes[name] = settle(shape)
    except GradcliError as failure:
        draft.poison(name, failure.diagnostic)
    except Poisoned:
        draft.poison(name, None)


def _infer_relations(draft: Draft) -> None:
    """What free relations say of sizes."""
    for relation in draft.scope.relations:
        draft.inference.source = relation.source
        try:
            sides = [draft.inference.infer(side, {}) for side in (relation.left, relation.right)]
            inverse = draft.inference.infer(relation.inverse, {})
        except (GradcliError, Poisoned):
            continue  # said of the definition that it is read as
        unify_shapes(*sides)
        unify_shapes(inverse, draft.inference.shapes.get(relation.data, inverse))


def _infer_assumptions(draft: Draft) -> None:
    """What assumptions say of sizes: they hold by entry, a scalar goes with anything."""
    for statement, source in draft.scope.assumptions:
        draft.inference.source = source
        shapes = [_infer_side(draft, side) for side in statement.sides]
        for side in statement.sides:
            diagnostic = draft.failed.get(id(side))
            if diagnostic is not None:
                draft.diagnostics.append(diagnostic)
        left, right = shapes
        if left and right and not unify_shapes(left, right):
            message = f"shapes do not agree: {show_open(left)} and {show_open(right)}"
            draft.diagnostics.append(error("E301", message, source, statement.span))
            draft.failed[id(statement.sides[0])] = None


def _infer_asked(draft: Draft) -> None:
    """Shapes of checks and questions: they may fill in sizes too."""
    layout = "numerator"
    for located in draft.scope.statements:
        statement = located.statement
        draft.inference.source = located.source
        if isinstance(statement, ast.Layout):
            layout = statement.name.id
        draft.inference.layout = layout
        if isinstance(statement, ast.Check):
            free = {name: None for side in statement.sides for name in free_indices(side)}
            names = {name: None for name in free if _is_index(draft, name)}
            shapes: list[OpenShape | None] = []
            draft.inference.beside_zero = any(is_zero(side) for side in statement.sides)
            for side in statement.sides:
                axes = {name: Axis() for name in names}
                draft.inference.indices = draft.side_axes[id(side)] = axes
                draft.inference.shifted = shifted_names(side, axes)
                shapes.append(_infer_side(draft, side))
            draft.inference.indices = {}
            draft.inference.beside_zero = False
            _join_sides(draft, statement, shapes)


def _is_index(draft: Draft, name: str) -> bool:
    """Whether a name among indices is an index, and no label, size or new axis."""
    scope = draft.scope
    return name != "None" and name not in scope.arrays and name not in scope.values and name not in scope.dims


def _infer_side(draft: Draft, side: ast.Expr) -> OpenShape | None:
    if isinstance(side, ast.Num) and side.value == 0:
        return None
    try:
        shape = draft.side_shapes[id(side)] = draft.inference.infer(side, {})
        resolve(draft.inference)
        return shape
    except GradcliError as failure:
        draft.failed[id(side)] = failure.diagnostic
    except Poisoned:
        draft.failed[id(side)] = None
    return None


def _join_sides(draft: Draft, statement: ast.Check, shapes: list[OpenShape | None]) -> None:
    """Two sides of a check say something of each other's sizes only where their known sizes agree."""
    for a, b in pairwise(shapes):
        if a is not None and b is not None and could_agree(a, b):
            unify_shapes(a, b)
    axes = [draft.side_axes[id(side)] for side in statement.sides]
    for name in axes[0]:
        used = [side[name].dim for side in axes if side[name].used] or [axes[0][name].dim]
        for side in axes:
            unify(used[0], side[name].dim)  # where the sizes differ the sides have different shapes


def _square_factors(draft: Draft) -> None:
    """The undeclared names of a free relation are square matrices where nothing says otherwise."""
    for relation in draft.scope.relations:
        for name in relation.names:
            shape = settle(draft.inference.shapes.get(name, ()))
            if name not in draft.scope.arrays and len(shape) == 2:
                unify(*shape)


def _name_dimensions(draft: Draft) -> None:
    taken = set(draft.scope.dims) | set(draft.inference.shapes)
    namer = Namer(taken)
    for shape in draft.inference.inferred.values():
        namer.name(shape)
