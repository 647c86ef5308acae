"""Which analysis a text gets, by its name."""

from __future__ import annotations

from gradcli.lsp.analysis import Analysis
from gradcli.ways_in.registry import DOCUMENTS, way_of


def analysis_of(name: str, text: str) -> Analysis:
    """The analysis of a text, read as its name says."""
    if way_of(name) is not DOCUMENTS:
        return Analysis(name, text)
    from gradcli.lsp.document import DocumentAnalysis

    return DocumentAnalysis(name, text)
