"""Logged calls through the engine: what is the same, what differs, what cannot be played."""

from __future__ import annotations

import asyncio
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.ports import ToolResult
from agent.errors import ProviderTimeout
from agent.turn import TurnInput
from agent.turn_log import RedactText, Versions, as_it_is, logged_turns
from agent.turn_log_file import TurnLogFile
from evals.commands.replay import ReplayOptions, replay_turns
from evals.errors import BadInput
from evals.importing.conversation import Speaker
from evals.importing.source import read_source
from evals.importing.turn_log import read_turn_log
from evals.replaying.turn_file import read_turn_files
from tests.agent.cognitive.builders import a_flow, a_turn, answered, flow_json
from tests.cli import milliwatt
from tests.fakes.tools import ScriptedTool

HALL = ToolResult(ok=True, status="success", value={"room": "the hall"})
HAPPY = (answered(), a_turn(1, "yes come in"))


def logged(
    path: Path,
    *turns: TurnInput,
    answers: Any = (HALL,),
    redact: RedactText = as_it_is,
) -> Path:
    """A log of these turns, as production writes it."""
    flow = a_flow()
    engine = FlowOrchestrator(flow, {"door.open": ScriptedTool("door.open", answers)})
    file = TurnLogFile(path)
    versions = Versions(flow=flow.name, flow_fingerprint=flow.fingerprint, code="1")
    stream_turn = logged_turns(engine.stream_turn, file.append, versions=versions, redact=redact)

    async def play() -> None:
        for turn in turns:
            async for _ in stream_turn(turn):
                pass

    asyncio.run(play())
    file.close()
    return path


def flow_file(folder: Path, **changes: Any) -> Path:
    path = folder / "door.json"
    path.write_text(json.dumps(flow_json(**changes)))
    return path


def replayed(log: Path, flow: Path, turn: str = "") -> tuple[int, list[dict[str, Any]]]:
    status, out, _ = in_process(log, flow, turn=turn, as_json=True)
    return status, [json.loads(line) for line in out.splitlines()]


def in_process(log: Path, *flows: Path, turn: str = "", as_json: bool = False) -> tuple[int, str, str]:
    """The command's use case: its status, and what it prints on either console."""
    out, err = Console(file=StringIO(), width=200), Console(file=StringIO(), width=200)
    options = ReplayOptions(
        turns=(log,),
        flows=tuple(map(str, flows)),
        only=frozenset([turn]) if turn else frozenset(),
        as_json=as_json,
    )
    status = replay_turns(options, out=out, err=err)
    return status, out.file.getvalue(), err.file.getvalue()  # type: ignore[attr-defined]


def test_the_engine_that_wrote_the_log_answers_as_it_did(tmp_path: Path) -> None:
    """Two calls side by side, a failing tool, a retry, a rehearsal and a call given up: all of it is the same again."""
    other = [
        answered(call_sid="b"),
        a_turn(1, "go away", call_sid="b", provisional=True),
        a_turn(1, "yes come in", call_sid="b"),
    ]
    log = logged(
        tmp_path / "t.jsonl", HAPPY[0], other[0], HAPPY[1], HAPPY[1], *other[1:],
        answers=[ProviderTimeout("too late"), ToolResult(ok=True, status="locked")],
    )  # fmt: skip
    status, (*turns, summary) = replayed(log, flow_file(tmp_path))
    assert status == 0
    assert [(turn["call_sid"], turn["turn_id"]) for turn in turns] == [
        ("call", "turn-0"), ("call", "turn-1"), ("b", "turn-0"), ("b", "turn-1"), ("b", "turn-1"),
    ]  # fmt: skip
    assert turns[1]["now"]["trace"]["tools"][0]["status"] == "timeout"
    assert turns[4]["now"]["trace"]["tools"][0]["status"] == "locked"
    assert summary["summary"] == {
        "turns": 5, "differing": 0, "calls": 2, "differing_calls": 0,
        "unanswered": 0, "not_played": 0, "on_another_flow": 0,
    }  # fmt: skip


def test_a_changed_flow_differs_where_it_was_changed(tmp_path: Path) -> None:
    states = flow_json()["states"]
    states["knock"]["say"] = "Good evening, {{name}}."
    states["inside"]["outcome"] = "came_in"
    log = logged(tmp_path / "t.jsonl", *HAPPY)
    status, (first, second, summary) = replayed(log, flow_file(tmp_path, states=states))
    assert status == 1
    assert first["actions"] == [
        "  go to knock", "- say 'Knock knock, you.'", "+ say 'Good evening, you.'", "  say 'May I come in?'"
    ]  # fmt: skip
    assert first["state"] == {}
    assert second["state"]["outcome"] == {"was": "inside", "now": "came_in"}
    assert (first["follows_a_difference"], second["follows_a_difference"]) == (False, True)
    assert summary["summary"]["on_another_flow"] == 2


