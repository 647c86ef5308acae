r"""Derivatives: `\frac{\partial y}{\partial x}`, `\frac{\partial}{\partial x} (..)`, `\nabla_x f`, `\partial_x f`."""

from __future__ import annotations

from gradcli.latex import build
from gradcli.latex.context import spellings, through
from gradcli.latex.derivative_signs import derivative_parts, opened
from gradcli.latex.entries import define_by_entries
from gradcli.latex.fault import FormulaFault
from gradcli.latex.grids import is_list, listed
from gradcli.latex.indices import indices
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import Scripts, flattened, index_parts, plain_number
from gradcli.latex.spread import Spread
from gradcli.latex.tree import Accent, Bracket, Fraction, Item, Items, Mark, Named, Scripted, Symbol
from gradcli.syntax import ast
from gradcli.syntax.ast import Span


def fraction(reader: Reading, item: Fraction) -> ast.Expr:
    """A derivative written as a fraction."""
    found = derivative_parts(item)
    assert found is not None
    order, of, by = found
    if not of:
        reader.fail("there is nothing to differentiate here", item)
    return differentiated(reader, order, of, by, item)


def applied(reader: Reading, item: Item, body: Items) -> ast.Expr:
    """An operator on the rest of the term."""
    assert isinstance(item, Fraction)
    found = derivative_parts(item)
    assert found is not None
    if not body:
        reader.fail("there is nothing to differentiate here", item)
    while isinstance(body[0], Mark) and body[0].kind == "mul":
        body = body[1:]
    return differentiated(reader, found[0], body, found[2], item)


def differentiated(reader: Reading, order: int, of_items: Items, by: list[Items], item: Item) -> ast.Expr:
    """The derivative of some parts by others."""
    each = [_without_square(by[0])] * 2 if order == 2 and len(by) == 1 else by
    if any(square_root(reader, one) for one in each):
        return _by_squares(reader, order, of_items, each, item)
    if order == 1 and len(by) == 1:
        by_line = line(reader, by[0])
        if by_line is not None:
            return of_line(reader, of_items, by_line, item)
        try:
            base, entries, turned = variable(reader, by[0])
        except FormulaFault:
            labelled = _by_label(reader, of_items, by[0], item)
            if labelled is not None:
                return labelled
            found = _by_expression(reader, of_items, by[0], item)
            if found is None:
                raise
            return found
        return derivative(reader, of_value(reader, of_items, base), base, entries, turned, item)
    if order != 2 or len(by) > 2:
        reader.fail("a derivative of this order is not understood", item, None, "D703")
    if len(by) == 1:
        base, entries, _ = variable(reader, _without_square(by[0]))
        pairs = [(base, entries), (base, entries)]
    else:
        pairs = [variable(reader, one)[:2] for one in by]
    return second(reader, of_value(reader, of_items, pairs[0][0]), pairs, item)


def line(reader: Reading, by: Items) -> Spread | None:
    """The line of a matrix that is differentiated by, `m_k` of M; None where it is none."""
    items = opened(by)
    agreed = reader.prepared(items) if reader.context.notations else items
    is_agreed = len(agreed) == 1 and isinstance(agreed[0], Named) and ":" in agreed[0].text
    if not is_agreed:
        if len(items) != 1 or not isinstance(items[0], Scripted):
            return None
        core, scripts = flattened(items[0])
        if not isinstance(core, Symbol) or core.name + scripts.label_open not in reader.context.lines:
            return None
    value = reader.expression(items)
    if not isinstance(value, Spread) or value.second or not isinstance(value.body, ast.Index):
        return None
    return value if isinstance(value.body.base, ast.Name) else None


def of_line(reader: Reading, of_items: Items, by: Spread, item: Item, gradient: bool = False) -> Spread:
    """The derivative of a number by a line of a matrix, a column vector: known by its entries."""
    assert isinstance(by.body, ast.Index)
    at = Span(item.start, of_items[-1].end if of_items else item.end)
    of = of_value(reader, of_items, by.body.base)
    if reader.shape(of) or build.free_indices(of):
        reader.fail("the derivative of an array by a line of a matrix is not understood", item, None, "D703")
    body = derivative(reader, of, by.body.base, by.body.indices, False, item)
    if not gradient:
        reader.context.lying[at] = "numerator"
    return Spread(at, by.index, body, not gradient and (reader.context.layout == "numerator") != by.row)


