"""No false verdict: changed formulas, judged by the checker and by an independent float64 evaluation in JAX.

    python -m benchmarks.mutation [PROGRAM...]

Every true formula in `formulas/` is changed in every way that `mutate.py` knows.  JAX says at random points of
several sizes whether the changed formula is still true (or has no shape at all); the checker's verdict has to agree
in every case.  Prints the counts, the shares of the verdicts and how often the hint names the very change.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np

from benchmarks.mutate import mutants
from gradcli.syntax import ast
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_expression, parse_module
from gradcli.syntax.unparse import unparse
from gradcli.verdicts.check import check_source
from gradcli.verdicts.verdict import Verdict
from tests.oracle.case import Ask, Case
from tests.oracle.compare import Setting
from tests.oracle.jax_ref import Value, inside, outside

FORMULAS = Path(__file__).parent / "formulas"
TOLERANCE = 1e-8
SIZES = ((3, 4, 2, 5, 6), (2, 3, 5, 4, 3), (4, 2, 3, 2, 5), (5, 3, 4, 2, 3), (4, 5, 2, 3, 2))
KINDS = {
    "sign": {"sign"},
    "constant": {"factor", "exponent"},
    "add transpose": {"factor_transpose", "transpose", "layout"},
    "drop transpose": {"factor_transpose", "transpose", "layout"},
    "swap factors": {"order"},
    "drop term": {"term", "symmetric"},
    "drop prime": {"prime"},
    "drop inner": {"inner"},
    "hadamard": {"hadamard"},
    "other layout": {"layout", "transpose"},
}
"""The kinds of hint that name each kind of change."""


class Judge:
    """The independent evaluation of one program at one point."""

    def __init__(self, name: str, text: str, sizes: Mapping[str, int], seed: int) -> None:
        self.setting = Setting(Case(name, text, sizes=dict(sizes)), seed)
        reference = self.setting.reference
        self.env: dict[str, Value] = {key: inside(value) for key, value in self.setting.free.items()}
        for key, statement in reference.definitions.items():
            assert isinstance(statement, ast.Define)
            self.env[key] = reference.eval(statement.value, self.env)
        self._plain_call = reference.call
        self.layout = "numerator"
        reference.call = self.call  # type: ignore[method-assign]

    def call(self, e: ast.Call, env: Mapping[str, Value]) -> Value:
        """Calls, derivatives among them."""
        if e.fn == "dot":
            a, b = (self.setting.reference.eval(arg, env) for arg in e.args)
            assert np.shape(a) == np.shape(b), "dot takes arrays of one shape"
        if e.fn not in ("grad", "jac", "hess"):
            return self._plain_call(e, env)
        options = {key: value.id for key, value in e.kwargs if isinstance(value, ast.Name)}
        of, wrt = unparse(e.args[0]), unparse(e.args[1])
        kind = {"grad": "gradient", "jac": "jacobian", "hess": "hessian"}[e.fn]
        value = self.setting.expected(Ask(of, (wrt,), kind, options.get("layout", self.layout)), wrt)
        if "structure" in options:
            value = _structured(value, options["structure"])
        return inside(value)

    def value(self, side: ast.Expr) -> np.ndarray | None:
        """The value of a side; None where it has no shape."""
        try:
            return np.asarray(outside(self.setting.reference.eval(side, self.env)))
        except (AssertionError, TypeError, ValueError, IndexError, AttributeError):
            return None


def _structured(gradient: np.ndarray, structure: str) -> np.ndarray:
    both = gradient + gradient.T
    return both / 2 if structure == "tangent" else both - np.diag(np.diag(gradient))


@dataclass
class Trial:
    """One changed statement."""

    program: str
    kind: str
    text: str
    true: bool
    shaped: bool
    restored: str
    verdict: Verdict | None = None

    @property
    def agrees(self) -> bool:
        """Whether the verdict is that of the judge."""
        assert self.verdict is not None
        if not self.shaped:
            return self.verdict.kind == "error" or self.verdict.code == "C504"
        return self.verdict.kind in (("proved", "equal") if self.true else ("refuted",))

    @property
    def named(self) -> bool:
        """Whether the hint names the change."""
        assert self.verdict is not None
        hint = self.verdict.hint
        return hint is not None and (hint.kind in KINDS[self.kind] or self.exact)

    @property
    def exact(self) -> bool:
        """Whether the side that the hint offers is the formula as it was."""
        assert self.verdict is not None
        return self.verdict.hint is not None and self.verdict.hint.side == self.restored


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal, but for rounding."""
    scale = max(float(np.max(np.abs(a), initial=0)), float(np.max(np.abs(b), initial=0)), 1e-6)
    return bool(np.max(np.abs(a - b), initial=0) <= TOLERANCE * scale)


