"""Whether the agent tells what is meant for it from what is not: one value for each sound that should not stop it.

The kinds are tau-voice's: backchannels, vocal tics, and speech that is directed at somebody else.
"""

from __future__ import annotations

from evals.metrics.barge_in import FALSE_STOP, barge_in
from evals.metrics.definition import NO_AUDIO, MetricDefinition
from evals.metrics.measurement import Measurement
from evals.metrics.timeline import event_ns, events_of, next_turn_ns, onset_ns
from evals.record import CallRecord, Level
from evals.scenario.model import Sound

BACKCHANNEL_IGNORED = MetricDefinition(name="backchannel_ignored", version=1, unit="yes=1", better="higher")
VOCAL_TIC_IGNORED = MetricDefinition(name="vocal_tic_ignored", version=1, unit="yes=1", better="higher")
ASIDE_IGNORED = MetricDefinition(name="aside_ignored", version=1, unit="yes=1", better="higher")

BY_SOUND = {
    Sound.BACKCHANNEL: BACKCHANNEL_IGNORED,
    Sound.COUGH: VOCAL_TIC_IGNORED,
    Sound.ASIDE: ASIDE_IGNORED,
}
METRICS = tuple(BY_SOUND.values())

ANSWERED_NS = (
    2_000_000_000  # a turn opened up to 2 s after the sound answers it (tau-voice's response window)
)


def selectivity(record: CallRecord) -> list[Measurement]:
    """For each such sound: 1 when the agent neither gave up its reply for it nor took it for the caller's turn."""
    if record.level is Level.TEXT:
        return [metric.unscored(NO_AUDIO) for metric in METRICS]
    stops = {m.turn: m for m in barge_in(record) if m.metric == FALSE_STOP.name}
    measurements = []
    for turn, utterance in enumerate(record.utterances):
        metric = BY_SOUND.get(Sound(utterance.sound)) if utterance.sound else None
        if metric is None:
            continue
        stop = stops[turn]
        measurements.append(
            metric.unscored(stop.unscored_reason, turn=turn)
            if stop.value is None
            else metric.of(not stop.value and not _answered(record, turn), turn=turn)
        )
    return measurements


def _answered(record: CallRecord, turn: int) -> bool:
    """Whether the agent opened a turn on the sound, by its own account."""
    utterance = record.utterances[turn]
    until = min(utterance.end_ns + ANSWERED_NS, next_turn_ns(record, turn))
    return any(
        row.get("event") == "speech" and onset_ns(utterance) <= event_ns(row) < until
        for row in events_of(record, "turn_opened")
    )
