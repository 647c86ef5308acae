"""What `derive --format latex` prints is read back as a document, and means the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gradcli.derive.derive import derive
from gradcli.program.elaborate import elaborate
from gradcli.render.derive_latex import derive_latex
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.syntax.sources import read_source
from tests.documents.reading import checked

ROOT = Path(__file__).parents[2] / "samples"
# LaTeX says losses, relations and attributes in words
IN_WORDS = re.compile(r"^\s*(?:loss|implicit)\b|\][ \t]+[a-z]|:\s*Z|: R +[a-z]", re.MULTILINE)
PATHS = [*ROOT.glob("*.mc"), *(ROOT / "cookbook").glob("*.mc"), *(ROOT / "notes").glob("*.mc")]
PROGRAMS = sorted(path for path in PATHS if not IN_WORDS.search(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_no_answer_is_read_as_something_else(path: Path) -> None:
    source = read_source(path)
    assert isinstance(source, Source)
    module, diagnostics = parse_module(source)
    program = elaborate([module], diagnostics)
    answers = derive(program).answers
    assert answers or not program.definitions or program.diagnostics
    layout = answers[0].layout if answers else "numerator"
    text = f"% gradcli: check\n% gradcli: layout {layout}\n{derive_latex(program, answers)}"
    found = checked(text, "answers.tex")
    assert [verdict.text for verdict in found.verdicts if verdict.kind == "refuted"] == []
