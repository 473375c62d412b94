"""The clinic's flow from the first word to the last, in text: one call for each way it can go."""

from pathlib import Path

import pytest

from agent.cognitive.flow import Kind
from agent.cognitive.flow_diagram import flow_diagram
from agent.turn import Transfer
from tests.agent.flows.clinic_calls import (
    BORN,
    CLINIC,
    GONE,
    KNEE,
    MOVE,
    NAMED,
    SCRIPT,
    SILENCE,
    TO_OFFER,
    WAY_TO,
    play,
)

DOCS = Path(__file__).parents[3] / "docs" / "agents.md"
BOOKED = (
    *("greeting", "book_name", "book_birth", "visit_reason", "contact_number", "which_number"),
    *("offer", "book", "booked"),
)
CHANGING = ("greeting", "change_name", "change_birth", "find_appointment", "which_change")


def test_a_patient_is_booked() -> None:
    call = play(*TO_OFFER, "Tuesday, please.")
    assert (call.path, call.outcome) == (BOOKED, "booked")
    assert call.asked_of("cal.create_booking") == [
        {
            "slot": "2026-05-19T10:30:00+01:00",
            "name": "Robin Hale",
            "phone": "07700900456",
            "notes": "Born 1984-06-03. In the caller's words: it's swollen",
        }
    ]


def test_what_must_be_said_is_said_and_in_its_order() -> None:
    call = play(*TO_OFFER, "Tuesday, please.")
    told = [
        "I'm an automated assistant, and this call is recorded.",
        "please hang up and dial nine nine nine.",
        "What is the patient's full name?",
        "I have Sunday the third of June nineteen eighty four. Is that right?",
        "I have Tuesday at ten thirty in the morning or Wednesday at two in the afternoon.",
        "You're booked for Tuesday at ten thirty in the morning.",
        "goodbye.",
    ]
    places = [call.said.index(text) for text in told]
    assert places == sorted(places)


@pytest.mark.parametrize("said", ["Jane Smith", "It's Jane Smith, S M I T H."])
def test_a_name_is_read_back_with_its_letters_before_it_counts(said: str) -> None:
    call = play(*KNEE, said)
    assert call.replies[-1] == "I have Jane Smith, J A N E, S M I T H. Is that right?"
    assert call.captured == {}
    assert play(*KNEE, said, "Yes, it is.").captured == {"name": "Jane Smith"}


def test_a_name_that_was_heard_wrong_is_asked_for_again_with_its_letters() -> None:
    call = play(*KNEE, "Jane Smith", "No.")
    assert "spell the surname" in call.replies[-1]


def test_a_date_of_birth_always_waits_for_the_callers_yes() -> None:
    assert play(*KNEE, *NAMED, BORN[0]).path[-1] == "book_birth"
    assert play(*KNEE, *NAMED, *BORN).path[-1] == "visit_reason"


def test_a_date_of_birth_may_be_put_right() -> None:
    call = play(*KNEE, *NAMED, BORN[0], "No, the fourth of June, nineteen eighty four.", "Yes.")
    assert call.captured["birth_date"] == "1984-06-04"


def test_date_of_birth_and_number_may_be_keyed_in() -> None:
    call = play(*KNEE, *NAMED, "03061984", "It's swollen.", "07700900789")
    assert (call.path[-1], call.captured["birth_date"]) == ("offer", "1984-06-03")
    assert call.captured["phone"] == "07700900789"


def test_keys_that_make_no_date_are_asked_about_again() -> None:
    assert play(*KNEE, *NAMED, "31131984").path[-2:] == ("clarify", "book_birth")


def test_a_line_that_shows_no_number_is_asked_for_one() -> None:
    call = play(*TO_OFFER, phone="")
    assert call.path[-2:] == ("number_withheld", "contact_number")


def test_times_that_do_not_suit_are_replaced() -> None:
    call = play(*TO_OFFER, "I can't do either of those.", "Thursday", "Thursday at eleven")
    assert call.path[6:] == ("offer", "other_times", "offer", "book", "booked")
    assert call.asked_of("cal.propose_slots")[1]["preference"] == "thursday"


