import asyncio

import numpy as np
import pytest

from agent.cache import ContentCache
from evals.synth.noise import LOOP_SAMPLES, NOISES
from evals.synth.noise_loops import NoiseLoop, noise_for
from tests.fakes.tone_voice import ToneVoice


def loop_for(
    kind: str, *, seed: int = 1, voice: ToneVoice | None = None, cache: ContentCache | None = None
) -> NoiseLoop:
    return asyncio.run(noise_for(kind, seed, voice or ToneVoice(), cache or ContentCache()))


@pytest.mark.parametrize("kind", NOISES)
def test_a_loop_kept_is_the_loop_made(kind: str) -> None:
    cache = ContentCache()
    made, kept, elsewhere = loop_for(kind, cache=cache), loop_for(kind, cache=cache), loop_for(kind)
    assert made.samples.shape == (LOOP_SAMPLES,)
    assert np.sqrt(np.mean(made.samples**2)) == pytest.approx(1.0)
    assert made.samples.tobytes() == kept.samples.tobytes() == elsewhere.samples.tobytes()
    assert made.key == kept.key == elsewhere.key


def test_seeds_and_voices_make_other_loops() -> None:
    loops = [
        loop_for("babble"),
        loop_for("babble", seed=2),
        loop_for("babble", voice=ToneVoice(amplitude=2000.0)),
        loop_for("white"),
    ]
    assert len({loop.key for loop in loops}) == len(loops)
    assert len({loop.samples.tobytes() for loop in loops}) == len(loops)


def test_noise_without_talk_asks_no_voice() -> None:
    voice = ToneVoice()
    loop_for("car", voice=voice)
    assert voice.asked == []


def test_a_loop_cut_off_in_the_cache_is_made_again() -> None:
    whole = loop_for("white")

    class Cutting(ContentCache):
        def get(self, kind: str, key: bytes | str) -> bytes | None:
            return b"\0" * 100

    assert loop_for("white", cache=Cutting()).samples.tobytes() == whole.samples.tobytes()
