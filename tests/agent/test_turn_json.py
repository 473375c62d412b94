from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import turn_schema
from agent.errors import BadTurn
from agent.turn import (
    Action,
    DialogueState,
    EndCall,
    IntentScore,
    ToolTrace,
    Transfer,
    Transition,
    Tts,
    TurnEvent,
    TurnInput,
    TurnOutput,
    TurnTrace,
)
from agent.turn_json import (
    KINDS,
    json_of_output,
    json_of_turn,
    output_from_json,
    stream_item,
    stream_line,
    turn_from_json,
)

TURN = {"call_sid": "CA1", "turn_id": "t0", "seq": 0, "flow_id": "booking", "event": "answered"}

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
names = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20)
variables = st.dictionaries(words, words, max_size=3)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
turns = st.builds(
    TurnInput,
    call_sid=names,
    turn_id=names,
    seq=st.integers(0, 100_000),
    flow_id=names,
    event=st.sampled_from(TurnEvent),
    transcript=words,
    variables=variables,
    stt_confidence=st.none() | st.floats(0, 1),
    heard=st.none() | words,
    provisional=st.booleans(),
    now_iso=st.sampled_from(["", "2026-05-18T09:00:00+01:00"]),
)
actions = st.one_of(
    st.builds(Tts, text=words),
    st.builds(Transition, node_id=words),
    st.builds(EndCall, reason=words),
    st.builds(Transfer, to=words, context=variables),
)
outputs = st.builds(
    TurnOutput,
    turn_id=names,
    actions=st.lists(actions, max_size=4).map(tuple),
    state=st.builds(
        DialogueState,
        node_id=words,
        path=st.lists(words, max_size=3).map(tuple),
        captured=variables,
        outcome=st.none() | words,
    ),
    trace=st.builds(
        TurnTrace,
        intents=st.lists(st.builds(IntentScore, intent=words, score=st.floats(0, 1)), max_size=2).map(tuple),
        chosen=words,
        tools=st.lists(
            st.builds(
                ToolTrace,
                name=words,
                arguments=st.dictionaries(words, json_values, max_size=3),
                status=words,
                value=st.dictionaries(words, json_values, max_size=3),
            ),
            max_size=2,
        ).map(tuple),
        stage_ns=st.dictionaries(words, st.integers(0, 10**12), max_size=2),
    ),
)


@given(turns)
def test_a_turn_comes_back_as_it_went(turn: TurnInput) -> None:
    assert turn_from_json(json_of_turn(turn)) == turn


@settings(max_examples=40)
@given(outputs)
def test_an_output_comes_back_as_it_went(output: TurnOutput) -> None:
    assert output_from_json(json_of_output(output)) == output
    assert stream_item(stream_line(output)) == output


@given(actions)
def test_an_action_comes_back_as_it_went(action: Action) -> None:
    assert stream_item(stream_line(action)) == action


@pytest.mark.parametrize(
    ("value", "model"),
    [
        (TurnInput, turn_schema.TurnModel),
        (TurnOutput, turn_schema.OutputModel),
        (DialogueState, turn_schema.DialogueStateModel),
        (TurnTrace, turn_schema.TurnTraceModel),
        (IntentScore, turn_schema.IntentScoreModel),
        (ToolTrace, turn_schema.ToolTraceModel),
        (Tts, turn_schema.TtsModel),
        (Transition, turn_schema.TransitionModel),
        (EndCall, turn_schema.EndCallModel),
        (Transfer, turn_schema.TransferModel),
    ],
)
def test_the_models_have_the_fields_of_the_bridges_values(value: Any, model: Any) -> None:
    assert set(model.model_fields) - {"schema_number", "kind"} == {item.name for item in fields(value)}


def test_every_action_has_its_kind() -> None:
    assert set(KINDS) == set(get_args(Action))
    assert len(set(KINDS.values())) == len(KINDS)


def test_all_mistakes_of_a_body_are_told_at_once_and_none_of_its_words() -> None:
    body = TURN | {
        "call_sid": 7,
        "turn_id": "a\nb",
        "seq": -1,
        "event": "shouting",
        "stt_confidence": 1.5,
        "transcript": ["my card is 4111"],
        "now_iso": "2026-05-18T09:00:00",
        "variables": {"pin": 1234},
        "secret": "4111",
    }
    del body["flow_id"]
    with pytest.raises(BadTurn) as caught:
        turn_from_json(json.dumps(body))
    assert {where for where, _ in caught.value.mistakes} == {*body, "flow_id"} - {"variables"} | {
        "variables.pin"
    }
    assert "4111" not in str(caught.value)
    assert "1234" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[" * 500_000,
        b'{"variables":' + b'{"a":' * 50_000,
        b'{"transcript": "\\ud800"}',
        json.dumps(TURN | {"schema": 2}).encode(),
        json.dumps(TURN | {"transcript": "a" * 10_001}).encode(),
        json.dumps(TURN | {"variables": {str(number): "" for number in range(201)}}).encode(),
        json.dumps(TURN | {"seq": True}).encode(),
        json.dumps(TURN | {"seq": 10**400}).encode(),
        json.dumps(TURN | {"stt_confidence": float("nan")}).encode(),
        json.dumps(TURN | {f"key{number}": 1 for number in range(10_000)}).encode(),
    ],
)
def test_a_hostile_body_is_refused_with_a_bounded_answer(body: bytes) -> None:
    with pytest.raises(BadTurn) as caught:
        turn_from_json(body)
    assert 1 <= len(caught.value.mistakes) <= 101
    assert all(len(where) <= 200 and len(what) <= 200 for where, what in caught.value.mistakes)


def test_an_answer_nested_too_deeply_is_refused() -> None:
    value: Any = 1
    for _ in range(40):
        value = {"a": value}
    tool = {"name": "t", "arguments": value, "status": "success"}
    state = {"node_id": "n", "path": []}
    body = {"turn_id": "t", "actions": [], "state": state, "trace": {"tools": [tool]}}
    with pytest.raises(BadTurn, match="levels deep"):
        output_from_json(json.dumps(body))


def test_a_newer_engine_may_say_more() -> None:
    body = {"turn_id": "t", "actions": [], "state": {"node_id": "n", "path": [], "mood": "fine"}, "new": 1}
    assert output_from_json(json.dumps(body)).state == DialogueState(node_id="n", path=())
