"""What the emitted code is to reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.emitted.problems import PROBLEMS

Times = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Goal:
    """`over / under` of a case is at least, or at most, `bound`."""

    kind: str
    problem: str
    n: int
    over: str
    under: str
    bound: float
    at_least: bool

    @property
    def key(self) -> str:
        """The case."""
        return f"{self.kind} {self.problem} {self.n}"

    def ratio(self, times: Mapping[str, Times]) -> float | None:
        """The measured ratio; None where something was not measured."""
        case = times.get(self.key, {})
        return case[self.over] / case[self.under] if self.over in case and self.under in case else None

    def met(self, ratio: float) -> bool:
        """Whether a ratio reaches the bound."""
        return ratio >= self.bound if self.at_least else ratio <= self.bound


_HESSIANS = {
    ("quadratic", 1000): (50, 12),
    ("rayleigh", 1000): (45, 120),
    ("factorisation", 300): (2000, 1000),
    ("logdet", 50): (15, 60),
    ("softmax_ce", 200): (4.5, 2.3),
    ("logistic", 1000): (1.9, 1.7),
}
_GRADIENTS = {"cholesky_solve": 8.0, "factorisation": 2.0, "rayleigh": 1.6, "gaussian": 1.5, "logdet_gram": 1.4}
_LIKE_AUTODIFF, _LIKE_HAND = 0.95, 1.1


def all_goals() -> list[Goal]:
    """Every goal, those with numbers of their own first."""
    goals: list[Goal] = []
    for (name, n), bounds in _HESSIANS.items():
        for target, bound in zip(("numpy", "jax"), bounds, strict=True):
            goals.append(Goal("hessian", name, n, "autodiff jax", f"emitted {target}", bound, True))
    for name, bound in _GRADIENTS.items():
        goals.append(Goal("gradient", name, 1000, "autodiff jax", "emitted jax", bound, True))
    for problem in PROBLEMS:
        for kind in ("gradient", "hessian", "hvp", "together"):
            for n in problem.sizes_of(kind):
                goals += _general(kind, problem.name, n)
    return goals


def _general(kind: str, name: str, n: int) -> list[Goal]:
    goals: list[Goal] = []
    if kind != "hessian":
        goals.append(Goal(kind, name, n, "autodiff jax", "emitted jax", _LIKE_AUTODIFF, True))
    if kind in ("gradient", "together"):
        goals.append(Goal(kind, name, n, "autodiff torch", "emitted torch", 1.0, True))
    if kind in ("gradient", "hessian"):
        for target in ("numpy", "jax", "torch"):
            bound = _LIKE_HAND if target != "numpy" else 1.5 if n < 100 else 1.15
            goals.append(Goal(kind, name, n, f"emitted {target}", f"by hand {target}", bound, False))
    return goals