def _by_expression(reader: Reading, of_items: Items, by: Items, item: Item) -> ast.Expr | None:
    r"""`\partial \log|S| / \partial |S|`: by an expression that stands in what is differentiated; it gets a name."""
    part, of = reader.expression(by), reader.expression(of_items)
    if isinstance(part, Spread | ast.Num) or isinstance(of, Spread) or build.free_indices(part):
        return None
    name = reader.context.fresh("u")
    at = part.span
    put = build.name(name, at)
    if isinstance(part, ast.Call) and part.fn == "det":
        of = build.replaced(of, build.call("logdet", at, *part.args), build.call("log", at, put))
    made = build.replaced(of, part, put)
    if made == of and name not in build.names_in(of):
        return None
    reader.extra.append(ast.Define(at, ast.Ident(name, at), part))
    reader.context.made.add(name)
    reader.context.define(name, reader.shape(part))
    reader.context.meanings[name] = part
    return derivative(reader, made, put, None, False, item)


def _by_label(reader: Reading, of_items: Items, by: Items, item: Item) -> ast.Expr | None:
    r"""`\partial L / \partial s_y` with a label y: the entry of the gradient there."""
    picked = reader.expression(by)
    if not isinstance(picked, ast.IndexSum) or len(picked.indices) != 1 or not isinstance(picked.body, ast.Product):
        return None
    entry, *labels = picked.body.factors
    if not isinstance(entry, ast.Index) or not isinstance(entry.base, ast.Name) or len(labels) != 1:
        return None
    of = of_value(reader, of_items, entry.base)
    if reader.shape(of) or build.free_indices(of):
        return None
    body = ast.Product(picked.span, (derivative(reader, of, entry.base, entry.indices, False, item), *labels), ("*",))
    return ast.IndexSum(picked.span, picked.indices, body)


def square_root(reader: Reading, items: Items) -> Items | None:
    r"""The sigma of `\sigma^2`, where sigma is a number that was declared and `\sigma^2` is no name of its own."""
    items = opened(items)
    if len(items) == 1 and isinstance(items[0], Bracket) and items[0].open == "(":
        items = opened(items[0].items)
    if len(items) != 1 or not isinstance(items[0], Scripted) or reader.prepared(items) != items:
        return None
    item = items[0]
    core, scripts = flattened(item)
    if not isinstance(core, Symbol | Accent) or scripts.primes or scripts.label is not None:
        return None
    if len(scripts.powers) != 1 or plain_number(scripts.powers[0]) != "2" or item.sup is None:
        return None
    bare: Items = (item.base if item.sub is None else Scripted(item.start, item.end, item.base, item.sub, None, 0),)
    probe = reader.expression(bare) if not reader.bound else None
    if not isinstance(probe, ast.Name) or probe.id in reader.context.values:
        return None
    return None if reader.context.name_shape(probe.id) else bare


def _by_squares(reader: Reading, order: int, of_items: Items, by: list[Items], item: Item) -> ast.Expr:
    r"""Derivatives by `\sigma^2`: those by sigma, over 2 sigma, one after another."""
    if len(by) != order:
        reader.fail("a derivative of this order is not understood", item, None, "D703")
    value: ast.Expr | None = None
    for one in reversed(by):
        root = square_root(reader, one)
        base, entries, turned = variable(reader, root or one)
        value = value if value is not None else of_value(reader, of_items, base)
        value = derivative(reader, value, base, entries, turned, item)
        if root is not None:
            at = value.span
            twice = ast.Product(at, (build.number(2, at), base), ("*",))
            value = ast.Product(at, (value, twice), ("/",))
    assert value is not None
    return value


def _without_square(items: Items) -> Items:
    """`x^2` below a second derivative is x twice."""
    if len(items) == 1 and isinstance(items[0], Bracket):
        return items
    last = items[-1]
    if isinstance(last, Scripted) and last.sup is not None and plain_number(last.sup) == "2":
        kept: Item = Scripted(last.start, last.end, last.base, last.sub, None, last.primes)
        if last.sub is None and not last.primes:
            kept = last.base
        return (*items[:-1], kept)
    return items


def of_value(reader: Reading, items: Items, by: ast.Expr) -> ast.Expr:
    """What is differentiated; a function that stands alone is applied to what it is differentiated by."""
    parts = opened(items)
    if len(parts) == 1:
        core, scripts = flattened(parts[0])
        if isinstance(core, Symbol) and not scripts.powers:
            for name in spellings(core.name):
                info = reader.context.functions.get(name)
                if info is None or reader.context.is_value(name) or name in reader.context.scalar_functions:
                    continue
                if scripts.label is not None:
                    break
                value: ast.Expr = build.call(name, build.span(core), by)
                if scripts.sub is not None:
                    found = index_parts(scripts.sub)
                    if found is None:
                        break
                    value = ast.Index(value.span, value, indices(reader, found, len(found)))
                return value
            found_f = arbitrary(reader, core, scripts.sub is None and scripts.label is None)
            if found_f is not None:
                return found_f
    value = reader.expression(items)
    if isinstance(value, Spread):
        reader.fail("the derivative of an array with open indices is not understood", items)
    return _restated(reader, value, by)


