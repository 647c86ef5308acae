"""Which files of a folder are passed over: hidden ones, build folders, what git ignores, what the settings exclude."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from gradcli.ways_in.settings import Settings

_FOLDERS = frozenset({"build", "node_modules", "__pycache__", "dist", "venv", "site-packages"})


@dataclass(frozen=True, slots=True)
class _Rule:
    """One line of a .gitignore, for the paths below `base`."""

    base: str
    pattern: re.Pattern[str]
    keeps: bool
    folders_only: bool


class Excluded:
    """Says of the paths met in a walk whether they are passed over; folders come before what stands in them."""

    def __init__(self, settings: Settings) -> None:
        self._base = os.path.abspath(settings.base)
        self._exclude = [glob_pattern(each) for each in settings.exclude]
        self._include = [glob_pattern(each) for each in settings.include]
        self._rules: list[_Rule] = []
        self._read: set[str] = set()

    def enter(self, folder: str) -> None:
        """Read the .gitignore of a folder that is walked into; for the first one, those of the folders around it."""
        folder = os.path.abspath(folder)
        waiting = [folder]
        if not self._read:
            above = folder
            while not os.path.isdir(os.path.join(above, ".git")) and os.path.dirname(above) != above:
                above = os.path.dirname(above)
                waiting.insert(0, above)
            if not os.path.isdir(os.path.join(above, ".git")):
                waiting = [folder]
        for each in waiting:
            if each not in self._read:
                self._read.add(each)
                self._rules += _gitignore(each)

    def is_out(self, path: str, is_folder: bool) -> bool:
        """Whether a path is passed over."""
        name = os.path.basename(path)
        full = os.path.abspath(path)
        here = _below(full, self._base)
        if here is not None and any(pattern.fullmatch(here) for pattern in self._include):
            return False
        if is_folder and self._leads_to_included(here):
            return False
        if here is not None and any(pattern.fullmatch(here) for pattern in self._exclude):
            return True
        if is_folder and (name.startswith(".") or name in _FOLDERS or name.endswith(".egg-info")):
            return True
        out = False
        for rule in self._rules:
            inside = _below(full, rule.base)
            if inside is not None and (is_folder or not rule.folders_only) and rule.pattern.fullmatch(inside):
                out = not rule.keeps
        return out

    def _leads_to_included(self, here: str | None) -> bool:
        """Whether something below a folder is included by name."""
        if here is None:
            return False
        return any(pattern.pattern.startswith(re.escape(here)) for pattern in self._include)


def _below(path: str, base: str) -> str | None:
    """The path from a folder on, with slashes; None where it does not stand below it."""
    relative = os.path.relpath(path, base).replace(os.sep, "/")
    return None if relative.startswith("..") else relative


def _gitignore(folder: str) -> list[_Rule]:
    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="replace") as file:
            lines = file.read(1_000_000).splitlines()
    except OSError:
        return []
    rules = []
    for line in lines:
        text = line.rstrip()
        if not text or text.startswith("#"):
            continue
        keeps = text.startswith("!")
        text = text.removeprefix("!").removeprefix("\\")
        folders_only = text.endswith("/")
        text = text.rstrip("/")
        if not text:
            continue
        anchored = "/" in text
        text = text.removeprefix("/")
        rules.append(_Rule(folder, glob_pattern(text if anchored else f"**/{text}"), keeps, folders_only))
    return rules


@lru_cache(maxsize=1000)
def glob_pattern(glob: str) -> re.Pattern[str]:
    """A glob of a path as a pattern: `*` and `?` stay in one folder, `**` goes through folders, a folder holds all."""
    glob = glob.replace(os.sep, "/").removeprefix("./").rstrip("/")
    out, place = "", 0
    while place < len(glob):
        if glob.startswith("**/", place):
            out, place = out + "(?:.*/)?", place + 3
        elif glob.startswith("**", place):
            out, place = out + ".*", place + 2
        elif glob[place] == "*":
            out, place = out + "[^/]*", place + 1
        elif glob[place] == "?":
            out, place = out + "[^/]", place + 1
        elif glob[place] == "[" and "]" in glob[place + 2 :]:
            end = glob.index("]", place + 2)
            inner = glob[place + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            out, place = out + "[" + ("^" + inner[1:] if inner[0] in "!^" else inner) + "]", end + 1
        else:
            out, place = out + re.escape(glob[place]), place + 1
    return re.compile(out + "(?:/.*)?", re.DOTALL)


def patterns_match(path: str, globs: Sequence[str]) -> bool:
    """Whether a path with slashes matches one of the globs; one without a slash is met in any folder."""
    return any(
        glob_pattern(glob if "/" in glob else f"**/{glob}").fullmatch(path.replace(os.sep, "/")) for glob in globs
    )
