"""Why a call is given to a person, and what that person is told before they say hello. Pure.

Why is known from the way the walk took: the caller asked, a question was put too often, a tool failed, words came in
too badly to go on. The whisper is a few sentences for the ear of whoever takes the call over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.guard.finding import HandoffReason
from agent.cognitive.guard.redaction.for_people import without_cards
from agent.cognitive.memory import CALLER
from agent.cognitive.spoken_time import spoken_time
from agent.turn import TurnEvent, TurnInput

REASON, SUMMARY = "handoff_reason", "handoff_summary"
"""Variables that texts and tool arguments may use on the way out."""

_BECAUSE: Mapping[str, str] = {
    HandoffReason.MEDICAL_EMERGENCY: "This may be a medical emergency.",
    HandoffReason.SELF_HARM: "The caller may be thinking of harming themselves.",
    HandoffReason.LEGAL_RISK: "The caller speaks of legal action.",
    HandoffReason.PAYMENT_DISPUTE: "The caller disputes a payment.",
    HandoffReason.EXPLICIT_REQUEST: "The caller asked for a person.",
    HandoffReason.ANGER: "The caller is angry.",
    HandoffReason.POLICY_BLOCK: "The caller asked for something the assistant must not do.",
    HandoffReason.SYSTEM_ERROR: "A system that is needed did not work.",
    HandoffReason.LOW_CONFIDENCE: "The caller could hardly be understood.",
    HandoffReason.FAILED_ATTEMPTS: "The same question was asked several times without an answer.",
}
_LAST_WORDS = 25
_A_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class LowConfidence:
    """When a call is given up as too badly heard.

    Attributes:
        to: the state it goes to.
        below: a turn of a lower `stt_confidence` than this counts (0 to 1).
        turns: so many in a row.
    """

    to: str
    below: float = 0.4
    turns: int = 3


def whisper(dialogue: Dialogue, turn: TurnInput) -> str:
    """What the person who takes the call is told: why, who, what the caller has told, what they said last.

    Args:
        dialogue: with the reason in it.
        turn: the one in which the call is given away.
    """
    parts = [_BECAUSE.get(dialogue.reason, "The caller was handed over.")]
    if name := dialogue.captured.get("name") or turn.variables.get("first_name", ""):
        parts.append(f"Caller: {name}.")
    zone = turn.variables.get("time_zone", "")
    told = {name: value for name, value in dialogue.captured.items() if value and name != "name"}
    if told:
        known = (
            f"{name.replace('_', ' ')} {_spoken(value, turn.now_iso, zone)}" for name, value in told.items()
        )
        parts.append(f"Known so far: {', '.join(known)}.")
    before = next((line.text for line in reversed(dialogue.said) if line.who == CALLER), "")
    if said := turn.transcript if turn.event is TurnEvent.SPEECH else before:
        # The whole line is looked at: the end of a card's number alone looks like none.
        parts.append(f'Last said: "{" ".join(without_cards(said).split()[-_LAST_WORDS:])}".')
    return " ".join(parts)


def _spoken(value: str, now_iso: str, time_zone: str) -> str:
    return spoken_time(value, now_iso=now_iso, time_zone=time_zone) if _A_TIME.fullmatch(value) else value
