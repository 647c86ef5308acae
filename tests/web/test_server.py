"""The playground's server and what it answers: right, bounded, and for this machine alone."""

from __future__ import annotations

import http.client
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from gradcli.web.answer import MOST_CHARACTERS, WrongRequest, answer
from gradcli.web.examples import EXAMPLES
from gradcli.web.server import MOST_BYTES, Playground


@pytest.fixture(scope="module")
def server() -> Iterator[Playground]:
    import threading

    with Playground() as playground:
        threading.Thread(target=playground.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield playground
        playground.shutdown()


def _ask(
    server: Playground, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=30)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, given)
    reply = connection.getresponse()
    return reply.status, reply.read(), reply.headers


def _answer(server: Playground, request: object, **headers: str) -> tuple[int, dict[str, Any]]:
    headers = {"X_Gradcli_Token": server.token, **headers}
    status, body, _ = _ask(server, "POST", "/answer", json.dumps(request).encode(), **headers)
    return status, json.loads(body)


def test_the_page_and_its_files(server: Playground) -> None:
    status, body, headers = _ask(server, "GET", "/")
    assert status == 200
    assert server.token.encode() in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    for name in ("app.js", "backend.js", "style.css", "examples.json"):
        assert _ask(server, "GET", f"/{name}")[0] == 200
    for name in ("../server.py", "worker.py", "%2e%2e/server.py", "static/app.js"):
        assert _ask(server, "GET", f"/{name}")[0] == 404


def test_an_answer(server: Playground) -> None:
    status, found = _answer(server, {"text": "W : R[m, n]; x : R[n]; u = W @ x; y = g(u)"})
    assert status == 200
    assert "<math" in found["html"]
    assert found["shapes"][0]["text"].startswith("W: m × n")
    assert found["verdicts"] == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "example.com"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Origin": "http://example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"X_Gradcli_Token": "guess"}, 403),
        ({"X_Gradcli_Token": ""}, 403),
        ({"X_Gradcli_Token": "é"}, 403),
        ({"Origin": "ftp://127.0.0.1"}, 403),
        ({"Content_Length": "²"}, 413),
        ({"Content_Length": "9" * 5000}, 413),
        ({"Content_Length": "-1"}, 413),
    ],
)
def test_others_are_refused(server: Playground, headers: dict[str, str], status: int) -> None:
    assert _answer(server, {"text": "y = W @ x"}, **headers)[0] == status


def test_large_and_broken_bodies_are_refused(server: Playground) -> None:
    token = {"X_Gradcli_Token": server.token}
    assert _ask(server, "POST", "/answer", b"x" * (MOST_BYTES + 1), **token)[0] == 413
    assert _ask(server, "POST", "/answer", b"{", **token)[0] == 400
    assert _ask(server, "POST", "/answer", b"[" * 100_000, **token)[0] == 400
    assert _ask(server, "POST", "/other", b"{}", **token)[0] == 404
    assert "longer than" in _answer(server, {"text": "x" * (MOST_CHARACTERS + 1)})[1]["error"]


def test_work_is_given_up_after_a_time() -> None:
    from gradcli.web.server import Worker

    worker = Worker(patience=0.0)
    try:
        assert "given up" in worker.answer({"text": "y = W @ x"})["error"]
    finally:
        worker.close()


def test_random_requests_never_break_it(server: Playground) -> None:
    """A short run of the fuzzer: any JSON value, and texts put together from pieces of programs."""
    source = random.Random(7)
    odd: list[object] = [None, 3, [], {}, {"text": 5}, {"text": "", "layout": "x"}, {"form": "numpy"}]
    pieces = ["W : R[m, n]", "x", "=", "@", "(", ")", "[", "]", "\n", ";", "check", "==", "grad f wrt", "<script>"]
    pieces += ["\x00", "∇", "²", "'", "1e999", "sum", "inv", "😀", "\u202e", "lu", ","]
    for turn in range(40):
        if turn % 4 == 0:
            request: object = source.choice(odd)
        else:
            request = {"text": " ".join(source.choices(pieces, k=source.randint(1, 25))), "steps": "rules"}
        status, found = _answer(server, request)
        assert status == 200
        assert "internal error" not in found.get("error", "")
        assert "<script>" not in found.get("html", "")


@pytest.mark.parametrize(("title", "text"), EXAMPLES)
def test_the_examples_are_answered(title: str, text: str) -> None:
    found = answer({"text": text})
    assert not [each for each in found["diagnostics"] if each["severity"] == "error"]
    assert found["html"] or found["verdicts"]


@pytest.mark.parametrize("form", ["latex", "typst", "mc", "text", "numpy", "jax", "torch"])
def test_every_form(form: str) -> None:
    assert "x" in answer({"text": "A : R[n, n]; x : R[n]; f = x.T @ A @ x; grad f wrt x", "form": form})["code"]


@pytest.mark.parametrize("text", ["\ud800", "x = \udfff + 1", "check x == \ud83d", "f = sum(x) # \ud83d\ude00"])
def test_halves_of_characters_are_text(text: str) -> None:
    found = answer({"text": text})
    assert found["diagnostics"] or found["html"]
    json.dumps(found, ensure_ascii=False).encode()


def test_places_are_counted_as_a_browser_does() -> None:
    text = "# 😀😀\nx : R[n]\nf = x.T @ x\ncheck grad(f, x) == x\n"
    (verdict,) = answer({"text": text})["verdicts"]
    units = text.encode("utf-16-le")
    assert units[2 * verdict["from"] : 2 * verdict["to"]].decode("utf-16-le") == "x"
    assert (verdict["verdict"], verdict["mend"], verdict["line"]) == ("refuted", "2 * x", 3)


@pytest.mark.parametrize(
    "request_", [None, [], {}, {"text": 3}, {"text": "", "layout": "row"}, {"text": "", "form": "c"}]
)
def test_wrong_requests(request_: object) -> None:
    with pytest.raises(WrongRequest):
        answer(request_)
