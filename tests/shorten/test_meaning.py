"""A shorter answer has the value of the one it stands for, and is no longer; a wrong form is not taken."""

from __future__ import annotations

import pytest

from benchmarks.answer_length import rows
from gradcli.expr.arith import neg
from gradcli.expr.node import Node, name_of
from gradcli.expr.walk import leaves
from gradcli.render.text import TextNotation
from gradcli.shorten import known
from gradcli.shorten.derive import derive_short
from gradcli.shorten.judge import Judge
from gradcli.shorten.search import Search
from tests.golden.cases import cases
from tests.oracle.random_programs import random_program
from tests.oracle.random_wide import random_wide
from tests.shorten.points import gap, pairs
from tests.worked.cases import read

_KINDS = {"gradient": "grad", "jacobian": "jac", "hessian": "hess"}


def _random(seed: int) -> list[str]:
    drawn = random_wide(seed).case
    (ask,) = drawn.asks
    return [
        f"{drawn.text}\n{_KINDS.get(ask.kind, 'grad')} {ask.of} wrt {', '.join(ask.wrt)}\n",
        f"{random_program(seed)}grad L wrt x, y\n",
    ]


def _compared(texts: list[str]) -> int:
    count = 0
    for text in texts:
        for program, before, after in pairs(text):
            apart = gap(program, before, after)
            assert apart is None or apart < 1e-7, (text, before.of, before.wrt, before.kind, apart)
            count += apart is not None
    return count


def test_known_programs() -> None:
    chosen = [row for name in ("cookbook", "learning", "papers") for row in rows(f"{name}.txt")]
    chosen += [row for name in ("courses", "fields", "programs") for row in list(rows(f"{name}.txt"))[::8]]
    published = [f"{row.program}{row.kind} {row.of} wrt {row.wrt}\n" for row in chosen]
    assert _compared([*published, *(text for text, _ in cases().values())]) > 40


def test_random_programs() -> None:
    assert _compared([text for seed in range(1000, 1012) for text in _random(seed)]) > 3


