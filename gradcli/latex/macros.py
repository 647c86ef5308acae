r"""The macros of a document, and putting them in: `\newcommand`, `\def`, `\DeclareMathOperator` and their kin."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gradcli.latex.fault import FormulaFault
from gradcli.latex.tokens import MOST_TOKENS, Token, tokens_of

_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand)\s*\*?\s*(?:\{\s*\\([A-Za-z]+)\s*\}|\\([A-Za-z]+))"
    r"\s*(?:\[(\d)\])?\s*(?:\[([^\]\n]*)\])?\s*(?=\{)"
    r"|\\def\s*\\([A-Za-z]+)\s*((?:#\d\s*)*)(?=\{)"
    r"|\\DeclareMathOperator\s*(\*?)\s*\{?\s*\\([A-Za-z]+)\s*\}?\s*(?=\{)"
    r"|\\let\s*\\([A-Za-z]+)\s*=?\s*\\([A-Za-z]+)"
)
_LONGEST_BODY = 4000
_MOST_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro: how many arguments it takes, the default of the first, and its body."""

    count: int
    default: str | None
    body: str
    operator: bool = False


Macros = dict[str, Macro]


def macros_of(text: str, pairs: list[tuple[int, int]] | None = None) -> Macros:
    """The macros that a text defines (in the ranges `pairs`, or anywhere)."""
    found: Macros = {}
    for first, last in pairs if pairs is not None else [(0, len(text))]:
        at = first
        while True:
            match = _DEFINITION.search(text, at, last)
            if match is None:
                break
            at = match.end()
            if match[9]:
                found[match[9]] = Macro(0, None, "\\" + match[10])
                continue
            body = _braced(text, match.end(), last)
            if body is None:
                continue
            name = match[1] or match[2] or match[5] or match[8]
            count = int(match[3] or 0) if not match[5] else len(re.findall(r"#\d", match[6] or ""))
            found[name] = Macro(count, match[4], body, bool(match[8]))
            at = match.end() + len(body)
    return found


def without_definitions(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges of a formula that lie outside of macro definitions."""
    ranges = []
    at = start
    for match in _DEFINITION.finditer(text, start, end):
        if match.start() < at:
            continue
        ranges.append((at, match.start()))
        body = None if match[9] else _braced(text, match.end(), end)
        at = match.end() + (len(body) + 2 if body is not None else 0)
    return [*ranges, (at, end)]


def _braced(text: str, at: int, end: int) -> str | None:
    """What stands in the braces that open at `at`."""
    depth = 0
    for i in range(at, min(end, at + _LONGEST_BODY)):
        char = text[i]
        if char == "{" and text[i - 1] != "\\":
            depth += 1
        elif char == "}" and text[i - 1] != "\\":
            depth -= 1
            if not depth:
                return text[at + 1 : i]
    return None


def expanded(tokens: list[Token], macros: Macros) -> list[Token]:
    """The tokens with macros put in; what a macro brings stands where its call stands.  Raises FormulaFault."""
    if not any(token.kind == "command" and token.text in macros for token in tokens):
        return tokens
    todo = tokens[::-1]
    rounds: list[int] = [0] * len(todo)
    out: list[Token] = []
    work = 0
    while todo:
        token, depth = todo.pop(), rounds.pop()
        macro = macros.get(token.text) if token.kind == "command" else None
        if macro is None:
            out.append(token)
            continue
        if depth > _MOST_ROUNDS or work > MOST_TOKENS:
            message = f"\\{token.text} is defined by itself, or its expansion is too long"
            raise FormulaFault("D712", message, token.start, token.end, "write the formula without this macro")
        arguments: list[list[Token]] = []
        end = token.end
        if macro.default is not None:
            arguments.append(_optional(todo, rounds) or tokens_of(macro.default, 0, len(macro.default)))
        while len(arguments) < macro.count:
            argument, last = _argument(todo, rounds)
            if argument is None:
                message = f"\\{token.text} takes {macro.count} arguments, and here are fewer"
                raise FormulaFault("D712", message, token.start, token.end)
            arguments.append(argument)
            end = max(end, last)
        for piece in reversed(_filled(macro, arguments, token)):
            todo.append(piece)
            rounds.append(depth + 1)
            work += 1
    return out


def _filled(macro: Macro, arguments: list[list[Token]], call: Token) -> list[Token]:
    body = [Token(t.kind, t.text, call.start, call.end) for t in tokens_of(macro.body, 0, len(macro.body))]
    if macro.operator:
        brace = Token("open", "{", call.start, call.end), Token("close", "}", call.start, call.end)
        return [Token("command", "operatorname", call.start, call.end), brace[0], *body, brace[1]]
    out: list[Token] = []
    i = 0
    while i < len(body):
        if body[i].text == "#" and i + 1 < len(body) and body[i + 1].kind == "number":
            number = body[i + 1].text
            place = int(number[0])
            if 1 <= place <= len(arguments):
                out += arguments[place - 1]
            if number[1:]:
                out.append(Token("number", number[1:], call.start, call.end))
            i += 2
            continue
        out.append(body[i])
        i += 1
    return out


def _optional(todo: list[Token], rounds: list[int]) -> list[Token] | None:
    if not todo or todo[-1].text != "[":
        return None
    todo.pop()
    rounds.pop()
    out: list[Token] = []
    while todo and todo[-1].text != "]":
        out.append(todo.pop())
        rounds.pop()
    if todo:
        todo.pop()
        rounds.pop()
    return out


def _argument(todo: list[Token], rounds: list[int]) -> tuple[list[Token] | None, int]:
    """One argument: a token, or what stands in braces."""
    if not todo or todo[-1].kind == "close":
        return None, 0
    first = todo.pop()
    rounds.pop()
    if first.kind != "open":
        return [first], first.end
    depth = 1
    out: list[Token] = []
    while todo:
        token = todo.pop()
        rounds.pop()
        depth += (token.kind == "open") - (token.kind == "close")
        if not depth:
            return out, token.end
        out.append(token)
    return None, 0
