"""Factorisations and matrix functions as they are read, derived, printed and checked."""

from __future__ import annotations

import pytest

from gradcli.cli.main import main
from gradcli.derive.derive import derive
from gradcli.program.elaborate import elaborate
from gradcli.render.derive_mc import derive_mc
from gradcli.render.mc import mc
from gradcli.rules.load import all_rules
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.check import check_source
from tests.factor.emitted import answers

GRADIENTS = [
    (
        "P, L, U = lu(X)\nloss z(L, U)\ngrad z wrt X",
        "P.T @ inv(L).T @ (tril(L.T @ grad(z, L), -1) + triu(grad(z, U) @ U.T)) @ inv(U).T",
    ),
    (
        "L = chol(S)\nloss z(L)\ngrad z wrt S",
        "inv(L).T @ (tril(L.T @ grad(z, L)) + tril(L.T @ grad(z, L), -1).T) @ inv(L) / 2",
    ),
    ("w, V = eigh(S)\nloss z(w)\ngrad z wrt S", "V @ diag(grad(z, w)) @ V.T"),
    ("U, s, V = svd(X)\nloss z(s)\ngrad z wrt X", "U @ diag(grad(z, s)) @ V.T"),
    ("U, s, V = svd(X)\nf = norm_nuc(X)\ngrad f wrt X", "U @ V.T"),
    ("Z = expm(A)\nloss z(Z)\ngrad z wrt A", "expm_frechet(A.T, grad(z, Z))"),
    ("y = cumsum(x)\nloss z(y)\ngrad z wrt x", "flip(cumsum(flip(grad(z, y))))"),
    ("A : R[n, n]\nf = tr(A^5)\ngrad f wrt A", "5 * (A^4).T"),
]


@pytest.mark.parametrize(("text", "value"), GRADIENTS)
def test_a_gradient_reads_as_in_the_literature(text: str, value: str) -> None:
    _, (answer,) = answers(text)
    assert mc(answer.value) == value


PRINTED = [
    "P, L, U = lu(X)",
    "S : R[n, n] spd\nL = chol(S)",
    "Q, R_ = qr(X)",
    "w, V = eigh(S)",
    "U, s, V = svd(X)",
    "L, U = doolittle(X)",
    "Y = pinv(A)",
    "f = norm2(A) * norm_nuc(A)",
    "S : R[n, n] spd\nb : R[n]\ny = chol(S) @ b\njacobian y wrt S\ngrad f wrt S, b",
    "b : R[n]\nP, L, U = lu(X)\ny = U @ L @ b\njacobian y wrt b\nloss z(y)\ngrad z wrt X",
]


@pytest.mark.parametrize("text", PRINTED)
def test_a_printed_derivation_reads_back_and_holds(text: str) -> None:
    program, found = answers(text)
    verdicts = check_source(Source("<test>", derive_mc(program, found))).verdicts
    assert verdicts and all(verdict.ok for verdict in verdicts), verdicts


HOLDS = """
X : R[m, n]
A : R[n, n]
S : R[n, n] spd
P, L, U = lu(A)
C = chol(S)
Q, R_ = qr(X)
w, V = eigh(S)
U_, s, V_ = svd(X)
check P @ A == L @ U
check L == tril(L)
check diag(L) == ones(n)
check C @ C.T == S
check Q @ R_ == X
check Q.T @ Q == eye(n)
check S == V @ diag(w) @ V.T
check X == U_ @ diag(s) @ V_.T
check U_.T @ U_ == eye(n)
check tr(S) == sum(w)
check norm(X)**2 == sum(s**2)
check norm2(X) == s[1]
check norm_nuc(X) == sum(s)
check X @ pinv(X) @ X == X
check expm(A) @ expm(-A) == eye(n)
check grad(tr(expm(A)), A) == expm(A).T
check grad(logdet(X.T @ X), X) == 2 * pinv(X).T
check grad(det(X.T @ S @ X), X) == 2 * det(X.T @ S @ X) * S @ X @ inv(X.T @ S @ X)
refute Q @ Q.T == eye(m)
refute grad(sum(w), S) == S
"""


def test_what_factors_and_functions_are() -> None:
    text = HOLDS.replace("X.T @ S @ X", "X.T @ T @ X").replace("* S @ X @", "* T @ X @") + "T : R[m, m] spd\n"
    verdicts = check_source(Source("<test>", text)).verdicts
    assert [verdict.text for verdict in verdicts if not verdict.ok] == []


def _diagnostics(text: str) -> list[tuple[str, str, str | None]]:
    module, diagnostics = parse_module(Source("<test>", text))
    derivation = derive(elaborate([module], diagnostics))
    said = [*derivation.program.diagnostics, *derivation.diagnostics]
    return [(d.code, d.message, d.hint) for d in said if d.is_error]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("P, L = lu(X)", "E204", "3 outputs"),
        ("L = lu(X)", "E204", "name them"),
        ("a, b = X @ Y", "E204", "P, L, U = lu(X)"),
        ("A : R[3, 4]\nP, L, U = lu(A)", "E302", "square"),
        ("x : R[n]\nQ, R_ = qr(x)", "E305", "matrix"),
        ("C : R[2, 3]\nQ, R_ = qr(C)", "E301", "qr(X.T)"),
        ('L = lu(X, "Q")', "E209", "its parts are P, L, U"),
        ("y = cumsum(A)", "E406", "axis=0"),
        ("A : R[3, 4]\nZ = expm(A)", "E302", "square"),
        ("P, L, U = lu(X)\njacobian P wrt X", "E401", "permutation"),
        ("P, L, U = lu(X)\nf = sum(P * X)\ngrad f wrt P", "E401", "jumps"),
    ],
)
def test_what_cannot_be_said_is_told_how(text: str, code: str, words: str) -> None:
    ((found, message, hint),) = _diagnostics(text)
    assert found == code and words in f"{message} {hint}"


def test_an_integer_has_a_forward_difference() -> None:
    module, diagnostics = parse_module(Source("<test>", "k : Z\nx : R[n]\ny = k * x\nf = k * y.T @ y\ngrad f wrt k, x"))
    derivation = derive(elaborate([module], diagnostics))
    assert [(d.code, "Δ_k f = f(k + 1) - f(k)" in (d.hint or "")) for d in derivation.diagnostics] == [("E401", True)]
    gradient, difference = derivation.answers
    assert (gradient.wrt, difference.kind, difference.wrt) == ("x", "difference", "k")
    text = f"k : Z\nx : R[n]\nF(t) = t**3\ncheck {mc(difference.value)} == (F(k + 1) - F(k)) * x.T @ x"
    assert [verdict.ok for verdict in check_source(Source("<test>", text)).verdicts] == [True]


def test_names_of_functions_beyond_the_reference_may_be_taken() -> None:
    _, found = answers("norm2 = x.T @ x\nqr = 2 * norm2\ngrad qr wrt x")
    assert mc(found[0].value) == "4 * x"


@pytest.mark.parametrize("name", ["lu", "chol", "qr", "eigh", "svd", "pinv", "expm", "norm2", "norm_nuc", "implicit"])
def test_rules_are_shown_with_source_and_conditions(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", name]) == 0
    shown = capsys.readouterr().out
    assert f"rule {name}:" in shown and "note:" in shown and "grad " in shown
    rule = all_rules()[name]
    assert rule.source
