"""Products, quotients and sums of what is read, by the shapes of their parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradcli.latex import build
from gradcli.latex.entries import define_by_entries
from gradcli.latex.reading import Reading
from gradcli.latex.shapes import Shape, fit, product, transposed
from gradcli.latex.spread import Spread, cell, entry, kind, whole
from gradcli.latex.tree import Fraction, Items, Mark
from gradcli.syntax import ast
from gradcli.syntax.ast import Span


def folded(reader: Reading, factors: list[tuple[str, ast.Expr]], items: Items) -> ast.Expr:
    """Factors, from the left; where two do not fit, a scalar product that follows is formed first."""
    todo = list(factors)
    out = todo.pop(0)[1]
    while todo:
        op, factor = todo.pop(0)
        if op in ("juxt", "cdot", "times") and todo and todo[0][0] == op:
            a, b, c = reader.shape(out), reader.shape(factor), reader.shape(todo[0][1])
            if a and b and c and product(a, b) is None and product(b, c) == ():
                factor = combined(reader, factor, op, todo.pop(0)[1], items)
        out = combined(reader, out, op, factor, items)
    return out


def combined(reader: Reading, a: ast.Expr, op: str, b: ast.Expr, items: Items) -> ast.Expr:
    """Two parts with a sign between them (`juxt` for none)."""
    if isinstance(a, Spread) or isinstance(b, Spread):
        return spread_product(reader, a, op, b, items)
    if op in ("juxt", "cdot", "times") and (contracted := contraction(reader, a, b, items)) is not None:
        return contracted
    a, b = sized_pair(reader, a, op, b)
    if (scaled := _scaled_by_entry(reader, a, op, b, items)) is not None:
        return scaled
    sa, sb = reader.shape(a), reader.shape(b)
    at = Span(min(a.span.start, b.span.start), max(a.span.end, b.span.end))
    if op == "/":
        if len(sb) == 2 and 1 not in sb and not fit(sa, sb):
            reader.fail(
                "a matrix below the line: is its inverse meant, or entry by entry?",
                items,
                r"write A^{-1}, or \oslash",
                "D705",
            )
        return _joined(a, "/", b, at)
    if op in ("odot", "oslash"):
        return _joined(a, "*" if op == "odot" else "/", b, at)
    if op == "otimes":
        if not sa or not sb:
            return _joined(a, "*", b, at)
        return _joined(a, "kron", b, at)
    if op == "circ":
        if sa and sb and not fit(sa, sb):
            reader.fail(
                r"`\circ` is between arrays of different shapes",
                items,
                r"write \circ as * where it is entry by entry",
                "D705",
            )
        return _joined(a, "*", b, at)
    if op not in ("juxt", "cdot", "times", "ast"):
        sign = next((reader.written(item) for item in items if isinstance(item, Mark) and item.text == op), "\\" + op)
        reader.fail(f"`{sign}` is not understood", items, f"write `{sign} as *` if it is entry by entry", "D703")
    if not sa or not sb:
        return _joined(a, "*", b, at)
    fits = product(sa, sb)
    if op == "ast":
        if fit(sa, sb) and fits is not None:
            hint = "write `* as @` for the matrix product, `* as *` for entry by entry"
            reader.fail("`*` may be the matrix product or entry by entry", items, hint, "D705")
        if fit(sa, sb):
            return _joined(a, "*", b, at)
    if op in ("cdot", "times") and fits is None:
        made = _of_vectors(reader, a, op, b, at, items)
        if made is not None:
            return made
    out = _joined(a, "@", b, at)
    if isinstance(out, ast.Product):  # known here: found anew for each factor it would take time by their square
        reader.context.shapes.put(out, fits or ())
    return out


def _scaled_by_entry(reader: Reading, a: ast.Expr, op: str, b: ast.Expr, items: Items) -> ast.Expr | None:
    r"""`\sigma(u_k^T v) v`: an array times a number in which an index is open is known by its entries."""
    sa, sb = reader.shape(a), reader.shape(b)
    if op not in ("juxt", "cdot", "times", "odot", "/") or bool(sa) == bool(sb) or (op == "/" and sb):
        return None
    number, array = (b, a) if sa else (a, b)
    if not build.free_indices(number) or build.free_indices(array):
        return None
    made = opened(reader, array)
    return None if made is None else spread_product(reader, made if sa else a, op, b if sa else made, items)


def opened(reader: Reading, array: ast.Expr) -> Spread | None:
    """An array as known by its entries."""
    shape, at = reader.shape(array), array.span
    first, second = reader.context.fresh("r"), reader.context.fresh("c")
    if len(shape) == 1 or (len(shape) == 2 and shape[0] == 1):
        return Spread(at, first, entry(array, first, at), len(shape) == 2)
    return Spread(at, first, cell(array, first, second, at), False, second) if len(shape) == 2 else None


def contraction(reader: Reading, a: ast.Expr, b: ast.Expr, items: Items) -> ast.Expr | None:
    r"""`\frac{\partial L}{\partial Z} \frac{\partial Z}{\partial W}` where one is a tensor: summed over Z."""
    a, b = _meant(reader, a), _meant(reader, b)
    if not isinstance(a, ast.Call) or not isinstance(b, ast.Call) or {a.fn, b.fn} - {"jac", "grad"}:
        return None
    if a.kwargs or b.kwargs or len(a.args) != 2 or len(b.args) != 2:
        return None
    outer, inner = (a, b) if a.args[1] == b.args[0] else (b, a)
    if outer.args[1] != inner.args[0] or not isinstance(outer.args[1], ast.Name):
        return None
    middle, of, by = outer.args[1], outer.args[0], inner.args[1]
    shapes = [_list_of(reader.shape(part)) for part in (of, middle, by)]
    if shapes[0] or len(shapes[1]) + len(shapes[2]) <= 2 or not isinstance(by, ast.Name):
        return None
    at = Span(min(a.span.start, b.span.start), max(a.span.end, b.span.end))
    over = tuple(reader.context.fresh("r") for _ in shapes[1])
    along = tuple(reader.context.fresh("c") for _ in shapes[2])
    names = [tuple(ast.Name(at, index) for index in group) for group in (over, along)]
    left = ast.Index(at, build.call("grad", at, of, middle), names[0])
    right = ast.Index(at, build.call("jac", at, middle, by, layout="numerator"), (*names[0], *names[1]))
    body = ast.IndexSum(at, over, ast.Product(at, (left, right), ("*",)))
    if not along:
        return body
    whole = define_by_entries(reader, along, body, items[0])
    reader.context.define(whole.id, reader.shape(by))
    gradient = "grad" in (a.fn, b.fn) or reader.context.layout != "numerator"
    return whole if gradient else ast.Transpose(at, whole)


def _meant(reader: Reading, expr: ast.Expr) -> ast.Expr:
    """The derivative that a name was defined as."""
    if isinstance(expr, ast.Name):
        meaning = reader.context.meanings.get(expr.id)
        if isinstance(meaning, ast.Call) and meaning.fn in ("jac", "grad"):
            return meaning
    return expr


def _list_of(shape: Shape) -> Shape:
    return shape[1:] if len(shape) == 2 and shape[0] == 1 else shape


def _of_vectors(reader: Reading, a: ast.Expr, op: str, b: ast.Expr, at: Span, items: Items) -> ast.Expr | None:
    """A dot between vectors is their inner product."""
    sa, sb = reader.shape(a), reader.shape(b)
    if not fit(sa, sb):
        return None
    vectors = len(sa) == 1 or 1 in sa
    if vectors and op == "cdot":
        return build.call("dot", at, a, b)
    if vectors and sa == (3,):
        return build.call("cross", at, a, b)
    sign = "\\" + op
    hint = f"write `{sign} as *` for entry by entry, `{sign} as @` for the matrix product"
    reader.fail(f"`{sign}` between two arrays of one shape may mean several things", items, hint, "D705")


def _joined(a: ast.Expr, op: str, b: ast.Expr, at: Span) -> ast.Expr:
    """One more factor of a flat product."""
    if isinstance(b, ast.Neg) and op != "kron":
        return ast.Neg(at, _joined(a, op, b.arg, at))
    if isinstance(a, ast.Neg):
        return ast.Neg(at, _joined(a.arg, op, b, at))
    if (
        isinstance(a, ast.Product) and a.span.start >= a.factors[0].span.start
    ):  # a product is read from the left, so a first factor's factors may stand in it
        return ast.Product(at, (*a.factors, b), (*a.ops, op))
    return ast.Product(at, (a, b), (op,))


def quotient(reader: Reading, top: ast.Expr, bottom: ast.Expr, item: Fraction) -> ast.Expr:
    """A fraction that is no derivative."""
    if isinstance(top, Spread) or isinstance(bottom, Spread):
        return spread_product(reader, top, "/", bottom, (item,))
    if (scaled := _scaled_by_entry(reader, top, "/", bottom, (item,))) is not None:
        return scaled
    shape = reader.shape(bottom)
    if len(shape) == 2 and 1 not in shape and not fit(reader.shape(top), shape):
        reader.fail(
            "a matrix below the line has no meaning of its own", item, "write A^{-1} on the side that is meant", "D705"
        )
    return ast.Product(build.span(item), (top, bottom), ("/",))


# --------------------------------------------------------------- vectors of ones


def is_ones(expr: ast.Expr) -> bool:
    r"""A `\mathbf 1` whose size is not known yet."""
    if isinstance(expr, ast.Transpose):
        return is_ones(expr.arg)
    return isinstance(expr, ast.Call) and expr.fn == "ones" and not expr.args


def _with_size(expr: ast.Expr, dim: object) -> ast.Expr:
    if isinstance(expr, ast.Transpose):
        return ast.Transpose(expr.span, _with_size(expr.arg, dim))
    return build.call("ones", expr.span, build.size(dim, expr.span))


def sized_pair(reader: Reading, a: ast.Expr, op: str, b: ast.Expr) -> tuple[ast.Expr, ast.Expr]:
    """Two factors, a vector of ones among them given its size by the other."""
    if is_ones(b) and not is_ones(a):
        shape = reader.shape(a)
        if (
            op in ("juxt", "cdot", "times")
            and not isinstance(b, ast.Transpose)
            and len(shape) == 2
            and shape[1] is not None
        ):
            b = _with_size(b, shape[1])
        elif op not in ("juxt", "times") and len(shape) == 1 and shape[0] is not None:
            b = _with_size(b, shape[0])
    elif is_ones(a) and not is_ones(b):
        shape = reader.shape(b)
        if (op in ("juxt", "cdot", "times") and isinstance(a, ast.Transpose) and shape and shape[0] is not None) or (
            op not in ("juxt", "times") and len(shape) == 1 and shape[0] is not None
        ):
            a = _with_size(a, shape[0])
    return a, b


def sized(reader: Reading, terms: Sequence[ast.Expr]) -> list[ast.Expr]:
    """Terms of a sum, vectors of ones among them given the size of the others."""
    whole = next((s for s in map(reader.shape, terms) if len(s) == 2 and None not in s and 1 not in s), None)
    if whole is not None:  # X W + \mathbf{1} b^T
        terms = [filled(reader, term, whole) if None in reader.shape(term) else term for term in terms]
    if not any(is_ones(term) for term in terms):
        return list(terms)
    shapes = [reader.shape(term) for term in terms if not is_ones(term)]
    known = next((shape for shape in shapes if len(shape) == 1 and shape[0] is not None), None)
    turned = next((shape for shape in shapes if len(shape) == 2 and shape[0] == 1 and shape[1] is not None), None)
    out = []
    for term in terms:
        shape = turned if isinstance(term, ast.Transpose) else known
        out.append(_with_size(term, shape[-1]) if is_ones(term) and shape else term)
    return out


def filled(reader: Reading, expr: ast.Expr, want: Shape) -> ast.Expr:
    """An expression whose vectors of ones have the sizes that the other side of the claim has."""
    match expr:
        case ast.Call() if is_ones(expr) and want and want[0] is not None:
            return _with_size(expr, want[0] if len(want) == 1 or want[0] != 1 else want[1])
        case ast.Transpose():
            arg = filled(reader, expr.arg, transposed(want))
            return expr if arg is expr.arg else replace(expr, arg=arg)
        case ast.Neg():
            arg = filled(reader, expr.arg, want)
            return expr if arg is expr.arg else replace(expr, arg=arg)
        case ast.Sum():
            return replace(expr, terms=tuple(filled(reader, term, want) for term in expr.terms))
        case ast.Call() if expr.fn == "diag" and len(want) == 2:
            args = tuple(filled(reader, arg, want[:1]) for arg in expr.args)
            return replace(expr, args=args)
        case ast.Product():
            arrays = [k for k, factor in enumerate(expr.factors) if reader.shape(factor)]
            last = arrays[-1] if arrays else 0
            first = arrays[0] if arrays else 0
            factors = list(expr.factors)
            if len(arrays) == 1:
                factors[last] = filled(reader, factors[last], want)
            elif len(want) == 2 and arrays:
                if is_ones(factors[last]) and isinstance(factors[last], ast.Transpose):
                    factors[last] = _with_size(factors[last], want[1])
                if is_ones(factors[first]):
                    factors[first] = _with_size(factors[first], want[0])
            return replace(expr, factors=tuple(factors))
    return expr


# ------------------------------------------------- arrays known by their entries


def spread_product(reader: Reading, a: ast.Expr, op: str, b: ast.Expr, items: Items) -> ast.Expr:
    """A product one of whose factors is known by its entries."""
    at = Span(min(a.span.start, b.span.start), max(a.span.end, b.span.end))
    sa, sb = kind(reader, a), kind(reader, b)
    index, other = reader.context.fresh("r"), reader.context.fresh("r")

    def times(left: ast.Expr, right: ast.Expr, sign: str = "juxt") -> ast.Expr:
        return combined(reader, left, sign, right, items)

    if op in ("odot", "oslash", "circ") and sa == sb != "scalar":
        sign = "/" if op == "oslash" else "juxt"
        if sa == "matrix":
            body = times(cell(a, index, other, at), cell(b, index, other, at), sign)
            return Spread(at, index, body, False, other)
        return Spread(at, index, times(entry(a, index, at), entry(b, index, at), sign), sa == "row")
    if sa == "scalar" and isinstance(b, Spread):
        return replace(b, span=at, body=times(a, b.body))
    if sb == "scalar" and isinstance(a, Spread):
        return replace(a, span=at, body=times(a.body, b, "/" if op == "/" else "juxt"))
    if (sa, sb) == ("row", "column") or (op == "cdot" and sa == sb != "matrix"):
        return ast.IndexSum(at, (index,), times(entry(a, index, at), entry(b, index, at)))
    if op not in ("juxt", "cdot", "times"):
        reader.fail(
            "this product of arrays with open indices is not understood", items, "write it by entries, with sums"
        )
    match sa, sb:
        case "matrix", "column":
            body = ast.IndexSum(at, (index,), times(cell(a, other, index, at), entry(b, index, at)))
            return Spread(at, other, body)
        case "row", "matrix":
            body = ast.IndexSum(at, (index,), times(entry(a, index, at), cell(b, index, other, at)))
            return Spread(at, other, body, True)
        case "column", "row":
            return Spread(at, index, times(entry(a, index, at), entry(b, other, at)), False, other)
        case "matrix", "matrix":
            column = reader.context.fresh("c")
            body = ast.IndexSum(at, (index,), times(cell(a, other, index, at), cell(b, index, column, at)))
            return Spread(at, other, body, False, column)
    return ast.Product(at, (whole(reader, a, (b,)), whole(reader, b, (a,))), ("@",))


def factorial(reader: Reading, value: ast.Expr, mark: Mark) -> ast.Expr:
    """`n!` is the gamma function at n + 1."""
    if isinstance(value, Spread) or reader.shape(value):
        reader.fail("a factorial is of a number", mark, None, "D703")
    one = build.number(1, value.span)
    return build.call("exp", value.span, build.call("lgamma", value.span, ast.Sum(value.span, (value, one), ("+",))))
