"""What files call a conversation, its speaker and the words, and what the options say they call them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

KINDS = ("conversation", "speaker", "text", "turns")

USUAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "conversation": (
            "conversation",
            "conversation_id",
            "call",
            "call_id",
            "call_sid",
            "dialogue_id",
            "id",
        ),
        "speaker": ("speaker", "role", "who"),
        "text": ("text", "content", "utterance"),
        "turns": ("turns", "utterances", "messages", "transcript", "dialogue"),
    }
)
"""Names that are tried in this order where the options name none."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The names chosen by option, by kind."""

    chosen: Mapping[str, str] = field(default_factory=dict)

    def find(self, kind: str, names: Iterable[str]) -> str | None:
        """Which of a row's names holds this kind of thing; None when none does."""
        present = list(names)
        if kind in self.chosen:
            return self.chosen[kind] if self.chosen[kind] in present else None
        folded = {name.strip().casefold(): name for name in reversed(present)}
        return next((folded[name] for name in USUAL[kind] if name in folded), None)

    def wanted(self, kind: str) -> str:
        """What was looked for, for a message."""
        if kind in self.chosen:
            return f"`{self.chosen[kind]}`"
        return f"`{kind}` (or {', '.join(USUAL[kind][1:])})"
