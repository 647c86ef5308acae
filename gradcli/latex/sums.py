r"""`\sum`, `\prod`, and sums with dots in them."""

from __future__ import annotations

from dataclasses import replace

from gradcli.latex import build
from gradcli.latex.entries import check_bound, define_by_entries, size_name, size_of, with_index
from gradcli.latex.general import Pattern, general
from gradcli.latex.grids import condition as indicator
from gradcli.latex.limits import limit
from gradcli.latex.reading import Reading
from gradcli.latex.spread import Spread
from gradcli.latex.tree import (
    Accent,
    Bracket,
    Fraction,
    Grid,
    Group,
    Item,
    Items,
    Mark,
    Number,
    Root,
    Scripted,
    Space,
    Symbol,
)
from gradcli.syntax import ast


def is_big(item: Item) -> bool:
    """Whether a part is an operator like a sum."""
    if isinstance(item, Scripted):
        return is_big(item.base)
    return isinstance(item, Mark) and item.kind == "big"


def big(reader: Reading, item: Item, body: Items) -> ast.Expr:
    """A sum or a product over the rest of the term."""
    mark, sub, sup = _parts(item)
    if mark.text == "lim":
        return limit(reader, item, sub, body)
    if mark.text not in ("sum", "prod"):
        reader.fail(f"`{reader.written(mark)}` is not understood", item, None, "D703")
    if not body:
        reader.fail("there is nothing to sum over", item)
    if sub is None:
        return _without_index(reader, mark, body, item)
    sub, sup = _counted(sub, sup)
    letters, condition = _indices(reader, sub, item)
    before = dict(reader.bound)
    own: dict[str, str] = {}
    for letter in letters:
        taken = letter in before or letter in before.values() or letter in reader.context.arrays
        own[letter] = reader.context.fresh(letter) if taken else letter
    reader.bound = {**before, **own}
    if sup is not None and len(letters) == 1:
        bound = [part for part in sup if not isinstance(part, Space)]
        size = size_name(bound[0]) if len(bound) == 1 else ""
        reader.ranges[letters[0]] = str(reader.context.sizes.get(size, size))
    try:
        value = reader.term(body)
        if condition and mark.text == "prod" and not isinstance(value, Spread):
            value = _factor_where(reader, condition, value)
        elif condition:
            value = _conditioned(reader, condition, value)
    finally:
        reader.bound = before
    names = tuple(own[letter] for letter in letters)
    for letter in letters:
        _check_range(reader, own[letter], letter, value, sub, sup, item)
    if mark.text == "prod":
        return _product(reader, names, value, item)
    return summed_over(reader, names, letters, value, body, sub, sup, item)


def summed_over(
    reader: Reading,
    names: tuple[str, ...],
    letters: list[str],
    value: ast.Expr,
    body: Items,
    sub: Items,
    sup: Items | None,
    item: Item,
) -> ast.Expr:
    """The sum; an index at which nothing stands counts."""
    at = build.span(item, *body)
    core = value.body if isinstance(value, Spread) else value
    free = build.free_indices(core)
    used = tuple(name for name in names if name in free)
    counted = [letter for name, letter in zip(names, letters, strict=True) if name not in free]
    for letter in counted:
        if _mentions(body, letter):
            hint = "an index stands at entries: x_i, W_{ij}"
            reader.fail(f"the index {letter} is used here in a way that is not understood", item, hint, "D703")
        size = _bound_size(reader, sup) if sup is not None and len(letters) == 1 else None
        if size is None:
            reader.fail(f"the sum runs over {letter}, and {letter} stands at no entry in it", item, None, "D703")
        core = ast.Product(at, (size, core), ("*",))
    if used:
        core = ast.IndexSum(at, used, core)
    return replace(value, span=at, body=core) if isinstance(value, Spread) else core


def _parts(item: Item) -> tuple[Mark, Items | None, Items | None]:
    if isinstance(item, Scripted):
        mark, sub, sup = _parts(item.base)
        return mark, _filled(item.sub) or sub, _filled(item.sup) or sup
    assert isinstance(item, Mark)
    return item, None, None


