"""What a function returns: in the shape that is promised, and never a view of something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.derive.model import Answer
from gradcli.emit.errors import EmitError
from gradcli.emit.instr import Instr
from gradcli.emit.numpy_dialect import NumpyDialect
from gradcli.emit.plan import postorder as instructions
from gradcli.emit.writer import Code, Level
from gradcli.expr.node import Node
from gradcli.expr.shapes import Dim, is_list, is_row
from gradcli.program.model import Variable

_LIKE_VARIABLE = ("gradient", "hvp")
_GIVEN = ("input", "call", "field", "each_row")
_VIEWS = frozenset(
    {
        *("part", "transpose", "diagonal", "row", "column", "flat", "columns", "reshape", "entry", "axes", "column_of"),
        *("unstacked",),
        *("einsum", "contract"),
    }
)


def returned(
    dialect: NumpyDialect,
    codes: Sequence[Code],
    lowered: Sequence[Instr],
    roots: Sequence[Node],
    answers: Sequence[Answer | None],
    variables: Mapping[str, Variable],
) -> list[str]:
    """The results of a function, of which `answers` says which derivative each is.

    Raises EmitError where there is no way to the declared shape.
    """
    shown, seen = [], set[Instr]()
    for code, instr, node, answer in zip(codes, lowered, roots, answers, strict=True):
        made = _viewed(instr)
        if instr.rank and (made.kind in _GIVEN or made in seen):
            code = dialect.copied(code)
        seen.add(made)
        if not instr.rank and not any(part.kind in _GIVEN for part in instructions([instr])):
            code = dialect.constant(code)
        shown.append(_shaped(code, node, answer, variables))
    return shown


def _shaped(code: Code, node: Node, answer: Answer | None, variables: Mapping[str, Variable]) -> str:
    if answer is not None and answer.kind in _LIKE_VARIABLE and answer.wrt in variables:
        return _as_declared(code, variables[answer.wrt].declared, node)
    if is_row(node.shape):
        return f"{code.at(Level.ATOM)}[None, :]"
    if answer is not None and answer.kind in ("jacobian", "derivative") and len(node.shape) == 1:
        return f"{code.at(Level.ATOM)}[:, None]"
    return code.text


def _as_declared(code: Code, declared: tuple[Dim, ...], node: Node) -> str:
    rank = 1 if is_list(node.shape) else len(node.shape)
    if rank == len(declared):
        return code.text
    if rank == 0:
        return f"{code.at(Level.ATOM)}.reshape({declared!r})"
    if rank == 1 and len(declared) == 2:
        return code.at(Level.ATOM) + ("[None, :]" if declared[0] == 1 else "[:, None]")
    raise EmitError(f"no way from {node.shape} to the declared shape {declared}")


def _viewed(instr: Instr) -> Instr:
    """The value that a value is, or may be, a view of."""
    while instr.kind in _VIEWS and not _is_new(instr):
        instr = instr.args[0]
    return instr


def _is_new(instr: Instr) -> bool:
    """Whether an Einstein sum multiplies or adds up anything, and so makes an array."""
    if instr.kind not in ("einsum", "contract"):
        return False
    inputs, _, output = str(instr.data).partition("->")
    return len(instr.args) > 1 or not set(inputs) <= set(output)
