"""The language server by a scripted client: each feature once, and an answer to each key within its time."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls")

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from gradcli.lsp.analysis import Analysis, tokens
from gradcli.lsp.text import Place, Text
from gradcli.syntax.colours import PIECE_KINDS

LOSSES = "x : R[n]\ny = tanh(x)\nt = tanh(x)\ncheck grad(f, x) == grad(f, y) * (1 - y**2)\n"
SHAPES = "W : R[m, n]; x : R[n]\ny = W @ x\ncheck grad(f, x) == W @ grad(f, y)\n"
TEXT = "x : R[n]  # 数学😀\nf = x.T @ x\ncheck grad(f, x) == x\n"


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Runs a script against one server for all tests: `ask(text, script)` opens a file of its own."""
    loop = asyncio.new_event_loop()
    client = LanguageClient("tests", "1")
    published: dict[str, list[Any]] = {}
    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(
        lambda params: published.setdefault(params.uri, []).append(params)
    )
    numbers = count(1)

    def ask(text: str, script: Script, ending: str = "mc") -> Any:
        async def run() -> Any:
            file = File(client, f"file:///work{next(numbers)}.{ending}", published)
            await file.open(text)
            return await script(file)

        return loop.run_until_complete(asyncio.wait_for(run(), 60))

    async def begin() -> None:
        await client.start_io(sys.executable, "-m", "gradcli", "lsp")
        await client.initialize_async(types.InitializeParams(capabilities=types.ClientCapabilities()))
        client.initialized(types.InitializedParams())

    async def end() -> None:
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()

    loop.run_until_complete(asyncio.wait_for(begin(), 60))
    yield ask
    loop.run_until_complete(asyncio.wait_for(end(), 60))
    loop.close()


class File:
    """One open file of the client."""

    def __init__(self, client: LanguageClient, uri: str, published: dict[str, list[Any]]) -> None:
        self.client, self.uri, self._published, self._version = client, uri, published, 1
        self.document = types.TextDocumentIdentifier(uri)
        self.text = ""
        self.said: list[types.Diagnostic] = []

    async def open(self, text: str) -> None:
        self.text = text
        item = types.TextDocumentItem(self.uri, "gradcli", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await self.published()

    async def write(self, text: str) -> None:
        """The whole text anew, as after a key."""
        self.text = text
        self._version += 1
        document = types.VersionedTextDocumentIdentifier(self._version, self.uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        await self.published()

    async def published(self) -> None:
        for _ in range(4000):
            if self._published.get(self.uri):
                self.said = list(self._published[self.uri].pop(0).diagnostics)
                return
            await asyncio.sleep(0.005)
        raise AssertionError("no diagnostics came")

    def marked(self, range: types.Range) -> str:
        text = Text(self.text)
        start, end = (text.offset(Place(each.line, each.character)) for each in (range.start, range.end))
        return self.text[start:end]

    def at(self, piece: str) -> types.Position:
        place = Text(self.text).place(self.text.index(piece))
        return types.Position(place.line, place.character)

    async def hover(self, piece: str) -> str:
        found = await self.client.text_document_hover_async(types.HoverParams(self.document, self.at(piece)))
        return "" if found is None else str(found.contents.value)

    async def actions(self) -> dict[str, str]:
        """The text after each action on all that is said, by its title."""
        everything = types.Range(types.Position(0, 0), types.Position(999, 0))
        params = types.CodeActionParams(self.document, everything, types.CodeActionContext(self.said))
        found = await self.client.text_document_code_action_async(params)
        return {action.title: self.after(action.edit.changes[self.uri]) for action in found}

    def after(self, edits: Sequence[types.TextEdit]) -> str:
        text, place = self.text, Text(self.text)
        for edit in sorted(edits, key=lambda each: (each.range.start.line, each.range.start.character), reverse=True):
            start, end = (place.offset(Place(each.line, each.character)) for each in (edit.range.start, edit.range.end))
            text = text[:start] + edit.new_text + text[end:]
        return text


Script = Callable[[File], Awaitable[Any]]
Ask = Callable[..., Any]


def test_diagnostics_come_as_one_types(ask: Ask) -> None:
    async def script(file: File) -> None:
        (said,) = file.said
        assert said.code == "C501" and "expected: 2 * x" in said.message and file.marked(said.range) == "x"
        await file.write(TEXT.replace("== x", "== 2*"))
        assert [each.code[0] for each in file.said] == ["E"]
        await file.write(TEXT.replace("== x", "== 2*x"))
        assert file.said == []

    ask(TEXT, script)


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("md", "<!-- gradcli: check; x : R[n] -->\n\n$$ f = x^T x $$\n\n$$ \\nabla_x f = x $$\n"),
        ("tex", "% gradcli: check; x : R[n]\n\\[ f = x^T x \\]\n\\[ \\nabla_x f = x \\]\n"),
    ],
)
def test_formulas_of_documents_are_checked_and_mended(ask: Ask, ending: str, text: str) -> None:
    async def script(file: File) -> dict[str, str]:
        (said,) = file.said
        assert said.code == "C501" and file.marked(said.range) == "x"
        return await file.actions()

    assert ask(text, script, ending) == {"Write 2 x": text.replace("f = x ", "f = 2 x ")}


