import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cognitive.flow_file import BUILT_IN_FLOWS
from agent.cognitive.wording import Wording, fill
from evals.record import Divergence
from evals.scenario.model import CallerStep, StepKind, WhenDiverged
from evals.sim.alignment import (
    ALIKE,
    Likeness,
    content_words,
    divergence_reason,
    divergences_heard,
    likeness,
    next_step,
)
from tests.builders import an_utterance, heard_words

GREETING = "Hi, this is Nova from Quantum. Is this Alex?"
DAY = "Which day would suit you better?"
BUDGET = "Do you have a rough budget in mind?"


def answers(text: str, recorded: str = "") -> CallerStep:
    return CallerStep(kind=StepKind.SAYS, text=text, replies_to=recorded)


HANGS_UP = CallerStep(kind=StepKind.HANGS_UP)
SCRIPT = (
    answers("Speaking.", GREETING),
    answers("Five thousand.", BUDGET),
    answers("Or so."),
    answers("Tuesday.", DAY),
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hi, is this Alex?", {"alex"}),
        ("I\u2019d like the BUDGET, please.", {"like", "budget"}),
        ("Goodbye, then.", set()),
        ("", set()),
        ("Caf\u00e9 at 10:30", {"caf\u00e9", "10", "30"}),
    ],
)
def test_content_words_leave_out_what_stands_in_any_reply(text: str, words: set[str]) -> None:
    assert content_words(text) == words


def test_long_reply_is_like_the_short_question_that_it_ends_in() -> None:
    assert likeness("Am I speaking with Alex?", GREETING) == Likeness(shared=1, recorded=2, replied=1)
    assert divergence_reason("Is this Alex?", GREETING) == ""


def test_transcript_line_without_content_compares_with_nothing() -> None:
    assert divergence_reason("Okay.", DAY) == ""
    assert divergence_reason("", DAY) == ""


def test_reason_tells_the_counts_that_decided() -> None:
    assert divergence_reason(BUDGET, DAY) == (
        "shares 0 of the transcript's 3 and the reply's 3 content words: 0.00, and 0.50 is alike"
    )
    assert divergence_reason(BUDGET, " ") == "is nothing that was said"


@pytest.mark.parametrize("policy", WhenDiverged)
def test_reply_of_the_transcript_is_answered_under_every_policy(policy: WhenDiverged) -> None:
    choice = next_step(SCRIPT, 1, BUDGET, policy)
    assert (choice.step, choice.divergences) == (1, ())


@pytest.mark.parametrize("policy", WhenDiverged)
def test_line_that_says_nothing_of_what_it_answers_is_always_said(policy: WhenDiverged) -> None:
    assert next_step(SCRIPT, 2, DAY, policy).step == 2


def test_caller_who_continues_says_the_line_and_it_is_noted() -> None:
    choice = next_step(SCRIPT, 1, DAY, WhenDiverged.CONTINUE, seq=4)
    assert choice.step == 1
    assert choice.divergences == (
        Divergence(
            step=1, seq=4, did="said", recorded=BUDGET, replied=DAY, reason=divergence_reason(BUDGET, DAY)
        ),
    )


def test_caller_who_stops_has_no_next_step() -> None:
    choice = next_step(SCRIPT, 1, DAY, WhenDiverged.STOP)
    assert choice.step is None
    assert [(noted.step, noted.did) for noted in choice.divergences] == [(1, "stopped")]


def test_caller_who_skips_goes_on_with_the_line_that_answers_the_reply() -> None:
    choice = next_step(SCRIPT, 1, DAY, WhenDiverged.SKIP)
    assert choice.step == 3
    assert [(noted.step, noted.did) for noted in choice.divergences] == [(1, "skipped"), (2, "skipped")]
    assert choice.divergences[1].reason == "it goes with the line before it"


def test_caller_who_skips_past_the_last_line_has_nothing_to_say() -> None:
    choice = next_step(SCRIPT, 0, "Please hold the line for a colleague.", WhenDiverged.SKIP)
    assert choice.step is None
    assert len(choice.divergences) == len(SCRIPT)


def test_hanging_up_is_never_passed_over() -> None:
    assert next_step((*SCRIPT, HANGS_UP), 0, "One moment, putting you through.", WhenDiverged.SKIP).step == 4


def test_heard_words_are_compared_with_the_transcript_after_the_call() -> None:
    words = (*heard_words("Is this Alex?", at_ms=0, seq=0), *heard_words(DAY, at_ms=5000, seq=1))
    said = [
        an_utterance("Speaking.", (2000, 2500), step=0),
        an_utterance("Five.", (8000, 8500), step=1),
    ]
    found = divergences_heard(SCRIPT, said, words)
    assert [(noted.step, noted.seq, noted.replied) for noted in found] == [(1, 1, DAY)]


@given(st.text(max_size=200), st.text(max_size=200))
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    there, back = likeness(one, other).ratio, likeness(other, one).ratio
    assert there == back
    assert there is None or 0 <= there <= 1


@given(st.text(max_size=200))
def test_reply_never_diverges_from_itself(text: str) -> None:
    assert divergence_reason(text, text) == ""


@given(
    st.lists(st.sampled_from(["", GREETING, DAY, BUDGET]), min_size=1, max_size=8),
    st.sampled_from(["", GREETING, DAY, BUDGET]),
    st.sampled_from(WhenDiverged),
)
def test_caller_only_goes_forward_and_notes_each_line_passed_over(
    recorded: list[str], reply: str, policy: WhenDiverged
) -> None:
    steps = [answers("yes", text) for text in recorded]
    choice = next_step(steps, 0, reply, policy)
    skipped = [noted.step for noted in choice.divergences if noted.did == "skipped"]
    assert skipped == list(range(len(skipped)))
    assert choice.step is None or (choice.step < len(steps) and choice.step >= len(skipped))


def replies_of_booking() -> dict[str, tuple[str, str]]:
    """What each state says in whole, and what it asks when it must ask again."""
    flow = json.loads(Path(BUILT_IN_FLOWS / "booking.json").read_text("utf-8"))
    wording = Wording(
        variables={
            "first_name": "Alex",
            "email": "alex@example.com",
            "slot": "2026-05-19T10:30:00+01:00",
            "offered": ("2026-05-19T10:30:00+01:00", "2026-05-20T14:00:00+01:00"),
        },
        now_iso="2026-05-18T09:00:00+01:00",
        time_zone="Europe/London",
    )
    replies = {}
    for name, state in flow["states"].items():
        parts = [state.get(key, "") for key in ("say", "ask", "done")]
        whole = fill(" ".join(part for part in parts if part), wording)
        if whole:
            replies[name] = (whole, fill(state.get("reask", ""), wording))
    return replies


def test_states_of_the_booking_flow_are_told_apart_and_known_again() -> None:
    replies = replies_of_booking()
    alike_again = [
        likeness(whole, again).ratio or 0.0 for whole, again in replies.values() if content_words(again)
    ]
    confused = [
        (one, other)
        for one, other in itertools.combinations(replies, 2)
        if (likeness(replies[one][0], replies[other][0]).ratio or 0.0) >= ALIKE
    ]
    missed = sum(ratio < ALIKE for ratio in alike_again)
    assert (len(alike_again), missed) == (9, 1)
    assert len(confused) <= 9  # of 325 pairs; most of them are farewells that speak of the same thing
