"""The language server, on pygls: each request is answered from the analysis of the text as it stands."""

from __future__ import annotations

import gc
from typing import Any
from urllib.parse import unquote, urlparse

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from gradcli.lsp.analysis import Analysis, Said
from gradcli.lsp.checking import Publisher
from gradcli.lsp.kinds import analysis_of
from gradcli.lsp.text import Place, Text
from gradcli.syntax.ast import Span
from gradcli.syntax.colours import PIECE_KINDS
from gradcli.version import __version__

_SEVERITY = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}


class Server(LanguageServer):
    """The server, with one analysis a file, of its latest version."""

    def __init__(self) -> None:
        super().__init__("gradcli", __version__)
        self._known: dict[str, tuple[str, Analysis]] = {}
        self.publisher = Publisher(self.analysis, self._publish)

    def analysis(self, uri: str) -> Analysis:
        """What is known of a file."""
        text = self.workspace.get_text_document(uri).source.replace("\r\n", "\n")
        known = self._known.get(uri)
        if known is None or known[0] != text:
            known = self._known[uri] = (text, analysis_of(unquote(urlparse(uri).path) or uri, text))
        return known[1]

    def forget(self, uri: str) -> None:
        """Drop what is known of a closed file."""
        self._known.pop(uri, None)
        self.publisher.forget(uri)

    def _publish(self, uri: str, found: list[Said]) -> None:
        text = self.analysis(uri).text
        said = [
            types.Diagnostic(
                _range(text, each.span), each.message, _SEVERITY[each.severity], each.code, source="gradcli"
            )
            for each in found
        ]
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, said))


def _range(text: Text, span: Span) -> types.Range:
    start, end = text.place(span.start), text.place(span.end)
    return types.Range(types.Position(start.line, start.character), types.Position(end.line, end.character))


def _offset(text: Text, position: types.Position) -> int:
    return text.offset(Place(position.line, position.character))


def build() -> Server:
    """A server with every feature."""
    server = Server()

    @server.feature(types.INITIALIZED)
    async def initialized(params: types.InitializedParams) -> None:
        server.publisher.begin()
        gc.collect()
        gc.freeze()  # what is loaded by now stays

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.publisher.changed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.publisher.changed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.forget(params.text_document.uri)
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(params.text_document.uri, []))

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        analysis = server.analysis(params.text_document.uri)
        told = analysis.hover(_offset(analysis.text, params.position))
        if told is None:
            return None
        return types.Hover(types.MarkupContent(types.MarkupKind.PlainText, told))

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        analysis = server.analysis(params.text_document.uri)
        found = []
        for shown in analysis.shapes():
            place = analysis.text.place(shown.offset)
            position = types.Position(place.line, place.character)
            found.append(types.InlayHint(position, f"  {shown.text}", types.InlayHintKind.Type))
        return found

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(params: types.DefinitionParams) -> types.Location | None:
        uri = params.text_document.uri
        analysis = server.analysis(uri)
        span = analysis.definition(_offset(analysis.text, params.position))
        return types.Location(uri, _range(analysis.text, span)) if span is not None else None

    @server.feature(types.TEXT_DOCUMENT_RENAME)
    def rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        uri = params.text_document.uri
        analysis = server.analysis(uri)
        found = analysis.renamed(_offset(analysis.text, params.position), params.new_name)
        if isinstance(found, str):
            server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, found))
            return None
        edits = [types.TextEdit(_range(analysis.text, each.span), each.text) for each in found]
        return types.WorkspaceEdit({uri: edits})

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=["\\"]))
    def completion(params: types.CompletionParams) -> list[types.CompletionItem]:
        kinds = {
            "function": types.CompletionItemKind.Function,
            "keyword": types.CompletionItemKind.Keyword,
            "attribute": types.CompletionItemKind.Property,
        }
        analysis = server.analysis(params.text_document.uri)
        return [
            types.CompletionItem(
                each.label,
                kind=kinds.get(each.told, types.CompletionItemKind.Variable),
                detail=each.told,
                filter_text=each.label,
                text_edit=types.TextEdit(_range(analysis.text, each.over), each.label) if each.over else None,
            )
            for each in analysis.completions(_offset(analysis.text, params.position))
        ]

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def formatting(params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        analysis = server.analysis(params.text_document.uri)
        after = analysis.laid_out()
        if after == analysis.source.text:
            return []
        return [types.TextEdit(_range(analysis.text, Span(0, len(analysis.source.text))), after)]

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        found = await server.publisher.said(uri)
        analysis = server.analysis(uri)
        start, end = (_offset(analysis.text, place) for place in (params.range.start, params.range.end))
        touched = [said for said in found if said.span.start <= end and start <= said.span.end]
        return [action for said in touched for action in _actions(uri, analysis, said)]

    @server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, types.SemanticTokensLegend(list(PIECE_KINDS), []))
    def semantic(params: types.SemanticTokensParams) -> types.SemanticTokens:
        analysis = server.analysis(params.text_document.uri)
        data: list[int] = []
        last = Place(0, 0)
        for span, kind in analysis.tokens():
            place, end = analysis.text.place(span.start), analysis.text.place(span.end)
            step = place.character - (last.character if place.line == last.line else 0)
            data += [place.line - last.line, step, end.character - place.character, PIECE_KINDS.index(kind), 0]
            last = place
        return types.SemanticTokens(data)

    return server


def _actions(uri: str, analysis: Analysis, said: Said) -> list[types.CodeAction]:
    """The mends of one message: the expected side, the corrected line, a declaration, or the loss that is missing."""
    found: list[Any] = []
    if said.mend is not None:
        edit = types.TextEdit(_range(analysis.text, said.span), said.mend)
        found.append((f"Write {said.mend}", edit))
    for mend in said.edits:
        edit = types.TextEdit(_range(analysis.text, mend.span), mend.text)
        found.append((mend.title[:1].upper() + mend.title[1:], edit))
    loss = analysis.losses()
    if loss is not None and not said.edits and "write `loss" in said.message:
        mend = analysis.stated(loss, said.span.start)
        found.append((mend.title, types.TextEdit(_range(analysis.text, mend.span), mend.text)))
    return [
        types.CodeAction(title, types.CodeActionKind.QuickFix, edit=types.WorkspaceEdit({uri: [edit]}))
        for title, edit in found
    ]
