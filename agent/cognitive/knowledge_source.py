"""What a flow or an agent file says about the documents that its questions are asked of; and the names they go by."""

from __future__ import annotations

from dataclasses import dataclass

ANSWER_TOOL = "knowledge.answer"
UNKNOWN = "unknown"
ANSWER_PARTS = frozenset({"answer", "citation", "score", "passages"})
"""What an answer has that a flow may save."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeSource:
    """Documents, and how sure an answer from them must be.

    Attributes:
        folder: relative to the file that names it.
        unknown_below: a best score below this is "I don't know"; None is the usual one.
    """

    folder: str
    unknown_below: float | None = None
