"""Language models that are late, silent, unwilling or broken in the middle of a call, over HTTP from their fakes."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agent.cognitive.dispatch import dispatcher_for
from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import BUILT_IN_FLOWS, parse_flow
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.ports import Dispatcher
from agent.cognitive.stores.joined import JoinedStore
from agent.cognitive.stores.memory import MemoryStore
from agent.cognitive.stores.sql_journal import SqlJournal
from agent.model_assembly import make_models
from agent.turn import TurnOutput
from evals.sandbox.models.anthropic_api import anthropic_api
from evals.sandbox.models.openai_api import openai_api
from evals.sandbox.models.script import Script, ScriptedAnswer
from evals.sandbox.models.serving import serving
from tests.agent.cognitive.failures.calls import (
    TO_A_BOOKING,
    YES,
    a_world,
    all_heard,
    heard,
    kept,
    line,
    opening,
)

FALLBACK = "It saves you time."
SURE = ("{", '"intents": [', ' {"intent": "yes", "confidence": 1.0}', "]}")
FAILURES = {
    "no first word": (ScriptedAnswer(text=SURE, first_delay_s=9), "timed out"),
    "silent mid-stream": (ScriptedAnswer(text=SURE, gap_s=9), "timed out"),
    "cut mid-stream": (ScriptedAnswer(text=SURE, cut_after=2), "failed"),
    "an error mid-stream": (ScriptedAnswer(text=SURE, error_after=2), "failed"),
    "ends mid-stream": (ScriptedAnswer(text=SURE, ends_after=2), "failed"),
    "refusing": (ScriptedAnswer(refusal="I cannot help with that."), "refused to answer"),
    "overloaded": (ScriptedAnswer(status=503), "failed"),
    "rate limited": (ScriptedAnswer(status=429, error_type="rate_limit_error"), "failed"),
    "bad key": (ScriptedAnswer(status=401, error_type="authentication_error"), "was refused"),
    "malformed JSON": (ScriptedAnswer(text=('{"intents": [{',)), "answered nonsense"),
    "no JSON at all": (ScriptedAnswer(raw="<html>oops</html>", content_type="text/html"), "failed"),
    "an intent of its own": (
        ScriptedAnswer(text=('{"intents": [{"intent": "drop_tables", "confidence": 1.0}]}',)),
        "answered nonsense",
    ),
}
VENDORS: dict[str, Any] = {"openai": openai_api, "anthropic": anthropic_api}


def settings_of(vendor: str, url: str) -> dict[str, Any]:
    address = f"{url}/v1" if vendor == "openai" else url
    return {"vendor": vendor, "model": "m", "base_url": address, "first_token_ms": 500, "total_ms": 700}


def asking(vendor: str, url: str) -> Flow:
    """The booking flow, one of whose turns is sent to a model that answers at this address."""
    data = json.loads((BUILT_IN_FLOWS / "booking.json").read_text("utf-8"))
    settings = settings_of(vendor, url)
    return parse_flow(
        json.dumps(
            {
                **data,
                "models": {"hard": settings},
                "routing": [{"when": {"states": ["qualify"]}, "use": "hard"}],
            }
        ),
        where="test",
    )


def wording(vendor: str, url: str) -> Flow:
    """The booking flow, in which a model says who is calling."""
    data = json.loads((BUILT_IN_FLOWS / "booking.json").read_text("utf-8"))
    wanted = {"instructions": "Say what we do.", "model": "hard", "fallback": FALLBACK}
    explain = {**data["states"]["explain"], "generate": wanted}
    models = {"hard": settings_of(vendor, url)}
    return parse_flow(
        json.dumps({**data, "models": models, "states": {**data["states"], "explain": explain}}), where="test"
    )


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_model_that_fails_in_the_middle_of_a_call_is_not_heard(vendor: str, tmp_path: Path) -> None:
    script = Script([])

    async def played() -> None:
        async with serving(VENDORS[vendor](script)) as url:
            flow = asking(vendor, url)
            models, embedded = make_models(flow, {}), dispatcher_for(flow)
            asked = models.dispatcher(embedded)
            with closing(SqlJournal(f"sqlite:///{tmp_path / 'calls.sqlite'}")) as journal:

                async def call(name: str, dispatcher: Dispatcher) -> list[TurnOutput]:
                    store = JoinedStore(MemoryStore(), journal)
                    agent = FlowOrchestrator(flow, a_world().tools(), store, dispatcher=dispatcher)
                    lines = (line(seq, words, name, flow) for seq, words in enumerate(TO_A_BOOKING, 1))
                    return [await agent.run_turn(turn) for turn in (opening(name, flow), *lines)]

                undisturbed = all_heard(await call("undisturbed", embedded))
                for name, (answer, note) in FAILURES.items():
                    script.answers = [answer]
                    outputs = await call(name, asked)
                    assert all_heard(outputs) == undisturbed, name
                    assert outputs[-1].state.outcome == "booked", name
                    assert outputs[2].trace.route.startswith(f"embedded: hard {note}"), outputs[2].trace.route
                    assert (await kept(journal, name, "turn-3"))[0], name
            await models.close()

    asyncio.run(played())
    assert len(script.received) >= len(FAILURES), "they were asked"


# A sentence is over when the next one begins.
WORDED = ("We save you ", "an hour a day. Every ", "day.", " Always.")
REPLIES = {
    "no first word": (ScriptedAnswer(text=WORDED, first_delay_s=9), FALLBACK, "fallback: timed out"),
    "silent mid-stream": (
        ScriptedAnswer(text=("We save you ", "an hour"), gap_s=9),
        FALLBACK,
        "fallback: timed out",
    ),
    # The first piece that Anthropic sends has no text yet.
    "silent after a sentence": (
        ScriptedAnswer(text=("We save you an hour a day. Every ", "day."), gap_s=9),
        "We save you an hour a day.",
        "timed out",
    ),
    "cut mid-stream": (ScriptedAnswer(text=WORDED, cut_after=1), FALLBACK, "fallback"),
    "an error after a sentence": (
        ScriptedAnswer(text=WORDED, error_after=3),
        "We save you an hour a day.",
        "",
    ),
    "refusing": (ScriptedAnswer(refusal="I cannot help with that."), FALLBACK, "fallback"),
    "overloaded": (ScriptedAnswer(status=503), FALLBACK, "fallback"),
    "rate limited": (ScriptedAnswer(status=429, error_type="rate_limit_error"), FALLBACK, "fallback"),
    "no JSON at all": (
        ScriptedAnswer(raw="<html>oops</html>", content_type="text/html"),
        FALLBACK,
        "fallback",
    ),
    "saying nothing": (ScriptedAnswer(text=("  ",)), FALLBACK, "fallback"),
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_reply_whose_model_fails_is_what_was_said_of_it_or_the_flows_own_words(
    vendor: str, tmp_path: Path
) -> None:
    script = Script([])

    async def played() -> None:
        async with serving(VENDORS[vendor](script)) as url:
            flow = wording(vendor, url)
            models = make_models(flow, {})
            with closing(SqlJournal(f"sqlite:///{tmp_path / 'calls.sqlite'}")) as journal:
                for name, (answer, said, note) in REPLIES.items():
                    if (vendor, name) == ("anthropic", "silent after a sentence"):
                        said, note = FALLBACK, "fallback: timed out"
                    script.answers = [answer]
                    store = JoinedStore(MemoryStore(), journal)
                    agent = FlowOrchestrator(flow, a_world().tools(), store, models=models.for_replies())
                    turns = [
                        opening(name, flow),
                        line(1, "who are you", name, flow),
                        line(2, YES, name, flow),
                    ]
                    _, explained, went_on = [await agent.run_turn(turn) for turn in turns]
                    assert f" {said} " in f" {heard(explained)} ", (name, heard(explained))
                    assert "Am I speaking with Alex?" in heard(explained), "and the question is asked again"
                    assert note in explained.trace.route, (name, explained.trace.route)
                    assert went_on.state.node_id == "qualify", name
                    assert await agent.run_turn(turns[1]) == explained, "the retry asks no model"
                    assert (await kept(journal, name, "turn-1"))[0], name
            await models.close()

    asyncio.run(played())
    assert len(script.received) == len(REPLIES)
