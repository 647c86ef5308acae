"""Text to a syntax tree: a shift-reduce loop over Lark's LALR tables.

The tree is built while reducing, so no pass goes over it again, and the loop keeps its own
stack, so no input can exhaust Python's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gradcli.diagnostics.diagnostic import Diagnostic, error
from gradcli.record import replace
from gradcli.syntax import _tables
from gradcli.syntax.ast import Expr, Module, Source, Span, Statement
from gradcli.syntax.build import DEEPER, builders
from gradcli.syntax.fault import SyntaxFault, TooDeep, UnexpectedToken
from gradcli.syntax.lexer import mark_words, statements
from gradcli.syntax.roles import Roles, roles_of, settled
from gradcli.syntax.tokens import END, Tokens
from gradcli.syntax.unexpected import foreign_word_at, wrong_left_at

MAX_DEPTH = 120  # of a tree: passes over it may recurse with several frames a level
MAX_STACK = 1_000  # of the parser: bounds brackets that make no node

MOST_KEPT = 20_000  # characters of a text whose tokens are kept
MAX_REWRITTEN = 400  # characters of a statement

_ACTIONS = _tables.ACTIONS
_GOTOS = _tables.GOTOS
_ENDS = frozenset(_tables.ENDS)
_BUILD = builders()


def _pass_on(tokens: Tokens, values: list[Any], start: int, end: int) -> Any:
    """The builder of a rule without an alias: its only value."""
    return values[0]


# (left side, length, builder, how much deeper the tree becomes)
_RULES = tuple((lhs, n, _BUILD.get(alias, _pass_on), DEEPER.get(alias, 0)) for lhs, n, alias in _tables.RULES)


def parse_module(source: Source) -> tuple[Module, list[Diagnostic]]:
    """Parse a whole text; every error found is reported, and the good statements are kept."""
    good: list[Statement] = []
    diagnostics: list[Diagnostic] = []
    found, roles = marked(source)
    for tokens in found:
        result = _statement(source, tokens, "statement", roles)
        if isinstance(result, Diagnostic):
            diagnostics.append(result if result.mend else _mended(source, tokens, result))
        elif isinstance(result, Statement):
            good.append(result)
    return Module(source, tuple(good)), diagnostics


def _mended(source: Source, tokens: Tokens, fault: Diagnostic) -> Diagnostic:
    """The fault with what the statement would be in the notation of the language."""
    start, end = tokens.starts[0], tokens.ends[-1]
    if end - start > MAX_REWRITTEN:
        return fault
    from gradcli.syntax.rewrites import rewritten  # a text without a fault needs none of it

    new = rewritten(source.text[start:end], source.text)
    return fault if new is None else replace(fault, mend=((start, end, new),))


def marked(source: Source) -> tuple[Iterator[Tokens], Roles]:
    """The statements of a source, with what every word and bracket is in it, and the roles of its names.

    A long text is cut twice, so that no more than one statement's tokens are kept.
    """
    found = list(_worded(source)) if len(source.text) <= MOST_KEPT else None
    roles = roles_of(found if found is not None else _worded(source))
    return (settled(tokens, roles) for tokens in (found if found is not None else _worded(source))), roles


def _worded(source: Source) -> Iterator[Tokens]:
    for tokens in statements(source):
        mark_words(tokens)
        yield tokens


def parse_expression(source: Source, values: Iterable[str] = ()) -> Expr | Diagnostic:
    """Parse a text that is one expression; `values` are names that are no functions."""
    found = list(statements(source))
    if not found:
        return error("E112", "there is no expression here", source)
    if len(found) > 1 and found[0].fault is None:
        second = found[1]
        span = Span(second.starts[0], second.ends[-1])
        return error("E101", "one expression is expected, and here is more", source, span)
    roles = roles_of(found[:1])
    roles.values.update(values)
    roles.given.update(values)
    settled(found[0], roles)
    result = _statement(source, found[0], "expression", roles)
    assert not isinstance(result, Statement)
    return result


def _statement(source: Source, tokens: Tokens, start: str, roles: Roles) -> Statement | Expr | Diagnostic:
    if tokens.fault is not None:
        return tokens.fault
    wrong = foreign_word_at(tokens, roles)
    if wrong is None and start == "statement":
        wrong = wrong_left_at(tokens)
    if wrong is not None:
        from gradcli.syntax.complaint import unexpected

        return unexpected(source, tokens, wrong)
    try:
        return _reduce(tokens, start)
    except SyntaxFault as fault:
        return fault.diagnostic(source, tokens)


def _reduce(tokens: Tokens, start: str) -> Statement | Expr:
    """Run the automaton over the tokens of one statement; raises SyntaxFault."""
    state = _tables.STARTS[start]
    states = [state]
    values: list[Any] = [None]
    depths = [0]
    begins = [0]
    starts, ends = tokens.starts, tokens.ends
    actions, gotos, rules = _ACTIONS, _GOTOS, _RULES
    at = 0
    for kind in [*tokens.kinds, END]:
        while True:
            action = actions[state].get(kind)
            if action is None:
                raise UnexpectedToken(at)
            if action >= 0:
                if len(states) > MAX_STACK:
                    raise TooDeep(at)
                state = action
                states.append(state)
                values.append(at)
                depths.append(0)
                begins.append(starts[at])
                at += 1
                break
            lhs, size, build, deeper = rules[~action]
            if size == 1:
                states.pop()
                if build is not _pass_on:
                    values[-1] = build(tokens, values[-1:], begins[-1], ends[at - 1])
            else:
                value = build(tokens, values[-size:], begins[-size], ends[at - 1])
                depth = max(depths[-size:]) + deeper
                if depth > MAX_DEPTH:
                    raise TooDeep(at - 1)
                del states[-size:], values[-size + 1 :], depths[-size + 1 :], begins[-size + 1 :]
                values[-1] = value
                depths[-1] = depth
            state = gotos[states[-1]][lhs]
            states.append(state)
            if kind == END and state in _ENDS:
                out: Statement | Expr = values[-1]
                return out
    raise AssertionError("the automaton neither accepts nor refuses")
