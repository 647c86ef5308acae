"""One function of a module: its arguments, its lines and what it returns; and the functions that it calls."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from gradcli.derive.model import Answer
from gradcli.emit.arguments import head, tells
from gradcli.emit.divisors import Divisors
from gradcli.emit.equations import equation_code
from gradcli.emit.inline import body_of
from gradcli.emit.instr import Instr, held
from gradcli.emit.interface import ArrayParameter, Interface
from gradcli.emit.lower import CODE
from gradcli.emit.lowering import Lowering
from gradcli.emit.names import BUILTINS, Names, spelled
from gradcli.emit.numpy_dialect import EQUATION, NumpyDialect
from gradcli.emit.optimise import optimise
from gradcli.emit.optimise.moved import movable
from gradcli.emit.plan import Plan
from gradcli.emit.plan import postorder as instructions
from gradcli.emit.returned import returned
from gradcli.emit.writer import write
from gradcli.expr.node import Node, name_of, payload
from gradcli.expr.walk import leaves
from gradcli.ops.payload import Cotangent
from gradcli.program.model import Program

_WORD = re.compile(r"\w+")


class FunctionWriter:
    """Writes functions that share names: the helpers that they call are in `helpers`, in order of first use, and the
    functions of the program in `functions`, as text.

    `told` are dimensions that values tell, as `lengths_told` gives them; `taken` are the names of the arguments.
    """

    def __init__(
        self,
        program: Program,
        dialect: type[NumpyDialect],
        interface: Interface,
        told: Mapping[str, tuple[Node, int]],
        taken: Names,
    ) -> None:
        self.program = program
        self.dialect = dialect
        self.interface = interface
        self.definitions = {program.nodes[name]: value for name, value in program.definitions.items()}
        known = interface.known_dims()
        self.lengths = {dim: teller for dim, teller in told.items() if dim not in known}
        self.names = Names(taken.taken | BUILTINS | {"math", "value", "value_and_derivatives"})
        self.xp = self.names.fresh(dialect.alias)
        self.root = self.names.fresh(dialect.package)
        self.sizes = self.names.fresh("sizes")
        self.single_name = self.names.fresh("single")
        self.single = True
        self.helper_names = {key: self.names.fresh(f"_{key}") for key in dialect.helpers}
        self.helpers: dict[str, None] = {}
        self.defined: dict[tuple[str, int], str] = {}
        self.functions: list[str] = []
        self.value_of = ""
        """What `value` gives: its inputs in `moved` may be moved in its derivatives too."""
        self.moved: dict[str, tuple[str, bool]] = {}
        self.instructions = 0
        """How many the last function has that was written."""

    @cached_property
    def divisors(self) -> Divisors:
        """Which divisors of derivatives may be 0 in a region."""
        return Divisors(self.definitions)

    def helper(self, key: str) -> str:
        if key not in self.helpers:
            self.helpers[key] = None
            for other in self.helper_names:
                if f"{{{other}}}(" in self.dialect.helpers[key] and other != key:
                    self.helper(other)
        return self.helper_names[key]

    def _directions(self, answers: Sequence[Answer]) -> list[ArrayParameter]:
        """The arguments of a function that say in which direction a variable moves, each of its variable's shape."""
        found = {}
        for name, node in (pair for answer in answers for pair in answer.directions):
            variable = self.program.variables.get(name)
            dims = variable.declared if variable is not None else node.shape
            found[node] = ArrayParameter(name_of(node), spelled(name_of(node)), dims, node)
        return list(found.values())

    def function(
        self,
        name: str,
        roots: list[Node],
        steps: Mapping[Node, Node],
        doc: str,
        answers: Sequence[Answer | None] = (),
    ) -> str:
        """The text of a function that returns `roots`; `answers` says for each of them which derivative it is."""
        derivatives = [answer for answer in answers if answer is not None]
        hessians = bool(derivatives) and all(each is not None and each.kind == "hessian" for each in answers)
        plan = Plan(free=not derivatives, in_place=hessians)
        bound = {**self.definitions, **steps}
        directions = self._directions(derivatives)
        parameters = {p.name: p for p in (*self.interface.variables, *directions, *self.interface.seeds)}
        inputs = {p.node: p.name for p in parameters.values() if p.node not in bound}
        plan.known = frozenset({*self.interface.known_dims(), *self.interface.lengths})
        divisors = self.divisors if derivatives else None
        lowering = Lowering(plan, bound, inputs, self.program.functions, self.lengths, CODE, divisors=divisors)
        first = [lowering.lower(root) for root in roots]
        if name == "value":
            self.moved = movable(first)
        if name == "value" or (derivatives and all(answer.of == self.value_of for answer in derivatives)):
            plan.moved = self.moved
        named = self._named(lowering, bound)
        better = optimise(plan, first, self.dialect.passes, list(named))
        lowered = better.roots
        used = instructions(lowered)
        self.instructions = len(used)
        self._define_functions(used)
        names = self.names.copy()
        names.taken.update(parameter.python for parameter in directions)
        preferred: dict[Instr, str] = {}
        for instr, label in named.items():
            preferred.setdefault(better.became.get(instr.serial, instr), label)
        dims = _dims(used)
        local = {dim: self.interface.lengths.get(dim) or names.fresh(dim) for dim in dims}
        dialect = self.dialect(
            self.xp,
            {p.name: p.python for p in parameters.values()},
            local.__getitem__,
            self.helper,
            self._called,
        )
        lines, results = write(lowered, preferred, dialect, names)
        shown = returned(dialect, results, lowered, roots, answers or [None] * len(roots), self.program.variables)
        lines.append(f"return {shown[0]}" if len(shown) == 1 else f"return ({', '.join(shown)})")
        before: list[str] = []
        if self.single and dialect.single:
            read = self._arguments(used, parameters, local, dialect)
            before = self._again(name, [*self.interface.variables, *directions], "\n".join([*read, *lines]))
        body = self._arguments(used, parameters, local, dialect, before) + lines
        top = dialect.decorators()
        top.append(f"def {name}({self.interface.signature(directions, chr(10).join(body))}):")
        return "\n".join([*top, *indented([doc, *body])])

    def _again(self, name: str, positional: Sequence[ArrayParameter], body: str) -> list[str]:
        """Lines that give back what the same function gives in double precision, where all arrays are in single."""
        mentioned = set(_WORD.findall(body))
        if not any(parameter.dims for parameter in positional):
            return []
        own = self.interface
        by_name = [*own.lengths.values(), *own.callables.values(), *(seed.python for seed in own.seeds)]
        values = "".join(f"{parameter.python}, " for parameter in positional)
        values = values.removesuffix(" " if len(positional) == 1 else ", ")
        named = ", ".join(f"{each}={each}" for each in by_name if each in mentioned)
        given = f"{name}, ({values})" + (f", dict({named})" if named else "")
        call = f"{self.helper('single')}({given})"
        found = self.single_name
        return [f"{found} = {call}", f"if {found} is not None:", f"    return {found}"]

    @staticmethod
    def _named(lowering: Lowering, bound: Mapping[Node, Node]) -> dict[Instr, str]:
        """The program's own names for what it names."""
        named: dict[Instr, str] = {}
        for node in bound:
            try:
                named.setdefault(lowering.planned(node), _label(node))
            except KeyError:
                continue
        return named

    def _called(self, name: str, order: int, opaque: bool) -> str:
        return self.interface.callables[name, order] if opaque else self._defined(name, order)

    def _arguments(
        self,
        used: Sequence[Instr],
        parameters: Mapping[str, ArrayParameter],
        local: Mapping[str, str],
        dialect: NumpyDialect,
        first: Sequence[str] = (),
    ) -> list[str]:
        """Arguments as arrays of known sizes: those that are used, and those that tell a size that is."""
        needed = {str(instr.data) for instr in used if instr.kind == "input"}
        told = {dim for name in needed for dim in parameters[name].dims}
        for dim in local:
            if dim in told or dim in self.interface.lengths:
                continue
            teller = next((p for p in self.interface.variables if dim in p.dims), None)
            teller = teller or next(p for p in self.interface.variables if any(map(tells(dim), p.dims)))
            needed.add(teller.name)
            told.update(teller.dims)
        others = self.interface.others
        lines = [
            f'if "{name}" in {others}:\n    {python} = {others}["{name}"]'
            for name, python in self.interface.respelled()
        ]
        given = [parameter for parameter in parameters.values() if parameter.name in needed]
        wanted = {dim: text for dim, text in local.items() if dim not in self.interface.lengths}
        return lines + head(given, wanted, self.sizes, dialect, self.helper, first)

    # ------------------------------------------------------------ defined functions

    def _defined(self, name: str, order: int) -> str:
        """The identifier of a function of the program, or of a derivative; its text is made at first use."""
        if (name, order) in self.defined:
            return self.defined[name, order]
        if order == EQUATION:
            return self._equation(name)
        known = name in self.program.functions
        identifier = self.names.fresh(f"{'' if known else '_'}{name}{f'_{order}' if order else ''}")
        self.defined[name, order] = identifier
        self.functions.append(self._defined_text(name, order, identifier))
        return identifier

    def _define_functions(self, used: Sequence[Instr]) -> None:
        """Give the functions that are called their names before any local name is chosen."""
        for instr in used:
            if instr.kind == "defined":
                self._defined(*held(instr, tuple))
            elif instr.kind == "root":
                self._defined(held(instr, tuple)[0], EQUATION)

    def _equation(self, name: str) -> str:
        """The call that makes the equation of a name; the text of what makes it is made at first use."""
        identifier = self.names.fresh(f"_equation_{name}")
        code = equation_code(
            self.definitions[self.program.nodes[name]],
            identifier,
            self.program.functions,
            self.names.copy(),
            lambda labels: self.dialect(self.xp, labels, str, self.helper, self._called),
            self._define_functions,
            self.interface.callables,
        )
        self.functions.append(code.text)
        arguments = ", ".join(self.interface.callables[key] for key in code.called)
        self.defined[name, EQUATION] = f"{identifier}({arguments})"
        return self.defined[name, EQUATION]

    def _defined_text(self, name: str, order: int, identifier: str) -> str:
        param, body = body_of(self.program.functions, name, order)
        lowered = Lowering(Plan(), {}, {param: "t"}, self.program.functions, {}, CODE).lower(body)
        self._define_functions(instructions([lowered]))
        names = self.names.copy()
        label = names.fresh(spelled(str(param.data)))
        dialect = self.dialect(self.xp, {"t": label}, str, self.helper, self._called)
        lines, (code,) = write([lowered], {}, dialect, names)
        text = code.text
        if param not in set(leaves(body, "param")):
            text = dialect.spread(text, label)
        doc = f'"""{plain(name)}{chr(39) * order}, at every entry."""'
        top = dialect.decorators()
        return "\n".join([*top, f"def {identifier}({label}):", *indented([doc, *lines]), f"    return {text}"])


def _label(node: Node) -> str:
    """What a named step is called in code."""
    if node.op == "cotangent":
        return f"grad_{payload(node, Cotangent).by}"
    if node.op == "jac":
        return f"jac_{name_of(node.args[1])}"
    return name_of(node)


def _dims(used: Sequence[Instr]) -> list[str]:
    return list(dict.fromkeys(str(instr.data) for instr in used if instr.kind == "size"))


def indented(texts: Sequence[str]) -> list[str]:
    """Lines of a function's body."""
    return [f"    {line}" if line else "" for text in texts for line in text.split("\n")]


def plain(text: str) -> str:
    """Text that may stand in a docstring."""
    return text.replace("\\", "").replace('"', "'")
