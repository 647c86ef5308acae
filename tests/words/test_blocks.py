"""Every other block of the documentation runs: Python, settings, workflows, emitted code, commands in paragraphs.

Programs and sessions are replayed by tests/golden, the blocks of the tutorial by test_tutorial.
"""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import gradcli
from gradcli.cli.group import gradcli as group
from gradcli.ways_in.settings import find_settings
from tests.cli.run import run
from tests.golden.console import ROOT
from tests.golden.refresh import documents

_BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(r"(?:^ {4}|`)gradcli ([a-z][^`\n]*)", re.MULTILINE)
PAGES = [path for path in documents() if path.name not in ("tutorial.md", "commands.md")]
RUN_ELSEWHERE = {"mc", "console"}  # tests/golden
OF_EDITORS = {"lua", "elisp"}  # of programs that are not here


def blocks(path: Path) -> list[tuple[str, str]]:
    return _BLOCK.findall(path.read_text(encoding="utf-8"))


def python(name: str) -> list[str]:
    return [block for language, block in blocks(ROOT / "docs" / name) if language == "python"]


def test_every_language_of_a_block_is_tried() -> None:
    found = {language for path in PAGES for language, _ in blocks(path)}
    assert found <= {"python", "toml", "yaml", "ini", "json"} | RUN_ELSEWHERE | OF_EDITORS


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_data_is_well_formed_and_settings_are_known(path: Path, tmp_path: Path) -> None:
    for language, block in blocks(path):
        if language == "yaml":
            assert yaml.safe_load(block)
        if language == "json":
            json.loads(block)
        if language == "toml" and tomllib.loads(block).get("tool"):
            (tmp_path / "pyproject.toml").write_text(block, encoding="utf-8")
            assert find_settings(str(tmp_path)).exclude


def test_the_library_gives_what_the_page_says() -> None:
    names: dict[str, object] = {}
    shown = 0
    for line in python("python.md")[0].splitlines():
        expression, _, said = line.partition("  # ")
        try:
            value = eval(compile(expression, "python.md", "eval"), names)
        except SyntaxError:
            exec(expression, names)
            continue
        shown += said in (repr(value), str(value)) if said else 0
    assert shown == 2


def test_the_layer_of_the_page_has_one_fault_and_is_proved_without_it(tmp_path: Path) -> None:
    layer, in_a_test = python("python.md")[1:]
    file = tmp_path / "layer.py"
    file.write_text(layer)
    wrong = gradcli.check(file)
    assert "refuted" in [verdict.verdict for verdict in wrong] and "dh = dy * (1 - y)" in str(wrong)
    mended = layer.replace("(1 - y)", "(1 - y**2)") + in_a_test
    file.write_text(mended)
    assert [verdict.verdict for verdict in gradcli.check(file)] == ["proved"] * 3
    names: dict[str, Any] = {}
    exec(compile(mended, str(file), "exec"), names)  # assert_gradient reads the source of the file
    names["test_layer"]()


def test_notebook_cells_run() -> None:
    for block in python("notebook.md"):
        exec(compile(block, "notebook.md", "exec"), {})


def test_code_is_shown_as_it_is_emitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "emit.md").read_text(encoding="utf-8")
    shown = re.findall(r"\n    gradcli (emit [^\n]*\\\n[^\n]*)\n\n```python\n(.*?)```", text, re.DOTALL)
    assert len(shown) == len(python("emit.md"))
    for command, block in shown:
        result = run(*shlex.split(command.replace("\\\n", " ")))
        for line in block.splitlines():
            if "..." not in line:
                assert line in result.out.splitlines(), line


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_have_the_options_that_pages_give_them(path: Path) -> None:
    text = _BLOCK.sub("", path.read_text(encoding="utf-8")).replace("\\\n", " ")
    for found in _COMMAND.findall(text):
        words = shlex.split(found.partition(" > ")[0], comments=True)
        with click.Context(group, info_name="gradcli") as above:
            command = group if words[0] == "help" else group.get_command(above, words[0])
            assert command is not None, found
            known = {option for each in command.get_params(above) for option in each.opts} | {"-h", "-V", "--version"}
            given = {word.partition("=")[0] for word in words[1:] if re.fullmatch(r"-[a-zA-Z]|--[a-z-]+(=.*)?", word)}
            assert given <= known, found


@pytest.mark.parametrize("name", ["formats.md", "functions.md", "emit.md"])
def test_pages_in_chinese_show_the_same_blocks(name: str) -> None:
    assert blocks(ROOT / "docs" / "zh" / name) == blocks(ROOT / "docs" / name)
