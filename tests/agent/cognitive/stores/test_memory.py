import asyncio

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.ports import Acted
from agent.cognitive.stores.memory import MemoryStore
from agent.turn import Tts

HELLO = Acted(action=Tts(text="Hello."))


def test_a_dialogue_saved_is_the_dialogue_loaded() -> None:
    async def saved() -> tuple[Dialogue | None, Dialogue | None]:
        store = MemoryStore()
        await store.save("a", Dialogue(node_id="x"))
        return await store.load("a"), await store.load("b")

    assert asyncio.run(saved()) == (Dialogue(node_id="x"), None)


def test_a_journal_keeps_each_turns_entries_in_order() -> None:
    async def kept() -> list[object]:
        store = MemoryStore()
        await store.append("a", "1", HELLO)
        await store.append("a", "2", HELLO)
        await store.append("a", "2", HELLO)
        return [
            await store.entries("a", "2"),
            await store.entries("a", "3"),
            await store.entries("b", "1"),
            await store.last_turn_id("a"),
            await store.last_turn_id("b"),
        ]

    assert asyncio.run(kept()) == [(HELLO, HELLO), (), (), "2", None]


def test_the_call_longest_untouched_is_forgotten_first() -> None:
    async def left() -> list[bool]:
        store = MemoryStore(max_calls=2)
        for call in ("a", "b", "a", "c"):
            await store.save(call, Dialogue())
        return [await store.load(call) is not None for call in ("a", "b", "c")]

    assert asyncio.run(left()) == [True, False, True]
