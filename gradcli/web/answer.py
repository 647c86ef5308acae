"""What the playground asks: a program goes in, everything the page shows comes out, as plain data."""

from __future__ import annotations

from typing import Any

from gradcli.derive.derive import Derivation
from gradcli.diagnostics import Diagnostic, error
from gradcli.diagnostics.mend import Mend, mend_of
from gradcli.expr.node import own_program
from gradcli.program.elaborate import elaborate
from gradcli.program.model import LAYOUTS, Program
from gradcli.shorten.derive import derive_short
from gradcli.syntax.ast import Check, Module, Source, Span
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.verdict import Verdict

MOST_CHARACTERS = 20_000
TARGETS = ("numpy", "jax", "torch")
FORMS = ("latex", "typst", "mc", "text", *TARGETS)


class WrongRequest(ValueError):
    """A request that is not understood."""


def answer(request: Any) -> dict[str, Any]:
    """The answer to `{"text", "layout"?, "steps"?, "form"?}`.

    Without `form`: shapes beside lines, answers set as mathematics, verdicts, diagnostics, places in UTF-16 units as a
    browser counts.  With one of `FORMS`: `{"code"}`, the answers in that form.  Raises WrongRequest.
    """
    text, layout, steps, form = _read(request)
    source = Source("program", text)
    module, wrong = parse_module(source)
    if layout is not None:
        from gradcli.syntax.layouts import in_layout

        module = in_layout(module, layout)
    with own_program():
        program = elaborate([module], wrong)
        derivation = derive_short(program, steps=steps) if _asks(module, program) else Derivation(program, (), ())
        if form is not None:
            return {"code": _written(form, derivation)}
        shown = _shown(derivation)
        mend = _one_number(source, module, program)
    verdicts = _verdicts(module, wrong)
    said = [*program.diagnostics, *derivation.diagnostics]
    if text.strip() and not derivation.answers and not verdicts and not any(each.is_error for each in said):
        said.append(_nothing(program))
    return {
        "shapes": _shapes(program, source),
        "html": shown,
        "verdicts": [_verdict(each, source) for each in verdicts],
        "diagnostics": [
            *(_diagnostic(each, source) for each in dict.fromkeys(said)),
            *([_asked_number(mend, source)] if mend is not None else []),
        ],
    }


def _read(request: Any) -> tuple[str, str | None, str | None, str | None]:
    if not isinstance(request, dict):
        raise WrongRequest("a request is an object")
    text = request.get("text")
    if not isinstance(text, str):
        raise WrongRequest("the text is missing")
    if len(text) > MOST_CHARACTERS:
        raise WrongRequest(f"the text is longer than {MOST_CHARACTERS} characters")
    found = []
    for key, values in (("layout", LAYOUTS), ("steps", ("rules", "components")), ("form", FORMS)):
        value = request.get(key)
        if value is not None and value not in values:
            raise WrongRequest(f"{key} is one of {', '.join(values)}")
        found.append(value)
    text = text.encode("utf-16-le", "surrogatepass").decode(
        "utf-16-le", "replace"
    )  # halves of pairs stand alone in JSON
    return text.replace("\r\n", "\n").replace("\r", "\n"), found[0], found[1], found[2]


def _asks(module: Module, program: Program) -> bool:
    """Whether answers are wanted: of a text with checks alone, verdicts are."""
    return program.asks or not any(isinstance(each, Check) for each in module.statements)


def _one_number(source: Source, module: Module, program: Program) -> Mend | None:
    """What makes one number of a loss that came out as an array, where nothing else is asked or claimed."""
    from gradcli.web.one_number import one_number, one_number_of_the_mended

    if program.asks or any(isinstance(each, Check) for each in module.statements):
        return None
    wrong = [said for said in program.diagnostics if said.is_error]
    if not wrong:
        return one_number(source, module, program)
    fixes = [mend for said in wrong if said.source is source and (mend := mend_of(said)) is not None]
    return one_number_of_the_mended(source, fixes[0]) if fixes else None


def _asked_number(mend: Mend, source: Source) -> dict[str, Any]:
    return {
        "code": "",
        "severity": "note",
        "message": "Is one number meant?",
        "hint": None,
        "fix": {"title": mend.title, "text": mend.text, **_place(mend.span, source)},
        **_place(Span(0, 0), source),
    }


