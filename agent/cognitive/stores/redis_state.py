"""State in Redis: one hash a call, with a version, that expires when the longest call is surely over.

    milliwatt:call:<call_sid>   v  the version, counting up    d  the dialogue as JSON

Writing compares and sets in one Lua script, so of two workers that read the same version one gets its own in. Redis may
lose everything: the journal has it too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.ports import Held
from agent.cognitive.stores.codec import Unreadable, dialogue_of, dialogue_text
from agent.errors import StateConflict, StoreUnavailable
from agent.units import MS_PER_S

DEFAULT_LONGEST_CALL_S = 3_600.0
GRACE_S = 300.0
"""How long a state outlives the longest call: for the retries of its last turn."""
DEFAULT_TIMEOUT_S = 0.5
"""A store in the same building answers in a millisecond; a caller notices half a second."""
KEY = "milliwatt:call:{}"

_COMPARE_AND_SET = """
local kept = tonumber(redis.call('HGET', KEYS[1], 'v') or '0')
if kept ~= tonumber(ARGV[1]) then return -1 end
redis.call('HSET', KEYS[1], 'v', kept + 1, 'd', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return kept + 1
"""


class RedisState:
    """A `StateStore` in Redis. Make it in the event loop that uses it, and `aclose` it there.

    Args:
        url: `redis://host:port/database`, `rediss://` or `unix://`.
        longest_call_s: no call is longer; its state is kept so long, and `GRACE_S` more, after each write.
        timeout_s: for connecting, and for each answer.
    """

    def __init__(
        self,
        url: str,
        *,
        longest_call_s: float = DEFAULT_LONGEST_CALL_S,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> None:
        self._timeout_s = timeout_s
        self._keep_ms = round((longest_call_s + GRACE_S) * MS_PER_S)
        self._redis: Redis = Redis.from_url(
            url,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            # Once more on a new connection, for one that the server dropped meanwhile; the caller cannot wait longer.
            retry=Retry(NoBackoff(), 1),
        )
        self._save = self._redis.register_script(_COMPARE_AND_SET)

    async def load(self, call_sid: str) -> Held:
        with _unavailable("load"):
            async with asyncio.timeout(2 * self._timeout_s):
                version, text = await self._redis.hmget(KEY.format(call_sid), ["v", "d"])
        if version is None or text is None:
            return Held()
        try:
            return Held(dialogue=dialogue_of(text), version=int(version))
        except (Unreadable, ValueError):
            # As good as lost: the journal knows. The version stays, so that the next save replaces it.
            return Held(version=int(version) if version.isdigit() else 0)

    async def save(self, call_sid: str, dialogue: Dialogue, *, after: int) -> int:
        with _unavailable("save"):
            async with asyncio.timeout(2 * self._timeout_s):
                version = await self._save(
                    keys=[KEY.format(call_sid)], args=[after, dialogue_text(dialogue), self._keep_ms]
                )
        if int(version) < 0:
            raise StateConflict(f"call {call_sid}: another version than {after} is kept")
        return int(version)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._redis.aclose()


@contextmanager
def _unavailable(doing: str) -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise StoreUnavailable(f"Redis did not {doing}: {type(error).__name__}: {error}") from error
