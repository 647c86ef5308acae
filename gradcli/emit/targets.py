"""The targets, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.derive.model import Answer
from gradcli.emit.jax_dialect import JaxDialect
from gradcli.emit.module import module_text
from gradcli.emit.numpy_dialect import NumpyDialect
from gradcli.emit.style.statements import styled
from gradcli.emit.torch_dialect import TorchDialect
from gradcli.program.model import Program

TARGETS: Mapping[str, type[NumpyDialect]] = {"numpy": NumpyDialect, "jax": JaxDialect, "torch": TorchDialect}


def emit(target: str, program: Program, of: str, answers: Sequence[Answer], factored: bool = False) -> str:
    """The text of an importable module for a target of `TARGETS`, with `value` and a function for each answer.

    `of` is a defined name, or that of an arbitrary scalar function; with `factored` each Hessian comes as its factors
    too (`hessian_x_factored`).  Raises EmitError where there is no such name,
    or no code for an expression.
    """
    return styled(module_text(program, of, answers, TARGETS[target], factored))


def emit_numpy(program: Program, of: str, answers: Sequence[Answer]) -> str:
    """`emit` for NumPy."""
    return emit("numpy", program, of, answers)
