from collections.abc import Callable
from typing import Any

import pytest

from agent.cognitive.flow_check import flow_mistakes
from tests.agent.cognitive.builders import a_flow, flow_json
from tests.agent.cognitive.test_flow_file import mistakes_of

Change = Callable[[dict[str, Any]], object]


def state(name: str, **fields: Any) -> Change:
    return lambda raw: raw["states"].update({name: fields})


def within(name: str, part: str, **fields: Any) -> Change:
    return lambda raw: raw["states"][name].setdefault(part, {}).update(fields)


def without(name: str, part: str, key: str) -> Change:
    return lambda raw: raw["states"][name][part].pop(key)


def top(part: str, value: Any) -> Change:
    return lambda raw: raw.update({part: value})


def test_the_flow_these_tests_spoil_has_no_mistakes() -> None:
    assert flow_mistakes(a_flow()) == []


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (top("start", "porch"), "start: there is no state 'porch'"),
        (top("start", "inside"), "start: 'inside' is of kind end; a call starts with a question"),
        (
            within("knock", "action", tool="door.open"),
            "start: 'knock' calls a tool before anything was asked; a failure would have no way @back",
        ),
        (top("turn_limit", 0), "turn_limit: 0 turns are none"),
        (
            top("priority", ["yes"]),
            "priority: 'yes' is no branch of the flow's `on`, so no state would hear it",
        ),
        (top("asides", ["cough"]), "asides: there is no intent 'cough'"),
        (top("asides", ["help"]), "asides: 'help' cannot go before all others and give way to them"),
        (top("keys", {"5": "five"}), "keys.5: 'five' is no branch of the flow's `on`"),
        (top("too_long", "never"), "too_long: there is no state 'never'"),
        (top("too_long", "knock"), "too_long: 'knock' comes to the question of 'knock' instead of an end"),
        (top("too_long", "again"), "too_long: 'again' goes back to a question from 'again'"),
        (within("knock", "on", yes="porch"), "states.knock.on.yes: there is no state 'porch'"),
        (
            lambda raw: raw["on"].pop("no_speech"),
            "states.knock: branch 'no_speech' is not handled",
        ),
        (lambda raw: raw["on"].pop("unclear"), "states.knock: branch 'unclear' is not handled"),
        (without("open_door", "on", "failure"), "states.open_door: branch 'failure' is not handled"),
        (without("open_door", "on", "success"), "states.open_door: branch 'success' is not handled"),
        (without("open_door", "on", "locked"), "states.open_door: branch 'locked' is not handled"),
        (without("again", "on", "exhausted"), "states.again: branch 'exhausted' is not handled"),
        (
            within("open_door", "on", yes="leave"),
            "states.open_door.on.yes: a state of kind act never takes it",
        ),
        (
            within("knock", "on", success="leave"),
            "states.knock.on.success: a state of kind ask never takes it",
        ),
        (
            within("knock", "on", perhaps="leave"),
            "states.knock.on.perhaps: there is no intent, capture or tool status 'perhaps'",
        ),
        (
            within("knock", "capture", mail={"type": "email", "branch": "mail_given"}),
            "states.knock: branch 'mail_given' is not handled",
        ),
        (
            within("knock", "capture", slot={"type": "slot"}),
            "states.knock.capture.slot: `from` names what was offered, for slots and only for them",
        ),
        (within("knock", "keys", **{"1": "maybe"}), "states.knock.keys.1: 'maybe' is no branch of the state"),
        (
            within("open_door", "action", tool="door.kick"),
            "states.open_door.action: 'door.kick' is not among the flow's tools",
        ),
        (
            within("inside", "capture", mail={"type": "email"}),
            "states.inside.capture: nothing is asked here, so nothing can be taken from an answer",
        ),
        (
            within("inside", "keys", **{"1": "yes"}),
            "states.inside: `reask` and `keys` belong to a state that asks",
        ),
        (state("inside", ask="Well?", outcome="in"), "states.inside: an end state cannot ask"),
        (
            state("inside", done="Done.", outcome="in"),
            "states.inside.done: it is said when an end state's action has succeeded, and only there",
        ),
        (
            within("knock", "hand_over", to="x"),
            "states.knock.hand_over: only an end state gives the call away",
        ),
        (state("inside", outcome="in", visits=1), "states.inside.visits: an end is entered once"),
        (
            state("again", visits=0, on={"next": "@back", "exhausted": "leave"}),
            "states.again.visits: 0 visits are none",
        ),
        (state("cellar", outcome="lost"), "states.cellar: no branch leads here"),
        (
            state("open_door", say="Hm.", on={"next": "open_door"}),
            "states.open_door: a loop without a caller turn: open_door -> open_door",
        ),
        (within("knock", "on", next="leave"), "states.knock.on.next: a state of kind ask never takes it"),
        (
            lambda raw: raw["intents"].update(no=[]),
            "intents.no: an intent without examples is never recognised",
        ),
        (
            lambda raw: raw["intents"].update(no=["@nope"]),
            "intents.no: there is no intent 'nope' to include",
        ),
        (
            lambda raw: raw["intents"].update(sing=["la la la"]),
            "intents.sing: no state has a branch for it",
        ),
        (
            lambda raw: raw["intents"].update(failure=["oh no"]),
            "intents.failure: the name is taken by a branch of the engine's own",
        ),
        (
            lambda raw: raw["intents"]["yes"].append("No!"),
            "states.knock: 'no' is an example of both 'yes' and 'no'",
        ),
        (
            lambda raw: raw["intents"]["yes"].append("yes {{room}}"),
            "intents.yes: {{room}} is not among the flow's variables",
        ),
        (
            within("knock", "on", yes={"to": "open_door", "say": "{{name|shout}}"}),
            "states.knock: there is no filter 'shout'; there are "
            "amount, clock, date, digits, email, moment, number, signs, time, times",
        ),
        (
            state("leave", say="Bye {{nickname}}.", outcome="left"),
            "states.leave: {{nickname}} may have no value here",
        ),
        (
            state("leave", say="I never saw {{room}}.", outcome="left"),
            "states.leave: {{room}} may have no value here",
        ),
    ],
)
def test_a_mistake_is_found_and_named(change: Change, mistake: str) -> None:
    raw = flow_json()
    change(raw)
    assert mistake in mistakes_of(raw)


def test_a_loop_through_several_silent_states_is_shown_whole() -> None:
    raw = flow_json()
    raw["states"]["inside"] = {"say": "A room.", "on": {"next": "hall"}}
    raw["states"]["hall"] = {"say": "A hall.", "on": {"next": "open_door"}}
    assert (
        "states.open_door: a loop without a caller turn: open_door -> inside -> hall -> open_door"
        in mistakes_of(raw)
    )


def test_a_captured_value_holds_on_its_own_branch_only() -> None:
    raw = flow_json()
    raw["states"]["knock"]["capture"] = {"mail": {"type": "email", "branch": "mail_given"}}
    raw["states"]["knock"]["on"]["mail_given"] = {"to": "leave", "say": "I will write to {{mail}}."}
    assert flow_mistakes(a_flow(states=raw["states"])) == []
    raw["states"]["knock"]["on"]["no"] = {"to": "leave", "say": "I will write to {{mail}}."}
    assert mistakes_of(raw) == ["states.knock: {{mail}} may have no value here"]


def test_what_a_tool_has_told_does_not_hold_after_its_failure() -> None:
    raw = flow_json()
    raw["states"]["open_door"]["on"]["locked"] = {"to": "knock_harder", "say": "The {{room}} is locked."}
    assert mistakes_of(raw) == ["states.open_door: {{room}} may have no value here"]
