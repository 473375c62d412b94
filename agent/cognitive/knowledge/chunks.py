"""A document cut into the pieces that are searched: whole sentences under one heading, of bounded size. Pure.

Sentences are packed in order until the next one would not fit. The next piece begins with the last sentences of the
one before, as many as fit into the overlap, so that an answer of two sentences stands together in one of them. A
sentence longer than a piece is cut between words, and a word longer than that anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from agent.cognitive.knowledge.document import Chunk, Document, Paragraph, joined_headings
from agent.cognitive.ports import Citation
from agent.cognitive.wording import sentences

MAX_CHUNK_CHARACTERS = 700
"""Some five sentences: the length of a section that answers one question, in the documents that this was tried on."""
OVERLAP_CHARACTERS = 150
"""One or two sentences."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, and the paragraph it is of."""

    text: str
    paragraph: int
    offset: int


def chunks_of(
    document: Document,
    max_characters: int = MAX_CHUNK_CHARACTERS,
    overlap_characters: int = OVERLAP_CHARACTERS,
) -> tuple[Chunk, ...]:
    """The document's pieces in order; none spans two headings or two pages."""
    if not 0 <= overlap_characters < max_characters:
        raise ValueError(f"an overlap of {overlap_characters} does not fit into {max_characters} characters")
    return tuple(
        _chunk(document, section[0], units)
        for section in _sections(document)
        for units in _packed(list(_units(section, max_characters)), max_characters, overlap_characters)
    )


def lines_of(text: str) -> list[str]:
    """The sentences of a chunk's text, in order: a list item is one although it may have no full stop."""
    return [sentence for line in text.split("\n") for sentence in sentences(line)]


def _sections(document: Document) -> Iterator[list[Paragraph]]:
    for _, paragraphs in groupby(document.paragraphs, key=lambda p: (p.headings, p.page)):
        yield list(paragraphs)


def _units(section: Sequence[Paragraph], max_characters: int) -> Iterator[_Unit]:
    for place, paragraph in enumerate(section):
        for sentence in sentences(paragraph.text):
            for piece in _cut(sentence, max_characters):
                yield _Unit(piece, place, paragraph.offset)


def _cut(sentence: str, max_characters: int) -> Iterator[str]:
    while len(sentence) > max_characters:
        space = sentence.rfind(" ", 1, max_characters + 1)
        end = space if space > 0 else max_characters
        yield sentence[:end].rstrip()
        sentence = sentence[end:].lstrip()
    if sentence:
        yield sentence


def _packed(units: Sequence[_Unit], max_characters: int, overlap_characters: int) -> Iterator[list[_Unit]]:
    held: list[_Unit] = []
    for unit in units:
        if held and _length([*held, unit]) > max_characters:
            yield held
            held = _tail(held, min(overlap_characters, max_characters - len(unit.text) - 1))
        held.append(unit)
    if held:
        yield held


def _tail(units: Sequence[_Unit], characters: int) -> list[_Unit]:
    """The last sentences that fit, whole."""
    start = len(units)
    while start > 1 and _length(units[start - 1 :]) <= characters:
        start -= 1
    return list(units[start:])


def _length(units: Sequence[_Unit]) -> int:
    return sum(len(unit.text) + 1 for unit in units) - 1


def _chunk(document: Document, first: Paragraph, units: Sequence[_Unit]) -> Chunk:
    by_paragraph = groupby(units, key=lambda unit: unit.paragraph)
    context = "\n".join(part for part in (document.title, *first.headings) if part)
    return Chunk(
        text="\n".join(" ".join(unit.text for unit in said) for _, said in by_paragraph),
        citation=Citation(
            document=document.name,
            heading=joined_headings(first.headings),
            page=first.page,
            offset=units[0].offset,
        ),
        context=context,
        tenants=document.tenants,
    )
