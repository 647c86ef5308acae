"""Whole corrected lines: the mends of all faults of a statement, put together and tried.

A hint is worth something only if what it says works.  So the changes that each fault asks for are made in the text and
the text is read again, until the statement has no fault or one that nothing mends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.diagnostics.diagnostic import Diagnostic, Edit
from gradcli.record import replace
from gradcli.syntax.ast import Source

_ROUNDS = 12  # faults of one statement that are mended one after another
_STATEMENTS = 12  # of a text that are tried
_BUDGET = 200_000  # characters that are read again, altogether
_LONGEST = 20_000  # characters of a text that is read again
_LONGEST_STATEMENT = 2_000  # characters of one in which notations of other languages are looked for
_OF_WORDS = ("E1", "E2", "E3", "E4")
Reread = Callable[[Source, Source], Sequence[Diagnostic]]
Budgeted = Callable[[Source, Source], Sequence[Diagnostic] | None]


def with_corrected_lines(diagnostics: Sequence[Diagnostic], reread: Reread) -> list[Diagnostic]:
    """The diagnostics, the first of each statement with the corrected line and the others of the statement as notes.

    `reread` is what is said where another text (the second) stands in place of one (the first).
    """
    out = list(diagnostics)
    left = _BUDGET

    def within_budget(old: Source, new: Source) -> Sequence[Diagnostic] | None:
        nonlocal left
        left -= len(new.text)
        return reread(old, new) if left >= 0 else None

    done: set[tuple[str, int]] = set()
    for position, fault in enumerate(diagnostics):
        if not fault.is_error or fault.source is None or fault.span is None or not fault.code.startswith(_OF_WORDS):
            continue
        text = fault.source.text
        if not fault.mend and len(text) > _LONGEST:
            continue
        start, end = _statement(text, fault.span.start)
        if (text, start) in done or len(done) >= _STATEMENTS or len(text) > _LONGEST:
            continue
        done.add((text, start))
        mends = (_elsewhere(text, start, end), fault.mend, *fault.otherwise)
        if not any(mends):
            continue
        ways = (replace(fault, mend=mend) for mend in mends if mend)
        tried = [_corrected(way, start, end, within_budget) for way in ways]
        found = min(filter(None, tried), key=lambda found: len(found[1]), default=None)
        if found is not None:
            line, others = found
            said = [other for other in others if not any(other == d.message for d in diagnostics)]
            hint = _hint(fault.hint, line)
            out[position] = replace(fault, hint=hint, notes=(*fault.notes, *said), mend=((start, end, line),))
    return out


def _hint(hint: str | None, line: str) -> str:
    whole = f"write `{line}`"
    return whole if not hint or hint.startswith("write ") else f"{hint}; {whole}"


def _statement(text: str, place: int) -> tuple[int, int]:
    """The range of the statement around a place."""
    from gradcli.syntax.lexer import statements

    for tokens in statements(Source("", text)):
        start, end = tokens.starts[0], tokens.ends[-1]
        if start <= place < max(end, start + 1):
            return start, end
    line = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    return line, len(text) if end < 0 else end


def _corrected(fault: Diagnostic, start: int, end: int, reread: Budgeted) -> tuple[str, list[str]] | None:
    """The statement without faults, in one line, and what else was wrong with it; None where something stays."""
    assert fault.source is not None
    text = fault.source.text
    before: Diagnostic | None = fault
    others: list[str] = []
    seen = {text}
    for _ in range(_ROUNDS):
        assert before is not None
        text, grown = _applied(text, before.mend)
        end += grown
        if text in seen:
            return None
        seen.add(text)
        said = reread(fault.source, Source(fault.source.name, text))
        if said is None:
            return None
        wrong = [
            d
            for d in said
            if d.is_error and d.span is not None and d.source is not None and d.source.text == text
            if start <= d.span.start < max(end, start + 1)
        ]
        if not wrong:
            return " ".join(text[start:end].split()), others
        before = next((d for d in wrong if d.mend), None)
        if before is None:
            mend = _elsewhere(text, start, end)
            if not mend:
                return None
            before = replace(wrong[0], mend=mend)
        if before.message not in others:
            others.append(before.message)
    return None


def _elsewhere(text: str, start: int, end: int) -> tuple[Edit, ...]:
    """The statement as a notation of another computer language has it, where it reads as one."""
    from gradcli.syntax.rewrites_languages import from_languages

    if end - start > _LONGEST_STATEMENT or "#" in text[start:end]:
        return ()
    statement = " ".join(text[start:end].split())
    new = from_languages(statement)
    return ((start, end, new),) if new != statement else ()


def _applied(text: str, edits: Sequence[Edit]) -> tuple[str, int]:
    """The text with the changes, and by how much it is longer."""
    before = len(text)
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text, len(text) - before
