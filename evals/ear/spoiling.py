"""What a line does to the speech that the ear learns from, other each time: the product's own recipes, from dice.

Order as on a real line (`evals.synth.impairment`): noise and echo are added to speech at its level, then limited,
coded, lost and concealed.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech
from agent.cache import ContentCache
from agent.media import FRAME_SAMPLES, RATE_HZ, Samples, mulaw_quantise
from evals.ear.bank import SPEECH_DBOV
from evals.signal.levels import Signal, gain_for
from evals.signal.mixing import to_int16
from evals.synth.concealment import conceal
from evals.synth.impairment import idle_noise
from evals.synth.noise_loops import noise_for
from evals.synth.packet_loss import GilbertLoss, lost_packets

# How many different loops of half a minute of each kind of noise training draws from. White and car noise say the
# same in any half minute; talk does not.
TRAINING_LOOPS = {"white": 2, "car": 4, "street": 10, "office": 20, "babble": 32}
# How often each is drawn: those in which words are lost soonest, more often.
_SHARES = {"white": 0.24, "car": 0.13, "street": 0.24, "office": 0.15, "babble": 0.24}
# By how much another voice is softer than the caller's.
ECHO_DB = (18.0, 40.0)
DOUBLE_TALK_DB = (8.0, 18.0)
FIRST_TRAINING_SEED = 1000  # of the noise loops; tests use small seeds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NoiseBank:
    """Noise loops at RMS 1, by kind."""

    loops: dict[str, tuple[Signal, ...]]

    def some(self, rng: np.random.Generator, length: int) -> Signal:
        """A stretch of noise of any kind at RMS 1, shape (length,), no longer than a loop."""
        kinds = sorted(self.loops)
        shares = np.array([_SHARES[kind] for kind in kinds])
        loops = self.loops[str(rng.choice(kinds, p=shares / shares.sum()))]
        loop = loops[int(rng.integers(len(loops)))]
        start = int(rng.integers(loop.size))
        over = start + length - loop.size
        return loop[start : start + length] if over <= 0 else np.concatenate((loop[start:], loop[:over]))


async def noise_bank(cache: ContentCache, loops: dict[str, int] = TRAINING_LOOPS) -> NoiseBank:
    """The loops that training draws from, made by the product's recipes and kept in the cache."""
    tts = Pyttsx3TextToSpeech()
    try:
        made = {
            kind: tuple(
                [(await noise_for(kind, FIRST_TRAINING_SEED + at, tts, cache)).samples for at in range(count)]
            )
            for kind, count in loops.items()
        }
    finally:
        tts.close()
    return NoiseBank(loops=made)


def cache_in(folder: Path) -> ContentCache:
    """The cache of noise loops beside the bank."""
    return ContentCache(folder / "cache")


def spoiled(
    speech: Samples,
    noises: NoiseBank,
    others: Sequence[Samples],
    rng: np.random.Generator,
    *,
    plain: bool = False,
    plain_snr: float | None = None,
) -> Samples:
    """A line's worth of that speech, with silence around it, shape (n,).

    Args:
        speech: clean, at -26 dBov; empty for an utterance without words.
        noises: what may be heard around.
        others: other speech at -26 dBov, for the agent's own voice coming back.
        rng: the dice of this one use.
        plain: speech at its level with nothing but the line and, if given, noise at `plain_snr`.
    """
    before = int(rng.integers(RATE_HZ // 20, RATE_HZ * 7 // 10))
    after = int(rng.integers(RATE_HZ // 10, RATE_HZ * 8 // 10))
    length = before + speech.size + after
    length += -length % FRAME_SAMPLES
    level = 0.0 if plain else float(np.clip(rng.normal(0.0, 5.0), -15.0, 12.0))  # dB from -26 dBov
    sound = np.zeros(length)
    sound[before : before + speech.size] = speech / 32768 * gain_for(level)
    if plain:
        if plain_snr is not None:
            sound += noises.some(rng, length) * gain_for(SPEECH_DBOV - plain_snr)
        return mulaw_quantise(to_int16(sound + idle_noise(0, length)))
    if rng.random() < 0.78:
        snr = float(rng.uniform(0.0, 24.0))
        sound += noises.some(rng, length) * gain_for(SPEECH_DBOV + level - snr)
        if rng.random() < 0.1:  # two at once
            sound += noises.some(rng, length) * gain_for(SPEECH_DBOV + level - snr - rng.uniform(3, 12))
    sound += idle_noise(int(rng.integers(1280)), length) * gain_for(float(rng.uniform(-10, 8)))
    if others and rng.random() < 0.1:
        softer = DOUBLE_TALK_DB if rng.random() < 0.3 else ECHO_DB
        other = others[int(rng.integers(len(others)))]
        sound += another_voice(other, length, rng, softer) * gain_for(level)
    if rng.random() < 0.04:  # a microphone turned up too far
        loud = gain_for(float(rng.uniform(2, 12)))
        peak = max(float(np.max(np.abs(sound))), 1e-6)
        sound = np.clip(sound * loud, -peak, peak) / loud**0.5
    coded = mulaw_quantise(to_int16(sound))
    if rng.random() < 0.08:
        coded = through_codec(coded, str(rng.choice(["GSM610", "ALAW", "G721_32"])))
    if rng.random() < 0.15:
        loss = GilbertLoss(loss_ratio=float(rng.uniform(0.005, 0.06)), burst=float(rng.uniform(1.1, 2.5)))
        lost = lost_packets(loss, coded.size // FRAME_SAMPLES, rng)
        coded = mulaw_quantise(conceal(coded, lost))
    return coded


def another_voice(
    voice: Samples, length: int, rng: np.random.Generator, softer_db: tuple[float, float]
) -> Signal:
    """A voice over the caller's, so much softer: the agent's own coming back, or somebody in the room; (length,)."""
    sound = np.zeros(length)
    start = int(rng.integers(0, max(1, length // 2)))
    heard = voice[: length - start] / 32768
    sound[start : start + heard.size] = heard * gain_for(-float(rng.uniform(*softer_db)))
    return sound


def through_codec(samples: Samples, subtype: str) -> Samples:
    """The samples through a codec of the telephone network and back, shape kept (libsndfile's own codecs)."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        soundfile.write(file, samples, RATE_HZ, format="WAV", subtype=subtype)
        file.seek(0)
        back, _ = soundfile.read(file, dtype="int16")
    if back.size < samples.size:
        back = np.concatenate((back, np.zeros(samples.size - back.size, dtype=np.int16)))
    return np.asarray(back[: samples.size], dtype=np.int16)
