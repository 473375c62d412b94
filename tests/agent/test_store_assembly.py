import asyncio
import sys
from pathlib import Path

import pytest

from agent.cognitive.ports import CallStore
from agent.errors import BadSettings
from agent.settings import AgentSettings, settings_from
from agent.store_assembly import open_store
from tests.ports.call_store import check_journal, check_state_store


def opened(**changes: str) -> CallStore:
    async def made() -> CallStore:
        async with open_store(settings_from(changes)) as store:
            await check_state_store(store, store, "state")
            await check_journal(store, store, "journal")
            return store

    return asyncio.run(made())


def test_calls_are_kept_in_memory_unless_told_otherwise() -> None:
    assert (AgentSettings().state, AgentSettings().journal) == ("memory", "memory")
    opened()


def test_a_journal_on_disk_is_there_the_next_time(tmp_path: Path) -> None:
    journal = f"sqlite:///{tmp_path / 'calls.sqlite'}"
    opened(journal=journal)

    async def again() -> int:
        async with open_store(settings_from({"journal": journal})) as store:
            return len(await store.last_turn("journal"))

    assert asyncio.run(again()) == 1


def test_every_url_of_no_known_kind_is_named_at_once() -> None:
    with pytest.raises(BadSettings) as refused:
        opened(state="memcached://user:secret@host", journal="calls.sqlite")
    assert str(refused.value).splitlines() == [
        "agent.state=memcached://host: there is memory, redis://, rediss://, unix://",
        "agent.journal=calls.sqlite: there is memory, sqlite:///, postgresql://",
    ]


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    monkeypatch.delitem(sys.modules, "agent.cognitive.stores.redis_state", raising=False)
    with pytest.raises(BadSettings, match=r"pip install 'milliwatt\[redis\]'"):
        opened(state="redis://127.0.0.1:1/0")
