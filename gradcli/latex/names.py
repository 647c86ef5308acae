"""Names in formulas: what `x_i`, `W^{[1]}`, `f(x)` stand for."""

from __future__ import annotations

from dataclasses import replace

from gradcli.latex import build, constants, derivatives, evaluations, norms, powers
from gradcli.latex.context import spellings
from gradcli.latex.functions import function_of
from gradcli.latex.indices import bracket_after, indices, rank
from gradcli.latex.labels import is_class, labelled, of_class
from gradcli.latex.naming import base_of, entry_base, known_base, known_name, new_name
from gradcli.latex.reading import Reading
from gradcli.latex.samples import sample_of
from gradcli.latex.scripts import Scripts, flattened, index_parts, slug
from gradcli.latex.spelled import letter
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
    key,
)
from gradcli.syntax import ast


def unscripted(item: Item) -> tuple[Item, Scripts]:
    """The part that carries scripts, and the scripts."""
    return flattened(item)


def named(reader: Reading, items: Items, at: int) -> tuple[ast.Expr, int]:
    """What a name at a position stands for, with its arguments; and where the next factor begins."""
    item = items[at]
    core, scripts = flattened(item)
    if isinstance(core, Group):
        word = "".join(letter(part) for part in core.items)
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
    base, accents = base_of(reader, core, scripts)
    if isinstance(core, Word) and not known_base(reader, base):
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
    if is_d and not known_base(reader, "D") and at + 1 < len(items):
        after = bracket_after(items, at + 1)
        name = derivatives.named_function(reader, (flattened(items[at + 1])[0],))
        if after is not None and name is not None and not isinstance(items[at + 1], Scripted):
            span = ast.Span(items[at].start, items[at + 2].end)
            return derivatives.jacobian(reader, name, after, span), at + 3
    if is_d and not known_base(reader, "D") and "D" not in reader.context.bare and bracket is not None:
        from gradcli.latex.nabla import only_variable

        inside = bracket.items
        if len(inside) > 1 and not isinstance(items[at + 1], Scripted):  # D(a'x): by the one variable
            by = only_variable(reader, inside, items[at])
            return derivatives.derivative(reader, reader.expression(inside), by, None, False, items[at]), at + 2
    return None


def _several(reader: Reading, core: Group, item: Item) -> ast.Expr:
    r"""`\mathbf{XW}_{pq}` is (XW)_{pq}, `\mathbf{ab}^T` is a b^T."""
    word = "".join(letter(part) for part in core.items if isinstance(part, Symbol))
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
        labels = labelled(reader, name, None, "", scripts.sub) if scripts.sub is not None else None
        if labels is not None and any(is_class(reader, part) for part in labels[1]):
            picked = of_class(reader, name, labels[1], items[at])
            return powers.scripted_value(reader, picked, replace(scripts, sub=None), items[at]), at + 1
    else:
        value = evaluations.parsed_target(reader, text, core)
    return powers.scripted_value(reader, value, scripts, items[at]), at + 1


