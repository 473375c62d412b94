"""Who speaks the training speech, and who never does."""

from __future__ import annotations

import numpy as np

from evals.ear.calibration import DEV_VOICES
from evals.ear.held_out_audio import held_out_voices
from evals.ear.speakers import HELD_OUT_RATES, HELD_OUT_VARIANTS, Espeak, Speaker, some_speaker, variants
from evals.rng import rng_for


def test_voices_of_the_tests_and_their_rates_are_never_drawn() -> None:
    rng = rng_for(1, "speakers")
    drawn = [some_speaker(rng, ("slt", "rms")) for _ in range(5000)]
    assert {speaker.rate for speaker in drawn}.isdisjoint(HELD_OUT_RATES)
    assert not any(speaker.voice.endswith(f"+{name}") for speaker in drawn for name in HELD_OUT_VARIANTS)
    for voice in (*held_out_voices(), *DEV_VOICES):
        assert voice.rate in HELD_OUT_RATES


def test_there_are_at_least_six_test_voices_and_half_of_them_are_of_unknown_make() -> None:
    voices = held_out_voices()
    assert len({voice.voice for voice in voices}) >= 6
    strange = [voice for voice in voices if voice.voice.partition("+")[2] in HELD_OUT_VARIANTS]
    assert len(strange) * 2 >= len(voices)


def test_every_variant_but_the_held_out_and_the_inhuman_may_be_drawn() -> None:
    rng = rng_for(2, "speakers")
    drawn = {some_speaker(rng).voice.partition("+")[2] for _ in range(6000)}
    assert drawn == {"", *variants()}


def test_espeak_speaks_louder_than_silence_and_slower_at_a_lower_rate() -> None:
    espeak = Espeak()
    quick = espeak.speak("good morning to you", Speaker(voice="en-gb+m1", rate=200, pitch=50))
    slow = espeak.speak("good morning to you", Speaker(voice="en-gb+m1", rate=120, pitch=50))
    assert np.abs(quick).max() > 0.05
    assert slow.size > 1.3 * quick.size
