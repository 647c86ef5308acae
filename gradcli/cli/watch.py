"""`--watch`: do it again whenever a file changes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable

_PAUSE = 0.4  # seconds between two looks


def watch(run: Callable[[], int], files: Callable[[], Iterable[str]], turns: int | None = None) -> int:
    """Run now and after each change of the files, until interrupted; `turns` ends it after so many runs.

    Returns the last exit status.
    """
    seen = _stamps(files())
    status = run()
    done = 1
    while turns is None or done < turns:
        time.sleep(_PAUSE)
        now = _stamps(files())
        if now == seen:
            continue
        seen = now
        sys.stdout.write("\n")
        status = run()
        done += 1
    return status


def _stamps(files: Iterable[str]) -> dict[str, tuple[int, int]]:
    found = {}
    for path in files:
        try:
            told = os.stat(path)
        except OSError:
            continue
        found[path] = (told.st_mtime_ns, told.st_size)
    return found
