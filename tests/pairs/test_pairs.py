"""Backward passes as people write them, in three spellings: right ones are proved, wrong ones placed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import gradcli
from gradcli.cli.main import main
from gradcli.pairs.check import check_python
from gradcli.pairs.find import find_pairs, variables_of
from gradcli.pysource.module import read_file
from gradcli.syntax.ast import Source
from gradcli.testing import assert_gradient
from gradcli.verdicts.verdict import Verdict
from tests.check.test_pytest_plugin import run as run_pytest

DATA = Path(__file__).with_name("data")
SAMPLES = Path("samples/python")
RIGHT = sorted(DATA.glob("*.py"))
RECORDED = [
    line.split(" | ")
    for line in Path(__file__).with_name("samples.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def verdicts(text: str, name: str = "layer.py") -> tuple[Verdict, ...]:
    return check_python(Source(name, text)).verdicts


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_right_gradients_pass(path: Path) -> None:
    found = verdicts(path.read_text(encoding="utf-8"), path.name)
    assert found
    assert [v.text for v in found if v.kind not in ("proved", "equal")] == []
    assert sum(v.kind == "proved" for v in found) >= 0.8 * len(found)


@pytest.mark.parametrize("name", sorted({file for file, *_ in RECORDED}))
def test_each_sample_has_its_recorded_verdicts(name: str) -> None:
    text = (SAMPLES / f"{name}.py").read_text(encoding="utf-8")
    found = []
    for verdict in verdicts(text):
        line = text.count("\n", 0, verdict.span.start)
        blamed = [text.split("\n")[line].strip()] if verdict.kind == "refuted" else []
        found.append([name, str(verdict.backward), str(verdict.gradient), verdict.kind, *blamed])
    assert found == [row for row in RECORDED if row[0] == name]


def test_every_sample_is_recorded() -> None:
    assert {file for file, *_ in RECORDED} == {path.stem for path in SAMPLES.glob("*.py")}


def test_mistakes_are_placed_and_mended() -> None:
    text = (SAMPLES / "mistakes.py").read_text(encoding="utf-8")
    wrong = [v for v in verdicts(text) if v.kind == "refuted"]
    blamed = {(v.gradient, text[v.span.start : v.span.end].split(" =")[0]) for v in wrong}
    assert blamed == {("b", "db"), ("x", "dh"), ("w", "dh"), ("x", "dxv")}
    expected = {v.gradient: v.expected for v in wrong}
    assert expected["b"] == "np.sum(dout, axis=0)"
    assert expected["w"] == "dout * (1 - a**2)"


AFFINE = """
import numpy as np

# gradcli: x: n d, w: d m, b: m
def affine_forward(x, w, b):
    h = x @ w + b
    y = np.tanh(h)
    return y, (x, w, y)

def affine_backward(dy, cache):
    x, w, y = cache
    dh = dy * (1 - y**2)
    dx = dh @ w.T
    dw = x.T @ dh
    db = dh.sum(axis=0)
    return dx, dw, db
"""

TWINS = [
    ("dh = dy * (1 - y**2)", "dh = dy * (1 + y**2)", "dh", {"x", "w", "b"}),
    ("dh = dy * (1 - y**2)", "dh = (1 - y**2)", "dh", {"x", "w", "b"}),
    ("dx = dh @ w.T", "dx = dy @ w.T", "dx", {"x"}),
    ("dw = x.T @ dh", "dw = -x.T @ dh", "dw", {"w"}),
    ("dw = x.T @ dh", "dw = x.T @ dh / x.shape[0]", "dw", {"w"}),
    ("db = dh.sum(axis=0)", "db = dy.sum(axis=0)", "db", {"b"}),
    ("db = dh.sum(axis=0)", "db = dh.mean(axis=0)", "db", {"b"}),
    ("db = dh.sum(axis=0)", "db = 2 * dh.sum(axis=0)", "db", {"b"}),
]


@pytest.mark.parametrize(("before", "after", "local", "wrong"), TWINS, ids=[twin[1] for twin in TWINS])
def test_the_line_that_breaks_is_named(before: str, after: str, local: str, wrong: set[str]) -> None:
    text = AFFINE.replace(before, after)
    found = verdicts(text)
    assert {v.gradient for v in found if v.kind == "refuted"} == wrong
    assert {v.gradient for v in found if v.kind == "proved"} == {"x", "w", "b"} - wrong
    for verdict in found:
        if verdict.kind == "refuted":
            line = text.count("\n", 0, verdict.span.start)
            assert text.split("\n")[line].strip() == after
            assert verdict.hint is not None or verdict.expected is not None


def test_a_statement_in_which_shapes_do_not_fit_is_named_and_the_rest_is_proved() -> None:
    text = AFFINE.replace("dx = dh @ w.T", "dx = dh @ w")
    (dx, dw, db) = verdicts(text)
    assert (dx.kind, dw.kind, db.kind) == ("refuted", "proved", "proved")
    assert text[dx.span.start : dx.span.end] == "dx = dh @ w"
    assert "(n, m) @ (d, m)" in dx.reason and dx.hint is not None
    assert dx.hint.text == "w.T belongs where w stands"
    (dx, dw, db) = verdicts(AFFINE.replace("return dx, dw, db", "return dh @ w, dw, db"))
    assert (dx.kind, dw.kind, db.kind) == ("refuted", "proved", "proved")
    found = verdicts(AFFINE.replace("dh = dy * (1 - y**2)", "dh = dy @ y"))
    assert [v.kind for v in found] == ["refuted"] * 3


def test_a_gradient_without_values_is_not_found_equal() -> None:
    text = """
