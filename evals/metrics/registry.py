"""Every metric there is, and `measure`, which takes them all of one call."""

from __future__ import annotations

from evals.metrics import barge_in, latency, task, turn_taking, words_heard
from evals.metrics.definition import MetricDefinition, RatioDefinition
from evals.metrics.measurement import Measurement, Metric
from evals.record import CallRecord

FAMILIES: tuple[tuple[Metric, tuple[MetricDefinition, ...]], ...] = (
    (task.task, task.METRICS),
    (words_heard.words_heard, words_heard.METRICS),
    (latency.latency, latency.METRICS),
    (barge_in.barge_in, barge_in.METRICS),
    (turn_taking.turn_taking, turn_taking.METRICS),
)
"""One function a family, and all that it measures."""

METRICS: tuple[MetricDefinition, ...] = tuple(metric for _, metrics in FAMILIES for metric in metrics)
"""What is stored, one row a value; docs/metrics.md defines each."""

RATIOS: tuple[RatioDefinition, ...] = (
    RatioDefinition(
        name="word_error_rate",
        numerator=("word_substitutions", "word_deletions", "word_insertions"),
        denominator=("word_hits", "word_substitutions", "word_deletions"),
    ),
    RatioDefinition(
        name="talk_ratio",
        numerator=("agent_talk_time",),
        denominator=("agent_talk_time", "caller_talk_time"),
        better="",
    ),
    RatioDefinition(name="false_cut_in_rate", numerator=("false_cut_ins",), denominator=("pauses_offered",)),
)
"""What is derived from sums of stored values when calls are pooled."""

BY_NAME = {metric.name: metric for metric in METRICS}
FAMILY_OF: dict[str, Metric] = {metric.name: family for family, metrics in FAMILIES for metric in metrics}


def measure(record: CallRecord) -> list[Measurement]:
    """Everything that can be said of a call in numbers, and for what cannot, why."""
    return [measurement for family, _ in FAMILIES for measurement in family(record)]


def pooled(measurements: list[Measurement], ratio: RatioDefinition) -> float | None:
    """The ratio over all of these measurements; None where the denominator is empty."""
    sums = dict.fromkeys({*ratio.numerator, *ratio.denominator}, 0.0)
    for measurement in measurements:
        if measurement.metric in sums and measurement.value is not None:
            sums[measurement.metric] += measurement.value
    below = sum(sums[name] for name in ratio.denominator)
    return sum(sums[name] for name in ratio.numerator) / below if below else None
