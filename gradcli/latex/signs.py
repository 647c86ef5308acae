"""What a single command or mark of a formula is, and the words that letters spell."""

from __future__ import annotations

from gradcli.latex import vocabulary as words
from gradcli.latex.tokens import Token
from gradcli.latex.tree import (
    Group,
    Item,
    Items,
    Mark,
    Prose,
    Scripted,
    Space,
    Symbol,
    Word,
)


def wants_operand(out: list[Item]) -> bool:
    """Whether what follows begins an operand: a bar opens there."""
    last = next((item for item in reversed(out) if not isinstance(item, Space)), None)
    return (
        last is None
        or (isinstance(last, Mark) and last.kind not in ("dots", "bang"))
        or (isinstance(last, Scripted) and isinstance(last.base, Mark))
        or isinstance(last, Word | Prose)
    )


def word_of(items: Items) -> str:
    """The word that letters spell; empty where there is anything else."""
    out = ""
    for item in items:
        if isinstance(item, Symbol) and len(item.name) == 1:
            out += item.name
        elif isinstance(item, Word):
            out += item.text
        elif isinstance(item, Mark) and item.text == "-" and out:
            out += "_"
        elif not isinstance(item, Space):
            return ""
    return out


def words_in(items: Items) -> list[str]:
    out = []
    for item in items:
        match item:
            case Symbol():
                out.append(item.name)
            case Word() | Prose() | Mark():
                out.append(item.text)
            case Group():
                out += words_in(item.items)
    return out


def of_command(token: Token) -> Item:
    """A command without arguments."""
    name = token.text
    if name in words.GREEK:
        return Symbol(token.start, token.end, name)
    if name in words.NAMED_OPERATORS:
        return Word(token.start, token.end, name, True)
    if name == "RR":
        return Symbol(token.start, token.end, "R", "bb")
    return of_mark(token)


def of_mark(token: Token) -> Mark:
    name, start, end = token.text, token.start, token.end
    for kind, table in (
        ("add", words.ADDITION),
        ("mul", words.PRODUCTS),
        ("had", words.HADAMARD),
        ("rel", words.RELATIONS),
    ):
        if name in table:
            return Mark(start, end, kind, table[name])
    if name in words.ARROWS:
        return Mark(start, end, "arrow", name)
    if name in words.DOTS:
        return Mark(start, end, "dots", name)
    if name in words.BIG:
        return Mark(start, end, "big", name)
    if name == "/":
        return Mark(start, end, "div", "/")
    if name in (",", ";", ".", ":", "，", "。", "；", "：", "、", "colon"):
        return Mark(
            start, end, "punct", {"，": ",", "。": ".", "；": ";", "：": ":", "、": ",", "colon": ":"}.get(name, name)
        )
    if name in ("partial", "nabla"):
        return Mark(start, end, name, name)
    if name in ("top", "intercal", "transpose", "Tsp", "mathsf_T"):
        return Mark(start, end, "sign", "T")
    if name in ("prime", "dagger", "infty", "forall", "exists", "bullet", "emptyset"):
        return Mark(start, end, "sign", name)
    if name == "!":
        return Mark(start, end, "bang", name)
    return Mark(start, end, "other", name if token.kind == "mark" else f"\\{name}")
