import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from agent.cognitive.models.openai import OpenAIModel
from agent.cognitive.models.reply import ReplySoFar
from agent.cognitive.models.settings import ModelSettings, Vendor
from agent.cognitive.models.values import Message, OutputSchema, Role, StopReason, ToolCall, ToolOffer
from agent.errors import ProviderError, ProviderRefused, ProviderTimeout
from evals.sandbox.models.openai_api import Dialect, openai_api
from evals.sandbox.models.script import Script, ScriptedAnswer, ScriptedCall
from evals.sandbox.models.serving import serving
from tests.ports.language_model import CLEAR, SLOTS, a_request, asked, check_language_model, failing

KEY = "sk-never-shown"
T = TypeVar("T")


def with_server(
    ask: Callable[[OpenAIModel], Awaitable[T]],
    *answers: ScriptedAnswer,
    dialect: Dialect = Dialect.OPENAI,
    key: str = KEY,
    **settings: Any,
) -> tuple[T, Script]:
    """What `ask` gives with a model whose server plays these answers, and the server's own notes."""
    script = Script(list(answers))

    async def served() -> T:
        async with serving(openai_api(script, dialect, key=KEY)) as url:
            known = {"name": "small", "vendor": Vendor.OPENAI, "model": "m", "base_url": f"{url}/v1"}
            model = OpenAIModel(ModelSettings(**{**known, **settings}), key)
            try:
                return await ask(model)
            finally:
                await model.close()

    return asyncio.run(served()), script


def test_it_keeps_the_ports_promises() -> None:
    script = Script([])

    async def served() -> None:
        async with serving(openai_api(script, key=KEY)) as url:
            settings = ModelSettings(name="small", vendor=Vendor.OPENAI, model="m", base_url=f"{url}/v1")
            model = OpenAIModel(settings, KEY)
            await check_language_model(model, script, length="length")
            await model.close()

    asyncio.run(served())
    assert script.broken_off == 1, "leaving an answer ends the request"


def test_usage_tells_the_cached_tokens_among_those_read() -> None:
    reply, _ = with_server(asked, ScriptedAnswer(text=("Yes.",), tokens_in=900, cached_in=768, tokens_out=18))
    assert (reply.usage.tokens_in, reply.usage.cached_in, reply.usage.tokens_out) == (900, 768, 18)


def test_usage_is_estimated_where_the_server_tells_none() -> None:
    reply, _ = with_server(asked, ScriptedAnswer(text=("Good morning.",), tells_usage=False))
    assert reply.finished is not None
    assert reply.usage.estimated
    assert (reply.usage.tokens_in, reply.usage.tokens_out) == (5, 4), "four characters a token, rounded up"


@pytest.mark.parametrize("dialect", list(Dialect))
def test_tool_calls_are_whole_in_every_dialect(dialect: Dialect) -> None:
    reply, _ = with_server(asked, ScriptedAnswer(calls=(SLOTS, CLEAR)), dialect=dialect)
    ids = ("", "") if dialect is Dialect.BARE else ("call_7", "call_8")
    assert reply.tool_calls == (
        ToolCall(id=ids[0], name="find_slots", arguments='{"day":"tuesday"}'),
        ToolCall(id=ids[1], name="clear", arguments="{}"),
    )
    assert reply.reason is StopReason.TOOL_CALLS


def test_a_refusal_is_a_result() -> None:
    reply, _ = with_server(asked, ScriptedAnswer(refusal="I cannot help with that."))
    assert reply.reason is StopReason.REFUSED
    assert reply.text == ""
    filtered, _ = with_server(asked, ScriptedAnswer(text=("We",), stop="content_filter"))
    assert filtered.reason is StopReason.REFUSED


