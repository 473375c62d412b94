"""What asking a language model costs beside what the model itself takes; the servers are fakes on loopback."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from statistics import median

import pytest
from starlette.applications import Starlette

from agent.clock import cpu_ns, stopwatch_ns
from agent.cognitive.models.anthropic import AnthropicModel
from agent.cognitive.models.openai import OpenAIModel
from agent.cognitive.models.settings import ModelSettings, Vendor
from agent.cognitive.models.values import TextDelta
from agent.cognitive.ports import LanguageModel
from agent.units import NS_PER_MS
from evals.sandbox.models.anthropic_api import anthropic_api
from evals.sandbox.models.openai_api import openai_api
from evals.sandbox.models.script import Script, ScriptedAnswer
from evals.sandbox.models.serving import serving
from tests.ports.language_model import a_request

pytestmark = pytest.mark.bench
REQUESTS = 100
ANSWER = ScriptedAnswer(text=tuple(f"word{n} " for n in range(22)))


async def one_answer(model: LanguageModel) -> tuple[float, float, float]:
    """Milliseconds to the first word and to the end, and of processor time, the server's share included."""
    started, cpu = stopwatch_ns(), cpu_ns()
    first = 0
    async with aclosing(model.stream(a_request())) as events:
        async for event in events:
            if not first and isinstance(event, TextDelta):
                first = stopwatch_ns()
    ended = stopwatch_ns()
    return (first - started) / NS_PER_MS, (ended - started) / NS_PER_MS, (cpu_ns() - cpu) / NS_PER_MS


async def measured(app: Starlette, vendor: Vendor) -> list[tuple[float, float, float]]:
    async with serving(app) as url:
        path = "/v1" if vendor is Vendor.OPENAI else ""
        settings = ModelSettings(name="m", vendor=vendor, model="m", base_url=f"{url}{path}")
        adapter = OpenAIModel if vendor is Vendor.OPENAI else AnthropicModel
        model: LanguageModel = adapter(settings, "k")
        taken = [await one_answer(model) for _ in range(REQUESTS)]
        await model.close()
    return taken


@pytest.mark.parametrize("vendor", list(Vendor))
def test_asking_a_model_costs_little_beside_the_model(vendor: Vendor) -> None:
    script = Script([ANSWER])
    app = openai_api(script) if vendor is Vendor.OPENAI else anthropic_api(script)
    first, whole, cpu = (median(column) for column in zip(*asyncio.run(measured(app, vendor)), strict=True))
    print(
        f"\n{vendor}: median of {REQUESTS} answers in 22 pieces: first word after {first:.1f} ms, whole after "
        f"{whole:.1f} ms; {cpu:.1f} ms of processor time, the fake server's among them"
    )
    # Half a second is what a hosted model takes to its first word; a tenth of that may be ours.
    assert cpu < 50
