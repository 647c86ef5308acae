"""Nothing takes for ever: time and memory are bounded, interruptions are met at once, odd files are passed by."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gradcli.diagnostics import limits
from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source
from gradcli.verdicts.link import Link
from gradcli.verdicts.verdict import Finding
from tests.cli.run import run

LARGE = [
    "S : R[n,n] spd; check S^3100000 == S",
    "A : R[n,n]; check tr(A^64 @ A.T) == tr(A)",
    "A : R[n,n]; check kron(A, kron(A, kron(A, kron(A, kron(A, kron(A, kron(A, A))))))) == kron(A, A)",
    'A : R[n,n]; B = einsum("ab,bc,cd,de,ef,fg,gh,hi,ij->aj", A,A,A,A,A,A,A,A,A); check B == A',
    "a : R[n]; check sum[i,j,k,l,m,o,p,q](a[i]*a[j]*a[k]*a[l]*a[m]*a[o]*a[p]*a[q]) == sum(a)**7",
    "A : R[300,300]; check A@A.T == A.T@A",
    "A : R[500,500]; check inv(A) == A",
]


@pytest.mark.parametrize("text", LARGE)
def test_a_false_claim_that_is_large_is_refuted_or_said_to_be_too_large(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(limits, "_seconds", 1.5)
    start = time.monotonic()
    (verdict,) = check_source(Source("t.mc", text)).verdicts
    assert time.monotonic() - start < 30  # on a busy machine
    assert verdict.kind in ("refuted", "undecided")
    assert verdict.kind == "refuted" or "too large" in verdict.reason


@pytest.mark.parametrize(
    "claim", ["A^3100000 == A", "A^3100001 == A", "A^3100000 == eye(n)", "(A@B)^1000 == A^1000 @ B^1000"]
)
def test_a_false_claim_about_a_high_power_is_refuted_where_powers_stay_small(claim: str) -> None:
    (verdict,) = check_source(Source("t.mc", f"A, B : R[n,n]; check {claim}")).verdicts
    assert verdict.kind == "refuted"


def test_a_lack_of_memory_makes_a_statement_too_large_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    decide = Link.decide

    def lacking(link: Link) -> Finding:
        if link.key.startswith("x + x"):
            raise MemoryError
        return decide(link)

    monkeypatch.setattr(Link, "decide", lacking)
    found = check_source(Source("t.mc", "x : R\ncheck x + x == 2*x\ncheck x == x\ncheck x == x + 1\n"))
    assert [v.kind for v in found.verdicts] == ["undecided", "proved", "refuted"]
    assert found.verdicts[0].reason == "too large, there is not enough memory for it"
    assert not found.errors


def test_memory_beyond_the_bound_makes_a_statement_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    told = iter([0, *[limits.GROWTH + 1] * 100_000])
    monkeypatch.setattr(limits, "_resident", lambda: next(told))
    monkeypatch.setattr(limits, "_TICK", 0.001)
    with pytest.raises(limits.LimitReached, match="MiB"), limits.limited():
        while True:
            pass


def test_the_next_statement_is_decided_after_one_that_was_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_seconds", 0.5)
    text = "A : R[n,n]; S : R[n,n] spd\ncheck S^3100000 == S\ncheck A.T.T == A\ncheck 2*A == A + A\n"
    assert [v.kind for v in check_source(Source("t.mc", text)).verdicts] == ["undecided", "proved", "proved"]
    assert signal.getsignal(signal.SIGALRM) in (signal.SIG_DFL, None) or callable(signal.getsignal(signal.SIGALRM))


def test_a_timeout_is_taken_from_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_seconds", limits.SECONDS)
    found = run("check", "--timeout", "0.5", "--format", "json", "-e", "S : R[n,n] spd; check S^3100000 == S")
    (verdict,) = json.loads(found.out)["files"][0]["verdicts"]
    assert found.status == 1 and verdict["verdict"] == "undecided" and limits.seconds() == 0.5


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_ends_the_processes_at_once(tmp_path: Path, number: signal.Signals, status: int) -> None:
    for name in "abcd":
        (tmp_path / f"{name}.mc").write_text("S : R[n,n] spd; check S^3100000 == S\n")
    command = [sys.executable, "-m", "gradcli", "check", "-j", "2", "--timeout", "60", str(tmp_path)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # shells have what runs behind ignore it
    )
    time.sleep(2.5)
    os.killpg(process.pid, number) if number is signal.SIGINT else process.send_signal(number)
    start = time.monotonic()
    out, err = process.communicate(timeout=20)
    assert process.returncode == status and b"Traceback" not in out + err
    waited = time.monotonic() - start
    assert waited < 1 + _busy(), waited


def _busy() -> float:
    """How many seconds longer than it should this machine takes just now: other work may keep it from us."""
    start, used = time.monotonic(), time.process_time()
    while time.process_time() - used < 0.05:
        pass
    return max(0.0, 20 * (time.monotonic() - start) - 1)


def test_a_pipe_in_a_folder_is_skipped_with_a_warning(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mc")
    (tmp_path / "plain.mc").write_text("x : R; check x == x\n")
    found = run("check", str(tmp_path))
    assert found.status == 0 and "W607" in found.err and "pipe.mc" in found.err


@pytest.mark.parametrize("form", ["text", "json", "junit", "sarif", "github"])
def test_names_of_files_cannot_steer_a_terminal(tmp_path: Path, form: str) -> None:
    name = os.fsencode(str(tmp_path)) + b"/\xff\x1b[31m\xe2\x80\xaebad.mc"
    with open(name, "w", encoding="utf-8") as file:
        file.write("x : R; check x == x + 1\n")
    found = run("check", "--format", form, str(tmp_path))
    assert found.status == 1 and "bad.mc" in found.out
    assert "\x1b" not in found.out + found.err and "\u202e" not in found.out + found.err
    if form in ("json", "sarif"):
        json.dumps(json.loads(found.out), ensure_ascii=False).encode()  # text, without halves of pairs


def test_shapes_of_a_file_that_is_called_anything(tmp_path: Path) -> None:
    name = tmp_path / os.fsdecode(b"\xff\x1b[31m\xe2\x80\xaebad.mc")
    name.write_text("x : R[n]\ny = 2*x\n")
    found = run("shapes", "--format", "json", str(name))
    assert found.status == 0 and "\u202e" not in found.out and "\x1b" not in found.out
    assert json.loads(found.out)["shapes"]["x"]["shape"] == ["n"]


def test_the_action_keeps_paths_apart_from_options() -> None:
    text = (Path(__file__).parents[2] / "action.yml").read_text()
    assert text.count("-- $PATHS") == text.count("$PATHS")
