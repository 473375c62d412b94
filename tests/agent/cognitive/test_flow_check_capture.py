import json
from typing import Any

import pytest

from agent.cognitive.capture_settings import CaptureSettings, Confirm
from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import parse_flow
from agent.errors import BadFlow
from tests.agent.cognitive.builders import flow_json


def with_capture(capture: dict[str, Any], **more: Any) -> Flow:
    raw = flow_json(**more)
    raw["states"]["knock"]["capture"] = {"it": capture}
    return parse_flow(json.dumps(raw), where="test")


def mistakes(capture: dict[str, Any], **more: Any) -> list[str]:
    with pytest.raises(BadFlow) as caught:
        with_capture(capture, **more)
    return list(caught.value.mistakes)


def test_every_setting_comes_from_the_file() -> None:
    flow = with_capture(
        {
            "type": "choice",
            "confirm": "always",
            "unconfirmed": "no",
            "choices": {"a": ["first"], "b": []},
            "keys": {"1": "a"},
        }
    )
    assert flow.states["knock"].capture[0].settings == CaptureSettings(
        confirm=Confirm.ALWAYS, unconfirmed="no", choices={"a": ("first",), "b": ()}, keys={"1": "a"}
    )
    bounds = with_capture({"type": "number", "min": 1, "max": 12.5}).states["knock"].capture[0].settings
    assert (bounds.least, bounds.most) == ("1", "12.5")


@pytest.mark.parametrize(
    ("capture", "mistake"),
    [
        ({"type": "phone", "confirm": "often"}, ".confirm: should be 'low', 'always' or 'never', not \"often\""),
        ({"type": "phone", "unconfirmed": "nowhere"}, ".unconfirmed: 'nowhere' is no branch of the state"),
        ({"type": "phone", "branch": "no", "unconfirmed": "no"},
         ".unconfirmed: is the branch that the value itself takes"),
        ({"type": "choice"}, ".choices: they are what a choice is made among, for the type `choice` and only for it"),
        ({"type": "choice", "choices": {"a": ["!"]}}, ".choices.a: '!' has no word in it"),
        ({"type": "choice", "choices": {"a": ["x"], "b": ["X."]}}, ".choices.b: 'X.' is a name of 'a' too"),
        ({"type": "choice", "choices": {"a": []}, "keys": {"1": "c"}}, ".keys.1: 'c' is none of the choices"),
        ({"type": "choice", "choices": {"a": []}, "keys": {"12": "a"}}, ".keys: '12' is no telephone key"),
        ({"type": "phone", "keys": {"1": "a"}},
         ".keys: keys stand for choices; phone, number and reference take their figures from keys anyway"),
        ({"type": "number", "currency": "GBP"}, ".currency: only an `amount` has one"),
        ({"type": "amount", "currency": "XYZ"}, ".currency: 'XYZ' is none of EUR, GBP, USD"),
        ({"type": "number", "min": 3, "max": 2}, ": min 3 is above max 2"),
        ({"type": "number", "min": "few"}, ".min: 'few' is not a number"),
        ({"type": "time", "max": "25:00"}, ".max: '25:00' is not a time HH:MM"),
        ({"type": "reference", "min": 0}, ".min: '0' is not a number of signs from 1 to 24"),
        ({"type": "email", "min": 1}, ": the type `email` has no `min` and `max`"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_named(capture: dict[str, Any], mistake: str) -> None:
    assert f"states.knock.capture.it{mistake}" in mistakes(capture)


def test_what_is_said_about_values_is_checked_too() -> None:
    found = mistakes({"type": "phone"}, values={"read_back": "Right?", "which": "{{value}} or {{name}}?"})
    assert found == [
        "values.read_back: does not say {{value}}",
        "values.which: {{name}} is neither {{value}} nor {{other}}",
        "values.which: does not say {{other}}",
    ]
