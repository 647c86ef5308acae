"""Every published and golden answer in LaTeX, as JSON on standard output, for an engine that sets it: see `.ci/katex`.

python -m benchmarks.latex_formulas
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks.answer_length import rows
from gradcli.program.elaborate import elaborate
from gradcli.render.latex import LatexNotation
from gradcli.shorten.derive import derive_short
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from tests.golden.cases import cases

_KINDS = {"grad": "gradient", "jac": "jacobian", "hess": "hessian"}


def formulas() -> Iterator[str]:
    """The answers and the parts that they name."""
    texts = [f"{row.program}{_KINDS[row.kind]} {row.of} wrt {row.wrt}\n" for row in rows()]
    for text in (*texts, *(program for program, _ in cases().values())):
        program = elaborate([parse_module(Source("formula", text))[0]])
        notation = LatexNotation(variables=program.nodes.keys())
        for answer in derive_short(program).answers:
            yield notation.render(answer.value)
            yield from (notation.render(step.value) for step in answer.where)


if __name__ == "__main__":
    print(json.dumps(list(formulas()), ensure_ascii=False))
