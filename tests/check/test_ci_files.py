"""The pre-commit hook, through pre-commit, and the GitHub action, its step run by bash."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TRUE = "x : R[n]\ncheck x + x == 2 * x\n"
FALSE = "x : R[n]\ncheck x + x == 3 * x\n"


def shell(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    """A folder with a `gradcli` that runs this checkout."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "gradcli"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m gradcli "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IEXEC)
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    for command in (["init", "-q"], ["config", "user.email", "a@example.org"], ["config", "user.name", "a"]):
        assert shell(folder, "git", *command).returncode == 0
    return folder


def hooks() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return loaded


def test_the_manifest_is_valid() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    assert shell(ROOT, *command).returncode == 0


def test_the_hook_checks_the_files_of_a_commit(repository: Path, tool: Path) -> None:
    """The hook as the manifest has it, but for its environment: the one that runs this test."""
    hook, python = hooks()
    assert (hook["id"], python["id"]) == ("gradcli-check", "gradcli-python")
    local = {**hook, "language": "system"}
    local.pop("minimum_pre_commit_version")
    config = {"repos": [{"repo": "local", "hooks": [local]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    environment = {"PATH": f"{tool}{os.pathsep}{os.environ['PATH']}", "PRE_COMMIT_HOME": str(tool.parent / "cache")}

    def commit(text: str) -> subprocess.CompletedProcess[str]:
        (repository / "a.mc").write_text(text)
        shell(repository, "git", "add", ".")
        return shell(repository, sys.executable, "-m", "pre_commit", "run", **environment)

    good = commit(TRUE)
    assert good.returncode == 0, good.stdout + good.stderr
    assert "gradcli check" in good.stdout and "Passed" in good.stdout
    (repository / "good.mc").write_text(TRUE)
    bad = commit(FALSE)
    assert bad.returncode == 1 and "the factor must be 2, not 3" in bad.stdout
    assert "good.mc" not in bad.stdout and "proved" not in bad.stdout  # quiet about what is fine
    assert commit("x : R[n]\ny = 2 * x\n").returncode == 0  # nothing to check is no error in a hook


def test_the_action_annotates_and_fails(tmp_path: Path, tool: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert action["runs"]["using"] == "composite"
    steps = action["runs"]["steps"]
    assert all(step.get("shell") == "bash" or "uses" in step for step in steps)
    script = next(step["run"] for step in steps if step["name"] == "Check")
    inputs = {name: value["default"] for name, value in action["inputs"].items()}
    (tmp_path / "a.mc").write_text(TRUE)
    (tmp_path / "b.mc").write_text(FALSE)
    bash = shutil.which("bash")
    assert bash is not None

    def step(**changed: str) -> subprocess.CompletedProcess[str]:
        given = {**inputs, **changed}
        environment = {"PATHS": given["paths"], "UNDECIDED": given["undecided"], "SARIF": given["sarif"]}
        path = f"{tool}{os.pathsep}{os.environ['PATH']}"
        command = [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return shell(tmp_path, *command, PATH=path, **environment)

    failed = step(sarif="out.sarif")
    assert failed.returncode == 1 and failed.stdout.startswith("::error file=b.mc,line=2,")
    assert '"ruleId": "C501"' in (tmp_path / "out.sarif").read_text()
    assert step(paths="a.mc").returncode == 0
