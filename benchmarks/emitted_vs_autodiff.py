"""Emitted code beside automatic differentiation and beside derivatives by hand.

    python -m benchmarks.emitted_vs_autodiff [--quick] [--problems NAME,...] [--sizes N,...] [--targets T,...]
        [--kinds gradient,hessian,hvp,together] [--sections goals,layers] [--layers NAME,...] [--all]
        [--fresh-memory] [--times FILE [--missed]] [--write] [--note TEXT]

Prints the goals and whether they are met; `--write` writes `docs/performance.md` too.  Ends with status 1 where a
result is wrong, never for its time.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks.emitted.measure import best, pin

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
KINDS, TARGETS = ("gradient", "hessian", "hvp", "together"), ("numpy", "jax", "torch")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = {"type": lambda text: tuple(text.split(","))}
    parser.add_argument("--problems", default=(), **names)
    parser.add_argument("--sizes", default=(), type=lambda text: tuple(int(part) for part in text.split(",")))
    parser.add_argument("--targets", default=TARGETS, **names)
    parser.add_argument("--kinds", default=KINDS, **names)
    parser.add_argument("--sections", default=("goals", "layers"), **names)
    parser.add_argument("--layers", default=(), **names)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, sizes up to 100 unless given")
    parser.add_argument("--all", action="store_true", help="print the goals that are met too")
    parser.add_argument("--fresh-memory", action="store_true", help="give freed memory back to the system each time")
    parser.add_argument("--times", type=Path, help="keep times in this file, those of earlier runs with them")
    parser.add_argument(
        "--missed",
        action="store_true",
        help="only what missed a goal in --times: the best of all runs counts",
    )
    parser.add_argument("--note", default="", help="a sentence for the document, on how it was measured")
    parser.add_argument("--write", action="store_true", help=f"write docs/{DOCUMENT.name}")
    return parser.parse_args()


def main() -> int:
    """Run what is asked for."""
    asked = _arguments()
    pin(asked.fresh_memory)
    from benchmarks.emitted import report
    from benchmarks.emitted.cases import Case, build, disagreements
    from benchmarks.emitted.first_call import first_calls
    from benchmarks.emitted.goals import all_goals
    from benchmarks.emitted.problems import PROBLEMS

    earlier = asked.times is not None and asked.times.exists()
    times: dict[str, dict[str, float]] = json.loads(asked.times.read_text()) if earlier else {}
    goals = all_goals()
    missed = {goal.key for goal in goals if (ratio := goal.ratio(times)) is not None and not goal.met(ratio)}
    wrong = 0
    for problem in PROBLEMS if "goals" in asked.sections else ():
        if asked.problems and problem.name not in asked.problems:
            continue
        for kind in asked.kinds:
            sizes = problem.sizes_of(kind)
            wanted = asked.sizes or ((10, 100) if asked.quick and kind != "hessian" else sizes)
            for n in [n for n in sizes if n in wanted]:
                if asked.missed and Case(problem, kind, n).key not in missed:
                    continue
                case = build(problem, kind, n, asked.targets)
                for name, reason in case.missing.items():
                    print(f"{case.key}: {name}: {reason}")
                if not any(name.startswith("emitted") for name in case.calls):
                    continue
                differing = disagreements(case)
                for name, difference in differing.items():
                    wrong += 1
                    print(f"{case.key}: {name} is WRONG by {difference:.2g}")
                    del case.calls[name]
                rounds, least = (5, 0.005) if asked.quick else (15, 0.01)
                before = times.get(case.key, {}) if asked.missed else {}
                found = best(case.calls, least, rounds)
                times[case.key] = {name: min(taken, before.get(name, taken)) for name, taken in found.items()}
                shown = ", ".join(f"{name} {seconds * 1e6:.1f}" for name, seconds in times[case.key].items())
                print(f"{case.key} (µs): {shown}", flush=True)
                if asked.times is not None:
                    asked.times.write_text(json.dumps(times))
    print("\n" + report.machine())
    if "goals" in asked.sections:
        shown_goals = [row for row in report.goal_rows(goals, times) if asked.all or row[-1] != "yes"]
        print("\n" + report.summary(goals, times))
        print("\nGoals:\n" if asked.all else "\nGoals missed:\n", report.table(report.GOAL_HEAD, shown_goals), sep="\n")
    layers = ""
    if "layers" in asked.sections:
        from benchmarks.emitted.layer_times import layer_rows, layer_table

        rows, differing_layers = layer_rows(asked.layers, asked.quick, "jax" in asked.targets)
        layers = layer_table(rows)
        print("\nLayers and problems, the value and all gradients at once:\n", layers, sep="\n")
        wrong += differing_layers
    only = bool(asked.problems) or "goals" not in asked.sections
    calls = {} if (only and not asked.write) or "numpy" not in asked.targets else first_calls()
    if calls:
        print("\n" + report.first_call_table(calls))
    if asked.write:
        DOCUMENT.write_text(report.document(goals, times, calls, asked.note, layers), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
