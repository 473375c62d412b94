"""What became of each caller utterance's characters on the way to the agent, as counts to be pooled."""

from __future__ import annotations

from evals.metrics.character_errors import character_errors
from evals.metrics.definition import MetricDefinition
from evals.metrics.measurement import Measurement
from evals.metrics.normaliser import NORMALISER_VERSION
from evals.metrics.words_heard import compared_turns, no_texts
from evals.record import CallRecord

CHARACTERS_SAID = MetricDefinition(
    name="characters_said", version=NORMALISER_VERSION, unit="characters", better=""
)
CHARACTER_ERRORS = MetricDefinition(name="character_errors", version=NORMALISER_VERSION, unit="characters")

METRICS = (CHARACTERS_SAID, CHARACTER_ERRORS)


def characters_heard(record: CallRecord) -> list[Measurement]:
    """Characters and their errors, of the same utterances as `words_heard`."""
    excuse = no_texts(record)
    if excuse:
        return [metric.unscored(excuse) for metric in METRICS]
    measurements: list[Measurement] = []
    for compared in compared_turns(record):
        if compared.excuse:
            measurements += [metric.unscored(compared.excuse, turn=compared.turn) for metric in METRICS]
        else:
            errors = character_errors(compared.said, compared.heard)
            measurements.append(CHARACTERS_SAID.of(errors.characters, turn=compared.turn))
            measurements.append(CHARACTER_ERRORS.of(errors.errors, turn=compared.turn))
    return measurements
