"""Programs changed at random: whatever a text says, it is answered, and in bounded time.

`python -m benchmarks.fuzz --count 2000 --seed 1` (or `--count 1000000 --minutes 15`) takes the programs of samples/
and their statements apart, puts pieces of one into another, and changes characters.  Each text is read, given shapes
and derived; every 50th, or as `--check-every` says, is checked as well, which takes twenty times as long.
Printed are the texts that had a fault of the program itself (E130, an exception) or took more than the bound and one
second, and the totals so far; the numbers of a run stand in docs/reliability.md.
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
from gradcli.expr.node import own_program
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
    taken_apart = [_TOKEN.findall(text) for text in texts]
    while True:
        tokens = list(source.choice(taken_apart))
        if len(tokens) > 400:
            start = source.randrange(len(tokens) - 300)
            tokens = tokens[start : start + 300]
        if tokens and source.randrange(3):  # its beginning alone, where the declarations are
            tokens = tokens[: int(len(tokens) ** source.uniform(0.5, 1.0)) + 1]
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
                    other = source.choice(taken_apart)
                    begin = source.randrange(len(other) + 1)
                    tokens[at:at] = other[begin : begin + source.randint(1, 12)]
                case 4:
                    tokens[at : at + 2] = reversed(tokens[at : at + 2])
                case _:
                    tokens[at:at] = tokens[at : at + source.randint(1, 6)]
        yield "".join(tokens)


def outcome(text: str, check: bool = True) -> tuple[str, float]:
    """What became of a text: `ok`, or what was wrong; and the seconds it took.  Derived, and checked where asked."""
    start = time.perf_counter()
    said: set[str] = set()
    try:
        if check:
            found = check_source(Source("fuzz.mc", text))
            said = {d.code for d in found.diagnostics} | {str(v.code) for v in found.verdicts}
        with own_program():
            module, diagnostics = parse_module(Source("fuzz.mc", text))
            with limits.limited():
                program = elaborate([module], diagnostics)
            said |= {d.code for d in derive(program).diagnostics}
        what = "fault" if "E130" in said else "ok"
        failed = any(None in claim.sides for claim in program.checks)
        if failed and not any(d.severity == "error" for d in program.diagnostics):
            what = "a claim is an error, and nothing says why"
    except limits.LimitReached:
        what = "ok"
    except Exception as fault:
        what = f"{type(fault).__name__}: {fault}"[:200]
    return what, time.perf_counter() - start


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=limits.SECONDS)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="of processor time, at most")
    parser.add_argument("--check-every", type=int, default=50, help="1: each text is checked; 0: none is")
    parser.add_argument("--every", type=int, default=5000, help="print the totals so far after so many texts")
    given = parser.parse_args()
    limits.set_seconds(given.timeout)
    texts, source = corpus(), Random(given.seed)
    counts: Counter[str] = Counter(dict.fromkeys(("texts", "checked", "faults", "over time", "above 10 s"), 0))
    slowest = 0.0

    def totals() -> str:
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = ", ".join(f"{name}: {count}" for name, count in counts.items())
        return f"{told}; slowest {slowest:.1f} s, most memory {memory:.0f} MiB"

    for number, text in enumerate(mutants(texts, source)):
        if number == given.count or time.process_time() > 60 * given.minutes:
            break
        check = bool(given.check_every) and number % given.check_every == 0
        what, took = outcome(text, check)
        slowest = max(slowest, took)
        counts["texts"] += 1
        counts["checked"] += check
        counts["faults"] += what != "ok"
        counts["above 10 s"] += took > 10
        statements = text.count("check") + text.count("refute") + 2
        if took > (given.timeout + 1) * statements:
            counts["over time"] += 1
            print(f"over time, {took:.1f} s: {text!r}", flush=True)
        if what != "ok":
            print(f"{what}: {text!r}", flush=True)
        if counts["texts"] % given.every == 0:
            print(f"so far: {totals()}", flush=True)
    print(totals())


if __name__ == "__main__":
    main()
