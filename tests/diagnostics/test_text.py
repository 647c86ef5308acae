"""The text of a diagnostic: the line, the carets, the hint."""

from __future__ import annotations

from gradcli.diagnostics import Diagnostic, error, warning
from gradcli.diagnostics.as_json import render_dict
from gradcli.diagnostics.text import WIDEST, render_text
from gradcli.syntax.ast import Source, Span


def at(text: str, marked: str, **more: object) -> Diagnostic:
    """A complaint about the first place of `marked` in `text`."""
    start = text.index(marked)
    span = Span(start, start + len(marked))
    return Diagnostic("E301", "shapes do not agree", source=Source("neuron.mc", text), span=span, **more)  # type: ignore[arg-type]


def test_the_form_of_the_specification() -> None:
    text = "W : R[m, n]\ny : R[m]\n    u = W @ y\n"
    found = at(text, "W @ y", hint="W.T @ y is n x 1")
    assert render_text(found).split("\n") == [
        "neuron.mc:3:9: E301 shapes do not agree",
        "  3 | u = W @ y",
        "    |     ^^^^^",
        "  hint: W.T @ y is n x 1",
    ]


def test_line_numbers_of_several_digits_keep_the_bar_in_line() -> None:
    lines = render_text(at("\n" * 99 + "u = W", "W")).split("\n")
    assert lines[1:] == ["  100 | u = W", "      |     ^"]


def test_wide_characters_and_tabs() -> None:
    assert render_text(at("变量 = 变 @ W", "W")).split("\n")[1:] == [
        "  1 | 变量 = 变 @ W",
        "    |             ^",
    ]
    assert render_text(at("变 = 量量", "量量")).split("\n")[2] == "    |      ^^^^"
    assert render_text(at("u =\tW", "W")).split("\n")[1:] == ["  1 | u =    W", "    |        ^"]
    assert render_text(at("e\u0301 = W", "W")).split("\n")[2] == "    |     ^"


def test_columns_count_code_points() -> None:
    assert render_text(at("变量 = W", "W")).startswith("neuron.mc:1:6: ")


def test_a_span_over_lines_marks_the_first() -> None:
    text = "y = g(\n  x"
    found = error("E102", "open", Source("a", text), Span(4, len(text)))
    assert render_text(found).split("\n")[1:] == ["  1 | y = g(", "    |     ^^"]


def test_the_end_of_the_text() -> None:
    found = error("E101", "ends", Source("a", "y ="), Span(3, 3))
    assert render_text(found) == "a:1:4: E101 ends\n  1 | y =\n    |    ^"
    assert render_text(error("E101", "ends", Source("a", ""), Span(0, 0))) == "a:1:1: E101 ends\n  1 |\n    | ^"


def test_a_long_line_is_cut_around_the_place() -> None:
    text = "y = " + "x + " * 2_000_000 + "$" + " + x" * 1000
    lines = render_text(at(text, "$")).split("\n")
    assert len(lines[1]) < WIDEST + 20
    assert lines[1][lines[2].index("^")] == "$"
    assert "..." in lines[1]


def test_a_long_place_is_cut() -> None:
    text = "y = " + "x" * 10_000
    assert all(len(line) < WIDEST + 20 for line in render_text(at(text, "x" * 10_000)).split("\n"))


def test_without_a_place() -> None:
    assert render_text(error("E110", "there is no file a.mc")) == "E110 there is no file a.mc"
    assert render_text(error("E112", "nothing", Source("a.mc", ""))) == "a.mc: E112 nothing"


def test_severity_notes_and_colour() -> None:
    found = warning("W601", "no", Source("a", "y"), Span(0, 1), hint="h", notes=("n",))
    assert render_text(found).split("\n") == [
        "a:1:1: W601 warning: no",
        "  1 | y",
        "    | ^",
        "  hint: h",
        "  note: n",
    ]
    coloured = render_text(found, color=True)
    assert "\x1b[1;33m" in coloured
    import re

    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render_text(found)


def test_nothing_moves_the_cursor() -> None:
    text = "y = \x1b[31m\x07\u202e$"
    shown = render_text(error("E103", "bad \x1b[0m", Source("a\x1b", text), Span(4, 5)))
    assert all(char == "\n" or char.isprintable() for char in shown)


def test_json() -> None:
    found = at("a\nu = W @ y", "W @ y", hint="h")
    assert render_dict(found) == {
        "line": 2,
        "column": 5,
        "code": "E301",
        "severity": "error",
        "message": "shapes do not agree",
        "hint": "h",
    }
    assert render_dict(error("E110", "no"))["line"] is None
