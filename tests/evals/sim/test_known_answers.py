"""The harness measures agents of known timing, and must find what is known."""

import pytest

from agent.cache import ContentCache
from evals.metrics.registry import measure
from evals.record import CallRecord
from evals.scenario.model import Line
from evals.sim.audio_call import Voices, play_audio
from evals.sim.known_agents import KnownAgent
from tests.fakes.tone_voice import ToneVoice
from tests.scenarios import a_case, interrupts, says

LINES = [
    Line(name="clean"),
    Line(name="white_15db", noise="white", snr_db=15.0),
    Line(name="office_15db", noise="office", snr_db=15.0),
    Line(name="far", delay_ms=150, jitter_ms=30),
    Line(name="lossy", loss_ratio=0.05, loss_burst=3.0),
]


def play(agent: KnownAgent, *steps: object, line: Line = LINES[0]) -> CallRecord:
    case = a_case(*steps, line=line)  # type: ignore[arg-type]
    return play_audio(case, agent, Voices(tts=ToneVoice(), cache=ContentCache(None)))


def values(record: CallRecord, metric: str) -> list[float]:
    return [m.value for m in measure(record) if m.metric == metric and m.value is not None]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
@pytest.mark.parametrize("answer_ms", [300, 700, 1500])
def test_agent_that_answers_after_a_known_time_measures_that_time(line: Line, answer_ms: int) -> None:
    record = play(
        KnownAgent(answer_ms=answer_ms), says("yes this is alex"), says("tuesday [pause 400] then"), line=line
    )
    measured = values(record, "response_latency")
    assert len(measured) == 2
    assert measured == pytest.approx([answer_ms] * 2, abs=10)


@pytest.mark.parametrize("line", LINES[:3], ids=lambda line: line.name)
@pytest.mark.parametrize("stop_ms", [120, 180, 400])
def test_agent_that_stops_after_a_known_time_measures_that_time(line: Line, stop_ms: int) -> None:
    agent = KnownAgent(stop_ms=stop_ms, reply_ms=4000)
    record = play(agent, interrupts("stop there please", after_ms=700), says("bye now"), line=line)
    assert values(record, "yield_latency") == pytest.approx([stop_ms], abs=20)


def test_agent_that_never_stops_is_counted_as_a_missed_interruption() -> None:
    record = play(KnownAgent(reply_ms=6000), interrupts("stop there please", after_ms=700))
    assert values(record, "barge_in_missed") == [1.0]


def test_agent_that_answers_late_is_censored_at_the_timeout_and_missed() -> None:
    record = play(KnownAgent(answer_ms=60_000), says("yes this is alex"), says("hello"))
    missed = [m for m in measure(record) if m.metric == "missed_turn"]
    latencies = [m for m in measure(record) if m.metric == "response_latency"]
    assert missed[0].value == 1.0
    assert latencies[0].censored
    assert latencies[0].value == record.timeout_ns / 1e6


def test_interruption_of_a_reply_that_is_over_was_not_offered() -> None:
    record = play(KnownAgent(reply_ms=800), interrupts("stop", after_ms=3000))
    assert [utterance.offered for utterance in record.utterances] == [False]


def test_caller_starts_on_a_grid_of_160_ms_from_the_first_sample() -> None:
    record = play(KnownAgent(), says("yes"), says("no"), says("perhaps"))
    starts = {utterance.start_ns // 20_000_000 % 8 for utterance in record.utterances}
    again = play(KnownAgent(answer_ms=731), says("yes"), says("no"), says("perhaps"))
    assert len(record.utterances) == 3
    assert {utterance.start_ns // 20_000_000 % 8 for utterance in again.utterances} == starts


def test_caller_gives_up_on_a_call_at_its_longest_duration() -> None:
    case = a_case(says("yes"), says("no"), max_duration_s=3)
    record = play_audio(case, KnownAgent(), Voices(tts=ToneVoice(), cache=ContentCache(None)))
    assert (record.status, record.ended_by, record.duration_ns) == ("timed_out", "harness", 3_000_000_000)
