"""Calls, evaluations and the names that mean something by themselves."""

from __future__ import annotations

import re
from dataclasses import replace

from gradcli.latex import build, powers
from gradcli.latex.context import through
from gradcli.latex.grids import diagonal_by_entries
from gradcli.latex.indices import bracket_after, indices, rank
from gradcli.latex.lists import split_commas
from gradcli.latex.placed import placed
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import Scripts, flattened, index_parts, is_transpose, minus, plain_number
from gradcli.latex.spread import Spread, mapped, renamed
from gradcli.latex.tree import Bracket, Fraction, Item, Items, Mark, Named, Number, Symbol, Word
from gradcli.latex.vocabulary import GREEK
from gradcli.syntax import ast
from gradcli.syntax.ast import Source, Span

_LINE = re.compile(r"(\w+)\[\s*(\w+|:)\s*,\s*(\w+|:)\s*\](\.T|\^T)?")
_VARIADIC = ("max", "min", "dot", "kron", "cross", "outer")


def language_call(
    reader: Reading, items: Items, at: int, word: Word, scripts: Scripts, fn: str, agreed: bool = False
) -> tuple[ast.Expr, int]:
    r"""A function of the language: `\log(x)`, `\sin^2 x`, `\operatorname{softmax}(z)_i`."""
    item = items[at]
    if scripts.star or scripts.label is not None:
        reader.fail("this script on a function is not understood", item)
    entries = None
    if scripts.sub is not None:
        base = plain_number(scripts.sub)
        if fn == "log" and base in ("2", "10"):
            fn = f"log{base}"
        elif fn in ("softmax", "sigmoid", "relu", "tanh", "logsoftmax") and index_parts(scripts.sub):
            entries = index_parts(scripts.sub)
        elif fn == "norm":
            pass
        else:
            reader.fail(f"`{reader.written(item)}` is not understood", item, None, "D703")
    bracket = bracket_after(items, at)
    own: Scripts | None = None
    first = at
    if bracket is not None:
        by_entries = diagonal_by_entries(reader, bracket) if fn == "diag" else None
        reader.by_entry += fn == "diag"
        args = (by_entries,) if by_entries is not None else arguments(reader, bracket)
        reader.by_entry -= fn == "diag"
        if (len(args) > 1 and fn == "diag") or (len(args) > 2 and fn in ("max", "min")):
            args = (ast.ListLit(build.span(bracket), args),)
        at += 1
        _, own = flattened(items[at])
        bare_power = False
    else:
        value, after = reader.bare_argument(items, at + 1, fn)
        args = (value,)
        at = after - 1
        bare_power = True
    del bare_power
    if fn in ("softmax", "logsoftmax") and not agreed and len(args) == 1:
        _refuse_matrix(reader, fn, args[0], items[first : at + 1] if bracket is not None else (item,))
    out: ast.Expr = reader.applied(
        word,
        args,
        items[at] if at < len(items) else item,
        fn if agreed or (fn.startswith("log") and fn != "log") else None,
        scripts.primes,
    )
    if entries is not None:
        out = ast.Index(out.span, out, indices(reader, entries, rank(reader.shape(out))))
    if own is not None:
        out = powers.scripted_value(reader, out, own, items[at])
    for power in scripts.powers:
        rest = minus(power)
        if rest is not None:
            reader.fail(
                f"`{reader.written(item)}`: an inverse function or a power?", item, "write arcsin, or 1 / sin", "D705"
            )
        shape = reader.shape(out)
        if is_transpose(power):
            out = ast.Transpose(out.span, out)
        elif fn in ("det", "tr") or not shape:
            out = powers.powered(reader, out, power, item)
        else:
            out = ast.Power(out.span, out, reader.expression(power))
    return out, at + 1


def _refuse_matrix(reader: Reading, fn: str, arg: ast.Expr, items: Items) -> None:
    """The softmax of a matrix: of its rows or of its columns?"""
    shape = reader.shape(arg)
    if len(shape) != 2 or 1 in shape or isinstance(arg, Spread):
        return
    text = reader.written(items)
    inner = arg.id if isinstance(arg, ast.Name) else "S"
    hint = (
        f"write `{text} as {fn}({inner}, axis=1)` for row by row, axis=0 for column by column"
        if isinstance(arg, ast.Name)
        else f"give its argument a name, S = .., and write `{fn}(S) as {fn}(S, axis=1)` for row by row"
    )
    reader.fail(f"`{text}`: {fn} of a matrix: of its rows or of its columns?", items, hint, "D705")


