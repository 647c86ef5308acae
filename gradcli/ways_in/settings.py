"""Settings of a project: `[tool.gradcli]` of the nearest pyproject.toml, or gradcli.toml."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gradcli.record import dataclass

_LAYOUTS = ("numerator", "denominator", "mixed")
_UNDECIDED = ("fail", "warn")


class WrongSettings(ValueError):
    """Settings that are not understood; the message names the file, the key and the nearest known one."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project settles; None and empty where it says nothing.

    `layout` is the one in force where a file states none; `exclude` and `include` are globs of paths from the folder
    `base`, in which the settings stand: what is included stands although it is hidden or ignored.
    """

    layout: str | None = None
    undecided: str | None = None
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    jobs: int | None = None
    base: str = "."


def find_settings(start: str = ".", config: str | None = None) -> Settings:
    """The settings in force in a folder: those of `config`, else of the nearest file that has some.

    Raises WrongSettings.
    """
    if config is not None:
        return _read(Path(config), required=True)
    folder = Path(os.path.abspath(start))
    for each in (folder, *folder.parents):
        own = each / "gradcli.toml"
        if own.is_file():
            return _read(own)
        project = each / "pyproject.toml"
        if project.is_file() and _may_hold(project.read_bytes()):
            found = _read(project)
            if found != Settings(base=found.base):
                return found
    return Settings()


def _may_hold(project: bytes) -> bool:
    """Whether reading a pyproject.toml can be of use: reading it takes longer than a small answer."""
    return b"gradcli" in project and any(head in project for head in (b"tool.gradcli", b"[tool]", b'tool."gradcli"'))


def _nearest(word: str, words: Iterable[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(word, words, 1)


_STATED = re.compile(r"\blayout\s+(?:numerator|denominator|mixed)\b")


def in_force(text: str, settings: Settings) -> str | None:
    """The layout that settings give a text that states none."""
    return None if settings.layout is None or _STATED.search(text) else settings.layout


def _read(path: Path, required: bool = False) -> Settings:
    import tomllib

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise WrongSettings(f"{path} cannot be read: {(problem.strerror or str(problem)).lower()}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise WrongSettings(f"{path} is no TOML: {wrong}") from None
    if path.name == "pyproject.toml" or ("tool" in table and required):
        tools = table.get("tool", {})
        table = tools.get("gradcli", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise WrongSettings(f'{path}: [tool.gradcli] is a table, with lines as layout = "denominator"')
    return _settings(path, table)


def _settings(path: Path, table: Mapping[str, Any]) -> Settings:
    known = [key for key in Settings.__match_args__ if key != "base"]
    for key in table:
        if key not in known:
            near = _nearest(key, known)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise WrongSettings(f"{path}: there is no setting {key!r}; {hint}")
    _one_of(path, table, "layout", _LAYOUTS)
    _one_of(path, table, "undecided", _UNDECIDED)
    jobs = table.get("jobs")
    if jobs is not None and (not isinstance(jobs, int) or isinstance(jobs, bool) or jobs < 1):
        raise WrongSettings(f"{path}: jobs is a number from 1 on, and not {jobs!r}")
    return Settings(
        table.get("layout"),
        table.get("undecided"),
        _globs(path, table, "exclude"),
        _globs(path, table, "include"),
        jobs,
        str(path.parent),
    )


def _one_of(path: Path, table: Mapping[str, Any], key: str, values: tuple[str, ...]) -> None:
    value = table.get(key)
    if value is None or value in values:
        return
    near = _nearest(str(value), values)
    hint = f"did you mean {near[0]!r}?" if near else f"it is one of {', '.join(values)}"
    raise WrongSettings(f"{path}: {key} = {value!r} is not known; {hint}")


def _globs(path: Path, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise WrongSettings(f'{path}: {key} is a list of globs, {key} = ["drafts/*"]')
    return tuple(value)
