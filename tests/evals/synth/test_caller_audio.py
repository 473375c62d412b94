import dataclasses

import numpy as np
import pytest

from agent.cache import ContentCache
from agent.errors import ProviderRefused
from agent.media import mulaw_quantise
from evals.scenario.model import Line, Sound
from evals.signal.levels import rms_dbov, speech_level
from evals.signal.voicing import audible_spans
from evals.synth.caller_audio import CallerAudio
from tests.evals.synth.cases import CLEAN, a_case, makes, prepared, says
from tests.fakes.tone_voice import NO_SUCH_VOICE, ToneVoice, voiced_ms

MS = 1_000_000
EDGE_MS = 10
NOISY = Line(name="noisy", noise="street", snr_db=15.0)
LOSSY = Line(name="lossy", loss_ratio=0.2, loss_burst=2.0)
BAD = Line(name="bad", noise="babble", snr_db=10.0, level_dbov=-32.0, loss_ratio=0.08, loss_burst=6.0)
SENTENCE = "yes we are [pause 600] this quarter"


def same(first: CallerAudio, second: CallerAudio, step: int = 0, other_step: int | None = None) -> bool:
    one, other = first.utterance(step), second.utterance(step if other_step is None else other_step)
    assert one is not None
    assert other is not None
    return one.mouth.tobytes() + one.received.tobytes() == other.mouth.tobytes() + other.received.tobytes()


@pytest.mark.parametrize("line", [CLEAN, NOISY, LOSSY, BAD], ids=lambda line: line.name)
def test_an_utterance_is_whole_frames_of_mu_law_at_both_ends(line: Line) -> None:
    utterance = prepared(a_case(says(SENTENCE), line=line)).utterance(0)
    assert utterance is not None
    assert utterance.text == "yes we are this quarter"
    assert utterance.mouth.size == utterance.received.size == utterance.frames * 160
    for samples in (utterance.mouth, utterance.received):
        assert np.array_equal(mulaw_quantise(samples), samples)
    assert np.array_equal(utterance.mouth, utterance.received) == (line.loss_ratio == 0)


def test_true_bounds_are_where_a_clean_line_is_loud() -> None:
    utterance = prepared(a_case(says(SENTENCE))).utterance(0)
    assert utterance is not None
    truth = [(span.start_ns / MS, span.end_ns / MS) for span in utterance.speech]
    found = [(start / 8, end / 8) for start, end in audible_spans(utterance.received)]
    assert np.abs(np.array(found) - np.array(truth)).max() <= EDGE_MS
    assert truth[0][1] - truth[0][0] == pytest.approx(voiced_ms("yes we are"), abs=EDGE_MS)
    assert truth[1][0] - truth[0][1] == 600


@pytest.mark.parametrize("kind", ["white", "office", "street", "car", "babble"])
@pytest.mark.parametrize("snr_db", [20.0, 5.0])
def test_snr_is_what_was_asked_for(kind: str, snr_db: float) -> None:
    step = says("yes we are this quarter and we have about five thousand pounds")
    clean = prepared(a_case(step)).utterance(0)
    noisy = prepared(a_case(step, line=Line(name="noisy", noise=kind, snr_db=snr_db))).utterance(0)
    assert clean is not None
    assert noisy is not None
    speech = speech_level(clean.mouth).active_dbov
    noise = (noisy.mouth.astype(np.float64) - clean.mouth) / 32768
    # Mu-law's own noise, 37 dB under the speech, is in the difference as well.
    assert speech - rms_dbov(noise) == pytest.approx(snr_db, abs=0.2)


def test_the_level_is_the_lines_and_true_bounds_do_not_depend_on_the_line() -> None:
    cases = [a_case(says(SENTENCE), line=Line(name="x", level_dbov=dbov)) for dbov in (-18.0, -26.0, -36.0)]
    utterances = [prepared(case).utterances[0] for case in cases]
    levels = [speech_level(utterance.mouth).active_dbov for utterance in utterances]
    assert levels == pytest.approx([-18.0, -26.0, -36.0], abs=0.3)
    noisy = prepared(a_case(says(SENTENCE), line=BAD)).utterances[0]
    assert len({utterance.speech for utterance in [*utterances, noisy]}) == 1


@pytest.mark.parametrize("line", [CLEAN, NOISY, BAD], ids=lambda line: line.name)
def test_the_same_seed_gives_the_same_bytes_from_a_cold_and_a_warm_cache(line: Line) -> None:
    case = a_case(says(SENTENCE), makes(Sound.COUGH), makes(Sound.VOICEMAIL_GREETING), line=line)
    cache = ContentCache()
    cold, warm, elsewhere = prepared(case, cache=cache), prepared(case, cache=cache), prepared(case)
    assert cold.sha256 == warm.sha256 == elsewhere.sha256
    for step, utterance in cold.utterances.items():
        again = warm.utterances[step]
        assert (again.step, again.text, again.speech, again.words) == (
            step,
            utterance.text,
            utterance.speech,
            utterance.words,
        )
    assert cold.bed_mouth.tobytes() == warm.bed_mouth.tobytes() == elsewhere.bed_mouth.tobytes()
    assert cold.bed_received.tobytes() == warm.bed_received.tobytes() == elsewhere.bed_received.tobytes()


