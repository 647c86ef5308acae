"""The problems: a program each, what is asked of it, its sizes and its inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Inputs = dict[str, Array]
Draw = Callable[[np.random.Generator, int], Inputs]

FOLDER = Path(__file__).resolve().parent.parent / "emit_problems"
SIZES = (10, 100, 300, 1000)
CLASSES, RANK, HEAD = 10, 5, 64


@dataclass(frozen=True, slots=True)
class Problem:
    """`L` of the program `<program>.mc` by `wrt`; `draw(rng, n)` gives every free name in order of declaration.

    `hessian` lists the sizes at which the Hessian is taken.  A `name` other than the program's is the same program
    against another way to write it for automatic differentiation.  `symmetric` says that this way tells only the
    symmetric part of the derivative, as a Cholesky factorisation reads one triangle.  `together` are the names whose
    gradients are taken at once with the value, as a step of training does.
    """

    name: str
    wrt: str
    draw: Draw
    sizes: tuple[int, ...] = SIZES
    hessian: tuple[int, ...] = ()
    program: str = ""
    symmetric: bool = False
    together: tuple[str, ...] = ()

    @property
    def file(self) -> Path:
        """The program."""
        return FOLDER / f"{self.program or self.name}.mc"

    def sizes_of(self, kind: str) -> tuple[int, ...]:
        """The sizes at which a kind of derivative is taken; none where it is not."""
        return {"hessian": self.hessian, "together": self.sizes if self.together else ()}.get(kind, self.sizes)

    def inputs(self, n: int) -> Inputs:
        """The same numbers at every call."""
        return self.draw(np.random.default_rng(n), n)


def _spd(rng: np.random.Generator, n: int) -> Array:
    root = rng.standard_normal((n, n))
    return root @ root.T / n + np.eye(n)


def _one_hot(rng: np.random.Generator, m: int, c: int) -> Array:
    return np.eye(c)[rng.integers(c, size=m)]


def _quadratic(rng: np.random.Generator, n: int) -> Inputs:
    return {"x": rng.standard_normal(n), "A": rng.standard_normal((n, n))}


def _ridge(rng: np.random.Generator, n: int) -> Inputs:
    return {
        "X": rng.standard_normal((2 * n, n)),
        "w": rng.standard_normal(n),
        "y": rng.standard_normal(2 * n),
        "a": np.array(0.3),
    }


def _logistic(rng: np.random.Generator, n: int) -> Inputs:
    t = rng.integers(2, size=n).astype(float)
    return {"X": rng.standard_normal((n, n)), "w": rng.standard_normal(n) / n**0.5, "t": t}


def _softmax_ce(rng: np.random.Generator, n: int) -> Inputs:
    W = rng.standard_normal((n, CLASSES)) / n**0.5
    return {"X": rng.standard_normal((n, n)), "W": W, "Y": _one_hot(rng, n, CLASSES)}


def _scores(rng: np.random.Generator, n: int) -> Inputs:
    return {"z": rng.standard_normal(n), "y": _one_hot(rng, 1, n)[0]}


def _sample(rng: np.random.Generator, n: int) -> Inputs:
    W = rng.standard_normal((n, n)) / n**0.5
    return {"x": rng.standard_normal(n), "W": W, "y": _one_hot(rng, 1, n)[0]}


def _factorisation(rng: np.random.Generator, n: int) -> Inputs:
    sides = {"U": rng.standard_normal((n, RANK)), "V": rng.standard_normal((n, RANK))}
    return {"X": rng.standard_normal((n, n)), **sides}


def _gaussian(rng: np.random.Generator, n: int) -> Inputs:
    return {"S": _spd(rng, n), "x": rng.standard_normal(n), "mu": rng.standard_normal(n)}


def _gaussian_batch(rng: np.random.Generator, n: int) -> Inputs:
    return {"S": _spd(rng, n), "X": rng.standard_normal((2 * n, n))}


def _attention(rng: np.random.Generator, n: int) -> Inputs:
    return {name: rng.standard_normal((n, HEAD)) for name in "QKVG"}


def _mlp(rng: np.random.Generator, n: int) -> Inputs:
    widths = [n, n, n, CLASSES]
    layers: Inputs = {}
    for i in range(3):
        layers[f"W{i + 1}"] = rng.standard_normal((widths[i], widths[i + 1])) / widths[i] ** 0.5
        layers[f"b{i + 1}"] = rng.standard_normal(widths[i + 1])
    return {"X": rng.standard_normal((n, n)), **layers, "T": rng.standard_normal((n, CLASSES))}


def _ten_layers(rng: np.random.Generator, n: int) -> Inputs:
    layers = {f"W{i}": rng.standard_normal((n, n)) / n**0.5 for i in range(1, 11)}
    return {"x0": rng.standard_normal(n), **layers, "t": rng.standard_normal(n)}


def _rayleigh(rng: np.random.Generator, n: int) -> Inputs:
    A = rng.standard_normal((n, n))
    return {"x": rng.standard_normal(n), "A": (A + A.T) / 2}


def _solve(rng: np.random.Generator, n: int) -> Inputs:
    return {"S": _spd(rng, n), "b": rng.standard_normal(n), "c": rng.standard_normal(n)}


PROBLEMS = (
    Problem("quadratic", "x", _quadratic, hessian=(1000,)),
    Problem("ridge", "w", _ridge, together=("w",)),
    Problem("logistic", "w", _logistic, hessian=(1000,), together=("w",)),
    Problem("softmax_ce", "W", _softmax_ce, hessian=(200,), together=("W",)),
    Problem("softmax_ce_sample", "x", _sample, hessian=(200,)),
    Problem("softmax_ce_scores", "z", _scores, hessian=(200,)),
    Problem("factorisation", "U", _factorisation, hessian=(300,), together=("U", "V")),
    Problem("gaussian", "S", _gaussian, together=("S", "mu")),
    Problem("gaussian_batch", "S", _gaussian_batch),
    Problem("attention", "Q", _attention, together=("Q", "K", "V")),
    Problem("mlp", "W1", _mlp, together=("W1", "b1", "W2", "b2", "W3", "b3")),
    Problem("ten_layers", "W1", _ten_layers, together=tuple(f"W{i}" for i in range(1, 11))),
    Problem("rayleigh", "x", _rayleigh, hessian=(1000,)),
    Problem("logdet", "S", lambda rng, n: {"S": _spd(rng, n)}, hessian=(50,)),
    Problem("logdet_gram", "X", lambda rng, n: {"X": rng.standard_normal((2 * n, n))}),
    Problem("solve", "S", _solve),
    Problem("cholesky_solve", "S", _solve, program="solve", symmetric=True),
)
