from __future__ import annotations

from typing import Any

import pytest

from agent.events import CallEvent, TurnAnswered, TurnOpened
from evals.record import CallRecord, Level
from evals.scoring.rules import (
    CallerLedInto,
    Finding,
    HeardAny,
    HeardBeforeState,
    HeardLast,
    HeardMatchesCaptured,
    MetricAtMost,
    OutcomeIs,
    PathOrder,
    ToolCalled,
    apply,
)
from evals.scoring.verdict import ItemGrade
from tests.builders import MS, a_record, a_tool_call, an_utterance, heard_words

PASS, FAIL, NOT_APPLICABLE, UNSCORED = ItemGrade

SLOT = "2026-05-19T10:30:00+01:00"


def turn(seq: int, at_ms: int, path: tuple[str, ...], **captured: str) -> list[CallEvent]:
    return [
        TurnOpened(t_ns=at_ms * MS, seq=seq, turn_id=str(seq), event="speech", transcript="", heard=None),
        TurnAnswered(
            t_ns=(at_ms + 100) * MS,
            seq=seq,
            node_id=path[-1],
            path=path,
            outcome=None,
            captured=captured,
            chosen="",
        ),
    ]


def a_booking(**changes: Any) -> CallRecord:
    """Greeting, "Yes, this is Alex.", qualify, "Tuesday works.", the slot read back, goodbye."""
    values: dict[str, Any] = {
        "scenario": {"variables": {"first_name": "Alex"}, "caller": [], "expect": {"outcome": "booked"}},
        "agent_words": heard_words("I'm an automated assistant. Is this Alex?", seq=0)
        + heard_words("Are you looking into this?", at_ms=6_000, seq=1)
        + heard_words("Tuesday at ten thirty. Goodbye.", at_ms=12_000, seq=2),
        "events": [
            *turn(0, 0, ("greeting",)),
            *turn(1, 5_500, ("greeting", "qualify")),
            *turn(2, 11_500, ("greeting", "qualify", "confirm", "close"), slot=SLOT),
        ],
        "path": ("greeting", "qualify", "confirm", "close"),
        "outcome": "booked",
        "captured": {"slot": SLOT},
    }
    said = changes.pop("said", "Yes, this is Alex.")
    return a_record(
        an_utterance(said, (4_000, 5_000)),
        an_utterance("Tuesday works.", (10_000, 11_000)),
        **(values | changes),
    )


def test_phrase_heard() -> None:
    found = apply(HeardAny(any_of=("recorded", "automated assistant")), a_booking())
    assert found == Finding(grade=PASS, evidence='0:00.0 "I\'m an automated assistant. Is this Alex?"')
    missing = apply(HeardAny(any_of=("recorded", "taped")), a_booking())
    assert missing == Finding(grade=FAIL, evidence="not heard in any reply: recorded / taped")


def test_phrase_must_come_before_the_state() -> None:
    assert (
        apply(HeardBeforeState(any_of=("automated assistant",), before="qualify"), a_booking()).grade is PASS
    )
    assert apply(HeardBeforeState(any_of=("looking into",), before="qualify"), a_booking()).grade is FAIL
    assert apply(HeardBeforeState(any_of=("looking into",), before="objection"), a_booking()).grade is PASS


def test_order_is_unscored_where_the_agent_reports_no_turns() -> None:
    found = apply(HeardBeforeState(any_of=("automated assistant",), before="qualify"), a_booking(events=[]))
    assert found.grade is UNSCORED


def test_goodbye_must_be_in_the_last_reply() -> None:
    assert apply(HeardLast(any_of=("goodbye",)), a_booking()).grade is PASS
    assert apply(HeardLast(any_of=("automated assistant",)), a_booking()).grade is FAIL


def test_slot_is_read_back_after_it_was_chosen() -> None:
    rule = HeardMatchesCaptured(variable="slot")
    assert apply(rule, a_booking()).grade is PASS
    only_offered = heard_words("I have Tuesday at ten thirty.", seq=1) + heard_words("Goodbye.", seq=2)
    assert apply(rule, a_booking(agent_words=only_offered)).grade is FAIL
    assert apply(rule, a_booking(captured={})).grade is NOT_APPLICABLE
    assert apply(rule, a_booking(events=[])).grade is UNSCORED


CONFIRMED = CallerLedInto(
    state="qualify",
    any_of=("yes", "this is {{first_name}}"),
    none_of=("not {{first_name}}",),
    keys=("1",),
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Yes, speaking.", PASS),
        ("This is Alex.", PASS),
        ("No, she is out.", FAIL),
        ("Yes, but I am not Alex.", FAIL),
    ],
)
def test_what_the_caller_truly_said_led_there(said: str, expected: ItemGrade) -> None:
    found = apply(CONFIRMED, a_booking(said=said))
    assert found == Finding(grade=expected, evidence=f'0:04.0 caller: "{said}"')


def test_a_key_can_lead_there_too() -> None:
    pressed = a_record(
        an_utterance("", kind="keys", keys="1", start_ns=4_000 * MS, end_ns=4_000 * MS),
        events=turn(1, 5_500, ("greeting", "qualify")),
        path=("greeting", "qualify"),
    )
    assert apply(CONFIRMED, pressed).grade is PASS


def test_state_never_entered_needs_no_confirmation() -> None:
    assert apply(CONFIRMED, a_booking(path=("greeting",))).grade is NOT_APPLICABLE


def test_path_order() -> None:
    assert apply(PathOrder(first="qualify", then="confirm"), a_booking()).grade is PASS
    assert apply(PathOrder(first="close", then="confirm"), a_booking()).grade is FAIL
    assert apply(PathOrder(first="close", then="handoff"), a_booking()).grade is NOT_APPLICABLE


def test_outcome() -> None:
    assert apply(OutcomeIs(any_of=("booked",)), a_booking()) == Finding(grade=PASS, evidence="outcome booked")
    assert apply(OutcomeIs(any_of=("booked",)), a_booking(outcome=None)).grade is FAIL


def test_tool_must_have_succeeded_once() -> None:
    rule = ToolCalled(tool="crm.add_suppression")
    failed = a_tool_call("crm.add_suppression", ok=False, status="timeout")
    assert apply(rule, a_booking(tools=())).grade is FAIL
    assert apply(rule, a_booking(tools=(failed,))).grade is FAIL
    assert apply(rule, a_booking(tools=(failed, a_tool_call("crm.add_suppression")))) == Finding(
        grade=PASS, evidence="crm.add_suppression: timeout, ok"
    )


def test_metric_is_held_against_a_bound() -> None:
    rule = MetricAtMost(metric="dead_air_max", at_most=5_000)
    talking = [(start, start + 900) for start in range(0, 20_000, 1_000)]
    assert apply(rule, a_booking(agent_speaks=talking)).grade is PASS
    assert apply(rule, a_booking()).evidence == "dead_air_max 9000, at most 5000"
    text = apply(rule, a_booking(level=Level.TEXT))
    assert text == Finding(grade=UNSCORED, evidence="no audio at text level")
