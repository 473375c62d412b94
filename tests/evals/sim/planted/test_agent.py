"""What a planted agent planned is what a record holds of it: to the sample where it is time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.cache import ContentCache
from agent.media import SAMPLE_NS
from evals.calibration.suites import gated_suite
from evals.metrics.registry import measure
from evals.metrics.timeline import agent_spans, onset_ns
from evals.record import CallRecord, CallStatus
from evals.scoring.expectations import check, passed
from evals.sim.audio_call import Voices, play_audio
from evals.sim.planted.agent import PlantedAgent
from evals.sim.planted.behaviour import STEADY, Behaviour, Wait
from evals.sim.planted.faults import INTERRUPTING, LISTENING
from evals.sim.planted.plan import CallPlan
from tests.fakes.tone_voice import ToneVoice
from tests.scenarios import a_case, says

BRIEF = replace(
    STEADY,
    answer=Wait(mean_ms=400, spread_ms=100, least_ms=60),
    reply=Wait(mean_ms=200, spread_ms=0),
)


@pytest.fixture(scope="module")
def voices() -> Voices:
    return Voices(tts=ToneVoice(), cache=ContentCache(None))


def play(suite: str, behaviour: Behaviour, voices: Voices, seed: int = 1) -> tuple[CallRecord, CallPlan]:
    plans: dict[str, CallPlan] = {}
    agent = PlantedAgent(name="planted", behaviour=behaviour, seed=seed, plans=plans)
    [case] = gated_suite(suite).cases(seed, 1)
    return play_audio(case, agent, voices), plans[case.id]


def values(record: CallRecord, metric: str) -> list[float]:
    return [m.value for m in measure(record) if m.metric == metric and m.value is not None]


@pytest.mark.parametrize("seed", range(1, 9))
def test_answers_and_stops_are_on_the_line_to_the_sample(seed: int, voices: Voices) -> None:
    record, plan = play(INTERRUPTING, BRIEF, voices, seed)
    [utterance], [turn] = record.utterances, plan.turns
    assert turn.answer_ms is not None
    stop_ns = onset_ns(utterance) + turn.stop_ms * 1_000_000
    answer_ns = utterance.speech[-1].end_ns + turn.answer_ms * 1_000_000
    at = (stop_ns // SAMPLE_NS, answer_ns // SAMPLE_NS)
    silence = record.agent_track[at[0] : at[1]]
    assert set(silence) == {0xFF}
    assert record.agent_track[at[0] - 1] != 0xFF
    assert record.agent_track[at[1]] != 0xFF


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_steady_agent_does_all_that_is_expected_of_it(seed: int, voices: Voices) -> None:
    for suite in (INTERRUPTING, LISTENING):
        record, _ = play(suite, BRIEF, voices, seed)
        checks = check(record)
        assert passed(checks), [item for item in checks if not item.passed]
        assert values(record, "word_error_rate") == []
        assert sum(values(record, "word_substitutions") + values(record, "word_deletions")) == 0


def test_it_resumes_after_a_listening_noise_when_planned(voices: Voices) -> None:
    record, plan = play(LISTENING, BRIEF, voices)
    assert values(record, "resume_gap") == pytest.approx([plan.turns[1].resume_ms], abs=20)
    assert values(record, "false_stop") == [0.0]


@pytest.mark.parametrize(
    ("suite", "dials", "metric", "value"),
    [
        (INTERRUPTING, {"no_stop": 1.0}, "barge_in_missed", 1.0),
        (INTERRUPTING, {"lost_tool": 1.0}, "tools_correct", 0.0),
        (INTERRUPTING, {"wrong_tool": 1.0}, "tools_correct", 0.0),
        (INTERRUPTING, {"wrong_slot": 1.0}, "captured_correct", 0.0),
        (INTERRUPTING, {"wrong_state": 1.0}, "path_correct", 0.0),
        (INTERRUPTING, {"fallback": 1.0}, "path_correct", 0.0),
        (INTERRUPTING, {"wrong_outcome": 1.0}, "outcome_correct", 0.0),
        (INTERRUPTING, {"leaves": 1.0}, "outcome_correct", 0.0),
        (LISTENING, {"false_stop": 1.0}, "false_stop", 1.0),
        (LISTENING, {"cut_in": 1.0}, "false_cut_ins", 1.0),
        (LISTENING, {"swapped": 1.0}, "entity_reference_heard", 0.0),
    ],
)
def test_a_planted_fault_shows_in_its_metric(
    suite: str, dials: dict[str, float], metric: str, value: float, voices: Voices
) -> None:
    record, _ = play(suite, replace(BRIEF, **dials), voices)
    assert values(record, metric) == [value]


def test_words_clipped_or_made_of_a_noise_are_errors(voices: Voices) -> None:
    clipped, _ = play(INTERRUPTING, replace(BRIEF, clipped=1.0), voices)
    assert values(clipped, "word_deletions") == [1.0]
    spurious, _ = play(LISTENING, replace(BRIEF, spurious=1.0), voices)
    assert sum(values(spurious, "word_insertions")) == 1


def test_wrong_words_and_errors_fail_the_call(voices: Voices) -> None:
    wrong, _ = play(INTERRUPTING, replace(BRIEF, wrong_words=1.0), voices)
    assert [item.name for item in check(wrong) if not item.passed] == ['says "booked for tuesday"']
    failed, _ = play(INTERRUPTING, replace(BRIEF, fails=1.0), voices)
    assert (failed.status, failed.failure) == (CallStatus.FAILED, "RuntimeError: planted")


def test_silence_planted_at_the_end_is_dead_air_of_that_length(voices: Voices) -> None:
    record, plan = play(INTERRUPTING, replace(BRIEF, dead_air_ms=1500), voices)
    assert values(record, "dead_air_max") == pytest.approx([plan.hang_ms], abs=20)


def test_answers_begun_over_the_caller_overlap_and_are_early(voices: Voices) -> None:
    record, _ = play(LISTENING, replace(BRIEF, talks_over=1.0), voices)
    assert values(record, "response_latency") == pytest.approx([-300, -300], abs=10)
    assert values(record, "overlap_time")[0] >= 600


def test_a_reply_said_twice_is_twice_as_long(voices: Voices) -> None:
    once, _ = play(INTERRUPTING, BRIEF, voices)
    twice, _ = play(INTERRUPTING, replace(BRIEF, double=1.0), voices)
    last = [agent_spans(record)[-1] for record in (once, twice)]
    assert [span.end_ns - span.start_ns for span in last] == pytest.approx([200e6, 400e6], abs=20e6)


def test_a_turn_never_answered_is_missed_and_the_call_goes_on(voices: Voices) -> None:
    record, _ = play(LISTENING, replace(BRIEF, no_reply=1.0), voices)
    assert values(record, "missed_turn") == [1.0, 1.0]
    assert len(record.utterances) == 3


def test_it_plays_any_scenario(voices: Voices) -> None:
    case = a_case(says("yes this is alex"), says("tuesday then"))
    record = play_audio(case, PlantedAgent(name="planted", behaviour=BRIEF, seed=1), voices)
    assert record.status is CallStatus.COMPLETED
    assert len(values(record, "response_latency")) == 2
