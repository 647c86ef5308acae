"""Programs drawn at random from the grammar: what gradcli emits for them against JAX, at 1e-7.

    python -m benchmarks.random_programs [--count 1000] [--start 0] [--only THEME] [--seconds 600]

Gradients, Jacobians in three layouts, Hessians (mixed ones too), and derivatives of factorisations; for each seed one
program more with stacks of matrices, broadcasting, parts, labels and shifts.  Prints the seeds, how many programs there
were of each theme and feature, what came of each, and the programs that failed.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

from tests.oracle.examine import RELATIVE, examine
from tests.oracle.random_parts import random_parts
from tests.oracle.random_wide import THEMES as WIDE
from tests.oracle.random_wide import random_wide

THEMES = (*WIDE, "parts")

GOOD = ("equal", "no value")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--start", "--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--only", choices=THEMES)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="start no program after so long")
    wanted = parser.parse_args()
    seeds = range(wanted.start, wanted.start + wanted.count)
    verdicts: Counter[tuple[str, str]] = Counter()
    features: Counter[str] = Counter()
    compared, worst, slowest = 0, 0.0, (0.0, 0)
    started = time.monotonic()
    for seed in seeds:
        if time.monotonic() - started > wanted.seconds:
            seeds = range(seeds.start, seed)
            break
        for drawn in (random_wide(seed), random_parts(seed)):
            if wanted.only and drawn.theme != wanted.only:
                continue
            (ask,) = drawn.case.asks
            outcome = examine(drawn.case, ask)
            verdicts[drawn.theme, outcome.verdict] += 1
            features.update(drawn.features)
            compared += outcome.compared
            worst = max(worst, outcome.worst)
            slowest = max(slowest, (outcome.seconds, seed))
            if outcome.verdict not in GOOD:
                asked = f"{drawn.theme}; {ask.kind} of {ask.of} by {', '.join(ask.wrt)}"
                print(f"--- seed {seed}: {outcome.verdict} ({asked})")
                print(f"{drawn.case.text}{outcome.detail}\n", flush=True)
    total = sum(verdicts.values())
    print(
        f"seeds {seeds.start} to {seeds.stop - 1}: {total} programs, "
        f"{compared} derivatives equal to JAX at {RELATIVE:g}"
    )
    for verdict in sorted({verdict for _, verdict in verdicts}):
        by_theme = {theme: verdicts[theme, verdict] for theme in THEMES if verdicts[theme, verdict]}
        parts = ", ".join(f"{theme} {count}" for theme, count in by_theme.items())
        print(f"{verdict}: {sum(by_theme.values())} ({parts})")
    print("features: " + ", ".join(f"{name} {count}" for name, count in sorted(features.items())))
    print(f"largest relative difference {worst:.2g}; slowest {slowest[0]:.2f} s (seed {slowest[1]})")
    print(f"{time.monotonic() - started:.0f} s in all")
    return int(any(verdict not in GOOD for _, verdict in verdicts))


if __name__ == "__main__":
    raise SystemExit(main())
