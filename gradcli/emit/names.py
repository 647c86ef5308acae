"""Names of a program as names of a Python module."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable


def spelled(name: str) -> str:
    """The identifier that Python reads where a name is written; a keyword gets an underscore at its end."""
    out = unicodedata.normalize("NFKC", name)
    if not out.isidentifier():
        out = re.sub(r"\W", "_", out)
        out = out if out.isidentifier() else f"_{out}"
    return f"{out}_" if keyword.iskeyword(out) else out


def as_part(name: str) -> str:
    """A name, or the text of a list of names, as the end of an identifier: `[x, y]` is `x_y`."""
    words = re.findall(r"\w+", name)
    return re.sub(r"\W", "_", unicodedata.normalize("NFKC", "_".join(words)))


class Names:
    """Gives out identifiers, each once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self._counters: dict[str, int] = {}

    def fresh(self, wanted: str) -> str:
        """The wanted identifier, or that with underscores after it."""
        name = spelled(wanted)
        while name in self.taken or keyword.iskeyword(name):
            name += "_"
        self.taken.add(name)
        return name

    def numbered(self, stem: str) -> str:
        """`t1`, `t2`, ..."""
        while True:
            self._counters[stem] = count = self._counters.get(stem, 0) + 1
            name = f"{stem}{count}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def copy(self) -> Names:
        """The same names taken, for one function's own."""
        return Names(self.taken)


BUILTINS = frozenset(dir(builtins))
"""What no function of a module may be called, as its other functions use it."""
