"""The playground's server: on this machine alone, behind a token, with bounded work."""

from __future__ import annotations

import json
import multiprocessing
import re
import secrets
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any

from gradcli.web.answer import WrongRequest, answer
from gradcli.web.examples import EXAMPLES

ADDRESS = "127.0.0.1"
MOST_BYTES = 128 * 1024
PATIENCE = 20.0  # seconds for one answer

_LENGTH = re.compile(r"[0-9]{1,9}")
_TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
_FILES = ("index.html", "app.js", "style.css", "backend.js")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Worker:
    """One process that answers; it is ended and begun anew where an answer takes too long."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._context = multiprocessing.get_context("spawn")
        self._begin()

    def _begin(self) -> None:
        self._ours, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def answer(self, request: Any) -> dict[str, Any]:
        """The answer, or `{"error"}`."""
        with self._lock:
            try:
                self._ours.send(request)
                if self._ours.poll(self._patience):
                    found: dict[str, Any] = self._ours.recv()
                    return found
            except (EOFError, OSError):
                self.close()
                self._begin()
                return {"error": "this was too much to compute"}
            self.close()
            self._begin()
            return {"error": f"this took longer than {self._patience:.0f} seconds, and was given up"}

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join(5)
        self._ours.close()


def _serve(pipe: Any) -> None:
    """Answer requests until the other end is gone."""
    while True:
        try:
            request = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            pipe.send(answer(request))
        except WrongRequest as wrong:
            pipe.send({"error": str(wrong)})
        except RecursionError:
            pipe.send({"error": "this is nested too deeply"})
        except Exception as fault:
            pipe.send({"error": f"internal error: {type(fault).__name__}: {fault}"[:300]})


class Playground(ThreadingHTTPServer):
    """The server; `url` is where a browser finds it."""

    daemon_threads = True

    def __init__(self, port: int = 0, patience: float = PATIENCE) -> None:
        super().__init__((ADDRESS, port), _Handler)
        self.token = secrets.token_urlsafe(24)
        self.worker = Worker(patience)

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{ADDRESS}:{self.server_address[1]}/"

    def hosts(self) -> tuple[str, ...]:
        """What the Host header may say."""
        port = self.server_address[1]
        return (f"{ADDRESS}:{port}", f"localhost:{port}")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away while it is answered is no fault."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """End the worker too."""
        super().server_close()
        self.worker.close()


class _Handler(BaseHTTPRequestHandler):
    server: Playground
    protocol_version = "HTTP/1.1"
    server_version = "gradcli"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        if not self._is_ours():
            return
        name = self.path.partition("?")[0].lstrip("/") or "index.html"
        if name == "examples.json":
            self._send_json([{"title": title, "text": text} for title, text in EXAMPLES])
            return
        if name not in _FILES:
            self._refuse(HTTPStatus.NOT_FOUND, "there is no such page")
            return
        body = (files("gradcli.web") / "static" / name).read_text(encoding="utf-8")
        if name == "index.html":
            body = body.replace("TOKEN", self.server.token)
        self._send(body.encode(), _TYPES[name.rpartition(".")[2]])

    def do_POST(self) -> None:
        if not self._is_ours():
            return
        origin = self.headers.get("Origin")
        if origin is not None and origin not in [f"http://{host}" for host in self.server.hosts()]:
            self._refuse(HTTPStatus.FORBIDDEN, "another page may not ask")
            return
        if not secrets.compare_digest(self.headers.get("X-Gradcli-Token", "").encode(), self.server.token.encode()):
            self._refuse(HTTPStatus.FORBIDDEN, "the token is missing: open the page again")
            return
        if self.path != "/answer":
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing to ask")
            return
        length = self.headers.get("Content-Length", "")
        if _LENGTH.fullmatch(length) is None or int(length) > MOST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {MOST_BYTES} bytes")
            return
        try:
            request = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            self._refuse(HTTPStatus.BAD_REQUEST, "this is no JSON")
            return
        self._send_json(self.server.worker.answer(request))

    def _is_ours(self) -> bool:
        """Only this machine's own names for itself are served: no other site may point its name here."""
        if self.headers.get("Host", "") in self.server.hosts():
            return True
        self._refuse(HTTPStatus.FORBIDDEN, "this server answers its own address alone")
        return False

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True
        self._send(json.dumps({"error": why}).encode(), "application/json", status)

    def _send_json(self, value: Any) -> None:
        self._send(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), "application/json")

    def _send(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged: what people type is theirs."""
