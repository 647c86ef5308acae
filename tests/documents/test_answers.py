"""Answers written into documents: in their spelling, in their place, and out again with their question."""

from __future__ import annotations

import pytest

from gradcli.documents.answers import with_answers
from gradcli.documents.explain import explained
from gradcli.documents.respelled import respelled
from gradcli.syntax.ast import Source

NOTES = r"""<!-- gradcli: check; W : R[m, n]; x : R[n]; y : R[m] -->
$$L = \frac12 \|\mathbf{W}\mathbf{x} - \vec{y}\|^2$$

- <!-- gradcli: grad L wrt W -->
1. then <!-- gradcli: grad L wrt x -->
   and on

> <!-- gradcli: grad L wrt y -->
"""


def test_answers_are_spelled_as_the_document_and_stand_in_their_list() -> None:
    written, said = with_answers(Source("notes.md", NOTES))
    assert said == []
    assert "\n  \\nabla_{\\mathbf{W}} L = (\\mathbf{W} \\mathbf{x} - \\vec{y}) \\mathbf{x}^{\\top}\n" in written
    assert "\n   $$\n   \\nabla_{\\mathbf{x}} L = \\mathbf{W}^{\\top} (" in written
    assert "\n> \\nabla_{\\vec{y}} L = \\vec{y} - \\mathbf{W} \\mathbf{x}\n> $$\n" in written
    assert with_answers(Source("notes.md", written))[0] == written


def test_an_answer_goes_with_its_question() -> None:
    written, _ = with_answers(Source("notes.md", NOTES))
    questions = ("- <!-- gradcli: grad L wrt W -->\n", "> <!-- gradcli: grad L wrt y -->\n")
    for question in questions:
        written = written.replace(question, "")
    left, _ = with_answers(Source("notes.md", written))
    assert left.count("gradcli: answer") == left.count("gradcli: end") == 1
    again = NOTES
    for question in questions:
        again = again.replace(question, "")
    assert left.split() == with_answers(Source("notes.md", again))[0].split()


TEX = r"""\documentclass{article}
\begin{document}
% gradcli: check; W^{[1]} as W1; W1 : R[m, n]; x : R[n]
\[ L = \tfrac12\|W^{[1]}\mathbf{x}\|^2 \]
% gradcli: grad L wrt x
Text.
\end{document}
"""


def test_answers_in_tex_come_and_go() -> None:
    written, _ = with_answers(Source("paper.tex", TEX))
    assert r"\nabla_{\mathbf{x}} L = {W^{[1]}}^{\top} W^{[1]} \mathbf{x}" in written
    assert with_answers(Source("paper.tex", written))[0] == written
    without = "% gradcli: grad L wrt x\n"
    assert with_answers(Source("paper.tex", written.replace(without, "")))[0] == TEX.replace(without, "")


@pytest.mark.parametrize(
    ("latex", "due"),
    [
        (r"\nabla_{W} L", r"\nabla_{\mathbf{W}} L"),
        (r"W_{1} W", r"W^{[1]} \mathbf{W}"),
        (r"W_{1}^{\top}", r"{W^{[1]}}^{\top}"),
        (r"\operatorname{W} \text{W}", r"\operatorname{W} \text{W}"),
    ],
)
def test_names_alone_are_spelled(latex: str, due: str) -> None:
    assert respelled(latex, {"W": r"\mathbf{W}", "W1": "W^{[1]}"}) == due


NOTEBOOK = r"""{"cells": [
{"cell_type": "markdown", "metadata": {},
 "source": ["<!-- gradcli: check; A : R[m, n] -->\n", "$x \\in \\mathbb{R}^n$"]},
{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": "x = 1"},
{"cell_type": "markdown", "metadata": {}, "source": "So\n$$f = \\|Ax\\|^2$$\n$$\\nabla_x f = 2A^TAx$$"}
], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
"""


def test_the_program_of_a_notebook_and_of_tex_is_shown_with_its_places() -> None:
    assert explained(Source("n.ipynb", NOTEBOOK)) == (
        "A : R[m, n]  # n.ipynb:cell 1:1\n"
        "x : R[n]  # n.ipynb:cell 1:2\n"
        "f = norm(A @ x)**2  # n.ipynb:cell 3:2\n"
        "check grad(f, x) == 2 * A.T @ A @ x  # n.ipynb:cell 3:3\n"
    )
    assert explained(Source("paper.tex", TEX)) == (
        "W1 : R[m, n]  # paper.tex:3\n"
        "x : R[n]  # paper.tex:3\n"
        "L = (1 / 2) * norm(W1 @ x)**2  # paper.tex:4\n"
        "grad L wrt x  # paper.tex:5\n"
    )
