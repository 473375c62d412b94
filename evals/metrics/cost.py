"""What a call cost: what was used of each provider, times the prices that the record holds.

Prices stand in the record because they are part of what the agent was (`agent.prices`, set with `--set`): the metric
knows no price list of its own, and an old call keeps the prices of its day.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.turn import Json
from agent.units import NS_PER_S
from evals.metrics.definition import MetricDefinition
from evals.metrics.measurement import Measurement
from evals.metrics.timeline import events_of
from evals.record import CallRecord, Level

CALL_COST = MetricDefinition(name="call_cost", version=1, unit="USD")
CALL_MINUTES = MetricDefinition(name="call_minutes", version=1, unit="min", better="")

METRICS = (CALL_COST, CALL_MINUTES)

NO_PRICES = "no prices are set (--set agent.prices.stt_per_minute=... and its like)"
PER_MILLION = 1_000_000


def cost(record: CallRecord) -> list[Measurement]:
    """The call's cost and length; neither where the agent has no prices, so that a rate is of priced calls alone."""
    prices = _prices(record)
    if not any(prices.values()):
        return [metric.unscored(NO_PRICES) for metric in METRICS]
    minutes = 0.0 if record.level is Level.TEXT else record.duration_ns / NS_PER_S / 60
    used = {
        "stt_per_minute": minutes,
        "line_per_minute": minutes,
        "tts_per_million_characters": _characters_spoken(record) / PER_MILLION,
        "llm_per_million_tokens_in": _tokens(record, "tokens_in") / PER_MILLION,
        "llm_per_million_tokens_out": _tokens(record, "tokens_out") / PER_MILLION,
    }
    call_cost = CALL_COST.of(sum(used[name] * prices.get(name, 0.0) for name in used))
    if record.level is Level.TEXT:
        return [call_cost, CALL_MINUTES.unscored("a call takes no time at text level")]
    return [call_cost, CALL_MINUTES.of(minutes)]


def _prices(record: CallRecord) -> dict[str, float]:
    settings = record.agent.get("settings")
    prices: Json = settings.get("prices") if isinstance(settings, Mapping) else None
    if not isinstance(prices, Mapping):
        return {}
    return {name: float(price) for name, price in prices.items() if isinstance(price, int | float)}


def _characters_spoken(record: CallRecord) -> int:
    """Of the texts given to the voice, once each: one text comes as several bursts, and again when it is resumed."""
    texts = {(row["seq"], row["text"]) for row in events_of(record, "speech_sent")}
    return sum(len(str(text)) for _, text in texts)


def _tokens(record: CallRecord, name: str) -> int:
    return sum(
        tokens for row in events_of(record, "turn_answered") if isinstance(tokens := row.get(name), int)
    )
