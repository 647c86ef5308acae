"""What a directive says, part by part."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = frozenset(["check", "stop", "new", "define", "refute", "einstein", "skip", "answer", "end"])
_SKIP = re.compile(r"skip\s+(\d{1,6})$")
_AS = re.compile(r"\sas(?=\s)")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a directive: `kind` is a word, skip, as, claim or statements; `text` stands at `start`."""

    kind: str
    text: str
    start: int
    count: int = 1


def parts_of(text: str, offset: int) -> list[Part]:
    """The parts of a directive's text, which stands at an offset of the document."""
    out: list[Part] = []
    for start, end in _cut(text):
        piece = text[start:end]
        said = piece.strip()
        if not said:
            continue
        at = offset + start + len(piece) - len(piece.lstrip())
        skip = _SKIP.match(said)
        if said in _WORDS:
            out.append(Part(said, said, at))
        elif skip:
            out.append(Part("skip", said, at, int(skip[1])))
        elif said.startswith("claim ") or said.startswith("claim\\") or said.startswith("claim$"):
            out.append(Part("claim", said[5:], at + 5))
        elif _AS.search(f" {said} ") and not said.startswith("check "):
            out.append(Part("as", said, at))
        elif out and out[-1].kind == "statements":
            last = out[-1]
            out[-1] = Part("statements", text[last.start - offset : end], last.start)
        else:
            out.append(Part("statements", said, at))
    return out


def _cut(text: str) -> list[tuple[int, int]]:
    """Where parts begin and end: at semicolons and line ends outside of brackets."""
    cuts = []
    depth, start = 0, 0
    for at, char in enumerate(text):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth = max(0, depth - 1)
        elif (char == ";" and text[at - 1 : at] != "\\") or char == "\n":
            if depth and char == "\n":
                continue
            cuts.append((start, at))
            start = at + 1
    cuts.append((start, len(text)))
    return cuts


def notations(text: str, offset: int) -> list[tuple[str, int, str, int]]:
    """`LATEX as NAME, LATEX as NAME`: the notation, its place, what it stands for, and that's place."""
    pieces: list[tuple[int, str]] = []
    depth, start = 0, 0
    for at, char in enumerate(f"{text},"):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth = max(0, depth - 1)
        elif char == "," and not depth and text[at - 1 : at] != "\\":
            pieces.append((start, text[start:at]))
            start = at + 1
    joined: list[tuple[int, str]] = []
    for at, piece in pieces:
        if joined and not _AS.search(joined[-1][1]):
            first, before = joined.pop()
            joined.append((first, f"{before},{piece}"))
        else:
            joined.append((at, piece))
    out = []
    for at, piece in joined:
        places = list(_AS.finditer(piece))
        if not places:
            out.append((piece.strip(), offset + at, "", offset + at))
            continue
        cut = places[-1]
        left, right = piece[: cut.start()], piece[cut.end() :]
        begin = at + len(left) - len(left.lstrip())
        out.append((left.strip().strip("$"), offset + begin, right.strip(), offset + at + cut.end() + 1))
    return out