def test_people_see_a_diff_of_each_turn_that_differs_and_one_line_for_all(tmp_path: Path) -> None:
    states = flow_json()["states"]
    states["inside"]["say"] = "What a nice {{room}}."
    log = logged(tmp_path / "t.jsonl", *HAPPY)
    done = milliwatt("replay", log, "--flow", flow_file(tmp_path, states=states))
    assert done.returncode == 1
    assert done.stdout == (
        "call call turn turn-1 (seq 1, speech)  t.jsonl line 2\n"
        "  caller: yes come in\n"
        "  actions\n"
        "      go to open_door\n"
        "      say 'Thank you.'\n"
        "      go to inside\n"
        "    - say 'So this is the hall.'\n"
        "    + say 'What a nice the hall.'\n"
        "      end the call: inside\n"
        "2 turns of 1 calls played: 1 as they were, 1 differ (in 1 calls); "
        "2 were answered by another version of the flow\n"
    )


def test_one_turn_is_shown_and_its_call_is_played_up_to_it(tmp_path: Path) -> None:
    log = logged(tmp_path / "t.jsonl", *HAPPY, answered(call_sid="b"))
    status, (turn, summary) = replayed(log, flow_file(tmp_path), "call/turn-1")
    assert (status, turn["turn_id"], turn["same"], summary["summary"]["turns"]) == (0, "turn-1", True, 1)


def test_a_call_without_its_beginning_is_told_and_not_played(tmp_path: Path) -> None:
    log = logged(tmp_path / "t.jsonl", *HAPPY, answered(call_sid="b"))
    log.write_text("".join(log.read_text().splitlines(keepends=True)[1:]))
    status, out, err = in_process(log, flow_file(tmp_path))
    assert status == 0
    assert "call call is not played: it begins with turn turn-1 (seq 1)" in err
    assert out.startswith("1 turns of 1 calls played: 1 as they were, 0 differ")
    assert "1 could not be played" in out


def test_a_redacted_log_is_the_same_where_redaction_touched_it(tmp_path: Path) -> None:
    turns = (answered(variables={"name": "Ann"}), a_turn(1, "yes come in", variables={"name": "Ann"}))
    log = logged(tmp_path / "t.jsonl", *turns, redact=lambda _, place, text: text.replace("Ann", "[name]"))
    status, (*_, summary) = replayed(log, flow_file(tmp_path))
    assert (status, summary["summary"]["differing"]) == (0, 0)


def test_logs_that_were_put_aside_are_read_in_the_order_given(tmp_path: Path) -> None:
    log = logged(tmp_path / "t.jsonl", *HAPPY)
    first, second = log.read_text().splitlines(keepends=True)
    (tmp_path / "t.1").write_text(first)
    (tmp_path / "t.0").write_text(second + '{"schema":1,"turn":{"call_s')
    files = read_turn_files([tmp_path / "t.1", tmp_path / "t.0"])
    assert [[turn.turn.turn_id for turn in turns] for _, turns in files.calls()] == [["turn-0", "turn-1"]]
    assert files.torn == [tmp_path / "t.0"]


def test_every_line_that_is_no_turn_is_told_before_anything_is_played(tmp_path: Path) -> None:
    log = logged(tmp_path / "t.jsonl", *HAPPY)
    log.write_text(log.read_text() + '{"schema":2}\nnot json\n[1]\n' + '{"schema":1,"turn":{"seq":"x"}}\n')
    done = milliwatt("replay", log)
    assert (done.returncode, done.stdout) == (2, "")
    for said in (
        "line 3: schema",
        "line 3: turn: Field required",
        "line 4: Invalid JSON",
        "line 5",
        "line 6: turn.seq",
    ):
        assert said in done.stderr


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00", b"x" * 5_000_000, b"[" * 100_000 + b"\n"])
def test_what_is_no_log_is_bad_input(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        read_turn_files([path])


def test_a_flow_or_turn_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    log = logged(tmp_path / "t.jsonl", *HAPPY)
    with pytest.raises(BadInput, match="name its file with --flow"):
        in_process(log)
    with pytest.raises(BadInput, match="there is no turn turn-9 in the log"):
        in_process(log, flow_file(tmp_path), turn="turn-9")


def test_a_log_of_turns_can_be_imported_as_a_suite(tmp_path: Path) -> None:
    log = logged(tmp_path / "t.jsonl", *HAPPY, answered(call_sid="b"), a_turn(1, "go away", call_sid="b"))
    source = read_source(log)
    found = list(read_turn_log(source))
    assert source.mistakes.sentences() == []
    assert [(call.id, call.flow) for call in found] == [("call", "door"), ("b", "door")]
    assert [(said.speaker, said.text) for said in found[1].utterances] == [
        (Speaker.AGENT, "Knock knock, you. May I come in?"),
        (Speaker.CALLER, "go away"),
        (Speaker.AGENT, "Goodbye, then."),
    ]
