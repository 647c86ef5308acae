"""The expressions of a whole program: variables, definitions, functions and relations."""

from __future__ import annotations

from gradcli.diagnostics import Diagnostic, GradcliError, error
from gradcli.expr.node import Node, labelled, make
from gradcli.expr.rearrange import reshape
from gradcli.program.build import Builder, variable_node
from gradcli.program.draft import Draft
from gradcli.program.equation import Equation
from gradcli.program.factor import component_attributes
from gradcli.program.infer_calls import whole_domain
from gradcli.program.infer_derivative import nearest
from gradcli.program.model import Assumption, Function, Relation, Variable
from gradcli.program.poisoned import Poisoned
from gradcli.program.scope import Definition
from gradcli.program.unify import (
    OpenDim,
    Unknown,
    closed,
    find,
    settle,
)
from gradcli.syntax import ast


def build_definitions(draft: Draft, order: list[str]) -> Builder:
    builder = Builder(draft.inference, draft.nodes)
    _build_variables(draft)
    for name in order:
        if name in draft.inference.poisoned:
            continue
        declared = draft.scope.arrays.get(name)
        attributes = declared.attributes if declared else ()
        try:
            shape = closed(draft.inference.shapes[name])
        except LookupError:
            _undetermined(draft, name)
            continue
        value = draft.scope.values[name][0].value
        if isinstance(value, ast.Call) and value.fn not in draft.scope.functions and len(shape) < 3:
            attributes = (*attributes, *component_attributes(value))
        draft.nodes[name] = draft.node(name, shape, attributes)
    _state_losses(draft, builder)
    for name in order:
        if name in draft.inference.poisoned:
            continue
        statement, source = draft.scope.values[name]
        draft.inference.source = source
        draft.inference.layout = draft.layouts.get(name, "numerator")
        try:
            node = _value(draft, builder, name, statement)
        except GradcliError as failure:
            _give_up(draft, name, failure.diagnostic)
            continue
        except (LookupError, Poisoned):
            _give_up(draft, name, None)
            continue
        wanted = draft.nodes[name].shape
        if node.shape != wanted and [dim for dim in node.shape if dim != 1] == [dim for dim in wanted if dim != 1]:
            node = reshape(node, wanted)  # a size that came out as 1: of a scalar, which is no axis
        draft.definitions[name] = node
    return builder


def _give_up(draft: Draft, name: str, diagnostic: Diagnostic | None) -> None:
    """A name has no value, nor has a function that is stated of it."""
    draft.poison(name, diagnostic)
    draft.nodes.pop(name, None)
    for loss, (statement, _) in draft.scope.losses.items():
        if any(arg.id == name for arg in statement.args):
            draft.inference.poisoned.add(loss)


def _value(draft: Draft, builder: Builder, name: str, statement: Definition) -> Node:
    if not isinstance(statement, ast.DefineIndexed):
        return builder.build(statement.value, {})
    dims = tuple(_closed_dim(dim) for dim in draft.axes[name])
    indices = tuple(index.id for index in statement.indices)
    return builder.indexed(statement.value, indices, dims[: len(indices)], draft.nodes[name].shape)


def _undetermined(draft: Draft, name: str) -> None:
    statement, source = draft.scope.values[name]
    draft.inference.poisoned.add(name)
    hint = "write eye(n) for I, or declare a size"
    if isinstance(statement, ast.DefineIndexed):
        hint = f"how far its indices run does not follow: declare its shape, `{name} : R[n]`"
    if isinstance(statement.value, Equation) and len(draft.inference.shapes.get(name, ())) == 1:
        hint = f"declare `{name} : R[n]`, or `{name} : R` if it is a scalar"
    draft.diagnostics.append(error("E304", f"The size of {name} is not determined.", source, statement.span, hint))


