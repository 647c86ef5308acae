"""Where the Lark grammars are: inside an installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def grammar_folder() -> Path:
    """Return the folder of the `*.lark` files.

    A wheel carries `grammar/` as `gradcli/_grammar`; an editable install and a checkout
    have it beside the package.
    """
    shipped = _PACKAGE / "_grammar"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "grammar"


def grammar_text(name: str) -> str:
    """Return the text of `grammar/<name>`; raises OSError where there is none."""
    return (grammar_folder() / name).read_text(encoding="utf-8")
