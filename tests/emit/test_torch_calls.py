"""What emitted PyTorch code asks of PyTorch: few calls, no number made a tensor at every call, no wrong shape."""

from __future__ import annotations

from typing import Any

import pytest

from gradcli.cli.main import main

torch = pytest.importorskip("torch")

SHAPES = {"x": (3,), "y": (3,), "A": (3, 3), "B": (3, 3), "C": (3, 2), "D": (3, 2)}
BILINEAR = (
    "x : R[n]; y : R[n]; A : R[n, n]; B : R[n, n]; C : R[n, k]; D : R[n, k]\n"
    "L = x.T @ A @ B @ y + sum((C.T @ x) * (D.T @ y)) + sum(x**2)"
)


def _text(capsys: pytest.CaptureFixture[str], text: str, wrt: str, target: str = "torch") -> str:
    assert main(["emit", "-e", text, "--target", target, "--of", "L", "--wrt", wrt]) == 0
    return capsys.readouterr().out


def _returned(text: str, function: str) -> str:
    body = text.split(f"def {function}(")[1].split("\ndef ")[0]
    return " ".join(body[body.rindex("return ") :].split()).removeprefix("return ")


def _module(text: str) -> dict[str, Any]:
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(text, "<emitted>", "exec"), module)
    return module


@pytest.mark.parametrize(
    ("text", "wrt", "want"),
    [
        ("x : R[n]; A : R[n, n]\nL = x.T @ A @ x", "x", "torch.addmv(A @ x, A.T, x)"),
        (
            "X : R[m, n]; w : R[n]; y : R[m]; a : R\nL = sum((X @ w - y)**2) + a * sum(w**2)",
            "w",
            "torch.addmv(a * w, X.T, torch.addmv(y, X, w, beta=-1), beta=2, alpha=2)",
        ),
        (
            "A : R[m, n]; u : R[m]; v : R[n]\nL = u.T @ A @ v + sum(A**2)",
            "A",
            "torch.addr(A, u, v, beta=2)",
        ),
        ("x : R[n]; y : R[n]\nL = sum(x**2) + sum(x * y)", "x", "torch.add(y, x, alpha=2)"),
        ("x : R[n]\nL = sum((x**3 - 3 * x) / 3)", "x", "x * x - 1.0"),
    ],
)
def test_a_sum_is_one_call(text: str, wrt: str, want: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _returned(_text(capsys, text, wrt), f"gradient_{wrt}") == want


def test_biases_are_added_by_the_product(capsys: pytest.CaptureFixture[str]) -> None:
    text = "X : R[m, n]; W : R[n, k]; b : R[k]; T : R[m, k]\nL = sum((X @ W + ones(m) @ b.T - T)**2)"
    assert "torch.addmm(b, X, W) - T" in _text(capsys, text, "W")


def test_what_goes_back_through_relu_is_masked_in_one_call(capsys: pytest.CaptureFixture[str]) -> None:
    text = _text(capsys, "x : R[n]; y : R[n]\nL = sum(y * relu(x))", "x")
    inputs = [torch.tensor(entries, dtype=torch.float64) for entries in ([1.0, -1.0, 0.0], [2.0, torch.inf, 3.0])]
    assert _module(text)["gradient_x"](*inputs).tolist() == [2.0, 0.0, 0.0]
    assert "where(" not in text


def test_what_goes_back_through_tanh_is_one_call(capsys: pytest.CaptureFixture[str]) -> None:
    text = _text(capsys, "x : R[n]; y : R[n]\nL = sum(y * tanh(x))", "x")
    assert _returned(text, "gradient_x") == "_through_tanh(torch.tanh(x), y)"
    x, y = (torch.tensor(entries, dtype=torch.float64) for entries in ([0.5, -1.0, 40.0], [2.0, 3.0, 4.0]))
    torch.testing.assert_close(_module(text)["gradient_x"](x, y), y * (1 - torch.tanh(x) ** 2), rtol=1e-14, atol=0)


@pytest.mark.parametrize("target", ["numpy", "torch"])
@pytest.mark.parametrize("name", SHAPES)
def test_one_wrong_shape_among_equal_ones_is_told(name: str, target: str, capsys: pytest.CaptureFixture[str]) -> None:
    function = _module(_text(capsys, BILINEAR, "x", target))["gradient_x"]
    given = {key: torch.ones(shape, dtype=torch.float64) for key, shape in SHAPES.items()}
    for wrong in ([length + 1 for length in SHAPES[name]], [*SHAPES[name], 2], [4, *SHAPES[name][1:]]):
        given[name] = torch.ones(wrong, dtype=torch.float64)
        with pytest.raises(ValueError, match="has shape"):
            function(*(value if target == "torch" else value.numpy() for value in given.values()))


def test_other_numbers_become_doubles(capsys: pytest.CaptureFixture[str]) -> None:
    function = _module(_text(capsys, BILINEAR, "x"))["gradient_x"]
    exact = {key: torch.arange(1, 1 + torch.Size(shape).numel()).reshape(shape) for key, shape in SHAPES.items()}
    want = function(*(value.double() for value in exact.values()))
    assert want.dtype is torch.float64
    for name in SHAPES:
        for other in (exact[name].float(), exact[name].tolist(), exact[name].numpy(), exact[name]):
            got = function(*(other if key == name else value.double() for key, value in exact.items()))
            assert torch.equal(got, want)


def test_a_scalar_may_be_a_number_or_a_tensor(capsys: pytest.CaptureFixture[str]) -> None:
    function = _module(_text(capsys, "x : R[n]; a : R\nL = a * sum(x**2)", "x"))["gradient_x"]
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    for a in (0.5, torch.tensor(0.5), torch.tensor(0.5, dtype=torch.float64)):
        torch.testing.assert_close(function(x, a), x, rtol=0, atol=0)
    with pytest.raises(ValueError, match="a has shape"):
        function(x, torch.ones(1, dtype=torch.float64))
