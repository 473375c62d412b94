"""What every `Knowledge` promises, as one check that each index's test runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from agent.cognitive.knowledge.document import Chunk
from agent.cognitive.ports import Citation, Embedder, Knowledge
from tests.fakes.word_embedder import WordEmbedder

MakeKnowledge = Callable[[Sequence[Chunk], Embedder | None], Awaitable[Knowledge]]


def chunk(document: str, text: str, *tenants: str, heading: str = "", page: int | None = None) -> Chunk:
    return Chunk(
        text=text,
        context=heading,
        citation=Citation(document=document, heading=heading, page=page, offset=7),
        tenants=frozenset(tenants) or None,
    )


OPEN = chunk("hours.md", "The shop opens at nine.", heading="Hours")
DEPOSIT = chunk("fees.pdf", "A deposit of £50 is paid back.", page=2)
PETS = chunk("pets.txt", "Pets wait outside the door.")
NORTH = chunk("north.md", "The deposit for a locker at North is £5.", "north")
SOUTH = chunk("south.md", "The deposit for a locker at South is £9, the locker code 4417.", "south", "east")
CHUNKS = (OPEN, DEPOSIT, NORTH, PETS, SOUTH)
PUBLIC = (OPEN, DEPOSIT, PETS)
OF_NORTH = (OPEN, DEPOSIT, NORTH, PETS)


async def check_knowledge(make: MakeKnowledge) -> None:
    """Runs the port's contract against what `make` fills with chunks."""
    knowledge = await make(CHUNKS, None)
    found = await knowledge.search("When does the shop open?", "", 5)
    assert (found[0].text, found[0].citation) == (OPEN.text, OPEN.citation), "text and place come back whole"
    assert found[0].score == 1, "a passage with every term of the question covers all of it"
    assert sum(found[0].evidence.values()) == 1

    paged = (await knowledge.search("is the deposit paid back", "", 1))[0]
    assert paged.citation == DEPOSIT.citation, "pages are cited"

    locker = await knowledge.search("what is the deposit for a locker", "north", 5)
    assert [passage.citation.document for passage in locker] == ["north.md", "fees.pdf"]
    assert locker[0].score == 1 > locker[1].score > 0
    assert await knowledge.search("what is the deposit for a locker", "north", 1) == locker[:1]
    assert await knowledge.search("what is the deposit for a locker", "north", 0) == []

    assert not await knowledge.search("is there a swimming pool", "north", 5), "nothing has to do with it"
    assert not await knowledge.search("what is it?", "north", 5), "a question of no terms"
    assert not await knowledge.search("", "north", 5)

    await _check_permissions(make, knowledge)
    await _check_meaning(make)
    assert not await (await make((SOUTH,), None)).search("locker", "north", 5), (
        "an index of others' documents"
    )


async def _check_permissions(make: MakeKnowledge, knowledge: Knowledge) -> None:
    """A tenant's answers are those of an index that has only what the tenant may read, to the last digit."""
    visible = {"north": OF_NORTH, "": PUBLIC, "nobody": PUBLIC}
    for tenant, chunks in visible.items():
        alone = await make(chunks, None)
        for question in ("deposit", "locker code 4417", "the deposit for a locker", "shop door locker"):
            got = await knowledge.search(question, tenant, 5)
            wanted = await alone.search(question, tenant, 5)
            assert got == wanted, (tenant, question)
            assert not [passage for passage in got if "south" in passage.citation.document]
    assert (await knowledge.search("locker code", "east", 5))[0].citation == SOUTH.citation


async def _check_meaning(make: MakeKnowledge) -> None:
    """With an embedding model, what shares no word is found by what it means; without its help, by words."""
    embedder = WordEmbedder()
    knowledge = await make(CHUNKS, embedder)
    near = await knowledge.search("can my dog come", "", 3)
    assert near[0].citation == PETS.citation
    assert not [
        p
        for p in await knowledge.search("dog money", "", 5)
        if p.citation in (NORTH.citation, SOUTH.citation)
    ]
    embedder.failing = True
    by_words = await knowledge.search("the deposit for a locker", "north", 5)
    assert by_words == await (await make(CHUNKS, None)).search("the deposit for a locker", "north", 5)