def test_shapes_stand_beside_definitions(ask: Ask) -> None:
    async def script(file: File) -> list[tuple[int, str]]:
        everything = types.Range(types.Position(0, 0), types.Position(9, 0))
        hints = await file.client.text_document_inlay_hint_async(types.InlayHintParams(file.document, everything))
        return [(hint.position.line, str(hint.label).strip()) for hint in hints]

    assert ask("W : R[m, n]\nx : R[n]\nu = W @ x\nL = sum(u**2)\n", script) == [(2, "m × 1"), (3, "scalar")]


def test_hover_says_shape_definition_and_gradient(ask: Ask) -> None:
    async def script(file: File) -> tuple[str, str, str]:
        return await file.hover("x :"), await file.hover("f ="), await file.hover("数学")

    variable, definition, nothing = ask(TEXT, script)
    assert variable == "x : n × 1\n∇_x f = 2 x"
    assert definition == "f : scalar\nf = xᵀ x" and nothing == ""


@pytest.mark.parametrize(
    ("text", "title", "after"),
    [
        (TEXT, "Write 2 * x", TEXT.replace("== x", "== 2 * x")),
        (LOSSES, "Write loss f(y)", LOSSES.replace("check", "loss f(y)\ncheck")),
        (SHAPES, "Write W.T @ grad(f, y)", SHAPES.replace("W @ grad", "W.T @ grad")),
        ("y = exq(x)\n", "Declare exq : R -> R", "exq : R -> R\ny = exq(x)\n"),
        ("f = sum(Phi * x)\n", "Write f = sum(Phi @ x)", "f = sum(Phi @ x)\n"),
        ("f = sum(Phi * x)\n", "Declare x : R", "x : R\nf = sum(Phi * x)\n"),
        ("W : R[m, n]\ny : R[m]\nu = W @ y\n", "Write u = W.T @ y", "W : R[m, n]\ny : R[m]\nu = W.T @ y\n"),
    ],
)
def test_code_actions_mend(ask: Ask, text: str, title: str, after: str) -> None:
    async def script(file: File) -> dict[str, str]:
        found = await file.actions()
        await file.write(found[title])
        assert file.said == []
        return found

    assert ask(text, script)[title] == after


def test_completion_definition_rename_and_layout(ask: Ask) -> None:
    async def script(file: File) -> None:
        place = file.at("x.T")
        items = await file.client.text_document_completion_async(types.CompletionParams(file.document, place))
        assert {"x", "f", "sum", "check", "symmetric"} <= {item.label for item in items}
        found = await file.client.text_document_definition_async(types.DefinitionParams(file.document, place))
        assert file.marked(found.range) == "x" and found.range.start == types.Position(0, 0)
        edit = await file.client.text_document_rename_async(types.RenameParams(file.document, place, "v"))
        renamed = file.after(edit.changes[file.uri])
        assert renamed == "v : R[n]  # 数学😀\nf = v.T @ v\ncheck grad(f, v) == v\n"
        await file.write("y=W@x\n")
        options = types.DocumentFormattingParams(file.document, types.FormattingOptions(4, True))
        assert file.after(await file.client.text_document_formatting_async(options)) == "y = W @ x\n"

    ask(TEXT, script)


