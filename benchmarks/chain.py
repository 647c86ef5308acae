"""How time and memory grow with the length of a program.

    python benchmarks/chain.py [--layers 100,300,1000,3000,10000] [--products 100,300,1000] [--jax]

Two families, each with the default question answered as text:

- layers: `u_k = W_k @ y_{k-1}`, `y_k = g(u_k)` for k = 1..L, all weights and the input free;
- products: `x_{k+1} = x_k * tanh(x_k)`, one free scalar, every definition used twice.

Each size runs in a process of its own; the exponent is the slope of a straight line through the logarithms.
With --jax the second family is traced and differentiated by JAX in the same run, for comparison.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def layers(length: int) -> str:
    """A deep network."""
    lines = ["x : R[n]", *(f"W{k} : R[n, n]" for k in range(1, length + 1)), "y0 = x"]
    for k in range(1, length + 1):
        lines += [f"u{k} = W{k} @ y{k - 1}", f"y{k} = g(u{k})"]
    return "\n".join(lines) + "\n"


def products(length: int) -> str:
    """A scalar that is used twice at every step."""
    return "x : R\ny0 = x\n" + "".join(f"y{k + 1} = y{k} * tanh(y{k})\n" for k in range(length))


FAMILIES = {"layers": layers, "products": products}


def measure(family: str, length: int) -> dict[str, float]:
    """Seconds of each stage and the peak memory, in this process."""
    from gradcli.derive.derive import derive
    from gradcli.program.elaborate import elaborate
    from gradcli.render.derive_text import derive_text
    from gradcli.syntax.ast import Source
    from gradcli.syntax.parse import parse_module

    text = FAMILIES[family](length)
    times = [time.perf_counter()]
    module, diagnostics = parse_module(Source("chain", text))
    times.append(time.perf_counter())
    program = elaborate([module], diagnostics)
    times.append(time.perf_counter())
    found = derive(program)
    times.append(time.perf_counter())
    written = derive_text(found.program, found.answers)
    times.append(time.perf_counter())
    assert found.answers and not found.diagnostics and not program.diagnostics
    stages = dict(
        zip(
            ("parse", "elaborate", "derive", "render"),
            (b - a for a, b in itertools.pairwise(times)),
            strict=True,
        )
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"total": times[-1] - times[0], **stages, "MiB": peak, "kB out": len(written) / 1000}


def measure_jax(length: int) -> float:
    """Seconds that JAX takes to trace and differentiate the second family (without compiling it)."""
    import jax
    import jax.numpy as jnp

    def chain(x: jax.Array) -> jax.Array:
        for _ in range(length):
            x = x * jnp.tanh(x)
        return x

    jax.make_jaxpr(jax.grad(chain))(0.5)  # what is done once a process
    start = time.perf_counter()

    def again(x: jax.Array) -> jax.Array:
        return chain(x)

    str(jax.make_jaxpr(jax.grad(again))(0.5))
    return time.perf_counter() - start


def in_process(*arguments: str) -> dict[str, float]:
    """The measurement of one size, in a fresh process."""
    out = subprocess.run(
        [sys.executable, __file__, "--one", *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"},
    )
    found: dict[str, float] = json.loads(out.stdout)
    return found


def slope(points: list[tuple[int, float]]) -> float:
    """The exponent of a power law, by least squares on the logarithms."""
    xs, ys = [math.log(n) for n, _ in points], [math.log(t) for _, t in points]
    x0, y0 = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - x0) * (y - y0) for x, y in zip(xs, ys, strict=True)) / sum((x - x0) ** 2 for x in xs)


def table(family: str, lengths: list[int], with_jax: bool) -> None:
    """Measure and print one family."""
    rows = [(length, in_process(family, str(length))) for length in lengths]
    heads = list(rows[0][1])
    print(f"\n{family:>9} " + " ".join(f"{head:>9}" for head in heads) + ("       jax    ratio" if with_jax else ""))
    for length, row in rows:
        line = f"{length:9} " + " ".join(
            f"{row[head]:9.3f}" if head not in ("MiB", "kB out") else f"{row[head]:9.0f}" for head in heads
        )
        if with_jax:
            jax_time = in_process("jax", str(length))["total"]
            line += f" {jax_time:9.3f} {row['total'] / jax_time:8.2f}"
        print(line, flush=True)
    if len(rows) > 1:
        exponents = (slope([(length, row[head]) for length, row in rows]) for head in heads)
        print(f"{'exponent':>9} " + " ".join(f"{exponent:9.2f}" for exponent in exponents))


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description="How time and memory grow with the length of a program.")
    parser.add_argument("--layers", default="100,300,1000,3000,10000")
    parser.add_argument("--products", default="100,300,1000")
    parser.add_argument("--jax", action="store_true")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        family, length = options.one[0], int(options.one[1])
        print(json.dumps({"total": measure_jax(length)} if family == "jax" else measure(family, length)))
        return
    for family in FAMILIES:
        table(family, [int(n) for n in getattr(options, family).split(",")], options.jax and family == "products")


if __name__ == "__main__":
    main()
