"""Calls: help, version, and calls that cannot be understood."""

from __future__ import annotations

import pytest

from gradcli.cli.group import COMMANDS
from gradcli.version import __version__
from tests.cli.run import run


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_every_command(flag: str) -> None:
    result = run(flag)
    assert result.status == 0
    assert all(name in result.out and summary in result.out for name, (_, summary) in COMMANDS.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_says_what_the_help_of_a_command_says(name: str) -> None:
    result = run(name, "-h")
    assert result.status == 0
    assert COMMANDS[name][1] in " ".join(result.out.split())


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_the_version(command: list[str]) -> None:
    assert run(*command, "--version").out == f"gradcli {__version__}\n"


@pytest.mark.parametrize("arguments", [["rules", "product"], ["explain", "E301"], ["shapes", "-e", "y = W @ x"]])
def test_common_options_are_common(arguments: list[str]) -> None:
    result = run(*arguments, "--color", "always", "-q", "-v")
    assert (result.status, result.out) == (0, run(*arguments).out)


def test_shapes_are_shown_in_a_layout() -> None:
    assert '"layout": "mixed"' in run("shapes", "-e", "y = W @ x", "--layout", "mixed", "--format", "json").out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["deriv"], "did you mean derive?"),
        (["integrate"], "there is no command 'integrate'"),
        (["derive"], "a FILE, - or -e TEXT is missing"),
        (["derive", "a.mc", "-e", "y = x"], "a FILE or -e TEXT, not both"),
        (["derive", "a.mc", "b.mc"], "b.mc"),
        (["derive", "a.mc", "--frobnicate"], "--frobnicate"),
        (["derive", "a.mc", "--format", "word"], "'word' is not one of"),
        (["derive", "a.mc", "--layout", "polar"], "'polar' is not one of"),
        (["derive", "a.mc", "--of"], "--of"),
        (["derive", "-e", "y = x", "--of", "y\nz = x"], "--of and --wrt take names"),
        (["derive", "-e", "y = x", "--wrt", "x; z = x"], "--of and --wrt take names"),
        (["derive", "-e", "y = x", "--of", ""], "--of wants a name"),
        (["emit", "-e", "y = x", "--target", "numpy", "--wrt", " "], "--wrt wants a name"),
        (["emit", "a.mc"], "--target"),
        (["emit", "a.mc", "--target", "fortran"], "'fortran' is not one of"),
    ],
)
def test_a_wrong_call_has_status_2_and_says_what_is_wrong(arguments: list[str], says: str) -> None:
    result = run(*arguments)
    assert result.status == 2
    assert result.err.startswith("E120 ") and says in result.err
    assert result.out == ""


def test_a_bare_call_is_answered_with_the_help() -> None:
    assert (run().status, run().out) == (2, run("--help").out)
