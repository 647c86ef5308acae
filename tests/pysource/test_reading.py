"""Functions that are read compute what they compute when they are run."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gradcli.api.python import from_python
from gradcli.emit.targets import emit_numpy

SIZES = {"n": 4, "d": 3, "h": 5, "m": 2, "C": 6, "T": 3}

# a function of NumPy, after the shapes of its parameters
FUNCTIONS = """
x: n, w: n -> x @ w
X: n d, w: d -> X @ w
w: d, X: d h -> w @ X
X: n d, W: d h, b: h -> X @ W + b
X: n d, v: n -> X * v[:, None]
X: n d, v: n -> X / v.reshape(-1, 1)
X: n d, v: d -> X - v[None, :]
x: n, y: d -> x[:, None] * y
x: n, y: d -> np.outer(x, y)
x: n, y: d -> x[:, None] + y[None, :]
X: n d -> X - X.mean(axis=0)
X: n d -> X - X.mean(axis=1, keepdims=True)
X: n d -> X / np.sqrt(np.sum(X**2, axis=1, keepdims=True))
X: n d -> (X - X.mean(0)) / np.sqrt(X.var(0) + 1e-5)
X: n d -> X.sum(axis=-1)
X: n d -> np.sum(X, axis=(0, 1))
X: n d -> X.T @ X / X.shape[0]
X: n d -> np.exp(X - np.max(X, axis=1, keepdims=True))
X: n d -> np.maximum(X, 0)
X: n d -> np.where(X > 0, X, 0.1 * X)
X: n d -> (X > 0).astype(float) * X
X: n d -> np.clip(X, -0.5, 0.5)
x: n -> np.tanh(x) ** 2 - 1
x: n -> 1 / (1 + np.exp(-x))
x: n -> -x ** 2
x: n -> (-x) ** 2
x: n -> x[1:] - x[:-1]
x: n -> x[0] * x[-1]
X: n d -> X[:, 0] + X[:, -1]
X: n d -> X[0] * 2
X: n d -> X[1:, :2]
X: n d -> X.reshape(-1)
X: n d -> X.T.reshape(X.shape[0], -1)
X: n d -> np.concatenate([X, 2 * X], axis=1)
x: n, y: d -> np.concatenate([x, y])
x: n, y: n -> np.stack([x, y])
x: n, y: n -> np.stack([x, y], axis=1)
X: n d -> np.einsum("ij,ij->i", X, X)
A: n n, x: n -> np.einsum("ij,i,j->", A, x, x)
A: n n -> np.trace(A) + np.linalg.det(A)
A: n n, b: n -> np.linalg.solve(A, b)
A: n n -> np.linalg.inv(A).T
A: n n -> np.diag(A)
x: n -> np.diag(x)
X: n d -> np.linalg.norm(X)
X: n d -> np.linalg.norm(X, axis=1)
X: n d, y: n of d -> X[np.arange(len(y)), y]
W: C d, y: n of C -> W[y]
W: C d, y: n of C -> np.eye(W.shape[0])[y] @ W
x: 3 -> np.array([x[0], x[1] * x[2], 1.0])
s: (), x: n -> s * x + s
x: n -> np.log1p(np.exp(-np.abs(x)))
X: n 1, Y: 1 d -> X + Y
X: n 1, Y: n d -> X * Y
X: 1 d, Y: n d -> X - Y
Q: T n d, K: T h d -> Q @ K.transpose(0, 2, 1)
Q: T n d, v: d -> Q + v
Q: T n d -> Q - Q.mean(axis=-1, keepdims=True)
Q: T n d, W: d h -> Q @ W
Q: T n d -> Q.sum(axis=(0, 2))
Q: T n d -> Q[0]
Q: T n d -> Q.swapaxes(1, 2)
X: n d -> np.cumsum(X, axis=0)
X: n d -> np.prod(1 + X * X, axis=1)
X: n d -> np.std(X, axis=0)
X: n 2*h -> X[:, :X.shape[1] // 2] * X[:, X.shape[1] // 2:]
X: n 2*h -> np.multiply(*np.split(X, 2, axis=1))
X: n d -> sum([X[:, 0], X[:, 1]])
X: n d -> X[:, None, :] - X[None, :, :]
X: n d -> np.sum((X[:, None, :] - X[None, :, :]) ** 2, axis=-1)
X: n d -> np.pad(X, ((0, 0), (2, 1)))
X: n d -> np.pad(X, 1, mode="constant")
Q: T n d -> np.pad(Q, ((0, 0), (1, 0), (0, 2)))
x: n -> np.pad(x, (1, 2))
x: n -> x[::-1]
X: n d -> X[:, ::-1] - X[::-1]
X: n 2*h -> X[:, ::2] * X[:, 1::2]
X: 7 d -> X[1::3]
Q: T n 6 -> Q[..., ::4]
X: n 6 -> np.lib.stride_tricks.sliding_window_view(X, 3, axis=1)
X: n d -> np.lib.stride_tricks.sliding_window_view(X, (2, 2)).sum(axis=(2, 3))
A: n d h, B: h d m -> np.tensordot(A, B, axes=([2, 1], [0, 1]))
A: n d h, B: d h m -> np.tensordot(A, B)
A: n d, B: d h -> np.tensordot(A, B, axes=1)
P: T n d, y: T n of d -> P[np.arange(P.shape[0])[:, None], np.arange(P.shape[1]), y]
P: T n d, y: T n of d -> P[np.arange(P.shape[0])[:, None], np.arange(P.shape[1])[None, :], y]
W: C d, y: n of C -> np.take(W, y, axis=0)
""".strip().splitlines()

BODIES = [
    (
        "x: n d, w: d h",
        """
        h = x @ w
        h += 1
        h[h < 0] = 0
        return h
        """,
    ),
    (
        "x: n d",
        """
        out = np.zeros_like(x)
        for i in range(3):
            out = out + (i + 1) * x ** i
        return out
        """,
    ),
    (
        "x: n d",
        """
        cache = {"x": x, "y": x * 2}
        cache["z"] = cache["y"] - cache["x"]
        a, (b, c) = cache["z"], (x, x.shape[1])
        return a * b / c
        """,
    ),
    (
        "x: n d, y: n of d",
        """
        p = np.exp(x)
        p = p / p.sum(axis=1, keepdims=True)
        g = p.copy()
        g[np.arange(x.shape[0]), y] -= 1
        return g / x.shape[0]
        """,
    ),
    (
        "x: n d",
        """
        def act(t, k=2):
            return np.tanh(k * t)
        f = lambda t: act(t) + 1
        return f(x) if x.ndim == 2 else act(x)
        """,
    ),
    (
        "x: n d, W: C d, y: n of C",
        """
        dW = np.zeros_like(W)
        np.add.at(dW, y, x)
        return dW
        """,
    ),
    (
        "x: n d",
        """
        y = np.zeros((x.shape[0], 2 * x.shape[1]))
        y[:, :x.shape[1]] = x
        y[:, x.shape[1]:] = -x
        return y
        """,
    ),
    (
        "x: n 5 d, w: d d",
        """
        h = np.zeros(x.shape)
        before = x[:, 0, :]
        for t in range(5):
            h[:, t, :] = np.tanh(before @ w + x[:, t, :])
            before = h[:, t, :]
        for t in range(3):
            h[:, t, :] += h[:, t + 1, :]
        return h * h[:, -1:, :]
        """,
    ),
    (
        "x: n 6 5",
        """
        y = np.zeros_like(x)
        z = np.zeros((x.shape[0], 2, 2))
        for i in range(2):
            for j in range(2):
                y[:, 2 * i : 2 * i + 3, j : j + 3] += x[:, i : i + 3, j : j + 3]
                z[:, i, j] = x[:, i, j] * x[:, -1, j]
                y[:, i, j] -= z[:, i, j]
        y[:, 1, 2:4] = z[:, 1]
        return y
        """,
    ),
    (
        "x: 6 d",
        """
        y = np.zeros_like(x)
        y[2:5] = x[:3]
        y[3] = 7 * x[0]
        y[4:] += y[3:5]
        y[:2] = y[2:4]
        y[1:3] -= x[4:]
        y[0:4] *= 2
        return y
        """,
    ),
    (
        "x: n 2*h",
        """
        y = np.zeros_like(x)
        y[:, ::2] = -x[:, 1::2]
        y[:, 1::2] = x[:, ::2]
        return y
        """,
    ),
    (
        "P: T n d, y: T n of d",
        """
        g = np.exp(P)
        g[np.arange(P.shape[0])[:, None], np.arange(P.shape[1]), y] -= 1
        return g
        """,
    ),
]


def _source(shapes: str, body: str) -> str:
    names = ", ".join(re.findall(r"(\w+):", shapes))
    lines = [line[8:] if line.startswith("        ") else line for line in body.strip("\n").splitlines()]
    indented = "\n".join(f"    {line}" for line in lines)
    return f"import numpy as np\n\ndef f({names}):\n{indented}\n"


def _dims(text: str) -> tuple[int, ...]:
    return tuple(eval(word, {}, SIZES) for word in text.replace("()", "").split())


def _values(shapes: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
    values = {}
    for part in shapes.split(","):
        name, _, dims = part.partition(":")
        words, _, classes = dims.partition(" of ")
        shape = _dims(words)
        values[name.strip()] = rng.integers(0, SIZES[classes.strip()], shape) if classes else rng.normal(size=shape)
    return values


def _check(shapes: str, body: str) -> None:
    rng = np.random.default_rng(len(body))
    text = _source(shapes, body)
    program = from_python(text, shapes=shapes)
    values = _values(shapes, rng)
    names: dict[str, object] = {"np": np, **SIZES}
    exec(text, names)
    expected = np.asarray(names["f"](**{k: np.array(v) for k, v in values.items()}))  # type: ignore[operator]
    code: dict[str, object] = {}
    last = program.inner.last
    assert last is not None
    exec(emit_numpy(program.inner, last, []), code)
    given = {
        name: value + 1
        if value.dtype.kind == "i"
        else value.reshape([n for n in value.shape if n != 1])
        if value.ndim < 3 and value.shape[:1] != (1,)
        else value
        for name, value in values.items()
    }
    found = np.asarray(code["value"](**given))  # type: ignore[operator]
    if expected.ndim == 2 and expected.shape[1] == 1:
        expected = expected[:, 0]
    assert found.shape == expected.shape
    assert np.allclose(found, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("line", FUNCTIONS)
def test_an_expression_is_read_as_numpy_means_it(line: str) -> None:
    shapes, _, expression = line.partition(" -> ")
    _check(shapes, f"return {expression}")


@pytest.mark.parametrize(("shapes", "body"), BODIES)
def test_statements_are_read_as_python_means_them(shapes: str, body: str) -> None:
    _check(shapes, body)
