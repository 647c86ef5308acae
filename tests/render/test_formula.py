"""Formulas as trees, and the formats that are made from them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from gradcli.derive.derive import derive
from gradcli.program.elaborate import elaborate
from gradcli.render.blocks import Display, Math
from gradcli.render.derivation_page import derivation_page
from gradcli.render.derive_typst import derive_typst
from gradcli.render.formula import Fraction, Row, Scripts, Symbol, formula
from gradcli.render.mathml import mathml
from gradcli.render.page.derivation import derive_html
from gradcli.render.typst_formula import typst
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from tests.golden.cases import cases

CASES = cases()


def _derived(program: str, steps: str | None = None):
    module, diagnostics = parse_module(Source("<text>", program))
    return derive(elaborate([module], diagnostics), steps=steps)


def test_a_formula_is_a_tree() -> None:
    assert formula(r"\frac{x_{1}}{2}") == Fraction(
        Scripts(Symbol("identifier", "x"), Symbol("number", "1"), None), Symbol("number", "2")
    )
    assert formula("a b") == Row((Symbol("identifier", "a"), Symbol("identifier", "b")))


@pytest.mark.parametrize("wrong", [r"\input{x}", "{", "}", r"\left( x", r"\lVert x", r"\begin{bmatrix} 1", r"a & b"])
def test_what_no_notation_writes_is_refused(wrong: str) -> None:
    with pytest.raises(LookupError):
        formula(wrong)


def test_brackets_inside_of_brackets_without_end_stay_text() -> None:
    deep = r"\sqrt{" * 5000 + "x" + "}" * 5000
    assert "<mtext>" in mathml(deep)


@pytest.mark.parametrize("name", list(CASES))
def test_golden_answers_are_set_in_every_format(name: str) -> None:
    found = _derived(CASES[name][0], "rules")
    page = derive_html(found.program, found.answers, found.worked)
    ElementTree.fromstring(re.sub(r"(?s)<!DOCTYPE html>|<meta[^>]*>|&#x2061;", "", page))  # well-formed
    assert page.count("<math") > len(found.answers)
    assert derive_typst(found.program, found.answers, found.worked)


def test_typst_is_read_by_typst(tmp_path) -> None:
    engine = pytest.importorskip("typst")
    written = []
    for program, _ in list(CASES.values())[::4]:
        found = _derived(program, "components")
        written.append(derive_typst(found.program, found.answers, found.worked))
    file = tmp_path / "all.typ"
    file.write_text("\n".join(written), encoding="utf-8")
    assert engine.compile(str(file), format="pdf")


def test_typst_spellings() -> None:
    assert typst(r"\frac{\partial y}{\partial x}") == "frac(partial y, partial x)"
    assert typst(r"W^{\top} (\nabla_{y} f \odot g'(u))") == "W^(top) ( nabla_(y) f dot.o g' ( u ) )"
    assert typst(r"\begin{bmatrix} 1 & a \\ f(x, y) & 2 \end{bmatrix}") == 'mat(delim: "[", 1, a; f ( x , y ), 2)'


def test_a_page_loads_and_runs_nothing() -> None:
    found = _derived("x : R[n]; y = g(x)")
    page = derive_html(found.program, found.answers)
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"(src|href)=", page)


def test_every_formula_of_a_page_is_read() -> None:
    found = _derived("A : R[m, n]; x : R[n]; y = A @ x; f = norm(y)**2 / 3 + log(sum(exp(x)))", "components")
    for block in derivation_page(found.program, found.answers, found.worked):
        if isinstance(block, Display):
            for row in block.rows:
                formula(row.left), formula(row.right), formula(row.remark)
        else:
            for piece in block.pieces:
                if isinstance(piece, Math):
                    formula(piece.latex)
