"""Bounds on time and memory: what does not fit is given up, and said to be too large.

The bounds hold in the main thread of a process, where a clock can interrupt; elsewhere nothing is bounded.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 10.0  # for a statement or a question
_EACH = 0.02  # more seconds for each definition that a question passes, where the user names no bound
GROWTH = 600 * 2**20  # bytes that a statement may take beside what was there before
_TICK = 0.1

_seconds: float | None = SECONDS
_running = False


class LimitReached(BaseException):
    """A bound was reached; the text says which.  No `except Exception` catches it on its way."""


def set_seconds(seconds: float | None) -> None:
    """How long a statement may take, from now on; None: as long as it likes."""
    global _seconds
    _seconds = seconds


def seconds() -> float | None:
    """How long a statement may take."""
    return _seconds


@contextmanager
def limited(definitions: int = 0) -> Iterator[None]:
    """Raise LimitReached where what is inside takes too long or too much memory; of several the outermost counts.

    `definitions` is how many a question passes: a long program is not too large because it is long.
    """
    global _running
    usable = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if _running or _seconds is None or not usable:
        yield
        return
    limit = _seconds + _EACH * definitions if _seconds == SECONDS else _seconds
    start = time.process_time()  # not the hour: a busy machine changes no verdict
    before = _resident()
    done = False

    def look(number: int, frame: FrameType | None) -> None:
        if done:
            return
        if time.process_time() - start > limit:
            raise LimitReached(f"it takes longer than {limit:g} s")
        if _resident() - before > GROWTH:
            raise LimitReached(f"it takes more than {GROWTH // 2**20} MiB")

    _running = True
    previous = signal.signal(signal.SIGALRM, look)
    timer = signal.setitimer(signal.ITIMER_REAL, _TICK, _TICK)
    try:
        yield
    except MemoryError:
        raise LimitReached("there is not enough memory for it") from None
    finally:
        done = True
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, previous)
        _running = False


def _resident() -> int:
    """The memory of this process in bytes; 0 where that is not told."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0


__all__ = ["GROWTH", "SECONDS", "LimitReached", "limited", "seconds", "set_seconds"]
