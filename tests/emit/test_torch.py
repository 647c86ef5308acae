"""Emitted PyTorch functions: eager, differentiable themselves, and equal to what PyTorch's own autograd finds."""

from __future__ import annotations

from typing import Any

import pytest

from gradcli.cli.main import main

torch = pytest.importorskip("torch")

PROGRAMS: dict[str, tuple[str, str, dict[str, tuple[int, ...]]]] = {
    "logistic": (
        "X : R[m, n]; w : R[n]; t : R[m]\nz = X @ w\nL = sum(softplus(z) - t * z)",
        "w",
        {"X": (5, 3), "w": (3,), "t": (5,)},
    ),
    "cross-entropy": (
        "X : R[m, n]; W : R[n, c]; Y : R[m, c]\nL = -sum(Y * logsoftmax(X @ W, axis=1)) / m",
        "W",
        {"X": (5, 3), "W": (3, 2), "Y": (5, 2)},
    ),
    "row": ("r : R[1, n]; A : R[n, n]\nL = r @ A @ r.T + sum(exp(r))", "r", {"r": (1, 3), "A": (3, 3)}),
    "scalar": ("x : R[n]; s : R\nL = s**3 * sum(sin(s * x))", "s", {"x": (4,), "s": ()}),
    "solve": ("A : R[n, n]; b : R[n]\nL = b.T @ solve(A, b)", "A", {"A": (3, 3), "b": (3,)}),
    "log-determinant": ("X : R[m, n]\nL = logdet(X.T @ X)", "X", {"X": (5, 3)}),
    "relu network": (
        "X : R[m, n]; W : R[n, k]; b : R[k]; V : R[k, c]; T : R[m, c]\n"
        "H = relu(X @ W + ones(m) @ b.T)\nL = sum((H @ V - T)**2) / m",
        "W",
        {"X": (5, 3), "W": (3, 4), "b": (4,), "V": (4, 2), "T": (5, 2)},
    ),
    "ridge": (
        "X : R[m, n]; w : R[n]; y : R[m]; a : R\nL = sum((X @ w - y)**2) + a * sum(w**2)",
        "w",
        {"X": (5, 3), "w": (3,), "y": (5,), "a": ()},
    ),
    "outer product": (
        "A : R[m, n]; u : R[m]; v : R[n]\nL = u.T @ A @ v + sum(A**2)",
        "A",
        {"A": (3, 4), "u": (3,), "v": (4,)},
    ),
    "two systems": (
        "A : R[n, n]; b : R[n]; c : R[n]\nL = sum(solve(A, b)) * sum(solve(A, c)**2)",
        "b",
        {"A": (3, 3), "b": (3,), "c": (3,)},
    ),
    "attention": (
        "Q : R[n, d]; K : R[n, d]; G : R[n, n]\nL = sum(G * softmax(Q @ K.T / sqrt(d), axis=1))",
        "Q",
        {"Q": (4, 3), "K": (4, 3), "G": (4, 4)},
    ),
    "tanh network": (
        "x : R[n]; W : R[k, n]; V : R[c, k]\nL = sum((V @ tanh(W @ x))**2)",
        "W",
        {"x": (3,), "W": (4, 3), "V": (2, 4)},
    ),
}


def _module(capsys: pytest.CaptureFixture[str], text: str, wrt: str, kind: str = "gradient") -> dict[str, Any]:
    assert main(["emit", "-e", text, "--target", "torch", "--of", "L", "--wrt", wrt, "--kind", kind]) == 0
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(capsys.readouterr().out, "<emitted>", "exec"), module)
    return module


def _inputs(name: str) -> list[Any]:
    source = torch.Generator().manual_seed(3)
    return [torch.randn(shape, dtype=torch.float64, generator=source) for shape in PROGRAMS[name][2].values()]


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_gradient_is_what_autograd_finds_of_the_value(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, wrt, shapes = PROGRAMS[name]
    module, inputs = _module(capsys, text, wrt), _inputs(name)
    variable = inputs[list(shapes).index(wrt)].requires_grad_()
    (want,) = torch.autograd.grad(module["value"](*inputs), variable)
    got = module[f"gradient_{wrt}"](*(value.detach() for value in inputs))
    assert not got.requires_grad
    torch.testing.assert_close(got, want, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", PROGRAMS)
def test_value_and_gradient_pass_gradcheck(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, wrt, _ = PROGRAMS[name]
    module = _module(capsys, text, wrt)
    inputs = [value.requires_grad_() for value in _inputs(name)]
    assert torch.autograd.gradcheck(module["value"], inputs)
    assert torch.autograd.gradcheck(module[f"gradient_{wrt}"], inputs)


@pytest.mark.parametrize("name", ["logistic", "row", "scalar", "tanh network"])
def test_the_hessian_is_that_of_the_value(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, wrt, shapes = PROGRAMS[name]
    inputs = _inputs(name)
    module = _module(capsys, text, wrt, "hessian")
    want = torch.func.hessian(module["value"], argnums=list(shapes).index(wrt))(*inputs)
    got = module[f"hessian_{wrt}"](*inputs)
    torch.testing.assert_close(got.reshape(want.shape), want, rtol=1e-9, atol=1e-12)


def test_lists_and_numbers_become_tensors(capsys: pytest.CaptureFixture[str]) -> None:
    module = _module(capsys, "x : R[n]; s : R\nL = s * sum(x**2)", "x")
    torch.testing.assert_close(module["gradient_x"]([1, 2.5], 3), torch.tensor([6.0, 15.0], dtype=torch.float64))
