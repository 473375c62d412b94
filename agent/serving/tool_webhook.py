"""A flow's tools behind one web address: each call is a POST, its answer the tool's result.

The request is `{"schema": 1, "tool": "cal.create_booking", "arguments": {...}}` with the header `Idempotency-Key`; the
answer is `{"status": "success", "value": {...}}`, with `ok` where it is not what the status says and `error` where
there is something to say. A call is made once: whether it may be repeated is for the other side to know by its key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import httpx
from pydantic import BaseModel, ConfigDict

from agent.cognitive.flow import SUCCESS, Flow
from agent.cognitive.ports import Tool, ToolResult
from agent.errors import BadTurn, ProviderError, ProviderRefused, ProviderTimeout
from agent.turn import Json
from agent.turn_json import read
from agent.turn_schema import Name, Text, Value

MAX_ANSWER_BYTES = 1_048_576


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)

    status: Name
    ok: bool | None = None
    value: Value = {}
    error: Text = ""


class ToolWebhook:
    """The address, and a tool of it for each name.

    Args:
        url: where calls are posted to.
        read_only: names of tools that change nothing.
        timeout_s: for each step of a request; the engine's own deadline for a tool is shorter as a rule.
    """

    def __init__(self, url: str, *, read_only: Collection[str] = (), timeout_s: float = 10.0) -> None:
        self._url = url
        self._read_only = frozenset(read_only)
        self._client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False)

    def tools(self, flow: Flow) -> dict[str, Tool]:
        """Every tool that the flow calls."""
        return {name: _WebTool(self, name, read_only=name in self._read_only) for name in flow.tools}

    async def call(self, name: str, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        """Makes one call.

        Raises:
            ProviderError: it failed, timed out or was refused.
        """
        try:
            async with self._client.stream(
                "POST",
                self._url,
                json={"schema": 1, "tool": name, "arguments": dict(arguments)},
                headers={"Idempotency-Key": idempotency_key},
            ) as response:
                body = await _bounded(response)
        except httpx.TimeoutException as error:
            raise ProviderTimeout(f"{name}: the webhook did not answer in time") from error
        except httpx.HTTPError as error:
            raise ProviderError(f"{name}: the webhook cannot be reached: {type(error).__name__}") from error
        if 400 <= response.status_code < 500 and response.status_code not in (408, 429):
            raise ProviderRefused(f"{name}: the webhook answered {response.status_code}")
        if response.status_code != 200:
            raise ProviderError(f"{name}: the webhook answered {response.status_code}")
        try:
            answer = read(_Answer, body)
        except BadTurn as error:
            raise ProviderError(f"{name}: the webhook's answer is no tool's result: {error}") from error
        ok = answer.ok if answer.ok is not None else answer.status == SUCCESS
        return ToolResult(ok=ok, status=answer.status, value=answer.value, error=answer.error)

    async def close(self) -> None:
        """Ends its connections."""
        await self._client.aclose()


class _WebTool:
    def __init__(self, webhook: ToolWebhook, name: str, *, read_only: bool) -> None:
        self._webhook = webhook
        self.name = name
        self.read_only = read_only
        self.idempotent = False  # the engine makes a call once
        self.arguments_schema: Mapping[str, Json] = {"type": "object"}  # the other side knows

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        return await self._webhook.call(self.name, arguments, idempotency_key)


async def _bounded(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise ProviderError(f"the webhook's answer is longer than {MAX_ANSWER_BYTES} bytes")
    return bytes(body)
