from __future__ import annotations

from agent.events import CallEvent, ProviderFailed, TurnAnswered, TurnOpened
from evals.metrics.fallback import fallback
from evals.metrics.registry import RATIOS, pooled
from tests.builders import MS, a_record

[RATE] = [ratio for ratio in RATIOS if ratio.name == "fallback_rate"]


def a_turn(seq: int, chosen: str, event: str = "speech") -> list[CallEvent]:
    at = seq * 1_000 * MS
    opened = TurnOpened(t_ns=at, seq=seq, turn_id=str(seq), event=event, transcript="", heard=None)
    answered = TurnAnswered(
        t_ns=at + 100 * MS, seq=seq, node_id="n", path=(), outcome=None, captured={}, chosen=chosen
    )
    return [opened, answered]


def failed(at_ms: int) -> ProviderFailed:
    return ProviderFailed(t_ns=at_ms * MS, provider="tts", error="timeout", fallback="silence")


def counts(*events: CallEvent) -> dict[str, float | None]:
    return {m.metric: m.value for m in fallback(a_record(events=events))}


def test_turns_not_understood_and_turns_whose_provider_failed_are_fallbacks_once_each() -> None:
    events = [*a_turn(0, "answered", "answered"), *a_turn(1, "yes"), *a_turn(2, "unclear"), *a_turn(3, "no")]
    assert counts(*events) == {"speech_turns": 3, "fallback_turns": 1}
    assert counts(*events, failed(1_050)) == {"speech_turns": 3, "fallback_turns": 2}
    assert counts(*events, failed(2_050)) == {"speech_turns": 3, "fallback_turns": 1}


def test_silence_that_is_met_with_a_question_is_no_fallback() -> None:
    events = [*a_turn(0, "answered", "answered"), *a_turn(1, "no_speech", "no_speech"), *a_turn(2, "yes")]
    assert counts(*events) == {"speech_turns": 1, "fallback_turns": 0}


def test_rate_is_of_all_turns_pooled() -> None:
    one = fallback(a_record(events=[*a_turn(1, "unclear")]))
    three = fallback(a_record(events=[*a_turn(1, "yes"), *a_turn(2, "yes"), *a_turn(3, "no")]))
    assert pooled([*one, *three], RATE) == 0.25


def test_agent_without_turns_is_unscored() -> None:
    assert {m.unscored_reason for m in fallback(a_record())} == {"the agent does not report its turns"}
    silent = a_turn(0, "answered", "answered")
    assert {m.unscored_reason for m in fallback(a_record(events=silent))} == {"the caller said nothing"}
