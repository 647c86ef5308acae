"""Odd requests, byte by byte: the server answers or closes, says nothing on standard error, and serves the next one."""

from __future__ import annotations

import json
import random
import socket
import threading

import pytest

from gradcli.web.server import Playground

METHODS = ["GET", "POST", "PUT", "HEAD", "OPTIONS", "TRACE", "get", "", "P\x00ST", "CONNECT"]
PATHS = ["/", "/answer", "/../answer", "/%2e%2e", "*", "http://other/answer", "//answer", "/\x00", "/é", ""]
PATHS.append("/" + "a" * 70_000)
VERSIONS = ["HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "HTTP/9.9", "", "http/1.1", "HTTP/a.b"]
HEADERS = ["Host:", "Transfer-Encoding: chunked", "Content-Length: -5", "Content-Length: 1e3", "Content-Length: 5",
           "Expect: 100-continue", "X: " + "b" * 70_000, "é: é", ": x", "no colon", " folded",
           "Upgrade: websocket"]  # fmt: skip


def odd(draw: random.Random, own: list[str]) -> bytes:
    """One request, near to a right one."""
    asked = {
        "text": draw.choice(["y = W @ x", "((((", "\ud800", "", 5, None]),
        "form": draw.choice([None, "mc", [1], {}]),
    }
    bodies = [json.dumps(asked).encode(), draw.randbytes(100), b"[" * 60_000, b'{"text": ' + b"9" * 6_000 + b"}", b""]
    body = draw.choice(bodies)
    headers = [line for line in own if draw.random() < 0.9] + draw.sample(HEADERS, draw.choice([0, 0, 1, 2]))
    headers += [f"Content-Length: {len(body)}"] if draw.random() < 0.8 else []
    draw.shuffle(headers)
    odds = draw.random() < 0.3, draw.random() < 0.4, draw.random() < 0.2
    words = [draw.choice(each) if odd else right for each, right, odd in
             zip((METHODS, PATHS, VERSIONS), ("POST", "/answer", "HTTP/1.1"), odds, strict=True)]  # fmt: skip
    raw = "\r\n".join([" ".join(words), *headers, "", ""]).encode("utf-8", "surrogatepass") + body
    return raw[: draw.randrange(len(raw))] if draw.random() < 0.05 else raw


def test_odd_requests_leave_the_server_well(capfd: pytest.CaptureFixture[str]) -> None:
    draw = random.Random(16)
    with Playground(patience=10) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        address = server.server_address[1]
        own = [f"Host: 127.0.0.1:{address}", f"X-Gradcli-Token: {server.token}", "Connection: close"]
        replies = [_sent(address, odd(draw, own)) for _ in range(250)]
        good = json.dumps({"text": "y = W @ x"}).encode()
        head = "\r\n".join(["POST /answer HTTP/1.1", *own, f"Content-Length: {len(good)}", "", ""])
        assert b"<math" in _sent(address, head.encode() + good)
        server.shutdown()
    assert sum(reply.startswith(b"HTTP/1.1 200") for reply in replies) >= 3
    assert not [reply for reply in replies if b"internal error" in reply or b"Traceback" in reply]
    assert capfd.readouterr().err == ""


def _sent(port: int, raw: bytes) -> bytes:
    """What comes back until the connection is closed; nothing where the server does not read all of it."""
    found = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65_536):
                found += part
    except OSError:  # it was closed before all was sent
        pass
    return found
