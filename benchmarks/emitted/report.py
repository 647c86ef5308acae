"""The tables, for a terminal and for `docs/performance.md`."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.emitted.first_call import LIMIT
from benchmarks.emitted.goals import Goal, Times
from benchmarks.emitted.problems import PROBLEMS

TARGETS = ("numpy", "jax", "torch")
_INTRODUCTION = """# Performance of emitted code

Written by `python -m benchmarks.emitted_vs_autodiff --write`. All times are processor time (CPU seconds) of one call in
double precision on one core, the best of some rounds in which all candidates take their turns; JAX without the time to
compile. What missed a goal was measured again a few times (`--missed`), where the best time of each candidate counts as
it does among rounds: one run differs from another by 5 to 10 %. Before they are timed, all results of a case are
compared with JAX's own derivative (relative difference at most 1e-8). Freed memory stays with the process, so that
large results are not mostly the time that the system takes to hand out pages (`--fresh-memory` measures with it).

The problems are the programs in `benchmarks/emit_problems`; what they are compared with is in `benchmarks/emitted`: the
loss as one writes it, differentiated by `jax.grad`, `jax.hessian`, `jax.jvp` of `jax.grad`, `jax.value_and_grad`,
`torch.autograd` and `torch.func.hessian`, and the derivative as one writes it by hand in NumPy, in JAX and in PyTorch.
`cholesky_solve` is `solve` with a loss that calls a Cholesky factorisation by name.
"""


def machine() -> str:
    """Processor and versions, in words."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "jax", "torch"))
    return f"One core of an {model} processor, Python {platform.python_version()}, {packages}."


def _seconds(value: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if value * scale >= 1:
            return f"{value * scale:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the columns line up in a terminal too."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def goal_rows(goals: Sequence[Goal], times: Mapping[str, Times]) -> list[list[str]]:
    """A row for each goal that was measured."""
    rows: list[list[str]] = []
    for goal in goals:
        ratio = goal.ratio(times)
        if ratio is not None:
            want = f"{'≥' if goal.at_least else '≤'} {goal.bound:g}"
            verdict = "yes" if goal.met(ratio) else "**no**"
            what = f"{goal.over} / {goal.under}"
            rows.append([goal.kind, goal.problem, str(goal.n), what, want, f"{ratio:.3g}", verdict])
    return rows


GOAL_HEAD = ("derivative", "problem", "n", "ratio", "goal", "measured", "met")


def summary(goals: Sequence[Goal], times: Mapping[str, Times]) -> str:
    """How many goals of each sort are met."""
    counts: dict[tuple[str, str], list[int]] = {}
    for goal in goals:
        ratio = goal.ratio(times)
        if ratio is not None:
            count = counts.setdefault((goal.kind, f"{goal.over} / {goal.under}"), [0, 0])
            count[0] += goal.met(ratio)
            count[1] += 1
    rows = [[kind, what, f"{met} of {of}"] for (kind, what), (met, of) in counts.items()]
    return table(("derivative", "ratio", "goals met"), rows)


def time_table(kind: str, times: Mapping[str, Times]) -> str:
    """All times of one kind of derivative."""
    columns = [f"{who} {target}" for target in TARGETS for who in ("emitted", "by hand", "autodiff")]
    order = [f"{kind} {problem.name} {n}" for problem in PROBLEMS for n in sorted({*problem.sizes, *problem.hessian})]
    found = {key: times[key] for key in order if key in times}
    columns = [column for column in columns if any(column in case for case in found.values())]
    rows = [
        [*key.split()[1:], *(_seconds(case[column]) if column in case else "" for column in columns)]
        for key, case in found.items()
    ]
    return table(("problem", "n", *columns), rows)


def first_call_table(calls: Mapping[str, Mapping[str, object]]) -> str:
    """The first calls in a fresh interpreter."""
    rows = [
        [
            name,
            _seconds(float(str(found["taken"]))),
            _seconds(float(str(found["again"]))),
            ", ".join(map(str, found["modules"])) or "none",  # type: ignore[call-overload]
            "yes" if float(str(found["taken"])) < LIMIT else "**no**",
        ]
        for name, found in calls.items()
    ]
    return table(("problem", "first call", "second call", "frameworks loaded", "below 1 ms"), rows)


def document(
    goals: Sequence[Goal],
    times: Mapping[str, Times],
    calls: Mapping[str, Mapping[str, object]],
    note: str,
    layers: str = "",
) -> str:
    """The whole of `docs/performance.md`; `layers` is the table of layers and problems."""
    rows = goal_rows(goals, times)
    missed = [row for row in rows if row[-1] != "yes"]
    named = [row for row in rows if row[4].startswith("≥") and row[4] not in ("≥ 0.95", "≥ 1")]
    parts = [
        _INTRODUCTION + "\n" + f"{machine()} {note}".strip(),
        "## Goals\n\n" + summary(goals, times),
        "Goals of single problems:\n\n" + table(GOAL_HEAD, named),
        "## Goals missed\n\n" + (table(GOAL_HEAD, missed) if missed else "None."),
    ]
    titles = {"gradient": "Gradients", "hessian": "Hessians", "hvp": "Hessian-vector products"}
    titles["together"] = "The value and all gradients at once"
    for kind, title in titles.items():
        if any(key.startswith(f"{kind} ") for key in times):
            parts.append(f"## {title}\n\n" + time_table(kind, times))
    if layers:
        parts.append(
            "## Layers and problems\n\nThe value and all gradients at once, NumPy beside NumPy by hand "
            "(`benchmarks/emitted/layers.py`, `layer_forms.py`), and the compiled JAX code beside "
            "`jax.jit(jax.value_and_grad)`.\n\n" + layers
        )
    if calls:
        note = (
            "Gradients in emitted NumPy code at n = 100, in an interpreter that has loaded NumPy and the module only."
        )
        parts.append(f"## The first call\n\n{note}\n\n" + first_call_table(calls))
    return "\n\n".join(parts) + "\n"
