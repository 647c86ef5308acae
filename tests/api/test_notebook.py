"""The cell magic in a notebook that is executed, and the notebooks that it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

ROOT = Path(__file__).parents[2]
CELLS = (
    "%load_ext gradcli",
    "%%mc neuron --steps rules\nW : R[m, n]; x : R[n]\nu = W @ x; y = g(u)",
    "%%mc\nx : R[n]; A : R[n, n]\nf = x.T @ A @ x\ncheck grad(f, x) == (A + A.T) @ x\ncheck grad(f, x) == 2*A@x",
    "neuron.grad('f', 'x')",
    "%%mc\nW : R[m, n]; x : R[m]\ny = W @ x",
    "%%mc --layout sideways\nx : R[n]",
)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What each cell gave."""
    folder = tmp_path_factory.mktemp("notebook")
    patch = pytest.MonkeyPatch()
    patch.setenv("PYTHONPATH", str(ROOT))
    patch.setenv("IPYTHONDIR", str(folder))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    client = nbclient.NotebookClient(notebook, timeout=60, allow_errors=True, kernel_name="python3")
    try:
        client.execute(cwd=str(folder))
    finally:
        patch.undo()
    return [cell.outputs for cell in notebook.cells]


def shown(outputs: list[Any]) -> tuple[str, str]:
    """The HTML and the text of a cell that shows one thing."""
    (output,) = outputs
    assert output.output_type == "execute_result", output
    return output.data.get("text/html", ""), output.data["text/plain"]


def test_answers_are_set_as_mathematics(outputs: list[list[Any]]) -> None:
    assert outputs[0] == []
    html, plain = shown(outputs[1])
    assert "<math" in html and "<script" not in html
    assert "∇_x f = Wᵀ (∇_y f ⊙ g'(u))" in plain


def test_checks_have_their_verdicts(outputs: list[list[Any]]) -> None:
    html, plain = shown(outputs[2])
    assert "proved" in plain and "refuted" in plain and "2 statements checked: 1 ok, 1 failed" in plain
    assert html.count('class="verdict') + html.count("class='verdict") == 2


def test_a_named_cell_is_a_program_in_the_next(outputs: list[list[Any]]) -> None:
    html, _ = shown(outputs[3])
    (output,) = outputs[3]
    assert "<math" in html and "W^" in output.data["text/latex"]


def test_what_is_wrong_is_said_without_a_traceback_of_ours(outputs: list[list[Any]]) -> None:
    _, plain = shown(outputs[4])
    assert "E301" in plain and "hint" in plain
    (output,) = outputs[5]
    assert output.name == "stderr" and output.text.count("\n") == 1 and "sideways is not understood" in output.text