def _counted(sub: Items, sup: Items | None) -> tuple[Items, Items | None]:
    r"""`i \in [n]` as the index and its last value."""
    items = tuple(part for part in sub if not isinstance(part, Space))
    while len(items) == 1 and isinstance(items[0], Group):
        items = tuple(part for part in items[0].items if not isinstance(part, Space))
    if len(items) == 3 and isinstance(items[1], Mark) and items[1].text == "in" and sup is None:
        bracket = items[2]
        if isinstance(bracket, Bracket) and bracket.open == "[":
            return items[:1], bracket.items
    return sub, sup


def _filled(script: Items | None) -> Items | None:
    """A script that says something: `^{ }` says nothing."""
    return script if script and any(not isinstance(part, Space) for part in script) else None


def _indices(reader: Reading, sub: Items, item: Item) -> tuple[list[str], Items]:
    r"""The letters that a sum runs over, and a condition on them (`j \neq i`)."""
    items = tuple(part for part in sub if not isinstance(part, Space))
    while len(items) == 1 and isinstance(items[0], Group):
        items = items[0].items
    given = next((k for k, part in enumerate(items) if isinstance(part, Mark) and part.text in (":", "no claim")), None)
    if given and items[given + 1 :]:  # \sum_{i : y_i > 0}
        return _letters(reader, items[:given], item), items[given + 1 :]
    relation = next((k for k, part in enumerate(items) if isinstance(part, Mark) and part.kind == "rel"), None)
    if relation is None:
        return _letters(reader, items, item), ()
    mark = items[relation]
    assert isinstance(mark, Mark)
    if mark.text == "=":
        letters = _letters(reader, items[:relation], item)
        pieces = [part for part in items[relation + 1 :] if not isinstance(part, Space)]
        if any(isinstance(part, Mark) and part.text == "=" for part in pieces):  # i=1, j=1
            rest = items[relation + 2 :]
            while rest and isinstance(rest[0], Mark) and rest[0].kind == "punct":
                rest = rest[1:]
            more, condition = _indices(reader, rest, item)
            return [*letters, *more], condition
        start = pieces[0] if pieces else None
        if len(pieces) != 1 or not isinstance(start, Number) or start.text != "1":
            reader.fail("a sum is read from 1 on, over all entries", item, None, "D706")
        return letters, ()
    if mark.text == "!=":
        letters = _letters(reader, items[:relation], item)
        return letters[:1], items
    reader.fail(f"`{reader.written(items)}`: this range is not understood", item, None, "D706")


def _letters(reader: Reading, items: Items, item: Item) -> list[str]:
    out = []
    for part in items:
        if (isinstance(part, Symbol) and len(part.name) == 1) or (isinstance(part, Symbol) and part.name == "ell"):
            out.append(part.name)
        elif not (isinstance(part, Mark) and part.kind == "punct"):
            reader.fail(f"`{reader.written(items)}`: this range is not understood", item, None, "D706")
    if not out:
        reader.fail("the sum runs over nothing", item, None, "D706")
    return out


def _conditioned(reader: Reading, condition: Items, value: ast.Expr) -> ast.Expr:
    factor = indicator(reader, condition, build.span(*condition))
    if isinstance(value, Spread):
        return replace(value, body=ast.Product(value.span, (factor, value.body), ("*",)))
    return ast.Product(value.span, (factor, value), ("*",))


def _factor_where(reader: Reading, condition: Items, value: ast.Expr) -> ast.Expr:
    """A factor where a condition holds, else 1."""
    at = value.span
    holds = indicator(reader, condition, build.span(*condition))
    more = ast.Sum(at, (value, build.number(1, at)), ("-",))
    return ast.Sum(at, (build.number(1, at), ast.Product(at, (holds, more), ("*",))), ("+",))


def _without_index(reader: Reading, mark: Mark, body: Items, item: Item) -> ast.Expr:
    value = reader.term(body)
    at = build.span(item, *body)
    if reader.shape(value):
        return build.call("sum" if mark.text == "sum" else "prod", at, value)
    free = [name for name in build.free_indices(value) if name not in reader.bound.values()]
    if len(free) != 1 or mark.text != "sum":
        reader.fail("over what does this run?", item, r"write \sum_i", "D705")
    return ast.IndexSum(at, (free[0],), value)