import numpy as np

# gradcli: x: n d, mask: n d binary
def dropout_forward(x, mask, keep=0.8):
    return x * mask / keep, (mask, keep)

def dropout_backward(dout, cache):
    mask, keep = cache
    return dout / mask / keep
"""
    (found,) = verdicts(text)
    assert found.kind == "undecided" and "no value" in found.reason
    (found,) = verdicts(text.replace("dout / mask / keep", "np.where(mask > 0, dout / mask, 0) / keep"))
    assert found.kind in ("proved", "equal")


ROOT = """
import numpy as np

# gradcli: x: n
def root_forward(x):
    y = np.sqrt(np.maximum(x, 0))
    return y, (x, y)

def root_backward(dout, cache):
    x, y = cache
    dx = dout * (x > 0) / (2 * y)
    return dx
"""


def test_a_mask_does_not_hide_nan() -> None:
    """0 / 0 where x is negative: equal by algebra, and nan when it is run."""
    (found,) = verdicts(ROOT)
    assert found.kind == "undecided" and "no value" in found.reason
    for right in ("np.where(x > 0, dout / (2 * y), 0)", "dout * (x > 0) / np.where(x > 0, 2 * y, 1)"):
        (found,) = verdicts(ROOT.replace("dout * (x > 0) / (2 * y)", right))
        assert found.kind in ("proved", "equal")


SCATTER = """
import jax
import jax.numpy as jnp

# gradcli: table: v d, ids: b t of v
@jax.custom_vjp
def embed(table, ids):
    return jnp.take(table, ids, axis=0)

def embed_fwd(table, ids):
    return table[ids], (table, ids)

def embed_bwd(res, g):
    table, ids = res
    return jnp.zeros_like(table).at[ids].add(g), None

embed.defvjp(embed_fwd, embed_bwd)
"""


def test_updates_of_jax() -> None:
    assert [v.kind for v in verdicts(SCATTER)] == ["proved", "proved"]
    assert [v.kind for v in verdicts(SCATTER.replace(".add(g)", ".set(g)"))] == ["proved", "refuted"]


def test_a_function_that_returns_a_dictionary_of_gradients_is_a_pair() -> None:
    text = """
import numpy as np

# gradcli: x: n d, w: d, y: n
def fit(x, w, y):
    r = x @ w - y
    loss = 0.5 * np.sum(r**2)
    return loss, {"w": x.T @ r}
