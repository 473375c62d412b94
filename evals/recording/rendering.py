"""A score as people and programs read it."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agent.units import NS_PER_MS, NS_PER_S
from evals.metrics.measurement import Measurement
from evals.recording.score import Score
from evals.recording.segmentation import Channel
from evals.recording.timing import LEFT_OUT
from evals.recording.turns import CallerTurn

JSON_SCHEMA = 1
SPREADS = ("response_latency", "yield_latency")
TOTALS = ("missed_turn", "barge_in_missed", "agent_barge_ins", "false_cut_ins", "pauses_offered")
WHOLE = ("answer_latency", "dead_air_max", "agent_talk_time", "caller_talk_time", "overlap_time")
MOST_TURNS = 40
"""Turns printed; JSON has them all."""


def render_json(score: Score) -> str:
    """One JSON object: times in ms from the beginning of the recording, levels in dBov."""
    told: dict[str, Any] = {
        "schema": JSON_SCHEMA,
        "recording": score.name,
        "rate_hz": score.rate_hz,
        "duration_ms": score.duration_ns / NS_PER_MS,
        "caller": _channel(score.caller),
        "agent": _channel(score.agent),
        "summary": _summary(score),
        "turns": [_turn(turn) for turn in score.turns],
        "measurements": [_measurement(measurement) for measurement in score.measurements],
        "left_out": dict(LEFT_OUT),
    }
    return json.dumps(told, indent=2)


def render(score: Score) -> RenderableType:
    """Tables for the terminal: the figures, then the turns."""
    parts: list[RenderableType] = [Text(_headline(score)), _figures(score)]
    if score.turns:
        parts.append(_turns(score))
    if len(score.turns) > MOST_TURNS:
        parts.append(Text(f"and {len(score.turns) - MOST_TURNS} more turns; --json has them all"))
    left_out = Text("left out: " + "; ".join(f"{metric}: {why}" for metric, why in LEFT_OUT.items()) + ".")
    return Group(*(Padding(part, (0, 0, 1, 0), expand=False) for part in parts), left_out)


def _summary(score: Score) -> dict[str, Any]:
    told: dict[str, Any] = {"turns": len(score.turns)}
    for metric in WHOLE:
        told[f"{metric}_ms"] = score.value(metric).value
    told["talk_ratio"] = None if score.talk_ratio is None else round(score.talk_ratio, 4)
    for metric in SPREADS:
        spread = score.spread(metric)
        told[metric] = {
            "count": spread.count,
            "censored": spread.censored,
            "p50_ms": spread.p50,
            "p95_ms": spread.p95,
            "longest_ms": spread.longest,
        }
    told["interruptions"] = sum(turn.interrupts for turn in score.turns)
    told["brief_sounds_over_agent"] = sum(turn.brief for turn in score.turns)
    told.update({metric: int(score.total(metric)) for metric in TOTALS})
    return told


def _channel(channel: Channel) -> dict[str, Any]:
    return {
        "speech_dbov": channel.speech_dbov,
        "noise_dbov": channel.noise_dbov,
        "spans_ms": [[span.start_ns / NS_PER_MS, span.end_ns / NS_PER_MS] for span in channel.spans],
    }


def _turn(turn: CallerTurn) -> dict[str, Any]:
    return {
        "start_ms": turn.start_ns / NS_PER_MS,
        "end_ms": turn.end_ns / NS_PER_MS,
        "interrupts": turn.interrupts,
        "brief": turn.brief,
    }


def _measurement(measurement: Measurement) -> dict[str, Any]:
    return {
        "metric": measurement.metric,
        "version": measurement.version,
        "turn": measurement.turn,
        "value": measurement.value,
        "unit": measurement.unit,
        "censored": measurement.censored,
        "unscored_reason": measurement.unscored_reason,
    }


def _headline(score: Score) -> str:
    sides = [
        f"{name} {_dbov(channel.speech_dbov)} over {_dbov(channel.noise_dbov)}"
        for name, channel in (("caller", score.caller), ("agent", score.agent))
    ]
    return (
        f"{score.name}: {score.duration_ns / NS_PER_S:.1f} s at {score.rate_hz} Hz; "
        f"speech over background in dBov: {', '.join(sides)}"
    )


def _figures(score: Score) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for metric in SPREADS:
        spread = score.spread(metric)
        if spread.count:
            more = f", {spread.censored} of them lower bounds" if spread.censored else ""
            table.add_row(f"{metric} p50", _ms(spread.p50), f"of {spread.count}{more}")
            table.add_row(f"{metric} p95", _ms(spread.p95), "")
        else:
            table.add_row(metric, "-", "none to measure")
    for metric in WHOLE:
        measurement = score.value(metric)
        table.add_row(metric, _ms(measurement.value), Text(measurement.unscored_reason))
    table.add_row(
        "talk_ratio", "-" if score.talk_ratio is None else f"{score.talk_ratio:.2f}", "the agent's share"
    )
    interruptions = sum(turn.interrupts for turn in score.turns)
    brief = sum(turn.brief for turn in score.turns)
    table.add_row("missed_turn", f"{score.total('missed_turn'):.0f}", f"of {len(score.turns)} turns")
    table.add_row(
        "barge_in_missed", f"{score.total('barge_in_missed'):.0f}", f"of {interruptions} interruptions"
    )
    table.add_row("brief sounds", str(brief), "over the agent's voice, not judged")
    table.add_row(
        "agent_barge_ins", f"{score.total('agent_barge_ins'):.0f}", "the agent began over the caller's turn"
    )
    table.add_row(
        "false_cut_ins",
        f"{score.total('false_cut_ins'):.0f}",
        f"of {score.total('pauses_offered'):.0f} pauses",
    )
    return table


def _turns(score: Score) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("turn", "from s", "to s", "response ms", "yield ms"):
        table.add_column(name, justify="right")
    table.add_column("")
    by_turn: dict[tuple[int | None, str], Measurement] = {(m.turn, m.metric): m for m in score.measurements}
    for index, turn in enumerate(score.turns[:MOST_TURNS]):
        response, stopped = by_turn[index, "response_latency"], by_turn.get((index, "yield_latency"))
        remarks = [response.unscored_reason]
        remarks += ["no reply"] if response.censored else []
        remarks += ["interrupts"] if turn.interrupts else []
        cut = by_turn[index, "agent_barge_ins"].value
        remarks += ["the agent began over it"] if cut else []
        table.add_row(
            str(index),
            f"{turn.start_ns / NS_PER_S:.2f}",
            f"{turn.end_ns / NS_PER_S:.2f}",
            _bound(response),
            _bound(stopped) if stopped else "",
            Text(", ".join(remark for remark in remarks if remark)),
        )
    return table


def _bound(measurement: Measurement) -> str:
    if measurement.value is None:
        return "-"
    return f"{'>= ' if measurement.censored else ''}{measurement.value:.0f}"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"


def _dbov(level: float | None) -> str:
    return "none" if level is None else f"{level:.0f}"
