"""Every form of an expression reads as the language says."""

from __future__ import annotations

import ast as python
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcli.syntax import ast
from gradcli.syntax.parse import parse_expression
from tests.syntax.helpers import read

FORMS = {
    # sums and products, flat and left to right
    "a + b - c + d": "(a + b - c + d)",
    "a * b / c @ d": "(a * b / c @ d)",
    "a + b * c": "(a + (b * c))",
    "a - (b - c)": "(a - (b - c))",
    "(a * b) * c": "((a * b) * c)",
    "a ⊙ b ∘ c .* d": "(a * b * c * d)",
    "a ⊘ b ./ c / d": "(a / b / c / d)",
    "A ⊗ B @ C": "(A kron B @ C)",
    # signs
    "-a * b": "((- a) * b)",
    "a * -b": "(a * (- b))",
    "- -a": "(- (- a))",
    "+a": "a",
    "a − b": "(a - b)",
    "−a": "(- a)",
    # powers
    "-x ** 2": "(- (x ** 2))",
    "x ** -1": "(x ** (- 1))",
    "a ** b ** c": "(a ** (b ** c))",
    "a ** -b ** c": "(a ** (- (b ** c)))",
    "a .^ b": "(a ** b)",
    "2 * x ** 2": "(2 * (x ** 2))",
    "A ^ k": "(A ^ k)",
    "A^-1": "(A ^ (- 1))",
    "-A^2": "(- (A ^ 2))",
    "A^2 ** 3": "((A ^ 2) ** 3)",
    "x ** y^2": "(x ** (y ^ 2))",
    "A^(k+1)": "(A ^ (k + 1))",
    "(a^b)^c": "((a ^ b) ^ c)",
    "a^(b^c)": "(a ^ (b ^ c))",
    "A^g(k)": "(A ^ g(k))",
    # transposes
    "A.T": "A.T",
    "Aᵀ": "A.T",
    "A^T": "A.T",
    "A ^ T": "A.T",
    "A⊤": "A.T",
    "A.T.T": "A.T.T",
    "A^-T": "(A ^ (- 1)).T",
    "A^ - T": "(A ^ (- 1)).T",
    "X^3.T": "(X ^ 3).T",
    "X^T^3": "(X.T ^ 3)",
    "X^-T^2": "((X ^ (- 1)).T ^ 2)",
    "A^T2": "(A ^ T2)",
    "T^T": "T.T",
    "x.T@y": "(x.T @ y)",
    "2.T": "2.T",
    "-A.T": "(- A.T)",
    "(A @ B).T": "(A @ B).T",
    # numbers
    "2.*x": "(2 * x)",
    "2./x": "(2 / x)",
    "2.^x": "(2 ** x)",
    "0.1": "1/10",
    "1e-3": "1/1000",
    "2.5E2": "250",
    "1/3": "(1 / 3)",
    # calls
    "g(u)": "g(u)",
    "g'(u)": "g'(u)",
    "g''(u)": "g''(u)",
    "g′(u)": "g'(u)",
    "max(0, u)": "max(0, u)",
    "sum(A, axis=1)": "sum(A, axis=1)",
    "jac(y, x, layout=denominator)": "jac(y, x, layout=denominator)",
    "f()": "f()",
    "f(a, b,)": "f(a, b)",
    'einsum("ij,jk->ik", A, B)': "einsum('ij,jk->ik', A, B)",
    "einsum('ij->ji', A)": "einsum('ij->ji', A)",
    "g'(u) + h'(v)": "(g'(u) + h'(v))",
    # entries, literals, sums over indices
    "x[i]": "x[i]",
    "A[i, j]": "A[i, j]",
    "A.T[1, 2]": "A.T[1, 2]",
    "A[i, j]^2": "(A[i, j] ^ 2)",
    "[a, b, c]": "[a, b, c]",
    "[[a, b], [c, d]]": "[[a, b], [c, d]]",
    "[a, b,]": "[a, b]",
    "sum[k](A[i, k] * B[k, j])": "sum[k]{(A[i, k] * B[k, j])}",
    "sum[i, j](A[i, j])": "sum[i, j]{A[i, j]}",
    "Σ[k](x[k])": "sum[k]{x[k]}",
    "∑[k](x[k])": "sum[k]{x[k]}",
    "2 * sum[k](x[k]) + 1": "((2 * sum[k]{x[k]}) + 1)",
    # comparisons
    "a < b + c": "(a < (b + c))",
    "a <= b": "(a <= b)",
    "a ≤ b": "(a <= b)",
    "a ≥ b": "(a >= b)",
    "(a < x) * (x < b)": "((a < x) * (x < b))",
    # derivatives
    "grad(f, x)": "grad(f, x)",
    "∇[x] f": "grad(f, x)",
    "∇[x] f * y": "(grad(f, x) * y)",
    "∇[x] f.T": "grad(f, x).T",
    "∇[x] (f + g)": "grad((f + g), x)",
    "∂y/∂x": "jac(y, x)",
    "∂y/∂x * z": "(jac(y, x) * z)",
    "∂z/∂y @ ∂y/∂x": "(jac(z, y) @ jac(y, x))",
    "∂y/∂x.T": "jac(y, x).T",
    "∂(a + b)/∂x": "jac((a + b), x)",
    "jac(u, [x, y])": "jac(u, [x, y])",
    # names that are words elsewhere
    "loss + check * grad": "(loss + (check * grad))",
    "R @ Z + I": "((R @ Z) + I)",
    "T + T": "(T + T)",
    "变量 + _a1": "(变量 + _a1)",
}


