"""A scalar function of the language: everything that is known of it, in one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from gradcli.record import dataclass, field

TARGETS = ("numpy", "jax", "torch")
Bound = Fraction | int | None


@dataclass(frozen=True)
class Domain:
    """An interval of the real numbers; `None` is no end.  `poles`: there are points inside without a value."""

    low: Bound = None
    high: Bound = None
    closed: bool = True
    poles: bool = False

    @cached_property
    def whole(self) -> bool:
        """Whether every number but a pole is inside."""
        return self.low is None and self.high is None

    @cached_property
    def partial(self) -> bool:
        """Whether some numbers have no value."""
        return self.poles or not self.whole

    def holds(self, x: Any) -> bool:
        """Whether a number is inside."""
        if self.closed:
            return (self.low is None or bool(x >= self.low)) and (self.high is None or bool(x <= self.high))
        return (self.low is None or bool(x > self.low)) and (self.high is None or bool(x < self.high))

    def missed(self, name: str) -> str:
        """What is said of a number outside."""
        if self.high is None and self.low == 0:
            return f"{name} of a {'negative number' if self.closed else 'number that is not positive'}"
        left, right = ("[", "]") if self.closed else ("(", ")")
        low, high = ("inf" if end is None else str(end) for end in (self.low, self.high))
        return f"{name} outside {left}{'-' * (self.low is None)}{low}, {high}{right}"


REALS = Domain()

# What a function is far out, where computing it would take time without end.
OVERFLOWS = "overflows"
ITSELF = "t"
Far = tuple[Fraction | int | str, Fraction | int | str]
"""`(far below 0, far above 0)`: a number, `t` for the argument itself, or that it overflows."""


@dataclass(frozen=True)
class ScalarFunction:
    """One row: a function of one number, which acts by entry on arrays.

    | field | |
    | --- | --- |
    | name | as it is written and printed |
    | derivative | its derivative almost everywhere, a text over `t`; none for what is built as its definition |
    | definition | an equal text in other functions, by which equality is decided; none for a function of its own |
    | value | `(m, t)`: its value, in what `math` or an mpmath context `m` offers; by the definition if left out |
    | domain | where it has a value |
    | higher | `(m, k, t)`: its k-th derivative, of a function whose derivatives are no formula in others |
    | kinks | the numbers at which it has no derivative, or `integers`, or `halves` (the middles between integers) |
    | jumps | whether it is not continuous there |
    | exact | rational values at rational numbers |
    | rational | whether `value` needs no `m` and maps every rational to one |
    | root | it is the root of this degree |
    | parity | 1 for an even function, -1 for an odd one |
    | bounds | of its values |
    | far | its values far out, see `Far` |
    | aliases | other names that are read, never printed |
    | latex, typst, sympy | how it is written there; None for its name as an operator, or nothing at all in SymPy |
    | numpy, jax, torch | a function of the package (`arcsin`), an expression (`{np}.maximum({t}, 0.0)`) or the text
      of a helper (`def {name}(t): ...`); by the definition if left out |
    | note | what is said of answers that use its derivative |
    | source | of what is not in every textbook |
    """

    name: str
    derivative: str | None = None
    definition: str | None = None
    value: Callable[[Any, Any], Any] | None = None
    higher: Callable[[Any, int, Any], Any] | None = None
    domain: Domain = REALS
    kinks: tuple[Fraction | int, ...] | str = ()
    jumps: bool = False
    exact: Mapping[Fraction | int, Fraction | int] = field(default_factory=dict)
    rational: bool = False
    root: int | None = None
    parity: int = 0
    bounds: tuple[Bound, Bound] = (None, None)
    far: Far | None = None
    aliases: tuple[str, ...] = ()
    latex: str | None = None
    typst: str | None = None
    sympy: str | None = None
    numpy: str | None = None
    jax: str | None = None
    torch: str | None = None
    note: str | None = None
    source: str | None = None

    def on_kink(self, x: Any) -> bool:
        """Whether there is no derivative at a number."""
        if isinstance(self.kinks, str):
            at = x if self.kinks == "integers" else x + x + 1
            return bool(at == int(at)) and (self.kinks == "integers" or int(at) % 2 == 0) if abs(x) < 2**40 else True
        return any(x == kink for kink in self.kinks)

    def spelling(self, target: str) -> str | None:
        """How it is written for one of TARGETS."""
        return {"numpy": self.numpy, "jax": self.jax or self.numpy, "torch": self.torch}[target]
