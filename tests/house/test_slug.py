"""The pages, the action and the hook name the repository as pyproject.toml does, with the version that is here."""

from __future__ import annotations

from tests.house.slug import pages, slug, written


def test_every_page_names_the_repository_and_its_version() -> None:
    texts = {page: page.read_text(encoding="utf-8") for page in pages()}
    stale = [page.name for page, text in texts.items() if written(text) != text]
    assert not stale, "run python -m tests.house.slug"
    assert sum(slug() in text for text in texts.values()) >= 2


def test_no_page_holds_a_placeholder() -> None:
    assert not [page.name for page in pages() if "OWNER/" in page.read_text(encoding="utf-8")]