@pytest.mark.parametrize("text", FORMS)
def test_form(text: str) -> None:
    assert read(text) == FORMS[text]


def test_names_are_composed() -> None:
    assert read("e\u0301 + \u00e9") == "(\u00e9 + \u00e9)"


def test_decimals_are_exact() -> None:
    found = parse_expression(ast.Source("t", "0.1"))
    assert found == ast.Num(ast.Span(0, 3), Fraction(1, 10))


def test_spans_cover_what_was_written() -> None:
    text = " (a + b) * g(c) "
    found = parse_expression(ast.Source("t", text))
    assert isinstance(found, ast.Product)
    assert text[found.span.start : found.span.end] == "(a + b) * g(c)"
    first, second = found.factors
    assert text[first.span.start : first.span.end] == "a + b"
    assert text[second.span.start : second.span.end] == "g(c)"


# -------------------------------------------------- Python reads the same text
# Where the language has Python's operators it has Python's precedence, and Python's own
# parser is the judge.

_BINARY = {
    python.Add: "+",
    python.Sub: "-",
    python.Mult: "*",
    python.Div: "/",
    python.MatMult: "@",
    python.Pow: "**",
}


def _python_tree(node: python.expr) -> str:
    match node:
        case python.Name(id=name):
            return name
        case python.Constant(value=value):
            return str(value)
        case python.UnaryOp(op=python.USub(), operand=arg):
            return f"(- {_python_tree(arg)})"
        case python.BinOp(left=left, op=op, right=right):
            return f"({_python_tree(left)} {_BINARY[type(op)]} {_python_tree(right)})"
        case python.Call(func=python.Name(id=fn), args=args):
            return f"{fn}({', '.join(map(_python_tree, args))})"
        case python.Attribute(value=value):
            return f"{_python_tree(value)}.T"
    raise AssertionError(python.dump(node))


def _binary_tree(node: ast.Expr) -> str:
    """Write a tree with its flat chains bracketed from the left."""
    match node:
        case ast.Sum(terms=parts, ops=ops) | ast.Product(factors=parts, ops=ops):
            out = _binary_tree(parts[0])
            for op, part in zip(ops, parts[1:], strict=True):
                out = f"({out} {op} {_binary_tree(part)})"
            return out
        case ast.Neg(arg=arg):
            return f"(- {_binary_tree(arg)})"
        case ast.Power(base=base, exponent=exponent):
            return f"({_binary_tree(base)} ** {_binary_tree(exponent)})"
        case ast.Call(fn=fn, args=args):
            return f"{fn}({', '.join(map(_binary_tree, args))})"
        case ast.Transpose(arg=arg):
            return f"{_binary_tree(arg)}.T"
        case ast.Name(id=name):
            return name
        case ast.Num(value=value):
            return str(value)
    raise AssertionError(node)


_LEAVES = st.sampled_from(["a", "b", "W", "2", "13"])
_TEXTS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", "-", "*", " / ", "@", "**"]), inner).map("".join),
        inner.map(lambda t: "-" + t),
        inner.map(lambda t: f"({t})"),
        inner.map(lambda t: f"({t}).T"),
        inner.map(lambda t: f"g({t})"),
    ),
    max_leaves=12,
)


@given(_TEXTS)
def test_precedence_is_pythons(text: str) -> None:
    found = parse_expression(ast.Source("t", text))
    assert isinstance(found, ast.Expr)
    assert _binary_tree(found) == _python_tree(python.parse(text, mode="eval").body)
