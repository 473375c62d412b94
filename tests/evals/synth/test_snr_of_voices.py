"""The ratio of speech to noise as rendered, with the voices that callers really have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech
from evals.scenario.model import Line
from evals.signal.levels import rms_dbov, speech_level
from evals.sim.virtual_time import run_inline
from tests.evals.synth.cases import a_case, prepared, says


@pytest.fixture(scope="module")
def tts() -> Iterator[Pyttsx3TextToSpeech]:
    voice = Pyttsx3TextToSpeech(run_blocking=run_inline)
    yield voice
    voice.close()


@pytest.mark.parametrize("voice", ["en-gb", "en-us", "en-gb-scotland"])
@pytest.mark.parametrize(
    ("noise", "snr_db"), [("office", 15.0), ("street", 10.0), ("car", 5.0), ("babble", 20.0)]
)
def test_snr_is_within_a_fifth_of_a_decibel_of_what_was_asked_for(
    voice: str, noise: str, snr_db: float, tts: Pyttsx3TextToSpeech
) -> None:
    step = says("Well, [pause 700] it was booked for Friday, under the name of Harrison.")
    clean = prepared(a_case(step, voice=voice), tts).utterance(0)
    noisy = prepared(
        a_case(step, voice=voice, line=Line(name="n", noise=noise, snr_db=snr_db)), tts
    ).utterance(0)
    assert clean is not None and noisy is not None
    heard = (noisy.mouth.astype(np.float64) - clean.mouth) / 32768
    assert speech_level(clean.mouth).active_dbov - rms_dbov(heard) == pytest.approx(snr_db, abs=0.2)
