r"""Declarations in formulas: `W \in \mathbb{R}^{m \times n}`, `g : \mathbb{R} \to \mathbb{R}`."""

from __future__ import annotations

from gradcli.latex.chains import Chain
from gradcli.latex.scripts import flattened, slug
from gradcli.latex.tree import Bracket, Group, Item, Items, Mark, Number, Scripted, Space, Symbol, Word

_SETS = {"R": "R", "Z": "Z", "N": "Z"}


def domain(items: Items) -> str | None:
    r"""The type that a set is: `\mathbb{R}^{m \times n}` is R[m, n]; None where it is none."""
    items = tuple(part for part in items if not isinstance(part, Space))
    while len(items) == 1 and isinstance(items[0], Group):
        items = tuple(part for part in items[0].items if not isinstance(part, Space))
    if len(items) != 1:
        return None
    core, scripts = flattened(items[0])
    if not isinstance(core, Symbol) or core.name not in _SETS or (core.name != "R" and core.font != "bb"):
        return None
    base = _SETS[core.name]
    sup = scripts.powers
    if isinstance(items[0], Scripted) and items[0].sup is not None:
        sup = [items[0].sup]
    if not sup:
        return base
    if len(sup) != 1:
        return None
    dims = _dimensions(sup[0])
    return f"{base}[{', '.join(dims)}]" if dims else None


def _dimensions(items: Items) -> list[str] | None:
    while len(items) == 1 and isinstance(items[0], Group | Bracket):
        items = items[0].items
    out = [""]
    for part in items:
        if isinstance(part, Mark) and (part.text in ("times", "ast", ",") or (part.kind == "punct")):
            out.append("")
            continue
        text = _dimension(part)
        if text is None:
            return None
        if out[-1] and text not in "+-" and out[-1][-1] not in "+-":
            out[-1] += "*"
        out[-1] += text
    return out if all(out) else None


def _dimension(part: Item) -> str | None:
    match part:
        case Symbol():
            return part.name
        case Number():
            return part.text
        case Word():
            return part.text
        case Mark() if part.kind == "add" and part.text in "+-":
            return part.text
        case Mark() if part.text == "cdot":
            return ""
        case Scripted():
            head = slug((part.base,))
            tail = slug(part.sub or ())
            label = slug(part.sup or ())
            if not head:
                return None
            return "_".join(piece for piece in (head, label, tail) if piece)
        case Bracket() if part.open == "(":
            inner = _dimensions(part.items)
            return f"({inner[0]})" if inner and len(inner) == 1 else None
        case Group():
            inner = _dimensions(part.items)
            return inner[0] if inner and len(inner) == 1 else None
        case Space():
            return ""
    return None


def declared_names(items: Items) -> list[Items] | None:
    """The names on the left of a declaration, one by one."""
    out: list[list[Item]] = [[]]
    for part in items:
        if isinstance(part, Space):
            continue
        if isinstance(part, Mark) and part.kind == "punct" and part.text == ",":
            out.append([])
        elif isinstance(part, Mark) and part.kind == "dots":
            return None
        else:
            out[-1].append(part)
    return [tuple(one) for one in out if one]


def function_type(chain: Chain) -> tuple[Items, str, str] | None:
    r"""`g : \mathbb{R}^n \to \mathbb{R}`: the name, its domain and codomain."""
    items = chain.items
    colon = next((k for k, part in enumerate(items) if isinstance(part, Mark) and part.text == ":"), None)
    if colon is None or not colon:
        return None
    arrow = next(
        (k for k, part in enumerate(items) if isinstance(part, Mark) and part.kind == "arrow" and k > colon), None
    )
    if arrow is None:
        return None
    inputs = []
    piece: list[Item] = []
    for part in [*items[colon + 1 : arrow], Mark(0, 0, "punct", ",")]:
        if isinstance(part, Mark) and (part.text in (",", "times")):
            kind = domain(tuple(piece))
            if kind is None:
                return None
            inputs.append(kind)
            piece = []
        else:
            piece.append(part)
    output = domain(tuple(items[arrow + 1 :]))
    if output is None:
        return None
    return tuple(items[:colon]), ", ".join(inputs), output
