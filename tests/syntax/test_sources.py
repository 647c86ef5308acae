"""Reading a file: what is a text, and what is said of what is not."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from gradcli.diagnostics import Diagnostic
from gradcli.syntax import sources
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.syntax.sources import nothing_in, read_source, source_of_text


def _written(tmp_path: Path, data: bytes) -> Source | Diagnostic:
    path = tmp_path / "a.mc"
    path.write_bytes(data)
    return read_source(path)


def test_a_file(tmp_path: Path) -> None:
    found = _written(tmp_path, "x ∈ ℝ^n\n".encode())
    assert isinstance(found, Source)
    assert found.text == "x ∈ ℝ^n\n" and found.name == str(tmp_path / "a.mc")


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfy = x\nz = x", b"y = x\r\nz = x\r\n", b"y = x\rz = x"])
def test_byte_order_mark_and_line_ends(tmp_path: Path, data: bytes) -> None:
    found = _written(tmp_path, data)
    assert isinstance(found, Source)
    module, diagnostics = parse_module(found)
    assert diagnostics == [] and len(module.statements) == 2


@pytest.mark.parametrize("data", [b"y = \xff", b"y = \x00", b"\xff\xfey\x00", bytes(range(256))])
def test_not_a_text(tmp_path: Path, data: bytes) -> None:
    found = _written(tmp_path, data)
    assert isinstance(found, Diagnostic) and found.code == "E111"


def test_missing_folder_and_impossible_names(tmp_path: Path) -> None:
    for path in (tmp_path / "none.mc", tmp_path, "a\x00b", "a" * 5000, tmp_path / "none" / "x.mc"):
        found = read_source(path)
        assert isinstance(found, Diagnostic) and found.code == "E110"
        assert "\x00" not in found.message and "\n" not in found.message


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_permission_denied(tmp_path: Path) -> None:
    path = tmp_path / "a.mc"
    path.write_text("y = x")
    path.chmod(0)
    found = read_source(path)
    assert isinstance(found, Diagnostic) and found.code == "E110" and "permission" in found.message


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_BYTES", 10)
    found = _written(tmp_path, b"y = x + y + z")
    assert isinstance(found, Diagnostic) and found.code == "E110"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(b"y = x")

    monkeypatch.setattr("sys.stdin", Stdin())
    assert read_source("-") == Source("<stdin>", "y = x")


def test_a_text_given_directly() -> None:
    assert source_of_text("a\r\nb") == Source("<text>", "a\nb")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "  ;; \t"])
def test_nothing(text: str) -> None:
    source = source_of_text(text)
    module, diagnostics = parse_module(source)
    assert module.statements == () and diagnostics == []
    assert nothing_in(source).code == "E112"
