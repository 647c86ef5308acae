"""Verdicts as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from gradcli.render.page.frame import page, text


class Told(Protocol):
    """What is said of one statement."""

    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def statement(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def reason(self) -> str: ...
    @property
    def hint(self) -> str | None: ...
    @property
    def counterexample(self) -> Mapping[str, Any] | None: ...


def verdict_html(verdict: Told) -> str:
    """One statement with its verdict, hint and counterexample."""
    kind = "good" if verdict.ok else "unsure" if verdict.verdict == "undecided" else "bad"
    lines = [
        f'<div><span class="word">{text(verdict.verdict)}</span> '
        f'<span class="place">line {verdict.line}</span></div><code>{text(verdict.statement)}</code>'
    ]
    if not verdict.ok:
        said = [verdict.reason] if verdict.reason else []
        if verdict.hint and verdict.hint != verdict.reason:
            hint, expected, side = verdict.hint.rpartition("expected: ")
            said += [f"hint: {hint.removesuffix('; ') if expected else side}"] if hint or not expected else []
            said += [f"expected: {side}"] if expected else []
        said += [f"counterexample: {_example(verdict.counterexample)}"] if verdict.counterexample else []
        lines += [f"<div>{text(words)}</div>" for words in said]
    return f'<div class="verdict {kind}">{"".join(lines)}</div>'


def verdicts_html(verdicts: Sequence[Told], diagnostics: Sequence[str] = (), counts: Sequence[str] = ()) -> str:
    """A whole page: the counts, verdicts by file, then what else there is to say."""
    parts = ["<h1>Checked derivations</h1>"]
    failed = sum(not verdict.ok for verdict in verdicts)
    parts.append(f"<p>{len(verdicts)} statements: {len(verdicts) - failed} ok, {failed} failed</p>")
    parts += [f"<p>{text(count)}</p>" for count in counts]
    for file in dict.fromkeys(verdict.file for verdict in verdicts):
        parts.append(f"<h2>{text(file)}</h2>")
        parts += [verdict_html(verdict) for verdict in verdicts if verdict.file == file]
    parts += [f"<pre>{text(said)}</pre>" for said in diagnostics]
    return page("Checked derivations", "\n".join(parts))


def _example(found: Mapping[str, Any]) -> str:
    values = [f"{name} = {value}" for name, value in (*found["sizes"].items(), *found["values"].items())]
    values += [f"{name}: {told}" for name, told in found["functions"].items()]
    entry = f"entry {found['entry']}: " if found["entry"] else ""
    return "; ".join([*([", ".join(values)] if values else []), f"{entry}left {found['left']}, right {found['right']}"])
