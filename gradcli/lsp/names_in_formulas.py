"""Where names stand in formulas, and a new name for all of them, which is tried before it is given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from gradcli.diagnostics import Diagnostic
from gradcli.diagnostics.mend import Mend
from gradcli.documents.explain import written
from gradcli.documents.read import read_document
from gradcli.render.latex_names import latex_name
from gradcli.syntax import ast
from gradcli.syntax.ast import Source, Span

_COMMAND = re.compile(r"\\operatorname\*?\{[^{}]*\}|\\math[a-z]+\{[^{}]*\}|\\?[^\W\d]+")
_NAME = re.compile(r"[^\W\d]\w*")


class Occurrence(NamedTuple):
    """One place of a name; `called` is whether it stands there as a function."""

    span: Span
    name: str
    called: bool


def occurrences(statements: Iterable[ast.Statement], text: str) -> Iterator[Occurrence]:
    """Every place of every name in statements, wherever they were written.

    What a formula declares, and what it defines a function of, is told by all of it: the name is looked for there.
    """
    shown: dict[str, set[str]] = {}
    wide: list[ast.Ident] = []
    for part in _parts(statements):
        match part:
            case ast.Ident() if part.id != text[part.span.start : part.span.end]:
                wide.append(part)
            case ast.Name() | ast.Ident():
                if part.span.end > part.span.start:
                    shown.setdefault(part.id, set()).add(text[part.span.start : part.span.end])
                    yield Occurrence(part.span, part.id, False)
            case ast.Call():
                found = _COMMAND.match(text, part.span.start, part.span.end)
                if found is not None:
                    yield Occurrence(Span(found.start(), found.end()), part.fn, True)
    for ident in wide:
        spelled = {*shown.get(ident.id, ()), latex_name(ident.id)}
        found_at = next(_alike(text, spelled, [(ident.span.start, ident.span.end)]), None)
        if found_at is not None:
            yield Occurrence(found_at, ident.id, False)


def _parts(records: Iterable[object]) -> Iterator[object]:
    """All records that are parts of these."""
    todo = list(records)
    while todo:
        part = todo.pop()
        if isinstance(part, tuple):
            todo.extend(part)
        elif hasattr(part, "__match_args__") and not isinstance(part, Span):
            yield part
            todo.extend(getattr(part, name) for name in part.__match_args__)


def named_anew(
    source: Source,
    program: int,
    places: Sequence[Occurrence],
    old: str,
    new: str,
    language: Sequence[tuple[int, int]],
    formulas: Sequence[tuple[int, int]],
    agreed: bool,
) -> list[Mend] | str:
    """The edits that give a name of one program of a document another one; a sentence where that cannot be done.

    The new name is one of the language, or LaTeX that is read as one.  `agreed` says that a notation stands for the
    name: then formulas keep it.  What the document says with the edits is read, and must be what it said before but for
    the name.
    """
    before = _statements(source, program)
    if before is None:
        return "the document cannot be read"
    name = new if _NAME.fullmatch(new) else _read_as(new, before[1])
    if name is None:
        return f"{new!r} is no name, and no LaTeX that is read as one"
    if name == old:
        return []
    if any(each.name == name for each in places):
        return f"{name} is a name of the document already"
    wanted = [re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", name, line) for line in before[0]]
    latex = new if name != new else latex_name(name)
    own = [each for each in places if each.name == old]
    spelled = [each.span for each in own if not _inside(each.span, language)]
    edits = [(each.span, name) for each in own if _inside(each.span, language)]
    if not agreed:
        edits += [(span, _respelled(source.text, span, old, latex)) for span in spelled]
        shown = {source.text[span.start : span.end] for span in spelled} | {latex_name(old)}
        taken = [each.span for each in places]
        more = [
            (span, _respelled(source.text, span, old, latex))
            for span in _alike(source.text, shown, formulas)
            if not any(span.start < other.end and other.start < span.end for other in taken)
        ]
    else:
        more = []
    for tried in ([*edits, *more], edits) if more else (edits,):
        after = _statements(Source(source.name, _with(source.text, tried)), program)
        if after is not None and after[0] == wanted:
            return [Mend(span, text, f"Rename {old}") for span, text in tried]
    return f"{old} cannot be called {new} everywhere: the document would say something else"


def _inside(span: Span, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(start <= span.start and span.end <= end for start, end in ranges)


def _respelled(text: str, span: Span, old: str, latex: str) -> str:
    """What stands for a spelling: one letter keeps the font that the old one had, a script is put in braces."""
    said = text[span.start : span.end]
    plain = latex.isalnum()
    if plain and said.startswith("\\") and said.endswith(f"{{{latex_name(old)}}}"):
        return f"{said[: -len(latex_name(old)) - 2]}{{{latex}}}"
    scripted = text[span.start - 1 : span.start] in ("_", "^") and len(latex) > 1
    return f"{{{latex}}}" if scripted else latex


def _alike(text: str, shown: set[str], formulas: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """Places in formulas where something stands that is spelled as a name is."""
    for start, end in formulas:
        spellings = "|".join(map(re.escape, sorted(shown, key=len, reverse=True)))
        for found in re.finditer(rf"(?<![\\A-Za-z])(?:{spellings})(?![A-Za-z])", text[start:end]):
            yield Span(start + found.start(), start + found.end())


def _read_as(latex: str, tex: bool) -> str | None:
    """The name that LaTeX is read as."""
    text = f"% gradcli: check\n\\[ {latex} = 1 \\]\n" if tex else f"<!-- gradcli: check -->\n\n$$ {latex} = 1 $$\n"
    found = read_document(Source(f"name.{'tex' if tex else 'md'}", text))
    if isinstance(found, Diagnostic) or len(found.programs) != 1:
        return None
    statements = found.programs[0].module.statements
    return statements[0].name.id if len(statements) == 1 and isinstance(statements[0], ast.Define) else None


def _statements(source: Source, program: int) -> tuple[list[str], bool] | None:
    """What one program of a document says, in the language; and whether the document is TeX."""
    found = read_document(source)
    if isinstance(found, Diagnostic) or program >= len(found.programs):
        return None
    made = found.programs[program]
    lines = [written(statement, found.text) for statement in made.module.statements]
    return [*lines, *(f"{said.code}" for said in made.diagnostics)], found.tex


def _with(text: str, edits: Sequence[tuple[Span, str]]) -> str:
    for span, new in sorted(edits, key=lambda edit: edit[0].start, reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return text
