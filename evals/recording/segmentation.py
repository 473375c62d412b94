"""When a channel of a recording holds speech, from its sound alone.

Three things make it hold in noise. The background is tracked in each band, so that speech shows where the noise does
not. What stands out of it is speech only if it stands out for long enough and as far as the channel's speech does: the
thresholds are fitted to the channel, by turns estimating what is speech and how far the rest rises (a keyboard rises
far, hiss does not). And what noise hides of a word's edges is put back: docs/metrics.md counts speech down to 30 dB
below its active level, and at 10 dB of SNR the last 20 dB of that are under the noise.

Every step is a function of the whole recording: nothing is drawn, and nothing depends on blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.units import NS_PER_MS
from evals.record import Span
from evals.recording.noise_floor import Values, band_level_db, excess_db, floor_db
from evals.recording.steps import STEP_MS, Steps
from evals.signal.voicing import AUDIBLE_DBOV, SPEECH_RANGE_DB, STEPS_TO_START

NOMINAL_DBOV = -26.0  # the usual active level of speech tests (ITU-T P.800 series)

# Fitted on 36 calls of the harness: clean, quiet, and five noises at 10 and 20 dB, three voices (docs/recordings.md).
EDGE_STEPS = 5  # power is averaged over 50 ms where edges are looked for
CORE_STEPS = 7  # and over 70 ms where it is decided what is speech at all
LEAST_WEAK_DB, LEAST_STRONG_DB = 2.5, 5.0  # what steady noise does not reach: 90 % and all of it
WEAK_QUANTILE, STRONG_QUANTILE, STRONG_MARGIN_DB = 0.93, 0.98, 1.0  # how far unsteady noise rises
WEAK_SHARE = 0.85  # of the first guess at the strong threshold
CORE_NEEDED_STEPS = 10  # 100 ms about as loud as speech is here: more than a click or a key
CORE_NEAR_STEPS, NEAR_STEPS = 6, 30  # less is enough within 300 ms of speech
LEAST_BELOW_DB = (
    9.0  # how far below the mean of speech its core may lie; in quiet, half-way down to the noise
)
JOIN_STEPS = 10  # edges less than 100 ms apart are one sound's
GUARD_STEPS = 20  # what is within 200 ms of speech says nothing about the noise
ROUNDS = 4  # of fitting; it settles after two or three
ENOUGH_NOISE_STEPS = 100  # a second of noise, to say anything about it

# How speech begins and ends, fitted likewise: edges sink out of sight `HIDDEN_FROM_DB` under the noise already, since
# the bands see under it, and go on at these slopes. Speech ends more slowly than it begins.
HIDDEN_FROM_DB = 8.0
HIDDEN_PER_WEAK_DB = 1.5  # and so much earlier for each dB that the weak threshold had to rise
RISE_DB_PER_STEP, FALL_DB_PER_STEP = 5.0, 1.1
MOST_HIDDEN_DB = 20.0  # more was not there to be fitted on

Flags = NDArray[np.bool_]
_Run = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What is measured of a channel.

    Attributes:
        spans: when there was speech, in order and apart by at least `join_ms`.
        speech_dbov: active level of that speech; None without any.
        noise_dbov: level of the rest; None where all is speech.
    """

    spans: tuple[Span, ...]
    speech_dbov: float | None
    noise_dbov: float | None


def caller_channel(steps: Steps) -> Channel:
    """A caller's speech: what is at or above their active level less 30 dB, as in docs/metrics.md."""
    return _channel(steps, lambda active_dbov: active_dbov - SPEECH_RANGE_DB)


def agent_channel(steps: Steps) -> Channel:
    """When an agent is audible: at or above -45 dBov, as in docs/metrics.md.

    That is 19 dB below the usual active level; an agent recorded more quietly than that counts down to 19 dB below
    its own.
    """
    return _channel(steps, lambda active_dbov: AUDIBLE_DBOV + min(0.0, active_dbov - NOMINAL_DBOV))


@dataclass(frozen=True, slots=True)
class _Thresholds:
    """In dB over the floor; `core_dbov` in the bands' level."""

    weak: float
    strong: float
    core_dbov: float


def _channel(steps: Steps, least_dbov: Callable[[float], float]) -> Channel:
    if len(steps.level_db) == 0:
        return Channel(spans=(), speech_dbov=None, noise_dbov=None)
    floor = floor_db(steps)
    background = np.asarray(10 * np.log10((10 ** (floor / 10)).sum(axis=1)), dtype=np.float32)
    edges, core = excess_db(steps, floor, EDGE_STEPS), excess_db(steps, floor, CORE_STEPS)
    level = band_level_db(steps, CORE_STEPS)
    fitted = _fitted(edges, core, level, background)
    runs = _speech(edges >= fitted.weak, core, level, fitted) if fitted else []
    inside = _within(runs, len(edges), guard=0)
    if fitted is None or not inside.any():
        return Channel(spans=(), speech_dbov=None, noise_dbov=_mean_db(steps.level_db))
    noise_dbov = _mean_db(steps.level_db[~inside])
    speech_dbov = _without(_mean_db(steps.level_db[inside]), noise_dbov)
    least = least_dbov(speech_dbov)
    loud = steps.level_db >= least
    runs = [run for run in _speech((edges >= fitted.weak) & loud, core, level, fitted) if _begins(loud, run)]
    hidden = background - HIDDEN_FROM_DB + HIDDEN_PER_WEAK_DB * (fitted.weak - LEAST_WEAK_DB) - least
    spans = _spans(runs, np.clip(hidden, 0.0, MOST_HIDDEN_DB), len(edges))
    return Channel(spans=spans, speech_dbov=round(speech_dbov, 1), noise_dbov=noise_dbov)