@pytest.mark.parametrize("line", [NOISY, LOSSY], ids=lambda line: line.name)
def test_other_seeds_scenarios_and_repeats_are_other_calls(line: Line) -> None:
    case = a_case(says(SENTENCE), line=line)
    others = [
        a_case(says(SENTENCE), line=line, seed=2),
        a_case(says(SENTENCE), line=line, repeat=1),
        a_case(says(SENTENCE), line=line, scenario="declines"),
    ]
    calls = [prepared(each) for each in [case, *others]]
    assert len({call.sha256 for call in calls}) == len(calls)
    assert len({call.bed_received.tobytes() for call in calls}) == len(calls)


def test_a_step_added_behind_shifts_nothing() -> None:
    short = prepared(a_case(says(SENTENCE), makes(Sound.COUGH), line=BAD))
    long = prepared(a_case(says(SENTENCE), makes(Sound.COUGH), says("and goodbye"), line=BAD))
    assert same(short, long, 0)
    assert same(short, long, 1)
    assert short.bed_mouth.tobytes() == long.bed_mouth.tobytes()
    assert short.sha256 != long.sha256


def test_the_same_words_twice_are_spoilt_differently_and_on_a_clean_line_alike() -> None:
    noisy = prepared(a_case(says(SENTENCE), says(SENTENCE), line=NOISY))
    clean = prepared(a_case(says(SENTENCE), says(SENTENCE)))
    assert not same(noisy, noisy, 0, 1)
    assert same(clean, clean, 0, 1)


def test_a_clean_line_needs_no_dice_so_other_seeds_meet_the_same_cache() -> None:
    assert prepared(a_case(says(SENTENCE), seed=1)).sha256 == prepared(a_case(says(SENTENCE), seed=2)).sha256


def test_the_lines_name_and_delay_do_not_touch_the_audio() -> None:
    slow = dataclasses.replace(NOISY, name="slow", delay_ms=300, jitter_ms=50)
    assert (
        prepared(a_case(says(SENTENCE), line=NOISY)).sha256
        == prepared(a_case(says(SENTENCE), line=slow)).sha256
    )


def test_another_voice_is_another_utterance_although_the_text_is_the_same() -> None:
    cache = ContentCache()
    first = prepared(a_case(says(SENTENCE)), ToneVoice(), cache)
    assert first.sha256 != prepared(a_case(says(SENTENCE), voice="en-us"), ToneVoice(), cache).sha256


def test_steps_without_sound_have_no_utterance() -> None:
    audio = prepared(a_case(makes(Sound.SILENCE), says("yes")))
    assert audio.utterance(0) is None
    assert audio.utterance(1) is not None
    assert audio.utterance(7) is None


def test_the_bed_goes_round_in_frames() -> None:
    quiet, noisy = prepared(a_case(says("yes"))), prepared(a_case(says("yes"), line=NOISY))
    mouth, received = quiet.bed(0)
    assert mouth.shape == received.shape == (160,)
    assert np.array_equal(quiet.bed(3)[0], quiet.bed(11)[0])
    assert not np.array_equal(noisy.bed(3)[0], noisy.bed(11)[0])
    assert np.array_equal(noisy.bed(5)[1], noisy.bed(1505)[1])
    with pytest.raises(ValueError, match="read-only"):
        mouth[0] = 1


def test_the_line_is_never_digitally_silent() -> None:
    audio = prepared(a_case(says("yes [pause 900] no")))
    for frame in range(8):
        assert rms_dbov(audio.bed(frame)[1]) == pytest.approx(-68.0, abs=2.0)
    utterance = audio.utterances[0]
    levels = [rms_dbov(frame) for frame in utterance.received.reshape(-1, 160)]
    assert min(levels) > -72.0


def test_the_noise_of_the_bed_is_as_loud_as_that_of_an_utterance() -> None:
    line = Line(name="white", noise="white", snr_db=12.0)
    audio = prepared(a_case(says("yes [pause 900] no"), line=line))
    assert rms_dbov(audio.bed_mouth.ravel()) == pytest.approx(-38.0, abs=0.1)
    utterance = audio.utterances[0]
    pause = slice(utterance.speech[0].end_ns // 125_000 + 800, utterance.speech[1].start_ns // 125_000 - 800)
    assert rms_dbov(utterance.mouth[pause]) == pytest.approx(-38.0, abs=0.5)


def test_lost_packets_spoil_the_bed_too() -> None:
    audio = prepared(a_case(says("yes"), line=dataclasses.replace(BAD, loss_ratio=0.08)))
    spoilt = np.any(audio.bed_mouth != audio.bed_received, axis=1)
    # A packet after a loss is cross-faded, so up to two packets differ for each burst of six.
    assert 0.02 < spoilt.mean() < 0.25


def test_a_quiet_line_with_losses_has_a_bed_of_half_a_minute() -> None:
    audio = prepared(a_case(says("yes"), line=LOSSY))
    assert len(audio.bed_mouth) == 1504
    assert np.array_equal(audio.bed_mouth[0], audio.bed_mouth[8])


def test_noise_without_a_ratio_is_refused() -> None:
    with pytest.raises(ValueError, match="no snr_db"):
        prepared(a_case(says("yes"), line=Line(name="x", noise="white")))


def test_the_voices_errors_come_through() -> None:
    with pytest.raises(ProviderRefused):
        prepared(a_case(says("yes"), voice=NO_SUCH_VOICE))
