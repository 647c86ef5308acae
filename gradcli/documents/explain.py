"""The program that a document was read as, each statement with its place."""

from __future__ import annotations

from gradcli.diagnostics import Diagnostic
from gradcli.diagnostics.position import line_and_column
from gradcli.documents.notebook import Notebook
from gradcli.documents.read import Document, read_document
from gradcli.syntax import ast
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.unparse import unparse


def explained(source: Source, layout: str | None = None) -> str:
    """The statements of every program of a document, in the language, each with where it stands."""
    document = read_document(source, layout)
    if isinstance(document, Diagnostic):
        return ""
    lines: list[str] = []
    for number, program in enumerate(document.programs, 1):
        if len(document.programs) > 1:
            lines.append(f"# program {number}")
        for statement in program.module.statements:
            text = written(statement, document.text)
            place = _place(document, statement.span)
            lines.append(f"{text}  # {place}" if place else text)
    return "\n".join(lines) + "\n" if lines else ""


def _place(document: Document, span: Span) -> str:
    if span == Span(0, 0):
        return ""
    source, inner = document.text, span
    if isinstance(document.notebook, Notebook) and (found := document.notebook.place(span)) is not None:
        source, inner = found
    line, _ = line_and_column(source, inner.start)
    return f"{source.name}:{line}"


def written(statement: ast.Statement, source: Source) -> str:
    """A statement as text of the language."""
    match statement:
        case ast.Declare():
            names = ", ".join(ident.id for ident in statement.names)
            attributes = "".join(f" {attribute.id}" for attribute in statement.attributes)
            return f"{names} : {_type(statement.type)}{attributes}"
        case ast.Define():
            return f"{statement.name.id} = {unparse(statement.value)}"
        case ast.DefineFunction():
            params = ", ".join(param.id for param in statement.params)
            return f"{statement.name.id}({params}) = {unparse(statement.value)}"
        case ast.DefineIndexed():
            indices = ", ".join(index.id for index in statement.indices)
            return f"{statement.name.id}[{indices}] = {unparse(statement.value)}"
        case ast.Loss():
            return f"loss {statement.name.id}({', '.join(arg.id for arg in statement.args)})"
        case ast.Layout():
            return f"layout {statement.name.id}"
        case ast.Check():
            return f"{statement.kind} {' == '.join(map(unparse, statement.sides))}"
    return " ".join(source.text[statement.span.start : statement.span.end].split())


def _type(kind: object) -> str:
    if isinstance(kind, ast.FunctionType):
        domain = kind.domain if isinstance(kind.domain, tuple) else (kind.domain,)
        return f"{', '.join(map(_type, domain))} -> {_type(kind.codomain)}"
    dims = getattr(kind, "dims", ())
    labels = getattr(kind, "labels", None)
    base = f"{{1..{labels}}}" if labels is not None else getattr(kind, "base", "R")
    return f"{base}[{', '.join(map(str, dims))}]" if dims else str(base)
