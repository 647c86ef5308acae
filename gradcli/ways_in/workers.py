"""Files checked in several processes, which end when this one does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress

from gradcli.diagnostics import limits
from gradcli.verdicts.verdict import Checked
from gradcli.ways_in.settings import Settings

ENDING = (signal.SIGINT, signal.SIGTERM)

Check = Callable[[str, str | None, Settings | None], Checked]


def in_processes(
    check: Check, jobs: int, paths: Sequence[str], layout: str | None, settings: Settings | None
) -> Iterator[Checked]:
    """The verdicts of files, in their order.  Whoever stops listening, or is interrupted, ends the processes."""
    pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(limits.seconds(),))
    try:
        with _uninterrupted():
            waiting: list[Future[Checked]] = [pool.submit(check, path, layout, settings) for path in paths]
        for future in waiting:
            yield future.result()
    except BaseException:
        _end(pool)
        raise
    pool.shutdown()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Signals that end the command wait: between the start of a process and its entry in the pool nothing could end it.

    The processes begin with the same signals held back.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(seconds: float | None) -> None:
    """A worker: bounded as its parent, which alone is asked by Ctrl-C and ends it."""
    limits.set_seconds(seconds)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def _end(pool: ProcessPoolExecutor) -> None:
    processes = list(getattr(pool, "_processes", None) or {})  # Python names no other way to end them
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