def _product(reader: Reading, names: tuple[str, ...], value: ast.Expr, item: Item) -> ast.Expr:
    free = [name for name in build.free_indices(value) if name not in names]
    if len(names) != 1 or isinstance(value, Spread):
        reader.fail("a product over indices is read of one index, and of numbers", item, None, "D703")
    if free:
        at = build.span(item)
        made = define_by_entries(reader, (*names, *free), value, item)
        along = ast.Call(at, "prod", 0, (made,), (("axis", build.number(0, at)),))
        return ast.Index(at, along, tuple(ast.Name(at, index) for index in free))
    if isinstance(value, ast.Index) and len(value.indices) == 1 and not build.free_indices(value.base):
        return build.call("prod", build.span(item), value.base)
    name = define_by_entries(reader, names, value, item)
    return build.call("prod", build.span(item), name)


def _check_range(
    reader: Reading, index: str, letter: str, value: ast.Expr, sub: Items, sup: Items | None, item: Item
) -> None:
    """A sum runs over all entries: what is written above it must be their number."""
    if sup is None:
        return
    core = value.body if isinstance(value, Spread) else value
    if index not in build.free_indices(core):
        return
    check_bound(reader, size_of(reader, index, core), sup, item, letter)


def _bound_size(reader: Reading, bound: Items) -> ast.Expr | None:
    parts = tuple(part for part in bound if not isinstance(part, Space))
    if len(parts) != 1 or not isinstance(parts[0], Symbol | Number | Scripted):
        return None
    text = size_name(parts[0])
    at = build.span(parts[0])
    if text.isdigit():
        return build.number(text, at)
    dim = reader.context.sizes.get(text, text if text in reader.context.dims else None)
    return build.size(dim, at) if dim is not None else None


def _mentions(items: Items, letter: str) -> bool:
    for item in items:
        match item:
            case Symbol() if item.name == letter:
                return True
            case Scripted():
                if (
                    _mentions((item.base,), letter)
                    or _mentions(item.sub or (), letter)
                    or _mentions(item.sup or (), letter)
                ):
                    return True
            case Bracket() | Group() | Root() | Accent():
                if _mentions(item.items, letter):
                    return True
            case Fraction():
                if _mentions(item.top, letter) or _mentions(item.bottom, letter):
                    return True
            case Grid():
                if any(_mentions(cell, letter) for row in item.rows for cell in row):
                    return True
    return False


def dotted_sum(reader: Reading, terms: list[Items], signs: list[str], dotted: list[int]) -> ast.Expr:
    r"""`x_1 + x_2 + \dots + x_n`."""
    whole = tuple(part for term in terms for part in term)
    at = dotted[0]
    if len(dotted) != 1 or at == 0 or at != len(terms) - 2 or set(signs) != {"+"}:
        reader.fail("these dots are not understood", terms[at], r"write \sum", "D703")
    first, last = terms[0], terms[-1]
    start = 0
    if at > 2 or general(first, last) is None:  # c + x_1 + ... + x_n
        for k in range(at):
            if general(terms[k], last) is not None:
                start = k
                break
    pattern = general(terms[start], last)
    if pattern is None:
        reader.fail("what the dots stand for is not clear from the terms around them", terms[at], r"write \sum", "D703")
    confirm(reader, pattern, terms[start + 1 : at], terms[at])
    value = reader_term(reader, pattern, whole[0])
    before = [reader.term(term) for term in terms[:start]]
    return build.summed([*before, value], ["+"] * (start + 1), build.span(*whole))


def reader_term(reader: Reading, pattern: Pattern, item: Item) -> ast.Expr:
    """The sum of what a pattern says, over its index."""
    name, value = with_index(reader, pattern, lambda: reader.term(reader.prepared(pattern.items)))
    if name not in build.free_indices(value):
        reader.fail("what the dots stand for is not clear", item, r"write \sum", "D703")
    check_bound(reader, size_of(reader, name, value), pattern.last, item, "the list")
    return ast.IndexSum(value.span, (name,), value)


def confirm(reader: Reading, pattern: Pattern, others: list[Items], at: Items) -> None:
    """The terms between the first and the dots must be what the pattern says."""
    for k, other in enumerate(others):
        if not pattern.matches(other, k + 2):
            reader.fail("what the dots stand for is not clear from the terms around them", at, None, "D703")
