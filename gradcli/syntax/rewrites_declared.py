"""Notations whose meaning hangs on what the text declares: `(x, A x)` of vectors, `loss f(2*y)`."""

from __future__ import annotations

import re

_NAME = r"[^\W\d]\w*"
_VECTORS = re.compile(rf"({_NAME}(?:\s*,\s*{_NAME})*)\s*(?::|∈)\s*(?:R|ℝ)\s*(?:\[[^\],]+\]|\^\w+(?![×\w]))")
_PAIR = re.compile(r"(?<![\w\])'.,(])\(([^(),=]+),([^(),=]+)\)")
_DOTS = re.compile(rf"({_NAME})\[\s*(?:\.\.\.|…)\s*,\s*((?:0|None|:)(?:\s*,\s*(?:0|None|:))*)\s*\]")
_OF_EXPRESSION = re.compile(rf"loss\s+({_NAME})\((.*[^\w\s,].*)\)")


def by_declarations(statement: str, text: str) -> str:
    """The statement rewritten by what `text`, in which it stands, declares; else as it was."""
    loss = _OF_EXPRESSION.fullmatch(statement)
    if loss is not None and "=" not in loss[2]:
        name = next(name for name in ("z", "out", "value", *map("z{}".format, range(99))) if not _stands(name, text))
        return f"{name} = {loss[2].strip()}; loss {loss[1]}({name})"
    dotted = _DOTS.search(statement)
    if dotted is not None:
        sizes = re.search(rf"(?<!\w){dotted[1]}(?!\w)[^;\n]*?[:∈]\s*(?:R|ℝ)\s*\[([^\]]*)\]", text)
        given = [part.strip() for part in dotted[2].split(",")]
        left = sizes[1].count(",") + 1 - sum(part != "None" for part in given) if sizes is not None else 0
        if left > 0:
            places = [*":" * left, *("1" if part == "0" else part for part in given)]
            return f"{statement[: dotted.start()]}{dotted[1]}[{', '.join(places)}]{statement[dotted.end() :]}"
    if "=" not in statement or not _PAIR.search(statement):
        return statement
    vectors = {name for names in _VECTORS.findall(text) for name in re.split(r"\s*,\s*", names)}

    def product(found: re.Match[str]) -> str:
        a, b = found[1].strip(), found[2].strip()
        return f"dot({a}, {b})" if all(vectors & set(re.findall(_NAME, part)) for part in (a, b)) else found[0]

    return _PAIR.sub(product, statement)


def _stands(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){name}(?!\w)", text) is not None
