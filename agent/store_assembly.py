"""Where calls keep their state and their journal, by the URLs in the settings.

`agent.state`    memory, or redis://host:port/database
`agent.journal`  memory, sqlite:///path, or postgresql://user@host:port/database
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from agent.cognitive.ports import CallStore, Journal, StateStore
from agent.cognitive.stores.joined import JoinedStore
from agent.cognitive.stores.memory import MemoryStore
from agent.errors import BadSettings
from agent.settings import AgentSettings

MEMORY = "memory"


@asynccontextmanager
async def open_store(
    settings: AgentSettings, *, redact: Callable[[str], str] | None = None
) -> AsyncGenerator[CallStore, None]:
    """The store that the settings name, for the event loop that this runs in; closed at the end.

    Args:
        settings: its `state` and `journal`.
        redact: what the event log may keep of a text; without it only the text's length.

    Raises:
        BadSettings: a URL is of no kind there is, or its extra is not installed; every such mistake is named.
        StoreUnavailable: the journal's database cannot be reached.
    """
    mistakes = [
        f"agent.{half}={_told(url)}: there is {', '.join(known)}"
        for half, url, known in (
            ("state", settings.state, (MEMORY, "redis://", "rediss://", "unix://")),
            ("journal", settings.journal, (MEMORY, "sqlite:///", "postgresql://")),
        )
        if url != MEMORY and not url.startswith(known[1:])
    ]
    if mistakes:
        raise BadSettings("\n".join(mistakes))
    memory = MemoryStore()
    journal: Journal = memory
    state: StateStore = memory
    closing: list[Callable[[], None]] = []
    try:
        if settings.journal != MEMORY:
            # Loaded here, since most agents need neither, and it takes a quarter of a second.
            from agent.cognitive.stores.sql_journal import SqlJournal

            sql = SqlJournal(settings.journal, redact=redact) if redact else SqlJournal(settings.journal)
            closing.append(sql.close)
            journal = sql
        if settings.state == MEMORY:
            yield JoinedStore(state, journal)
            return
        try:
            from agent.cognitive.stores.redis_state import RedisState
        except ModuleNotFoundError:
            raise BadSettings(
                f"agent.state={_told(settings.state)}: needs milliwatt's extra `redis`: pip install 'milliwatt[redis]'"
            ) from None
        redis = RedisState(settings.state)
        try:
            yield JoinedStore(redis, journal)
        finally:
            await redis.aclose()
    finally:
        for close in closing:
            close()


def _told(url: str) -> str:
    """The URL as messages may show it: it may hold a password."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
