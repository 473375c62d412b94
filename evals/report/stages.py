"""What a caller's wait was made of: endpointing, recogniser, reply, line. Measurements in, values out.

The stages are those of `evals.metrics.stages`, put together for a picture: each begins where the one before it ended,
so the stages of a wait add up to it. Where an agent does not tell its stages there are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.metrics.measurement import Measurement
from evals.metrics.stages import (
    DIALOGUE_LATENCY,
    ENDPOINTING_DELAY,
    RECOGNITION_LATENCY,
    SYNTHESIS_LATENCY,
    TRANSPORT_LATENCY,
    UNEXPLAINED_LATENCY,
)

STAGES = ("endpointing", "recogniser", "reply", "line")
"""In order of time. `endpointing`: until the agent takes the turn as over, the line's delay to it included;
`recogniser`: until the words are handed on; `reply`: until the first frame of an answer is sent, dialogue and voice
together, since a streamed answer is spoken before it is whole; `line`: until it is audible at the ear."""

_MADE_OF = (
    (ENDPOINTING_DELAY.name,),
    (RECOGNITION_LATENCY.name,),
    (DIALOGUE_LATENCY.name, SYNTHESIS_LATENCY.name),
    (TRANSPORT_LATENCY.name, UNEXPLAINED_LATENCY.name),
)


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


def staged_waits(measurements: Sequence[Measurement]) -> tuple[StagedWait, ...]:
    """The call's waits for a reply that have all their stages, none of them negative, in order of their turns."""
    names = frozenset(name for parts in _MADE_OF for name in parts)
    turns: dict[int, dict[str, float]] = {}
    for item in measurements:
        if item.metric in names and item.turn is not None and item.value is not None:
            turns.setdefault(item.turn, {})[item.metric] = item.value
    found = []
    for turn, values in sorted(turns.items()):
        if values.keys() == names:
            lengths = tuple(sum(values[name] for name in parts) for parts in _MADE_OF)
            # An agent that answers before the caller has ended has stages that overlap, which no bar can show.
            if min(lengths) >= 0:
                found.append(StagedWait(turn=turn, stages_ms=lengths))
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
