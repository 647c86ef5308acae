"""Programs drawn from the whole grammar, with the questions to ask of them, as text.

Each is one of the `THEMES`; what it uses beyond plain products and sums is counted in `Drawn.features`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.oracle.case import Ask, Case
from tests.oracle.random_programs import Kind, Maker

DECLARATIONS = {
    "A": "A, B : R[m, n]",
    "S": "S : R[n, n]",
    "x": "x, y : R[n]",
    "u": "u : R[m]",
    "r": "r : R[1, n]",
    "c": "c, d : R",
    "w": "w : R[k]",
    "W": "W : R[m, k]",
    "T": "T : R[m, n, k]",
    "N": "N : R[n, n] spd",
    "H": "H : R[n, n] symmetric",
    "D": "D : R[n, n] diagonal",
    "O": "O : R[n, n] orthogonal",
    "E": "E : R[m, m] lower",
    "F": "F : R[n, n] upper unit",
    "z": "z : R[n] positive",
}
_NAME = re.compile(r"\w+")
THEMES = ("gradient", "arbitrary", "jacobian", "hessian", "mixed", "factor", "factor hessian", "structured")
_FUNCTIONS = {
    "q1": "q1(t) = t**2 / (1 + t**2)",
    "q2": "q2(t) = where(t > 1/5, t, sin(t) * t)",
    "q3": "q3(t) = exp(-t**2 / 2) + t / 3",
    "q4": "q4(a, b) = a * tanh(b) + a**2 / 5",
}
# A square matrix that is not singular where it is drawn, as a function of what may be added to it.
_REGULAR = "({0} + 30 * eye({1}))"


@dataclass
class Drawn:
    """A program, what is asked of it, and what it uses."""

    case: Case
    theme: str
    features: list[str] = field(default_factory=list)


class WideMaker(Maker):
    """Expressions over more of the grammar than those of `Maker`."""

    def __init__(self, seed: int, structured: bool = False, smooth: bool = False) -> None:
        super().__init__(seed)
        self.structured = structured
        self.smooth = smooth
        self.features: dict[str, None] = {}

    def _used(self, feature: str, text: str) -> str:
        self.features[feature] = None
        return text

    def leaf(self, kind: Kind) -> str:
        """A name of a shape, or a small expression of names."""
        leaves: dict[Kind, list[str]] = {
            "m,n": ["A", "B", "A", "(W@W.T@B)"],
            "n,m": ["A.T", "B.T"],
            "n,n": ["S", "S.T", "(A.T@B)", "diag(x)", "(x@y.T)"],
            "m,m": ["(A@B.T)", "diag(u)", "(W@W.T)"],
            "m,k": ["W", "outer(u, w)"],
            "n,k": ["(A.T@W)", "outer(x, w)"],
            "n": ["x", "y", "r.T"],
            "m": ["u", "(A@x)", "(W@w)"],
            "k": ["w", "(W.T@u)"],
            "1,n": ["r", "x.T"],
            "1,m": ["u.T"],
            "": ["c", "d", "(x.T@y)", "sum(u)", "A[1, 2]", "x[2]", "norm(w)"],
        }
        if self.structured:
            leaves["n,n"] = ["N", "H", "D", "O", "F", "N", "H", "(O@D)", "inv(N)", "O.T"]
            leaves["m,m"] = ["E", "E.T", "(A@N@A.T)"]
            leaves["n"] += ["z", "(H@x)", "(N@y)"]
        return self.random.choice(leaves[kind])

    def expression(self, kind: Kind, depth: int) -> str:
        choose = self.random
        named = self.named.get(kind, [])
        if named and choose.random() < 0.35:
            return choose.choice(named)
        if depth <= 0:
            return self.leaf(kind)
        if choose.random() < 0.35:
            ways = self._wide(kind, depth - 1)
            if ways:
                feature, make = choose.choice(ways)
                return self._used(feature, make())
        if kind in ("m,k", "n,k", "k"):
            return self._plain(kind, depth)
        text = super().expression(kind, depth)
        return text

    def _plain(self, kind: Kind, depth: int) -> str:
        a, b = self.expression(kind, depth - 1), self.leaf(kind)
        pattern = self.random.choice(["({0} + {1})", "({0} * {1})", "sin({0})", "({0} - 2 * {1})", "(d * {0})"])
        return pattern.format(a, b)

    def _special(self, kind: Kind, depth: int) -> list[Callable[[], str]]:
        ways = super()._special(kind, depth)
        if kind == "":  # `P` is none of the names here
            return [way for i, way in enumerate(ways) if i not in (8, 9)]
        return ways

    def _wide(self, kind: Kind, depth: int) -> list[tuple[str, Callable[[], str]]]:
        e = self.expression
        if kind == "":
            return [
                ("einsum", lambda: f'einsum("i,ij,j->", {e("m", depth)}, {e("m,n", depth)}, {e("n", depth)})'),
                ("einsum", lambda: f'einsum("ijk,ij,k->", T, {e("m,n", depth)}, {e("k", depth)})'),
                (
                    "index sum",
                    lambda: f"sum[i, j]({self._named('m,n', depth)}[i, j] * {self._named('n', depth)}[j]**2)",
                ),
                ("kron", lambda: f"sum(kron({e('n', depth)}, {e('m', depth)})**2) / 50"),
                ("kron", lambda: f"norm(kron({e('m,n', depth)}, {e('n,m', depth)}) @ vec({e('n,m', depth)}))**2 / 99"),
                ("vec", lambda: f"dot(vec({e('m,n', depth)}), vec({e('m,n', depth)}))"),
                ("norm", lambda: f"norm({e('m,n', depth)} + A)"),
                ("norm1", lambda: f"norm1({e('n', depth)})"),
                ("mean", lambda: f"mean({e('m,n', depth)} * {e('m,n', depth)})"),
                ("trace", lambda: f"tr({e('m,n', depth)} @ {e('n,m', depth)})"),
                ("denominator", lambda: f"({e('', depth)} / (1 + norm({e('m', depth)})**2))"),
                ("denominator", lambda: f"(dot({e('n', depth)}, x) / sqrt(2 + x.T @ x))"),
                ("entry", lambda: f"({e('m,n', depth)})[2, 1]"),
                ("det", lambda: f"det({_REGULAR.format(e('n,n', depth), 'n')} / 30)"),
                ("logdet", lambda: f"logdet({_REGULAR.format(e('m,m', depth), 'm')})"),
                ("solve", lambda: f"dot(x, solve({_REGULAR.format(e('n,n', depth), 'n')}, {e('n', depth)}))"),
                ("defined function", lambda: f"q4({e('', depth)}, {e('', depth)})"),
                ("logsumexp", lambda: f"logsumexp({e('n', depth)} / 3)"),
                ("size", lambda: f"(sum({e('n', depth)}) / n)"),
                ("trace of a power", lambda: f"tr(({e('n,n', depth)} / 4)^3)"),
            ]
        if kind in ("n", "m", "k"):
            other = {"n": "m", "m": "n", "k": "m"}[kind]
            ways: list[tuple[str, Callable[[], str]]] = [
                ("einsum", lambda: f'einsum("ij,i->j", {e(f"{other},{kind}", depth)}, {e(other, depth)})'),
                ("logsoftmax", lambda: f"logsoftmax({e(kind, depth)})"),
                ("defined function", lambda: f"{self._function()}({e(kind, depth)})"),
                ("denominator", lambda: f"({e(kind, depth)} / (1 + ({e(kind, depth)})**2))"),
                ("denominator", lambda: f"({e(kind, depth)} / (2 + norm({e(kind, depth)})**2))"),
                ("power", lambda: f"(1 + ({e(kind, depth)})**2) ** (1/3)"),
            ]
            if kind == "n":
                ways += [
                    ("solve", lambda: f"solve({_REGULAR.format(e('n,n', depth), 'n')}, {e('n', depth)})"),
                    ("cumsum", lambda: f"cumsum({e('n', depth)})"),
                    ("norm", lambda: f"(x / norm(x) + {e('n', depth)})"),
                    ("broadcast", lambda: f"({e('n', depth)} - mean({e('n', depth)}))"),
                ]
            return ways
        if kind in ("m,n", "n,n", "m,m", "n,m", "m,k", "n,k"):
            rows, cols = kind.split(",")
            ways = [
                ("defined function", lambda: f"{self._function()}({e(kind, depth)})"),
                ("einsum", lambda: f'einsum("i,ij->ij", {e(rows, depth)}, {e(kind, depth)})'),
                ("broadcast", lambda: f"({e(kind, depth)} + ones({rows}) @ ({e(cols, depth)}).T)"),
                ("logsoftmax", lambda: f"logsoftmax({e(kind, depth)}, axis={self.random.randrange(2)})"),
                ("denominator", lambda: f"({e(kind, depth)} / (1 + ({e(kind, depth)})**2))"),
                ("diag product", lambda: f"(diag({e(rows, depth)}) @ {e(kind, depth)})"),
            ]
            if kind == "m,n":
                ways.append(("einsum", lambda: f'einsum("ijk,k->ij", T, {e("k", depth)})'))
            if rows == cols:
                ways += [
                    ("inverse", lambda: f"(30 * inv{_REGULAR.format(e(kind, depth), rows)})"),
                    ("tril", lambda: f"(tril({e(kind, depth)}, -1) @ triu({e(kind, depth)}))"),
                    ("diag", lambda: f"({e(kind, depth)} - diag(diag({e(kind, depth)})))"),
                    ("identity", lambda: f"({e(kind, depth)} @ ({e(kind, depth)} - I))"),
                    ("expm", lambda: f"expm(sin({e(kind, depth)}) / 5)"),
                ]
            return ways
        return []

    def _function(self) -> str:
        return self.random.choice(["q1", "q2", "q3", "q1'", "q3'"])

    def _named(self, kind: Kind, depth: int) -> str:
        """What may stand before `[i, j]`: a name, or an expression in brackets."""
        return f"({self.expression(kind, depth)})"


# ---------------------------------------------------------------------- index notation

_INDEXED: list[tuple[Kind, str]] = [
    ("m", "{v}[i] = sum[j](A[i, j] * {n}[j]) + {m}[i]**2"),
    ("n", "{v}[j] = sum[i]({mn}[i, j] * {m}[i]) * {n}[j]"),
    ("m,n", "{v}[i, j] = {mn}[i, j] * sin({n}[j]) / (1 + {m}[i]**2)"),
    ("n,m", "{v}[j, i] = {mn}[i, j] + {m}[i] * {n}[j]"),
    ("m,n", "{v}[i, j] = sum[l](T[i, j, l] * exp(w[l] / 3)) - {mn}[i, j]"),
    ("n,n", "{v}[i, j] = sum[l]({mn}[l, i] * B[l, j] * {m}[l])"),
    ("", "{v} = sum[i, j]({mn}[i, j] * tanh(A[i, j]) + {n}[j] * {m}[i])"),
    ("n", "{v}[i] = S[i, i] * {n}[i] + sum[j](S[i, j] * x[j])"),
    ("", "{v} = sum[i](S[i, i] * {n}[i]) / (1 + sum[j](x[j]**2))"),
]


def _indexed(maker: WideMaker, name: str) -> tuple[Kind, str]:
    kind, pattern = maker.random.choice(_INDEXED)
    parts = {key: maker.random.choice(maker.named.get(shape, []) or plain) for key, shape, plain in _INDEXED_PARTS}
    return kind, pattern.format(v=name, **parts)


_INDEXED_PARTS = [("n", "n", ["x", "y"]), ("m", "m", ["u"]), ("mn", "m,n", ["A", "B"])]

# ---------------------------------------------------------------------- factorisations

_FACTORS: list[tuple[str, str, dict[Kind, list[str]]]] = [
    ("lu", "P_, L_, U_ = lu({n,n} + 2 * S)", {"n,n": ["L_", "U_", "(L_@U_.T)", "P_"], "n": ["(U_@x)", "diag(U_)"]}),
    ("chol", "L_ = chol(({n,n}) @ ({n,n}).T + 2 * eye(n))", {"n,n": ["L_", "inv(L_)", "L_.T"], "n": ["(L_@y)"]}),
    ("chol", "L_ = chol(N + x @ x.T)", {"n,n": ["L_", "L_.T"], "n": ["solve(L_, y)", "diag(L_)"]}),
    (
        "qr",
        "Q_, R_ = qr(A.T @ W + sin({n,k}) / 4)",
        {"n,k": ["Q_", "(Q_@R_)"], "k": ["(R_@w)", "diag(R_)", "(Q_.T@x)"]},
    ),
    ("eigh", "w_, V_ = eigh(N + x @ x.T)", {"n": ["w_", "log(w_)"], "n,n": ["(V_@diag(sin(w_))@V_.T)", "V_**2"]}),
    ("eigh", "w_, V_ = eigh(({n,n}) + ({n,n}).T + diag(z))", {"n": ["w_"], "n,n": ["(V_@diag(w_**2)@V_.T)"]}),
    (
        "svd",
        "U_, s_, V_ = svd(A.T @ W + sin({n,k}) / 4)",
        {"k": ["s_", "log(s_)"], "n,k": ["(U_@diag(s_**2)@V_.T)", "U_**2"]},
    ),
    ("pinv", "Y_ = pinv(A.T @ W + sin({n,k}) / 4)", {"n,k": ["Y_.T"], "k": ["(Y_@x)"]}),
    ("expm", "Y_ = expm(({n,n}) / 6)", {"n,n": ["Y_"], "n": ["(Y_@x)"]}),
    ("norms", "s_ = norm2(B.T @ W + sin({n,k}) / 4) + norm_nuc(A.T @ W + cos({n,k}) / 4)", {"": ["s_"]}),
    ("inv", "Y_ = inv(({n,n}) + 4 * eye(n))", {"n,n": ["Y_", "Y_.T"], "n": ["(Y_@x)"]}),
    ("det", "s_ = det({n,n}) + logdet(({n,n}) + 2 * N)", {"": ["s_"]}),
    ("solve", "Y_ = solve(({n,n}) + 4 * N, {n,m})", {"n,m": ["Y_"], "m": ["(Y_.T@y)"]}),
    ("adj", "Y_ = adj(({n,n}) / 4 + eye(n))", {"n,n": ["Y_"], "n": ["(Y_@x)"]}),
    ("implicit", "x_ : R[n]\nimplicit x_ : (S@S.T + 3 * N) @ x_ == ({n})", {"n": ["x_", "tanh(x_)"]}),
    ("implicit", "x_ : R[n]\nimplicit x_ : x_ + x_**3 / 4 == ({n})", {"n": ["x_"]}),
]


def _factor(maker: WideMaker) -> str:
    feature, pattern, parts = maker.random.choice(_FACTORS)
    maker.features[feature] = None
    filled = re.sub(r"\{([^}]*)\}", lambda match: maker.expression(match[1], 1), pattern)
    for kind, names in parts.items():
        maker.named.setdefault(kind, []).extend(names)
    return filled


# -------------------------------------------------------------------------------- programs


def random_wide(seed: int) -> Drawn:
    """The program of a seed."""
    maker = WideMaker(seed)
    choose = maker.random
    theme = THEMES[seed % len(THEMES)]
    second = theme in ("hessian", "mixed", "factor hessian")
    maker.structured = theme == "structured" or choose.random() < 0.15
    lines: list[str] = []
    if theme.startswith("factor"):
        lines.append(_factor(maker))
    for i in range(choose.randrange(1, 3) if second else choose.randrange(1, 5)):
        if choose.random() < 0.25:
            shape, line = _indexed(maker, f"v{i}")
            maker.features["index definition"] = None
        else:
            shape = choose.choice(["m,n", "n,n", "n", "m", "1,n", "", "n", "m", "m,k"])
            line = f"v{i} = {maker.expression(shape, 1 if second else 2)}"
        lines.append(line)
        maker.named.setdefault(shape, []).append(f"v{i}")
    of, kind = _last(maker, theme)
    depth = 1 if second else 2
    lines.append(f"L = {_joined(maker, kind, depth, theme)}")
    text = _program(lines)
    return Drawn(Case(f"wide{seed}", text, [_ask(maker, theme, of, text)]), theme, list(maker.features))


def _last(maker: WideMaker, theme: str) -> tuple[str, Kind]:
    """What is differentiated, and the shape of the last definition."""
    if theme == "arbitrary":
        return "f", maker.random.choice(["n", "m,n", "n,n", "1,n", "m", "k"])
    if theme == "jacobian":
        return "L", maker.random.choice(["n", "m", "m,n", "n,n", "1,n", "k", "", "m"])
    return "L", ""


def _joined(maker: WideMaker, kind: Kind, depth: int, theme: str) -> str:
    """An expression in which some of what was named takes part."""
    text = maker.expression(kind, depth)
    if kind:
        return text
    for shape, names in maker.named.items():
        name = maker.random.choice(names)
        parts = {"": name, "m,n": f"sum({name} * A)", "n,n": f"dot({name}, S)", "n": f"dot({name}, y)"}
        text += f" + {parts.get(shape, f'mean(sin({name}))')}"
    return text


def _program(lines: list[str]) -> str:
    """Definitions with the declarations of what they use."""
    body = "\n".join(lines)
    used = _words(body)
    functions = [text for name, text in _FUNCTIONS.items() if name in used]
    declared = [text for name, text in DECLARATIONS.items() if name in used or set(_names_of(text)) & used]
    opaque = ["g : R -> R"] if re.search(r"\bg'*\(", body) else []
    return "\n".join([*declared, *opaque, *functions, body]) + "\n"


def _words(text: str) -> set[str]:
    """The names in a text; the T of a transpose is none."""
    return set(re.findall(r"(?<![.\w])[^\W\d]\w*", text))


def _needed(text: str) -> set[str]:
    """The names that the last definition depends on."""
    values: dict[str, set[str]] = {}
    for line in text.splitlines():
        if "=" in line:
            left, right = line.replace("==", "=").split("=", 1)
            names = _words(left.split("[")[0].split("(")[0].split(":")[0]) - {"implicit"}
            values.update(
                {name: _words(right) | (_words(left) if line.startswith("implicit") else set()) for name in names}
            )
    found, todo = set(), ["L"]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += values.get(name, ())
    return found


def _names_of(declaration: str) -> list[str]:
    return _NAME.findall(declaration.split(":")[0])


def _ask(maker: WideMaker, theme: str, of: str, text: str) -> Ask:
    """The question: by one to three of the names that the program mentions."""
    needed = _needed(text)
    names = [name for line in DECLARATIONS.values() for name in _names_of(line) if name in needed] or ["x"]
    choose = maker.random
    if theme == "structured":
        preferred = [name for name in names if name in "NHDOEFz"] or names
        return Ask(of, tuple(choose.sample(preferred, min(3, len(preferred)))), "gradient")
    if theme == "mixed":
        pair = choose.sample(names, min(2, len(names)))
        return Ask(of, tuple(pair), "hessian")
    if theme in ("hessian", "factor hessian"):
        return Ask(of, (choose.choice([name for name in names if name != "T"]),), "hessian")
    if theme == "jacobian":
        layout = choose.choice(["numerator", "denominator", "mixed"])
        return Ask(of, tuple(choose.sample(names, min(3, len(names)))), "jacobian", layout)
    return Ask(of, tuple(names), "gradient")
