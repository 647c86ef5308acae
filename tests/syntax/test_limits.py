"""No text exhausts the parser: what is too large or too deep is a diagnostic, soon."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcli.diagnostics.text import render_text
from gradcli.syntax import ast
from gradcli.syntax.parse import MAX_DEPTH, parse_expression, parse_module
from tests.syntax.helpers import faults, tree

MANY = 100_000
LONG = 2_000_000

DEEP = {
    "brackets": "y = " + "(" * MANY + "x" + ")" * MANY,
    "lists": "y = " + "[" * MANY + "x" + "]" * MANY,
    "calls": "y = " + "g(" * MANY + "x" + ")" * MANY,
    "signs": "y = " + "-" * MANY + "x",
    "transposes": "y = x" + ".T" * MANY,
    "powers": "y = " + "**".join(["x"] * 50_000),
    "entries": "y = x" + "[i]" * 50_000,
    "nablas": "y = " + "∇[x] " * 50_000 + "f",
    "never closed": "y = " + "(" * LONG,
}


@pytest.mark.parametrize("name", DEEP)
def test_too_deep(name: str) -> None:
    (found,) = faults(DEEP[name])
    assert found.code == "E104"
    assert len(render_text(found)) < 1000


@pytest.mark.parametrize(
    "text",
    [
        "^".join(["x"] * MANY),
        "y = " + "^".join(["x"] * MANY),
        "y = " + "<".join(["x"] * 50_000),
        "y = " + "x" * LONG,
        "y = " + "1" * LONG,
        "." * LONG,
        "'" * LONG,
        '"' * LONG,
        "\\" * LONG,
        "\u0301" * LONG,
        "(" * LONG,
        ")" * LONG,
        "y = [" + "[;" * 10_000,
        "y = g(x\n" * 10_000,
        "(\n" * 100_000,
        "check a\n" + "= b\n" * 10_000,
        "y = " + "x + " * (LONG // 4),
    ],
    ids=lambda t: t[:10].strip() or "blank",
)
def test_long_and_wrong(text: str) -> None:
    found = faults(text)
    assert found
    assert all(len(render_text(d)) < 1000 for d in found[:3])


@pytest.mark.parametrize(
    "text",
    [
        "y = x" + " " * LONG,
        "y = x" + "\n" * LONG,
        ";" * LONG + "y = x",
        "#" * LONG + "\ny = x",
        "y = " + "+".join(["x"] * 10_000),
        "y = " + "@".join(["x"] * 10_000),
        "y = [" + ", ".join(["x"] * 10_000) + "]",
        "y = " + "(" * 300 + "x" + ")" * 300,
        "y = " + "g(" * 100 + "x" + ")" * 100,
    ],
    ids=lambda t: t[:12].strip() or "blank",
)
def test_long_and_right(text: str) -> None:
    module, found = parse_module(ast.Source("t", text))
    assert found == [] and len(module.statements) == 1


def test_a_tree_is_shallow_enough_to_recurse_over() -> None:
    """Every way to nest, taken to the bound, is shown by a plain recursion."""
    inner = "x"
    for text in (
        "g({})",
        "({}).T",
        "-({})",
        "({})**2",
        "({})^2",
        "[{}]",
        "a + ({}) * b",
        "sum[k]({})",
        "({})[i]",
    ):
        deepest = inner
        while isinstance(parse_expression(ast.Source("t", text.format(deepest))), ast.Expr):
            deepest = text.format(deepest)
        found = parse_expression(ast.Source("t", deepest))
        assert isinstance(found, ast.Expr)
        assert tree(found)
    assert sys.getrecursionlimit() * 0.9 > 4 * MAX_DEPTH


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    module, found = parse_module(ast.Source("t", text))
    assert isinstance(module, ast.Module)
    for diagnostic in found:
        render_text(diagnostic)


_WORDS = (
    "x y W g f 2 0.5 1e-3 ( ) [ ] { } , ; : = == < <= + - * / @ ** ^ .T ᵀ ^T ^-T ' \" . ∇ ∂ ∑ Σ × ⊙ ∈ ℝ R -> "
    "check refute grad wrt loss layout implicit differential numerator axis= sum[k]( # \\ $ é"
)
_PIECES = [*re.split(" ", _WORDS), "\n", " ", "\n\n", "y = ", "x : R[n]\n"]


@settings(max_examples=700, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=25), st.booleans())
def test_any_run_of_tokens_is_answered(pieces: list[str], spaced: bool) -> None:
    text = (" " if spaced else "").join(pieces)
    module, found = parse_module(ast.Source("t", text))
    for diagnostic in found:
        assert diagnostic.span is not None and diagnostic.span.end <= len(text)
        assert diagnostic.span.start < diagnostic.span.end
        render_text(diagnostic)
    for statement in module.statements:
        assert 0 <= statement.span.start < statement.span.end <= len(text)
