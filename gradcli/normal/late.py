"""What files of the normal form need of those above them, which tell it here when they are loaded.

The normal form is one recursion: a product is simplified by rules that form powers and functions, which are products.
`gradcli.normal.lower` loads all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from gradcli.expr.shapes import Dim
from gradcli.normal.poly import Poly
from gradcli.normal.product import Rewritten, Table


def _untold(*_: object) -> NoReturn:
    raise RuntimeError("gradcli.normal.lower was not loaded")


@dataclass(slots=True)
class Late:
    """`rewrite` a product by the first rule that applies; `exp`; `derivative_at`: a function with primes at a value."""

    rewrite: Callable[[Table, dict[int, Dim]], Rewritten | None] = _untold
    exp: Callable[[Poly], Poly] = _untold
    derivative_at: Callable[[str, int, Poly], Poly] = _untold


LATE = Late()
