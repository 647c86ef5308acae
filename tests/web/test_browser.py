"""The playground in a real browser: type, see, check, mend, share.

Runs where Playwright and a Chromium are installed (`pip install playwright`; CHROMIUM names the program).
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from gradcli.web.server import Playground

playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need Playwright")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="the browser tests need a Chromium")


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with Playground() as server, playwright.sync_playwright() as driver:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(20_000)
        page.faults = []
        page.on("pageerror", lambda fault: page.faults.append(str(fault)))
        page.on("request", lambda request: page.faults.append(request.url) if not _own(request.url, server) else None)
        page.goto(server.url)
        page.wait_for_selector("#answer math")
        yield page
        browser.close()
        server.shutdown()


def _own(url: str, server: Playground) -> bool:
    return url.startswith((server.url, "data:"))


def test_type_and_see(page: Any) -> None:
    page.fill("#program", "A : R[n, n]; x : R[n]\nf = x.T @ A @ x\ngrad f wrt x")
    page.wait_for_selector("#shapes >> text=f: scalar")
    page.wait_for_selector("#answer h2 >> text=Gradient")
    page.select_option("#steps", "rules")
    page.wait_for_selector("#answer details")


def test_check_and_mend(page: Any) -> None:
    page.fill("#program", "x : R[n]\nf = x.T @ x\ncheck grad(f, x) == x")
    page.wait_for_selector("#marks mark.refuted")
    page.click("button.mend")
    page.wait_for_selector("#said li.proved")
    assert page.input_value("#program").endswith("== 2 * x")


def test_a_hint_is_a_button(page: Any) -> None:
    page.fill("#program", "r = X w - y\nL = sum(r^2)")
    page.click("button.mend >> text=write L = sum(r**2)")
    page.wait_for_selector("#answer h2 >> text=Gradient")
    assert page.input_value("#program") == "r = X w - y\nL = sum(r**2)"


def test_an_empty_answer_says_why(page: Any) -> None:
    page.fill("#program", "c = 1 + 2")
    page.wait_for_selector("#said li.error >> text=nothing to derive")


def test_share(page: Any) -> None:
    page.fill("#program", "y = W @ x  # 数学")
    page.wait_for_selector("#shapes >> text=y: m")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("#answer math")
    assert page.input_value("#program") == "y = W @ x  # 数学"


def test_code(page: Any) -> None:
    page.click("[data-form=numpy]")
    page.wait_for_selector("#code:not([hidden])")
    assert "import numpy" in page.inner_text("#code")


def test_nothing_broke_and_nothing_came_from_elsewhere(page: Any) -> None:
    assert page.faults == []
