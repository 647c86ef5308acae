"""Matrices, lists, cases and conditions."""

from __future__ import annotations

from gradcli.latex import build, spread
from gradcli.latex.entries import check_bound, define_by_entries, size_of, with_index
from gradcli.latex.general import Pattern, general
from gradcli.latex.indices import indices
from gradcli.latex.lists import split_commas
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import index_parts
from gradcli.latex.spread import Spread
from gradcli.latex.tree import Bracket, Grid, Item, Items, Mark, Number, Prose, Space, Symbol, Word, key
from gradcli.latex.vocabulary import MATRICES
from gradcli.syntax import ast
from gradcli.syntax.ast import Span

_SECOND = "\ue001"
_COMPARE = {
    "<": "<",
    ">": ">",
    "le": "<=",
    "leq": "<=",
    "leqslant": "<=",
    "ge": ">=",
    "geq": ">=",
    "geqslant": ">=",
    "lt": "<",
    "gt": ">",
}
_ELSE = ("otherwise", "else", "其他", "其它", "否则", "その他", "elsewhere", "sonst", "sinon")


def grid(reader: Reading, item: Grid) -> ast.Expr:
    """A matrix, or cases."""
    if item.environment in ("cases", "dcases", "rcases"):
        return cases(reader, item)
    if item.environment not in MATRICES:
        if len(item.rows) == 1:
            return reader.expression(tuple(part for cell in item.rows[0] for part in cell))
        reader.fail("several lines are no expression", item)
    value = matrix(reader, item)
    if item.environment == "vmatrix":
        return build.call("det", build.span(item), value)
    return value


def matrix(reader: Reading, item: Grid) -> ast.Expr:
    """The matrix that rows of cells make."""
    rows = [[_trim(cell) for cell in row] for row in item.rows]
    rows = [row for row in rows if any(row)]
    if not rows:
        reader.fail("the matrix is empty", item)
    if any(_is_dots(cell) for row in rows for cell in row):
        return dotted(reader, rows, item)
    width = max(map(len, rows))
    if any(len(row) != width for row in rows) and any(len(row) not in (width, width - 1) for row in rows):
        reader.fail("the rows of a matrix have one length", item)
    at = build.span(item)
    values = [[_cell(reader, cell, item) for cell in [*row, *[()] * (width - len(row))]] for row in rows]
    if any(isinstance(value, Spread) for row in values for value in row):
        reader.fail("the entries of this matrix are not understood", item)
    if any(reader.shape(value) for row in values for value in row):
        return _blocks(reader, values, at)
    if width == 1 and len(values) > 1:
        return ast.ListLit(at, tuple(row[0] for row in values))
    if width == 1:
        return values[0][0]
    return ast.ListLit(at, tuple(ast.ListLit(at, tuple(row)) for row in values))


def _cell(reader: Reading, cell: Items, item: Item) -> ast.Expr:
    if not cell:
        return build.number(0, build.span(item))
    return reader.expression(cell)


def _blocks(reader: Reading, values: list[list[ast.Expr]], at: Span) -> ast.Expr:
    """Blocks; a gradient as a row of a stack is a row."""
    out: list[ast.Expr] = []
    for row in values:
        if len(row) == 1 and isinstance(row[0], ast.Call) and row[0].fn == "grad" and len(row[0].args) == 2:
            of, by = row[0].args
            if isinstance(by, ast.ListLit):
                out.append(ast.ListLit(at, tuple(build.call("jac", row[0].span, of, one) for one in by.items)))
                continue
            row = [ast.Transpose(row[0].span, row[0])]
        out.append(ast.ListLit(at, tuple(row)))
    return ast.ListLit(at, tuple(out))


# ------------------------------------------------------------------------- lists


def is_list(items: Items) -> bool:
    """Whether what stands in brackets is a list."""
    if any(isinstance(part, Mark) and (part.kind == "punct" and part.text in (",", ";")) for part in items):
        return True
    if any(isinstance(part, Mark) and part.kind == "dots" for part in items):
        return not any(isinstance(part, Mark) and part.kind == "add" for part in items)
    pieces = _by_spaces(items)
    return len(pieces) > 1 and all(pieces) and not any(isinstance(p, Mark) and p.kind == "add" for p in (pieces[1][:1]))


def _by_spaces(items: Items) -> list[Items]:
    out: list[list[Item]] = [[]]
    for item in items:
        if isinstance(item, Space):
            out.append([])
        else:
            out[-1].append(item)
    return [tuple(part) for part in out if part]


