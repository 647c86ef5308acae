"""A plain answer is quick: nothing heavy is loaded on the way to it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("sympy", "numpy", "mpmath", "rich", "lark", "jax")
LOADED = (
    "import sys, io, contextlib\n"
    "from gradcli.cli.main import main\n"
    "with contextlib.redirect_stdout(io.StringIO()):\n"
    "    status = main(sys.argv[1:])\n"
    "print(status, *sorted(sys.modules))\n"
)


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a call loads, in a fresh process."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    out = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, env=env, check=True
    )
    status, *modules = out.stdout.split()
    assert status == "0"
    return set(modules)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["derive", "samples/neuron.mc"],
        ["derive", "samples/neuron.mc", "--format", "json"],
        ["derive", "samples/mlp.mc", "--format", "latex"],
        ["shapes", "samples/neuron.mc"],
        ["rules"],
        ["explain", "E301"],
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_loaded(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert loaded_by(*arguments).isdisjoint(HEAVY)


def test_the_overview_loads_no_engine() -> None:
    modules = loaded_by("--help")
    assert not any(name.startswith(("gradcli.derive", "gradcli.program", "gradcli.syntax")) for name in modules)
