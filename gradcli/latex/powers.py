"""Superscripts on values: transposes, inverses, powers; and entries."""

from __future__ import annotations

from gradcli.latex import build
from gradcli.latex.indices import indices, rank
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import Scripts, index_parts, is_transpose, minus, plain_number, unwrapped
from gradcli.latex.shapes import fit
from gradcli.latex.spread import Spread, entry_at, turned
from gradcli.latex.tree import Item, Items, Mark, Number, Symbol
from gradcli.syntax import ast
from gradcli.syntax.ast import Span

_PINV = ("dagger", "+")


def scripted_value(reader: Reading, value: ast.Expr, scripts: Scripts, item: Item) -> ast.Expr:
    """A value with all of its scripts."""
    if scripts.sub is not None:
        parts = index_parts(scripts.sub)
        if parts is None:
            reader.fail("this subscript is not understood", item, f"write `{reader.written(item)} as NAME`", "D703")
        if isinstance(value, Spread) and len(parts) == len(value.indices):
            inner: ast.Expr = entry_at(value, *indices(reader, parts, len(parts)))
            for power in scripts.powers:
                inner = inner if is_transpose(power) else powered(reader, inner, power, item)
            return inner
        entries = indices(reader, parts, rank(reader.shape(value)))
        if not reader.shape(value) and not isinstance(value, Spread):
            names = [entry.id for entry in entries if isinstance(entry, ast.Name)]
            if len(names) == len(entries) and set(names) <= set(build.free_indices(value)):
                scripts.sub = None  # [..]_{ij}: the array with these entries
                whole = ast.Entries(build.span(item), tuple(names), value)
                return scripted_value(reader, whole, scripts, item)
        out = entry_with_powers(reader, value, entries, scripts, item)
        return out
    value = primed(reader, value, scripts.primes, item)
    for power in scripts.powers:
        value = powered(reader, value, power, item)
    return value


def entry_with_powers(
    reader: Reading, value: ast.Expr, entries: tuple[ast.Expr, ...], scripts: Scripts, item: Item
) -> ast.Expr:
    """`A_{ij}^T` is an entry of the transpose, `x_i^2` the square of an entry."""
    value = primed(reader, value, scripts.primes, item)
    if len(entries) == 2 and sum(isinstance(entry, ast.Slice) for entry in entries) == 1:
        return _line(reader, value, entries, scripts, item)
    after: list[Items] = []
    shape = reader.shape(value)
    for power in scripts.powers:
        if is_transpose(power) and len(shape) > 1:
            value = powered(reader, value, power, item)
        elif _is_inverse(power) and len(shape) == 2 and 1 not in shape:
            if scripts.sub is not None and scripts.sub[0].start < power[0].start:
                text = reader.written(item)
                hint = "write (A^{-1})_{ij} for an entry of the inverse, 1 / A_{ij} for the inverse of the entry"
                reader.fail(f"`{text}`: an entry of the inverse, or the inverse of an entry?", item, hint, "D705")
            value = powered(reader, value, power, item)
        else:
            after.append(power)
    at = build.span(item)
    out: ast.Expr = ast.Index(at, value, entries)
    if isinstance(value, ast.Name) and value.id not in reader.context.seen and not reader.context.known(value.id):
        reader.context.use(value.id)
    for power in after:
        out = powered(reader, out, power, item)
    return out


def _line(reader: Reading, value: ast.Expr, entries: tuple[ast.Expr, ...], scripts: Scripts, item: Item) -> ast.Expr:
    """`W_{i,:}`, a row, and `W_{:,j}`, a column, known by their entries."""
    at = build.span(item)
    if isinstance(value, ast.Name) and not reader.context.known(value.id):
        reader.context.use(value.id)
    index = reader.context.fresh("r")
    own = tuple(ast.Name(at, index) if isinstance(entry, ast.Slice) else entry for entry in entries)
    line: ast.Expr = Spread(at, index, ast.Index(at, value, own), isinstance(entries[1], ast.Slice))
    for power in scripts.powers:
        line = powered(reader, line, power, item)
    return line


def _is_inverse(power: Items) -> bool:
    rest = minus(power)
    return rest is not None and (plain_number(rest) == "1" or is_transpose(rest))


def primed(reader: Reading, value: ast.Expr, primes: int, item: Item) -> ast.Expr:
    """`x'` of an array is its transpose."""
    if not primes:
        return value
    if reader.point and reader.point in build.names_in(value) and not reader.shape(value):
        for _ in range(primes):  # (u v)' of functions that stand alone
            value = build.call("jac", build.span(item), value, build.name(reader.point, build.span(item)))
        return value
    if primes == 1 and reader.shape(value):
        return ast.Transpose(build.span(item), value)
    if isinstance(value, ast.Name) and value.id in reader.context.values and primes <= 2:
        at = build.span(item)
        variables = sorted(reader.context.reached([value.id]) & set(reader.context.arrays))
        of = reader.context.params.get(value.id, ())
        variables = list(of) if len(of) == 1 and of[0] in variables else variables
        if len(variables) == 1 and not reader.context.name_shape(variables[0]):
            for _ in range(primes):  # y' of a number y that depends on one number
                value = build.call("jac", at, value, build.name(variables[0], at))
            return value
    reader.fail("a prime is the derivative of a function or the transpose of an array", item, None, "D703")


