r"""Differentials: `\mathrm{d}X` of a variable is any change of it, `\mathrm{d}f` of a value what follows from those."""

from __future__ import annotations

from gradcli.latex import build
from gradcli.latex.context import Context, spellings, through
from gradcli.latex.entries import define_by_entries
from gradcli.latex.functions import function_of
from gradcli.latex.powers import powered
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import flattened, is_transpose
from gradcli.latex.spread import Spread
from gradcli.latex.tree import Accent, Bracket, Group, Item, Items, Named, Scripted, Space, Symbol, Word, every
from gradcli.render.latex_names import latex_name
from gradcli.syntax import ast
from gradcli.syntax.ast import Span


def is_differential(reader: Reading, items: Items, at: int) -> bool:
    """Whether a `d` at a position begins a differential: one that is set upright, or stands for nothing else."""
    item = items[at]
    context = reader.context
    of = _operand(items, at)
    if not isinstance(item, Symbol) or item.name != "d" or of >= len(items):
        return False
    core, _ = flattened(items[of])
    if item.font != "rm" and context.known("d"):
        return False
    if item.font != "rm" and "d" in context.dims:  # a size too: dX of an array X that is written in one
        names = spellings(core.name) if isinstance(core, Symbol) else ()
        return item.end == items[of].start and any(context.name_shape(n) for n in names if context.is_value(n))
    if isinstance(core, Bracket):
        return item.font == "rm" or core.open != "["
    if isinstance(core, Word):
        return bool(function_of(core.text))
    return isinstance(core, Symbol | Accent | Named)


def _operand(items: Items, at: int) -> int:
    """Where what a `d` stands before begins."""
    at += 1
    while at < len(items) and isinstance(items[at], Space):
        at += 1
    return at


def differential(reader: Reading, items: Items, at: int) -> tuple[ast.Expr, int]:
    """The differential at a position, and where the next factor begins."""
    item, of = items[at], _operand(items, at)
    of_item = items[of]
    span = Span(item.start, of_item.end)
    core, scripts = flattened(of_item)
    after: list[Items] = []
    if isinstance(core, Word):
        value, end = reader.factor(items, of)
    elif isinstance(core, Bracket) and core.open in ("|", "||"):
        value, end = reader.atom(of_item), of + 1
    elif isinstance(core, Bracket):
        value = reader.expression(core.items)
        after = list(scripts.powers)
        end = of + 1
    else:
        bare = of_item
        if scripts.powers and all(map(is_transpose, scripts.powers)) and isinstance(of_item, Scripted):
            after = list(scripts.powers)  # dX^T is (dX)^T; of X^{-1} and x^2 the differential is that of the power
            bare = _without_powers(of_item)
        called = of + 1 < len(items) and isinstance(items[of + 1], Bracket)
        pieces: Items = (bare, items[of + 1]) if called else (bare,)
        value, used = reader.factor(pieces, 0)
        end = of + used
    if isinstance(value, Spread) or build.free_indices(value):
        reader.fail("a differential by entries is not understood", of_item, None, "D703")
    out = of_value(reader, value, span)
    for power in after:
        out = powered(reader, out, power, of_item)
    return out, end


def _without_powers(item: Scripted) -> Item:
    base = _without_powers(item.base) if isinstance(item.base, Scripted) else item.base
    if item.sub is None and not item.primes:
        return base
    return Scripted(item.start, item.end, base, item.sub, None, item.primes)


def of_value(reader: Reading, value: ast.Expr, span: Span) -> ast.Expr:
    """The differential of a value."""
    context = reader.context
    if isinstance(value, ast.Name) and value.id not in context.values and value.id not in context.losses:
        return _change(reader, value, span)
    variables = sorted(reader.varied) or _all_variables(context, value)
    if not variables:
        reader.fail_at("what varies here? no differential of a variable stands in the formula", span)
    depending = [name for name in variables if _reaches(context, value, name)]
    if not depending:
        return build.number(0, span)
    terms = [_along(reader, value, name, span) for name in depending]
    return build.summed(terms, ["+"] * len(terms), span)


def _all_variables(context: Context, value: ast.Expr) -> list[str]:
    """All that a value depends on: where no variable's differential stands in a formula, any of them may vary."""
    found = context.reached(build.names_in(value))
    return sorted(name for name in found if name in context.arrays and name not in context.discrete)


