"""docs/operations.md, from the catalogue:

python -m gradcli.ops.document > docs/operations.md
python -m gradcli.ops.document zh > docs/zh/operations.md
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.ops.operation import Operation
from gradcli.ops.operations import OPERATIONS
from gradcli.ops.reasons import REASONS
from gradcli.ops.scalar import Domain, ScalarFunction

_CELL = re.compile(r" \| ")
_HEAD = """# Operations

What expressions are made of, as the catalogue (`gradcli/ops/`) lists it. This page is written from it:
`python -m gradcli.ops.document > docs/operations.md`.
"""
_GAPS = """
## What a pass cannot do

Every operation goes through every pass: building, evaluation, normal form, rules, index terms, second derivatives,
differentials, steps, each format, each target, cost, proofs, counterexamples, hints. `tests/ops` tries each pair; what
is missing stands here, with the reason.
"""


def document() -> str:
    """The page."""
    return "\n".join([_HEAD, *_functions(), *_operations(), _GAPS, *_gaps(), ""])


def document_zh() -> str:
    """The page in Chinese; a word that `document_zh.WORDS` lacks stands as it is."""
    from gradcli.ops import document_zh as zh

    def cell(text: str) -> str:
        return zh.WORDS.get(text.strip(), text.strip())

    lines = [zh.HEAD]
    for line in [*_functions(), *_operations(), zh.GAPS, *_gaps()]:
        if line.startswith("## "):
            lines.append(f"## {zh.TITLES[line[3:]]}")
        elif line.startswith("| ") and "---" not in line:
            cells = [part.replace("\\|", "|") for part in _CELL.split(line[2:-2])]
            first = all(part.strip() in zh.COLUMNS for part in cells)
            lines.append(f"| {' | '.join(zh.COLUMNS[part.strip()] if first else cell(part) for part in cells)} |")
        else:
            lines.append(line)
    return "\n".join([*lines, ""])


def _functions() -> Iterator[str]:
    yield "## Scalar functions"
    yield ""
    yield "| function | derivative | decided as | has a value | also read |"
    yield "| --- | --- | --- | --- | --- |"
    for row in SCALAR_FUNCTIONS.values():
        cells = (_code(row.derivative), _code(row.definition), _domain(row), ", ".join(map(_code, row.aliases)))
        yield f"| `{row.name}` | {' | '.join(cells)} |"
    yield ""


def _operations() -> Iterator[str]:
    yield "## Operations"
    yield ""
    yield "| operation | of | its value | holds | rules | linear in | costs |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for operation in OPERATIONS.values():
        held = _code(None if operation.payload is None else operation.payload.__name__)
        rules = ", ".join(map(_code, operation.rules))
        cells = (operation.operands, operation.meaning, held, rules, _linear(operation), operation.cost.value)
        yield f"| `{operation.name}` | {' | '.join(cells)} |"


def _gaps() -> Iterator[str]:
    yield "| pass | operations | why |"
    yield "| --- | --- | --- |"
    for name, reasons in REASONS.items():
        for reason in dict.fromkeys(reasons.values()):
            of = ", ".join(_code(operation) for operation, other in reasons.items() if other == reason)
            yield f"| {name} | {of} | {reason} |"


def _code(text: str | None) -> str:
    return "" if text is None else f"`{text}`"


def _linear(operation: Operation) -> str:
    if isinstance(operation.linear, str):
        return {"all": "all together", "each": "each"}[operation.linear]
    names = operation.operands.split(", ")
    return ", ".join(names[position] for position in operation.linear)


def _domain(row: ScalarFunction) -> str:
    domain: Domain = row.domain
    if domain.whole:
        return "all but poles" if domain.poles else "everywhere"
    left, right = ("[", "]") if domain.closed else ("(", ")")
    low = "(-inf" if domain.low is None else f"{left}{domain.low}"
    return f"{low}, {'inf)' if domain.high is None else f'{domain.high}{right}'}"


if __name__ == "__main__":
    print(document_zh() if sys.argv[1:] == ["zh"] else document(), end="")
