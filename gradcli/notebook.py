"""The cell magic `%%mc`: a cell in the language, its answers set as mathematics, its checks with their verdicts.

    %load_ext gradcli

    %%mc neuron
    W : R[m, n]; x : R[n]
    u = W @ x; y = g(u)
    check grad(f, x) == W.T @ (grad(f, y) * g'(u))

A name after `%%mc` keeps the program under it; `--steps rules` and `--layout denominator` are as on the command line.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from gradcli.render.page.derivation import derivation_html
from gradcli.render.page.frame import text
from gradcli.render.page.style import STYLE

if TYPE_CHECKING:
    from gradcli.api.program import Program

_USAGE = "%%mc [NAME] [--steps rules|components] [--layout numerator|denominator|mixed]"


class WrongLine(ValueError):
    """What stands behind `%%mc` is not understood."""


class Shown:
    """What a cell shows: HTML where that is shown, else text."""

    def __init__(self, html: str, plain: str) -> None:
        self._html = html
        self._plain = plain

    def _repr_html_(self) -> str:
        return self._html

    def __repr__(self) -> str:
        return self._plain


def load_ipython_extension(shell: Any) -> None:
    """Enter the magic; called by `%load_ext gradcli`."""

    def mc(line: str, cell: str) -> Shown:
        try:
            shown, name, program = run_cell(line, cell)
        except WrongLine as wrong:
            from IPython.core.error import UsageError  # shown as one line, without a traceback

            raise UsageError(str(wrong)) from None
        if name is not None and program is not None:
            shell.push({name: program})
        return shown

    shell.register_magic_function(mc, "cell", "mc")


def run_cell(line: str, cell: str) -> tuple[Shown, str | None, Program | None]:
    """What a cell shows, and the name that its program is to have.  Raises WrongLine."""
    from gradcli.api.program import Program, ProgramError
    from gradcli.api.report import check
    from gradcli.expr.node import own_program
    from gradcli.render.derive_text import derive_text
    from gradcli.shorten.derive import derive_short
    from gradcli.syntax import ast
    from gradcli.syntax.ast import Source
    from gradcli.syntax.parse import parse_module

    name, steps, layout = _options(line)
    module, diagnostics = parse_module(Source("<cell>", cell))
    if layout is not None:
        from gradcli.syntax.layouts import in_layout

        module = in_layout(module, layout)
    try:
        program = Program(module, diagnostics)
    except ProgramError as wrong:
        return Shown(f"<pre>{text(str(wrong))}</pre>", str(wrong)), None, None
    html: list[str] = []
    plain: list[str] = []
    checks = [each for each in module.statements if isinstance(each, ast.Check)]
    if program.inner.asks or not checks:
        with own_program(program.scope):
            found = derive_short(program.inner, steps=steps)
            html.append(derivation_html(found.program, found.answers, found.worked))
            plain.append(derive_text(found.program, found.answers, worked=found.worked))
    if checks:
        report = check(cell, layout=layout)
        html += [verdict._repr_html_() for verdict in report]
        plain.append(str(report))
    return (
        Shown(f"<style>{_scoped(STYLE)}</style><div class='gradcli'>{''.join(html)}</div>", "\n".join(plain)),
        name,
        program,
    )


def _scoped(style: str) -> str:
    """The style for one cell alone: a notebook's own page keeps its look."""
    kept = style.split("* { box-sizing", 1)[0].replace(":root", ".gradcli")
    return kept + "".join(
        f".gradcli {rule.strip()}\n"
        for rule in style.split("}\n")
        if rule.strip().startswith((".display", ".verdict", ".graph", ".word", ".place", ".note"))
        for rule in [rule + "}"]
    )


def _options(line: str) -> tuple[str | None, str | None, str | None]:
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()  # a quote without its other half
    found: dict[str, str] = {}
    name = None
    while words:
        word = words.pop(0)
        if word in ("--steps", "--layout") and words:
            found[word] = words.pop(0)
        elif word.isidentifier() and name is None:
            name = word
        else:
            raise WrongLine(f"{word!r} is not understood: {_USAGE}")
    if found.get("--steps", "rules") not in ("rules", "components"):
        raise WrongLine(f"--steps {found['--steps']} is not understood: {_USAGE}")
    if found.get("--layout", "mixed") not in ("numerator", "denominator", "mixed"):
        raise WrongLine(f"--layout {found['--layout']} is not understood: {_USAGE}")
    return name, found.get("--steps"), found.get("--layout")