def listed(reader: Reading, item: Bracket) -> ast.Expr:
    """`[a, b]` is a list, a vector; `[a \\quad b]` a row."""
    commas = any(isinstance(part, Mark) and part.kind == "punct" for part in item.items)
    pieces = [part for part in (split_commas(item.items) if commas else _by_spaces(item.items)) if part]
    if not commas and len(pieces) == 1:
        pieces = _around_dots(pieces[0])
    at = build.span(item)
    value: ast.Expr
    if any(_is_dots(piece) for piece in pieces):
        value = dotted(reader, [[piece] for piece in pieces], item)
        if isinstance(value, ast.ListLit):
            return value
        if not commas:
            return turned(value, at)
    else:
        cells = [reader.expression(piece) for piece in pieces]
        if not commas:
            return ast.ListLit(at, (ast.ListLit(at, tuple(cells)),))
        value = ast.ListLit(at, tuple(cells))
    reader.lists[id(value)] = value
    return value


def _around_dots(items: Items) -> list[Items]:
    out: list[Items] = []
    piece: list[Item] = []
    for item in items:
        if isinstance(item, Mark) and item.kind == "dots":
            out += [tuple(piece), (item,)]
            piece = []
        else:
            piece.append(item)
    return [part for part in [*out, tuple(piece)] if part]


def _trim(items: Items) -> Items:
    out = [item for item in items]
    while out and isinstance(out[0], Space):
        out.pop(0)
    while out and (isinstance(out[-1], Space) or (isinstance(out[-1], Mark) and out[-1].kind == "punct")):
        out.pop()
    return tuple(out)


def _is_dots(cell: Items) -> bool:
    return bool(cell) and all(isinstance(part, Mark) and part.kind == "dots" for part in cell)


# -------------------------------------------------------------------------- dots


def dotted(reader: Reading, rows: list[list[Items]], item: Item) -> ast.Expr:
    """The array that its corners say."""
    kept = [row for row in rows if not all(_is_dots(cell) or not cell for cell in row)]
    tall = len(kept) < len(rows)
    width = max(map(len, kept))
    across = [k for k in range(width) if any(k < len(row) and _is_dots(row[k]) for row in kept)]
    columns = [k for k in range(width) if k not in across]
    corners = [[row[k] if k < len(row) else () for k in columns] for row in kept]
    if len(kept) < 1 + tall or len(columns) < 1 + bool(across):
        _unclear(reader, item)
    if _is_diagonal(corners, tall, bool(across)):
        return _diagonal(reader, corners, item)
    if tall and across:
        return _plane(reader, corners, item)
    if tall and len(columns) == 1:
        return _line(reader, [row[0] for row in corners], item)
    if across and len(corners) == 1:
        return turned(_line(reader, corners[0], item), build.span(item))
    if across and all(len(row) > 1 for row in corners):
        lines = [_line(reader, row, item) for row in corners]
        return ast.ListLit(
            build.span(item), tuple(ast.ListLit(line.span, (ast.Transpose(line.span, line),)) for line in lines)
        )
    _unclear(reader, item)
    raise AssertionError


def _unclear(reader: Reading, item: Item) -> None:
    reader.fail(
        "what the dots stand for is not clear from the entries around them",
        item,
        "give the first and the last entry",
        "D703",
    )


def _pattern(reader: Reading, first: Items, last: Items, item: Item, letter: str = "\ue000") -> Pattern:
    pattern = general(first, last, letter)
    if pattern is None:
        _unclear(reader, item)
        raise AssertionError
    return pattern


def _line(reader: Reading, cells: list[Items], item: Item) -> ast.Expr:
    """A vector from its first entries and its last."""
    if len({key(cell) for cell in cells}) == 1 and (same := _constant(reader, cells[0])) is not None:
        return same
    pattern = _pattern(reader, cells[0], cells[-1], item)
    for k, cell in enumerate(cells[1:-1]):
        if not pattern.matches(cell, k + 2):
            _unclear(reader, item)
    name, value = with_index(reader, pattern, lambda: reader.expression(pattern.items))
    if isinstance(value, Spread):
        if value.second or set(build.free_indices(value.body)) - {name, value.index}:
            _unclear(reader, item)
        return define_by_entries(reader, (name, value.index), value.body, item)
    if reader.shape(value):
        shape = reader.shape(value)
        if len(shape) == 1 or shape[0] == 1:  # rows, one above the other
            other = reader.context.fresh("r")
            body = ast.Index(value.span, value, (ast.Name(value.span, other),))
            return define_by_entries(reader, (name, other), body, item)
        _unclear(reader, item)
    if name not in build.free_indices(value):
        _unclear(reader, item)
    check_bound(reader, size_of(reader, name, value), pattern.last, item, "the list")
    whole = _whole_vector(value, name)
    if whole is not None:
        return whole
    if len(build.free_indices(value)) > 1:
        return Spread(build.span(item), name, value)
    return define_by_entries(reader, (name,), value, item)


