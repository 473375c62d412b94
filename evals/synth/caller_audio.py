"""The caller's side of one case as audio: every utterance spoiled beforehand, and the noise bed between them.

All of it is made before the call, so that playing costs a slice per frame. An utterance depends on the seed, its
scenario, its step and the repeat, and on nothing that happens in the call: wherever it is placed, and whatever steps
are added after it, its frames are the same bytes, and what listens to them can be cached.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy
from numpy.typing import NDArray

from agent.audio.ports import TextToSpeech
from agent.media import FRAME_SAMPLES, Samples
from evals.record import sha256_of
from evals.rng import rng_for
from evals.scenario.model import Case, Line, Sound
from evals.signal.levels import gain_for
from evals.signal.mixing import wrapped
from evals.synth.concealment import HISTORY
from evals.synth.impairment import IDLE_PERIOD, LineAudio, noise_segment, on_the_line, whole_frames
from evals.synth.noise import LOOP_SAMPLES
from evals.synth.noise_loops import NoiseLoop, noise_for
from evals.synth.packet_loss import GilbertLoss, lost_packets
from evals.synth.ports import ContentCache
from evals.synth.source import Source, at_level, read_source
from evals.synth.utterance import Utterance, from_bytes, to_bytes

CALLER_AUDIO_VERSION = 1  # raise it when the code changes what it makes of the same source
# Half a minute that holds a whole number of idle noise's periods.
BED_SAMPLES = -(-LOOP_SAMPLES // IDLE_PERIOD) * IDLE_PERIOD


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CallerAudio:
    """All audio that the caller of one case may send.

    Attributes:
        utterances: by step, for the steps that can be heard.
        bed_mouth, bed_received: the line between utterances, at either end, shape (frames, 160); it goes round.
    """

    utterances: Mapping[int, Utterance]
    bed_mouth: Samples
    bed_received: Samples

    @classmethod
    async def prepare(cls, case: Case, tts: TextToSpeech, cache: ContentCache) -> CallerAudio:
        """Renders every step of the case and its noise bed.

        Raises:
            BadInput: a clip cannot be played.
            ProviderError: the voice failed.
        """
        noise = None
        if case.line.noise != "none":
            noise = await noise_for(case.line.noise, case.seed, tts, cache)
        utterances = {}
        for index, step in enumerate(case.scenario.caller):
            source = await read_source(case, step, tts)
            if source is not None:
                utterances[index] = _kept_utterance(case, index, source, noise, cache)
        bed = _bed(case, noise)
        return cls(
            utterances=utterances,
            bed_mouth=_as_frames(bed.mouth),
            bed_received=_as_frames(bed.received),
        )

    def utterance(self, step: int) -> Utterance | None:
        """What the caller sends with a step; None for a step that makes no sound."""
        return self.utterances.get(step)

    def bed(self, frame: int) -> tuple[Samples, Samples]:
        """The line's noise in a 20 ms frame of the call: at the mouth and as received, shape (160,) each, read-only."""
        at = frame % len(self.bed_mouth)
        return self.bed_mouth[at], self.bed_received[at]

    @property
    def sha256(self) -> str:
        """Fixes the audio of all utterances, at both ends of the line."""
        digest = hashlib.sha256()
        for step, utterance in sorted(self.utterances.items()):
            digest.update(f"{step} {utterance.mouth.size}\n".encode())
            digest.update(utterance.mouth.tobytes())
            digest.update(utterance.received.tobytes())
        return digest.hexdigest()


def _kept_utterance(
    case: Case, index: int, source: Source, noise: NoiseLoop | None, cache: ContentCache
) -> Utterance:
    key = _key(case, index, source, noise)
    kept = cache.get("caller", key)
    utterance = from_bytes(kept) if kept is not None else None
    if utterance is None:
        utterance = _utterance(case, index, source, noise)
        cache.put("caller", key, to_bytes(utterance))
    return dataclasses.replace(utterance, step=index)


def _utterance(case: Case, index: int, source: Source, noise: NoiseLoop | None) -> Utterance:
    names = (case.scenario.id, index, case.repeat)
    sound = at_level(source, case.line, rng_for(case.seed, "caller.throat", *names))
    signal = whole_frames(sound.signal)
    heard = on_the_line(
        signal,
        noise_segment(
            noise.samples, _noise_dbov(case.line), signal.size, rng_for(case.seed, "line.noise", *names)
        )
        if noise is not None
        else None,
        _lost(case.line, signal.size, rng_for(case.seed, "line.loss", *names)),
    )
    return Utterance(
        step=index,
        text=source.text,
        mouth=heard.mouth,
        received=heard.received,
        speech=sound.speech,
        words=sound.words,
    )


def _bed(case: Case, noise: NoiseLoop | None) -> LineAudio:
    """The line while the caller is silent; each scenario and repeat starts elsewhere in the noise."""
    names = (case.scenario.id, case.repeat)
    if noise is None and case.line.loss_ratio <= 0:
        return _idle_bed()
    if noise is None:
        length = BED_SAMPLES
        loop = None
    else:
        length = LOOP_SAMPLES
        start = int(rng_for(case.seed, "line.bed", *names).integers(LOOP_SAMPLES))
        level = gain_for(_noise_dbov(case.line))
        loop = level * wrapped(noise.samples, start - HISTORY, HISTORY + length)
    lost = _lost(case.line, length, rng_for(case.seed, "line.bed.loss", *names))
    return on_the_line(np.zeros(length), loop, lost)


@cache
def _idle_bed() -> LineAudio:
    """The bed of every clean line, which rolls no dice."""
    return on_the_line(np.zeros(IDLE_PERIOD), None, None)


def _lost(line: Line, length: int, rng: np.random.Generator) -> NDArray[np.bool_] | None:
    if line.loss_ratio <= 0.0:
        return None
    loss = GilbertLoss(loss_ratio=line.loss_ratio, burst=line.loss_burst)
    return lost_packets(loss, length // FRAME_SAMPLES, rng)


def _noise_dbov(line: Line) -> float:
    if line.snr_db is None:
        raise ValueError(f"line {line.name!r} has {line.noise} noise and no snr_db")
    return line.level_dbov - line.snr_db


def _key(case: Case, index: int, source: Source, noise: NoiseLoop | None) -> str:
    """Everything that the utterance's bytes depend on, and nothing else: a clean line rolls no dice."""
    line = case.line
    rolls_dice = noise is not None or line.loss_ratio > 0 or source.sound is Sound.COUGH
    return sha256_of(
        {
            "version": CALLER_AUDIO_VERSION,
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "source": source.sha256,
            "level_dbov": line.level_dbov,
            "noise": noise.key if noise is not None else "",
            "snr_db": line.snr_db,
            "loss": [line.loss_ratio, line.loss_burst] if line.loss_ratio > 0 else [],
            "dice": [case.seed, case.scenario.id, index, case.repeat] if rolls_dice else [],
        }
    )


def _as_frames(samples: Samples) -> Samples:
    frames = samples.reshape(-1, FRAME_SAMPLES)
    frames.setflags(write=False)
    return frames