def arguments(reader: Reading, bracket: Bracket) -> tuple[ast.Expr, ...]:
    """The arguments of a call."""
    parts = [part for part in split_commas(bracket.items) if part]
    if not parts:
        reader.fail("this function has no argument", bracket)
    return tuple(argument(reader, part) for part in parts)


def argument(reader: Reading, part: Items) -> ast.Expr:
    """One argument; a relation is 1 where it holds."""
    if any(isinstance(item, Mark) and item.kind == "rel" for item in part):
        return reader.indicator(part, build.span(*part))
    return reader.expression(part)


def is_called(reader: Reading, name: str, bracket: Bracket) -> bool:
    """Whether a name before a bracket is a function that is called."""
    context = reader.context
    if name in context.functions:
        return True
    if context.known(name) or name in reader.locals:
        return False
    if name in context.bare or name in context.dims:
        return False
    if name in context.indexed_functions:
        return True
    stem = name.split("_")[0]
    if len(stem) > 1 and stem not in _greek() and not stem.isalpha():
        return False
    return bool(bracket.items)


def _greek() -> frozenset[str]:
    return GREEK


def document_call(
    reader: Reading, items: Items, at: int, name: str, core: Item, scripts: Scripts, parts: list[Item] | None = None
) -> tuple[ast.Expr, int]:
    """A function of the document, or one that only has a name."""
    context = reader.context
    item = items[at]
    bracket = bracket_after(items, at)
    if bracket is None:
        info = context.functions.get(name)
        if name in context.scalar_functions:
            span = build.span(core)
            param = build.name(context.scalar_functions[name], span)
            return powers.scripted_value(
                reader, build.call(name, span, param, primes=scripts.primes), replace(scripts, primes=0), item
            ), at + 1
        reader.fail(
            f"{name} is a function and stands without an argument",
            core,
            None if info else f"declare `{name} : R`",
            "D703",
        )
    _refuse_unread(reader, name, build.span(core))
    stem = name.split("_")[0]
    if name not in context.functions and len(stem) > 1 and stem not in _greek():
        hint = f"declare it, `{name} : R -> R`, or say what it is, `{reader.written(core)} as NAME`"
        reader.fail(f"{name} is no function that is known here", core, hint, "D703")
    if len(scripts.powers) == 1 and is_inverse(scripts.powers[0]) and f"{name}_inv" in context.functions:
        return document_call(reader, items, at, f"{name}_inv", core, replace(scripts, powers=[]), parts)
    if scripts.powers and any(minus(power) for power in scripts.powers):
        hint = f"say what it is first, {name}^{{-1}}(y) = .., of a function {name} that is defined"
        reader.fail("an inverse function that is not defined", item, hint, "D703")
    args = arguments(reader, bracket)
    out: ast.Expr
    if len(args) == 1 and isinstance(args[0], Spread) and _by_entry(reader, name):
        out = mapped(args[0], lambda body: build.call(name, args[0].span, body, primes=scripts.primes))
    else:
        out = build.call(name, Span(item.start, items[at + 1].end), *args, primes=scripts.primes)
    if (special := _special(reader, name, args, out.span, scripts)) is not None:
        out = special
    elif name not in context.functions and len(args) > 1:
        reader.fail(
            f"{name} has several arguments and is not declared", item, f"declare `{name} : R[n], R[m] -> R`", "D703"
        )
    reader.used.add(name)
    if name not in context.functions and special is None:
        context.called.add(name)
    if parts is not None:
        out = ast.Index(out.span, out, indices(reader, parts, rank(reader.shape(out)) or len(parts)))
    _, own = flattened(items[at + 1])
    out = powers.scripted_value(reader, out, own, items[at + 1])
    for power in scripts.powers:
        out = powers.powered(reader, out, power, item)
    return out, at + 2


def _special(reader: Reading, name: str, args: tuple[ast.Expr, ...], at: Span, scripts: Scripts) -> ast.Expr | None:
    r"""`\Gamma(x)` of which nothing is said, and `\psi(x)` beside it, the derivative of its logarithm."""
    context = reader.context
    if len(args) != 1 or scripts.primes or any(map(context.known, ("Gamma", name))):
        return None
    if name == "Gamma":
        return build.call("exp", at, build.call("lgamma", at, args[0]))
    return build.call("digamma", at, args[0]) if name == "psi" and context.formulas_with["Gamma"] else None


def is_inverse(power: Items) -> bool:
    """Whether a superscript is -1."""
    rest = minus(power)
    return rest is not None and plain_number(rest) == "1"


