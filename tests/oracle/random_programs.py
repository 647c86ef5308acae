"""Random programs, smooth wherever they are evaluated, as text."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

DECLARATIONS = """A, B : R[m, n]
S : R[n, n]
P : R[m, m] spd
x, y : R[n]
u : R[m]
r : R[1, n]
c, d : R
g : R -> R
h : R[n] -> R[m]
"""
# without P: the gradient by a symmetric matrix is a question of its own
FREE = ("A", "B", "S", "x", "y", "u", "r", "c", "d")

Kind = str  # the shape as the language writes it
_LEAVES: dict[Kind, list[str]] = {
    "m,n": ["A", "B"],
    "n,m": ["A.T", "B.T"],
    "n,n": ["S", "S.T", "(A.T@B)", "diag(x)"],
    "m,m": ["P", "(A@B.T)", "diag(u)"],
    "n": ["x", "y", "r.T"],
    "m": ["u", "(A@x)", "h(x)"],
    "1,n": ["r", "x.T"],
    "1,m": ["u.T"],
    "": ["c", "d", "(x.T@y)", "sum(u)"],
}
_SAFE = ["sin({0})", "cos({0})", "tanh({0})", "sigmoid({0})", "exp(sin({0}))", "atan({0})", "g({0})", "g'({0})"]
_SAFE += ["log(2 + sin({0}))", "sqrt(1 + ({0})**2)", "(({0})**2)", "softplus({0})", "erf({0})", "(1 / (2 + cos({0})))"]
_KINKED = ["relu({0})", "abs({0})", "max({0}, {1})", "min({0}, 1/3)", "where({0} > {1}, {0}, sin({1}))"]


class Maker:
    """Makes expressions of a wanted shape; `named` are definitions made before, by shape."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.named: dict[Kind, list[str]] = {}

    def expression(self, kind: Kind, depth: int) -> str:
        """An expression of a shape, in brackets where it needs them."""
        choose = self.random
        named = self.named.get(kind, [])
        if named and choose.random() < 0.3:
            return choose.choice(named)
        if depth == 0:
            return choose.choice(_LEAVES[kind])
        ways: list[Callable[[], str]] = [
            lambda: f"({self.expression(kind, depth - 1)} + {self.expression(kind, depth - 1)})",
            lambda: f"({self.expression(kind, depth - 1)} - {self.expression(kind, depth - 1)})",
            lambda: f"({self.expression(kind, depth - 1)} * {self.expression(kind, depth - 1)})",
            lambda: f"({self.expression('', depth - 1)} * {self.expression(kind, depth - 1)})",
            lambda: f"({choose.choice(['2', '1/3', '-1', '0.7'])} * {self.expression(kind, depth - 1)})",
            lambda: choose.choice(_SAFE).format(self.expression(kind, depth - 1)),
            lambda: choose.choice(_SAFE).format(self.expression(kind, depth - 1)),
            lambda: choose.choice(_KINKED).format(self.expression(kind, depth - 1), self.expression(kind, depth - 1)),
        ]
        ways += self._special(kind, depth - 1)
        return choose.choice(ways)()

    def _special(self, kind: Kind, depth: int) -> list[Callable[[], str]]:
        e = self.expression
        if kind == "":
            return [
                lambda: f"({e('1,n', depth)} @ {e('n', depth)})",
                lambda: f"sum({e('m,n', depth)})",
                lambda: f"mean({e('n', depth)})",
                lambda: f"tr({e('n,n', depth)})",
                lambda: f"dot({e('m,n', depth)}, {e('m,n', depth)})",
                lambda: f"logsumexp({e('n', depth)})",
                lambda: f"sqrt(1 + norm({e('m', depth)})^2)",
                lambda: f"log(1 + det({e('n,n', depth)} + 3*I)**2)",
                lambda: f"logdet(3*P + {e('m', depth)}@{e('m', depth)}.T / 50)",
                lambda: f"(u.T @ inv(P) @ {e('m', depth)})",
                lambda: f"{e('n', depth)}[2]",
            ]
        if kind in ("n", "m"):
            other = "m" if kind == "n" else "n"
            return [
                lambda: f"({e(f'{kind},{other}', depth)} @ {e(other, depth)})",
                lambda: f"({e(f'{kind},{kind}', depth)} @ {e(kind, depth)})",
                lambda: f"softmax({e(kind, depth)})",
                lambda: f"sum({e(f'{kind},{other}', depth)}, axis=1)",
                lambda: f"mean({e(f'{other},{kind}', depth)}, axis=0)",
                lambda: f"diag({e(f'{kind},{kind}', depth)})",
                lambda: f"({e(f'1,{kind}', depth)}).T",
                lambda: f"logsumexp({e(f'{other},{kind}', depth)}, axis=0)",
            ]
        if kind.startswith("1,"):
            dim = kind[2:]
            return [
                lambda: f"({e(dim, depth)}).T",
                lambda: f"({e(kind, depth)} @ {e(f'{dim},{dim}', depth)})",
            ]
        rows, cols = kind.split(",")
        ways = [
            lambda: f"({e(f'{cols},{rows}', depth)}).T",
            lambda: f"({e(rows, depth)} @ {e(f'1,{cols}', depth)})",
            lambda: f"({e(f'{rows},{rows}', depth)} @ {e(kind, depth)})",
            lambda: f"softmax({e(kind, depth)}, axis={self.random.randrange(2)})",
            lambda: f"outer({e(rows, depth)}, {e(cols, depth)})",
        ]
        if rows == cols:
            ways += [
                lambda: f"diag({e(rows, depth)})",
                lambda: f"inv({e(kind, depth)} + 40*I)",
                lambda: f"({e(kind, depth)})^2",
                lambda: f"tril({e(kind, depth)})",
                lambda: f"triu({e(kind, depth)}, 1)",
            ]
        return ways


def random_program(seed: int, kind: Kind = "", depth: int = 3, definitions: int = 4, opaque: bool = True) -> str:
    """A program whose last definition `L` has the wanted shape; without `opaque` it calls no vector function."""
    maker = Maker(seed)
    lines = [DECLARATIONS]
    for i in range(definitions):
        shape = maker.random.choice(["m,n", "n,n", "n", "m", "1,n", "", "n", "m"])
        lines.append(f"v{i} = {maker.expression(shape, depth - 1)}")
        maker.named.setdefault(shape, []).append(f"v{i}")
    lines.append(f"L = {maker.expression(kind, depth)}")
    text = "\n".join(lines) + "\n"
    return text if opaque else re.sub(r"(?<!\w)h\(x\)", "(B@x)", text)


def behind(text: str, name: str) -> set[str]:
    """The names that a value of a program is made of, through its definitions."""
    made = {left.strip(): right for left, sign, right in (line.partition(" = ") for line in text.split("\n")) if sign}
    found: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += re.findall(r"[^\W\d]\w*", made.get(each, ""))
    return found
