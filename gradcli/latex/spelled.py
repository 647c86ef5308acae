"""Words that letters side by side spell: a function before a bracket, a name of the document."""

from __future__ import annotations

from dataclasses import replace

from gradcli.latex.functions import function_of
from gradcli.latex.indices import OPENS
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import flattened
from gradcli.latex.tree import (
    Bracket,
    Item,
    Items,
    Scripted,
    Symbol,
    Word,
)
from gradcli.latex.vocabulary import GREEK


def with_words(reader: Reading, items: Items) -> Items:
    """Letters that stand side by side and spell a function before a bracket, or a name of the document, as words."""
    out: list[Item] = []
    at = 0
    while at < len(items):
        run = letters_from(items, at)
        if len(run) < 2:
            out.append(items[at])
            at += 1
            continue
        after = items[at + len(run)] if at + len(run) < len(items) else None
        spelled = "".join(letter(part) for part in run)
        start = _word_start(reader, spelled, run, after)
        if start is None:
            out += run
        else:
            out += run[:start]
            first, last = run[start], run[-1]
            word = Word(first.start, last.base.end if isinstance(last, Scripted) else last.end, spelled[start:])
            out.append(carried(word, last))
        at += len(run)
    return tuple(out)


def letters_from(items: Items, at: int) -> list[Item]:
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


def letter(item: Item) -> str:
    core, _ = flattened(item)
    return core.name if isinstance(core, Symbol) else ""


def with_spelled(items: Items) -> Items:
    """Letters that spell a Greek letter or a function: in a notation `phi(x_n)` is `\\phi(x_n)`."""
    out: list[Item] = []
    at = 0
    while at < len(items):
        run = letters_from(items, at)
        word = "".join(map(letter, run))
        if len(run) > 1 and word in GREEK:
            greek = Symbol(run[0].start, flattened(run[-1])[0].end, word)
            out.append(carried(greek, run[-1]))
            at += len(run)
        elif len(run) > 2 and function_of(word):
            out.append(carried(Word(run[0].start, flattened(run[-1])[0].end, word), run[-1]))
            at += len(run)
        else:
            out.append(items[at])
            at += 1
    return tuple(out)


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


def carried(word: Word | Symbol, last: Item) -> Item:
    """A word with the scripts of its last letter."""
    if not isinstance(last, Scripted):
        return word
    return replace(last, start=word.start, base=carried(word, last.base))
