"""What is proved is true, and what is known of matrices and functions is proved."""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from numpy_value import Numeric
from random_expressions import SIZES, random_values

from gradcli.expr.arith import add, div, mul, neg, ones, power, size, sqrt, sub
from gradcli.expr.linear import diag, diagonal, dot, eye, inv, matmul, matpower, trace, transpose
from gradcli.expr.node import MINUS_ONE, ONE, ZERO, Node, make, num, var
from gradcli.expr.reduce import (
    binary,
    compare,
    dim_product,
    elementwise,
    entry,
    kron,
    mean,
    norm,
    over_axis,
    scalar_of_matrix,
    stack,
    total,
    triangle,
    vec,
    where,
)
from gradcli.normal.equal import Comparison, equal
from gradcli.normal.truth import Truth

T = transpose


def _var(name: str, shape: tuple[str | int, ...], *attributes: str) -> Node:
    return var(name, shape, frozenset(attributes))


A, B, S, P = (
    _var("A", ("n", "n")),
    _var("B", ("n", "n")),
    _var("S", ("n", "n"), "symmetric"),
    _var("P", ("n", "n"), "spd"),
)
Q, D, L = _var("Q", ("n", "n"), "orthogonal"), _var("D", ("n", "n"), "diagonal"), _var("L", ("n", "n"), "lower")
U, L1, Pi = (
    _var("U", ("n", "n"), "upper"),
    _var("L1", ("n", "n"), "lower", "unit"),
    _var("Pi", ("n", "n"), "permutation"),
)
W, X = _var("W", ("m", "n")), _var("X", ("n", "m"))
x, y, v, z, r = (
    _var("x", ("n",)),
    _var("y", ("n",)),
    _var("v", ("n",), "positive"),
    _var("z", ("m",)),
    _var("r", (1, "n")),
)
c, d, a = _var("c", ()), _var("d", ()), _var("a", (), "positive")
k2, M22 = _var("k2", (2,)), _var("M22", (2, 2))
Id, n1 = eye("n"), ones(("n",))
two, half = num(2), num(Fraction(1, 2))


def E(name: str, arg: Node, order: int = 0) -> Node:
    return elementwise(name, order, arg)


def det(node: Node) -> Node:
    return scalar_of_matrix("det", node)


def logdet(node: Node) -> Node:
    return scalar_of_matrix("logdet", node)


def softmax(node: Node, axis: int | None = None) -> Node:
    return over_axis("softmax", node, axis)


def lse(node: Node) -> Node:
    return over_axis("logsumexp", node, None)


def sq(node: Node) -> Node:
    return power(node, two)


def over(node: Node) -> Node:
    return power(node, MINUS_ONE)


def m22(i: int, j: int) -> Node:
    return entry(M22, (i, j))


R = add(matmul(T(W), W), mul(a, Id))
s = E("sigmoid", x)
det22 = sub(mul(m22(1, 1), m22(2, 2)), mul(m22(1, 2), m22(2, 1)))

