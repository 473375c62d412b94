from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.flow import Flow, State
from agent.cognitive.understanding import Understanding, WeighIntents, understand
from agent.turn import IntentScore, TurnEvent
from tests.agent.cognitive.builders import TUESDAY, WEDNESDAY, a_flow, a_turn, flow_json

OFFERED = Dialogue(node_id="knock", path=("knock",), known={"offered": (TUESDAY, WEDNESDAY)})


def weighing(**scores: float) -> WeighIntents:
    """A dispatcher that is always of this opinion."""

    def weigh(state: State, words: Sequence[str], variables: Mapping[str, str]) -> tuple[IntentScore, ...]:
        ranked = sorted(scores.items(), key=lambda item: -item[1])
        return tuple(IntentScore(intent=intent, score=score) for intent, score in ranked)

    return weigh


def capturing(capture: dict[str, Any], **on: str) -> Flow:
    raw = flow_json()
    raw["states"]["knock"]["capture"] = capture
    raw["states"]["knock"]["on"].update(on)
    raw["variables"]["offered"] = ""
    return a_flow(states=raw["states"], variables=raw["variables"])


SLOTS = {"slot": {"type": "slot", "from": "offered", "branch": "chosen"}}
WHEN = {"when": {"type": "when", "branch": "chosen"}}


def taken(flow: Flow, said: str, weigh: WeighIntents, dialogue: Dialogue = OFFERED) -> Understanding:
    return understand(flow, dialogue, a_turn(1, said), weigh)


def test_words_are_taken_as_the_winning_intent() -> None:
    understood = taken(a_flow(), "come in", weighing(yes=0.9, no=0.1))
    assert understood.branch == "yes"
    assert [score.reason for score in understood.considered] == ["", "less likely than yes"]


@pytest.mark.parametrize("said", ["", "...", "um"])
def test_a_turn_without_a_word_is_unclear_and_not_silence(said: str) -> None:
    assert taken(a_flow(), said, weighing(yes=0.9)) == Understanding(branch="unclear")


def test_a_value_decides_where_the_intents_are_unclear() -> None:
    understood = taken(capturing(SLOTS, chosen="leave"), "the second one", weighing(no=0.1))
    assert (understood.branch, understood.captured) == ("chosen", {"slot": WEDNESDAY})


def test_a_priority_intent_goes_before_a_value() -> None:
    understood = taken(capturing(SLOTS, chosen="leave"), "the second one, help", weighing(help=0.8))
    assert (understood.branch, understood.captured) == ("help", {})


def test_words_of_time_in_a_refusal_are_no_appointment() -> None:
    flow = capturing(WHEN, chosen="leave")
    assert taken(flow, "not this week", weighing(no=0.9)).branch == "no"
    assert taken(flow, "some time this week", weighing(no=0.5)).branch == "chosen"


def test_asking_for_what_is_being_asked_does_not_lose_the_value() -> None:
    raw = flow_json()
    raw["states"]["knock"]["capture"] = WHEN
    raw["states"]["knock"]["on"].update(chosen="leave", help="knock")
    flow = a_flow(states=raw["states"], priority=[])
    assert taken(flow, "tomorrow", weighing(help=0.9)).branch == "chosen"


def test_a_value_that_decides_nothing_is_kept_on_whatever_branch() -> None:
    flow = capturing({"sum": {"type": "money"}})
    understood = taken(flow, "yes, ten pounds", weighing(yes=0.9))
    assert (understood.branch, understood.captured) == ("yes", {"sum": "ten pounds"})


SELECTS = {"intents": {**flow_json()["intents"], "chosen": ["that works"]}}


def selecting(offered: tuple[str, ...], said: str) -> Understanding:
    raw = flow_json()
    raw["states"]["knock"]["capture"] = SLOTS
    raw["states"]["knock"]["on"]["chosen"] = "leave"
    flow = a_flow(states=raw["states"], variables={"name": "", "offered": ""}, **SELECTS)
    dialogue = Dialogue(node_id="knock", path=("knock",), known={"offered": offered})
    return taken(flow, said, weighing(chosen=0.9), dialogue)


def test_yes_to_the_only_offer_means_that_one() -> None:
    assert selecting((TUESDAY,), "that works").captured == {"slot": TUESDAY}


def test_yes_to_two_offers_is_unclear() -> None:
    assert selecting((TUESDAY, WEDNESDAY), "that works").branch == "unclear"


def test_whoever_has_no_preference_gets_the_first() -> None:
    understood = selecting((TUESDAY, WEDNESDAY), "either works")
    assert (understood.branch, understood.captured) == ("chosen", {"slot": TUESDAY})


def test_events_are_branches_of_their_own() -> None:
    flow = a_flow()
    assert understand(flow, OFFERED, a_turn(1, event=TurnEvent.NO_SPEECH), weighing()).branch == "no_speech"


def test_a_machine_in_a_flow_that_knows_none_is_silence() -> None:
    assert (
        understand(a_flow(), OFFERED, a_turn(1, event=TurnEvent.VOICEMAIL), weighing()).branch == "no_speech"
    )
    flow = a_flow(on={**flow_json()["on"], "voicemail": "leave"})
    assert understand(flow, OFFERED, a_turn(1, event=TurnEvent.VOICEMAIL), weighing()).branch == "voicemail"


def pressed(flow: Flow, keys: str) -> Understanding:
    return understand(flow, OFFERED, a_turn(1, keys, TurnEvent.DTMF), weighing())


def test_keys_take_the_branches_they_stand_for() -> None:
    raw = flow_json()
    raw["states"]["knock"]["keys"] = {"1": "yes"}
    flow = a_flow(states=raw["states"], keys={"1": "unclear", "0": "help"})
    assert [pressed(flow, keys).branch for keys in ("1", "0", "7")] == ["yes", "help", "unclear"]


def test_a_number_may_be_keyed_in() -> None:
    flow = capturing({"phone": {"type": "phone", "branch": "given"}}, given="leave")
    understood = pressed(flow, "07700900123#")
    assert (understood.branch, understood.captured) == ("given", {"phone": "07700900123"})
    assert pressed(flow, "077").branch == "unclear"
