"""An agent under test whose flow names documents answers from them, at every level and with nothing else to set."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from agent.cache import ContentCache
from agent.errors import BadKnowledge, BadSettings
from agent.serving.flow_service import FlowServiceOptions, make_service
from agent.settings import settings_from
from agent.turn import TurnEvent, TurnOutput
from evals.record import CallRecord
from evals.scenario.file import load_suite
from evals.scenario.model import Case
from evals.sim.latency import PROFILES
from evals.sim.text_call import play_text
from evals.sim.virtual_time import run_virtual
from evals.suite_files import hashes_of
from evals.targets.reference import ReferenceTarget
from tests.agent.cognitive.builders import a_turn
from tests.agent.cognitive.knowledge.material import CORPUS
from tests.agent.cognitive.knowledge.test_flow import ASKING
from tests.scenarios import a_case, says

QUESTION = "How much is whitening?"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A flow that asks its documents, and these beside it."""
    path = tmp_path / "desk.json"
    path.write_text(json.dumps(ASKING), encoding="utf-8")
    shutil.copytree(CORPUS / "documents", tmp_path / "documents")
    return path


def a_call(desk: Path, *lines: str, **world: object) -> Case:
    case = a_case(*map(says, lines), **world)
    return replace(case, folder=str(desk.parent), scenario=replace(case.scenario, flow="desk.json"))


def played(case: Case) -> CallRecord:
    target = ReferenceTarget(settings_from({}), profile=PROFILES["none"], cache=ContentCache(None))
    return run_virtual(play_text(case, target))


def test_a_question_is_answered_from_the_flows_documents_and_stands_among_the_records_tool_calls(
    desk: Path,
) -> None:
    record = played(a_call(desk, QUESTION, "No thank you."))
    (asked,) = record.tools
    assert (asked.name, asked.status, asked.arguments) == (
        "knowledge.answer",
        "success",
        {"question": "how much is whitening"},
    )
    assert str(asked.value["answer"]) in " ".join(word.text for word in record.agent_words)
    assert str(asked.value["citation"]).startswith("fees.md")


def test_the_record_names_the_documents_by_what_they_say(desk: Path) -> None:
    before = played(a_call(desk, QUESTION)).agent["documents_sha256"]
    assert played(a_call(desk, QUESTION)).agent["documents_sha256"] == before
    (desk.parent / "documents" / "fees.md").write_text("# Fees\n\nWhitening costs £1.\n", encoding="utf-8")
    assert played(a_call(desk, QUESTION)).agent["documents_sha256"] != before


def test_a_scenario_may_have_the_documents_fail(desk: Path) -> None:
    record = played(a_call(desk, QUESTION, **{"knowledge.answer": {"fault": "timeout"}}))
    assert [(call.name, call.status) for call in record.tools] == [("knowledge.answer", "timeout")]


def test_documents_that_cannot_be_trusted_are_refused_before_a_call(desk: Path) -> None:
    (desk.parent / "documents" / "prices.xls").write_bytes(b"\xd0\xcf")
    with pytest.raises(BadKnowledge, match=r"prices\.xls"):
        played(a_call(desk, QUESTION))


def test_a_service_answers_from_the_flows_documents_without_any_webhook(desk: Path) -> None:
    service = make_service(FlowServiceOptions(flows=[str(desk)]))

    async def answers() -> list[TurnOutput]:
        turns = [
            a_turn(0, event=TurnEvent.ANSWERED, flow_id="desk"),
            a_turn(1, QUESTION, flow_id="desk"),
        ]
        outputs = []
        for turn in turns:
            async for item in service.flows["desk"].stream_turn(turn):
                if isinstance(item, TurnOutput):
                    outputs.append(item)
        return outputs

    assert asyncio.run(answers())[-1].trace.tools[0].status == "success"


def test_a_service_says_which_tools_nobody_answers_and_which_documents_are_bad(desk: Path) -> None:
    other = json.loads(desk.read_text(encoding="utf-8"))
    other["flow"] = "unread"
    other["knowledge"]["folder"] = "nowhere"
    unread = desk.with_name("unread.json")
    unread.write_text(json.dumps(other), encoding="utf-8")
    with pytest.raises(BadSettings, match="nowhere: 1 mistake"):
        make_service(FlowServiceOptions(flows=[str(desk), str(unread)]))


def test_documents_are_among_the_files_that_a_run_depends_on(desk: Path) -> None:
    file = desk.with_name("suite.yaml")
    file.write_text(
        'schema: 1\nsuite: asks\nflow: desk.json\nnow: "2026-05-18T09:00:00"\ntime_zone: Europe/London\n'
        'scenarios: [{id: a, title: A, caller: [{says: "Hello."}]}]\n',
        encoding="utf-8",
    )
    before = hashes_of(load_suite(file), file, [])
    (desk.parent / "documents" / "fees.md").write_text("# Fees\n\nWhitening costs £1.\n", encoding="utf-8")
    after = hashes_of(load_suite(file), file, [])
    assert {name for name in after if after[name] != before[name]} == {"asks/documents of desk.json"}
