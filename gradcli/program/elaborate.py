"""From statements to a program: names, shapes, expressions, questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as with_changes
from itertools import pairwise

from gradcli.diagnostics import Diagnostic, GradcliError, error, warning
from gradcli.expr.node import Node, make
from gradcli.program.build import Builder, variable_node
from gradcli.program.equation import Equation
from gradcli.program.factor import component_attributes
from gradcli.program.indices import Axes, Axis, definition_shape, free_indices
from gradcli.program.infer import Inference
from gradcli.program.infer_derivative import derived_shape, nearest, variable_shape
from gradcli.program.model import Check, Function, Program, Question, Relation, Variable
from gradcli.program.order import in_order
from gradcli.program.poisoned import Poisoned
from gradcli.program.reader import Reader
from gradcli.program.scope import Definition, Scope, arbitrary_names, collect, subexpressions
from gradcli.program.unify import (
    Namer,
    OpenDim,
    OpenShape,
    Unknown,
    closed,
    could_agree,
    find,
    settle,
    show_open,
    unify,
    unify_shapes,
)
from gradcli.program.unread import unread_names
from gradcli.syntax import ast
from gradcli.syntax.ast import Source, Span


def elaborate(modules: Sequence[ast.Module], diagnostics: Sequence[Diagnostic] = ()) -> Program:
    """The program that one or several modules write together.  Never raises: errors are in `Program.diagnostics`.

    `diagnostics` are those of parsing, which come first.
    """
    return elaborate_with_reader(modules, diagnostics)[0]


def _simplifies(node: Node) -> bool:
    """Whether what is said of a name makes expressions simpler."""
    return isinstance(node.data, tuple) and free_attributes(node.data[1]) != node.data[1]


def free_attributes(attributes: tuple[str, ...]) -> tuple[str, ...]:
    """What may be said of a name whose every entry is free: nothing that makes expressions simpler."""
    if "permutation" in attributes:
        return attributes  # it has no derivative
    return tuple(word for word in attributes if word not in ("symmetric", "orthogonal"))


def elaborate_with_reader(
    modules: Sequence[ast.Module], diagnostics: Sequence[Diagnostic] = ()
) -> tuple[Program, Reader]:
    """The program, and a reader of further expressions in its names."""
    elaborator = _Elaborator(list(modules), list(diagnostics))
    program = elaborator.run()
    if any(_simplifies(node) for node in program.nodes.values()):
        program = with_changes(program, plain=_Elaborator(list(modules), list(diagnostics), free=True).run())
    return program, Reader(elaborator.inference, elaborator.builder)


class _Elaborator:
    def __init__(self, modules: list[ast.Module], diagnostics: list[Diagnostic], free: bool = False) -> None:
        self.free = free
        self.modules = modules
        self.diagnostics = diagnostics
        self.scope: Scope = collect(modules)
        self.diagnostics += self.scope.diagnostics
        self.inference = Inference(self.scope)
        self.inference.poisoned |= self.scope.unsettled
        self.variables: dict[str, Variable] = {}
        self.definitions: dict[str, Node] = {}
        self.nodes: dict[str, Node] = {}
        self.spans: dict[str, Span] = {}
        self.failed: dict[int, Diagnostic | None] = {}
        self.layouts = _layouts(self.scope)
        self.axes: dict[str, tuple[OpenDim, ...]] = {}
        self.side_axes: dict[int, Axes] = {}

    # ------------------------------------------------------------------- order of work

    def run(self) -> Program:
        self.inference.poisoned.update(
            unread_names(self.diagnostics) - self.scope.values.keys() - self.scope.arrays.keys()
        )
        self._declare()
        self._choose_last()
        order, cycles = in_order(self.scope)
        for name, span, source in cycles:
            self.diagnostics.append(
                error(
                    "E203",
                    f"{name} is defined by itself.",
                    source,
                    span,
                    "a definition uses earlier names only",
                )
            )
            self.inference.poisoned.add(name)
        for name in order:
            self._infer_definition(name)
        self._infer_relations()
        self._infer_asked()
        self._square_factors()
        self._name_dimensions()
        self.builder = builder = self._build_definitions(order)
        questions, checks = self._build_asked(builder)
        functions = self._functions()
        source = self.modules[0].source if self.modules else Source("", "")
        self._warn_unused()
        return Program(
            source,
            self.variables,
            self.definitions,
            functions,
            dict(builder.losses),
            self._layout_at_end(),
            tuple(questions),
            tuple(checks),
            self.scope.last if self.scope.last in self.definitions else None,
            self.nodes,
            self.spans,
            tuple(self.diagnostics),
            any(isinstance(located.statement, ast.Question) for located in self.scope.statements),
            relations=self._relations(builder),
        )

    def _declare(self) -> None:
        for name, declared in self.scope.arrays.items():
            self.inference.shapes[name] = tuple(declared.type.dims)
            self.spans[name] = declared.span

    def _choose_last(self) -> None:
        """An answer that is given a name, `G = grad(f, W)`, is not what f is a function of: that stands before it."""
        if "f" in self.scope.losses or "f" in self.scope.values:
            return
        answers: set[str] = set()
        last: str | None = None
        for name, (statement, _) in self.scope.values.items():
            used = {part.id for part in subexpressions(statement.value) if isinstance(part, ast.Name)}
            if arbitrary_names(statement.value) or used & answers:
                answers.add(name)
            elif name == self.scope.last or not answers:
                last = name
            if name == self.scope.last:
                break
        if self.scope.last in answers:
            self.scope.last = last

    # -------------------------------------------------------------------------- shapes

    def _infer_definition(self, name: str) -> None:
        statement, source = self.scope.values[name]
        inference = self.inference
        inference.source = source
        inference.layout = self.layouts.get(name, "numerator")
        self.spans.setdefault(name, statement.span)
        try:
            declared = self.scope.arrays.get(name)
            if isinstance(statement, ast.DefineIndexed):
                dims = definition_shape(inference, statement, declared.type.dims if declared else None)
                self.axes[name] = dims
                shape = settle(declared.type.dims if declared else dims)
            elif isinstance(statement, ast.Define):
                shape = inference.infer(statement.value, {})
            else:
                inference.fail("E402", "There is no rule for this kind of definition yet.", statement.value)
            if declared is not None and not unify_shapes(tuple(declared.type.dims), shape):
                wanted = show_open(tuple(declared.type.dims))
                message = f"shapes do not agree: {name} is declared {wanted}, its value is {show_open(shape)}"
                inference.fail("E301", message, statement.value)
            inference.shapes[name] = settle(shape)
        except GradcliError as failure:
            self._poison(name, failure.diagnostic)
        except Poisoned:
            self._poison(name, None)

    def _infer_relations(self) -> None:
        """What free relations say of sizes."""
        for relation in self.scope.relations:
            self.inference.source = relation.source
            try:
                sides = [self.inference.infer(side, {}) for side in (relation.left, relation.right)]
                inverse = self.inference.infer(relation.inverse, {})
            except (GradcliError, Poisoned):
                continue  # said of the definition that it is read as
            unify_shapes(*sides)
            unify_shapes(inverse, self.inference.shapes.get(relation.data, inverse))

    def _poison(self, name: str, diagnostic: Diagnostic | None) -> None:
        self.inference.poisoned.add(name)
        self.inference.shapes.pop(name, None)
        if diagnostic is not None and self.diagnostics[-1:] != [diagnostic]:  # outputs of one factorisation say it once
            self.diagnostics.append(diagnostic)

    def _infer_asked(self) -> None:
        """Shapes of checks and questions: they may fill in sizes too."""
        layout = "numerator"
        for located in self.scope.statements:
            statement = located.statement
            self.inference.source = located.source
            if isinstance(statement, ast.Layout):
                layout = statement.name.id
            self.inference.layout = layout
            if isinstance(statement, ast.Check):
                names = {name: None for side in statement.sides for name in free_indices(side)}
                shapes: list[OpenShape | None] = []
                for side in statement.sides:
                    self.inference.indices = self.side_axes[id(side)] = {name: Axis() for name in names}
                    shapes.append(self._infer_side(side))
                self.inference.indices = {}
                self._join_sides(statement, shapes)

    def _infer_side(self, side: ast.Expr) -> OpenShape | None:
        if isinstance(side, ast.Num) and side.value == 0:
            return None
        try:
            return self.inference.infer(side, {})
        except GradcliError as failure:
            self.failed[id(side)] = failure.diagnostic
        except Poisoned:
            self.failed[id(side)] = None
        return None

    def _join_sides(self, statement: ast.Check, shapes: list[OpenShape | None]) -> None:
        """Two sides of a check say something of each other's sizes only where their known sizes agree."""
        for a, b in pairwise(shapes):
            if a is not None and b is not None and could_agree(a, b):
                unify_shapes(a, b)
        axes = [self.side_axes[id(side)] for side in statement.sides]
        for name in axes[0]:
            used = [side[name].dim for side in axes if side[name].used] or [axes[0][name].dim]
            for side in axes:
                unify(used[0], side[name].dim)  # where the sizes differ the sides have different shapes

    def _square_factors(self) -> None:
        """The undeclared names of a free relation are square matrices where nothing says otherwise."""
        for relation in self.scope.relations:
            for name in relation.names:
                shape = settle(self.inference.shapes.get(name, ()))
                if name not in self.scope.arrays and len(shape) == 2:
                    unify(*shape)

    def _name_dimensions(self) -> None:
        taken = set(self.scope.dims) | set(self.inference.shapes)
        namer = Namer(taken)
        for shape in self.inference.inferred.values():
            namer.name(shape)

    # ------------------------------------------------------------------------- building

    def _build_definitions(self, order: list[str]) -> Builder:
        builder = Builder(self.inference, self.nodes)
        self._build_variables()
        for name in order:
            if name in self.inference.poisoned:
                continue
            declared = self.scope.arrays.get(name)
            attributes = declared.attributes if declared else ()
            value = self.scope.values[name][0].value
            if isinstance(value, ast.Call) and value.fn not in self.scope.functions:
                attributes = (*attributes, *component_attributes(value))
            try:
                shape = closed(self.inference.shapes[name])
            except LookupError:
                self._undetermined(name)
                continue
            self.nodes[name] = self._node(name, shape, attributes)
        self._state_losses(builder)
        for name in order:
            if name in self.inference.poisoned:
                continue
            statement, source = self.scope.values[name]
            self.inference.source = source
            self.inference.layout = self.layouts.get(name, "numerator")
            try:
                node = self._value(builder, name, statement)
            except GradcliError as failure:
                self._poison(name, failure.diagnostic)
                self.nodes.pop(name, None)
                continue
            except (LookupError, Poisoned):
                self._poison(name, None)
                self.nodes.pop(name, None)
                continue
            self.definitions[name] = node
        return builder

    def _node(self, name: str, dims: tuple[int | str, ...], attributes: tuple[str, ...]) -> Node:
        freed = self.free and not any(name in relation.names for relation in self.scope.relations)
        return variable_node(name, dims, free_attributes(attributes) if freed else attributes)

    def _value(self, builder: Builder, name: str, statement: Definition) -> Node:
        if not isinstance(statement, ast.DefineIndexed):
            return builder.build(statement.value, {})
        dims = tuple(_closed_dim(dim) for dim in self.axes[name])
        indices = tuple(index.id for index in statement.indices)
        return builder.indexed(statement.value, indices, dims, self.nodes[name].shape)

    def _undetermined(self, name: str) -> None:
        statement, source = self.scope.values[name]
        self.inference.poisoned.add(name)
        self.diagnostics.append(
            error(
                "E304",
                f"The size of {name} is not determined.",
                source,
                statement.span,
                "write eye(n) for I, or declare a size",
            )
        )

    def _build_variables(self) -> None:
        for name, declared in self.scope.arrays.items():
            if name in self.scope.values:
                continue
            dims = tuple(declared.type.dims)
            discrete = declared.type.base == "Z" or "permutation" in declared.attributes
            node = self._node(name, dims, declared.attributes)
            self.variables[name] = Variable(node, dims, declared.attributes, False, discrete, declared.span)
            self.nodes[name] = node
        for name, open_shape in self.inference.inferred.items():
            dims = tuple(_closed_dim(dim) for dim in settle(open_shape))
            attributes = ("orthogonal",) if name in self.scope.orthogonal else ()
            node = variable_node(name, dims, attributes)
            span = self.scope.mentioned.get(name)
            self.variables[name] = Variable(node, dims, attributes, True, False, span)
            self.nodes[name] = node

    def _state_losses(self, builder: Builder) -> None:
        for name, (statement, source) in self.scope.losses.items():
            args: list[Node] = []
            for arg in statement.args:
                if arg.id in self.nodes:
                    args.append(self.nodes[arg.id])
                elif arg.id not in self.inference.poisoned:
                    hint = nearest(self.inference, arg.id)
                    self.diagnostics.append(
                        error("E201", f"{arg.id} is not a name of the program.", source, arg.span, hint)
                    )
            builder.losses[name] = tuple(args)
            if len(args) < len(statement.args):
                self.inference.poisoned.add(name)

    def _build_asked(self, builder: Builder) -> tuple[list[Question], list[Check]]:
        questions: list[Question] = []
        checks: list[Check] = []
        layout = "numerator"
        for located in self.scope.statements:
            statement = located.statement
            self.inference.source = located.source
            if isinstance(statement, ast.Layout):
                layout = statement.name.id
            self.inference.layout = layout
            if isinstance(statement, ast.Question):
                question = self._question(builder, statement, layout)
                if question is not None:
                    questions.append(question)
            elif isinstance(statement, ast.Check):
                checks.append(self._check(builder, statement, layout))
        return questions, checks

    def _question(self, builder: Builder, statement: ast.Question, layout: str) -> Question | None:
        inference = self.inference
        try:
            derived_shape(inference, statement.of, {}, statement.kind)
            of = builder.derived(statement.of, {})
            if statement.kind in ("gradient", "hessian", "hvp") and of.shape:
                what = "Hessian" if statement.kind == "hessian" else "gradient"
                inference.fail(
                    "E404",
                    f"{inference.text(statement.of)} is {show_open(of.shape)}; only a scalar has a {what}.",
                    statement.of,
                    inference.scalar_hint(statement.of)
                    or "ask `jacobian {0} wrt ...`, or state `loss f({0})`".format(inference.text(statement.of)),
                )
            wrt: list[tuple[str, Node]] = []
            for expr in statement.wrt:
                variable_shape(inference, expr, {})
                label = inference.text(expr)
                label = label.replace(" ", "") if isinstance(expr, ast.Index) else label
                wrt.append((label, builder.build(expr, {})))
        except GradcliError as failure:
            self.diagnostics.append(failure.diagnostic)
            return None
        except (Poisoned, LookupError):
            return None
        return Question(
            statement.kind, of, inference.text(statement.of), tuple(wrt), layout, statement.span, inference.source
        )

    def _check(self, builder: Builder, statement: ast.Check, layout: str) -> Check:
        sides: list[Node | None] = []
        errors: list[Diagnostic] = []
        for side in statement.sides:
            if id(side) in self.failed:
                diagnostic = self.failed[id(side)]
                errors += [diagnostic] if diagnostic else []
                sides.append(None)
                continue
            try:
                sides.append(self._side(builder, side))
            except GradcliError as failure:
                errors.append(failure.diagnostic)
                sides.append(None)
            except (Poisoned, LookupError):
                sides.append(None)
        spans = tuple(side.span for side in statement.sides)
        self.diagnostics += errors
        return Check(statement.kind, tuple(sides), spans, layout, statement.span, tuple(errors))

    def _side(self, builder: Builder, side: ast.Expr) -> Node:
        """A side of a check; with index names that nothing binds it is an array, one axis for each."""
        axes = self.side_axes[id(side)]
        if not axes:
            return builder.build(side, {})
        dims = tuple(closed((axis.dim,))[0] if find(axis.dim) != 1 else 1 for axis in axes.values())
        return builder.indexed(side, tuple(axes), dims, closed(dims))

    # ------------------------------------------------------------------------- the rest

    def _functions(self) -> dict[str, Function]:
        functions: dict[str, Function] = {}
        for name, (declared, _, _) in self.scope.function_types.items():
            domain, codomain = closed(declared.domain.dims), closed(declared.codomain.dims)
            functions[name] = Function(name, domain, codomain, None, None, False)
        for name in self.scope.functions:
            if self.inference.defined.is_scalar_function(name):
                function = self._scalar_function(name)
                if function is not None:
                    functions[name] = function
        for name in self.inference.opaque:
            functions[name] = Function(name, (), (), None, None, True)
        return functions

    def _scalar_function(self, name: str) -> Function | None:
        statement, source = self.scope.functions[name]
        self.inference.source = source
        param = statement.params[0].id
        hole = make("param", data=param)
        try:
            self.inference.infer(statement.value, {param: ()})
            body = Builder(self.inference, {}).build(statement.value, {param: hole})
        except GradcliError as failure:
            if failure.diagnostic not in self.diagnostics:
                self.diagnostics.append(failure.diagnostic)
            return None
        except (Poisoned, LookupError):
            return None
        return Function(name, (), (), hole, body, False)

    def _relations(self, builder: Builder) -> tuple[Relation, ...]:
        found: list[Relation] = []
        for name, (statement, source) in self.scope.values.items():
            equation = statement.value
            if isinstance(equation, Equation) and name in self.definitions:
                self.inference.source = source
                left, right = builder.build(equation.left, {}), builder.build(equation.right, {})
                found.append(Relation((name,), left, right, statement.span, frozenset({name})))
        for relation in self.scope.relations:
            if relation.entered not in self.definitions or relation.data not in self.nodes:
                continue
            self.inference.source = relation.source
            left, right, inverse = (
                builder.build(side, {}) for side in (relation.left, relation.right, relation.inverse)
            )
            data = self.nodes[relation.data]
            losses = {name: args for name, args in self.scope.stated.items() if set(args) & set(relation.names)}
            entered = frozenset({relation.entered})
            found.append(Relation(relation.names, left, right, relation.span, entered, data, inverse, losses))
        return tuple(found)

    def _layout_at_end(self) -> str:
        layout = "numerator"
        for located in self.scope.statements:
            if isinstance(located.statement, ast.Layout):
                layout = located.statement.name.id
        return layout

    def _warn_unused(self) -> None:
        if any(diagnostic.code.startswith("E1") for diagnostic in self.diagnostics):
            return  # what could not be read may use them
        used = set(self.scope.mentioned)
        for located in self.scope.statements:
            statement = located.statement
            roots: tuple[ast.Expr, ...] = ()
            if isinstance(statement, ast.Check):
                roots = statement.sides
            elif isinstance(statement, ast.Question):
                roots = (statement.of, *statement.wrt)
            for root in roots:
                used.update(part.id for part in subexpressions(root) if isinstance(part, ast.Name))
        for name, declared in self.scope.arrays.items():
            if name not in used and name not in self.scope.values:
                self.diagnostics.append(
                    warning("W604", f"{name} is declared and not used.", declared.source, declared.span)
                )


def _layouts(scope: Scope) -> dict[str, str]:
    """The layout in force where each value is defined."""
    layout = "numerator"
    found: dict[str, str] = {}
    for located in scope.statements:
        match located.statement:
            case ast.Layout() as statement:
                layout = statement.name.id
            case ast.Define() as statement:
                found[statement.name.id] = layout
    return found


def _closed_dim(dim: OpenDim) -> int | str:
    found = find(dim)
    assert not isinstance(found, Unknown)
    return found
