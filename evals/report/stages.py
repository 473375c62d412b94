"""What a caller's wait was made of: endpointing, recogniser, reply, line. Record in, values out.

The wait is taken at the caller's ear and mouth, and the agent's own events cut it into stages, each from where the one
before it ended; so the stages of a wait add up to it. What an agent does not tell is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agent.turn import Json
from evals.metrics.latency import RESPONSE_LATENCY
from evals.metrics.measurement import Measurement
from evals.metrics.timeline import NS_PER_MS, event_ns, events_of, turn_end_ns
from evals.metrics.words_heard import utterance_of
from evals.record import CallRecord, Level

STAGES = ("endpointing", "recogniser", "reply", "line")
"""In order of time. `endpointing`: until the agent takes the turn as over, the line's delay to it included;
`recogniser`: until the words are handed on; `reply`: until the first frame of an answer is sent, dialogue and voice
together, since a streamed answer is spoken before it is whole; `line`: until it is audible at the ear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedWait:
    """A wait for a reply: the caller's turn, and how long each of `STAGES` took, in ms."""

    turn: int
    stages_ms: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.stages_ms) != len(STAGES):
            raise ValueError(f"{len(self.stages_ms)} stages; expected {len(STAGES)}: {', '.join(STAGES)}")

    @property
    def total_ms(self) -> float:
        """The whole wait."""
        return sum(self.stages_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMeans:
    """Mean stages of `waits` waits that have `name` in common, in ms; means add up, which medians do not."""

    name: str
    waits: int
    stages_ms: tuple[float, ...]


def staged_waits(record: CallRecord, measurements: Sequence[Measurement]) -> tuple[StagedWait, ...]:
    """The call's waits for a reply, for each of which the agent told all its stages in order of time."""
    if record.level is Level.TEXT:
        return ()
    turns: dict[int, Mapping[str, Json]] = {}
    for row in events_of(record, "turn_opened"):
        turn = utterance_of(record, row) if row.get("event") == "speech" else None
        if turn is not None:
            turns[turn] = row  # of several that one utterance opened, the last is the one that was answered
    found = []
    for item in measurements:
        if (
            item.metric != RESPONSE_LATENCY.name
            or item.value is None
            or item.censored
            or item.turn not in turns
        ):
            continue
        ended = turn_end_ns(record.utterances[item.turn])
        marks = _marks(record, turns[item.turn])
        times = [ended, *marks, ended + round(item.value * NS_PER_MS)]
        # A reply to a provisional turn may begin before the endpoint: stages that overlap do not add up.
        if marks and all(before <= after for before, after in pairwise(times)):
            stages = tuple((after - before) / NS_PER_MS for before, after in pairwise(times))
            found.append(StagedWait(turn=item.turn, stages_ms=stages))
    return tuple(found)


def stage_means(waits: Iterable[tuple[str, StagedWait]]) -> tuple[StageMeans, ...]:
    """The means of named waits: of all first, then by name where there are several."""
    groups: dict[str, list[StagedWait]] = {}
    for name, wait in waits:
        groups.setdefault(name, []).append(wait)
    whole = [wait for group in groups.values() for wait in group]
    named = [("all", whole), *(sorted(groups.items()) if len(groups) > 1 else ())]
    return tuple(
        StageMeans(
            name=name,
            waits=len(group),
            stages_ms=tuple(
                sum(parts) / len(group) for parts in zip(*(wait.stages_ms for wait in group), strict=True)
            ),
        )
        for name, group in named
        if group
    )


def _marks(record: CallRecord, opened: Mapping[str, Json]) -> list[int]:
    """When the turn was taken as over, opened, and answered with a first frame; empty where one is not told."""
    at, seq = event_ns(opened), opened.get("seq")
    endpoints = [row for row in events_of(record, "endpoint_reached") if event_ns(row) <= at]
    sent = [event_ns(row) for row in events_of(record, "speech_sent") if row.get("seq") == seq]
    return [event_ns(endpoints[-1]), at, sent[0]] if endpoints and sent else []