def test_a_wrong_rule_costs_an_answer_and_no_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each form that is found is spoilt: none of them is taken."""
    shortest = Search.shortest

    def spoilt(self: Search, root: Node, depth: int = 0) -> Node:
        found = shortest(self, root, depth)
        return found if depth or found is root else neg(found)

    monkeypatch.setattr(Search, "shortest", spoilt)
    text = "x : R[n]; y = x / norm(x); jac y wrt x"
    assert [(before.value, after.value) for _, before, after in pairs(text)] == []


def test_a_wrong_function_is_not_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "recognised", lambda node, meaning: iter((neg(node),)))
    text = "u : R; h = 1 / (1 + exp(-u)); deriv h wrt u"
    program = read(text)
    assert known.in_known_functions(program, program.questions) is program


TRUE = [
    ("inv(A@B)", "inv(B) @ inv(A)"),
    ("y @ y.T / s", "x @ x.T / s**3"),
    ("softmax(z)", "p"),
    ("p * (1 - p)", "p - p * p"),
    ("(A + A.T) @ x", "A @ x + A.T @ x"),
    ("sum(p)", "1"),
]
FALSE = [
    ("inv(A@B)", "inv(A) @ inv(B)"),
    ("y @ y.T / s**2", "x @ x.T / s**3"),
    ("softmax(z)", "p * p"),
    ("p * (1 - y)", "p - p * p"),
    ("(A + A.T) @ x", "A @ x + A @ x"),
    ("sum(y)", "1"),
    ("g(x)", "g(2 * x)"),
    ("A.T @ x", "A @ x"),
]
PROGRAM = """
A, B : R[n, n]
x, z : R[n]
s = sqrt(x.T @ x + 1)
y = x / s
p = exp(z) / sum(exp(z))
a = {}
b = {}
"""


@pytest.mark.parametrize(("short", "long"), TRUE)
def test_what_is_equal_may_stand_for_it(short: str, long: str) -> None:
    judge, a, b = _judged(short, long)
    assert judge.same(a, b)


@pytest.mark.parametrize(("short", "long"), FALSE)
def test_what_is_nearly_equal_may_not(short: str, long: str) -> None:
    judge, a, b = _judged(short, long)
    assert not judge.same(a, b)


def _judged(short: str, long: str) -> tuple[Judge, Node, Node]:
    program = read(PROGRAM.format(short, long))
    assert not [said for said in program.diagnostics if said.is_error]
    definitions = {program.nodes[name]: value for name, value in program.definitions.items()}
    return Judge(definitions, program.functions), program.definitions["a"], program.definitions["b"]


# Short to look at, and not equal: an intermediate that is asked for is not dissolved in a known function.
KEPT = [
    "z : R[n]; e = exp(z); s = sum(e); p = e / s; L = sum(p**2); grad L wrt e",
    "z : R[n]; e = exp(z); s = sum(e); p = e / s; L = sum(p**2); G = grad(L, e); M = sum(G); grad M wrt z",
    "z : R[n]; s = sum(exp(z)); l = log(s); deriv l wrt s",
]


@pytest.mark.parametrize("text", KEPT)
def test_an_intermediate_that_is_asked_for_stays(text: str) -> None:
    for program, before, after in pairs(text):
        apart = gap(program, before, after)
        assert apart is not None and apart < 1e-9
    answers = derive_short(read(text)).answers
    assert answers and all(answer.value.op != "zeros" for answer in answers)


def test_a_name_divides_by_nothing_new() -> None:
    """`r = a / b` has no value where b is 0, `b**3 / a` has: it is not `b**2 / r`."""
    (answer,) = derive_short(read("a, b : R[n]; r = a / b; w = b**3 * r / a**2; L = sum(w); grad L wrt a")).answers
    assert "r" not in {name_of(node) for node in leaves(answer.value)}


READ = {
    "r : R[n]; L = sum(log(cosh(r))); hess L wrt r": "I − diag(tanh(r)²)",
    "X : R[N, d]; C = X - mean(X, axis=0, keepdims=True); S = C.T@C/N; L = logdet(S); grad L wrt X": "2 C S⁻¹ / N",
    "X : R[N, d]; w : R[d]; y : R[N]; p = sigmoid(X@w); L = -mean(y*log(p) + (1 - y)*log(1 - p)); hess L wrt w": (
        "Xᵀ diag(p − p²) X / N"
    ),
    "X : R[N, d]; w : R[d]; y : R[N]; L = sum(max(0, 1 - y*(X@w))**2); grad L wrt w": (
        "−2 Xᵀ (max(0, 1 − y ⊙ (X w)) ⊙ y)"
    ),
    "x, g : R[n]; e : R; m = mean(x); s = sqrt(var(x) + e); h = (x - m)/s; y = g*h; grad f wrt x": (
        "(∇_y f ⊙ g − (gᵀ ∇_y f + (yᵀ ∇_y f) h) / n) / s"
    ),
    "A : R[n, n] symmetric; x : R[n]; r = x.T@A@x/norm(x)**2; g = 2*(A@x - r*x)/norm(x)**2; hess r wrt x": (
        "2 (A − r I − g xᵀ − x gᵀ) / ‖x‖²"
    ),
    "A0, A1 : R[n, n] symmetric; x : R; F = A0 + x*A1; L = -logdet(F); grad L wrt x": "−tr(F⁻¹ A1)",
    "T : R[K, d]; t : R[d]; A = logsumexp(T@t); p = softmax(T@t); hess A wrt t": "Tᵀ (diag(p) − p pᵀ) T",
    "x, m : R[d]; v : R; D = norm(x - m)**2; l = -(v + d)/2*log(1 + D/v); grad l wrt m": "(v + d) (x − m) / (v + D)",
    "x : R[n]; m = mean(x); v = mean((x-m)**2); z = (x-m)/sqrt(v); jac z wrt x": "(I − 1_(n×n) / n − z zᵀ / n) / √(v)",
    "A : R[m, n]; x : R[n]; b : R[m]; r = A@x - b; f = sqrt(r.T@r + 1); hess f wrt x": "Aᵀ (I − r rᵀ / f²) A / f",
    "x : R[n]; s = sqrt(x.T@x + 1); y = x / s; jac y wrt x": "(I − y yᵀ) / s",
    "z : R[n]; p = exp(z) / sum(exp(z)); jac p wrt z": "diag(p) − p pᵀ",
}


@pytest.mark.parametrize("text", READ)
def test_an_answer_reads_as_on_a_board(text: str) -> None:
    program = read(text)
    (answer,) = derive_short(program).answers
    assert TextNotation(variables=program.nodes.keys()).render(answer.value) == READ[text]
