"""Markdown to paragraphs that can be spoken: no markup, a line each list item and table row, headings above.

Blocks of HTML (comments among them) are left out, as are pictures but for their descriptions. Lines of code stay: they
cost nothing, and may hold the one word that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.token import Token

from agent.cognitive.knowledge.document import Paragraph

_BREAKS = frozenset({"softbreak", "hardbreak"})


def markdown_paragraphs(text: str) -> tuple[Paragraph, ...]:
    """The paragraphs of a Markdown text (CommonMark, and tables), in order."""
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return tuple(_paragraphs(tokens, starts))


def _paragraphs(tokens: list[Token], starts: list[int]) -> Iterator[Paragraph]:
    above: list[tuple[int, str]] = []
    cells: list[str] | None = None
    row_line = 0
    in_heading = 0
    for token in tokens:
        match token.type:
            case "heading_open":
                in_heading = int(token.tag[1])
            case "heading_close":
                in_heading = 0
            case "tr_open":
                cells, row_line = [], (token.map or [0])[0]
            case "tr_close":
                if text := _row(cells or []):
                    yield _paragraph(text, starts[row_line], above)
                cells = None
            case "inline":
                text = _plain(token)
                if in_heading:
                    above = [(level, heading) for level, heading in above if level < in_heading]
                    if text:
                        above.append((in_heading, text))
                elif cells is not None:
                    cells.append(text)
                elif text:
                    yield _paragraph(text, starts[(token.map or [0])[0]], above)
            case "fence" | "code_block":
                if text := " ".join(token.content.split()):
                    yield _paragraph(text, starts[(token.map or [0])[0]], above)


def _paragraph(text: str, offset: int, above: list[tuple[int, str]]) -> Paragraph:
    return Paragraph(text=text, offset=offset, headings=tuple(heading for _, heading in above))


def _row(cells: list[str]) -> str:
    """A table's row as it is said: "Saturday: 9 to 12, emergencies only"."""
    first, *others = [cell for cell in cells if cell] or [""]
    return f"{first}: {', '.join(others)}" if others else first


def _plain(inline: Token) -> str:
    parts = []
    for child in inline.children or ():
        if child.type in ("text", "code_inline", "image"):
            parts.append(child.content)
        elif child.type in _BREAKS:
            parts.append(" ")
    return " ".join("".join(parts).split())
