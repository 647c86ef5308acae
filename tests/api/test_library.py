"""The library: what Python code may call."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gradcli
from gradcli import notebook
from gradcli.api import answer, code, program, report

NEURON = "W : R[m, n]; x : R[n]; u = W @ x; y = g(u)"


@pytest.mark.parametrize("module", [gradcli, program, answer, code, report])
def test_the_examples_of_the_docstrings(module: object) -> None:
    failed, tried = doctest.testmod(module, optionflags=doctest.ELLIPSIS)  # type: ignore[arg-type]
    assert failed == 0
    assert tried or module is code


def test_importing_it_imports_nothing_else() -> None:
    told = "import sys, gradcli; print(sorted(m for m in sys.modules if m.startswith(('gradcli', 'lark', 'sympy'))))"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['gradcli', 'gradcli.version']"


def test_everything_public_is_there() -> None:
    for name in gradcli.__all__:
        assert getattr(gradcli, name) is not None
    assert set(gradcli.__all__) <= set(dir(gradcli))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        gradcli.nothing  # noqa: B018


def test_shapes() -> None:
    p = gradcli.parse(NEURON)
    assert p.shapes["u"] == gradcli.Shape(("m",), frozenset(), inferred=True)
    assert p.shapes["W"] == gradcli.Shape(("m", "n"))
    assert (p.shapes["W"].rank, str(p.shapes["W"]), str(gradcli.Shape(()))) == (2, "m x n", "scalar")
    assert gradcli.parse("S : R[n, n] spd; f = tr(S)").shapes["S"].attributes >= {"spd"}


def test_answers_in_every_notation() -> None:
    a = gradcli.parse(NEURON).grad("f", "W")
    assert a.text == "(∇_y f ⊙ g'(u)) xᵀ"
    assert a.mc == "(grad(f, y) * g'(u)) @ x.T"
    assert a.latex == r"(\nabla_{y} f \odot g'(u)) x^{\top}"
    assert a.typst == "( nabla_(y) f dot.o g' ( u ) ) x^(top)"
    assert (a.shape, a.layout, a.kind, a.of, a.wrt) == (("m", "n"), "numerator", "gradient", "f", "W")
    assert a._repr_html_().startswith("<math")
    assert a._repr_latex_().startswith("$")
    assert "chain rule" in a.steps("rules")
    assert "Σ_k" in a.steps("components")


def test_each_question() -> None:
    p = gradcli.parse("A : R[n, n]; x : R[n]; f = x.T @ A @ x")
    assert p.grad("f", "x").mc == "(A + A.T) @ x"
    assert p.hess("f", "x").mc == "A + A.T"
    assert p.jac("f", "x", layout="denominator").shape == ("n",)
    assert p.hvp("f", "x").kind == "hvp"
    assert "dx" in p.differential("f").text
    assert [a.wrt for a in p.answers("gradient")] == ["A", "x"]
    assert len(p.answers()) == 4


def test_names_of_two_programs_do_not_meet() -> None:
    first, second = gradcli.parse("x : R[n]; f = x.T @ x"), gradcli.parse("x : R[m, n]; f = sum(x**2)")
    assert first.grad("f", "x").shape == ("n",)
    assert second.grad("f", "x").shape == ("m", "n")
    assert first.grad("f", "x").mc == second.grad("f", "x").mc == "2 * x"


@pytest.mark.parametrize("wrong", ["y = W @", "y = A @ B; A : R[2, 3]; B : R[2, 3]"])
def test_a_text_that_is_wrong(wrong: str) -> None:
    with pytest.raises(gradcli.ProgramError) as caught:
        gradcli.parse(wrong)
    assert caught.value.diagnostics[0].code.startswith("E")
    assert "<text>:1:" in str(caught.value)


def test_a_question_that_is_wrong() -> None:
    p = gradcli.parse(NEURON)
    with pytest.raises(gradcli.ProgramError):
        p.grad("f", "nothing")
    with pytest.raises(ValueError, match="no kind of question"):
        p.answers("slope")
    with pytest.raises(ValueError, match="one answer for each of W, x"):
        p.grad("f")
    with pytest.raises(ValueError, match="no layout"):
        p.jac("y", "x", layout="row")
    with pytest.raises(ValueError, match="question"):
        p.grad("f; check 1 == 1", "x")


def test_code() -> None:
    p = gradcli.parse("X : R[N, d]; w : R[d]; y : R[N]; r = X @ w - y; L = r.T @ r / N")
    gradient = p.grad("L", "w").to_numpy()
    rng = np.random.default_rng(0)
    X, w, y = rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=5)
    assert np.allclose(gradient(X=X, w=w, y=y), 2 * X.T @ (X @ w - y) / 5)
    assert np.isclose(gradient.value(X=X, w=w, y=y), np.mean((X @ w - y) ** 2))
    assert "import numpy" in gradient.source
    assert np.allclose(p.grad("L", "w").to_jax()(X=X, w=w, y=y), gradient(X=X, w=w, y=y), rtol=1e-4)


def test_reports(tmp_path: Path) -> None:
    text = "x : R[n]; f = x.T @ x\ncheck grad(f, x) == 2 * x\ncheck grad(f, x) == x"
    found = gradcli.check(text)
    assert [v.verdict for v in found] == ["proved", "refuted"]
    assert (found.ok, found.exit_status, len(found), found[1].line) == (False, 1, 2, 3)
    assert found[1].expected == "2 * x"
    assert found.to_dict()["summary"]["failed"] == 1
    assert "refuted" in str(found)
    file = tmp_path / "a.mc"
    file.write_text(text, encoding="utf-8")
    assert [v.verdict for v in gradcli.check(file)] == [v.verdict for v in gradcli.check(str(tmp_path))]
    with pytest.raises(FileNotFoundError):
        gradcli.check(tmp_path / "none.mc")
    with pytest.raises(TypeError):
        bool(found)
    assert gradcli.check("x : R[n]; check x == ").ok is False


def test_a_cell() -> None:
    shown, name, kept = notebook.run_cell("neuron --steps rules", NEURON)
    assert name == "neuron"
    assert kept is not None and "u" in kept.shapes
    assert "<math" in shown._repr_html_() and "Steps" in repr(shown)
    shown, _, _ = notebook.run_cell("", f"{NEURON}\ncheck grad(f, x) == grad(f, y)")
    assert "refuted" in shown._repr_html_()
    shown, _, kept = notebook.run_cell("", "y = <script>")
    assert kept is None and "<script>" not in shown._repr_html_()
    with pytest.raises(ValueError, match="not understood"):
        notebook.run_cell("--fast", NEURON)


def test_a_notebook_shell_has_the_magic() -> None:
    class Shell:
        def __init__(self) -> None:
            self.magic: dict[str, object] = {}
            self.names: dict[str, object] = {}

        def register_magic_function(self, function: object, kind: str, name: str) -> None:
            self.magic[name] = function

        def push(self, names: dict[str, object]) -> None:
            self.names.update(names)

    shell = Shell()
    gradcli.load_ipython_extension(shell)
    shell.magic["mc"]("p", NEURON)  # type: ignore[operator]
    assert isinstance(shell.names["p"], gradcli.Program)
