"""A fake of OpenAI's Chat Completions on loopback: it speaks the published streaming format, and thinks nothing.

`Dialect` says whose servers it behaves like. Requests are checked as far as the differences between client versions
go: what the real service refuses with HTTP 400 is refused here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from enum import StrEnum
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from evals.sandbox.models.script import CutConnection, Received, Script, ScriptedAnswer, ScriptedCall


class Dialect(StrEnum):
    """Whose server is played.

    openai   tool calls in fragments; usage in a last chunk without choices
    ollama   each tool call whole in one chunk, all at index 0; the role on every chunk; usage without details
    bare     nulls wherever the format allows them, no ids on fragments, no `[DONE]`
    """

    OPENAI = "openai"
    OLLAMA = "ollama"
    BARE = "bare"


def openai_api(script: Script, dialect: Dialect = Dialect.OPENAI, *, key: str = "") -> Starlette:
    """The server as an application; with a `key`, requests must bear it."""

    async def complete(request: Request) -> Response:
        body = json.loads(await request.body())
        answer = script.next(Received(headers=dict(request.headers), body=body))
        if key and request.headers.get("authorization") != f"Bearer {key}":
            # The real service repeats a part of the key here, which no log of ours may show.
            given = request.headers.get("authorization", "")
            return _error(
                401, "invalid_request_error", f"Incorrect API key provided: {given}", "invalid_api_key"
            )
        if (mistake := _mistake(body)) is not None:
            return _error(400, "invalid_request_error", mistake)
        if answer.raw is not None:
            return Response(answer.raw, status_code=answer.status, media_type=answer.content_type)
        if answer.status != 200:
            return _error(answer.status, answer.error_type, "the caller's words may be repeated here")
        return StreamingResponse(_stream(script, answer, body, dialect), media_type="text/event-stream")

    return Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])


async def _stream(
    script: Script, answer: ScriptedAnswer, body: dict[str, Any], dialect: Dialect
) -> AsyncGenerator[str, None]:
    whole = False
    try:
        yield _event(_chunk(body, {"role": "assistant", "content": ""}))
        if answer.first_delay_s:
            await asyncio.sleep(answer.first_delay_s)
        for count, delta in enumerate(_deltas(answer, dialect)):
            if count >= answer.pieces_sent():
                break
            yield _event(_chunk(body, delta))
            await asyncio.sleep(answer.gap_s)
        whole = True
        if answer.cut_after is not None:
            raise CutConnection
        if answer.error_after is not None:
            yield _event({"error": {"message": "it fell over", "type": answer.error_type, "code": None}})
        if answer.pieces_sent() < float("inf"):
            return
        yield _event(_chunk(body, {}, _stop(answer)))
        if answer.tells_usage and body.get("stream_options", {}).get("include_usage"):
            yield _event({**_chunk(body, {}), "choices": [], "usage": _usage(answer, dialect)})
        if dialect is not Dialect.BARE:
            yield "data: [DONE]\n\n"
    finally:
        script.broken_off += not whole


def _deltas(answer: ScriptedAnswer, dialect: Dialect) -> Iterator[dict[str, Any]]:
    role = {"role": "assistant"} if dialect is Dialect.OLLAMA else {}
    if answer.refusal:
        yield {"refusal": answer.refusal}
    for piece in answer.text:
        yield {**role, "content": piece}
    for index, call in enumerate(answer.calls):
        for fragments in _fragments(index, call, dialect):
            content = {"content": None} if dialect is Dialect.BARE else {}
            yield {**role, **content, "tool_calls": [fragments]}


def _fragments(index: int, call: ScriptedCall, dialect: Dialect) -> Iterator[dict[str, Any]]:
    if dialect is Dialect.OLLAMA:
        function = {"name": call.name, "arguments": "".join(call.pieces)}
        yield {"index": 0, "id": call.id, "type": "function", "function": function}
        return
    head = {"id": call.id, "type": "function"} if dialect is Dialect.OPENAI else {}
    yield {"index": index, **head, "function": {"name": call.name, "arguments": ""}}
    for piece in call.pieces:
        yield {"index": index, "function": {"arguments": piece}}


def _chunk(body: dict[str, Any], delta: dict[str, Any], stop: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": stop}
    chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1763000000, "model": body["model"]}
    return {**chunk, "choices": [choice]}


def _usage(answer: ScriptedAnswer, dialect: Dialect) -> dict[str, Any]:
    usage: dict[str, Any] = {
        "prompt_tokens": answer.tokens_in,
        "completion_tokens": answer.tokens_out,
        "total_tokens": answer.tokens_in + answer.tokens_out,
    }
    if dialect is Dialect.OPENAI:
        usage["prompt_tokens_details"] = {"cached_tokens": answer.cached_in}
        usage["completion_tokens_details"] = {"reasoning_tokens": 0}
    return usage


def _stop(answer: ScriptedAnswer) -> str:
    return answer.stop or ("tool_calls" if answer.calls else "stop")


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


def _error(status: int, kind: str, message: str, code: str | None = None) -> JSONResponse:
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return JSONResponse(body, status_code=status)


def _mistake(body: dict[str, Any]) -> str | None:
    """What the real service would refuse of a request."""
    if not body.get("model") or not body.get("messages"):
        return "you must provide a model and messages"
    schema = body.get("response_format", {}).get("json_schema", {})
    if schema.get("strict") and (place := _loose_object(schema["schema"])) is not None:
        return f"in strict mode every property is required and no other allowed: {place}"
    return None


def _loose_object(schema: Any, place: str = "schema") -> str | None:
    if not isinstance(schema, dict):
        return None
    properties = schema.get("properties", {})
    if schema.get("type") == "object" and (
        schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(properties)
    ):
        return place
    inner = [*properties.items(), *([("items", schema["items"])] if "items" in schema else [])]
    return next((found for name, part in inner if (found := _loose_object(part, f"{place}.{name}"))), None)