def _constant(reader: Reading, cell: Items) -> ast.Expr | None:
    r"""`[z, z, \dots, z]`: a vector of one number, of the size of what it stands beside."""
    value = reader.expression(cell)
    if isinstance(value, Spread) or reader.shape(value) or build.free_indices(value):
        return None
    ones = build.call("ones", value.span)
    reader.context.shapes.put(ones, (None,))
    return ast.Product(value.span, (value, ones), ("*",))


def turned(value: ast.Expr, at: Span) -> ast.Expr:
    """The transpose."""
    if isinstance(value, Spread):
        return spread.turned(value)
    return ast.Transpose(at, value)


def _whole_vector(value: ast.Expr, name: str) -> ast.Expr | None:
    """`x[i]` for all i is x."""
    if isinstance(value, ast.Index) and len(value.indices) == 1 and isinstance(value.base, ast.Name):
        index = value.indices[0]
        if isinstance(index, ast.Name) and index.id == name:
            return value.base
    return None


def _plane(reader: Reading, corners: list[list[Items]], item: Item) -> ast.Expr:
    """A matrix from its four corners."""
    across = _pattern(reader, corners[0][0], corners[0][-1], item, _SECOND)
    below = _pattern(reader, corners[-1][0], corners[-1][-1], item, _SECOND)
    if key(across.last) != key(below.last):
        _unclear(reader, item)
    whole = _pattern(reader, across.items, below.items, item)
    rows, columns = reader.context.fresh("r"), reader.context.fresh("c")
    before = reader.bound
    reader.bound = {**before, whole.letter: rows, _SECOND: columns}
    try:
        value = reader.expression(whole.items)
    finally:
        reader.bound = before
    if isinstance(value, Spread) or reader.shape(value):
        _unclear(reader, item)
    free = build.free_indices(value)
    if rows not in free or columns not in free or len(free) > 2:
        _unclear(reader, item)
    check_bound(reader, size_of(reader, rows, value), whole.last, item, "the column")
    check_bound(reader, size_of(reader, columns, value), across.last, item, "the row")
    return define_by_entries(reader, (rows, columns), value, item)


def _is_diagonal(corners: list[list[Items]], tall: bool, across: bool) -> bool:
    """Whether nothing stands off the diagonal."""
    if not (tall and across) and not (tall and len(corners) == len(corners[0])):
        return False
    if len(corners) != len(corners[0]) or len(corners) < 2:
        return False
    return all(_is_nothing(cell) == (i != j) for i, row in enumerate(corners) for j, cell in enumerate(row))


def _is_nothing(cell: Items) -> bool:
    return not cell or (len(cell) == 1 and isinstance(cell[0], Number) and cell[0].text == "0")


def _diagonal(reader: Reading, corners: list[list[Items]], item: Item) -> ast.Expr:
    return build.call("diag", build.span(item), _line(reader, [row[k] for k, row in enumerate(corners)], item))


def diagonal_by_entries(reader: Reading, bracket: Bracket) -> ast.Expr | None:
    r"""`diag(\dots e_i \dots)`, `diag(x_1, \dots, x_n)`: the vector on the diagonal; None where it is given as one."""
    pieces = [part for part in split_commas(bracket.items) if part]
    if len(pieces) == 1:
        pieces = _around_dots(pieces[0])
    if not any(_is_dots(piece) for piece in pieces):
        return None
    entries = [piece for piece in pieces if not _is_dots(piece)]
    if len(entries) == 1:
        value = reader.expression(entries[0])
        free = [name for name in build.free_indices(value) if name not in reader.bound.values()]
        if len(free) != 1:
            _unclear(reader, bracket)
        whole = _whole_vector(value, free[0])
        return whole if whole is not None else define_by_entries(reader, (free[0],), value, bracket)
    return _line(reader, entries, bracket)


# ------------------------------------------------------------------------- cases


def cases(reader: Reading, item: Grid) -> ast.Expr:
    """`{ a if ..., b otherwise }`."""
    branches: list[tuple[ast.Expr, Items | None]] = []
    for row in item.rows:
        value, said = _branch(row)
        if not value or (len(value) == 1 and isinstance(value[0], Prose | Word) and "undef" in str(key(value))):
            continue
        branches.append((reader.expression(value), _condition_items(reader, said, item)))
    if not branches:
        reader.fail("there are no cases here", item)
    out, last = branches[-1]
    if last is not None and len(branches) == 1:
        return _chosen(reader, last, out, build.number(0, out.span), build.span(item))
    for chosen, where in reversed(branches[:-1]):
        if where is None:
            reader.fail("only the last case may be without a condition", item)
            raise AssertionError
        out = _chosen(reader, where, chosen, out, build.span(item))
    return out


