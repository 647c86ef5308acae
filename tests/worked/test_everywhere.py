"""No answer is without steps, whatever it is the answer to."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.render.derive_text import derive_text
from tests.worked.cases import derived

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted(path for folder in ("cookbook", "frameworks") for path in (ROOT / "samples" / folder).glob("*.mc"))


@pytest.mark.parametrize("way", ["rules", "components"])
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_answer_of_a_sample_has_steps(path: Path, way: str) -> None:
    found = derived(path.read_text(encoding="utf-8"), way)
    assert len(found.worked) == len(found.answers)
    for answer, worked in zip(found.answers, found.worked, strict=True):
        assert any(block.lines for block in worked.needed(set())) or worked.last is not None, answer.wrt
    if found.answers:
        assert "Steps" in derive_text(found.program, found.answers, worked=found.worked)


def test_what_has_no_component_form_names_its_rule() -> None:
    """The derivative of a matrix exponential has no short entries: the rule stands for them."""
    found = derived("A : R[n, n]; b : R[n]\ny = expm(A) @ b\ngrad f wrt A\n", "components")
    written = derive_text(found.program, found.answers, worked=found.worked)
    assert "expm, whose components are not written out" in written
    assert "= expm_frechet(Aᵀ, (∇_y f) bᵀ)" in written.split("Steps")[1]
