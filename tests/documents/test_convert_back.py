"""A document in another layout says the same, and comes back as the same file, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.documents.convert import convert_document
from gradcli.syntax.ast import Source
from tests.documents.reading import checked

HERE = Path(__file__).parent
SAMPLES = sorted((HERE.parents[1] / "samples" / "documents").iterdir())
OTHERS = ["published/cookbook_traces_zh", "published/linear_map_zh", "published/d2l_zh_backprop", "corpus/cs224n"]
PATHS = [*SAMPLES, *(HERE / f"{name}.md" for name in [*OTHERS, "corpus/matrix_cookbook", "corpus/cs224n"])]

HEAD = (
    "<!-- gradcli: check; layout denominator; A : R[m, n]; S : R[n, n] symmetric; x, c : R[n]; b : R[m]; t : R -->\n\n"
)
SIDES = [
    r"\frac{\partial \|Ax-b\|^2}{\partial x} = 2A^{\top}(Ax-b)",
    r"\frac{\partial \|Ax-b\|^2}{\partial x} = 2 A^\mathsf{T} Ax - 2A^{\mathrm T}b",
    r"\frac{\partial x^TSx}{\partial x} = \left(x^T(S+S^T)\right)^T",
    r"\frac{\partial x^TSx}{\partial x} = \left(\left(2Sx\right)^T\right)^T = 2\,S\,x",
    r"\left(\frac{\partial c^Tx}{\partial x} \right)^\top x = \left( \frac{\partial c^Tx}{\partial x}\right)^{T}x",
    r"\frac{\partial}{\partial x} c^Tx = \boxed{c} = \frac{\partial}{\partial x} (x\cdot c)",
    r"\frac{\partial Ax}{\partial x}\cdot b = \frac{\partial}{\partial x}\left(b^\top Ax\right)",
    r"\frac{\partial t x}{\partial t} = x^T, \quad y = \frac{\partial c^T x}{\partial x} + c",
    r"\begin{aligned} \frac{\partial c^Tx}{\partial x} &= \frac{\partial x^Tc}{\partial x} \\ &= c \end{aligned}",
]


def back(text: str, name: str) -> str:
    """The document turned, which must have the same verdicts, and turned back."""
    own, other = "numerator", "denominator"
    if "layout denominator" in text:
        own, other = other, own
    turned = convert_document(Source(name, text), other)
    assert not turned.failed
    assert [verdict.ok for verdict in checked(turned.text, name).verdicts] == [
        v.ok for v in checked(text, name).verdicts
    ]
    return convert_document(Source(name, turned.text), own).text


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_there_and_back_is_the_same_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert back(text, path.name) == text


@pytest.mark.parametrize("side", SIDES)
def test_spellings_come_back_as_they_were(side: str) -> None:
    text = f"{HEAD}$$\n{side}\n$$\n"
    assert back(text, "notes.md") == text


@pytest.mark.parametrize("between", [", ", ",", ",\n   ", " , "])
def test_the_lines_of_a_cell_stay_as_far_apart_as_they_were(between: str) -> None:
    lines = [
        '"<!-- gradcli: check; layout denominator; A : R[m, n]; x : R[n] -->\\n"',
        '"$$\\\\frac{\\\\partial Ax}{\\\\partial x} = A^T$$"',
    ]
    cell = f'{{"cell_type": "markdown", "metadata": {{}}, "source": [{between.join(lines)}]}}'
    text = f'{{"cells": [{cell}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}\n'
    assert back(text, "notes.ipynb") == text
