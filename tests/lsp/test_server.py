"""The language server by a scripted client: each feature once, and an answer to each key within its time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls")

from lsprotocol import types

from gradcli.lsp.analysis import Analysis
from gradcli.lsp.text import Place, Text
from tests.lsp.client import Ask, File

LOSSES = "x : R[n]\ny = tanh(x)\nt = tanh(x)\ncheck grad(f, x) == grad(f, y) * (1 - y**2)\n"
SHAPES = "W : R[m, n]; x : R[n]\ny = W @ x\ncheck grad(f, x) == W @ grad(f, y)\n"
TEXT = "x : R[n]  # 数学😀\nf = x.T @ x\ncheck grad(f, x) == x\n"


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
    shapes = ask("W : R[m, n]\nx : R[n]\nu = W @ x\nL = sum(u**2)\n", lambda file: file.shapes())
    assert shapes == [(2, "m × 1"), (3, "scalar")]


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
        assert {"x", "f", "sum", "check", "symmetric"} <= set(await file.completions("x.T"))
        assert await file.definition("x.T") == ("x", 0)
        assert await file.renamed("x.T", "v") == "v : R[n]  # 数学😀\nf = v.T @ v\ncheck grad(f, v) == v\n"
        await file.write("y=W@x\n")
        options = types.DocumentFormattingParams(file.document, types.FormattingOptions(4, True))
        assert file.after(await file.client.text_document_formatting_async(options)) == "y = W @ x\n"

    ask(TEXT, script)


def test_semantic_tokens(ask: Ask) -> None:
    pieces = ask(TEXT, lambda file: file.coloured())
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
        analysis.said(), analysis.shapes(), list(analysis.completions(0)), list(analysis.tokens())


def test_the_extension_is_well_formed() -> None:
    import json

    folder = Path("editors/vscode")
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    for entry in (*package["contributes"]["grammars"], *package["contributes"]["snippets"]):
        json.loads((folder / entry["path"]).read_text(encoding="utf-8"))
    assert (folder / package["main"]).exists()
