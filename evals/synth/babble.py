"""Other people's talk, spoken by the voice at hand and laid over itself until nobody can be followed.

The sentences are about nothing that a call is about, so that a recogniser which catches a word of them is wrong
rather than lucky. A few voices become many talkers by being played a little faster or slower, which moves pitch,
throat and pace together as a larger or smaller body would.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import scipy

from agent.audio.ports import TextToSpeech
from agent.errors import ProviderError
from agent.media import RATE_HZ, Samples
from evals.signal.levels import Signal, gain_for, scale_to_speech_level
from evals.signal.mixing import add_wrapped
from evals.signal.resampling import resample
from evals.signal.voicing import speech_spans
from evals.synth.caller_voice import render
from evals.synth.noise import LOOP_SAMPLES, Talk, at_unit_rms

SENTENCES = (
    "The ferry leaves from the old harbour when the fog has lifted from the water.",
    "My grandfather grew pears against a brick wall at the bottom of the garden.",
    "Somebody left a green umbrella under the bench in the museum hall again.",
    "They painted the kitchen ceiling twice and it still looks grey in winter light.",
    "Our train stood between two tunnels while the driver looked for his lunch.",
    "The choir sings better on rainy evenings because the windows stay closed.",
)
_PACE = (0.84, 1.18)  # how much a voice may be slowed or hurried before it sounds like a tape
_BREATH_S = (0.1, 0.5)  # between a talker's sentences


async def spoken_sentences(tts: TextToSpeech, talk: Talk) -> dict[str, list[Samples]]:
    """The sentences as each voice of the talk speaks its share of them.

    Raises:
        ProviderError: a voice failed.
    """
    spoken: dict[str, list[Samples]] = {}
    for place, sentence in enumerate(SENTENCES):
        voice = talk.voices[place % len(talk.voices)]
        (rendering,) = await render(tts, sentence, voice)
        spoken.setdefault(voice, []).append(rendering.samples)
    return spoken


def spoken_sha256(spoken: Mapping[str, Sequence[Samples]]) -> str:
    """Fixes what was spoken."""
    digest = hashlib.sha256()
    for voice, sentences in spoken.items():
        for samples in sentences:
            digest.update(f"{voice} {samples.size} ".encode())
            digest.update(samples.tobytes())
    return digest.hexdigest()


def talk_loop(talk: Talk, spoken: Mapping[str, Sequence[Samples]], rng: np.random.Generator) -> Signal:
    """A loop of the talk at RMS 1, shape (LOOP_SAMPLES,).

    Raises:
        ProviderError: a voice cannot be heard.
    """
    loop = np.zeros(LOOP_SAMPLES)
    voices = list(spoken)
    voiced = {voice: [_voiced(samples, voice) for samples in spoken[voice]] for voice in voices}
    for talker in range(talk.talkers):
        pace = rng.uniform(*_PACE)
        nearness = gain_for(rng.uniform(-talk.spread_db, talk.spread_db))
        sentences = [
            nearness * scale_to_speech_level(resample(samples, RATE_HZ * pace), -26.0)
            for samples in voiced[voices[talker % len(voices)]]
        ]
        _talk_on(loop, sentences, rng)
    if talk.muffled_hz is not None:
        low = scipy.signal.butter(2, talk.muffled_hz, fs=RATE_HZ, output="sos")
        loop = np.asarray(scipy.signal.sosfilt(low, np.concatenate((loop, loop)))[LOOP_SAMPLES:])
    return at_unit_rms(loop)


def _voiced(samples: Samples, voice: str) -> Samples:
    """What is voiced, without the padding around it."""
    spans = speech_spans(samples)
    if not spans:
        raise ProviderError(f"the voice {voice} spoke nothing that can be heard")
    return samples[spans[0][0] : spans[-1][1]]


def _talk_on(loop: Signal, sentences: Sequence[Signal], rng: np.random.Generator) -> None:
    """One talker, who starts anywhere and says the sentences in any order until the loop has come round."""
    start = int(rng.integers(LOOP_SAMPLES))
    at = start
    while True:
        for place in rng.permutation(len(sentences)).tolist():
            if at + sentences[place].size > start + LOOP_SAMPLES:
                return
            add_wrapped(loop, sentences[place], at)
            at += sentences[place].size + int(rng.uniform(*_BREATH_S) * RATE_HZ)
