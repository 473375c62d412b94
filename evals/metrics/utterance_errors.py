"""The word error rate of each utterance by itself, whose mean over utterances is the other figure that people quote."""

from __future__ import annotations

from evals.metrics.definition import MetricDefinition
from evals.metrics.measurement import Measurement
from evals.metrics.normaliser import NORMALISER_VERSION
from evals.metrics.word_errors import word_errors
from evals.metrics.words_heard import compared_turns, no_texts
from evals.record import CallRecord

UTTERANCE_ERROR_RATE = MetricDefinition(name="utterance_error_rate", version=NORMALISER_VERSION, unit="ratio")

METRICS = (UTTERANCE_ERROR_RATE,)


def utterance_errors(record: CallRecord) -> list[Measurement]:
    """Errors over words said, of every utterance in which words were said."""
    excuse = no_texts(record)
    if excuse:
        return [UTTERANCE_ERROR_RATE.unscored(excuse)]
    measurements = []
    for compared in compared_turns(record):
        if compared.excuse:
            measurements.append(UTTERANCE_ERROR_RATE.unscored(compared.excuse, turn=compared.turn))
            continue
        rate = word_errors(compared.said, compared.heard).rate
        if rate is not None:
            measurements.append(UTTERANCE_ERROR_RATE.of(rate, turn=compared.turn))
    return measurements