IDENTITIES: list[tuple[str, Node, Node]] = [
    ("transpose of a product", matmul(T(matmul(A, B)), x), matmul(T(B), T(A), x)),
    (
        "distributive",
        matmul(add(A, B), sub(x, y)),
        sub(add(matmul(A, x), matmul(B, x)), add(matmul(A, y), matmul(B, y))),
    ),
    ("trace and Hadamard", trace(matmul(A, B)), total(mul(A, T(B)))),
    ("trace is cyclic", trace(matmul(A, B, S)), trace(matmul(B, S, A))),
    ("quadratic form", dot(x, matmul(A, y)), matmul(T(y), T(A), x)),
    ("outer product", mul(A, matmul(x, T(y))), matmul(diag(x), A, diag(y))),
    ("sum of squares", sq(norm("norm", x)), matmul(T(x), x)),
    ("norm", div(matmul(T(x), x), norm("norm", x)), norm("norm", x)),
    ("norm of a multiple", norm("norm", mul(c, x)), mul(E("abs", c), norm("norm", x))),
    ("orthogonal keeps the norm", norm("norm", matmul(Q, x)), norm("norm", x)),
    ("mean", mul(size("n"), mean(x)), total(x)),
    ("centring", total(sub(x, mean(x))), ZERO),
    ("power of a matrix", matmul(matpower(A, 3), x), matmul(A, A, A, x)),
    ("einsum", make("einsum", (A, x), (("ij", "j"), "i"), ("n",)), matmul(A, x)),
    ("row", matmul(r, A), T(matmul(T(A), T(r)))),
    # inverses
    ("inverse of a product", inv(matmul(A, B)), matmul(inv(B), inv(A))),
    ("inverse of the transpose", inv(T(A)), T(inv(A))),
    ("inverse of a multiple", inv(mul(two, A)), mul(half, inv(A))),
    ("cancelled inside", matmul(B, A, inv(A), x), matmul(B, x)),
    ("cancelled transposed", matmul(T(A), inv(T(A)), x), x),
    ("inverse of a sum", matmul(inv(add(A, B)), A), sub(Id, matmul(inv(add(A, B)), B))),
    ("ridge", matmul(T(W), W, inv(R)), sub(Id, mul(a, inv(R)))),
    ("ridge from the left", matmul(inv(R), T(W), W), matmul(T(W), W, inv(R))),
    ("symmetric inverse", T(inv(R)), inv(R)),
    ("resolvent", sub(inv(A), inv(B)), matmul(inv(A), sub(B, A), inv(B))),
    ("diagonal inverse", inv(add(diag(x), Id)), diag(over(add(x, ONE)))),
    ("symmetric part", T(matmul(S, P)), matmul(P, S)),
    ("orthogonal", matmul(Q, T(Q), x), x),
    ("orthogonal inverse", inv(matmul(Q, A)), matmul(inv(A), T(Q))),
    ("permutation rows", matmul(Pi, n1), n1),
    ("permutation is 0 or 1", mul(Pi, Pi), Pi),
    # determinants
    ("det of a product", det(matmul(A, B)), mul(det(A), det(B))),
    ("det of the inverse", det(inv(A)), over(det(A))),
    ("det of a multiple", det(mul(c, A)), mul(power(c, size("n")), det(A))),
    ("det of the transpose", det(T(A)), det(A)),
    ("logdet of a product", logdet(matmul(A, B)), add(logdet(A), logdet(B))),
    ("logdet of spd", logdet(P), E("log", det(P))),
    ("logdet of orthogonal", logdet(Q), ZERO),
    ("logdet of a diagonal", logdet(diag(x)), total(E("log", E("abs", x)))),
    ("logdet of a triangle", logdet(L), total(E("log", E("abs", diagonal(L))))),
    ("det of a unit triangle", det(L1), ONE),
    ("adjugate", matmul(A, make("adj", (A,), shape=A.shape)), mul(det(A), Id)),
    # structure
    ("triangles", add(triangle("tril", A, 0), triangle("triu", A, 1)), A),
    ("triangle and diagonal", triangle("tril", A, 0), add(triangle("tril", A, -1), diag(diagonal(A)))),
    ("triangle of the transpose", T(triangle("tril", A, 0)), triangle("triu", T(A), 0)),
    ("lower is lower", triangle("tril", L, 0), L),
    ("upper has no lower", triangle("tril", U, -1), mul(ZERO, U)),
    ("diagonal is diagonal", mul(D, A), mul(D, diag(diagonal(A)))),
    ("vec of a product", matmul(kron(T(B), A), vec(S)), vec(matmul(A, S, B))),
    ("kron of products", matmul(kron(A, W), kron(B, X)), kron(matmul(A, B), matmul(W, X))),
    ("kron of identities", kron(eye("m"), Id), eye(dim_product("m", "n"))),
    # functions
    ("sigmoid'", E("sigmoid", x, 1), mul(s, sub(ONE, s))),
    ("sigmoid' by exp", div(E("exp", neg(x)), sq(add(ONE, E("exp", neg(x))))), mul(s, sub(ONE, s))),
    (
        "sigmoid' in a sum",
        matmul(W, div(E("exp", neg(x)), sq(add(ONE, E("exp", neg(x)))))),
        matmul(W, mul(s, sub(ONE, s))),
    ),
    ("sigmoid''", E("sigmoid", x, 2), mul(s, sub(ONE, s), sub(ONE, mul(two, s)))),
    ("sigmoid is odd about 1/2", E("sigmoid", neg(x)), sub(ONE, s)),
    ("tanh by sigmoid", E("tanh", x), sub(mul(two, E("sigmoid", mul(two, x))), ONE)),
    ("tanh'", sub(ONE, sq(E("tanh", x))), power(E("cosh", x), num(-2))),
    ("cosh and sinh", sub(sq(E("cosh", x)), sq(E("sinh", x))), n1),
    ("sin and cos", add(sq(E("sin", x)), sq(E("cos", x))), n1),
    ("double angle", E("sin", mul(two, x)), mul(two, E("sin", x), E("cos", x))),
    ("tan'", E("tan", x, 1), add(ONE, sq(E("tan", x)))),
    ("softplus'", E("softplus", x, 1), s),
    ("softplus", sub(E("softplus", x), E("softplus", neg(x))), x),
    ("log sigmoid", E("log", s), neg(E("softplus", neg(x)))),
    ("exp of a sum", E("exp", add(x, y)), mul(E("exp", x), E("exp", y))),
    ("exp of log", E("exp", mul(two, E("log", x))), sq(x)),
    ("log of positives", E("log", mul(a, v)), add(E("log", a), E("log", v))),
    ("log of a square", E("log", sq(x)), mul(two, E("log", E("abs", x)))),
    ("root of a square", sqrt(sq(add(x, y))), E("abs", add(x, y))),
    ("relu by step", E("relu", x), mul(x, compare("<", ZERO, x))),
    ("relu by max", E("relu", x), binary("max", x, ZERO)),
    ("relu'", E("relu", x, 1), compare("<", ZERO, x)),
    ("abs by sign", E("abs", x), mul(x, E("sign", x))),
    ("sign by division", div(x, E("abs", x)), E("sign", x)),
    ("gradient of norm1", matmul(W, div(E("abs", x), x)), matmul(W, E("sign", x))),
    ("sign of a product", E("sign", mul(c, d)), mul(E("sign", c), E("sign", d))),
    ("abs of a product", E("abs", mul(c, x)), mul(E("abs", c), E("abs", x))),
    ("abs of a product of sums", E("abs", mul(total(x), total(z))), mul(E("abs", total(x)), E("abs", total(z)))),
    ("abs of roots", mul(sqrt(E("abs", c)), sqrt(E("abs", c)), E("sign", c)), c),
    ("root of abs", sqrt(mul(E("abs", x), E("abs", x))), E("abs", x)),
    ("power of abs", power(E("abs", x), half), power(sq(x), num(Fraction(1, 4)))),
    ("division by abs", over(E("abs", add(x, y))), div(E("abs", add(x, y)), sq(add(x, y)))),
    ("log of abs", mul(two, E("log", E("abs", add(x, y)))), E("log", sq(add(x, y)))),
    ("relu of the opposite", sub(E("relu", x), E("relu", neg(x))), x),
    ("relu of a product", E("relu", mul(a, x)), mul(a, E("relu", x))),
    ("relu twice", E("relu", E("relu", x)), E("relu", x)),
    ("max by where", binary("max", x, y), where(compare("<", x, y), y, x)),
    (
        "inside a clip",
        mul(compare("<", binary("max", x, c), d), compare("<", c, x)),
        mul(compare("<", c, x), compare("<", x, d)),
    ),
    ("clip", binary("min", binary("max", x, y), y), y),
    ("abs by where", E("abs", x), where(compare("<", x, ZERO), neg(x), x)),
    ("max and min", add(binary("max", x, y), binary("min", x, y)), add(x, y)),
    ("asin and acos", add(E("asin", x), E("acos", x)), mul(half, make("const", data="pi"), n1)),
    ("power of a name", mul(power(a, c), power(a, d)), power(a, add(c, d))),
    ("power by exp", power(a, c), E("exp", mul(c, E("log", a)))),
    ("function of a diagonal", E("exp", diag(x)), add(sub(ones(("n", "n")), Id), diag(E("exp", x)))),
    ("fractions", add(over(c), over(add(c, ONE))), div(add(mul(two, c), ONE), mul(c, add(c, ONE)))),
    ("partial fractions in a sum", total(over(mul(x, add(x, y)))), total(div(sub(over(x), over(add(x, y))), y))),
    ("softmax is invariant", softmax(add(x, c)), softmax(x)),
    ("softmax sums to one", total(softmax(x)), ONE),
    ("softmax of rows", matmul(softmax(W, 1), n1), ones(("m",))),
    ("logsumexp shifts", lse(add(x, c)), add(c, lse(x))),
    ("softmax by logsumexp", E("exp", sub(x, lse(x))), softmax(x)),
    ("softmax of a product", mul(softmax(matmul(W, x)), total(E("exp", matmul(W, x)))), E("exp", matmul(W, x))),
    # small literal sizes
    ("sum of two", total(k2), add(entry(k2, (1,)), entry(k2, (2,)))),
    ("det of 2 x 2", det(M22), det22),
    ("inverse of 2 x 2", inv(M22), div(stack((m22(2, 2), neg(m22(1, 2)), neg(m22(2, 1)), m22(1, 1)), (2, 2)), det22)),
    ("Cayley and Hamilton", matpower(M22, 2), sub(mul(trace(M22), M22), mul(det(M22), eye(2)))),
    ("function of a literal", E("exp", stack((c, d), (2,))), stack((E("exp", c), E("exp", d)), (2,))),
    ("softmax of two", softmax(stack((c, d), (2,))), stack((E("sigmoid", sub(c, d)), E("sigmoid", sub(d, c))), (2,))),
]

