"""The colours of the language: Pygments, the language server and the TextMate grammar know the same words."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.token import Comment, Keyword, Name, Number, Token

from gradcli.pygments_lexer import GradcliLexer
from gradcli.syntax.colours import KEYWORD_WORDS, MODIFIER_WORDS

ROOT = Path(__file__).parents[2]


def coloured(text: str) -> dict[str, object]:
    return {word: token for token, word in GradcliLexer().get_tokens(text) if word.strip()}


def test_pygments_finds_the_kinds_of_a_program() -> None:
    kinds = coloured("S : R[n, 3] symmetric  # 数学\nu = g'(S) @ x\ncheck grad(f, x) == exp(u)\n")
    assert kinds["check"] is Keyword and kinds["symmetric"] is Keyword.Pseudo and kinds["R"] is Keyword.Type
    assert kinds["# 数学"] is Comment.Single and kinds["3"] is Number
    assert kinds["g"] is kinds["grad"] is kinds["exp"] is Name.Function and kinds["u"] is Name.Variable


def test_a_keyword_that_is_a_name_is_coloured_as_one() -> None:
    assert coloured("loss = x.T @ x")["loss"] is Name.Variable
    assert coloured("grad f wrt x")["grad"] is Keyword
    assert coloured("lower : R[n]")["lower"] is Name.Variable


@settings(max_examples=30)
@given(st.text(max_size=60))
def test_nothing_is_lost_and_nothing_is_an_error(text: str) -> None:
    found = list(GradcliLexer(stripnl=False, ensurenl=False).get_tokens_unprocessed(text))
    assert "".join(piece for _, _, piece in found) == text
    assert all(text.startswith(piece, offset) and token is not Token.Error for offset, token, piece in found)


def test_the_entry_point_names_the_lexer() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, name = project["entry-points"]["pygments.lexers"]["gradcli"].split(":")
    assert getattr(import_module(module), name) is GradcliLexer


@pytest.mark.parametrize("words", [KEYWORD_WORDS, MODIFIER_WORDS], ids=["keywords", "modifiers"])
def test_the_textmate_grammar_has_the_same_words(words: tuple[str, ...]) -> None:
    file = ROOT / "editors" / "vscode" / "syntaxes" / "gradcli.tmLanguage.json"
    patterns = json.loads(file.read_text(encoding="utf-8"))["patterns"]
    lists = [set(re.sub(r"^\\b\(|\)\\b.*$", "", each["match"]).split("|")) for each in patterns]
    assert set(words) in lists
