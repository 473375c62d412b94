"""When a tool is asked again: only where that repeats nothing, only what may pass, only before the deadline.

The waits double from 100 ms and have a random half, so that the calls of a busy hour do not come back all at once
("equal jitter"; M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). A vendor that names its own
time (`Retry-After`, RFC 9110 §10.2.3) is asked again then and no sooner.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

import numpy as np
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from agent.clock import Clock
from agent.cognitive.tools.failures import PASSING, ToolFailed, status_of
from agent.errors import ProviderError
from agent.units import NS_PER_S

FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 1.0

Dice = Callable[[str], np.random.Generator]
"""The random stream that belongs to an idempotency key."""

_T = TypeVar("_T")


def dice_by_key(key: str) -> np.random.Generator:
    """A stream made of the key alone: another call waits otherwise, the same call waits the same."""
    digest = hashlib.blake2b(f"tool.retry\x1f{key}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def backoff_s(attempt: int, rng: np.random.Generator) -> float:
    """The wait after the attempt of that number, counted from 1: seconds, between half and all of its step."""
    step = min(FIRST_WAIT_S * 2.0 ** (attempt - 1), LONGEST_WAIT_S)
    return float(step * rng.uniform(0.5, 1.0))


async def persistently(
    ask: Callable[[int], Awaitable[_T]],
    *,
    attempts: int,
    ends_ns: int,
    clock: Clock,
    dice: Callable[[], np.random.Generator],
) -> _T:
    """The first answer of `ask`, which gets the number of its attempt; the last attempt's error when none answers.

    Args:
        attempts: so many at most.
        ends_ns: on `clock`; no wait reaches beyond.
        dice: gives the random stream of the waits, asked for at the first of them.
    """
    try:
        # Nearly every call ends here, and costs nothing of what follows.
        return await ask(1)
    except (ProviderError, TimeoutError) as error:
        if attempts == 1 or status_of(error) not in PASSING:
            raise
        first = error
    rng: np.random.Generator | None = None

    def wait(state: RetryCallState) -> float:
        nonlocal rng
        error = state.outcome.exception() if state.outcome else None
        named = error.retry_after_s if isinstance(error, ToolFailed) else None
        if named is not None:
            return named
        rng = rng if rng is not None else dice()
        return backoff_s(state.attempt_number, rng)

    def too_late(state: RetryCallState) -> bool:
        return clock.now_ns() + round(state.upcoming_sleep * NS_PER_S) >= ends_ns

    async def sleep(seconds: float) -> None:
        await clock.sleep_until(clock.now_ns() + round(seconds * NS_PER_S))

    retrying = AsyncRetrying(
        stop=lambda state: stop_after_attempt(attempts)(state) or too_late(state),
        wait=wait,
        sleep=sleep,
        retry=retry_if_exception(lambda error: status_of(error) in PASSING),
        reraise=True,
    )
    async for attempt in retrying:
        with attempt:
            number = attempt.retry_state.attempt_number
            if number == 1:
                raise first
            answer = await ask(number)
    return answer
