"""How often the agent had to make do: it did not understand, or a provider failed and a substitute stood in.

Two counts of a call, to be pooled into `fallback_rate`.
"""

from __future__ import annotations

from agent.cognitive.flow import UNCLEAR
from evals.metrics.definition import MetricDefinition
from evals.metrics.measurement import Measurement
from evals.metrics.timeline import event_ns, events_of
from evals.record import CallRecord

SPEECH_TURNS = MetricDefinition(name="speech_turns", version=1, unit="count", better="")
FALLBACK_TURNS = MetricDefinition(name="fallback_turns", version=1, unit="count")

METRICS = (SPEECH_TURNS, FALLBACK_TURNS)

NO_TURNS = "the agent does not report its turns"


def fallback(record: CallRecord) -> list[Measurement]:
    """Turns that the agent opened on the caller's speech, and those of them that it met with a fallback."""
    opened = [row for row in events_of(record, "turn_opened") if row.get("event") == "speech"]
    if not opened:
        reason = NO_TURNS if not events_of(record, "turn_opened") else "the caller said nothing"
        return [metric.unscored(reason) for metric in METRICS]
    unclear = {row["seq"] for row in events_of(record, "turn_answered") if row.get("chosen") == UNCLEAR}
    failed = {_turn_at(record, event_ns(row)) for row in events_of(record, "provider_failed")}
    fallen = [row for row in opened if row["seq"] in unclear or row["seq"] in failed]
    return [SPEECH_TURNS.of(len(opened)), FALLBACK_TURNS.of(len(fallen))]


def _turn_at(record: CallRecord, at_ns: int) -> object:
    """The turn that a provider's failure belongs to: the last that was open by then; of none, the first.

    A recogniser that fails does so just before the turn is opened that knows nothing of what was said.
    """
    rows = events_of(record, "turn_opened")
    return next((row["seq"] for row in reversed(rows) if event_ns(row) <= at_ns), rows[0]["seq"])
