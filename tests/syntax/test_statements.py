"""Every statement of the language, and where a statement ends."""

from __future__ import annotations

import pytest

from gradcli.syntax import ast
from tests.syntax.helpers import faults, names, program, statement, tree


def _type(text: str) -> tuple[str, tuple[str | int, ...]]:
    found = statement(text)
    assert isinstance(found, ast.Declare) and isinstance(found.type, ast.ArrayType)
    return found.type.base, found.type.dims


@pytest.mark.parametrize(
    ("text", "base", "dims"),
    [
        ("x : R[n]", "R", ("n",)),
        ("x:R[n]", "R", ("n",)),
        ("r : R[1, n]", "R", (1, "n")),
        ("A : R[m, n]", "R", ("m", "n")),
        ("T : R[i, j, k]", "R", ("i", "j", "k")),
        ("c : R", "R", ()),
        ("k : Z", "Z", ()),
        ("x ∈ ℝ^n", "R", ("n",)),
        ("A ∈ ℝ^{m×n}", "R", ("m", "n")),
        ("A ∈ ℝ^{m × 3}", "R", ("m", 3)),
        ("A : R^(m×n)", "R", ("m", "n")),
        ("A : R[m×n]", "R", ("m", "n")),
        ("x : R^n", "R", ("n",)),
        ("x : ℝ^T", "R", ("T",)),
        ("x : R[T]", "R", ("T",)),
        ("k ∈ ℤ", "Z", ()),
        ("R : R[R]", "R", ("R",)),
    ],
)
def test_declaration(text: str, base: str, dims: tuple[str | int, ...]) -> None:
    assert _type(text) == (base, dims)


def test_declaration_of_several_names_with_attributes() -> None:
    found = statement("L, M : R[n, n] lower unit")
    assert isinstance(found, ast.Declare)
    assert names(found.names) == ["L", "M"]
    assert names(found.attributes) == ["lower", "unit"]


@pytest.mark.parametrize(
    ("text", "domain", "codomain"),
    [
        ("g : R -> R", (), ()),
        ("h : R[n] -> R[m]", ("n",), ("m",)),
        ("f : R[m] → R", ("m",), ()),
    ],
)
def test_function_declaration(text: str, domain: tuple[str, ...], codomain: tuple[str, ...]) -> None:
    found = statement(text)
    assert isinstance(found, ast.Declare) and isinstance(found.type, ast.FunctionType)
    assert (found.type.domain.dims, found.type.codomain.dims) == (domain, codomain)


def test_definitions() -> None:
    simple, function, indexed, many = program(
        "y = W @ x\ng(t, s) = t**2 + s\nY[i, j] = sum[k](A[i, k] * B[k, j])\nP, L, U = lu(X)"
    )
    assert isinstance(simple, ast.Define) and simple.name.id == "y" and tree(simple.value) == "(W @ x)"
    assert isinstance(function, ast.DefineFunction) and names(function.params) == ["t", "s"]
    assert isinstance(indexed, ast.DefineIndexed) and names(indexed.indices) == ["i", "j"]
    assert tree(indexed.value) == "sum[k]{(A[i, k] * B[k, j])}"
    assert isinstance(many, ast.DefineMany) and names(many.names) == ["P", "L", "U"]


def test_relation_loss_and_layout() -> None:
    relation, loss, layout = program("implicit P, L, U : P @ X == L @ U\nloss z(P, L, U)\nlayout mixed")
    assert isinstance(relation, ast.Implicit) and names(relation.names) == ["P", "L", "U"]
    assert (tree(relation.left), tree(relation.right)) == ("(P @ X)", "(L @ U)")
    assert isinstance(loss, ast.Loss) and (loss.name.id, names(loss.args)) == ("z", ["P", "L", "U"])
    assert isinstance(layout, ast.Layout) and layout.name.id == "mixed"


