"""The bridge over HTTP: turns go to a cognitive layer that runs elsewhere, and its actions come back as a stream.

A stream that breaks is asked for again under the same turn id. The engine's journal answers with the same actions, of
which those already given out are passed over; so the caller hears nothing twice and the engine does nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from agent.clock import pause
from agent.errors import BadSettings, BadTurn, ProviderError, ProviderRefused, ProviderTimeout
from agent.turn import Action, TurnInput, TurnOutput
from agent.turn_json import fault_from_json, json_of_turn, output_from_json, stream_item
from agent.turn_schema import FaultModel

if TYPE_CHECKING:
    import httpx

FLOW_TOKEN = "MILLIWATT_FLOW_TOKEN"
"""The environment's name for the token that the service asks for."""

MAX_LINE_BYTES = 4 * 1024 * 1024
MAX_ANSWER_BYTES = 16 * 1024 * 1024
CONNECT_S = 2.0
"""A service that does not take a connection by then is gone, and another try may reach its successor."""
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 2.0


class RemoteFlow:
    """A FlowOrchestrator elsewhere. Its `stream_turn` is a `StreamTurn`, its `run_turn` a `RunTurn`.

    Args:
        url: of the service, such as `http://127.0.0.1:8080`.
        token: what the service asks for; empty when it asks for none.
        timeout_s: the longest silence while an answer is awaited.
        attempts: how often a turn is tried in all.

    Raises:
        BadSettings: the address cannot be one, or the package for HTTP is missing.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        timeout_s: float = 10.0,
        attempts: int = 4,
    ) -> None:
        assert attempts >= 1
        self._url = checked_url(url)
        self._attempts = attempts
        httpx = http_package()
        self._client = httpx.AsyncClient(
            headers=token_headers(token),
            timeout=httpx.Timeout(timeout_s, connect=CONNECT_S),
            follow_redirects=False,
        )

    async def run_turn(self, turn: TurnInput) -> TurnOutput:
        """The answer to a turn.

        Raises:
            ProviderError: there was none.
        """
        output: TurnOutput | None = None
        async with aclosing(self.stream_turn(turn)) as items:
            async for item in items:
                if isinstance(item, TurnOutput):
                    output = item
        assert output is not None, "a stream that ended ended with its output"
        return output

    async def stream_turn(self, turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        """The answer's actions as they become known, each once, and lastly the whole.

        Raises:
            ProviderTimeout: no answer in time, however often it was asked for.
            ProviderRefused: the service does not take this turn.
            ProviderError: it failed in another way.
        """
        given: list[Action] = []
        for attempt in range(self._attempts):
            pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**attempt)
            try:
                async with aclosing(self._tried(turn)) as items:
                    place = 0
                    async for item in items:
                        if isinstance(item, TurnOutput):
                            yield _agreed(item, given, turn)
                            return
                        if place < len(given):
                            _check_same(item, given[place])
                        else:
                            given.append(item)
                            yield item
                        place += 1
                failure: ProviderError = ProviderError("the stream broke off before the turn's output")
            except _Again as again:
                failure = again.failure
                pause_s = min(LONGEST_PAUSE_S, max(pause_s, again.after_s))
            if attempt + 1 == self._attempts:
                raise failure
            await asyncio.sleep(pause_s)

    async def close(self) -> None:
        """Ends its connections."""
        await self._client.aclose()

    async def _tried(self, turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        """One try.

        Raises:
            _Again: it failed in a way that the next may not.
            ProviderError: it failed for good.
        """
        with http_errors():
            async with self._client.stream(
                "POST",
                f"{self._url}/v1/turns/stream",
                content=json_of_turn(turn).encode(),
                headers={"content-type": "application/json"},
            ) as response:
                if response.status_code != 200:
                    refuse(response.status_code, await _whole(response), response.headers)
                async with aclosing(_lines(response)) as lines:
                    async for line in lines:
                        yield item_of(line)


class InlineFlow:
    """The same for whoever must not give up the loop: each turn is one request, and this thread waits for its answer.

    Args:
        url, token, timeout_s, attempts: as for `RemoteFlow`.
        wait: waits between tries, in seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        timeout_s: float = 10.0,
        attempts: int = 4,
        wait: Callable[[float], None] = pause,
    ) -> None:
        assert attempts >= 1
        self._url = checked_url(url)
        self._attempts = attempts
        self._wait = wait
        httpx = http_package()
        self._client = httpx.Client(
            headers=token_headers(token),
            timeout=httpx.Timeout(timeout_s, connect=CONNECT_S),
            follow_redirects=False,
        )

    def answer(self, turn: TurnInput) -> TurnOutput:
        """The answer to a turn.

        Raises:
            ProviderError: there was none.
        """
        for attempt in range(self._attempts):
            try:
                return self._tried(turn)
            except _Again as again:
                if attempt + 1 == self._attempts:
                    raise again.failure from again
                self._wait(min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S * 2**attempt, again.after_s)))
        raise AssertionError("the last try ends the loop")

    def close(self) -> None:
        """Ends its connections."""
        self._client.close()

    def _tried(self, turn: TurnInput) -> TurnOutput:
        with http_errors():
            response = self._client.post(
                f"{self._url}/v1/turns",
                content=json_of_turn(turn).encode(),
                headers={"content-type": "application/json"},
            )
        if response.status_code != 200:
            refuse(response.status_code, response.content, response.headers)
        try:
            output = output_from_json(response.content)
        except BadTurn as error:
            raise ProviderError(f"the flow service's answer is no turn's: {error}") from error
        return _agreed(output, list(output.actions), turn)


