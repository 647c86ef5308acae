"""What an undeclared name was meant as, where the convention would read it quietly as something else."""

from __future__ import annotations

from gradcli.diagnostics.diagnostic import Edit
from gradcli.program.greek import GREEK
from gradcli.program.inferring import Inferring
from gradcli.program.subexpressions import subexpressions
from gradcli.program.unify import OpenShape, Unknown, find, settle
from gradcli.syntax import ast

_SIZES = ("n", "m", "N", "M")
_LONGEST = 24  # letters of a name that is looked at


def check_glued(inference: Inferring, name: ast.Name) -> None:
    """Refuse `Wx` where W and x are names of the file; raises GradcliError.

    A name that does not stand in the text as it is was read from another notation, as `z^{(l)}` in a document.
    """
    if inference.source.text[name.span.start : name.span.end] != name.id:
        return
    _check_entry(inference, name)
    _check_chinese(inference, name)
    parts = glued(name.id, names_of(inference))
    if parts is None:
        return
    product = " @ ".join(parts)
    if any(_is_scalar(inference, part) for part in parts):
        scalars = [part for part in parts if _is_scalar(inference, part)]
        arrays = [part for part in parts if part not in scalars]
        product = " * ".join([*scalars, " @ ".join(arrays)] if arrays else scalars)
    inference.fail(
        "E211",
        f"{name.id} is not declared, and {' and '.join(parts)} are names of the file.",
        name,
        f"{product} multiplies; a name of its own is declared, `{name.id} : R[n]`",
        mend=((name.span.start, name.span.end, _in_place(inference.source.text, name.span, product)),),
    )


_OF_CHINESE = {
    "转置": "{}.T",
    **dict.fromkeys(("逆", "逆矩阵"), "inv({})"),
    **dict.fromkeys(("迹", "跡"), "tr({})"),
    "行列式": "det({})",
    "范数": "norm({})",
    "对数": "log({})",
    **dict.fromkeys(("和", "总和"), "sum({})"),
    **dict.fromkeys(("均值", "平均值"), "mean({})"),
    "平方": "{}**2",
}


def _check_chinese(inference: Inferring, name: ast.Name) -> None:
    """Refuse `x的转置` where x is a name of the file; raises GradcliError."""
    base, of, word = name.id.partition("的")
    form = _OF_CHINESE.get(word)
    if of and form is not None and base in names_of(inference):
        new = form.format(base)
        inference.fail("E211", f"{name.id} is not declared.", name, new, mend=((name.span.start, name.span.end, new),))


def _check_entry(inference: Inferring, name: ast.Name) -> None:
    """Refuse `x_2` where only a vector x is declared: its entry is x[2]; raises GradcliError."""
    base, _, place = _plain(name.id).partition("_")
    declared = inference.scope.arrays.get(base)
    _check_subscripts(inference, name, base, place)
    if not place.isdecimal() or declared is None or len(declared.type.dims) != 1:
        return
    entry = f"{base}[{place}]"
    inference.fail(
        "E211",
        f"{name.id} is not declared, and {base} is a vector.",
        name,
        f"{entry} is its entry; a name of its own is declared, `{name.id} : R[n]`",
        mend=((name.span.start, name.span.end, entry),),
    )


def _plain(text: str) -> str:
    """`xᵢ` as `x_i`."""
    if text.isascii():
        return text
    from gradcli.syntax.rewrites import plain

    return plain(text)


def _check_subscripts(inference: Inferring, name: ast.Name, base: str, place: str) -> None:
    """Refuse `x_i` where an array x is declared, and `sum_i` before such; raises GradcliError."""
    declared = inference.scope.arrays.get(base)
    sums = (base in ("Σ", "∑") and not place) or (base in ("sum", "Σ", "∑") and len(place) == 1 and place.islower())
    if not sums and (declared is None or not place.islower() or len(place) != len(declared.type.dims)):
        return
    text = inference.source.text
    start = max(text.rfind(mark, 0, name.span.start) for mark in ("\n", ";")) + 1
    ends = [end for mark in ("\n", ";", "#") if (end := text.find(mark, name.span.end)) >= 0]
    statement = text[start : min(ends, default=len(text))]
    from gradcli.syntax.rewrites import sums_over_subscripts

    lead = len(statement) - len(statement.lstrip())
    new = sums_over_subscripts(_plain(statement.strip()))
    mend = ((start + lead, start + len(statement.rstrip()), new),) if new != statement.strip() else ()
    if sums and not mend:
        return
    if sums:
        inference.fail("E211", f"{name.id} is not declared: a sum over an index names it.", name, None, mend=mend)
    letters = ", ".join(place)
    entry = f"{base}[{letters}]"
    hint = f"{entry} is its entry, in sum[{letters}](...) or Y[{letters}] = ...; a name of its own is declared, "
    said = f"{name.id} is not declared, and {base} is {'a vector' if len(place) == 1 else 'an array'}."
    inference.fail("E211", said, name, f"{hint}`{name.id} : R[n]`", mend=mend)


def _in_place(text: str, span: ast.Span, product: str) -> str:
    """A product in place of a name, in brackets where what stands beside it would take one factor away."""
    before, after = text[: span.start].rstrip()[-1:], text[span.end :].lstrip()[:1]
    return f"({product})" if before in tuple("/*^") or after in tuple("^.'ᵀ²[") else product


def names_of(inference: Inferring) -> set[str]:
    scope = inference.scope
    return {*scope.arrays, *scope.values, *scope.mentioned, *scope.dims}


