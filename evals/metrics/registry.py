"""Every metric there is, and `measure`, which takes them all of one call."""

from __future__ import annotations

from evals.metrics import (
    barge_in,
    characters_heard,
    cost,
    entities_heard,
    fallback,
    first_content,
    latency,
    selectivity,
    stages,
    task,
    turn_taking,
    utterance_errors,
    words_heard,
)
from evals.metrics.definition import LossDefinition, MetricDefinition, RatioDefinition
from evals.metrics.measurement import Measurement, Metric
from evals.record import CallRecord
from evals.scenario.model import EntityKind

FAMILIES: tuple[tuple[Metric, tuple[MetricDefinition, ...]], ...] = (
    (task.task, task.METRICS),
    (words_heard.words_heard, words_heard.METRICS),
    (utterance_errors.utterance_errors, utterance_errors.METRICS),
    (characters_heard.characters_heard, characters_heard.METRICS),
    (entities_heard.entities_heard, entities_heard.METRICS),
    (latency.latency, latency.METRICS),
    (first_content.first_content, first_content.METRICS),
    (stages.stages, stages.METRICS),
    (barge_in.barge_in, barge_in.METRICS),
    (selectivity.selectivity, selectivity.METRICS),
    (turn_taking.turn_taking, turn_taking.METRICS),
    (fallback.fallback, fallback.METRICS),
    (cost.cost, cost.METRICS),
)
"""One function a family, and all that it measures."""

METRICS: tuple[MetricDefinition, ...] = tuple(metric for _, metrics in FAMILIES for metric in metrics)
"""What is stored, one row a value; docs/metrics.md defines each."""

_REFERENCE_WORDS = ("word_hits", "word_substitutions", "word_deletions")
_HYPOTHESIS_WORDS = ("word_hits", "word_substitutions", "word_insertions")

RATIOS: tuple[RatioDefinition, ...] = (
    RatioDefinition(
        name="word_error_rate",
        numerator=("word_substitutions", "word_deletions", "word_insertions"),
        denominator=_REFERENCE_WORDS,
    ),
    RatioDefinition(
        name="match_error_rate",
        numerator=("word_substitutions", "word_deletions", "word_insertions"),
        denominator=(*_REFERENCE_WORDS, "word_insertions"),
    ),
    RatioDefinition(
        name="character_error_rate", numerator=("character_errors",), denominator=("characters_said",)
    ),
    RatioDefinition(
        name="entity_accuracy",
        numerator=tuple(metric.name for metric in entities_heard.HEARD.values()),
        denominator=tuple(metric.name for metric in entities_heard.SAID.values()),
        better="higher",
    ),
    *(
        RatioDefinition(
            name=f"entity_{kind}_accuracy",
            numerator=(entities_heard.HEARD[kind].name,),
            denominator=(entities_heard.SAID[kind].name,),
            better="higher",
        )
        for kind in EntityKind
    ),
    RatioDefinition(name="digit_error_rate", numerator=("digit_errors",), denominator=("digits_said",)),
    RatioDefinition(
        name="talk_ratio",
        numerator=("agent_talk_time",),
        denominator=("agent_talk_time", "caller_talk_time"),
        better="",
    ),
    RatioDefinition(name="fallback_rate", numerator=("fallback_turns",), denominator=("speech_turns",)),
    RatioDefinition(name="cost_per_minute", numerator=("call_cost",), denominator=("call_minutes",)),
    RatioDefinition(name="false_cut_in_rate", numerator=("false_cut_ins",), denominator=("pauses_offered",)),
)
"""What is derived from sums of stored values when calls are pooled."""

LOSSES: tuple[LossDefinition, ...] = (
    LossDefinition(
        name="word_information_lost",
        factors=(
            RatioDefinition(name="recall", numerator=("word_hits",), denominator=_REFERENCE_WORDS),
            RatioDefinition(name="precision", numerator=("word_hits",), denominator=_HYPOTHESIS_WORDS),
        ),
    ),
)
"""What is derived from products of such rates. A gate cannot name these: it takes rates of sums only."""

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


def pooled_loss(measurements: list[Measurement], loss: LossDefinition) -> float | None:
    """The loss over all of these measurements; None where one of its rates has an empty denominator."""
    kept = 1.0
    for factor in loss.factors:
        rate = pooled(measurements, factor)
        if rate is None:
            return None
        kept *= rate
    return 1 - kept
