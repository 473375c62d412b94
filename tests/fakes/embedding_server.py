"""An embeddings API of OpenAI's shape on loopback, whose answers a test scripts; it is no model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass
class EmbeddingServer:
    """`status` and `body` (None: a vector [place, 1] a text, the last text's first) are what it answers with.

    `hangs` keeps it from answering until `released` is set. `requests` are what it was asked, with their headers.
    """

    url: str = ""
    status: int = 200
    body: bytes | None = None
    hangs: bool = False
    released: Event = field(default_factory=Event)
    requests: list[tuple[Mapping[str, str], dict[str, Any]]] = field(default_factory=list)


@contextmanager
def embedding_server() -> Iterator[EmbeddingServer]:
    script = EmbeddingServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.requests.append(({"path": self.path, **dict(self.headers)}, request))
            if script.hangs:
                script.released.wait(10)
            data = [
                {"object": "embedding", "index": place, "embedding": [float(place), 1.0]}
                for place in reversed(range(len(request["input"])))
            ]
            answer = {"object": "list", "data": data, "model": request["model"]}
            body = json.dumps(answer).encode() if script.body is None else script.body
            self.send_response(script.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield script
    finally:
        script.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
