"""The walk from the expressions of one function to instructions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gradcli.emit.as_parts import as_parts
from gradcli.emit.divisors import Divisors
from gradcli.emit.errors import EmitError
from gradcli.emit.inline import body_of, definition_of, inlined, is_composed
from gradcli.emit.instr import Instr
from gradcli.emit.plan import Plan
from gradcli.expr.arith import size
from gradcli.expr.definitions import written_out
from gradcli.expr.node import Node
from gradcli.expr.shapes import Dim, is_list, is_row, least_parts
from gradcli.program.model import Function
from gradcli.rules.implicit import closed_form
from gradcli.rules.pullback import ENGINE

Rule = Callable[["Lowering", Node], Instr]

_DEFINITION = -1  # in place of the order of a derivative
_MOST_NESTED = 6  # functions by definition within each other


PRODUCTS = frozenset({"matmul", "add", "einsum"})
"""Operations that may take parts of arrays or put them together."""


class Lowering:
    """Lowers the expressions of one function.

    `bound` maps names (`var` and `cotangent` nodes) to the expressions that define them; the others are
    inputs, which `inputs` names.  `functions` are the program's; `lengths` gives the node and the axis that
    tell a dimension which no input tells; `within` counts the functions by definition around it; `divisors` tell,
    for derivatives, which divisors are 0 in a region.  Raises EmitError for what has no code.
    """

    def __init__(
        self,
        plan: Plan,
        bound: Mapping[Node, Node],
        inputs: Mapping[Node, str],
        functions: Mapping[str, Function],
        lengths: Mapping[str, tuple[Node, int]],
        rules: Mapping[str, Rule],
        within: int = 0,
        divisors: Divisors | None = None,
    ) -> None:
        self.plan = plan
        self._rules = rules
        self.bound = bound
        self.inputs = inputs
        self.functions = functions
        self.lengths = lengths
        self._memo: dict[int, Instr] = {}
        self._closed: dict[Node, Node | None] = {}
        self._within = within
        self.divisors = divisors
        self._parts: dict[Node, Node | None] = {}
        self._bodies: dict[tuple[str, int], Instr | None] = {}

    def put_in(self, name: str, order: int, arg: Instr) -> Instr | None:
        """The value of a function by definition, or of a derivative, as operations on its argument; None where it
        stays a function."""
        if (name, order) not in self._bodies:
            self._bodies[name, order] = self._body(name, order)
        body = self._bodies[name, order]
        return None if body is None else inlined(self.plan, body, arg)

    def by_definition(self, name: str, arg: Instr) -> Instr | None:
        """The value of a function of the catalogue as what it is by definition, beside derivatives, which share its
        parts; None where a function computes it."""
        return self.put_in(name, _DEFINITION, arg) if self.divisors is not None and is_composed(name) else None

    def _body(self, name: str, order: int) -> Instr | None:
        if self._within >= _MOST_NESTED:
            return None
        param, body = definition_of(name) if order == _DEFINITION else body_of(self.functions, name, order)
        inner = Lowering(Plan(), {}, {param: "t"}, self.functions, {}, self._rules, self._within + 1)
        return inner.lower(body)

    def lower(self, root: Node) -> Instr:
        """The instruction that computes an expression."""
        todo = [root]
        while todo:
            node = todo[-1]
            if node.serial in self._memo:
                todo.pop()
                continue
            needs = self._needs(node)
            waiting = [need for need in needs if need.serial not in self._memo]
            if waiting:
                todo.extend(reversed(waiting))
                continue
            todo.pop()
            instr = self._memo[node.serial] = self._one(node)
            self.plan.tell(instr, axes_of(node))
        return self._memo[root.serial]

    def _needs(self, node: Node) -> tuple[Node, ...]:
        if node in self.bound:
            return (self.bound[node],)
        if node in self.inputs:
            return ()
        value = self.closed_form(node) if node.op == "implicit" else None
        if node.op not in self._rules:
            value = written_out(node)
        if node.op in PRODUCTS:
            value = self.parts_of(node)
        return node.args if value is None else (value,)

    def closed_form(self, node: Node) -> Node | None:
        """The value that an equation settles, where it is linear."""
        if node not in self._closed:
            self._closed[node] = closed_form(node, ENGINE)
        return self._closed[node]

    def parts_of(self, node: Node) -> Node | None:
        """A product or sum that takes parts or puts them together, as that."""
        if node not in self._parts:
            self._parts[node] = as_parts(node)
        return self._parts[node]

    def planned(self, node: Node) -> Instr:
        """The instruction of a node already lowered."""
        return self._memo[node.serial]

    def args(self, node: Node) -> list[Instr]:
        """The instructions of a node's arguments."""
        return [self._memo[arg.serial] for arg in node.args]

    def _one(self, node: Node) -> Instr:
        if node in self.bound:
            return self.planned(self.bound[node])
        if node in self.inputs:
            if node.op == "var" and isinstance(node.data, tuple):
                self.plan.declare(self.inputs[node], frozenset(node.data[1]))
            return self.plan.make("input", data=self.inputs[node], rank=rank_of(node))
        parts = self.parts_of(node) if node.op in PRODUCTS else None
        if parts is not None:
            return self.planned(parts)
        rule = self._rules.get(node.op)
        written = written_out(node) if rule is None else None
        if written is not None:
            return self.planned(written)
        if rule is None:
            what = f"{node.op} of {node.data}" if node.op in ("var", "cotangent", "param") else node.op
            raise EmitError(f"there is no code for {what}")
        return rule(self, node)

    def size(self, dim: Dim) -> Instr:
        """A dimension as a number."""
        out = self._size(dim)
        self.plan.tell_dim(out, dim)
        return out

    def _size(self, dim: Dim) -> Instr:
        if isinstance(dim, int):
            return self.plan.number(dim)
        least = least_parts(dim)
        if least is not None:
            return self.plan.make("least", *map(self.size, least))
        if not dim.isidentifier():
            return self.lower(size(dim))
        if dim in self.lengths:
            node, axis = self.lengths[dim]
            return self.plan.make("length", self.lower(node), data=axis)
        return self.plan.make("size", data=dim)

    def sizes(self, node: Node) -> list[Instr]:
        """The lengths of the axes of a node's value; one for a row as for a column."""
        return [self.size(dim) for dim in (node.shape[-1:] if is_list(node.shape) else node.shape)]

    def as_matrix(self, node: Node) -> Instr:
        """A list as a column or a row of two axes; a matrix as it is."""
        instr = self.planned(node)
        if not is_list(node.shape):
            return instr
        return self.plan.make("row" if is_row(node.shape) else "column", instr, rank=2)


def rank_of(node: Node) -> int:
    """The number of axes inside: one for a row."""
    return 1 if is_list(node.shape) else len(node.shape)


def axes_of(node: Node) -> tuple[Dim, ...]:
    """The lengths of the axes inside: one for a row as for a column."""
    return node.shape[-1:] if is_row(node.shape) else node.shape[:1] if is_list(node.shape) else node.shape
