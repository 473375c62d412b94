"""What a colleague may read of a call: all that they need, and no card. Pure."""

from __future__ import annotations

from agent.cognitive.guard.redaction.redaction import RedactionState, Speaker, replaced
from agent.cognitive.guard.redaction.redactor import redact

_OF_CARDS = ("[card]", "[security code]")


def without_cards(text: str) -> str:
    """The text with numbers of cards and their codes taken out."""
    found = redact(text, RedactionState(), Speaker.CALLER).spans
    return replaced(text, [span for span in found if span.placeholder in _OF_CARDS])
