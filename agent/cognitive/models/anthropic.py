"""Anthropic's Messages through the official SDK.

The SDK's retries are off, and so is thinking unless the settings ask for it: it would be paid for out of a reply's
thirty tokens, and out of the caller's patience.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any

import anthropic
import httpx2
from pydantic import BaseModel

from agent.cognitive.models.anthropic_events import EventReader
from agent.cognitive.models.bounds import within_bounds
from agent.cognitive.models.failures import failure
from agent.cognitive.models.settings import ModelSettings
from agent.cognitive.models.values import Message, ModelEvent, ModelRequest, Role
from agent.errors import ProviderError, ProviderTimeout

CONNECT_S = 1.0
SAMPLING_VERSION = "2023-06-01"
"""The newest version of the protocol that takes `temperature`; from 2026-10-21 on it is refused."""
_NO_KEY = "none"


class AnthropicModel:
    """One model of Anthropic. It belongs to the event loop that first uses it.

    Args:
        settings: which model, where, how.
        api_key: the key; empty for a server that wants none.
    """

    def __init__(self, settings: ModelSettings, api_key: str) -> None:
        self._settings = settings
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key or _NO_KEY,
            base_url=settings.base_url or None,
            max_retries=0,
            timeout=httpx2.Timeout(settings.total_ms / 1000, connect=CONNECT_S),
        )

    @property
    def name(self) -> str:
        """Vendor and model, as a turn's trace names them."""
        return f"{self._settings.vendor}/{self._settings.model}"

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        return within_bounds(self._events(request), request, self.name)

    async def close(self) -> None:
        await self._client.close()

    async def _events(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        reader = EventReader()
        with self._vendor_errors():
            stream = await self._client.messages.create(**self._body(request))
            async with stream:
                if "json" in stream.response.headers.get("content-type", ""):
                    raise ProviderError(f"{self.name}: answered with JSON where a stream was asked for")
                async with aclosing(stream.__aiter__()) as events:
                    async for item in events:
                        for event in reader.read(_plain(item)):
                            yield event
        finished = reader.finished()
        if finished is None:
            raise ProviderError(f"{self.name}: the stream broke off before the answer was whole")
        yield finished

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        settings = self._settings
        body: dict[str, Any] = {
            "model": settings.model,
            "system": request.system,
            "messages": _messages(request.messages),
            "max_tokens": request.max_tokens,
            "stream": True,
        }
        if not settings.thinking:
            body["thinking"] = {"type": "disabled"}
        if settings.temperature is not None:
            # The SDK's own types no longer have the field.
            body["extra_body"] = {"temperature": settings.temperature}
            body["extra_headers"] = {"anthropic-version": SAMPLING_VERSION}
        output: dict[str, Any] = {"effort": settings.effort} if settings.effort else {}
        if request.output is not None:
            output["format"] = {"type": "json_schema", "schema": request.output.schema}
        if output:
            body["output_config"] = output
        if request.tools:
            body["tools"] = [
                {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}
                for tool in request.tools
            ]
        return body

    @contextmanager
    def _vendor_errors(self) -> Iterator[None]:
        """What the SDK and its HTTP client raise, as ours; without their texts (see `failures`)."""
        try:
            yield
        except (anthropic.APITimeoutError, httpx2.TimeoutException):
            raise ProviderTimeout(f"{self.name}: no answer in time") from None
        except anthropic.APIConnectionError:
            raise ProviderError(f"{self.name}: the connection failed") from None
        except anthropic.APIStatusError as error:
            # An error within the stream bears the stream's own status, 200.
            raise failure(self.name, status=error.status_code, codes=(error.type, error.error_code)) from None
        except (anthropic.AnthropicError, httpx2.HTTPError):
            raise ProviderError(f"{self.name}: the connection failed") from None
        except ValueError:
            raise ProviderError(f"{self.name}: sent what is not JSON") from None


def _messages(messages: tuple[Message, ...]) -> list[dict[str, Any]]:
    """The conversation in blocks; the answers of several tools stand together in one message of the user."""
    written: list[dict[str, Any]] = []
    for message in messages:
        role = "assistant" if message.role is Role.ASSISTANT else "user"
        blocks = _blocks(message)
        if written and written[-1]["role"] == role:
            written[-1]["content"] += blocks
        else:
            written.append({"role": role, "content": blocks})
    return written


def _blocks(message: Message) -> list[dict[str, Any]]:
    if message.role is Role.TOOL:
        return [{"type": "tool_result", "tool_use_id": message.tool_call_id, "content": message.text}]
    blocks: list[dict[str, Any]] = [{"type": "text", "text": message.text}] if message.text else []
    for call in message.tool_calls:
        blocks.append({"type": "tool_use", "id": call.id, "name": call.name, "input": _input(call.arguments)})
    return blocks


def _input(arguments: str) -> object:
    try:
        parsed = json.loads(arguments)
    except ValueError:
        return {}  # what the model itself had written wrongly; the tool's answer says so
    return parsed if isinstance(parsed, dict) else {}


def _plain(item: object) -> Mapping[str, object]:
    """An event as it was on the wire: the SDK builds its types without checking them, so any field may be missing."""
    return item.model_dump(exclude_unset=True, warnings=False) if isinstance(item, BaseModel) else {}