def _change(reader: Reading, variable: ast.Name, span: Span) -> ast.Expr:
    """Any change of a variable: a name of its own, of the same shape."""
    context = reader.context
    name = f"d_{variable.id}"
    shape = context.name_shape(variable.id)
    if not context.is_value(name):
        if None in shape:
            reader.fail_at(f"declare {variable.id}, so that the shape of its differential is known", span)
        kind = ast.ArrayType("R", tuple(shape))  # type: ignore[arg-type]
        context.arrays[name] = shape
        context.spelled[name] = rf"\mathrm{{d}}{context.spelled.get(variable.id) or latex_name(variable.id)}"
        context.shapes.forget()
        reader.extra.append(ast.Declare(span, (ast.Ident(name, span),), kind, ()))
    return build.name(name, span)


def _reaches(context: Context, value: ast.Expr, name: str) -> bool:
    return any(
        one == name or through(context, one, name) or _loss_reaches(context, one, name) for one in build.names_in(value)
    )


def _loss_reaches(context: Context, one: str, name: str) -> bool:
    return any(through(context, arg, name) for arg in context.losses.get(one, ()))


def _along(reader: Reading, value: ast.Expr, name: str, span: Span) -> ast.Expr:
    """How a value changes with one variable."""
    shape = reader.shape(value)
    by = build.name(name, span)
    change = _change(reader, by, span)
    by_shape = reader.shape(by)
    if not shape:
        return (
            build.call("dot", span, build.call("grad", span, value, by), change)
            if by_shape
            else (ast.Product(span, (build.call("jac", span, value, by), change), ("*",)))
        )
    if len(shape) == 1 and len(by_shape) == 1:
        return ast.Product(span, (build.call("jac", span, value, by, layout="numerator"), change), ("@",))
    if not by_shape:
        return ast.Product(span, (build.call("jac", span, value, by), change), ("*",))
    rows = tuple(reader.context.fresh("r") for _ in shape)
    along = tuple(reader.context.fresh("c") for _ in by_shape)
    names = [tuple(ast.Name(span, index) for index in group) for group in (rows, along)]
    whole = build.call("jac", span, value, by, layout="numerator")
    kept = names[0][-1:] if len(shape) == 2 and shape[0] == 1 else names[0]
    over = names[1][-1:] if len(by_shape) == 2 and by_shape[0] == 1 else names[1]
    if len(kept) != len(rows) or len(over) != len(along):
        reader.fail_at("the differential of a row is not understood", span)
    body = ast.IndexSum(
        span, along, ast.Product(span, (ast.Index(span, whole, (*kept, *over)), ast.Index(span, change, over)), ("*",))
    )
    item = Symbol(span.start, span.end, "d")
    made = define_by_entries(reader, rows, body, item)
    reader.context.define(made.id, shape)
    return made


def varied_in(reader: Reading, items: Items) -> set[str]:
    """The variables whose differentials stand in a formula."""
    found: set[str] = set()
    for one in map(reader.prepared, _lists(items)):
        for at in range(len(one) - 1):
            if not is_differential(reader, one, at):
                continue
            bare = one[_operand(one, at)]
            core, scripts = flattened(bare)
            if not isinstance(core, Symbol | Accent | Named):
                continue
            if isinstance(bare, Scripted) and scripts.powers:
                bare = _without_powers(bare)
            if isinstance(core, Symbol) and any(name in reader.context.functions for name in spellings(core.name)):
                continue
            value, _ = reader.factor((bare,), 0)
            context = reader.context
            if isinstance(value, ast.Name) and value.id not in context.values and value.id not in context.losses:
                found.add(value.id)
    return found


def _is_upright(item: Item) -> bool:
    return isinstance(item, Symbol) and item.font == "rm"


def differs(reader: Reading, items: Items) -> bool:
    """Whether the differential of a variable or of an expression stands in a formula: `dz` of a value may be a name."""
    if varied_in(reader, items):
        return True
    return any(
        is_differential(reader, one, at)
        and (_is_upright(one[at]) or isinstance(flattened(one[_operand(one, at)])[0], Word | Bracket))
        for one in map(reader.prepared, _lists(items))
        for at in range(len(one) - 1)
    )


def _lists(items: Items) -> list[Items]:
    return [items, *(part.items for part in every(items) if isinstance(part, Bracket | Group))]
