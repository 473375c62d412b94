"""One request to the sandbox: its body read and bounded, its limit kept, its fault played, and then its work done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from evals.sandbox.faults import FaultKind, FaultPlan
from evals.sandbox.limits import RateLimiter
from evals.sandbox.state import SandboxState

MAX_BODY_BYTES = 1_000_000
HANG_S = 60.0
"""An answer that never comes: longer than any client waits."""
FAULT_RETRY_AFTER_S = 1

Work = Callable[["Asked"], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, read whole. `json` is None where the body is none."""

    request: Request
    state: SandboxState
    raw: bytes
    json: Any


class Vendor(Protocol):
    """How a vendor words what is the same for all its endpoints."""

    def refused(self, asked: Asked) -> Response | None:
        """The answer to a request without the right key; None for one that has it."""
        ...

    def limited_as(self, asked: Asked) -> str:
        """Under which name the request counts against the limit."""
        ...

    def too_many(self, asked: Asked, retry_after_s: int) -> Response:
        """429."""
        ...

    def broken(self, asked: Asked) -> Response:
        """500."""
        ...

    def finished(self, response: Response, limiter: RateLimiter, asked: Asked) -> Response:
        """The answer with the vendor's own headers."""
        ...


def endpoint(
    operation: str,
    vendor: Vendor,
    work: Work,
    *,
    state: SandboxState,
    faults: FaultPlan,
    limiter: RateLimiter,
) -> Endpoint:
    """The endpoint that does `work` as the vendor does it, with the faults of `operation`."""

    async def answer(request: Request) -> Response:
        raw = await _body(request)
        if raw is None:
            return PlainTextResponse("too large", status_code=413)
        asked = Asked(request=request, state=state, raw=raw, json=_json(raw))
        refused = vendor.refused(asked)
        if refused is not None:
            return refused
        wait_s = limiter.wait_s(vendor.limited_as(asked))
        if wait_s:
            return vendor.finished(vendor.too_many(asked, wait_s), limiter, asked)
        fault = faults.next(operation)
        match fault:
            case FaultKind.TIMEOUT:
                return await _never(request)
            case FaultKind.ERROR:
                return vendor.broken(asked)
            case FaultKind.RATE_LIMITED:
                return vendor.too_many(asked, FAULT_RETRY_AFTER_S)
        response = vendor.finished(work(asked), limiter, asked)
        match fault:
            case FaultKind.LOST:
                return await _never(request)
            case FaultKind.MALFORMED:
                cut = bytes(response.body)[: len(response.body) // 2]
                return Response(cut, status_code=response.status_code, media_type="application/json")
            case FaultKind.SLOW:
                await asyncio.sleep(faults.slowness_s(operation))
        return response

    return answer


def bearer(asked: Asked) -> str:
    """The token of the request; empty where it has none."""
    scheme, _, token = asked.request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


async def _never(request: Request) -> Response:
    """Waits until whoever asks has given up."""
    try:
        async with asyncio.timeout(HANG_S):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass
    return PlainTextResponse("", status_code=504)


async def _body(request: Request) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > MAX_BODY_BYTES:
                return None
            parts.append(part)
    except ClientDisconnect:
        return None
    return b"".join(parts)


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
