"""The kinds of files that are read: each has its endings, and the functions that read it.

A new way in is a row of `WAYS`; the functions are named, so that none is imported before a file of its kind is read.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from gradcli.record import dataclass
from gradcli.syntax.ast import Source

if TYPE_CHECKING:
    from gradcli.verdicts.verdict import Checked


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of file.

    `check`, `module:function`, gives the verdicts of a source, of which `layout` goes before what it says;
    `in_folder` says of a text whether a file in a folder is meant (None: always).
    """

    endings: tuple[str, ...]
    check: str
    in_folder: str | None = None

    def checked(self, source: Source, layout: str | None = None) -> Checked:
        """The verdicts of a source."""
        checked = cast("Callable[[Source, str | None], Checked]", _function(self.check))
        return checked(source, layout)

    def is_meant(self, path: str) -> bool:
        """Whether a file that was found in a folder is one to check."""
        if self.in_folder is None:
            return True
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return bool(_function(self.in_folder)(file.read(_MOST_LOOKED_AT)))
        except OSError:
            return True  # checking it says why it cannot be read


_MOST_LOOKED_AT = 16 * 1024 * 1024

PROGRAMS = Way((".mc",), "gradcli.ways_in.files:check_program")
DOCUMENTS = Way(
    (".md", ".markdown", ".qmd", ".rmd", ".tex", ".ipynb"),
    "gradcli.documents.check:check_document",
    "gradcli.documents.meant:is_meant",
)
PYTHON = Way((".py",), "gradcli.pairs.check:check_python_file", "gradcli.pairs.check:has_directive")
WAYS: tuple[Way, ...] = (PROGRAMS, DOCUMENTS, PYTHON)


def way_of(name: str) -> Way:
    """The kind of a file by its ending; what has no known ending is a program."""
    ending = os.path.splitext(name)[1].lower()
    return next((way for way in WAYS if ending in way.endings), PROGRAMS)


def is_document(name: str) -> bool:
    """Whether a file is a document by its ending."""
    return way_of(name) is DOCUMENTS


def known_endings() -> tuple[str, ...]:
    """Every ending."""
    return tuple(ending for way in WAYS for ending in way.endings)


def _function(name: str) -> Callable[..., object]:
    module, _, function = name.partition(":")
    found: Callable[..., object] = getattr(import_module(module), function)
    return found
