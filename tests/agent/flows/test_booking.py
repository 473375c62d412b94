"""The booking flow from the first word to the last, in text: one call for each way it can go."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from agent.cognitive.flow import Kind
from agent.cognitive.flow_file import built_in_flow
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.turn import Json, Transfer, Tts, TurnEvent, TurnInput, TurnOutput
from evals.record import ToolCall
from evals.sim.world import World

BOOKING = built_in_flow("booking")
CALLER = {"first_name": "Robin", "email": "robin@example.com"}
SILENCE = TurnEvent.NO_SPEECH
BEEP = TurnEvent.VOICEMAIL
GONE = TurnEvent.HANGUP

Move = str | TurnEvent


@dataclass(frozen=True, kw_only=True)
class Played:
    path: tuple[str, ...]
    outcome: str | None
    captured: Mapping[str, str]
    tools: list[ToolCall]
    said: str
    last: TurnOutput

    def asked_of(self, tool: str) -> list[Mapping[str, Json]]:
        return [call.arguments for call in self.tools if call.name == tool]


def play(
    *moves: Move, world: Mapping[str, Json] | None = None, heard: Mapping[int, str] | None = None
) -> Played:
    """A call in which the caller makes these moves; `heard` marks moves, by number, that interrupt."""
    the_world = World(world or {}, "2026-05-18T09:00:00", "Europe/London")

    async def whole() -> list[TurnOutput]:
        agent = FlowOrchestrator(BOOKING, the_world.tools())
        outputs = []
        for seq, move in enumerate([TurnEvent.ANSWERED, *moves]):
            event, words = (TurnEvent.SPEECH, move) if not isinstance(move, TurnEvent) else (move, "")
            turn = TurnInput(
                call_sid="call",
                turn_id=str(seq),
                seq=seq,
                flow_id="booking",
                event=event,
                transcript=words,
                variables=CALLER,
                heard=(heard or {}).get(seq),
                now_iso="2026-05-18T09:00:00+01:00",
            )
            outputs.append(await agent.run_turn(turn))
        return outputs

    outputs = asyncio.run(whole())
    last = outputs[-1]
    return Played(
        path=last.state.path,
        outcome=last.state.outcome,
        captured=last.state.captured,
        tools=the_world.calls,
        said=" ".join(
            action.text for output in outputs for action in output.actions if isinstance(action, Tts)
        ),
        last=last,
    )


BOOKED = ("greeting", "qualify", "book", "confirm", "close")


def test_a_caller_who_agrees_is_booked() -> None:
    call = play(
        "Hello, yes, Robin here.",
        "We are, before the summer, maybe eight thousand pounds.",
        "Tuesday, please.",
    )
    assert (call.path, call.outcome) == (BOOKED, "booked")
    assert call.captured == {
        "budget": "eight thousand pounds",
        "timeline": "before the summer",
        "slot": "2026-05-19T10:30:00+01:00",
    }
    assert call.asked_of("cal.create_booking") == [
        {"slot": "2026-05-19T10:30:00+01:00", "name": "Robin", "email": "robin@example.com"}
    ]
    assert call.asked_of("crm.create_meeting")[0]["booking_id"] == "booking-1"


def test_what_must_be_said_is_said_and_in_its_order() -> None:
    call = play("yes", "yes", "the first one")
    told = [
        "I'm an automated assistant, and this call is recorded.",
        "Is this Robin?",
        "I'd like to book 15 minutes",
        "I have Tuesday at ten thirty in the morning or Wednesday at two in the afternoon.",
        "Tuesday at ten thirty in the morning. Let me book that for you.",
        "A calendar invite is on its way to you.",
        "goodbye.",
    ]
    places = [call.said.index(text) for text in told]
    assert places == sorted(places)


def test_the_second_slot_may_be_taken() -> None:
    call = play("Speaking.", "Sure.", "The second one is better for me.")
    assert (call.path, call.outcome) == (BOOKED, "booked")
    assert call.captured["slot"] == "2026-05-20T14:00:00+01:00"


def test_an_interruption_that_answers_the_question_is_taken() -> None:
    call = play("yes", "yes", "Wednesday is good", heard={3: "Great. I have Tuesday"})
    assert (call.path, call.captured["slot"]) == (BOOKED, "2026-05-20T14:00:00+01:00")


def test_an_interruption_that_says_nothing_is_asked_again_and_counts_for_nothing() -> None:
    call = play("blah", "blah", "blah", "blah", heard=dict.fromkeys(range(1, 5), "Hi, this is"))
    assert (call.path, call.outcome) == (("greeting",), None)
    assert call.last.actions == (Tts(text="Am I speaking with Robin?"),)


def test_where_nothing_is_free_other_times_are_found() -> None:
    call = play(
        "yes",
        "yes",
        "Thursday morning, if you can.",
        "Thursday",
        world={"cal.propose_slots": {"slots": [], "times": 1}},
    )
    assert call.path == ("greeting", "qualify", "book", "alternative_times", "book", "confirm", "close")
    assert call.asked_of("cal.propose_slots")[1]["preference"] == "thursday morning"
    assert call.captured["slot"] == "2026-05-21T11:00:00+01:00"


def test_times_that_do_not_suit_are_replaced() -> None:
    call = play(
        "yes", "yes", "I can't make either of those.", "Later in the week, in the afternoon.", "Friday works"
    )
    assert call.path == ("greeting", "qualify", "book", "alternative_times", "book", "confirm", "close")
    assert call.outcome == "booked"


def test_a_slot_that_has_just_gone_is_replaced() -> None:
    call = play(
        *("yes", "yes", "the first one", "Thursday", "the first one"),
        world={"cal.create_booking": {"status": "slot_taken", "times": 1}},
    )
    assert call.path[3:] == ("confirm", "alternative_times", "book", "confirm", "close")
    assert "that time has just gone" in call.said


def test_a_diary_that_never_has_anything_ends_with_a_person() -> None:
    call = play(*("yes", "yes", "monday", "tuesday", "friday"), world={"cal.propose_slots": {"slots": []}})
    assert call.path.count("alternative_times") == 3
    assert call.outcome == "handed_off"


def test_an_objection_may_end_with_a_video() -> None:
    call = play("yes", "No, we have no budget for it.", "Yes, go ahead.", "robin dot b at example dot com")
    assert (call.path[2:], call.outcome) == (("objection", "send_video", "video_close"), "video_sent")
    assert call.asked_of("crm.send_video") == [{"email": "robin.b@example.com", "name": "Robin"}]
    assert "on its way to robin dot b at example dot com" in call.said


def test_the_address_already_known_may_be_used() -> None:
    call = play("yes", "no", "yes", "Just use the one you have.")
    assert call.asked_of("crm.send_video") == [{"email": "robin@example.com", "name": "Robin"}]


def test_a_video_that_cannot_be_sent_is_not_claimed_to_be() -> None:
    call = play("yes", "no", "yes", "the one you have", world={"crm.send_video": {"fault": "error"}})
    assert call.outcome == "handed_off"
    assert "on its way" not in call.said


def test_an_objection_may_end_politely() -> None:
    call = play("yes", "We are happy with what we've got.", "No, thank you.")
    assert (call.path[2:], call.outcome) == (("objection", "decline_close"), "declined")


def test_an_objection_may_turn_into_an_opt_out() -> None:
    call = play("yes", "no", "No, and take my number off your list.")
    assert (call.path[2:], call.outcome) == (("objection", "opt_out"), "opted_out")
    assert len(call.asked_of("crm.add_suppression")) == 1
    assert "You won't get any more calls from us." in call.said


@pytest.mark.parametrize(
    "turns_before", [[], ["yes"], ["yes", "yes"], ["no"], ["yes", "no"], ["yes", "no", "yes"]]
)
def test_an_opt_out_is_heard_everywhere(turns_before: Sequence[str]) -> None:
    call = play(*turns_before, "Please stop calling me.")
    assert (call.path[-1], call.outcome) == ("opt_out", "opted_out")


def test_an_opt_out_that_cannot_be_saved_is_owned_up_to() -> None:
    call = play("stop calling me", world={"crm.add_suppression": {"fault": "timeout"}})
    assert (call.path[-1], call.outcome) == ("opt_out_unsaved", "opt_out_unsaved")
    assert "You won't get any more calls" not in call.said


def test_the_right_person_may_come_to_the_phone() -> None:
    call = play(
        "No, this is her sister.",
        "Yes, I'll get her, hold on.",
        "Hello?",
        "Yes, it is.",
        "yes",
        "the first one",
    )
    assert call.path == ("greeting", "wrong_party", "hold", "greeting", *BOOKED[1:])
    assert call.outcome == "booked"


def test_a_person_who_is_out_is_called_back() -> None:
    call = play(
        *("No, it isn't.", "No, she's out right now.", "Tomorrow after five."),
        "Use oh seven seven double oh, nine hundred, one two three.",
    )
    assert call.path[1:] == ("wrong_party", "capture_callback", "callback_number", "callback_close")
    assert call.captured == {"callback_time": "tomorrow after five", "phone": "07700900123"}
    assert call.outcome == "callback_scheduled"
    assert "That's zero seven seven zero zero nine zero zero one two three." in call.said


def test_a_wrong_number_is_left_in_peace() -> None:
    call = play("No, it's not.", "There is nobody with that name here.")
    assert (call.path, call.outcome) == (("greeting", "wrong_party", "wrong_party_close"), "wrong_party")


def test_no_details_are_given_before_the_right_person_is_there() -> None:
    for answer in ("There is nobody with that name here.", "He is out."):
        assert "15 minutes" not in play("No.", answer).said


def test_a_machine_gets_a_message_after_its_beep() -> None:
    call = play(BEEP)
    assert (call.path, call.outcome) == (("greeting", "leave_voicemail"), "voicemail_left")
    assert "book 15 minutes" not in call.said


def test_a_machine_heard_talking_is_let_finish_first() -> None:
    call = play("You've reached the Smiths, leave your message after the tone.", BEEP)
    assert call.path == ("greeting", "await_beep", "leave_voicemail")


def test_a_person_who_picks_up_over_the_machine_is_greeted() -> None:
    call = play("please leave your message after the tone", "Hello? Hello, I'm here!")
    assert call.path == ("greeting", "await_beep", "greeting")


def test_silence_is_asked_about_twice_and_then_ends() -> None:
    call = play(SILENCE, SILENCE, SILENCE)
    assert call.path == ("greeting", "reprompt", "greeting", "reprompt", "greeting", "no_answer")
    assert call.outcome == "no_answer"


def test_words_that_make_no_sense_are_asked_about_twice_and_then_go_to_a_person() -> None:
    call = play("fish", "fish", "fish")
    assert call.path == ("greeting", "clarify", "greeting", "clarify", "greeting", "handoff")


def test_a_caller_who_wants_a_person_gets_one_with_what_is_known() -> None:
    call = play("yes", "Yes, this year, two thousand pounds.", "Could I speak to a real person about it?")
    assert call.outcome == "handed_off"
    assert call.last.actions[-1] == Transfer(
        to="+442079460100",
        context={
            "first_name": "Robin",
            "budget": "two thousand pounds",
            "timeline": "this year",
            "reason": "explicit_request",
            "summary": "The caller asked for a person. Caller: Robin. Known so far: budget two thousand pounds, "
            'timeline this year. Last said: "Could I speak to a real person about it?".',
        },
    )


def test_where_no_person_is_free_a_call_back_is_promised() -> None:
    call = play("get me a human", world={"transfer_to_human": {"fault": "refused"}})
    assert (call.path[-1], call.outcome) == ("handoff_failed", "handoff_failed")


@pytest.mark.parametrize("fault", ["timeout", "error", "refused"])
def test_a_booking_that_fails_is_not_claimed_and_goes_to_a_person(fault: str) -> None:
    call = play("yes", "yes", "the first one", world={"cal.create_booking": {"fault": fault}})
    assert (call.path, call.outcome) == ((*BOOKED[:-1], "handoff"), "handed_off")
    assert "You're booked" not in call.said


def test_a_crm_that_is_down_does_not_lose_the_booking() -> None:
    call = play("yes", "yes", "the first one", world={"crm.create_meeting": {"fault": "timeout"}})
    assert (call.path, call.outcome) == ((*BOOKED, "close_unlogged"), "booked")
    assert call.said.endswith("goodbye.")


def test_a_calendar_that_is_down_goes_to_a_person() -> None:
    call = play("yes", "yes", world={"cal.propose_slots": {"fault": "timeout"}})
    assert (call.path, call.outcome) == (("greeting", "qualify", "book", "handoff"), "handed_off")


def test_a_caller_who_hangs_up_is_gone() -> None:
    call = play("yes", GONE)
    assert (call.path, call.outcome) == (("greeting", "qualify"), "caller_hung_up")
    assert call.last.actions == ()


def test_questions_are_answered_and_the_question_is_asked_again() -> None:
    call = play("Who is this?", "Sorry, what did you say?", "yes")
    assert call.path == ("greeting", "explain", "greeting", "say_again", "greeting", "qualify")


def test_a_busy_caller_is_called_back() -> None:
    call = play("Yes, but I'm driving, can you call me back later?", "at six this evening", "yes, this one")
    assert call.outcome == "callback_scheduled"
    assert call.captured["callback_time"] == "at six this evening"


def test_every_line_is_short_enough_for_the_ear() -> None:
    for text in BOOKING.spoken_texts(CALLER):
        assert len(text.split()) <= 32, text


def test_every_end_says_goodbye_or_puts_through() -> None:
    for state in BOOKING.states.values():
        if state.kind is Kind.END and state.name not in ("handoff", "close_unlogged"):
            assert "oodbye" in state.say + state.done, state.name


def test_every_intent_has_enough_examples() -> None:
    for intent, phrases in BOOKING.intents.items():
        assert len(phrases) >= 8, intent
