"""The frame of a page: head, style, and text that means nothing to HTML."""

from __future__ import annotations

from html import escape

from gradcli.render.page.style import STYLE

# a page loads nothing and runs nothing, whatever stands in it
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def page(title: str, body: str) -> str:
    """A whole document; `body` is HTML, `title` is text."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def text(words: str) -> str:
    """Words as HTML text; what is no printable character, a bidirectional control say, is shown escaped."""
    return escape("".join(char if char.isprintable() or char in "\n\t" else _escaped(char) for char in words))


def _escaped(char: str) -> str:
    return char.encode("unicode_escape", "replace").decode()
