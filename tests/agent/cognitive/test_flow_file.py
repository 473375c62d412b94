import json
from pathlib import Path
from typing import Any

import pytest

from agent.cognitive.flow import Branch, Capture, HandOver, ToolAction, ValueType
from agent.cognitive.flow_file import MAX_FLOW_BYTES, built_in_flow, load_flow, parse_flow
from agent.errors import BadFlow
from tests.agent.cognitive.builders import flow_json


def mistakes_of(raw: dict[str, Any] | str) -> list[str]:
    text = raw if isinstance(raw, str) else json.dumps(raw)
    with pytest.raises(BadFlow) as refused:
        parse_flow(text, where="test.json")
    return list(refused.value.mistakes)


def test_a_flow_file_becomes_a_flow() -> None:
    flow = parse_flow(json.dumps(flow_json()), where="test")
    assert (flow.name, flow.start, flow.turn_limit, flow.too_long) == ("door", "knock", 60, "leave")
    assert flow.states["open_door"].action == ToolAction(
        tool="door.open", arguments={"who": "{{name}}"}, save={"room": "room"}
    )
    assert flow.states["again"].on["exhausted"] == Branch(to="leave", say="Nobody there.")


def test_a_state_with_branches_but_no_question_asks_by_what_it_says() -> None:
    raw = flow_json()
    raw["states"]["knock"] = {"say": "May I come in?", "on": {"yes": "open_door", "no": "leave"}}
    state = parse_flow(json.dumps(raw), where="test").states["knock"]
    assert (state.say, state.ask) == ("", "May I come in?")


def test_captures_and_transfers_are_read() -> None:
    raw = flow_json()
    raw["states"]["knock"]["capture"] = {"mail": {"type": "email"}}
    raw["states"]["leave"]["hand_over"] = {"to": "+4420", "context": ["name"]}
    flow = parse_flow(json.dumps(raw), where="test")
    assert flow.states["knock"].capture == (Capture(variable="mail", type=ValueType.EMAIL),)
    assert flow.states["leave"].hand_over == HandOver(to="+4420", context=("name",))


def test_an_intent_may_include_another() -> None:
    raw = flow_json()
    raw["intents"]["yes"] = ["@polite", "yes"]
    raw["intents"]["polite"] = ["yes please", "by all means"]
    assert parse_flow(json.dumps(raw), where="test").examples("yes") == ("yes", "yes please", "by all means")


def test_bad_json_is_refused_with_its_line_and_column() -> None:
    assert mistakes_of('{"schema": 1,\n "flow": }') == ["line 2 column 10: Expecting value"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[]", "a flow is an object, not list"),
        ("[" * 100_000, "nested too deeply to be a flow"),
    ],
)
def test_what_is_no_object_is_refused(text: str, mistake: str) -> None:
    assert mistakes_of(text) == [mistake]


def test_every_mistake_of_shape_is_listed_at_once() -> None:
    raw = flow_json(schema=2, colour="red", turn_limit="many")
    raw["states"]["knock"]["sya"] = "Hi"
    raw["states"]["inside"]["say"] = 7
    raw["states"]["open_door"]["action"] = {"arguments": {}}
    raw["states"]["knock"]["capture"] = {"mail": {"type": "post"}}
    raw["states"]["leave"] = "bye"
    raw["on"]["help"] = {"say": "x"}
    found = mistakes_of(raw)
    for expected in (
        "schema: 2 is not 1, the only one there is",
        "colour: unknown key",
        'turn_limit: should be a valid integer, not "many"',
        "states.knock.sya: unknown key",
        "states.inside.say: should be a valid string, not 7",
        "states.open_door.action.tool: missing",
        "states.leave: a state is an object, not str",
        "on.help.to: missing",
    ):
        assert expected in found
    assert any(
        mistake.startswith("states.knock.capture.mail.type: should be 'slot', 'email'") for mistake in found
    )


def test_mistakes_of_shape_do_not_hide_mistakes_of_meaning() -> None:
    raw = flow_json()
    raw["states"]["knock"]["sya"] = "Hi"
    raw["states"]["knock_harder"]["on"]["yes"] = "kitchen"
    assert mistakes_of(raw) == [
        "states.knock.sya: unknown key",
        "states.knock_harder.on.yes: there is no state 'kitchen'",
    ]


def test_what_is_missing_at_the_top_is_listed() -> None:
    found = mistakes_of({"schema": 1})
    assert [m for m in found if m.endswith(": missing")] == [
        f"{key}: missing" for key in ("flow", "start", "states", "intents", "too_long")
    ]


def test_a_key_written_twice_is_refused() -> None:
    text = json.dumps(flow_json()).replace('"start": "knock"', '"start": "leave", "start": "knock"')
    assert mistakes_of(text) == ["key 'start' is written twice in one object"]


def test_a_state_that_does_nothing_is_refused() -> None:
    raw = flow_json()
    raw["states"]["inside"] = {}
    assert "states.inside: it neither says, asks, does nor ends anything" in mistakes_of(raw)


def test_files_that_cannot_be_read_are_refused_in_one_line(tmp_path: Path) -> None:
    latin = tmp_path / "latin.json"
    latin.write_bytes(b'{"flow": "caf\xe9"}')
    huge = tmp_path / "huge.json"
    huge.write_bytes(b" " * (MAX_FLOW_BYTES + 1))
    for path, mistake in [
        (tmp_path / "none.json", "cannot be read: No such file or directory"),
        (latin, "is not UTF-8: byte 13 cannot be read"),
        (huge, f"{MAX_FLOW_BYTES + 1} bytes is more than a flow may have ({MAX_FLOW_BYTES})"),
    ]:
        with pytest.raises(BadFlow) as refused:
            load_flow(path)
        assert (refused.value.where, refused.value.mistakes) == (str(path), (mistake,))


def test_the_reference_flows_have_no_mistakes() -> None:
    assert built_in_flow("booking").name == "booking"
