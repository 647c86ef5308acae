"""How fast a file of 200 checks on a program of 20 definitions is, against `jax.test_util.check_grads`.

    python -m benchmarks.check_speed

The script calls `check_grads` as often, on the same functions: a net of ten layers and its loss, one call for each
statement, at one point.  Both run as a user would run them, as processes of their own; times are wall time, the
best of a few runs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAYERS = 10
CHECKS = 200
RUNS = 3


def program() -> str:
    """Twenty definitions, `u_i = W_i @ h_(i-1) + b_i` and `h_i = g(u_i)`, and two hundred statements."""
    lines = ["x : R[n0]", "g : R -> R"]
    lines += [f"W{i} : R[n{i}, n{i - 1}]; b{i} : R[n{i}]" for i in range(1, LAYERS + 1)]
    before = "x"
    for i in range(1, LAYERS + 1):
        lines += [f"u{i} = W{i} @ {before} + b{i}", f"h{i} = g(u{i})"]
        before = f"h{i}"
    statements: list[str] = []
    for i in range(1, LAYERS + 1):
        below = f"h{i - 1}" if i > 1 else "x"
        slope = f"grad(f, h{i}) * g'(u{i})"
        statements += [
            f"grad(f, u{i}) == {slope}",
            f"grad(f, b{i}) == {slope}",
            f"grad(f, b{i}) == grad(f, u{i})",
            f"grad(f, W{i}) == ({slope}) @ {below}.T",
            f"grad(f, W{i}) == grad(f, u{i}) @ {below}.T",
            f"grad(f, W{i}) == outer({slope}, {below})",
            f"grad(f, {below}) == W{i}.T @ ({slope})",
            f"grad(f, {below}) == W{i}.T @ grad(f, u{i})",
            f"grad(f, {below}).T == grad(f, u{i}).T @ W{i}",
            f"jac(u{i}, {below}) == W{i}",
            f"jac(u{i}, b{i}) == eye(n{i})",
            f"jac(h{i}, u{i}) == diag(g'(u{i}))",
            f"jac(h{i}, {below}) == diag(g'(u{i})) @ W{i}",
            f"jac(h{i}, {below}, layout=denominator) == W{i}.T @ diag(g'(u{i}))",
            f"jac(h{i}, b{i}) == diag(g'(u{i}))",
            f"h{i} == g(W{i} @ {below} + b{i})",
            f"u{i} - b{i} == W{i} @ {below}",
            f"u{i}.T == {below}.T @ W{i}.T + b{i}.T",
            f"diag(g'(u{i})) @ grad(f, h{i}) == grad(f, u{i})",
            f"tr(grad(f, u{i}) @ {below}.T @ W{i}.T) == dot(grad(f, {below}), {below})",
        ]
    assert len(statements) == CHECKS
    return "\n".join([*lines, *(f"check {statement}" for statement in statements)]) + "\n"


SCRIPT = """
import jax, jax.numpy as jnp, numpy as np
from jax.test_util import check_grads

jax.config.update("jax_enable_x64", True)
LAYERS, CALLS = {layers}, {checks}
source = np.random.default_rng(0)
sizes = [3 + i % 3 for i in range(LAYERS + 1)]
W = [jnp.asarray(source.normal(size=(sizes[i + 1], sizes[i]))) for i in range(LAYERS)]
b = [jnp.asarray(source.normal(size=sizes[i + 1])) for i in range(LAYERS)]
x = jnp.asarray(source.normal(size=sizes[0]))


def tail(h, i, W, b):
    for k in range(i, LAYERS):
        h = jnp.tanh(W[k] @ h + b[k])
    return jnp.sum(jnp.sin(h))


def by_weight(i):
    return lambda w: tail(x, 0, [*W[:i], w, *W[i + 1 :]], b)


def by_bias(i):
    return lambda v: tail(x, 0, W, [*b[:i], v, *b[i + 1 :]])


h = [x]
for k in range(LAYERS):
    h.append(jnp.tanh(W[k] @ h[k] + b[k]))
for call in range(CALLS):
    i, kind = call % LAYERS, call // LAYERS % 3
    if kind == 0:
        check_grads(by_weight(i), (W[i],), order=1, modes=["rev"])
    elif kind == 1:
        check_grads(by_bias(i), (b[i],), order=1, modes=["rev"])
    else:
        check_grads(lambda a: tail(a, i, W, b), (h[i],), order=1, modes=["rev"])
"""


def timed(command: list[str]) -> tuple[float, str]:
    """The best wall time of a few runs, and what the last one wrote."""
    best = float("inf")
    out = ""
    for _ in range(RUNS):
        start = time.perf_counter()
        out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        best = min(best, time.perf_counter() - start)
    return best, out


def main() -> int:
    """Run both; the status is 1 where a promise is not kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.mc"
        path.write_text(program(), encoding="utf-8")
        ours, out = timed([sys.executable, "-m", "gradcli", "check", str(path), "--format", "json"])
        script = Path(folder) / "check_grads.py"
        script.write_text(SCRIPT.format(layers=LAYERS, checks=CHECKS), encoding="utf-8")
        theirs, _ = timed([sys.executable, str(script)])
    summary = json.loads(out)["summary"]
    kinds = [verdict["verdict"] for verdict in json.loads(out)["files"][0]["verdicts"]]
    print(f"statements              {summary['checked']}, ok {summary['ok']}, proved {kinds.count('proved')}")
    print(f"gradcli check           {ours:.2f} s  (at most 2)")
    print(f"check_grads, {CHECKS} calls  {theirs:.2f} s")
    print(f"ratio                   {ours / theirs:.3f}  (at most 0.1)")
    return int(ours > 2 or ours / theirs > 0.1 or summary["ok"] < CHECKS)


if __name__ == "__main__":
    sys.exit(main())
