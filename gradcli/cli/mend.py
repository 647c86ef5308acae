"""`--fix` and `--diff` of `gradcli check`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from gradcli.verdicts.verdict import Checked
from gradcli.ways_in.mending import difference, mended_file


def mend_files(files: Sequence[Checked]) -> list[str]:
    """Write the mends of files into them, line ends kept; the files that were changed."""
    changed = []
    for file in files:
        new = mended_file(file)
        if new is None or new == file.source.text:
            continue
        path = Path(file.source.name)
        try:
            raw = path.read_bytes()
            if b"\r\n" in raw and raw.count(b"\r\n") == raw.count(b"\n"):
                new = new.replace("\n", "\r\n")
            if raw.startswith(b"\xef\xbb\xbf"):
                new = "\ufeff" + new
            path.write_bytes(new.encode("utf-8"))
        except OSError as problem:
            told = (problem.strerror or str(problem)).lower()
            raise click.UsageError(f"{path} cannot be written: {told}") from None
        changed.append(file.source.name)
    return changed


def show_mends(files: Sequence[Checked]) -> str:
    """What would be written, as a unified diff."""
    return "".join(
        difference(file.source.name, file.source.text, new) for file in files if (new := mended_file(file)) is not None
    )