FAILURES = [
    (ScriptedAnswer(status=400, error_type="invalid_request_error"), ProviderRefused, "HTTP 400"),
    (ScriptedAnswer(status=404, error_type="model_not_found"), ProviderRefused, "model_not_found"),
    (ScriptedAnswer(status=429, error_type="rate_limit_error"), ProviderError, "HTTP 429"),
    (ScriptedAnswer(status=429, error_type="insufficient_quota"), ProviderRefused, "insufficient_quota"),
    (ScriptedAnswer(status=500, error_type="server_error"), ProviderError, "HTTP 500"),
    (ScriptedAnswer(status=504, error_type="timeout"), ProviderTimeout, "HTTP 504"),
    (ScriptedAnswer(text=("We ", "are"), error_after=1), ProviderError, "within the stream"),
    (ScriptedAnswer(text=("We ", "are"), cut_after=1), ProviderError, "connection failed"),
    (ScriptedAnswer(text=("We ", "are"), ends_after=1), ProviderError, "broke off"),
    (ScriptedAnswer(raw='{"error": {"message": "no"}}'), ProviderError, "JSON where a stream"),
    (ScriptedAnswer(raw="data: {oops\n\n", content_type="text/event-stream"), ProviderError, "not JSON"),
    (ScriptedAnswer(raw="", content_type="text/event-stream"), ProviderError, "broke off"),
    (ScriptedAnswer(raw="<html>", status=502, content_type="text/html"), ProviderError, "HTTP 502"),
]


def test_failures_are_errors_of_the_right_kind() -> None:
    async def all_of_them(model: OpenAIModel) -> list[tuple[ReplySoFar, ProviderError]]:
        return [await failing(model) for _ in FAILURES]

    came, script = with_server(all_of_them, *(answer for answer, _, _ in FAILURES))
    for (reply, error), (answer, kind, words) in zip(came, FAILURES, strict=True):
        assert (type(error), words in str(error)) == (kind, True), str(error)
        assert "caller's words" not in str(error)
        assert "fell over" not in str(error)
        assert reply.text == ("We " if answer.text else ""), "what came before the failure is kept"
    assert len(script.received) == len(FAILURES), "nothing is tried twice while a caller waits"


def test_a_stream_of_nonsense_chunks_does_not_throw() -> None:
    lines = [
        'data: {"choices": null}',
        'data: {"choices": [{"delta": null, "index": 0}]}',
        "data: 7",
        "data: []",
    ]
    lines += [": a comment", 'data: {"choices": [{"index": 0, "delta": {"content": 5, "tool_calls": [{}]}}]}']
    lines += [
        'data: {"choices": [{"index": 0, "delta": {"content": "Hi."}, "finish_reason": "stop"}], "usage": 3}'
    ]
    reply, _ = with_server(
        asked, ScriptedAnswer(raw="\n\n".join([*lines, ""]), content_type="text/event-stream")
    )
    assert reply.text == "Hi."


def test_a_wrong_key_is_refused_and_never_shown() -> None:
    (_, error), _ = with_server(failing, ScriptedAnswer(text=("Hi.",)), key="sk-wrong-but-secret")
    assert type(error) is ProviderRefused
    assert "invalid_api_key" in str(error)
    assert "sk-" not in repr(error)
    assert error.__cause__ is None
    assert error.__suppress_context__, "a traceback would show the vendor's text, which repeats the key"


def test_a_slow_first_token_and_a_slow_answer_time_out() -> None:
    late = a_request(first_token_ms=80, total_ms=3000)
    (reply, error), script = with_server(
        lambda model: failing(model, late), ScriptedAnswer(text=("Hi.",), first_delay_s=1.0)
    )
    assert type(error) is ProviderTimeout
    assert str(error) == "openai/m: not a word within 80 ms"
    assert script.broken_off == 1
    slow = a_request(first_token_ms=1000, total_ms=1100)
    answer = ScriptedAnswer(text=("One ", "two ", "three"), gap_s=0.8)
    (reply, error), _ = with_server(lambda model: failing(model, slow), answer)
    assert type(error) is ProviderTimeout
    assert "had not ended within 1100 ms" in str(error)
    assert reply.text.startswith("One ")


