"""The bridge's client against services that break off, stall, refuse and lie."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from agent.errors import BadSettings, ProviderError, ProviderRefused, ProviderTimeout
from agent.remote_turn import InlineFlow, RemoteFlow
from agent.turn import Action, DialogueState, Tts, TurnOutput
from agent.turn_json import json_of_output, stream_line
from tests.agent.cognitive.builders import answered
from tests.fakes.web_server import Asked, Given, web_server

ACTIONS = (Tts(text="One."), Tts(text="Two."), Tts(text="Three."))
OUTPUT = TurnOutput(turn_id="turn-0", actions=ACTIONS, state=DialogueState(node_id="n", path=("n",)))
LINES = [stream_line(item).encode() + b"\n" for item in (*ACTIONS, OUTPUT)]


def fault(status: int, code: str, *, retry: bool, after: str = "") -> Given:
    body = json.dumps({"error": {"code": code, "message": "no", "retry": retry}}).encode()
    return Given(status=status, body=body, headers={"Retry-After": after} if after else {})


def streamed(
    *answers: Given, **settings: Any
) -> tuple[list[Action | TurnOutput], list[Asked], Exception | None]:
    """What a turn's stream gives out while the service answers so, one answer a request."""
    left = list(answers)
    items: list[Action | TurnOutput] = []

    async def played(url: str) -> None:
        flow = RemoteFlow(url, **settings)
        try:
            async with aclosing(flow.stream_turn(answered())) as stream:
                async for item in stream:
                    items.append(item)
        finally:
            await flow.close()

    with web_server(lambda asked: left.pop(0)) as (url, asked):
        try:
            asyncio.run(played(url))
        except ProviderError as error:
            return items, asked, error
    return items, asked, None


def broken(lines: int, cut: int = 0) -> Given:
    body = b"".join(LINES[:lines]) + LINES[lines][:cut]
    return Given(body=body, claimed=len(body) + 1000)


WHOLE = Given(body=b"".join(LINES))


def test_a_stream_gives_each_action_and_lastly_the_output() -> None:
    items, asked, error = streamed(WHOLE, token="s3cret")
    assert (items, error) == ([*ACTIONS, OUTPUT], None)
    assert asked[0].headers["authorization"] == "Bearer s3cret"
    assert asked[0].json()["turn_id"] == "turn-0"


@pytest.mark.parametrize("broken_off", [broken(0), broken(1), broken(2, cut=9), broken(3), broken(3, cut=20)])
def test_a_broken_stream_is_asked_for_again_and_nothing_is_given_out_twice(broken_off: Given) -> None:
    items, asked, error = streamed(broken_off, WHOLE)
    assert (items, error) == ([*ACTIONS, OUTPUT], None)
    assert len(asked) == 2
    assert asked[0].body == asked[1].body


def test_a_stream_that_ends_without_its_output_is_asked_for_again() -> None:
    items, asked, error = streamed(Given(body=b"".join(LINES[:2])), WHOLE)
    assert (items, len(asked), error) == ([*ACTIONS, OUTPUT], 2, None)


def test_an_error_in_the_stream_that_may_pass_is_asked_again() -> None:
    body = LINES[0] + b'{"error":{"code":"timeout","message":"late","retry":true}}\n'
    items, _, error = streamed(Given(body=body), WHOLE)
    assert (items, error) == ([*ACTIONS, OUTPUT], None)


def test_a_busy_service_is_asked_again() -> None:
    items, asked, error = streamed(fault(503, "busy", retry=True, after="0"), WHOLE)
    assert (items, len(asked), error) == ([*ACTIONS, OUTPUT], 2, None)


def test_a_service_that_stays_broken_is_given_up_after_so_many_tries() -> None:
    items, asked, error = streamed(broken(1), broken(2), broken(1), attempts=3)
    assert items == [*ACTIONS[:2]]
    assert len(asked) == 3
    assert isinstance(error, ProviderError)


def test_a_turn_that_the_service_refuses_is_not_sent_again() -> None:
    _, asked, error = streamed(fault(404, "no_flow", retry=False))
    assert isinstance(error, ProviderRefused)
    assert len(asked) == 1
    assert "404 no_flow" in str(error)


def test_a_service_that_does_not_answer_in_time_is_a_timeout() -> None:
    _, asked, error = streamed(
        fault(504, "timeout", retry=True), fault(504, "timeout", retry=True), attempts=2
    )
    assert isinstance(error, ProviderTimeout)
    assert len(asked) == 2


def test_a_service_that_has_lost_its_journal_is_not_believed() -> None:
    other = stream_line(Tts(text="Something else.")).encode() + b"\n"
    items, _, error = streamed(broken(1), Given(body=other + b"".join(LINES[1:])))
    assert items == [ACTIONS[0]]
    assert "lost its journal" in str(error)


@pytest.mark.parametrize(
    "body",
    [b"<html>\n", b'{"action":{"kind":"sing","text":"la"}}\n', b"[" * 10_000 + b"\n", b"x" * 5_000_000],
)
def test_what_is_no_answer_is_one_clear_error(body: bytes) -> None:
    items, _, error = streamed(Given(body=body))
    assert items == []
    assert isinstance(error, ProviderError)
    assert len(str(error)) < 500


def test_nobody_there_is_one_clear_error() -> None:
    flow = InlineFlow("http://127.0.0.1:9", attempts=2, wait=lambda seconds: None)
    with pytest.raises(ProviderError, match="cannot be reached"):
        flow.answer(answered())
    flow.close()


def test_inline_a_turn_is_one_request_and_a_busy_service_is_asked_again() -> None:
    left = [fault(503, "busy", retry=True, after="1"), Given(body=json_of_output(OUTPUT).encode())]
    waited: list[float] = []
    with web_server(lambda asked: left.pop(0)) as (url, asked):
        flow = InlineFlow(f"{url}/", wait=waited.append)
        assert flow.answer(answered()) == OUTPUT
        flow.close()
    assert [request.path for request in asked] == ["/v1/turns", "/v1/turns"]
    assert waited == [1.0]


def test_an_address_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(BadSettings, match="begins with http"):
        RemoteFlow("localhost:8080")
