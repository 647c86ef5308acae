"""What editors ask of formulas in Markdown and TeX, by the scripted client."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("pygls")

from lsprotocol import types

import gradcli.documents.read
from gradcli.lsp.kinds import analysis_of
from tests.lsp.client import Ask, File

NOTE = r"""# 笔记
<!-- gradcli: check; W : R[m, n]; \hat{y} as yh -->

Let $W \in \mathbb{R}^{m \times n}$ and $\mathbf{x} \in \mathbb{R}^n$; x is data.

$$ u = W\mathbf{x}, \quad \hat{y} = \sigma(u) $$

$$
\begin{aligned}
L &= \frac12 \|\hat{y} - t\|^2 \\
\nabla_x L &= W^\top ((\hat{y} - t) \odot \sigma'(u))
\end{aligned}
$$

```mc
check grad(L, yh) == yh - t
```
"""
PAPER = r"""\newcommand{\vx}{\mathbf{x}}
% gradcli: check
Let $A \in \mathbb{R}^{n\times n}$, $x \in \mathbb{R}^n$.
\begin{align}
f(\vx) &= \vx^\top A \vx \\
\nabla_{\vx} f &= (A + A^\top) \vx
\end{align}
% gradcli: new; y : R[n]
\[ h = y^\top y \]
"""


def test_hover_in_formulas(ask: Ask) -> None:
    async def script(file: File) -> list[str]:
        return [await file.hover(piece) for piece in (r"\mathbf{x}, \q", r"\hat{y} - t\|", "yh)", "L &=", "is data")]

    x, y_hat, in_fence, loss, prose = ask(NOTE, script, "md")
    assert x == "x : n × 1\n∇_x L = Wᵀ ((yh − t) ⊙ sigma'(u))"
    assert y_hat == in_fence == "yh : m × 1\nyh = sigma(u)"
    assert loss == "L : scalar\nL = ‖yh − t‖² / 2" and prose == ""


def test_hover_knows_the_programs_of_a_paper(ask: Ask) -> None:
    async def script(file: File) -> list[str]:
        return [await file.hover(piece) for piece in (r"\vx \\", "y^", r"A \in")]

    x, y, a = ask(PAPER, script, "tex")
    assert x == "x : n × 1\n∇_x f = (A + Aᵀ) x" and y == "y : n × 1\n∇_y h = 2 y" and a.startswith("A : n × n\n")


def test_shapes_stand_beside_formulas(ask: Ask) -> None:
    assert ask(NOTE, lambda file: file.shapes(), "md") == [(5, "u: m × 1, yh: m × 1"), (9, "scalar")]
    assert ask(PAPER, lambda file: file.shapes(), "tex") == [(4, "scalar"), (8, "scalar")]


def test_definitions_of_names_in_formulas(ask: Ask) -> None:
    async def script(file: File) -> list[tuple[str, int]]:
        return [await file.definition(piece) for piece in (r"W^\top", r"\hat{y} - t)", "yh)", "L, yh", "u))")]

    expected = [("W", 1), (r"\hat{y}", 5), (r"\hat{y}", 5), ("L", 9), ("u", 5)]
    assert ask(NOTE, script, "md") == expected
    assert ask(PAPER, lambda file: file.definition("A \\vx"), "tex") == ("A", 2)


def test_a_name_is_called_otherwise_everywhere_and_only_there(ask: Ask) -> None:
    async def script(file: File) -> list[str | None]:
        return [
            await file.renamed("W :", "V"),
            await file.renamed(r"\mathbf{x}, \q", "z"),
            await file.renamed(r"\mathbf{x}, \q", r"\hat{v}"),
            await file.renamed("yh)", "p"),
            await file.renamed("u = ", "W"),
            await file.renamed("u = ", "no name"),
        ]

    v, z, v_hat, p, *refused = ask(NOTE, script, "md")
    assert v == NOTE.replace("W", "V")
    assert z == NOTE.replace(r"\mathbf{x}", r"\mathbf{z}").replace(r"\nabla_x", r"\nabla_z")
    assert v_hat == NOTE.replace(r"\mathbf{x}", r"\hat{v}").replace(r"\nabla_x", r"\nabla_{\hat{v}}")
    assert p == NOTE.replace("yh", "p")
    assert refused == [None, None]
    after = ask(PAPER, lambda file: file.renamed(r"A \vx \\", "B"), "tex")
    assert after == PAPER.replace("A", "B")


def test_completion_in_formulas_fences_and_prose(ask: Ask) -> None:
    async def script(file: File) -> None:
        formula = await file.completions(r"\hat{y} - t\|", 2)
        assert {"W", r"\hat{y}", r"\sigma", r"\tanh", r"\nabla"} <= set(formula) and "yh" not in formula
        edit = formula[r"\hat{y}"].text_edit
        assert isinstance(edit, types.TextEdit) and file.marked(edit.range) == r"\h"
        assert {"yh", "grad", "check"} <= set(await file.completions("yh - t", 1))
        assert {"skip", "einstein", "loss"} <= set(await file.completions("W : R", 0))
        assert not await file.completions("is data")

    ask(NOTE, script, "md")


def test_names_in_formulas_are_coloured(ask: Ask) -> None:
    pieces = ask(NOTE, lambda file: file.coloured(), "md")
    assert pieces[:3] == [("check", "keyword"), ("W", "variable"), ("R", "type")]
    assert {(r"\mathbf{x}", "variable"), (r"\hat{y}", "variable"), (r"\sigma", "function")} <= set(pieces)
    assert pieces[-4:-2] == [("L", "variable"), ("yh", "variable")] and ("grad", "function") in pieces
    assert (r"\vx", "variable") in ask(PAPER, lambda file: file.coloured(), "tex")


LYING = "$$ y = x^T A x $$\n> $$ \\frac{\\partial y}{\\partial x} = (A + A^T) x $$\n"


@pytest.mark.parametrize(
    ("ending", "text", "title", "after"),
    [
        ("md", f"<!-- gradcli: check; A : R[n, n] -->\n\n> {LYING}", "State layout denominator",
         f"<!-- gradcli: check; A : R[n, n] -->\n\n> {LYING}".replace(
             "> $$ \\frac", "> <!-- gradcli: layout denominator -->\n>\n> $$ \\frac")),
        ("tex", "% gradcli: check\n\\[ y = A x \\]\n\\[ \\frac{\\partial y}{\\partial x} = A^T \\]\n",
         "State layout denominator",
         "% gradcli: check\n\\[ y = A x \\]\n% gradcli: layout denominator\n"
         "\\[ \\frac{\\partial y}{\\partial x} = A^T \\]\n"),
        ("md", "```mc\ny = exq(x)\n```\n", "Declare exq : R -> R", "```mc\nexq : R -> R\ny = exq(x)\n```\n"),
        ("md", "```mc\nW : R[m, n]; y : R[m]\nu = W @ y\n```\n", "Write u = W.T @ y",
         "```mc\nW : R[m, n]; y : R[m]\nu = W.T @ y\n```\n"),
    ],
)  # fmt: skip
def test_mends_of_documents(ask: Ask, ending: str, text: str, title: str, after: str) -> None:
    async def script(file: File) -> None:
        found = await file.actions()
        assert found[title] == after, found
        await file.write(after)
        assert [said.code for said in file.said if said.severity == types.DiagnosticSeverity.Error] == []

    ask(text, script, ending)


def test_a_key_press_reads_the_formulas_of_a_document_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0
    made = gradcli.documents.read.programs

    def counting(*args: Any, **kwargs: Any) -> Any:
        nonlocal read
        read += 1
        return made(*args, **kwargs)

    monkeypatch.setattr(gradcli.documents.read, "programs", counting)
    analysis = analysis_of("note.md", NOTE + "\n$$ u = W x + t^? $$\n")
    assert analysis.said()
    assert read == 1
