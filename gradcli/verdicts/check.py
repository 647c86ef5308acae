"""The verdicts of a program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType

from gradcli.diagnostics import Diagnostic
from gradcli.diagnostics.limits import LimitReached, limited
from gradcli.expr.node import Node, own_program
from gradcli.program.elaborate import elaborate_with_reader
from gradcli.program.model import Assumption, Check
from gradcli.program.subexpressions import subexpressions
from gradcli.syntax import ast
from gradcli.syntax.ast import Module, Source, Span
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.book import Book
from gradcli.verdicts.claims import broken_claims
from gradcli.verdicts.contradictions import contradictions
from gradcli.verdicts.faults import debugging, told, too_large
from gradcli.verdicts.hints.advise import Advice, advise
from gradcli.verdicts.link import Link
from gradcli.verdicts.reuse import Recaller, known_verdicts
from gradcli.verdicts.verdict import NOT_REFUTED, UNDECIDED, Checked, Finding, Hint, Verdict

Progress = Callable[[], None]
_GRAVITY = ("error", "refuted", "undecided", "equal", "proved")


def check_source(source: Source, progress: Progress | None = None, hints: bool = True) -> Checked:
    """The verdicts of one text, and its diagnostics; `hints` says whether to look for mends of what is false.

    Never raises for what a text may say.
    """
    module, diagnostics = parse_module(source)
    return check_module(module, diagnostics, progress, hints)


def check_module(
    module: Module, diagnostics: list[Diagnostic], progress: Progress | None = None, hints: bool = True
) -> Checked:
    """The verdicts of one module; `diagnostics` are those of parsing."""
    with own_program():
        return _checked(module, diagnostics, progress, hints)


def _checked(module: Module, diagnostics: list[Diagnostic], progress: Progress | None, hints: bool) -> Checked:
    try:
        with limited():
            program, reader = elaborate_with_reader([module], diagnostics)
            if not program.checks:
                return Checked(module.source, (), program.diagnostics)
            book = Book(program, reader.spelled_out(module), reader)
    except LimitReached as reached:
        return Checked(module.source, (), (*diagnostics, too_large(reached, module.source)))
    known = known_verdicts()
    recaller = Recaller(book, known) if known is not None else None
    keys = [recaller.keys(*pair) for pair in zip(program.checks, book.statements, strict=True)] if recaller else []
    recalled = [
        recaller.recalled(each, check) if recaller and each else None
        for each, check in zip(keys, program.checks, strict=False)
    ]
    with suppress(LimitReached), limited():  # each statement finds its own then
        book.prepare({number for number, verdict in enumerate(recalled) if verdict is not None})
    broken = broken_claims(book)
    false: dict[Assumption, Diagnostic] = {}
    if program.assumptions:
        with suppress(LimitReached), limited():
            false = contradictions(book)
    said: list[Diagnostic] = [*book.program.diagnostics, *broken.values(), *false.values()]
    verdicts = []
    trusted = hints and not broken and not false
    for number, (check, statement) in enumerate(zip(program.checks, book.statements, strict=True)):
        before = recalled[number] if recalled and trusted else None
        if before is not None:
            verdicts.append(before)
        else:
            verdict, more = check_statement(book, check, statement, broken, false, hints)
            verdicts.append(verdict)
            said += more
            if known is not None and trusted and not more and (key := keys[number]) is not None:
                known.keep(key, verdict)
        if progress is not None:
            progress()
    return Checked(module.source, tuple(verdicts), tuple(dict.fromkeys(said)))


def check_statement(
    book: Book,
    check: Check,
    statement: ast.Check,
    broken: Mapping[Node, Diagnostic] = MappingProxyType({}),
    contradicted: Mapping[Assumption, Diagnostic] = MappingProxyType({}),
    hints: bool = True,
) -> tuple[Verdict, list[Diagnostic]]:
    """The verdict of one statement, with what is to be said beside it.

    Nothing is said of the names in `broken`, whose declarations are false, nor of what depends on assumptions in
    `contradicted`.
    """
    before = len(book.resolution_diagnostics)
    findings: list[Finding] = []
    for position in range(len(check.sides) - 1):
        left, right = check.sides[position : position + 2]
        if left is None or right is None:
            findings.append(_no_side(book, check, statement, position))
            continue
        named = _written_names(book, statement.sides[position : position + 2]) if broken else []
        used = book.needed((left, right, *named)).definitions if broken else ()
        false = next((broken[name] for name, _ in used if name in broken), None)
        if false is not None:
            findings.append(Finding("error", false.message, false.code))
            continue
        if contradicted:
            named = _written_names(book, statement.sides[position : position + 2])
            assumed = book.relevant_assumptions((left, right, *named))
            wrong = next((contradicted[one] for one in assumed if one in contradicted), None)
            if wrong is not None:
                findings.append(Finding("error", wrong.message, wrong.code))
                continue
        link = Link(book, check, (statement.sides[position], statement.sides[position + 1]), (left, right))
        try:
            with limited():
                findings.append(link.find() if hints else link.decide())
        except LimitReached as reached:
            findings.append(Finding("undecided", f"too large, {reached}", UNDECIDED))
        except Exception as fault:
            if debugging():
                raise
            findings.append(told(fault, book, check))
    diagnostics = [d for finding in findings for d in finding.diagnostics]
    diagnostics += _warnings(book, before, check)
    return _verdict(book, check, findings), diagnostics


def _written_names(book: Book, sides: Sequence[ast.Expr]) -> list[Node]:
    """The names that sides mention as they are written: what is built of them may not (`inv(S) @ S` is I)."""
    names = (part.id for side in sides for part in subexpressions(side) if isinstance(part, ast.Name))
    return [book.program.nodes[name] for name in names if name in book.program.nodes]


def _no_side(book: Book, check: Check, statement: ast.Check, position: int) -> Finding:
    """A side without a shape, or with a name that has none; the other one may still say what was expected."""
    if check.errors:
        error = check.errors[0]
        written = statement.sides[position], statement.sides[position + 1]
        raw = check.sides[position], check.sides[position + 1]
        advice = _advice(book, check, written, raw) if error.code[:2] == "E3" else Advice()
        return Finding("error", error.message, error.code, hint=advice.hint, expected=advice.expected)
    return Finding("error", "a side uses a name whose own definition is wrong", "E201")


def _advice(
    book: Book, check: Check, written: tuple[ast.Expr, ast.Expr], raw: tuple[Node | None, Node | None]
) -> Advice:
    """What was expected; the error stands, with or without it."""
    try:
        return advise(book, check.layout, written, raw, "error")
    except Exception:
        if debugging():
            raise
        return Advice()


def _verdict(book: Book, check: Check, findings: list[Finding]) -> Verdict:
    kinds = [finding.kind for finding in findings]
    kind = next(kind for kind in _GRAVITY if kind in kinds)
    at = kinds.index(kind)
    finding = findings[at]
    claimed = check.kind == "check"
    ok = kind in ("proved", "equal") if claimed else kind == "refuted"
    code = finding.code
    reason = finding.reason
    if not claimed and kind in ("proved", "equal"):
        code, reason = NOT_REFUTED, f"the sides are equal: {finding.reason}"
        finding = replace(finding, hint=Hint("refute", "the identity is true: write `check`"))
    breaks = kind not in ("proved", "equal")
    spans = check.side_spans
    span = spans[at + 1] if breaks and claimed and at + 1 < len(spans) else check.span
    return Verdict(
        check.kind,
        kind,
        ok,
        book.source,
        check.span,
        span,
        None if ok else code,
        reason,
        at + 1 if breaks else None,
        len(findings),
        finding.hint,
        finding.expected,
        finding.counterexample,
        assumed=tuple(dict.fromkeys(words for each in findings for words in each.assumed)),
    )


def _warnings(book: Book, before: int, check: Check) -> list[Diagnostic]:
    """What was said while this statement's derivatives were found, at its place."""
    out = []
    for said in book.resolution_diagnostics[before:]:
        if not said.is_error:
            out.append(replace(said, span=check.span, source=book.source))
    return out


__all__ = ["UNDECIDED", "Span", "check_module", "check_source", "check_statement"]