def _fitted(edges: Values, core: Values, level: Values, background: Values) -> _Thresholds | None:
    """The channel's thresholds; None where nothing stands out."""
    strong = max(LEAST_STRONG_DB, _two_classes(core))
    weak = max(LEAST_WEAK_DB, WEAK_SHARE * strong)
    fitted = None
    for _ in range(ROUNDS):
        loud = core >= strong
        if not loud.any():
            return fitted
        mean = _mean_db(level[loud])
        assert mean is not None
        below = max(LEAST_BELOW_DB, (mean - float(np.median(background))) / 2)
        fitted = _Thresholds(weak, strong, mean - below)
        noise = ~_within(_speech(edges >= weak, core, level, fitted), len(edges), guard=GUARD_STEPS)
        if np.count_nonzero(noise) < ENOUGH_NOISE_STEPS:
            return fitted
        weak = max(LEAST_WEAK_DB, float(np.quantile(edges[noise], WEAK_QUANTILE)))
        strong = max(
            LEAST_STRONG_DB, weak, float(np.quantile(core[noise], STRONG_QUANTILE)) + STRONG_MARGIN_DB
        )
    return fitted


def _two_classes(values: Values) -> float:
    """Where values fall best into two classes (N. Otsu, IEEE Trans. Syst. Man Cybern. 9(1), 1979)."""
    counts, edges = np.histogram(values, bins=64)
    centres = (edges[1:] + edges[:-1]) / 2
    below, moment = np.cumsum(counts)[:-1], np.cumsum(counts * centres)[:-1]
    above = values.size - below
    total = float(np.sum(counts * centres))
    between = (total * below - values.size * moment) ** 2 / np.maximum(below * above, 1)
    return float(centres[int(np.argmax(between))])


def _speech(active: Flags, core: Values, level: Values, fitted: _Thresholds) -> list[_Run]:
    """Runs of active steps, joined over short gaps, that hold enough of what is surely speech.

    A shorter piece counts where it lies close to such a run: the last syllable of what was just said.
    """
    sure = np.concatenate(([0], np.cumsum((core >= fitted.strong) & (level >= fitted.core_dbov))))
    held = [(run, int(sure[run[1]] - sure[run[0]])) for run in _runs(active, JOIN_STEPS)]
    speech = [run for run, steps in held if steps >= CORE_NEEDED_STEPS]
    near = _within(speech, len(active), guard=NEAR_STEPS)
    return [
        (first, end)
        for (first, end), steps in held
        if steps >= CORE_NEEDED_STEPS or (steps >= CORE_NEAR_STEPS and (near[first] or near[end - 1]))
    ]


def _runs(flags: Flags, join_steps: int) -> list[_Run]:
    changes = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    starts, ends = changes[::2], changes[1::2]
    apart = starts[1:] - ends[:-1] >= join_steps
    firsts = starts[np.concatenate(([True], apart))] if starts.size else starts
    lasts = ends[np.concatenate((apart, [True]))] if ends.size else ends
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def _begins(loud: Flags, run: _Run) -> bool:
    """Whether so many loud steps come in a row within the run that it is more than a click."""
    return any(b - a >= STEPS_TO_START for a, b in _runs(loud[run[0] : run[1]], 1))


def _spans(runs: list[_Run], hidden_db: Values, steps: int) -> tuple[Span, ...]:
    """The runs with what the noise hides of their edges, joined again where they meet."""
    spans: list[Span] = []
    for first, end in runs:
        start_ms = max(0.0, first - hidden_db[first] / RISE_DB_PER_STEP) * STEP_MS
        end_ms = min(float(steps), end + hidden_db[end - 1] / FALL_DB_PER_STEP) * STEP_MS
        start_ns, end_ns = round(start_ms) * NS_PER_MS, round(end_ms) * NS_PER_MS
        if spans and start_ns - spans[-1].end_ns < JOIN_STEPS * STEP_MS * NS_PER_MS:
            spans[-1] = Span(start_ns=spans[-1].start_ns, end_ns=max(end_ns, spans[-1].end_ns))
        else:
            spans.append(Span(start_ns=start_ns, end_ns=end_ns))
    return tuple(spans)


def _within(runs: list[_Run], steps: int, *, guard: int) -> Flags:
    inside = np.zeros(steps, dtype=np.bool_)
    for first, end in runs:
        inside[max(0, first - guard) : end + guard] = True
    return inside


def _mean_db(levels_db: NDArray[np.floating]) -> float | None:
    """The level of the mean power; None of nothing."""
    if levels_db.size == 0:
        return None
    return round(float(10 * np.log10(np.mean(10 ** (levels_db.astype(np.float64) / 10)))), 1)


def _without(sum_dbov: float | None, noise_dbov: float | None) -> float:
    """The level of speech whose sum with noise is known; the noise is never taken for most of it."""
    assert sum_dbov is not None
    if noise_dbov is None:
        return sum_dbov
    power = 10 ** (sum_dbov / 10) - 10 ** (noise_dbov / 10)
    return float(10 * np.log10(max(power, 10 ** (sum_dbov / 10) / 2)))
