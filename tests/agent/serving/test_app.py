"""The application alone, without a server: what it answers to whom."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate
from prometheus_client.parser import text_string_to_metric_families

from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.ports import ToolResult
from agent.errors import ProviderError, ProviderTimeout
from agent.serving.app import ServedFlow, Service, make_app
from agent.serving.limits import Limits
from agent.serving.measures import CONTENT_TYPE, Measures
from agent.turn import Action, StreamTurn, Tts, TurnInput, TurnOutput
from agent.turn_json import json_of_turn, output_from_json, stream_item
from tests.agent.cognitive.builders import a_flow, a_turn, answered, script_of
from tests.fakes.tools import ScriptedTool

FLOW = a_flow()


def a_service(stream_turn: StreamTurn | None = None, **fields: Any) -> Service:
    engine = FlowOrchestrator(
        FLOW, {"door.open": ScriptedTool("door.open", [ToolResult(ok=True, status="locked")])}
    )
    return Service(
        flows={"door": ServedFlow(flow=FLOW, stream_turn=stream_turn or engine.stream_turn)},
        version="1",
        **fields,
    )


async def ask(service: Service, *requests: tuple[str, str, bytes], **headers: str) -> list[httpx.Response]:
    transport = httpx.ASGITransport(app=make_app(service), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        return [await client.request(method, path, content=body) for method, path, body in requests]


def asked(service: Service, *requests: tuple[str, str, bytes], **headers: str) -> list[httpx.Response]:
    return asyncio.run(ask(service, *requests, **headers))


def posted(service: Service, turn: TurnInput, path: str = "/v1/turns", **headers: str) -> httpx.Response:
    return asked(service, ("POST", path, json_of_turn(turn).encode()), **headers)[0]


def failing(error: Exception, *, after: int = 0) -> StreamTurn:
    async def stream(turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        for number in range(after):
            yield Tts(text=f"{number}")
        raise error

    return stream


def test_a_turn_is_answered_whole() -> None:
    output = output_from_json(posted(a_service(), answered()).content)
    assert script_of(output.actions) == ["-> knock", "Knock knock, you.", "May I come in?"]


def test_a_stream_has_a_line_for_each_action_and_lastly_the_output() -> None:
    response = posted(a_service(), answered(), "/v1/turns/stream")
    assert response.headers["content-type"].startswith("application/x-ndjson")
    *actions, output = [stream_item(line) for line in response.content.splitlines()]
    assert isinstance(output, TurnOutput)
    assert list(output.actions) == actions


def test_the_same_turn_again_gets_its_first_answer_by_either_way() -> None:
    body = json_of_turn(answered()).encode()
    service = a_service()
    whole, stream, again = asked(
        service, *(("POST", path, body) for path in ("/v1/turns", "/v1/turns/stream", "/v1/turns"))
    )
    assert whole.content == again.content
    assert stream_item(stream.content.splitlines()[-1]) == output_from_json(whole.content)


def test_a_body_that_is_no_turn_is_told_every_mistake() -> None:
    (response,) = asked(a_service(), ("POST", "/v1/turns", b'{"seq": "one", "call_sid": ""}'))
    assert response.status_code == 422
    error = response.json()["error"]
    assert {mistake["where"] for mistake in error["mistakes"]} == {
        "call_sid",
        "turn_id",
        "seq",
        "flow_id",
        "event",
    }
    assert error["retry"] is False


def test_an_unknown_flow_is_told_which_there_are() -> None:
    response = posted(a_service(), answered(flow_id="window"))
    assert (response.status_code, response.json()["error"]["code"]) == (404, "no_flow")
    assert "door" in response.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/turns", "/v1/turns/stream"])
@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (ProviderError("secret words"), 503, True),
        (ProviderTimeout("secret words"), 504, True),
        (ValueError("secret words"), 500, True),
    ],
)
def test_an_engine_that_fails_is_an_error_without_its_words(
    path: str, error: Exception, status: int, retry: bool
) -> None:
    response = posted(a_service(failing(error)), answered(), path)
    assert (response.status_code, response.json()["error"]["retry"]) == (status, retry)
    assert "secret" not in response.text


def test_a_stream_that_fails_half_way_tells_it_in_its_last_line() -> None:
    response = posted(
        a_service(failing(ProviderError("secret words"), after=2)), answered(), "/v1/turns/stream"
    )
    lines = [json.loads(line) for line in response.content.splitlines()]
    assert [list(line) for line in lines] == [["action"], ["action"], ["error"]]
    assert lines[-1]["error"]["code"] == "provider"
    assert "secret" not in response.text


@pytest.mark.parametrize("path", ["/v1/turns", "/v1/turns/stream"])
def test_a_turn_that_takes_too_long_may_be_asked_for_again(path: str) -> None:
    async def slow(turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        await asyncio.sleep(60)
        yield Tts(text="late")

    response = posted(a_service(slow, limits=Limits(turn_s=0.05)), answered(), path)
    assert (response.status_code, response.json()["error"]["code"]) == (504, "timeout")


def test_one_turn_too_many_is_told_when_to_come_back() -> None:
    async def both() -> tuple[httpx.Response, httpx.Response, httpx.Response]:
        inside, leave = asyncio.Event(), asyncio.Event()
        engine = FlowOrchestrator(FLOW, {"door.open": ScriptedTool("door.open")})

        async def held(turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
            inside.set()
            await leave.wait()
            async for item in engine.stream_turn(turn):
                yield item

        app = make_app(a_service(held, limits=Limits(turns=1)))
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(
                httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")
            )
            group = await stack.enter_async_context(asyncio.TaskGroup())
            body = json_of_turn(answered())
            first = group.create_task(client.post("/v1/turns", content=body))
            await inside.wait()
            refused = await client.post("/v1/turns", content=body)
            leave.set()
            return await first, refused, await client.post("/v1/turns", content=body)

    first, refused, later = asyncio.run(both())
    assert (first.status_code, refused.status_code, later.status_code) == (200, 503, 200)
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["error"] | {"message": ""} == {
        "code": "busy",
        "message": "",
        "retry": True,
        "mistakes": [],
    }


@pytest.mark.parametrize(
    "authorization", ["", "Bearer wrong", "Basic s3cret", "Bearer s3cret2", "Bearer ééé"]
)
def test_without_the_token_nobody_gets_in(authorization: str) -> None:
    service = a_service(token="s3cret")
    paths = [("POST", "/v1/turns"), ("POST", "/v1/turns/stream"), ("GET", "/v1/flows"), ("GET", "/metrics")]
    headers = {"authorization": authorization.encode("latin-1")} if authorization else {}
    for response in asked(service, *((method, path, b"{}") for method, path in paths), **headers):  # type: ignore[arg-type]
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"


def test_with_the_token_turns_are_answered_and_health_needs_none() -> None:
    service = a_service(token="s3cret")
    assert posted(service, answered(), Authorization="Bearer s3cret").status_code == 200
    assert [r.status_code for r in asked(service, ("GET", "/healthz", b""), ("GET", "/readyz", b""))] == [
        200,
        200,
    ]


@pytest.mark.parametrize("claimed", ["1000000000", "9" * 5000, "-5", "ten"])
def test_a_body_that_claims_too_much_is_not_read(claimed: str) -> None:
    (response,) = asked(a_service(), ("POST", "/v1/turns", b"{}"), **{"Content-Length": claimed})
    assert response.status_code == 413
    assert response.headers["connection"] == "close"


def test_a_body_that_grows_too_long_is_cut_off() -> None:
    taken = 0

    async def endless() -> AsyncGenerator[bytes, None]:
        nonlocal taken
        while True:
            taken += 1000
            yield b" " * 1000

    async def sent() -> httpx.Response:
        app = make_app(a_service(limits=Limits(body_bytes=5_000)))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://test"
        ) as client:
            return await client.post("/v1/turns", content=endless())

    assert asyncio.run(sent()).status_code == 413
    assert taken <= 7_000


def test_the_flows_are_listed_with_their_fingerprints() -> None:
    (response,) = asked(a_service(), ("GET", "/v1/flows", b""))
    (flow,) = response.json()["flows"]
    assert (flow["flow"], flow["fingerprint"], flow["tools"]) == ("door", FLOW.fingerprint, ["door.open"])


def test_a_service_whose_store_is_gone_is_alive_but_not_ready() -> None:
    async def gone() -> None:
        raise ConnectionError("redis://user:secret@host")

    async def here() -> None:
        return None

    service = a_service(checks={"state": gone, "journal": here})
    alive, ready = asked(service, ("GET", "/healthz", b""), ("GET", "/readyz", b""))
    assert (alive.status_code, ready.status_code) == (200, 503)
    assert ready.json() == {"status": "not_ready", "missing": ["state"]}


def test_metrics_count_turns_tools_and_refusals() -> None:
    measures = Measures()
    stream = measures.measured(a_service().flows["door"].stream_turn, FLOW)
    service = a_service(stream, metrics=measures, metrics_type=CONTENT_TYPE)
    bodies = [
        json_of_turn(turn).encode() for turn in (answered(), a_turn(1, "yes come in"), a_turn(2, "go away"))
    ]
    *_, response = asked(
        service,
        *(("POST", "/v1/turns", body) for body in bodies),
        ("POST", "/v1/turns", b"?"),
        ("GET", "/metrics", b""),
    )
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }
    assert samples["milliwatt_turns_total", "answered", "door", "goes_on"] == 1
    assert samples["milliwatt_turns_total", "door", "ended", "speech"] == 1
    assert samples["milliwatt_tool_calls_total", "door", "door.open", "locked"] == 1
    assert samples["milliwatt_calls_ended_total", "door", "left"] == 1
    assert samples["milliwatt_turn_seconds_count", "door"] == 3
    assert samples["milliwatt_turns_in_flight", "door"] == 0
    assert samples["milliwatt_requests_refused_total", "bad_turn"] == 1


def test_the_description_is_valid_openapi_and_names_every_path() -> None:
    service = replace(a_service(), token="s3cret")
    (response,) = asked(service, ("GET", "/openapi.json", b""))
    document = response.json()
    validate(document)
    paths = {route.path for route in make_app(service).routes} - {"/", "/openapi.json"}  # type: ignore[attr-defined]
    assert set(document["paths"]) == paths
    assert document["components"]["schemas"]["TurnModel"]["additionalProperties"] is False


def test_the_page_for_people_shows_every_path() -> None:
    (response,) = asked(a_service(), ("GET", "/", b""))
    assert response.headers["content-type"].startswith("text/html")
    assert "POST /v1/turns/stream" in response.text


def test_what_is_not_here_is_an_error_like_the_others() -> None:
    missing, wrong = asked(a_service(), ("GET", "/nowhere", b""), ("GET", "/v1/turns", b""))
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "no_page")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "no_method")
