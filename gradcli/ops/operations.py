"""Every operation of expressions, by name."""

from __future__ import annotations

from gradcli.ops.along import RUNNING, STATISTICS
from gradcli.ops.entrywise import ENTRYWISE, REDUCTIONS
from gradcli.ops.leaves import LEAVES, QUESTIONS
from gradcli.ops.matrices import ARRAYS, MATRICES
from gradcli.ops.operation import Kind, Operation
from gradcli.ops.several import SEVERAL

OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (*LEAVES, *QUESTIONS, *ENTRYWISE, *REDUCTIONS, *SEVERAL, *STATISTICS, *RUNNING, *MATRICES, *ARRAYS)
}


def of_kind(kind: Kind) -> frozenset[str]:
    """The names of the operations of a kind."""
    return frozenset(name for name, operation in OPERATIONS.items() if operation.kind is kind)
