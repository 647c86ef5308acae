r"""Compositions of functions, `f \circ g`, alone and called."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.latex import build, evaluations, powers
from gradcli.latex.context import spellings
from gradcli.latex.functions import function_of
from gradcli.latex.indices import bracket_after
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import Scripts, flattened
from gradcli.latex.tree import (
    Bracket,
    Item,
    Items,
    Mark,
    Space,
    Symbol,
    Word,
)
from gradcli.syntax import ast


def composed(reader: Reading, pieces: list[list[Item]], ops: list[Mark]) -> ast.Expr | None:
    r"""`(f \circ g)`: only called, so a composition alone has no value."""
    del ops
    first = trimmed_parts(pieces[0])
    if len(first) == 1 and isinstance(first[0], Symbol) and first[0].name in reader.context.functions:
        reader.fail(r"a composition of functions stands without an argument", first, "write f(g(x))", "D703")
    return None


def trimmed_parts(items: Sequence[Item]) -> Items:
    """Parts without spaces."""
    return tuple(item for item in items if not isinstance(item, Space))


def called_composition(reader: Reading, items: Items, at: int) -> tuple[ast.Expr, int] | None:
    r"""`(f \circ g)(x)`, `(f \circ g)'(x)`: the functions one after another, or the derivative by x."""
    core, scripts = flattened(items[at])
    bracket = bracket_after(items, at)
    if (
        not isinstance(core, Bracket)
        or core.open != "("
        or bracket is None
        or scripts.powers
        or scripts.sub is not None
    ):
        return None
    parts = trimmed_parts(core.items)
    functions, signs = parts[::2], parts[1::2]
    if not signs or len(functions) != len(signs) + 1 or scripts.primes > 1:
        return None
    if any(not isinstance(sign, Mark) or sign.text != "circ" for sign in signs):
        return None
    names = [_function_named(reader, item) for item in functions]
    args = evaluations.arguments(reader, bracket)
    if None in names or len(args) != 1:
        return None
    span = ast.Span(items[at].start, items[at + 1].end)
    value = args[0]
    for name in reversed(names):
        assert name is not None
        value = build.call(name, span, value)
    if scripts.primes:
        if reader.shape(args[0]) or not isinstance(args[0], ast.Name):
            reader.fail("the derivative of a composition is read at a number that has a name", items[at], None, "D703")
        value = build.call("jac", span, value, args[0])
    _, own = flattened(items[at + 1])
    return powers.scripted_value(reader, value, own, items[at + 1]), at + 2


def _function_named(reader: Reading, item: Item) -> str | None:
    core, scripts = flattened(item)
    if scripts != Scripts() or not isinstance(core, Symbol | Word):
        return None
    if isinstance(core, Word):
        return function_of(core.text)
    return next((name for name in spellings(core.name) if name in reader.context.functions), None)
