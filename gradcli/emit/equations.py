"""Code for values that an equation settles: a closed form where it is linear, else Newton's method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gradcli.emit.errors import EmitError
from gradcli.emit.instr import Instr
from gradcli.emit.lower import CODE
from gradcli.emit.lowering import Lowering
from gradcli.emit.names import Names, spelled
from gradcli.emit.numpy_dialect import NumpyDialect
from gradcli.emit.plan import Plan
from gradcli.emit.plan import postorder as instructions
from gradcli.emit.writer import write
from gradcli.expr.implicit import equation_of
from gradcli.expr.node import Node, name_of
from gradcli.expr.shapes import is_row
from gradcli.program.model import Function
from gradcli.rules.implicit import residual_and_slope
from gradcli.rules.pullback import ENGINE


@dataclass(frozen=True, slots=True)
class EquationCode:
    """The text of a function that makes the equation, and the calls that it takes of functions given by the caller."""

    text: str
    called: tuple[tuple[str, int], ...]


def equation_code(
    node: Node,
    identifier: str,
    functions: Mapping[str, Function],
    names: Names,
    dialect: Callable[[Mapping[str, str]], NumpyDialect],
    define: Callable[[list[Instr]], None],
    callables: Mapping[tuple[str, int], str],
) -> EquationCode:
    """`identifier(g, g_1)` makes a function of the unknown and what is given: the residual and its Jacobian.

    Raises EmitError where the Jacobian has no matrix form.
    """
    unknown, parameters, _ = equation_of(node)
    found = residual_and_slope(node, ENGINE)
    if found is None:
        raise EmitError(f"there is no code for the equation that settles {name_of(unknown)}")
    labels = {leaf: names.fresh(spelled(name_of(leaf))) for leaf in (unknown, *parameters)}
    lengths: dict[str, tuple[Node, int]] = {}
    for leaf in labels:
        axes = leaf.shape[-1:] if is_row(leaf.shape) else leaf.shape
        for axis, dim in enumerate(axes):
            if isinstance(dim, str):
                lengths.setdefault(dim, (leaf, axis))
    lowering = Lowering(Plan(), {}, {leaf: name_of(leaf) for leaf in labels}, functions, lengths, CODE)
    lowered = [lowering.lower(part) for part in found]
    used = instructions(lowered)
    define(used)
    writer = dialect({name_of(leaf): label for leaf, label in labels.items()})
    lines, codes = write(lowered, {}, writer, names)
    called = tuple(
        dict.fromkeys(
            (str(instr.data[0]), int(instr.data[1]))
            for instr in used
            if instr.kind in ("call", "field", "each_row") and isinstance(instr.data, tuple)
        )
    )
    inner = names.fresh("equation")
    body = [
        f'"""The equation that settles {name_of(unknown)}: its residual and the Jacobian of that."""',
        *writer.decorators(),
        f"def {inner}({', '.join(labels.values())}):",
        *(f"    {line}" for line in lines),
        f"    return {', '.join(code.text for code in codes)}",
        f"return {inner}",
    ]
    head = f"def {identifier}({', '.join(callables[key] for key in called)}):"
    return EquationCode("\n".join([head, *(f"    {line}" for line in body)]), called)
