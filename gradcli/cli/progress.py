"""A sign of life on long work: a clock on standard error, on a terminal alone."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

_FIRST = 1.0  # seconds before anything is shown: most answers are there by then
_PAUSE = 0.5


@contextmanager
def clock(what: str, quiet: bool = False, first: float = _FIRST) -> Iterator[None]:
    """Show `what` and the seconds it has taken, from the first second on; wiped away at the end."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    stream = sys.stderr

    def tick() -> None:
        began = monotonic()
        if done.wait(first):
            return
        while True:
            stream.write(f"\r\x1b[K{what} … {monotonic() - began:.0f} s")
            stream.flush()
            if done.wait(_PAUSE):
                break
        stream.write("\r\x1b[K")
        stream.flush()

    ticking = threading.Thread(target=tick, daemon=True)
    ticking.start()
    try:
        yield
    finally:
        done.set()
        ticking.join()