def test_semantic_tokens(ask: Ask) -> None:
    async def script(file: File) -> list[tuple[str, str]]:
        found = await file.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(file.document))
        pieces, line, character = [], 0, 0
        for start in range(0, len(found.data), 5):
            down, along, length, kind, _ = found.data[start : start + 5]
            line, character = line + down, along + (0 if down else character)
            place = types.Range(types.Position(line, character), types.Position(line, character + length))
            pieces.append((file.marked(place), PIECE_KINDS[kind]))
        return pieces

    pieces = ask(TEXT, script)
    assert pieces[:4] == [("x", "variable"), ("R", "type"), ("n", "variable"), ("# 数学😀", "comment")]
    assert ("check", "keyword") in pieces and ("grad", "function") in pieces


def test_what_takes_long_keeps_no_key_waiting(ask: Ask) -> None:
    long = (
        "A : R[12, 12]\nB : R[12, 12]\ncheck det(A @ B + expm(A)) == det(A) * det(expm(B)) + 1e-9 * tr(logdet(A) * B)\n"
    )

    async def script(file: File) -> None:
        params = types.SemanticTokensParams(file.document)
        document = types.VersionedTextDocumentIdentifier(2, file.uri)
        change = types.TextDocumentContentChangeWholeDocument(long)
        file.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        assert (await file.client.text_document_semantic_tokens_full_async(params)).data  # at once
        file._version = 2
        file._published[file.uri].clear()
        await file.write("x : R[n]\ny = W @\n")
        while [each.code for each in file.said] != ["E101"]:
            await file.published()

    ask("x : R[n]\n", script)


def test_settings_hold_in_editors(tmp_path: Path) -> None:
    (tmp_path / "gradcli.toml").write_text('layout = "denominator"\n')
    text = "W : R[m, n]; x : R[n]\ny = W @ x\ncheck jac(y, x) == W.T\n"
    assert Analysis(str(tmp_path / "a.mc"), text).said() == []
    (said,) = Analysis("a.mc", text).said()
    assert "layout" in said.message


def test_a_key_is_answered_with_work_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every statement of 50 lines is read once for all that is said of it."""
    import gradcli.syntax.parse as parse

    statements = 0
    reduce = parse._statement

    def counted(*arguments: Any) -> Any:
        nonlocal statements
        statements += 1
        return reduce(*arguments)

    text = fifty_lines()
    Analysis("warm.mc", text).said()
    monkeypatch.setattr(parse, "_statement", counted)
    assert Analysis("a.mc", f"{text}# 1\n").said() == []
    assert statements <= text.count("\n") + text.count(";")


def test_a_key_is_answered_in_time() -> None:
    text = fifty_lines()
    Analysis("warm.mc", text).said()
    times = []
    for number in range(5):
        began = time.process_time()
        analysis = Analysis("a.mc", f"{text}# {number}\n")
        analysis.said(), analysis.shapes()
        times.append(time.process_time() - began)
    assert min(times) < 0.2  # 0.05 on a machine that is not loaded


def fifty_lines() -> str:
    """A network of 16 layers, with what is claimed of its gradients."""
    lines = ["x0 : R[n]", *(f"W{k} : R[n, n]; b{k} : R[n]\nx{k} = tanh(W{k} @ x{k - 1} + b{k})" for k in range(1, 17))]
    lines += ["f = sum(x16**2)", *(f"check grad(f, b{k}) == grad(f, x{k}) * (1 - x{k}**2)" for k in range(16, 0, -1))]
    return "\n".join([*lines, ""])


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