def trials(path: Path) -> Iterator[Trial]:
    """Every changed statement of one program, judged."""
    text = path.read_text(encoding="utf-8")
    module, _ = parse_module(Source(path.name, text))
    dims = _dims(module)
    judges = [
        Judge(path.stem, _without_checks(text, module), dict(zip(dims, sizes, strict=False)), seed)
        for seed, sizes in enumerate(SIZES)
    ]
    layout = next((s.name.id for s in module.statements if isinstance(s, ast.Layout)), "numerator")
    for judge in judges:
        judge.layout = layout
    seen: set[str] = set()
    for check in (s for s in module.statements if isinstance(s, ast.Check)):
        left, right = check.sides
        truth = [judge.value(right) for judge in judges]
        assert all(value is not None for value in truth), f"{path.name}: {unparse(right)}"
        _confirm(path.name, judges, left, truth)
        for kind, side in [*((m.kind, m.side) for m in mutants(right)), *_other_layout(left, right, layout)]:
            changed = f"check {unparse(left)} == {unparse(side)}"
            if changed in seen or unparse(side) == unparse(right):
                continue
            seen.add(changed)
            again = parse_expression(Source("", unparse(side)))
            assert isinstance(again, ast.Expr), changed
            values = [judge.value(again) for judge in judges]
            shaped = all(
                v is not None and t is not None and v.shape == t.shape for v, t in zip(values, truth, strict=True)
            )
            if shaped and not all(np.all(np.isfinite(v)) for v in values if v is not None):
                continue
            true = shaped and all(
                same(v, t) for v, t in zip(values, truth, strict=True) if v is not None and t is not None
            )
            yield Trial(path.stem, kind, changed, true, shaped, unparse(right))


def _confirm(name: str, judges: list[Judge], left: ast.Expr, truth: list[Any]) -> None:
    """The formula that is changed is true to begin with, by JAX."""
    if "[" in unparse(left):
        return  # a list of names: judged by its right side alone
    for judge, right in zip(judges, truth, strict=True):
        value = judge.value(left)
        if value is None and isinstance(left, ast.Num):
            return
        if value is not None:
            whole = right if np.ndim(value) else np.broadcast_to(right, ())
            assert same(np.reshape(value, np.shape(whole)), whole), f"{name}: {unparse(left)} is false"


def _other_layout(left: ast.Expr, right: ast.Expr, layout: str) -> Iterator[tuple[str, ast.Expr]]:
    if isinstance(left, ast.Call) and left.fn == "jac":
        yield "other layout", ast.Transpose(right.span, right)


def _dims(module: ast.Module) -> list[str]:
    dims: dict[str, None] = {}
    for statement in module.statements:
        if isinstance(statement, ast.Declare):
            kind = statement.type
            for one in [kind.domain, kind.codomain] if isinstance(kind, ast.FunctionType) else [kind]:
                dims.update({dim: None for dim in one.dims if isinstance(dim, str)})
    return list(dims)


def _without_checks(text: str, module: ast.Module) -> str:
    out = text
    for statement in reversed(module.statements):
        if isinstance(statement, ast.Check):
            out = out[: statement.span.start] + out[statement.span.end :]
    return out


def judged(path: Path) -> list[Trial]:
    """The trials of one program with the checker's verdicts."""
    text = path.read_text(encoding="utf-8")
    module, _ = parse_module(Source(path.name, text))
    program = _without_checks(text, module)
    found = list(trials(path))
    lines = "\n".join(trial.text for trial in found)
    checked = check_source(Source(path.name, f"{program}\n{lines}\n"))
    by_text = {" ".join(v.text.split()): v for v in checked.verdicts}
    for trial in found:
        trial.verdict = by_text[" ".join(trial.text.split())]
    return found


def main(names: list[str]) -> int:
    """Run it; the status is 1 where a verdict was wrong."""
    start = time.perf_counter()
    paths = [path for path in sorted(FORMULAS.glob("*.mc")) if not names or path.stem in names]
    everything: list[Trial] = []
    formulas = 0
    for path in paths:
        text = path.read_text(encoding="utf-8")
        formulas += sum(line.startswith("check") for line in text.splitlines())
        everything += judged(path)
        jax.clear_caches()  # each program compiles its own
    wrong = [trial for trial in everything if not trial.agrees]
    for trial in wrong:
        assert trial.verdict is not None
        belief = "true" if trial.true else "false" if trial.shaped else "without a shape"
        print(f"DISAGREE {trial.program}: {trial.text}: {trial.verdict.kind} {trial.verdict.reason}, judged {belief}")
    _report(formulas, everything, wrong, time.perf_counter() - start)
    return 1 if wrong else 0


def _share(some: Iterable[bool]) -> str:
    found = list(some)
    return f"{sum(found) / max(1, len(found)):.1%}"


def _report(formulas: int, everything: list[Trial], wrong: list[Trial], seconds: float) -> None:
    true = [t for t in everything if t.true]
    false = [t for t in everything if not t.true]
    kinds = Counter(t.verdict.kind for t in true if t.verdict)
    print(f"true formulas changed      {formulas}")
    print(f"changed formulas           {len(everything)}")
    print(f"  still true               {len(true)}  " + ", ".join(f"{k} {n / len(true):.1%}" for k, n in kinds.items()))
    print(f"  false                    {sum(t.shaped for t in false)}")
    print(f"  without a shape          {sum(not t.shaped for t in false)}")
    print(f"verdicts that disagree     {len(wrong)}")
    print(f"undecided                  {sum(t.verdict.kind == 'undecided' for t in everything if t.verdict)}")
    for title, some in (("false", [t for t in false if t.shaped]), ("all", false)):
        print(f"hint names the change      {_share(t.named for t in some)} of {title}")
        print(f"hint restores the formula  {_share(t.exact for t in some)} of {title}")
    for kind in KINDS:
        some = [t for t in false if t.kind == kind]
        if some:
            told = Counter(t.verdict.hint.kind if t.verdict and t.verdict.hint else "none" for t in some if not t.named)
            rest = ", ".join(f"{k} {n}" for k, n in told.most_common(5))
            print(f"  {kind:18} {len(some):5}  named {_share(t.named for t in some):>6}  else {rest or 'nothing'}")
    print(f"seconds                    {seconds:.1f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
