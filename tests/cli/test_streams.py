"""Colours, encodings, closed pipes, interruptions and faults of our own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gradcli.cli.main import main
from tests.cli.run import run, run_alone

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "gradcli"]
PROGRAM = "y = W@x\n"
ESCAPE = "\x1b["


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run([*COMMAND, *arguments], capture_output=True, env=env, check=False, timeout=60)


def test_an_answer_is_that_of_a_process_of_its_own() -> None:
    run("derive", "-e", "a, b, c, d : R; y = d*a - c*b; grad y wrt a")  # shared factors in another order
    command = ("derive", "-e", "a, b, c, d : R; y = 1/(a*d - b*c); grad y wrt a")
    assert run_alone(*command).out == process(*command).stdout.decode() != ""


def test_no_colour_where_output_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    result = run("derive", "-e", PROGRAM + "grad q wrt x")
    assert ESCAPE not in result.out + result.err


@pytest.mark.parametrize(
    ("variables", "option", "colour"),
    [
        ({"FORCE_COLOR": "1"}, "auto", True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", False),
        ({"FORCE_COLOR": "1"}, "never", False),
        ({"NO_COLOR": "1"}, "always", True),
    ],
)
def test_when_colours_are_used(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], option: str, colour: bool
) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    program = "x : R[n]\nL = sum(x)\ngrad L wrt x\ngrad L wrt q\n"
    result = run("derive", "--color", option, "-e", program)
    assert (ESCAPE in result.out, ESCAPE in result.err) == (colour, colour)


def test_colours_add_nothing_but_escapes() -> None:
    plain = run("derive", "--color", "never", "-e", PROGRAM).out
    painted = run("derive", "--color", "always", "-e", PROGRAM).out
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


def test_what_a_user_wrote_is_never_markup() -> None:
    result = run("derive", "--color", "always", "-e", "L = sum(x) # [bold red]\ngrad L wrt [bold]")
    assert result.status == 2 and "[bold]" in result.err


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_output_is_utf8_in_any_locale(locale: str) -> None:
    result = process(
        "derive", "-e", PROGRAM, LC_ALL=locale, PYTHONUTF8="0", PYTHONIOENCODING="", PYTHONCOERCECLOCALE="0"
    )
    assert result.returncode == 0 and "∇_x f = Wᵀ ∇_y f" in result.stdout.decode()


def test_a_reader_that_goes_away_is_no_fault() -> None:
    program = "x : R\n" + "".join(f"y{k} = x * {k + 1}\n" for k in range(3000))
    command = subprocess.Popen(
        [*COMMAND, "derive", "-", "--format", "json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    assert command.stdin and command.stdout and command.stderr
    command.stdout.close()
    command.stdin.write(program.encode())
    command.stdin.close()
    said = command.stderr.read()
    command.stderr.close()
    assert command.wait(60) == 0 and said == b""


HEEDING = (
    "import runpy, signal\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a background job ignores it
    "runpy.run_module('gradcli', run_name='__main__')\n"
)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interruption_has_its_own_status() -> None:
    command = subprocess.Popen(
        [sys.executable, "-c", HEEDING, "derive", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    time.sleep(2)  # it waits for its input
    command.send_signal(signal.SIGINT)
    _, said = command.communicate(timeout=60)
    assert command.returncode == 130 and b"Traceback" not in said


def test_a_fault_of_our_own_is_no_traceback_and_no_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("lost\na bolt")

    monkeypatch.delenv("GRADCLI_DEBUG", raising=False)
    monkeypatch.setattr("gradcli.cli.derive.derive_short", broken)
    result = run("derive", "-e", PROGRAM)
    assert result.status == 2 and result.out == ""
    assert result.err.splitlines()[0] == "internal error: RuntimeError: lost a bolt"
    assert "report" in result.err and "Traceback" not in result.err
    monkeypatch.setenv("GRADCLI_DEBUG", "1")
    assert "Traceback" in run("derive", "-e", PROGRAM).err


def test_the_entry_point_returns_the_status() -> None:
    assert main(["--version"]) == 0
    assert process("derive").returncode == 2


@pytest.mark.parametrize(
    ("command", "status", "says"),
    [
        ("rules > /dev/full", 2, "E110 the answer cannot be written: no space left on device"),
        ("derive -e 'y = W @ x' >&-", 0, ""),
        ("check -e 'check 1 == 2' >&- 2>&-", 1, ""),
        ("derive - <&-", 2, "E110 standard input is closed"),
    ],
)
def test_streams_that_are_closed_or_full(command: str, status: int, says: str) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    shell = f"{sys.executable} -m gradcli {command}"
    done = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, env=env, check=False, timeout=60)
    assert done.returncode == status
    assert done.stderr.decode().startswith(says) and b"internal error" not in done.stderr
