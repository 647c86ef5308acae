"""Emitted code stands as `ruff format` would lay it out, and means what it meant before it was laid out."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from itertools import count
from pathlib import Path
from random import Random

import pytest

from gradcli.cli.main import main
from gradcli.emit.style.statements import styled
from tests.oracle.case import all_cases
from tests.oracle.random_programs import random_program

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = sorted([*(ROOT / "samples").rglob("*.mc"), *(ROOT / "benchmarks" / "emit_problems").glob("*.mc")])


def _emit(file: Path, target: str, *more: str) -> str:
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(StringIO()):
        status = main(["emit", str(file), "--target", target, *more])
    return said.getvalue() if status == 0 else ""


def _complaints(folder: Path) -> str:
    """What a formatter would change, with the settings it has of itself."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", str(folder)]
    return subprocess.run(command, capture_output=True, text=True).stdout


def _with_docstrings_empty(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    return ast.dump(tree)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_what_is_emitted_for_the_samples_is_formatted(tmp_path: Path, target: str) -> None:
    written = 0
    for number, file in enumerate(SAMPLES):
        text = _emit(file, target)
        if text:
            written += 1
            (tmp_path / f"m{number}.py").write_text(text, encoding="utf-8")
    assert written > 0.9 * len(SAMPLES)
    assert _complaints(tmp_path) == ""


def test_what_is_emitted_for_many_programs_is_formatted(tmp_path: Path) -> None:
    programs = [case.text for case in all_cases()] + [random_program(seed, depth=4) for seed in range(20)]
    written = 0
    source = tmp_path / "program.mc"
    for number, program in enumerate(programs):
        source.write_text(program, encoding="utf-8")
        text = _emit(source, ("numpy", "jax", "torch")[number % 3])
        if text:
            written += 1
            (tmp_path / f"m{number}.py").write_text(text, encoding="utf-8")
    assert written > 0.9 * len(programs)
    assert _complaints(tmp_path) == ""


def test_an_autograd_function_is_formatted(tmp_path: Path) -> None:
    written = 0
    for number, file in enumerate(SAMPLES):
        text = _emit(file, "torch", "--style", "autograd-function")
        if text:
            written += 1
            (tmp_path / f"m{number}.py").write_text(text, encoding="utf-8")
    assert written > 0.8 * len(SAMPLES)
    assert _complaints(tmp_path) == ""


# ------------------------------------------------------------------- lines drawn at random

_LEAVES = ["x", "W1", "grad_L", "t12", "np.pi", "X.T", "t3[:, None]", "x[0]", "jac_y_x", "2", "0.5"]
_CALLED = ["np.sin", "np.where", "_softmax", "np.linalg.solve"]


def _expression(draw: Random, depth: int) -> str:
    if depth == 0:
        return draw.choice(_LEAVES)

    def less() -> str:
        return _expression(draw, draw.randrange(depth))

    named = draw.choice(["x", "W1", "np.pi"])
    ways: list[Callable[[], str]] = [
        lambda: f"({_expression(draw, depth - 1)}) {draw.choice('+-*/@')} ({less()})",
        lambda: f"({_expression(draw, depth - 1)}) {draw.choice('+-*@')} ({less()})",
        lambda: f"({_expression(draw, depth - 1)}) ** 2",
        lambda: f"-({_expression(draw, depth - 1)})",
        lambda: f"{draw.choice(_CALLED)}({', '.join(less() for _ in range(draw.randint(1, 3)))})",
        lambda: f"{draw.choice(_CALLED)}({less()}, {less()}, axis=1)",
        lambda: f"({_expression(draw, depth - 1)} + {named})[:, None]",
        lambda: f"({_expression(draw, depth - 1)} @ {named}).T",
        lambda: f"np.array([{less()}, {less()}, {named}])",
    ]
    return draw.choice(ways)()


def _lines(seed: int) -> Iterator[str]:
    draw = Random(seed)
    for number in count():
        expression = ast.unparse(ast.parse(_expression(draw, draw.randint(3, 5))))
        before = draw.choice(["return ", f"t{number} = ", "a, b = ", "hess_of_a_long_name = ", "if "])
        yield f"    {before}{expression}" + (" < 3:\n        pass" if before == "if " else "")


@pytest.mark.parametrize("seed", range(3))
def test_lines_drawn_at_random_are_laid_out_as_a_formatter_does(tmp_path: Path, seed: int) -> None:
    lines = [line for line, _ in zip(_lines(seed), range(300), strict=False)]
    text = "\n".join(["def f():", *lines, ""])
    laid_out = styled(text)
    assert ast.dump(ast.parse(laid_out)) == ast.dump(ast.parse(text))
    (tmp_path / "drawn.py").write_text(laid_out, encoding="utf-8")
    assert _complaints(tmp_path) == ""


def test_signatures_and_docstrings() -> None:
    names = ", ".join(f"a_long_name_{i}" for i in range(7))
    text = f'def f({names}):\n    """Title.\n\n        deep\n          deeper\n    """\n    return 1\n'
    got = styled(text)
    assert _with_docstrings_empty(got) == _with_docstrings_empty(text)
    assert got.splitlines()[0] == "def f("
    assert "\n    deep\n      deeper\n" in got
