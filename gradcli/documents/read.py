"""A document, read: its text, its pieces and the programs that they make."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from gradcli.diagnostics import Diagnostic
from gradcli.documents.markdown import markdown_pieces
from gradcli.documents.notebook import Edit, Notebook, read_notebook
from gradcli.documents.pieces import Piece, concerned
from gradcli.documents.program import DocumentProgram, programs
from gradcli.documents.tex import tex_pieces
from gradcli.syntax.ast import Source


@dataclass(frozen=True, slots=True)
class Document:
    """`source` is the file, `text` what is read of it (of a notebook the text of its Markdown cells)."""

    source: Source
    text: Source
    tex: bool
    pieces: Sequence[Piece]
    programs: Sequence[DocumentProgram]
    notebook: Notebook | None = None


def suffix_of(source: Source) -> str:
    """The ending of a source's name."""
    return os.path.splitext(source.name)[1].lower()


def pieces_of(text: Source) -> Sequence[Piece]:
    """What a document in Markdown or TeX is made of; nothing of one that gradcli is not concerned with."""
    if not concerned(text.text):
        return ()
    return tex_pieces(text.text) if suffix_of(text) == ".tex" else markdown_pieces(text.text)


def read_document(source: Source, layout: str | None = None) -> Document | Diagnostic:
    """Read a document by the kind of text that its ending says; `layout` goes before what it says."""
    suffix = suffix_of(source)
    notebook: Notebook | None = None
    text = source
    if not concerned(source.text):
        return Document(source, source, suffix == ".tex", (), ())
    if suffix == ".ipynb":
        found = read_notebook(source)
        if isinstance(found, Diagnostic):
            return found
        notebook, text = found, found.source
    pieces = pieces_of(text)
    return Document(source, text, suffix == ".tex", pieces, programs(text, pieces, layout), notebook)


def edited(document: Document, edits: Sequence[Edit]) -> str:
    """The text of the file with edits in it, every other byte as it was."""
    if document.notebook is not None:
        return document.notebook.edited(document.source.text, edits)
    out = document.source.text
    for start, end, text in sorted(edits, reverse=True):
        out = out[:start] + text + out[end:]
    return out
