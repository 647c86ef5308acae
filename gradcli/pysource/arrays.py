"""NumPy's operations on arrays, written in the language: broadcasting, products, sums over axes, indices."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from fractions import Fraction

from gradcli.pysource.describe import described
from gradcli.pysource.refusal import Clash, Refused
from gradcli.pysource.sizes import Size, product, size
from gradcli.pysource.values import ONE, Array, Level, Number, Slice, Value, Word
from gradcli.pysource.views import current

Dims = tuple[Size, ...]


def show_dims(dims: Dims) -> str:
    """A shape as NumPy prints it."""
    return f"({', '.join(map(str, dims))}{',' * (len(dims) == 1)})"


def as_array(value: Value, node: ast.AST) -> Array:
    """A value as an array.  Raises Refused for what is none."""
    match value:
        case Array():
            current(value, node)
            if value.arange is not None:
                raise Refused(node, "arange is read as an index and beside labels, `np.arange(C) == y[:, None]`")
            return value
        case Number(number):
            text, level = number_code(number)
            return Array(text, (), level)
        case Size():
            known = value.number
            if known is not None:
                return Array(str(known), (), Level.ATOM if known >= 0 else Level.NEGATED)
            simple = len(value.terms) == 1
            atom = simple and len(value.terms[0][0]) == 1 and value.terms[0][1] == 1
            return Array(str(value), (), Level.ATOM if atom else Level.PRODUCT if simple else Level.SUM)
        case Word(bool() as truth):
            return Array(str(int(truth)), ())
    raise Refused(node, f"{described(value)} is no array")


def number_code(value: Fraction) -> tuple[str, Level]:
    """A number in the language, exact."""
    if value < 0:
        text, level = number_code(-value)
        return f"-{text if level >= Level.PRODUCT else f'({text})'}", Level.NEGATED if level > Level.PRODUCT else level
    if value.denominator == 1:
        if value.numerator >= 10**16:
            digits = str(value.numerator)
            trimmed = digits.rstrip("0")
            return f"{trimmed}e{len(digits) - len(trimmed)}", Level.ATOM
        return str(value.numerator), Level.ATOM
    for places in range(1, 20):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = str(scaled.numerator)
            if places > 6 and len(digits) < places:
                return f"{digits}e-{places}", Level.ATOM
            digits = digits.rjust(places + 1, "0")
            return f"{digits[:-places]}.{digits[-places:]}", Level.ATOM
    if value.denominator & (value.denominator - 1) == 0 or value.denominator % 5 == 0:
        places = max(value.denominator.bit_length(), 20)
        scaled = value * 10**places
        if scaled.denominator == 1:
            return f"{scaled.numerator}e-{places}", Level.ATOM
    return f"{value.numerator} / {value.denominator}", Level.PRODUCT


# ------------------------------------------------------------------- broadcasting


def joint_dims(dims: Sequence[Dims], node: ast.AST) -> Dims:
    """The shape that arrays are broadcast to, aligned from the right.  Raises Refused where they do not fit."""
    rank = max(map(len, dims), default=0)
    out = [ONE] * rank
    for each in dims:
        for place, dim in enumerate(each, rank - len(each)):
            if out[place] == ONE:
                out[place] = dim
            elif dim not in (ONE, out[place]):
                told = " and ".join(show_dims(d) for d in dims if d)
                raise Clash(node, f"shapes {told} cannot be broadcast together")
    return tuple(out)


def spread(array: Array, rank: int) -> Array:
    """The array with axes of length 1 put in front, so that it has a rank and is written as it broadcasts there."""
    missing = rank - len(array.dims)
    if missing <= 0:
        return array
    return with_axes(array, [None] * missing + list(range(len(array.dims))))


def with_axes(array: Array, axes: Sequence[int | None]) -> Array:
    """The array with new axes of length 1 (None), and without those of length 1 that are not named."""
    return placed(array, tuple(ONE if axis is None else array.dims[axis] for axis in axes))


def placed(array: Array, dims: Dims) -> Array:
    """The array in another shape that differs in axes of length 1 alone."""
    if array.dims == dims:
        return array
    if not array.real and len(array.dims) <= 2:  # a scalar stands for any array of one entry
        return _like(array, array.code, array.level, dims)
    if len(array.dims) > 2:
        if len(dims) > 2 or not Array("", dims).real:
            shape = ", ".join(map(str, dims)) if len(dims) > 2 else "1"
            return _like(array, f"reshape({array.code}, {shape})", Level.ATOM, dims)
        index = ", ".join("1" if dim == ONE else ":" for dim in array.dims)
        real = tuple(dim for dim in array.dims if dim != ONE)
        return placed(_like(array, f"{array.at(Level.ATOM)}[{index}]", Level.ATOM, real), dims)
    if len(dims) <= 2:
        if array.is_row == Array("", dims).is_row:
            return _like(array, array.code, array.level, dims)
        return _like(array, _turned(array), Level.ATOM, dims)
    code, waiting = (_turned(array) if array.is_row else array.at(Level.ATOM)), list(array.real)
    index_parts = []
    for dim in dims:
        index_parts.append("None" if dim == ONE else ":")
        if dim != ONE:
            waiting.remove(dim)
    return _like(array, f"{code}[{', '.join(index_parts)}]", Level.ATOM, dims)


def _like(array: Array, code: str, level: Level, dims: Dims) -> Array:
    return Array(code, dims, level, array.truth, array.classes, array.offset, array.arange)


def _turned(array: Array) -> str:
    code = array.at(Level.ATOM)
    return code.removesuffix(".T") if code.endswith(".T") else f"{code}.T"


def elementwise(arrays: Sequence[Array], node: ast.AST, write: Callable[[list[Array]], tuple[str, Level]]) -> Array:
    """An operation entry by entry, with broadcasting."""
    dims = joint_dims([array.dims for array in arrays], node)
    code, level = write([spread(array, len(dims)) if array.dims else array for array in arrays])
    return Array(code, dims, level)


_LEVELS = {"+": Level.SUM, "-": Level.SUM, "*": Level.PRODUCT, "/": Level.PRODUCT}


def binary(op: str, left: Array, right: Array, node: ast.AST) -> Array:
    """`left op right` for + - * / **."""

    def write(sides: list[Array]) -> tuple[str, Level]:
        a, b = sides
        if op == "**":
            return f"{a.at(Level.ATOM)}**{b.at(Level.ATOM if b.level != Level.NEGATED else Level.NEGATED)}", Level.POWER
        level = _LEVELS[op]
        tighter = Level(level + 1) if op in "-/" or level is Level.PRODUCT else level
        second = b.at(max(tighter, Level.PRODUCT) if op in "+-" else Level.POWER)
        return f"{a.at(level)} {op} {second}", level

    return elementwise([left, right], node, write)


def negative(array: Array) -> Array:
    """`-a`."""
    return Array(f"-{array.at(Level.POWER)}", array.dims, Level.NEGATED)


def compare(op: str, left: Array, right: Array, node: ast.AST) -> Array:
    """A comparison, 0 or 1."""
    found = elementwise(
        [left, right],
        node,
        lambda sides: (
            (f"[{sides[0].at(Level.SUM)} {op} {sides[1].at(Level.SUM)}]", Level.ATOM)
            if op in ("==", "!=")
            else (f"({sides[0].at(Level.SUM)} {op} {sides[1].at(Level.SUM)})", Level.ATOM)
        ),
    )
    return Array(found.code, found.dims, found.level, truth=True)


def call(name: str, arrays: Sequence[Array], node: ast.AST, options: str = "") -> Array:
    """A function entry by entry."""
    return elementwise(
        arrays, node, lambda args: (f"{name}({', '.join(arg.code for arg in args)}{options})", Level.ATOM)
    )


def broadcast_to(array: Array, dims: Dims, node: ast.AST) -> Array:
    """The array repeated along the axes that it lacks."""
    if array.dims == dims:
        return array
    if joint_dims([array.dims, dims], node) != dims:
        raise Clash(node, f"shape {show_dims(array.dims)} cannot be broadcast to {show_dims(dims)}")
    if not array.real:
        return full(array.at(Level.POWER), dims)
    wide = spread(array, len(dims))
    if wide.dims == dims:
        return wide
    return binary("+", wide, full("0", dims), node) if len(dims) > 2 else binary("*", wide, ones(dims), node)


def ones(dims: Dims) -> Array:
    """An array of ones."""
    return full("1", dims)


def full(code: str, dims: Dims) -> Array:
    """An array of one number, given at the level of a power."""
    natural = Array("", dims)
    real = natural.real if not natural.is_row else natural.dims
    if not real:
        return Array(code, dims)
    shape = ", ".join(map(str, real))
    if code == "0":
        return Array(f"zeros({shape})", dims)
    return Array(f"ones({shape})", dims) if code == "1" else Array(f"{code} * ones({shape})", dims, Level.PRODUCT)


# ----------------------------------------------------------------------- products


def transpose(array: Array, axes: Sequence[int] | None, node: ast.AST) -> Array:
    """The array with its axes in another order; without one, turned round."""
    rank = len(array.dims)
    order = tuple(reversed(range(rank))) if axes is None else tuple(axis % rank if rank else axis for axis in axes)
    if sorted(order) != list(range(rank)):
        raise Refused(node, f"{order} is no order of {rank} axes")
    dims = tuple(array.dims[axis] for axis in order)
    if order == tuple(range(rank)):
        return array
    if rank == 2:
        return Array(_turned(array) if array.real else array.code, dims, Level.ATOM, array.truth)
    if order == (*range(rank - 2), rank - 1, rank - 2):
        return Array(f"{array.at(Level.ATOM)}.mT", dims, Level.ATOM, array.truth)
    letters = "abcdefghijklmnop"[:rank]
    result = "".join(letters[axis] for axis in order)
    return Array(f'einsum("{letters}->{result}", {array.code})', dims, Level.ATOM, array.truth)


def matmul(a: Array, b: Array, node: ast.AST) -> Array:
    """`a @ b` as NumPy has it."""
    if not a.dims or not b.dims:
        raise Refused(node, "@ takes arrays, and one of these is a scalar", "write * for the product with a scalar")
    inner_left, inner_right = a.dims[-1], b.dims[-2] if len(b.dims) > 1 else b.dims[0]
    if inner_left != inner_right:
        raise Clash(node, f"{show_dims(a.dims)} @ {show_dims(b.dims)}: {inner_left} and {inner_right} do not fit")
    if len(a.dims) > 2 or len(b.dims) > 2:
        return _batched(a, b, node)
    dims = (a.dims[:-1] if len(a.dims) > 1 else ()) + (b.dims[1:] if len(b.dims) > 1 else ())
    if not a.real or not b.real:
        scaled = _written(a, "*", b)
        return placed(Array(scaled, a.real + b.real, Level.PRODUCT), dims) if dims else Array(scaled, (), Level.PRODUCT)
    if len(a.dims) == len(b.dims) == 1:
        return Array(f"{_turned(a)} @ {b.at(Level.POWER)}", dims, Level.PRODUCT)
    if len(a.dims) == 1:  # the vector is a row, and the row that comes out is a vector again
        return Array(f"{_turned(b)} @ {a.at(Level.POWER)}", dims, Level.PRODUCT)
    return Array(_written(a, "@", b), dims, Level.PRODUCT)


def _written(a: Array, op: str, b: Array) -> str:
    return f"{a.at(Level.PRODUCT)} {op} {b.at(Level.POWER)}"


def _batched(a: Array, b: Array, node: ast.AST) -> Array:
    if len(b.dims) == 1:
        found = _batched(a, with_axes(b, [0, None]), node)
        return reshape(found, found.dims[:-1], node)
    if len(a.dims) == 1:
        found = _batched(with_axes(a, [None, 0]), b, node)
        return reshape(found, (*found.dims[:-2], found.dims[-1]), node)
    leading = joint_dims([a.dims[:-2], b.dims[:-2]], node)
    rank = len(leading) + 2
    left, right = spread(a, rank), spread(b, rank)
    return Array(
        f"{left.at(Level.PRODUCT)} @ {right.at(Level.POWER)}", (*leading, a.dims[-2], b.dims[-1]), Level.PRODUCT
    )


def outer(a: Array, b: Array, node: ast.AST) -> Array:
    """The outer product of two arrays, read as vectors."""
    left, right = reshape(a, (product(a.dims),), node), reshape(b, (product(b.dims),), node)
    return matmul(with_axes(left, [0, None]), with_axes(right, [None, 0]), node)


def einsum(subscripts: str, arrays: Sequence[Array], node: ast.AST) -> Array:
    """`einsum("ij,jk->ik", A, B)`."""
    text = subscripts.replace(" ", "")
    if "." in text or not text.replace(",", "").replace("->", "").isalpha():
        raise Refused(node, f"einsum with {subscripts!r} is not read", "write the letters of every axis")
    inputs, arrow, result = text.partition("->")
    parts = inputs.split(",")
    if not arrow:
        joined = "".join(parts)
        result = "".join(sorted(letter for letter in set(joined) if joined.count(letter) == 1))
    if len(parts) != len(arrays):
        raise Refused(node, f"einsum with {subscripts!r} takes {len(parts)} arrays, not {len(arrays)}")
    sizes: dict[str, Size] = {}
    for part, array in zip(parts, arrays, strict=True):
        if len(part) != len(array.dims):
            raise Refused(node, f"{part!r} does not fit an array of shape {show_dims(array.dims)}")
        for letter, dim in zip(part, array.dims, strict=True):
            if sizes.setdefault(letter, dim) not in (dim, ONE) and dim != ONE:
                raise Clash(node, f"the letter {letter!r} stands for {sizes[letter]} and for {dim}")
            if dim != ONE:
                sizes[letter] = dim
    if not set(result) <= set(sizes):
        raise Refused(node, f"einsum with {subscripts!r}: a letter of the result stands in no operand")
    written, kept = [], []
    for part, array in zip(parts, arrays, strict=True):
        if len(array.dims) > 2:
            written.append(part)
            kept.append(array.code)
            continue
        real = "".join(letter for letter, dim in zip(part, array.dims, strict=True) if dim != ONE)
        written.append(real)
        kept.append(_turned(array) if array.is_row else array.code)
    dims = tuple(sizes[letter] for letter in result)
    shown = result if len(dims) > 2 else "".join(letter for letter in result if sizes[letter] != ONE)
    found = Array(f'einsum("{",".join(written)}->{shown}", {", ".join(kept)})', tuple(sizes[x] for x in shown))
    return placed(found, dims)


# ------------------------------------------------------------------------ shapes


def reshape(array: Array, dims: Dims, node: ast.AST) -> Array:
    """The entries in another shape, row by row; -1 stands for what is left."""
    if any(dim == size(-1) for dim in dims):
        rest = product(tuple(dim for dim in dims if dim != size(-1)))
        missing = product(array.dims).quotient(rest)
        if missing is None:
            raise Clash(node, f"{show_dims(array.dims)} cannot be reshaped to {show_dims(dims)}")
        dims = tuple(missing if dim == size(-1) else dim for dim in dims)
    if product(array.dims) != product(dims):
        raise Clash(node, f"{show_dims(array.dims)} cannot be reshaped to {show_dims(dims)}")
    if array.dims == dims:
        return array
    if tuple(d for d in array.dims if d != ONE) == tuple(d for d in dims if d != ONE):
        return placed(array, dims)
    target = Array("", dims)
    shape = ", ".join(map(str, target.dims if len(dims) > 2 or target.is_row else target.real)) or "1"
    declared = (array.labels or (array.code, array.dims)) if array.classes is not None else None
    code = f"reshape({array.code}, {shape})"
    return Array(code, dims, Level.ATOM, array.truth, array.classes, array.offset, labels=declared)


def reduced(
    array: Array, axes: Sequence[int] | None, keep: bool, node: ast.AST, write: Callable[[Array, str], str]
) -> Array:
    """A reduction over axes (None: all); `write` gets the array and the option that names them."""
    rank = len(array.dims)
    chosen = tuple(range(rank)) if axes is None else tuple(sorted(axis % rank if rank else axis for axis in axes))
    if any(axis >= rank for axis in chosen) or len(set(chosen)) != len(chosen):
        raise Refused(node, f"axis {axes} does not fit shape {show_dims(array.dims)}")
    dims = tuple(ONE if axis in chosen else dim for axis, dim in enumerate(array.dims))
    result = dims if keep else tuple(dim for axis, dim in enumerate(array.dims) if axis not in chosen)
    left = [dim for axis, dim in enumerate(array.dims) if axis not in chosen and dim != ONE]
    if not left:
        return Array(write(array, ""), result)
    if rank <= 2:
        if all(array.dims[axis] == ONE for axis in chosen):
            array = reshape(array, result, node)
            return Array(write(array, "none"), result)
        found = Array(write(array, f", axis={chosen[0]}"), (left[0],))
        return placed(found, result)
    option = f", axis={chosen[0]}" if len(chosen) == 1 else f", axis=({', '.join(map(str, chosen))})"
    keeps = len(result) > 2 and keep
    found = Array(
        write(array, option + (", keepdims=True" if keeps else "")),
        result if keeps else tuple(dim for axis, dim in enumerate(array.dims) if axis not in chosen),
    )
    return found if found.dims == result else reshape(found, result, node)


def along(name: str, array: Array, axis: int | None, node: ast.AST) -> Array:
    """A function along one axis that keeps the shape: softmax, cumsum."""
    rank = len(array.dims)
    at = (axis if axis is not None else -1) % rank if rank else 0
    if not rank or (axis is not None and not -rank <= axis < rank):
        raise Refused(node, f"axis {axis} does not fit shape {show_dims(array.dims)}")
    if len(array.real) < 2 and rank <= 2:
        turned = array.is_row
        code = _turned(array) if turned else array.code
        if array.dims[at] == ONE:
            raise Refused(node, f"{name} along an axis of length 1")
        found = f"{name}({code})"
        return Array(f"{found}.T" if turned else found, array.dims)
    return Array(f"{name}({array.code}, axis={at})", array.dims)


# ----------------------------------------------------------------------- indices


def slice_text(part: Slice, dim: Size, node: ast.AST) -> tuple[str, Size]:
    """`a:b` as the language counts, from 1 with both ends, and how many entries there are."""
    start, stop = part.start or size(0), part.stop if part.stop is not None else dim
    if start.number is not None and start.number < 0:
        start = dim + start
    if stop.number is not None and stop.number < 0:
        stop = dim + stop
    if part.step != 1:
        raise Refused(node, "a slice with a step is not read")
    if start == size(0) and stop == dim:
        return ":", dim
    known = dim.number
    if known is not None and stop.number is not None and stop.number > known:
        stop = dim
    first = start + ONE
    return f"{'' if first == ONE else first}:{'' if stop == dim else stop}", stop - start
