from agent.cognitive.guard.permissions import ArgumentRule, refusals, transfer_allowed

RULES = [
    ArgumentRule(tool="call.transfer", argument="to", allowed=("+44 20 7946 0111", "front_desk")),
    ArgumentRule(tool="crm.assign", argument="items.owner", allowed=("sales",)),
]


def test_an_argument_that_is_not_on_its_list_is_refused() -> None:
    assert refusals(RULES, "call.transfer", {"to": "+442079460111"}) == []
    assert refusals(RULES, "call.transfer", {"to": "front_desk"}) == []
    assert refusals(RULES, "call.transfer", {"to": "+882161234"}) == [
        "call.transfer: to may not be '+882161234'"
    ]
    assert refusals(RULES, "call.transfer", {"to": ["front_desk", "me"]}) == [
        "call.transfer: to may not be 'me'"
    ]
    assert refusals(RULES, "call.transfer", {"to": {"x": "front_desk"}}) != []
    assert refusals(RULES, "call.transfer", {}) == []


def test_a_rule_reaches_into_lists_and_other_tools_are_free() -> None:
    asked = {"items": [{"owner": "sales"}, {"owner": "me"}]}
    assert refusals(RULES, "crm.assign", asked) == ["crm.assign: items.owner may not be 'me'"]
    assert refusals(RULES, "cal.slots", {"to": "anywhere"}) == []


def test_a_call_is_given_only_to_those_on_the_list() -> None:
    assert transfer_allowed("+44 (20) 7946-0111", ["+442079460111"])
    assert not transfer_allowed("+882161234", ["+442079460111", "front_desk"])
    assert transfer_allowed("anybody", None)
    assert not transfer_allowed("anybody", [])
