"""Every code is documented, and its documentation is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gradcli
from gradcli.diagnostics.registry import all_codes, code_doc
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module

PACKAGE = Path(gradcli.__file__).parent


def test_every_code_in_the_package_is_documented() -> None:
    used: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        used |= set(re.findall(r'"([ECDW]\d{3})"', path.read_text(encoding="utf-8")))
    assert used <= set(all_codes())


@pytest.mark.parametrize("code", all_codes())
def test_a_code_says_what_why_and_how(code: str) -> None:
    doc = all_codes()[code]
    assert doc.title and doc.means and doc.why and doc.mend
    assert bool(doc.example) <= bool(doc.mended) or code in ("W601",)
    assert doc.text().startswith(f"{code}: {doc.title}")
    assert doc.severity == ("warning" if code.startswith("W") else "error")


@pytest.mark.parametrize("code", all_codes())
def test_the_examples_read_as_they_say(code: str) -> None:
    doc = all_codes()[code]
    wrong = {d.code for d in parse_module(Source("t", doc.example))[1]}
    assert wrong == ({code} if doc.example and (code.startswith("E1") or code == "E405") else set())
    assert parse_module(Source("t", doc.mended))[1] == []


def test_codes_are_found_in_any_case() -> None:
    assert code_doc(" e301 ") == all_codes()["E301"]
    assert code_doc("E999") is None
