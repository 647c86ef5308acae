"""Files checked in several processes, which end when this one does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress

from gradcli.diagnostics import limits
from gradcli.verdicts.verdict import Checked
from gradcli.ways_in.settings import Settings

Check = Callable[[str, str | None, Settings | None], Checked]


def in_processes(
    check: Check, jobs: int, paths: Sequence[str], layout: str | None, settings: Settings | None
) -> Iterator[Checked]:
    """The verdicts of files, in their order.  Whoever stops listening, or is interrupted, ends the processes."""
    pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(limits.seconds(), os.getpid()))
    try:
        waiting: list[Future[Checked]] = [pool.submit(check, path, layout, settings) for path in paths]
        for future in waiting:
            yield future.result()
    except BaseException:
        _end(pool)
        raise
    pool.shutdown()


def _begin(seconds: float | None, parent: int) -> None:
    """A worker: bounded as its parent, which alone is asked by Ctrl-C and ends it."""
    limits.set_seconds(seconds)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end(pool: ProcessPoolExecutor) -> None:
    processes = list(getattr(pool, "_processes", None) or {})  # Python names no other way to end them
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
