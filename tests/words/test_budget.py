"""Corrected lines cost little, however many faults a long text has."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.diagnostics import Diagnostic
from gradcli.program.elaborate import elaborate
from gradcli.program.mended import with_corrected_lines
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module


def test_texts_are_read_again_within_a_budget() -> None:
    text = "x : R[n]\nA : R[n, n]\n" + "\n".join(f"f{i} = x'*A*x" for i in range(400))
    module, faults = parse_module(Source("long.mc", text))
    program = elaborate([module], faults)
    assert sum(said.is_error for said in program.diagnostics) == 400
    read = 0

    def reread(old: Source, new: Source) -> Sequence[Diagnostic]:
        nonlocal read
        read += len(new.text)
        return program.diagnostics

    with_corrected_lines(program.diagnostics, reread)
    assert read <= 250_000


def test_any_statement_is_rewritten_soon() -> None:
    for piece in ("= if ", "\\frac{", "a<", ".dot(", "sum_", "in R ", "x x "):
        text = "y = " + piece * 4_000
        module, _ = parse_module(Source("long.mc", text))
        assert module.source.text == text
