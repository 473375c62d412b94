"""The files of a folder parsed and cut: what every index is filled with."""

from __future__ import annotations

import re

from agent.cognitive.knowledge.chunks import chunks_of
from agent.cognitive.knowledge.document import Chunk, Document, Paragraph
from agent.cognitive.knowledge.folder import MARKDOWN_SUFFIXES, PDF_SUFFIX, Folder, Source
from agent.cognitive.knowledge.markdown import markdown_paragraphs
from agent.cognitive.knowledge.pdf import UnreadablePdf, pdf_paragraphs
from agent.cognitive.knowledge.plain_text import text_paragraphs
from agent.errors import BadKnowledge

MAX_CHUNKS = 50_000
"""With vectors of 1,500 numbers this is 300 MB, which is what one process should give to it."""

_LONE_RETURN = re.compile(r"\r(?!\n)")


def chunks_of_folder(folder: Folder) -> tuple[Chunk, ...]:
    """Every chunk of the folder's documents, in order.

    Raises:
        BadKnowledge: a document cannot be read; with every mistake found.
    """
    mistakes: list[str] = []
    documents = [_document(source, mistakes) for source in folder.sources]
    chunks = [chunk for document in documents for chunk in chunks_of(document)]
    if len(chunks) > MAX_CHUNKS:
        mistakes.append(f"{len(chunks)} pieces of text are more than {MAX_CHUNKS}")
    if mistakes:
        raise BadKnowledge(folder.where, mistakes)
    return tuple(chunks)


def _document(source: Source, mistakes: list[str]) -> Document:
    paragraphs: tuple[Paragraph, ...] = ()
    try:
        paragraphs = _paragraphs(source)
        if not paragraphs:
            mistakes.append(f"{source.name}: holds no text")
    except UnreadablePdf as error:
        mistakes.append(f"{source.name}: {error}")
    except RecursionError:
        mistakes.append(f"{source.name}: is nested more deeply than a document may be")
    return Document(name=source.name, title=source.title, tenants=source.tenants, paragraphs=paragraphs)


def _paragraphs(source: Source) -> tuple[Paragraph, ...]:
    if source.suffix == PDF_SUFFIX:
        return pdf_paragraphs(source.data)
    # A carriage return alone is a line's end to Markdown, and to nobody else.
    body = _LONE_RETURN.sub("\n", source.data.decode("utf-8-sig")[source.start :])
    read = markdown_paragraphs(body) if source.suffix in MARKDOWN_SUFFIXES else text_paragraphs(body)
    return tuple(
        Paragraph(text=p.text, offset=p.offset + source.start, headings=p.headings, page=p.page) for p in read
    )
