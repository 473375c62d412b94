"""The fixed sentences as telephone audio: the test voices, through the product's own voice, line and noises.

Every sentence is spoken once, by the voices in turn. Voices, rates and noises are such as training never meets.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech
from agent.cache import ContentCache
from agent.events import WordSpan
from agent.media import FRAME_NS, Samples
from evals.ear.held_out import HeldOutSentence
from evals.errors import BadInput
from evals.scenario.model import CallerStep, Case, Expectation, Line, Scenario, StepKind
from evals.sim.virtual_time import run_inline, run_virtual
from evals.synth.caller_audio import CallerAudio

HELD_OUT_VOICES = Path(__file__).parents[2] / "corpora" / "ear" / "test_voices.tsv"
NOISES = ("white", "office", "babble", "street", "car")
SNRS_DB = (20.0, 10.0, 5.0)
# What a call's ear hears around an utterance: its own lead-in, and the silence in which the agent waits.
LEAD_FRAMES, TAIL_FRAMES = 20, 20
TEST_SEED = 1  # of the noises; training's are far from it


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutVoice:
    """One of espeak-ng's voices with its settings, as the product's own adapter takes them."""

    voice: str
    rate: int
    pitch: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOutUtterance:
    """A sentence as the agent receives it, with the true times of its words from the first sample."""

    sentence: HeldOutSentence
    voice: HeldOutVoice
    samples: Samples
    words: tuple[WordSpan, ...]


def held_out_voices(path: Path = HELD_OUT_VOICES) -> tuple[HeldOutVoice, ...]:
    """The voices of the list.

    Raises:
        BadInput: the list cannot be read.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t"))
        return tuple(
            HeldOutVoice(voice=row["voice"], rate=int(row["rate"]), pitch=int(row["pitch"])) for row in rows
        )
    except (OSError, KeyError, ValueError) as error:
        raise BadInput(str(path), [f"is no list of voices: {error}"]) from error


def measured_lines() -> tuple[Line, ...]:
    """The lines on which the ear is measured: clean, and every noise at every ratio."""
    noisy = (
        Line(name=f"{noise} {snr:.0f} dB", noise=noise, snr_db=snr) for snr in SNRS_DB for noise in NOISES
    )
    return (Line(name="clean"), *noisy)


def spoken(
    sentences: Sequence[HeldOutSentence],
    voices: Sequence[HeldOutVoice],
    line: Line,
    cache: ContentCache,
    *,
    seed: int = TEST_SEED,
) -> Iterator[HeldOutUtterance]:
    """The sentences on a line, each by the next of the voices.

    Raises:
        ProviderError: the voice failed.
    """
    for turn, voice in enumerate(voices):
        own = sentences[turn :: len(voices)]
        tts = Pyttsx3TextToSpeech(run_inline, words_per_minute=voice.rate, pitch=voice.pitch)
        try:
            audio = run_virtual(CallerAudio.prepare(_case(own, voice, line, seed), tts, cache))
        finally:
            tts.close()
        for step, sentence in enumerate(own):
            utterance = audio.utterance(step)
            assert utterance is not None
            around = [audio.bed(number)[1] for number in range(LEAD_FRAMES + TAIL_FRAMES)]
            yield HeldOutUtterance(
                sentence=sentence,
                voice=voice,
                samples=np.concatenate([*around[:LEAD_FRAMES], utterance.received, *around[LEAD_FRAMES:]]),
                words=tuple(_later(word) for word in utterance.words),
            )


def _later(word: WordSpan) -> WordSpan:
    by_ns = LEAD_FRAMES * FRAME_NS
    return WordSpan(text=word.text, start_ns=word.start_ns + by_ns, end_ns=word.end_ns + by_ns)


def _case(sentences: Sequence[HeldOutSentence], voice: HeldOutVoice, line: Line, seed: int) -> Case:
    scenario = Scenario(
        id=f"ear.{voice.voice}.{voice.rate}",
        title="The ear's test sentences",
        flow="booking",
        now_iso="2026-05-18T09:00:00",
        time_zone="UTC",
        caller=tuple(CallerStep(kind=StepKind.SAYS, text=sentence.text) for sentence in sentences),
        expect=Expectation(),
        variables={},
        world={},
        max_duration_s=240,
    )
    return Case(suite="ear", folder=".", scenario=scenario, voice=voice.voice, line=line, repeat=0, seed=seed)