def _nothing(program: Program) -> Diagnostic:
    """Why nothing is shown: a page that stays empty is no answer."""
    from gradcli.derive.nothing import why_nothing

    why, hint = why_nothing(program)
    return error("E112", f"there is nothing to derive: {why}", hint=hint)


def _shown(derivation: Derivation) -> str:
    from gradcli.render.page.derivation import derivation_html

    if not derivation.answers:
        return ""
    return derivation_html(derivation.program, derivation.answers, derivation.worked)


def _written(form: str, derivation: Derivation) -> str:
    program, answers = derivation.program, derivation.answers
    if not answers:
        return ""
    if form in TARGETS:
        from gradcli.emit.errors import EmitError
        from gradcli.emit.targets import emit

        first = answers[0].of
        try:
            return emit(form, program, first, [each for each in answers if each.of == first])
        except EmitError as missing:
            return f"# there is no code for this: {missing}\n"
    if form == "latex":
        from gradcli.render.derive_latex import derive_latex

        return derive_latex(program, answers, derivation.worked)
    if form == "typst":
        from gradcli.render.derive_typst import derive_typst

        return derive_typst(program, answers, derivation.worked)
    if form == "mc":
        from gradcli.render.derive_mc import derive_mc

        return derive_mc(program, answers)
    from gradcli.render.derive_text import derive_text

    return derive_text(program, answers, worked=derivation.worked)


def _shapes(program: Program, source: Source) -> list[dict[str, Any]]:
    """For each line that defines or declares: what is known of the names there."""
    from gradcli.render.labels import text_shape
    from gradcli.render.program_mc import attributes_of

    lines: dict[int, list[str]] = {}
    for name, span in program.spans.items():
        node = program.nodes.get(name)
        if node is None or span.end == 0:
            continue
        told = " ".join([text_shape(node.shape), *attributes_of(node)])
        lines.setdefault(source.text.count("\n", 0, span.start), []).append(f"{name}: {told}")
    inferred = [
        f"{name}: {text_shape(variable.declared)}" for name, variable in program.variables.items() if variable.inferred
    ]
    found: list[dict[str, Any]] = [
        {"line": line, "text": ", ".join(texts), "inferred": False} for line, texts in sorted(lines.items())
    ]
    if inferred:
        found.append({"line": -1, "text": "inferred: " + ", ".join(inferred), "inferred": True})
    return found


def _verdicts(module: Module, wrong: list[Diagnostic]) -> tuple[Verdict, ...]:
    from gradcli.verdicts.check import check_module

    if not any(isinstance(each, Check) for each in module.statements):
        return ()
    return check_module(module, wrong).verdicts


def _verdict(verdict: Verdict, source: Source) -> dict[str, Any]:
    from gradcli.verdicts.report.words import example

    broken = not verdict.ok and (verdict.kind != "error" or verdict.expected is not None)
    return {
        "statement": verdict.text,
        "verdict": verdict.kind,
        "ok": verdict.ok,
        "reason": verdict.reason,
        "hint": verdict.hint.text if verdict.hint is not None else None,
        "expected": verdict.expected,
        "mend": verdict.expected if broken and verdict.claim == "check" and verdict.kind != "undecided" else None,
        "counterexample": example(verdict.counterexample) if broken and verdict.counterexample else None,
        **_place(verdict.span if broken else verdict.statement, source),
    }


def _diagnostic(said: Diagnostic, source: Source) -> dict[str, Any]:
    here = said.span is not None and said.source is source
    return {
        "code": said.code,
        "severity": said.severity,
        "message": said.message,
        "hint": said.hint,
        "fix": _fix(said, source) if here else None,
        **_place(said.span if here and said.span is not None else Span(0, 0), source),
    }


def _fix(said: Diagnostic, source: Source) -> dict[str, Any] | None:
    """The edit that a hint asks for."""
    mend = mend_of(said)
    if mend is None:
        return None
    return {"title": mend.title, "text": mend.text, **_place(mend.span, source)}


def _place(span: Span, source: Source) -> dict[str, int]:
    before = source.text[: span.start]
    start = len(before.encode("utf-16-le")) // 2
    length = len(source.text[span.start : span.end].encode("utf-16-le")) // 2
    return {"from": start, "to": start + length, "line": before.count("\n")}
