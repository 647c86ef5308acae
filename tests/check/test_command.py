"""`gradcli check` from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.run import run

TRUE = "x : R[n]\ncheck x + x == 2 * x\n"
FALSE = "x : R[n]\ncheck x + x == 3 * x\n"
UNDECIDED = "x : R[n]\ncheck log(-x**2 - 1) == x\n"
WRONG = "x : R[n]\ncheck x @ x == x\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "b.mc": FALSE, "a.mc": TRUE, "sub/c.mc": TRUE, "sub/notes.txt": "no", ".hidden/d.mc": FALSE,
    }.items():  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "status"), [(TRUE, 0), (FALSE, 1), (UNDECIDED, 1), (WRONG, 2), ("x : R[n]", 2), ("", 2)]
)
def test_exit_status(text: str, status: int) -> None:
    assert run("check", "-", stdin=text).status == status
    assert run("check", "-e", text).status == status


def test_undecided_may_pass() -> None:
    assert run("check", "-", "--undecided", "warn", stdin=UNDECIDED).status == 0
    found = json.loads(run("check", "-", "--undecided", "warn", "--format", "json", stdin=UNDECIDED).out)
    assert found["files"][0]["verdicts"][0]["verdict"] == "undecided" and found["summary"]["failed"] == 0


def test_folders_are_searched_in_order(folder: Path) -> None:
    found = json.loads(run("check", ".", "--format", "json").out)
    assert [file["file"] for file in found["files"]] == ["a.mc", "b.mc", "sub/c.mc"]
    assert found["summary"] == {"checked": 3, "ok": 2, "failed": 1, "errors": 0}
    twice = json.loads(run("check", "b.mc", ".", "b.mc", "--format", "json").out)
    assert [file["file"] for file in twice["files"]] == ["b.mc", "a.mc", "sub/c.mc"]


def test_processes_say_the_same(folder: Path) -> None:
    command = [sys.executable, "-m", "gradcli", "check", "--format", "json", ".", "missing.mc"]
    one, two = (subprocess.run([*command, "-j", n], capture_output=True, check=False) for n in ("1", "2"))
    assert one.stdout == two.stdout and one.stderr == two.stderr and one.returncode == two.returncode == 2


def test_a_missing_file_hides_nothing(folder: Path) -> None:
    result = run("check", "missing.mc", "a.mc", "b.mc")
    assert result.status == 2 and "proved" in result.out and "refuted" in result.out
    assert "E110" in result.err and "Traceback" not in result.err


def test_a_syntax_error_hides_nothing() -> None:
    result = run("check", "-", stdin=f"y = (\n{FALSE}check x == x\n")
    assert result.status == 2 and "proved" in result.out and "C501" in result.out and "E1" in result.err


def test_a_folder_without_programs_has_nothing_to_check(tmp_path: Path) -> None:
    result = run("check", str(tmp_path))
    assert result.status == 2 and "there is nothing to check" in result.err


def test_a_file_without_checks_beside_one_with(folder: Path) -> None:
    (folder / "a.mc").write_text("y = W @ x\n")
    assert run("check", "a.mc", "sub").status == 0


def test_a_call_without_paths_is_wrong() -> None:
    assert run("check").status == 2
    assert run("check", "-", "-e", TRUE, stdin=TRUE).status == 2


@pytest.mark.parametrize("form", ["text", "json", "junit", "sarif", "github"])
def test_every_format_has_the_exit_status(form: str) -> None:
    assert run("check", "-", "--format", form, stdin=FALSE).status == 1
    assert run("check", "-", "--format", form, stdin=TRUE).status == 0


def test_the_layout_of_the_call_goes_before_the_files() -> None:
    text = "W : R[m, n]\nx : R[n]\ny = W @ x\ncheck jac(y, x) == W.T\n"
    assert run("check", "-", stdin=text).status == 1
    assert run("check", "-", "--layout", "denominator", stdin=text).status == 0


def test_algebra_alone_needs_no_numbers() -> None:
    code = (
        "import sys; from gradcli.cli.main import main; status = main(['check', '-e', "
        "'W : R[m, n]; x : R[n]; y = tanh(W @ x); check grad(f, W) == (grad(f, y) * (1 - y**2)) @ x.T']); "
        "print(status, [m for m in ('sympy', 'mpmath', 'numpy', 'rich') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "0 []"


def test_other_files_change_nothing(folder: Path) -> None:
    """A file that writes the same sums in another order, read before, does not settle how a hint is written."""
    (folder / "a.mc").write_text("A : R[n, n]\nx : R[n]\ny = (A.T + A) @ x\ncheck y == A.T @ x + A @ x\n")
    (folder / "b.mc").write_text("A : R[n, n]\nx : R[n]\nq = x.T @ A @ x\ncheck grad(q, x) == A @ x\n")
    alone, after, before = (
        {file["file"]: file for file in json.loads(run("check", *paths, "--format", "json").out)["files"]}["b.mc"]
        for paths in (["b.mc"], ["a.mc", "b.mc"], ["b.mc", "a.mc"])
    )
    assert alone == after == before
