"""A fake web server on loopback whose answers a test decides: tools, a collector of traces, a service that breaks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """`claimed` says that the body is longer than it is, so the client sees it break off."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    claimed: int | None = None


@contextmanager
def web_server(answer: Callable[[Asked], Given]) -> Iterator[tuple[str, list[Asked]]]:
    """Its address, and what it has been asked so far."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            request = Asked(
                path=self.path, headers={k.lower(): v for k, v in self.headers.items()}, body=body
            )
            asked.append(request)
            given = answer(request)
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(given.claimed or len(given.body)))
            self.end_headers()
            try:
                self.wfile.write(given.body)
            except OSError:  # the client had enough
                self.close_connection = True
            if given.claimed:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def tool_answer(status: str, **value: Any) -> Given:
    return Given(body=json.dumps({"status": status, "value": value}).encode())
