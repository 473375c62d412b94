import json
from pathlib import Path

import pytest

from agent.cognitive.flow_file_guard import parsed_guard
from agent.cognitive.guard.claims import Claim
from agent.cognitive.guard.disclosures import Disclosure
from agent.cognitive.guard.permissions import ArgumentRule
from agent.cognitive.guard.rules import Guard, GuardBranch
from agent.errors import BadFlow
from tests.agent.cognitive.builders import a_flow, flow_json

GUARD = {
    "on": {"medical_emergency": "fetch_help", "injection": {"to": "@back", "say": "I only knock, {{name}}."}},
    "never_say": {
        "do_not_diagnose": "Ask a doctor.",
        "no_rivals": {"phrases": ["(acme|globex)"], "say": "No.", "unless": ["acme street"]},
    },
    "must_hear": {"recording": {"say": "This is recorded.", "before": ["open_door"], "otherwise": "leave"}},
    "transfers": ["front_desk"],
    "arguments": {"door.open": {"who": ["you"]}},
    "names": ["name"],
}


def test_a_flows_guard_is_read() -> None:
    assert a_flow(guard=GUARD).guard == Guard(
        on={
            "medical_emergency": GuardBranch(to="fetch_help"),
            "injection": GuardBranch(to="@back", say="I only knock, {{name}}."),
        },
        never_say=(
            Claim(name="do_not_diagnose", say="Ask a doctor."),
            Claim(name="no_rivals", say="No.", phrases=("(acme|globex)",), unless=("acme street",)),
        ),
        must_hear=(
            Disclosure(name="recording", say="This is recorded.", before=("open_door",), otherwise="leave"),
        ),
        transfers=("front_desk",),
        arguments=(ArgumentRule(tool="door.open", argument="who", allowed=("you",)),),
        names=("name",),
    )


def test_a_flow_without_a_guard_has_an_empty_one() -> None:
    assert a_flow().guard == Guard()


def test_every_mistake_of_a_guard_is_told_at_once() -> None:
    wrong = {
        "on": {
            "boredom": "leave",
            "anger": "nowhere",
            "injection": {"to": "leave", "text": "x"},
            "identity": 3,
        },
        "never_say": {
            "do_not_sing": "La.",
            "no_rivals": {"phrases": ["(acme"], "say": "No."},
            "do_not_diagnose": "You have the flu.",
        },
        "must_hear": {
            "a": {"say": "A.", "before": ["knock", "attic"], "tries": 0},
            "b": {"say": "{{unknown}}", "before": ["inside"], "otherwise": "inside"},
            "c": {"before": ["inside"]},
        },
        "arguments": {"door.shut": {"who": ["you"]}},
        "names": ["nobody"],
        "colour": "red",
    }
    with pytest.raises(BadFlow) as error:
        a_flow(guard=wrong)
    told = "\n".join(error.value.mistakes)
    for part in (
        "guard.colour: unknown key",
        "guard.on.boredom: there is no such finding",
        "guard.on.anger: there is no state 'nowhere'",
        "guard.on.injection.text: unknown key",
        "guard.on.identity: ",
        "guard.never_say.do_not_sing: it has no phrases",
        "guard.never_say.no_rivals: ",
        "guard.never_say.do_not_diagnose: what is said instead makes the claim itself",
        "guard.must_hear.a.before: 'knock' answers the call",
        "guard.must_hear.a.before: there is no state 'attic'",
        "guard.must_hear.a.tries: 0 times is never",
        "guard.must_hear.b: {{unknown}} is not among the flow's variables",
        "guard.must_hear.b.otherwise: 'inside' is itself barred",
        "guard.must_hear.c.say: missing",
        "guard.arguments.door.shut: it is not among the flow's tools",
        "guard.names: 'nobody' is neither",
    ):
        assert part in told, part


def test_a_state_that_only_the_guard_leads_to_is_reachable_and_must_not_need_what_may_be_unset() -> None:
    states = {
        **a_flow_states(),
        "emergency": {"say": "Call an ambulance, {{room}}.", "outcome": "emergency"},
    }
    with pytest.raises(BadFlow) as error:
        a_flow(states=states, guard={"on": {"medical_emergency": "emergency"}})
    assert error.value.mistakes == ("states.emergency: {{room}} may have no value here",)


def test_a_call_may_be_handed_only_to_those_whom_the_guard_lists() -> None:
    states = {
        **a_flow_states(),
        "leave": {"say": "Goodbye.", "outcome": "left", "hand_over": {"to": "+882161234"}},
    }
    with pytest.raises(BadFlow) as error:
        a_flow(states=states, guard={"transfers": ["front_desk"]})
    assert error.value.mistakes == ("states.leave.hand_over.to: '+882161234' is not among guard.transfers",)


@pytest.mark.parametrize("guard", ["deflect", ["on"], 3])
def test_a_guard_that_is_no_object_is_refused(guard: object) -> None:
    with pytest.raises(BadFlow, match="guard: it is an object"):
        a_flow(guard=guard)


def test_the_guard_that_the_manual_shows_is_one() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "flows.md").read_text(encoding="utf-8")
    shown = manual.partition("## The guard")[2].partition("```json")[2].partition("```")[0]
    mistakes: list[str] = []
    guard = parsed_guard(json.loads(f"{{{shown}}}")["guard"], mistakes)
    assert (mistakes, len(guard.on), len(guard.never_say), len(guard.must_hear)) == ([], 3, 2, 1)


def a_flow_states() -> dict[str, object]:
    states = flow_json()["states"]
    assert isinstance(states, dict)
    return dict(states)
