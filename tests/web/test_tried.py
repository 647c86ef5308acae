"""The losses of docs/playground.md, as somebody typed them: each has its gradients after what stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.web.answer import answer

PAGE = Path(__file__).parents[2] / "docs" / "playground.md"


def tried() -> list[tuple[str, str | None]]:
    """What was typed, and what after it."""
    found: list[tuple[str, str | None]] = []
    for line in PAGE.read_text(encoding="utf-8").partition("## Tried")[2].splitlines():
        if line.startswith("      "):
            found[-1] = found[-1][0], line.strip()
        elif line.startswith("    "):
            found.append((line.strip(), None))
    return found


def again(text: str, said: str) -> str:
    """The program after a second attempt."""
    if not said.startswith("button"):
        return said if "=" in said else f"{said}\n{text}"
    fixes = [each["fix"] for each in answer({"text": text})["diagnostics"] if each["fix"]]
    fix = fixes[0] if said == "button" else fixes[-1]
    units = text.encode("utf-16-le")
    before, after = units[: 2 * fix["from"]], units[2 * fix["to"] :]
    return before.decode("utf-16-le") + fix["text"] + after.decode("utf-16-le")


@pytest.mark.parametrize(("text", "said"), tried())
def test_a_loss_has_its_gradients(text: str, said: str | None) -> None:
    found = answer({"text": text if said is None else again(text, said)})
    assert not [each for each in found["diagnostics"] if each["severity"] == "error"]
    scalar = [each["text"] for each in found["shapes"] if each["text"].endswith("scalar")]
    assert scalar and "Gradient" in found["html"]


def test_at_least_twenty_were_tried_and_most_went_at_once() -> None:
    losses = tried()
    assert len(losses) + 3 >= 20 and sum(said is None for _, said in losses) >= 10
