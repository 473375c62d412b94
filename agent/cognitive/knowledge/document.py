"""A document as paragraphs of plain text, and the pieces of it that an index holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.cognitive.ports import Citation

HEADING_SEPARATOR = " > "

Tenants = frozenset[str] | None
"""Who may read a document; None is everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph, list item or table row, in one line of plain text that can be spoken.

    Attributes:
        text: without markup; white space is single spaces.
        offset: where it starts, in characters of the document, or of its page.
        headings: the headings above it, outermost first.
        page: counted from 1; None where the document has no pages.
    """

    text: str
    offset: int
    headings: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that has been read.

    Attributes:
        name: its path within the folder of documents.
        title: what it is about, where that is said outside its text; found with every passage.
    """

    name: str
    title: str = ""
    tenants: Tenants = None
    paragraphs: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of a document, as an index holds it.

    Attributes:
        text: whole sentences, a line each paragraph.
        context: title and headings: they are searched with the text, and are not part of it.
    """

    text: str
    citation: Citation
    context: str = ""
    tenants: Tenants = None

    @property
    def searched(self) -> str:
        """All that a question may be answered by."""
        return f"{self.context}\n{self.text}" if self.context else self.text


def may_read(tenant: str, tenants: Tenants) -> bool:
    """Whether the tenant may read a document. A call of no tenant reads what everybody may."""
    return tenants is None or (bool(tenant) and tenant in tenants)


def joined_headings(headings: Sequence[str]) -> str:
    """The headings as a citation shows them."""
    return HEADING_SEPARATOR.join(headings)
