"""Hints and answers in the spelling of a document: LaTeX for what is written in the language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from gradcli.diagnostics import Diagnostic
from gradcli.documents.program import DocumentProgram
from gradcli.latex.build import free_indices, names_in, walk
from gradcli.latex.einstein import renamed_sums
from gradcli.latex.functions import FUNCTIONS
from gradcli.latex.write import LatexWriter, Unwritable
from gradcli.syntax import ast
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_expression
from gradcli.syntax.unparse import unparse
from gradcli.verdicts.verdict import Verdict

_WORD = re.compile(r"[^\W\d]\w*")
_TOKEN = re.compile(r"[^\W\d]\w*'*|\d+(?:\.\d+)?|\*\*|\.T|==|[^\s\w]|\s+")
_MADE = re.compile(r"[rc]_\d+")
_LANGUAGE = frozenset(FUNCTIONS.values()) | {
    "grad",
    "jac",
    "hess",
    "eye",
    "ones",
    "zeros",
    "T",
    "I",
    "layout",
    "pi",
    "where",
}
_LONGEST = 60  # tokens of one expression in a sentence


class Speller:
    """Spells what is said of one program of a document."""

    def __init__(self, program: DocumentProgram) -> None:
        context = program.context
        self._text = program.module.source.text
        self._made = frozenset(context.made)
        self._standins = context.standins
        self._known = _LANGUAGE | set(context.arrays) | set(context.values) | set(context.functions) | set(context.seen)
        self._known |= set(context.losses) | context.dims
        self._own = self._known - _LANGUAGE
        self._names = frozenset(self._known)
        self._conditioned = context.conditioned
        self._shape_of = context.shapes.of
        self._writer = LatexWriter(context.spelled, context.shapes.of)

    def latex(self, text: str) -> str | None:
        """An expression of the language as LaTeX; None where it has no such spelling."""
        expr = parse_expression(Source("expected", text))
        if isinstance(expr, Diagnostic):
            return None
        if any(isinstance(part, ast.Name) and part.id in self._made for part in walk(expr)):
            return None
        try:
            return self._writer.write(self._with_letters(expr))
        except Unwritable:
            return None

    def _with_letters(self, expr: ast.Expr) -> ast.Expr:
        """The expression with sums over letters, where they are over names that were made."""
        sums = [part for part in walk(expr) if isinstance(part, ast.IndexSum)]
        taken = set(names_in(expr)) | set(free_indices(expr)) | {name for one in sums for name in one.indices}
        letters = (letter for letter in "klmpqrst" if letter not in self._names and letter not in taken)
        for name in dict.fromkeys(name for one in sums for name in one.indices if "_" in name):
            letter = next(letters, None)
            if letter is None:
                raise Unwritable(expr)
            expr = renamed_sums(expr, name, letter)
        return expr

    def sentence(self, text: str) -> str:
        """A sentence with the expressions in it as LaTeX."""
        tokens = _TOKEN.findall(text)
        out: list[str] = []
        at = 0
        while at < len(tokens):
            end, spelled = self._longest(tokens, at)
            if spelled is None:
                out.append(tokens[at])
                at += 1
            else:
                out.append(spelled)
                at = end
        return "".join(out)

    def _longest(self, tokens: list[str], at: int) -> tuple[int, str | None]:
        if tokens[at].isspace() or tokens[at] in ",;:.)]`":
            return at, None
        end = at
        while end < len(tokens) and end - at < _LONGEST and self._belongs(*[*tokens, ""][end : end + 2]):
            end += 1
        while end > at:
            piece = "".join(tokens[at:end])
            if piece == piece.strip() and self._is_mathematics(piece):
                spelled = self.latex(piece)
                if spelled is not None:
                    return end, spelled
            end -= 1
        return at, None

    def _belongs(self, token: str, after: str) -> bool:
        word = token.rstrip("'")
        if not token[0].isalpha() or token == ".T":
            return True
        if word != token:
            return after == "("
        if word in _LANGUAGE and word not in self._own and word not in ("T", "I", "pi"):
            return after == "("
        return word in self._known

    def _is_mathematics(self, piece: str) -> bool:
        """Whether a piece is an expression: more than a word or a number."""
        names = _WORD.findall(piece)
        return bool(names) and (len(piece) > len(names[0]) or names[0] in self._known)

    def expected(self, text: str, statement: ast.Check | None) -> str | None:
        """What was expected, by entries where the statement is about entries; None where that is not told."""
        names: dict[str, None] = {}
        for side in statement.sides if statement is not None else ():
            names.update(free_indices(side))
        if not names:
            return text
        if any(_MADE.fullmatch(name) for name in names):
            return None  # the document has no letter for the entries of its vector
        expr = parse_expression(Source("expected", text))
        if isinstance(expr, Diagnostic):
            return None
        if set(names) <= set(free_indices(expr)):
            return text
        if isinstance(expr, ast.Name) and len(self._shape_of(expr)) == len(names):
            return f"{text}[{', '.join(names)}]"
        return None

    def _without_condition(self, verdict: Verdict, statement: ast.Check) -> Verdict:
        """What is said of a claim under conditions, without the factors that stand for them in its sides."""
        factors = self._conditioned.get(statement.span)
        expr = parse_expression(Source("expected", verdict.expected)) if factors and verdict.expected else None
        divided = None if isinstance(expr, Diagnostic) else expr
        for factor in reversed(factors or ()):
            divided = _divided(divided, unparse(factor)) if divided is not None else None
        if divided is None:
            return replace(verdict, hint=None, expected=None)
        hint = verdict.hint
        if hint is not None and any(unparse(factor) in hint.text for factor in factors or ()):
            hint = None
        return replace(verdict, hint=hint, expected=unparse(divided))

    def verdict(self, verdict: Verdict, statement: ast.Check | None) -> Verdict:
        """A verdict with its hint and what was expected in LaTeX."""
        if statement is not None and statement.span in self._standins:
            verdict = self._without_condition(verdict, statement)
        letters = free_indices(statement.sides[-1]) if statement is not None else ()
        self._known = self._names | set(letters)
        mended = verdict.hint.side if verdict.hint is not None else None
        if mended is not None and verdict.expected is not None and 5 * len(mended) < 4 * len(verdict.expected):
            verdict = replace(verdict, expected=mended)  # the author's own side with its slip mended
        told = self.expected(verdict.expected, statement) if verdict.expected is not None else None
        if statement is not None and any(unparse(side) == told for side in statement.sides):
            told = None  # `a = a` mends nothing
        verdict = replace(verdict, expected=told)
        hint = verdict.hint
        if hint is not None and hint.kind == "refute":
            said = self._text[verdict.statement.start : verdict.statement.end]
            unequal = "\\ne" in said or "\\not" in said or "≠" in said
            hint = replace(hint, text=f"the identity is true: {'write `=`' if unequal else 'leave out `refute`'}")
        elif hint is not None:
            hint = replace(hint, text=self.sentence(hint.text))
            if re.search(rf"\b{_MADE.pattern}\b", hint.text):
                hint = None  # it speaks of entries that the document has no letter for
        spelled = self.latex(verdict.expected) if verdict.expected is not None else None
        return replace(
            verdict,
            hint=hint,
            expected=spelled,
            expected_latex=spelled,
            expected_mc=verdict.expected if spelled else None,
        )


def spelled(program: DocumentProgram, verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts of a program in the spelling of its document."""
    speller = Speller(program)
    checks = {s.span: s for s in program.module.statements if isinstance(s, ast.Check)}
    return [speller.verdict(verdict, checks.get(verdict.statement)) for verdict in verdicts]


def _divided(expr: ast.Expr, factor: str) -> ast.Expr | None:
    """A product without its first factor; None where it has another one."""
    if isinstance(expr, ast.Neg):
        inner = _divided(expr.arg, factor)
        return replace(expr, arg=inner) if inner is not None else None
    if not isinstance(expr, ast.Product) or expr.ops[0] != "*":
        return None
    first, *rest = expr.factors
    negative = isinstance(first, ast.Neg)
    if unparse(first.arg if isinstance(first, ast.Neg) else first) != factor:
        return None
    out = rest[0] if len(rest) == 1 else replace(expr, factors=tuple(rest), ops=expr.ops[1:])
    return ast.Neg(expr.span, out) if negative else out
