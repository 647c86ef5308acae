"""Typical mistakes: the code, the place that is underlined, and what the hint offers."""

from __future__ import annotations

import pytest

from tests.syntax.helpers import faults, program

MISTAKES = [
    # text, code, what is underlined, a part of the hint
    ("check a = b", "E101", "=", "`==`"),
    ("y == W @ x", "E101", "==", "y = ..."),
    ("y = a == b", "E101", "==", "check y =="),
    ("grad(f, x) == W.T", "E101", None, "`check`"),
    ("check: a == b", "E101", None, "check a == b"),
    ("a = b = c", "E101", "=", "a = c; b = a"),
    ("y := 3", "E101", ":=", "y = ..."),
    ("y += 3", "E101", "+", "new name"),
    ("y = a => b", "E101", "=", ">="),
    ("x : R[n] = 3", "E101", "=", "two statements"),
    ("implicit P : P = X", "E101", "=", "`==`"),
    # the left side
    ("(P, L, U) = lu(X)", "E101", "(", "P, L, U = lu(X)"),
    ("x[1] = 3", "E101", "1", "Y[i, j]"),
    ("a + b = c", "E101", "+", "check a == b"),
    ("g'(t) = 3", "E101", "g'", "g(t)"),
    # operators
    ("y = a / b c", "E101", "a / b c", "a / (b c)"),
    ("y = √x²", "E101", "√x", "√(x)"),
    ("y = [A x]", "E101", "A x", "[A, x]"),
    ("y = A *", "E101", "*", ""),
    ("y = A * / B", "E101", "* /", ""),
    ("y = a < x < b", "E105", "<", "(a < x) * (x < b)"),
    ("y = a^b^c", "E106", "^", "a^(b^c)"),
    ("y = 2^-1^3", "E106", "^", "a^(b^c)"),
    ("y = x^{2}", "E101", "{", "(2)"),
    ("y = A^{-T}", "E101", "{", "^-T"),
    ("y = A × B", "E101", "×", "`@`"),
    ("y = 2. + x", "E103", ".", "2.0"),
    ("// hello", "E101", "/", "#"),
    ("+ b", "E101", "+", "ends in an operator"),
    # brackets and lists
    ("y = foo(a, b", "E102", "(", "`)`"),
    ("y = f(g(x)", "E102", "(", "`)`"),
    ("w = a + b)", "E102", ")", "opening"),
    ("z = foo(a, b]", "E102", "(a, b]", "`)`"),
    ('q = einsum("ij', "E102", '"', "quote"),
    ("y = ()", "E101", "()", ""),
    ("y = [1, 2; 3, 4]", "E101", ";", "[[1, 2], [3, 4]]"),
    ("y = [1 2]", "E101", "1 2", "comma"),
    ("y = (a, b)", "E101", ",", "[a, b]"),
    ("y = sum[1](x)", "E101", "1", "sum[k]"),
    ("y = f(axis=1, x)", "E101", "x", "last"),
    ("y = f(axis=1, axis=0)", "E101", "0", ""),
    # types and layouts
    ("x : R(n)", "E108", "(", "R[n]"),
    ("x : float", "E108", "float", "R[n]"),
    ("x : R[n/2]", "E108", "/", "name"),
    ("x : R[0]", "E108", "0", "positive integer"),
    ("x : R[2.5]", "E108", "2.5", "positive integer"),
    ("x ∈ ℝ^n×m", "E108", "×", "R[m, n]"),
    ("x in R[n]", "E101", "in", "x : R[n]"),
    ("layout foo", "E108", "foo", "numerator"),
    # statements
    ("W @ x", "E101", "W @ x", "y = ..."),
    ("check a", "E101", "check a", "check a == b"),
    ("grad f", "E101", "grad f", "wrt"),
    ("grad f wrt", "E101", "grad f wrt", "wrt"),
    ("grad f by x", "E101", "by", "wrt"),
    ("grad sum(x) wrt x", "E405", "sum(x)", "define"),
    ("grad f, g wrt x", "E101", "f, g", "[u, v]"),
    ("jacobain y wrt x", "E101", "jacobain y", "jacobian"),
    ("chek a == b", "E101", "chek a", "check"),
    ("loss f", "E101", "loss f", "loss f(y)"),
    # from elsewhere
    ("y = X.dot(x)", "E103", ".dot", "A @ B"),
    ("y = W.transpose()", "E103", ".transpose", "A.T"),
    ("f = lambda t: t**2", "E101", "lambda t", "g(t) = t**2"),
    ("def g(t): return t", "E101", "def g", "g(t) = t**2"),
    (r"y = \frac{a}{b}", "E103", r"\frac", "a / b"),
    (r"y = \alpha * x", "E103", r"\alpha", "alpha"),
    ("q = einsum(“ij->ji”, A)", "E103", "“", "straight"),
    ("y = g’(x)", "E103", "’", "straight"),
    ("y = f（x）", "E103", "（", "`(`"),
    ("y = x₁", "E103", "x₁", "x[1]"),
    ("a != b", "E103", "!=", "refute"),
    ("y = ∇f", "E101", "∇f", "∇[x] f"),
    ("y = x\u200b", "E103", "\u200b", "delete"),
    ("y = x\u0302", "E103", "x\u0302", "accent"),
    # numbers
    ("y = 1e999999999", "E107", "1e999999999", "1e300"),
    ("y = 1e-999", "E107", "1e-999", "1e300"),
]


@pytest.mark.parametrize(("text", "code", "marked", "hint"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_mistake(text: str, code: str, marked: str | None, hint: str) -> None:
    (found,) = faults(text)
    assert found.code == code
    assert found.is_error
    assert found.span is not None
    if marked is not None:
        assert text[found.span.start : found.span.end] == marked
    assert hint in (found.hint or "")


def test_every_error_is_reported_and_the_good_statements_are_kept() -> None:
    text = "a = 2 3\nb = 3\nc = (\nd = 4\ne = $\nf = 5"
    assert [d.code for d in faults(text)] == ["E101", "E102", "E103"]
    assert len(program("b = 3\nd = 4\nf = 5")) == 3


def test_a_message_is_one_short_line() -> None:
    for text, *_ in MISTAKES:
        for found in faults(text * 1 + " " + "x" * 500):
            assert "\n" not in found.message and len(found.message) < 200
            assert "\n" not in (found.hint or "")
