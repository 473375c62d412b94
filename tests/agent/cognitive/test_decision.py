import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cognitive.chain import respond
from agent.cognitive.decision import Condition, Rule, Test, decided
from agent.cognitive.dialogue import Dialogue
from agent.cognitive.flow import Flow, Kind
from agent.cognitive.flow_diagram import flow_diagram
from agent.cognitive.flow_file import parse_flow
from agent.errors import BadFlow
from agent.turn import IntentScore, Transition
from tests.agent.cognitive.builders import a_turn, flow_json


def a_condition(test: Test, value: Any) -> Condition:
    return Condition(variable="tier", test=test, value=value)


@pytest.mark.parametrize(
    ("test", "value", "held", "holds"),
    [
        (Test.IS, "gold", "gold", True),
        (Test.IS, "gold", " GOLD", True),
        (Test.IS, "gold", "golden", False),
        (Test.IS, "gold", "", False),
        (Test.AMONG, ("gold", "silver"), "Silver", True),
        (Test.AMONG, ("gold", "silver"), "tin", False),
        (Test.AT_LEAST, 2.0, "2", True),
        (Test.AT_LEAST, 2.0, "1.9", False),
        (Test.AT_MOST, 2.0, "2", True),
        (Test.AT_MOST, 2.0, "three", False),
        (Test.AT_LEAST, 2.0, "nan", False),
        (Test.KNOWN, True, "anything", True),
        (Test.KNOWN, True, "", False),
        (Test.KNOWN, False, "", True),
    ],
)
def test_a_condition_holds_for_what_it_asks(test: Test, value: Any, held: str, holds: bool) -> None:
    assert a_condition(test, value).holds({"tier": held}) is holds


def test_a_variable_that_nobody_set_is_not_known() -> None:
    assert a_condition(Test.KNOWN, False).holds({})
    assert not a_condition(Test.IS, "").holds({})


@given(st.text(max_size=8), st.sampled_from([t for t in Test if t is not Test.KNOWN]))
def test_no_test_but_that_for_absence_holds_without_a_value(wanted: str, test: Test) -> None:
    value: Any = 0.0 if test in (Test.AT_LEAST, Test.AT_MOST) else (wanted,) if test is Test.AMONG else wanted
    assert not a_condition(test, value).holds({"tier": ""})


def test_the_first_rule_that_holds_decides() -> None:
    gold, any_tier = a_condition(Test.IS, "gold"), a_condition(Test.KNOWN, True)
    rules = [Rule(conditions=(gold,), branch="first"), Rule(conditions=(any_tier,), branch="second")]
    assert decided(rules, {"tier": "gold"}) == "first"
    assert decided(rules, {"tier": "tin"}) == "second"
    assert decided(rules, {}) is None


def deciding_flow(**decide: Any) -> Flow:
    changed = flow_json(variables={"name": "you", "tier": "", "visits_made": "0"})
    changed["states"]["knock"]["on"]["yes"] = "which_door"
    changed["states"]["which_door"] = {
        "say": "Let me see.",
        "decide": [
            {"if": {"tier": ["gold", "platinum"]}, "to": "open_door", "say": "Welcome back."},
            {"if": {"visits_made": {"at_least": 2}, "tier": {"known": False}}, "to": "fetch_help"},
        ],
        "on": {"next": "leave"},
        **decide,
    }
    return parse_flow(json.dumps(changed), where="test")


def test_a_deciding_state_leads_on_by_what_is_known() -> None:
    flow = deciding_flow()
    assert flow.states["which_door"].kind is Kind.DECIDE
    for tier, state in {"gold": "open_door", "platinum": "open_door", "tin": "leave"}.items():
        assert walked(flow, tier=tier)[:2] == ["which_door", state]
    assert walked(flow, visits_made="3")[:2] == ["which_door", "fetch_help"]
    assert walked(flow, visits_made="3", tier="tin")[:2] == ["which_door", "leave"]


def walked(flow: Flow, **variables: str) -> list[str]:
    """The states entered after a yes at the door."""
    before = Dialogue(node_id="knock", path=("knock",))
    yes = (IntentScore(intent="yes", score=1.0),)
    _, walk = respond(flow, before, a_turn(1, "yes", variables=variables), lambda *_: yes)
    entered = []
    for step in walk:
        if not isinstance(step, Transition):
            continue
        entered.append(step.node_id)
        if len(entered) == 2:
            break
    return entered


def test_the_diagram_names_a_branch_by_its_conditions() -> None:
    drawn = flow_diagram(deciding_flow())
    assert 's_which_door{"which_door"}' in drawn
    assert "|tier is gold or platinum| s_open_door" in drawn
    assert "|visits_made is at least 2 and tier is not known| s_fetch_help" in drawn


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"on": {}}, "states.which_door: branch 'next' is not handled"),
        ({"ask": "Which?"}, "states.which_door.decide: a state of kind ask goes on by other means"),
        (
            {"decide": [{"if": {"colour": "red"}, "to": "leave"}]},
            "states.which_door: {{colour}} may have no value here",
        ),
        ({"decide": [{"if": {}, "to": "leave"}]}, "states.which_door.decide"),
        ({"decide": [{"if": {"tier": "a"}, "to": "nowhere"}]}, "there is no state 'nowhere'"),
        ({"decide": [{"if": {"tier": {"at_least": 1, "known": True}}, "to": "leave"}]}, "one of `at_least`"),
        (
            {"decide": [{"if": {"tier": "a"}, "to": "leave"}, {"if": {"tier": "a"}, "to": "open_door"}]},
            "'tier is a' is asked 2 times; only the first would ever be taken",
        ),
        ({"decide": [{"if": {"tier": "a"}, "to": "which_door"}]}, "a loop without a caller turn"),
    ],
)
def test_a_deciding_state_with_mistakes_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadFlow) as refused:
        deciding_flow(**changes)
    assert said in str(refused.value)
