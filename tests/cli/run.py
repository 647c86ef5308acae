"""Run the command line: in this process, its three streams replaced, or in one of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gradcli.cli.main import main

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
    """Call `gradcli` in a process of its own: what was written before has no say in the order of factors."""
    done = subprocess.run(
        [sys.executable, "-m", "gradcli", *arguments],
        input=stdin.encode(),
        capture_output=True,
        check=False,
        env={**{name: value for name, value in os.environ.items() if name != "COLUMNS"}, "PYTHONPATH": str(ROOT)},
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


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
