"""A recording, scored: who was audible when, the caller's turns, the measurements, and what they sum up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.units import NS_PER_S
from evals.metrics.measurement import Measurement
from evals.metrics.registry import RATIOS, pooled
from evals.recording.segmentation import Channel, agent_channel, caller_channel
from evals.recording.steps import StepMeter
from evals.recording.timing import timing
from evals.recording.turns import CallerTurn, caller_turns
from evals.recording.wav import open_recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Of values of one metric: how many, how many of them lower bounds, median, 95th percentile and greatest.

    Percentiles are linear between ranks (type 7), as everywhere here; None without values.
    """

    count: int
    censored: int
    p50: float | None
    p95: float | None
    longest: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a recording says.

    Attributes:
        name: of the file, without its folder.
        rate_hz: samples per second.
        duration_ns: of the whole recording.
        caller, agent: their channels.
        turns: the caller's.
        measurements: as docs/metrics.md names them; `turn` is an index into `turns`.
    """

    name: str
    rate_hz: int
    duration_ns: int
    caller: Channel
    agent: Channel
    turns: tuple[CallerTurn, ...]
    measurements: tuple[Measurement, ...]

    def value(self, metric: str) -> Measurement:
        """The one measurement of the whole call by this metric."""
        return next(m for m in self.measurements if m.metric == metric and m.turn is None)

    def total(self, metric: str) -> float:
        """The sum over the turns."""
        return sum(m.value for m in self.measurements if m.metric == metric and m.value is not None)

    def spread(self, metric: str) -> Spread:
        """The turns' values of a metric, lower bounds among them."""
        return spread_of([m for m in self.measurements if m.metric == metric and m.turn is not None])

    @property
    def talk_ratio(self) -> float | None:
        """The agent's share of both sides' talk; None when nobody talks."""
        ratio = next(ratio for ratio in RATIOS if ratio.name == "talk_ratio")
        return pooled(list(self.measurements), ratio)


def score_recording(path: Path, *, swap: bool = False) -> Score:
    """Reads a stereo recording, caller left and agent right, and measures it.

    Args:
        path: a WAV file.
        swap: the agent is on the left.

    Raises:
        BadInput: the file cannot be used.
    """
    recording = open_recording(path)
    left, right = StepMeter(recording.rate_hz), StepMeter(recording.rate_hz)
    for block in recording.blocks():
        left.add(block[:, 0])
        right.add(block[:, 1])
    caller = caller_channel((right if swap else left).finish())
    agent = agent_channel((left if swap else right).finish())
    duration_ns = recording.samples * NS_PER_S // recording.rate_hz
    turns = caller_turns(caller.spans, agent.spans, duration_ns)
    return Score(
        name=path.name,
        rate_hz=recording.rate_hz,
        duration_ns=duration_ns,
        caller=caller,
        agent=agent,
        turns=turns,
        measurements=tuple(timing(caller.spans, agent.spans, turns, duration_ns)),
    )


def spread_of(measurements: Sequence[Measurement]) -> Spread:
    """How measured values spread; the unscored are left out."""
    scored = [m for m in measurements if m.value is not None]
    values = [m.value for m in scored if m.value is not None]
    p50, p95 = (round(float(q), 1) for q in np.quantile(values, (0.5, 0.95))) if values else (None, None)
    return Spread(
        count=len(values),
        censored=sum(m.censored for m in scored),
        p50=p50,
        p95=p95,
        longest=max(values, default=None),
    )
