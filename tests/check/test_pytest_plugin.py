"""The pytest plugin, in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from gradcli.pytest_plugin import pytest_configure

ROOT = Path(__file__).parents[2]
PLUGIN = "gradcli.pytest_plugin"
TEXT = """x : R[n]
check x + x == 2 * x
check x + x == 3 * x
refute x == 2 * x
check log(-x**2 - 1) == x
check x @ x == x
"""


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    # Installed, the plugin is found by its entry point, and naming it too would register it twice.
    named = [] if any(entry.name == "gradcli" for entry in entry_points(group="pytest11")) else ["-p", PLUGIN]
    command = [sys.executable, "-m", "pytest", *named, "-p", "no:cacheprovider", "-rA", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)


def test_every_statement_is_a_test(tmp_path: Path) -> None:
    (tmp_path / "a.mc").write_text(TEXT)
    result = run(tmp_path)
    assert result.returncode == 1 and "3 failed, 2 passed" in result.stdout
    assert "PASSED a.mc::line 2: check x + x == 2 * x" in result.stdout
    assert "PASSED a.mc::line 4: refute x == 2 * x" in result.stdout
    assert "  hint: the factor must be 2, not 3" in result.stdout
    assert "C502 warning: undecided" in result.stdout and "E301 shapes do not agree" in result.stdout
    assert "Traceback" not in result.stdout


def test_a_wrong_program_fails_as_such(tmp_path: Path) -> None:
    (tmp_path / "a.mc").write_text("W : R[m, n]\nu = W @ W\nx : R[n]\ncheck x == x\n")
    result = run(tmp_path)
    assert "1 failed, 1 passed" in result.stdout and "FAILED a.mc::program" in result.stdout


def test_settings(tmp_path: Path) -> None:
    (tmp_path / "a.mc").write_text("x : R[n]\ncheck log(-x**2 - 1) == x\n")
    (tmp_path / "b.mc").write_text("x : R[n]\ncheck x == 2 * x\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\ngradcli_undecided = warn\ngradcli_files = a*.mc\n")
    result = run(tmp_path)
    assert result.returncode == 0 and "1 passed, 1 warning" in result.stdout


def test_one_test_can_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "a.mc").write_text(TEXT)
    result = run(tmp_path, "a.mc::line 2: check x + x == 2 * x")
    assert result.returncode == 0 and "1 passed" in result.stdout


def test_settings_name_paths_and_have_comments(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.mc").write_text("x : R[n]\ncheck x == x\n")
    (tmp_path / "b.mc").write_text("x : R[n]\ncheck x == 2 * x\n")
    settings = tmp_path / "pytest.ini"
    settings.write_text(
        "[pytest]\ngradcli_files = notes/*.mc   # not the rest\ngradcli_undecided = warn   # let pass\n"
    )
    assert "1 passed" in run(tmp_path).stdout
    settings.write_text("[pytest]\ngradcli_files =\n    drafts/*.mc  # soon\n    # and these\n    notes/  #all\n")
    (tmp_path / "notes" / "conftest.py").write_text("")
    result = run(tmp_path)
    assert "1 passed" in result.stdout and "conftest.py::" not in result.stdout


@pytest.mark.parametrize(
    ("files", "undecided", "said"),
    [
        (["*.mc"], "fail # or warn", None),
        (["*.mc"], "wrn", "fail or warn"),
        (["# all"], "fail", "names no file"),
        (["a.mc", "../notes/*.mc"], "fail", "'../notes/\\*.mc' is no name and no path from"),
    ],
)
def test_values_that_mean_nothing_are_refused(files: list[str], undecided: str, said: str | None) -> None:
    class Config:
        rootpath = ROOT

        def getini(self, name: str) -> object:
            return {"gradcli_files": files, "gradcli_undecided": undecided}[name]

    config: Any = Config()
    with pytest.raises(pytest.UsageError, match=said) if said else nullcontext():
        pytest_configure(config)


def test_the_settings_of_the_documentation_collect_what_they_say(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    sample = page.split("```ini\n", 1)[1].split("```", 1)[0]
    (tmp_path / "pytest.ini").write_text(sample)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.mc").write_text("x : R[n]\ncheck x == x\ncheck log(-x**2 - 1) == x\n")
    (tmp_path / "b.mc").write_text("x : R[n]\ncheck x == 2 * x\n")
    result = run(tmp_path)
    assert result.returncode == 0 and "2 passed, 1 warning" in result.stdout


def test_a_file_may_be_called_anything(tmp_path: Path) -> None:
    """A name that is no UTF-8 can stand in no report: it is shown with what can."""
    with open(os.fsencode(str(tmp_path)) + b"/\xff\x1b[31m.mc", "w", encoding="utf-8") as file:
        file.write(TEXT)
    result = run(tmp_path, "--junitxml=out.xml")
    assert result.returncode == 1 and "3 failed, 2 passed" in result.stdout and "Error" not in result.stderr
    assert "\x1b" not in result.stdout and "\ufffd" in (tmp_path / "out.xml").read_text(encoding="utf-8")