def _build_variables(draft: Draft) -> None:
    for name, declared in draft.scope.arrays.items():
        if name in draft.scope.values:
            continue
        dims = tuple(declared.type.dims)
        discrete = declared.type.base == "Z" or "permutation" in declared.attributes
        labels = declared.type.labels
        told = () if labels is None else (labelled(labels),)
        node = draft.node(name, dims, (*declared.attributes, *told))
        draft.variables[name] = Variable(node, dims, declared.attributes, False, discrete, declared.span, labels)
        draft.nodes[name] = node
    for name, open_shape in draft.inference.inferred.items():
        dims = tuple(_closed_dim(dim) for dim in settle(open_shape))
        attributes = ("orthogonal",) if name in draft.scope.orthogonal else ()
        node = variable_node(name, dims, attributes)
        span = draft.scope.mentioned.get(name)
        draft.variables[name] = Variable(node, dims, attributes, True, False, span)
        draft.nodes[name] = node


def _state_losses(draft: Draft, builder: Builder) -> None:
    for name, (statement, source) in draft.scope.losses.items():
        args: list[Node] = []
        for arg in statement.args:
            if arg.id in draft.nodes:
                args.append(draft.nodes[arg.id])
            elif arg.id not in draft.inference.poisoned:
                hint = nearest(draft.inference, arg.id)
                draft.diagnostics.append(
                    error("E201", f"{arg.id} is not a name of the program.", source, arg.span, hint)
                )
        builder.losses[name] = tuple(args)
        if len(args) < len(statement.args):
            draft.inference.poisoned.add(name)


def build_functions(draft: Draft) -> dict[str, Function]:
    functions: dict[str, Function] = {}
    for name, (declared, _, _) in draft.scope.function_types.items():
        domain, codomain = closed(whole_domain(declared)), closed(declared.codomain.dims)
        domains = tuple(closed(one.dims) for one in declared.domains)
        functions[name] = Function(name, domain, codomain, None, None, False, domains)
    for name in draft.scope.functions:
        if draft.inference.defined.is_scalar_function(name):
            function = _scalar_function(draft, name)
            if function is not None:
                functions[name] = function
    for name in draft.inference.opaque:
        functions[name] = Function(name, (), (), None, None, True)
    return functions


def _scalar_function(draft: Draft, name: str) -> Function | None:
    statement, source = draft.scope.functions[name]
    draft.inference.source = source
    param = statement.params[0].id
    hole = make("param", data=param)
    try:
        draft.inference.infer(statement.value, {param: ()})
        body = Builder(draft.inference, {}).build(statement.value, {param: hole})
    except GradcliError as failure:
        if failure.diagnostic not in draft.diagnostics:
            draft.diagnostics.append(failure.diagnostic)
        return None
    except (Poisoned, LookupError):
        return None
    return Function(name, (), (), hole, body, False)


def build_relations(draft: Draft, builder: Builder) -> tuple[Relation, ...]:
    found: list[Relation] = []
    for name, (statement, source) in draft.scope.values.items():
        equation = statement.value
        if isinstance(equation, Equation) and name in draft.definitions:
            draft.inference.source = source
            left, right = builder.build(equation.left, {}), builder.build(equation.right, {})
            found.append(Relation((name,), left, right, statement.span, frozenset({name})))
    for relation in draft.scope.relations:
        if relation.entered not in draft.definitions or relation.data not in draft.nodes:
            continue
        draft.inference.source = relation.source
        left, right, inverse = (builder.build(side, {}) for side in (relation.left, relation.right, relation.inverse))
        data = draft.nodes[relation.data]
        losses = {name: args for name, args in draft.scope.stated.items() if set(args) & set(relation.names)}
        entered = frozenset({relation.entered})
        found.append(Relation(relation.names, left, right, relation.span, entered, data, inverse, losses))
    return tuple(found)


def build_assumptions(draft: Draft, builder: Builder) -> tuple[Assumption, ...]:
    """The assumptions that could be understood."""
    found: list[Assumption] = []
    for statement, source in draft.scope.assumptions:
        if any(id(side) in draft.failed for side in statement.sides):
            continue
        draft.inference.source = source
        try:
            left, right = (builder.build(side, {}) for side in statement.sides)
        except GradcliError as failure:
            draft.diagnostics.append(failure.diagnostic)
            continue
        except (Poisoned, LookupError):
            continue
        op = statement.op
        if op in (">", ">="):
            op, left, right = "<" + op[1:], right, left
        found.append(Assumption(op, left, right, statement.span, source))
    return tuple(found)


def _closed_dim(dim: OpenDim) -> int | str:
    found = find(dim)
    assert not isinstance(found, Unknown)
    return found
