"""The same suite through HTTP makes the same records as in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from agent.cache import ContentCache
from agent.cognitive.ports import Tool
from evals.errors import BadInput
from evals.record import CallRecord, CallStatus, canonical_json
from evals.scenario.expansion import expand
from evals.scenario.file import load_suite
from evals.scenario.model import Case
from evals.sim.text_call import play_text
from evals.sim.virtual_time import VirtualLoop
from evals.sim.world import World
from evals.targets.registry import TargetSpec, make_targets
from tests.fakes.web_server import Asked, Given, web_server
from tests.served import served

SUITE = load_suite(Path(__file__).parents[3] / "corpora/booking/smoke.yaml")


def played(cases: list[Case], settings: dict[str, str]) -> list[CallRecord]:
    target, _ = make_targets(TargetSpec(settings=settings), ContentCache(None))
    try:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            return [runner.run(play_text(case, target)) for case in cases]
    finally:
        target.close()


class Worlds:
    """The cases' worlds behind a webhook; each name that a call has on the wire finds its own, untouched."""

    def __init__(self, cases: list[Case]) -> None:
        self._cases = {case.id: case for case in cases}
        self._tools: dict[str, Mapping[str, Tool]] = {}

    def answer(self, asked: Asked) -> Given:
        key = asked.headers["idempotency-key"]
        prefix, _, rest = key.partition(":")
        (case_id,) = [case_id for case_id in self._cases if rest.startswith(f"{case_id}/")]
        call_sid = f"{prefix}:{case_id}"
        if call_sid not in self._tools:
            scenario = self._cases[case_id].scenario
            self._tools[call_sid] = World(scenario.world, scenario.now_iso, scenario.time_zone).tools()
        body = asked.json()
        result = asyncio.run(self._tools[call_sid][body["tool"]].call(body["arguments"], key))
        given = {"status": result.status, "ok": result.ok, "value": result.value}
        return Given(body=json.dumps(given).encode())


def without_settings(record: CallRecord) -> str:
    return canonical_json(replace(record, agent={}))


def test_a_suite_through_http_makes_the_records_it_makes_in_process() -> None:
    # A world's fault words its error in the process it happens in.
    cases = [case for case in expand(SUITE, seed=1) if "fault" not in json.dumps(case.scenario.world)]
    cases = list({case.scenario.id: case for case in cases}.values())  # by text every line is the same
    here = played(cases, {})
    with (
        web_server(Worlds(cases).answer) as (webhook, asked),
        served("--flow", "booking", "--webhook", webhook) as server,
    ):
        there = played(cases, {"flow_url": server.address})
        again = played(cases, {"flow_url": server.address})
    assert asked
    assert {record.status for record in there} == {CallStatus.COMPLETED}
    assert [without_settings(record) for record in there] == [without_settings(record) for record in here]
    assert [canonical_json(record) for record in again] == [canonical_json(record) for record in there]
    assert f'"flow_url":"{server.address}"' in canonical_json(there[0].agent)
    assert "flow_url" not in canonical_json(here[0].agent)


def test_a_service_that_is_not_there_makes_records_that_say_so() -> None:
    (record,) = played(expand(SUITE, seed=1)[:1], {"flow_url": "http://127.0.0.1:9"})
    assert record.status is CallStatus.FAILED
    assert "cannot be reached" in record.failure


def test_an_address_that_is_none_is_bad_input() -> None:
    with pytest.raises(BadInput, match=r"agent\.flow_url=localhost"):
        make_targets(TargetSpec(settings={"flow_url": "localhost"}), ContentCache(None))
