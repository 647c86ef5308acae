"""Layers as engineers write them, wrong twins of theirs, and files that must be refused: `benchmarks/pairs`."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.python_twins import DATA, LAYERS, Twin, placed, twins, verdicts_on
from gradcli.pairs.check import check_python
from gradcli.syntax.ast import Source

QUICK = (  # of each kind of mistake some that are found at once; the benchmark takes all
    "rms_norm_backward", "bce_logits_backward", "glu_backward", "lora_backward", "solve_backward", "rbf_backward",
    "Exp.backward", "Embedding.backward", "RoPE.backward", "softplus_bwd", "safe_norm_bwd", "nll_bwd",
    "nt_dense_backward", "dc_dense_backward", "cbow_backward", "ssm_backward", "MulAdd.backward",
)  # fmt: skip
CHOSEN = [twin for twin in twins() if twin.backward in QUICK]


@pytest.mark.parametrize("layers", [*LAYERS, "third_jax"])
def test_right_gradients_are_found_right(layers: str) -> None:
    found = check_python(Source(f"{layers}.py", (DATA / f"{layers}.py").read_text(encoding="utf-8"))).verdicts
    assert len(found) > 20
    assert [verdict.text for verdict in found if verdict.kind not in ("proved", "equal")] == []


@pytest.mark.parametrize("twin", CHOSEN, ids=lambda twin: f"{twin.backward}: {twin.after[:40]}")
def test_a_planted_mistake_is_refuted_at_its_line(twin: Twin) -> None:
    text = twin.text()
    refuted = [verdict for verdict in verdicts_on(text, twin.backward) if verdict.kind == "refuted"]
    assert refuted
    assert placed(refuted[0], text, twin)
    assert refuted[0].hint is not None or refuted[0].expected is not None


@pytest.mark.parametrize("path", sorted((DATA / "refused").glob("*.py")), ids=lambda path: path.stem)
def test_what_is_outside_is_refused_and_never_run(path: Path) -> None:
    (verdict,) = check_python(Source(path.name, path.read_text(encoding="utf-8"))).verdicts
    assert verdict.kind == "error"
    assert verdict.reason.startswith("cannot be read: ")
