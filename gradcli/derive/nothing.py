"""Why a program has no answers."""

from __future__ import annotations

from gradcli.program.model import Program


def why_nothing(program: Program) -> tuple[str, str]:
    """`(why, hint)`: why there is nothing to derive in a program that asks nothing, and what to write."""
    if program.last:
        return f"{program.last} depends on no name that may vary", "write a definition: y = W @ x"
    if program.definitions:
        return (
            "every definition stands below the first check, and names there only help an answer",
            "put what is to be derived above the first check, or ask: jacobian y wrt x",
        )
    return "it defines nothing and asks nothing", "write a definition: y = W @ x"
