"""What shells complete, the manual page, and the sign of life on long work."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.shell_completion import BashComplete

from gradcli.cli.group import COMMANDS, gradcli
from gradcli.cli.manual import manual, markdown
from gradcli.cli.progress import clock
from gradcli.diagnostics.registry import all_codes
from gradcli.rules.load import all_rules
from tests.cli.run import run

MANUAL = Path("docs/gradcli.1")


def _offered(*words: str, begun: str = "") -> dict[str, str]:
    shell = BashComplete(gradcli, {}, "gradcli", "_GRADCLI_COMPLETE")
    return {item.value: item.type for item in shell.get_completions(list(words), begun)}


def test_commands_and_options() -> None:
    assert set(_offered()) == {*COMMANDS, "help"}
    assert set(_offered(begun="e")) == {"emit", "explain"}
    assert set(_offered("help", begun="ch")) == {"check"}
    assert "--statistics" in _offered("check", begun="--st")
    assert set(_offered("derive", "--layout", begun="n")) == {"numerator"}


def test_codes_and_rules() -> None:
    assert set(_offered("explain")) == set(all_codes())
    assert set(_offered("explain", begun="c50")) == {code for code in all_codes() if code.startswith("C50")}
    assert set(_offered("rules")) == set(all_rules())
    assert "inverse_of_transpose" in _offered("rules", "--rewrites", begun="inv")


@pytest.mark.parametrize("command", ["derive", "check", "convert", "emit", "shapes", "fmt", "import"])
def test_files_are_the_shells(command: str) -> None:
    assert _offered(command, begun="no") == {"no": "file"}


def test_a_file_for_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert "gradcli derive neuron.mc" in run("neuron.mc").err


def test_the_page_of_commands_is_current() -> None:
    page = MANUAL.with_name("commands.md").read_text(encoding="utf-8")
    assert page == markdown(), "python -m gradcli.cli.manual --markdown > docs/commands.md"


def test_the_manual_says_all_options() -> None:
    page = MANUAL.read_text(encoding="utf-8")
    plain = page.replace(r"\-", "-").replace(r"\(aq", "'").replace(r"\(ga", "`").replace(r"\[u2202]", "∂")
    with click.Context(gradcli, info_name="gradcli") as above:
        for name in COMMANDS:
            command = gradcli.get_command(above, name)
            assert command is not None
            assert f".SS gradcli {name} " in plain, f"python -m gradcli.cli.manual > {MANUAL}"
            for option in command.params:
                if isinstance(option, click.Option) and option.name != "version":
                    assert option.opts[0] in plain and (option.help or "") in plain, f"{name} {option.opts}"


def test_the_manual_is_well_formed() -> None:
    page = manual()
    for line in page.splitlines():
        assert not line.startswith(".") or line.split()[0][1:].isupper() or line in (".nf", ".fi"), line
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff reads manual pages, and is not installed")
    told = subprocess.run(
        [groff, "-man", "-ww", "-z", "-Tutf8"], input=page, capture_output=True, text=True, check=True
    )
    assert told.stderr == ""


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_long_work_shows_a_clock_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with clock("deriving", first=0.01):
        time.sleep(0.05)
    assert "deriving … 0 s" in screen.getvalue() and screen.getvalue().endswith("\r\x1b[K")
    screen.truncate(0)
    with clock("deriving", first=10), clock("deriving", quiet=True, first=0):
        pass
    assert "deriving" not in screen.getvalue()


def test_nothing_is_shown_elsewhere() -> None:
    assert run("derive", "-e", "y = W @ x").err == ""
