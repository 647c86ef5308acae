"""A scripted client of the language server: one open file, and what editors ask of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from gradcli.lsp.text import Place, Text
from gradcli.syntax.colours import PIECE_KINDS


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

    async def shapes(self) -> list[tuple[int, str]]:
        """The hints beside lines."""
        everything = types.Range(types.Position(0, 0), types.Position(999, 0))
        hints = await self.client.text_document_inlay_hint_async(types.InlayHintParams(self.document, everything))
        return [(hint.position.line, str(hint.label).strip()) for hint in hints]

    async def completions(self, piece: str, along: int = 0) -> dict[str, types.CompletionItem]:
        """What may be typed `along` characters behind the start of a piece."""
        place = self.at(piece)
        place = types.Position(place.line, place.character + along)
        items = await self.client.text_document_completion_async(types.CompletionParams(self.document, place))
        return {item.label: item for item in items}

    async def definition(self, piece: str) -> tuple[str, int]:
        """What is marked, and in which line."""
        params = types.DefinitionParams(self.document, self.at(piece))
        found = await self.client.text_document_definition_async(params)
        return self.marked(found.range), found.range.start.line

    async def renamed(self, piece: str, new: str) -> str | None:
        """The text with the name at a piece called otherwise; None where the server refuses."""
        params = types.RenameParams(self.document, self.at(piece), new)
        edit = await self.client.text_document_rename_async(params)
        return None if edit is None else self.after(edit.changes[self.uri])

    async def coloured(self) -> list[tuple[str, str]]:
        """The coloured pieces, each with its kind."""
        found = await self.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(self.document))
        pieces, line, character = [], 0, 0
        for start in range(0, len(found.data), 5):
            down, along, length, kind, _ = found.data[start : start + 5]
            line, character = line + down, along + (0 if down else character)
            place = types.Range(types.Position(line, character), types.Position(line, character + length))
            pieces.append((self.marked(place), PIECE_KINDS[kind]))
        return pieces

    def after(self, edits: Sequence[types.TextEdit]) -> str:
        text, place = self.text, Text(self.text)
        for edit in sorted(edits, key=lambda each: (each.range.start.line, each.range.start.character), reverse=True):
            start, end = (place.offset(Place(each.line, each.character)) for each in (edit.range.start, edit.range.end))
            text = text[:start] + edit.new_text + text[end:]
        return text


Script = Callable[[File], Awaitable[Any]]
Ask = Callable[..., Any]
