"""Many files: which they are, in which order, and checking them in several processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from gradcli.diagnostics import Diagnostic
from gradcli.syntax.ast import Source
from gradcli.syntax.sources import read_source
from gradcli.verdicts.verdict import Checked
from gradcli.ways_in.excluded import Excluded
from gradcli.ways_in.ignores import with_ignores
from gradcli.ways_in.registry import known_endings, way_of
from gradcli.ways_in.settings import Settings, in_force

Done = Callable[[int], None]


def find_files(paths: Sequence[str], settings: Settings | None = None, skipped: list[str] | None = None) -> list[str]:
    """The files that paths mean: a folder means every file in it of a known kind that is not excluded; each once.

    Pipes and devices in a folder are no files: they are entered in `skipped`.  Files stand in the order of the paths,
    those of a folder sorted by path.  See `excluded` for what is left out.
    """
    found: dict[str, str] = {}
    for path in paths:
        folder = path != "-" and os.path.isdir(path)
        for file in _in_folder(path, settings or Settings(), skipped) if folder else [path]:
            found.setdefault(file if file == "-" else os.path.realpath(file), file)
    return list(found.values())


def _in_folder(folder: str, settings: Settings, skipped: list[str] | None) -> list[str]:
    out = []
    excluded = Excluded(settings)
    for here, folders, names in os.walk(folder):
        excluded.enter(here)
        folders[:] = sorted(name for name in folders if not excluded.is_out(os.path.join(here, name), True))
        paths = [os.path.join(here, name) for name in names if name.endswith(known_endings())]
        special = [path for path in paths if os.path.exists(path) and not os.path.isfile(path)]
        if skipped is not None:
            skipped += special
        paths = [path for path in paths if path not in special]
        out += [path for path in paths if not excluded.is_out(path, False) and way_of(path).is_meant(path)]
    return sorted(os.path.normpath(path) for path in out)


def check_file(path: str, layout: str | None = None, settings: Settings | None = None) -> Checked:
    """The verdicts of one file (`-` is standard input); what cannot be read has its diagnostic."""
    source = read_source(path)
    if isinstance(source, Diagnostic):
        return Checked(Source(path, ""), (), (source,))
    layout = layout or (in_force(source.text, settings) if settings is not None else None)
    return check_text(Source("-", source.text) if path == "-" else source, layout)


def check_text(source: Source, layout: str | None = None) -> Checked:
    """The verdicts of one text, read as its name says; `layout` goes before what the text says."""
    return with_ignores(way_of(source.name).checked(source, layout))


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
    paths: Sequence[str],
    jobs: int = 1,
    done: Done | None = None,
    layout: str | None = None,
    settings: Settings | None = None,
    first: bool = False,
) -> list[Checked]:
    """The verdicts of files, in their order, with `jobs` processes; `done` is told how many are finished.

    With `first` none is checked after one that has a failure or an error.
    """
    out = []
    for checked in _results(paths, min(jobs, len(paths)), layout, settings):
        out.append(checked)
        if done is not None:
            done(len(out))
        if first and (checked.errors or not all(verdict.ok for verdict in checked.verdicts)):
            break
    return out


def _results(paths: Sequence[str], jobs: int, layout: str | None, settings: Settings | None) -> Iterator[Checked]:
    if jobs <= 1:
        for path in paths:
            yield check_file(path, layout, settings)
        return
    from gradcli.ways_in.workers import in_processes

    yield from in_processes(check_file, jobs, paths, layout, settings)
