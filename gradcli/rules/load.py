"""The rule templates: read from the text files beside this module, on first use."""

from __future__ import annotations

import os
import re
from dataclasses import fields
from fractions import Fraction
from functools import cache
from typing import Any

from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.ops.scalar import ScalarFunction
from gradcli.record import dataclass, replace
from gradcli.syntax import ast
from gradcli.syntax.parse import parse_module

_TEMPLATES = os.path.join(os.path.dirname(__file__), "templates")
# scalar: the catalogue's rows
FAMILIES = ("algebra", "matrix", "factor", "reduce", "along", "index", "scalar", "relation")
_GRADIENT_OF = re.compile(r"grad(?:\((\w+)\)| +(\w+))")


@dataclass(frozen=True, slots=True)
class Rule:
    """One template, which is what is applied; `schema` says in words what no template can, and code applies.

    `head` is the operation, `gradients` maps an operand to the text of its gradient, `derivative` is the text of g'(t)
    of a scalar function, `rewrite` an equal expression whose rules serve instead, `where` gives names to parts of the
    gradients, in order of use; `poles` are notes for answers that divide by the operation.
    """

    name: str
    head: str
    text: str
    gradients: dict[str, str]
    derivative: str | None
    rewrite: str | None
    notes: tuple[str, ...]
    poles: tuple[str, ...]
    source: str | None
    where: dict[str, str]
    schema: str | None

    @property
    def value(self) -> str:
        """What the value of the operation is called."""
        return self.head.partition("=")[0].strip()

    @property
    def operands(self) -> tuple[str, ...]:
        """What the operands are called, in order, and then the integers that the operation holds."""
        inner = re.sub(r"\w+=\S+|\w+\(|\b\d+\b", " ", self.head.partition("=")[2])
        return tuple(dict.fromkeys(re.findall(r"[A-Za-z]\w*", inner.replace(".T", " "))))


def _text_of(family: str) -> str:
    if family == "scalar":
        return "\n".join(_scalar_rule(row) for row in SCALAR_FUNCTIONS.values() if row.derivative is not None)
    with open(os.path.join(_TEMPLATES, f"{family}.rules"), encoding="utf-8") as file:
        return file.read()


def _scalar_rule(row: ScalarFunction) -> str:
    lines = [f"rule {row.name}: y = {row.name}(t)", f"  {row.name}'(t) = {row.derivative}"]
    lines += [f"  note: {row.note}"] if row.note else []
    lines += [f"  source: {row.source}"] if row.source else []
    return "\n".join(lines) + "\n"


@cache
def all_rules() -> dict[str, Rule]:
    """Every rule by name, in the order of the files."""
    rules: dict[str, Rule] = {}
    for family in FAMILIES:
        text = _text_of(family)
        for block in re.split(r"^(?=rule )", text, flags=re.MULTILINE)[1:]:
            rule = _read(block)
            rules[rule.name] = rule
    return rules


def _read(block: str) -> Rule:
    lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
    name, head = lines[0].removeprefix("rule ").split(":", 1)
    gradients: dict[str, str] = {}
    where: dict[str, str] = {}
    notes: list[str] = []
    poles: list[str] = []
    derivative = rewrite = source = schema = None
    for line in lines[1:]:
        body = line.strip()
        if body.startswith("grad "):
            operand, formula = body.removeprefix("grad ").split(" = ", 1)
            gradients[operand] = formula
        elif body.startswith("where "):
            part, formula = body.removeprefix("where ").split(" = ", 1)
            where[part] = formula
        elif body.startswith("rewrite "):
            rewrite = body.split(" = ", 1)[1]
        elif body.startswith("note:"):
            notes.append(body.removeprefix("note:").strip())
        elif body.startswith("note where it divides:"):
            poles.append(body.removeprefix("note where it divides:").strip())
        elif body.startswith("schema:"):
            schema = body.removeprefix("schema:").strip()
        elif body.startswith("source:"):
            source = body.removeprefix("source:").strip()
        elif body.startswith(f"{name}'(t) = "):
            derivative = body.split(" = ", 1)[1]
        elif source is not None:
            source += " " + body
    text = "\n".join(lines)
    said = tuple(notes), tuple(poles)
    return Rule(name, head.strip(), text, gradients, derivative, rewrite, *said, source, where, schema)


@cache
def template(formula: str) -> ast.Expr:
    """The syntax tree of a formula of a rule; the gradient of Y is the name `grad_Y` in it."""
    text = "_ = " + _GRADIENT_OF.sub(lambda match: f"grad_{match[1] or match[2]}", formula)
    module, diagnostics = parse_module(ast.Source("<rule>", text))
    statement = module.statements[0]
    assert not diagnostics and isinstance(statement, ast.Define), formula
    return statement.value


@cache
def numbered(formula: str, integers: tuple[tuple[str, int], ...]) -> ast.Expr:
    """The syntax tree of a formula with numbers in place of some names, sums of numbers added up."""
    return _numbered(template(formula), dict(integers))


def _numbered(expr: ast.Expr, integers: dict[str, int]) -> ast.Expr:
    if isinstance(expr, ast.Name) and expr.id in integers:
        return ast.Num(expr.span, Fraction(integers[expr.id]))
    changed: dict[str, Any] = {}
    for field in fields(expr):
        value = getattr(expr, field.name)
        if isinstance(value, ast.Expr):
            changed[field.name] = _numbered(value, integers)
        elif isinstance(value, tuple):
            changed[field.name] = tuple(_numbered(v, integers) if isinstance(v, ast.Expr) else v for v in value)
    made = replace(expr, **changed)
    if isinstance(made, ast.Sum):
        numbers = [term.value for term in made.terms if isinstance(term, ast.Num)]
        if len(numbers) == len(made.terms):
            signs = [1, *(1 if op == "+" else -1 for op in made.ops)]
            total = sum((sign * number for sign, number in zip(signs, numbers, strict=True)), Fraction(0))
            return ast.Num(made.span, total)
    return made
