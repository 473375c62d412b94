from __future__ import annotations

import pytest

from agent.events import Yielded
from evals.metrics.timeline import (
    agent_spans,
    event_ns,
    is_interruption,
    onset_ns,
    reply_under_way,
    scenario_step,
    turn_end_ns,
)
from evals.record import Span, WireMessage
from tests.builders import MS, a_clear, a_record, a_sound, an_utterance

CALLER = an_utterance("Tuesday works.", (2_000, 3_000), kind="interrupts")


def spans_ms(spans: tuple[Span, ...]) -> list[tuple[float, float]]:
    return [(span.start_ns / MS, span.end_ns / MS) for span in spans]


def test_silence_below_200_ms_is_part_of_speaking() -> None:
    record = a_record(agent_speaks=[(500, 800), (990, 1_200), (1_400, 1_600)])
    assert spans_ms(agent_spans(record)) == [(500, 1_200), (1_400, 1_600)]


def test_click_is_no_onset() -> None:
    record = a_record(agent_speaks=[(500, 520), (1_000, 1_030)])
    assert spans_ms(agent_spans(record)) == [(1_000, 1_030)]


def test_bounds_of_an_utterance_are_those_of_its_voice() -> None:
    utterance = an_utterance("Yes.", (2_000, 2_500), (2_700, 3_000))
    assert (onset_ns(utterance), turn_end_ns(utterance)) == (2_000 * MS, 3_000 * MS)


def test_a_sound_ends_with_all_of_it() -> None:
    beep = a_sound("voicemail_greeting", (1_000, 3_000), end_ns=4_500 * MS)
    assert turn_end_ns(beep) == 4_500 * MS
    keys = an_utterance("", kind="keys", keys="1", start_ns=7, end_ns=9)
    assert (onset_ns(keys), turn_end_ns(keys)) == (7, 9)


def test_interruptions_are_known_from_the_script() -> None:
    clip = an_utterance("Tuesday.", (2_000, 3_000), kind="plays", step=1)
    over = a_record(clip, caller=[{"kind": "says"}, {"kind": "plays", "after_ms": 0}])
    after = a_record(clip, caller=[{"kind": "says"}, {"kind": "plays", "after_ms": None}])
    assert is_interruption(over, clip)
    assert not is_interruption(after, clip)
    assert is_interruption(over, CALLER)
    assert scenario_step(a_record(), clip) == {}


@pytest.mark.parametrize(
    ("speaks", "end_ms"),
    [
        ([(500, 1_900)], None),
        ([(500, 2_180)], 2_180),
        ([(500, 2_180), (3_500, 5_000)], 2_180),  # the answer, after the caller's end
        ([(500, 2_180), (2_500, 2_900), (3_800, 5_000)], 2_900),  # a pause of its own, then a stop
        ([(500, 2_180), (2_800, 3_400)], 2_180),  # a silence of 620 ms ends a reply
        ([(500, 3_500), (3_800, 4_500)], 4_500),  # it talked past the caller, and goes on
    ],
)
def test_reply_under_way_lasts_until_the_agent_stops(
    speaks: list[tuple[float, float]], end_ms: float | None
) -> None:
    found = reply_under_way(a_record(CALLER, agent_speaks=speaks), CALLER)
    assert (found and found.end_ns / MS) == end_ms


def test_sign_of_stopping_ends_a_reply_at_its_next_pause() -> None:
    speaks = [(500, 2_180), (2_500, 2_900)]
    cleared = a_record(CALLER, agent_speaks=speaks, wire=(a_clear(2_150),))
    yielded = a_record(
        CALLER,
        agent_speaks=speaks,
        events=[Yielded(t_ns=2_150 * MS, seq=1, onset_ns=2_000 * MS, heard="")],
    )
    for record in (cleared, yielded):
        found = reply_under_way(record, CALLER)
        assert found is not None
        assert found.end_ns == 2_180 * MS


def a_burst(at_ms: float, frames: int) -> WireMessage:
    return WireMessage(t_ns=round(at_ms * MS), kind="audio_out", frames=frames)


@pytest.mark.parametrize(
    ("speaks", "wire", "end_ms"),
    [
        # Two more seconds wait at the carrier when the caller begins 300 ms into a pause; then they are dropped.
        ([(500, 1_700)], (a_burst(460, 175), a_clear(2_150)), 1_700),
        # Only the closing silence of the last word waits: there was nothing more to say.
        ([(500, 1_700)], (a_burst(460, 90), a_clear(2_150)), None),
        # It talks on after its pause, over the caller.
        ([(500, 1_700), (2_100, 4_000)], (), 4_000),
        # It begins after the caller's end: that is the answer.
        ([(500, 1_700), (3_300, 4_000)], (), None),
        # 600 ms of silence had ended the reply.
        ([(500, 1_400), (2_100, 4_000)], (a_burst(460, 175),), None),
    ],
)
def test_reply_with_words_left_is_under_way_in_its_pauses_too(
    speaks: list[tuple[float, float]], wire: tuple[WireMessage, ...], end_ms: float | None
) -> None:
    found = reply_under_way(a_record(CALLER, agent_speaks=speaks, wire=wire), CALLER)
    assert (found and found.end_ns / MS) == end_ms


def test_event_without_its_time_says_what_it_holds() -> None:
    with pytest.raises(ValueError, match="t_ns of a yielded event is 'soon', not nanoseconds"):
        event_ns({"kind": "yielded", "t_ns": "soon"})