def test_a_diary_that_never_has_anything_ends_with_a_person() -> None:
    call = play(*TO_OFFER, "monday", "tuesday", "friday", world={"cal.propose_slots": {"slots": []}})
    assert (call.path.count("other_times"), call.outcome) == (3, "handed_off")


@pytest.mark.parametrize("fault", ["timeout", "error", "refused"])
def test_a_booking_that_fails_is_not_claimed_and_goes_to_a_person(fault: str) -> None:
    call = play(*TO_OFFER, "the first one", world={"cal.create_booking": {"fault": fault}})
    assert (call.path[-2:], call.outcome) == (("book", "handoff"), "handed_off")
    assert "You're booked" not in call.said


def test_an_appointment_is_moved() -> None:
    call = play(*MOVE, "Tuesday, please.")
    assert (call.path, call.outcome) == ((*CHANGING, "move_offer", "move", "moved"), "moved")
    assert call.asked_of("cal.reschedule_booking") == [
        {"booking_id": "booking-found", "slot": "2026-05-19T10:30:00+01:00"}
    ]
    assert "I can see the appointment on Wednesday at nine twenty in the morning." in call.said


def test_an_appointment_is_cancelled_once_the_caller_has_said_yes_to_it() -> None:
    asked = play(*WAY_TO["cancel_check"])
    assert asked.asked_of("cal.cancel_booking") == []
    call = play(*WAY_TO["cancel_check"], "Yes, please do.")
    assert (call.path, call.outcome) == ((*CHANGING, "cancel_check", "cancel", "cancelled"), "cancelled")
    assert call.asked_of("cal.cancel_booking") == [{"booking_id": "booking-found"}]


def test_an_appointment_that_is_not_to_be_cancelled_stays() -> None:
    call = play(*WAY_TO["cancel_check"], "No, leave it.")
    assert (call.outcome, call.asked_of("cal.cancel_booking")) == ("unchanged", [])


def test_a_caller_who_did_not_say_what_to_do_with_the_appointment_is_asked() -> None:
    assert play(*WAY_TO["move_or_cancel"], "Cancel it.").path[-1] == "cancel_check"
    assert play(*WAY_TO["move_or_cancel"], "Move it.").path[-1] == "move_offer"


@pytest.mark.parametrize("failure", [{"status": "no_booking"}, {"fault": "error"}])
def test_an_appointment_that_is_not_found_goes_to_a_person(failure: dict[str, str]) -> None:
    call = play(*MOVE, world={"cal.find_bookings": failure})
    assert call.path[-2:] == ("find_appointment", "handoff")


def test_a_repeat_prescription_is_passed_on_in_the_callers_words() -> None:
    call = play(*SCRIPT, *NAMED, *BORN, "The blue inhaler.")
    assert call.outcome == "message_taken"
    assert call.asked_of("chat.post_message") == [
        {
            "text": "Repeat prescription request. Patient: Robin Hale, born 1984-06-03. "
            "In the caller's words: the blue inhaler"
        }
    ]


def test_test_results_are_handed_over_and_never_told() -> None:
    call = play("Have my blood results come in?")
    assert (call.path, call.outcome) == (("greeting", "results"), "handed_off")
    assert [name.name for name in call.tools] == ["transfer_to_human"]


def test_a_question_is_answered_from_the_documents_and_the_call_goes_on_where_it_was() -> None:
    call = play(*TO_OFFER, "Is there a lift?", "Tuesday, please.")
    assert call.path[6:] == ("offer", "look_up", "tell", "offer", "book", "booked")
    assert "There is no step at the door, and a lift goes to the first floor." in call.said
    assert len(call.asked_of("cal.propose_slots")) == 1


def test_what_the_documents_do_not_say_is_not_made_up() -> None:
    call = play("Do you sell umbrellas?")
    assert call.path[-3:] == ("look_up", "not_known", "greeting")


