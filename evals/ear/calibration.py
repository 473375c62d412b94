"""The ear's confidence and word times, fitted on sentences and voices that neither training nor the tests know."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agent.audio.stt.ear.certainty import evidence
from agent.audio.stt.ear.search_hypothesis import HeardWord
from agent.cache import ContentCache
from agent.events import WordSpan
from evals.ear.held_out import HeldOutSentence, dev_lines, held_out_sentences
from evals.ear.held_out_audio import HeldOutUtterance, HeldOutVoice, spoken
from evals.ear.language import runs
from evals.ear.measuring import matches
from evals.scenario.model import Line
from evals.store.disk import write_atomically

DEV_VOICES = (
    HeldOutVoice(voice="en-gb+m2", rate=187, pitch=40),
    HeldOutVoice(voice="en-us+f1", rate=157, pitch=58),
    HeldOutVoice(voice="en-gb-x-rp", rate=197, pitch=50),
    HeldOutVoice(voice="en-gb-scotland+m5", rate=167, pitch=46),
    HeldOutVoice(voice="en-us+klatt", rate=177, pitch=50),
)
DEV_LINES = (
    Line(name="clean"),
    Line(name="office 15 dB", noise="office", snr_db=15.0),
    Line(name="street 10 dB", noise="street", snr_db=10.0),
    Line(name="babble 10 dB", noise="babble", snr_db=10.0),
    Line(name="car 5 dB", noise="car", snr_db=5.0),
    Line(name="babble 3 dB", noise="babble", snr_db=3.0),
    Line(name="white 5 dB", noise="white", snr_db=5.0),
)
DEV_SEED = 7  # of the noises
_FRAME_MS = 30.0
_RIDGE = 1.0


def dev_sentences() -> tuple[HeldOutSentence, ...]:
    """The sentences for tuning: those that share no four words in a row, and no whole sentence, with a test."""
    tests = {sentence.text for sentence in held_out_sentences()}
    known = runs(tests)
    return tuple(
        HeldOutSentence(id=f"dev-{number:03d}", category="dev", text=line)
        for number, line in enumerate(dev_lines(), 1)
        if line not in tests and known.isdisjoint(runs([line]))
    )


def dev_utterances(
    cache: ContentCache, lines: Sequence[Line] = DEV_LINES
) -> dict[str, list[HeldOutUtterance]]:
    """Those sentences on each of the lines."""
    sentences = dev_sentences()
    return {line.name: list(spoken(sentences, DEV_VOICES, line, cache, seed=DEV_SEED)) for line in lines}


def fit_certainty(words: Sequence[HeardWord], right: Sequence[bool]) -> tuple[float, ...]:
    """Weights of a logistic regression over the evidence, by Newton's method with a small ridge."""
    x = np.array([evidence(word) for word in words])
    y = np.array(right, dtype=float)
    weights: NDArray[np.float64] = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (y - p) - _RIDGE * weights
        curve = (x * (p * (1 - p))[:, np.newaxis]).T @ x + _RIDGE * np.eye(x.shape[1])
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-8:
            break
    return tuple(round(float(weight), 5) for weight in weights)


def fit_times(pairs: Sequence[tuple[HeardWord, WordSpan]]) -> tuple[float, float]:
    """By how many milliseconds words begin and end after the middles of the frames of their symbols (medians)."""
    starts = [span.start_ns / 1e6 - _middle_ms(word.first_frame) for word, span in pairs]
    ends = [span.end_ns / 1e6 - _middle_ms(word.last_frame) for word, span in pairs]
    return round(float(np.median(starts)), 1), round(float(np.median(ends)), 1)


def paired(
    utterance: HeldOutUtterance, heard: Sequence[HeardWord]
) -> tuple[list[bool], list[tuple[HeardWord, WordSpan]]]:
    """Whether each word heard was said, and the words heard right with their true times."""
    found, _ = matches(utterance.sentence.text, " ".join(word.text for word in heard))
    right = {b for _, b in found}
    timed = len(utterance.words) == len(utterance.sentence.text.split())
    pairs = [(heard[b], utterance.words[a]) for a, b in found] if timed else []
    return [at in right for at in range(len(heard))], pairs


def write_calibration(path: Path, weights: Sequence[float], start_ms: float, end_ms: float) -> None:
    """Writes what `agent.audio.stt.ear.certainty` reads."""
    facts = {"weights": list(weights), "start_ms": start_ms, "end_ms": end_ms}
    write_atomically(path, (json.dumps(facts, indent=2) + "\n").encode())


def _middle_ms(frame: int) -> float:
    return frame * _FRAME_MS + _FRAME_MS / 2