"""
    assert [(v.gradient, v.kind) for v in verdicts(text)] == [("w", "proved")]


def test_shapes_that_do_not_fit() -> None:
    (dx, dw, db) = verdicts(AFFINE.replace("dh.sum(axis=0)", "dh.sum(axis=0, keepdims=True)"))
    assert (dx.kind, dw.kind, db.kind, db.code) == ("proved", "proved", "refuted", "C504")
    assert "(1, m)" in db.reason and "(m,)" in db.reason


REFUSED = [
    ("for i in range(x.shape[0]):\n        x = x + 1\n    return x", "loop over a size"),
    ("while True:\n        x = x + 1\n    return x", "`while` is not read"),
    ("if x.sum() > 0:\n        return x\n    return -x", "depends on the values of arrays"),
    ("return np.random.randn(3) * x", "is not read"),
    ("return open('/etc/passwd').read()", "open"),
    ("return __import__('os').system('true')", "__import__"),
    ("return eval('x')", "eval"),
    ("return helper(x)", "helper is bound nowhere"),
    ("return np.fft.fft(x)", "numpy.fft.fft is not read"),
    ("return TABLE[0] * x", "TABLE, which the file computes as it is run"),
    ("y = x\n    y += 1\n    return x + y", "written to in place under another name"),
    ("return np.sum(x, where=x > 0)", "where= is not read"),
    ("return x.foo()", "the method foo"),
    ("import os\n    os.remove('x')\n    return x", "os, which is imported from another file"),
]


@pytest.mark.parametrize(("body", "told"), REFUSED, ids=[told for _, told in REFUSED])
def test_what_is_outside_is_refused_by_line_and_construct(body: str, told: str, tmp_path: Path) -> None:
    text = f"import numpy as np\nTABLE = make()\n# gradcli: x: n\ndef f(x):\n    {body}\n\n"
    text += "def f_backward(dy, x):\n    return dy\n"
    (found,) = verdicts(text)
    assert found.kind == "error"
    assert told in found.reason
    assert found.span.start > text.index("def f(x)")


def test_a_file_is_never_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mark = tmp_path / "harm"
    file = tmp_path / "harmful.py"
    file.write_text(f"open({str(mark)!r}, 'w').close()\nraise SystemExit(3)\n{AFFINE}", encoding="utf-8")
    assert main(["check", str(file)]) == 0
    assert main(["import", f"{file}:affine_forward"]) == 0
    assert not mark.exists()


def test_a_helper_is_not_taken_for_a_library_function() -> None:
    text = "import numpy as np\n\ndef exp(t):\n    return 2 * t\n\n# gradcli: x: n\ndef f(x):\n    return exp(x)\n\n"
    (found,) = verdicts(f"{text}def f_backward(dy, x):\n    return 2 * dy\n")
    assert found.kind == "proved"
    rebound = "import numpy as np\nnp.exp = lambda t: t\n# gradcli: x: n\ndef f(x):\n    return np.exp(x)\n"
    (found,) = verdicts(f"{rebound}\ndef f_backward(dy, x):\n    return dy\n")
    assert "assigned to in this file" in found.reason


def test_labels_that_repeat() -> None:
    text = """
import numpy as np

# gradcli: W: V D, y: n of V
def embed(W, y):
    return W[y]

def embed_backward(dout, W, y):
    dW = np.zeros_like(W)
    ADD
    return dW
