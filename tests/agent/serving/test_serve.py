"""The service in a process of its own, over real sockets."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from agent.clock import pause
from agent.errors import ProviderError, ProviderRefused
from agent.remote_turn import InlineFlow, RemoteFlow
from agent.turn import Action, TurnOutput
from agent.turn_json import json_of_turn
from tests.agent.cognitive.builders import a_turn, answered, flow_json, script_of
from tests.fakes.web_server import Asked, Given, tool_answer, web_server
from tests.served import Served, served

TOKEN = "s3cret-token"


class Door:
    """A webhook's tool that can be held, and counts what it did by idempotency key."""

    def __init__(self) -> None:
        self.opened: dict[str, int] = {}
        self.reached = threading.Event()
        self.released = threading.Event()
        self.released.set()

    def answer(self, asked: Asked) -> Given:
        assert asked.json()["tool"] == "door.open"
        self.reached.set()
        self.released.wait(30)
        key = asked.headers["idempotency-key"]
        self.opened[key] = self.opened.get(key, 0) + 1
        return tool_answer("success", room="the hall")


def flow_file(folder: Path) -> Path:
    path = folder / "door.json"
    path.write_text(json.dumps(flow_json()))
    return path


@pytest.fixture(scope="module")
def door() -> Door:
    return Door()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def collector() -> Iterator[tuple[str, list[Asked]]]:
    with web_server(lambda asked: Given(body=b"")) as it:
        yield it


@pytest.fixture(scope="module")
def server(door: Door, folder: Path, collector: tuple[str, list[Asked]]) -> Iterator[Served]:
    with (
        web_server(door.answer) as (webhook, _),
        served(
            "--flow", flow_file(folder), "--webhook", webhook, "--turn-log", folder / "turns.jsonl",
            "--otlp", f"{collector[0]}/v1/traces", token=TOKEN,
        ) as it,
    ):  # fmt: skip
        yield it


async def steps_of(flow: RemoteFlow, *turns: object) -> list[Action | TurnOutput]:
    items: list[Action | TurnOutput] = []
    for turn in turns:
        async with aclosing(flow.stream_turn(turn)) as stream:  # type: ignore[arg-type]
            items += [item async for item in stream]
    return items


def test_a_call_is_answered_over_the_wire_and_logged(server: Served, folder: Path) -> None:
    async def call() -> list[Action | TurnOutput]:
        flow = RemoteFlow(server.address, token=TOKEN)
        try:
            return await steps_of(flow, answered(call_sid="wire"), a_turn(1, "yes come in", call_sid="wire"))
        finally:
            await flow.close()

    items = asyncio.run(call())
    first, second = [item for item in items if isinstance(item, TurnOutput)]
    assert script_of(first.actions) == ["-> knock", "Knock knock, you.", "May I come in?"]
    assert script_of(second.actions)[-2:] == ["So this is the hall.", "END inside"]
    assert second.trace.stage_ns.keys() == {"dispatch", "tools"}
    lines = [json.loads(line) for line in (folder / "turns.jsonl").read_text().splitlines()]
    mine = [line for line in lines if line["turn"]["call_sid"] == "wire"]
    assert [line["turn"]["turn_id"] for line in mine] == ["turn-0", "turn-1"]
    assert mine[1]["before"] == mine[0]["output"]["state"]


def test_without_the_token_it_answers_nobody(server: Served) -> None:
    flow = InlineFlow(server.address)
    with pytest.raises(ProviderError, match="401"):
        flow.answer(answered(call_sid="stranger"))
    flow.close()


def test_a_client_that_leaves_half_way_finds_the_turn_done_once(server: Served, door: Door) -> None:
    flow = InlineFlow(server.address, token=TOKEN)
    flow.answer(answered(call_sid="leaves"))
    turn = a_turn(1, "yes come in", call_sid="leaves")
    door.reached.clear()
    door.released.clear()
    body = json_of_turn(turn).encode()
    with _connected(server) as line:
        line.sendall(_request("/v1/turns/stream", len(body)) + body)
        assert door.reached.wait(20)
    door.released.set()
    output = flow.answer(turn)
    flow.close()
    assert output.state.outcome == "inside"
    assert door.opened["leaves/turn-1/0/door.open"] == 1


