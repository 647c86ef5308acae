"""Read a source: a file, standard input, or a text given on the command line."""

from __future__ import annotations

import os
import sys

from gradcli.diagnostics.diagnostic import Diagnostic, error
from gradcli.syntax.ast import Source

MAX_BYTES = 64 * 1024 * 1024


def source_of_text(text: str, name: str = "<text>") -> Source:
    """Return a source for a text, with line ends as line feeds and no byte order mark."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Source(name, text.removeprefix("\ufeff"))


def read_source(path: str | os.PathLike[str]) -> Source | Diagnostic:
    """Read a file, or standard input where the path is `-`; never raises.

    What cannot be read is answered with one diagnostic: E110 (missing, a folder, not
    readable, too large) or E111 (not UTF-8 text).
    """
    name = str(path)
    if name == "-":
        if sys.stdin is None:
            return error("E110", "standard input is closed", hint="name a file, or give a program with -e")
        return _decode("<stdin>", sys.stdin.buffer.read(MAX_BYTES + 1))
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return error("E110", f"there is no file {shown_name(name)}", hint="check the path, or write - for stdin")
    except IsADirectoryError:
        return error("E110", f"{shown_name(name)} is a folder, not a file", hint="name a .mc file in it")
    except PermissionError:
        return error("E110", f"{shown_name(name)} may not be read: permission denied")
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        return error("E110", f"{shown_name(name)} cannot be read: {reason.lower()}")
    return _decode(name, data)


def nothing_in(source: Source) -> Diagnostic:
    """Return the complaint about a source without any statement, for who wanted one."""
    return error("E112", f"there is nothing in {shown_name(source.name)}", hint="write a definition: y = W @ x")


def _decode(name: str, data: bytes) -> Source | Diagnostic:
    if len(data) > MAX_BYTES:
        size = MAX_BYTES // (1024 * 1024)
        return error("E110", f"{shown_name(name)} is larger than {size} MiB", hint="split it into several files")
    if b"\x00" in data:
        return error("E111", f"{shown_name(name)} is not a text file: it holds a NUL byte")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        return error(
            "E111",
            f"{shown_name(name)} is not UTF-8 text: byte {problem.start + 1}, on line {line}, does not decode",
            hint="save the file as UTF-8",
        )
    return source_of_text(text, name)


def shown_name(name: str) -> str:
    """Return a name that prints in one line in any terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in name)
