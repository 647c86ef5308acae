"""The constructors of operations, by name, and the last step of each: the rewrite rules.

A constructor tells itself here when its file is loaded, so that operations built further up, and rules, find it;
`gradcli.expr.ops` loads all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from gradcli.expr.node import ONE, Node, make
from gradcli.expr.shapes import Shape, cols, rows
from gradcli.rewrite.driver import Rewriter
from gradcli.rewrite.load import all_rewrites

Constructor = TypeVar("Constructor", bound=Callable[..., Node | None])

_CONSTRUCTORS: dict[str, Callable[..., Any]] = {}


def constructs(name: str) -> Callable[[Constructor], Constructor]:
    """Tell the constructor of an operation."""

    def told(constructor: Constructor) -> Constructor:
        _CONSTRUCTORS[name] = constructor
        return constructor

    return told


def construct(name: str, *args: object) -> Node:
    """An operation, simplified as its constructor does.  Raises LookupError where `gradcli.expr.ops` is not loaded."""
    built: Node = _CONSTRUCTORS[name](*args)
    return built


def attempt(name: str, *args: object) -> Node | None:
    """As `construct`, of what gives None where it knows nothing simpler."""
    found: Node | None = _CONSTRUCTORS[name](*args)
    return found


def split_scalars(node: Node) -> tuple[list[Node], Node]:
    """`(scalars, rest)` with `node` their product and `rest` free of scalar factors (ONE for a scalar)."""
    if not node.shape:
        return [node], ONE
    if node.op != "mul":
        return [], node
    scalars = [factor for factor in node.args if not factor.shape]
    arrays = tuple(factor for factor in node.args if factor.shape)
    return scalars, arrays[0] if len(arrays) == 1 else make("mul", arrays, shape=node.shape)


_TESTS = {"square": lambda node: rows(node.shape) == cols(node.shape)}
_REWRITER = Rewriter(tuple(all_rewrites().values()), construct, split_scalars, _TESTS)
_rewriting = True


def finished(op: str, args: tuple[Node, ...], data: Hashable = None, shape: Shape = ()) -> Node:
    """What the first rewrite rule that fits makes of an operation on built arguments; else its node."""
    found: Node | None = _REWRITER.first(op, args, data) if _rewriting else None
    return make(op, args, data=data, shape=shape) if found is None else found


@contextmanager
def unrewritten() -> Iterator[None]:
    """No rule is applied inside: for the tests of the rules."""
    global _rewriting
    _rewriting = False
    try:
        yield
    finally:
        _rewriting = True
