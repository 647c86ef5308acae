"""Emitted subclasses of `torch.autograd.Function` have the gradients that differences show."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from gradcli.cli.main import main

torch = pytest.importorskip("torch")

Given = dict[str, Any]


def _emitted(capsys: pytest.CaptureFixture[str], text: str, *more: str) -> dict[str, Any]:
    status = main(["emit", "-e", text, "--target", "torch", "--style", "autograd-function", *more])
    said = capsys.readouterr()
    assert status == 0, said.err
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(said.out, "<emitted>", "exec"), module)
    return module


def _draw(*shape: int) -> Any:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape) + 1))


def _checked(function: Callable[..., Any], given: Given) -> None:
    names = list(given)
    inputs = [value.clone().requires_grad_() for value in given.values()]

    def called(*values: Any) -> Any:
        return function(**dict(zip(names, values, strict=True)))

    assert torch.autograd.gradcheck(called, inputs)
    assert torch.autograd.gradgradcheck(called, inputs)


PROGRAMS: dict[str, tuple[str, dict[str, tuple[int, ...]]]] = {
    "a scalar of matrices": ("X : R[m, n]; W : R[n, k]\nL = sum(tanh(X @ W)**2)", {"X": (4, 3), "W": (3, 2)}),
    "a vector": ("A : R[m, n]; x : R[n]\ny = sin(A @ x) * 2", {"A": (4, 3), "x": (3,)}),
    "a row": (
        "x : R[1, n]; W : R[n, m]; c : R[n, 1]\nz = x @ W * (x @ c)",
        {"x": (1, 3), "W": (3, 2), "c": (3, 1)},
    ),
    "a matrix": ("A : R[m, n]; B : R[n, k]; s : R\nC = s * exp(A @ B)", {"A": (3, 2), "B": (2, 4), "s": ()}),
    "a scalar of scalars": ("a, b : R\nL = a * sin(b) + a**2", {"a": (), "b": ()}),
    "cross-entropy": (
        "X : R[m, n]; W : R[n, c]; Y : R[m, c]\nL = -sum(Y * logsoftmax(X @ W, axis=1)) / m",
        {"X": (4, 3), "W": (3, 2), "Y": (4, 2)},
    ),
    "a solve": ("A : R[n, n]; b : R[n]\nx = solve(A, b)", {"A": (3, 3), "b": (3,)}),
    "a Python keyword": ("lambda : R; x : R[n]\nL = lambda * sum(x**3)", {"lambda": (), "x": (3,)}),
    "one entry": ("x : R[n]\nL = x[1]**2 * x[2]", {"x": (3,)}),
    "an intermediate scalar": ("x : R[n]\nu = sin(x)\nL = sum(u**2)", {"x": (4,)}),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients_and_their_gradients_are_those_of_differences(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, shapes = PROGRAMS[name]
    given = {key: _draw(*shape) for key, shape in shapes.items()}
    _checked(_emitted(capsys, text)["value"], given)


@pytest.mark.parametrize("body", ["logdet(S)", "b.T @ solve(S, b)", "logdet(S) + tr(S @ S) + b.T @ inv(S) @ b"])
def test_a_positive_definite_matrix(body: str, capsys: pytest.CaptureFixture[str]) -> None:
    value = _emitted(capsys, f"S : R[n, n] spd; b : R[n]\nL = {body}")["value"]
    root, b = _draw(3, 3), _draw(3)
    S = root @ root.T + torch.eye(3, dtype=torch.float64)

    def of_symmetric(S: Any, b: Any) -> Any:
        return value(S=(S + S.T) / 2, b=b)  # differences move one entry at a time

    inputs = (S.requires_grad_(), b.requires_grad_())
    assert torch.autograd.gradcheck(of_symmetric, inputs)


def test_functions_given_by_the_caller(capsys: pytest.CaptureFixture[str]) -> None:
    module = _emitted(capsys, "W : R[m, n]; x : R[n]; y = g(W @ x)")
    inputs = [_draw(3, 2).requires_grad_(), _draw(2).requires_grad_()]
    assert torch.autograd.gradcheck(lambda W, x: module["value"](W, x, g=torch.sin, g_1=torch.cos), inputs)
    with pytest.raises(TypeError, match="g_1"):
        module["value"](*inputs, g=torch.sin)


def test_of_and_wrt_choose(capsys: pytest.CaptureFixture[str]) -> None:
    text = "W : R[m, n]; x : R[n]\nu = W @ x\ny = sin(u)\nL = sum(y)"
    module = _emitted(capsys, text, "--of", "L", "--wrt", "x")
    W, x = _draw(3, 2).requires_grad_(), _draw(2).requires_grad_()
    module["value"](W, x).backward()
    assert W.grad is None
    torch.testing.assert_close(x.grad, W.T.detach() @ torch.cos(W @ x).detach())


def test_only_what_is_needed_is_computed(capsys: pytest.CaptureFixture[str]) -> None:
    module = _emitted(capsys, "W : R[m, n]; x : R[n]\nL = sum(sin(W @ x))")
    W, x = _draw(3, 2), _draw(2)
    context = SimpleNamespace(saved_tensors=(W, x), needs_input_grad=(False, True))
    for_W, for_x = module["LFunction"].backward(context, torch.ones((), dtype=torch.float64))
    assert for_W is None
    torch.testing.assert_close(for_x, W.T @ torch.cos(W @ x))
    x.requires_grad_()
    with torch.no_grad():
        assert module["value"](W, x).grad_fn is None


def test_it_is_one_class_and_one_function_to_call(capsys: pytest.CaptureFixture[str]) -> None:
    module = _emitted(capsys, "X : R[m, n]; w_1 : R[n]\nloss_value = sum((X @ w_1)**2)")
    assert issubclass(module["LossValueFunction"], torch.autograd.Function)
    said = inspect.getdoc(module["LossValueFunction"]) or ""
    assert "X: m x n, w_1: n" in said and "2 * X.T @ X @ w_1" in said
    assert list(inspect.signature(module["value"]).parameters) == ["X", "w_1"]


def test_single_precision_goes_in_and_its_gradient_comes_out(capsys: pytest.CaptureFixture[str]) -> None:
    x = torch.ones(3, dtype=torch.float32, requires_grad=True)
    _emitted(capsys, "x : R[n]\nL = sum(x**3)")["value"](x).backward()
    assert x.grad is not None and x.grad.dtype is torch.float32
    torch.testing.assert_close(x.grad, 3 * torch.ones(3))


@pytest.mark.parametrize(
    "more, word",
    [
        (["--target", "numpy"], "goes with --target torch"),
        (["--target", "jax"], "goes with --target torch"),
        (["--target", "torch", "--kind", "hessian"], "no other --kind"),
    ],
)
def test_calls_that_make_no_sense(more: list[str], word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["emit", "-e", "x : R[n]; L = sum(x)", "--style", "autograd-function", *more]) == 2
    assert word in capsys.readouterr().err


@pytest.mark.parametrize("text", ["k : Z\nL = k**2", "x : R[n] constant\nL = sum(x)"])
def test_what_cannot_be_a_function_is_said(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["emit", "-e", text, "--target", "torch", "--style", "autograd-function"]) == 2
    said = capsys.readouterr().err
    assert "internal error" not in said and "Traceback" not in said


def test_the_determinant_of_a_singular_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    value = _emitted(capsys, "A : R[n, n]\nL = det(A)")["value"]
    A = torch.tensor([[1.0, 2.0], [2.0, 4.0]], dtype=torch.float64, requires_grad=True)
    value(A).backward()
    torch.testing.assert_close(A.grad, torch.tensor([[4.0, -2.0], [-2.0, 1.0]], dtype=torch.float64))
