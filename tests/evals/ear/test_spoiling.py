"""What a line does to training speech."""

from __future__ import annotations

import numpy as np
import pytest

from agent.media import mulaw_quantise
from evals.ear.spoiling import DOUBLE_TALK_DB, ECHO_DB, NoiseBank, another_voice, spoiled, through_codec
from evals.rng import rng_for
from evals.signal.levels import rms_dbov, scale_to_rms
from evals.signal.mixing import to_int16

NOISES = NoiseBank(loops={"white": (scale_to_rms(rng_for(1, "noise").standard_normal(240_000), 0.0),)})
SPEECH = to_int16(scale_to_rms(rng_for(2, "speech").standard_normal(16_000), -26.0))


def test_the_same_dice_spoil_the_same_way_and_others_otherwise() -> None:
    one, same, other = (spoiled(SPEECH, NOISES, [SPEECH], rng_for(1, "use", at)) for at in (0, 0, 1))
    assert np.array_equal(one, same)
    assert not np.array_equal(one[: other.size], other[: one.size])


def test_everything_is_telephone_audio_in_whole_frames() -> None:
    for at in range(40):
        heard = spoiled(SPEECH, NOISES, [SPEECH], rng_for(3, "use", at))
        assert heard.dtype == np.int16
        assert heard.size % 160 == 0
        assert heard.size > SPEECH.size


@pytest.mark.parametrize("snr", [20.0, 5.0])
def test_plain_noise_has_the_ratio_asked_for(snr: float) -> None:
    heard = spoiled(SPEECH[:0], NOISES, [], rng_for(4, "use"), plain=True, plain_snr=snr)
    assert rms_dbov(heard) == pytest.approx(-26.0 - snr, abs=0.5)


def test_plain_speech_without_noise_is_the_speech_through_mu_law() -> None:
    heard = spoiled(SPEECH, NOISES, [], rng_for(5, "use"), plain=True)
    at = int(np.argmax(np.correlate(heard.astype(float), SPEECH.astype(float), "valid")))
    inside = heard[at : at + SPEECH.size].astype(float)
    assert np.corrcoef(inside, mulaw_quantise(SPEECH).astype(float))[0, 1] > 0.999


@pytest.mark.parametrize("codec", ["GSM610", "ALAW", "G721_32"])
def test_codecs_keep_the_length_and_change_the_samples(codec: str) -> None:
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)).astype(np.int16)
    heard = through_codec(tone, codec)
    assert heard.shape == tone.shape
    assert not np.array_equal(heard, tone)
    assert rms_dbov(heard) == pytest.approx(rms_dbov(tone), abs=1.0)


@pytest.mark.parametrize("softer_db", [ECHO_DB, DOUBLE_TALK_DB])
def test_another_voice_is_softer_than_the_callers_by_what_was_asked(softer_db: tuple[float, float]) -> None:
    for at in range(20):
        other = another_voice(SPEECH, 40_000, rng_for(6, "use", at), softer_db)
        assert other.shape == (40_000,)
        heard = other[np.flatnonzero(other)]
        assert -26.0 - softer_db[1] - 0.5 <= rms_dbov(to_int16(heard)) <= -26.0 - softer_db[0] + 0.5
