"""A fake of Anthropic's Messages on loopback: it speaks the published streaming format, and thinks nothing.

Requests are checked as the real service does where versions differ: the newest takes no `temperature`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from evals.sandbox.models.script import CutConnection, Received, Script, ScriptedAnswer

_SAMPLING_VERSION = "2023-06-01"
_SAMPLING = ("temperature", "top_p", "top_k")


def anthropic_api(script: Script, *, key: str = "") -> Starlette:
    """The server as an application; with a `key`, requests must bear it."""

    async def message(request: Request) -> Response:
        body = json.loads(await request.body())
        answer = script.next(Received(headers=dict(request.headers), body=body))
        given = request.headers.get("x-api-key") or request.headers.get("authorization", "")
        if key and given.removeprefix("Bearer ") != key:
            return _error(401, "authentication_error", f"invalid key {given}")
        if (mistake := _mistake(body, request.headers.get("anthropic-version", ""))) is not None:
            return _error(400, "invalid_request_error", mistake)
        if answer.raw is not None:
            return Response(answer.raw, status_code=answer.status, media_type=answer.content_type)
        if answer.status != 200:
            return _error(answer.status, answer.error_type, "the caller's words may be repeated here")
        return StreamingResponse(_stream(script, answer, body), media_type="text/event-stream")

    return Starlette(routes=[Route("/v1/messages", message, methods=["POST"])])


async def _stream(script: Script, answer: ScriptedAnswer, body: dict[str, Any]) -> AsyncGenerator[str, None]:
    whole = False
    try:
        yield _event("message_start", {"message": _head(answer, body)})
        yield _event("ping", {})
        if answer.first_delay_s:
            await asyncio.sleep(answer.first_delay_s)
        for count, (kind, part) in enumerate(_blocks(answer)):
            if count >= answer.pieces_sent():
                break
            yield _event(kind, part)
            await asyncio.sleep(answer.gap_s)
        whole = True
        if answer.cut_after is not None:
            raise CutConnection
        if answer.error_after is not None:
            yield _event("error", {"error": {"type": answer.error_type, "message": "it fell over"}})
        if answer.pieces_sent() < float("inf"):
            return
        reason = answer.stop or ("tool_use" if answer.calls else "refusal" if answer.refusal else "end_turn")
        usage = {"output_tokens": answer.tokens_out}
        delta = {"stop_reason": reason, "stop_sequence": None}
        yield _event("message_delta", {"delta": delta, "usage": usage})
        yield _event("message_stop", {})
    finally:
        script.broken_off += not whole


def _blocks(answer: ScriptedAnswer) -> Iterator[tuple[str, dict[str, Any]]]:
    index = 0
    if answer.text:
        yield "content_block_start", {"index": index, "content_block": {"type": "text", "text": ""}}
        for piece in answer.text:
            delta = {"type": "text_delta", "text": piece}
            yield "content_block_delta", {"index": index, "delta": delta}
        yield "content_block_stop", {"index": index}
        index += 1
    for call in answer.calls:
        block = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
        yield "content_block_start", {"index": index, "content_block": block}
        for piece in ("", *call.pieces):  # the first one may be empty
            delta = {"type": "input_json_delta", "partial_json": piece}
            yield "content_block_delta", {"index": index, "delta": delta}
        yield "content_block_stop", {"index": index}
        index += 1


def _head(answer: ScriptedAnswer, body: dict[str, Any]) -> dict[str, Any]:
    usage = {
        "input_tokens": answer.tokens_in - answer.cached_in,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": answer.cached_in,
        "output_tokens": 1,
    }
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"]}
    return {**head, "content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}


def _event(kind: str, value: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **value})}\n\n"


def _error(status: int, kind: str, message: str) -> JSONResponse:
    return JSONResponse({"type": "error", "error": {"type": kind, "message": message}}, status_code=status)


def _mistake(body: dict[str, Any], version: str) -> str | None:
    """What the real service would refuse of a request."""
    if not body.get("model") or not body.get("messages") or not body.get("max_tokens"):
        return "model, messages and max_tokens: required"
    if version != _SAMPLING_VERSION and (refused := [name for name in _SAMPLING if name in body]):
        return f"{', '.join(refused)}: not with version {version}"
    roles = [message["role"] for message in body["messages"]]
    if roles[0] != "user" or any(role not in ("user", "assistant") for role in roles):
        return "messages: user and assistant by turns, the user first"
    return None
