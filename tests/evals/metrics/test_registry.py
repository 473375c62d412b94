from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from evals.metrics.registry import BY_NAME, METRICS, RATIOS, measure, pooled
from evals.record import Level
from tests.builders import a_record, an_utterance

DOCS = Path(__file__).parents[3] / "docs" / "metrics.md"


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(metric.name for metric in METRICS).items() if count > 1] == []


def test_everything_measured_is_registered_with_its_version_and_unit() -> None:
    for level in (Level.TEXT, Level.AUDIO):
        record = a_record(
            an_utterance("Yes.", (2_000, 3_000)), agent_speaks=[(500, 1_000), (3_700, 5_000)], level=level
        )
        for measurement in measure(record):
            definition = BY_NAME[measurement.metric]
            assert (measurement.version, measurement.unit) == (definition.version, definition.unit)


def test_ratios_are_made_of_registered_counts() -> None:
    for ratio in RATIOS:
        assert {*ratio.numerator, *ratio.denominator} <= BY_NAME.keys()


def test_pooled_ratio_sums_before_it_divides() -> None:
    [rate] = [ratio for ratio in RATIOS if ratio.name == "word_error_rate"]
    short = [BY_NAME["word_substitutions"].of(1, turn=0), BY_NAME["word_hits"].of(0, turn=0)]
    long = [BY_NAME["word_substitutions"].of(0, turn=1), BY_NAME["word_hits"].of(12, turn=1)]
    assert pooled([*short, *long], rate) == 1 / 13  # methods.md §2.1: the mean of the two would say 50 %
    assert pooled([], rate) is None


def test_measuring_is_a_pure_function_of_the_record() -> None:
    record = a_record(an_utterance("Yes.", (2_000, 3_000)), agent_speaks=[(3_700, 5_000)])
    assert measure(record) == measure(record)


def test_the_manual_defines_every_metric_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| ([^|]+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert {(name, int(version), unit.strip()) for name, version, unit in rows} == {
        (metric.name, metric.version, metric.unit) for metric in METRICS
    }


def test_the_manual_defines_every_ratio() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [ratio.name for ratio in RATIOS if f"**{ratio.name}**" not in text] == []
