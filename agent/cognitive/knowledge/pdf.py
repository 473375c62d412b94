"""The text of a PDF, read in a process of its own that has little time and memory: the file may be hostile."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from agent.cognitive.knowledge.document import Paragraph
from agent.cognitive.knowledge.plain_text import text_paragraphs

MAX_PAGES = 500
MAX_CHARACTERS = 2_000_000
MEMORY_BYTES = 1 << 30
DEADLINE_S = 30
"""500 full pages of text took 9 s on two cores under others' load."""

_CHILD = Path(__file__).with_name("pdf_child.py")


class UnreadablePdf(ValueError):
    """What is wrong with the file, in words."""


def pdf_paragraphs(
    data: bytes, *, deadline_s: float = DEADLINE_S, memory_bytes: int = MEMORY_BYTES
) -> tuple[Paragraph, ...]:
    """The paragraphs of a PDF, page by page.

    Raises:
        UnreadablePdf: it has no text, or cannot be read within the bounds.
    """
    bounds = [str(memory_bytes), str(int(deadline_s) + 1), str(MAX_PAGES), str(MAX_CHARACTERS)]
    try:
        # -I: nothing of the folder it is started in, or of the environment, is imported in place of the real thing.
        child = subprocess.run(
            [sys.executable, "-I", str(_CHILD), *bounds],
            input=data,
            capture_output=True,
            timeout=deadline_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadablePdf(f"could not be read within {deadline_s:g} s") from error
    read = _answer(child.stdout)
    if read is None:
        raise UnreadablePdf(f"could not be read: its reader ended with status {child.returncode}")
    if "mistake" in read:
        raise UnreadablePdf(str(read["mistake"]))
    pages = enumerate(read["pages"], start=1)
    paragraphs = tuple(p for number, text in pages for p in text_paragraphs(printable(text), page=number))
    if not paragraphs:
        raise UnreadablePdf("holds no text; pictures of pages need to be recognised first")
    return paragraphs


def printable(text: str) -> str:
    """The text with a blank for what is no character: fonts may map to halves of surrogates and to controls."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)


def _answer(stdout: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(stdout)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None
