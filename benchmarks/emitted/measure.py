"""Processor time on one core: candidates in turn, the best of some rounds."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

_MARK = "GRADCLI_BENCHMARK_PINNED"
_KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 32),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 33),
    "MALLOC_TOP_PAD_": str(1 << 28),
}
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def pin(fresh_memory: bool = False) -> None:
    """Start this program again on one core, every library told to use one thread.  Call before importing them.

    The C library keeps freed memory for the next call, unless `fresh_memory`: else large results are mostly the time
    that the system takes to hand out pages.
    """
    if os.environ.get(_MARK):
        return
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    threads = dict.fromkeys(_THREADS, "1")
    xla = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    jax = {"XLA_FLAGS": xla.strip(), "JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu"}
    os.environ.update({_MARK: "1", **threads, **jax, **({} if fresh_memory else _KEEP_MEMORY)})
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _seconds(call: Callable[[], Any], times: int) -> float:
    """Processor seconds of one call, over `times` of them."""
    start = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - start) / times


def _times(call: Callable[[], Any], least: float) -> int:
    """How many calls take `least` seconds."""
    times = 1
    while True:
        taken = _seconds(call, times) * times
        if taken >= least / 2:
            return max(1, round(times * least / taken))
        times *= 2 if taken < least / 20 else 4


def best(
    calls: Mapping[str, Callable[[], Any]], least: float = 0.02, rounds: int = 11, budget: float = 4.0
) -> dict[str, float]:
    """Processor seconds of one call of each, the least of `rounds` rounds."""
    return {name: min(taken) for name, taken in in_rounds(calls, least, rounds, budget).items()}


def in_rounds(
    calls: Mapping[str, Callable[[], Any]], least: float = 0.02, rounds: int = 11, budget: float = 4.0
) -> dict[str, list[float]]:
    """Processor seconds of one call of each, in every round.

    A round calls each in turn, as often as takes `least` seconds; after `budget` seconds in all, two rounds do.
    """
    counts = {name: _times(call, least) for name, call in calls.items()}
    found: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    begin = time.process_time()
    gc.collect()
    gc.disable()
    try:
        for k in range(rounds):
            for name in names[k % len(names) :] + names[: k % len(names)]:
                found[name].append(_seconds(calls[name], counts[name]))
            if k >= 1 and time.process_time() - begin > budget:
                break
    finally:
        gc.enable()
    return found
