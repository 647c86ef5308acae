"""Layers as engineers write them, and wrong twins of theirs: how much is decided, placed and named.

    python -m benchmarks.python_twins

`benchmarks/pairs` holds the layers, one mistake each in `twins.txt`, and files that are to be refused.
"""

from __future__ import annotations

import argparse
import ast
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gradcli.pairs.check import check_pair, check_python
from gradcli.pairs.find import find_pairs
from gradcli.pysource.module import read_file
from gradcli.syntax.ast import Source
from gradcli.verdicts.verdict import Verdict

DATA = Path(__file__).with_name("pairs")
LAYERS = ("layers_numpy", "layers_torch", "layers_jax")
MORE = ("more_numpy", "more_torch", "more_jax", "third_numpy", "third_torch", "third_jax", "third_mixed")


@dataclass(frozen=True)
class Twin:
    """A backward with one changed line."""

    layers: str
    backward: str
    before: str
    after: str

    def text(self) -> str:
        """The whole file with the mistake in it.  Raises ValueError where the line does not stand there once."""
        text = (DATA / f"{self.layers}.py").read_text(encoding="utf-8")
        first, last = _lines_of(text, self.backward)
        lines = text.split("\n")
        at = [i for i in range(first, last) if lines[i].strip() == self.before]
        if len(at) != 1:
            raise ValueError(f"{self.backward}: `{self.before}` stands there {len(at)} times")
        lines[at[0]] = lines[at[0]].replace(self.before, self.after)
        return "\n".join(lines)


def twins() -> list[Twin]:
    """The wrong twins."""
    lines = (DATA / "twins.txt").read_text(encoding="utf-8").split("\n")
    lines = [line for line in lines if line and not line.startswith("#")]
    found = []
    for head, before, after in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        layers, backward = head.split()
        found.append(Twin(layers, backward, before.removeprefix("- "), after.removeprefix("+ ")))
    return found


def verdicts_on(text: str, backward: str, name: str = "layers.py") -> list[Verdict]:
    """The verdicts of one pair of a file."""
    file = read_file(name, text)
    first, last = _lines_of(text, backward)
    source = Source(name, text)
    (pair,) = [each for each in find_pairs(file) if first < each.backward.lineno + 1 <= last]
    return check_pair(file, source, pair)[0]


def placed(verdict: Verdict, text: str, twin: Twin) -> bool:
    """Whether the line that was changed is the one that is named."""
    line = text.count("\n", 0, verdict.span.start)
    return text.split("\n")[line].strip() == twin.after


def _lines_of(text: str, backward: str) -> tuple[int, int]:
    """The lines of a function, counted from 0, the last not among them."""
    owner, _, name = backward.rpartition(".")
    body: list[ast.stmt] = ast.parse(text).body
    if owner:
        (body,) = [node.body for node in body if isinstance(node, ast.ClassDef) and node.name == owner]
    (found,) = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == name]
    return found.lineno - 1, found.end_lineno or found.lineno


def _right() -> Iterator[tuple[str, float, list[Verdict]]]:
    for layers in (*LAYERS, *MORE):
        text = (DATA / f"{layers}.py").read_text(encoding="utf-8")
        file, source = read_file(layers, text), Source(f"{layers}.py", text)
        for pair in find_pairs(file):
            began = time.process_time()
            found = check_pair(file, source, pair)[0]
            yield f"{layers} {pair.name}", time.process_time() - began, found


def main() -> None:
    """Print what is found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--slow", type=float, default=2.0, help="name what takes longer")
    options.add_argument("--only", default="", help="backward passes whose names hold this")
    options.add_argument("--part", choices=["right", "twins", "refused", "all"], default="all")
    chosen = options.parse_args()
    if chosen.part in ("right", "all"):
        _print_right(chosen.slow, chosen.only)
    if chosen.part in ("twins", "all"):
        _print_twins(chosen.slow, chosen.only)
    if chosen.part in ("refused", "all"):
        for path in sorted((DATA / "refused").glob("*.py")):
            found = check_python(Source(path.name, path.read_text(encoding="utf-8"))).verdicts
            if not found or any(verdict.kind != "error" for verdict in found):
                print(f"not refused: {path.name}: {[(v.kind, v.gradient) for v in found]}")


def _print_right(slow: float, only: str) -> None:
    count = decided = 0
    for name, seconds, found in _right():
        if only not in name:
            continue
        count += len(found)
        decided += sum(verdict.kind in ("proved", "equal") for verdict in found)
        for verdict in found:
            if verdict.kind != "proved":
                print(f"{name} by {verdict.gradient}: {verdict.kind}: {verdict.reason}")
        if seconds > slow:
            print(f"{name}: {seconds:.1f} s")
    print(f"right: {decided} of {count} gradients found right")


def _print_twins(slow: float, only: str) -> None:
    wrong = named = hinted = total = 0
    for twin in twins():
        if only not in twin.backward:
            continue
        total += 1
        text = twin.text()
        began = time.process_time()
        found = verdicts_on(text, twin.backward)
        seconds = time.process_time() - began
        refuted = [verdict for verdict in found if verdict.kind == "refuted"]
        place = bool(refuted) and placed(refuted[0], text, twin)
        hint = bool(refuted) and (refuted[0].hint is not None or refuted[0].expected is not None)
        wrong += bool(refuted)
        named += place
        hinted += hint
        if not (refuted and place and hint) or any(verdict.kind in ("undecided", "error") for verdict in found):
            said = [f"{v.gradient} {v.kind} ({v.reason}) {v.hint.text if v.hint else v.expected}" for v in found]
            line = text.split("\n")[text.count("\n", 0, refuted[0].span.start)].strip() if refuted else "-"
            print(f"{twin.backward}: {twin.after}\n  named: {line}\n  {'; '.join(said)}")
        if seconds > slow:
            print(f"{twin.backward}: {twin.after}: {seconds:.1f} s")
    total = max(total, 1)
    print(f"twins: {wrong} of {total} refuted, line named in {named / total:.0%}, hint in {hinted / total:.0%}")


if __name__ == "__main__":
    main()
