"""The language server by a scripted client: each feature once, and an answer to each key within its time."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls")

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from gradcli.lsp.analysis import Analysis, tokens
from gradcli.lsp.text import Place, Text
from gradcli.syntax.colours import PIECE_KINDS

URI = "file:///work.mc"
TEXT = "x : R[n]  # 数学😀\nf = x.T @ x\ncheck grad(f, x) == x\n"


def _with_server(script: Callable[[LanguageClient, list[Any]], Awaitable[None]]) -> None:
    async def run() -> None:
        client = LanguageClient("tests", "1")
        published: list[Any] = []
        client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: published.append(params))
        await client.start_io(sys.executable, "-m", "gradcli", "lsp")
        try:
            await client.initialize_async(types.InitializeParams(capabilities=types.ClientCapabilities()))
            client.initialized(types.InitializedParams())
            await script(client, published)
        finally:
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()

    asyncio.run(asyncio.wait_for(run(), 60))


async def _opened(client: LanguageClient, published: list[Any], text: str, uri: str = URI) -> list[types.Diagnostic]:
    client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "gradcli", 1, text)))
    return await _published(published)


async def _published(published: list[Any]) -> list[types.Diagnostic]:
    for _ in range(400):
        if published:
            return list(published.pop(0).diagnostics)
        await asyncio.sleep(0.05)
    raise AssertionError("no diagnostics came")


def test_every_feature() -> None:
    document = types.TextDocumentIdentifier(URI)

    async def script(client: LanguageClient, published: list[Any]) -> None:
        (said,) = await _opened(client, published, TEXT)
        assert said.code == "C501" and "expected: 2 * x" in said.message
        assert (said.range.start, said.range.end) == (types.Position(2, 20), types.Position(2, 21))
        where = types.Position(1, 4)
        hover = await client.text_document_hover_async(types.HoverParams(document, where))
        assert "x : n × 1" in hover.contents.value and "∇_x f = 2 x" in hover.contents.value
        hints = await client.text_document_inlay_hint_async(
            types.InlayHintParams(document, types.Range(types.Position(0, 0), types.Position(9, 0)))
        )
        assert [hint.label.strip() for hint in hints] == ["scalar"]
        place = await client.text_document_definition_async(types.DefinitionParams(document, where))
        assert place.range.start == types.Position(0, 0)
        edit = await client.text_document_rename_async(types.RenameParams(document, where, "v"))
        assert len(edit.changes[URI]) == 5
        items = await client.text_document_completion_async(types.CompletionParams(document, where))
        assert {"x", "f", "sum", "check", "symmetric"} <= {item.label for item in items}
        (action,) = await client.text_document_code_action_async(
            types.CodeActionParams(document, said.range, types.CodeActionContext([said]))
        )
        assert action.edit.changes[URI][0].new_text == "2 * x"
        found = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
        assert len(found.data) % 5 == 0 and list(found.data[:3]) == [0, 0, 1]
        assert PIECE_KINDS[found.data[3]] == "variable"
        messy = types.TextDocumentContentChangeWholeDocument("y=W@x\n")
        client.text_document_did_change(
            types.DidChangeTextDocumentParams(types.VersionedTextDocumentIdentifier(2, URI), [messy])
        )
        await _published(published)
        options = types.FormattingOptions(4, True)
        edits = await client.text_document_formatting_async(types.DocumentFormattingParams(document, options))
        assert edits[0].new_text == "y = W @ x\n"
        document_uri = "file:///notes.md"
        text = "<!-- gradcli: check -->\n$x \\in \\mathbb{R}^n$\n\n$$ f = x^T x $$\n\n$$ \\nabla_x f = x $$\n"
        (wrong,) = await _opened(client, published, text, document_uri)
        assert wrong.code == "C501" and wrong.range.start.line == 5

    _with_server(script)


def test_the_loss_that_is_missing_is_offered() -> None:
    async def script(client: LanguageClient, published: list[Any]) -> None:
        text = "x : R[n]\ny = tanh(x)\nt = tanh(x)\ncheck grad(f, x) == grad(f, y) * (1 - t**2)\n"
        said = await _opened(client, published, text)
        assert any("write `loss" in each.message for each in said)

    _with_server(script)


def test_a_key_is_answered_in_time() -> None:
    lines = ["x0 : R[n]", *(f"W{k} : R[n, n]; x{k} = tanh(W{k} @ x{k - 1})" for k in range(1, 49))]
    text = "\n".join([*lines, ""])
    Analysis("warm.mc", text).said()
    times = []
    for number in range(5):
        began = time.process_time()
        analysis = Analysis("a.mc", f"{text}# {number}\n")
        analysis.said(), analysis.shapes()
        times.append(time.process_time() - began)
    assert min(times) < 0.1


def test_places_count_utf16() -> None:
    text = Text("a😀b\n数学x\n")
    assert text.place(2) == Place(0, 3)
    assert text.offset(Place(0, 3)) == 2
    assert text.offset(Place(1, 99)) == 7
    assert text.offset(Place(9, 0)) == 8
    for offset in range(len(text.text)):
        assert text.offset(text.place(offset)) == offset


def test_names_that_cannot_be_given() -> None:
    analysis = Analysis("a.mc", TEXT)
    assert isinstance(analysis.renamed(0, "f"), str)
    assert isinstance(analysis.renamed(0, "2x"), str)
    assert isinstance(analysis.renamed(12, "y"), str)
    assert analysis.hover(12) is None


def test_a_text_that_is_wrong_everywhere() -> None:
    for text in ("", "((((", "y = = x", "check", "\x00", "😀"):
        analysis = Analysis("a.mc", text)
        analysis.said(), analysis.shapes(), list(analysis.completions()), list(tokens(analysis))


def test_the_extension_is_well_formed() -> None:
    import json

    folder = Path("editors/vscode")
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    for entry in (*package["contributes"]["grammars"], *package["contributes"]["snippets"]):
        json.loads((folder / entry["path"]).read_text(encoding="utf-8"))
    assert (folder / package["main"]).exists()
