import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from agent.cognitive.models.anthropic import AnthropicModel
from agent.cognitive.models.reply import ReplySoFar
from agent.cognitive.models.settings import ModelSettings, Vendor
from agent.cognitive.models.values import Message, OutputSchema, Role, StopReason, ToolCall, ToolOffer
from agent.errors import ProviderError, ProviderRefused, ProviderTimeout
from evals.sandbox.models.anthropic_api import anthropic_api
from evals.sandbox.models.script import Script, ScriptedAnswer
from evals.sandbox.models.serving import serving
from tests.ports.language_model import a_request, asked, check_language_model, failing

KEY = "sk-ant-never-shown"
T = TypeVar("T")


def with_server(
    ask: Callable[[AnthropicModel], Awaitable[T]], *answers: ScriptedAnswer, key: str = KEY, **settings: Any
) -> tuple[T, Script]:
    """What `ask` gives with a model whose server plays these answers, and the server's own notes."""
    script = Script(list(answers))

    async def served() -> T:
        async with serving(anthropic_api(script, key=KEY)) as url:
            known = {"name": "small", "vendor": Vendor.ANTHROPIC, "model": "m", "base_url": url}
            model = AnthropicModel(ModelSettings(**{**known, **settings}), key)
            try:
                return await ask(model)
            finally:
                await model.close()

    return asyncio.run(served()), script


def test_it_keeps_the_ports_promises() -> None:
    script = Script([])

    async def served() -> None:
        async with serving(anthropic_api(script, key=KEY)) as url:
            settings = ModelSettings(name="small", vendor=Vendor.ANTHROPIC, model="m", base_url=url)
            model = AnthropicModel(settings, KEY)
            await check_language_model(model, script, length="max_tokens")
            await model.close()

    asyncio.run(served())
    assert script.broken_off == 1, "leaving an answer ends the request"


def test_usage_counts_the_cached_tokens_in_and_the_running_total_out() -> None:
    reply, _ = with_server(asked, ScriptedAnswer(text=("Yes.",), tokens_in=900, cached_in=860, tokens_out=31))
    assert (reply.usage.tokens_in, reply.usage.cached_in, reply.usage.tokens_out) == (900, 860, 31)
    assert not reply.usage.estimated


def test_a_refusal_is_a_result() -> None:
    reply, _ = with_server(asked, ScriptedAnswer(refusal="no"))
    assert (reply.reason, reply.text) == (StopReason.REFUSED, "")


FAILURES = [
    (ScriptedAnswer(status=400, error_type="invalid_request_error"), ProviderRefused, "HTTP 400"),
    (ScriptedAnswer(status=429, error_type="rate_limit_error"), ProviderError, "HTTP 429"),
    (ScriptedAnswer(status=529, error_type="overloaded_error"), ProviderError, "overloaded_error"),
    (ScriptedAnswer(status=504, error_type="timeout_error"), ProviderTimeout, "HTTP 504"),
    (ScriptedAnswer(text=("We ", "are"), error_after=2), ProviderError, "stream (overloaded_error)"),
    (ScriptedAnswer(text=("We ", "are"), cut_after=2), ProviderError, "connection failed"),
    (ScriptedAnswer(text=("We ", "are"), ends_after=2), ProviderError, "broke off"),
    (ScriptedAnswer(raw='{"type": "error"}'), ProviderError, "JSON where a stream"),
    (
        ScriptedAnswer(raw="event: message_start\ndata: {oops\n\n", content_type="text/event-stream"),
        ProviderError,
        "not JSON",
    ),
    (ScriptedAnswer(raw="", content_type="text/event-stream"), ProviderError, "broke off"),
]


def test_failures_are_errors_of_the_right_kind() -> None:
    async def all_of_them(model: AnthropicModel) -> list[tuple[ReplySoFar, ProviderError]]:
        return [await failing(model) for _ in FAILURES]

    came, script = with_server(all_of_them, *(answer for answer, _, _ in FAILURES))
    for (reply, error), (answer, kind, words) in zip(came, FAILURES, strict=True):
        assert (type(error), words in str(error)) == (kind, True), str(error)
        assert "caller's words" not in str(error)
        assert "fell over" not in str(error)
        assert reply.text == ("We " if answer.text else ""), "what came before the failure is kept"
        assert not answer.text or reply.usage.tokens_in == 900, "the tokens read are told at the start"
    assert len(script.received) == len(FAILURES), "nothing is tried twice while a caller waits"


def test_a_wrong_key_is_refused_and_never_shown() -> None:
    (_, error), _ = with_server(failing, ScriptedAnswer(text=("Hi.",)), key="sk-ant-wrong-but-secret")
    assert type(error) is ProviderRefused
    assert "authentication_error" in str(error)
    assert "sk-" not in repr(error)
    assert error.__suppress_context__, "a traceback would show the vendor's text, which repeats the key"


def test_a_slow_first_token_times_out() -> None:
    late = a_request(first_token_ms=80)
    (_, error), script = with_server(
        lambda model: failing(model, late), ScriptedAnswer(text=("Hi.",), first_delay_s=1.0)
    )
    assert type(error) is ProviderTimeout
    assert str(error) == "anthropic/m: not a word within 80 ms"
    assert script.broken_off == 1


def test_the_request_says_what_was_asked_and_does_not_think() -> None:
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    request = a_request(
        tools=(ToolOffer(name="find_slots", description="Free times.", parameters=schema),),
        output=OutputSchema(name="choice", schema=schema),
    )
    _, script = with_server(lambda model: asked(model, request), ScriptedAnswer(text=("{}",)), effort="low")
    assert script.received[0].body == {
        "model": "m",
        "system": "Say hello.",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}],
        "max_tokens": 30,
        "stream": True,
        "thinking": {"type": "disabled"},
        "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": schema}},
        "tools": [{"name": "find_slots", "description": "Free times.", "input_schema": schema}],
    }


def test_a_temperature_goes_with_the_version_that_takes_one() -> None:
    reply, script = with_server(asked, ScriptedAnswer(text=("Hi.",)), temperature=0.2, thinking=True)
    assert reply.text == "Hi."
    assert script.received[0].body["temperature"] == 0.2
    assert script.received[0].headers["anthropic-version"] == "2023-06-01"
    assert "thinking" not in script.received[0].body


def test_what_several_tools_answered_goes_back_in_one_message() -> None:
    calls = tuple(ToolCall(id=f"call_{n}", name="find", arguments='{"n": 1}') for n in (1, 2))
    answers = [Message(role=Role.TOOL, text="none", tool_call_id=call.id) for call in calls]
    talk = a_request(more=(Message(role=Role.ASSISTANT, text="Wait.", tool_calls=calls), *answers))
    _, script = with_server(lambda model: asked(model, talk), ScriptedAnswer(text=("None.",)))
    sent = script.received[0].body["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert sent[1]["content"][1] == {"type": "tool_use", "id": "call_1", "name": "find", "input": {"n": 1}}
    assert [block["tool_use_id"] for block in sent[2]["content"]] == ["call_1", "call_2"]
