"""Vectors from any server that speaks OpenAI's `POST /embeddings`: OpenAI itself, vLLM, Ollama, LiteLLM and others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from agent.errors import ProviderError, ProviderRefused, ProviderTimeout

DEFAULT_DEADLINE_S = 1.0
"""For a question during a call: half of what a tool has."""
DEFAULT_BATCH_DEADLINE_S = 60.0
"""For several texts at once: they are indexed, and nobody waits."""
MAX_ANSWER_BYTES = 64_000_000
"""64 texts' vectors of 4,096 numbers in decimal are some 6 MB."""


class OpenAICompatibleEmbedder:
    """An embedding model behind HTTP.

    Args:
        base_url: up to and without `/embeddings`, such as `http://127.0.0.1:11434/v1`.
        model: the name that the server knows it by.
        api_key: sent as a bearer token; servers of one's own may need none.
        deadline_s: for the whole answer to one text.
        batch_deadline_s: for that to several.
        client: the connection pool to use; one of its own when left out.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str = "",
        *,
        deadline_s: float = DEFAULT_DEADLINE_S,
        batch_deadline_s: float = DEFAULT_BATCH_DEADLINE_S,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/embeddings"
        self._model = model
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._deadline_s = deadline_s
        self._batch_deadline_s = batch_deadline_s
        self._client = client or httpx.AsyncClient()

    @property
    def name(self) -> str:
        return self._model

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        request = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        deadline_s = self._deadline_s if len(texts) == 1 else self._batch_deadline_s
        with _vendor_errors(self._model):
            # httpx bounds each read, not their sum; a server that drips would outlast any of them.
            async with asyncio.timeout(deadline_s):
                status, body = await self._post(request)
        if status in (408, 429) or status >= 500:
            raise ProviderError(f"{self._model}: the server answered {status}")
        if status != 200:
            raise ProviderRefused(f"{self._model}: the server answered {status}: {body[:200]!r}")
        return _vectors(body, len(texts), self._model)

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _post(self, request: dict[str, Any]) -> tuple[int, bytes]:
        async with self._client.stream(
            "POST", self._url, json=request, headers=self._headers, timeout=None
        ) as response:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MAX_ANSWER_BYTES:
                    raise ProviderError(f"{self._model}: an answer of more than {MAX_ANSWER_BYTES} bytes")
            return response.status_code, bytes(body)


def _vectors(body: bytes, count: int, model: str) -> list[list[float]]:
    """The vectors in the order of the texts; servers may give them in any, with their index."""
    try:
        data = json.loads(body)["data"]
        rows = {int(entry["index"]): [float(number) for number in entry["embedding"]] for entry in data}
        return [rows[at] for at in range(count)]
    except (ValueError, TypeError, KeyError) as error:
        raise ProviderError(f"{model}: the answer is no list of vectors ({type(error).__name__})") from error


@contextmanager
def _vendor_errors(model: str) -> Iterator[None]:
    try:
        yield
    except (TimeoutError, httpx.TimeoutException) as error:
        raise ProviderTimeout(f"{model}: no vectors before the deadline") from error
    except httpx.HTTPError as error:
        raise ProviderError(f"{model}: {type(error).__name__}") from error
