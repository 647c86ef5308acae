"""Documents that were made to hurt: each ends in a diagnostic with its place, soon."""

from __future__ import annotations

import json

import pytest

from tests.documents.reading import checked

HEAD = "<!-- gradcli: check; W : R[m, n]; x : R[n] -->\n"
TEX = "% gradcli: check\n"

UNREADABLE = {
    "deep fractions": ("a.md", HEAD + "$$y = " + r"\frac{1}{" * 300 + "x" + "}" * 300 + "$$", "D711"),
    "deep brackets": ("a.md", HEAD + "$$y = " + "(" * 500 + "x" + ")" * 500 + "$$", "D711"),
    "deep sums": ("a.md", HEAD + "$$y = " + r"\sum_{i=1}^n " * 500 + "x_i$$", "D711"),
    "deep matrices": ("a.md", HEAD + "$$" + r"\begin{bmatrix}" * 200 + r"\end{bmatrix}" * 200 + "=y$$", "D711"),
    "many scripts": ("a.md", HEAD + "$$y = x" + "^2" * 500 + "$$", "D711"),
    "a long formula": ("a.md", HEAD + "$$y = " + "x + " * 20_000 + "x$$", "D711"),
    "macros in a circle": ("a.tex", TEX + r"\newcommand{\a}{\b\b}\newcommand{\b}{\a\a}$$y = \a$$", "D712"),
    "macros that grow": (
        "a.tex",
        TEX + r"\def\a#1{#1#1#1#1#1#1#1#1}$$y = " + r"\a{" * 12 + "x" + "}" * 12 + "$$",
        "D712",
    ),
    "unclosed environments": ("a.tex", TEX + r"\begin{align}" * 5000, "D713"),
    "unclosed comments": ("a.md", "<!-- gradcli: check\n" * 2000, "D713"),
    "files that are asked for": ("a.tex", TEX + r"$$y = \input{/etc/passwd}$$", "D702"),
    "no notebook": ("a.ipynb", "[gradcli:" + "[" * 100_000, "D713"),
    "a notebook without cells": ("a.ipynb", json.dumps({"gradcli:": 1}), "D713"),
    "a long number": ("a.md", HEAD + "$$y = " + "9" * 15_000 + "$$", "D711"),
    "dollars": ("a.md", HEAD + "$" * 100_000, "D711"),
}


@pytest.mark.parametrize(("name", "text", "code"), UNREADABLE.values(), ids=UNREADABLE)
def test_it_ends_in_a_diagnostic(name: str, text: str, code: str) -> None:
    found = checked(text, name)
    assert code in {said.code for said in found.errors}
    assert all(said.span is not None for said in found.errors)


def test_characters_that_move_the_cursor_mean_nothing() -> None:
    found = checked(HEAD + "$$\u202ey = W\u200bx\u202c$$\n$$\\frac{\\partial y}{\\partial x} = W$$")
    assert [verdict.kind for verdict in found.verdicts] == ["proved"]


def test_a_document_without_directives_is_passed_over() -> None:
    assert checked("Text with $x_i$ and `code`.\n" * 100_000).verdicts == ()


def test_what_stands_after_stop_is_not_read() -> None:
    found = checked(HEAD + "<!-- gradcli: stop -->\n" + "Text with $x_i = y$.\n" * 10_000)
    assert found.formulas is not None
    assert found.formulas.skipped == 0