"""
    (right,) = verdicts(text.replace("ADD", "np.add.at(dW, y, dout)"))
    assert right.kind in ("proved", "equal")
    (lost,) = verdicts(text.replace("ADD", "dW[y] += dout"))
    assert lost.kind == "refuted" and "np.add.at" in (lost.hint.text if lost.hint else "")


def test_json_names_the_gradient(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "layer.py"
    file.write_text(AFFINE.replace("dw = x.T @ dh", "dw = x.T @ dy"), encoding="utf-8")
    assert main(["check", str(file), "--format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["files"]
    told = [(v["gradient"], v["backward"], v["verdict"], v["line"]) for v in found["verdicts"]]
    assert told == [
        ("x", "affine_backward", "proved", 16),
        ("w", "affine_backward", "refuted", 14),
        ("b", "affine_backward", "proved", 16),
    ]


def test_folders_hold_python_files_that_ask(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(AFFINE, encoding="utf-8")
    (tmp_path / "b.py").write_text("def f(x):\n    return x\n", encoding="utf-8")
    assert len(gradcli.check(tmp_path)) == 3


def test_pairs_and_their_names() -> None:
    text = Path(DATA / "jax_pairs.py").read_text(encoding="utf-8")
    kinds = [(pair.kind, pair.name) for pair in find_pairs(read_file("x.py", text))]
    assert ("vjp", "safe_norm_bwd") in kinds and ("jvp", "swish_jvp") in kinds
    stated = "def f(x):\n    return x\n\n# gradcli: backward of f\ndef g(dy, x):\n    return dy\n"
    assert [pair.name for pair in find_pairs(read_file("x.py", stated))] == ["g"]
    assert next(iter(variables_of("grad_x"))) == "x"
    assert "x" in variables_of("dx") and "x" in variables_of("x_grad")


def forward(x, w):  # type: ignore[no-untyped-def]
    return x @ w


def backward(dout, x, w):  # type: ignore[no-untyped-def]
    return dout @ w.T, x.T @ dout


def backward_wrong(dout, x, w):  # type: ignore[no-untyped-def]
    return dout @ w.T, x.T @ dout / 2


def test_assertions() -> None:
    assert_gradient(forward, backward, shapes="x: n d, w: d m", accept="proved")
    with pytest.raises(AssertionError, match="gradient by w is false"):
        assert_gradient(forward, backward_wrong, shapes="x: n d, w: d m")
    with pytest.raises(AssertionError, match="shape of x, w is not known"):
        assert_gradient(forward, backward)
    with pytest.raises(ValueError, match="accept"):
        assert_gradient(forward, backward, accept="maybe")  # type: ignore[arg-type]


def test_import_prints_a_program(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "loss.py"
    file.write_text("import numpy as np\ndef loss(X, w):\n    return np.mean((X @ w) ** 2)\n", encoding="utf-8")
    assert main(["import", f"{file}:loss", "--shapes", "X: n d, w: d"]) == 0
    out = capsys.readouterr().out
    assert out == "X : R[n, d]\nw : R[d]\nout = mean((X @ w)**2)\n"
    assert gradcli.parse(out).grad("out", "w").shape == ("d",)
    assert main(["import", f"{file}:los", "--shapes", "X: n d, w: d"]) == 2
    assert "did you mean loss?" in capsys.readouterr().err


def test_pytest_collects_gradients(tmp_path: Path) -> None:
    (tmp_path / "layer.py").write_text(AFFINE.replace("dw = x.T @ dh", "dw = x.T @ dy"), encoding="utf-8")
    result = run_pytest(tmp_path, "--gradcli-python")
    assert "1 failed, 2 passed" in result.stdout
    assert (
        "the gradient by w is false" in result.stdout
        and "PASSED layer.py::affine_backward: gradient by x" in result.stdout
    )
    assert "no tests ran" in run_pytest(tmp_path).stdout


BOTH = """
import numpy as np
import torch

# gradcli: x: n d
def scale_forward(x):
    std = x.std(axis=0, keepdims=True)
    return x / std, (x, std)

def scale_backward(dout, cache):
    x, std = cache
    xc = x - x.mean(axis=0, keepdims=True)
    dstd = -(dout * x).sum(axis=0, keepdims=True) / std**2
    return dout / std + dstd * xc / (x.shape[0] * std)

# gradcli: x: n d
class Centre(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        top, _ = x.max(dim=1, keepdim=True)
        return torch.exp(x - top) * torch.exp(top) - torch.mean(x, -1, True)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output - torch.mean(grad_output, -1, True)
"""


def test_a_file_with_arrays_of_two_libraries() -> None:
    right, wrong = verdicts(BOTH)
    assert right.kind == "proved"  # with PyTorch's std it is false
    assert wrong.kind == "refuted"


PICKED = """
import numpy as np

# gradcli: x: n d
def root_forward(x):
    m = x > 0
    y = np.zeros_like(x)
    y[m] = x[m] ** 2
    return y, (x, m)

def root_backward(dout, cache):
    x, m = cache
    dx = np.zeros_like(x)
    dx[m] = dout[m] * 2 * x[m]
    return dx

# gradcli: x: n d
def wrong_forward(x):
    m = x > 0
    return x[m].sum(), (x, m)

def wrong_backward(cache):
    x, m = cache
    return np.ones_like(x)
"""


def test_entries_that_a_mask_picks() -> None:
    assert [verdict.kind for verdict in verdicts(PICKED)] == ["proved", "refuted"]


NETWORK = """
import numpy as np

class Net:
    def __init__(self, W, b):
        self.params = {"W": W, "b": b}

    # gradcli: X: n d, y: n, self.params["W"]: d, self.params["b"]: ()
    def loss(self, X, y):
        W, b = self.params["W"], self.params["b"]
        error = X @ W + b - y
        grads = {}
        grads["W"] = 2 * X.T @ error / len(y)
        grads["b"] = error.mean()
        return np.mean(error**2), grads
"""


def test_a_method_that_returns_a_loss_and_its_gradients_is_a_pair() -> None:
    found = verdicts(NETWORK)
    assert [(verdict.gradient, verdict.kind) for verdict in found] == [("W", "proved"), ("b", "refuted")]