def _restated(reader: Reading, value: ast.Expr, by: ast.Expr) -> ast.Expr:
    """A name by an intermediate that its definition does not go through, and what it was said to be later does."""
    context = reader.context
    if not isinstance(value, ast.Name) or not isinstance(by, ast.Name) or value.id not in context.restated:
        return value
    if by.id in context.arrays or through(context, value.id, by.id):
        return value
    other = context.restated[value.id]
    names = build.names_in(other)
    return other if by.id in names or any(through(context, name, by.id) for name in names) else value


def arbitrary(reader: Reading, core: Symbol, alone: bool) -> ast.Expr | None:
    """`f` of which nothing is said: any scalar function of the last definition."""
    context = reader.context
    if not alone or core.name != "f" or any(context.known(name) for name in spellings("f")):
        return None
    if "f" in context.bare or "f" in context.seen:
        return None
    if context.last is None:
        hint = "define what it is a function of first, y = W x, or write `loss f(y)`"
        reader.fail("f is not defined, and there is no definition it could be a function of", core, hint, "D703")
    at = build.span(core)
    reader.extra.append(ast.Loss(at, ast.Ident("f", at), (ast.Ident(context.last, at),)))
    context.losses["f"] = (context.last,)
    return build.name("f", at)


def variable(reader: Reading, items: Items) -> tuple[ast.Expr, tuple[ast.Expr, ...] | None, bool]:
    """What is differentiated by: a name, the indices of an entry of it, and whether it is transposed."""
    items = opened(items)
    if len(items) == 1 and isinstance(items[0], Bracket) and items[0].open == "(":
        inner = items[0].items
        if is_list(inner):
            return listed(reader, items[0]), None, False
        items = opened(inner)
    value = reader.expression(items)
    turned = False
    while isinstance(value, ast.Transpose):
        value, turned = value.arg, not turned
    if isinstance(value, ast.Index) and isinstance(value.base, ast.Name):
        return value.base, value.indices, False
    if isinstance(value, ast.Index) and isinstance(value.base, ast.Transpose) and isinstance(value.base.arg, ast.Name):
        return value.base.arg, value.indices[::-1], False
    if isinstance(value, ast.Name):
        return value, None, turned
    if isinstance(value, ast.Call) and value.fn == "vec" and isinstance(value.args[0], ast.Name):
        return value, None, turned
    if isinstance(value, ast.ListLit):
        return value, None, turned
    named = reader.name_of(value)
    if named is not None:
        return named, None, turned
    text = reader.written(items)
    hint = f"give it a name of its own first, u = {text}"
    reader.fail(f"a derivative is by a name, and `{text}` is none", items, hint, "D703")


def derivative(
    reader: Reading, of: ast.Expr, by: ast.Expr, entries: tuple[ast.Expr, ...] | None, turned: bool, item: Item
) -> ast.Expr:
    """The derivative of a value by a name or an entry of it."""
    at = Span(item.start, max(item.end, of.span.end))
    open_of = build.free_indices(of)
    if entries is None:
        return by_whole(reader, of, by, turned, open_of, at, item)
    open_by = [index.id for index in entries if isinstance(index, ast.Name)]
    shape = reader.shape(of)
    if not open_of and not open_by:
        return build.call("jac", at, of, ast.Index(by.span, by, entries))
    if not shape and not open_of:
        return ast.Index(at, build.call("grad", at, of, by), entries)
    if isinstance(of, ast.Index) and not build.free_indices(of.base):
        whole = build.call("jac", at, of.base, by, layout="numerator")
        return ast.Index(at, whole, (*_listed(reader, of), *_listed_entries(reader, by, entries)))
    if not shape:
        name = define_by_entries(reader, tuple(open_of), of, item)
        whole = build.call("jac", at, name, by, layout="numerator")
        indices = tuple(ast.Name(at, index) for index in open_of)
        return ast.Index(at, whole, (*indices, *entries))
    if len(shape) == 1 or (len(shape) == 2 and shape[0] == 1):
        if open_of:
            reader.fail("the derivative of an array with open indices is not understood", item)
        index = reader.context.fresh("r")
        whole = build.call("jac", at, of, by, layout="numerator")
        row = reader.context.layout == "denominator"
        reader.context.lying[at] = "denominator"
        return Spread(at, index, ast.Index(at, whole, (ast.Name(at, index), *entries)), row)
    if len(shape) == 2 and not open_of:
        index, second_index = reader.context.fresh("r"), reader.context.fresh("c")
        cell = (ast.Name(at, index), ast.Name(at, second_index))
        every = ast.Index(at, build.call("jac", at, of, by, layout="numerator"), (*cell, *entries))
        return Spread(at, index, every, False, second_index)
    reader.fail("the derivative of an array with open indices is not understood", item)


