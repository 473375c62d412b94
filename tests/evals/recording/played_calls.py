"""Calls that the harness plays, scored from their sound alone, against the truth in their records.

The voices and sentences are not those that the segmentation's constants were fitted on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech
from agent.cache import ContentCache
from evals.metrics.registry import measure
from evals.metrics.timeline import onset_ns
from evals.record import CallRecord
from evals.recording.score import Score, score_recording
from evals.scenario.model import Line
from evals.sim.audio_call import Voices, play_audio
from evals.sim.known_agents import KnownAgent
from evals.sim.virtual_time import run_inline
from evals.store.call_audio import stereo_wav
from tests.scenarios import a_case, interrupts, says

VOICES = {11: "en-gb-x-rp+m2", 12: "en-us+m4", 13: "en-gb-scotland+m7"}
SAME_TURN_NS = 400_000_000  # an onset this near to the true one belongs to the same turn
MEASURED = ("response_latency", "yield_latency")


@dataclasses.dataclass
class Errors:
    """Absolute errors in ms over a condition's calls, and what was missed or made up."""

    by_metric: dict[str, list[float]]
    missed: int = 0
    turns: int = 0
    made_up: int = 0


@contextmanager
def open_voices(folder: Path) -> Iterator[Voices]:
    """The callers' voice, with what it has spoken kept in a folder."""
    tts = Pyttsx3TextToSpeech(run_blocking=run_inline)
    yield Voices(tts=tts, cache=ContentCache(folder))
    tts.close()


def played(line: Line, seed: int, voices: Voices) -> CallRecord:
    case = a_case(
        says("Good morning, I would like to change my appointment."),
        says("It was booked for Friday [pause 600] under the name of Harrison."),
        interrupts("No, hold on, that is not what I asked for.", after_ms=1100),
        says("The week after next would suit me best."),
        interrupts("Actually, make it the afternoon please.", after_ms=800),
        says("That is all, thanks for your help."),
        line=line,
        seed=seed,
    )
    agent = KnownAgent(answer_ms=350 + 170 * (seed % 5), stop_ms=150 + 45 * (seed % 5), reply_ms=3100)
    return play_audio(dataclasses.replace(case, voice=VOICES[seed]), agent, voices)


def compared(record: CallRecord, score: Score, errors: Errors) -> None:
    """Each true value against that of the turn that began when the utterance did."""
    truth = [m for m in measure(record) if m.metric in MEASURED and m.value is not None]
    found = {(m.turn, m.metric): m.value for m in score.measurements}
    matched = set()
    for measurement in truth:
        assert measurement.turn is not None and measurement.value is not None
        begun = onset_ns(record.utterances[measurement.turn])
        turn = next((at for at, t in enumerate(score.turns) if abs(t.start_ns - begun) <= SAME_TURN_NS), None)
        value = found.get((turn, measurement.metric))
        matched.add(turn)
        if value is None:
            errors.missed += 1
        else:
            errors.by_metric[measurement.metric].append(abs(value - measurement.value))
    errors.turns += len(truth)
    errors.made_up += len(score.turns) - len(matched - {None})


def errors_on(lines: list[Line], folder: Path, voices: Voices) -> Errors:
    errors = Errors(by_metric={metric: [] for metric in MEASURED})
    for line in lines:
        for seed in VOICES:
            record = played(line, seed, voices)
            path = folder / f"{line.name}-{seed}.wav"
            path.write_bytes(stereo_wav(record.caller_track, record.agent_track))
            compared(record, score_recording(path), errors)
    return errors


def medians(errors: Errors) -> dict[str, float]:
    return {metric: float(np.median(values)) for metric, values in errors.by_metric.items()}


def check_at_10_db(noise: str, folder: Path, voices: Voices) -> Errors:
    """Plays the calls in this noise and checks what the manual says of them."""
    errors = errors_on([Line(name=noise, noise=noise, snr_db=10.0)], folder, voices)
    assert errors.turns == 24
    assert errors.missed + errors.made_up <= 2, errors
    assert max(medians(errors).values()) <= 60, medians(errors)
    return errors
