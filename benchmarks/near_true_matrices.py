"""Claims of attributes, sizes and relations: facts of linear algebra, and what is nearly one."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.near_true_claim import Claim

_NAMES = ("A", "B", "M", "Q", "S", "X", "P", "K")

# (attributes, claim, whether it is true); {A} is the name, {n} its size.
_ATTRIBUTES: tuple[tuple[str, str, bool], ...] = (
    ("orthogonal", "det({A}) == 1", False),
    ("orthogonal", "det({A})**2 == 1", True),
    ("orthogonal", "{A} == {A}.T", False),
    ("symmetric orthogonal", "{A} @ {A} == eye({n})", True),
    ("symmetric orthogonal", "{A} == eye({n})", False),
    ("symmetric orthogonal", "tr({A}) == {n}", False),
    ("symmetric orthogonal", "det({A} - I)*det({A} + I) == 0", True),
    ("orthogonal spd", "{A} == eye({n})", True),
    ("lower spd", "{A} == diag(diag({A}))", True),
    ("lower", "{A} == diag(diag({A}))", False),
    ("lower unit", "det({A}) == 1", True),
    ("lower", "det({A}) == 1", False),
    ("spd", "abs(det({A})) == det({A})", True),
    ("symmetric", "abs(det({A})) == det({A})", False),
    ("symmetric", "sqrt(det({A})**2) == det({A})", False),
    ("spd", "sqrt(det({A})**2) == det({A})", True),
    ("spd", "abs({A}) == {A}", False),
    ("positive", "abs({A}) == {A}", True),
    ("diagonal positive", "inv({A}) == diag(1/diag({A}))", True),
    ("diagonal orthogonal", "abs(det({A})) == 1", True),
    ("diagonal orthogonal", "det({A}) == 1", False),
    ("permutation", "{A}^2 == eye({n})", False),
    ("permutation", "{A}^6 == eye({n})", False),
    ("permutation", "{A}^12 == eye({n})", False),
    ("permutation", "{A} @ {A}.T == eye({n})", True),
    ("permutation", "det({A})**2 == 1", True),
    ("permutation", "det({A}) == 1", False),
    ("permutation", "sum({A}) == {n}", True),
    ("orthogonal positive", "sum({A}) == {n}", True),
    ("symmetric", "tr({A} @ {A}) == sum({A}**2)", True),
    ("", "tr({A} @ {A}) == sum({A}**2)", False),
    ("spd", "logdet({A}) == log(det({A}))", True),
    ("symmetric", "sqrt(sum({A}**2)) == norm({A})", True),
    ("symmetric", "abs(tr({A})) == tr({A})", False),
    ("spd", "abs(tr({A})) == tr({A})", True),
    ("spd", "max(diag({A}), 0) == diag({A})", True),
    ("spd", "relu(-det({A})) == 0", True),
    ("", "relu(-det({A})) == 0", False),
    ("", "sqrt(det({A})**2) == det({A})", False),
    ("", "sqrt(det({A})**2) == abs(det({A}))", True),
    ("", "sqrt(det({A} @ {A}.T)) == det({A})", False),
    ("", "sqrt(det({A} @ {A}.T)) == abs(det({A}))", True),
    ("", "logdet({A}.T @ {A}) == 2*logdet({A})", True),
    ("", "logdet({A}) == log(det({A}))", True),  # where both sides have a value
    ("", "log(det({A})**2) == 2*logdet({A})", True),
    ("", "abs(det({k}*I + {A})) == det({k}*I + {A})", False),
    ("", "norm({k}*{A}) == {k}*norm({A})", True),
    ("", "norm(-{k}*{A}) == {k}*norm({A})", True),
    ("", "norm({A} - {k}*I) == norm({k}*I - {A})", True),
)


def attributes(source: Random) -> Claim | None:
    """What is said of a matrix, and what is not."""
    given, claim, true = source.choice(_ATTRIBUTES)
    name, size, k = source.choice(_NAMES), source.choice(("n", "m", "p")), source.randint(2, 40)
    text = claim.format(A=name, n=size, k=k)
    return _told("attributes", f"{name} : R[{size}, {size}] {given}\ncheck {text}", true)


def sizes(source: Random) -> Claim | None:
    """Claims that fail in one size, or in large ones only."""
    size = source.choice(("n", "m", "N"))
    zeros = sorted(source.sample(range(1, 9), source.randint(1, 5)))
    k = source.randint(3, 40)
    factors = "*".join(f"({size} - {z})" for z in zeros)
    forms = (
        (f"{factors}*sum(x) == 0", False),
        (f"{factors}*sum(x) == sum(x*{factors})", True),
        (f"relu({size} - {k}) == 0", False),
        (f"relu({size} - {k}) == max({size}, {k}) - {k}", True),
        (f"where({size} < {k}, sum(x), 0) == sum(x)", False),
        (f"where({size} < {k}, sum(x), sum(x)) == sum(x)", True),
        (f"min({size}, {k})*mean(x) == sum(x)", False),
        (f"({size} + {k})*mean(x) == sum(x) + {k}*mean(x)", True),
        (f"sum(x*x) == (1 + ({size} - 1)*{factors})*sum(x*x)", False),
    )
    text, true = source.choice(forms)
    return _told("sizes", f"x : R[{size}]\ncheck {text}", true)


def relations(source: Random) -> Claim | None:
    """Relations with one root and with several."""
    a, b = source.randint(1, 9), source.randint(1, 9)
    forms = (
        (f"y : R\nimplicit y : y*(y - {a}) == 0\ncheck y == 0", False),
        (f"y : R\nimplicit y : y*(y - {a}) == 0\ncheck y == {a}", False),
        (f"x : R positive\ny : R\nimplicit y : y**2 == {a}*x\ncheck y == sqrt({a}*x)", False),
        (f"x : R\ny : R\nimplicit y : {a}*y + {b} == x\ncheck y == (x - {b})/{a}", True),
        ("A : R[n, n]\nb : R[n]\nx : R[n]\nimplicit x : A@x == b\ncheck x == inv(A)@b", True),
        ("A : R[n, n]\nX : R[n, n]\nimplicit X : A@X == X@A\ncheck X == 0", False),
        (f"S : R[n, n] spd\nb : R[n]\nx : R[n]\nimplicit x : (S + {a}*I)@x == b\ncheck S@x + {a}*x == b", True),
        (f"x : R\ny : R\nimplicit y : y**3 + {a}*y == x\ncheck y**3 == x - {a}*y", True),
    )
    text, true = source.choice(forms)
    return _told("relations", text, true)


def _told(kind: str, text: str, true: bool) -> Claim:
    """A claim that linear algebra settles: there is nothing to compute."""
    return Claim(kind, text, true, lambda: 0, lambda: 0 if true else 1, [()])


KINDS: dict[str, Callable[[Random], Claim | None]] = {"attributes": attributes, "sizes": sizes, "relations": relations}
