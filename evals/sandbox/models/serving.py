"""A fake model server, up while a `with` block runs: on loopback only, at a port of the system's choosing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette

_UP_WITHIN_S = 10.0


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """Serves the application from the running loop; gives its address, `http://127.0.0.1:PORT`."""
    # asyncio switches Nagle's algorithm off only for sockets that say they are TCP; with it a piece waits 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=1
        )
        server = _Server(config)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(sockets=[listening]))
            try:
                async with asyncio.timeout(_UP_WITHIN_S):
                    await server.up.wait()
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True


class _Server(uvicorn.Server):
    """Says when it is up, and leaves the process's signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
