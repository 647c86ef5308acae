"""One question, its answers: which engine serves it, and in which shape and layout."""

from __future__ import annotations

from collections.abc import Iterable

from gradcli.derive.across import across_relation
from gradcli.derive.differential import Subject, differential, hessian_product
from gradcli.derive.discrete import forward_difference, why_not_by, why_not_of
from gradcli.derive.forward import Differentials
from gradcli.derive.graph import Graph
from gradcli.derive.jacobian import Jacobians, is_vector, vector_jacobians
from gradcli.derive.model import Answer, Step
from gradcli.derive.notes import Notes
from gradcli.derive.parts import is_entry, is_stacked, marked, unstacked
from gradcli.derive.reverse import ANONYMOUS, Reverse, reverse
from gradcli.derive.second import hessian
from gradcli.derive.simplify import simplified
from gradcli.derive.steps import needed_steps
from gradcli.derive.tensor import tensor_jacobian
from gradcli.derive.vectorised import Commutations, vec_jacobian
from gradcli.diagnostics import Diagnostic, error, warning
from gradcli.expr.linear import transpose
from gradcli.expr.node import ONE, Node, make, name_of
from gradcli.expr.reduce import stack, vec
from gradcli.expr.replace import replace
from gradcli.expr.shapes import normal_shape
from gradcli.program.functions import RESERVED
from gradcli.program.layouts import axes, is_transposed, jacobian_shape
from gradcli.program.model import Program, Question
from gradcli.program.unify import closed
from gradcli.record import replace as with_changes
from gradcli.rules.missing import NoRule

_MOST_SEPARATE = 20_000


