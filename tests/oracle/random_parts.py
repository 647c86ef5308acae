"""Programs drawn from what is beside plain matrices: stacks, broadcasting, parts, labels, indices compared, runs.

Each is a scalar of a few steps and the question of its gradient, or a vector and its Jacobian.
"""

from __future__ import annotations

import random
import re

from tests.oracle.case import Ask, Case
from tests.oracle.random_wide import Drawn

_DECLARED = {
    "T": "T, U : R[B, m, n]",
    "S": "S : R[B, n, n]",
    "A": "A, D : R[m, n]",
    "x": "x, y : R[n]",
    "u": "u : R[m]",
    "w": "w : R[2]",
    "K": "K : R[2, 2]",
    "Q": "Q : R[m, C]",
    "E": "E : R[C, n]",
    "c": "c : {1..C}[m]",
    "a": "a : R",
}
_SIZES = {"B": 2, "m": 4, "n": 3, "C": 3}
_REGULAR = "(S @ S.mT + 3 * eye(n)[None, :, :])"

# What is called as a feature, and patterns of a shape; `{X}` is an expression of the shape X, `{0}` an axis.
_PATTERNS: dict[str, list[tuple[str, str]]] = {
    "Bmn": [
        ("plain", "({Bmn} + {Bmn})"),
        ("plain", "({Bmn} * tanh({Bmn}))"),
        ("new axes", "({Bmn} * {n}[None, None, :])"),
        ("new axes", "({Bmn} - {m}[None, :, None])"),
        ("keepdims", "({Bmn} - mean({Bmn}, axis={axis3}, keepdims=True))"),
        ("keepdims", "({Bmn} / sqrt(1 + sum({Bmn}**2, axis=({two}), keepdims=True)))"),
        ("softmax", "softmax({Bmn}, axis={axis3})"),
        ("softmax", "logsoftmax({Bmn}, axis={axis3})"),
        ("runs", "cumsum({Bmn}, axis={axis3})"),
        ("runs", "roll(flip({Bmn}, axis={axis3}), 1, axis={axis3})"),
        ("runs", "cumprod({Bmn} / 2, axis={axis3})"),
        ("batched product", "({Bmn} @ S)"),
        ("batched product", "({Bmn} @ {Bmn}.mT @ U / 4)"),
        ("stacks", f"solve({_REGULAR}, {{Bmn}}.mT).mT"),
        ("extremes", "({Bmn} * max({Bmn}, axis={axis3}, keepdims=True))"),
        ("where", "where({Bmn} > 1/7, {Bmn}, 2 * U)"),
    ],
    "mn": [
        ("reductions", "sum({Bmn}, axis=0)"),
        ("reductions", "logsumexp({Bmn}, axis=0)"),
        ("reductions", "prod({Bmn}, axis=0)"),
        ("reductions", "norm({Bmn}, axis=0)"),
        ("parts", "({Bmn})[2, :, :]"),
        ("parts", "concat(({mn})[2:m, :], ({mn})[1:1, :])"),
        ("parts", "concat(({mn})[:, 2:n], {m}, axis=1)"),
        ("rows and columns", "({mn} + {n}.T)"),
        ("rows and columns", "({mn} * {m})"),
        ("rows and columns", "({m} * {n}.T)"),
        ("keepdims", "({mn} - mean({mn}, axis=0, keepdims=True))"),
        ("keepdims", "({mn} / std({mn}, axis=1, keepdims=True))"),
        ("labels", "E[c, :]"),
        ("labels", "(onehot(c) @ E * {mn})"),
        ("functions", "silu({mn})"),
        ("functions", "hypot({mn}, 1 + D**2)"),
        ("functions", "logaddexp({mn}, D)"),
        ("functions", "atan2({mn}, 2 + D**2)"),
        ("functions", "clip({mn}, -0.9, 0.8)"),
        ("functions", "leaky_relu({mn}, 0.2)"),
    ],
    "n": [
        ("reductions", "sum({Bmn}, axis=(0, 1))"),
        ("reductions", "var({mn}, axis=0)"),
        ("parts", "(({mn})[2, :]).T"),
        ("parts", "concat(({n})[2:n], 0)"),
        ("parts", "concat({a}, ({n})[1:n-1])"),
        ("runs", "cumsum({n})"),
        ("runs", "flip({n})"),
        ("functions", "erf({n})"),
        ("functions", "log1p({n}**2)"),
        ("functions", "gelu({n})"),
        ("plain", "({n} * softmax({n}))"),
    ],
    "m": [
        ("plain", "({mn} @ {n})"),
        ("reductions", "logsumexp({mn}, axis=1)"),
        ("reductions", "max({mn}, axis=1)"),
        ("reductions", "mean({Bmn}, axis=(0, 2))"),
        ("reductions", "norm({mn}, axis=1)"),
        ("parts", "({mn})[:, 2]"),
        ("functions", "softsign({m})"),
    ],
    "a": [
        ("plain", "sum({mn} * {mn})"),
        ("plain", "mean({Bmn}**2)"),
        ("reductions", "logsumexp({mn} / 3)"),
        ("stacks", f"sum(logdet({_REGULAR}))"),
        ("stacks", f"sum(inv({_REGULAR}) * S)"),
        ("stacks", f"sum(chol({_REGULAR}) * S)"),
        ("stacks", "sum(tr(S @ S))"),
        ("stacks", "sum(det(S / 2))"),
        ("labels", "mean[i](Q[i, c[i]]**2)"),
        ("labels", "sum[i](logsumexp(Q[i, :]) - Q[i, c[i]])"),
        ("labels", "sum[i, k]((c[i] == k) * Q[i, k]**3)"),
        ("indices compared", "sum[i, j]((j <= i) * A[i, j]**2)"),
        ("indices compared", "sum[i, j](where(i == j + 1, A[i, j]**3, sin(A[i, j])))"),
        ("over indices", "sum[i](prod[j](1 + A[i, j]**2))"),
        ("over indices", "mean[i](max[j](A[i, j] * x[j]))"),
        ("shifts", "sum[i](tanh(sum[j](w[j] * x[i + j - 1])))"),
        ("shifts", "sum(windows({m}, 2) @ w)"),
        ("convolutions", "sum[i, k](tanh(sum[j](w[j] * A[i + j - 1, k])))"),
        ("convolutions", "sum[i, k](sum[j, l](K[j, l] * A[i + j - 1, k + l - 1])**2)"),
        ("matrix powers", "tr((A.T @ D / 4)^3)"),
        ("matrix powers", "tr((A @ A.T + 3 * eye(m))^-2)"),
        ("matrix powers", "det((eye(n) + A.T @ A / 5)^2)"),
        ("several arguments", "sum(F({n}, {n}))"),
        ("several arguments", "sum(F({mn}, {mn}))"),
        ("several arguments", "F({a}, x[1])"),
        ("products of parts", "sum(({n})[1:n-1] * ({n})[2:n])"),
        ("products of parts", "(({m})[2:3]).T @ (({m})[3:4])"),
        ("products of parts", "mean(({n})[2:n]) * sum(({m})[1:2])"),
        ("parts", "sum((({n})[2:n] - ({n})[1:n-1])**2)"),
        ("parts", "norm(stack({n}, {n}))**2"),
    ],
}
_LEAVES = {
    "Bmn": ["T", "U"], "mn": ["A", "D"], "n": ["x", "y"], "m": ["u", "(A @ x)"], "a": ["a", "x[2]", "A[1, 2]"],
}  # fmt: skip


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"parts {seed}")
        self.features: dict[str, None] = {}

    def expression(self, shape: str, depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.15:
            return self.random.choice(_LEAVES[shape])
        feature, pattern = self.random.choice(_PATTERNS[shape])
        self.features[feature] = None
        return re.sub(r"\{(\w+)\}", lambda found: self._filled(found[1], depth - 1), pattern)

    def _filled(self, what: str, depth: int) -> str:
        if what == "axis3":
            return str(self.random.choice([0, 1, 2, -1]))
        if what == "two":
            return self.random.choice(["0, 1", "0, 2", "1, 2", "-1, 0"])
        return self.expression(what, depth)


def random_parts(seed: int) -> Drawn:
    """The program of a seed."""
    maker = _Maker(seed)
    lines, total = [], []
    for number in range(maker.random.randrange(1, 4)):
        shape = maker.random.choice(["Bmn", "mn", "n", "m", "a", "a"])
        lines.append(f"v{number} = {maker.expression(shape, 2)}")
        total.append(f"v{number}" if shape == "a" else f"mean(sin(v{number}))")
    jacobian = seed % 4 == 3
    last = maker.expression(maker.random.choice(["n", "m"]), 2) if jacobian else " + ".join(total)
    body = "\n".join([*([] if jacobian else lines), f"L = {last}"])
    used = set(re.findall(r"(?<![.\w])[^\W\d]\w*", body))
    names = {name: line for line in _DECLARED.values() for name in line.split(":")[0].replace(" ", "").split(",")}
    declared = list(dict.fromkeys(line for name, line in names.items() if name in used))
    free = [name for name in names if name in used and name != "c"] or ["x"]
    wrt = tuple(maker.random.sample(free, min(len(free), 3)))
    ask = Ask("L", wrt, "jacobian" if jacobian else "gradient", "numerator")
    functions = ["F(s, t) = tanh(s) * t**2 + s"] if "F" in used else []
    text = "\n".join([*declared, *functions, body]) + "\n"
    case = Case(f"parts{seed}", text, [ask], sizes=_SIZES)
    return Drawn(case, "parts", list(maker.features))
