import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evals.errors import BadInput
from evals.rng import rng_for
from evals.scenario.model import CallerStep, Line, Sound, StepKind
from evals.signal.levels import rms_dbov, speech_level
from evals.synth.source import BEEP_AFTER_MS, GREETING, LevelledSound, Source, at_level, read_source
from tests.evals.synth.cases import CLEAN, a_case, makes, says
from tests.fakes.tone_voice import ToneVoice, voiced_ms

MS = 1_000_000


def source_of(step: CallerStep, folder: str = ".", **voice: float) -> Source | None:
    return asyncio.run(read_source(a_case(step, folder=folder), step, ToneVoice(**voice)))


def heard(step: CallerStep, line: Line = CLEAN, folder: str = ".") -> LevelledSound:
    source = source_of(step, folder)
    assert source is not None
    return at_level(source, line, rng_for(1, "throat"))


@pytest.mark.parametrize(
    "step",
    [
        makes(Sound.SILENCE),
        CallerStep(kind=StepKind.KEYS, keys="3"),
        CallerStep(kind=StepKind.HANGS_UP),
    ],
)
def test_some_steps_make_no_sound(step: CallerStep) -> None:
    assert source_of(step) is None


@pytest.mark.parametrize("kind", [StepKind.SAYS, StepKind.INTERRUPTS])
def test_words_are_spoken_at_the_lines_level(kind: StepKind) -> None:
    step = CallerStep(kind=kind, text="yes [pause 400] this is alex")
    sound = heard(step, Line(name="quiet", level_dbov=-36.0))
    assert speech_level(sound.signal).active_dbov == pytest.approx(-36.0, abs=0.2)
    assert len(sound.speech) == 2
    source = source_of(step)
    assert source is not None
    assert source.text == "yes this is alex"


def test_a_greeting_ends_with_a_beep_300_ms_after_its_last_word() -> None:
    sound = heard(makes(Sound.VOICEMAIL_GREETING, "please leave a message"))
    spoken_end = sound.speech[-1].end_ns // 125_000
    beep_at = spoken_end + BEEP_AFTER_MS * 8
    assert sound.speech[-1].end_ns / MS == pytest.approx(40 + voiced_ms("please leave a message"), abs=10)
    assert rms_dbov(sound.signal[beep_at - 800 : beep_at]) < -60
    tone = sound.signal[beep_at : beep_at + 4000]
    assert rms_dbov(tone) == pytest.approx(-20.0, abs=0.5)
    assert np.argmax(np.abs(np.fft.rfft(tone))) * 8000 / 4000 == 1000


def test_sounds_with_words_have_words_of_their_own() -> None:
    greeting, backchannel = source_of(makes(Sound.VOICEMAIL_GREETING)), source_of(makes(Sound.BACKCHANNEL))
    assert greeting is not None
    assert backchannel is not None
    assert (greeting.text, backchannel.text) == (GREETING, "mm-hmm")


def test_a_cough_follows_the_voices_level_and_has_true_bounds() -> None:
    loud, quiet = heard(makes(Sound.COUGH)), heard(makes(Sound.COUGH), Line(name="quiet", level_dbov=-36.0))
    assert rms_dbov(loud.signal) - rms_dbov(quiet.signal) == pytest.approx(10.0)
    ((start, end),) = [(span.start_ns / MS, span.end_ns / MS) for span in loud.speech]
    assert (start, end) == (pytest.approx(40, abs=10), pytest.approx(390, abs=20))


@pytest.mark.parametrize("sound", [Sound.RINGBACK, Sound.HOLD_MUSIC])
def test_machines_have_a_level_of_their_own_and_no_speech(sound: Sound) -> None:
    normal, quiet = heard(makes(sound)), heard(makes(sound), Line(name="quiet", level_dbov=-36.0))
    assert np.array_equal(normal.signal, quiet.signal)
    assert normal.speech == ()
    assert -35 < rms_dbov(normal.signal) < -20


def test_a_clip_plays_uncut_at_the_lines_level(tmp_path: Path) -> None:
    at = np.arange(16000) / 16000
    soundfile.write(tmp_path / "yes.wav", 0.01 * np.sin(2 * np.pi * 800 * at) * (at > 0.5), 16000)
    sound = heard(CallerStep(kind=StepKind.PLAYS, clip="yes.wav", text="yes"), folder=str(tmp_path))
    assert sound.signal.size == pytest.approx(8000, abs=2)
    assert speech_level(sound.signal).active_dbov == pytest.approx(-26.0, abs=0.2)
    assert sound.speech[0].start_ns / MS == pytest.approx(500, abs=10)


def test_a_clip_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        source_of(CallerStep(kind=StepKind.PLAYS, clip="no.wav", text="yes"), folder=str(tmp_path))


def test_fingerprints_tell_sources_apart() -> None:
    steps = [
        says("yes"),
        says("yes [pause 5]"),
        says("no"),
        makes(Sound.BACKCHANNEL, "yes"),
        makes(Sound.COUGH),
    ]
    sources = [source_of(step) for step in steps]
    assert len({source.sha256 for source in sources if source}) == len(steps)
    again, softer = source_of(says("yes")), source_of(says("yes"), amplitude=2000.0)
    assert again is not None
    assert softer is not None
    assert again.sha256 == (sources[0] or again).sha256 != softer.sha256