def test_nobody_listening_is_an_error_at_once() -> None:
    async def ask() -> tuple[ReplySoFar, ProviderError]:
        url = "http://127.0.0.1:9/v1"
        model = OpenAIModel(ModelSettings(name="s", vendor=Vendor.OPENAI, model="m", base_url=url), "")
        try:
            return await failing(model)
        finally:
            await model.close()

    _, error = asyncio.run(ask())
    assert str(error) == "openai/m: the connection failed"


def test_the_request_says_what_was_asked_in_fields_that_every_server_knows() -> None:
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    request = a_request(
        tools=(ToolOffer(name="find_slots", description="Free times.", parameters=schema),),
        output=OutputSchema(name="choice", schema=schema),
    )
    _, script = with_server(
        lambda model: asked(model, request), ScriptedAnswer(text=("{}",)), temperature=0.0, effort="low"
    )
    assert script.received[0].body == {
        "model": "m",
        "messages": [{"role": "system", "content": "Say hello."}, {"role": "user", "content": "hello"}],
        "max_tokens": 30,
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.0,
        "reasoning_effort": "low",
        "tools": [
            {
                "type": "function",
                "function": {"name": "find_slots", "description": "Free times.", "parameters": schema},
            }
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "choice", "strict": True, "schema": schema},
        },
    }


def test_openais_own_service_is_asked_by_its_newest_field_names(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script([ScriptedAnswer(text=("Hi.",))])

    async def served() -> None:
        async with serving(openai_api(script, key=KEY)) as url:
            # The SDK's own variable stands in for the address that an empty `base_url` means.
            monkeypatch.setenv("OPENAI_BASE_URL", f"{url}/v1")
            model = OpenAIModel(ModelSettings(name="s", vendor=Vendor.OPENAI, model="m", effort="low"), KEY)
            await asked(model)
            await asked(model, a_request(tools=(ToolOffer(name="f", description="", parameters={}),)))
            await model.close()

    asyncio.run(served())
    body = script.received[0].body
    assert body["reasoning_effort"] == "low"
    assert "reasoning_effort" not in script.received[1].body, "an effort together with tools is refused there"
    assert body["max_completion_tokens"] == 30
    assert "max_tokens" not in body
    assert body["stream_options"] == {"include_usage": True, "include_obfuscation": False}


def test_a_server_of_ones_own_is_not_told_the_organisation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-secret")
    _, script = with_server(asked, ScriptedAnswer(text=("Hi.",)))
    assert "secret" not in str(script.received[0].headers)


def test_what_tools_answered_goes_back_to_the_model() -> None:
    call = ToolCall(id="call_7", name="find_slots", arguments='{"day": "tuesday"}')
    answered = Message(role=Role.TOOL, text="none", tool_call_id="call_7")
    talk = a_request(more=(Message(role=Role.ASSISTANT, text="", tool_calls=(call,)), answered))
    _, script = with_server(lambda model: asked(model, talk), ScriptedAnswer(text=("None.",)))
    sent = script.received[0].body["messages"]
    assert sent[2]["tool_calls"][0]["function"] == {"name": "find_slots", "arguments": '{"day": "tuesday"}'}
    assert sent[3] == {"role": "tool", "tool_call_id": "call_7", "content": "none"}


def test_nothing_is_logged_that_a_caller_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        with_server(lambda model: asked(model, a_request("my card is 4111")), ScriptedAnswer(text=("Hi.",)))
    assert "4111" not in caplog.text
    assert KEY not in caplog.text


def test_a_call_of_no_arguments_is_an_empty_object() -> None:
    reply, _ = with_server(asked, ScriptedAnswer(calls=(ScriptedCall(name="hang_up"),)))
    assert reply.tool_calls[0].arguments == "{}"
