"""What became of each caller utterance's words on the way to the agent, as counts to be pooled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.turn import Json
from evals.metrics.definition import NO_AUDIO, MetricDefinition
from evals.metrics.measurement import Measurement
from evals.metrics.normaliser import NORMALISER_VERSION, normalise
from evals.metrics.timeline import LISTENER_SOUNDS, WORD_KINDS, event_ns, events_of, onset_ns
from evals.metrics.word_errors import WordErrors, word_errors
from evals.record import CallerUtterance, CallRecord, Level

WORD_HITS = MetricDefinition(name="word_hits", version=NORMALISER_VERSION, unit="words", better="higher")
WORD_SUBSTITUTIONS = MetricDefinition(name="word_substitutions", version=NORMALISER_VERSION, unit="words")
WORD_DELETIONS = MetricDefinition(name="word_deletions", version=NORMALISER_VERSION, unit="words")
WORD_INSERTIONS = MetricDefinition(name="word_insertions", version=NORMALISER_VERSION, unit="words")

METRICS = (WORD_HITS, WORD_SUBSTITUTIONS, WORD_DELETIONS, WORD_INSERTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTurn:
    """What was said and heard of one utterance, or in `excuse` why the two are not compared."""

    turn: int
    said: str = ""
    heard: str = ""
    excuse: str = ""


def words_heard(record: CallRecord) -> list[Measurement]:
    """Hits, substitutions, deletions and insertions of every caller utterance that has words."""
    excuse = no_texts(record)
    if excuse:
        return [metric.unscored(excuse) for metric in METRICS]
    measurements: list[Measurement] = []
    for compared in compared_turns(record):
        measurements += (
            [metric.unscored(compared.excuse, turn=compared.turn) for metric in METRICS]
            if compared.excuse
            else _counts(word_errors(compared.said, compared.heard), compared.turn)
        )
    return measurements


def no_texts(record: CallRecord) -> str:
    """Why nothing that was heard in the call can be compared; empty when it can."""
    if record.level is Level.TEXT:
        return NO_AUDIO
    if not events_of(record, "final_heard", "turn_opened"):
        return "the agent does not report what it heard"
    return ""


def compared_turns(record: CallRecord) -> list[ComparedTurn]:
    """The utterances whose words count, each with what was made of it."""
    compared: list[ComparedTurn] = []
    for turn, utterance in enumerate(record.utterances):
        if utterance.hung_up and utterance.kind in WORD_KINDS:
            compared.append(ComparedTurn(turn=turn, excuse="the caller hung up while speaking"))
        elif _is_reference(utterance):
            compared.append(ComparedTurn(turn=turn, said=utterance.text, heard=heard_text(record, turn)))
        elif utterance.sound in LISTENER_SOUNDS and normalise(turn_text(record, turn)):
            # Words made of an "mm-hmm" matter only where the agent acted on them.
            compared.append(ComparedTurn(turn=turn, heard=turn_text(record, turn)))
    return compared


def heard_text(record: CallRecord, turn: int) -> str:
    """What the agent's recogniser made of the caller utterance with this index; empty when it heard nothing.

    The recogniser's finals, or the transcripts of turns opened where an agent reports no finals.
    """
    rows = events_of(record, "final_heard")
    if not rows:
        return turn_text(record, turn)
    return " ".join(str(row["text"]) for row in rows if utterance_of(record, row) == turn).strip()


def turn_text(record: CallRecord, turn: int) -> str:
    """The transcripts of the turns that the agent opened on the caller utterance with this index."""
    rows = [row for row in events_of(record, "turn_opened") if row.get("event") == "speech"]
    return " ".join(str(row["transcript"]) for row in rows if utterance_of(record, row) == turn).strip()


def _is_reference(utterance: CallerUtterance) -> bool:
    return utterance.kind in WORD_KINDS and bool(normalise(utterance.text))


def _counts(errors: WordErrors, turn: int) -> list[Measurement]:
    counts = (errors.hits, errors.substitutions, errors.deletions, errors.insertions)
    return [metric.of(count, turn=turn) for metric, count in zip(METRICS, counts, strict=True)]


def utterance_of(record: CallRecord, row: Mapping[str, Json]) -> int | None:
    """The utterance that an event tells of: the last one begun before the speech it tells of ended.

    Where the agent reported an endpoint, the speech ended there; otherwise it is dated by the event itself, so that
    a slow recogniser's words are not put down to a caller who has begun to speak again.
    """
    at = event_ns(row)
    endpoints = [end for end in events_of(record, "endpoint_reached") if event_ns(end) <= at]
    if endpoints:
        at = min(at, event_ns(endpoints[-1], "offset_ns"))
    begun: Sequence[int] = [turn for turn, said in enumerate(record.utterances) if onset_ns(said) <= at]
    return begun[-1] if begun else None
