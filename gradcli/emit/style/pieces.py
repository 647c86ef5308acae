"""Pieces of text with places where a line may break, laid out within a width (Wadler, A prettier printer, 2003)."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 88
_STEP = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A place to break: `flat` where it does not."""

    flat: str = ""


@dataclass(frozen=True, slots=True)
class IfBroken:
    """Text only where the group around it breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Indent:
    """Lines in it stand one step further in."""

    parts: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Breaks at all of its own lines or at none."""

    parts: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Bare:
    """`bare` where it fits with every group in it broken, else `enclosed`."""

    bare: Piece
    enclosed: Piece


Piece = str | Line | IfBroken | Indent | Group | Bare
_Todo = list[tuple[int, bool, Piece]]


def bracketed(opening: str, parts: tuple[Piece, ...], closing: str) -> Piece:
    """A group that may break after its opening and before its closing bracket."""
    return Group((opening, Indent((Line(), *parts)), Line(), closing))


def lay_out(parts: tuple[Piece, ...], indent: int = 0) -> str:
    """The text, its later lines indented; the first is taken to begin at column `indent`."""
    out: list[str] = []
    column = indent
    todo: _Todo = [(indent, True, part) for part in reversed(parts)]
    while todo:
        level, broken, piece = todo.pop()
        match piece:
            case str():
                out.append(piece)
                column += len(piece)
            case Line():
                out.append("\n" + " " * level if broken else piece.flat)
                column = level if broken else column + len(piece.flat)
            case IfBroken():
                out.append(piece.text if broken else "")
                column += len(piece.text) if broken else 0
            case Indent():
                todo.extend((level + _STEP, broken, part) for part in reversed(piece.parts))
            case Group():
                flat = _fits(WIDTH - column, (level, False, piece), todo)
                todo.extend((level, not flat, part) for part in reversed(piece.parts))
            case Bare():
                whole = _fits(WIDTH - column, (level, False, piece.bare), todo)
                chosen = whole or all(len(line) <= WIDTH for line in _opened(piece.bare, column, level, todo))
                todo.append((level, True, piece.bare if chosen else piece.enclosed))
    return "".join(out)


def _fits(room: int, first: tuple[int, bool, Piece], after: _Todo) -> bool:
    """Whether a piece, and what comes after it up to the next break, has room."""
    todo, left = [first], len(after)  # `after` may be long, and is only read as far as there is room
    while room >= 0 and (todo or left):
        if not todo:
            left -= 1
            todo.append(after[left])
        level, broken, piece = todo.pop()
        match piece:
            case str():
                room -= len(piece)
            case Line():
                if broken:
                    return True
                room -= len(piece.flat)
            case IfBroken():
                room -= len(piece.text) if broken else 0
            case Bare():
                todo.append((level, broken, piece.bare))
            case _:
                todo.extend((level, broken, part) for part in reversed(piece.parts))
    return room >= 0


def _opened(piece: Piece, column: int, level: int, after: _Todo) -> list[str]:
    """The lines of a piece with every group broken, and what follows it on its last line."""
    lines = [" " * column]
    todo: _Todo = [(level, True, piece)]
    left = len(after)
    inside = True
    while todo or left:
        if not todo:
            inside = False
            left -= 1
            todo.append(after[left])
        deep, broken, part = todo.pop()
        match part:
            case str():
                lines[-1] += part
            case Line():
                if broken and not inside:
                    break
                lines[-1] += part.flat if not broken else ""
                if broken:
                    lines.append(" " * deep)
            case IfBroken():
                lines[-1] += part.text if broken else ""
            case Bare():
                todo.append((deep, broken, part.bare))
            case Indent():
                todo.extend((deep + _STEP, broken, each) for each in reversed(part.parts))
            case Group():
                todo.extend((deep, broken, each) for each in reversed(part.parts))
    return lines
