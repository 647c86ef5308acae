"""Assertions for tests: a hand-written backward pass is the derivative of its forward, for every size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal


def assert_gradient(
    forward: Callable[..., Any],
    backward: Callable[..., Any] | None = None,
    *,
    shapes: str | None = None,
    accept: Literal["proved", "equal"] = "equal",
) -> None:
    """Assert that every gradient that `backward` returns is right; nothing is called, the sources are read.

    `forward` and `backward` are functions of one file, or `forward` is a class with both as methods.  `shapes` says
    what no comment, annotation or docstring says: `"x: n d, w: d m"`.  `accept="proved"` wants each gradient proved by
    algebra; `"equal"` lets one pass that agrees at random points beyond doubt.  Raises AssertionError with the line
    that breaks, ValueError where the source is not to be had.
    """
    __tracebackhide__ = True
    import inspect

    from gradcli.api.python import given_shapes
    from gradcli.diagnostics.text import render_text
    from gradcli.pairs.check import check_pair
    from gradcli.pairs.find import Pair, find_pairs
    from gradcli.pysource.module import read_file
    from gradcli.syntax.ast import Source
    from gradcli.verdicts.report.text import block

    if accept not in ("proved", "equal"):
        raise ValueError(f"accept={accept!r} is none of 'proved', 'equal'")
    found = inspect.unwrap(forward)
    try:
        path = inspect.getsourcefile(found) or "<python>"
        lines, _ = inspect.findsource(found)
    except (OSError, TypeError):
        raise ValueError(f"the source of {forward!r} is not to be had") from None
    text = "".join(lines)
    file = read_file(path, text)
    name = found.__qualname__
    if backward is None:
        pairs = [pair for pair in find_pairs(file) if name in (pair.forward.name, pair.name.rpartition(".")[0])]
    else:
        other = inspect.unwrap(backward).__qualname__
        first, second = file.functions.get(name), file.functions.get(other)
        if first is None or second is None:
            raise ValueError(f"{name} and {other} are not two functions at the top of {path}")
        pairs = [Pair("functions", other, first, second)]
    if not pairs:
        raise ValueError(f"{name} has no backward in {path}")
    source = Source(path, text)
    for pair in pairs:
        verdicts, said = check_pair(file, source, pair, given_shapes(shapes))
        wrong = [v for v in verdicts if not v.ok or (accept == "proved" and v.kind != "proved")]
        if wrong:
            told = [render_text(each) for each in said if each.is_error] or [block(verdict) for verdict in wrong]
            raise AssertionError("\n".join(told))
