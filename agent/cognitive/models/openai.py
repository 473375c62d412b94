"""OpenAI's Chat Completions through the official SDK, and every server that speaks the same protocol.

OpenAI's own service is asked by its newest field names; a server at a `base_url` (vLLM, Ollama) by those that all of
them know. The SDK's retries are off: a caller who waits is better served by the fallback than by a second attempt.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any

import httpx2
import openai
from pydantic import BaseModel

from agent.cognitive.models.bounds import within_bounds
from agent.cognitive.models.failures import failure
from agent.cognitive.models.openai_chunks import ChunkReader
from agent.cognitive.models.settings import ModelSettings
from agent.cognitive.models.values import Message, ModelEvent, ModelRequest, Role
from agent.errors import ProviderError, ProviderTimeout

CONNECT_S = 1.0
_NO_KEY = "none"
"""The SDK wants a key; a server of one's own without one ignores it."""


class OpenAIModel:
    """One model of OpenAI, or of a server that speaks its protocol. It belongs to the event loop that first uses it.

    Args:
        settings: which model, where, how.
        api_key: the key; empty for a server that wants none.
    """

    def __init__(self, settings: ModelSettings, api_key: str) -> None:
        self._settings = settings
        self._own_server = bool(settings.base_url)
        self._client = openai.AsyncOpenAI(
            api_key=api_key or _NO_KEY,
            base_url=settings.base_url or None,
            # A server of one's own is not told which organisation one belongs to at OpenAI.
            organization="" if self._own_server else None,
            project="" if self._own_server else None,
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
        reader = ChunkReader()
        with self._vendor_errors():
            stream = await self._client.chat.completions.create(**self._body(request))
            async with stream:
                if "json" in stream.response.headers.get("content-type", ""):
                    raise ProviderError(f"{self.name}: answered with JSON where a stream was asked for")
                async with aclosing(stream.__aiter__()) as chunks:
                    async for chunk in chunks:
                        for event in reader.read(_plain(chunk)):
                            yield event
        finished = reader.finished()
        if finished is None:
            raise ProviderError(f"{self.name}: the stream broke off before the answer was whole")
        yield finished

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        settings = self._settings
        options: dict[str, Any] = {"include_usage": True}
        if not self._own_server:
            options["include_obfuscation"] = False  # padding, half of the bytes
        body: dict[str, Any] = {
            "model": settings.model,
            "messages": [{"role": "system", "content": request.system}, *map(_message, request.messages)],
            "max_tokens" if self._own_server else "max_completion_tokens": request.max_tokens,
            "stream": True,
            "stream_options": options,
        }
        if settings.temperature is not None:
            body["temperature"] = settings.temperature
        # OpenAI's newest models refuse an effort together with tools here (HTTP 400).
        if settings.effort and (self._own_server or not request.tools):
            body["reasoning_effort"] = settings.effort
        if request.tools:
            body["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": tool.name,
                        "description": tool.description,
                        "parameters": tool.parameters,
                    },
                }
                for tool in request.tools
            ]
        if request.output is not None:
            form = {"name": request.output.name, "strict": True, "schema": request.output.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        return body

    @contextmanager
    def _vendor_errors(self) -> Iterator[None]:
        """What the SDK and its HTTP client raise, as ours; without their texts (see `failures`)."""
        try:
            yield
        except (openai.APITimeoutError, httpx2.TimeoutException):
            raise ProviderTimeout(f"{self.name}: no answer in time") from None
        except openai.APIConnectionError:
            raise ProviderError(f"{self.name}: the connection failed") from None
        except openai.APIStatusError as error:
            codes = (error.type, error.code, error.param)
            raise failure(self.name, status=error.status_code, codes=codes) from None
        except openai.APIError as error:  # told within the stream, after HTTP 200
            raise failure(self.name, codes=(error.type, error.code)) from None
        except httpx2.HTTPError:
            raise ProviderError(f"{self.name}: the connection failed") from None
        except ValueError:
            raise ProviderError(f"{self.name}: sent what is not JSON") from None


def _message(message: Message) -> dict[str, Any]:
    if message.role is Role.TOOL:
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": message.text}
    written: dict[str, Any] = {"role": str(message.role), "content": message.text}
    if message.tool_calls:
        written["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    return written


def _plain(chunk: object) -> Mapping[str, object]:
    """A chunk as it was on the wire: the SDK builds its types without checking them, so any field may be missing."""
    return chunk.model_dump(exclude_unset=True, warnings=False) if isinstance(chunk, BaseModel) else {}
