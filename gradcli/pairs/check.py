"""The verdicts of a Python file: one for each gradient that a backward pass returns."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from gradcli.diagnostics import Diagnostic, error, note
from gradcli.diagnostics.position import count_lines, line_range
from gradcli.pairs.claim import Claims
from gradcli.pairs.decide import Decided, decide
from gradcli.pairs.find import Pair, find_pairs
from gradcli.pairs.run import read_pair
from gradcli.pairs.spelling import in_python, renamed
from gradcli.pysource.module import PythonFile, Unreadable, read_file
from gradcli.pysource.refusal import Refused
from gradcli.pysource.signature import Parameter
from gradcli.pysource.values import Library
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.unparse import unparse
from gradcli.verdicts.verdict import NOT_REFUTED, REFUTED, SHAPES_DIFFER, UNDECIDED, Checked, Hint, Verdict

NOT_COVERED = "proved for real numbers and every size; rounding, nan guards, dtypes, memory and kernels are not covered"
_MOST_MENDS = 20
_CODES: Mapping[str, str] = {"refuted": REFUTED, "undecided": UNDECIDED, "error": "P702"}


def check_python(source: Source, shapes: Mapping[str, Parameter] | None = None) -> Checked:
    """The verdicts of the backward passes in a Python text, which is read and never run."""
    try:
        file = read_file(source.name, source.text)
    except Unreadable as wrong:
        span = _span(source, ast.Pass(lineno=wrong.line, col_offset=max(wrong.column - 1, 0)))
        return Checked(source, (), (error("P701", f"{wrong}.", source, span),))
    verdicts: list[Verdict] = []
    diagnostics: list[Diagnostic] = []
    for pair in find_pairs(file):
        found, said = check_pair(file, source, pair, shapes)
        verdicts += found
        diagnostics += said
    if any(verdict.kind in ("proved", "equal") for verdict in verdicts):
        diagnostics.append(note("P700", NOT_COVERED))
    return Checked(source, tuple(verdicts), tuple(diagnostics))


def check_python_file(source: Source, layout: str | None = None) -> Checked:
    """As `check_python`; a layout does not matter, since a gradient has the shape of its variable in each."""
    return check_python(source)


def has_directive(text: str) -> bool:
    """Whether a file that was found in a folder asks to be read, by a comment `# gradcli: ...`."""
    return "# gradcli:" in text


def check_pair(
    file: PythonFile, source: Source, pair: Pair, shapes: Mapping[str, Parameter] | None = None
) -> tuple[list[Verdict], list[Diagnostic]]:
    """The verdicts of one pair; what is not read is one verdict `error`, with its place."""
    try:
        claims = read_pair(file, pair, shapes)
    except Refused as refused:
        node = refused.node if refused.node is not None and hasattr(refused.node, "lineno") else pair.backward
        return _refused(source, pair, node, refused.message, refused.hint)
    verdicts: list[Verdict] = []
    diagnostics: list[Diagnostic] = []
    library = _library(file)
    found = decide(claims, source.name)
    mends = _mends(source, pair, found, shapes)
    for decided in found:
        verdict, said = _verdict(source, pair, decided, claims, library)
        if decided.claim.clashes:
            verdict = replace(verdict, hint=mends.get(id(decided.node)))
        verdicts.append(verdict)
        diagnostics += [*said, *(note("P703", text) for text in decided.claim.notes)]
    return verdicts, list(dict.fromkeys(diagnostics))


def _mends(
    source: Source, pair: Pair, found: Sequence[Decided], shapes: Mapping[str, Parameter] | None
) -> dict[int, Hint]:
    """For each statement in which shapes do not fit the first small change with which its gradients are right."""
    from gradcli.pairs.mending import changes

    out: dict[int, Hint] = {}
    statements = {id(each.node): each.node for each in found if each.claim.clashes}
    for key, statement in statements.items():
        wanted = {each.claim.of for each in found if each.claim.clashes and each.node is statement}
        for change in islice(changes(statement), _MOST_MENDS):
            span = _span(source, change.node)
            text = change.in_text(source.text, (span.start, span.end))
            right = _right_gradients(Source(source.name, text), pair, shapes)
            if wanted <= right:
                out[key] = Hint(change.kind, change.words)
                break
    return out


def _right_gradients(source: Source, pair: Pair, shapes: Mapping[str, Parameter] | None) -> set[str]:
    """The gradients of a pair that are right in another text."""
    try:
        file = read_file(source.name, source.text)
        again = next((each for each in find_pairs(file) if (each.name, each.kind) == (pair.name, pair.kind)), None)
        claims = read_pair(file, again, shapes) if again is not None else None
    except (Unreadable, Refused):
        return set()
    if claims is None or any(claim.clashes for claim in claims.claims):
        return set()
    decided = decide(claims, source.name, explained=False)
    return {each.claim.of for each in decided if each.kind in ("proved", "equal")}


def _library(file: PythonFile) -> str:
    """The name by which the file calls its array library."""
    paths = {value.path: name for name, value in file.names.items() if isinstance(value, Library)}
    return next((paths[path] for path in ("torch", "numpy", "jax.numpy") if path in paths), "np")


def _refused(
    source: Source, pair: Pair, node: ast.AST, message: str, hint: str | None
) -> tuple[list[Verdict], list[Diagnostic]]:
    span = _span(source, node)
    told = error("P702", f"{pair.name} cannot be read: {message}", source, span, hint)
    return [_unread(source, pair, span, message, hint)], [told]


def _unread(source: Source, pair: Pair, span: Span, message: str, hint: str | None) -> Verdict:
    advice = Hint("not read", hint) if hint is not None else None
    return Verdict(
        "check", "error", False, source, span, span, _CODES["error"], f"cannot be read: {message}", hint=advice,
        shown=f"{pair.name}", backward=pair.name,
    )  # fmt: skip


def _verdict(
    source: Source, pair: Pair, decided: Decided, claims: Claims, library: str
) -> tuple[Verdict, list[Diagnostic]]:
    claim = decided.claim
    span = _span(source, decided.node)
    what = f"{pair.name}: gradient by {claim.of}"
    if claim.of.startswith(("value", "tangent")) and pair.kind in ("vjp", "jvp"):
        what = f"{pair.forward.name if pair.kind == 'vjp' else pair.name}: {claim.of}"
    if claim.wrong is not None:
        known = decided.advice.expected if decided.advice is not None else None
        found = Verdict(
            "check", "refuted", False, source, span, span, SHAPES_DIFFER, f"the gradient by {claim.of}: {claim.wrong}",
            hint=_shape_hint(claims, decided), expected=in_python(known, claims, library) if known else None,
            shown=what, gradient=claim.of, backward=pair.name,
        )  # fmt: skip
        return found, []
    verdict = decided.verdict
    if verdict is None or verdict.kind == "error":
        told = "; ".join(decided.errors) or (verdict.reason if verdict is not None else "")
        said = error("P702", f"{pair.name} cannot be read as a program: {told}", source, _span(source, pair.backward))
        return _unread(source, pair, span, said.message, None), [said]
    inner = decided.advice or verdict
    reason, hint, expected = verdict.reason, None, None
    if verdict.kind == "refuted":
        where = f": {decided.local} is not what its name says" if decided.local is not None else ""
        reason = verdict.reason if verdict.code == SHAPES_DIFFER else f"the gradient by {claim.of} is false{where}"
        expected = in_python(inner.expected, claims, library) if inner.expected is not None else None
        if decided.edit is not None:
            hint = Hint(decided.edit.kind, renamed(decided.edit.text, claims))
            expected = in_python(unparse(decided.edit.side), claims, library) or expected
        elif inner.hint is not None:
            hint = Hint(inner.hint.kind, renamed(inner.hint.text, claims))
    found = Verdict(
        "check", verdict.kind, verdict.ok, source, span, span, verdict.code, reason, hint=hint, expected=expected,
        counterexample=verdict.counterexample, shown=what, gradient=claim.of, backward=pair.name,
    )  # fmt: skip
    return found, []


def _shape_hint(claims: Claims, decided: Decided) -> Hint | None:
    """What to do about a gradient of another shape than its variable's."""
    advice = decided.advice
    if advice is None:
        return None
    if advice.kind in ("proved", "equal"):
        return Hint(
            "shape", "the entries are right: leave the axes of length 1 out, or put them in, as the variable has them"
        )
    return Hint(advice.hint.kind, renamed(advice.hint.text, claims)) if advice.hint is not None else None


def _span(source: Source, node: ast.AST) -> Span:
    """Where a Python node stands in the text; of a function or a block, its first line."""
    first = min(max(int(getattr(node, "lineno", 1)), 1), count_lines(source))
    last = int(getattr(node, "end_lineno", first) or first)
    start, end = line_range(source, first)
    start += _characters(source.text[start:end], int(getattr(node, "col_offset", 0)))
    if isinstance(node, ast.FunctionDef | ast.ClassDef) or last > count_lines(source):
        return Span(start, end)
    low, high = line_range(source, last)
    end = low + _characters(source.text[low:high], int(getattr(node, "end_col_offset", 0) or 0))
    return Span(start, max(end, start))


def _characters(line: str, column: int) -> int:
    """Python counts columns in bytes of UTF-8."""
    return len(line.encode()[:column].decode(errors="ignore"))


__all__ = ["NOT_REFUTED", "check_pair", "check_python"]
