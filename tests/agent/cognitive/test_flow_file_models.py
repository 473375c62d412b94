import json
from typing import Any

import pytest

from agent.cognitive.flow import Generate
from agent.cognitive.flow_file import built_in_flow, parse_flow
from agent.cognitive.models.settings import ModelPrice, ModelSettings, Vendor
from agent.cognitive.routing import Condition, RoutingRule
from agent.errors import BadFlow
from tests.agent.cognitive.builders import a_flow, flow_json

SMALL = {"vendor": "openai", "model": "m", "base_url": "http://127.0.0.1:8000/v1"}
HOSTED = {"vendor": "anthropic", "model": "c", "price": {"in": 2, "cached_in": 0.1, "out": 10.0}}


def with_reply(**generate: Any) -> dict[str, Any]:
    flow = flow_json(models={"small": SMALL})
    known = {"instructions": "Say goodbye to {{name}}.", "model": "small", "fallback": "Bye, {{name}}."}
    flow["states"]["leave"]["generate"] = {**known, **generate}
    return flow


def mistakes_of(flow: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(BadFlow) as refused:
        parse_flow(json.dumps(flow), where="test")
    return refused.value.mistakes


def test_models_and_rules_become_values() -> None:
    flow = a_flow(
        models={"small": SMALL, "large": HOSTED},
        routing=[
            {"when": {"states": ["knock"], "confidence_below": 0.5, "words_over": 12}, "use": "small"},
            {"when": {"intents": ["help"], "after_unclear": True}, "use": "large"},
        ],
    )
    assert flow.models["small"] == ModelSettings(
        name="small", vendor=Vendor.OPENAI, model="m", base_url="http://127.0.0.1:8000/v1"
    )
    assert flow.models["large"].price == ModelPrice(tokens_in=2.0, tokens_out=10.0, cached_in=0.1)
    assert flow.routing == (
        RoutingRule(when=Condition(states=("knock",), confidence_below=0.5, words_over=12), use="small"),
        RoutingRule(when=Condition(intents=("help",), after_unclear=True), use="large"),
    )


def test_a_generated_reply_becomes_a_value_and_its_fallback_is_among_what_may_be_said() -> None:
    flow = parse_flow(json.dumps(with_reply()), where="test")
    assert flow.states["leave"].generate == Generate(
        instructions="Say goodbye to {{name}}.", fallback="Bye, {{name}}.", model="small", max_tokens=30
    )
    assert "Bye, you." in flow.spoken_texts()


def test_a_flow_without_models_has_none() -> None:
    booking = built_in_flow("booking")
    assert (booking.models, booking.routing) == ({}, ())


@pytest.mark.parametrize(
    ("generate", "mistake"),
    [
        ({"fallback": ""}, "fallback: missing; what is said when the model does not answer in time?"),
        ({"fallback": "   "}, "fallback: missing; what is said when the model does not answer in time?"),
        ({"instructions": ""}, "instructions: empty; what should the model say?"),
        ({"model": "tiny"}, "model: there is no model 'tiny' among the flow's"),
        ({"max_tokens": 0}, "max_tokens: 0 is not from 5 to 300"),
        ({"temprature": 1}, "temprature: unknown key"),
    ],
)
def test_a_faulty_generated_reply_is_refused(generate: dict[str, Any], mistake: str) -> None:
    assert mistakes_of(with_reply(**generate)) == (f"states.leave.generate.{mistake}",)


def test_a_reply_may_not_speak_of_what_is_not_known() -> None:
    assert mistakes_of(with_reply(fallback="So this is {{room}}.")) == (
        "states.leave: {{room}} may have no value here",
    )
    assert mistakes_of(with_reply(instructions="Name {{room}}.")) == (
        "states.leave: {{room}} may have no value here",
    )
    assert mistakes_of(with_reply(instructions="Name {{name|backwards}}.")) == (
        "states.leave: there is no filter 'backwards'; there are "
        "amount, clock, date, digits, email, moment, number, signs, time, times",
    )


@pytest.mark.parametrize(
    ("model", "mistake"),
    [
        ({"vendor": "openai", "model": "m"}, ".price: missing; what does the vendor charge"),
        ({**SMALL, "vendor": "nobody"}, ".vendor: should be 'openai' or 'anthropic', not \"nobody\""),
        ({**SMALL, "api_key": "sk-1"}, ".api_key: unknown key"),
        ({**SMALL, "base_url": "ftp://here"}, ".base_url: 'ftp://here' is no address such as"),
        ({**SMALL, "base_url": "http://me:pass@here/v1"}, ".base_url: an address without user, password"),
        ({**SMALL, "base_url": "http://[here/v1"}, ".base_url: 'http://[here/v1' is no address: "),
        ({**SMALL, "total_ms": 100}, ".total_ms: 100 is below first_token_ms (1500)"),
        ({**SMALL, "first_token_ms": 0}, ".first_token_ms: should be greater than or equal to 1, not 0"),
        ({**SMALL, "thinking": True}, ".thinking: only Anthropic's can be told"),
        ({**HOSTED, "price": {"in": 1}}, ".price.out: missing"),
    ],
)
def test_a_faulty_model_is_refused(model: dict[str, Any], mistake: str) -> None:
    (found,) = mistakes_of(flow_json(models={"small": model}))
    assert found.startswith(f"models.small{mistake}")


def test_every_mistake_is_in_one_message() -> None:
    flow = flow_json(
        models={"embedded": SMALL, "small": {"vendor": "openai", "x": 1}, "large": {**HOSTED, "model": ""}},
        routing=[
            {"when": {"confidence_below": 2}, "use": "small"},
            {"when": {"states": ["nowhere"], "intents": ["none"]}, "use": "huge"},
            "everything",
        ],
    )
    assert set(mistakes_of(flow)) == {
        "models.embedded: the name is taken",
        "models.small.model: missing",
        "models.small.x: unknown key",
        'models.large.model: String should have at least 1 character, not ""',
        "routing.0.when.confidence_below: should be less than or equal to 1, not 2",
        "routing.1.use: 'huge' is neither a model of the flow nor 'embedded'",
        "routing.1.when.states: there is no state 'nowhere'",
        "routing.1.when.intents: there is no intent 'none'",
        'routing.2: should be a valid dictionary, not "everything"',
    }
