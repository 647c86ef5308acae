"""A module that computes a value and its derivatives, for any target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from gradcli.derive.model import Answer
from gradcli.derive.singular import with_values_at_singular
from gradcli.emit.arguments import head
from gradcli.emit.documentation import describe, describe_all, describe_value
from gradcli.emit.equations import equation_code
from gradcli.emit.errors import EmitError
from gradcli.emit.factored import describe_factors, factors_of
from gradcli.emit.interface import ArrayParameter, build_interface, lengths_told
from gradcli.emit.lower import Lowering
from gradcli.emit.names import BUILTINS, Names, as_part, spelled
from gradcli.emit.numpy_dialect import EQUATION, NumpyDialect
from gradcli.emit.optimise import optimise
from gradcli.emit.plan import Instr, Plan
from gradcli.emit.plan import postorder as instructions
from gradcli.emit.writer import Code, Level, write
from gradcli.expr.node import Node, make, name_of
from gradcli.expr.reduce import elementwise
from gradcli.expr.shapes import Dim, is_list, is_row
from gradcli.expr.walk import leaves
from gradcli.program.model import Program

_LIKE_VARIABLE = ("gradient", "hvp")
_GIVEN = ("input", "call", "field")
_VIEWS = frozenset(
    {
        *("transpose", "diagonal", "row", "column", "flat", "columns", "reshape", "entry", "axes", "column_of"),
        *("unstacked",),
        *("einsum", "contract"),
    }
)


def module_text(
    program: Program, of: str, answers: Sequence[Answer], dialect: type[NumpyDialect], factored: bool = False
) -> str:
    """The text of a module with `value` and one function for each answer (`gradient_W`, `jacobian_x`, ...).

    `of` is a defined name, or that of an arbitrary scalar function, whose `value` is what it is a function
    of; with `factored` a Hessian is offered as its factors too. Raises EmitError where there is no such name, or no
    code for an expression.
    """
    module = ModuleText(program, of, with_values_at_singular(program, answers), dialect)
    module.factored = factored
    return module.text()


def _label(node: Node) -> str:
    """What a named step is called in code."""
    if node.op == "cotangent":
        return f"grad_{node.data[1]}"  # type: ignore[index]
    if node.op == "jac":
        return f"jac_{name_of(node.args[1])}"
    return name_of(node)


class ModuleText:
    """Writes a module; a subclass may choose what stands in it."""

    def __init__(self, program: Program, of: str, answers: Sequence[Answer], dialect: type[NumpyDialect]) -> None:
        self.dialect = dialect
        self.factored = False
        self.program = program
        self.of = of
        self.answers = answers
        self.definitions = {program.nodes[name]: value for name, value in program.definitions.items()}
        self.values = self._values()
        arguments = Names()
        roots = self._all_roots()
        told = lengths_told(roots)
        bound = {step.name for answer in answers for step in answer.where}
        self.interface = build_interface(program, roots, bound, told, arguments)
        known = self.interface.known_dims()
        self.lengths = {dim: teller for dim, teller in told.items() if dim not in known}
        self.names = Names(arguments.taken | BUILTINS | {"math", "value"})
        self.xp = self.names.fresh(dialect.alias)
        self.root = self.names.fresh(dialect.package)
        self.sizes = self.names.fresh("sizes")
        self.helper_names = {key: self.names.fresh(f"_{key}") for key in dialect.helpers}
        self.helpers: dict[str, None] = {}
        self.defined: dict[tuple[str, int], str] = {}
        self.functions: list[str] = []

    def _values(self) -> list[Node]:
        nodes = self.program.nodes
        if self.of in nodes:
            return [nodes[self.of]]
        if self.of in self.program.losses:
            return list(self.program.losses[self.of])
        if any(answer.of == self.of for answer in self.answers) and self.program.last is not None:
            return [nodes[self.program.last]]
        raise EmitError(f"{self.of} is not a value of the program")

    def _all_roots(self) -> list[Node]:
        """Everything computed anywhere, and the seed that a gradient of the last definition would take."""
        roots = [*self.definitions.values(), *self.values]
        for answer in self.answers:
            roots += [answer.value, *(step.value for step in answer.where)]
        last = self.program.last
        if last is not None and last in self.program.nodes:
            node = self.program.nodes[last]
            loss = next((name for name, args in self.program.losses.items() if node in args), "f")
            roots.append(make("cotangent", data=(loss, last), shape=node.shape))
        return roots

    # --------------------------------------------------------------------- the text

    def text(self) -> str:
        """The whole module."""
        shown = self.of if self.of in self.program.nodes else ", ".join(map(name_of, self.values))
        parts = [self._function("value", self.values, {}, describe_value(shown, self.values))]
        names, aliases = self._function_names()
        for answer, name in zip(self.answers, names, strict=True):
            steps = _steps([answer])
            parts.append(self._function(name, [answer.value], steps, describe(answer), [answer]))
            if self.factored and answer.kind == "hessian":
                parts.append(self._factored(f"{name}_factored", answer, steps))
        if names:
            parts.append(self._all_at_once(names))
        helpers = [self._helper_text(key) for key in self.dialect.helpers if key in self.helpers]
        imports = self._imports("\n".join(helpers))
        title = f'"""{plain(self.of)} and its derivatives."""'
        body = [*helpers, *self.functions, *parts, *(["\n".join(aliases)] if aliases else [])]
        return "\n".join([title, "", *imports, "", "", "\n\n\n".join(part.strip("\n") for part in body), ""])

    def _factored(self, name: str, answer: Answer, steps: Mapping[Node, Node]) -> str:
        """The function that gives a Hessian's factors.  Raises EmitError where it is dense."""
        inputs = {parameter.node for parameter in self.interface.variables}
        found = factors_of(answer.value, inputs, {*self.program.nodes, *self.names.taken})
        if found is None:
            raise EmitError(
                f"the Hessian by {answer.wrt} in factored form: it is no product, diagonal or sum of such; "
                "leave out --factored"
            )
        return self._function(name, list(found.nodes.values()), steps, describe_factors(answer, found))

    def _all_at_once(self, names: Sequence[str]) -> str:
        """The function that gives the value and every derivative, with what they share computed once."""
        roots = [*self.values, *(answer.value for answer in self.answers)]
        doc = describe_all(self.values, names)
        of_roots = [*(None for _ in self.values), *self.answers]
        return self._function("value_and_derivatives", roots, _steps(self.answers), doc, of_roots)

    def _function_names(self) -> tuple[list[str], list[str]]:
        """`gradient_W` and so on, and lines that add what `getattr` finds only as written: Python reads ϵ as
        ε."""
        asked = [f"{answer.kind}_{answer.wrt}" for answer in self.answers]
        parts = [f"{answer.kind}_{as_part(answer.wrt)}" for answer in self.answers]
        names = Names({"value", "value_and_derivatives"})
        chosen: dict[int, str] = {}
        for i in sorted(range(len(parts)), key=lambda i: parts[i] != asked[i]):
            chosen[i] = names.fresh(parts[i])
        aliases = [
            f'globals()["{written}"] = {chosen[i]}'
            for i, written in enumerate(asked)
            if written != chosen[i] and written.isidentifier()
        ]
        return [chosen[i] for i in range(len(parts))], aliases

    def _helper_text(self, key: str) -> str:
        return self.dialect.helpers[key].format(np=self.xp, root=self.root, **self.helper_names)

    def _imports(self, helpers: str) -> list[str]:
        lines = ["import math", ""] if "math." in helpers else []
        if f"{self.root}." in helpers and self.dialect.package != self.dialect.module:
            lines.append(_import(self.dialect.package, self.root))
        return [*lines, _import(self.dialect.module, self.xp)]

    def _helper(self, key: str) -> str:
        if key not in self.helpers:
            self.helpers[key] = None
            for other in self.helper_names:
                if f"{{{other}}}(" in self.dialect.helpers[key] and other != key:
                    self._helper(other)
        return self.helper_names[key]

    # ---------------------------------------------------------------- one function

    def _directions(self, answers: Sequence[Answer]) -> list[ArrayParameter]:
        """The arguments of a function that say in which direction a variable moves, each of its variable's shape."""
        found = {}
        for name, node in (pair for answer in answers for pair in answer.directions):
            variable = self.program.variables.get(name)
            dims = variable.declared if variable is not None else node.shape
            found[node] = ArrayParameter(name_of(node), spelled(name_of(node)), dims, node)
        return list(found.values())

    def _function(
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
        lowering = Lowering(plan, bound, inputs, self.program.functions, self.lengths)
        first = [lowering.lower(root) for root in roots]
        named = self._named(lowering, bound)
        better = optimise(plan, first, self.dialect.passes, list(named))
        lowered = better.roots
        used = instructions(lowered)
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
            self._helper,
            self._called,
        )
        lines, results = write(lowered, preferred, dialect, names)
        shown = self._results(dialect, results, lowered, roots, answers or [None] * len(roots))
        body = self._arguments(used, parameters, local, dialect) + lines
        returned = shown[0] if len(shown) == 1 else f"({', '.join(shown)})"
        body.append(f"return {returned}")
        top = dialect.decorators()
        top.append(f"def {name}({self.interface.signature(directions, chr(10).join(body))}):")
        return "\n".join([*top, *_indented([doc, *body])])

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
    ) -> list[str]:
        """Arguments as arrays of known sizes: those that are used, and those that tell a size that is."""
        needed = {str(instr.data) for instr in used if instr.kind == "input"}
        told = {dim for name in needed for dim in parameters[name].dims}
        for dim in local:
            if dim in told or dim in self.interface.lengths:
                continue
            teller = next(p for p in self.interface.variables if dim in p.dims)
            needed.add(teller.name)
            told.update(teller.dims)
        others = self.interface.others
        lines = [
            f'if "{name}" in {others}:\n    {python} = {others}["{name}"]'
            for name, python in self.interface.respelled()
        ]
        given = [parameter for parameter in parameters.values() if parameter.name in needed]
        wanted = {dim: text for dim, text in local.items() if dim not in self.interface.lengths}
        return lines + head(given, wanted, self.sizes, dialect, self._helper)

    # ---------------------------------------------------------------------- results

    def _results(
        self,
        dialect: NumpyDialect,
        codes: Sequence[Code],
        lowered: Sequence[Instr],
        roots: Sequence[Node],
        answers: Sequence[Answer | None],
    ) -> list[str]:
        """What a function returns, no result a view of another."""
        shown, seen = [], set[Instr]()
        for code, instr, node, answer in zip(codes, lowered, roots, answers, strict=True):
            made = _viewed(instr)
            if instr.rank and made in seen and not _shows_given(instr):
                code = dialect.copied(code)
            seen.add(made)
            shown.append(self._result(dialect, code, instr, node, answer))
        return shown

    def _result(self, dialect: NumpyDialect, code: Code, instr: Instr, node: Node, answer: Answer | None) -> str:
        """What a function returns: of the shape that is promised, and never a view of an argument."""
        if instr.rank and _shows_given(instr):
            code = dialect.copied(code)
        if not instr.rank and not any(part.kind in _GIVEN for part in instructions([instr])):
            code = dialect.constant(code)
        if answer is not None and answer.kind in _LIKE_VARIABLE and answer.wrt in self.program.variables:
            return self._as_declared(code, self.program.variables[answer.wrt].declared, node)
        if is_row(node.shape):
            return f"{code.at(Level.ATOM)}[None, :]"
        if answer is not None and answer.kind in ("jacobian", "derivative") and len(node.shape) == 1:
            return f"{code.at(Level.ATOM)}[:, None]"
        return code.text

    @staticmethod
    def _as_declared(code: Code, declared: tuple[Dim, ...], node: Node) -> str:
        rank = 1 if is_list(node.shape) else len(node.shape)
        if rank == len(declared):
            return code.text
        if rank == 0:
            return f"{code.at(Level.ATOM)}.reshape({declared!r})"
        if rank == 1 and len(declared) == 2:
            return code.at(Level.ATOM) + ("[None, :]" if declared[0] == 1 else "[:, None]")
        raise EmitError(f"no way from {node.shape} to the declared shape {declared}")

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
                self._defined(*cast("tuple[str, int]", instr.data))
            elif instr.kind == "root":
                self._defined(cast("tuple[str, int]", instr.data)[0], EQUATION)

    def _equation(self, name: str) -> str:
        """The call that makes the equation of a name; the text of what makes it is made at first use."""
        identifier = self.names.fresh(f"_equation_{name}")
        code = equation_code(
            self.definitions[self.program.nodes[name]],
            identifier,
            self.program.functions,
            self.names.copy(),
            lambda labels: self.dialect(self.xp, labels, str, self._helper, self._called),
            self._define_functions,
            self.interface.callables,
        )
        self.functions.append(code.text)
        arguments = ", ".join(self.interface.callables[key] for key in code.called)
        self.defined[name, EQUATION] = f"{identifier}({arguments})"
        return self.defined[name, EQUATION]

    def _defined_text(self, name: str, order: int, identifier: str) -> str:
        from gradcli.rules.scalar import differentiate

        function = self.program.functions.get(name)
        if function is not None and function.body is not None and function.param is not None:
            param, body = function.param, function.body
        else:
            param = make("param", data="t")
            body = elementwise(name, 0, param)
        for _ in range(order):
            body = differentiate(body, param)
        lowered = Lowering(Plan(), {}, {param: "t"}, self.program.functions, {}).lower(body)
        self._define_functions(instructions([lowered]))
        names = self.names.copy()
        label = names.fresh(spelled(str(param.data)))
        dialect = self.dialect(self.xp, {"t": label}, str, self._helper, self._called)
        lines, (code,) = write([lowered], {}, dialect, names)
        text = code.text
        if param not in set(leaves(body, "param")):
            text = dialect.spread(text, label)
        doc = f'"""{plain(name)}{chr(39) * order}, at every entry."""'
        top = dialect.decorators()
        return "\n".join([*top, f"def {identifier}({label}):", *_indented([doc, *lines]), f"    return {text}"])


def _steps(answers: Sequence[Answer]) -> dict[Node, Node]:
    """The named steps of some derivatives."""
    found: dict[Node, Node] = {}
    for answer in answers:
        for step in answer.where:
            found.setdefault(step.name, step.value)
    return found


def _viewed(instr: Instr) -> Instr:
    """The value that a value is, or may be, a view of."""
    while instr.kind in _VIEWS:
        instr = instr.args[0]
    return instr


def _shows_given(instr: Instr) -> bool:
    """Whether a value is, or may be, a view of what a function is given."""
    return _viewed(instr).kind in _GIVEN


def _import(module: str, name: str) -> str:
    return f"import {module}" if module == name else f"import {module} as {name}"


def _dims(used: Sequence[Instr]) -> list[str]:
    return list(dict.fromkeys(str(instr.data) for instr in used if instr.kind == "size"))


def _indented(texts: Sequence[str]) -> list[str]:
    return [f"    {line}" if line else "" for text in texts for line in text.split("\n")]


def plain(text: str) -> str:
    """Text that may stand in a docstring."""
    return text.replace("\\", "").replace('"', "'")
