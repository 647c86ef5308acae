"""How long answers are, against those that books and papers print, in printed symbols.

    python -m benchmarks.answer_length [--all] [--files GLOB]

Each row of `benchmarks/published/*.txt` is a program, a question and the published answer in the language, its source
named.  Both are counted alike: a name, a number, an operation, a bracket is one symbol, as text prints them; what an
answer names in its `where` counts too.  Each published answer is also a claim, which must be proved or equal.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from gradcli.program.elaborate import elaborate
from gradcli.render.steps import Steps, taken_names
from gradcli.render.text import TextNotation
from gradcli.shorten.derive import derive_short
from gradcli.shorten.length import symbols
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.check import check_source

PUBLISHED = Path(__file__).with_name("published")
GOAL = 1.15
_ROW = re.compile(r"(grad|jac|hess) (\w+) wrt (\w+) = (.*)")


@dataclass(frozen=True, slots=True)
class Row:
    """One published answer."""

    name: str
    source: str
    program: str
    kind: str
    of: str
    wrt: str
    answer: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Our answer to a row, and the symbols of both."""

    row: Row
    ours: str
    length: int
    published: int
    seconds: float

    @property
    def ratio(self) -> float:
        """How much longer ours is."""
        return self.length / self.published


def rows(files: str = "*.txt") -> Iterator[Row]:
    """The published answers, in the order of the files."""
    for path in sorted(PUBLISHED.glob(files)):
        for block in re.split(r"^== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            head, *lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
            name, _, source = head.partition(" | ")
            asked = [found for line in lines if (found := _ROW.fullmatch(line.strip()))]
            program = "\n".join(line for line in lines if not _ROW.fullmatch(line.strip())) + "\n"
            for found in asked:
                kind, of, wrt, answer = found.groups()
                yield Row(name, source, program, kind, of, wrt, answer)


_HOLDS = ("proved", "equal")
_KINDS = {"grad": "gradient", "jac": "jacobian", "hess": "hessian"}


def measure(row: Row) -> Measured:
    """Our answer, as text prints it.  Raises ValueError where there is none."""
    source = Source(row.name, f"{row.program}{_KINDS[row.kind]} {row.of} wrt {row.wrt}\n")
    program = elaborate([parse_module(source)[0]])
    start = time.perf_counter()
    derivation = derive_short(program)
    seconds = time.perf_counter() - start
    if not derivation.answers:
        raise ValueError(f"{row.name}: {[d.message for d in (*program.diagnostics, *derivation.diagnostics)]}")
    (answer,) = derivation.answers
    steps = Steps(derivation.answers, taken_names(program, ()))
    (needed,), _ = steps.for_each(derivation.answers)
    notation = TextNotation(steps.shared, program.nodes.keys() | program.variables.keys(), answer.layout)
    lines = [notation.render(answer.value)]
    lines += [notation.render(step.value, definition=step.name is not None) for step in needed]
    shown = lines[0] + "".join(
        f"; {notation.render(step.key)} = {line}" for step, line in zip(needed, lines[1:], strict=True)
    )
    return Measured(row, shown, sum(map(symbols, lines)), symbols(row.answer), seconds)


def verdict(row: Row) -> str:
    """What the published answer is as a claim."""
    claim = f"{row.program}check {row.kind}({row.of}, {row.wrt}) == {row.answer}\n"
    found = check_source(Source(row.name, claim))
    errors = [said.message for said in found.diagnostics if said.is_error]
    return "; ".join(errors) or found.verdicts[-1].kind


def main(arguments: list[str]) -> int:
    """Print the table; 1 where an answer is too long or a claim does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all", action="store_true", help="every row, not only those above the goal")
    parser.add_argument("--only", default="", help="rows whose name or program holds this text")
    parser.add_argument("--no-claims", action="store_true", help="lengths alone")
    parser.add_argument("--files", default="*.txt", help="the files of published answers, as a glob")
    options = parser.parse_args(arguments)
    chosen = [row for row in rows(options.files) if options.only in f"{row.name} {row.program}"]
    failed = [] if options.no_claims else [(row, said) for row in chosen if (said := verdict(row)) not in _HOLDS]
    for row, said in failed:
        print(f"NOT A CLAIM THAT HOLDS: {row.name}, {row.kind} {row.of} wrt {row.wrt}: {said}")
    found: list[Measured] = []
    for row in chosen:
        try:
            found.append(measure(row))
        except ValueError as none:
            print(f"NO ANSWER: {none}")
    if not found:
        return 1
    found.sort(key=lambda measured: -measured.ratio)
    long = [measured for measured in found if measured.ratio > GOAL]
    for measured in found if options.all else long:
        row = measured.row
        print(f"{measured.ratio:5.2f}  {row.name}: {row.kind} {row.of} wrt {row.wrt}   ({row.source})")
        print(f"       {row.answer}\n       {measured.ours}")
    ratios = [measured.ratio for measured in found]
    shorter = sum(ratio <= 1 for ratio in ratios)
    print(f"{len(found)} answers; mean {fmean(ratios):.3f}, worst {max(ratios):.2f}")
    print(f"at most as long: {shorter}; above {GOAL}: {len(long)}; seconds in all: {sum(m.seconds for m in found):.2f}")
    return 1 if long or failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
