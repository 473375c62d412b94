from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from agent.events import CallEvent, SpeechSent, TurnAnswered
from agent.settings import Prices
from evals.metrics.cost import cost
from evals.metrics.registry import RATIOS, pooled
from evals.record import CallRecord, Level
from tests.builders import a_record

[PER_MINUTE] = [ratio for ratio in RATIOS if ratio.name == "cost_per_minute"]


def sent(text: str, *, seq: int = 1, resumed: bool = False) -> SpeechSent:
    return SpeechSent(t_ns=0, seq=seq, text=text, first_frame=0, frame_count=1, words=(), resumed=resumed)


def answered(tokens_in: int, tokens_out: int) -> TurnAnswered:
    return TurnAnswered(
        t_ns=0, seq=1, node_id="n", path=(), outcome=None, captured={}, chosen="yes",
        tokens_in=tokens_in, tokens_out=tokens_out,
    )  # fmt: skip


def priced(prices: Prices, *events: CallEvent, **changes: Any) -> CallRecord:
    agent = {"name": "reference", "settings": {"prices": asdict(prices)}}
    return a_record(agent=agent, events=events, **{"duration_ms": 90_000, **changes})


def call_cost(record: CallRecord) -> float | None:
    return next(m.value for m in cost(record) if m.metric == "call_cost")


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (Prices(stt_per_minute=0.02), 0.03),
        (Prices(line_per_minute=0.01), 0.015),
        (Prices(tts_per_million_characters=1_000_000), 12 + 4),
        (Prices(llm_per_million_tokens_in=2.0), 0.003),
        (Prices(llm_per_million_tokens_out=10.0), 0.0005),
        (Prices(stt_per_minute=0.02, llm_per_million_tokens_in=2.0), 0.033),
    ],
)
def test_cost_is_use_times_price(prices: Prices, expected: float) -> None:
    events = (answered(1_000, 20), answered(500, 30), sent("Hello, Alex."), sent("Bye.", seq=2))
    assert call_cost(priced(prices, *events)) == pytest.approx(expected)


def test_text_is_paid_once_in_how_many_bursts_it_came_and_when_it_is_resumed() -> None:
    prices = Prices(tts_per_million_characters=1_000_000)
    events = (sent("Hello."), sent("Hello."), sent("Hello.", resumed=True), sent("Hello.", seq=2))
    assert call_cost(priced(prices, *events)) == 12


def test_cost_per_minute_is_pooled_over_calls() -> None:
    prices = Prices(tts_per_million_characters=1_000_000)
    calls = [priced(prices, sent("Hello."), duration_ms=60_000), priced(prices, duration_ms=120_000)]
    assert pooled([m for call in calls for m in cost(call)], PER_MINUTE) == 2


def test_agent_without_prices_costs_nothing_that_is_known() -> None:
    for agent in ({}, {"settings": {}}, {"settings": {"prices": asdict(Prices())}}):
        assert {m.value for m in cost(a_record(agent=agent))} == {None}


def test_text_level_has_a_cost_of_words_and_no_minutes() -> None:
    prices = Prices(llm_per_million_tokens_in=2.0, line_per_minute=1.0)
    found = {m.metric: m.value for m in cost(priced(prices, answered(500_000, 0), level=Level.TEXT))}
    assert found == {"call_cost": 1.0, "call_minutes": None}