FALSEHOODS: list[tuple[str, Node, Node]] = [
    ("order of a product", matmul(A, B), matmul(B, A)),
    ("transposed", matmul(A, x), matmul(T(A), x)),
    ("sign", neg(x), x),
    ("factor", mul(two, x), x),
    ("inverse of a sum", inv(add(A, B)), add(inv(A), inv(B))),
    ("inverse commutes", matmul(inv(A), B), matmul(B, inv(A))),
    ("det of a sum", det(add(A, B)), add(det(A), det(B))),
    ("det of a multiple", det(mul(c, A)), mul(c, det(A))),
    ("root of a square", sqrt(sq(c)), c),
    ("roots of a product", mul(sqrt(mul(c, d)), sqrt(mul(c, m22(1, 1)))), mul(c, sqrt(mul(d, m22(1, 1))))),
    ("abs", E("abs", c), c),
    ("log of a square", E("log", sq(c)), mul(two, E("log", E("abs", c)), E("sign", c))),
    ("root of an even power", sqrt(sq(power(c, size("m")))), power(c, size("m"))),
    (
        "a piece that is not chosen",
        where(compare("<", ZERO, c), over(E("relu", c)), num(5)),
        where(compare("<", ZERO, c), over(c), num(7)),
    ),
    ("a piece that is chosen at a point", mul(where(compare("<", c, ZERO), over(c), ZERO), c), compare("<=", c, ZERO)),
    ("triangle of a triangle", triangle("tril", A, -1), triangle("tril", A, 0)),
    ("lower is not upper", triangle("triu", L, 0), L),
    ("orthogonal is not symmetric", matmul(Q, Q), Id),
    ("permutation is not symmetric", matmul(Pi, Pi), Id),
    ("softmax scales", softmax(mul(two, x)), softmax(x)),
    ("sigmoid'", E("sigmoid", x, 1), mul(s, s)),
    ("exp of a product", E("exp", mul(c, d)), mul(E("exp", c), E("exp", d))),
    ("sum and Hadamard", total(mul(x, y)), mul(total(x), total(y))),
    ("dimension", total(n1), ONE),
    ("elementwise inverse", power(A, MINUS_ONE), inv(A)),
    ("elementwise square", sq(A), matpower(A, 2)),
    ("double angle", E("cos", mul(two, x)), add(ONE, mul(two, sq(E("sin", x))))),
    ("vec order", vec(matmul(x, T(y))), kron(x, y)),
]


