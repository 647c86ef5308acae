"""`--watch`: do it again whenever a file changes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable

Stamp = tuple[int, int]
Run = Callable[[dict[str, Stamp]], int]

_PAUSE = 0.4  # seconds between two looks


def watch(run: Run, files: Callable[[], Iterable[str]], turns: int | None = None) -> int:
    """Run now and after each change of the files, until interrupted; `turns` ends it after so many runs.

    A run enters in what it is given the stamps of files that it wrote itself: that is no change, or a mend that does
    not hold would be written for ever.  Returns the last exit status.
    """
    seen: dict[str, Stamp] = {}
    status = done = 0
    while turns is None or done < turns:
        now = stamps(files())
        if done and now == seen:
            time.sleep(_PAUSE)
            continue
        if done:
            sys.stdout.write("\n")
        own: dict[str, Stamp] = {}
        status = run(own)
        seen = now | {path: stamp for path, stamp in own.items() if path in now}
        done += 1
    return status


def stamps(files: Iterable[str]) -> dict[str, Stamp]:
    """When each file was written last, and its size; of those that there are."""
    found = {}
    for path in files:
        try:
            told = os.stat(path)
        except OSError:
            continue
        found[path] = (told.st_mtime_ns, told.st_size)
    return found
