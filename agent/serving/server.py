"""uvicorn around the application: one process, one loop; says where it listens, and ends cleanly when told to."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from agent.errors import BadSettings
from agent.serving.limits import Limits
from agent.serving.log import log_event

_BACKLOG = 2048


def serve_app(
    app: Starlette, *, host: str, port: int, limits: Limits, on_start: Callable[[str], None]
) -> None:
    """Serves until SIGTERM or SIGINT, then lets turns in flight end.

    Args:
        app: what is served.
        host: the address to listen on.
        port: 0 takes a free one.
        limits: how long turns in flight may take at the end.
        on_start: told the service's address once it answers.

    Raises:
        BadSettings: the address is not to be had.
        AgentError: what the service needs to begin is not there, and anything else that kept it from beginning.
    """
    listener = listening(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=max(1, round(limits.grace_s)),
    )
    # After everything else is done uvicorn raises the signal that stopped it; a service told to stop has done no wrong.
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda number, frame: None)
    try:
        _Announcing(config, lambda: on_start(address)).run(sockets=[listener])
    except SystemExit:  # how uvicorn ends where the application could not begin
        failure: Exception | None = getattr(app.state, "failure", None)
        if failure is None:
            raise
        raise failure from None
    log_event("service.stopped")


class _Announcing(uvicorn.Server):
    """A server that says when it has begun to answer."""

    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        log_event("service.stopping", in_flight=len(self.server_state.tasks))
        await super().shutdown(sockets)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        BadSettings: the address is not to be had.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # asyncio turns Nagle's algorithm off only where the protocol is named; otherwise an answer waits 40 ms.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise BadSettings(f"--host {host}: {error.strerror or error}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise BadSettings(f"cannot listen on {host} port {port}: {error.strerror or error}") from error
    return listener
