"""Who was audible when: the facts of a record that the timing metrics stand on.

The caller's side is known (the true bounds of the clean speech). The agent's side is found in the track of the
caller's ear by level: 10 ms steps at or above -45 dBov, three in a row to begin, dated from the first of them. That
track is clean, so a level is enough, and it brings none of a voice detector's lag. A silence shorter than
`SILENCE_MS` is part of speaking.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from agent.media import SAMPLE_NS, mulaw_decode
from agent.turn import Json
from evals.metrics.carrier_queue import unplayed_ns
from evals.record import CallerUtterance, CallRecord, Span
from evals.scenario.model import Sound, StepKind
from evals.signal.voicing import audible_spans

SILENCE_MS = 200  # closures and gaps between words last up to about 150 ms; pauses between phrases begin here
NS_PER_MS = 1_000_000

WORD_KINDS = frozenset({StepKind.SAYS, StepKind.INTERRUPTS, StepKind.PLAYS})
LISTENER_SOUNDS = frozenset({Sound.BACKCHANNEL, Sound.COUGH, Sound.ASIDE})


def agent_spans(record: CallRecord) -> tuple[Span, ...]:
    """When the agent was audible at the caller's ear, in order, at least `SILENCE_MS` apart."""
    return _audible(record.agent_track)


def onset_ns(utterance: CallerUtterance) -> int:
    """The first voiced sample at the caller's mouth; the beginning of the sound where nothing is voiced."""
    return utterance.speech[0].start_ns if utterance.speech else utterance.start_ns


def turn_end_ns(utterance: CallerUtterance) -> int:
    """The end of the last voiced sample at the caller's mouth; of a sound or of keys, the end of all of it."""
    if utterance.kind in WORD_KINDS and utterance.speech:
        return utterance.speech[-1].end_ns
    return utterance.end_ns


def is_interruption(record: CallRecord, utterance: CallerUtterance) -> bool:
    """Whether the scenario means the caller to say this while the agent speaks."""
    if utterance.kind == StepKind.PLAYS:
        return scenario_step(record, utterance).get("after_ms") is not None
    return utterance.kind == StepKind.INTERRUPTS


def scenario_step(record: CallRecord, utterance: CallerUtterance) -> Mapping[str, Json]:
    """The scenario's step that the utterance came of; empty when the record has no script."""
    steps = record.scenario.get("caller")
    if isinstance(steps, list | tuple) and 0 <= utterance.step < len(steps):
        step = steps[utterance.step]
        if isinstance(step, Mapping):
            return step
    return {}


def events_of(record: CallRecord, *kinds: str) -> list[Mapping[str, Json]]:
    """The agent's events of these kinds, oldest first."""
    return [row for row in record.events if row.get("kind") in kinds]


def event_ns(row: Mapping[str, Json], name: str = "t_ns") -> int:
    """A time of an event row."""
    value = row[name]
    if not isinstance(value, int):
        raise ValueError(f"{name} of a {row.get('kind')} event is {value!r}, not nanoseconds")
    return value


def reply_under_way(record: CallRecord, utterance: CallerUtterance) -> Span | None:
    """The reply that the caller began over, up to its last audible sample; None when none was under way.

    A reply goes on over its own pauses: the agent that is audible again while the caller still speaks, or that had
    spoken past their end, has not stopped, unless a `clear` on the wire or the agent's own events say that it had.
    A silence of the record's `reply_end_ns` ends it in any case.

    So a caller who begins in a pause begins over a reply, if words of it were left: the agent is audible again while
    they speak, or more than the silence that ends a reply was waiting at the carrier. The span then ends before the
    caller's onset, when the agent was never heard again.
    """
    begun = onset_ns(utterance)
    spans = agent_spans(record)
    last = next((at for at in reversed(range(len(spans))) if spans[at].start_ns <= begun), None)
    if last is None:
        return None
    end = _end_of_reply(record, utterance, last)
    in_pause = spans[last].end_ns <= begun
    if in_pause and begun - spans[last].end_ns >= record.reply_end_ns:
        return None
    if in_pause and end <= begun and unplayed_ns(record, begun) <= record.reply_end_ns:
        return None
    return Span(start_ns=spans[last].start_ns, end_ns=end)


def _end_of_reply(record: CallRecord, utterance: CallerUtterance, last: int) -> int:
    """The last audible sample of the reply whose stretch number `last` is the last begun before the caller."""
    begun, ended = onset_ns(utterance), turn_end_ns(utterance)
    spans, stops = agent_spans(record), stops_ns(record)
    end = spans[last].end_ns
    for span in spans[last + 1 :]:
        went_on = span.start_ns < ended or end > ended
        stopped = any(begun <= stop < span.start_ns for stop in stops)
        if stopped or not went_on or span.start_ns - end >= record.reply_end_ns:
            break
        end = span.end_ns
    return end


def stops_ns(record: CallRecord) -> list[int]:
    """When the agent stopped itself: `clear` on the wire, or yielded or cancelled by its own account."""
    wire = [message.t_ns for message in record.wire if message.kind == "clear"]
    return sorted(wire + [event_ns(row) for row in events_of(record, "yielded", "reply_cancelled")])


def next_turn_ns(record: CallRecord, turn: int) -> int:
    """When the caller's next utterance that expects a reply begins; the end of the call when there is none."""
    later = (onset_ns(utterance) for utterance in record.utterances[turn + 1 :] if utterance.expects_reply)
    return next(later, record.duration_ns)


@lru_cache(maxsize=16)
def _audible(track: bytes) -> tuple[Span, ...]:
    # A step of 10 ms less, since the gap given is the longest that still joins.
    spans = audible_spans(mulaw_decode(track), merge_gap_ms=SILENCE_MS - 10)
    return tuple(Span(start_ns=start * SAMPLE_NS, end_ns=end * SAMPLE_NS) for start, end in spans)
