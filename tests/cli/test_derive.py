"""`gradcli derive`: where programs come from, what is asked, in which form it is answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.run import run

NEURON = "W : R[m, n]\nx : R[n]\nu = W@x; y = g(u)\n"
JACOBIANS = [
    ("jacobian", "y", "W", 'einsum("i,k,ij->ijk", g\'(u), x, eye(m))'),
    ("jacobian", "y", "x", "diag(g'(u)) @ W"),
]
GRADIENTS = [
    ("gradient", "f", "W", "(grad(f, y) * g'(u)) @ x.T"),
    ("gradient", "f", "x", "W.T @ (grad(f, y) * g'(u))"),
]


def answers(*arguments: str) -> list[tuple[str, str, str, str]]:
    """Kind, of, by and value of each answer; the call must be well."""
    result = run("derive", *arguments, "--format", "json")
    assert (result.status, result.err) == (0, "")
    return [(a["kind"], a["of"], a["wrt"], a["mc"]) for a in json.loads(result.out)["results"]]


def test_a_program_comes_from_a_file_from_standard_input_or_from_the_call(tmp_path: Path) -> None:
    path = tmp_path / "neuron.mc"
    path.write_text(NEURON)
    from_file = run("derive", str(path))
    assert from_file.status == 0 and from_file.err == ""
    assert run("derive", "-", stdin=NEURON) == from_file
    assert run("derive", "-e", NEURON) == from_file
    lines = [argument for line in NEURON.splitlines() for argument in ("-e", line)]
    assert run("derive", *lines) == from_file


def test_a_program_without_a_question_gets_the_default_one() -> None:
    assert answers("-e", NEURON) == JACOBIANS + GRADIENTS


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--kind", "gradient", "--wrt", "x"], GRADIENTS[1:]),
        (["--wrt", "x"], JACOBIANS[1:]),
        (["--of", "u", "--wrt", "x"], [("jacobian", "u", "x", "W")]),
        (["--of", "f", "--wrt", "u"], [("gradient", "f", "u", "grad(f, y) * g'(u)")]),
        (["--of", "f", "--wrt", "W,x"], GRADIENTS),
        (["--kind", "gradient"], GRADIENTS),
        (["--kind", "derivative", "--of", "u", "--wrt", "u"], [("derivative", "u", "u", "eye(m)")]),
        (
            ["--kind", "jacobian", "--layout", "denominator", "--wrt", "x"],
            [("jacobian", "y", "x", "W.T @ diag(g'(u))")],
        ),
    ],
)
def test_one_question_from_the_call(options: list[str], expected: list[tuple[str, str, str, str]]) -> None:
    assert answers("-e", NEURON, *options) == expected


def test_a_question_from_the_call_takes_the_place_of_those_of_the_file() -> None:
    asked = NEURON + "grad f wrt W\njacobian y wrt x\n"
    assert answers("-e", asked, "--of", "u", "--wrt", "x") == [("jacobian", "u", "x", "W")]


def test_the_gradient_of_a_scalar_is_asked_of_it_alone() -> None:
    program = "x : R[n]\nc : R[n] constant\nL = sum(c * x)\n"
    assert answers("-e", program, "--kind", "gradient") == [("gradient", "L", "x", "c")]
    assert answers("-e", program, "--of", "L") == [("gradient", "L", "x", "c")]


def test_the_layout_of_the_call_goes_before_that_of_the_file() -> None:
    program = "layout mixed\nx : R[n]\nL = sum(x)\njacobian L wrt x\nlayout numerator\njacobian L wrt x\n"
    assert [value for *_, value in answers("-e", program)] == ["ones(n)", "ones(n).T"]
    assert [value for *_, value in answers("-e", program, "--layout", "denominator")] == ["ones(n)", "ones(n)"]


def test_expand_writes_the_gradients_of_intermediates_out() -> None:
    program = "x : R[n]\nu = exp(x)\nv = u * sum(u)\nL = sum(v * u)\ngrad L wrt x\n"
    expanded = json.loads(run("derive", "-e", program, "--expand", "--format", "json").out)["results"][0]
    assert "grad(" not in expanded["mc"]


def test_json_is_one_object_with_all_that_was_promised() -> None:
    said = json.loads(run("derive", "-e", NEURON, "--format", "json").out)
    assert list(said) == ["version", "file", "layout", "shapes", "results", "diagnostics"]
    assert said["version"] == 1 and said["layout"] == "numerator" and said["diagnostics"] == []
    assert said["shapes"]["W"] == {"shape": ["m", "n"], "attributes": [], "inferred": False}
    first = said["results"][1]
    assert first["shape"] == ["m", "n"] and first["rules"] == ["elementwise", "product"]
    keys = {"of", "wrt", "kind", "layout", "shape", "mc", "latex", "text", "where", "rules", "notes"}
    assert all(set(result) == keys for result in said["results"])


def test_json_is_an_object_also_where_the_input_is_wrong() -> None:
    result = run("derive", "no-such-file.mc", "--format", "json")
    said = json.loads(result.out)
    assert result.status == 2 and said["results"] == []
    assert [diagnostic["code"] for diagnostic in said["diagnostics"]] == ["E110"]


def test_mc_is_a_program_with_the_same_answers() -> None:
    written = run("derive", "-e", NEURON, "--format", "mc").out
    again = run("derive", "-", "--format", "mc", stdin=written)
    assert again.status == 0 and again.out == written


def test_latex_needs_nothing_but_amsmath() -> None:
    written = run("derive", "-e", NEURON, "--format", "latex").out
    assert r"\begin{align*}" in written and written.count(r"\begin{") == written.count(r"\end{")
    assert written.isascii()


def test_the_rules_are_named_on_request() -> None:
    plain = run("derive", "-e", NEURON).out
    assert "elementwise" not in plain
    for flag in (["--steps", "rules"], ["-v"]):
        assert "by elementwise, product" in run("derive", "-e", NEURON, *flag).out


def test_what_was_inferred_is_shown() -> None:
    out = run("derive", "-e", "y = W@x").out
    assert [line.split() for line in out.splitlines()[:2]] == [
        ["W", ":", "R[m,", "n]", "inferred"],
        ["x", ":", "R[n]", "inferred"],
    ]


def test_answers_stand_beside_errors() -> None:
    result = run("derive", "-e", "x : R[n]\nL = sum(x)\ngrad L wrt x\ngrad L wrt q\nz = L +\n")
    assert result.status == 2
    assert "∇_x L = 1_n" in result.out
    assert "E201 q is not a name" in result.err and "E101" in result.err


def test_a_warning_is_no_error_and_quiet_leaves_it_out() -> None:
    program = "x : R[n]\nz : R[n]\nL = sum(x)\ngrad L wrt z\n"
    loud, quiet = run("derive", "-e", program), run("derive", "-q", "-e", program)
    assert loud.status == quiet.status == 0
    assert "W601" in loud.err and quiet.err == ""
    assert loud.out == quiet.out


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("x : R[n]", "defines nothing and asks nothing"),
        ("y = 3", "y depends on no name that may vary"),
        ("c : R[n] constant\ny = 2 * c", "y depends on no name that may vary"),
    ],
)
def test_nothing_to_derive_is_an_error(program: str, why: str) -> None:
    result = run("derive", "-e", program)
    assert result.status == 2 and "E112" in result.err and why in result.err
