"""Cut a text into statements, each a run of tokens.

Here live the rules that no LALR grammar can say: where a newline ends a statement, which
first words are keywords, and how to go on after an unclosed bracket.  One pass, in time
linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gradcli.ops.words import PREFIXES
from gradcli.syntax import characters, faults
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.tokens import (
    BINARY,
    BLANKS,
    CLOSE,
    COLON,
    COMMA,
    COMMENT,
    EQEQ,
    EQUALS,
    KEYWORDS,
    LPAR,
    LSQB,
    NAME,
    NEWLINE,
    OPEN,
    OPERAND_END,
    PRIMES,
    QUESTION,
    SCANNER,
    SEMICOLON,
    STRING,
    UNKNOWN,
    WRT,
    Tokens,
    name_of,
)

MAX_TOKENS = 200_000  # of one statement
MAX_NAME = 1_000  # characters
MAX_BRACKETS = 1_000  # inside one another

CALLED = frozenset({"grad", "gradient", "jac", "jacobian", "hess", "hessian"})
_CONTINUES = BINARY | {EQUALS, COLON, COMMA}
_WATCHED = frozenset({NEWLINE, COMMENT, SEMICOLON, UNKNOWN, PRIMES, *OPEN, *CLOSE})

# what can only be the start of a statement, even where a line could be going on
_ID = r"[^\W\d][^\W]*"
_STATEMENT_HEAD = re.compile(
    rf"(?!(?:axis|layout|structure){BLANKS}=)"
    rf"{_ID}{BLANKS}(?:(?:\([^\S\n\w,]*[\w\t ,]*\)|\[[\w\t ,]*\]){BLANKS})?(?:=(?!=)|[:∈])"
    rf"|(?:check|refute|assume|{'|'.join(w for w, k in KEYWORDS.items() if k == QUESTION)}){BLANKS}(?<=\s){_ID}"
)


def statements(source: Source) -> Iterator[Tokens]:
    """Yield the statements of a source in order, none of them empty; never raises."""
    text = source.text
    end = len(text.rstrip())
    pos = 0
    tokens = Tokens(text)
    opens: list[int] = []  # the open brackets, as token numbers
    newline = False  # whether one has been passed since the last token
    while pos < end:
        for match in SCANNER.finditer(text, pos, end):
            kind = match.lastindex or 0
            start, pos = match.span(kind)
            if newline and kind != NEWLINE and kind != COMMENT:
                newline = False
                if _ends_before(tokens, bool(opens), kind, start):
                    yield _finish(source, tokens, opens)
                    tokens, opens = Tokens(text), []
            if kind in _WATCHED:
                if kind == NEWLINE:
                    newline = bool(tokens.kinds)
                    continue
                if kind == COMMENT:
                    continue
                if kind == SEMICOLON and not _in_list(tokens, opens, start):
                    if tokens.kinds:
                        yield _finish(source, tokens, opens)
                        tokens, opens = Tokens(text), []
                    continue
                if kind == PRIMES and not (tokens.kinds and tokens.kinds[-1] in OPERAND_END):
                    kind, pos = _quoted(source, tokens, start, pos)
                    tokens.add(kind, start, pos)
                    break  # scan on behind the string
                if kind == UNKNOWN and _pass_prefix(tokens, start, pos):
                    continue
                _watch(source, tokens, opens, kind, start, pos)
            elif kind == NAME and (pos - start > MAX_NAME or name_of(text[start:pos]) is None):
                tokens.fault = tokens.fault or characters.bad_name(source, start, pos, MAX_NAME)
            tokens.add(kind, start, pos)
            if len(tokens.kinds) > MAX_TOKENS:
                tokens.fault = tokens.fault or faults.too_long(source, tokens, MAX_TOKENS)
                line_end = text.find("\n", pos, end)
                pos = end if line_end < 0 else line_end
                break
        else:
            break
    if tokens.kinds:
        yield _finish(source, tokens, opens)


def _ends_before(tokens: Tokens, inside: bool, kind: int, start: int) -> bool:
    """Whether the newline before a token of this kind ends the statement."""
    last = tokens.kinds[-1]
    if inside or last in _CONTINUES:
        # here the line goes on, unless what comes can only be a new statement
        return kind == NAME and _STATEMENT_HEAD.match(tokens.text, start) is not None
    return kind != EQEQ


def _in_list(tokens: Tokens, opens: list[int], start: int) -> bool:
    """Whether a `;` at `start` separates rows, `[1, 2; 3, 4]`: an error, but no end."""
    if not opens or tokens.kinds[opens[-1]] != LSQB:
        return False
    line_end = tokens.text.find("\n", start)
    return tokens.text.find("]", start, None if line_end < 0 else line_end) >= 0


def _quoted(source: Source, tokens: Tokens, start: int, after: int) -> tuple[int, int]:
    """Read a string in single quotes; return its kind and where it ends."""
    text = tokens.text
    line_end = text.find("\n", start)
    close = text.find("'", start + 1, len(text) if line_end < 0 else line_end)
    if text[start] == "'" and close >= 0:
        return STRING, close + 1
    return PRIMES, after


def _pass_prefix(tokens: Tokens, start: int, end: int) -> bool:
    """Whether `.name` stands behind the name of a library, `np.linalg.`, which is then passed over."""
    if not tokens.kinds or tokens.kinds[-1] != NAME or tokens.ends[-1] != start or end - start < 2:
        return False
    if tokens.text[start] != "." or tokens.word(-1) not in PREFIXES or end - start > MAX_NAME:
        return False
    tokens.starts[-1], tokens.ends[-1] = start + 1, end
    return True


def _watch(source: Source, tokens: Tokens, opens: list[int], kind: int, start: int, end: int) -> None:
    """Keep the open brackets; note what is wrong with brackets and characters."""
    if kind in OPEN:
        opens.append(len(tokens.kinds))
        if len(opens) > MAX_BRACKETS and tokens.fault is None:
            tokens.fault = faults.too_deep(source, Span(start, end))
    elif kind in CLOSE:
        if opens and tokens.kinds[opens[-1]] == CLOSE[kind]:
            opens.pop()
            return
        if tokens.fault is None:
            tokens.fault = faults.wrong_close(source, tokens, opens[-1] if opens else None, start, end)
        if opens:
            opens.pop()
    elif kind == UNKNOWN and tokens.fault is None:
        tokens.fault = characters.unknown(source, start, end)
    elif kind == SEMICOLON and tokens.fault is None:
        tokens.fault = faults.rows_by_semicolon(source, start)


def _finish(source: Source, tokens: Tokens, opens: list[int]) -> Tokens:
    """Complain of open brackets."""
    if opens and tokens.fault is None:
        tokens.fault = faults.unclosed(source, tokens, opens[-1])
    return tokens


def mark_words(tokens: Tokens) -> None:
    """Turn the first word of a statement into a keyword where it is one."""
    kinds = tokens.kinds
    if kinds[0] == NAME:
        kind = KEYWORDS.get(tokens.word(0))
        if kind == QUESTION and tokens.word(0) in CALLED and len(kinds) > 1 and kinds[1] == LPAR:
            kind = QUESTION if _has_wrt(tokens) else None  # `grad(f, x)` is a call
        if kind is not None and _is_keyword(kinds):
            kinds[0] = kind
            if kind == QUESTION:
                _mark_wrt(tokens)


def _has_wrt(tokens: Tokens) -> bool:
    return any(kind == NAME and tokens.word(i) == "wrt" for i, kind in enumerate(tokens.kinds))


def _is_keyword(kinds: list[int]) -> bool:
    """Whether the first word of a statement cannot be the name that the statement is about."""
    if len(kinds) == 1:
        return True
    second = kinds[1]
    if second != LPAR and second != LSQB:
        return second not in (EQUALS, COLON, COMMA)
    # `check (a) == b` is a check, `check(a) = b` defines a function
    depth = 0
    for i in range(1, len(kinds) - 1):
        depth += (kinds[i] in OPEN) - (kinds[i] in CLOSE)
        if depth == 0:
            return kinds[i + 1] != EQUALS
    return True


def _mark_wrt(tokens: Tokens) -> None:
    """Mark the first `wrt` outside brackets that follows an operand."""
    depth = 0
    kinds = tokens.kinds
    for i, kind in enumerate(kinds):
        depth += (kind in OPEN) - (kind in CLOSE)
        if kind == NAME and not depth and i > 1 and kinds[i - 1] in OPERAND_END and tokens.word(i) == "wrt":
            kinds[i] = WRT
            return
