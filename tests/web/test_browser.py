"""The playground in a real browser: type, see, check, mend, share.

Runs where Playwright and a Chromium are installed (`pip install playwright`; CHROMIUM names the program).
"""

from __future__ import annotations

import os
import re
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


def test_a_loss_that_is_an_array_is_made_one_number_by_a_button(page: Any) -> None:
    page.fill("#program", "L = log(1 + exp(-y * w^T x))")
    page.click("button.mend >> text=declare y : R")
    page.wait_for_selector("#shapes >> text=L: scalar")
    assert page.input_value("#program") == "y : R\nL = log(1 + exp(-y * w^T x))"


def test_the_keyboard_alone(page: Any) -> None:
    page.focus("#program")
    page.keyboard.press("Control+A")
    page.keyboard.type("x : R[n]\nf = x.T @ x\ncheck grad(f, x) == x")
    page.wait_for_selector("button.mend")
    reached = []
    while not reached or reached[-1] != "mend":
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.className || document.activeElement.id"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid" and len(reached) < 9
    page.keyboard.press("Enter")
    page.wait_for_selector("#said li.proved")
    page.click("[data-form=numpy]")
    page.wait_for_selector("#status >> text=there is nothing to copy")


def test_without_the_server_the_page_says_so_and_goes_on(page: Any) -> None:
    page.context.set_offline(True)
    page.fill("#program", "q = z.T @ z")
    page.wait_for_selector("#status >> text=no answer")
    page.context.set_offline(False)
    page.fill("#program", "q = z.T @ z ")
    page.wait_for_selector("#shapes >> text=q: scalar")


PROGRAM = "W : R[m, n]; x : R[n]\nu = W @ x\ny = tanh(u)\nf = sum(y**2)\ngrad f wrt W, x"
UNREACHED = "e => e.scrollWidth > e.clientWidth && e.tabIndex !== 0"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1200])
def test_phones_and_the_dark(page: Any, width: int, scheme: str) -> None:
    """Nothing is wider than the page, keys reach what is wider than its place, words stand out from the paper."""
    page.set_viewport_size({"width": width, "height": 700})
    page.emulate_media(color_scheme=scheme)
    page.fill("#program", f"# {width} {scheme}\n{PROGRAM}")
    page.select_option("#steps", "rules")
    page.wait_for_selector("#answer details")
    page.wait_for_selector("#status >> text=answered")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(f"[...document.querySelectorAll('.display, #answer pre')].filter({UNREACHED}).length") == 0
    style = "getComputedStyle(document.body)"
    ink, paper = (
        sum(map(int, re.findall(r"\d+", colour)[:3]))
        for colour in page.evaluate(f"[{style}.color, {style}.backgroundColor]")
    )
    assert abs(ink - paper) > 450 and (ink > paper) == (scheme == "dark")


def test_nothing_broke_and_nothing_came_from_elsewhere(page: Any) -> None:
    assert page.faults == []
