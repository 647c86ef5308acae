"""What is said of mistakes in index notation: the code, the place and what to do."""

from __future__ import annotations

import pytest

from gradcli.diagnostics import Diagnostic
from gradcli.program.elaborate import elaborate
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module

# program, code, the text that is pointed at, a part of the message, a part of the hint
MISTAKES = [
    (
        "A, B : R[2, 3]\nY[i, j] = sum[k](A[i, k] * B[k, j])",
        "E310",
        "B[k, j]",
        "over 3 in A[i, k], over 2",
        "B[j, k] fits",
    ),
    ("Y[i, j] = A[i, k] * B[k, j]", "E310", "k", "k is used and never bound", "sum[k]"),
    ("y = x[n]", "E310", "n", "n is used and never bound", None),
    ("Y[i, j] = x[i]", "E310", "j", "stands at no entry", "declare `Y : R[m, n]`"),
    ("y = sum[k](x[1])", "E310", "sum[k](x[1])", "k stands at no entry", None),
    ("Y[i, j] = A * x[i] * z[j]", "E310", "A", "here one entry of it belongs", "A[i, j]"),
    ("y[i] = A[i, 1] + exp(x)", "E310", "x", "here one entry", "x[i]"),
    ("y[i] = sum(x[i])", "E310", "sum(x[i])", "x[i] is one entry", "sum[i](x[i])"),
    ("y = argmax(x)", "E401", "argmax(x)", "moves by jumps", "softmax(k * x)"),
    ("Y[i, i] = x[i]", "E310", "x[i]", "bound twice", None),
    ("y[i] = sum[i](x[i])", "E310", "sum[i](x[i])", "bound twice", None),
    (
        "y[i] = T[i, 2, 1]",
        "E307",
        "T[i, 2, 1]",
        "taken for a matrix, with 2 indices, not 3",
        "declare `T : R[i, n, n]`",
    ),
    ("x : R[3]\ny[i] = x[4] * x[i]", "E307", "4", "out of range", None),
    ("Y : R[m, n]\nY[i] = x[i]", "E307", "x[i]", "declared m x n and has 1", None),
    ("s = sum[i](norm([x[i], 2]))", "E402", "sum[i](norm([x[i], 2]))", "depends on an index", "name of its own"),
    ('y = einsum("ij,jk", A)', "E204", 'einsum("ij,jk", A)', "2 operands, and there are 1", None),
    ('y = einsum("ijk->", A)', "E305", "A", "3 indices, ijk", "declare `A : R[i, j, k]`"),
    ('A, B : R[2, 3]\ny = einsum("ij,jk", A, B)', "E310", "B", "j runs over 3 in A, over 2 in B", None),
    ('y = einsum("ij->ik", A)', "E209", '"ij->ik"', "k of the result is at no operand", None),
    ('y = einsum("ij->ii", A)', "E209", '"ij->ii"', "i is twice", None),
    ('y = einsum("i...->i", A)', "E209", '"i...->i"', "`...` is not understood", "a letter for every axis"),
    ("y = einsum(A, B)", "E209", "einsum(A, B)", "subscripts, in quotes", None),
    ("A : R[2, 6]\nY = reshape(A, 3, 5)", "E301", "reshape(A, 3, 5)", "has 12, not 15", None),
    ("Y = reshape(A, n / 2)", "E304", "n / 2", "no dimension", None),
]


@pytest.mark.parametrize(("text", "code", "place", "message", "hint"), MISTAKES)
def test_a_mistake_is_named_and_pointed_at(text: str, code: str, place: str, message: str, hint: str | None) -> None:
    found = _errors(text)
    assert [said.code for said in found] == [code], found
    (said,) = found
    assert said.span is not None and text[said.span.start : said.span.end] == place
    assert message in said.message
    if hint is not None:
        assert hint in f"{said.message} {said.hint}"


def _errors(text: str) -> list[Diagnostic]:
    module, diagnostics = parse_module(Source("<test>", text))
    return [said for said in elaborate([module], diagnostics).diagnostics if said.is_error]


def test_an_index_hides_a_value_of_its_name() -> None:
    assert not _errors("i : R\nx : R[n]\ny[i] = x[i]\nz = i * x")


def test_a_definition_may_have_the_name_of_an_index_elsewhere() -> None:
    assert not _errors("k = sum[i](x[i])\ny = sum[k](x[k]) * k")


def test_a_dimension_is_a_number_in_an_indexed_expression() -> None:
    assert not _errors("x : R[n]\ny[i] = x[i] / n")


def test_an_index_along_an_array_that_is_not_read_ends() -> None:
    text = "x : R[n]\nw E_)  :R[k]\nb : R\ny[i] = sum[j](w[j] * x[i + j - 1]) + b"
    assert _errors(text)


def test_a_function_before_brackets_that_do_not_close_ends() -> None:
    assert _errors("softmax : R positive\nx : R\ny = log(x) * softmax(P[x(\nz = softmax(P[x is so\n)) * (x - 1)")
