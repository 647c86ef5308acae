"""The tables in the package are those of the grammar, and the loop over them is an LALR parser."""

from __future__ import annotations

from typing import Any

import pytest
from lark import Token, UnexpectedInput

from gradcli.syntax import build_tables
from gradcli.syntax.ast import Source
from gradcli.syntax.build import builders
from gradcli.syntax.grammar_files import grammar_folder, grammar_text
from gradcli.syntax.parse import marked, parse_module
from gradcli.syntax.tokens import KIND, Tokens
from tests.syntax.test_expressions import FORMS

_NAMES = {number: name for name, number in KIND.items()}


@pytest.fixture(scope="module")
def lark_accepts() -> Any:
    """Whether Lark itself accepts the tokens of a statement."""
    parser = build_tables.lark_parser().parser.parser

    def accepts(tokens: Tokens) -> bool:
        interactive = parser.parse_interactive(None, "statement")
        try:
            for i, kind in enumerate(tokens.kinds):
                interactive.feed_token(Token(_NAMES[kind], tokens.word(i)))
            interactive.feed_token(Token("$END", ""))
        except UnexpectedInput:
            return False
        return True

    return accepts


def test_the_tables_are_up_to_date() -> None:
    """After a change of the grammar: python -m gradcli.syntax.build_tables."""
    assert build_tables.TABLES.read_text(encoding="utf-8") == build_tables.render_tables()


def test_every_alias_has_a_builder() -> None:
    aliases = {str(rule.alias) for rule in build_tables.lark_parser().rules if rule.alias}
    assert aliases == set(builders())


def test_the_grammar_is_found() -> None:
    assert (grammar_folder() / "mc.lark").is_file()
    assert "statement:" in grammar_text("mc.lark")


TEXTS = [
    *(f"y = {form}" for form in FORMS),
    "y = 2 x",
    "y = 2 Aᵀ (A x − b) / ‖x‖",
    "y = [Σ_k A_ik B_kj]_ij",
    "y = ∇_x f + ∇²h(x) x",
    "∂y/∂x",
    "y = ‖x",
    "y = ∇_x",
    "y = x²³ᵀ'",
    "y = a < b < c",
    "y = a^b^c",
    "y = (a, b)",
    "y == a",
    "y = a = b",
    "check a",
    "grad f wrt",
    "grad f",
    "x : R[n] symmetric, spd",
    "x : R[n][m]",
    "x : R[n+1]",
    "x : R[n/2]",
    "y = A'",
    "y = f(a b)",
    "y =",
    "=",
    "y = x^{2}",
    "y = sum[k]",
    "y = ∇ f",
    "y = ∂y",
    "implicit y : a",
    "implicit y : a == b",
    "loss f",
    "loss f(y)",
    "y = [a,]",
    "y = []",
    "y = f(,)",
]


@pytest.mark.parametrize("text", TEXTS)
def test_lark_agrees(text: str, lark_accepts: Any) -> None:
    source = Source("t", text)
    (tokens,) = marked(source)[0]
    rejected = {"E101", "E105", "E106", "E108", "E102"} & {d.code for d in parse_module(source)[1]}
    if text == "grad f":
        assert lark_accepts(tokens) and rejected  # refused by what it means, not by its form
    else:
        assert lark_accepts(tokens) == (not rejected)
