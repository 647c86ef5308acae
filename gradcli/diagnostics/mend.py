"""The edit that a hint asks for, where it says a whole line: `write ``...``` or `declare ``...```."""

from __future__ import annotations

import re

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.diagnostics.place import Span
from gradcli.record import dataclass

_ASKED = re.compile(r"\b(write|declare)(?: it,)? `([^`\n]+)`")
_HEAD = re.compile(r"\s*([^\W\d]\w*|∇|∂)")
_BEFORE = re.compile(r"(?:loss|layout)\s|[^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*\s*:\s")
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Mend:
    """A text for a range of the source; an empty range is a place where it is put in."""

    span: Span
    text: str
    title: str


def mend_of(said: Diagnostic) -> Mend | None:
    """The one edit that the hint of a diagnostic asks for; None where it names none or several."""
    mends = mends_of(said)
    return mends[0] if len(mends) == 1 and said.hint is not None and len(_ASKED.findall(said.hint)) == 1 else None


def mends_of(said: Diagnostic) -> tuple[Mend, ...]:
    """The edits that the hint of a diagnostic asks for, each by itself; those left out whose place is not plain."""
    if said.hint is None or said.span is None or said.source is None:
        return ()
    whole = {text: Span(start, end) for start, end, text in said.mend} if len(said.mend) == 1 else {}
    found = (
        Mend(whole[text], text, f"write {text}")
        if verb == "write" and text in whole
        else _mend(verb, text, said.span, said.source.text)
        for verb, text in _ASKED.findall(said.hint)
    )
    return tuple(dict.fromkeys(mend for mend in found if mend is not None))


def _mend(verb: str, text: str, span: Span, source: str) -> Mend | None:
    if "..." in text or "…" in text:
        return None
    if verb == "write" and _BEFORE.match(text) and ";" in text:  # a declaration, and the statement corrected
        statement = _statement(source, span.start)
        here, there = _HEAD.match(source, statement.start), _HEAD.match(text.rpartition(";")[2])
        if here is not None and there is not None and here[1] == there[1]:
            return Mend(statement, text, f"write {text}")
    if verb == "declare" or _BEFORE.match(text):
        at = 0 if verb == "declare" else source.rfind("\n", 0, span.start) + 1
        return Mend(Span(at, at), f"{text}\n", f"{verb} {text}")
    statement = _statement(source, span.start)
    here, there = _HEAD.match(source, statement.start), _HEAD.match(text)
    if here is None or there is None or here[1] != there[1] or not _balanced(source[statement.start : statement.end]):
        return None
    return Mend(statement, text, f"write {text}")


def _statement(source: str, at: int) -> Span:
    """The statement in which a place lies, as far as it stands on one line: between `;`, without its comment."""
    begin = source.rfind("\n", 0, at) + 1
    end = source.find("\n", begin)
    line = source[begin : end if end >= 0 else len(source)].partition("#")[0]
    parts = line.split(";")
    start = begin
    for part in parts:
        if at <= start + len(part) or part is parts[-1]:
            left = len(part) - len(part.lstrip())
            return Span(start + left, start + max(left, len(part.rstrip())))
        start += len(part) + 1
    return Span(begin, begin)


def _balanced(text: str) -> bool:
    """Whether brackets close on the line: else the statement goes on below it."""
    open_: list[str] = []
    for letter in text:
        if letter in "([{":
            open_.append(letter)
        elif letter in _PAIRS and (not open_ or open_.pop() != _PAIRS[letter]):
            return False
    return not open_
