"""The booking agent from its file, whole: served in one process, its vendors' APIs in another, called over the wire."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.agent_file import agent_path
from agent.clock import stopwatch_ns
from agent.errors import ProviderError
from agent.remote_turn import RemoteFlow
from agent.turn import EndCall, Transfer, TurnEvent, TurnInput, TurnOutput
from agent.units import NS_PER_S
from tests.served import ROOT, served

START_S = 90  # of a busy machine
CARD = "four one one one one one one one one one one one one one one one"
SAID = (
    "",
    "Yes, this is Alex.",
    f"Yes we are, this quarter. We have about five thousand pounds, on my card {CARD}.",
    "the first one please",
)
VARIABLES = {"first_name": "Alex", "email": "alex@example.com"}


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """`milliwatt sandbox` as its users run it."""

    variables: Mapping[str, str]
    url: str

    def effects(self) -> dict[str, Any]:
        effects: dict[str, Any] = httpx.get(f"{self.url}/sandbox/effects", trust_env=False).json()
        return effects


@contextmanager
def sandboxed(*arguments: str) -> Iterator[Sandbox]:
    process = subprocess.Popen(
        [sys.executable, "-m", "evals", "sandbox", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith("#"):
                break
        variables = dict(re.findall(r"^export (\w+)=(\S+)$", "\n".join(lines), flags=re.MULTILINE))
        yield Sandbox(variables=variables, url=variables["HUBSPOT_BASE_URL"].removesuffix("/hubspot"))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def agent_file(tmp_path: Path) -> Path:
    """The built-in agent with a journal that outlives it."""
    path = tmp_path / "booking.toml"
    built_in = agent_path("booking").read_text(encoding="utf-8")
    path.write_text(
        f'{built_in}\n[stores]\njournal = "sqlite:///{tmp_path / "calls.db"}"\n', encoding="utf-8"
    )
    return path


def turn(number: int, said: str) -> TurnInput:
    return TurnInput(
        call_sid="call-1",
        turn_id=f"turn-{number}",
        seq=number,
        flow_id="booking",
        event=TurnEvent.SPEECH if said else TurnEvent.ANSWERED,
        transcript=said,
        variables=VARIABLES,
    )


async def answers(address: str, *turns: TurnInput) -> list[TurnOutput]:
    flow = RemoteFlow(address, attempts=1)
    try:
        return [await flow.run_turn(one) for one in turns]
    finally:
        await flow.close()


TURNS = [turn(number, said) for number, said in enumerate(SAID)]


def test_a_call_books_once_though_its_server_is_killed_while_it_books(
    agent_file: Path, tmp_path: Path
) -> None:
    log = tmp_path / "turns.jsonl"
    arguments = ("--agent", agent_file, "--turn-log", log)
    with sandboxed("--fault", "cal.create_booking=lost:1:1") as box:
        with served(*arguments, variables=box.variables) as server:
            before = asyncio.run(answers(server.address, *TURNS[:-1]))

            async def killed_while_it_books() -> None:
                async with asyncio.TaskGroup() as group:
                    booking = group.create_task(answers(server.address, TURNS[-1]))
                    deadline_ns = stopwatch_ns() + START_S * NS_PER_S
                    while not (await asyncio.to_thread(box.effects))["bookings"]:
                        assert stopwatch_ns() < deadline_ns
                        await asyncio.sleep(0.01)
                    assert not booking.done(), "the vendor has done it, and nobody has been told"
                    server.process.send_signal(signal.SIGKILL)

            with pytest.raises(ExceptionGroup) as broken:
                asyncio.run(killed_while_it_books())
            assert broken.group_contains(ProviderError)
        with served(*arguments, variables=box.variables) as server:
            after, again = asyncio.run(answers(server.address, TURNS[-1], TURNS[-1]))
        effects = box.effects()
    assert before[-1].state.node_id == "book"
    assert after.state.outcome == "booked"
    assert again == after
    assert EndCall(reason="booked") in after.actions
    assert [len(effects[kind]) for kind in ("bookings", "meetings", "posts")] == [1, 1, 0]
    assert effects["bookings"][0]["attendee"]["timeZone"] == "Europe/London", "the agent's zone"
    assert {(count["operation"], count["count"]) for count in effects["counts"]} >= {
        ("cal.create_booking", 1),
        ("crm.create_meeting", 1),
    }
    kept = log.read_text(encoding="utf-8")
    assert "[card]" in kept
    assert "one one one" not in kept
    assert "alex@example.com" not in kept
    assert "Alex" not in kept
    assert "five thousand pounds" in kept


def test_a_call_handed_over_is_told_of_in_slack_and_goes_to_the_desk(agent_file: Path) -> None:
    with sandboxed() as box, served("--agent", agent_file, variables=box.variables) as server:
        given = asyncio.run(
            answers(server.address, *TURNS[:2], turn(2, f"I want to speak to a person please about {CARD}"))
        )
        ready = httpx.get(f"{server.address}/readyz", trust_env=False)
        [post] = box.effects()["posts"]
    assert post["text"] == (
        "A caller is being put through. The caller asked for a person. Caller: Alex. "
        'Last said: "I want to speak to a person please about [card]".'
    )
    assert post["channel"] == box.variables["SLACK_CHANNEL"]
    [transfer] = [action for action in given[-1].actions if isinstance(action, Transfer)]
    assert transfer.to == "sip:desk@pbx.example.com"
    assert transfer.context["reason"] == "explicit_request"
    assert given[-1].state.outcome == "handed_off"
    assert ready.json() == {"status": "ready"}


def test_an_agent_whose_secrets_are_missing_does_not_listen(agent_file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agent", "serve", "--port", "0", "--agent", str(agent_file)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "CAL_COM_API_KEY": "x", "SLACK_CHANNEL": "C1"},
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "agent: agent booking: tools.crm.create_meeting: the environment has no HUBSPOT_TOKEN",
        "agent booking: tools.transfer_to_human: the environment has no SLACK_BOT_TOKEN",
        "agent booking: tools.crm.add_suppression: the environment has no ADD_SUPPRESSION_URL",
        "agent booking: tools.crm.add_suppression: the environment has no WEBHOOK_SECRET",
        "agent booking: tools.crm.send_video: the environment has no SEND_VIDEO_URL",
        "agent booking: tools.crm.send_video: the environment has no WEBHOOK_SECRET",
    ]


def test_an_agent_whose_journal_cannot_be_reached_says_so_and_ends(tmp_path: Path, agent_file: Path) -> None:
    text = agent_file.read_text(encoding="utf-8").replace(str(tmp_path), str(tmp_path / "not_there"))
    agent_file.write_text(text, encoding="utf-8")
    with sandboxed() as box:
        done = subprocess.run(
            [sys.executable, "-m", "agent", "serve", "--port", "0", "--agent", str(agent_file)],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", **box.variables},
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.search(r"^agent: .*unable to open database file", done.stderr, flags=re.MULTILINE)
