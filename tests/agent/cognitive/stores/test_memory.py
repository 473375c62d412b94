import asyncio

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.stores.joined import JoinedStore
from agent.cognitive.stores.memory import MemoryStore
from tests.ports.call_store import check_journal, check_state_store


def test_memory_is_a_state_store_and_a_journal() -> None:
    async def checked() -> None:
        store = MemoryStore()
        await check_state_store(store, store, "state")
        await check_journal(store, store, "journal")

    asyncio.run(checked())


def test_two_stores_joined_are_a_state_store_and_a_journal() -> None:
    async def checked() -> None:
        state, journal = MemoryStore(), MemoryStore()
        store = JoinedStore(state, journal)
        await check_state_store(store, state, "state")
        await check_journal(store, journal, "journal")
        assert await journal.load("state") != await state.load("state")

    asyncio.run(checked())


def test_the_call_longest_untouched_is_forgotten_first() -> None:
    async def left() -> list[bool]:
        store = MemoryStore(max_calls=2)
        for call, after in (("a", 0), ("b", 0), ("a", 1), ("c", 0)):
            await store.save(call, Dialogue(), after=after)
        return [(await store.load(call)).dialogue is not None for call in ("a", "b", "c")]

    assert asyncio.run(left()) == [True, False, True]