def _branch(row: tuple[Items, ...]) -> tuple[Items, Items]:
    """The value and what is said after it."""
    if len(row) > 1:
        return _trim(row[0]), tuple(part for cell in row[1:] for part in cell)
    for k, part in enumerate(row[0]):
        word = isinstance(part, Word) and not part.command and part.text in ("if", "for", "otherwise", "when")
        if k and (word or isinstance(part, Prose | Space)):
            return _trim(row[0][:k]), row[0][k:]
        if isinstance(part, Mark) and part.kind == "punct":
            return _trim(row[0][:k]), row[0][k + 1 :]
    return row[0], ()


def _condition_items(reader: Reading, said: Items, item: Item) -> Items | None:
    """The relation of a condition; None of `otherwise`."""
    words = "".join(part.text for part in said if isinstance(part, Prose | Word)).lower()
    kept = tuple(
        part
        for part in said
        if not isinstance(part, Prose | Space) and not (isinstance(part, Word) and not part.command)
    )
    kept = _trim(
        tuple(
            part
            for part in kept
            if not (isinstance(part, Mark) and part.kind == "punct" and part.text in (",", ".", ":"))
        )
    )
    if not any(isinstance(part, Mark) and part.kind == "rel" for part in kept):
        if any(word in words for word in _ELSE) or not kept:
            return None
        reader.fail("this condition is not understood", item, None, "D703")
    return kept


def _chosen(reader: Reading, said: Items, value: ast.Expr, other: ast.Expr, at: Span) -> ast.Expr:
    where = condition(reader, said, at)
    if isinstance(value, Spread) or isinstance(other, Spread):
        reader.fail("these cases are not understood", said)
    if isinstance(where, ast.Compare):
        return build.call("where", at, where, value, other)
    return mixed(where, value, other, at)


def mixed(where: ast.Expr, value: ast.Expr, other: ast.Expr, at: Span) -> ast.Expr:
    """`where` is 1 or 0: the value times it, the other times what is left."""
    first = where if _is_number(value, 1) else ast.Product(at, (where, value), ("*",))
    if _is_number(other, 0):
        return first
    left = ast.Sum(at, (build.number(1, at), where), ("-",))
    second = left if _is_number(other, 1) else ast.Product(at, (left, other), ("*",))
    return second if _is_number(value, 0) else ast.Sum(at, (first, second), ("+",))


def _is_number(expr: ast.Expr, value: int) -> bool:
    return isinstance(expr, ast.Num) and expr.value == value


def condition(reader: Reading, items: Items, at: Span) -> ast.Expr:
    """1 where a relation holds, 0 elsewhere: of indices an entry of the identity, of values a comparison."""
    sides: list[list[Item]] = [[]]
    signs: list[Mark] = []
    for part in items:
        if isinstance(part, Mark) and part.kind == "rel":
            signs.append(part)
            sides.append([])
        else:
            sides[-1].append(part)
    if not signs or any(not _trim(tuple(side)) for side in sides):
        reader.fail("this condition is not understood", items, None, "D703")
    out: ast.Expr | None = None
    for k, sign in enumerate(signs):
        one = _relation(reader, _trim(tuple(sides[k])), sign, _trim(tuple(sides[k + 1])), at)
        out = one if out is None else ast.Product(at, (out, one), ("*",))
    assert out is not None
    return out


def _relation(reader: Reading, left: Items, sign: Mark, right: Items, at: Span) -> ast.Expr:
    written = reader.written(sign).lstrip("\\")
    pair = [_as_index(reader, side) for side in (left, right)]
    if sign.text in ("=", "!=") and pair[0] is not None and pair[1] is not None:
        if all(isinstance(part, Number) for part in (pair[0], pair[1])):
            reader.fail("this condition is about numbers alone", (*left, sign, *right))
        entry = ast.Index(at, build.name("I", at), indices(reader, [pair[0], pair[1]], 2))
        return entry if sign.text == "=" else ast.Sum(at, (build.number(1, at), entry), ("-",))
    op = _COMPARE.get(written)
    if sign.text == "=":
        op = "=="
    elif sign.text == "!=":
        op = "!="
    if op is None:
        reader.fail(f"`{reader.written(sign)}` is no condition", sign, None, "D703")
    values = [
        indices(reader, [one], 1)[0] if one is not None and (other is None or isinstance(one, Number)) else None
        for one, other in (pair, pair[::-1])
    ]
    return ast.Compare(at, op, values[0] or reader.expression(left), values[1] or reader.expression(right))


def _as_index(reader: Reading, side: Items) -> Item | None:
    parts = index_parts(side)
    if parts is None or len(parts) != 1 or isinstance(parts[0], Mark):
        return None
    part = parts[0]
    if isinstance(part, Symbol) and reader.context.is_value(part.name):
        return None
    return part
