"""A program as text of the language again: everything declared, with full shapes and attributes."""

from __future__ import annotations

from gradcli.expr.node import Node
from gradcli.expr.shapes import Dim, Shape
from gradcli.ops.attributes import shortest
from gradcli.program.model import Function, Program, Variable
from gradcli.program.outputs import implied_attributes, joint_definitions, joint_head, relations_by_definition
from gradcli.render.mc import McNotation


def declared_type(dims: tuple[Dim, ...], base: str = "R") -> str:
    """`R`, `R[m, n]`."""
    return f"{base}[{', '.join(map(str, dims))}]" if dims else base


def variable_type(variable: Variable) -> str:
    """What stands after the colon of a declaration."""
    if variable.labels is not None:
        return declared_type(variable.declared, f"{{1..{variable.labels}}}")
    base = "Z" if variable.discrete and "permutation" not in variable.attributes else "R"
    return " ".join([declared_type(variable.declared, base), *variable.attributes])


def function_type(function: Function) -> str:
    """`R -> R`, `R[n] -> R[m]`."""
    domains = ", ".join(map(declared_type, function.domains or (function.domain,)))
    return f"{domains} -> {declared_type(function.codomain)}"


def is_declarable(dims: tuple[Dim, ...]) -> bool:
    """Whether a shape can be declared: a product of sizes (of `kron`) has no name."""
    return not any(mark in str(dim) for dim in dims for mark in "*(")


def attributes_of(node: Node) -> tuple[str, ...]:
    """The attributes of a `var`, without those that another one says already."""
    if node.op != "var" or not isinstance(node.data, tuple):
        return ()
    shape = node.shape
    return shortest(map(str, node.data[1]), len(shape) == 2 and shape[0] == shape[1])


def arrays_of(program: Program) -> dict[Shape, str]:
    """A name of the program for each shape that one has; free names come first."""
    names: dict[Shape, str] = {}
    for name, variable in program.variables.items():
        if not variable.discrete:
            names.setdefault(variable.node.shape, name)
    for name in program.definitions:
        if name in program.nodes:
            names.setdefault(program.nodes[name].shape, name)
    return names


def program_lines(program: Program, notation: McNotation) -> list[str]:
    """Declarations, functions and definitions, in an order in which each uses only earlier ones."""
    lines: list[str] = []
    for name, variable in program.variables.items():
        if is_declarable(variable.declared):
            lines.append(f"{name} : {variable_type(variable)}")
    for name, function in program.functions.items():
        if function.body is None:
            lines.append(f"{name} : {function_type(function)}")
    for name, function in program.functions.items():
        if function.body is not None and function.param is not None:
            lines.append(f"{name}({notation.render(function.param)}) = {notation.render(function.body)}")
    together = joint_definitions(program)
    relations = relations_by_definition(program)
    for name, value in program.written.items():
        node = program.nodes.get(name)
        known = attributes_of(node) if node is not None else ()
        if node is not None and set(known) - set(implied_attributes(value)) and is_declarable(node.shape):
            lines.append(f"{name} : {' '.join([declared_type(node.shape), *known])}")
        relation = relations.get(name)
        if relation is not None:
            if node is not None and not known and is_declarable(node.shape):
                lines.append(f"{name} : {declared_type(node.shape)}")
            sides = f"{notation.render(relation.left)} == {notation.render(relation.right)}"
            lines.append(f"implicit {', '.join(relation.names)} : {sides}")
        elif name not in together:
            lines.append(f"{name} = {notation.render(value)}")
        elif together[name]:
            kind, matrix = joint_head(program, together[name])
            lines.append(f"{', '.join(together[name])} = {kind}({notation.render(matrix)})")
    for assumption in (program.plain or program).assumptions:
        sides = f"{notation.render(assumption.left)} {assumption.op} {notation.render(assumption.right)}"
        lines.append(f"assume {sides}")
    stated = {name: args for relation in program.relations for name, args in relation.losses.items()}
    for name, arguments in program.losses.items():
        written = stated.get(name) or [notation.render(argument) for argument in arguments]
        lines.append(f"loss {name}({', '.join(written)})")
    return lines