def _listed(reader: Reading, of: ast.Index) -> tuple[ast.Expr, ...]:
    """The indices of an entry as a derivative counts them: a row is the list of its entries."""
    return _listed_entries(reader, of.base, of.indices)


def _listed_entries(reader: Reading, base: ast.Expr, entries: tuple[ast.Expr, ...]) -> tuple[ast.Expr, ...]:
    shape = reader.shape(base)
    return entries[-1:] if len(shape) == 2 and shape[0] == 1 and len(entries) == 2 else entries


def by_whole(
    reader: Reading, of: ast.Expr, by: ast.Expr, turned: bool, open_of: dict[str, None], at: Span, item: Item
) -> ast.Expr:
    shape, by_shape = reader.shape(of), reader.shape(by)
    if open_of and by_shape:
        if not isinstance(of, ast.Index) or build.free_indices(of.base) or len(by_shape) != 1:
            if shape or len(by_shape) != 1:
                reader.fail(
                    "the derivative of an entry by a whole array is read for vectors",
                    item,
                    "write it by entries",
                    "D703",
                )
            name: ast.Expr = define_by_entries(reader, tuple(open_of), of, item)
            entries: tuple[ast.Expr, ...] = tuple(ast.Name(at, index) for index in open_of)
        else:
            name, entries = of.base, _listed(reader, of)
        index = reader.context.fresh("r")
        whole = build.call("jac", at, name, by, layout="numerator")
        row = (reader.context.layout == "numerator") or turned
        if not turned:
            reader.context.lying[at] = "numerator"
        return Spread(at, index, ast.Index(at, whole, (*entries, ast.Name(at, index))), row)
    if open_of:
        if isinstance(of, ast.Index) and not build.free_indices(of.base):
            return ast.Index(at, build.call("jac", at, of.base, by), of.indices)
        if not shape:
            name = define_by_entries(reader, tuple(open_of), of, item)
            return ast.Index(at, build.call("jac", at, name, by), tuple(ast.Name(at, index) for index in open_of))
    if (turned and len(by_shape) == 1) or (len(shape) == 2 and 1 not in shape and not by_shape):
        return build.call("jac", at, of, by, layout="numerator")  # of a matrix by a number: by entries in every layout
    if turned and len(by_shape) == 2:
        return ast.Transpose(at, build.call("jac", at, of, by))
    if isinstance(of, ast.Transpose) and len(reader.shape(of.arg)) == 1 and len(by_shape) == 1:
        return build.call("jac", at, of.arg, by, layout="denominator")
    return build.call("jac", at, of, by)


def second(
    reader: Reading, of: ast.Expr, pairs: list[tuple[ast.Expr, tuple[ast.Expr, ...] | None]], item: Item
) -> ast.Expr:
    """A second derivative."""
    at = Span(item.start, max(item.end, of.span.end))
    (first, i), (other, j) = pairs
    if reader.shape(of):
        reader.fail("a second derivative is of a scalar", item, None, "D703")
    if build.free_indices(of):
        reader.fail(
            "a second derivative with open indices in what is differentiated is not understood", item, None, "D703"
        )
    same = isinstance(first, ast.Name) and isinstance(other, ast.Name) and first.id == other.id
    if i is None and j is None:
        if not reader.shape(first) and not reader.shape(other) and not same:
            return build.call("jac", at, build.call("jac", at, of, first), other)
        return build.call("hess", at, of, first) if same else build.call("hess", at, of, first, other)
    if i is None or j is None:
        reader.fail("this second derivative is not understood", item, None, "D703")
        raise AssertionError
    whole = build.call("hess", at, of, first) if same else build.call("hess", at, of, first, other)
    return ast.Index(at, whole, (*i, *j))


def is_jacobian(reader: Reading, core: Item, scripts: Scripts) -> bool:
    """Whether `J_y` before brackets is the Jacobian of y."""
    context = reader.context
    if not isinstance(core, Symbol) or core.name != "J" or scripts.sub is None or scripts.label is not None:
        return False
    if context.known("J") or "J" in context.bare:
        return False
    return named_function(reader, scripts.sub) is not None


def named_function(reader: Reading, items: Items) -> str | None:
    """The value or function that a subscript names."""
    items = opened(items)
    if len(items) != 1 or not isinstance(items[0], Symbol):
        return None
    context = reader.context
    for name in spellings(items[0].name):
        if name in context.values or name in context.functions:
            return name
    return None


def jacobian(reader: Reading, of: str, bracket: Bracket, at: Span) -> ast.Expr:
    """`J_y(x)`, `D f(x)`: the derivative in the layout."""
    by, _, _ = variable(reader, bracket.items)
    context = reader.context
    value: ast.Expr = build.name(of, at) if context.is_value(of) else build.call(of, at, by)
    return build.call("jac", at, value, by)