def _values(left: Node, right: Node, seed: int) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    np.seterr(all="ignore")
    numeric = Numeric(random_values(seed, whole=seed % 2 == 1), SIZES)
    return numeric(left).reshape(-1), numeric(right).reshape(-1)


@pytest.mark.parametrize("name", [name for name, _, _ in IDENTITIES])
def test_identities_are_true_and_proved(name: str) -> None:
    ((left, right),) = [(one, other) for label, one, other in IDENTITIES if label == name]
    seen = False
    for seed in range(12):
        try:
            one, other = _values(left, right, seed)
        except np.linalg.LinAlgError:
            continue
        known = np.isfinite(one) & np.isfinite(other)
        seen = seen or bool(known.any())
        np.testing.assert_allclose(one[known], other[known], rtol=1e-7, atol=1e-7)
    assert seen
    assert equal(left, right) is Truth.YES


@pytest.mark.parametrize("name", [name for name, _, _ in FALSEHOODS])
def test_falsehoods_are_not_proved(name: str) -> None:
    ((left, right),) = [(one, other) for label, one, other in FALSEHOODS if label == name]
    differ = False
    for seed in range(24):
        try:
            one, other = _values(left, right, seed)
        except np.linalg.LinAlgError:
            continue
        known = np.isfinite(one) & np.isfinite(other)
        differ = differ or bool((np.abs(one - other)[known] > 1e-6).any())
    assert differ, "the falsehood is true"
    assert equal(left, right) is not Truth.YES


