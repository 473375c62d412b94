"""Whether a tool's answer can be kept: what it says goes into journals, traces and other tools' requests.

Half of a surrogate pair is no Unicode text (RFC 8259 §8.2 leaves open what becomes of it), PostgreSQL keeps no U+0000,
and a journal's entry has its bound. An answer that breaks one of these would fail the turn, and every retry of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from agent.cognitive.ports import ToolResult
from agent.turn import Json

MAX_STATUS_CHARACTERS = 64
MAX_VALUE_BYTES = 200_000
"""An entry of the journal holds the value twice, and may have a million bytes."""


def answer_mistake(result: ToolResult) -> str | None:
    """What is wrong with an answer, without a word of it; None for one that can be kept."""
    status = result.status
    if not 0 < len(status) <= MAX_STATUS_CHARACTERS or not status.isprintable():
        return "a status that is no short word"
    try:
        written = json.dumps(
            [result.value, result.error], ensure_ascii=False, allow_nan=False, default=_plain
        )
        size = len(written.encode())
    except (ValueError, TypeError, RecursionError):
        return "a value that is no JSON"
    return f"a value of {size} bytes; {MAX_VALUE_BYTES} are allowed" if size > MAX_VALUE_BYTES else None


def _plain(value: object) -> dict[str, Json]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)
