import io
import sys
import zlib

import pypdf
import pytest

from agent.clock import stopwatch_ns
from agent.cognitive.knowledge.pdf import MAX_PAGES, UnreadablePdf, pdf_paragraphs, printable
from agent.units import NS_PER_S
from tests.agent.cognitive.knowledge.material import bomb, pdf, pdf_of_streams, ring_of_pages


def test_paragraphs_are_cited_by_their_page() -> None:
    paragraphs = pdf_paragraphs(pdf([["The first page is about appoint-", "ments."], ["The second."]]))
    assert [(p.text, p.page) for p in paragraphs] == [
        ("The first page is about appointments.", 1),
        ("The second.", 2),
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is no PDF that can be read"),
        (b"hello, this is text", "is no PDF that can be read"),
        (pdf([["cut"]])[:120], "is no PDF|holds no text"),
        (pdf([[]]), "holds no text"),
        (pdf_of_streams([(b"", b"")] * (MAX_PAGES + 1)), f"has {MAX_PAGES + 1} pages, more than {MAX_PAGES}"),
        (ring_of_pages(), "is no PDF|nested|holds no text"),
    ],
)
def test_a_file_that_is_no_document_is_refused_in_words(data: bytes, says: str) -> None:
    with pytest.raises(UnreadablePdf, match=says):
        pdf_paragraphs(data)


def test_an_encrypted_file_is_refused_in_words() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([["secret"]])))
    writer.encrypt("password", algorithm="RC4-128")
    data = io.BytesIO()
    writer.write(data)
    with pytest.raises(UnreadablePdf, match="is encrypted; save it without a password"):
        pdf_paragraphs(data.getvalue())


def test_a_bomb_of_a_quarter_of_a_gigabyte_costs_neither_memory_nor_patience() -> None:
    data = bomb(1 << 28)
    assert len(data) < 10_000
    began = stopwatch_ns()
    with pytest.raises(UnreadablePdf):
        pdf_paragraphs(data, deadline_s=2, memory_bytes=300 << 20)
    assert stopwatch_ns() - began < 10 * NS_PER_S


@pytest.mark.skipif(sys.platform != "linux", reason="no other system bounds a process's address space")
def test_a_file_that_needs_too_much_memory_is_refused_in_words() -> None:
    drawn = zlib.compress(b"(a) Tj " * (10 << 20), 9)
    with pytest.raises(UnreadablePdf, match="needs more memory than a document may have"):
        pdf_paragraphs(
            pdf_of_streams([(drawn, b"/Filter /FlateDecode")]), deadline_s=20, memory_bytes=130 << 20
        )


def test_a_reader_that_does_not_end_is_ended() -> None:
    endless = pdf([["word " * 2000] * 300] * 20)
    with pytest.raises(UnreadablePdf, match=r"could not be read within 0\.05 s"):
        pdf_paragraphs(endless, deadline_s=0.05)


def test_what_is_no_character_becomes_a_blank() -> None:
    assert printable("fi\ud835ve\x00\x07\tpounds £5\nnext") == "fi ve   pounds £5\nnext"