def _is_scalar(inference: Inferring, name: str) -> bool:
    shape = inference.shapes.get(name)
    if shape is not None:
        return not settle(shape)
    return name in inference.scope.dims or name in GREEK


def glued(word: str, names: set[str]) -> list[str] | None:
    """The names that make up a word, at least two, the longest first; None where it is not made of names."""
    if not 1 < len(word) <= _LONGEST or "_" in word:
        return None
    ways: list[list[str] | None] = [[]]  # of the first letters
    for end in range(1, len(word) + 1):
        way = None
        for start in range(end):
            before = ways[start]
            if before is not None and word[start:end] in names and word[start:end] != word:
                way = [*before, word[start:end]]
                break
        ways.append(way)
    found = ways[-1]
    return found if found and len(found) > 1 else None


def unit_places(name: str) -> tuple[int, ...]:
    """Where `e_2` and `E_(1,2)` have their 1, the size being what fits; nothing for any other name."""
    if name == ast.ONES_OF_ANY_SIZE:
        return (0,)
    if name.startswith("e_") and name[2:].isdecimal() and len(name) < 12 and int(name[2:]):
        return (int(name[2:]),)
    if name.startswith("E_("):
        return tuple(int(place) for place in name[3:-1].split(","))
    return ()


def check_euler(inference: Inferring, expr: ast.Power | ast.MatPower | ast.Superscript) -> None:
    """Refuse a power of an undeclared `e`; raises GradcliError."""
    base = expr.base
    if not isinstance(base, ast.Name) or base.id != "e" or is_known(inference, "e"):
        return
    exponent = str(expr.exponent) if isinstance(expr, ast.Superscript) else inference.written(expr.exponent)
    inference.fail(
        "E212",
        "e is not declared: a power of Euler's number is exp.",
        expr,
        f"exp({exponent})",
        mend=((*_range(inference, expr), f"exp({exponent})"),),
    )


def _range(inference: Inferring, expr: ast.Expr) -> tuple[int, int]:
    from gradcli.syntax.excerpt import balanced

    return balanced(inference.source.text, expr.span.start, expr.span.end)


def is_known(inference: Inferring, name: str) -> bool:
    """Whether the program says what a name is."""
    scope = inference.scope
    return name in scope.arrays or name in scope.values or name in scope.functions or name in scope.dims


def check_size(inference: Inferring, over: OpenShape, under: ast.Expr, whole: ast.Expr) -> None:
    """Refuse `sum(x) / n` of an undeclared n: a size is meant, and no vector; raises GradcliError."""
    if settle(over):
        return
    for part in subexpressions(under):
        if isinstance(part, ast.Name) and part.id in _SIZES and not is_known(inference, part.id):
            break
    else:
        return
    known = [name for name, shape in inference.shapes.items() if len(settle(shape)) == 1 and name != part.id]
    open_ones = [name for name in known if _is_open(inference, name)]
    sized = [name for name in known if name not in open_ones]
    mend: tuple[Edit, ...] = ()
    if open_ones:
        hint = f"declare `{open_ones[0]} : R[{part.id}]`: then {part.id} is its size"
        mend = _declared(inference, part, open_ones[0])
    elif len(sized) == 1:
        size = str(find(settle(inference.shapes[sized[0]])[0]))
        hint = f"the size of {sized[0]} is {size}"
        mend = ((part.span.start, part.span.end, size),)
    else:
        hint = f"declare `{part.id} : R`, or a vector of that size, `x : R[{part.id}]`"
    inference.fail("E212", f"{part.id} is not declared: a size may be meant, or a vector.", part, hint, mend=mend)


def _is_open(inference: Inferring, name: str) -> bool:
    """Whether this is an undeclared vector whose size nothing says."""
    return name in inference.inferred and isinstance(find(settle(inference.shapes[name])[0]), Unknown)


def _declared(inference: Inferring, part: ast.Name, name: str) -> tuple[Edit, ...]:
    """A declaration in front of the statement."""
    text = inference.source.text
    start = max(text.rfind("\n", 0, part.span.start), text.rfind(";", 0, part.span.start)) + 1
    start += len(text[start : part.span.start]) - len(text[start : part.span.start].lstrip())
    return ((start, start, f"{name} : R[{part.id}]; "),)


def check_star(inference: Inferring, product: ast.Product, at: int, left: OpenShape, right: OpenShape) -> None:
    """Refuse `x'*A*x` of different shapes: MATLAB's `*` is meant, from there on; raises GradcliError.

    `left` is the shape of what stands before operator number `at`, `right` that of the factor behind it.
    """
    text, factors = inference.source.text, product.factors
    a, b = settle(left), settle(right)
    pair = factors[at], factors[at + 1]
    primed = any(text[part.span.end - 1 : part.span.end] in ("'", "′") for part in pair)
    if product.ops[at] != "*" or not primed or not a or not b or a == b:
        return
    names = inference.text(pair[0]), inference.text(pair[1])
    places = [
        text.find("*", factors[i].span.end, factors[i + 1].span.start)
        for i, op in enumerate(product.ops)
        if i >= at and op == "*" and not isinstance(factors[i + 1], ast.Num)
    ]
    inference.fail(
        "E301",
        f"`*` multiplies entry by entry, and `{names[0]}*{names[1]}` is written as in MATLAB",
        pair[1],
        f"{names[0]} @ {names[1]} is the matrix product",
        mend=tuple((place, place + 1, _spaced(text, place)) for place in places if place >= 0),
    )


def _spaced(text: str, place: int) -> str:
    """`@` with a blank on each side that has none."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return f"{'' if before == ' ' else ' '}@{'' if after == ' ' else ' '}"
