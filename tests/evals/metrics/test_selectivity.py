from __future__ import annotations

import pytest

from agent.events import CallEvent, ReplyCancelled, Resumed, TurnOpened, Yielded
from evals.metrics.selectivity import selectivity
from evals.record import Level
from tests.builders import MS, a_record, a_sound

KINDS = {"backchannel": "backchannel_ignored", "cough": "vocal_tic_ignored", "aside": "aside_ignored"}
YIELDED = Yielded(t_ns=2_150 * MS, seq=1, onset_ns=2_000 * MS, heard="")
RESUMED = Resumed(t_ns=2_600 * MS, seq=1, reason="")
CANCELLED = ReplyCancelled(t_ns=2_600 * MS, seq=1, reason="", heard="")


def opened(at_ms: int, event: str = "speech") -> TurnOpened:
    return TurnOpened(t_ns=at_ms * MS, seq=2, turn_id="t", event=event, transcript="in a minute", heard=None)


def measured(sound: str, events: list[CallEvent], speaks: tuple[float, float] = (500, 6_000)) -> dict:
    record = a_record(a_sound(sound, (2_000, 2_600)), agent_speaks=[speaks], events=events)
    return {m.metric: m.value for m in selectivity(record)}


@pytest.mark.parametrize("sound", KINDS)
@pytest.mark.parametrize(
    ("events", "ignored"),
    [
        ([opened(9_000)], 1),  # a turn much later is about something else
        ([YIELDED, RESUMED], 1),  # held its breath and went on: `yield_resumed` counts that
        ([YIELDED, CANCELLED], 0),
        ([opened(3_000)], 0),  # talked on, and took it for the caller's turn
        ([opened(3_000, "no_speech")], 1),
    ],
)
def test_sound_is_ignored_unless_the_reply_is_given_up_or_a_turn_opened(
    sound: str, events: list[CallEvent], ignored: float
) -> None:
    assert measured(sound, events) == {KINDS[sound]: ignored}


def test_sound_that_found_no_reply_is_unscored() -> None:
    assert measured("aside", [], speaks=(100, 900)) == {"aside_ignored": None}


def test_other_sounds_say_nothing() -> None:
    assert measured("hold_music", []) == {}


def test_text_level_has_no_sounds() -> None:
    record = a_record(a_sound("aside"), level=Level.TEXT)
    assert {m.unscored_reason for m in selectivity(record)} == {"no audio at text level"}