def test_a_caller_whose_question_was_answered_is_let_go() -> None:
    assert play("Is there a lift?", "That's all, thank you.").outcome == "answered"
    assert play("No thanks, goodbye.").outcome == "nothing_needed"


def test_the_person_who_takes_over_is_told_what_is_known() -> None:
    call = play(*TO_OFFER, "Could I talk to a real person about it?")
    assert call.last.actions[-1] == Transfer(
        to="+442079460100",
        context={
            "name": "Robin Hale",
            "birth_date": "1984-06-03",
            "phone": "07700900456",
            "reason": "explicit_request",
            "summary": "The caller asked for a person. Caller: Robin Hale. Known so far: birth date 1984-06-03, "
            'reason it\'s swollen. Last said: "Could I talk to a real person about it?".',
        },
    )


def test_the_person_who_takes_an_emergency_is_told_that_it_may_be_one() -> None:
    call = play(*KNEE, "My husband has collapsed!")
    assert isinstance(call.last.actions[-1], Transfer)
    assert call.last.actions[-1].context["reason"] == "medical_emergency"
    assert call.last.actions[-1].context["summary"].startswith("This may be a medical emergency.")


def test_an_emergency_that_nobody_takes_is_sent_to_999_once_more() -> None:
    call = play("She's not breathing!", world={"transfer_to_human": {"fault": "timeout"}})
    assert (call.path[-2:], call.outcome) == (("emergency", "emergency_alone"), "emergency_not_transferred")
    assert call.replies[-1].count("nine nine nine") == 2


def test_the_samaritans_are_named_where_nobody_can_be_reached() -> None:
    call = play("I want to end my life.", world={"transfer_to_human": {"fault": "error"}})
    assert call.path[-2:] == ("crisis", "crisis_alone")
    assert "Samaritans" in call.said


RECORDED = "I'm an automated assistant, and this call is recorded."


def test_whoever_cut_the_greeting_short_hears_that_the_call_is_recorded_before_giving_a_name() -> None:
    call = play(*KNEE, heard={1: "Hello, this is Harbour"})
    assert call.replies[-1].startswith(RECORDED)
    assert RECORDED not in play(*KNEE).replies[-1]


def test_an_emergency_does_not_wait_for_the_disclosure() -> None:
    call = play("He's stopped breathing!", heard={1: "Hello,"})
    assert call.path == ("greeting", "emergency")
    assert RECORDED not in call.replies[-1]


def test_silence_is_asked_about_twice_and_then_ends() -> None:
    call = play(SILENCE, SILENCE, SILENCE)
    assert call.path == ("greeting", "reprompt", "greeting", "reprompt", "greeting", "no_answer")


def test_words_that_make_no_sense_are_asked_about_twice_and_then_go_to_a_person() -> None:
    call = play("fish", "fish", "fish")
    assert call.path == ("greeting", "clarify", "greeting", "clarify", "greeting", "handoff")


def test_a_caller_who_hangs_up_is_gone() -> None:
    assert play(*KNEE, GONE).outcome == "caller_hung_up"


def test_zero_is_a_person_at_every_question() -> None:
    for state, way in WAY_TO.items():
        assert play(*way, "0").path[-1] == "handoff", state


def test_every_line_is_short_enough_for_the_ear() -> None:
    for text in CLINIC.spoken_texts():
        assert len(text.split()) <= 36, text


def test_every_end_says_goodbye_or_puts_through_or_sends_to_999() -> None:
    for state in CLINIC.states.values():
        if state.kind is Kind.END:
            text = state.say + state.done
            assert "oodbye" in text or "stay on the line" in text or "nine nine nine now" in text, state.name


def test_every_intent_has_enough_examples() -> None:
    for intent in CLINIC.intents:
        assert len(CLINIC.examples(intent)) >= 12, intent


def test_the_manuals_picture_is_drawn_from_the_flow_itself() -> None:
    drawn = f"```mermaid\n{flow_diagram(CLINIC)}```"
    assert drawn in DOCS.read_text(encoding="utf-8"), (
        "docs/agents.md shows another flow; paste flow_diagram's text"
    )
