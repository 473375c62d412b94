"""Noise loops at hand: made once per kind and seed, then kept."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from agent.audio.ports import TextToSpeech
from evals.record import sha256_of
from evals.rng import rng_for
from evals.signal.levels import Signal
from evals.synth.babble import spoken_sentences, spoken_sha256, talk_loop
from evals.synth.noise import LOOP_SAMPLES, NOISES, NoiseRecipe, at_unit_rms, noise_loop, talk_in
from evals.synth.ports import ContentCache

NOISE_VERSION = 1  # raise it when a recipe's code changes what it makes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NoiseLoop:
    """Noise through the telephone channel at RMS 1, closing on itself, shape (LOOP_SAMPLES,)."""

    samples: Signal
    key: str


async def noise_for(kind: str, seed: int, tts: TextToSpeech, cache: ContentCache) -> NoiseLoop:
    """The loop of a kind of noise under a seed; the same for every scenario, who each start elsewhere in it.

    Raises:
        ProviderError: the voice that speaks its talk failed.
    """
    recipe = NOISES[kind]
    talk = talk_in(recipe)
    spoken = await spoken_sentences(tts, talk) if talk is not None else {}
    key = sha256_of(
        {
            "version": NOISE_VERSION,
            "numpy": np.__version__,
            "kind": kind,
            "recipe": repr(dataclasses.asdict(recipe)),
            "seed": seed,
            "spoken": spoken_sha256(spoken),
        }
    )
    kept = cache.get("noise", key)
    if kept is None or len(kept) != LOOP_SAMPLES * 2:
        loop = talk_loop(talk, spoken, rng_for(seed, "noise.talk", kind)) if talk is not None else None
        kept = _packed(recipe, seed, kind, loop)
        cache.put("noise", key, kept)
    samples = at_unit_rms(np.frombuffer(kept, dtype="<i2").astype(np.float64))
    return NoiseLoop(samples=samples, key=key)


def _packed(recipe: NoiseRecipe, seed: int, kind: str, talk: Signal | None) -> bytes:
    """The loop as 16-bit samples that use the whole range; fresh or kept, a loop has passed through them."""
    loop = noise_loop(recipe, rng_for(seed, "noise", kind), talk)
    peak = float(np.max(np.abs(loop)))
    return np.rint(loop * (32767 / peak)).astype("<i2").tobytes()
