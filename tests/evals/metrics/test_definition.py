from __future__ import annotations

import pytest

from evals.metrics.definition import MetricDefinition
from evals.metrics.measurement import Measurement

LATENCY = MetricDefinition(name="latency", version=2, unit="ms")


def test_measurements_carry_their_definition() -> None:
    assert LATENCY.of(7, turn=1, censored=True) == Measurement(
        metric="latency", version=2, value=7.0, unit="ms", turn=1, censored=True
    )
    assert LATENCY.unscored("no audio") == Measurement(
        metric="latency", version=2, value=None, unit="ms", unscored_reason="no audio"
    )


def test_a_measurement_has_a_value_or_a_reason() -> None:
    with pytest.raises(ValueError, match="not both"):
        Measurement(metric="latency", version=1, value=1.0, unit="ms", unscored_reason="why")
    with pytest.raises(ValueError, match="not both"):
        Measurement(metric="latency", version=1, value=None, unit="ms")
