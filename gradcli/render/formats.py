"""The formats of a derivation: each a function in a file of its own, named here and loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from gradcli.derive.model import Answer
from gradcli.program.model import Program

if TYPE_CHECKING:
    from gradcli.derive.worked.model import Worked

# name: a function of the program, its answers and how they come about
WRITERS = {
    "mc": "gradcli.render.derive_mc:derive_mc",
    "latex": "gradcli.render.derive_latex:derive_latex",
    "typst": "gradcli.render.derive_typst:derive_typst",
    "html": "gradcli.render.page.derivation:derive_html",
}


def written(form: str, program: Program, answers: Sequence[Answer], worked: Sequence[Worked] = ()) -> str:
    """The answers in one of WRITERS."""
    module, _, function = WRITERS[form].partition(":")
    return str(getattr(import_module(module), function)(program, answers, worked))
