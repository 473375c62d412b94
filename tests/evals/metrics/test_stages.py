from __future__ import annotations

from typing import Any

import pytest

from agent.events import CallEvent, EndpointReached, FinalHeard, SpeechSent, TextGiven, WordSpan
from evals.metrics.stages import stages
from evals.record import CallRecord, HeardWord, Level
from tests.builders import MS, a_record, an_utterance

SAID = an_utterance("Yes, please.", (2_000, 3_000))
# The caller ends at 3,000; the reply is sent at 3,820, plays from 3,860 and is first audible 90 ms later.
TIMES = {"endpoint": 3_600, "final": 3_690, "text": 3_750, "sent": 3_820}


def events_at(**changes: int) -> list[CallEvent]:
    at = {name: ms * MS for name, ms in (TIMES | changes).items()}
    word = WordSpan(text="Great.", start_ns=30 * MS, end_ns=400 * MS)
    return [
        EndpointReached(t_ns=at["endpoint"], offset_ns=3_000 * MS, silence_ns=560 * MS),
        FinalHeard(t_ns=at["final"], text="yes please", confidence=None),
        TextGiven(t_ns=at["text"], seq=1),
        SpeechSent(t_ns=at["sent"], seq=1, text="Great.", first_frame=0, frame_count=50, words=(word,)),
    ]


def a_reply(events: list[CallEvent], **changes: Any) -> CallRecord:
    word = HeardWord(text="Great.", start_ns=3_890 * MS, end_ns=4_260 * MS, seq=1)
    values: dict[str, Any] = {"agent_speaks": [(3_950, 5_000)], "agent_words": (word,), **changes}
    return a_record(SAID, events=events, **values)


def values(record: CallRecord) -> dict[str, float | None]:
    return {m.metric: m.value for m in stages(record)}


def test_wait_is_cut_at_the_agent_s_events() -> None:
    assert values(a_reply(events_at())) == {
        "endpointing_delay": 600,
        "recognition_latency": 90,
        "dialogue_latency": 60,
        "synthesis_latency": 70,
        "transport_latency": 40,
        "unexplained_latency": 90,
    }


@pytest.mark.parametrize("stage", list(TIMES))
def test_stages_and_what_they_leave_unexplained_are_the_wait_at_the_ear(stage: str) -> None:
    measured = values(a_reply(events_at(**{stage: TIMES[stage] + 25})))
    assert sum(value or 0.0 for value in measured.values()) == pytest.approx(950)
    assert measured["unexplained_latency"] == 90


def test_sound_that_the_agent_s_account_does_not_know_of_is_unexplained() -> None:
    # Its first frame is said to have played 500 ms before anything was audible.
    assert values(a_reply(events_at(), agent_speaks=[(4_360, 5_000)]))["unexplained_latency"] == 500


@pytest.mark.parametrize("lost", range(4))
def test_account_with_a_gap_is_unscored(lost: int) -> None:
    events = events_at()
    del events[lost]
    assert {m.unscored_reason for m in stages(a_reply(events))} == {"the agent does not report its stages"}


def test_account_that_runs_backwards_is_unscored() -> None:
    record = a_reply(events_at(text=3_660))
    assert {m.unscored_reason for m in stages(record)} == {
        "the agent's events of this reply are not in order"
    }


def test_reply_that_never_came_has_no_stages() -> None:
    assert values(a_reply(events_at(), agent_speaks=[])) == {}


def test_text_level_has_no_stages() -> None:
    record = a_record(SAID, level=Level.TEXT)
    assert {m.unscored_reason for m in stages(record)} == {"no audio at text level"}