def test_polynomials_in_free_names_that_differ_are_known_to_differ() -> None:
    assert equal(matmul(A, B), matmul(B, A)) is Truth.NO
    assert equal(mul(two, x), x) is Truth.NO
    # Not so where a relation might hold after all.
    assert equal(matmul(Q, Q), Id) is Truth.UNKNOWN
    assert equal(E("g", x), x) is Truth.UNKNOWN


def test_a_truth_is_no_bool() -> None:
    with pytest.raises(TypeError):
        bool(equal(x, x))


@dataclass(frozen=True)
class _Function:
    param: Node | None
    body: Node | None


def test_defined_functions_are_written_out() -> None:
    t = make("param", data="t")
    swish = _Function(t, mul(t, elementwise("sigmoid", 0, t)))
    double = _Function(t, mul(two, elementwise("swish", 0, t)))
    comparison = Comparison({"swish": swish, "double": double})
    assert comparison.equal(E("swish", x), mul(x, s)) is Truth.YES
    assert comparison.equal(E("swish", x, 1), add(s, mul(x, s, sub(ONE, s)))) is Truth.YES
    assert comparison.equal(E("double", x, 1), mul(two, E("swish", x, 1))) is Truth.YES
    assert comparison.equal(E("swish", x), E("double", x)) is Truth.UNKNOWN
    # A constant function.
    three = Comparison({"h": _Function(t, num(3))})
    assert three.equal(E("h", x), mul(num(3), n1)) is Truth.YES
    assert three.equal(E("h", x, 1), mul(ZERO, x)) is Truth.YES


