"""Settings, exclusions, ignores, mends, reports in files, layout: what people expect of a tool in their projects."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gradcli.cli import watch as watching
from gradcli.cli.main import main
from gradcli.cli.watch import Stamp, stamps, watch
from gradcli.syntax.ast import Source
from gradcli.syntax.layout_text import laid_out
from gradcli.syntax.parse import parse_module
from gradcli.ways_in.files import find_files
from gradcli.ways_in.settings import Settings, WrongSettings, find_settings

TRUE = "x : R[n]\nf = x.T @ x\ncheck grad(f, x) == 2 * x\n"
FALSE = "x : R[n]\nf = x.T @ x\ncheck grad(f, x) == x\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "good.mc").write_text(TRUE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# ----------------------------------------------------------------------- settings


def test_settings_stand_in_pyproject_or_a_file_of_their_own(project: Path) -> None:
    assert find_settings() == Settings()
    _write(project / "pyproject.toml", '[tool.gradcli]\nlayout = "denominator"\njobs = 2\nexclude = ["drafts/*"]\n')
    assert find_settings() == Settings("denominator", None, ("drafts/*",), (), 2, str(project))
    deep = project / "a" / "b"
    deep.mkdir(parents=True)
    assert find_settings(str(deep)).layout == "denominator"
    _write(project / "a" / "gradcli.toml", 'undecided = "warn"\n')
    assert find_settings(str(deep)) == Settings(undecided="warn", base=str(project / "a"))
    assert find_settings(str(deep), str(project / "pyproject.toml")).jobs == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('layuot = "mixed"', "did you mean layout?"),
        ('layout = "denominater"', "did you mean 'denominator'?"),
        ('undecided = "maybe"', "it is one of fail, warn"),
        ("jobs = 0", "a number from 1 on"),
        ("exclude = 3", "a list of globs"),
        ("layout = ", "is no TOML"),
    ],
)
def test_wrong_settings_are_said(project: Path, capsys: pytest.CaptureFixture[str], text: str, told: str) -> None:
    _write(project / "gradcli.toml", text)
    with pytest.raises(WrongSettings, match=r"gradcli\.toml"):
        find_settings()
    assert main(["check", "good.mc"]) == 2
    assert told in capsys.readouterr().err
    assert main(["check", "good.mc", "--isolated"]) == 0


@pytest.mark.parametrize("text", ["[tool]\ngradcli = 3\n", 'tool = "gradcli"\n', "[[tool.gradcli]]\nlayout = 3\n"])
def test_settings_that_are_no_table_are_no_fault_of_ours(
    project: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    _write(project / "pyproject.toml", text)
    main(["check", "good.mc"])
    assert "internal error" not in capsys.readouterr().err


def test_the_layout_of_the_settings_is_for_files_that_state_none(project: Path) -> None:
    claim = "W : R[m, n]\nx : R[n]\ny = W @ x\ncheck jac(y, x) == W.T\n"
    _write(project / "a.mc", claim)
    _write(project / "b.mc", f"layout numerator\n{claim}")
    assert main(["check", "a.mc"]) == 1
    _write(project / "gradcli.toml", 'layout = "denominator"')
    assert main(["check", "a.mc"]) == 0
    assert main(["check", "b.mc"]) == 1


# --------------------------------------------------------------------- exclusions


def test_what_git_ignores_and_build_folders_are_left_out(project: Path) -> None:
    for place in (
        "build/a.mc",
        "node_modules/b.mc",
        ".hidden/c.mc",
        "notes/d.mc",
        "notes/draft_e.mc",
        "notes/keep/f.mc",
    ):
        _write(project / place, TRUE)
    (project / ".git").mkdir()
    _write(project / ".gitignore", "# comment\ndraft_*\n/notes/keep/\n")
    assert find_files(["."]) == ["good.mc", "notes/d.mc"]
    assert find_files(["notes"]) == ["notes/d.mc"]
    _write(project / "notes" / ".gitignore", "!draft_e.mc\nd.mc\n")
    assert find_files(["."]) == ["good.mc", "notes/draft_e.mc"]
    assert find_files(["build/a.mc"]) == ["build/a.mc"]


def test_globs_of_the_settings(project: Path) -> None:
    for place in ("a/x.mc", "a/b/y.mc", "build/z.mc"):
        _write(project / place, TRUE)
    settings = Settings(exclude=("a/*",), include=("a/b/y.mc", "build/**"), base=str(project))
    assert find_files(["."], settings) == ["a/b/y.mc", "build/z.mc", "good.mc"]
    assert find_files(["."], Settings(exclude=("**/*.mc",), base=str(project))) == []


# ------------------------------------------------------------------------ ignores


def test_an_ignore_lets_a_failure_pass(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project / "a.mc", FALSE.replace("== x", "== x  # gradcli: ignore[C501] as the book prints it"))
    assert main(["check", "a.mc"]) == 0
    _write(project / "b.mc", TRUE.replace("2 * x", "2 * x  # gradcli: ignore[C501] mended since"))
    capsys.readouterr()
    assert main(["check", "b.mc"]) == 0
    assert "W611" in capsys.readouterr().err
    _write(project / "c.mc", FALSE.replace("== x", "== x  # gradcli: ignore"))
    assert main(["check", "c.mc"]) == 1
    assert "W610" in capsys.readouterr().err


# -------------------------------------------------------------------------- mends


def test_fix_writes_the_expected_side(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _write(project / "a.mc", FALSE)
    assert main(["check", "a.mc", "--diff"]) == 1
    assert "-check grad(f, x) == x\n+check grad(f, x) == 2 * x" in capsys.readouterr().out
    assert file.read_text(encoding="utf-8") == FALSE
    file.write_bytes(FALSE.replace("\n", "\r\n").encode())
    assert main(["check", "a.mc", "--fix"]) == 0
    assert file.read_bytes() == TRUE.replace("\n", "\r\n").encode()
    assert main(["check", "-e", FALSE, "--fix"]) == 2


# ------------------------------------------------------------------------ reports


def test_reports_in_files_and_counts(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project / "a.mc", FALSE)
    _write(project / "b.mc", FALSE)
    assert main(["check", ".", "--output", "report.txt", "--color", "always"]) == 1
    written = (project / "report.txt").read_text(encoding="utf-8")
    assert "3 statements checked in 3 files" in written and "\x1b" not in written
    assert main(["check", ".", "--statistics"]) == 1
    assert "    2  C501" in capsys.readouterr().out
    assert main(["check", ".", "-x"]) == 1
    assert "1 statement checked" in capsys.readouterr().out
    assert main(["check", ".", "--format", "html", "--output", "report.html"]) == 1
    page = (project / "report.html").read_text(encoding="utf-8")
    assert "refuted" in page and "<script" not in page
    assert main(["check", ".", "--output", "no/such/folder.txt"]) == 2


def test_watching_runs_again_after_a_change(tmp_path: Path) -> None:
    file = _write(tmp_path / "a.mc", FALSE)
    runs = []

    def run(own: dict[str, Stamp]) -> int:
        runs.append(file.read_text(encoding="utf-8"))
        if len(runs) == 1:
            file.write_text(TRUE + "\n", encoding="utf-8")
        return len(runs)

    assert watch(run, lambda: [str(file), "none"], turns=2) == 2
    assert runs == [FALSE, TRUE + "\n"]


def test_what_a_run_writes_itself_is_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where a mend does not hold and is written each time."""
    file = _write(tmp_path / "a.mc", FALSE)
    runs = looks = 0

    def run(own: dict[str, Stamp]) -> int:
        nonlocal runs
        runs += 1
        file.write_text(f"{FALSE}# {'!' * runs}\n", encoding="utf-8")
        own.update(stamps([str(file)]))
        return runs

    def sleep(seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            file.write_text(TRUE, encoding="utf-8")

    monkeypatch.setattr(watching.time, "sleep", sleep)
    assert watch(run, lambda: [str(file)], turns=2) == 2
    assert (runs, looks) == (2, 3)


def test_watching_and_mending_ends(tmp_path: Path) -> None:
    """Each file is mended once; then nothing is done until it changes, and an interrupt ends it with 130."""
    file = _write(tmp_path / "a.mc", "x : R[n]\nf = x.T @ x\ncheck grad(f, x) == x == 3 * x\n")
    command = [sys.executable, "-m", "gradcli", "check", "--watch", "--fix", "--output", str(tmp_path / "b.mc"), "."]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "1 file mended\n"
        assert file.read_text(encoding="utf-8").endswith("== 2 * x == 2 * x\n")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr.read() == ""


# ------------------------------------------------------------------------- layout

LAID_OUT = [
    ("u=W@x;y=g( u )", "u = W @ x; y = g(u)\n"),
    ("W:R[m,n]\n\n\n\nx :R[ n ]   symmetric  #note", "W : R[m, n]\n\nx : R[n] symmetric  # note\n"),
    ("f = -x**2+ -1e-3 -y", "f = -x**2 + -1e-3 - y\n"),
    ("s=sum( A,axis = 1 )/n", "s = sum(A, axis=1) / n\n"),
    ("y = W   x", "y = W x\n"),
    ("check  grad(f,x)==A.T@x\n   ==B", "check grad(f, x) == A.T @ x\n  == B\n"),
    ("Y[i,j]=sum[k](A[i,k]*B[k,j])", "Y[i, j] = sum[k](A[i, k] * B[k, j])\n"),
    ("h:R[n]->R[m]", "h : R[n] -> R[m]\n"),
    ("# only a comment\n#", "# only a comment\n#\n"),
    ("f = (-x)*( - y )", "f = (-x) * (-y)\n"),
    ("", ""),
]


@pytest.mark.parametrize(("before", "after"), LAID_OUT)
def test_programs_are_laid_out(before: str, after: str) -> None:
    assert laid_out(Source("<text>", before)) == after
    assert laid_out(Source("<text>", after)) == after


@pytest.mark.parametrize("path", sorted(Path("samples").rglob("*.mc")), ids=str)
def test_laying_out_keeps_the_meaning(path: Path) -> None:
    source = Source(str(path), path.read_text(encoding="utf-8"))
    after = laid_out(source)
    assert laid_out(Source("<again>", after)) == after
    assert parse_module(source)[0].statements == parse_module(Source("<after>", after))[0].statements
    assert after.count("#") == source.text.count("#")


def test_fmt(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _write(project / "a.mc", "y=W@x\n")
    assert main(["fmt", ".", "--check"]) == 1
    assert capsys.readouterr().out == "a.mc is not laid out\n"
    assert main(["fmt", "."]) == 0
    assert file.read_text(encoding="utf-8") == "y = W @ x\n"
    assert main(["fmt", ".", "--check"]) == 0
    _write(project / "b.mc", "y = = x\n")
    assert main(["fmt", "b.mc"]) == 2


# -------------------------------------------------------------------------- calls


def test_convert_in_place(project: Path) -> None:
    file = _write(project / "a.mc", "W : R[m, n]\nx : R[n]\ny = W @ x\ncheck jac(y, x) == W\n")
    assert main(["convert", "a.mc", "--to", "denominator", "--in-place"]) == 0
    assert "W.T" in file.read_text(encoding="utf-8")
    assert main(["check", "a.mc"]) == 0
    assert main(["convert", "-e", "x : R", "--to", "mixed", "--in-place"]) == 2


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "check"]) == 0
    assert "Check the hand-written derivations" in capsys.readouterr().out
    assert main(["help"]) == 0
    assert main(["-V"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("gradcli ")


# ---------------------------------------------------------- settings of all commands


def test_the_layout_of_the_settings_holds_in_every_command(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project / "a.mc", "W : R[m, n]\nx : R[n]\ny = W @ x\ncheck jac(y, x) == W.T\n")
    _write(project / "b.md", "<!-- gradcli: y = W @ x -->\n\n<!-- gradcli: jacobian y wrt x -->\n")
    _write(project / "gradcli.toml", 'layout = "denominator"')
    for call in (["derive", "a.mc"], ["derive", "-e", "y = W @ x"], ["derive", "b.md"]):
        assert main(call) == 0
        assert "Jacobian, denominator layout" in capsys.readouterr().out
        assert main([*call, "--layout", "mixed"]) == 0
        assert "Jacobian, mixed layout" in capsys.readouterr().out
        assert main([*call, "--isolated"]) == 0
        assert "Jacobian, numerator layout" in capsys.readouterr().out
    assert main(["shapes", "a.mc", "--format", "json"]) == 0
    assert '"layout": "denominator"' in capsys.readouterr().out
    assert main(["check", "-e", "y = W @ x; check jac(y, x) == W.T"]) == 0
    capsys.readouterr()
    assert main(["convert", "a.mc", "--to", "numerator"]) == 0
    assert capsys.readouterr().out == "layout numerator\nW : R[m, n]\nx : R[n]\ny = W @ x\ncheck jac(y, x) == W\n"
    assert main(["emit", "a.mc", "--target", "numpy", "--config", "none.toml"]) == 2


def test_a_place_is_that_of_the_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project / "gradcli.toml", 'layout = "denominator"')
    _write(project / "a.mc", "y = = x\n")
    assert main(["convert", "a.mc", "--to", "numerator"]) == 2
    assert "a.mc:1:5" in capsys.readouterr().err


def test_answers_are_written_in_the_layout_of_the_settings(project: Path) -> None:
    _write(project / "gradcli.toml", 'layout = "denominator"\n')
    page = _write(project / "a.md", "<!-- gradcli: W : R[m, n]; x : R[n]; y = W @ x; jacobian y wrt x -->\n")
    assert main(["derive", "a.md", "--write"]) == 0
    once = page.read_text(encoding="utf-8")
    assert "W^{\\top}" in once
    assert main(["derive", "a.md", "--write"]) == 0 and page.read_text(encoding="utf-8") == once
    assert main(["derive", "a.md", "--write", "--isolated"]) == 0
    assert "W^{\\top}" not in page.read_text(encoding="utf-8")


def test_what_convert_says_stands_at_the_place_in_the_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project / "gradcli.toml", 'layout = "denominator"\n')
    _write(project / "a.mc", "x : R[n]\ny = W @ @ x\n")
    assert main(["convert", "a.mc", "--to", "numerator"]) == 2
    assert "a.mc:2:7: E" in capsys.readouterr().err


def test_an_ignore_of_another_code_is_told_which_one_fails(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "W : R[m, n]; x : R[n]\ny = W @ x\ncheck jac(y, x) == W.T  # gradcli: ignore[C501] the book's layout\n"
    _write(project / "a.mc", text)
    assert main(["check", "a.mc"]) == 1
    said = "what fails here is C504: `# gradcli: ignore[C504]` lets it pass"
    assert said in capsys.readouterr().err
    _write(project / "a.mc", text.replace("C501", "C504"))
    assert main(["check", "a.mc"]) == 0


def test_the_page_of_a_check_says_what_is_expected_as_the_text_does(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(project / "a.mc", "W : R[m, n]; x : R[n]\ny = W @ x\ncheck grad(f, x) == W @ grad(f, y)\n")
    assert main(["check", "a.mc", "--format", "html"]) == 2
    page = capsys.readouterr().out
    assert "<div>hint: the first factor W must be transposed</div><div>expected: W.T @ grad(f, y)</div>" in page
    _write(project / "a.mc", "x : R[n]\ncheck sin(x) == cos(3 * x)\n")
    assert main(["check", "a.mc", "--format", "html"]) == 1
    assert "hint: expected" not in capsys.readouterr().out
