"""Which documents that are found in a folder are read."""

from __future__ import annotations

from gradcli.documents.markdown import markdown_pieces
from gradcli.documents.pieces import Directive, Fence, concerned
from gradcli.documents.tex import tex_pieces


def is_meant(text: str) -> bool:
    """Whether a document that is found in a folder is one to read: it holds a directive or a fence of the language."""
    if not concerned(text):
        return False
    if text.lstrip().startswith("{"):
        return True
    pieces = [*markdown_pieces(text), *tex_pieces(text)]
    return any(isinstance(piece, Directive | Fence) for piece in pieces)
