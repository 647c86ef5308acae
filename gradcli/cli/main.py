"""The entry point: runs a command and turns whatever happens into an exit status."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from gradcli.cli.status import INTERRUPTED, OK, TERMINATED, WRONG

_COLLECTED = (100_000, 10, 5)  # to look through expressions that are still used finds no rubbish


def run() -> NoReturn:
    """The console script: as `main`, and ends the process."""
    gc.set_threshold(*_COLLECTED)
    status = main()
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(status)  # taking thousands of expressions apart before leaving takes longer than most answers


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status and never raises."""
    try:
        _speak_utf8()
        _end_at_once()
        status = _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else OK
    except BrokenPipeError:
        _close_quietly()
        return OK
    except OSError as problem:
        return _no_output(problem)
    except Exception as fault:
        return _our_fault(fault)


def _run(arguments: list[str]) -> int:
    import click

    from gradcli.cli.group import gradcli

    if "_GRADCLI_COMPLETE" in os.environ:
        gradcli.main(arguments, prog_name="gradcli")  # a shell asks for completions
    if not arguments:
        _run(["--help"])
        return WRONG
    try:
        # not gradcli.main: it answers a closed pipe with status 1, which says that a check failed
        with gradcli.make_context("gradcli", arguments) as context:
            status = gradcli.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as wrong:
        from gradcli.cli.wrong_call import report

        report(wrong)
        return WRONG
    return status if isinstance(status, int) else OK


def _end_at_once() -> None:
    """A request to end is met as Ctrl-C is: processes of ours are ended too."""
    import signal
    import threading

    def leave(number: int, frame: object) -> NoReturn:
        raise SystemExit(TERMINATED)

    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, leave)


def _speak_utf8() -> None:
    """Mathematics needs UTF-8, whatever the locale says; a file name that is none is shown escaped."""
    if sys.stdout is None or sys.stderr is None:  # closed by the caller, `>&-`
        nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _close_quietly() -> None:
    """The reader is gone: nothing more is written, not even by the interpreter's last flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _no_output(problem: OSError) -> int:
    """What was to be written cannot be: the disk is full, say.  Nothing more is tried."""
    with suppress(OSError):
        print(f"E110 the answer cannot be written: {(problem.strerror or str(problem)).lower()}", file=sys.stderr)
    with suppress(OSError, ValueError):
        _close_quietly()
    return WRONG


def _our_fault(fault: Exception) -> int:
    if os.environ.get("GRADCLI_DEBUG"):
        import traceback

        traceback.print_exc()
    what = " ".join(f"{type(fault).__name__}: {fault}".split())[:300]
    print(
        f"internal error: {what}\n"
        "  This is a fault of gradcli, not of the input; please report it with the input that shows it "
        "(GRADCLI_DEBUG=1 shows where it is).",
        file=sys.stderr,
    )
    return WRONG