def _dotted(reader: Reading, items: Items, at: int, core: Accent, scripts: Scripts) -> tuple[ast.Expr, int] | None:
    r"""`\dot\sigma(z)`: the derivative of a function."""
    if len(core.items) != 1 or not isinstance(core.items[0], Symbol):
        return None
    name = core.items[0].name
    if any(reader.context.known(spelled) for spelled in spellings(name, "dot")):
        return None
    called = next((spelled for spelled in spellings(name) if spelled in reader.context.functions), None)
    if called is None and (bracket_after(items, at) is None or known_base(reader, name)):
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
    special = constants.constant(reader, items, at, base, accent, core, scripts)
    if special is not None:
        return special
    label = slug(scripts.label) if scripts.label is not None else ""
    sub = slug(scripts.sub) if scripts.sub is not None else ""
    if scripts.label is not None and not label:
        reader.fail("this label is not understood", items[at], f"write `{reader.written(core)}^... as NAME`", "D703")
    wordless = scripts.sub is not None and not sub  # X_{i\bullet}
    whole = None if wordless else known_name(reader, base, accent, label, sub)
    if whole is not None and (scripts.sub is not None or scripts.label is not None):
        taken = replace(scripts, sub=None, label=None)
        if scripts.second is not None:
            taken.sub, taken.second = scripts.second, None
        return _value_or_call(reader, items, at, whole, _with_scripts(reader, core, scripts), taken)
    if whole is None and scripts.label is not None:
        sample = sample_of(reader, base, accent, scripts, items[at])
        if sample is not None:
            return sample, at + 1
    if scripts.sub is None:
        name = whole or new_name(context, base, accent, label)
        if label and whole is None:
            context.labelled.add(name)
        return _value_or_call(
            reader, items, at, name, _with_scripts(reader, core, scripts), replace(scripts, label=None)
        )
    labels = labelled(reader, base, accent, label, scripts.sub)
    if labels is not None:
        name, own = labels
        if not any(is_class(reader, part) for part in own):
            return _value_or_call(reader, items, at, name, core, replace(scripts, label=None), own)
        value = of_class(reader, name, own, items[at])
        return powers.scripted_value(reader, value, replace(scripts, sub=None, label=None), items[at]), at + 1
    parts = index_parts(scripts.sub)
    if parts is not None and whole is None and not label:
        sample = sample_of(reader, base, accent, replace(scripts, label=scripts.sub, sub=None), items[at])
        if sample is not None:
            return sample, at + 1
    numbered = _entry_of_numbered(reader, base, accent, label, parts) if parts is not None else None
    if numbered is not None and parts is not None:
        name, first = numbered
        return _value_or_call(reader, items, at, name, core, replace(scripts, label=None), parts[first:])
    if parts is not None:
        entry = entry_base(reader, base, accent, label, parts, items, at)
        if entry is not None:
            return _value_or_call(reader, items, at, entry, core, replace(scripts, label=None), parts)
    name = new_name(context, base, accent, f"{label}_{sub}" if label and sub else label or sub)
    if not sub and scripts.sub is not None:
        reader.fail(
            "this subscript is not understood", items[at], f"write `{reader.written(items[at])} as NAME`", "D703"
        )
    del at_span
    named_at = _with_scripts(reader, core, scripts)
    return _value_or_call(reader, items, at, name, named_at, replace(scripts, sub=None, label=None))


def _entry_of_numbered(
    reader: Reading, base: str, accent: str | None, label: str, parts: list[Item]
) -> tuple[str, int] | None:
    """`z_{2,j}` as the entry j of z_2: the name, and where its indices begin; None where it is none."""
    if len(parts) < 2 or not isinstance(parts[0], Number) or any(isinstance(part, Mark) for part in parts):
        return None
    if known_name(reader, base, accent, label, "") is not None or not isinstance(parts[-1], Symbol):
        return None
    name = known_name(reader, base, accent, label, slug((parts[0],)))
    return (name, 1) if name is not None and rank(reader.context.name_shape(name)) == len(parts) - 1 else None


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
        found = constants.ones(reader, core, scripts)
        if found is not None:
            return found
    if isinstance(core, Bracket) and core.open == "||":
        return norms.norm(reader, core, scripts, item)
    if isinstance(core, Bracket) and core.open == "<" and scripts.sub is not None:
        scripts.sub = norms.without_frobenius(reader, scripts.sub)
    if isinstance(core, Mark):
        reader.fail(f"`{reader.written(item)}` is not understood here", item)
    counted = [part for part in scripts.sub or () if not isinstance(part, Space)]
    if isinstance(core, Bracket) and len(counted) == 3 and key(tuple(counted[1:])) == (("m", "="), ("n", "1")):
        scripts.sub, scripts.powers = tuple(counted[:1]), []  # [x_i]_{i=1}^n
    value = reader.atom(core)
    if isinstance(core, Bracket) and core.open == "[" and scripts.sub is not None and len(scripts.sub) == 1:
        cross = scripts.sub[0]
        if isinstance(cross, Mark) and cross.text == "times":  # [a]_\times b is a \times b
            scripts.sub, value = None, build.call("skew", build.span(item), value)
    if scripts.label is not None:
        reader.fail("a label goes with a name", item)
    return powers.scripted_value(reader, value, scripts, item)