class _Again(Exception):
    """This try failed, and the same request may be sent again."""

    def __init__(self, failure: ProviderError, after_s: float = 0.0) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.after_s = after_s


def checked_url(url: str) -> str:
    """The service's address without a slash at its end.

    Raises:
        BadSettings: it cannot be one.
    """
    if not url.startswith(("http://", "https://")):
        raise BadSettings(f"agent.flow_url={url}: an address begins with http:// or https://")
    return url.rstrip("/")


def token_headers(token: str) -> dict[str, str]:
    """The header that brings the token, when there is one."""
    return {"Authorization": f"Bearer {token}"} if token else {}


@contextmanager
def http_errors() -> Iterator[None]:
    """Errors of the client as ours, to be tried again."""
    import httpx

    try:
        yield
    except httpx.TimeoutException as error:
        raise _Again(
            ProviderTimeout(f"the flow service did not answer in time ({type(error).__name__})")
        ) from error
    except httpx.HTTPError as error:
        raise _Again(ProviderError(f"the flow service cannot be reached ({type(error).__name__})")) from error
    except httpx.InvalidURL as error:
        raise ProviderRefused(f"the flow service's address is none: {error}") from error


def refuse(status: int, body: bytes, headers: Mapping[str, str]) -> NoReturn:
    """Raises what an answer other than 200 means."""
    try:
        fault = fault_from_json(body)
    except BadTurn:
        fault = FaultModel(code="unknown", message="no message", retry=status in (429, 502, 503, 504))
    raise _failure(fault, status, headers.get("retry-after", ""))


def item_of(line: bytes) -> Action | TurnOutput:
    """What a line of the stream holds; the errors it tells are raised."""
    try:
        item = stream_item(line)
    except BadTurn as error:
        raise ProviderError(f"the flow service's answer is no turn's: {error}") from error
    if isinstance(item, FaultModel):
        raise _failure(item, 504 if item.code == "timeout" else 500, "")
    return item


def http_package() -> Any:
    """The client's package.

    Raises:
        BadSettings: it is not installed.
    """
    try:
        import httpx
    except ImportError as error:
        raise BadSettings(
            "agent.flow_url: its package is not installed; pip install 'milliwatt[serve]'"
        ) from error
    return httpx


def _failure(fault: FaultModel, status: int, after: str) -> Exception:
    wrong = "".join(f"; {mistake.where}: {mistake.what}" for mistake in fault.mistakes)
    said = f"the flow service answered {status} {fault.code}: {fault.message}{wrong}"
    if not fault.retry:
        return ProviderRefused(said) if 400 <= status < 500 else ProviderError(said)
    # Seconds only: the date form of Retry-After is nothing that this service sends.
    after_s = float(after) if after.isdecimal() and len(after) < 6 else 0.0
    return _Again(ProviderTimeout(said) if status in (408, 504) else ProviderError(said), after_s)


def _check_same(item: Action, before: Action) -> None:
    if item != before:
        raise ProviderError("the flow service answers the same turn differently: it has lost its journal")


def _agreed(output: TurnOutput, given: list[Action], turn: TurnInput) -> TurnOutput:
    if output.turn_id != turn.turn_id or list(output.actions) != given:
        raise ProviderError("the flow service's output is not that of the turn and its actions")
    return output


async def _whole(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_LINE_BYTES:
            raise ProviderError("the flow service's answer is too long")
    return bytes(body)


async def _lines(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The answer's whole lines; what stands behind the last line's end is part of one that never came."""
    rest, size = b"", 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        *whole, rest = (rest + chunk).split(b"\n")
        if len(rest) > MAX_LINE_BYTES or size > MAX_ANSWER_BYTES:
            raise ProviderError("the flow service's answer is too long")
        for line in whole:
            if line.strip():
                yield line
