"""Names in formulas: what `x_i`, `W^{[1]}`, `f(x)` stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradcli.latex import build, derivatives, evaluations, powers
from gradcli.latex.context import Context, spellings
from gradcli.latex.functions import function_of
from gradcli.latex.indices import OPENS, bracket_after, indices, rank
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import Scripts, flattened, index_parts, plain_number, slug
from gradcli.latex.spread import Spread
from gradcli.latex.tree import (
    Accent,
    Bracket,
    Group,
    Item,
    Items,
    Mark,
    Named,
    Number,
    Scripted,
    Space,
    Symbol,
    Word,
)
from gradcli.latex.vocabulary import GREEK
from gradcli.syntax import ast

_INDEX_LETTERS = frozenset("ijklmnpqrstuvab") | {"ell", "alpha", "beta", "mu", "nu"}
_SURE_LETTERS = frozenset("ijklmnpqrs")


def unscripted(item: Item) -> tuple[Item, Scripts]:
    """The part that carries scripts, and the scripts."""
    return flattened(item)


def plain(text: str) -> str:
    """A word as a name of the language."""
    return "".join(char if char.isalnum() else "_" for char in text)


# ------------------------------------------------------------------- bare letters


def with_words(reader: Reading, items: Items) -> Items:
    """Letters that stand side by side and spell a function before a bracket, or a name of the document, as words."""
    out: list[Item] = []
    at = 0
    while at < len(items):
        run = _run(items, at)
        if len(run) < 2:
            out.append(items[at])
            at += 1
            continue
        after = items[at + len(run)] if at + len(run) < len(items) else None
        spelled = "".join(_letter(part) for part in run)
        start = _word_start(reader, spelled, run, after)
        if start is None:
            out += run
        else:
            out += run[:start]
            first, last = run[start], run[-1]
            word = Word(first.start, last.base.end if isinstance(last, Scripted) else last.end, spelled[start:])
            out.append(_carry(word, last))
        at += len(run)
    return tuple(out)


def _run(items: Items, at: int) -> list[Item]:
    """Symbols without spaces between them; the last may have scripts."""
    run: list[Item] = []
    while at < len(items):
        item = items[at]
        core, _ = flattened(item)
        if (
            not isinstance(core, Symbol)
            or len(core.name) != 1
            or core.font not in ("", "rm")
            or not core.name.isalpha()
        ):
            break
        if run and run[-1].end != core.start:
            break
        run.append(item)
        if isinstance(item, Scripted):
            break
        at += 1
    return run


def _letter(item: Item) -> str:
    core, _ = flattened(item)
    return core.name if isinstance(core, Symbol) else ""


def _word_start(reader: Reading, spelled: str, run: list[Item], after: Item | None) -> int | None:
    context = reader.context
    core = flattened(after)[0] if after is not None else None
    called = isinstance(core, Bracket) and core.open in OPENS
    for start in range(len(spelled) - 1):
        word = spelled[start:]
        apart = all(context.known(letter) for letter in word)
        if (context.known(word) or word in context.stems) and not apart:
            return start
        if called and (word in context.functions or (function_of(word) and len(word) > 1 and not apart)):
            return start
        if (
            not called
            and word in ("tr", "Tr", "diag", "vec", "ln", "log", "exp", "det", "sin", "cos", "tanh", "softmax")
            and after is not None
            and not apart
            and start == 0
        ):
            return start
    return None


def _carry(word: Word, last: Item) -> Item:
    if not isinstance(last, Scripted):
        return word
    return replace(last, start=word.start, base=_carry(word, last.base))


# -------------------------------------------------------------------------- names


def named(reader: Reading, items: Items, at: int) -> tuple[ast.Expr, int]:
    """What a name at a position stands for, with its arguments; and where the next factor begins."""
    item = items[at]
    core, scripts = flattened(item)
    if isinstance(core, Group):
        word = "".join(_letter(part) for part in core.items)
        if len(word) == len(core.items) > 1 and function_of(word) and not all(map(reader.context.known, word)):
            spelled = _with_core(item, Word(core.start, core.end, word))  # \mathbf{diag}
            return named(reader, (*items[:at], spelled, *items[at + 1 :]), at)
        return _several(reader, core, item), at + 1
    if isinstance(core, Named):
        return _agreed(reader, items, at, core, scripts)
    if isinstance(core, Accent) and core.accent == "dot" and (found := _dotted(reader, items, at, core, scripts)):
        return found
    made = _jacobian(reader, items, at, core, scripts)
    if made is not None:
        return made
    base, accents = _base(reader, core, scripts)
    if isinstance(core, Word) and not _known_base(reader, base):
        fn = function_of(core.text)
        if fn is not None:
            return evaluations.language_call(reader, items, at, core, scripts, fn)
    return _resolve(reader, items, at, base, accents, core, scripts)


def _jacobian(reader: Reading, items: Items, at: int, core: Item, scripts: Scripts) -> tuple[ast.Expr, int] | None:
    """`J_y(x)`, `D f(x)`: Jacobians by their signs."""
    bracket = bracket_after(items, at)
    if bracket is not None and derivatives.is_jacobian(reader, core, scripts) and scripts.sub is not None:
        name = derivatives.named_function(reader, scripts.sub)
        assert name is not None
        span = ast.Span(items[at].start, items[at + 1].end)
        _, own = flattened(items[at + 1])
        value = powers.scripted_value(reader, derivatives.jacobian(reader, name, bracket, span), own, items[at + 1])
        return value, at + 2
    is_d = isinstance(core, Symbol) and core.name == "D" and scripts == Scripts()
    if is_d and not _known_base(reader, "D") and at + 1 < len(items):
        bracket = bracket_after(items, at + 1)
        name = derivatives.named_function(reader, (flattened(items[at + 1])[0],))
        if bracket is not None and name is not None and not isinstance(items[at + 1], Scripted):
            span = ast.Span(items[at].start, items[at + 2].end)
            return derivatives.jacobian(reader, name, bracket, span), at + 3
    return None


def _known_base(reader: Reading, base: str) -> bool:
    return any(reader.context.known(name) for name in spellings(base))


def _several(reader: Reading, core: Group, item: Item) -> ast.Expr:
    r"""`\mathbf{XW}_{pq}` is (XW)_{pq}, `\mathbf{ab}^T` is a b^T."""
    word = "".join(_letter(part) for part in core.items if isinstance(part, Symbol))
    if reader.context.known(word) and not all(reader.context.known(letter) for letter in word):
        swapped = Word(core.start, core.end, word)
        return named(reader, (_with_core(item, swapped),), 0)[0]
    if not isinstance(item, Scripted):
        return reader.expression(core.items)
    _, scripts = flattened(item)
    if scripts.sub is not None and index_parts(scripts.sub):
        return powers.scripted_value(reader, reader.expression(core.items), scripts, item)
    last = core.items[-1]
    return reader.expression((*core.items[:-1], _with_core(item, last)))


def _with_core(item: Item, core: Item) -> Item:
    if isinstance(item, Scripted):
        return replace(item, base=_with_core(item.base, core))
    return core


def _agreed(reader: Reading, items: Items, at: int, core: Named, scripts: Scripts) -> tuple[ast.Expr, int]:
    """A notation that the document says how to read."""
    text = core.text
    name = text.strip()
    if name.replace("_", "a").isalnum() and not name[0].isdigit():
        info = name in reader.context.functions or (not reader.context.known(name) and function_of(name) == name)
        bracket = bracket_after(items, at)
        if info and bracket is not None:
            if name in reader.context.functions:
                return evaluations.document_call(reader, items, at, name, core, scripts)
            return evaluations.language_call(reader, items, at, Word(core.start, core.end, name), scripts, name, True)
        if not reader.context.known(name) and bracket is not None and not info and function_of(name):
            return evaluations.language_call(
                reader, items, at, Word(core.start, core.end, name), scripts, function_of(name) or name, True
            )
        reader.context.spelled.setdefault(name, reader.written(core))
        if bracket is not None or name in reader.context.scalar_functions:
            return _value_or_call(reader, items, at, name, core, scripts)
        if info:
            return evaluations.language_call(reader, items, at, Word(core.start, core.end, name), scripts, name, True)
        reader.context.use(name)
        value: ast.Expr = build.name(name, build.span(core))
    else:
        value = evaluations.parsed_target(reader, text, core)
    return powers.scripted_value(reader, value, scripts, items[at]), at + 1


def _base(reader: Reading, core: Item, scripts: Scripts) -> tuple[str, str | None]:
    """The letter that a name is made of, and its accents."""
    if isinstance(core, Symbol):
        return core.name, "star" if scripts.star else None
    if isinstance(core, Word):
        return plain(core.text), "star" if scripts.star else None
    assert isinstance(core, Accent)
    inner_items = tuple(part for part in core.items if not isinstance(part, Space))
    if len(inner_items) != 1:
        letters = "".join(_letter(part) for part in inner_items)
        if len(letters) == len(inner_items) and letters:
            return letters, core.accent
        reader.fail(
            "an accent over an expression is not understood", core, f"write `{reader.written(core)} as NAME`", "D703"
        )
    inner, inside = flattened(inner_items[0])
    while isinstance(inner, Group) and len(inner.items) == 1:
        inner, more = flattened(inner.items[0])
        inside.sub = inside.sub or more.sub
    if inside.sub is not None and scripts.sub is None:
        scripts.sub = inside.sub
    if inside.label is not None and scripts.label is None:
        scripts.label = inside.label
    if isinstance(inner, Accent):
        base, accent = _base(reader, inner, inside)
        return base, f"{accent}_{core.accent}"
    if isinstance(inner, Symbol):
        return inner.name, core.accent if not scripts.star else f"{core.accent}_star"
    if isinstance(inner, Word):
        return plain(inner.text), core.accent
    reader.fail(
        "an accent over an expression is not understood", core, f"write `{reader.written(core)} as NAME`", "D703"
    )


def _dotted(reader: Reading, items: Items, at: int, core: Accent, scripts: Scripts) -> tuple[ast.Expr, int] | None:
    r"""`\dot\sigma(z)`: the derivative of a function."""
    if len(core.items) != 1 or not isinstance(core.items[0], Symbol):
        return None
    name = core.items[0].name
    if any(reader.context.known(spelled) for spelled in spellings(name, "dot")):
        return None
    called = next((spelled for spelled in spellings(name) if spelled in reader.context.functions), None)
    if called is None and (bracket_after(items, at) is None or _known_base(reader, name)):
        return None
    scripts.primes += 1
    return evaluations.document_call(reader, items, at, called or name, core, scripts)


def _resolve(
    reader: Reading, items: Items, at: int, base: str, accent: str | None, core: Item, scripts: Scripts
) -> tuple[ast.Expr, int]:
    context = reader.context
    at_span = build.span(core)
    if base in reader.locals and not accent and scripts.sub is None and scripts.label is None:
        return powers.scripted_value(reader, reader.locals[base], scripts, items[at]), at + 1
    special = evaluations.constant(reader, items, at, base, accent, core, scripts)
    if special is not None:
        return special
    label = slug(scripts.label) if scripts.label is not None else ""
    sub = slug(scripts.sub) if scripts.sub is not None else ""
    if scripts.label is not None and not label:
        reader.fail("this label is not understood", items[at], f"write `{reader.written(core)}^... as NAME`", "D703")
    whole = _known(reader, base, accent, label, sub)
    if whole is not None and (scripts.sub is not None or scripts.label is not None):
        taken = replace(scripts, sub=None, label=None)
        if scripts.second is not None:
            taken.sub, taken.second = scripts.second, None
        return _value_or_call(reader, items, at, whole, _with_scripts(reader, core, scripts), taken)
    if whole is None and scripts.label is not None:
        sample = _sample(reader, base, accent, scripts, items[at])
        if sample is not None:
            return sample, at + 1
    if scripts.sub is None:
        name = whole or _new_name(context, base, accent, label)
        if label and whole is None:
            context.labelled.add(name)
        return _value_or_call(
            reader, items, at, name, _with_scripts(reader, core, scripts), replace(scripts, label=None)
        )
    labels = _labels(reader, base, accent, label, scripts.sub)
    if labels is not None:
        name, own = labels
        if not any(_is_class(reader, part) for part in own):
            return _value_or_call(reader, items, at, name, core, replace(scripts, label=None), own)
        value = _of_class(reader, name, own, items[at])
        return powers.scripted_value(reader, value, replace(scripts, sub=None, label=None), items[at]), at + 1
    parts = index_parts(scripts.sub)
    if parts is not None and whole is None and not label:
        sample = _sample(reader, base, accent, replace(scripts, label=scripts.sub, sub=None), items[at])
        if sample is not None:
            return sample, at + 1
    if parts is not None:
        entry = _entry_base(reader, base, accent, label, parts, items, at)
        if entry is not None:
            return _value_or_call(reader, items, at, entry, core, replace(scripts, label=None), parts)
    name = _new_name(context, base, accent, f"{label}_{sub}" if label and sub else label or sub)
    if not sub and scripts.sub is not None:
        reader.fail(
            "this subscript is not understood", items[at], f"write `{reader.written(items[at])} as NAME`", "D703"
        )
    del at_span
    named_at = _with_scripts(reader, core, scripts)
    return _value_or_call(reader, items, at, name, named_at, replace(scripts, sub=None, label=None))


def _sample(reader: Reading, base: str, accent: str | None, scripts: Scripts, item: Item) -> ast.Expr | None:
    r"""`x^{(i)}` in a sum over i: the i-th row of the matrix X (a column, if i counts those), `y^{(i)}` an entry.

    None where nothing is declared that could hold the samples.
    """
    parts = index_parts(scripts.label or ())
    if parts is None or len(parts) != 1 or not isinstance(parts[0], Symbol):
        return None
    if parts[0].name not in reader.bound and parts[0].name not in reader.open:
        return None
    upper = base.upper() if len(base) == 1 else base.removeprefix("var").capitalize() if base in GREEK else base
    names = (upper, base) if base.islower() and upper != base else (base,)
    if scripts.label is not None and scripts.label_open == "":  # x_i: a row of X, where no x stands for itself
        lower = _known(reader, base, accent, "", "")
        own_lines = _has_counted_lines(reader, lower, parts[0].name)
        if not own_lines and lower is not None and _counts_others(reader, lower, upper, parts[0].name):
            return _sample(reader, upper, accent, scripts, item)  # k_i, i to M, of K : R[M, d] beside k : R[d]
        if not own_lines and (len(names) == 1 or _known_base(reader, base) or base in reader.context.bare):
            return None
        names = (base,) if own_lines else names[:1]
    name = next(
        (n for one in names if (n := _known(reader, one, accent, "", "")) is not None and n in reader.context.arrays),
        None,
    )
    shape = reader.context.name_shape(name) if name is not None else ()
    inner = index_parts(scripts.sub) if scripts.sub is not None else []
    if name is None or inner is None or rank(shape) not in (1, 2) or len(inner) >= rank(shape):
        return None
    if not scripts.label_open and rank(shape) != 2:
        return None
    at = build.span(item)
    own = indices(reader, parts, 1)[0]
    rest = replace(scripts, sub=None, label=None)
    value = build.name(name, at)
    if rank(shape) == 1:
        return powers.scripted_value(reader, ast.Index(at, value, (own,)), rest, item)
    counted = reader.ranges.get(parts[0].name)
    column = counted is not None and str(shape[1]) == counted and str(shape[0]) != counted
    if inner:
        along = indices(reader, inner, 1)[0]
        return powers.scripted_value(reader, ast.Index(at, value, (along, own) if column else (own, along)), rest, item)
    index = reader.context.fresh("r")
    along = ast.Name(at, index)
    line = Spread(at, index, ast.Index(at, value, (along, own) if column else (own, along)))
    return powers.scripted_value(reader, line, rest, item)


def _has_counted_lines(reader: Reading, name: str | None, letter: str) -> bool:
    """Whether a letter counts the rows, or the columns, of an array, and not both."""
    counted = reader.ranges.get(letter)
    shape = reader.context.name_shape(name) if name is not None else ()
    return counted is not None and rank(shape) == 2 and [str(dim) for dim in shape].count(counted) == 1


def _counts_others(reader: Reading, name: str, upper: str, letter: str) -> bool:
    """Whether a letter counts the lines of a matrix, and not the entries of the vector of the same letter."""
    counted = reader.ranges.get(letter)
    shape = reader.context.name_shape(name)
    return len(shape) == 1 and upper != name and str(shape[0]) != counted and _has_counted_lines(reader, upper, letter)


def _labels(reader: Reading, base: str, accent: str | None, label: str, sub: Items) -> tuple[str, list[Item]] | None:
    """`P_{i, y_i}`, `p_y` with a class y: the array, and the indices, labels among them; None where there is none."""
    context = reader.context
    parts = [part for part in _unbraced(sub) if not (isinstance(part, Mark) and part.kind == "punct")]
    named = [flattened(part) for part in parts]
    found = [
        isinstance(core, Symbol) and any(name in context.discrete for name in spellings(core.name)) for core, _ in named
    ]
    others = [part for part, is_label in zip(parts, found, strict=True) if not is_label]
    if not any(found) or any(index_parts((part,)) is None for part in others):
        return None
    name = _known(reader, base, accent, label, "")
    if name is None or rank(context.name_shape(name)) != len(parts):
        return None
    return name, parts


def _is_class(reader: Reading, part: Item) -> bool:
    """Whether a label is one number, and no entry of a list of them."""
    return isinstance(part, Symbol) and any(name in reader.context.discrete for name in spellings(part.name))


def _of_class(reader: Reading, name: str, parts: list[Item], item: Item) -> ast.Expr:
    """`p_y` as the sum of the p_k with k = y, in which no index stands open."""
    at = build.span(item)
    entries: list[ast.Expr] = []
    bound: list[str] = []
    factors: list[ast.Expr] = []
    for part in parts:
        if _is_class(reader, part):
            bound.append(reader.context.fresh("k"))
            entries.append(ast.Name(at, bound[-1]))
            factors.append(ast.Compare(at, "==", ast.Name(at, bound[-1]), reader.expression((part,))))
        else:
            entries += indices(reader, [part], 1)
    reader.context.use(name)
    body = ast.Product(at, (ast.Index(at, build.name(name, at), tuple(entries)), *factors), ("*",) * len(factors))
    return ast.IndexSum(at, tuple(bound), body)


def _unbraced(items: Items) -> Items:
    out: list[Item] = []
    for item in items:
        if isinstance(item, Group):
            out += _unbraced(item.items)
        elif not isinstance(item, Space):
            out.append(item)
    return tuple(out)


def _new_name(context: Context, base: str, accent: str | None, subscript: str) -> str:
    """The name of a notation that is met for the first time: as the document spells it further on, or in a loss."""
    names = list(spellings(base, accent, subscript or None))
    name = next((name for name in names if name in context.expected), names[0])
    if name == "pi":
        context.spelled.setdefault("pi_v", "\\pi")
        return "pi_v"
    return name


def _known(reader: Reading, base: str, accent: str | None, label: str, sub: str) -> str | None:
    """The name of the document that a notation is, its label and subscript being part of it."""
    context = reader.context
    combined = [f"{label}_{sub}", f"{sub}_{label}", f"{label}{sub}"] if label and sub else [label or sub]
    for subscript in combined:
        for name in spellings(base, accent, subscript or None):
            if context.known(name) and not (
                sub and not label and name in context.labelled and name not in context.arrays
            ):
                return name
    return None


def _entry_base(
    reader: Reading, base: str, accent: str | None, label: str, parts: list[Item], items: Items, at: int
) -> str | None:
    """The array whose entry a name with indices is; None where the subscript belongs to the name."""
    context = reader.context
    known = _known(reader, base, accent, label, "")
    whole = known is not None and len(parts) > 1 and rank(context.name_shape(known)) == len(parts)
    if not all(_may_index(reader, part, whole) for part in parts):
        return None
    if known is not None and known in context.functions:
        return known if bracket_after(items, at) is not None or known in context.scalar_functions else None
    if known is not None and known in context.losses:
        return None
    if known is not None and _counts(reader, known, parts):
        return known
    if base.islower() and len(base) == 1 and accent is None and not label:
        upper = _known(reader, base.upper(), None, "", "") or (base.upper() if base.upper() in context.ahead else None)
        if upper is not None and rank(context.name_shape(upper)) > 1 and _counts(reader, upper, parts):
            return upper
    letters = [part for part in parts if isinstance(part, Symbol)]
    if known is not None:
        shape = context.name_shape(known)
        if (
            shape
            and len(parts) == 1
            and letters
            and all(_surely_index(reader, part) for part in letters)
            and not isinstance(parts[0], Mark)
        ):
            text = reader.written(items[at])
            message = f"`{text}`: {known} has {rank(shape)} indices: is this a row, a column, or a name?"
            hint = f"write `{text} as {known}[{reader.written(letters[0])}, :]`, or as a name of its own"
            reader.fail(message, items[at], hint, "D705")
        return None
    if bracket_after(items, at) is not None and base in context.indexed_functions:
        return base
    name = _new_name(context, base, accent, label)
    if letters and all(_surely_index(reader, part) for part in letters):
        return name
    return name if name in context.ahead and _counts(reader, name, parts) else None


def _counts(reader: Reading, name: str, parts: list[Item]) -> bool:
    """Whether a name has as many indices as stand there; two digits may be two."""
    have = rank(reader.context.name_shape(name))
    if have == len(parts):
        return True
    return have == 2 and len(parts) == 1 and isinstance(parts[0], Number) and len(parts[0].text) == 2


def _may_index(reader: Reading, part: Item, whole: bool = False) -> bool:
    """Whether a part of a subscript may be an index; `whole`: as many stand there as the array has."""
    if not isinstance(part, Symbol):
        return True
    if part.name in reader.bound:
        return True
    if part.name.isupper():
        return part.name in reader.context.dims
    known = reader.context.is_value(part.name) and part.name not in reader.context.discrete
    return (part.name in _INDEX_LETTERS or (whole and part.name.islower() and len(part.name) == 1)) and not known


def _surely_index(reader: Reading, part: Item) -> bool:
    return (
        isinstance(part, Symbol)
        and (part.name in reader.bound or part.name in _SURE_LETTERS)
        and _may_index(reader, part)
    )


def _value_or_call(
    reader: Reading, items: Items, at: int, name: str, core: Item, scripts: Scripts, parts: list[Item] | None = None
) -> tuple[ast.Expr, int]:
    """A name as a value, an entry of it, or called with what follows."""
    context = reader.context
    bracket = bracket_after(items, at)
    span = build.span(core)
    _note_spelling(reader, name, items[at], core, scripts, parts)
    if bracket is not None and evaluations.is_called(reader, name, bracket):
        return evaluations.document_call(reader, items, at, name, core, scripts, parts)
    if bracket is not None and (same := evaluations.evaluated(reader, name, bracket, core)) is not None:
        value, at = same, at + 1
    elif name in context.scalar_functions:
        param = context.scalar_functions[name]
        value = build.call(name, span, build.name(param, span), primes=scripts.primes)
        scripts = replace(scripts, primes=0)
    else:
        lone = name in context.functions and name not in context.arrays and not evaluations.has_argument(reader, name)
        if lone and reader.point:
            value = build.call(name, span, build.name(reader.point, span), primes=scripts.primes)
            return powers.scripted_value(reader, value, replace(scripts, primes=0), items[at]), at + 1
        if lone:
            reader.fail(f"{name} is a function and stands without an argument", core, None, "D703")
        value = evaluations.lone(reader, name, span)
    if parts is not None:
        entries = indices(reader, parts, rank(reader.shape(value)) if reader.shape(value) else len(parts))
        return powers.entry_with_powers(reader, value, entries, scripts, items[at]), at + 1
    if (
        at + 1 <= len(items)
        and bracket is not None
        and isinstance(items[at], Scripted)
        and flattened(items[at])[0] is bracket
    ):
        value = powers.scripted_value(reader, value, scripts, items[at])
        _, own = flattened(items[at])
        return powers.scripted_value(reader, value, own, items[at]), at + 1
    return powers.scripted_value(reader, value, scripts, items[at]), at + 1


def _with_scripts(reader: Reading, core: Item, scripts: Scripts) -> Item:
    """The part that a name is, its place with the subscript and label that belong to the name."""
    text, end = reader.text, core.end
    for part in (scripts.sub, scripts.label):
        if not part or part[-1].end <= end or part[0].start < core.end:
            continue
        end = part[-1].end
        while end < len(text) and text[end] in " )]}" and _open_brackets(text[core.start : end]):
            end += 1
    return core if end == core.end or _open_brackets(text[core.start : end]) else replace(core, end=end)


def _open_brackets(text: str) -> int:
    return sum((char in "([{") - (char in ")]}") for char in text)


def _note_spelling(
    reader: Reading, name: str, item: Item, core: Item, scripts: Scripts, parts: list[Item] | None
) -> None:
    """How the document writes a name, for what is said to its readers."""
    spelled = reader.context.spelled
    if name in spelled or name in reader.locals:
        return
    if parts is not None or scripts.powers or scripts.primes:
        if isinstance(core, Symbol) and "_" not in name and (scripts.sub is None or parts is not None):
            text = reader.written(core)
            if core.name == name and "{" in text:
                spelled[name] = text
        return
    text = reader.written(item)
    if text and "\ue000" not in text:
        spelled[name] = text


def scripted(reader: Reading, item: Scripted) -> ast.Expr:
    """A part that is no name, with scripts."""
    core, scripts = flattened(item)
    if isinstance(core, Number) and core.text == "1" and scripts.sub is not None:
        found = evaluations.ones(reader, core, scripts)
        if found is not None:
            return found
    if isinstance(core, Bracket) and core.open == "||":
        return evaluations.norm(reader, core, scripts, item)
    if isinstance(core, Bracket) and core.open == "<" and scripts.sub is not None:
        scripts.sub = evaluations.without_frobenius(reader, scripts.sub)
    if isinstance(core, Mark):
        reader.fail(f"`{reader.written(item)}` is not understood here", item)
    value = reader.atom(core)
    if scripts.label is not None:
        reader.fail("a label goes with a name", item)
    return powers.scripted_value(reader, value, scripts, item)


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


__all__ = ["GREEK", "named", "plain_number", "scripted", "unscripted", "with_words"]