def test_arbitrary_functions_agree_where_their_arguments_do() -> None:
    assert equal(E("g", matmul(A, B, x), 1), E("g", matmul(A, matmul(B, x)), 1)) is Truth.YES
    assert equal(diagonal(E("g", A)), E("g", diagonal(A))) is Truth.YES
    assert equal(T(E("g", A)), E("g", T(A))) is Truth.YES
    assert equal(E("g", x, 1), E("g", x, 2)) is Truth.UNKNOWN
    jacobian = make("vfun", (add(x, y),), ("h", 1), ("m", "n"))
    turned = make("vfun", (add(y, x),), ("h", 1), ("m", "n"))
    assert equal(matmul(T(jacobian), z), T(matmul(T(z), turned))) is Truth.YES
    hessian = make("vfun", (x,), ("h", 2), ("m", "n", "n"))
    one = make("einsum", (hessian, x, y), (("ijk", "j", "k"), "i"), ("m",))
    other = make("einsum", (hessian, x, y), (("ijk", "k", "j"), "i"), ("m",))
    assert equal(one, other) is Truth.YES


def test_factorisations_have_the_attributes_of_their_kind() -> None:
    q = make("factor", (add(A, B),), ("qr", "Q"), ("n", "n"))
    same = make("factor", (add(B, A),), ("qr", "Q"), ("n", "n"))
    assert equal(matmul(T(q), same, x), x) is Truth.YES
    assert equal(q, make("factor", (A,), ("qr", "Q"), ("n", "n"))) is Truth.UNKNOWN


def test_infinity_proves_nothing() -> None:
    infinity = make("const", data="inf")
    assert equal(mul(c, infinity), mul(infinity, d)) is Truth.UNKNOWN


def test_what_may_be_zero_on_a_whole_region_is_neither_positive_nor_negative() -> None:
    for value in (E("relu", c), E("g", c), D, triangle("tril", A, 0)):
        either = add(compare("<", ZERO, value), compare("<", value, ZERO))
        assert equal(either, ones(value.shape)) is Truth.UNKNOWN
    # Nor is a number that may be zero.
    assert equal(add(compare("<", ZERO, c), compare("<", c, ZERO)), ONE) is Truth.UNKNOWN
    assert equal(compare("<", c, d), compare("<=", c, d)) is Truth.UNKNOWN
    assert equal(add(compare("<", c, d), compare("<=", d, c)), ONE) is Truth.YES
    assert equal(compare("<", c, c), ZERO) is Truth.YES
    assert equal(compare("<=", c, c), ONE) is Truth.YES


def test_expressions_thousands_of_nodes_deep() -> None:
    chain = v
    for k in range(3000):
        chain = E("g", add(chain, var(f"b{k % 5}", ("n",))))
    assert equal(matmul(T(x), chain), matmul(T(chain), x)) is Truth.YES
    linear = x
    for _ in range(3000):
        linear = add(mul(var("w", ("n",)), linear), y)
    assert equal(linear, add(linear, y)) in (Truth.NO, Truth.UNKNOWN)


def test_the_gradients_of_a_network_are_compared_quickly() -> None:
    began = time.perf_counter()
    for k in range(50):
        scale = var(f"scale {k}", ())
        u = add(matmul(W, x), mul(scale, z))
        hidden = E("sigmoid", u)
        error = sub(softmax(hidden), z)
        one = mul(error, hidden, sub(ONE, hidden))
        other = mul(error, E("sigmoid", u, 1))
        assert equal(matmul(one, T(x)), matmul(other, T(x))) is Truth.YES
        assert equal(matmul(T(W), one), T(matmul(T(other), W))) is Truth.YES
    assert time.perf_counter() - began < 10  # a second or so; a form that explodes takes minutes