def powered(reader: Reading, value: ast.Expr, power: Items, item: Item) -> ast.Expr:
    """A value with one superscript."""
    at = build.span(item)
    power = unwrapped(power)
    if isinstance(value, Spread):
        if is_transpose(power):
            return turned(value)
        reader.fail("a power of an array with open indices is not understood", item)
    if is_transpose(power) and reader.lists.get(id(value)) is value:
        return value  # (x_1, ..., x_n)^T is the column
    shape = reader.shape(value)
    square = len(shape) == 2 and fit(shape[:1], shape[1:])
    if is_transpose(power):
        return ast.Transpose(at, value)
    rest = minus(power)
    if rest is not None and is_transpose(rest):
        return ast.Transpose(at, _inverse(reader, value, item, ()))
    if rest is not None and plain_number(rest) == "1":
        return _inverse(reader, value, item, power)
    if len(power) == 1 and isinstance(power[0], Mark) and power[0].text in _PINV:
        return build.call("pinv", at, value)
    if len(power) == 2 and isinstance(power[0], Mark) and power[0].kind == "had":
        exponent = reader.expression(power[1:])
        return ast.Power(at, value, exponent)
    if len(power) >= 2 and isinstance(power[0], Mark) and power[0].kind == "had":
        return ast.Power(at, value, reader.expression(power[1:]))
    if len(power) > 1 and is_transpose(power[-1:]) and not shape[2:]:
        return ast.Transpose(at, powered(reader, value, power[:-1], item))
    entry = _upper_entry(reader, value, power, item)
    if entry is not None:
        return entry
    _counts(reader, value, power, square)
    _refuse_label(reader, power, item)
    exponent = reader.expression(power)
    if not shape:
        return ast.Power(at, value, exponent)
    if len(shape) == 1 and reader.by_entry:
        return ast.Power(at, value, exponent)  # (1 - r^2) \odot d, diag(1 - r^2)
    if len(shape) == 1 or not square:
        text = reader.written(item)
        hint = r"write x^{\odot 2} for the power of each entry, x^T x or \|x\|^2 for the square of the norm"
        kind = "vector" if len(shape) == 1 else "matrix that is not square"
        reader.fail(f"`{text}`: a power of a {kind} may mean several things", item, hint, "D705")
    half = _half(exponent)
    if half:
        root = build.call("sqrtm", at, value)
        return root if half == 1 else build.call("inv", at, root)
    return ast.MatPower(at, value, exponent)


def _inverse(reader: Reading, value: ast.Expr, item: Item, power: Items) -> ast.Expr:
    at = build.span(item)
    shape = reader.shape(value)
    place = build.span(*power) if power else Span(at.end, at.end)
    minus_one = ast.Neg(place, build.number(1, Span(place.end, place.end)))
    if not shape:
        return ast.Power(at, value, minus_one)
    if len(shape) == 2 and fit(shape[:1], shape[1:]):
        return ast.MatPower(at, value, minus_one)
    what = "vector" if len(shape) == 1 else "matrix that is not square"
    reader.fail(
        f"`{reader.written(item)}`: a {what} has no inverse", item, r"write x^{\odot -1} for entry by entry", "D705"
    )


def _half(exponent: ast.Expr) -> int:
    """1 of one half, -1 of minus one half, else 0."""
    sign = 1
    if isinstance(exponent, ast.Neg):
        sign, exponent = -1, exponent.arg
    if isinstance(exponent, ast.Product) and exponent.ops == ("/",):
        a, b = exponent.factors
        if isinstance(a, ast.Neg):
            sign, a = -sign, a.arg
        if isinstance(a, ast.Num) and isinstance(b, ast.Num) and a.value == 1 and b.value == 2:
            return sign
    return 0


def _upper_entry(reader: Reading, value: ast.Expr, power: Items, item: Item) -> ast.Expr | None:
    """`X^{ik}`: indices above."""
    letters = [part for part in power if isinstance(part, Symbol) and len(part.name) == 1]
    have = rank(reader.shape(value))
    if len(letters) != len(power) or len(power) < 2 or have != len(power):
        return None
    if any(reader.context.is_value(part.name) for part in letters):
        return None
    return ast.Index(build.span(item), value, indices(reader, list(power), have))


def _counts(reader: Reading, value: ast.Expr, power: Items, square: bool) -> None:
    """Declare the integer k of `k X^{k-1}`, X square and declared: a letter that multiplies is no label."""
    context = reader.context
    letters = {part.name for part in power if isinstance(part, Symbol)}
    declared = isinstance(value, ast.Name) and value.id in context.arrays
    if not square or not declared or len(letters) != 1 or not all(isinstance(p, Symbol | Number | Mark) for p in power):
        return
    (name,) = letters
    if len(name) > 1 or name not in context.factors or context.known(name) or name in context.dims:
        return
    if name in reader.bound or name in reader.locals:
        return
    at = build.span(*power)
    statement = ast.Declare(at, (ast.Ident(name, at),), ast.ArrayType("Z", ()), ())
    reader.extra.append(statement)
    context.declare(statement)


def _refuse_label(reader: Reading, power: Items, item: Item) -> None:
    """A letter above that nothing was said of: a power or a label?"""
    letters = [part for part in power if isinstance(part, Symbol)]
    for part in letters:
        name = part.name
        context = reader.context
        if (
            len(name) == 1
            and not context.known(name)
            and name not in context.dims
            and name not in reader.bound
            and name not in reader.locals
        ):
            text = reader.written(item)
            label = "".join(
                p.name if isinstance(p, Symbol) else p.text for p in power if isinstance(p, Symbol | Number)
            )
            stem = text.partition("^")[0].strip("{}\\ ")
            stem = stem if stem.isalnum() else "NAME"
            hint = f"write `{text} as {stem}_{label}` for a name, or declare `{name} : Z` for a power"
            reader.fail(f"`{text}`: is {name} a power or a label?", item, hint, "D705")