@pytest.mark.parametrize(
    ("text", "kind", "of", "wrt"),
    [
        ("grad f wrt x, W", "gradient", "f", ["x", "W"]),
        ("gradient f wrt x", "gradient", "f", ["x"]),
        ("jacobian y wrt x", "jacobian", "y", ["x"]),
        ("jacobian [u, v] wrt [x, y]", "jacobian", "[u, v]", ["[x, y]"]),
        ("hessian f wrt x", "hessian", "f", ["x"]),
        ("hess f wrt x", "hessian", "f", ["x"]),
        ("derivative Y wrt X", "derivative", "Y", ["X"]),
        ("derivative z wrt W[i, j]", "derivative", "z", ["W[i, j]"]),
        ("differential y", "differential", "y", []),
        ("hvp f wrt x", "hvp", "f", ["x"]),
        ("grad loss wrt wrt", "gradient", "loss", ["wrt"]),
        ("grad f wrt x,\n  W", "gradient", "f", ["x", "W"]),
    ],
)
def test_question(text: str, kind: str, of: str, wrt: list[str]) -> None:
    found = statement(text)
    assert isinstance(found, ast.Question)
    assert (found.kind, tree(found.of), [tree(w) for w in found.wrt]) == (kind, of, wrt)


def test_checks_and_chains() -> None:
    check, refute, chain = program("check a == b\nrefute a == b\ncheck a == b == c")
    assert isinstance(check, ast.Check) and check.kind == "check" and len(check.sides) == 2
    assert isinstance(refute, ast.Check) and refute.kind == "refute"
    assert isinstance(chain, ast.Check) and [tree(s) for s in chain.sides] == ["a", "b", "c"]


# ------------------------------------------------- words that are names as well


@pytest.mark.parametrize("word", ["check", "refute", "loss", "layout", "implicit", "grad", "hessian", "hvp"])
def test_a_word_is_a_name_where_it_can_be(word: str) -> None:
    kinds = [
        (f"{word} = sum(y)", ast.Define),
        (f"{word} : R", ast.Declare),
        (f"{word}, b : R", ast.Declare),
        (f"{word}, b = qr(X)", ast.DefineMany),
        (f"{word}(t) = t**2", ast.DefineFunction),
        (f"{word}[i] = x[i]", ast.DefineIndexed),
    ]
    for text, kind in kinds:
        assert isinstance(statement(text), kind), text


def test_a_word_in_front_of_a_bracket() -> None:
    assert isinstance(statement("check (a + b) == c"), ast.Check)
    assert isinstance(statement("check [a, b] == c"), ast.Check)
    assert isinstance(statement("check -a == b"), ast.Check)
    assert isinstance(statement("check(a) = a"), ast.DefineFunction)


# ------------------------------------------------------- where a statement ends


@pytest.mark.parametrize(
    "text",
    [
        "y = a +\n b",
        "y = a @ # a comment\n\n # another\n b",
        "y = (a\n + b)",
        "y = [\n a,\n b\n]",
        "y = g(\n\n a # here\n)",
        "check a\n == b",
        "check a\n# a comment\n\n   == b # c\n\n == c",
        "y =\n a",
        "y = sum(A,\n axis=1)",
        "y = a *\\\n b".replace("\\", ""),
        "y = a; ",
        ";; y = a ;;",
        "\n\n\n y = a \n\n",
        "y = a # ; z = b",
        "\ty\t=\ta",
        "y\u00a0= a",
    ],
)
def test_one_statement(text: str) -> None:
    statement(text)


@pytest.mark.parametrize(
    "text", ["y = a\nz = b", "y = a; z = b", "y = a;\n\n;z = b", "y = a # c\nz = b", "x : R\ny : R"]
)
def test_two_statements(text: str) -> None:
    assert len(program(text)) == 2


def test_a_leading_operator_does_not_go_on() -> None:
    module = faults("y = a\n + b")
    assert [d.code for d in module] == ["E101"]


def test_an_open_operator_does_not_swallow_the_next_statement() -> None:
    found = faults("y = a +\nz = b\nw = (c\nx : R[n]\ncheck a == b\n")
    assert [(d.code, d.span and d.span.start) for d in found] == [("E101", 6), ("E102", 18)]


def test_the_readme_example_of_the_language() -> None:
    text = """
    # a neuron
    W : R[m, n]
    x : R[n]
    u = W@x; y = g(u)
    check grad(f, x) == W.T @ (grad(f, y) * g'(u))
    """
    kinds = [type(s).__name__ for s in program(text)]
    assert kinds == ["Declare", "Declare", "Define", "Define", "Check"]
