"""What the library raises."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.diagnostics.diagnostic import Diagnostic


class ProgramError(ValueError):
    """A text that is no program, or a question that has no answer; `diagnostics` say where and why."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        from gradcli.diagnostics.text import render_text

        super().__init__("\n".join(render_text(said) for said in diagnostics))
        self.diagnostics = tuple(diagnostics)
