"""Colours for the language wherever Pygments paints: Sphinx, MkDocs, Jupyter, `pygmentize`, slides.

Registered under `pygments.lexers`: fences marked `mc` and files `*.mc` are known where gradcli is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pygments.lexer import Lexer
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Whitespace, _TokenType

from gradcli.syntax.colours import pieces

_TOKENS = {
    "comment": Comment.Single,
    "string": String.Double,
    "number": Number,
    "keyword": Keyword,
    "modifier": Keyword.Pseudo,
    "function": Name.Function,
    "type": Keyword.Type,
    "variable": Name.Variable,
    "operator": Operator,
    "punctuation": Punctuation,
}


class GradcliLexer(Lexer):
    """The pieces of a program, each with its kind; what is no piece is text, and nothing is an error."""

    name = "gradcli"
    aliases = ("mc", "gradcli")
    filenames = ("*.mc",)
    mimetypes = ("text/x-gradcli",)
    url = "https://github.com/gradcli/gradcli"

    def get_tokens_unprocessed(self, text: str, *rest: Any) -> Iterator[tuple[int, _TokenType, str]]:
        """Yield (offset, token, text); the texts put together are the whole."""
        from gradcli.program.functions import RESERVED

        end = 0
        for span, kind in pieces(text, RESERVED):
            if span.start > end:
                yield end, Whitespace, text[end : span.start]
            yield span.start, _TOKENS[kind], text[span.start : span.end]
            end = span.end
        if end < len(text):
            yield end, Whitespace, text[end:]
