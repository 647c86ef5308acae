"""Programs changed at random: whatever a text says, it is answered, and in bounded time.

`python -m benchmarks.fuzz --count 2000 --seed 1` (or `--count 1000000 --minutes 15`) takes the programs of samples/
and their statements apart, puts pieces of one into another, and changes characters; each text is checked and derived.
Printed are the texts that had a fault of the program itself (E130, an exception) or took more than the bound and one
second; the numbers of a run stand in docs/reliability.md.
"""

from __future__ import annotations

import argparse
import re
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from gradcli.derive.derive import derive
from gradcli.diagnostics import limits
from gradcli.program.elaborate import elaborate
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.check import check_source

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
_TOKEN = re.compile(r"\w+|\s+|==|\*\*|[^\w\s]")
_SPICE = (
    "@", "*", "^", "**", ".T", "'", "(", ")", "[", "]", ",", "==", "=", ":", "inv", "det", "sum", "norm",
    "exp", "log", "grad(f, x)", "hess(f, x)", "0", "1", "-1", "1/2", "1e9", "inf", "n", "x", "A", "I",
    "softmax", "kron", "diag", "max", "assume x > 0", "implicit", "check", "loss f(y)", "where", "spd",
    "symmetric", "orthogonal", "simplex", "einsum", "∇", "ᵀ", "⊙", "‖", "|", "\n", ";", "#", "\x00", "\u202e",
    "é", "10**30", "^3100000",
)  # fmt: skip


def corpus() -> list[str]:
    """The texts that are changed."""
    return [path.read_text(encoding="utf-8") for path in sorted(SAMPLES.rglob("*.mc"))]


def mutants(texts: Sequence[str], source: Random) -> Iterator[str]:
    """Texts without end."""
    while True:
        tokens = _TOKEN.findall(source.choice(texts))
        if len(tokens) > 400:
            start = source.randrange(len(tokens) - 300)
            tokens = tokens[start : start + 300]
        for _ in range(source.choice((1, 1, 1, 2, 3, 5, 8))):
            at = source.randrange(len(tokens) + 1) if tokens else 0
            match source.randrange(6):
                case 0:
                    tokens[at : at + 1] = []
                case 1:
                    tokens.insert(at, source.choice(_SPICE))
                case 2:
                    tokens[at : at + 1] = [source.choice(_SPICE)]
                case 3:
                    other = _TOKEN.findall(source.choice(texts))
                    begin = source.randrange(len(other) + 1)
                    tokens[at:at] = other[begin : begin + source.randint(1, 12)]
                case 4:
                    tokens[at : at + 2] = reversed(tokens[at : at + 2])
                case _:
                    tokens[at:at] = tokens[at : at + source.randint(1, 6)]
        yield "".join(tokens)


def outcome(text: str) -> tuple[str, float]:
    """What became of a text: `ok`, or what was wrong; and the seconds it took."""
    start = time.perf_counter()
    try:
        found = check_source(Source("fuzz.mc", text))
        said = {d.code for d in found.diagnostics} | {str(v.code) for v in found.verdicts}
        module, diagnostics = parse_module(Source("fuzz.mc", text))
        with limits.limited():
            program = elaborate([module], diagnostics)
        said |= {d.code for d in derive(program).diagnostics}
        what = "fault" if "E130" in said else "ok"
    except limits.LimitReached:
        what = "ok"
    except Exception as fault:
        what = f"{type(fault).__name__}: {fault}"[:200]
    return what, time.perf_counter() - start


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=limits.SECONDS)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="of processor time, at most")
    given = parser.parse_args()
    limits.set_seconds(given.timeout)
    texts, source = corpus(), Random(given.seed)
    counts: Counter[str] = Counter()
    slowest, long = 0.0, 0
    for number, text in enumerate(mutants(texts, source)):
        if number == given.count or time.process_time() > 60 * given.minutes:
            break
        what, took = outcome(text)
        slowest = max(slowest, took)
        long += took > 10
        counts["ok" if what == "ok" else "faults"] += 1
        statements = text.count("check") + text.count("refute") + 2
        if took > (given.timeout + 1) * statements:
            counts["over time"] += 1
            print(f"over time, {took:.1f} s: {text!r}")
        if what != "ok":
            print(f"{what}: {text!r}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{dict(counts)}; {long} above 10 s, slowest {slowest:.1f} s, most memory {memory:.0f} MiB")


if __name__ == "__main__":
    main()
