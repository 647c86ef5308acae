"""Random programs of the language, right in their shapes; every value stays where functions are defined and smooth."""

from __future__ import annotations

from random import Random

DIMS = ("m", "n", "p")
Shape = tuple[str, ...]

# Functions that are smooth and bounded, or grow slowly, wherever their argument lies.
_ELEMENTWISE = ("sin", "cos", "tanh", "sigmoid", "softplus", "atan", "erf", "g")


class Generator:
    """Writes one program from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"program {seed}")
        self.variables: dict[str, Shape] = {}
        self.definitions: dict[str, Shape] = {}
        self.lines: list[str] = []

    def program(self, kind: str = "gradient") -> str:
        """Declarations, a few definitions, a value at the end; the first line asks for derivatives of it.

        A gradient and a Hessian are of a scalar `L`, a Jacobian of a vector or matrix `L`.
        """
        for index in range(self.random.randint(1, 4)):
            shape = self.shape()
            self.define(f"{'t' if not shape else 'u' if len(shape) == 1 else 'Y'}{index}", shape)
        last: Shape = ()
        while kind == "jacobian" and not last:
            last = self.shape()
        self.define("L", last)
        for dim in DIMS:  # a size that only `ones(n)` mentions would be known to nobody
            if not any(dim in shape for shape in self.variables.values()):
                self.variables[f"z{dim}"] = (dim,)
                self.lines[-1] += f" + sum(z{dim}**2)"
        layout = self.random.choice(("numerator", "denominator", "mixed"))
        declared = [f"{name} : R{self.dims(shape)}" for name, shape in self.variables.items()]
        asked = ", ".join(self.variables)
        return (
            "\n".join([f"# of: L wrt: {asked} kind: {kind} layout: {layout}", *declared, "g : R -> R", *self.lines])
            + "\n"
        )

    def dims(self, shape: Shape) -> str:
        return f"[{', '.join(shape)}]" if shape else ""

    def define(self, name: str, shape: Shape) -> None:
        value = self.expression(shape, self.random.randint(2, 4))
        if name == "L" and self.definitions:  # what was defined is used
            last = list(self.definitions)[-1]
            value = f"{value} + {self.scalar_of(last, self.definitions[last])}"
        if not self.variables:
            value = f"{value} + {self.scalar_of(self.leaf(('n',)), ('n',))}" if not shape else value
        self.lines.append(f"{name} = {value}")
        self.definitions[name] = shape

    def scalar_of(self, text: str, shape: Shape) -> str:
        if not shape:
            return f"sin({text})"
        return self.random.choice((f"norm({text})", f"sum(tanh({text}))", f"sum({text} * {text}) / 7"))

    def shape(self) -> Shape:
        rank = self.random.choice((0, 1, 1, 2, 2, 2))
        return tuple(self.random.choice(DIMS) for _ in range(rank))

    def leaf(self, shape: Shape) -> str:
        known = [name for name, other in {**self.variables, **self.definitions}.items() if other == shape]
        if known and self.random.random() < 0.7:
            return self.random.choice(known)
        letter = {0: "c", 1: "x", 2: "A"}[len(shape)]
        name = f"{letter}{len(self.variables)}"
        self.variables[name] = shape
        return name

    def expression(self, shape: Shape, depth: int) -> str:
        if depth == 0:
            return self.leaf(shape)
        pick = self.random.choice
        e = self.expression
        d = depth - 1
        common = [
            lambda: f"({e(shape, d)} {pick('+-')} {e(shape, d)})",
            lambda: f"({e(shape, d)} * {e(shape, d)})",
            lambda: f"({e((), d)} * {e(shape, d)})",
            lambda: f"({e(shape, d)} / (2 + {e(shape, d)}**2))",
            lambda: f"({e(shape, d)} / (1 + {e((), d)}**2))",
            lambda: f"{pick(_ELEMENTWISE)}({e(shape, d)})",
            lambda: f"(-{e(shape, d)})",
            lambda: f"((1 + {e(shape, d)}**2) ** {pick(('0.5', '(-1)', '(-3/2)', '(1/3)'))})",
            lambda: f"({pick(('2', '0.5', '1/3', 'pi'))} * {e(shape, d)})",
            lambda: f"({e(shape, d)} + {e((), d)})",
            lambda: f"sqrt(2 + {e(shape, d)}**2)",
            lambda: f"log(2 + {e(shape, d)}**2)",
            lambda: f"exp(-{e(shape, d)}**2)",
            lambda: f"max({e(shape, d)}, {e(shape, d)})",
            lambda: f"where({e(shape, d)} > {e(shape, d)}, {e(shape, d)}, {e(shape, d)})",
        ]
        special = {0: self._scalars, 1: self._vectors, 2: self._matrices}[len(shape)](shape, d)
        return pick(special)() if special and self.random.random() < 0.6 else pick(common)()

    def _scalars(self, shape: Shape, d: int) -> list:  # type: ignore[type-arg]
        m, n = self.random.choice(DIMS), self.random.choice(DIMS)
        e = self.expression
        return [
            lambda: f"({e((n,), d)}.T @ {e((n,), d)})",
            lambda: f"({e((m,), d)}.T @ {e((m, n), d)} @ {e((n,), d)})",
            lambda: f"sum({e((m, n), d)})",
            lambda: f"mean({e((n,), d)})",
            lambda: f"tr({e((m, n), d)} @ {e((n, m), d)})",
            lambda: f"norm(3 + {e((m, n), d)})",
            lambda: f"norm({e((n,), d)} + 3)",
            lambda: f"norm1({e((n,), d)})",
            lambda: f"dot({e((m, n), d)}, {e((m, n), d)})",
            lambda: f"logsumexp({e((n,), d)})",
            lambda: f"logdet(tanh({e((n, n), d)}) + 5 * eye({n}))",
            lambda: f"det(tanh({e((n, n), d)}) / 3 + eye({n}))",
            lambda: f"{e((n,), d)}[2]",
            lambda: f"{e((m, n), d)}[2, 1]",
        ]

    def _vectors(self, shape: Shape, d: int) -> list:  # type: ignore[type-arg]
        (n,), m = shape, self.random.choice(DIMS)
        e = self.expression
        return [
            lambda: f"({e((n, m), d)} @ {e((m,), d)})",
            lambda: f"({e((m, n), d)}.T @ {e((m,), d)})",
            lambda: f"({e((n,), d)} @ ({e((m,), d)}.T @ {e((m,), d)}))",
            lambda: f"sum({e((n, m), d)}, axis=1)",
            lambda: f"sum({e((m, n), d)}, axis=0)",
            lambda: f"mean({e((m, n), d)}, axis=0)",
            lambda: f"diag({e((n, n), d)})",
            lambda: f"(diag({e((n,), d)}) @ {e((n,), d)})",
            lambda: f"softmax({e((n,), d)})",
            lambda: f"logsoftmax({e((n,), d)})",
            lambda: f"logsumexp({e((n, m), d)}, axis=1)",
            lambda: f"solve(tanh({e((n, n), d)}) + 5 * I, {e((n,), d)})",
            lambda: f"(ones({n}) * {e((), d)})",
            lambda: f"(({e((n,), d)}.T @ {e((n, m), d)}).T.T @ {e((m, n), d)}).T",
        ]

    def _matrices(self, shape: Shape, d: int) -> list:  # type: ignore[type-arg]
        m, n = shape
        k = self.random.choice(DIMS)
        e = self.expression
        out = [
            lambda: f"({e((m, k), d)} @ {e((k, n), d)})",
            lambda: f"{e((n, m), d)}.T",
            lambda: f"({e((m,), d)} @ {e((n,), d)}.T)",
            lambda: f"outer({e((m,), d)}, {e((n,), d)})",
            lambda: f"(diag({e((m,), d)}) @ {e((m, n), d)})",
            lambda: f"({e((m, n), d)} @ diag({e((n,), d)}))",
            lambda: f"softmax({e((m, n), d)}, axis={self.random.choice('01')})",
            lambda: f"logsoftmax({e((m, n), d)}, axis={self.random.choice('01')})",
            lambda: f"({e((m, n), d)} + ones({m}) @ {e((n,), d)}.T)",
            lambda: f"({e((m,), d)} @ ones({n}).T)",
        ]
        if m == n:
            out += [
                lambda: f"inv(tanh({e((m, m), d)}) + 5 * eye({m}))",
                lambda: f"(tanh({e((m, m), d)}) + 5 * I)^-1",
                lambda: f"(tanh({e((m, m), d)}) + 5 * I)^-T",
                lambda: f"(tanh({e((m, m), d)}) / 2)^3",
                lambda: f"diag({e((m,), d)})",
                lambda: f"tril({e((m, m), d)}, -1)",
                lambda: f"triu({e((m, m), d)})",
                lambda: f"adj(tanh({e((m, m), d)}) / 3 + eye({m}))",
            ]
        return out