@pytest.mark.parametrize(
    ("body", "claimed", "status"),
    [
        (b"", 1_000_000_000, 413),
        (b"[" * 100_000, None, 422),
        (b"\xff" * 100, None, 422),
        (b"{}" * 3, None, 422),
    ],
)
def test_a_hostile_body_is_refused_and_the_service_goes_on(
    server: Served, body: bytes, claimed: int | None, status: int
) -> None:
    with _connected(server) as line:
        line.sendall(_request("/v1/turns", len(body) if claimed is None else claimed) + body)
        assert line.recv(4096).startswith(f"HTTP/1.1 {status} ".encode())
    assert httpx.get(f"{server.address}/healthz", trust_env=False).json() == {"status": "alive"}


@pytest.mark.parametrize(
    "bytes_sent", [b"\x16\x03\x01\x02\x00" * 100, b"GET " + b"a" * 200_000, b"NONSENSE\r\n\r\n"]
)
def test_what_is_no_http_is_turned_away(server: Served, bytes_sent: bytes) -> None:
    with _connected(server) as line:
        answer = b""
        try:
            line.sendall(bytes_sent)
            answer = line.recv(4096)
        except OSError:  # turned away before all of it was sent
            pass
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    assert httpx.get(f"{server.address}/healthz", trust_env=False).status_code == 200


def test_told_to_stop_it_ends_the_turn_in_flight_and_then_itself(
    server: Served, door: Door, collector: tuple[str, list[Asked]]
) -> None:
    """The last test of this server. Its traces, which it sends at its end, are looked at too."""
    flow = InlineFlow(server.address, token=TOKEN)
    flow.answer(answered(call_sid="last", variables={"name": "Rumpelstiltskin"}))
    door.reached.clear()
    door.released.clear()
    outputs: list[TurnOutput] = []
    turn = a_turn(1, "yes come in", call_sid="last", variables={"name": "Rumpelstiltskin"})
    asking = threading.Thread(target=lambda: outputs.append(flow.answer(turn)))
    asking.start()
    assert door.reached.wait(20)
    server.process.send_signal(signal.SIGTERM)
    assert _stops_listening(server)
    assert server.process.poll() is None
    door.released.set()
    asking.join(30)
    flow.close()
    assert outputs[0].state.outcome == "inside"
    assert server.process.wait(30) == 0
    spans = [
        span
        for asked in collector[1]
        for resource in ExportTraceServiceRequest.FromString(asked.body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    by_name: dict[str, list[bytes]] = {}
    for span in spans:
        by_name.setdefault(span.name, []).append(span.parent_span_id)
    turns = {span.span_id for span in spans if span.name == "turn"}
    assert by_name.keys() == {"turn", "dispatch", "tool"}
    assert set(by_name["tool"]) | set(by_name["dispatch"]) <= turns
    told = b"".join(asked.body for asked in collector[1]) + "".join(server.log).encode()
    for said in (b"Rumpelstiltskin", b"yes come in", b"the hall", TOKEN.encode()):
        assert said not in told


def test_a_call_in_memory_dies_with_its_server_and_a_half_given_answer_is_not_made_up(tmp_path: Path) -> None:
    """kill -9 while the turn's tool is called; the retry reaches a fresh server that knows nothing of the call."""
    door = Door()
    path = flow_file(tmp_path)
    with web_server(door.answer) as (webhook, _):
        with served("--flow", path, "--webhook", webhook) as first:
            flow = InlineFlow(first.address, attempts=1)
            flow.answer(answered())
            door.released.clear()
            with _connected(first) as line:
                body = json_of_turn(a_turn(1, "yes come in")).encode()
                line.sendall(_request("/v1/turns/stream", len(body)) + body)
                given = line.recv(4096)
                assert door.reached.wait(20)
                first.process.kill()
                assert b'"output"' not in given
            flow.close()
        door.released.set()
        with served("--flow", path, "--webhook", webhook) as second:
            flow = InlineFlow(second.address)
            with pytest.raises(ProviderRefused, match="no_state.*started anew"):
                flow.answer(a_turn(1, "yes come in"))
            flow.close()


def test_bad_options_are_told_all_at_once() -> None:
    with (
        pytest.raises(AssertionError) as caught,
        served("--flow", "nowhere", "--flow", "gone", "--webhook", "ftp://x"),
    ):
        pass
    for word in ("nowhere.json", "gone.json", "--webhook"):
        assert word in str(caught.value)


def _stops_listening(server: Served) -> bool:
    for _ in range(200):
        pause(0.05)
        try:
            _connected(server).close()
        except OSError:
            return True
    return False


def _connected(server: Served) -> socket.socket:
    host, port = server.address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def _request(path: str, length: int) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()
