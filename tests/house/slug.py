"""Where the repository lives: pyproject.toml says it; `python -m tests.house.slug` writes it into the pages.

They name it as an action (`uses: OWNER/NAME@vVERSION`), as a hook and as an address (`github.com/OWNER/NAME`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from gradcli.version import __version__

ROOT = Path(__file__).parents[2]
_NAMED = re.compile(r"(?P<before>github\.com/|uses: )(?P<slug>[\w-]+/gradcli)\b(?P<version>@v[\w.]+)?")
_SITE = re.compile(r"[\w-]+\.github\.io/gradcli\b")
_REVISION = re.compile(r"(?P<before>/gradcli\s+rev: )(?P<version>v[\w.]+)")


def slug() -> str:
    """OWNER/NAME, from the one place."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["urls"]["Repository"]).removeprefix("https://github.com/")


def pages() -> Iterator[Path]:
    """Every file of the repository that may name it."""
    code = "gradcli/**/*.py"
    for pattern in ("*.md", "*.yml", "*.toml", "docs/**/*.md", ".github/**/*", "editors/*/package.json", code):
        yield from (each for each in sorted(ROOT.glob(pattern)) if each.is_file() and each.name != "CHANGELOG.md")


def written(text: str) -> str:
    """A page with the slug and the version as they are now."""
    text = _NAMED.sub(lambda m: f"{m['before']}{slug()}" + (f"@v{__version__}" if m["version"] else ""), text)
    text = _SITE.sub(f"{slug().partition('/')[0]}.github.io/gradcli", text)
    return _REVISION.sub(lambda m: f"{m['before']}v{__version__}", text)


if __name__ == "__main__":
    for page in pages():
        before = page.read_text(encoding="utf-8")
        if (after := written(before)) != before:
            page.write_text(after, encoding="utf-8")
            print(page.relative_to(ROOT))
