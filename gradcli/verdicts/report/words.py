"""The words that all formats share."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

from gradcli.diagnostics.position import line_and_column
from gradcli.syntax.ast import Source
from gradcli.verdicts.verdict import Counterexample, Formulas, Nested, Number, Scientific, Verdict

_LONGEST = 400
_MOST_DIGITS = 12_000
_LONGEST_ARRAY = 60


def file_of(source: Source) -> str:
    """The file that a source stands in: of a notebook's cell the notebook."""
    return str(getattr(source, "file", source.name))


def position(verdict: Verdict) -> tuple[int, int]:
    """Line and column of the statement."""
    return line_and_column(verdict.source, verdict.statement.start)


def message(verdict: Verdict) -> str:
    """What went wrong, in one sentence without a hint."""
    link = f" (link {verdict.link} of {verdict.links})" if verdict.link and verdict.links > 1 else ""
    return f"{verdict.kind}: {verdict.reason}{link}"


def advice(verdict: Verdict) -> str | None:
    """The hint and the side as it ought to be, in one line; None where there is neither."""
    said = [verdict.hint.text] if verdict.hint else []
    if verdict.expected is not None:
        said.append(f"expected: {verdict.expected}")
    return "; ".join(said) or None


def example(counterexample: Counterexample) -> str:
    """A counterexample in one line."""
    text = _example(counterexample, _LONGEST)
    return text if len(text) <= _LONGEST else _example(counterexample, _LONGEST_ARRAY)


def _example(counterexample: Counterexample, longest: int) -> str:
    """With the arrays cut where they are longer."""
    parts = [f"{name} = {size}" for name, size in counterexample.sizes.items()]
    parts += [f"{name} = {_cut(array(value), longest)}" for name, value in counterexample.values.items()]
    for name, told in counterexample.functions.items():
        parts.append(f"{name} {told}" if told.startswith("a ") else f"{name}({_parameter(told)}) = {told}")
    entry = f"entry {list(counterexample.entry)}: " if counterexample.entry else ""
    values = f"{entry}{both(counterexample.left, counterexample.right)}"
    return "; ".join([", ".join(parts), values] if parts else [values])


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _parameter(told: str) -> str:
    return "x" if "x**" in told else "t"


def array(value: Nested) -> str:
    """Nested lists of numbers as they are written in the language."""
    if isinstance(value, list):
        return "[" + ", ".join(array(item) for item in value) + "]"
    return number(value)


def number(value: Number) -> str:
    """A fraction or a rounded decimal."""
    if isinstance(value, Scientific):
        return value
    if isinstance(value, Fraction):
        if value.denominator == 1 or len(str(value)) <= 12:
            return str(value)
        value = float(value)
    return f"{value:.8g}"


def both(left: Number, right: Number) -> str:
    """Two values that differ, in so many digits that they are seen to differ."""
    a, b = number(left), number(right)
    if a == b and left != right:
        gap = Fraction(right) - Fraction(left)
        larger = "larger" if gap > 0 else "smaller"
        return f"left {a}, right {larger} by {number(float(abs(gap)) or abs(gap))}"
    return f"left {a}, right {b}"


def decimals(value: Number, other: Number) -> str:
    """A value as a decimal with so many digits that it is seen to differ from another."""
    pair = [Fraction(number) for number in (value, other)]
    for digits in range(20, _MOST_DIGITS, 20):
        with localcontext(prec=digits):
            shown = [Decimal(x.numerator) / Decimal(x.denominator) for x in pair]
        if shown[0] != shown[1]:
            return str(shown[0])
    return str(pair[0])


def one_line(text: str) -> str:
    """A text without control characters."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def plural(count: int, word: str) -> str:
    """`1 check`, `2 checks`."""
    return f"{count} {word}" + ("" if count == 1 else "s")


__all__: Sequence[str] = [
    "advice",
    "array",
    "example",
    "message",
    "number",
    "one_line",
    "plural",
    "position",
]


def counted(formulas: Formulas) -> str:
    """The counts of a document's formulas in words."""
    return "formulas: " + ", ".join(f"{count} {kind}" for kind, count in formulas.counts.items())
