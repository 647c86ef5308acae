"""Verdicts in a process of their own: what takes long to decide keeps no key waiting, and gives way to a newer text."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import time
from collections.abc import Callable
from typing import Any

from gradcli.lsp.analysis import Analysis, Said
from gradcli.lsp.kinds import analysis_of
from gradcli.verdicts.reuse import Known, reusing

SOON = 1.0  # seconds: what is not decided by then is shown without its verdicts first
AT_FIRST = 5.0  # the same while nothing of the file is shown
AT_BEGIN = 20.0  # the same while the process begins
WORTH = 1.0  # seconds after which a check of an old text is given up; before, it is let finish
MOST_TEXTS = 500  # of one process: it keeps something of each

_FIRST = ""  # stands for no file
Publish = Callable[[str, list[Said]], None]
Find = Callable[[str], Analysis]


class Worker:
    """One process that checks texts, begun when it is first asked."""

    def __init__(self) -> None:
        self._process: Any = None
        self._pipe: Any = None
        self._texts = 0
        self.answered = False

    def said(self, name: str, text: str) -> list[Said] | None:
        """What is to be said of a text; None where the process was ended meanwhile.  Blocks."""
        try:
            if self._process is None or self._texts >= MOST_TEXTS:
                self.begin()
            self._texts += 1
            self._pipe.send((name, text))
            found: list[Said] = self._pipe.recv()
            self.answered = True
            return found
        except (EOFError, OSError):
            return None

    def begin(self) -> None:
        """A new process in the place of the one there is."""
        self.end()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        self._texts = 0
        self.answered = False
        theirs.close()

    def end(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.join(5)


def _serve(pipe: Any) -> None:
    """Check texts until the other end is gone; what did not change since the last version of a file is known."""
    known: dict[str, Known] = {}
    settled = False
    while True:
        try:
            name, text = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        with reusing(known.setdefault(name, Known())):
            pipe.send(analysis_of(name, text).said())
        if not settled:
            settled = True
            gc.collect()
            gc.freeze()  # what is loaded by now stays: looking through it again and again takes longer than a check


class Publisher:
    """Publishes what is to be said of the newest text of each file, one after the other."""

    def __init__(self, find: Find, publish: Publish) -> None:
        self._find = find
        self._publish = publish
        self._worker = Worker()
        self._waiting: dict[str, None] = {}
        self._told: dict[str, tuple[Analysis, list[Said]]] = {}
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Load what checks need before the first text comes."""
        self.changed(_FIRST)

    def changed(self, uri: str) -> None:
        """A file has a new text."""
        self._waiting[uri] = None
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def forget(self, uri: str) -> None:
        """A file is closed."""
        self._waiting.pop(uri, None)
        self._told.pop(uri, None)

    async def said(self, uri: str) -> list[Said]:
        """What is said of a file as it stands, when it is known."""
        while self._task is not None and not self._task.done():
            told = self._told.get(uri)
            if told is not None and told[0] is self._find(uri):
                break
            await asyncio.wait({self._task}, timeout=0.02)
        told = self._told.get(uri)
        return told[1] if told is not None and told[0] is self._find(uri) else []

    def close(self) -> None:
        """End the process."""
        self._waiting.clear()
        self._worker.end()

    async def _run(self) -> None:
        while self._waiting:
            uri = next(iter(self._waiting))
            del self._waiting[uri]
            if uri == _FIRST:
                await asyncio.get_running_loop().run_in_executor(
                    None, self._worker.said, "first.mc", "x : R\ncheck x == x\n"
                )
                continue
            analysis = self._find(uri)
            said = await self._checked(uri, analysis)
            if said is not None and uri not in self._waiting and self._find(uri) is analysis:
                self._told[uri] = analysis, said
                self._publish(uri, said)

    async def _checked(self, uri: str, analysis: Analysis) -> list[Said] | None:
        loop = asyncio.get_running_loop()
        began = time.monotonic()
        work = loop.run_in_executor(None, self._worker.said, analysis.source.name, analysis.source.text)
        patience = SOON if uri in self._told else AT_FIRST
        await asyncio.wait({work}, timeout=patience if self._worker.answered else AT_BEGIN)
        if not work.done() and uri not in self._waiting:
            self._publish(uri, analysis.said_at_once())
        while not work.done():
            await asyncio.wait({work}, timeout=0.05)
            if self._waiting and time.monotonic() - began > WORTH and not work.done():
                if uri not in self._waiting:
                    self._waiting[uri] = None  # another file's turn first
                self._worker.end()
        return await work