def _by_entry(reader: Reading, name: str) -> bool:
    """Whether a function of the document acts entry by entry."""
    info = reader.context.functions.get(name)
    return info is None or (info.domain == ((),) and not info.codomain)


def evaluated(reader: Reading, name: str, bracket: Bracket, core: Item) -> ast.Expr | None:
    r"""`J(\theta)` where J is a value: J itself, or its definition with other arguments; None where it multiplies."""
    context = reader.context
    span = build.span(core)
    parts = [part for part in split_commas(bracket.items) if part]
    if name in context.losses:
        apart = reader.text[core.end : bracket.start].strip().startswith((r"\,", r"\;", r"\cdot", r"\ "))
        return None if apart and not all(map(_is_name, parts)) else lone(reader, name, span)
    if name not in context.values:
        return None
    params = context.params.get(name)
    template = context.templates.get(name)
    if template is None and not all(_is_name(part) for part in parts):
        return None
    values = [reader.expression(part) for part in parts]
    if template is None:
        return lone(reader, name, span) if _is_argument(reader, name, values) else None
    if len(values) != len(template.params):
        return None
    values = [_root(value) if k in template.squares else value for k, value in enumerate(values)]
    same = all(isinstance(v, ast.Name) and v.id == p for v, p in zip(values, template.params, strict=True))
    if same or params is None:
        return lone(reader, name, span)
    before, bound = reader.locals, reader.bound
    reader.locals = dict(zip(template.params, values, strict=True))
    reader.bound = {}
    try:
        return reader.expression(template.body)
    finally:
        reader.locals, reader.bound = before, bound


def _root(value: ast.Expr) -> ast.Expr:
    """What a square is the square of."""
    if isinstance(value, ast.Power) and isinstance(value.exponent, ast.Num) and value.exponent.value == 2:
        return value.base
    return build.call("sqrt", value.span, value)


def _is_argument(reader: Reading, name: str, values: list[ast.Expr]) -> bool:
    """Whether a scalar depends on all that stands in brackets after it, so that it is not multiplied by it."""
    context = reader.context
    if context.name_shape(name):
        return False
    return all(isinstance(value, ast.Name) and through(context, name, value.id) for value in values)


def _is_name(part: Items) -> bool:
    if len(part) != 1:
        return False
    core, scripts = flattened(part[0])
    return (isinstance(core, Symbol | Word) and not scripts.powers) or (
        not isinstance(core, Number | Bracket | Fraction) and len(part) == 1 and not scripts.powers
    )


def has_argument(reader: Reading, name: str) -> bool:
    """Whether a function may stand without an argument: what it is applied to is known."""
    return name in reader.context.scalar_functions


def lone(reader: Reading, name: str, span: Span) -> ast.Expr:
    """A name as a value."""
    _refuse_unread(reader, name, span)
    reader.context.use(name)
    reader.used.add(name)
    return build.name(name, span)


def _refuse_unread(reader: Reading, name: str, span: Span) -> None:
    """Of a name whose definition could not be read nothing is decided: it is no function of which nothing is said."""
    if name in reader.context.poisoned and not reader.context.known(name):
        reader.fail_at(f"{name} has a definition that could not be read", span, None, "D710")


def parsed_target(reader: Reading, text: str, core: Named) -> ast.Expr:
    """What a notation stands for, read in the language and set at its place."""
    from gradcli.diagnostics import Diagnostic

    line = _LINE.fullmatch(text.strip())
    if line is not None and ":" in line.groups():
        return _line_of(reader, line, build.span(core))
    from gradcli.syntax.parse import parse_expression

    made = parse_expression(Source("as", text))
    if isinstance(made, Diagnostic):
        reader.fail(f"`{text}` is no expression of the language: {made.message}", core, made.hint, "D704")
    for name in build.names_in(made):
        reader.context.use(name)
    for letter, index in reader.bound.items():
        made = renamed(made, letter, index)
    return placed(made, build.span(core))


def _line_of(reader: Reading, line: re.Match[str], at: Span) -> ast.Expr:
    """`X[i, :]`, `X[:, j].T`: a row or a column, known by its entries."""
    name, first, second, turned = line.groups()
    index = reader.context.fresh("r")

    def part(text: str) -> ast.Expr:
        if text == ":":
            return ast.Name(at, index)
        return build.number(text, at) if text.isdigit() else ast.Name(at, reader.bound.get(text, text))

    reader.context.use(name)
    body = ast.Index(at, ast.Name(at, name), (part(first), part(second)))
    return Spread(at, index, body, (first != ":") != (turned is not None))