class Asker:
    """Answers questions about one program; what cannot be answered is in `diagnostics`.

    `offered` holds what serves instead of the derivatives that the last question asked for in vain.  With `forms` the
    gradient across a relation that settles nothing is given in each of its forms.
    """

    def __init__(self, program: Program, expand: bool) -> None:
        self.program = program
        self.expand = expand
        self.graph = Graph({program.nodes[name]: value for name, value in program.definitions.items()})
        self.diagnostics: list[Diagnostic] = []
        self.offered: list[Answer] = []
        self.forms = False
        taken = program.nodes.keys() | program.functions.keys() | _dimensions(program) | RESERVED
        self.commutations = Commutations(taken)
        self.differentials = Differentials(taken)
        # by the identity of a list of steps, which is held so that no later list has it
        self._shared: dict[int, tuple[list[Step], tuple[Step, ...]]] = {}
        self._notes = Notes(self.commutations)
        self._last: tuple[tuple[Graph, Node, str, tuple[Node, ...]], Reverse] | None = None

    def answer(self, question: Question) -> list[Answer]:
        """The answers, one for each variable asked about."""
        self.offered = []
        if question.kind == "differential" and not question.wrt:
            question = with_changes(question, wrt=self._free(question.of))
        wrt = [(name, node) for name, node in question.wrt if self._differentiable(name, node, question)]
        if not wrt or not self._has_derivative(question):
            return []
        try:
            across = across_relation(self, question, wrt)
            if across is not None:
                return across
            apart = is_stacked(question.of) or any(is_entry(node) or is_stacked(node) for _, node in wrt)
            if apart and question.kind != "hessian":
                return [answer for pair in wrt for answer in self._one_by_one(question, *pair)]
            if question.kind in ("differential", "hvp"):
                return self._in_directions(question, wrt)
            if question.kind == "gradient":
                return self.gradients(question, wrt)
            if question.kind in ("jacobian", "derivative"):
                return self._jacobians(question, wrt)
            if question.kind == "hessian":
                return self._hessians(question, wrt)
        except NoRule as missing:
            self._fail(missing, question)
            return []
        self.diagnostics.append(
            error(
                "E402",
                f"There is no rule for the question `{question.kind}` yet.",
                self.program.source,
                question.span,
            )
        )
        return []

    def _free(self, of: Node) -> tuple[tuple[str, Node], ...]:
        """The names that a value depends on and that may vary."""
        upstream = self.graph.upstream(of.args if of.op == "loss" else (self._named(of),))
        return tuple(
            (name, variable.node)
            for name, variable in self.program.variables.items()
            if variable.node in upstream and not variable.discrete and "constant" not in variable.attributes
        )

    def _in_directions(self, question: Question, wrt: list[tuple[str, Node]]) -> list[Answer]:
        """The differential by all variables together, or for each the product of the Hessian with a direction."""
        if any(node.op != "var" or self.scalars_of(node) for _, node in wrt):
            raise NoRule("E402", f"The question `{question.kind}` is of whole names: ask it by the array.")
        of = self._named(question.of)
        subject = Subject(of, question.of_name, self.seeds(of) if of.op == "loss" or not of.shape else {})
        names = self.differentials
        upstream = self.graph.upstream(of.args if of.op == "loss" else (of,))
        for name, node in wrt:
            self._independent(name, question, (node,), upstream)
        nodes = [node for _, node in wrt]
        if question.kind == "differential":
            label = ", ".join(name for name, _ in wrt)
            found = [(label, differential(self.graph, subject, nodes, names, self.expand))]
        else:
            found = [(name, hessian_product(self.graph, subject, node, names, self.expand)) for name, node in wrt]
        answers = []
        for label, part in found:
            notes = (*self._notes.of(part.value, part.rules, part.where), part.note)
            answers.append(
                Answer(
                    question.of_name,
                    label,
                    question.kind,
                    question.layout,
                    part.value.shape,
                    part.value,
                    part.where,
                    part.rules,
                    notes,
                    part.directions,
                )
            )
        return answers

    def _one_by_one(self, question: Question, name: str, node: Node) -> list[Answer]:
        """By one of several variables, some of which are parts of a name."""
        if is_stacked(question.of) or is_entry(node) or is_stacked(node):
            return self._by_part(question, name, node)
        offered = self.offered
        found = self.answer(with_changes(question, wrt=((name, node),)))
        self.offered = offered
        return found

    def _by_part(self, question: Question, name: str, node: Node) -> list[Answer]:
        """By one entry, or of and by stacked columns."""
        asker = self._with_graph(self.graph)
        if is_entry(node):
            moved = marked(self.graph, [node])
            asker = self._with_graph(moved.graph)
            found = asker.answer(with_changes(question, wrt=((name, moved.nodes[0]),)))
            self.diagnostics += asker.diagnostics
            return [moved.answer(answer) for answer in found]
        of, variable = unstacked(question.of), unstacked(node)
        if question.kind == "gradient" or of.op == "loss" or not of.shape:
            (answer,) = asker.answer(with_changes(question, of=of, wrt=((name, variable),), kind="gradient"))
            self.diagnostics += asker.diagnostics
            value = vec(answer.value) if variable.shape else answer.value
            if value.shape != closed(jacobian_shape((), value.shape, question.layout)) and question.kind != "gradient":
                value = transpose(value)
            return [with_changes(answer, kind=question.kind, value=value, shape=value.shape)]
        if len(axes(question.of.shape)) > 1:
            raise NoRule("E402", f"By vec(...) the derivative is of a list: vec({question.of_name}).")
        of = self._named(of)
        self._independent(name, question, (variable,), self.graph.upstream((of,)))
        value, rules = vec_jacobian(self.graph, of, variable, self.commutations)
        value = transpose(value) if question.layout == "denominator" else value
        steps = self.commutations.steps()
        if self.expand:
            value = replace([value], {step.name: step.value for step in steps})[0]
        where = needed_steps(value, steps)
        notes = self._notes.of(value, rules, where)
        shape = value.shape
        return [Answer(question.of_name, name, question.kind, question.layout, shape, value, where, rules, notes)]

    def _with_graph(self, graph: Graph) -> Asker:
        asker = Asker(self.program, self.expand)
        asker.graph, asker.commutations, asker.differentials = graph, self.commutations, self.differentials
        asker._notes = self._notes
        return asker

    # --------------------------------------------------------------- variables

    def _fail(self, missing: NoRule, question: Question) -> None:
        self.diagnostics.append(
            error(missing.code, missing.reason, question.source or self.program.source, question.span)
        )

    def _differentiable(self, name: str, node: Node, question: Question) -> bool:
        why = why_not_by(self.program, question.of_name, node)
        if why is None:
            return True
        self.diagnostics.append(error("E401", why[0], question.source or self.program.source, question.span, why[1]))
        difference = forward_difference(self.graph, question, name, node)
        if difference is not None:
            self.offered.append(difference)
        return False

    def _has_derivative(self, question: Question) -> bool:
        why = why_not_of(self.graph, question.of)
        if why is not None:
            self.diagnostics.append(
                error("E401", why[0], question.source or self.program.source, question.span, why[1])
            )
        return why is None

    def scalars_of(self, node: Node) -> tuple[Node, ...] | None:
        """The free scalars that a list variable stands for (`[x, y]`, or a name defined as that); else None."""
        literal = self.program.definitions.get(name_of(node)) if node.op == "var" else node
        if literal is None or literal.op != "stack":
            return None
        free = all(arg.op == "var" and name_of(arg) in self.program.variables for arg in literal.args)
        return literal.args if free else None

    def _targets(self, wrt: Iterable[tuple[str, Node]]) -> list[Node]:
        out: dict[Node, None] = {}
        for _, node in wrt:
            out.update(dict.fromkeys(self.scalars_of(node) or (node,)))
        return list(out)

    def _independent(self, name: str, question: Question, targets: Iterable[Node], upstream: set[Node]) -> None:
        if not any(target in upstream for target in targets):
            self.diagnostics.append(
                warning(
                    "W601",
                    f"{question.of_name} does not depend on {name}: its derivative is zero.",
                    self.program.source,
                    question.span,
                )
            )

    def _where(self, value: Node, steps: list[Step], answers: int) -> tuple[Step, ...]:
        """The steps that an answer needs; of a great many answers each is given all, shared."""
        if answers * len(steps) <= _MOST_SEPARATE:
            return needed_steps(value, steps)
        return self._shared.setdefault(id(steps), (steps, tuple(steps)))[1]

    # ---------------------------------------------------------------- gradients

    def seeds(self, of: Node) -> dict[Node, Node]:
        """Where reverse mode starts: a scalar value with 1, an arbitrary function with its gradients.

        Each is the whole gradient: where an argument depends on another, what goes through it counts.
        """
        if of.op == "loss":
            label = str(of.data)
            return {arg: make("cotangent", data=(label, name_of(arg)), shape=arg.shape) for arg in of.args}
        return {of: ONE}

    def _through(self, of: Node) -> tuple[str, ...]:
        """What is said of an arbitrary function one of whose arguments depends on another."""
        if of.op != "loss" or len(of.args) < 2:
            return ()
        out = []
        for arg in of.args:
            after = [name_of(other) for other in of.args if other is not arg and other in self.graph.depending([arg])]
            if after:
                through = " and ".join(after)
                out.append(f"grad({of.data}, {name_of(arg)}) counts what {of.data} does through {through} too")
        return tuple(out)

    def _named(self, of: Node) -> Node:
        """What is differentiated as a name of the graph; an expression or list is entered as one."""
        if of.op in ("var", "loss"):
            return of
        name = make("var", data=(f"{ANONYMOUS}value", ()), shape=of.shape)
        self.graph.values.pop(name, None)
        self.graph = Graph({**self.graph.values, name: of})
        return name

    def _reversed(self, of: Node, name: str, targets: list[Node]) -> Reverse:
        """The gradients of a scalar; the last ones found are kept, as a Jacobian and a gradient of it are the same."""
        key = (self.graph, of, name, tuple(targets))
        if self._last is None or self._last[0] != key:
            self._last = key, reverse(self.graph, name, self.seeds(of), targets, self.expand)
        return self._last[1]

    def gradients(self, question: Question, wrt: list[tuple[str, Node]]) -> list[Answer]:
        """The gradients of a scalar, in the shapes of the variables.  Raises NoRule."""
        of = self._named(question.of)
        found = self._reversed(of, question.of_name, self._targets(wrt))
        upstream = self.graph.upstream(of.args if of.op == "loss" else (of,))
        answers = []
        for name, node in wrt:
            scalars = self.scalars_of(node)
            self._independent(name, question, scalars or (node,), upstream)
            value, rules = self._gradient_value(found, node, scalars)
            where = self._where(value, found.steps, len(wrt))
            notes = (*self._notes.of(value, rules, where), *self._through(of))
            answers.append(
                Answer(
                    question.of_name,
                    name,
                    "gradient",
                    question.layout,
                    value.shape,
                    value,
                    where,
                    rules,
                    notes,
                )
            )
        return answers

    def _gradient_value(
        self, found: Reverse, node: Node, scalars: tuple[Node, ...] | None
    ) -> tuple[Node, tuple[str, ...]]:
        if scalars is None:
            return found.gradients[node], found.rules[node]
        rules = tuple(dict.fromkeys(rule for scalar in scalars for rule in found.rules[scalar]))
        return stack(tuple(found.gradients[scalar] for scalar in scalars), (len(scalars),)), rules

    # ---------------------------------------------------------------- Jacobians

    def _jacobians(self, question: Question, wrt: list[tuple[str, Node]]) -> list[Answer]:
        of = self._named(question.of)
        if of.op == "loss" or not of.shape:
            return self._jacobians_of_scalar(question, of, wrt)
        answers: list[Answer] = []
        plain = [(n, x) for n, x in wrt if self.scalars_of(x) is None and len(x.shape) <= 2 and is_vector(of.shape)]
        turned = question.layout == "denominator"
        targets = [target for _, x in wrt for target in self.scalars_of(x) or (x,)]
        way = {*self.graph.between(targets, of)}
        found = Jacobians()
        if plain:
            found = vector_jacobians(self.graph, of, [node for _, node in plain], turned, self.expand)
        for name, node in wrt:
            scalars = self.scalars_of(node)
            self._independent(name, question, scalars or (node,), way)
            if scalars is not None and is_vector(of.shape):
                answers.append(self._by_scalars(question, of, name, scalars))
            elif (along := self._along(of, node, turned)) is not None:
                answers.append(self._jacobian_answer(question, of, name, node, along[0], (), along[1]))
            elif node in found.values:
                value = found.values[node]
                where = self._where(value, found.steps, len(wrt))
                answers.append(self._jacobian_answer(question, of, name, node, value, where, found.rules[node]))
            else:
                turned = is_transposed(of.shape, node.shape, question.layout)
                value, rules = tensor_jacobian(self.graph, of, node, turned)
                if turned and not node.shape:
                    value = transpose(value)  # of a matrix by a scalar
                answers.append(self._jacobian_answer(question, of, name, node, value, (), rules))
        return answers

    def _along(self, of: Node, node: Node, turned: bool) -> tuple[Node, tuple[str, ...]] | None:
        if node.shape or len(of.shape) > 2:
            return None
        from gradcli.derive.along import derivative_along

        return derivative_along(self.graph, of, node, self.differentials, turned, self.expand)

    def _jacobian_answer(
        self,
        question: Question,
        of: Node,
        name: str,
        node: Node,
        value: Node,
        where: tuple[Step, ...],
        rules: tuple[str, ...],
    ) -> Answer:
        shape = closed(jacobian_shape(of.shape, node.shape, question.layout))
        notes = self._notes.of(value, rules, where)
        return Answer(question.of_name, name, question.kind, question.layout, shape, value, where, rules, notes)

    def _jacobians_of_scalar(self, question: Question, of: Node, wrt: list[tuple[str, Node]]) -> list[Answer]:
        """A scalar's derivative is its gradient, in the denominator layout as it is, in the numerator turned round."""
        found = self._reversed(of, question.of_name, self._targets(wrt))
        upstream = self.graph.upstream(of.args if of.op == "loss" else (of,))
        answers = []
        for name, node in wrt:
            scalars = self.scalars_of(node)
            self._independent(name, question, scalars or (node,), upstream)
            value, rules = self._gradient_value(found, node, scalars)
            shape = closed(jacobian_shape((), value.shape, question.layout))
            where = self._where(value, found.steps, len(wrt))
            matrix = len(axes(value.shape)) == 2  # of a square one the shape does not tell
            if not is_transposed((), value.shape, question.layout) if matrix else value.shape != shape:
                value = turned_list(value)
            notes = (*self._notes.of(value, rules, where), *self._through(of))
            answers.append(
                Answer(question.of_name, name, question.kind, question.layout, shape, value, where, rules, notes)
            )
        return answers

    # ----------------------------------------------------------------- Hessians

    def _hessians(self, question: Question, wrt: list[tuple[str, Node]]) -> list[Answer]:
        """By one variable its Hessian; by several every second derivative, mixed ones too."""
        of = self._named(question.of)
        starts = self.seeds(of)
        upstream = self.graph.upstream(of.args if of.op == "loss" else (of,))
        answers = []
        pairs = [(a, b) for i, a in enumerate(wrt) for b in wrt[i:]]
        for (name_a, a), (name_b, b) in pairs:
            if a is b:
                whole = (a.args[0],) if is_entry(a) or is_stacked(a) else (a,)
                self._independent(name_a, question, self.scalars_of(a) or whole, upstream)
            value, steps, rules = self._second(of, question.of_name, starts, a, b)
            where = needed_steps(value, list(steps))
            label = name_a if a is b else f"{name_a}, {name_b}"
            notes = self._notes.of(value, rules, where)
            answers.append(
                Answer(
                    question.of_name,
                    label,
                    "hessian",
                    question.layout,
                    value.shape,
                    value,
                    where,
                    rules,
                    notes,
                )
            )
        return answers

    def second_derivative(self, of: Node, name: str, first: Node, second: Node) -> Node:
        """∂²of/∂first∂second over the program's names.  Raises NoRule."""
        of = self._named(of)
        value, steps, _ = self._second(of, name, self.seeds(of), first, second)
        for step in reversed(steps):
            value = replace([value], {step.name: step.value})[0]
        return value

    def _second(
        self, of: Node, name: str, starts: dict[Node, Node], a: Node, b: Node
    ) -> tuple[Node, tuple[Step, ...], tuple[str, ...]]:
        if is_entry(a) or is_entry(b):
            moved = marked(self.graph, [a, b])
            value, steps, rules = self._with_graph(moved.graph)._second(of, name, starts, *moved.nodes)
            steps = tuple(Step(step.name, moved.restored(step.value), step.rules) for step in steps)
            return moved.restored(value), steps, rules
        if is_stacked(a) or is_stacked(b):
            of_parts = unstacked(a), unstacked(b)
            value, steps, rules = hessian(self.graph, of, name, starts, *of_parts, self.commutations)
            return value, (*steps, *self.commutations.steps()), rules
        first, second = self.scalars_of(a), self.scalars_of(b)
        if first is None and second is None:
            return hessian(self.graph, of, name, starts, a, b)
        rows, columns = first or (a,), second or (b,)
        if not all(not item.shape for item in (*rows, *columns)):
            raise NoRule("E402", "A mixed second derivative by a list and an array is not known yet.")
        found = [hessian(self.graph, of, name, starts, row, column) for row in rows for column in columns]
        cells = tuple(simplified(value) for value, _, _ in found)
        steps = tuple({step.name: step for _, some, _ in found for step in some}.values())
        rules = tuple(dict.fromkeys(rule for _, _, some in found for rule in some))
        return stack(cells, normal_shape((len(rows), len(columns)))), steps, rules

    def _by_scalars(self, question: Question, of: Node, name: str, scalars: tuple[Node, ...]) -> Answer:
        """The explicit Jacobian of a vector of scalars by a list of scalars, entries simplified."""
        from gradcli.derive.system import explicit_jacobian

        found = explicit_jacobian(self.graph, of, scalars, self.expand)
        value = found.value
        if question.layout == "denominator":
            value = transpose_literal(value)
        return self._jacobian_answer(
            question, of, name, make("stack", scalars, shape=(len(scalars),)), value, found.steps, found.rules
        )


def _dimensions(program: Program) -> set[str]:
    """The names of dimensions."""
    shapes = (node.shape for node in program.nodes.values())
    return {part for shape in shapes for dim in shape for part in str(dim).split("*")}


def turned_list(value: Node) -> Node:
    """The transpose; a list `[a, b]` becomes the row `[[a, b]]`."""
    if value.op == "stack" and len(value.shape) == 1:
        return stack(value.args, (1, *value.shape))
    return transpose(value)


def transpose_literal(value: Node) -> Node:
    """The transpose of a matrix literal, as a literal."""
    if value.op != "stack" or len(value.shape) != 2:
        return transpose(value)
    rows, cols = int(value.shape[0]), int(value.shape[1])
    cells = tuple(value.args[r * cols + c] for c in range(cols) for r in range(rows))
    return stack(cells, (cols, rows) if rows > 1 else (cols,))
