"""Run the command line in this process, its three streams replaced."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gradcli.cli.main import main
from gradcli.expr.node import own_program

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Result:
    """What a call did."""

    status: int
    out: str
    err: str


def run(*arguments: str, stdin: str | bytes = "") -> Result:
    """Call `gradcli` with these arguments."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    with _streams(data) as (out, err):
        status = main(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
        return Result(status, out.getvalue().decode(), err.getvalue().decode())


def run_alone(*arguments: str, stdin: str = "") -> Result:
    """Call `gradcli` as if nothing had been read before: what was written earlier has no say in the order of factors.

    `tests/cli/test_streams.py` compares it with a process.
    """
    columns = os.environ.pop("COLUMNS", None)
    try:
        with own_program():
            return run(*arguments, stdin=stdin)
    finally:
        if columns is not None:
            os.environ["COLUMNS"] = columns


@contextmanager
def _streams(data: bytes) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    kept = sys.stdin, sys.stdout, sys.stderr
    out, err = io.BytesIO(), io.BytesIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(out, encoding="ascii", newline="\n")
    sys.stderr = io.TextIOWrapper(err, encoding="ascii", newline="\n")
    try:
        yield out, err
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept
