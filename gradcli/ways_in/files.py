"""Many files: which they are, in which order, and checking them in several processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from gradcli.diagnostics import Diagnostic
from gradcli.syntax.ast import Source
from gradcli.syntax.sources import read_source
from gradcli.verdicts.verdict import Checked
from gradcli.ways_in.registry import known_endings, way_of

Done = Callable[[int], None]


def find_files(paths: Sequence[str]) -> list[str]:
    """The files that paths mean: a folder means every file in it of a known kind, hidden folders left out; each once.

    Files stand in the order of the paths, those of a folder sorted by path.
    """
    found: dict[str, str] = {}
    for path in paths:
        for file in _in_folder(path) if path != "-" and os.path.isdir(path) else [path]:
            found.setdefault(file if file == "-" else os.path.realpath(file), file)
    return list(found.values())


def _in_folder(folder: str) -> list[str]:
    out = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = [os.path.join(here, name) for name in names if name.endswith(known_endings())]
        out += [path for path in paths if way_of(path).is_meant(path)]
    return sorted(os.path.normpath(path) for path in out)


def check_file(path: str, layout: str | None = None) -> Checked:
    """The verdicts of one file (`-` is standard input); what cannot be read has its diagnostic."""
    source = read_source(path)
    if isinstance(source, Diagnostic):
        return Checked(Source(path, ""), (), (source,))
    return check_text(Source("-", source.text) if path == "-" else source, layout)


def check_text(source: Source, layout: str | None = None) -> Checked:
    """The verdicts of one text, read as its name says; `layout` goes before what the text says."""
    return way_of(source.name).checked(source, layout)


def check_program(source: Source, layout: str | None = None) -> Checked:
    """The verdicts of a program."""
    from gradcli.syntax.parse import parse_module
    from gradcli.verdicts.check import check_module

    module, diagnostics = parse_module(source)
    if layout:
        from gradcli.syntax.layouts import in_layout

        module = in_layout(module, layout)
    return check_module(module, diagnostics)


def check_files(
    paths: Sequence[str], jobs: int = 1, done: Done | None = None, layout: str | None = None
) -> list[Checked]:
    """The verdicts of files, in their order, with `jobs` processes; `done` is told how many are finished."""
    out = []
    for checked in _results(paths, min(jobs, len(paths)), layout):
        out.append(checked)
        if done is not None:
            done(len(out))
    return out


def _results(paths: Sequence[str], jobs: int, layout: str | None) -> Iterator[Checked]:
    if jobs <= 1:
        for path in paths:
            yield check_file(path, layout)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(check_file, paths, [layout] * len(paths), chunksize=1)
