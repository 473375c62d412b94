"""The engine behind HTTP, as a starlette application: turns in, answers out, and what operators ask for.

A turn runs to its end also when its client has gone: everything it decides is journalled, and the client's retry is
answered from there. So no turn is left half way by a broken line, only by a deadline or a crash.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, aclosing, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from agent.clock import stopwatch_ns
from agent.cognitive.flow import Flow
from agent.serving.fault import Refused, refusal_of
from agent.serving.limits import Limits, Places, bounded_body, check_token
from agent.serving.log import log_event, log_failure
from agent.serving.openapi import description, page
from agent.turn import Action, StreamTurn, TurnInput, TurnOutput
from agent.turn_json import json_of_output, stream_line, turn_from_json
from agent.units import NS_PER_MS

Check = Callable[[], Awaitable[None]]
"""Returns when something the service needs is there; raises when it is not."""

CHECK_S = 2.0


class Metrics(Protocol):
    """What of `measures.Measures` the application asks for."""

    def refused(self, code: str) -> None:
        """Counts a request that was not let in."""
        ...

    def exposed(self) -> bytes:
        """All of it in Prometheus' text format."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedFlow:
    """A flow, and what answers its turns."""

    flow: Flow
    stream_turn: StreamTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is served, and how.

    Attributes:
        flows: by name.
        version: of the code.
        limits: what is let in.
        token: what clients must bring; empty for none.
        metrics, metrics_type: for `/metrics`; None where its package is missing.
        continuing: the trace that a request's headers name, while its turn is answered.
        checks: by name, what must be there for the service to be ready.
        openers: awaited, in order, before the first turn is let in.
        closers: awaited, in order, once the last turn has ended.
    """

    flows: Mapping[str, ServedFlow]
    version: str
    limits: Limits = field(default_factory=Limits)
    token: str = ""
    metrics: Metrics | None = None
    metrics_type: str = ""
    continuing: Callable[[Mapping[str, str]], AbstractContextManager[None]] = lambda headers: nullcontext()
    checks: Mapping[str, Check] = field(default_factory=dict)
    openers: Sequence[Callable[[], Awaitable[None]]] = ()
    closers: Sequence[Callable[[], Awaitable[None]]] = ()


def make_app(service: Service) -> Starlette:
    """The application that serves it."""
    handlers = _Handlers(service)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            try:
                for begin in service.openers:
                    await begin()
            except Exception as error:
                app.state.failure = error  # for `serve_app`, which the server does not tell
                raise
            yield
        finally:
            for close in service.closers:
                await close()

    return Starlette(
        routes=[
            Route("/v1/turns", handlers.turn, methods=["POST"]),
            Route("/v1/turns/stream", handlers.turn_stream, methods=["POST"]),
            Route("/v1/flows", handlers.flows),
            Route("/healthz", handlers.alive),
            Route("/readyz", handlers.ready),
            Route("/metrics", handlers.metrics),
            Route("/openapi.json", handlers.openapi),
            Route("/", handlers.page),
        ],
        exception_handlers={HTTPException: _not_here},
        lifespan=lifespan,
    )


class _Handlers:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._places = Places(service.limits.turns)
        self._document = description(service.version, with_token=bool(service.token))
        self._page = page(self._document)

    async def turn(self, request: Request) -> Response:
        """The whole answer."""
        return await self._answered(request, self._whole)

    async def turn_stream(self, request: Request) -> Response:
        """The answer line by line."""
        return await self._answered(request, self._lines)

    async def flows(self, request: Request) -> Response:
        """Which there are."""
        try:
            check_token(request, self._service.token)
        except Refused as refused:
            return self._refused(refused)
        return JSONResponse(
            {
                "flows": [
                    {
                        "flow": name,
                        "fingerprint": served.flow.fingerprint,
                        "start": served.flow.start,
                        "outcomes": list(served.flow.outcomes()),
                        "tools": list(served.flow.tools),
                    }
                    for name, served in self._service.flows.items()
                ]
            }
        )

    async def alive(self, request: Request) -> Response:
        """That this process answers."""
        return JSONResponse({"status": "alive"})

    async def ready(self, request: Request) -> Response:
        """Whether all that turns need is there."""
        missing = []
        for name, check in self._service.checks.items():
            try:
                async with asyncio.timeout(CHECK_S):
                    await check()
            except Exception as error:  # whatever it raises, the service is not ready
                log_failure("check.failed", error, check=name)
                missing.append(name)
        if missing:
            return JSONResponse({"status": "not_ready", "missing": missing}, status_code=503)
        return JSONResponse({"status": "ready"})

    async def metrics(self, request: Request) -> Response:
        """For Prometheus."""
        service = self._service
        try:
            check_token(request, service.token)
            if service.metrics is None:
                raise Refused(501, "no_metrics", "pip install 'milliwatt[telemetry]'")
        except Refused as refused:
            return self._refused(refused)
        return Response(service.metrics.exposed(), headers={"content-type": service.metrics_type})

    async def openapi(self, request: Request) -> Response:
        """The service's description."""
        return JSONResponse(self._document)

    async def page(self, request: Request) -> Response:
        """The same for people."""
        return HTMLResponse(self._page)

    async def _answered(
        self, request: Request, answer: Callable[[TurnInput, StreamTurn], Awaitable[Response]]
    ) -> Response:
        service = self._service
        turn: TurnInput | None = None
        try:
            check_token(request, service.token)
            turn = turn_from_json(await bounded_body(request, service.limits))
            served = service.flows.get(turn.flow_id)
            if served is None:
                raise Refused(404, "no_flow", f"no such flow here; there is {', '.join(service.flows)}")
            return await answer(turn, self._held(served.stream_turn, request.headers))
        except Exception as error:  # every error becomes an answer, and none of its words do
            return self._refused(self._failed(error, turn))

    def _held(self, stream_turn: StreamTurn, headers: Mapping[str, str]) -> StreamTurn:
        """The dialogue within the service's bounds."""

        async def stream(turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
            with self._places, self._service.continuing(headers):
                async with asyncio.timeout(self._service.limits.turn_s), aclosing(stream_turn(turn)) as items:
                    async for item in items:
                        yield item

        return stream

    async def _whole(self, turn: TurnInput, stream_turn: StreamTurn) -> Response:
        begun_ns = stopwatch_ns()
        output: TurnOutput | None = None
        async with aclosing(stream_turn(turn)) as items:
            async for item in items:
                if isinstance(item, TurnOutput):
                    output = item
        assert output is not None, "a stream that ended ended with its output"
        _log_answer(turn, output, begun_ns)
        return Response(json_of_output(output), media_type="application/json")

    async def _lines(self, turn: TurnInput, stream_turn: StreamTurn) -> Response:
        items = stream_turn(turn)
        try:
            # An error before the first item can still be told by the status.
            first = await anext(items)
        except BaseException:
            await items.aclose()
            raise
        return _Lines(turn, first, items, self._failed)

    def _failed(self, error: Exception, turn: TurnInput | None) -> Refused:
        refused = refusal_of(error)
        if refused.status >= 500 and turn is not None and refused.code != "busy":
            log_failure(
                "turn.failed", error, code=refused.code, flow=turn.flow_id, turn_event=turn.event.value
            )
        if self._service.metrics is not None:
            self._service.metrics.refused(refused.code)
        return refused

    def _refused(self, refused: Refused) -> Response:
        log_event("request.refused", code=refused.code, status=refused.status)
        return refused.response()


class _Lines(Response):
    """An answer whose lines are sent as they become known, to the end whether or not anybody still reads."""

    media_type = "application/x-ndjson"

    def __init__(
        self,
        turn: TurnInput,
        first: Action | TurnOutput,
        items: AsyncGenerator[Action | TurnOutput, None],
        failed: Callable[[Exception, TurnInput | None], Refused],
    ) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers({"cache-control": "no-store"})
        del self.headers["content-length"]
        self._turn, self._first, self._items, self._failed = turn, first, items, failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the lines."""
        begun_ns = stopwatch_ns()
        async with aclosing(self._items) as items:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            try:
                await _send_line(send, stream_line(self._first))
                item = self._first
                async for item in items:
                    await _send_line(send, stream_line(item))
                assert isinstance(item, TurnOutput), "a stream that ended ended with its output"
                _log_answer(self._turn, item, begun_ns)
            except Exception as error:  # too late for a status: the last line tells it
                await _send_line(send, _fault_line(self._failed(error, self._turn)))
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_line(send: Send, line: str) -> None:
    await send({"type": "http.response.body", "body": line.encode() + b"\n", "more_body": True})


def _fault_line(refused: Refused) -> str:
    body = JSONResponse({"error": refused.body()}).body
    return bytes(body).decode()


def _log_answer(turn: TurnInput, output: TurnOutput, begun_ns: int) -> None:
    log_event(
        "turn.answered",
        flow=turn.flow_id,
        turn_event=turn.event.value,
        seq=turn.seq,
        provisional=turn.provisional,
        node=output.state.node_id,
        outcome=output.state.outcome,
        actions=len(output.actions),
        tools=len(output.trace.tools),
        ms=round((stopwatch_ns() - begun_ns) / NS_PER_MS, 3),
    )


async def _not_here(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "no_page", 405: "no_method"}.get(error.status_code, "refused")
    return Refused(error.status_code, code, error.detail, headers=error.headers).response()
