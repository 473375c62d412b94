import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.knowledge.chunks import chunks_of, lines_of
from agent.cognitive.knowledge.document import Chunk, Document, Paragraph
from agent.cognitive.knowledge.markdown import markdown_paragraphs
from agent.cognitive.knowledge.plain_text import text_paragraphs

words = st.text(string.ascii_lowercase + "é漢.?!", min_size=1, max_size=30)
texts = st.lists(words, min_size=1, max_size=40).map(" ".join)
headings = st.sampled_from([(), ("A",), ("A", "B"), ("C",)])
paragraphs = st.builds(Paragraph, text=texts, offset=st.integers(0, 9), headings=headings, page=st.just(None))
documents = st.lists(paragraphs, max_size=12).map(lambda ps: Document(name="d", paragraphs=tuple(ps)))
sizes = st.tuples(st.integers(20, 200), st.integers(0, 19))


def letters(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=40)
@given(documents, sizes)
def test_chunks_are_bounded_and_the_same_again(document: Document, size: tuple[int, int]) -> None:
    chunks = chunks_of(document, *size)
    assert chunks == chunks_of(document, *size)
    assert all(0 < len(chunk.text) <= size[0] for chunk in chunks)


@settings(max_examples=40)
@given(documents, sizes)
def test_chunks_cover_the_document_in_order_and_repeat_no_more_than_the_overlap(
    document: Document, size: tuple[int, int]
) -> None:
    """Joined, each after what it repeats of the one before, they are the document: nothing lost, nothing twice."""
    whole = letters("".join(paragraph.text for paragraph in document.paragraphs))
    at = 0
    for chunk in chunks_of(document, *size):
        piece = letters(chunk.text)
        back = next(
            (
                back
                for back in range(min(at, size[1]) + 1)
                if whole.startswith(piece, at - back) and len(piece) > back
            ),
            None,
        )
        assert back is not None, (piece, whole[max(0, at - size[1]) : at + 40])
        at += len(piece) - back
    assert at == len(whole)


@settings(max_examples=40)
@given(documents)
def test_a_chunk_stands_under_one_heading(document: Document) -> None:
    texts_under: dict[str, str] = {}
    for paragraph in document.paragraphs:
        key = " > ".join(paragraph.headings)
        texts_under[key] = texts_under.get(key, "") + letters(paragraph.text) + " "
    for chunk in chunks_of(document, 10_000, 0):
        assert letters(chunk.text) in letters(texts_under[chunk.citation.heading])


def test_the_next_chunk_begins_with_the_last_sentence_of_the_one_before() -> None:
    document = Document(name="d", paragraphs=text_paragraphs("One is here. Two is here. Three is here."))
    assert [chunk.text for chunk in chunks_of(document, 27, 13)] == [
        "One is here. Two is here.",
        "Two is here. Three is here.",
    ]
    assert [chunk.text for chunk in chunks_of(document, 26, 13)] == [
        "One is here. Two is here.",
        "Three is here.",
    ]


def test_an_overlap_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="an overlap of 30 does not fit into 30 characters"):
        chunks_of(Document(name="d"), 30, 30)


def test_markdown_is_cut_under_its_headings_without_markup() -> None:
    text = (
        "# Fees\n\nA *check-up* costs [£48](http://x/).\n\n<!-- draft -->\n\n## Paying\n\n- card\n"
        "- cash, up to `£200`\n\n| day | hours |\n|---|---|\n| Monday | 8 to 6 |\n\nSetext\n======\n\nLast."
    )
    document = Document(name="fees.md", title="Prices", paragraphs=markdown_paragraphs(text))
    assert [(c.citation.heading, c.text, c.context) for c in chunks_of(document)] == [
        ("Fees", "A check-up costs £48.", "Prices\nFees"),
        ("Fees > Paying", "card\ncash, up to £200\nday: hours\nMonday: 8 to 6", "Prices\nFees\nPaying"),
        ("Setext", "Last.", "Prices\nSetext"),
    ]
    assert text[document.paragraphs[0].offset :].startswith("A *check-up*")


def test_plain_text_is_cut_at_blank_lines_and_offsets_are_the_files() -> None:
    text = "\n  First line\nand second.\n \t\n\nAppoint-\nments."
    found = text_paragraphs(text)
    assert [p.text for p in found] == ["First line and second.", "Appointments."]
    assert [text[p.offset :][:5] for p in found] == ["First", "Appoi"]


def test_a_list_item_is_a_sentence_of_its_own() -> None:
    assert lines_of("card\ncash. Or a cheque.") == ["card", "cash.", "Or a cheque."]


def test_a_chunk_is_searched_with_its_headings() -> None:
    chunk: Chunk = chunks_of(Document(name="d", paragraphs=markdown_paragraphs("# Hours\n\nNine.")))[0]
    assert chunk.searched == "Hours\nNine."
