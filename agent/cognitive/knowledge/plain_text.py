"""Plain text to paragraphs: blank lines part them; lines within one are joined, and words cut at their ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.cognitive.knowledge.document import Paragraph

_CUT_WORD = re.compile(r"(?<=[^\W\d_])-\n(?=[a-z])")


def text_paragraphs(text: str, page: int | None = None) -> tuple[Paragraph, ...]:
    """The paragraphs of a plain text, in order; `page` is the one that the text is of."""
    return tuple(
        Paragraph(text=" ".join(_CUT_WORD.sub("", block).split()), offset=offset, page=page)
        for offset, block in _blocks(text)
    )


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Runs of lines that are not blank, each with where its first word starts."""
    lines: list[str] = []
    start = at = 0
    for line in text.split("\n"):
        if line.strip():
            if not lines:
                start = at + len(line) - len(line.lstrip())
            lines.append(line.strip())
        elif lines:
            yield start, "\n".join(lines)
            lines = []
        at += len(line) + 1
    if lines:
        yield start, "\n".join(lines)
