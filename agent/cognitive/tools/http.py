"""One way to speak to a vendor over HTTP: JSON there and back, all of it bounded, every failure a `ToolFailed`.

An answer is read piece by piece and given up once it is larger than anything the vendor publishes; it is asked for
uncompressed, so that a small answer cannot become a large one. Redirects are not followed, since they would carry the
key elsewhere. What is said of a failure holds no key, no address and no more than a line of the vendor's words.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from agent.clock import machine_wall
from agent.cognitive.tools.failures import FailureStatus, ToolFailed
from agent.turn import Json

MAX_ANSWER_BYTES = 1_000_000
REQUEST_S = 10.0
"""No request takes longer, whatever trickles in. The flow's deadline is the one that matters; this bounds tools used
without one."""
CONNECT_S = 2.0
MAX_SAID = 160
"""Characters of a vendor's own words in an error."""
LONGEST_RETRY_AFTER_S = 86_400.0

# httpx logs every address at INFO, and the address of an incoming webhook is its key.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """An answer, read whole. `json` is None where the body is none; `text` is the body as it came."""

    status: int
    headers: Mapping[str, str]
    text: str
    json: Json


def make_client() -> httpx.AsyncClient:
    """The connections of one event loop, for all tools. Whoever makes it closes it."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(REQUEST_S, connect=CONNECT_S),
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
        follow_redirects=False,
        verify=_tls(),
        headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "milliwatt"},
        # A proxy of the environment has no business with the keys, and .netrc none with the requests.
        trust_env=False,
    )


def base_url_mistake(url: str) -> str | None:
    """What is wrong with an address that keys are sent to; None when it will do."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is no http(s) address"
    if parts.username or parts.password:
        return "holds a user or password; keys have variables of their own"
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        return "would send the key unencrypted; use https (http is for loopback)"
    return None


class HttpApi:
    """A vendor's API at one address.

    Args:
        service: the vendor's name, for errors.
        headers: sent with every request; the key is among them.
        secrets: texts that must never be in an error.
    """

    def __init__(
        self,
        service: str,
        base_url: str,
        client: httpx.AsyncClient,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: tuple[str, ...] = (),
        max_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        mistake = base_url_mistake(base_url)
        if mistake:
            raise ValueError(f"{service}: the address {mistake}")
        self.service = service
        self._base_url = base_url.rstrip("/")
        self._client = client
        self._headers = dict(headers or {})
        self._secrets = tuple(secret for secret in secrets if secret)
        self._max_bytes = max_bytes

    async def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """The answer, whatever its status.

        Raises:
            ToolFailed: there is none: timeout, unavailable, or bad_answer for one that is too large.
        """
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        return await self.send(method, path, params=params, content=content, headers=headers)

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """The same for a body whose bytes matter, such as a signed one."""
        sent = {**self._headers, **(headers or {})}
        if content is not None:
            sent.setdefault("Content-Type", "application/json; charset=utf-8")
        request = self._client.build_request(
            method, f"{self._base_url}{path}", params=params, content=content, headers=sent
        )
        async with self._mapped():
            response = await self._client.send(request, stream=True)
            try:
                raw = await self._read(response)
            finally:
                await response.aclose()
        text = raw.decode("utf-8", errors="replace")
        return HttpAnswer(
            status=response.status_code, headers=dict(response.headers), text=text, json=_json(text)
        )

    def good(self, answer: HttpAnswer) -> Json:
        """The JSON of an answer of status 2xx.

        Raises:
            ToolFailed: it is another, or no JSON.
        """
        self.check(answer)
        if answer.json is None:
            raise ToolFailed(FailureStatus.BAD_ANSWER, f"{self.service} answered what is no JSON")
        return answer.json

    def check(self, answer: HttpAnswer) -> None:
        """Lets a 2xx pass.

        Raises:
            ToolFailed: the answer is another: rate_limited, unavailable or refused.
        """
        if 200 <= answer.status < 300:
            return
        said = f"{self.service} answered {answer.status}"
        if answer.status == 429:
            raise ToolFailed(FailureStatus.RATE_LIMITED, said, retry_after_s=retry_after_s(answer.headers))
        if answer.status >= 500:
            raise ToolFailed(FailureStatus.UNAVAILABLE, said, retry_after_s=retry_after_s(answer.headers))
        if answer.status in (401, 403):
            raise ToolFailed(FailureStatus.REFUSED, f"{said}: the key is not accepted; {self._said(answer)}")
        raise ToolFailed(FailureStatus.REFUSED, f"{said}: {self._said(answer)}")

    def strange(self, what: str) -> ToolFailed:
        """The error for an answer that lacks what the vendor publishes."""
        return ToolFailed(FailureStatus.BAD_ANSWER, f"{self.service} answered without {what}")

    def hidden(self, text: str) -> str:
        """A line of the vendor's words, without anything secret, as long as an error may quote."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split())[:MAX_SAID]

    def _said(self, answer: HttpAnswer) -> str:
        body = answer.json
        if isinstance(body, Mapping):
            error = body.get("error")
            said = error.get("message") if isinstance(error, Mapping) else body.get("message", error)
            if isinstance(said, str):
                return self.hidden(said)
        return self.hidden(answer.text)

    async def _read(self, response: httpx.Response) -> bytes:
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            raise ToolFailed(FailureStatus.BAD_ANSWER, f"{self.service} answered compressed, unasked")
        parts: list[bytes] = []
        size = 0
        async for part in response.aiter_raw():
            size += len(part)
            if size > self._max_bytes:
                raise ToolFailed(
                    FailureStatus.BAD_ANSWER, f"{self.service} answered more than {self._max_bytes} bytes"
                )
            parts.append(part)
        return b"".join(parts)

    @asynccontextmanager
    async def _mapped(self) -> AsyncGenerator[None, None]:
        """httpx's errors as ours. Their own texts may hold addresses, so only their kind is told."""
        try:
            async with asyncio.timeout(REQUEST_S):
                yield
        except (httpx.TimeoutException, TimeoutError) as error:
            raise ToolFailed(FailureStatus.TIMEOUT, f"{self.service} did not answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            said = f"{self.service} cannot be reached ({type(error).__name__})"
            raise ToolFailed(FailureStatus.UNAVAILABLE, said) from error


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds until the vendor wants to be asked again (RFC 9110 §10.2.3: a number or a date); None where it says none.

    A date is measured against the vendor's own `Date`, so that two clocks need not agree.
    """
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if not said:
        return None
    if said.replace(".", "", 1).isascii() and said.replace(".", "", 1).isdigit():
        return min(float(said), LONGEST_RETRY_AFTER_S)
    try:
        then = parsedate_to_datetime(said)
        date = next((value for name, value in headers.items() if name.lower() == "date"), "")
        now = parsedate_to_datetime(date) if date else machine_wall()
        return min(max((then - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER_S)
    except (ValueError, TypeError):
        return None


def part(value: Any, *path: str | int) -> Any:
    """What stands at a path of somebody's JSON; None when the path leads nowhere."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


_HALF_A_PAIR = re.compile(r"\\u[dD][89a-fA-F]")


@cache
def _tls() -> ssl.SSLContext:
    """Whom to trust, read once: it takes a tenth of a second."""
    return httpx.create_ssl_context()


def _json(text: str) -> Json:
    try:
        found: Json = json.loads(text)
        if _HALF_A_PAIR.search(text):
            # Python reads half of a surrogate pair and cannot write it again, be it into the next request.
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
