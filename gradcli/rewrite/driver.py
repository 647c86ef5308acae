"""Applying rewrite rules: an operation on built arguments becomes what the first rule that fits makes of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from gradcli.rewrite.load import Rewrite
from gradcli.rewrite.pattern import ANY, NUMBER, SCALED, Pattern

MOST_NESTED = 100  # rules inside rules: beyond, the operation stays as it is
Bound = dict[str, Any]


class Rewriter:
    """Applies rules, which it looks up by their operation and that of the first argument.

    `construct` builds an operation by name; `split` takes scalar factors off, `(scalars, rest)`; `tests` are the
    conditions by name.
    """

    def __init__(
        self,
        rules: Sequence[Rewrite],
        construct: Callable[..., Any],
        split: Callable[[Any], tuple[list[Any], Any]],
        tests: Mapping[str, Callable[[Any], bool]],
    ) -> None:
        self._construct = construct
        self._split = split
        self._tests = tests
        self._nested = 0
        self._rules: dict[tuple[str, str], list[Rewrite]] = {}
        for rule in rules:
            first = rule.before.args[0].op
            key = rule.before.op, "mul" if first == SCALED else first
            self._rules.setdefault(key, []).append(rule)

    def first(self, op: str, args: tuple[Any, ...], data: Hashable) -> Any | None:
        """What the first rule that fits makes of an operation; None where none does."""
        rules = self._rules.get((op, args[0].op))
        if rules is None or self._nested >= MOST_NESTED:
            return None
        for rule in rules:
            found: Bound = {}
            if self._fits(rule.before, args, data, found) and self._holds(rule, found):
                self._nested += 1
                try:
                    return self._built(rule.after, found)
                finally:
                    self._nested -= 1
        return None

    def _holds(self, rule: Rewrite, found: Bound) -> bool:
        return all(self._tests[what](found[name]) for name, what in rule.conditions)

    def _fits(self, before: Pattern, args: tuple[Any, ...], data: Hashable, found: Bound) -> bool:
        """Whether an operation with these arguments is what a pattern says; names are entered in `found`."""
        if before.op == "elem":
            if data != (before.data, 0):
                return False
        elif isinstance(before.data, str):
            found[before.data] = data
        pairs = zip(before.args, args, strict=False)
        return len(before.args) == len(args) and all(self._matches(part, arg, found) for part, arg in pairs)

    def _matches(self, part: Pattern, node: Any, found: Bound) -> bool:
        if part.op == ANY:
            return self._bind(str(part.data), node, found)
        if part.op == SCALED:
            scalars, rest = self._split(node)
            if not scalars or not rest.shape:
                return False
            found[str(part.args[0].data)] = scalars[0] if len(scalars) == 1 else self._construct("mul", *scalars)
            return self._matches(part.args[1], rest, found)
        return bool(node.op == part.op) and self._fits(part, node.args, node.data, found)

    def _bind(self, name: str, node: Any, found: Bound) -> bool:
        rank = len(node.shape)
        fits = name == "t" or (rank == 2 if name.isupper() else rank == 1)
        return bool(fits and found.setdefault(name, node) is node)

    def _built(self, after: Pattern, found: Bound) -> Any:
        if after.op == ANY:
            value = found[str(after.data)]
            return self._construct("num", value) if isinstance(value, int) else value
        if after.op == NUMBER:
            return self._construct("num", after.data)
        args = [self._built(part, found) for part in after.args]
        if after.op == SCALED:
            return self._construct("mul", *args)
        if after.op == "elem":
            return self._construct("elem", after.data, 0, *args)
        if isinstance(after.data, str):
            return self._construct(after.op, *args, _integer(after.data, found))
        return self._construct(after.op, *args)


def _integer(name: str, found: Bound) -> int:
    value = found[name.lstrip("-")]
    assert isinstance(value, int | Fraction)
    return -int(value) if name.startswith("-") else int(value)
