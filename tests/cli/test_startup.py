"""A plain answer is quick: nothing heavy is loaded on the way to it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("sympy", "numpy", "mpmath", "rich", "lark", "jax")
MOST_MODULES = 222
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


def test_a_small_derivation_loads_few_modules() -> None:
    """Each module costs half a millisecond: what only other programs need is imported where it is used."""
    modules = [name for name in loaded_by("derive", "samples/neuron.mc") if name.startswith("gradcli.")]
    assert len(modules) <= MOST_MODULES, sorted(modules)


def test_a_small_derivation_compiles_few_classes() -> None:
    """`dataclasses` writes six functions for each class at once; `gradcli.record` writes what is called."""
    for name in loaded_by("derive", "samples/neuron.mc"):
        path = ROOT / f"{name.replace('.', '/')}.py"
        if name.startswith("gradcli.") and path.exists():
            assert "\nfrom dataclasses import dataclass" not in path.read_text(encoding="utf-8"), name


def test_the_library_itself_loads_nothing() -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    call = "import sys; before = set(sys.modules); import gradcli; print(*sorted(set(sys.modules) - before))"
    out = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, env=env, check=True)
    assert set(out.stdout.split()) == {"gradcli", "gradcli.version"} | set(out.stdout.split()) & {"__future__"}


def test_the_overview_loads_no_engine() -> None:
    modules = loaded_by("--help")
    assert not any(name.startswith(("gradcli.derive", "gradcli.program", "gradcli.syntax")) for name in modules)
