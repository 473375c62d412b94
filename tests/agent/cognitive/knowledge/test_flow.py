"""A flow that asks its documents: its file, and a call on it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from agent.cognitive.flow_file import load_flow, parse_flow
from agent.cognitive.knowledge.assembling import knowledge_tool
from agent.cognitive.knowledge_source import KnowledgeSource
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.errors import BadFlow
from agent.turn import Tts, TurnEvent
from tests.agent.cognitive.builders import a_turn
from tests.agent.cognitive.knowledge.material import CORPUS

ASKING: dict[str, Any] = {
    "schema": 1,
    "flow": "desk",
    "start": "greeting",
    "knowledge": {"folder": "documents", "unknown_below": 0.5},
    "tools": {"knowledge.answer": ["unknown"]},
    "on": {"no_speech": "bye", "unclear": "bye", "done": "bye", "human": "bye"},
    "priority": ["done"],
    "too_long": "bye",
    "states": {
        "greeting": {
            "ask": "What would you like to know?",
            "capture": {"question": {"type": "text", "branch": "asked"}},
            "on": {"asked": "look_up"},
        },
        "look_up": {
            "action": {
                "tool": "knowledge.answer",
                "arguments": {"question": "{{question}}"},
                "save": {"answer": "answer"},
            },
            "on": {
                "success": "tell",
                "unknown": {"to": "more", "say": "I'm sorry, I don't know that."},
                "failure": "bye",
            },
        },
        "tell": {"say": "{{answer}}", "on": {"next": "more"}},
        "more": {
            "ask": "Anything else?",
            "capture": {"question": {"type": "text", "branch": "asked"}},
            "on": {"asked": "look_up"},
        },
        "bye": {"say": "Goodbye.", "outcome": "left"},
    },
    "intents": {
        "done": ["no thank you", "that is all", "goodbye"],
        "human": ["a person please", "put me through"],
        "unclear": ["the soup is hot"],
    },
}


def test_a_call_is_answered_from_the_documents_or_told_that_they_do_not_say(tmp_path: Path) -> None:
    path = tmp_path / "desk.json"
    path.write_text(json.dumps(ASKING))
    (tmp_path / "documents").symlink_to(CORPUS / "documents")
    flow = load_flow(path)
    assert flow.knowledge == KnowledgeSource(folder="documents", unknown_below=0.5)

    async def call() -> list[list[str]]:
        assert flow.knowledge is not None
        tool = await knowledge_tool(flow.knowledge, path, tenant="northside")
        engine = FlowOrchestrator(flow, {"knowledge.answer": tool})
        await engine.run_turn(a_turn(0, event=TurnEvent.ANSWERED, flow_id="desk"))
        lines = ["How much is whitening?", "Do you sell electric toothbrushes?", "No thank you."]
        outputs = [
            await engine.run_turn(a_turn(seq, line, flow_id="desk"))
            for seq, line in enumerate(lines, start=1)
        ]
        return [[action.text for action in out.actions if isinstance(action, Tts)] for out in outputs]

    assert asyncio.run(call()) == [
        ["Whitening with trays at home costs £290 and takes about three weeks.", "Anything else?"],
        ["I'm sorry, I don't know that.", "Anything else?"],
        ["Goodbye."],
    ]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({}, "knowledge.folder: missing"),
        (
            {"folder": "/etc"},
            "knowledge.folder: '/etc' is on one machine only; give it from this file's folder",
        ),
        ({"folder": "d", "tenant": "x"}, "knowledge.tenant: unknown key"),
        (
            {"folder": "d", "unknown_below": 2},
            "knowledge.unknown_below: should be less than or equal to 1, not '2'",
        ),
        ("documents", "knowledge: "),
    ],
)
def test_a_wrong_key_is_told(value: Any, says: str) -> None:
    with pytest.raises(BadFlow) as refused:
        parse_flow(json.dumps({**ASKING, "knowledge": value}), where="test")
    assert [mistake for mistake in refused.value.mistakes if mistake.startswith(says)]


def test_a_flow_that_asks_its_documents_wrongly_is_told_all_of_it() -> None:
    wrong = json.loads(json.dumps(ASKING))
    wrong["tools"] = {"knowledge.answer": []}
    wrong["states"]["look_up"]["action"] |= {"arguments": {"q": "{{question}}"}, "save": {"reply": "answer"}}
    with pytest.raises(BadFlow) as refused:
        parse_flow(json.dumps(wrong), where="test")
    assert {
        "tools.knowledge.answer: name its status 'unknown'; documents do not answer everything",
        "states.look_up.action.arguments: knowledge.answer takes `question` and nothing else",
        "states.look_up.action.save: an answer has no 'reply'; it has answer, citation, passages, score",
    } <= set(refused.value.mistakes)


def test_documents_that_nothing_asks_are_a_mistake() -> None:
    silent = {**ASKING, "tools": {}, "states": {**ASKING["states"]}}
    silent["states"]["look_up"] = {"say": "Hm.", "on": {"next": "bye"}}
    with pytest.raises(BadFlow, match="no state calls knowledge.answer, so nothing is ever asked"):
        parse_flow(json.dumps(silent), where="test")
