"""The name in the language of a letter with its accents, label and subscript."""

from __future__ import annotations

from gradcli.latex.context import Context, spellings
from gradcli.latex.indices import bracket_after, rank
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import Scripts, flattened, slug
from gradcli.latex.spelled import letter
from gradcli.latex.tree import (
    Accent,
    Group,
    Item,
    Items,
    Mark,
    Number,
    Space,
    Symbol,
    Word,
)

_INDEX_LETTERS = frozenset("ijklmnpqrstuvab") | {"ell", "alpha", "beta", "mu", "nu"}


_SURE_LETTERS = frozenset("ijklmnpqrs")


def plain(text: str) -> str:
    """A word as a name of the language."""
    return "".join(char if char.isalnum() else "_" for char in text)


def known_base(reader: Reading, base: str) -> bool:
    return any(reader.context.known(name) for name in spellings(base))


def base_of(reader: Reading, core: Item, scripts: Scripts) -> tuple[str, str | None]:
    """The letter that a name is made of, and its accents."""
    if isinstance(core, Symbol):
        return core.name, "star" if scripts.star else None
    if isinstance(core, Word):
        return plain(core.text), "star" if scripts.star else None
    assert isinstance(core, Accent)
    inner_items = tuple(part for part in core.items if not isinstance(part, Space))
    if len(inner_items) != 1:
        letters = "".join(letter(part) for part in inner_items)
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
        base, accent = base_of(reader, inner, inside)
        return base, f"{accent}_{core.accent}"
    if isinstance(inner, Symbol):
        return inner.name, core.accent if not scripts.star else f"{core.accent}_star"
    if isinstance(inner, Word):
        return plain(inner.text), core.accent
    reader.fail(
        "an accent over an expression is not understood", core, f"write `{reader.written(core)} as NAME`", "D703"
    )


def new_name(context: Context, base: str, accent: str | None, subscript: str) -> str:
    """The name of a notation that is met for the first time: as the document spells it further on, or in a loss."""
    names = list(spellings(base, accent, subscript or None))
    name = next((name for name in names if name in context.expected), names[0])
    if name == "pi":
        context.spelled.setdefault("pi_v", "\\pi")
        return "pi_v"
    return name


def known_name(reader: Reading, base: str, accent: str | None, label: str, sub: str) -> str | None:
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


def entry_base(
    reader: Reading, base: str, accent: str | None, label: str, parts: list[Item], items: Items, at: int
) -> str | None:
    """The array whose entry a name with indices is; None where the subscript belongs to the name."""
    context = reader.context
    known = known_name(reader, base, accent, label, "")
    upper = None
    if base.islower() and len(base) == 1 and accent is None and label:
        upper = known_name(reader, base.upper(), None, label, "") or _agreed(reader, base.upper(), label)
    elif base.islower() and len(base) == 1 and accent is None:
        upper = known_name(reader, base.upper(), None, "", "") or (
            base.upper() if base.upper() in context.ahead else None
        )
    whole = len(parts) > 1 and any(
        name is not None and rank(context.name_shape(name)) == len(parts) for name in (known, upper)
    )
    if not all(_may_index(reader, part, whole) for part in parts):
        return None
    if known is not None and known in context.functions:
        return known if bracket_after(items, at) is not None or known in context.scalar_functions else None
    if known is not None and known in context.losses:
        return None
    if known is not None and counts_indices(reader, known, parts):
        return known
    if upper is not None and rank(context.name_shape(upper)) > 1 and counts_indices(reader, upper, parts):
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
    name = new_name(context, base, accent, label)
    if letters and all(_surely_index(reader, part) for part in letters):
        return name
    return name if name in context.ahead and counts_indices(reader, name, parts) else None


def _agreed(reader: Reading, base: str, label: str) -> str | None:
    """The name that the document has agreed on for a letter with a label, `W^{(2)} as W2`."""
    for notation in reader.context.notations:
        core, scripts = flattened(notation.pattern[0])
        alone = len(notation.pattern) == 1 and scripts.sub is None and scripts.label is not None
        if alone and isinstance(core, Symbol) and core.name == base and slug(scripts.label or ()) == label:
            return notation.target if reader.context.known(notation.target) else None
    return None


def counts_indices(reader: Reading, name: str, parts: list[Item]) -> bool:
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
    letter = part.name in _INDEX_LETTERS or part.name in reader.context.counters
    return (letter or (whole and part.name.islower() and len(part.name) == 1)) and not known


def _surely_index(reader: Reading, part: Item) -> bool:
    return (
        isinstance(part, Symbol)
        and (part.name in reader.bound or part.name in _SURE_LETTERS)
        and _may_index(reader, part)
    )
