"""Attributes: every point drawn has all of them, algebra uses them, sizes and components are all looked at."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import pytest

from gradcli.evaluate.array import Array
from gradcli.expr.node import var
from gradcli.ops.attributes import ATTRIBUTES, implied, shortest
from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source
from gradcli.verdicts.draw import draw
from gradcli.verdicts.entries import STYLES, Entries
from gradcli.verdicts.structured import NoSuchValue, cycle_types


def kind(text: str) -> str:
    (verdict,) = check_source(Source("t.mc", text)).verdicts
    return verdict.kind


# What is true of floats: an oracle apart from the exact tests with which values are drawn.
ORACLE = {
    "symmetric": lambda a: np.allclose(a, a.T),
    "spd": lambda a: np.allclose(a, a.T) and np.linalg.eigvalsh(a).min() > 0,
    "diagonal": lambda a: np.count_nonzero(a - np.diag(np.diag(a))) == 0,
    "lower": lambda a: np.count_nonzero(np.triu(a, 1)) == 0,
    "upper": lambda a: np.count_nonzero(np.tril(a, -1)) == 0,
    "unit": lambda a: np.allclose(np.diag(a), 1),
    "orthogonal": lambda a: np.allclose(a.T @ a, np.eye(a.shape[1])),
    "permutation": lambda a: np.allclose(a.sum(0), 1) and np.allclose(a.sum(1), 1) and set(a.flat) <= {0, 1},
    "positive": lambda a: a.min() > 0,
    "constant": lambda a: True,
    "skew": lambda a: np.allclose(a, -a.T),
    "invertible": lambda a: abs(np.linalg.det(a)) > 1e-12,
    "binary": lambda a: set(a.flat) <= {0, 1},
    "signs": lambda a: set(a.flat) <= {1, -1},
    "simplex": lambda a: a.min() >= 0 and np.allclose(a.sum(1), 1),
    "onehot": lambda a: set(a.flat) <= {0, 1} and np.allclose(a.sum(1), 1),
    "unitnorm": lambda a: np.allclose((a**2).sum(1), 1),
    "nonnegative": lambda a: a.min() >= 0,
}
PAIRS = [pair for count in (1, 2) for pair in combinations(ATTRIBUTES, count)]
NONE = {("spd", "skew"), ("unit", "skew"), ("permutation", "skew"), ("positive", "skew"), ("skew", "signs")}
NONE |= {("skew", "simplex"), ("skew", "onehot")}


def matrix(value: Array) -> np.ndarray:
    return np.array([float(x) for x in value.flat]).reshape(value.shape or (1, 1))


@pytest.mark.parametrize("words", PAIRS)
def test_a_value_has_all_the_attributes_that_it_was_drawn_with(words: tuple[str, ...]) -> None:
    node = var("A", ("n", "n"), frozenset(words))
    drawn = 0
    for size in (1, 2, 3, 4):
        for turn, style in enumerate(STYLES[:3]):
            try:
                found = matrix(draw(node, {"n": size}, Entries(Random(f"{words}{style}"), style, (), turn)))
            except NoSuchValue:
                continue
            drawn += 1
            assert all(ORACLE[word](found) for word in words), found
    assert (drawn == 0) == (words in NONE)


@pytest.mark.parametrize("words", PAIRS)
def test_what_follows_from_attributes_is_true_of_every_value(words: tuple[str, ...]) -> None:
    known = implied(words, True) & ATTRIBUTES.keys()
    node = var("A", ("n", "n"), frozenset(words))
    for size in (1, 2, 3):
        try:
            found = matrix(draw(node, {"n": size}, Entries(Random(size), "signed")))
        except NoSuchValue:
            continue
        assert all(ORACLE[word](found) for word in known)
    assert implied(shortest(known, True), True) >= known


def test_draws_go_through_the_components_of_an_attribute() -> None:
    orthogonal = var("Q", ("n", "n"), frozenset({"orthogonal"}))
    for size in (1, 2, 3, 4):
        found = [matrix(draw(orthogonal, {"n": size}, Entries(Random(turn), "signed", (), turn))) for turn in range(4)]
        assert [round(np.linalg.det(q)) for q in found] == [1, -1, 1, -1]
    permutation = var("P", ("n", "n"), frozenset({"permutation"}))
    for size in range(1, 8):
        kinds = list(cycle_types(size))
        seen = set()
        for turn in range(len(kinds)):
            p = matrix(draw(permutation, {"n": size}, Entries(Random(turn), "signed", (), turn)))
            seen.add(tuple(round(np.trace(np.linalg.matrix_power(p, k))) for k in range(1, size + 1)))
        assert len(seen) == len(kinds)
    symmetric = var("S", ("n", "n"), frozenset({"symmetric"}))
    drawn = [matrix(draw(symmetric, {"n": 3}, Entries(Random(k), "signed"))) for k in range(8)]
    assert any(np.linalg.eigvalsh(s)[0] < 0 < np.linalg.eigvalsh(s)[-1] for s in drawn)
    x = var("x", ("n",), frozenset({"positive"}))
    values = [float(v) for k in range(60) for v in draw(x, {"n": 5}, Entries(Random(k), "wide")).flat]
    assert 0 < min(values) < 1e-5 and max(values) > 1e4


TRUE = """
Q : R[n,n] symmetric orthogonal; check det(Q - I)*det(Q + I) == 0
Q : R[n,n] diagonal orthogonal; check abs(det(Q)) == 1
Q : R[n,n] orthogonal spd; check Q == I
Q : R[n,n] lower spd; check Q == diag(diag(Q))
Q : R[n,n] orthogonal positive; check sum(Q) == n
Q : R[n,n] symmetric orthogonal; check Q@Q == I
Q : R[n,n] lower orthogonal; check Q@Q == I
P : R[n,n] permutation symmetric; check P^2 == I
P : R[n,n] permutation; check P^3 @ P.T == P^2
P : R[n,n] permutation; x : R[n]; check sum(P@x) == sum(x)
K : R[n,n] skew; x : R[n]; check x.T @ K @ x == 0
K : R[n,n] skew; check tr(K^3) == 0
K : R[n,n] skew orthogonal; check K@K == -I
K : R[n,n] skew; S : R[n,n] symmetric; check tr(K@S) == 0
K : R[n,n] skew; Q : R[n,n] orthogonal; check (Q@K@Q.T).T == -Q@K@Q.T
y : R[n] signs; check y**2 == ones(n)
y : R[n] signs; check sum(abs(y)) == n
y : R[n] signs; check 1/y == y
y : R[n] signs; z : R[n]; check norm(y*z)**2 == norm(z)**2
y : R[n] binary; check y*(1-y) == 0
y : R[n] binary; check sqrt(y) == y
y : R[n] binary; check y**5 == y
y : R[n] simplex; check sum(y) == 1
y : R[m,n] simplex; check y @ ones(n) == ones(m)
y : R[m,n] onehot; check y.T @ y == diag(sum(y, axis=0))
y : R[n] onehot; check y @ y.T == diag(y)
y : R[n] unitnorm; check norm(y) == 1
y : R[n] unitnorm; check (I - 2*y@y.T)@(I - 2*y@y.T) == I
y : R[n] nonnegative; check abs(y) == y
y : R[n] nonnegative; check sqrt(y**2) == y
z : R[K]; p = softmax(z); y : R[K] simplex; C = -sum(y * log(p)); check grad(C, z) == p - y
z : R[K]; p = softmax(z); y : R[K] onehot; C = -sum(y * log(p)); check grad(C, z) == p - y
A : R[n,n] invertible; check inv(A)@A == I
Q : R[n,n] orthogonal; check det(Q)**2 == 1
x : R[n]; check sqrt(n**2) == n
""".strip().splitlines()

FALSE = """
P : R[n,n] permutation; check P^6 == I
P : R[n,n] permutation; check P^12 == I
P : R[n,n] permutation; check P^420 == I
P : R[n,n] permutation; check P == P.T
P : R[n,n] permutation symmetric; check P^3 == I
Q : R[n,n] orthogonal; check det(Q) == 1
Q : R[n,n] orthogonal; check det(Q)*tr(Q) == tr(Q)
Q : R[n,n] symmetric orthogonal; check Q == I
Q : R[n,n] orthogonal; check sum(Q) == n
K : R[n,n] skew; check K@K == -I
K : R[n,n] skew; check det(K) == 0
K : R[n,n] skew orthogonal; check K@K == I
K : R[n,n] skew; check K == K.T
y : R[n] binary; check y == ones(n)
y : R[n] signs; check y == ones(n)
y : R[n] signs; check sum(y)**2 == n
y : R[n] simplex; check y == ones(n)/n
y : R[n] simplex; check sum(y**2) == 1
y : R[n] nonnegative; check (y > 0) == ones(n)
y : R[n] unitnorm; check sum(y) == 1
y : R[n] unitnorm; check y*y == y
z : R[K]; p = softmax(z); y : R[K] nonnegative; C = -sum(y * log(p)); check grad(C, z) == p - y
S : R[n,n] symmetric; check det(S) == abs(det(S))
x : R[n]; check relu(n - 8) == 0
x : R[n]; check relu(n - 100)*sum(x) == 0
x : R[n]; check max(n, 1000) == 1000
x : R[n]; check where(n > 20, sum(x), 2*sum(x)) == 2*sum(x)
x : R[n]; check (n-1)*(n-2)*(n-3)*(n-4)*sum(x) == 0
x : R[n]; check (n-1)*(n-2)*(n-3)*(n-4)*(n-5)*(n-6)*(n-7)*(n-8)*(n-9)*sum(x) == 0
A : R[m,n]; check (m-1)*(m-2)*(m-3)*(m-4)*(m-5)*(n-2)*A == 0
x : R[n]; check sqrt((n-10)**2) == 10 - n
x : R[n]; check relu(n - exp(10)) == 0
""".strip().splitlines()


@pytest.mark.parametrize("text", TRUE)
def test_a_true_claim_about_attributes_is_proved_or_equal(text: str) -> None:
    assert kind(text) in ("proved", "equal")


@pytest.mark.parametrize("text", FALSE)
def test_a_false_claim_about_attributes_or_sizes_is_refuted(text: str) -> None:
    assert kind(text) == "refuted"


CLAIMS = (Path(__file__).parent / "data" / "attribute_claims.txt").read_text().splitlines()


@pytest.mark.parametrize("line", CLAIMS)
def test_an_attribute_of_a_defined_name_is_a_claim(line: str) -> None:
    """A false one makes each check that depends on it an error, and is said at the name."""
    found = check_source(Source("t.mc", line[2:]))
    said = [verdict.kind for verdict in found.verdicts]
    if line[0] == "E":
        assert said == ["error"] and [d.code for d in found.errors] == ["E308"]
    else:
        assert said in (["proved"], ["equal"])
