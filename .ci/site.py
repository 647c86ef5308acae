"""Hooks of MkDocs: links that leave docs/ lead to the repository, and the playground is put in where it is at hand."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import Any

_LINK = re.compile(r"(\]\()((?:\.\./)+[^)\s]+)(\))")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **rest: Any) -> str:
    """Lead links to files outside of docs/ to where the repository lives."""
    folder = posixpath.dirname(page.file.src_uri)

    def led(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join("docs", folder, found[2]))
        if target.startswith("docs/"):
            return found[0]
        file = target.partition("#")[0]
        if not (Path(config["docs_dir"]).parent / file).exists():
            raise FileNotFoundError(f"{page.file.src_uri}: {found[2]}")
        return f"{found[1]}{config['extra']['repository']}/blob/main/{target}{found[3]}"

    return _LINK.sub(led, markdown)


def on_post_build(*, config: Any, **rest: Any) -> None:
    """Build the playground into try/, from PYODIDE (the npm package unpacked) and the wheels of WHEELS."""
    pyodide, wheels = os.environ.get("PYODIDE"), os.environ.get("WHEELS")
    if pyodide and wheels:
        from gradcli.web.site import build

        build(Path(config["site_dir"]) / "try", Path(pyodide), sorted(Path(wheels).glob("*.whl")))
