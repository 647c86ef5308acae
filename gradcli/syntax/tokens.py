"""The alphabet: kinds of tokens as small integers, and the tokens of one statement."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.record import dataclass, field
from gradcli.syntax import _tables

KIND = _tables.KINDS
END = KIND["$END"]

NAME, NUMBER, STRING, PRIMES = KIND["NAME"], KIND["NUMBER"], KIND["STRING"], KIND["PRIMES"]
LPAR, LSQB, LBRACE = KIND["_LPAR"], KIND["_LSQB"], KIND["_LBRACE"]
RPAR, RSQB, RBRACE = KIND["_RPAR"], KIND["_RSQB"], KIND["_RBRACE"]
EQUALS, EQEQ, COLON, COMMA = KIND["_EQUALS"], KIND["_EQEQ"], KIND["_COLON"], KIND["_COMMA"]
TRANSPOSE, INVTRANSPOSE, MTRANSPOSE = KIND["TRANSPOSE"], KIND["INVTRANSPOSE"], KIND["MTRANSPOSE"]
CARET, POW, COMPARE, TIMES = KIND["_CARET"], KIND["_POW"], KIND["COMPARE"], KIND["TIMES"]
PLUS, MINUS, STAR, SLASH = KIND["PLUS"], KIND["MINUS"], KIND["STAR"], KIND["SLASH"]
DIVIDE, MATMUL, KRON, ARROW = KIND["DIVIDE"], KIND["MATMUL"], KIND["KRON"], KIND["_ARROW"]
SIGMA, NABLA, PARTIAL = KIND["SIGMA"], KIND["NABLA"], KIND["PARTIAL"]
NABLA_BY, HESS, HESS_BY, PARTIAL2 = KIND["NABLA_BY"], KIND["HESS"], KIND["HESS_BY"], KIND["PARTIAL2"]
SUPERSCRIPT, HADAMARD, UNEQUAL, CDOT = KIND["SUPERSCRIPT"], KIND["_HADAMARD"], KIND["UNEQUAL"], KIND["CDOT"]
INFINITY = KIND["INFINITY"]
SQRT, NORM, BAR, ONES = KIND["SQRT"], KIND["NORM"], KIND["BAR"], KIND["ONES"]
# made of others by roles.py
DEFINED, CALLEE, ENTRY, EYE, EYE_OF, SHAPED, UNIT_OF = (
    KIND[k] for k in ("DEFINED", "CALLEE", "ENTRY", "EYE", "EYE_OF", "SHAPED", "UNIT_OF")
)
SUBSCRIPT, SUMSUB, LIDX, LIND, NORMR, BARR = (
    KIND[k] for k in ("SUBSCRIPT", "SUMSUB", "_LIDX", "_LIND", "NORMR", "BARR")
)
CHECK, IMPLICIT, LOSS, LAYOUT = KIND["CHECK"], KIND["IMPLICIT"], KIND["LOSS"], KIND["LAYOUT"]
ASSUME = KIND["ASSUME"]
QUESTION, WRT = KIND["QUESTION"], KIND["_WRT"]

STATEMENT_WORDS = frozenset({ASSUME, CHECK, IMPLICIT, LOSS, LAYOUT, QUESTION})

# the words that start a statement, each also a name where it can be one
KEYWORDS: dict[str, int] = {
    "check": CHECK,
    "refute": CHECK,
    "assume": ASSUME,
    "implicit": IMPLICIT,
    "loss": LOSS,
    "layout": LAYOUT,
    "grad": QUESTION,
    "gradient": QUESTION,
    "jac": QUESTION,
    "jacobian": QUESTION,
    "hess": QUESTION,
    "hessian": QUESTION,
    "derivative": QUESTION,
    "differential": QUESTION,
    "hvp": QUESTION,
}

# what the grammar does not know: these stand after its terminals in the scanner
NEWLINE, COMMENT, SEMICOLON, UNKNOWN = range(len(_tables.TERMINALS) + 1, len(_tables.TERMINALS) + 5)
_OUTSIDE = (r"\n(?:\s++|#[^\n]*+)*+", r"#[^\n]*", r";[;\s]*+", r"\\[A-Za-z]+|\.[^\W\d]\w*|&&|[^\s]")

# A blank is any white space but a line feed.  The possessive `*+` keeps a failing match from
# giving blanks back to UNKNOWN; the scan ends before the blanks at the end of the text.
BLANKS = r"[^\S\n]*+"
SCANNER = re.compile(BLANKS + "(?:" + "|".join(f"({p})" for p in [*(p for _, p in _tables.TERMINALS), *_OUTSIDE]) + ")")

OPEN = {LPAR: RPAR, LSQB: RSQB, LBRACE: RBRACE, LIDX: RSQB, LIND: RSQB}
CLOSE = {RPAR: LPAR, RSQB: LSQB, RBRACE: LBRACE}
NAMES = frozenset({NAME, CALLEE, DEFINED, ENTRY, EYE, EYE_OF, SHAPED, UNIT_OF})
BINARY = frozenset(
    {PLUS, MINUS, STAR, SLASH, DIVIDE, MATMUL, KRON, CDOT, POW, CARET, HADAMARD, COMPARE, EQEQ, UNEQUAL, ARROW, TIMES}
)
_DERIVATIVE_START = frozenset({NABLA, NABLA_BY, HESS, HESS_BY, PARTIAL, PARTIAL2})
OPERAND_START = (
    NAMES | _DERIVATIVE_START | {NUMBER, INFINITY, STRING, LPAR, LSQB, LIND, NORM, BAR, SQRT, ONES, SIGMA, SUMSUB}
)
OPERAND_END = frozenset(
    {NAME, ENTRY, EYE, INFINITY, NUMBER, STRING, TRANSPOSE, INVTRANSPOSE, MTRANSPOSE, SUPERSCRIPT, SUBSCRIPT}
    | {RPAR, RSQB, RBRACE, PRIMES, NORMR, BARR}
)


@dataclass(slots=True)
class Tokens:
    """The tokens of one statement; `fault` is what the lexer found wrong with it."""

    text: str
    kinds: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    fault: Diagnostic | None = None
    meant: dict[int, str] = field(default_factory=dict)  # the function that a name of another library stands for

    def add(self, kind: int, start: int, end: int) -> None:
        """Append one token."""
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)

    def word(self, i: int) -> str:
        """Return the text of token `i`."""
        return self.text[self.starts[i] : self.ends[i]]


@lru_cache(maxsize=65536)
def name_of(written: str) -> str | None:
    """Return a name in NFC; None where it holds a character that no name may hold."""
    if written.isascii():
        return written
    name = unicodedata.normalize("NFC", written)
    for char in name:
        category = unicodedata.category(char)
        if char != "_" and category != "Nd" and not category.startswith("L"):
            return None
    return name


def identifier(tokens: Tokens, at: int) -> str:
    """Return the name that token `at` is, in NFC; the lexer has made sure that it is one."""
    return name_of(tokens.word(at)) or ""
