# ruff: noqa: E501  (a table is read by its rows)
"""Claims about names: what f depends on, what an answer names, and functions that nobody has defined."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

from mpmath import mp, mpf

from benchmarks.near_true_claim import Claim
from gradcli.program.elaborate import elaborate
from gradcli.render.formats import written as in_format
from gradcli.shorten.derive import derive_short
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module

F = Fraction


# ------------------------------------------------------------------------- quiet zeros


def zeros(source: Random) -> Claim | None:
    """Derivatives of an arbitrary f in a linear program: a factor along all paths, or a refusal where there is none."""
    shape = source.choice(("R", "R[n]", "R[m, n]"))
    leaves = source.sample(("x", "z", "w", "b", "q"), source.randint(2, 4))
    rows: list[tuple[str, list[tuple[int, str]]]] = []
    for name in source.sample(("u", "v", "s", "h", "y", "r"), source.randint(2, 5)):
        known = [*leaves, *(made for made, _ in rows)]
        rows.append((name, [(source.choice((-3, -1, 1, 2, 5)), source.choice(known)) for _ in range(source.randint(1, 3))]))  # fmt: skip
    stated = source.random() < 0.5
    of = source.choice(rows)[0] if stated else rows[-1][0]
    by = source.choice([*leaves, *(name for name, _ in rows)])
    factor, depends = _path(rows, of, by)
    lines = [f"{', '.join(leaves)} : {shape}"]
    lines += [f"{name} = {' + '.join(f'({k})*{part}' for k, part in terms)}" for name, terms in rows]
    lines += [f"loss f({of})"] if stated else []
    zero, one, true = _constant(F(0)), _constant(F(1)), source.random() < 0.5
    if depends:
        claimed = F(factor) + (0 if true else source.choice((-1, 1, 2)))
        other = source.choice((f"({claimed})*grad(f, {of})", f"grad(f, {of})*({claimed})"))
        if true and not factor:
            other = source.choice(("0", other))
        text = "\n".join([*lines, f"check grad(f, {by}) == {other}"])
        return Claim("zeros", text, true, _constant(F(factor)), _constant(claimed), [()])
    left = f"grad(f, {by})"
    if source.random() < 0.3:
        sides = source.choice((f"{left} == 0", f"0 == {left}"))
        return Claim("zeros", "\n".join([*lines, f"check {sides}"]), True, zero, zero, [()])
    other = source.choice((f"0*{by}", f"3*grad(f, {of})", f"7*{by}", left, f"grad(f, {of}) - grad(f, {of})"))
    sides = source.choice((f"{left} == {other}", f"{other} == {left}", f"2*{left} == {other}"))
    return Claim("zeros", "\n".join([*lines, f"check {sides}"]), False, zero, one, [()], fault="E407")


def _constant(number: Fraction) -> Callable[[], Fraction]:
    return lambda: number


def _path(rows: list[tuple[str, list[tuple[int, str]]]], of: str, by: str) -> tuple[int, bool]:
    """The factor of one name in another, summed over all ways between them, and whether there is a way."""
    found = {by: (1, True)}
    for name, terms in rows:
        if name != by:
            parts = [(k, *found.get(part, (0, False))) for k, part in terms]
            found[name] = (sum(k * factor for k, factor, _ in parts), any(there for _, _, there in parts))
    return found.get(of, (0, False))


# --------------------------------------------------------------------- an answer's own names

_ELEMENTWISE: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("exp({})", mp.exp), ("tanh({})", mp.tanh), ("sin({})", mp.sin), ("(({})**2)", lambda t: t**2), ("(({})**3)", lambda t: t**3),
    ("sigmoid({})", lambda t: 1 / (1 + mp.exp(-t))), ("softplus({})", lambda t: mp.log(1 + mp.exp(t))),
)  # fmt: skip

# (declarations, definition, kinds of question, names to ask by, the value where every size is 1): {} is elementwise.
_ASKED: tuple[tuple[str, str, tuple[str, ...], str, Callable[..., Any]], ...] = (
    ("W : R[m, n]; x : R[n]; b : R[m]", "y = {W@x + b}", ("grad f", "jacobian y", "derivative y", "differential y"), "Wxb", lambda g, W, x, b: g(W * x + b)),
    ("W : R[m, n]; x : R[n]; b : R[m]", "y = sum({W@x + b})", ("grad y", "hessian y", "differential y"), "xb", lambda g, W, x, b: g(W * x + b)),
    ("W : R[m, n]; x : R[n]; b : R[n]", "y = norm({W@(x - b)})**2", ("grad y", "differential y"), "Wx", lambda g, W, x, b: g(W * (x - b)) ** 2),
    ("A : R[p, n]; X : R[m, n]; B : R[m, q]", "y = A@{X}.T@B", ("grad f", "derivative y", "differential y", "jacobian y"), "AXB", lambda g, A, X, B: A * g(X) * B),
    ("A : R[m, n]; X : R[p, q]", "y = kron(A, {X})", ("grad f", "differential y", "jacobian y", "derivative y"), "AX", lambda g, A, X: A * g(X)),
    ("X : R[m, n]; K : R[n, n]", "y = X@K@X.T + 0*sum({K})", ("grad f", "jacobian y", "derivative y", "differential y"), "XK", lambda g, X, K: X * K * X),
    ("X : R[n, n]; A : R[n, n]", "y = {A}@inv(X)@A", ("grad f", "differential y", "jacobian y", "derivative y"), "XA", lambda g, X, A: g(A) / X * A),
    ("x : R[n]; t : R", "y = {t*x}", ("grad f", "jacobian y", "differential y"), "xt", lambda g, x, t: g(t * x)),
    ("x : R; t : R", "y = {x*t} + x**2", ("grad y", "hessian y", "differential y", "derivative y"), "xt", lambda g, x, t: g(x * t) + x**2),
    ("X : R[N, d]; w : R[d]; t : R[N]", "y = sum({X@w - t})/N", ("grad y", "hessian y"), "w", lambda g, X, w, t: g(X * w - t)),
    ("X : R[m, n]; D : R[n, m]", "y = tr({X}@D)", ("grad y", "hessian y", "differential y"), "X", lambda g, X, D: g(X) * D),
)  # fmt: skip


def answers(source: Random) -> Claim | None:
    """A check of `derive --format mc` as it is printed, or with another factor at its right side."""
    declared, definition, kinds, names, of = source.choice(_ASKED)
    before, _, rest = definition.partition("{")
    inner, _, after = rest.partition("}")
    written, function = source.choice(_ELEMENTWISE)
    by, kind = source.choice(names), source.choice(kinds)
    layout = source.choice(("", "", "layout denominator\n"))
    program = declared.replace("; ", "\n") + f"\n{before}{written.format(inner)}{after}\n{layout}{kind} wrt {by}\n"
    lines = _printed(program).rstrip("\n").split("\n")
    checks = [line for line in lines if line.startswith("check ")]
    assert checks, program
    chosen = source.choice(checks)
    factor = source.choice((F(1), F(1), F(1), F(2), F(-1), F(1, 2)))
    left, _, right = chosen.partition(" == ")
    last = chosen if factor == 1 else f"{left} == {factor}*({right})"
    kept = [line for line in lines if line not in checks]
    arguments = [part.split(" : ")[0] for part in declared.split("; ")]
    place, values = arguments.index(by), [mpf(7) / 5 + mpf(k) / 3 for k in range(len(arguments))]

    def derivative() -> Any:
        order = 2 if kind.startswith("hessian") else 1
        with mp.workdps(60):
            return mp.diff(lambda t: of(function, *values[:place], t, *values[place + 1 :]), values[place], order)

    known = derivative()
    if abs(known) < mpf(10) ** -6:
        return None
    text = "\n".join([*kept, last])
    return Claim("answers", text, factor == 1, lambda: known, lambda: known * factor.numerator / factor.denominator, [()])  # fmt: skip


def _printed(text: str) -> str:
    """What `derive --format mc` prints."""
    module, diagnostics = parse_module(Source("answer.mc", text))
    found = derive_short(elaborate([module], diagnostics))
    return in_format("mc", found.program, found.answers)


# ------------------------------------------------------------------- functions of nobody

_FOREIGN = (
    "erfcx", "dawson", "lambertw", "airy", "betainc", "polylog", "expi", "fresnel", "besselk", "ellipk",
    "struve", "sinhc", "clausen", "hyp2f1", "legendre",
)  # fmt: skip
_Poly = tuple[Fraction, ...]


def opaque(source: Random) -> Claim | None:
    """Functions that are not declared, and laws of functions that are: polynomials are told apart by their values."""
    if source.random() < 0.3:
        word = "".join(source.choice("bdfgkmprstvz") + source.choice("aeiou") for _ in range(source.randint(3, 4)))
        name = source.choice((word, word, source.choice(_FOREIGN)))
        other = source.choice((f"{name}(x)", "x**2", "0", f"0*{name}(x)", f"exp({name}(x))"))
        sides = (f"{name}(x)", other) if source.random() < 0.5 else (other, f"{name}(x)")
        text = f"x : {source.choice(('R', 'R[n]'))}\ncheck {' == '.join(sides)}"
        return Claim("opaque", text, False, _constant(F(0)), _constant(F(1)), [()], fault="E210")
    left = _grown(source, 3)
    right = _turned(source, left) if source.random() < 0.5 else _spoiled(source, left)
    derived = source.random() < 0.3
    points = []
    for _ in range(4):
        maps = {name: tuple(F(source.randint(-9, 9), source.randint(1, 4)) for _ in range(4)) for name in "gh"}
        points.append((maps, F(source.randint(-9, 9), 5), F(source.randint(-9, 9), 7)))
    at = 1 if derived else 0
    same = all(_value(left, *point)[at] == _value(right, *point)[at] for point in points)
    one, other = _shown(left), _shown(right)
    if one == other or (derived and "x" not in one + other):
        return None
    shape = "R" if derived else source.choice(("R", "R[n]"))
    sides = f"grad({one}, x) == grad({other}, x)" if derived else f"{one} == {other}"
    text = f"x, y : {shape}\ng, h : R -> R\ncheck {sides}"
    return Claim("opaque", text, same, lambda *p: _value(left, *p)[at], lambda *p: _value(right, *p)[at], points)


_Term = tuple[Any, ...]  # ("x",), ("g", a), ("+", a, b), ("-", a, b), ("*", a, b)


def _grown(source: Random, depth: int) -> _Term:
    if depth == 0 or source.random() < 0.1:
        return (source.choice("xy"),)
    op = source.choice("ggghh+-*")
    return (op, *(_grown(source, depth - 1) for _ in range(1 if op in "gh" else 2)))


def _turned(source: Random, term: _Term) -> _Term:
    """An equal term: by the laws of rings alone."""
    op, *args = term
    args = [_turned(source, arg) for arg in args]
    if op == "*" and args[0][0] in "+-" and source.random() < 0.7:
        inner, a, b = args[0]
        return (inner, ("*", args[1], a), ("*", b, args[1]))
    if op in "+*" and source.random() < 0.7:
        args = args[::-1]
    if op in "gh" and source.random() < 0.3:
        return ("-", ("+", (op, *args), ("x",)), ("x",))
    return (op, *args)


def _spoiled(source: Random, term: _Term) -> _Term:
    """The same term with one place changed: another function, order, or argument."""
    op, *args = term
    if not args:
        return ("y",) if op == "x" else ("x",)
    if op in "gh" and source.random() < 0.4:
        return source.choice((("h" if op == "g" else "g", *args), (op, ("+", *args, *args)), ("+", args[0], term)))
    if op == "-" and source.random() < 0.4:
        return (op, *args[::-1])
    place = source.randrange(len(args))
    args[place] = _spoiled(source, args[place])
    return (op, *args)


def _shown(term: _Term) -> str:
    op, *args = term
    shown = [_shown(arg) for arg in args]
    return op if not args else f"{op}({shown[0]})" if op in "gh" else f"({shown[0]} {op} {shown[1]})"


def _value(term: _Term, maps: dict[str, _Poly], x: Fraction, y: Fraction) -> tuple[Fraction, Fraction]:
    """The value and the derivative by x where the functions are these polynomials."""
    op, *args = term
    if not args:
        return (x, F(1)) if op == "x" else (y, F(0))
    (a, da), *rest = (_value(arg, maps, x, y) for arg in args)
    if op in "gh":
        powers = maps[op]
        slope = sum((k * c * a ** (k - 1) for k, c in enumerate(powers) if k), F(0))
        return sum((c * a**k for k, c in enumerate(powers)), F(0)), slope * da
    b, db = rest[0]
    return {"+": (a + b, da + db), "-": (a - b, da - db), "*": (a * b, a * db + da * b)}[op]


KINDS: dict[str, Callable[[Random], Claim | None]] = {"zeros": zeros, "answers": answers, "opaque": opaque}
