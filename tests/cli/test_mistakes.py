"""What a new user gets wrong: each is a diagnostic at its place and status 2, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import run


@pytest.mark.parametrize(
    ("program", "code", "place"),
    [
        ("y = W@x\njacobian z wrt x", "E201", "2:10"),
        ("x : R[n]\nL = sum(x)\ngrad L wrt q", "E201", "3:12"),
        ("W : R[m, n]\ny : R[m]\nu = W @ y", "E301", "3:5"),
        ("x : R[n]\ny = x @ x", "E301", "2:5"),
        ("x : R[n]\ny = x ^ 2", "E302", "2:5"),
        ("A : R[m, 3]\nB : R[3, 2]\ny = tr(B)", "E302", "3:5"),
        ("y = W@x\ny = 2*x", "E202", "2:1"),
        ("x : R[n]\nx : R[m]\ny = x", "E202", "2:1"),
        ("y = W @ y", "E203", "1:1"),
        ("y = A @ z\nz = g(y)", "E203", "1:1"),
        ("y = g(W @ x\nz = 2*y", "E102", "1:6"),
        ("y = 2 3", "E101", "1:5"),
        ("x : R[n]; y = |x|", "E305", "1:15"),
        ("W@x", "E101", "1:"),
        ("y == W@x", "E101", "1:"),
        ("I = 3", "E207", "1:1"),
        ("S : R[n, n] symetric\ny = S @ x", "E206", "1:13"),
        ("y = x / 0", "E309", "1:5"),
        ("y = W@x\ngrad y wrt x", "E404", "2:6"),
        ("k : Z\nf = k**2\nderivative f wrt k", "E401", "3:"),
        ("A : R[m, n]\ny = softmax(A)", "E406", "2:5"),
        ("x : R[n]\ny = x + exp", "E205", "2:9"),
        ("x : R[n]\ny = exp(x, x)", "E204", "2:5"),
        ("layout row\ny = x", "E108", "1:8"),
        ("x : R[0]\ny = x", "E108", "1:7"),
        ("a^b^c = 2", "E1", "1:"),
        ("y = \x1b[31mx", "E103", "1:5"),
    ],
)
def test_a_mistake_is_shown_at_its_place(program: str, code: str, place: str) -> None:
    result = run("derive", "-e", program)
    assert result.status == 2
    first = next(line for line in result.err.splitlines() if code in line)
    assert first.startswith(f"<command line>:{place}")
    assert "internal error" not in result.err and "\x1b" not in result.err


@pytest.mark.parametrize(
    ("program", "hint"),
    [
        ("L = x @ y", "x.T @ y is a scalar; x @ y.T is a matrix"),
        ("x, y : R[n]\nz = x.T @ y.T", "x @ y.T is n x n; x.T @ y is a scalar"),
        ("y = A * x", "declare `x : R` if x is a scalar; `A @ x` is the matrix product"),
        ("S : R[n, n] Symmetric\ny = S @ x", "did you mean symmetric?"),
        ("S : R[n, n] psd\ny = S @ x", "did you mean spd?"),
        ("a : R positive\nimplicit y : y**2 == a", "declare `y : R` if y is a scalar"),
    ],
)
def test_what_was_meant_is_offered(program: str, hint: str) -> None:
    assert f"hint: {hint}" in run("derive", "-e", program).err


@pytest.mark.parametrize(("program", "meant"), [("y = sinn(W @ x)", "sin"), ("y = soft_max(x)", "softmax")])
def test_a_function_that_nobody_declared_is_no_unknown_function(program: str, meant: str) -> None:
    for command in ("derive", "check"):
        result = run(command, "-e", program if command == "derive" else f"{program}\ncheck 1 == 1")
        assert result.status == 2
        assert "E210" in result.err and f"did you mean {meant}?" in result.err
    declared = program.split("(")[0].split()[-1] + " : R -> R"
    assert run("derive", "-e", f"{declared}\n{program}").err == ""


@pytest.mark.parametrize("name", ["g", "h", "phi", "g_act", "sigma", "l_of", "f1", "psi2", "rho", "η"])
def test_a_name_of_ones_own_is_no_mistake(name: str) -> None:
    assert run("derive", "-e", f"y = {name}(W @ x)").err == ""


def test_every_mistake_of_a_file_is_reported() -> None:
    result = run("derive", "-e", "y = 2 3\nz = W @ (x\nu = q ^ 2\nu = 3\nlayout row\ngrad p wrt x")
    for place in ("1:5: E101", "2:9: E102", "3:5: E302", "4:1: E202", "5:8: E108", "6:6: E201"):
        assert f"<command line>:{place}" in result.err


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("empty.mc", b"", "E112", "there is nothing"),
        ("comment.mc", b"# nothing\n", "E112", "there is nothing"),
        ("binary.mc", bytes(range(256)) * 50, "E111", "NUL byte"),
        ("latin1.mc", "é = 3\n".encode("latin-1"), "E111", "not UTF-8"),
        ("utf16.mc", "y = x\n".encode("utf-16"), "E111", "not"),
        (None, None, "E110", "there is no file"),
        ("folder.mc", None, "E110", "is a folder"),
    ],
)
@pytest.mark.parametrize("command", [["derive"], ["shapes"], ["emit", "--target", "numpy"]])
def test_a_file_that_cannot_be_read(
    tmp_path: Path, command: list[str], name: str | None, content: bytes | None, code: str, says: str
) -> None:
    path = tmp_path / (name or "missing.mc")
    if name and content is not None:
        path.write_bytes(content)
    elif name:
        path.mkdir()
    result = run(*command, str(path))
    assert result.status == 2
    assert code in result.err and says in result.err


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfx : R[n]\ny = exp(x)\n", b"x : R[n]\r\ny = exp(x)\r\n"])
def test_a_byte_order_mark_and_windows_line_ends_are_no_mistakes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "windows.mc"
    path.write_bytes(content)
    result = run("derive", str(path))
    assert (result.status, result.err) == (0, "")


def test_a_name_that_needs_quoting_is_shown_in_one_line() -> None:
    result = run("derive", "no\nsuch\x1b[31m.mc")
    assert result.status == 2 and len(result.err.splitlines()) == 2 and "\x1b" not in result.err
