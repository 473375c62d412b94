import asyncio

import numpy as np
import pytest

from agent.errors import ProviderError
from evals.rng import rng_for
from evals.signal.levels import rms_dbov
from evals.synth.babble import SENTENCES, spoken_sentences, spoken_sha256, talk_loop
from evals.synth.noise import LOOP_SAMPLES, Talk
from tests.fakes.tone_voice import ToneVoice

THREE = Talk(talkers=6, voices=("en-gb", "en-us", "en-gb-scotland"))


def spoken(talk: Talk, voice: ToneVoice | None = None) -> dict:
    return asyncio.run(spoken_sentences(voice or ToneVoice(), talk))


def test_voices_share_the_sentences() -> None:
    voice = ToneVoice()
    sentences = spoken(THREE, voice)
    assert [text for text, _ in voice.asked] == list(SENTENCES)
    assert {name: len(said) for name, said in sentences.items()} == {
        "en-gb": 2,
        "en-us": 2,
        "en-gb-scotland": 2,
    }


def test_talk_is_a_loop_at_rms_one() -> None:
    loop = talk_loop(THREE, spoken(THREE), rng_for(1, "a"))
    assert loop.shape == (LOOP_SAMPLES,)
    assert np.sqrt(np.mean(loop**2)) == pytest.approx(1.0)


def test_many_talkers_leave_no_pause() -> None:
    loop = talk_loop(THREE, spoken(THREE), rng_for(1, "a"))
    levels = [rms_dbov(part) for part in np.split(loop, 150)]
    assert min(levels) > -15.0


def test_one_talker_breathes() -> None:
    alone = Talk(talkers=1, voices=("en-gb",))
    loop = talk_loop(alone, spoken(alone), rng_for(1, "a"))
    levels = [rms_dbov(part) for part in np.split(loop, 600)]
    assert min(levels) < -60.0


def test_far_talk_is_muffled() -> None:
    near, far = Talk(), Talk(muffled_hz=1000.0)

    def brightness(talk: Talk) -> float:
        power = np.abs(np.fft.rfft(talk_loop(talk, spoken(talk), rng_for(1, "a")))) ** 2
        hz = np.fft.rfftfreq(LOOP_SAMPLES, 1 / 8000)
        return float(10 * np.log10(power[hz > 1500].sum() / power[hz < 800].sum()))

    assert brightness(far) < brightness(near) - 5


def test_the_same_dice_and_sentences_make_the_same_talk() -> None:
    sentences = spoken(THREE)
    one, same, other = (talk_loop(THREE, sentences, rng_for(1, name)) for name in ("a", "a", "b"))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_what_was_spoken_has_a_fingerprint() -> None:
    assert spoken_sha256(spoken(THREE)) == spoken_sha256(spoken(THREE))
    assert spoken_sha256(spoken(THREE)) != spoken_sha256(spoken(THREE, ToneVoice(amplitude=2000.0)))


def test_a_voice_that_cannot_be_heard_is_an_error_and_no_endless_search() -> None:
    with pytest.raises(ProviderError, match="the voice en-gb spoke nothing"):
        talk_loop(THREE, spoken(THREE, ToneVoice(amplitude=0.0)), rng_for(1, "a"))
